//! When the token of a signed-in person is refreshed. It reads no clock: the caller passes the time.

use pingone::time::{Millis, Timestamp};
use pingone::token::TokenFacts;

/// How long before its expiry a token is refreshed: before a run would ask a person for one,
/// with time for some failures.
const LEAD_TIME: Millis = Millis::seconds(12 * 60);

/// The pause after a failed refresh; it doubles with each further one.
const FIRST_PAUSE: Millis = Millis::seconds(5);

/// The longest pause, and the time during which no second refresh is due.
const MAX_PAUSE: Millis = Millis::seconds(60);

/// The token in use, and the state of its refresh.
#[derive(Debug, Default)]
pub struct Renewal {
    /// `None` before the first token, and for a token that can't be refreshed.
    token: Option<Lifetime>,
    is_asking: bool,
    not_before: Millis,
    misses: u32,
}

/// When a token is due for refresh, by both clocks: the wall clock may be wrong, and the monotonic clock
/// stops while a computer sleeps.
#[derive(Debug)]
struct Lifetime {
    renew_at: Millis,
    renew_at_wall: Timestamp,
}

impl Renewal {
    /// A token is in use from now on. A token without an issue time or an expiry is not refreshed automatically.
    pub fn hold(&mut self, facts: &TokenFacts, now: Millis) {
        let is_first = self.token.is_none();
        let not_before = if is_first { now } else { now + MAX_PAUSE };
        *self = Self { token: Lifetime::of(facts, now), not_before, ..Self::default() };
    }

    /// Whether the next token is to be requested now.
    #[must_use]
    pub fn is_due(&self, now: Millis, wall: Timestamp) -> bool {
        let Some(token) = &self.token else { return false };
        let is_time = now >= token.renew_at || wall >= token.renew_at_wall;
        is_time && !self.is_asking && now >= self.not_before
    }

    /// Records that the next token is requested.
    pub fn ask(&mut self) {
        self.is_asking = true;
    }

    /// Records that the request failed; it will be retried after a pause.
    pub fn miss(&mut self, now: Millis) {
        let pause = Millis(FIRST_PAUSE.0 << self.misses.min(4)).min(MAX_PAUSE);
        (self.is_asking, self.not_before) = (false, now + pause);
        self.misses = self.misses.saturating_add(1);
    }

    /// Stops refreshing: PingOne refused it, or the token was replaced or forgotten.
    pub fn end(&mut self) {
        *self = Self::default();
    }
}

impl Lifetime {
    fn of(facts: &TokenFacts, now: Millis) -> Option<Self> {
        let (issued, expires) = (facts.issued_at?, facts.expires_at?);
        let lifetime = Millis(u64::try_from(expires.since(issued)).ok()?);
        // A short lifetime isn't spent on refreshing.
        let lead = LEAD_TIME.min(Millis(lifetime.0 / 4));
        let lead_wall = i64::try_from(lead.0).ok()?;
        Some(Self { renew_at: now + Millis(lifetime.0 - lead.0), renew_at_wall: expires.plus(-lead_wall) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MINUTE: u64 = 60_000;

    fn facts(issued: i64, expires: i64) -> TokenFacts {
        TokenFacts {
            issued_at: Some(Timestamp(issued)),
            expires_at: Some(Timestamp(expires)),
            ..TokenFacts::default()
        }
    }

    fn hour() -> TokenFacts {
        facts(0, 60 * 60_000)
    }

    fn holding(facts: &TokenFacts) -> Renewal {
        let mut renewal = Renewal::default();
        renewal.hold(facts, Millis(0));
        renewal
    }

    fn is_due(renewal: &Renewal, at: u64) -> bool {
        renewal.is_due(Millis(at), Timestamp(i64::try_from(at).unwrap()))
    }

    #[test]
    fn a_token_is_refreshed_once_and_before_a_person_is_asked() {
        let mut renewal = holding(&hour());
        assert!(!is_due(&renewal, 48 * MINUTE - 1));
        assert!(is_due(&renewal, 48 * MINUTE));
        renewal.ask();
        assert!(!is_due(&renewal, 55 * MINUTE));
        renewal.hold(&facts(48 * 60_000, 108 * 60_000), Millis(48 * MINUTE));
        assert!(!is_due(&renewal, 95 * MINUTE));
        assert!(is_due(&renewal, 96 * MINUTE));
    }

    #[test]
    fn a_token_is_refreshed_in_time_despite_a_wrong_clock_or_sleep() {
        let renewal = holding(&hour());
        assert!(renewal.is_due(Millis(48 * MINUTE), Timestamp(-5_000_000)), "the computer's clock is behind");
        assert!(renewal.is_due(Millis(5), Timestamp(90 * 60_000)), "the computer slept");
    }

    #[test]
    fn a_failed_refresh_is_retried_at_growing_intervals_up_to_a_minute() {
        let mut renewal = holding(&hour());
        let mut asked = Vec::new();
        for second in 48 * 60..70 * 60 {
            let at = second * 1000;
            if is_due(&renewal, at) {
                asked.push(second - 48 * 60);
                renewal.ask();
                renewal.miss(Millis(at));
            }
        }
        assert_eq!(asked.get(..7), Some([0, 5, 15, 35, 75, 135, 195].as_slice()), "{asked:?}");
        assert!(asked.len() < 30, "{asked:?}");
    }

    #[test]
    fn a_clock_that_is_ahead_causes_at_most_one_refresh_per_minute() {
        let mut renewal = holding(&hour());
        let mut asked = 0;
        for second in 0..600 {
            if renewal.is_due(Millis(second * 1000), Timestamp(100 * 60_000)) {
                asked += 1;
                renewal.ask();
                renewal.hold(&hour(), Millis(second * 1000));
            }
        }
        assert_eq!(asked, 10);
    }

    #[test]
    fn a_short_lived_token_is_refreshed_in_its_last_quarter() {
        let renewal = holding(&facts(0, 60_000));
        assert!(!is_due(&renewal, 44_999));
        assert!(is_due(&renewal, 45_000));
    }

    #[test]
    fn a_token_that_has_no_expiry_or_was_given_up_is_not_refreshed() {
        let mut without_expiry = hour();
        without_expiry.expires_at = None;
        assert!(!is_due(&holding(&without_expiry), 100 * MINUTE));
        assert!(!is_due(&holding(&facts(5, 0)), 100 * MINUTE));
        let mut renewal = holding(&hour());
        renewal.end();
        assert!(!is_due(&renewal, 100 * MINUTE));
    }
}
