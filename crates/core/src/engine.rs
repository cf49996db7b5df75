//! When something is sent, and what is done with its answer.
//!
//! Work is a pure state machine ([`driver::Work`]); [`driver::drive`] is the only loop; every request of a
//! connection passes its one [`pacer::Pacer`]. Time comes from the port [`Clock`], so a test runs an hour of
//! waiting in a millisecond.

use futures::future::LocalBoxFuture;

use crate::domain::time::{ClockReading, Millis, Timestamp};

pub mod limit;

pub mod policy;

pub mod pacer;

pub mod retry;

pub mod driver;

pub mod attempts;

pub mod connection;

pub mod once;

pub mod change;

pub mod listing;

pub mod lookup;

pub mod report;

pub mod run;

pub mod journal;

pub mod run_file;

pub mod probe;

/// The clocks of the computer.
pub trait Clock {
    /// The monotonic clock: for waiting and measuring. It never jumps.
    fn now(&self) -> Millis;

    /// The computer's date and time: for showing, and for comparing with a token's claims.
    fn wall(&self) -> Timestamp;

    /// Ends once [`Clock::now`] has reached `at`. Dropping it cancels the wait.
    fn sleep_until(&self, at: Millis) -> LocalBoxFuture<'static, ()>;

    /// Both clocks now.
    fn reading(&self) -> ClockReading {
        ClockReading { now: self.now(), wall: self.wall() }
    }

    /// Whether waits keep their pace while the page is hidden. Browsers slow down a hidden page's own timers.
    fn keeps_pace_hidden(&self) -> bool {
        true
    }
}
