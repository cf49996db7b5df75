//! Leptos' memo, compiled once for each type of value. Leptos compiles its own again for each closure.

use leptos::prelude::*;

/// A value that is computed when one of the signals it is computed from has changed, and that tells others only if it
/// is another one then.
pub(crate) fn memo<T>(compute: impl Fn() -> T + Send + Sync + 'static) -> Memo<T>
where
    T: PartialEq + Send + Sync + 'static,
{
    boxed(Box::new(compute))
}

fn boxed<T>(compute: Box<dyn Fn() -> T + Send + Sync>) -> Memo<T>
where
    T: PartialEq + Send + Sync + 'static,
{
    Memo::new(move |_| compute())
}
