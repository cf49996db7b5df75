//! Numbers and moments, as the reader writes them.

use leptos::prelude::*;
use pingone::time::Timestamp;

use crate::console::app::App;

use crate::console::text;

pub(crate) fn number(app: App, number: impl Into<u64>) -> String {
    app.ports.get().locale.number(number.into())
}

/// The time, or the day if that is another than today. Nothing is shown anew because a second has passed: a part with a
/// button would lose the focus.
pub(crate) fn moment(app: App, at: Timestamp) -> String {
    text::moment(app.ports.get().locale.as_ref(), at, app.session().now.get_untracked())
}
