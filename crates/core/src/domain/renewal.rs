//! When the token of somebody who signed in is renewed. No clock: it is told what time it is.

use super::time::{Millis, Timestamp};
use super::token::TokenFacts;

/// So long before a token ends the next one is got: before a run would ask a person for it, with time for some failures.
const AHEAD: Millis = Millis::seconds(12 * 60);

/// The pause after a renewal that failed; it doubles with each further one.
const PAUSE: Millis = Millis::seconds(5);

/// The longest pause, and the time in which nobody asks twice.
const LONGEST_PAUSE: Millis = Millis::seconds(60);

/// The token in use, and how its renewal went so far.
#[derive(Debug, Default)]
pub struct Renewal {
    /// Where it is none yet, or none that can be renewed.
    token: Option<Lifetime>,
    is_asking: bool,
    not_before: Millis,
    misses: u32,
}

/// How long a token lasts, by both clocks: the wall clock may be wrong, and the other one stands while a computer sleeps.
#[derive(Debug)]
struct Lifetime {
    renew_at: Millis,
    renew_at_wall: Timestamp,
}

impl Renewal {
    /// A token is in use from now on. One that doesn't say when it begins and ends is not renewed by itself.
    pub fn hold(&mut self, facts: &TokenFacts, now: Millis) {
        let is_first = self.token.is_none();
        let not_before = if is_first { now } else { now + LONGEST_PAUSE };
        *self = Self { token: Lifetime::of(facts, now), not_before, ..Self::default() };
    }

    /// Whether the next token is to be asked for now.
    #[must_use]
    pub fn is_due(&self, now: Millis, wall: Timestamp) -> bool {
        let Some(token) = &self.token else { return false };
        let is_time = now >= token.renew_at || wall >= token.renew_at_wall;
        is_time && !self.is_asking && now >= self.not_before
    }

    /// The next token is asked for.
    pub fn ask(&mut self) {
        self.is_asking = true;
    }

    /// Nothing came of it, and it is operation again.
    pub fn miss(&mut self, now: Millis) {
        let pause = Millis(PAUSE.0 << self.misses.min(4)).min(LONGEST_PAUSE);
        (self.is_asking, self.not_before) = (false, now + pause);
        self.misses = self.misses.saturating_add(1);
    }

    /// It is not operation again: PingOne said no, or the token is another or gone.
    pub fn end(&mut self) {
        *self = Self::default();
    }
}

impl Lifetime {
    fn of(facts: &TokenFacts, now: Millis) -> Option<Self> {
        let (begins, ends) = (facts.issued_at?, facts.expires_at?);
        let life = Millis(u64::try_from(ends.since(begins)).ok()?);
        // A short life isn't spent on renewing.
        let ahead = AHEAD.min(Millis(life.0 / 4));
        let ahead_wall = i64::try_from(ahead.0).ok()?;
        Some(Self { renew_at: now + Millis(life.0 - ahead.0), renew_at_wall: ends.plus(-ahead_wall) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MINUTE: u64 = 60_000;

    fn facts(begins: i64, ends: i64) -> TokenFacts {
        TokenFacts {
            issued_at: Some(Timestamp(begins)),
            expires_at: Some(Timestamp(ends)),
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
    fn a_token_is_renewed_before_anybody_is_asked_and_asked_for_once() {
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
    fn neither_a_wrong_clock_nor_a_sleep_lets_a_token_end_unnoticed() {
        let renewal = holding(&hour());
        assert!(renewal.is_due(Millis(48 * MINUTE), Timestamp(-5_000_000)), "the computer's clock is behind");
        assert!(renewal.is_due(Millis(5), Timestamp(90 * 60_000)), "the computer slept");
    }

    #[test]
    fn what_fails_is_tried_again_ever_more_seldom_and_at_least_once_a_minute() {
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
    fn a_clock_that_is_ahead_brings_one_renewal_a_minute_and_no_more() {
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
    fn a_short_life_is_renewed_in_its_last_quarter() {
        let renewal = holding(&facts(0, 60_000));
        assert!(!is_due(&renewal, 44_999));
        assert!(is_due(&renewal, 45_000));
    }

    #[test]
    fn nothing_is_renewed_that_says_no_end_was_refused_or_is_gone() {
        let mut endless = hour();
        endless.expires_at = None;
        assert!(!is_due(&holding(&endless), 100 * MINUTE));
        assert!(!is_due(&holding(&facts(5, 0)), 100 * MINUTE));
        let mut renewal = holding(&hour());
        renewal.end();
        assert!(!is_due(&renewal, 100 * MINUTE));
    }
}
