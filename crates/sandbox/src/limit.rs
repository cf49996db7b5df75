//! Rate limits: one bucket for the licence, one for each address.
//!
//! Source: developer.pingidentity.com, PingOne API, "Rate limiting"; docs.pingidentity.com, "Rate limits" (35 % of
//! the licence for one address). That a bucket holds one second's worth is assumed.

use std::collections::HashMap;

use crate::Timestamp;
use crate::behaviour::Behaviour;

/// The address that a request came from, as an extension of the request.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
pub struct NoisyNeighbor(pub String);

/// What is left in a bucket, and since when.
#[derive(Debug, Clone, Copy)]
struct Bucket {
    left: f64,
    at: Timestamp,
}

impl Bucket {
    /// Fills up by what has come since then.
    fn fill(&mut self, rate: f64, size: f64, now: Timestamp) {
        #[expect(clippy::cast_precision_loss, reason = "differences of a run are far below 2^53")]
        let millis = now.0.saturating_sub(self.at.0).max(0) as f64;
        self.left = (self.left + rate * millis / 1000.0).min(size);
        self.at = now;
    }
}

/// All buckets.
#[derive(Debug, Default)]
pub(crate) struct Limits {
    licence: Option<Bucket>,
    addresses: HashMap<NoisyNeighbor, Bucket>,
}

impl Limits {
    /// Lets a request pass, or says in how many seconds the next one may.
    pub(crate) fn pass(
        &mut self,
        behaviour: &Behaviour,
        peer: &NoisyNeighbor,
        now: Timestamp,
    ) -> Result<(), u32> {
        let Some(rate) = behaviour.rate else { return Ok(()) };
        // What others use all the time never gets into the licence's bucket.
        let free = (rate - behaviour.others).max(0.0);
        let share = rate * behaviour.address_share;
        let licence = self.licence.get_or_insert(Bucket { left: free, at: now });
        licence.fill(free, free.max(1.0), now);
        let address = self.addresses.entry(peer.clone()).or_insert(Bucket { left: share.max(1.0), at: now });
        address.fill(share, share.max(1.0), now);
        if licence.left < 1.0 {
            return Err(seconds_until_one(licence.left, free));
        }
        if address.left < 1.0 {
            return Err(seconds_until_one(address.left, share));
        }
        licence.left -= 1.0;
        address.left -= 1.0;
        Ok(())
    }
}

/// `Retry-After` counts whole seconds.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "between 1 and 60")]
fn seconds_until_one(left: f64, rate: f64) -> u32 {
    ((1.0 - left) / rate).ceil().clamp(1.0, 60.0) as u32
}

#[cfg(test)]
mod tests {
    use super::*;

    fn passed(limits: &mut Limits, behaviour: &Behaviour, peer: &str, at: i64, tries: u32) -> usize {
        let peer = NoisyNeighbor(peer.to_owned());
        (0..tries).filter(|_| limits.pass(behaviour, &peer, Timestamp(at)).is_ok()).count()
    }

    #[test]
    fn one_address_gets_its_share_and_two_get_twice_that() {
        let behaviour = Behaviour { rate: Some(100.0), ..Behaviour::default() };
        let mut limits = Limits::default();
        assert_eq!(passed(&mut limits, &behaviour, "a", 0, 100), 35);
        assert_eq!(passed(&mut limits, &behaviour, "b", 0, 100), 35);
        assert_eq!(passed(&mut limits, &behaviour, "c", 0, 100), 30, "the licence is used up");
        assert_eq!(passed(&mut limits, &behaviour, "a", 1000, 100), 35);
    }

    #[test]
    fn another_client_takes_its_part_of_the_licence() {
        let behaviour =
            Behaviour { rate: Some(100.0), others: 90.0, address_share: 1.0, ..Behaviour::default() };
        let mut limits = Limits::default();
        let passed: usize =
            (0..10).map(|second| passed(&mut limits, &behaviour, "a", second * 1000, 50)).sum();
        assert_eq!(passed, 100);
    }

    #[test]
    fn a_refusal_says_when_to_come_back() {
        let behaviour = Behaviour { rate: Some(0.5), address_share: 1.0, ..Behaviour::default() };
        let mut limits = Limits::default();
        assert_eq!(limits.pass(&behaviour, &NoisyNeighbor::default(), Timestamp(0)), Err(1));
        assert_eq!(limits.pass(&behaviour, &NoisyNeighbor::default(), Timestamp(1000)), Ok(()));
        assert_eq!(limits.pass(&behaviour, &NoisyNeighbor::default(), Timestamp(1000)), Err(2));
    }

    #[test]
    fn without_a_rate_nothing_is_limited() {
        let mut limits = Limits::default();
        assert_eq!(passed(&mut limits, &Behaviour::default(), "a", 0, 10_000), 10_000);
    }
}
