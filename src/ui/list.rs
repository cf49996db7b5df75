//! Leptos' `<For>`, compiled once. Leptos compiles its own again for each type of item, key and content.

use std::any::Any;
use std::hash::{Hash, Hasher};
use std::sync::Arc;

use leptos::control_flow::For as GenericFor;
use leptos::prelude::*;

/// Shows a view for each item, and keeps it as long as there is an item with its key.
#[component]
pub(crate) fn For<E, I, F, K, C, V>(each: E, key: F, children: C) -> impl IntoView
where
    E: Fn() -> I + Send + 'static,
    I: IntoIterator<Item: Send + 'static>,
    F: Fn(&I::Item) -> K + Send + 'static,
    K: Eq + Hash + Send + Sync + 'static,
    C: Fn(I::Item) -> V + Send + Sync + 'static,
    V: IntoView + 'static,
{
    let children = Arc::new(children);
    let erased = move |item| {
        let (key, children) = (ItemKey(Arc::new(key(&item))), Arc::clone(&children));
        Item { key, view: Box::new(move || children(item).into_any()) }
    };
    erased_list(Box::new(move || each().into_iter().map(&erased).collect()))
}

struct Item {
    key: ItemKey,
    view: Box<dyn FnOnce() -> AnyView + Send>,
}

fn erased_list(each: Box<dyn Fn() -> Vec<Item> + Send>) -> impl IntoView {
    view! { <GenericFor each key=|item| item.key.clone() children=|item| (item.view)()/> }
}

/// A key of any type.
#[derive(Clone)]
struct ItemKey(Arc<dyn Key>);

trait Key: Any + Send + Sync {
    fn is(&self, other: &dyn Any) -> bool;
    fn feed(&self, hasher: &mut dyn Hasher);
}

impl<K: Eq + Hash + Send + Sync + 'static> Key for K {
    fn is(&self, other: &dyn Any) -> bool {
        other.downcast_ref::<K>().is_some_and(|other| self == other)
    }

    fn feed(&self, mut hasher: &mut dyn Hasher) {
        self.hash(&mut hasher);
    }
}

impl PartialEq for ItemKey {
    fn eq(&self, other: &Self) -> bool {
        let other: &dyn Any = &*other.0;
        self.0.is(other)
    }
}

impl Eq for ItemKey {}

impl Hash for ItemKey {
    fn hash<H: Hasher>(&self, hasher: &mut H) {
        self.0.feed(hasher);
    }
}
