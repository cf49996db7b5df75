//! Paces requests: one pacer for everything that a connection sends.
//!
//! Below the ceilings the pace is learned. It starts at the higher ceiling or at `START`, whichever is lower; if a
//! sixteenth of the ceiling is more than `START`, it starts there, because a high ceiling was set for a reason. It
//! doubles after every 100 ms of successful answers until the first slow-down. A slow-down reduces the pace to 0.9 of
//! what was answered in the last second and holds it for a while. Afterwards the pace probes upwards, in steps that
//! grow with success and shrink with the pace. Many refusals at once count as one slow-down: a refusal of a request
//! that was sent before the slow-down doesn't cause another one.
//!
//! A slow-down is caused by a 429, by a fault that may hide one ([`Fault::slows_down`]), and by an answer that takes more
//! than five seconds. A wait that PingOne asks for in the body of a 429 closes the pacer until then.

use std::collections::VecDeque;

use crate::fault::Fault;
use crate::policy::Policy;
use crate::request::Kind;
use crate::time::{Instant, Millis, PerSecond};

/// Initial pace in requests per second.
const START: f64 = 20.0;

/// Lower bound of the pace. Requests must continue to find out when conditions improve.
const SLOWEST: f64 = 1.0;

/// Factor by which a slow-down reduces the pace.
const SLOW_DOWN_FACTOR: f64 = 0.9;

/// Growth of the upward steps, one step per second, each of at most four requests per second. A limit that falls to a
/// tenth and comes back is reached again within half a minute.
const RISE: f64 = 20.0;

/// A call consists of a preflight and the request. Browsers cache a preflight by its
/// URL, and every call has its own URL.
const REQUESTS_PER_CALL: u32 = 2;

/// A single call may use the pace of up to this time in advance; bulk work then waits for it.
const SINGLE_ADVANCE: Millis = Millis(1000);

/// Timers may fire this late, in microseconds, without a loss of pace: the missed time is made up for.
const LATENESS: u64 = 20_000;

/// After this time of successful answers the initial pace doubles.
const DOUBLING: Millis = Millis(100);

/// An answer that takes longer than this means that PingOne is overloaded, whatever its content.
const SLOW_ANSWER: Millis = Millis::seconds(5);

const SECOND: Millis = Millis(1000);

/// The priority of a request at the pacer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Priority {
    /// A single call that a person waits for. It goes first.
    Single,
    /// One of many requests of a listing, a lookup or a run.
    Bulk,
}

/// The pacer's decision about a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Grant {
    /// Send it now. It is already counted.
    Now,
    /// Not yet: ask again at this time (monotonic clock).
    At(Instant),
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum Phase {
    /// Before the first slow-down; the pace last doubled at `doubled`.
    Start { doubled: Instant },
    /// Slowed down, last at `cut`; the pace is held until `until`. `is_reported` is whether this slow-down was
    /// already reported as one that PingOne asked for.
    Hold { cut: Instant, until: Instant, is_reported: bool },
    /// Rising again: `steps` steps so far, the last one at `stepped`.
    Probe { stepped: Instant, steps: u32 },
}

/// The pacer of one connection.
#[derive(Debug, Clone)]
pub struct Pacer {
    reads: PerSecond,
    writes: PerSecond,
    longest_pause: Millis,
    learned: PerSecond,
    phase: Phase,
    /// When the next call may be sent, in microseconds. At 100 calls per second two calls are 10 ms apart, and a
    /// faster pace isn't a whole number of milliseconds.
    next_free: u64,
    closed_until: Instant,
    answered: VecDeque<Instant>,
}

impl Pacer {
    /// Creates a pacer that has granted nothing yet.
    #[must_use]
    pub fn new(policy: &Policy, now: Instant) -> Self {
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

    /// Sets the ceiling for this kind of call, from now on. The learned pace is kept.
    pub const fn limit(&mut self, kind: Kind, ceiling: PerSecond) {
        match kind {
            Kind::Read => self.reads = ceiling,
            Kind::Write => self.writes = ceiling,
        }
    }

    /// Decides whether a call may be sent now.
    pub fn ask(&mut self, now: Instant, priority: Priority, kind: Kind) -> Grant {
        if now < self.closed_until {
            return Grant::At(self.closed_until);
        }
        let ahead = match priority {
            Priority::Single => SINGLE_ADVANCE,
            Priority::Bulk => Millis(0),
        };
        if self.next_free > micros(now + ahead) {
            return Grant::At(Instant(self.next_free.div_ceil(1000)) - ahead);
        }
        let from = self.next_free.max(micros(now).saturating_sub(LATENESS));
        self.next_free = from.saturating_add(micros_per_call(self.pace(kind)));
        Grant::Now
    }

    /// The current pace in requests per second, preflights included.
    #[must_use]
    pub fn pace(&self, kind: Kind) -> PerSecond {
        let ceiling = match kind {
            Kind::Read => self.reads,
            Kind::Write => self.writes,
        };
        self.learned.min(ceiling)
    }

    /// Records the outcome of a call that was sent at `sent`. Returns whether this begins a slow-down that PingOne
    /// asked for. A fault that may be a hidden 429 slows the pace down too, but returns `false`.
    pub fn answered(&mut self, sent: Instant, now: Instant, fault: Option<&Fault>) -> bool {
        match fault {
            Some(Fault::RateLimited { after, .. }) => {
                let asked = after.unwrap_or_default().min(self.longest_pause);
                self.closed_until = self.closed_until.max(now + asked);
                self.slow_down(sent, now, asked);
                self.report()
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

    fn clean(&mut self, sent: Instant, now: Instant) {
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

    fn slow_down(&mut self, sent: Instant, now: Instant, asked: Millis) {
        let until = now + asked.max(SECOND);
        let is_reported = match self.phase {
            // It was sent before the pace fell, so it says nothing about the current pace.
            Phase::Hold { cut, .. } if sent <= cut => return,
            Phase::Hold { is_reported, .. } => is_reported,
            Phase::Start { .. } | Phase::Probe { .. } => false,
        };
        self.forget_old(now);
        let calls = u32::try_from(self.answered.len()).unwrap_or(u32::MAX);
        let answered = f64::from(calls.saturating_mul(REQUESTS_PER_CALL));
        // Not `clamp`: it can panic, and printing its two numbers would be 4 % of the program.
        self.learned = PerSecond((answered.min(self.learned.0) * SLOW_DOWN_FACTOR).max(SLOWEST));
        self.phase = Phase::Hold { cut: now, until, is_reported };
    }

    /// Returns whether the current slow-down wasn't reported yet, and marks it as reported.
    fn report(&mut self) -> bool {
        match &mut self.phase {
            Phase::Hold { is_reported, .. } => !std::mem::replace(is_reported, true),
            Phase::Start { .. } | Phase::Probe { .. } => false,
        }
    }

    fn forget_old(&mut self, now: Instant) {
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

const fn micros(at: Instant) -> u64 {
    at.0.saturating_mul(1000)
}

/// The microseconds that one call takes, rounded up so that the pace is never exceeded.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "clamped to 1 µs … 1 h first")]
fn micros_per_call(pace: PerSecond) -> u64 {
    (1e6 * f64::from(REQUESTS_PER_CALL) / pace.0).clamp(1.0, 3.6e9).ceil() as u64
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fault::Refusal;

    fn limited(after: Option<Millis>) -> Fault {
        Fault::RateLimited { refusal: Refusal::default(), after }
    }

    fn fast() -> Policy {
        Policy { reads: PerSecond(160.0), ..Policy::default() }
    }

    /// Sends as fast as permitted until `end` and returns the number of calls.
    fn calls_until(pacer: &mut Pacer, mut now: Instant, end: Instant, kind: Kind) -> u32 {
        let mut sent = 0;
        while now < end {
            match pacer.ask(now, Priority::Bulk, kind) {
                Grant::Now => {
                    sent += 1;
                    pacer.answered(now, now, None);
                }
                Grant::At(at) => {
                    assert!(at > now, "a wait must end in the future");
                    now = at;
                }
            }
        }
        sent
    }

    #[test]
    fn a_minute_of_reads_and_of_writes_stays_at_its_ceiling() {
        let minute = Instant::seconds(60);
        let mut pacer = Pacer::new(&Policy::default(), Instant(0));
        assert_eq!(calls_until(&mut pacer, Instant(0), minute, Kind::Read), 600);
        let mut pacer = Pacer::new(&Policy::default(), Instant(0));
        assert_eq!(calls_until(&mut pacer, Instant(0), minute, Kind::Write), 300);
    }

    #[test]
    fn the_pace_doubles_until_the_ceiling() {
        let mut pacer = Pacer::new(&fast(), Instant(0));
        assert_eq!(pacer.pace(Kind::Read), PerSecond(20.0));
        calls_until(&mut pacer, Instant(0), Instant(2000), Kind::Read);
        assert_eq!(pacer.pace(Kind::Read), PerSecond(160.0));
        assert_eq!(pacer.pace(Kind::Write), PerSecond(10.0));
    }

    #[test]
    fn a_high_ceiling_starts_at_a_higher_pace() {
        let initial_pace =
            |reads| Pacer::new(&Policy { reads: PerSecond(reads), ..Policy::default() }, Instant(0)).learned;
        assert_eq!([5.0, 20.0, 300.0, 1600.0].map(initial_pace), [10.0, 20.0, 20.0, 100.0].map(PerSecond));
    }

    #[test]
    fn a_new_ceiling_for_reads_applies_at_once_and_only_to_reads() {
        let mut pacer = Pacer::new(&Policy::default(), Instant(0));
        pacer.limit(Kind::Read, PerSecond(50.0));
        assert_eq!(pacer.pace(Kind::Read), PerSecond(20.0), "the learned pace is kept");
        calls_until(&mut pacer, Instant(0), Instant(2000), Kind::Read);
        assert_eq!(pacer.pace(Kind::Read), PerSecond(50.0));
        pacer.limit(Kind::Read, PerSecond(5.0));
        assert_eq!(pacer.pace(Kind::Read), PerSecond(5.0));
        assert_eq!(pacer.pace(Kind::Write), PerSecond(10.0));
    }

    #[test]
    fn a_new_ceiling_for_writes_applies_at_once_and_only_to_writes() {
        let mut pacer = Pacer::new(&Policy::default(), Instant(0));
        pacer.limit(Kind::Write, PerSecond(2.0));
        assert_eq!(calls_until(&mut pacer, Instant(0), Instant(10_000), Kind::Write), 10);
        assert_eq!(pacer.pace(Kind::Read), PerSecond(20.0));
        pacer.limit(Kind::Write, PerSecond(40.0));
        calls_until(&mut pacer, Instant::seconds(10), Instant::seconds(11), Kind::Write);
        assert_eq!(pacer.pace(Kind::Write), PerSecond(40.0));
    }

    #[test]
    fn many_429s_at_once_are_one_slow_down_and_the_pace_recovers() {
        let mut pacer = Pacer::new(&fast(), Instant(0));
        calls_until(&mut pacer, Instant(0), Instant(3000), Kind::Read);
        for _ in 0..6 {
            pacer.answered(Instant(2900), Instant(3000), Some(&limited(None)));
        }
        let slowed = pacer.pace(Kind::Read).0;
        assert!((130.0..=145.0).contains(&slowed), "{slowed}");
        calls_until(&mut pacer, Instant(3000), Instant(63_000), Kind::Read);
        assert_eq!(pacer.pace(Kind::Read), PerSecond(160.0));
    }

    #[test]
    fn nothing_is_sent_within_the_retry_after_time() {
        let mut pacer = Pacer::new(&Policy::default(), Instant(0));
        pacer.answered(Instant(50), Instant(100), Some(&limited(Some(Millis(5000)))));
        assert_eq!(pacer.ask(Instant(200), Priority::Single, Kind::Read), Grant::At(Instant(5100)));
        assert_eq!(pacer.ask(Instant(5100), Priority::Bulk, Kind::Read), Grant::Now);
        pacer.answered(Instant(5900), Instant(6000), Some(&limited(Some(Millis(u64::MAX)))));
        assert_eq!(pacer.ask(Instant(6001), Priority::Bulk, Kind::Read), Grant::At(Instant(36_000)));
    }

    #[test]
    fn a_single_call_goes_first_and_bulk_work_waits_for_it() {
        let mut pacer = Pacer::new(&Policy::default(), Instant(0));
        assert_eq!(pacer.ask(Instant(0), Priority::Bulk, Kind::Read), Grant::Now);
        assert_eq!(pacer.ask(Instant(10), Priority::Single, Kind::Write), Grant::Now);
        assert_eq!(pacer.ask(Instant(100), Priority::Bulk, Kind::Read), Grant::At(Instant(300)));
    }

    #[test]
    fn many_single_calls_are_paced_too() {
        let mut pacer = Pacer::new(&Policy::default(), Instant(0));
        let granted = (0..100).filter(|_| pacer.ask(Instant(0), Priority::Single, Kind::Write) == Grant::Now);
        assert_eq!(granted.count(), 6);
    }

    #[test]
    fn a_refusal_after_a_slow_down_slows_down_again_without_a_second_report() {
        let mut pacer = Pacer::new(&fast(), Instant(0));
        calls_until(&mut pacer, Instant(0), Instant(3000), Kind::Read);
        let mut refused = |sent, now| {
            let is_new = pacer.answered(Instant(sent), Instant(now), Some(&limited(None)));
            (is_new, pacer.pace(Kind::Read).0)
        };
        let (is_new, first) = refused(2980, 3000);
        assert!(is_new);
        assert_eq!(refused(2990, 3010), (false, first), "it was sent before the pace fell");
        let (is_new, second) = refused(3020, 3040);
        assert!(!is_new && second < first, "{second} after {first}");
    }

    #[test]
    fn a_fault_that_may_hide_a_429_slows_down_without_a_report() {
        let mut pacer = Pacer::new(&fast(), Instant(0));
        calls_until(&mut pacer, Instant(0), Instant(3000), Kind::Read);
        assert!(!pacer.answered(Instant(2980), Instant(3000), Some(&Fault::Unreachable)));
        assert!(pacer.pace(Kind::Read) < PerSecond(160.0));
        assert!(pacer.answered(Instant(2990), Instant(3010), Some(&limited(None))), "now PingOne says so");
    }

    #[test]
    fn a_slow_answer_slows_down_whatever_its_content() {
        let mut pacer = Pacer::new(&fast(), Instant(0));
        calls_until(&mut pacer, Instant(0), Instant(3000), Kind::Read);
        pacer.answered(Instant(0), Instant(5000), None);
        assert_eq!(pacer.pace(Kind::Read), PerSecond(160.0));
        pacer.answered(Instant(0), Instant(5001), None);
        assert!(pacer.pace(Kind::Read).0 <= 4.0);
    }

    #[test]
    fn late_timers_cost_no_pace_and_never_exceed_the_ceiling() {
        let mut pacer = Pacer::new(&Policy::default(), Instant(0));
        let (mut now, mut sent) = (Instant(0), 0);
        while now < Instant::seconds(60) {
            match pacer.ask(now, Priority::Bulk, Kind::Read) {
                Grant::Now => sent += 1,
                Grant::At(at) => now = at + Millis(15),
            }
        }
        assert!((599..=600).contains(&sent), "{sent}");
    }
}
