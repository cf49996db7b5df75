//! The port for time. Everything waits through it, so a test runs an hour of waiting in a millisecond.

use futures::future::LocalBoxFuture;

use crate::time::{ClockReading, Instant, Timestamp};

/// The computer's clocks: a monotonic one and the wall clock.
pub trait Clock {
    /// The monotonic clock, for waiting and measuring. It never jumps.
    fn now(&self) -> Instant;

    /// The computer's date and time, for display and for comparison with a token's claims.
    fn wall(&self) -> Timestamp;

    /// Completes once [`Clock::now`] has reached `at`. Dropping the future cancels the wait.
    fn sleep_until(&self, at: Instant) -> LocalBoxFuture<'static, ()>;

    /// Reads both clocks at the same moment.
    fn reading(&self) -> ClockReading {
        ClockReading { now: self.now(), wall: self.wall() }
    }

    /// Whether waits keep their pace while the page is hidden. Browsers throttle a hidden page's own timers.
    fn keeps_pace_hidden(&self) -> bool {
        true
    }
}
