//! All constants of the engine, in one value, so that a test can use its own.

use crate::time::{Millis, PerSecond};

/// The engine's limits, attempts and times.
#[derive(Debug, Clone, PartialEq)]
pub struct Policy {
    /// A request without a complete answer is given up after this time.
    pub timeout: Millis,
    /// Maximum attempts of the same request.
    pub attempts: u32,
    /// Maximum attempts for a row of a run after a 429, or a fault that may hide one. Ping's own clients try ten times.
    pub row_attempts: u32,
    /// Upper bound of the pause before the second attempt; it doubles with each further attempt.
    pub first_pause: Millis,
    /// Upper bound of every pause, whatever PingOne asks for.
    pub longest_pause: Millis,
    /// The ceiling for reads. Preflights count: a list page is two requests.
    pub reads: PerSecond,
    /// The ceiling for writes. Preflights count: one user is two requests.
    pub writes: PerSecond,
    /// Maximum number of reads in flight for one piece of work.
    pub reads_in_flight: u32,
    /// Maximum number of writes in flight for one piece of work.
    pub writes_in_flight: u32,
    /// Maximum number of a run's rows between a stored intent and a stored outcome.
    pub intents: u32,
    /// This many refusals in a row, all of the same kind, pause a run.
    pub refusals_in_a_row: u32,
    /// This many failures of PingOne or the network in a row pause a run.
    pub failures_in_a_row: u32,
    /// How long a run that is paused by failures waits before it probes PingOne; doubles with each failed probe.
    pub first_probe: Millis,
    /// Upper bound of the wait between probes.
    pub longest_probe: Millis,
    /// A run sends no PUT in the last part of a token's lifetime that is this long.
    pub token_margin: Millis,
    /// A read that contradicts a change counts only after this time (the settle window).
    pub settle: Millis,
    /// A value that was read longer ago than this is refreshed before it is used for a write.
    pub old: Millis,
    /// A run that got no answer for this long checks the clock before its next write.
    pub unsure: Millis,
    /// Minimum time between two publications of a work's state.
    pub publish_every: Millis,
}

impl Default for Policy {
    fn default() -> Self {
        Self::with_rate(Rate::default())
    }
}

impl Policy {
    /// The default constants, with these ceilings from the deployment.
    #[must_use]
    pub const fn with_rate(rate: Rate) -> Self {
        Self {
            timeout: Millis::seconds(15),
            attempts: 3,
            row_attempts: 10,
            first_pause: Millis(500),
            longest_pause: Millis::seconds(30),
            reads: rate.read,
            writes: rate.write,
            reads_in_flight: 6,
            writes_in_flight: 8,
            intents: 32,
            refusals_in_a_row: 20,
            failures_in_a_row: 10,
            first_probe: Millis::seconds(5),
            longest_probe: Millis::seconds(60),
            token_margin: Millis::seconds(60),
            settle: Millis::seconds(30),
            old: Millis::seconds(10 * 60),
            unsure: Millis::seconds(5),
            publish_every: Millis(100),
        }
    }
}

/// Request ceilings, in requests per second including preflights.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Rate {
    /// The ceiling for reads, until the person chooses another one.
    pub read: PerSecond,
    /// The ceiling for writes, in requests per second.
    pub write: PerSecond,
    /// The highest ceiling that may be chosen.
    pub max: PerSecond,
}

impl Default for Rate {
    fn default() -> Self {
        Self { read: PerSecond(20.0), write: PerSecond(10.0), max: PerSecond(50.0) }
    }
}
