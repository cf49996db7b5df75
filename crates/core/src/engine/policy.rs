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
            first_pause: Millis(500),
            longest_pause: Millis::seconds(30),
            reads: rate.read,
            writes: rate.write,
            reads_in_flight: 6,
            writes_in_flight: 8,
            publish_every: Millis(100),
        }
    }
}
