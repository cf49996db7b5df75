//! Every constant of the engine, so that a test can make its own.

use crate::domain::settings::Rate;
use crate::domain::time::{Millis, PerSecond};

/// How the engine behaves.
#[derive(Debug, Clone, PartialEq)]
pub struct Policy {
    /// After this long without a complete answer a request is given up.
    pub timeout: Millis,
    /// How often the same request is sent at most.
    pub attempts: u32,
    /// The same for a row of a run where it was refused for the pace, or may have been. Ping's own clients try ten
    /// times.
    pub attempts_of_a_row: u32,
    /// The longest pause before the second attempt; it doubles with every further one.
    pub first_pause: Millis,
    /// No pause is longer, whatever PingOne asks for.
    pub longest_pause: Millis,
    /// The ceiling for reads. Preflights count: a list page is two requests.
    pub reads: PerSecond,
    /// The ceiling for writes. Preflights count: one user is two requests.
    pub writes: PerSecond,
    /// How many reads of one piece of work are in flight at most.
    pub reads_in_flight: u32,
    /// How many writes of one piece of work are in flight at most.
    pub writes_in_flight: u32,
    /// How many rows of a run are between a stored intent and a stored outcome at most.
    pub intents: u32,
    /// So many refusals of a run's rows in a row, all the same, halt it.
    pub refusals_in_a_row: u32,
    /// So many failures of PingOne or of the network in a row halt a run.
    pub failures_in_a_row: u32,
    /// How long a halted run waits before it asks whether PingOne answers again; it doubles each time.
    pub first_probe: Millis,
    /// No such wait is longer.
    pub longest_probe: Millis,
    /// Before the end of a token no PUT of a run is sent for so long.
    pub token_margin: Millis,
    /// After a change so long passes before a read that differs is believed.
    pub settle: Millis,
    /// What was read longer ago is read again before it is acted upon.
    pub old: Millis,
    /// Before a write a run that was answered nothing for so long looks what time it is.
    pub unsure: Millis,
    /// How often the state of work is shown at most.
    pub publish_every: Millis,
}

impl Default for Policy {
    fn default() -> Self {
        Self::with_rate(Rate::default())
    }
}

impl Policy {
    /// The usual constants, with a deployment's ceilings.
    #[must_use]
    pub const fn with_rate(rate: Rate) -> Self {
        Self {
            timeout: Millis::seconds(15),
            attempts: 3,
            attempts_of_a_row: 10,
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
