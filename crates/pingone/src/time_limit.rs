//! Time limits: nothing outside this program is awaited without one.
//!
//! A browser or a host page may never answer a request. Each caller maps the timeout to a fault of its own; this
//! module contains only the race.

use std::future::Future;

use futures::future::{Either, select};

use crate::clock::Clock;
use crate::time::Millis;

/// The work didn't finish within the limit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TimedOut;

/// Waits for `work`, at most for `limit`. An answer that arrives together with the limit counts.
///
/// `work` can be passed as `&mut` and awaited again afterwards, if a late answer is still of use.
///
/// # Errors
/// [`TimedOut`] once the limit has passed.
pub async fn within<F: Future + Unpin>(
    clock: &dyn Clock,
    limit: Millis,
    work: F,
) -> Result<F::Output, TimedOut> {
    match select(work, clock.sleep_until(clock.now() + limit)).await {
        Either::Left((answer, _)) => Ok(answer),
        Either::Right(_) => Err(TimedOut),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::time::{Instant, Timestamp};
    use futures::future::{FutureExt, LocalBoxFuture, pending, ready};
    use std::cell::Cell;
    use std::rc::Rc;

    /// A clock whose waits complete as soon as they are polled, and advance the time.
    #[derive(Default)]
    struct InstantClock(Rc<Cell<Instant>>);

    impl Clock for InstantClock {
        fn now(&self) -> Instant {
            self.0.get()
        }

        fn wall(&self) -> Timestamp {
            Timestamp(0)
        }

        fn sleep_until(&self, at: Instant) -> LocalBoxFuture<'static, ()> {
            let now = Rc::clone(&self.0);
            async move { now.set(at) }.boxed_local()
        }
    }

    fn run_within<F: Future + Unpin>(
        clock: &InstantClock,
        limit: Millis,
        work: F,
    ) -> Result<F::Output, TimedOut> {
        within(clock, limit, work).now_or_never().unwrap()
    }

    #[test]
    fn a_future_that_never_answers_times_out() {
        let clock = InstantClock::default();
        assert_eq!(run_within(&clock, Millis::seconds(8), pending::<u8>()), Err(TimedOut));
        assert_eq!(clock.now(), Instant::seconds(8));
    }

    #[test]
    fn an_answer_at_the_limit_counts() {
        let clock = InstantClock::default();
        assert_eq!(run_within(&clock, Millis(0), ready(7)), Ok(7));
        assert_eq!(clock.now(), Instant(0));
    }

    #[test]
    fn a_late_answer_can_be_awaited_again() {
        let clock = InstantClock::default();
        let (sender, mut receiver) = futures::channel::oneshot::channel();
        assert_eq!(run_within(&clock, Millis(5), &mut receiver), Err(TimedOut));
        sender.send(7).unwrap();
        assert_eq!(run_within(&clock, Millis(5), &mut receiver), Ok(Ok(7)));
    }
}
