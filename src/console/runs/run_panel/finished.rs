//! A run that is over: its result, why users were not changed, and what can be done about it.

use leptos::prelude::*;
use pingone::time::Timestamp;
use pingone_mfa_core::run::plan::Exclusion;
use pingone_mfa_core::run::reason::Reason;
use pingone_mfa_core::run::row::RowState;

use crate::console::app::App;
use crate::console::app::use_app;
use crate::console::format::{moment, number};
use crate::console::runs::text;
use crate::console::troubleshooting::state::Location;

use crate::console::runs::run_panel::of_run;
use crate::console::runs::run_panel::report::Report;
use crate::console::troubleshooting::failure::FailureCase;
use crate::ui::dom::handler;

/// How many reasons are listed one by one. The report has them all.
const MOST_REASONS: usize = 5;

#[component]
pub(crate) fn FinishedRun(unread: usize, is_stopped: bool) -> impl IntoView {
    let app = use_app();
    let unread = (unread > 0).then(|| text::run::unread(&number(app, unread as u64)));
    view! {
        <p class="run-result">{move || result(app, is_stopped)}</p>
        {unread.map(|sentence| view! { <p class="note">{sentence}</p> })}
        {move || left_out(app).map(|sentence| view! { <p class="note">{sentence}</p> })}
        <Reasons/>
        <FailureCase at=Location::Run fallback=|| ()/>
        <Report/>
    }
}

fn result(app: App, is_stopped: bool) -> String {
    of_run(app, |run| {
        let changed = run.tally.of(RowState::Changed);
        let time = run.ended_at.map(|at| moment(app, at)).unwrap_or_default();
        let read_back = app.read_back();
        let left = number(app, run.tally.of(RowState::Waiting));
        text::run::over(
            run.plan.to,
            &time,
            &number(app, changed),
            &number(app, read_back),
            is_stopped.then_some(left.as_str()),
        )
    })
}

/// Which users the run left out, and why. `None` where it left out none.
fn left_out(app: App) -> Option<String> {
    of_run(app, |run| {
        let counted = Exclusion::ALL.map(|why| (why, run.plan.left_out_for(why)));
        let counted = counted.into_iter().filter(|(_, users)| *users > 0);
        let said = counted.map(|(why, users)| {
            format!("{} {}", number(app, users as u64), text::review::exclusion(why, run.plan.to))
        });
        let said: Vec<String> = said.collect();
        (!said.is_empty()).then(|| text::run::left_out(&said.join(", ")))
    })
}

/// Why users were not changed, each reason with a way to its cause.
#[component]
fn Reasons() -> impl IntoView {
    let app = use_app();
    let mut reasons = app.run().reasons();
    if reasons.is_empty() {
        return None;
    }
    let others: u32 = reasons.iter().skip(MOST_REASONS).map(|reason| reason.users).sum();
    let others = (others > 0).then(|| text::run::other_reasons(&number(app, others)));
    reasons.truncate(MOST_REASONS);
    Some(view! {
        <ul class="run-reasons" aria-label=text::run::REASONS>
            {reasons.into_iter().map(|reason| view! { <ReasonLine reason/> }).collect_view()}
            {others.map(|others| view! { <li>{others}</li> })}
        </ul>
    })
}

#[component]
fn ReasonLine(reason: Reason) -> impl IntoView {
    let app = use_app();
    let sentence = text::run::reason(&reason, &number(app, reason.users));
    let why = (reason.status >= 400).then(|| {
        let name = text::run::why(&sentence);
        view! { <button aria-label=name on:click=handler(move |_| app.run().ask_why(&reason))>{text::run::WHY}</button> }
    });
    view! {
        <li class="line">
            <span>{sentence}</span>
            {why}
        </li>
    }
}

/// What can be done about users who were not changed, and about those who were.
#[component]
pub(crate) fn FinishedActions(unread: usize) -> impl IntoView {
    let app = use_app();
    let check = (unread > 0).then(|| {
        view! { <button on:click=handler(move |_| app.run().check())>{text::run::CHECK}</button> }
    });
    view! {
        <RetryButtons/>
        {check}
        <UndoButton/>
        <button on:click=handler(move |_| app.run().close())>{text::run::CLOSE}</button>
    }
}

/// Retrying what a retry or a granted role can mend.
#[component]
fn RetryButtons() -> impl IntoView {
    let app = use_app();
    let mendable = app.mendable().unwrap_or_default();
    let granted = (mendable.grant > 0).then(|| {
        let needs_role = text::run::needs_role(mendable.grant, &number(app, mendable.grant));
        let all = number(app, mendable.retry + mendable.grant);
        view! {
            <span class="hint">{needs_role}</span>
            <button on:click=handler(move |_| app.retry(true))>{text::run::retry_granted(mendable.retry, &all)}</button>
        }
    });
    let retry = (mendable.retry > 0).then(|| {
        let name = text::run::retry(&number(app, mendable.retry));
        view! { <button on:click=handler(move |_| app.retry(false))>{name}</button> }
    });
    view! {
        {granted}
        {retry}
    }
}

#[component]
fn UndoButton() -> impl IntoView {
    let app = use_app();
    let offer = Memo::new(move |_| undo_offer(app));
    move || {
        offer.get().map(|UndoOffer { users, until, to }| {
            view! {
                <span class="hint">{text::run::undo_until(&moment(app, until))}</span>
                <button on:click=handler(move |_| app.undo())>{text::run::undo(to, &number(app, users))}</button>
            }
        })
    }
}

#[derive(Debug, Clone, Copy, PartialEq)]
struct UndoOffer {
    users: u32,
    until: Timestamp,
    /// What the run set that would be undone.
    to: bool,
}

fn undo_offer(app: App) -> Option<UndoOffer> {
    let (users, until) = app.undoable()?;
    let to = of_run(app, |run| run.plan.to);
    app.review().may_run(!to).then_some(UndoOffer { users, until, to })
}
