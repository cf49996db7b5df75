//! How fast requests may leave: one pacer for everything that a connection sends.
//!
//! Below the ceilings the pace is learned. It starts at the higher ceiling, or at [`START`] if that is less, or at a
//! sixteenth of the ceiling if that is more: whoever permits much has a reason. It doubles every 100 ms of clean answers
//! until the first slow-down. A slow-down takes it to 0.9 of what was
//! answered in the last second and holds; afterwards it probes upwards by steps that grow with success and
//! shrink with the pace. Many refusals at once are one slow-down: what was sent before a slow-down causes no other.

use std::collections::VecDeque;

use crate::api::request::Kind;
use crate::domain::fault::Fault;
use crate::domain::time::{Millis, PerSecond};

use super::policy::Policy;

/// Where the pace starts, in requests a second.
const START: f64 = 20.0;

/// The pace never falls below this, so that it can find out when things are better.
const SLOWEST: f64 = 1.0;

/// What is left of the pace after a slow-down.
const LEFT: f64 = 0.9;

/// How fast the pace rises again: after so many steps, one a second, it has risen by up to four requests a second each.
/// A limit that falls to a tenth and comes back is found again in less than half a minute.
const RISE: f64 = 20.0;

/// Every call is a preflight and a request: browsers remember a preflight by its URL, and every call has its
/// own.
const REQUESTS_PER_CALL: u32 = 2;

/// A person's own call may use up so much of the time ahead; the work of many then waits for it.
const BORROWED: Millis = Millis(1000);

/// A timer that rings so much too late costs no pace: what it missed is made up for.
const LATENESS: u64 = 20_000;

/// How long clean answers come before the pace doubles.
const DOUBLING: Millis = Millis(100);

/// An answer that takes longer says that PingOne has too much to do, whatever else it says.
const SLOW_ANSWER: Millis = Millis::seconds(5);

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
    /// Slowed down at a time, the last of perhaps several; the pace stays until another. It was told of if PingOne
    /// itself said so.
    Hold { cut: Millis, until: Millis, is_told: bool },
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
    /// In microseconds: a hundred calls a second leave 10 ms between two, and a fast pace is no whole number of them.
    next_free: u64,
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
            next_free: micros(now),
            closed_until: now,
            answered: VecDeque::new(),
        }
    }

    /// What counts against this ceiling never leaves faster from now on. What was learned stays.
    pub const fn limit(&mut self, kind: Kind, ceiling: PerSecond) {
        match kind {
            Kind::Read => self.reads = ceiling,
            Kind::Write => self.writes = ceiling,
        }
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
        if self.next_free > micros(now + ahead) {
            return Grant::At(Millis(self.next_free.div_ceil(1000)) - ahead);
        }
        let from = self.next_free.max(micros(now).saturating_sub(LATENESS));
        self.next_free = from.saturating_add(room(self.pace(kind)));
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

    /// Takes note of how a call ended that left at `sent`. Whether PingOne now began to slow everything down, and said
    /// so: a fault that only may be a hidden 429 is slowed down for, but nothing is said of it.
    pub fn answered(&mut self, sent: Millis, now: Millis, fault: Option<&Fault>) -> bool {
        match fault {
            Some(Fault::RateLimited { after, .. }) => {
                let asked = after.unwrap_or_default().min(self.longest_pause);
                self.closed_until = self.closed_until.max(now + asked);
                self.slow_down(sent, now, asked);
                self.tell()
            }
            Some(fault) if fault.slows_down() => {
                self.slow_down(sent, now, Millis(0));
                false
            }
            Some(_) | None => {
                self.clean(sent, now);
                false
            }
        }
    }

    fn clean(&mut self, sent: Millis, now: Millis) {
        self.answered.push_back(now);
        self.forget_old(now);
        if sent.until(now) > SLOW_ANSWER {
            return self.slow_down(sent, now, Millis(0));
        }
        match self.phase {
            Phase::Start { doubled } if doubled.until(now) >= DOUBLING => {
                self.learned = self.at_most_fastest(self.learned.0 * 2.0);
                self.phase = Phase::Start { doubled: now };
            }
            Phase::Hold { until, .. } if now >= until => {
                self.phase = Phase::Probe { stepped: now, steps: 0 };
            }
            Phase::Probe { stepped, steps } if stepped.until(now) >= SECOND => {
                let step = RISE * f64::from(steps + 1) / self.learned.0.max(4.0);
                self.learned = self.at_most_fastest(self.learned.0 + step);
                self.phase = Phase::Probe { stepped: now, steps: steps + 1 };
            }
            Phase::Start { .. } | Phase::Hold { .. } | Phase::Probe { .. } => {}
        }
    }

    fn slow_down(&mut self, sent: Millis, now: Millis, asked: Millis) {
        let until = now + asked.max(SECOND);
        let is_told = match self.phase {
            // It left before the pace fell, so it says nothing about the pace that holds now.
            Phase::Hold { cut, .. } if sent <= cut => return,
            Phase::Hold { is_told, .. } => is_told,
            Phase::Start { .. } | Phase::Probe { .. } => false,
        };
        self.forget_old(now);
        let calls = u32::try_from(self.answered.len()).unwrap_or(u32::MAX);
        let answered = f64::from(calls.saturating_mul(REQUESTS_PER_CALL));
        // Not `clamp`: it can panic, and printing the two numbers then would be 4 % of the program.
        self.learned = PerSecond((answered.min(self.learned.0) * LEFT).max(SLOWEST));
        self.phase = Phase::Hold { cut: now, until, is_told };
    }

    /// Whether the slow-down that goes on hasn't been told of. Now it is.
    fn tell(&mut self) -> bool {
        match &mut self.phase {
            Phase::Hold { is_told, .. } => !std::mem::replace(is_told, true),
            Phase::Start { .. } | Phase::Probe { .. } => false,
        }
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

const fn micros(time: Millis) -> u64 {
    time.0.saturating_mul(1000)
}

/// The microseconds that one call takes up, rounded up so that the pace is never exceeded.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "clamped to 1 µs … 1 h first")]
fn room(pace: PerSecond) -> u64 {
    (1e6 * f64::from(REQUESTS_PER_CALL) / pace.0).clamp(1.0, 3.6e9).ceil() as u64
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
                    pacer.answered(now, now, None);
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
        pacer.limit(Kind::Read, PerSecond(50.0));
        assert_eq!(pacer.pace(Kind::Read), PerSecond(20.0), "what was learned stays");
        calls_until(&mut pacer, Millis(0), Millis(2000), Kind::Read);
        assert_eq!(pacer.pace(Kind::Read), PerSecond(50.0));
        pacer.limit(Kind::Read, PerSecond(5.0));
        assert_eq!(pacer.pace(Kind::Read), PerSecond(5.0));
        assert_eq!(pacer.pace(Kind::Write), PerSecond(10.0));
    }

    #[test]
    fn another_ceiling_for_writes_holds_from_then_on_and_for_writes_alone() {
        let mut pacer = Pacer::new(&Policy::default(), Millis(0));
        pacer.limit(Kind::Write, PerSecond(2.0));
        assert_eq!(calls_until(&mut pacer, Millis(0), Millis::seconds(10), Kind::Write), 10);
        assert_eq!(pacer.pace(Kind::Read), PerSecond(20.0));
        pacer.limit(Kind::Write, PerSecond(40.0));
        calls_until(&mut pacer, Millis::seconds(10), Millis::seconds(11), Kind::Write);
        assert_eq!(pacer.pace(Kind::Write), PerSecond(40.0));
    }

    #[test]
    fn a_storm_of_429_is_one_slow_down_and_the_pace_recovers() {
        let mut pacer = Pacer::new(&fast(), Millis(0));
        calls_until(&mut pacer, Millis(0), Millis(3000), Kind::Read);
        for _ in 0..6 {
            pacer.answered(Millis(2900), Millis(3000), Some(&limited(None)));
        }
        let slowed = pacer.pace(Kind::Read).0;
        assert!((130.0..=145.0).contains(&slowed), "{slowed}");
        calls_until(&mut pacer, Millis(3000), Millis(63_000), Kind::Read);
        assert_eq!(pacer.pace(Kind::Read), PerSecond(160.0));
    }

    #[test]
    fn nothing_leaves_inside_a_window_that_pingone_asked_for() {
        let mut pacer = Pacer::new(&Policy::default(), Millis(0));
        pacer.answered(Millis(50), Millis(100), Some(&limited(Some(Millis(5000)))));
        assert_eq!(pacer.ask(Millis(200), Priority::Single, Kind::Read), Grant::At(Millis(5100)));
        assert_eq!(pacer.ask(Millis(5100), Priority::Bulk, Kind::Read), Grant::Now);
        pacer.answered(Millis(5900), Millis(6000), Some(&limited(Some(Millis(u64::MAX)))));
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

    #[test]
    fn a_refusal_of_what_left_after_a_slow_down_slows_down_again_and_is_not_told_again() {
        let mut pacer = Pacer::new(&fast(), Millis(0));
        calls_until(&mut pacer, Millis(0), Millis(3000), Kind::Read);
        let mut refused = |sent, now| {
            let is_news = pacer.answered(Millis(sent), Millis(now), Some(&limited(None)));
            (is_news, pacer.pace(Kind::Read).0)
        };
        let (is_news, first) = refused(2980, 3000);
        assert!(is_news);
        assert_eq!(refused(2990, 3010), (false, first), "it left before the pace fell");
        let (is_news, second) = refused(3020, 3040);
        assert!(!is_news && second < first, "{second} after {first}");
    }

    #[test]
    fn a_fault_that_may_hide_a_429_slows_down_but_nobody_is_told_that_pingone_did() {
        let mut pacer = Pacer::new(&fast(), Millis(0));
        calls_until(&mut pacer, Millis(0), Millis(3000), Kind::Read);
        assert!(!pacer.answered(Millis(2980), Millis(3000), Some(&Fault::Unreachable)));
        assert!(pacer.pace(Kind::Read) < PerSecond(160.0));
        assert!(pacer.answered(Millis(2990), Millis(3010), Some(&limited(None))), "now it says so");
    }

    #[test]
    fn an_answer_that_takes_long_slows_down_whatever_it_says() {
        let mut pacer = Pacer::new(&fast(), Millis(0));
        calls_until(&mut pacer, Millis(0), Millis(3000), Kind::Read);
        pacer.answered(Millis(0), Millis(5000), None);
        assert_eq!(pacer.pace(Kind::Read), PerSecond(160.0));
        pacer.answered(Millis(0), Millis(5001), None);
        assert!(pacer.pace(Kind::Read).0 <= 4.0);
    }

    #[test]
    fn late_timers_cost_no_pace_and_never_lead_above_the_ceiling() {
        let mut pacer = Pacer::new(&Policy::default(), Millis(0));
        let (mut now, mut sent) = (Millis(0), 0);
        while now < Millis::seconds(60) {
            match pacer.ask(now, Priority::Bulk, Kind::Read) {
                Grant::Now => sent += 1,
                Grant::At(at) => now = at + Millis(15),
            }
        }
        assert!((599..=600).contains(&sent), "{sent}");
    }
}
