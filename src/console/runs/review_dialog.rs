//! The review before a run: who will be changed, how, what that costs, and what a person has to fill in.
//!
//! Nothing has been sent yet. While the dialog is open, the current values are read; what comes of that is a preview,
//! which changes when a choice or new values change the plan. Fields and lines stay the same elements meanwhile, so
//! that the focus stays where it is. What is missing is said beside its field and beside the button, which leads there.

mod field_hint;
mod footer;
mod form;
mod how;
mod pilot_field;
mod save_plan;
mod skipped;
mod who;

use leptos::prelude::*;
use send_wrapper::SendWrapper;

use crate::connect::session::Phase;
use crate::console::app::{App, use_app};

use crate::console::format::number;
use crate::console::runs::text;

use crate::console::modal::Modal;
use crate::console::runs::review_dialog::footer::ReviewFooter;
use crate::console::runs::review_dialog::form::ReviewForm;
use crate::console::runs::review_dialog::how::How;
use crate::console::runs::review_dialog::save_plan::SavePlan;
use crate::console::runs::review_dialog::who::Who;
use crate::ui::close_button::CloseButton;
use crate::ui::dom::{focus_first_in, handler, once_shown};
use crate::ui::show::Show;

#[component]
pub(crate) fn ReviewDialog() -> impl IntoView {
    let app = use_app();
    let review = app.review();
    let is_open = Signal::derive(move || review.shown.with(Option::is_some));
    let form = ReviewForm::new(app);
    view! {
        <Modal
            name=Signal::derive(move || title(app))
            class="confirm review"
            part="dialog"
            is_open
            on_close=move || review.close()
            on_open=move || {
                form.forget_left();
                once_shown(move || focus_first_in(form.how));
            }
        >
            <Show when=move || is_open.get()>
                <div class="review-head">
                    <h2>{move || title(app)}</h2>
                    <p class="review-plan">{move || plan_number(app, form)}</p>
                    <p class="review-place">{move || place(app)}</p>
                    <SavePlan form/>
                    <CloseButton name=text::CLOSE class="quiet" on_press=handler(move |_| review.close())/>
                </div>
                <div class="review-body">
                    <Who form/>
                    <How form/>
                </div>
                <ReviewFooter form/>
            </Show>
        </Modal>
    }
}

/// A signal of what `make` returns, which changes only when that differs: a `Memo` for values with an `Rc` in them,
/// which `Memo` itself doesn't take.
pub(crate) fn local_memo<T: Clone + PartialEq + 'static>(
    make: impl Fn() -> T + Send + Sync + 'static,
) -> Signal<T, LocalStorage> {
    let memo = Memo::new_with_compare(
        move |_| SendWrapper::new(make()),
        |old, new| old.map(|old| &**old) != new.map(|new| &**new),
    );
    Signal::derive_local(move || memo.with(|value| (**value).clone()))
}

/// What the run does, for how many users.
fn title(app: App) -> String {
    let (to, changes) = (app.review().to(), app.review().changes());
    text::mfa_change::begin(to, &number(app, changes as u64), changes)
}

/// The number of the plan as it would be started now: what is filled in changes it.
fn plan_number(app: App, form: ReviewForm) -> Option<String> {
    let plan = app.review().plan(&*form.preview.get()?);
    Some(text::review::plan(&plan.number().to_string()))
}

fn place(app: App) -> String {
    match app.session().phase.get() {
        Phase::Connected { environment, region } => {
            let place = text::disable_dialog::place(&environment.name, &text::kind(&environment.kind));
            format!("{place}, {}", region.label)
        }
        Phase::Form | Phase::Loading | Phase::Connecting => String::new(),
    }
}
