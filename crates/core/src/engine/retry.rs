//! How long to wait before the same request is sent again.

use crate::domain::fault::{Fault, RetryKind};
use crate::domain::time::Millis;

use super::policy::Policy;

/// A source of jitter: `SplitMix64`, seeded, so that a test is repeatable. Not for secrets.
#[derive(Debug, Clone)]
pub struct Jitter(u64);

impl Jitter {
    /// Starts at a seed.
    pub const fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// A number from 0 to `limit`, both included.
    fn up_to(&mut self, limit: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (mixed ^ (mixed >> 31)) % limit.saturating_add(1)
    }
}

/// The pause before attempt `made` + 1, or `None` if there is to be none: the fault can't be mended by waiting,
/// or all attempts are made. Full jitter: anything from nothing to the doubled pause, but never less than
/// PingOne asked for.
pub fn pause(policy: &Policy, made: u32, fault: &Fault, jitter: &mut Jitter) -> Option<Millis> {
    let asked = match fault.retry() {
        RetryKind::Later { after } => after,
        RetryKind::WhenOnline => None,
        RetryKind::Never | RetryKind::WithNewToken => return None,
    };
    if made >= policy.attempts {
        return None;
    }
    let doubled = policy.first_pause.0.saturating_mul(1 << made.saturating_sub(1).min(20));
    let spread = Millis(jitter.up_to(doubled.min(policy.longest_pause.0)));
    Some(spread.max(asked.unwrap_or_default()).min(policy.longest_pause))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::fault::Refusal;

    fn limited(after: Option<Millis>) -> Fault {
        Fault::RateLimited { refusal: Refusal::default(), after }
    }

    #[test]
    fn pauses_spread_over_the_whole_doubled_span() {
        let policy = Policy { attempts: 9, ..Policy::default() };
        let mut jitter = Jitter::new(7);
        let pauses: Vec<u64> = (0..1000)
            .filter_map(|_| pause(&policy, 2, &Fault::Unreachable, &mut jitter))
            .map(|at| at.0)
            .collect();
        assert_eq!(pauses.len(), 1000);
        assert!(pauses.iter().all(|pause| *pause <= 1000));
        assert!(pauses.iter().any(|pause| *pause < 100) && pauses.iter().any(|pause| *pause > 900));
    }

    #[test]
    fn a_wait_that_pingone_asks_for_is_kept_up_to_the_longest() {
        let policy = Policy::default();
        let mut jitter = Jitter::new(1);
        assert_eq!(pause(&policy, 1, &limited(Some(Millis(9000))), &mut jitter), Some(Millis(9000)));
        let century = Some(Millis(3_000_000_000_000));
        assert_eq!(pause(&policy, 1, &limited(century), &mut jitter), Some(policy.longest_pause));
    }

    #[test]
    fn attempts_end_and_some_faults_get_none() {
        let policy = Policy::default();
        let mut jitter = Jitter::new(1);
        assert_eq!(pause(&policy, policy.attempts, &limited(None), &mut jitter), None);
        assert_eq!(pause(&policy, 1, &Fault::TokenForgotten, &mut jitter), None);
        assert_eq!(pause(&policy, 1, &Fault::RoleMissing(Refusal::default()), &mut jitter), None);
    }
}
