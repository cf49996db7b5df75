//! The buttons of the run card. Each phase has its own; a button that the next phase has too stays in place, with the
//! focus, and no other button ever takes over its element: a press meant for "Pause" can't reach "Continue".

use leptos::prelude::*;

use crate::console::app::use_app;
use crate::console::runs::run::Phase;
use crate::console::runs::text;
use pingone_mfa_core::run::engine::PauseReason;

use crate::console::runs::run_panel::finished::FinishedActions;
use crate::console::runs::run_panel::shown_phase::ShownPhase;
use crate::ui::dom::handler;

/// What can be done about a run that isn't over.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum RunAction {
    SaveFile,
    Stop,
    Pause,
    /// The button's name says what is resumed.
    Resume(&'static str),
    ContinueHere,
    TakeOver,
    SkipReadBack,
    Close,
}

#[component]
pub(crate) fn RunActions(phase: Memo<Option<ShownPhase>>) -> impl IntoView {
    let actions =
        move || phase.with(|phase| phase.as_ref().map_or_else(Vec::new, |phase| actions_in(&phase.0)));
    let unread = move || phase.with(|phase| phase.as_ref().and_then(|phase| unread_in(&phase.0)));
    view! {
        <For each=actions key=|action| *action children=|action| view! { <ActionButton action/> }/>
        {move || unread().map(|unread| view! { <FinishedActions unread/> })}
    }
}

/// In the order in which they are shown. A run that is over has actions of its own.
fn actions_in(phase: &Phase) -> Vec<RunAction> {
    use RunAction::{Close, ContinueHere, Pause, Resume, SaveFile, SkipReadBack, Stop, TakeOver};

    match phase {
        Phase::Starting | Phase::Stopping | Phase::Over { .. } => vec![],
        Phase::NotStarted(_) => vec![Close],
        Phase::Elsewhere => vec![Close, TakeOver],
        Phase::Working => vec![Stop, Pause],
        Phase::Halted(PauseReason::Token) => vec![SaveFile, Stop],
        Phase::Halted(PauseReason::ByPerson) => vec![SaveFile, Stop, Resume(text::run::RESUME)],
        Phase::Halted(PauseReason::AnotherWriter) => vec![Stop, Resume(text::run::CONTINUE)],
        Phase::Halted(PauseReason::HandedOver) => vec![SaveFile, Stop, ContinueHere],
        Phase::Halted(PauseReason::PilotUser | PauseReason::Step | PauseReason::Refused(_)) => {
            vec![Stop, Resume(text::run::GO_ON)]
        }
        Phase::Halted(PauseReason::Failing { .. } | PauseReason::NotStored(_))
        | Phase::ReadAgainHalted(_) => {
            vec![Stop, Resume(text::run::TRY_NOW)]
        }
        Phase::ReadingBack(_) => vec![SkipReadBack],
        Phase::ReadingAgain(_) => vec![Stop],
        Phase::ReadBackHalted(_) => vec![SkipReadBack, Resume(text::run::TRY_NOW)],
    }
}

fn unread_in(phase: &Phase) -> Option<usize> {
    match phase {
        Phase::Over { unread, .. } => Some(*unread),
        _ => None,
    }
}

#[component]
fn ActionButton(action: RunAction) -> impl IntoView {
    let run = use_app().run();
    match action {
        RunAction::SaveFile => view! {
            <span class="hint">{text::run::SAVE_FILE_MEANING}</span>
            <button class="quiet" on:click=handler(move |_| run.save_file())>{text::run::SAVE_FILE}</button>
        }
        .into_any(),
        RunAction::Stop => view! {
            <span class="hint">{text::run::STAYS}</span>
            <button on:click=handler(move |_| run.ask_to_stop())>{text::run::STOP}</button>
        }
        .into_any(),
        RunAction::Pause => {
            view! { <button on:click=handler(move |_| run.pause())>{text::run::PAUSE}</button> }.into_any()
        }
        RunAction::Resume(name) => {
            view! { <button class="primary" on:click=handler(move |_| run.resume())>{name}</button> }
                .into_any()
        }
        RunAction::ContinueHere => {
            view! { <button on:click=handler(move |_| run.go_on_here())>{text::run::CONTINUE_HERE}</button> }
                .into_any()
        }
        RunAction::TakeOver => {
            view! { <button on:click=handler(move |_| run.take_over())>{text::run::TAKE_OVER}</button> }
                .into_any()
        }
        RunAction::SkipReadBack => {
            view! { <button on:click=handler(move |_| run.stop())>{text::run::LEAVE_UNREAD}</button> }
                .into_any()
        }
        RunAction::Close => {
            view! { <button on:click=handler(move |_| run.close())>{text::run::CLOSE}</button> }.into_any()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use pingone::fault::{Fault, JournalFault};
    use pingone::time::Millis;

    #[test]
    fn a_paused_run_can_always_be_stopped_and_never_be_closed() {
        for reason in [
            PauseReason::ByPerson,
            PauseReason::PilotUser,
            PauseReason::Step,
            PauseReason::Token,
            PauseReason::Refused(Fault::Unreachable),
            PauseReason::AnotherWriter,
            PauseReason::HandedOver,
            PauseReason::Failing { until: Millis(0), fault: Fault::Unreachable },
            PauseReason::NotStored(Fault::NotStored(JournalFault::Silent)),
        ] {
            let actions = actions_in(&Phase::Halted(reason));
            assert!(actions.contains(&RunAction::Stop), "{actions:?}");
            assert!(!actions.contains(&RunAction::Close), "{actions:?}");
        }
    }
}
