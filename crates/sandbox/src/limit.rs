//! Rate limits: a bucket for the license, and one for each client address.
//!
//! Source: developer.pingidentity.com, PingOne API, "Rate limiting"; docs.pingidentity.com, "Rate limits" (35 % of the
//! license for one address). That a bucket holds the requests of one second is assumed.

use std::collections::HashMap;

use crate::Timestamp;
use crate::behavior::Behavior;

/// The client address that a request came from, as an extension of the request.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
pub struct ClientAddress(pub String);

/// The requests that a bucket still allows, as of a point in time.
#[derive(Debug, Clone, Copy)]
struct Bucket {
    left: f64,
    at: Timestamp,
}

impl Bucket {
    /// Adds the requests that have become available since the last time.
    fn fill(&mut self, rate: f64, size: f64, now: Timestamp) {
        #[expect(clippy::cast_precision_loss, reason = "differences of a run are far below 2^53")]
        let millis = now.0.saturating_sub(self.at.0).max(0) as f64;
        self.left = (self.left + rate * millis / 1000.0).min(size);
        self.at = now;
    }
}

#[derive(Debug, Default)]
pub(crate) struct Limits {
    license: Option<Bucket>,
    addresses: HashMap<ClientAddress, Bucket>,
}

impl Limits {
    /// Lets a request pass, or returns the number of seconds until the next one may.
    pub(crate) fn pass(
        &mut self,
        behavior: &Behavior,
        peer: &ClientAddress,
        now: Timestamp,
    ) -> Result<(), u32> {
        let Some(rate) = behavior.rate else { return Ok(()) };
        // The constant load of others never reaches the license's bucket.
        let free = (rate - behavior.others).max(0.0);
        let share = rate * behavior.address_share;
        let license = self.license.get_or_insert(Bucket { left: free, at: now });
        license.fill(free, free.max(1.0), now);
        let address = self.addresses.entry(peer.clone()).or_insert(Bucket { left: share.max(1.0), at: now });
        address.fill(share, share.max(1.0), now);
        if license.left < 1.0 {
            return Err(seconds_until_one(license.left, free));
        }
        if address.left < 1.0 {
            return Err(seconds_until_one(address.left, share));
        }
        license.left -= 1.0;
        address.left -= 1.0;
        Ok(())
    }
}

/// Seconds until one request is available. `Retry-After` has whole seconds.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "between 1 and 60")]
fn seconds_until_one(left: f64, rate: f64) -> u32 {
    ((1.0 - left) / rate).ceil().clamp(1.0, 60.0) as u32
}

#[cfg(test)]
mod tests {
    use super::*;

    fn passed(limits: &mut Limits, behavior: &Behavior, peer: &str, at: i64, tries: u32) -> usize {
        let peer = ClientAddress(peer.to_owned());
        (0..tries).filter(|_| limits.pass(behavior, &peer, Timestamp(at)).is_ok()).count()
    }

    #[test]
    fn each_address_gets_its_share_until_the_license_is_used_up() {
        let behavior = Behavior { rate: Some(100.0), ..Behavior::default() };
        let mut limits = Limits::default();
        assert_eq!(passed(&mut limits, &behavior, "a", 0, 100), 35);
        assert_eq!(passed(&mut limits, &behavior, "b", 0, 100), 35);
        assert_eq!(passed(&mut limits, &behavior, "c", 0, 100), 30, "the license is used up");
        assert_eq!(passed(&mut limits, &behavior, "a", 1000, 100), 35);
    }

    #[test]
    fn other_clients_use_their_part_of_the_license() {
        let behavior =
            Behavior { rate: Some(100.0), others: 90.0, address_share: 1.0, ..Behavior::default() };
        let mut limits = Limits::default();
        let passed: usize =
            (0..10).map(|second| passed(&mut limits, &behavior, "a", second * 1000, 50)).sum();
        assert_eq!(passed, 100);
    }

    #[test]
    fn a_refusal_returns_the_seconds_until_the_next_request() {
        let behavior = Behavior { rate: Some(0.5), address_share: 1.0, ..Behavior::default() };
        let mut limits = Limits::default();
        assert_eq!(limits.pass(&behavior, &ClientAddress::default(), Timestamp(0)), Err(1));
        assert_eq!(limits.pass(&behavior, &ClientAddress::default(), Timestamp(1000)), Ok(()));
        assert_eq!(limits.pass(&behavior, &ClientAddress::default(), Timestamp(1000)), Err(2));
    }

    #[test]
    fn without_a_rate_no_request_is_limited() {
        let mut limits = Limits::default();
        assert_eq!(passed(&mut limits, &Behavior::default(), "a", 0, 10_000), 10_000);
    }
}
