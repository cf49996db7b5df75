//! The recent throughput of a run, and its maximum write rate.

use std::collections::VecDeque;

use leptos::prelude::*;
use pingone::request::Kind;
use pingone::time::{Instant, Millis};

use crate::announcement::Announcement;

use crate::console::runs::run::Run;

/// Window over which throughput is averaged.
const WINDOW: Millis = Millis::seconds(10);

/// Minimum time span that yields a throughput.
const LEAST: Millis = Millis::seconds(2);

/// Settled users in the window, starting with the first one.
#[derive(Debug, Default)]
pub(super) struct Speed {
    begin: Option<u32>,
    seen: VecDeque<(Instant, u32)>,
}

impl Speed {
    /// Records how many users are settled at `now`.
    pub(super) fn see(&mut self, now: Instant, settled: u32) {
        // The first requests leave at once, and would make the pace seem faster than the maximum rate.
        if *self.begin.get_or_insert(settled) == settled {
            return;
        }
        while self.seen.len() > 1 && self.seen.get(1).is_some_and(|(at, _)| at.until(now) >= WINDOW) {
            self.seen.pop_front();
        }
        self.seen.push_back((now, settled));
    }

    /// Resets the measurement when the run waits for a person, a token or PingOne. The length of a wait says nothing
    /// about the pace.
    pub(super) fn pause(&mut self) {
        *self = Self::default();
    }

    #[expect(clippy::cast_precision_loss, reason = "some seconds")]
    pub(super) fn users_per_second(&self) -> Option<f64> {
        let (from, before) = *self.seen.front()?;
        let (until, after) = *self.seen.back()?;
        let took = from.until(until);
        (took >= LEAST).then(|| f64::from(after - before) * 1000.0 / took.0 as f64)
    }
}

impl Run {
    /// Sets the maximum write rate, for an open run too.
    pub fn limit(self, per_second: u32) {
        let ceiling = self.ceiling.choose(per_second);
        if let Some(connection) = self.connection() {
            connection.limit(Kind::Write, ceiling);
        }
        // Throughput under the old rate doesn't predict the new one.
        self.speed.update_value(|value| drop(std::mem::take(value)));
        self.progress.update(|progress| {
            if let Some(progress) = progress.as_mut().filter(|progress| progress.phase.is_open())
                && let Some(highest) = progress.highest_ceiling.as_mut()
                && highest.0 < ceiling.0
            {
                *highest = ceiling;
            }
        });
        self.announcer.tell(Announcement::Ceiling(ceiling));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn throughput_covers_the_last_ten_seconds() {
        let mut speed = Speed::default();
        speed.see(Instant(0), 0);
        assert_eq!(speed.users_per_second(), None);
        for second in 1..=20_u32 {
            speed.see(Instant::seconds(second.into()), second.saturating_sub(10) * 5);
        }
        assert_eq!(speed.users_per_second(), Some(5.0));
    }

    /// The pace after ten seconds at five users per second, a wait, and another ten seconds at the same rate.
    fn pace_around(wait: Millis) -> Option<f64> {
        let mut speed = Speed::default();
        let mut settled = 0;
        for second in 0..=10 {
            settled = second * 5;
            speed.see(Instant::seconds(second.into()), settled);
        }
        speed.pause();
        let again = Instant::seconds(10) + wait;
        for second in 0..=10_u32 {
            speed.see(again + Millis::seconds(second.into()), settled + second * 5);
        }
        speed.users_per_second()
    }

    #[test]
    fn throughput_ignores_waits_of_any_length() {
        for wait in [Millis(1), Millis::seconds(9), Millis::seconds(600), Millis::seconds(3600 * 24)] {
            assert_eq!(pace_around(wait), Some(5.0), "{wait:?}");
        }
    }

    #[test]
    fn throughput_is_unknown_right_after_a_wait() {
        let mut speed = Speed::default();
        for second in 0..=5_u32 {
            speed.see(Instant::seconds(second.into()), second * 5);
        }
        assert!(speed.users_per_second().is_some());
        speed.pause();
        speed.see(Instant::seconds(1000), 25);
        speed.see(Instant::seconds(1001), 26);
        assert_eq!(speed.users_per_second(), None);
    }

    #[test]
    fn the_initial_burst_does_not_raise_the_throughput() {
        let mut speed = Speed::default();
        for settled in 0..=3_u32 {
            let at = u64::from(settled).saturating_sub(1) * 1000 + 20 * u64::from(settled.min(1));
            speed.see(Instant(at), settled);
        }
        assert_eq!(speed.users_per_second(), Some(1.0));
    }
}
