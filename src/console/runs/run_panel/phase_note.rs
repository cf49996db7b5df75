//! What the run does or waits for in its present phase.

use leptos::prelude::*;
use pingone::fault::Fault;
use pingone_mfa_core::diagnosis::evidence::Operation;
use pingone_mfa_core::run::pilot::PilotReadings;

use crate::console::app::App;
use crate::console::app::use_app;
use crate::console::format::{moment, number};
use crate::console::runs::run::Phase;
use crate::console::runs::text;
use crate::console::troubleshooting::state::Location;
use pingone_mfa_core::run::engine::{Outdated, PauseReason};

use crate::connect::sign_in::SignInAgainButton;
use crate::console::runs::run_panel::finished::FinishedRun;
use crate::console::runs::run_panel::speed::pace;
use crate::console::runs::run_panel::{of_run, of_run_untracked};
use crate::console::troubleshooting::failure::Failure;
use crate::console::troubleshooting::failure::FailureCase;
use crate::console::troubleshooting::fault_card::FaultCard;
use crate::ui::memo::memo;

/// What the run does or waits for, in one or two sentences.
#[component]
pub(crate) fn PhaseNote(phase: Phase) -> impl IntoView {
    let app = use_app();
    match phase {
        Phase::Starting => view! { <p class="working">{text::run::STARTING}</p> }.into_any(),
        Phase::NotStarted(_) => view! { <p class="run-waits">{text::run::NOT_STARTED}</p> }.into_any(),
        Phase::Elsewhere => view! { <p class="run-waits">{text::run::ELSEWHERE}</p> }.into_any(),
        Phase::Working => view! { <p class="hint">{move || pace(app)}</p> }.into_any(),
        Phase::Paused(reason) => view! { <PauseNote reason/> }.into_any(),
        Phase::Stopping => view! { <p class="working">{text::run::STOPPING}</p> }.into_any(),
        Phase::Verifying(_) => {
            view! { <p class="working">{move || text::run::reading_back(&left_to_read(app))}</p> }.into_any()
        }
        Phase::Refreshing(_) => {
            let sentence = reading_again(app);
            view! { <p class="working">{move || sentence(&left_to_read(app))}</p> }.into_any()
        }
        Phase::VerificationPaused(_) | Phase::RefreshPaused(_) => {
            view! { <p class="run-waits">{text::run::CHECKS_FAIL}</p> }.into_any()
        }
        Phase::Over { .. } => ().into_any(),
    }
}

/// Why something failed, or what a finished run has to say beside its numbers.
#[component]
pub(crate) fn PhaseDetails(phase: Phase) -> impl IntoView {
    match phase {
        Phase::NotStarted(fault)
        | Phase::VerificationPaused(fault)
        | Phase::RefreshPaused(fault)
        | Phase::Paused(PauseReason::NotStored(fault) | PauseReason::Failing { fault, .. }) => {
            view! { <Explanation fault/> }.into_any()
        }
        Phase::Paused(PauseReason::Refused(fault)) => {
            let (tried, title) = (Operation::ChangeFlag(None), text::fault(&fault));
            view! { <Failure at=Location::Run tried=tried fault title/> }.into_any()
        }
        Phase::Over { unread, is_stopped } => view! { <FinishedRun unread is_stopped/> }.into_any(),
        _ => ().into_any(),
    }
}

fn left_to_read(app: App) -> String {
    of_run(app, |run| match run.phase {
        Phase::Verifying(left) | Phase::Refreshing(left) => number(app, left as u64),
        _ => String::new(),
    })
}

fn reading_again(app: App) -> fn(&str) -> String {
    let why = app.run().progress.read_untracked().as_ref().and_then(|run| run.outdated);
    match why {
        Some(Outdated::AnotherWriter) => text::run::checking_for_another_writer,
        Some(Outdated::HandedOver) => text::run::checking_after_hand_over,
        Some(Outdated::LongWait) | None => text::run::reading_again,
    }
}

/// Why the run is paused, and what helps.
#[component]
fn PauseNote(reason: PauseReason) -> impl IntoView {
    let app = use_app();
    let sentence = match reason {
        PauseReason::Step => {
            text::run::paused_after(&of_run_untracked(app, |run| number(app, run.tally.ended())))
        }
        ref reason => text::run::pause_reason(reason),
    };
    let more = match reason {
        PauseReason::Token => Some(view! { <TokenNeeded/> }.into_any()),
        PauseReason::PilotUser => Some(view! { <PilotResult/> }.into_any()),
        PauseReason::AnotherWriter => Some(view! { <p>{move || another_writer(app)}</p> }.into_any()),
        PauseReason::HandedOver => Some(view! { <p>{move || handed_over(app)}</p> }.into_any()),
        _ => None,
    };
    view! {
        <p class="run-waits">{sentence}</p>
        {more}
    }
}

#[component]
fn TokenNeeded() -> impl IntoView {
    let session = use_app().session();
    let signs_in = session.offers_sign_in();
    let sign_in = signs_in.then(|| {
        view! { <div class="line"><SignInAgainButton/></div> }
    });
    view! {
        <p>{text::run::needs_token(signs_in)}</p>
        {sign_in}
    }
}

/// What the other writer did to the run's users, as far as it is known.
fn another_writer(app: App) -> String {
    of_run(app, |run| {
        let seen = run.another_writer_at.map(|at| moment(app, at)).unwrap_or_default();
        let already = run.read_again.map_or(0, |(_, already)| already);
        let left = number(app, run.tally.all() - run.tally.ended());
        text::run::another_writer(&seen, already, &number(app, already), &left, run.plan.to)
    })
}

fn handed_over(app: App) -> String {
    let left = of_run(app, |run| number(app, run.tally.all() - run.tally.ended()));
    text::run::handed_over(&left)
}

/// What was seen of the pilot user, to decide whether the run continues.
#[component]
fn PilotResult() -> impl IntoView {
    let app = use_app();
    let seen = memo(move || of_run(app, |run| run.pilot.as_ref().map(|pilot| pilot_result(app, pilot))));
    view! { {move || {
        seen.get().map(|sentences| {
            view! {
                <p class="run-pilot">
                    <bdi>{sentences}</bdi>
                </p>
            }
        })
    }} }
}

fn pilot_result(app: App, pilot: &PilotReadings) -> String {
    let flag = pilot.flag.as_ref().map(text::pilot::flag);
    let devices =
        pilot.devices().map(|devices| text::pilot::devices(app.ports.get().locale.as_ref(), &devices));
    let sentences: Vec<String> = flag.into_iter().chain(devices).collect();
    sentences.join(" ")
}

/// The diagnosis of the fault, or the fault itself before one was asked for.
#[component]
fn Explanation(fault: Fault) -> impl IntoView {
    let card = move || view! { <FaultCard fault=fault.clone()/> };
    view! { <FailureCase at=Location::Run fallback=card/> }
}
