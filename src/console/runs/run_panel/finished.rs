//! A run that is over: what is left to do about it, and what it has to say beside its numbers.

use leptos::prelude::*;
use pingone::time::Timestamp;
use pingone_mfa_core::run::row::RowState;

use crate::console::app::{App, use_app};
use crate::console::format::{moment, number};
use crate::console::runs::text;
use crate::console::tabs::Tab;
use crate::console::troubleshooting::state::Location;
use crate::ui::close_button::CloseButton;
use crate::ui::dom::handler;

use crate::console::runs::run_panel::of_run;
use crate::console::runs::run_panel::reasons::{Reasons, skipped};
use crate::console::runs::run_panel::report::SaveShownReport;
use crate::console::troubleshooting::failure::FailureCase;
use crate::ui::memo::memo;
use crate::ui::show::Show;

#[component]
pub(crate) fn FinishedRun(unread: usize, is_stopped: bool) -> impl IntoView {
    let app = use_app();
    let stopped = move || is_stopped.then(|| view! { <span>{move || stopped(app)}</span> });
    let verify = (unread > 0).then(|| {
        let sentence = text::run::unread(unread, &number(app, unread as u64));
        view! {
            <span>{sentence}</span>
            <button class="link" on:click=handler(move |_| app.run().check())>{text::run::VERIFY}</button>
        }
    });
    view! {
        <div class="run-line">
            {stopped()}
            {verify}
            <NeedsRole/>
        </div>
        <FailureCase at=Location::Run fallback=|| ()/>
        <Show when=move || app.run().shows_details()>
            <Details/>
        </Show>
    }
}

/// What stands beside the numbers: how far a file is written, and the ways to more.
#[component]
pub(crate) fn FinishedLinks() -> impl IntoView {
    let app = use_app();
    let progress =
        move || text::saving::progress(app.ports.get().locale.as_ref(), app.saving().reported.get());
    view! {
        <div class="run-links">
            <span role="status">{progress}</span>
            <ShowInList/>
            <DetailsButton/>
        </div>
    }
}

fn stopped(app: App) -> String {
    of_run(app, |run| {
        let changed = run.tally.of(RowState::Changed);
        let left = run.tally.of(RowState::Waiting);
        text::run::stopped((changed, &number(app, changed)), (left, &number(app, left)))
    })
}

#[component]
fn ShowInList() -> impl IntoView {
    let app = use_app();
    let show = move |_| {
        app.show_run_in_list();
        app.show_tab(Tab::Users);
    };
    view! { <button class="link" on:click=handler(show)>{text::report_filter::SHOW_IN_LIST}</button> }
}

#[component]
fn DetailsButton() -> impl IntoView {
    let run = use_app().run();
    view! {
        <button
            class="link"
            aria-expanded=move || run.shows_details().to_string()
            on:click=handler(move |_| run.toggle_details())
        >
            {text::run::DETAILS}
        </button>
    }
}

#[component]
fn Details() -> impl IntoView {
    let app = use_app();
    let until = move || undo_offer(app).map(|offer| text::run::undo_until(&moment(app, offer.until)));
    view! {
        <div class="run-details">
            <Reasons/>
            {move || skipped(app).map(|sentence| view! { <p>{sentence}</p> })}
            {move || until().map(|sentence| view! { <p>{sentence}</p> })}
            <p>{text::run::AUTHORITY}</p>
        </div>
    }
}

/// What joins the numbers on the two buttons for retrying.
#[component]
fn NeedsRole() -> impl IntoView {
    let app = use_app();
    let grant = app.mendable().unwrap_or_default().grant;
    (grant > 0).then(|| view! { <span>{text::run::needs_role(grant, &number(app, grant))}</span> })
}

/// What can be done about users who were not changed, and about those who were.
#[component]
pub(crate) fn FinishedActions() -> impl IntoView {
    let app = use_app();
    view! {
        <SaveShownReport/>
        <RetryButtons/>
        <UndoButton/>
        <CloseButton name=text::CLOSE class="quiet run-close" on_press=handler(move |_| app.run().close())/>
    }
}

/// Retrying what a retry or a granted role can mend.
#[component]
fn RetryButtons() -> impl IntoView {
    let app = use_app();
    let mendable = app.mendable().unwrap_or_default();
    let granted = (mendable.grant > 0).then(|| {
        let name = text::run::retry_granted(mendable.retry, &number(app, mendable.retry + mendable.grant));
        view! { <button on:click=handler(move |_| app.retry(true))>{name}</button> }
    });
    let retry = (mendable.retry > 0).then(|| {
        let name = text::run::retry(&number(app, mendable.retry));
        view! { <button on:click=handler(move |_| app.retry(false))>{name}</button> }
    });
    view! {
        {retry}
        {granted}
    }
}

#[component]
fn UndoButton() -> impl IntoView {
    let app = use_app();
    let offer = memo(move || undo_offer(app));
    view! { {move || {
        offer.get().map(|UndoOffer { users, to, .. }| {
            let name = text::run::undo(to, users, &number(app, users));
            view! {
                <button class="danger" aria-label=name.clone() title=name on:click=handler(move |_| app.undo())>
                    {text::run::UNDO}
                </button>
            }
        })
    }} }
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
