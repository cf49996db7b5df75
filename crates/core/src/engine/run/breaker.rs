//! Counts what goes wrong in a row, so that a run asks instead of failing for everyone.

use crate::domain::fault::Fault;
use crate::domain::row::Failure;
use crate::domain::time::Millis;
use crate::engine::policy::Policy;

use super::RowIndex;

/// What went wrong in a row.
#[derive(Debug, Clone, Default)]
pub(super) struct Breaker {
    refused: u32,
    last: Option<Failure>,
    failed: u32,
    by: FailedBy,
    probes: u32,
}

/// Whose requests failed in a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
enum FailedBy {
    #[default]
    Nobody,
    One(RowIndex),
    Several,
}

impl Breaker {
    /// PingOne answered and did what was asked.
    pub(super) fn good(&mut self) {
        *self = Self::default();
    }

    /// PingOne answered, which says nothing about what it refuses.
    pub(super) fn answered(&mut self) {
        (self.failed, self.by, self.probes) = (0, FailedBy::Nobody, 0);
    }

    /// PingOne refused. How often it now did in a row, in the same way.
    pub(super) fn refused(&mut self, fault: &Fault) -> u32 {
        let failure = Failure::of(fault);
        let is_same = self
            .last
            .as_ref()
            .is_some_and(|last| (last.status, &last.code) == (failure.status, &failure.code));
        self.refused = if is_same { self.refused + 1 } else { 1 };
        self.last = Some(failure);
        (self.failed, self.by) = (0, FailedBy::Nobody);
        self.refused
    }

    /// There was no answer, or one that says that PingOne fails. How often that now was so in a row. A probe is for no
    /// row in row.
    pub(super) fn failed(&mut self, index: Option<RowIndex>) -> u32 {
        self.by = match index {
            Some(index) if self.is_alone(index) => FailedBy::One(index),
            Some(_) | None => FailedBy::Several,
        };
        self.failed += 1;
        self.failed
    }

    /// Whether nothing fails but what is sent for this row.
    pub(super) fn is_alone(&self, index: RowIndex) -> bool {
        match self.by {
            FailedBy::Nobody => true,
            FailedBy::One(other) => other == index,
            FailedBy::Several => false,
        }
    }

    /// How long to wait before PingOne is asked again; longer after every time that was in vain.
    pub(super) fn next_probe(&mut self, policy: &Policy, was_in_vain: bool) -> Millis {
        if was_in_vain {
            self.probes += 1;
        }
        let doubled = policy.first_probe.0.saturating_mul(1 << self.probes.min(10));
        Millis(doubled).min(policy.longest_probe)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::fault::Refusal;

    #[test]
    fn an_answer_ends_what_failed_in_a_row_and_not_what_was_refused() {
        let refused = Fault::RoleMissing(Refusal { status: 403, ..Refusal::default() });
        let mut breaker = Breaker::default();
        assert_eq!((breaker.refused(&refused), breaker.refused(&refused)), (1, 2));
        assert_eq!((breaker.failed(Some(1)), breaker.failed(Some(2))), (1, 2));
        assert!(!breaker.is_alone(1));
        breaker.answered();
        assert!(breaker.is_alone(1), "nothing fails any more");
        assert_eq!(breaker.failed(Some(1)), 1);
        assert_eq!(breaker.refused(&refused), 3);
    }
}
