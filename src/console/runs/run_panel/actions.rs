//! The buttons of the run card. Each phase has its own; a button that the next phase has too stays in place, with the
//! focus, and no other button ever takes over its element: a press meant for "Pause" can't reach "Continue".

use leptos::prelude::*;
use leptos::{ev, html};

use crate::console::app::{App, use_app};
use crate::console::format::number;
use crate::console::runs::run::{Phase, Progress};
use crate::console::runs::text;
use pingone_mfa_core::run::engine::PauseReason;

use crate::console::runs::run_panel::finished::FinishedActions;
use crate::console::runs::run_panel::of_run;
use crate::console::runs::run_panel::shown_phase::ShownPhase;
use crate::ui::dom::{focus, handler, moves_on};
use crate::ui::list::For;
use crate::ui::memo::memo;

/// Where an action stands on the card.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Place {
    /// Beside the title.
    Head,
    /// Beside what the run waits for.
    Line,
}

/// What can be done about a run that isn't over.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum RunAction {
    Pause,
    Resume,
    Stop,
    Close,
    /// Continues after a pause that asks for a decision; the button says with how many users.
    Continue,
    /// Continues after a planned pause, without those that would follow.
    ContinueWithAll,
    TryNow,
    ContinueHere,
    TakeOver,
    SkipVerification,
    SaveFile,
}

impl RunAction {
    const fn place(self) -> Place {
        match self {
            Self::Pause | Self::Resume | Self::Stop | Self::Close => Place::Head,
            _ => Place::Line,
        }
    }

    const fn class(self) -> &'static str {
        match self {
            Self::Resume | Self::Continue | Self::TryNow => "primary",
            Self::Stop => "danger",
            Self::SaveFile => "link",
            _ => "",
        }
    }
}

/// The button that has the focus.
type Focused = StoredValue<Option<RunAction>>;

#[component]
pub(crate) fn RunActions(
    phase: Memo<Option<ShownPhase>>,
    place: Place,
    /// Takes the focus from a button that goes.
    heading: NodeRef<html::H2>,
) -> impl IntoView {
    let app = use_app();
    let has_steps = memo(move || of_run(app, |progress| progress.next() < progress.rest()));
    let focused = Focused::new(None);
    let actions = move || {
        let mut actions = phase.read().as_ref().map_or_else(Vec::new, |phase| actions_in(&phase.0));
        actions.retain(|action| *action != RunAction::ContinueWithAll || has_steps.get());
        // Before the button goes, so that the focus is on something at any time.
        if focused.get_value().is_some_and(|focused| !actions.contains(&focused)) {
            // Once: in a window behind another one, nothing tells that the focus has left the button.
            focused.set_value(None);
            focus(heading);
        }
        actions.into_iter().filter(|action| action.place() == place).collect::<Vec<_>>()
    };
    let unread = memo(move || phase.read().as_ref().and_then(|phase| unread_in(&phase.0)));
    view! {
        <For each=actions key=|action| *action children=move |action| view! { <ActionButton action focused/> }/>
        {move || unread.get().filter(|_| place == Place::Head).map(|_| view! { <FinishedActions/> })}
    }
}

/// In the order in which they are shown. A run that is over has actions of its own.
fn actions_in(phase: &Phase) -> Vec<RunAction> {
    use RunAction::{
        Close, Continue, ContinueHere, ContinueWithAll, Pause, Resume, SaveFile, SkipVerification, Stop,
        TakeOver, TryNow,
    };

    match phase {
        Phase::Starting | Phase::Stopping | Phase::Over { .. } => vec![],
        Phase::NotStarted(_) => vec![Close],
        Phase::Elsewhere => vec![TakeOver, Close],
        Phase::Working => vec![Pause, Stop],
        Phase::Paused(PauseReason::Token) => vec![SaveFile, Stop],
        Phase::Paused(PauseReason::ByPerson) => vec![SaveFile, Resume, Stop],
        Phase::Paused(PauseReason::HandedOver) => vec![SaveFile, ContinueHere, Stop],
        Phase::Paused(PauseReason::PilotUser | PauseReason::Step) => vec![Continue, ContinueWithAll, Stop],
        Phase::Paused(PauseReason::Refused(_) | PauseReason::AnotherWriter) => vec![Continue, Stop],
        Phase::Paused(PauseReason::Failing { .. } | PauseReason::NotStored(_)) | Phase::RefreshPaused(_) => {
            vec![TryNow, Stop]
        }
        Phase::Verifying(_) => vec![SkipVerification],
        Phase::Refreshing(_) => vec![Stop],
        Phase::VerificationPaused(_) => vec![SkipVerification, TryNow],
    }
}

fn unread_in(phase: &Phase) -> Option<usize> {
    match phase {
        Phase::Over { unread, .. } => Some(*unread),
        _ => None,
    }
}

#[component]
fn ActionButton(action: RunAction, focused: Focused) -> impl IntoView {
    let app = use_app();
    let hint = (action == RunAction::SaveFile)
        .then(|| view! { <span class="hint">{text::run::SAVE_FILE_MEANING}</span> });
    let leave = move |event: ev::FocusEvent| {
        if moves_on(&event) {
            focused.set_value(None);
        }
    };
    view! {
        <button
            class=action.class()
            on:click=handler(move |_| carry_out(app, action))
            on:focusin=handler(move |_: ev::FocusEvent| focused.set_value(Some(action)))
            on:focusout=handler(leave)
        >
            {move || name(app, action)}
        </button>
        {hint}
    }
}

fn name(app: App, action: RunAction) -> String {
    let name = match action {
        RunAction::Continue => {
            let users = of_run(app, Progress::next);
            return text::run::continue_with(users, &number(app, users));
        }
        RunAction::ContinueWithAll => {
            return text::run::continue_with_all(&number(app, of_run(app, Progress::rest)));
        }
        RunAction::Pause => text::run::PAUSE,
        RunAction::Resume => text::run::RESUME,
        RunAction::Stop => text::run::STOP,
        RunAction::Close => text::CLOSE,
        RunAction::TryNow => text::run::TRY_NOW,
        RunAction::ContinueHere => text::run::CONTINUE_HERE,
        RunAction::TakeOver => text::run::TAKE_OVER,
        RunAction::SkipVerification => text::run::SKIP_VERIFICATION,
        RunAction::SaveFile => text::run::SAVE_FILE,
    };
    name.to_owned()
}

fn carry_out(app: App, action: RunAction) {
    let run = app.run();
    match action {
        RunAction::Pause => run.pause(),
        RunAction::Resume | RunAction::Continue | RunAction::TryNow => run.resume(),
        RunAction::ContinueWithAll => run.resume_without_steps(),
        RunAction::Stop => run.ask_to_stop(),
        RunAction::Close => run.close(),
        RunAction::ContinueHere => run.go_on_here(),
        RunAction::TakeOver => run.take_over(),
        RunAction::SkipVerification => run.stop(),
        RunAction::SaveFile => run.save_file(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use pingone::fault::{Fault, JournalFault};
    use pingone::time::Instant;

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
            PauseReason::Failing { until: Instant(0), fault: Fault::Unreachable },
            PauseReason::NotStored(Fault::NotStored(JournalFault::Silent)),
        ] {
            let actions = actions_in(&Phase::Paused(reason));
            assert!(actions.contains(&RunAction::Stop), "{actions:?}");
            assert!(!actions.contains(&RunAction::Close), "{actions:?}");
        }
    }
}
