//! Estimates how many requests a run sends, how long it takes, and whether the token lasts.

use pingone::time::{Millis, PerSecond};

use super::plan::PlannedPauses;

/// Every call costs two requests: the URLs differ, so the browser sends a preflight before each call.
const REQUESTS_PER_CALL: u64 = 2;

/// Reads per pilot user: the flag again, and the devices before and after the change.
const PILOT_USER_READS: u64 = 3;

/// The amount of work in a run, in calls to PingOne.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Effort {
    /// How many users the run changes.
    pub changes: u64,
    /// Whether the run starts with a pilot user.
    pub has_pilot_user: bool,
    /// How many pages of the user list are read when all users are verified after the run.
    pub read_back_pages: u64,
}

/// The cost of a run if nothing slows it down.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Estimate {
    /// How many requests are sent, including preflights.
    pub requests: u64,
    /// How long the requests take at the given pace.
    pub takes: Millis,
    /// Whether the token lasts until the run is finished.
    pub token: TokenSpan,
}

/// Whether a token lasts as long as a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TokenSpan {
    /// The token's expiry isn't known.
    Unknown,
    /// The token lasts until the run is finished.
    Lasts {
        /// The time until the token expires.
        left: Millis,
    },
    /// The token expires before the run is finished.
    Ends {
        /// The time until the token expires.
        left: Millis,
        /// How long the run works before it has to wait for the next token.
        waits_after: Millis,
    },
}

/// Whether a run of `all` users, with `done` of them done, will pause again for a person. Estimates don't include the
/// time that a person takes, so the page shows this beside the estimate.
#[must_use]
pub fn will_pause_again(stops: PlannedPauses, done: u32, all: u32) -> bool {
    let pilot = u32::from(stops.after_pilot);
    if done < pilot {
        return all > pilot;
    }
    let Some(every) = stops.every.filter(|every| *every > 0) else { return false };
    let next_stop = ((done - pilot) / every).saturating_add(1).saturating_mul(every).saturating_add(pilot);
    next_stop < all
}

impl Effort {
    /// How many requests are sent, including preflights.
    #[must_use]
    pub const fn requests(&self) -> u64 {
        let pilot_reads = if self.has_pilot_user { PILOT_USER_READS } else { 0 };
        let calls = self.changes.saturating_add(self.read_back_pages).saturating_add(pilot_reads);
        calls.saturating_mul(REQUESTS_PER_CALL)
    }

    /// Estimates the duration at a pace, and whether a token with `token_left` until its expiry lasts. Nothing is
    /// written in the token's last moments, which `margin` defines.
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
    fn each_change_and_each_page_costs_two_requests() {
        let review = Effort { read_back_pages: 316, ..changes(11_888) };
        assert_eq!(review.requests(), 24_408);
        assert_eq!(Effort { has_pilot_user: true, ..review }.requests(), 24_414);
        assert_eq!(changes(0).requests(), 0);
        assert_eq!(changes(u64::MAX).requests(), u64::MAX);
    }

    #[test]
    fn ten_requests_per_second_change_five_users_per_second() {
        assert_eq!(changes(5).at(PerSecond(10.0), None, MARGIN).takes, Millis::seconds(1));
        assert_eq!(changes(10_200).at(PerSecond(10.0), None, MARGIN).takes, Millis::seconds(34 * 60));
        assert_eq!(changes(0).at(PerSecond(10.0), None, MARGIN).takes, Millis(0));
    }

    #[test]
    fn a_run_waits_again_if_users_remain_after_the_next_stop() {
        let pilot = PlannedPauses { after_pilot: true, every: None };
        let steps = PlannedPauses { after_pilot: true, every: Some(50) };
        for (stops, done, all, waits) in [
            (PlannedPauses::default(), 0, 100, false),
            (pilot, 0, 100, true),
            (pilot, 1, 100, false),
            (pilot, 0, 1, false),
            (steps, 1, 100, true),
            (steps, 50, 100, true),
            (steps, 51, 100, false),
            (steps, 51, 102, true),
            (steps, 1, 51, false),
            (PlannedPauses { after_pilot: false, every: Some(10) }, 0, 10, false),
            (PlannedPauses { after_pilot: false, every: Some(0) }, 0, 10, false),
            (PlannedPauses { after_pilot: true, every: Some(u32::MAX) }, u32::MAX, u32::MAX, false),
        ] {
            assert_eq!(will_pause_again(stops, done, all), waits, "{stops:?}, {done} of {all}");
        }
    }

    #[test]
    fn an_invalid_pace_takes_forever_without_overflow() {
        for pace in [0.0, -1.0, f64::NAN] {
            assert_eq!(changes(1).at(PerSecond(pace), None, MARGIN).takes, Millis(u64::MAX));
        }
        assert_eq!(changes(u64::MAX).at(PerSecond(1e-9), None, MARGIN).takes, Millis(u64::MAX));
        let ends = changes(1).at(PerSecond(0.0), Some(Millis(5)), MARGIN).token;
        assert_eq!(ends, TokenSpan::Ends { left: Millis(5), waits_after: Millis(0) });
    }

    #[test]
    fn a_token_lasts_if_it_expires_after_the_run_and_the_margin() {
        let run = changes(10_200);
        let token = |left| run.at(PerSecond(10.0), left, MARGIN).token;
        assert_eq!(token(None), TokenSpan::Unknown);
        let (enough, short) = (Millis::seconds(35 * 60), Millis(35 * 60_000 - 1));
        assert_eq!(token(Some(enough)), TokenSpan::Lasts { left: enough });
        assert_eq!(token(Some(short)), TokenSpan::Ends { left: short, waits_after: Millis(34 * 60_000 - 1) });
    }
}
