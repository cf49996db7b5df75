//! The line below a field: what the field is for, or what is missing.

use leptos::prelude::*;

use crate::console::app::use_app;
use crate::console::runs::review_dialog::form::{Field, ReviewForm, why_not_yet};

/// What is missing in a field or, if nothing is, what the field means.
#[component]
pub(super) fn FieldHint(
    form: ReviewForm,
    field: Field,
    #[prop(into)] meaning: Signal<String>,
) -> impl IntoView {
    let app = use_app();
    let is_missing = move || form.shows_missing(field);
    view! {
        <p class="hint" class:missing=is_missing id=field.hint_id()>
            {move || if is_missing() { why_not_yet(app, form) } else { meaning.get() }}
        </p>
    }
}
