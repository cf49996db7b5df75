//! What is going to happen to one run in the browser, drawn from its seed.

use std::collections::VecDeque;
use std::time::Duration;

use pingone_mfa_soak::dice::Dice;
use pingone_sandbox::{BackgroundChange, Behaviour, Fault, On, Populations, Rule};
use uuid::Uuid;

/// Everything that is drawn before a run begins.
pub(crate) struct Scenario {
    /// How many users there are.
    pub(crate) users: u32,
    /// How they are spread.
    pub(crate) populations: Populations,
    /// The value that the run gives.
    pub(crate) to: bool,
    /// The ceiling for writes in requests a second, preflights counted.
    pub(crate) write: u64,
    /// What goes wrong from the moment the run is started.
    pub(crate) rules: Vec<Rule>,
    /// The licence's limit.
    pub(crate) behaviour: Behaviour,
    /// How many users others change or delete meanwhile.
    others: u64,
    /// When the page is loaded anew, after the run was started.
    pub(crate) reloads: VecDeque<Duration>,
    /// How many of a thousand looks at the page make the person pause.
    pub(crate) pauses: u64,
}

impl Scenario {
    pub(crate) fn draw(dice: &mut Dice) -> Self {
        let users = u32::try_from(dice.between(60, 200)).unwrap();
        let populations = dice.of(&[Populations::Usual, Populations::Usual, Populations::Even(3)]);
        let is_calm = dice.happens(100);
        let kinds = if is_calm { 0 } else { dice.between(1, 4) };
        let mut reloads: Vec<Duration> = if dice.happens(400) {
            (0..dice.between(1, 2)).map(|_| Duration::from_millis(dice.between(300, 8000))).collect()
        } else {
            Vec::new()
        };
        reloads.sort();
        Self {
            users,
            populations,
            to: dice.happens(600),
            write: dice.of(&[60, 120, 400]),
            rules: (0..kinds).map(|_| rule(dice)).collect(),
            behaviour: behaviour(dice),
            others: if dice.happens(500) { dice.between(1, 15) } else { 0 },
            reloads: reloads.into(),
            pauses: dice.of(&[0, 0, 30]),
        }
    }

    /// What others do, and how long after the start.
    pub(crate) fn others(&self, dice: &mut Dice, users: &[Uuid]) -> VecDeque<(Duration, BackgroundChange)> {
        let mut others: Vec<_> = (0..self.others)
            .map(|_| {
                let user = dice.of(users);
                let what = match dice.between(0, 9) {
                    0..2 => BackgroundChange::Deleted(user),
                    2..6 => BackgroundChange::Switched(user, self.to),
                    6..9 => BackgroundChange::Switched(user, !self.to),
                    _ => BackgroundChange::Renamed(user),
                };
                (Duration::from_millis(dice.between(0, 12_000)), what)
            })
            .collect();
        others.sort_by_key(|(when, _)| *when);
        others.into()
    }
}

fn behaviour(dice: &mut Dice) -> Behaviour {
    let limit = dice.happens(300).then(|| f64::from(u32::try_from(dice.between(15, 80)).unwrap()));
    Behaviour {
        rate: limit,
        address_share: 1.0,
        preflights_count: dice.happens(500),
        retry_hints: dice.happens(500),
        cors_on_refusals: dice.happens(600),
        ..Behaviour::default()
    }
}

/// Mostly PUTs: what happens to them is what a run has to find out.
fn rule(dice: &mut Dice) -> Rule {
    let is_write = dice.happens(800);
    let (fault, times) = fault(dice, is_write);
    let method = if is_write { "PUT" } else { "GET" };
    let endpoint = is_write.then(|| "mfaEnabled".to_owned());
    let share = f64::from(u32::try_from(dice.of(&[2, 5, 15, 30])).unwrap()) / 100.0;
    let on = On { method: Some(method.to_owned()), endpoint, ..On::default() };
    Rule { on, share, skip: dice.between(0, 5), times, fault }
}

/// A fault, and how often it happens at most. What costs a whole timeout happens seldom.
fn fault(dice: &mut Dice, is_write: bool) -> (Fault, Option<u64>) {
    let reset = dice.happens(500);
    let status = |status, retry_after, without_cors| Fault::Status { status, retry_after, without_cors };
    // The first eight happen to reads too.
    let fault = match dice.between(0, if is_write { 13 } else { 7 }) {
        0 => status(429, dice.happens(500).then_some(1), false),
        1 => status(429, None, true),
        2 => status(dice.of(&[408, 500, 502, 503, 504]), None, dice.happens(300)),
        3 => Fault::Gateway { status: dice.of(&[502, 503, 504]) },
        4 => Fault::Dropped { reset },
        5 => Fault::Delay { millis: dice.between(300, 4000) },
        6 => return (Fault::BlackHole { applied: dice.happens(500) }, Some(2)),
        7 | 8 => Fault::Lost { reset },
        9 => Fault::Cut { after: usize::try_from(dice.between(0, 20)).unwrap(), reset },
        10 => Fault::AppliedLate { millis: i64::try_from(dice.between(100, 6000)).unwrap() },
        11 => return (Fault::NeverApplied, Some(5)),
        12 => status(dice.of(&[400, 403, 409]), None, false),
        _ => lie(dice),
    };
    (fault, None)
}

/// Answers that say something else than what was done.
fn lie(dice: &mut Dice) -> Fault {
    match dice.between(0, 2) {
        0 => Fault::OtherValue,
        1 => Fault::Html,
        _ => Fault::Truncated { after: 9 },
    }
}
