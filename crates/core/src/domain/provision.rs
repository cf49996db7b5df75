//! When a host page that hands over tokens is asked for another one. No clock: it is told what time it is.

use super::embedding::Reason;
use super::time::{Millis, Timestamp};

/// So long before a token ends another one is asked for: before a run stops for it, with time for the host page's own
/// way to it.
const AHEAD: i64 = 180_000;

/// The pause after the second token in a row that was no good; it doubles with each further one.
const PAUSE: Millis = Millis::seconds(5);

/// The longest pause.
const LONGEST_PAUSE: Millis = Millis::seconds(300);

/// What the host page was asked for and gave.
#[derive(Debug, Default)]
pub struct Provision {
    is_asking: bool,
    asked_at: Millis,
    /// Since when the present token is in use.
    held_at: Option<Timestamp>,
    ends_at: Option<Timestamp>,
    is_refused: bool,
    /// How often in a row no good token came.
    misses: u32,
}

impl Provision {
    /// Whether to ask now, without anybody's doing, and why. Nobody is asked twice at the same time, and one who has no
    /// good token isn't asked at every tick.
    #[must_use]
    pub fn due(&self, now: Millis, wall: Timestamp) -> Option<Reason> {
        self.held_at?;
        let reason = if self.is_refused {
            Reason::Refused
        } else {
            self.ends_at.filter(|end| end.since(wall) <= AHEAD).map(|_| Reason::Expiry)?
        };
        let is_due = !self.is_asking && self.asked_at + self.pause() <= now;
        is_due.then_some(reason)
    }

    /// One miss may be an old token that the host page had kept: it is asked again at once.
    fn pause(&self) -> Millis {
        match self.misses {
            0 | 1 => Millis(0),
            misses => Millis(PAUSE.0 << (misses - 2).min(6)).min(LONGEST_PAUSE),
        }
    }

    /// The host page is asked.
    pub fn asked(&mut self, now: Millis) {
        (self.is_asking, self.asked_at) = (true, now);
    }

    /// No token came, or none that can be used.
    pub fn missed(&mut self) {
        self.is_asking = false;
        self.misses = self.misses.saturating_add(1);
    }

    /// A token is in use, from whomever it came. One that ends no later than its predecessor, or soon, is a miss too:
    /// otherwise a host page that always gives the same one would be asked without end.
    pub fn held(&mut self, wall: Timestamp, ends_at: Option<Timestamp>) {
        let was_refused = self.is_refused;
        let ends_soon = ends_at.is_some_and(|end| end.since(wall) <= AHEAD);
        self.misses = if was_refused || ends_soon { self.misses.saturating_add(1) } else { 0 };
        (self.is_asking, self.is_refused) = (false, false);
        (self.held_at, self.ends_at) = (Some(wall), ends_at);
    }

    /// PingOne took the token of something that was sent then.
    pub fn worked(&mut self, sent_at: Timestamp) {
        let ends_soon = self.ends_at.is_some_and(|end| end.since(sent_at) <= AHEAD);
        if self.is_of_this_token(sent_at) && !ends_soon {
            self.misses = 0;
        }
    }

    /// PingOne refused the token of something that was sent then. What an earlier token had sent counts no more.
    pub fn refused(&mut self, sent_at: Timestamp) {
        self.is_refused |= self.is_of_this_token(sent_at);
    }

    fn is_of_this_token(&self, sent_at: Timestamp) -> bool {
        self.held_at.is_some_and(|since| sent_at >= since)
    }

    /// The token was forgotten: nobody is asked for another before somebody wants one.
    pub fn forgotten(&mut self) {
        *self = Self::default();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MINUTE: i64 = 60_000;

    /// A token that is taken at 0 and ends then.
    fn holding(ends_at: i64) -> Provision {
        let mut provision = Provision::default();
        provision.held(Timestamp(0), Some(Timestamp(ends_at)));
        provision
    }

    fn due(provision: &Provision, at: i64) -> Option<Reason> {
        provision.due(Millis(at.unsigned_abs()), Timestamp(at))
    }

    #[test]
    fn without_a_token_nobody_is_asked_unbidden() {
        assert_eq!(due(&Provision::default(), 5), None);
        let mut provision = holding(MINUTE);
        provision.forgotten();
        assert_eq!(due(&provision, 2 * MINUTE), None);
    }

    #[test]
    fn another_token_is_asked_for_three_minutes_before_the_end_and_once() {
        let mut provision = holding(60 * MINUTE);
        assert_eq!(due(&provision, 57 * MINUTE - 1), None);
        assert_eq!(due(&provision, 57 * MINUTE), Some(Reason::Expiry));
        provision.asked(Millis(57 * 60_000));
        assert_eq!(due(&provision, 58 * MINUTE), None);
        provision.held(Timestamp(58 * MINUTE), Some(Timestamp(118 * MINUTE)));
        assert_eq!(due(&provision, 60 * MINUTE), None);
        assert_eq!(due(&provision, 115 * MINUTE), Some(Reason::Expiry));
    }

    #[test]
    fn a_token_that_says_no_end_is_replaced_only_when_it_is_refused() {
        let mut provision = Provision::default();
        provision.held(Timestamp(0), None);
        assert_eq!(due(&provision, 1000 * MINUTE), None);
        provision.refused(Timestamp(5));
        assert_eq!(due(&provision, 6), Some(Reason::Refused));
    }

    #[test]
    fn what_an_earlier_token_sent_says_nothing_of_this_one() {
        let mut provision = holding(60 * MINUTE);
        provision.refused(Timestamp(10));
        provision.asked(Millis(11));
        provision.held(Timestamp(20), Some(Timestamp(60 * MINUTE)));
        provision.refused(Timestamp(19));
        assert_eq!(due(&provision, 21), None);
        provision.refused(Timestamp(20));
        assert_eq!(due(&provision, 21), Some(Reason::Refused));
    }

    #[test]
    fn one_who_gives_refused_tokens_is_asked_ever_more_seldom_and_never_without_end() {
        let mut provision = holding(10_000 * MINUTE);
        let mut asked = Vec::new();
        for at in 0..3_600_000 / 100 {
            let at = at * 100;
            provision.refused(Timestamp(at));
            if due(&provision, at).is_some() {
                asked.push(at / 1000);
                provision.asked(Millis(at.unsigned_abs()));
                provision.held(Timestamp(at), Some(Timestamp(10_000 * MINUTE)));
            }
        }
        assert_eq!(asked.get(..5), Some([0, 0, 5, 15, 35].as_slice()), "{asked:?}");
        assert!(asked.len() < 25, "{asked:?}");
        provision.held(Timestamp(4_000_000), Some(Timestamp(10_000 * MINUTE)));
        provision.worked(Timestamp(4_000_001));
        provision.refused(Timestamp(4_000_002));
        assert_eq!(due(&provision, 4_000_003), Some(Reason::Refused));
    }

    #[test]
    fn tokens_that_end_soon_are_not_asked_for_at_every_tick() {
        let mut provision = holding(MINUTE);
        let mut asked = 0;
        for second in 0..3600 {
            let at = second * 1000;
            provision.worked(Timestamp(at));
            if due(&provision, at).is_some() {
                asked += 1;
                provision.asked(Millis(at.unsigned_abs()));
                provision.held(Timestamp(at), Some(Timestamp(at + MINUTE)));
            }
        }
        assert!(asked < 25, "{asked}");
    }

    #[test]
    fn one_who_gives_none_is_asked_again_in_time() {
        let mut provision = holding(60 * MINUTE);
        provision.asked(Millis(57 * 60_000));
        provision.missed();
        assert_eq!(due(&provision, 57 * MINUTE), Some(Reason::Expiry));
        provision.asked(Millis(57 * 60_000));
        provision.missed();
        assert_eq!(due(&provision, 57 * MINUTE + 4_999), None);
        assert_eq!(due(&provision, 57 * MINUTE + 5_000), Some(Reason::Expiry));
    }
}
