//! How fast requests may leave: one pacer for everything that a connection sends.
//!
//! Below the ceilings the pace is learned. It starts at the higher ceiling, or at [`START`] if that is less, or at a
//! sixteenth of the ceiling if that is more: whoever permits much has a reason. It doubles every 100 ms of clean answers
//! until the first slow-down. A slow-down takes it to 0.9 of what was
//! answered in the last second and holds; afterwards it probes upwards by steps that grow with success and
//! shrink with the pace. Many refusals at once are one slow-down.

use std::collections::VecDeque;

use crate::api::request::Kind;
use crate::domain::fault::Fault;
use crate::domain::time::{Millis, PerSecond};

use super::policy::Policy;

/// Where the pace starts, in requests a second.
const START: f64 = 20.0;

/// The pace never falls below this, so that it can find out when things are better.
const SLOWEST: f64 = 1.0;

/// Every call is a preflight and a request: browsers remember a preflight by its URL, and every call has its
/// own.
const REQUESTS_PER_CALL: u32 = 2;

/// A person's own call may use up so much of the time ahead; the work of many then waits for it.
const BORROWED: Millis = Millis(1000);

/// How long clean answers come before the pace doubles.
const DOUBLING: Millis = Millis(100);

const SECOND: Millis = Millis(1000);

/// Who asks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Priority {
    /// A person waits for this one call. It goes first.
    Single,
    /// One of many.
    Bulk,
}

/// What the pacer says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Grant {
    /// Send it now. It has been counted.
    Now,
    /// Ask again then.
    At(Millis),
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum Phase {
    /// Not slowed down yet; the pace doubled at this time.
    Start { doubled: Millis },
    /// Slowed down; the pace stays until this time.
    Hold { until: Millis },
    /// Going up again; the last of so many steps was taken at this time.
    Probe { stepped: Millis, steps: u32 },
}

/// The pace of one connection.
#[derive(Debug, Clone)]
pub struct Pacer {
    reads: PerSecond,
    writes: PerSecond,
    longest_pause: Millis,
    learned: PerSecond,
    phase: Phase,
    next_free: Millis,
    closed_until: Millis,
    answered: VecDeque<Millis>,
}

impl Pacer {
    /// A pacer that has sent nothing.
    #[must_use]
    pub fn new(policy: &Policy, now: Millis) -> Self {
        Self {
            reads: policy.reads,
            writes: policy.writes,
            longest_pause: policy.longest_pause,
            learned: start(fastest(policy)),
            phase: Phase::Start { doubled: now },
            next_free: now,
            closed_until: now,
            answered: VecDeque::new(),
        }
    }

    /// Reads never leave faster than this from now on. What was learned stays.
    pub const fn limit_reads(&mut self, ceiling: PerSecond) {
        self.reads = ceiling;
    }

    /// Whether a call may be sent now.
    pub fn ask(&mut self, now: Millis, priority: Priority, kind: Kind) -> Grant {
        if now < self.closed_until {
            return Grant::At(self.closed_until);
        }
        let ahead = match priority {
            Priority::Single => BORROWED,
            Priority::Bulk => Millis(0),
        };
        if self.next_free > now + ahead {
            return Grant::At(self.next_free - ahead);
        }
        self.next_free = self.next_free.max(now) + self.pace(kind).room(REQUESTS_PER_CALL);
        Grant::Now
    }

    /// Requests a second that may leave now, preflights counted.
    #[must_use]
    pub fn pace(&self, kind: Kind) -> PerSecond {
        let ceiling = match kind {
            Kind::Read => self.reads,
            Kind::Write => self.writes,
        };
        self.learned.min(ceiling)
    }

    /// Takes note of how a call ended.
    pub fn answered(&mut self, now: Millis, fault: Option<&Fault>) {
        match fault {
            Some(Fault::RateLimited { after, .. }) => self.slow_down(now, *after),
            Some(fault) if fault.slows_down() => self.slow_down(now, None),
            Some(_) | None => self.clean(now),
        }
    }

    fn clean(&mut self, now: Millis) {
        self.answered.push_back(now);
        self.forget_old(now);
        match self.phase {
            Phase::Start { doubled } if doubled.until(now) >= DOUBLING => {
                self.learned = self.at_most_fastest(self.learned.0 * 2.0);
                self.phase = Phase::Start { doubled: now };
            }
            Phase::Hold { until } if now >= until => self.phase = Phase::Probe { stepped: now, steps: 0 },
            Phase::Probe { stepped, steps } if stepped.until(now) >= SECOND => {
                let step = 4.0 * f64::from(steps + 1) / self.learned.0.max(4.0);
                self.learned = self.at_most_fastest(self.learned.0 + step);
                self.phase = Phase::Probe { stepped: now, steps: steps + 1 };
            }
            Phase::Start { .. } | Phase::Hold { .. } | Phase::Probe { .. } => {}
        }
    }

    fn slow_down(&mut self, now: Millis, asked: Option<Millis>) {
        let asked = asked.unwrap_or_default().min(self.longest_pause);
        self.closed_until = self.closed_until.max(now + asked);
        if matches!(self.phase, Phase::Hold { until } if now < until) {
            return;
        }
        self.forget_old(now);
        let calls = u32::try_from(self.answered.len()).unwrap_or(u32::MAX);
        let answered = f64::from(calls.saturating_mul(REQUESTS_PER_CALL));
        // Not `clamp`: it can panic, and printing the two numbers then would be 4 % of the program.
        self.learned = PerSecond((answered * 0.9).min(self.learned.0).max(SLOWEST));
        self.phase = Phase::Hold { until: now + asked.max(SECOND) };
    }

    fn forget_old(&mut self, now: Millis) {
        while self.answered.front().is_some_and(|at| at.until(now) > SECOND) {
            self.answered.pop_front();
        }
    }

    fn at_most_fastest(&self, pace: f64) -> PerSecond {
        PerSecond(pace.min(self.reads.0.max(self.writes.0)))
    }
}

fn start(ceiling: PerSecond) -> PerSecond {
    let start = PerSecond(ceiling.0 / 16.0);
    if start.0 > START { start } else { PerSecond(START).min(ceiling) }
}

const fn fastest(policy: &Policy) -> PerSecond {
    PerSecond(policy.reads.0.max(policy.writes.0))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::fault::Refusal;

    fn limited(after: Option<Millis>) -> Fault {
        Fault::RateLimited { refusal: Refusal::default(), after }
    }

    fn fast() -> Policy {
        Policy { reads: PerSecond(160.0), ..Policy::default() }
    }

    /// Sends as fast as permitted and counts the calls that left.
    fn calls_until(pacer: &mut Pacer, mut now: Millis, end: Millis, kind: Kind) -> u32 {
        let mut sent = 0;
        while now < end {
            match pacer.ask(now, Priority::Bulk, kind) {
                Grant::Now => {
                    sent += 1;
                    pacer.answered(now, None);
                }
                Grant::At(at) => {
                    assert!(at > now, "a wait must lead forward");
                    now = at;
                }
            }
        }
        sent
    }

    #[test]
    fn a_minute_of_reads_and_of_writes_stays_at_its_ceiling() {
        let minute = Millis::seconds(60);
        let mut pacer = Pacer::new(&Policy::default(), Millis(0));
        assert_eq!(calls_until(&mut pacer, Millis(0), minute, Kind::Read), 600);
        let mut pacer = Pacer::new(&Policy::default(), Millis(0));
        assert_eq!(calls_until(&mut pacer, Millis(0), minute, Kind::Write), 300);
    }

    #[test]
    fn the_pace_doubles_until_the_ceiling() {
        let mut pacer = Pacer::new(&fast(), Millis(0));
        assert_eq!(pacer.pace(Kind::Read), PerSecond(20.0));
        calls_until(&mut pacer, Millis(0), Millis(2000), Kind::Read);
        assert_eq!(pacer.pace(Kind::Read), PerSecond(160.0));
        assert_eq!(pacer.pace(Kind::Write), PerSecond(10.0));
    }

    #[test]
    fn who_permits_much_begins_faster() {
        let begins =
            |reads| Pacer::new(&Policy { reads: PerSecond(reads), ..Policy::default() }, Millis(0)).learned;
        assert_eq!([5.0, 20.0, 300.0, 1600.0].map(begins), [10.0, 20.0, 20.0, 100.0].map(PerSecond));
    }

    #[test]
    fn another_ceiling_for_reads_holds_from_then_on_and_for_reads_alone() {
        let mut pacer = Pacer::new(&Policy::default(), Millis(0));
        pacer.limit_reads(PerSecond(50.0));
        assert_eq!(pacer.pace(Kind::Read), PerSecond(20.0), "what was learned stays");
        calls_until(&mut pacer, Millis(0), Millis(2000), Kind::Read);
        assert_eq!(pacer.pace(Kind::Read), PerSecond(50.0));
        pacer.limit_reads(PerSecond(5.0));
        assert_eq!(pacer.pace(Kind::Read), PerSecond(5.0));
        assert_eq!(pacer.pace(Kind::Write), PerSecond(10.0));
    }

    #[test]
    fn a_storm_of_429_is_one_slow_down_and_the_pace_recovers() {
        let mut pacer = Pacer::new(&fast(), Millis(0));
        calls_until(&mut pacer, Millis(0), Millis(3000), Kind::Read);
        for _ in 0..6 {
            pacer.answered(Millis(3000), Some(&limited(None)));
        }
        let slowed = pacer.pace(Kind::Read).0;
        assert!((130.0..=145.0).contains(&slowed), "{slowed}");
        calls_until(&mut pacer, Millis(3000), Millis(63_000), Kind::Read);
        assert_eq!(pacer.pace(Kind::Read), PerSecond(160.0));
    }

    #[test]
    fn nothing_leaves_inside_a_window_that_pingone_asked_for() {
        let mut pacer = Pacer::new(&Policy::default(), Millis(0));
        pacer.answered(Millis(100), Some(&limited(Some(Millis(5000)))));
        assert_eq!(pacer.ask(Millis(200), Priority::Single, Kind::Read), Grant::At(Millis(5100)));
        assert_eq!(pacer.ask(Millis(5100), Priority::Bulk, Kind::Read), Grant::Now);
        pacer.answered(Millis(6000), Some(&limited(Some(Millis(u64::MAX)))));
        assert_eq!(pacer.ask(Millis(6001), Priority::Bulk, Kind::Read), Grant::At(Millis(36_000)));
    }

    #[test]
    fn a_persons_call_goes_first_and_the_work_of_many_waits_for_it() {
        let mut pacer = Pacer::new(&Policy::default(), Millis(0));
        assert_eq!(pacer.ask(Millis(0), Priority::Bulk, Kind::Read), Grant::Now);
        assert_eq!(pacer.ask(Millis(10), Priority::Single, Kind::Write), Grant::Now);
        assert_eq!(pacer.ask(Millis(100), Priority::Bulk, Kind::Read), Grant::At(Millis(300)));
    }

    #[test]
    fn many_calls_of_a_person_are_paced_too() {
        let mut pacer = Pacer::new(&Policy::default(), Millis(0));
        let granted = (0..100).filter(|_| pacer.ask(Millis(0), Priority::Single, Kind::Write) == Grant::Now);
        assert_eq!(granted.count(), 6);
    }
}
