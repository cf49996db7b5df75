//! How the run works: its pilot user, its pauses, its speed, and what is noted about it.

use leptos::ev;
use leptos::prelude::*;
use pingone_mfa_core::run::confirmation::Confirmation;

use crate::console::app::{App, use_app};
use crate::console::format::number;
use crate::console::runs::review_dialog::field_hint::FieldHint;
use crate::console::runs::review_dialog::form::{Field, ReviewForm};
use crate::console::runs::review_dialog::pilot_field::PilotField;
use crate::console::runs::text;
use crate::ui::dom::{handler, moves_on};
use crate::ui::memo::memo;
use crate::ui::show::Show;

/// The values of the choice after the pilot user.
const ALL: &str = "all";
const PAUSE: &str = "pause";

#[component]
pub(super) fn How(form: ReviewForm) -> impl IntoView {
    let review = use_app().review();
    // Fixed when the dialog opens: a field that came or went while values are read would move the others.
    let is_several =
        review.shown.read_untracked().as_ref().is_some_and(|reviewed| reviewed.proposal.users.len() > 1);
    let reference_hint = review.limits().change_reference.hint.clone().unwrap_or_default();
    let several = is_several.then(|| view! { <PilotField form/> <ThenField form/> });
    let reason = (!untrack(|| review.to())).then(|| {
        view! {
            <TextField
                form
                field=Field::Reason
                id="review-reason"
                name=text::review::REASON
                meaning=text::review::REASON_MEANING.to_owned()
                value=review.reason
            />
        }
    });
    view! {
        <div class="review-how" node_ref=form.how role="group" aria-label=text::review::HOW>
            <h3>{text::review::HOW}</h3>
            {several}
            <SpeedField/>
            <TextField
                form
                field=Field::Reference
                id="review-reference"
                name=text::review::REFERENCE
                meaning=reference_hint
                value=review.reference
            />
            {reason}
            <p class="hint review-meanwhile">{text::review::MEANWHILE}</p>
        </div>
    }
}

#[component]
pub(super) fn TextField(
    form: ReviewForm,
    field: Field,
    id: &'static str,
    name: &'static str,
    meaning: String,
    value: RwSignal<String>,
) -> impl IntoView {
    let leave = move |event: ev::FocusEvent| {
        if moves_on(&event) {
            form.leave(field);
        }
    };
    view! {
        <div class="review-field" node_ref=form.around(field)>
            <label class="field-name" for=id>{name}</label>
            <input
                type="text"
                id=id
                autocomplete="off"
                spellcheck="false"
                aria-describedby=field.hint_id()
                aria-label=name
                prop:value=value
                on:input:target=move |event| value.set(event.target().value())
                on:blur=handler(leave)
            />
            <FieldHint form field meaning/>
        </div>
    }
}

/// Whether the run pauses after the pilot user.
#[component]
fn ThenField(form: ReviewForm) -> impl IntoView {
    let app = use_app();
    let review = app.review();
    let choose = move |value: String| review.pauses.set(value == PAUSE);
    view! {
        <div class="review-field">
            <label class="field-name" for="review-then">{text::review::THEN}</label>
            <div class="review-then" node_ref=form.around(Field::Step)>
                <select
                    id="review-then"
                    aria-label=text::review::THEN
                    prop:value=move || if review.pauses.get() { PAUSE } else { ALL }
                    on:change:target=move |event| choose(event.target().value())
                >
                    <option value=ALL>{move || all_others(app)}</option>
                    <option value=PAUSE>{text::review::PAUSE}</option>
                </select>
                <Show when=move || review.pauses.get()>
                    <input
                        type="text"
                        inputmode="numeric"
                        autocomplete="off"
                        aria-label=text::review::PAUSE_EVERY
                        aria-describedby=Field::Step.hint_id()
                        prop:value=review.pause_every
                        on:input:target=move |event| review.pause_every.set(event.target().value())
                    />
                </Show>
            </div>
            <FieldHint form field=Field::Step meaning=Signal::stored(String::new())/>
        </div>
    }
}

fn all_others(app: App) -> String {
    let review = app.review();
    let starts_with_pilot = review.starts_with_pilot();
    let others = review.changes().saturating_sub(usize::from(starts_with_pilot));
    text::review::all_others(others, &number(app, others as u64), starts_with_pilot)
}

/// The highest request rate.
#[component]
fn SpeedField() -> impl IntoView {
    let app = use_app();
    let ceiling = app.run().ceiling;
    let in_use = ceiling.get_untracked().whole();
    let option = move |ceiling: u32| {
        let is_in_use = u64::from(ceiling) == in_use;
        view! {
            <option value=ceiling.to_string() selected=is_in_use>{text::review::speed(&number(app, ceiling))}</option>
        }
    };
    let choose = move |event| {
        if let Ok(ceiling) = event_target_value(&event).parse() {
            app.run().limit(ceiling);
        }
    };
    view! {
        <div class="review-field">
            <label class="field-name" for="review-speed">{text::review::SPEED}</label>
            <select
                id="review-speed"
                aria-label=text::review::SPEED
                on:change=handler(choose)
            >
                {ceiling.choices().into_iter().map(option).collect_view()}
            </select>
        </div>
    }
}

/// The field for the number of changes, where it has to be typed.
#[component]
pub(super) fn NumberField(form: ReviewForm) -> impl IntoView {
    let app = use_app();
    let review = app.review();
    let is_needed = memo(move || {
        let confirmation = form.preview.get().map(|preview| review.confirmation(&preview));
        matches!(confirmation, Some(Confirmation::Review { number: true, .. }))
    });
    let name = move || text::review::type_number(&number(app, review.changes() as u64));
    view! {
        <Show when=move || is_needed.get()>
            <div class="review-number-field" node_ref=form.around(Field::Number)>
                <label for="review-typed">
                    <span class="field-name">{name}</span> " " {text::review::TO_CONFIRM}
                </label>
                <input
                    type="text"
                    inputmode="numeric"
                    id="review-typed"
                    autocomplete="off"
                    spellcheck="false"
                    aria-label=name
                    aria-describedby=Field::Number.hint_id()
                    prop:value=review.typed
                    on:input:target=move |event| review.typed.set(event.target().value())
                />
            </div>
        </Show>
    }
}
