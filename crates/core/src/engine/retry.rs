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

    /// Another source, which goes its own way.
    pub(super) fn split(&mut self) -> Self {
        Self(self.up_to(u64::MAX))
    }

    /// A number from 0 to `limit`, both included.
    pub(super) fn up_to(&mut self, limit: u64) -> u64 {
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
    pause_of(policy, policy.attempts, made, fault, jitter)
}

/// The same for one row of a run. A 429, and what may be a hidden one, says nothing about the row that it happens to
/// meet: many rows wait for the pace, and one that meets several refusals has not failed.
pub fn pause_of_row(policy: &Policy, made: u32, fault: &Fault, jitter: &mut Jitter) -> Option<Millis> {
    let is_about_pace = matches!(fault, Fault::RateLimited { .. } | Fault::Unreachable);
    let attempts = if is_about_pace { policy.attempts_of_a_row } else { policy.attempts };
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
    #[test]
    fn refusals_for_the_pace_use_up_a_rows_attempts_more_slowly_than_failures_of_its_own() {
        let policy = Policy::default();
        let mut jitter = Jitter::new(1);
        let mut again = |made, fault: &Fault| pause_of_row(&policy, made, fault, &mut jitter).is_some();
        for fault in [limited(None), Fault::Unreachable] {
            assert!(again(policy.attempts, &fault) && again(policy.attempts_of_a_row - 1, &fault));
            assert!(!again(policy.attempts_of_a_row, &fault));
        }
        assert!(!again(policy.attempts, &Fault::ServerFailed(Refusal::default())));
    }
}
