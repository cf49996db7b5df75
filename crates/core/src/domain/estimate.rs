//! How many requests a run sends, how long that takes, and whether the token lasts.

use super::plan::Stops;
use super::time::{Millis, PerSecond};

/// Every call is two requests: the browser asks before it, because its URL is another than the last one's.
const REQUESTS_A_CALL: u64 = 2;

/// The reads of a test user: the flag once more, and the devices before and after.
const TEST_USER_READS: u64 = 3;

/// What a run sends.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Effort {
    /// How many users are changed.
    pub changes: u64,
    /// Whether one of them is the test user.
    pub has_test_user: bool,
    /// How many list pages are read when everyone is read back.
    pub read_back_pages: u64,
}

/// How long a run takes if nothing slows it down.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Estimate {
    /// How many requests are sent, preflights counted.
    pub requests: u64,
    /// How long they take at the pace.
    pub takes: Millis,
    /// Whether the token lasts.
    pub token: TokenSpan,
}

/// Whether a token lasts as long as a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TokenSpan {
    /// Nobody knows when it ends.
    Unknown,
    /// It lasts.
    Lasts {
        /// How long it still holds.
        left: Millis,
    },
    /// It ends before the run does.
    Ends {
        /// How long it still holds.
        left: Millis,
        /// After how long the run waits for the next one.
        waits_after: Millis,
    },
}

/// Whether a run of `all` users, of whom so many are done, is going to wait for a person again. How long a person takes is
/// part of no estimate, so that this is said beside it.
#[must_use]
pub fn waits_ahead(stops: Stops, done: u32, all: u32) -> bool {
    let first = u32::from(stops.after_test_user);
    if done < first {
        return all > first;
    }
    let Some(every) = stops.every.filter(|every| *every > 0) else { return false };
    let next = ((done - first) / every).saturating_add(1).saturating_mul(every).saturating_add(first);
    next < all
}

impl Effort {
    /// How many requests are sent, preflights counted.
    #[must_use]
    pub const fn requests(&self) -> u64 {
        let pilot_user = if self.has_test_user { TEST_USER_READS } else { 0 };
        let calls = self.changes.saturating_add(self.read_back_pages).saturating_add(pilot_user);
        calls.saturating_mul(REQUESTS_A_CALL)
    }

    /// How long it takes at a pace, and whether a token lasts that has so long to go. In its last moments, `margin`,
    /// nothing is written.
    #[must_use]
    pub fn at(&self, pace: PerSecond, token_left: Option<Millis>, margin: Millis) -> Estimate {
        let requests = self.requests();
        let takes = pace.span(requests);
        let token = match token_left {
            None => TokenSpan::Unknown,
            Some(left) if takes + margin <= left => TokenSpan::Lasts { left },
            Some(left) => TokenSpan::Ends { left, waits_after: left - margin },
        };
        Estimate { requests, takes, token }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MARGIN: Millis = Millis::seconds(60);

    fn changes(changes: u64) -> Effort {
        Effort { changes, ..Effort::default() }
    }

    #[test]
    fn a_change_and_a_page_are_two_requests_each() {
        let review = Effort { read_back_pages: 316, ..changes(11_888) };
        assert_eq!(review.requests(), 24_408);
        assert_eq!(Effort { has_test_user: true, ..review }.requests(), 24_414);
        assert_eq!(changes(0).requests(), 0);
        assert_eq!(changes(u64::MAX).requests(), u64::MAX);
    }

    #[test]
    fn at_ten_requests_a_second_five_users_are_changed_in_one() {
        assert_eq!(changes(5).at(PerSecond(10.0), None, MARGIN).takes, Millis::seconds(1));
        assert_eq!(changes(10_200).at(PerSecond(10.0), None, MARGIN).takes, Millis::seconds(34 * 60));
        assert_eq!(changes(0).at(PerSecond(10.0), None, MARGIN).takes, Millis(0));
    }

    #[test]
    fn a_run_waits_again_where_a_stop_is_ahead_and_users_are_left_after_it() {
        let pilot = Stops { after_test_user: true, every: None };
        let steps = Stops { after_test_user: true, every: Some(50) };
        for (stops, done, all, waits) in [
            (Stops::default(), 0, 100, false),
            (pilot, 0, 100, true),
            (pilot, 1, 100, false),
            (pilot, 0, 1, false),
            (steps, 1, 100, true),
            (steps, 50, 100, true),
            (steps, 51, 100, false),
            (steps, 51, 102, true),
            (steps, 1, 51, false),
            (Stops { after_test_user: false, every: Some(10) }, 0, 10, false),
            (Stops { after_test_user: false, every: Some(0) }, 0, 10, false),
            (Stops { after_test_user: true, every: Some(u32::MAX) }, u32::MAX, u32::MAX, false),
        ] {
            assert_eq!(waits_ahead(stops, done, all), waits, "{stops:?}, {done} of {all}");
        }
    }

    #[test]
    fn a_pace_that_is_none_takes_for_ever_and_wraps_nowhere() {
        for pace in [0.0, -1.0, f64::NAN] {
            assert_eq!(changes(1).at(PerSecond(pace), None, MARGIN).takes, Millis(u64::MAX));
        }
        assert_eq!(changes(u64::MAX).at(PerSecond(1e-9), None, MARGIN).takes, Millis(u64::MAX));
        let ends = changes(1).at(PerSecond(0.0), Some(Millis(5)), MARGIN).token;
        assert_eq!(ends, TokenSpan::Ends { left: Millis(5), waits_after: Millis(0) });
    }

    #[test]
    fn a_token_lasts_if_it_outlives_the_run_and_the_margin() {
        let run = changes(10_200);
        let token = |left| run.at(PerSecond(10.0), left, MARGIN).token;
        assert_eq!(token(None), TokenSpan::Unknown);
        let (enough, short) = (Millis::seconds(35 * 60), Millis(35 * 60_000 - 1));
        assert_eq!(token(Some(enough)), TokenSpan::Lasts { left: enough });
        assert_eq!(token(Some(short)), TokenSpan::Ends { left: short, waits_after: Millis(34 * 60_000 - 1) });
    }
}
