//! Whoever is at the page: looks now and then, decides, goes away, comes back. And sometimes the page dies.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use futures::channel::mpsc::UnboundedSender;
use pingone_mfa_core::domain::time::Millis;
use pingone_mfa_core::engine::Clock;
use pingone_mfa_core::engine::driver::Command;
use pingone_mfa_core::engine::run::PauseReason;

use crate::world::World;

/// After this long in one life nothing goes wrong any more: then it must come to its end.
const PATIENCE: Millis = Millis::seconds(3600);

/// How long that may take.
const DEADLINE: Millis = Millis::seconds(6 * 3600);

/// What is seen on the screen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Seen {
    /// It goes on.
    Working,
    /// A run waits.
    Halted(PauseReason),
    /// A read-back waits, for a token or for something else.
    ReadBackHalted {
        /// Whether another token is needed.
        needs_token: bool,
    },
    /// It is over, or about to be.
    Over,
}

/// What the person and the work share.
pub struct Screen {
    /// What is seen.
    pub seen: RefCell<Seen>,
    /// How often somebody resumed.
    pub resumes: Cell<u32>,
    /// Whether a person has stopped it.
    pub is_stopped: Cell<bool>,
    /// How often it died.
    pub crashes: Cell<u32>,
}

/// Sits at the page until it dies. Without an end if it doesn't.
pub async fn sit(world: Rc<World>, screen: Rc<Screen>, commands: UnboundedSender<Command>, is_run: bool) {
    let began = world.clock.now();
    let dies_at = {
        let (scenario, mut dice) = (world.scenario.borrow(), world.dice.borrow_mut());
        (screen.crashes.get() < scenario.crashes).then(|| began + dice.millis(0, scenario.span()))
    };
    let mut actor = 0;
    let mut is_healed = false;
    loop {
        let now = world.clock.now();
        let look = now + world.dice.borrow_mut().millis(50, 4000);
        world.clock.sleep_until(dies_at.map_or(look, |dies| look.min(dies).max(now))).await;
        let now = world.clock.now();
        if dies_at.is_some_and(|dies| dies <= now) {
            screen.crashes.set(screen.crashes.get() + 1);
            return;
        }
        if began + DEADLINE <= now {
            let seen = screen.seen.borrow().clone();
            world.violated(format!("it comes to no end: {seen:?}"));
            return;
        }
        if began + PATIENCE <= now && !is_healed {
            is_healed = true;
            world.heal();
        }
        // What happens at the same time as a click happens before or after it.
        let command = decide(&world, &screen, is_healed, is_run, &mut actor);
        if let Some(command) = command {
            if command == Command::Stop {
                world.life.borrow_mut().is_stopped = true;
                screen.is_stopped.set(true);
            }
            // Work that is over takes no commands any more.
            let _ = commands.unbounded_send(command);
        }
    }
}

fn decide(world: &World, screen: &Screen, is_healed: bool, is_run: bool, actor: &mut u8) -> Option<Command> {
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
    // Somebody may be away from the page for a while.
    let is_away = !is_healed && happens(400);
    match seen {
        Seen::Halted(_) | Seen::ReadBackHalted { .. } if is_away => None,
        Seen::Halted(PauseReason::Token) | Seen::ReadBackHalted { needs_token: true } => token(actor),
        Seen::Halted(PauseReason::Failing { .. }) if !happens(100) => None,
        // Now and then it is saved for another computer, and goes on here all the same.
        Seen::Halted(PauseReason::Asked) if is_run && screen.resumes.get() % 4 == 3 => {
            Some(Command::HandOver)
        }
        Seen::Halted(_) | Seen::ReadBackHalted { .. } => {
            screen.resumes.set(screen.resumes.get() + 1);
            Some(Command::Resume)
        }
        Seen::Working if happens(pauses) && is_run => Some(Command::Pause),
        Seen::Working if happens(if is_healed { 0 } else { 10 }) => token(actor),
        Seen::Working | Seen::Over => None,
    }
}
