//! The simulated user: looks at the page at intervals, makes decisions, and is sometimes away.
//! Also decides when the page crashes.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use futures::channel::mpsc::UnboundedSender;
use pingone::clock::Clock;
use pingone::driver::Command;
use pingone::time::Millis;
use pingone_mfa_core::run::engine::PauseReason;

use crate::world::World;

/// Time in one lifetime of the page after which no more faults happen, so that the run must finish.
const FAULTS_END: Millis = Millis::seconds(3600);

/// Time limit in one lifetime of the page; a run that takes longer hangs.
const DEADLINE: Millis = Millis::seconds(6 * 3600);

/// What the page shows to the simulated user.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ScreenState {
    /// The run or verification is in progress.
    Working,
    /// The run is paused for this reason.
    Paused(PauseReason),
    /// The verification is paused.
    VerificationPaused {
        /// Whether another token is needed.
        needs_token: bool,
    },
    /// The work has finished or is about to.
    Finished,
}

/// State that the simulated user and the page share.
pub struct Screen {
    /// What the page currently shows.
    pub seen: RefCell<ScreenState>,
    /// How often the user resumed.
    pub resumes: Cell<u32>,
    /// Whether the user has stopped the run.
    pub is_stopped: Cell<bool>,
    /// How often the page crashed.
    pub crashes: Cell<u32>,
}

/// Uses the page until it crashes. If it doesn't crash, the future never completes.
pub async fn use_page(
    world: Rc<World>,
    screen: Rc<Screen>,
    commands: UnboundedSender<Command>,
    is_run: bool,
) {
    let began = world.clock.now();
    let crashes_at = {
        let (scenario, mut dice) = (world.scenario.borrow(), world.dice.borrow_mut());
        (screen.crashes.get() < scenario.crashes).then(|| began + dice.millis(0, scenario.span()))
    };
    let mut actor = 0;
    let mut is_faultless = false;
    loop {
        let now = world.clock.now();
        let next_look = now + world.dice.borrow_mut().millis(50, 4000);
        world.clock.sleep_until(crashes_at.map_or(next_look, |crash| next_look.min(crash).max(now))).await;
        let now = world.clock.now();
        if crashes_at.is_some_and(|crash| crash <= now) {
            screen.crashes.set(screen.crashes.get() + 1);
            return;
        }
        if began + DEADLINE <= now {
            let seen = screen.seen.borrow().clone();
            world.record_violation(format!("the run doesn't finish: {seen:?}"));
            return;
        }
        if began + FAULTS_END <= now && !is_faultless {
            is_faultless = true;
            world.clear_faults();
        }
        // What happens at the same time as a click is ordered before or after it.
        let command = decide(&world, &screen, is_faultless, is_run, &mut actor);
        if let Some(command) = command {
            if command == Command::Stop {
                world.life.borrow_mut().is_stopped = true;
                screen.is_stopped.set(true);
            }
            // Finished work accepts no more commands.
            let _ = commands.unbounded_send(command);
        }
    }
}

fn decide(
    world: &World,
    screen: &Screen,
    is_faultless: bool,
    is_run: bool,
    actor: &mut u8,
) -> Option<Command> {
    if screen.is_stopped.get() {
        return None;
    }
    let seen = screen.seen.borrow().clone();
    let (pauses, stop) = {
        let scenario = world.scenario.borrow();
        (scenario.pauses, scenario.stop)
    };
    let happens = |per_mille| world.dice.borrow_mut().happens(per_mille);
    if happens(stop) {
        return Some(Command::Stop);
    }
    let token = |actor: &mut u8| {
        world.give_token();
        *actor = actor.wrapping_add(1) % 4;
        Some(Command::Token { until: world.token_until(), actor: *actor })
    };
    // The user may be away from the page for a while.
    let is_away = !is_faultless && happens(400);
    match seen {
        ScreenState::Paused(_) | ScreenState::VerificationPaused { .. } if is_away => None,
        ScreenState::Paused(PauseReason::Token) | ScreenState::VerificationPaused { needs_token: true } => {
            token(actor)
        }
        ScreenState::Paused(PauseReason::Failing { .. }) if !happens(100) => None,
        // Every fourth resume is replaced by a handover file, after which the run still continues here.
        ScreenState::Paused(PauseReason::ByPerson) if is_run && screen.resumes.get() % 4 == 3 => {
            Some(Command::HandOver)
        }
        ScreenState::Paused(_) | ScreenState::VerificationPaused { .. } => {
            screen.resumes.set(screen.resumes.get() + 1);
            let is_planned = matches!(seen, ScreenState::Paused(PauseReason::PilotUser | PauseReason::Step));
            Some(if is_planned && happens(100) { Command::ResumeWithoutSteps } else { Command::Resume })
        }
        ScreenState::Working if happens(pauses) && is_run => Some(Command::Pause),
        ScreenState::Working if happens(if is_faultless { 0 } else { 10 }) => token(actor),
        ScreenState::Working | ScreenState::Finished => None,
    }
}
