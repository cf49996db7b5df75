//! Time limits: nothing outside this program is waited for without one.
//!
//! Whatever the browser or a host page is asked for may never answer. Each caller names what that means to it (a fault of
//! its own); here is only the race.

use std::future::Future;

use futures::future::{Either, select};

use crate::domain::time::Millis;

use super::Clock;

/// No answer came within the limit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TimedOut;

/// What `work` answers, unless that takes longer than `limit`. An answer that arrives together with the limit counts.
///
/// `work` can be passed by `&mut` and waited for again afterwards, where a late answer is still of use.
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
    use crate::domain::time::Timestamp;
    use futures::future::{FutureExt, LocalBoxFuture, pending, ready};
    use std::cell::Cell;
    use std::rc::Rc;

    /// Every wait is over as soon as it is asked about, and moves the time.
    #[derive(Default)]
    struct Hasty(Rc<Cell<Millis>>);

    impl Clock for Hasty {
        fn now(&self) -> Millis {
            self.0.get()
        }

        fn wall(&self) -> Timestamp {
            Timestamp(0)
        }

        fn sleep_until(&self, at: Millis) -> LocalBoxFuture<'static, ()> {
            let now = Rc::clone(&self.0);
            async move { now.set(at) }.boxed_local()
        }
    }

    fn waited<F: Future + Unpin>(clock: &Hasty, limit: Millis, work: F) -> Result<F::Output, TimedOut> {
        within(clock, limit, work).now_or_never().unwrap()
    }

    #[test]
    fn what_never_answers_ends_at_its_limit() {
        let clock = Hasty::default();
        assert_eq!(waited(&clock, Millis::seconds(8), pending::<u8>()), Err(TimedOut));
        assert_eq!(clock.now(), Millis::seconds(8));
    }

    #[test]
    fn an_answer_that_comes_together_with_the_limit_counts() {
        let clock = Hasty::default();
        assert_eq!(waited(&clock, Millis(0), ready(7)), Ok(7));
        assert_eq!(clock.now(), Millis(0));
    }

    #[test]
    fn what_was_late_can_be_waited_for_again() {
        let clock = Hasty::default();
        let (sender, mut receiver) = futures::channel::oneshot::channel();
        assert_eq!(waited(&clock, Millis(5), &mut receiver), Err(TimedOut));
        sender.send(7).unwrap();
        assert_eq!(waited(&clock, Millis(5), &mut receiver), Ok(Ok(7)));
    }
}
