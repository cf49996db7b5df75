//! Numbers and moments, as the reader writes them.

use pingone::time::Timestamp;

use crate::state::AppHandle;

use super::text;

pub(super) fn number(app: AppHandle, number: impl Into<u64>) -> String {
    app.ports.locale.number(number.into())
}

/// The time, or the day if that is another than today. Nothing is shown anew because a second has passed: a part with a
/// button would lose the focus.
pub(super) fn moment(app: AppHandle, at: Timestamp) -> String {
    text::moment(app.ports.locale.as_ref(), at, app.session.now.get_untracked())
}
