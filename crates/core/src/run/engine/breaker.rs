//! Counts consecutive refusals and failures, so that a run pauses instead of failing for every user.

use pingone::fault::Fault;
use pingone::policy::Policy;
use pingone::time::Millis;

use crate::run::record::RowIndex;
use crate::run::row::Failure;

/// Consecutive refusals and failures.
#[derive(Debug, Clone, Default)]
pub(super) struct Breaker {
    refused: u32,
    last: Option<Failure>,
    failed: u32,
    by: FailedBy,
    probes: u32,
}

/// Which rows the consecutive failures belong to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
enum FailedBy {
    #[default]
    None,
    One(RowIndex),
    Several,
}

impl Breaker {
    /// PingOne carried out a request: nothing is consecutive any more.
    pub(super) fn reset(&mut self) {
        *self = Self::default();
    }

    /// PingOne answered a read: failures are reset. Refusals aren't, because reads may be
    /// answered where PUTs are refused.
    pub(super) fn answered(&mut self) {
        (self.failed, self.by, self.probes) = (0, FailedBy::None, 0);
    }

    /// PingOne refused a request. Returns the number of consecutive refusals of the same kind.
    pub(super) fn refused(&mut self, fault: &Fault) -> u32 {
        let failure = Failure::of(fault);
        let is_same = self
            .last
            .as_ref()
            .is_some_and(|last| (last.status, &last.code) == (failure.status, &failure.code));
        self.refused = if is_same { self.refused + 1 } else { 1 };
        self.last = Some(failure);
        (self.failed, self.by) = (0, FailedBy::None);
        self.refused
    }

    /// There was no answer, or one that means that PingOne fails. Returns the number of consecutive failures. `index`
    /// is `None` for a probe, which belongs to no row.
    pub(super) fn failed(&mut self, index: Option<RowIndex>) -> u32 {
        self.by = match index {
            Some(index) if self.is_only_row_failing(index) => FailedBy::One(index),
            Some(_) | None => FailedBy::Several,
        };
        self.failed += 1;
        self.failed
    }

    /// Whether only requests for this row fail.
    pub(super) fn is_only_row_failing(&self, index: RowIndex) -> bool {
        match self.by {
            FailedBy::None => true,
            FailedBy::One(other) => other == index,
            FailedBy::Several => false,
        }
    }

    /// How long to wait before the next probe; doubles after each failed one.
    pub(super) fn next_probe(&mut self, policy: &Policy, has_failed: bool) -> Millis {
        if has_failed {
            self.probes += 1;
        }
        let doubled = policy.first_probe.0.saturating_mul(1 << self.probes.min(10));
        Millis(doubled).min(policy.longest_probe)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use pingone::fault::Refusal;

    #[test]
    fn an_answer_resets_failures_and_keeps_refusals() {
        let refused = Fault::RoleMissing(Refusal { status: 403, ..Refusal::default() });
        let mut breaker = Breaker::default();
        assert_eq!((breaker.refused(&refused), breaker.refused(&refused)), (1, 2));
        assert_eq!((breaker.failed(Some(1)), breaker.failed(Some(2))), (1, 2));
        assert!(!breaker.is_only_row_failing(1));
        breaker.answered();
        assert!(breaker.is_only_row_failing(1), "there are no failures left");
        assert_eq!(breaker.failed(Some(1)), 1);
        assert_eq!(breaker.refused(&refused), 3);
    }
}
