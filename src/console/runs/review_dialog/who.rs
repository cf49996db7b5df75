//! Who will be changed: the sum from the selected users to those who will be changed, and what to know about them.

use leptos::prelude::*;
use pingone::fault::{Fault, RetryKind};
use pingone::token::Actor;

use crate::console::app::{App, use_app};
use crate::console::format::{moment, number};
use crate::console::runs::review::{Reading, Reviewed};
use crate::console::runs::review_dialog::form::ReviewForm;
use crate::console::runs::review_dialog::local_memo;
use crate::console::runs::review_dialog::skipped::{LearnDevices, Line, SumLine, Unreadable};
use crate::console::runs::text;
use crate::console::troubleshooting::state::Location;

use crate::connect::form::ObstacleNotice;
use crate::connect::token_field::NextToken;
use crate::console::troubleshooting::failure::FailureCase;
use crate::console::troubleshooting::fault_card::FaultCard;
use crate::ui::dom::handler;
use crate::ui::show::Show;

#[component]
pub(super) fn Who(form: ReviewForm) -> impl IntoView {
    let app = use_app();
    let review = app.review();
    let undoes = review.shown.with_untracked(|shown| {
        let undone = shown.as_ref()?.proposal.undoes.clone()?;
        Some(text::review::undoes(&undone.number.to_string(), &undone.reference))
    });
    let shown = RwSignal::new(None);
    let lines = Line::ALL.map(|line| view! { <SumLine form line shown/> });
    view! {
        <div class="review-who" node_ref=form.who role="group" aria-label=text::review::WHO>
            <h3>{text::review::WHO}</h3>
            {undoes.map(|undoes| view! { <p>{undoes}</p> })}
            <table class="review-sums">
                <tbody>
                    <tr>
                        <td class="review-number">{move || number(app, selected(app, form))}</td>
                        <th scope="row" colspan="2">
                            {text::review::SELECTED} " "
                            <span class="hint">{move || freshness(app, form)}</span>
                        </th>
                    </tr>
                    {lines.into_iter().collect_view()}
                </tbody>
            </table>
            <Progress/>
            <Show when=move || form.preview.with(Option::is_some)>
                <LearnDevices form/>
                <Unreadable form/>
                <Notes form/>
            </Show>
        </div>
    }
}

fn selected(app: App, form: ReviewForm) -> u64 {
    let of_proposal = || app.review().shown.read().as_ref().map_or(0, |it| it.proposal.users.len() as u64);
    form.preview.read().as_ref().map_or_else(of_proposal, |preview| preview.chosen)
}

fn freshness(app: App, form: ReviewForm) -> String {
    let listed_at =
        app.review().shown.read().as_ref().and_then(|shown| shown.listed_at).map(|at| moment(app, at));
    let read_at = form.preview.get().map(|preview| moment(app, preview.plan.made_at));
    text::review::freshness(listed_at.as_deref(), read_at.as_deref())
}

/// How far the reading of the current values is; nothing once it is done.
#[component]
fn Progress() -> impl IntoView {
    let app = use_app();
    let reading = local_memo(move || app.review().shown.read().as_ref().map(without_count));
    view! { {move || {
        reading.get().map(|reading| match reading {
            Reading::Waiting(until) => {
                let until = app.ports.get().locale.time_to_second(until);
                view! { <p class="working" role="status">{text::review::waiting(&until)}</p> }.into_any()
            }
            Reading::Going(_) => {
                view! { <p class="working" role="status">{move || progress(app)}</p> }.into_any()
            }
            Reading::Failed(fault) => view! { <ReadFailed fault/> }.into_any(),
            Reading::Ready(_) => ().into_any(),
        })
    }} }
}

/// How far the reading is, without the count, which its sentence follows by itself.
fn without_count(reviewed: &Reviewed) -> Reading {
    match &reviewed.reading {
        Reading::Going(_) => Reading::Going(0),
        other => other.clone(),
    }
}

fn progress(app: App) -> String {
    match &*app.review().shown.read() {
        Some(Reviewed { proposal, reading: Reading::Going(read), .. }) => {
            text::review::reading(&number(app, *read), &number(app, proposal.users.len() as u64))
        }
        _ => String::new(),
    }
}

#[component]
fn ReadFailed(fault: Fault) -> impl IntoView {
    let app = use_app();
    // The page's own field for a token lies behind this dialog.
    let needs_token = fault.retry() == RetryKind::WithNewToken;
    let card = move || view! { <FaultCard fault=fault.clone()/> };
    let token = needs_token.then(|| view! { <div class="review-token"><NextToken/> <ObstacleNotice/></div> });
    let again = (!needs_token).then(|| {
        view! { <button on:click=handler(move |_| app.review().read_on())>{text::review::READ_AGAIN}</button> }
    });
    view! {
        <FailureCase at=Location::Review fallback=card/>
        {token}
        {again}
    }
}

/// What the change means for sign-ins, and what the page can't know.
#[component]
fn Notes(form: ReviewForm) -> impl IntoView {
    let app = use_app();
    let to = untrack(|| app.review().to());
    let has_own = move || form.preview.read().as_ref().is_some_and(|it| it.own_account > 0);
    // Users without an active device are among those who will be changed.
    let has_note = move || {
        let preview = form.preview.read();
        preview.as_ref().is_some_and(|it| {
            let rows = it.plan.rows.len() as u64;
            if to { rows > it.with_device } else { rows > 0 }
        })
    };
    let is_application =
        move || app.session().facts().is_some_and(|facts| matches!(facts.actor, Actor::Application(_)));
    let is_around_frame = app.ports.get().embedder.is_around_frame();
    view! {
        <Show when=has_own>
            <p class="note warn">{text::confirm::own_account(to)}</p>
        </Show>
        <Show when=has_note>
            <p class="note warn">{if to { text::review::NO_DEVICE_NOTE } else { text::review::OFF_NOTE }}</p>
        </Show>
        <Show when=is_application>
            <p class="hint">{text::review::NOT_YOU}</p>
        </Show>
        {is_around_frame.then(|| view! { <p class="hint">{text::host_token::APART}</p> })}
    }
}
