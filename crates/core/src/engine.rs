//! Decides when requests are sent and what happens with their answers.
//!
//! Each kind of work (a single change, a listing, a lookup, a run, its read-back) is a pure state machine that
//! implements [`driver::Work`]. [`driver::drive`] is the only loop: it asks the work for its next step, sends what
//! the pacer permits and hands answers back. Every request of a connection passes the connection's one
//! [`pacer::Pacer`]. Time comes from the port [`Clock`], so a test runs an hour of waiting in a millisecond.

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

/// The computer's clocks: a monotonic one and the wall clock.
pub trait Clock {
    /// The monotonic clock, for waiting and measuring. It never jumps.
    fn now(&self) -> Millis;

    /// The computer's date and time, for display and for comparison with a token's claims.
    fn wall(&self) -> Timestamp;

    /// Completes once [`Clock::now`] has reached `at`. Dropping the future cancels the wait.
    fn sleep_until(&self, at: Millis) -> LocalBoxFuture<'static, ()>;

    /// Reads both clocks at the same moment.
    fn reading(&self) -> ClockReading {
        ClockReading { now: self.now(), wall: self.wall() }
    }

    /// Whether waits keep their pace while the page is hidden. Browsers throttle a hidden page's own timers.
    fn keeps_pace_hidden(&self) -> bool {
        true
    }
}
