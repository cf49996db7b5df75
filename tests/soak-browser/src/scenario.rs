//! What happens during one run in the browser, drawn from its seed.

use std::collections::VecDeque;
use std::time::Duration;

use pingone_mfa_testkit::random::Dice;
use pingone_sandbox::{BackgroundChange, Behavior, Fault, On, Populations, Rule};
use uuid::Uuid;

/// Everything that is decided before a run starts.
pub(crate) struct Scenario {
    pub(crate) users: u32,
    /// How the users are distributed over populations.
    pub(crate) populations: Populations,
    /// The value of `mfaEnabled` that the run sets.
    pub(crate) to: bool,
    /// The rate limit of writes in requests per second, counting preflights.
    pub(crate) write: u64,
    /// Faults from the moment the run starts.
    pub(crate) rules: Vec<Rule>,
    /// Behavior of the sandbox, with the license's rate limit.
    pub(crate) behavior: Behavior,
    /// How many changes other clients make to users during the run.
    others: u64,
    /// When the page is reloaded, after the start of the run.
    pub(crate) reloads: VecDeque<Duration>,
    /// In how many of a thousand polls the user presses "Pause".
    pub(crate) pauses: u64,
}

impl Scenario {
    pub(crate) fn draw(dice: &mut Dice) -> Self {
        let users = u32::try_from(dice.between(60, 200)).unwrap();
        let populations = dice.of(&[Populations::Usual, Populations::Usual, Populations::Even(3)]);
        let is_faultless = dice.happens(100);
        let kinds = if is_faultless { 0 } else { dice.between(1, 4) };
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
            behavior: behavior(dice),
            others: if dice.happens(500) { dice.between(1, 15) } else { 0 },
            reloads: reloads.into(),
            pauses: dice.of(&[0, 0, 30]),
        }
    }

    /// Changes by other clients, with their time after the start.
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

fn behavior(dice: &mut Dice) -> Behavior {
    let limit = dice.happens(300).then(|| f64::from(u32::try_from(dice.between(15, 80)).unwrap()));
    Behavior {
        rate: limit,
        address_share: 1.0,
        preflights_count: dice.happens(500),
        retry_hints: dice.happens(500),
        cors_on_refusals: dice.happens(600),
        ..Behavior::default()
    }
}

/// A fault rule; mostly for PUTs, whose result a run has to determine.
fn rule(dice: &mut Dice) -> Rule {
    let is_write = dice.happens(800);
    let (fault, times) = fault(dice, is_write);
    let method = if is_write { "PUT" } else { "GET" };
    let endpoint = is_write.then(|| "mfaEnabled".to_owned());
    let share = f64::from(u32::try_from(dice.of(&[2, 5, 15, 30])).unwrap()) / 100.0;
    let on = On { method: Some(method.to_owned()), endpoint, ..On::default() };
    Rule { on, share, skip: dice.between(0, 5), times, fault }
}

/// A fault and the maximum number of times it happens. Faults that cost a whole timeout are rare.
fn fault(dice: &mut Dice, is_write: bool) -> (Fault, Option<u64>) {
    let reset = dice.happens(500);
    let status = |status, retry_after, without_cors| Fault::Status { status, retry_after, without_cors };
    // The first eight also apply to reads.
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
        _ => contradiction(dice),
    };
    (fault, None)
}

/// A response that contradicts what was done.
fn contradiction(dice: &mut Dice) -> Fault {
    match dice.between(0, 2) {
        0 => Fault::OtherValue,
        1 => Fault::Html,
        _ => Fault::Truncated { after: 9 },
    }
}
