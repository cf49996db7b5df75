//! When a host page that supplies tokens is asked for the next one. It reads no clock: the caller passes the time.

use pingone::time::{Millis, Timestamp};

use super::host_events::Reason;

/// How long before its expiry a token is replaced: before a run pauses for it, with time for the
/// host page to get a new one.
const LEAD_TIME: i64 = 180_000;

/// The pause after the second consecutive token that can't be used; it doubles with each further one.
const FIRST_PAUSE: Millis = Millis::seconds(5);

const MAX_PAUSE: Millis = Millis::seconds(300);

/// The requests for tokens to the host page, and their results.
#[derive(Debug, Default)]
pub struct Provision {
    is_asking: bool,
    asked_at: Millis,
    /// Since when the current token is in use.
    held_at: Option<Timestamp>,
    expires_at: Option<Timestamp>,
    is_refused: bool,
    /// How many times in a row no usable token came.
    misses: u32,
}

impl Provision {
    /// Whether to ask now without an action of the person, and why. There is only one request at a time, and a host
    /// page without a usable token isn't asked at every tick.
    #[must_use]
    pub fn due(&self, now: Millis, wall: Timestamp) -> Option<Reason> {
        self.held_at?;
        let reason = if self.is_refused {
            Reason::Refused
        } else {
            self.expires_at.filter(|expiry| expiry.since(wall) <= LEAD_TIME).map(|_| Reason::Expiry)?
        };
        let is_due = !self.is_asking && self.asked_at + self.pause() <= now;
        is_due.then_some(reason)
    }

    /// One miss may be an old token that the host page had cached, so it is asked again at once.
    fn pause(&self) -> Millis {
        match self.misses {
            0 | 1 => Millis(0),
            misses => Millis(FIRST_PAUSE.0 << (misses - 2).min(6)).min(MAX_PAUSE),
        }
    }

    /// Records that the host page is asked for a token.
    pub fn asked(&mut self, now: Millis) {
        (self.is_asking, self.asked_at) = (true, now);
    }

    /// Records that no token came, or none that can be used.
    pub fn missed(&mut self) {
        self.is_asking = false;
        self.misses = self.misses.saturating_add(1);
    }

    /// A token is in use, from any source. One that replaces a refused token, or that expires soon, counts as a miss
    /// too: otherwise a host page that always supplies the same token would be asked without end.
    pub fn held(&mut self, wall: Timestamp, expires_at: Option<Timestamp>) {
        let was_refused = self.is_refused;
        let expires_soon = expires_at.is_some_and(|expiry| expiry.since(wall) <= LEAD_TIME);
        self.misses = if was_refused || expires_soon { self.misses.saturating_add(1) } else { 0 };
        (self.is_asking, self.is_refused) = (false, false);
        (self.held_at, self.expires_at) = (Some(wall), expires_at);
    }

    /// PingOne accepted the token of a request that was sent then.
    pub fn worked(&mut self, sent_at: Timestamp) {
        let expires_soon = self.expires_at.is_some_and(|expiry| expiry.since(sent_at) <= LEAD_TIME);
        if self.is_of_current_token(sent_at) && !expires_soon {
            self.misses = 0;
        }
    }

    /// PingOne refused the token of a request that was sent then. Requests sent with an earlier token are ignored.
    pub fn refused(&mut self, sent_at: Timestamp) {
        self.is_refused |= self.is_of_current_token(sent_at);
    }

    fn is_of_current_token(&self, sent_at: Timestamp) -> bool {
        self.held_at.is_some_and(|since| sent_at >= since)
    }

    /// The token was forgotten: no other is asked for until the person wants one.
    pub fn forgotten(&mut self) {
        *self = Self::default();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MINUTE: i64 = 60_000;

    /// A token that is taken at 0 and expires at the given time.
    fn holding(expires_at: i64) -> Provision {
        let mut provision = Provision::default();
        provision.held(Timestamp(0), Some(Timestamp(expires_at)));
        provision
    }

    fn due(provision: &Provision, at: i64) -> Option<Reason> {
        provision.due(Millis(at.unsigned_abs()), Timestamp(at))
    }

    #[test]
    fn without_a_token_none_is_asked_for_automatically() {
        assert_eq!(due(&Provision::default(), 5), None);
        let mut provision = holding(MINUTE);
        provision.forgotten();
        assert_eq!(due(&provision, 2 * MINUTE), None);
    }

    #[test]
    fn the_next_token_is_asked_for_once_three_minutes_before_expiry() {
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
    fn a_token_without_an_expiry_is_replaced_only_when_it_is_refused() {
        let mut provision = Provision::default();
        provision.held(Timestamp(0), None);
        assert_eq!(due(&provision, 1000 * MINUTE), None);
        provision.refused(Timestamp(5));
        assert_eq!(due(&provision, 6), Some(Reason::Refused));
    }

    #[test]
    fn requests_of_an_earlier_token_do_not_affect_this_one() {
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
    fn a_host_page_with_refused_tokens_is_asked_at_growing_intervals() {
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
    fn tokens_that_expire_soon_are_not_asked_for_at_every_tick() {
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
    fn a_host_page_without_a_token_is_asked_again_after_a_pause() {
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
