//! The foot of the review, always visible: what the run costs, the number to type, and the button that starts it.

use leptos::prelude::*;
use pingone::time::Timestamp;
use pingone_mfa_core::run::estimate::{Estimate, TokenSpan};

use crate::console::app::{App, use_app};
use crate::console::format::{moment, number};
use crate::console::runs::review_dialog::form::{Field, ReviewForm, why_not_yet};
use crate::console::runs::review_dialog::how::NumberField;
use crate::console::runs::review_dialog::title;
use crate::console::runs::text;
use crate::ui::dom::handler;
use crate::ui::memo::memo;

/// Milliseconds of a minute.
const MINUTE: u64 = 60_000;

#[component]
pub(super) fn ReviewFooter(form: ReviewForm) -> impl IntoView {
    let app = use_app();
    let review = app.review();
    let can_start = move || form.preview.with(Option::is_some) && form.obstacle.get().is_none();
    let press = move |_| if untrack(can_start) { review.start() } else { form.focus_missing() };
    // The reason is said once: beside its field, or here until the field says it.
    let reason_id =
        move || form.missing().filter(|field| form.shows_missing(*field)).unwrap_or(Field::Number).hint_id();
    let obstacle = move || {
        let is_here = reason_id() == Field::Number.hint_id();
        if is_here { why_not_yet(app, form) } else { String::new() }
    };
    let name = move || {
        if review.starts_with_pilot() { text::review::START_WITH_PILOT.to_owned() } else { title(app) }
    };
    view! {
        <footer class="review-foot">
            <div class="review-costs-line">
                <Costs form/>
                <NumberField form/>
            </div>
            <p class="review-obstacle" id=Field::Number.hint_id() role="status">{obstacle}</p>
            <button on:click=handler(move |_| review.close())>{text::review::CANCEL}</button>
            <button
                class=move || if review.to() { "review-start primary" } else { "review-start danger" }
                aria-describedby=reason_id
                aria-disabled=move || (!can_start()).to_string()
                on:click=handler(press)
            >
                {name}
            </button>
        </footer>
    }
}

/// What the run costs. The texts follow the clock.
#[component]
fn Costs(form: ReviewForm) -> impl IntoView {
    let app = use_app();
    let estimate = memo(move || {
        app.session().now.track();
        let preview = form.preview.get().filter(|preview| !preview.plan.rows.is_empty());
        preview.and_then(|preview| app.review().estimate(&preview))
    });
    let requests =
        move || estimate.get().map(|estimate| text::review::requests(&number(app, estimate.requests)));
    let takes = move || estimate.get().map(|estimate| takes(app, estimate));
    let token = move || estimate.get().map(|estimate| token(app, estimate));
    view! {
        <p class="review-costs">
            <span>{requests}</span>
            <span>{takes}</span>
            <span>{token}</span>
        </p>
    }
}

fn takes(app: App, estimate: Estimate) -> String {
    let review = app.review();
    let pace = number(app, app.run().ceiling.get().whole());
    let waits = review.has_pilot() || review.pauses.get();
    text::review::takes(estimate.takes.0.div_ceil(MINUTE), &pace, waits)
}

/// Whether the token lasts.
fn token(app: App, estimate: Estimate) -> String {
    match estimate.token {
        TokenSpan::Unknown => text::review::TOKEN_UNKNOWN.to_owned(),
        TokenSpan::Lasts { left } => {
            text::review::token_lasts(left.0.saturating_sub(estimate.takes.0) / MINUTE)
        }
        TokenSpan::Ends { waits_after, .. } => {
            let now = app.session().now.get_untracked();
            let at = Timestamp(now.0.saturating_add(i64::try_from(waits_after.0).unwrap_or(i64::MAX)));
            text::review::token_ends(&moment(app, at))
        }
    }
}
