//! Computes the pause before a request is retried.

use crate::fault::{Fault, RetryKind};
use crate::policy::Policy;
use crate::time::Millis;

/// A source of jitter: `SplitMix64`, seeded, so that a test is repeatable. Not for secrets.
#[derive(Debug, Clone)]
pub struct Jitter(u64);

impl Jitter {
    /// Creates a source with this seed.
    pub const fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// Derives an independent source.
    #[must_use]
    pub fn split(&mut self) -> Self {
        Self(self.up_to(u64::MAX))
    }

    /// A number from 0 to `limit`, both included.
    pub fn up_to(&mut self, limit: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (mixed ^ (mixed >> 31)) % limit.saturating_add(1)
    }
}

/// The pause before attempt `made` + 1. `None` if there is to be none: waiting doesn't help against the
/// fault, or all attempts are used.
///
/// Full jitter: anything from zero to the doubled pause, but never less than PingOne asked for.
pub fn pause(policy: &Policy, made: u32, fault: &Fault, jitter: &mut Jitter) -> Option<Millis> {
    pause_of(policy, policy.attempts, made, fault, jitter)
}

/// Like [`pause`], for one row of a run. A 429, and a fault that may hide one, says nothing about the row: many rows
/// share the pace, and a row that is refused several times hasn't failed. So it gets more attempts.
pub fn pause_of_row(policy: &Policy, made: u32, fault: &Fault, jitter: &mut Jitter) -> Option<Millis> {
    let is_about_pace = matches!(fault, Fault::RateLimited { .. } | Fault::Unreachable);
    let attempts = if is_about_pace { policy.row_attempts } else { policy.attempts };
    pause_of(policy, attempts, made, fault, jitter)
}

fn pause_of(policy: &Policy, attempts: u32, made: u32, fault: &Fault, jitter: &mut Jitter) -> Option<Millis> {
    let asked = match fault.retry() {
        RetryKind::Later { after } => after,
        RetryKind::WhenOnline => None,
        RetryKind::Never | RetryKind::WithNewToken => return None,
    };
    if made >= attempts {
        return None;
    }
    let doubled = policy.first_pause.0.saturating_mul(1 << made.saturating_sub(1).min(20));
    let spread = Millis(jitter.up_to(doubled.min(policy.longest_pause.0)));
    Some(spread.max(asked.unwrap_or_default()).min(policy.longest_pause))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fault::Refusal;

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
    fn a_retry_after_is_honored_up_to_the_longest_pause() {
        let policy = Policy::default();
        let mut jitter = Jitter::new(1);
        assert_eq!(pause(&policy, 1, &limited(Some(Millis(9000))), &mut jitter), Some(Millis(9000)));
        let century = Some(Millis(3_000_000_000_000));
        assert_eq!(pause(&policy, 1, &limited(century), &mut jitter), Some(policy.longest_pause));
    }

    #[test]
    fn attempts_are_limited_and_final_faults_are_not_retried() {
        let policy = Policy::default();
        let mut jitter = Jitter::new(1);
        assert_eq!(pause(&policy, policy.attempts, &limited(None), &mut jitter), None);
        assert_eq!(pause(&policy, 1, &Fault::TokenForgotten, &mut jitter), None);
        assert_eq!(pause(&policy, 1, &Fault::RoleMissing(Refusal::default()), &mut jitter), None);
    }
    #[test]
    fn a_row_gets_more_attempts_for_rate_limits_than_for_its_own_failures() {
        let policy = Policy::default();
        let mut jitter = Jitter::new(1);
        let mut again = |made, fault: &Fault| pause_of_row(&policy, made, fault, &mut jitter).is_some();
        for fault in [limited(None), Fault::Unreachable] {
            assert!(again(policy.attempts, &fault) && again(policy.row_attempts - 1, &fault));
            assert!(!again(policy.row_attempts, &fault));
        }
        assert!(!again(policy.attempts, &Fault::ServerFailed(Refusal::default())));
    }
}
