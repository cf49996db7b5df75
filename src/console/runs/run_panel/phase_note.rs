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
use crate::console::runs::run_panel::of_run;
use crate::console::troubleshooting::failure::Failure;
use crate::console::troubleshooting::failure::FailureCase;
use crate::console::troubleshooting::fault_card::FaultCard;

#[component]
pub(crate) fn PhaseNote(phase: Phase) -> impl IntoView {
    let app = use_app();
    match phase {
        Phase::Starting => view! { <p class="working">{text::run::STARTING}</p> }.into_any(),
        Phase::NotStarted(fault) => view! {
            <p class="note">{text::run::NOT_STARTED}</p>
            <Explanation fault/>
        }
        .into_any(),
        Phase::Elsewhere => view! { <p class="note">{text::run::ELSEWHERE}</p> }.into_any(),
        Phase::Working => view! { <p class="hint">{move || pace(app)}</p> }.into_any(),
        Phase::Halted(reason) => view! { <PauseNote reason/> }.into_any(),
        Phase::Stopping => view! { <p class="working">{text::run::STOPPING}</p> }.into_any(),
        Phase::ReadingBack(_) => {
            view! { <p class="working">{move || text::run::reading_back(&left_to_read(app))}</p> }.into_any()
        }
        Phase::ReadingAgain(_) => {
            let sentence = reading_again(app);
            view! { <p class="working">{move || sentence(&left_to_read(app))}</p> }.into_any()
        }
        Phase::ReadBackHalted(fault) | Phase::ReadAgainHalted(fault) => {
            view! { <Explanation fault/> }.into_any()
        }
        Phase::Over { unread, is_stopped } => view! { <FinishedRun unread is_stopped/> }.into_any(),
    }
}

fn left_to_read(app: App) -> String {
    of_run(app, |run| match run.phase {
        Phase::ReadingBack(left) | Phase::ReadingAgain(left) => number(app, left as u64),
        _ => String::new(),
    })
}

fn reading_again(app: App) -> fn(&str) -> String {
    let why = app.run().progress.with_untracked(|run| run.as_ref().and_then(|run| run.outdated));
    match why {
        Some(Outdated::AnotherWriter) => text::run::checking_for_another_writer,
        Some(Outdated::HandedOver) => text::run::checking_after_hand_over,
        Some(Outdated::LongWait) | None => text::run::reading_again,
    }
}

fn pace(app: App) -> String {
    of_run(app, |run| {
        let Some(pace) = run.users_per_second else { return String::new() };
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "some users a second")]
        let tenths = (pace * 10.0).round().max(0.0) as u64;
        let pace = text::run::pace(tenths, &number(app, app.run().ceiling.get().whole()));
        match run.slowed {
            Some((times, last)) => format!("{pace} {}", text::run::slowed(times, &moment(app, last))),
            None => pace,
        }
    })
}

/// Why the run is paused, and what helps.
#[component]
fn PauseNote(reason: PauseReason) -> impl IntoView {
    let app = use_app();
    let sentence = text::run::halt(&reason);
    let more = match reason {
        PauseReason::ByPerson | PauseReason::Step => None,
        PauseReason::Token => Some(view! { <TokenNeeded/> }.into_any()),
        PauseReason::Refused(fault) => {
            let (tried, title) = (Operation::ChangeFlag(None), text::fault(&fault));
            Some(view! { <Failure at=Location::Run tried=tried fault title/> }.into_any())
        }
        PauseReason::NotStored(fault) | PauseReason::Failing { fault, .. } => {
            Some(view! { <Explanation fault/> }.into_any())
        }
        PauseReason::PilotUser => Some(view! { <PilotResult/> }.into_any()),
        PauseReason::AnotherWriter => Some(view! { <p>{move || another_writer(app)}</p> }.into_any()),
        PauseReason::HandedOver => Some(view! { <p>{move || handed_over(app)}</p> }.into_any()),
    };
    view! {
        <p class="note">{sentence}</p>
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
    let seen =
        Memo::new(move |_| of_run(app, |run| run.trial.as_ref().map(|trial| pilot_result(app, trial))));
    move || {
        seen.get().map(|sentences| {
            view! {
                <p class="run-trial">
                    <bdi>{sentences}</bdi>
                </p>
            }
        })
    }
}

fn pilot_result(app: App, trial: &PilotReadings) -> String {
    let flag = trial.flag.as_ref().map(text::run::tried_flag);
    let devices =
        trial.devices().map(|devices| text::run::tried_devices(app.ports.get().locale.as_ref(), &devices));
    let sentences: Vec<String> = flag.into_iter().chain(devices).collect();
    sentences.join(" ")
}

/// The diagnosis of the fault, or the fault itself before one was asked for.
#[component]
fn Explanation(fault: Fault) -> impl IntoView {
    let card = move || view! { <FaultCard fault=fault.clone()/> };
    view! { <FailureCase at=Location::Run fallback=card/> }
}
