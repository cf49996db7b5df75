//! Refuses rows that the deployment doesn't permit, before anything is sent for them. A stored run or a run file may
//! be older than a user's membership in a protected group, or come from a page with other limits.

use pingone::fault::Fault;
use pingone::time::Timestamp;

use crate::run::guard::Guard;
use crate::run::journal::{Entry, Restored};
use crate::run::plan::Plan;
use crate::run::record::{Record, RowIndex};
use crate::run::row::{Failure, Row, RowState};

use super::Run;

impl Restored {
    /// A run of which only the plan is stored.
    #[must_use]
    pub fn of_plan(plan: Plan) -> Self {
        Self {
            rows: vec![Row::default(); plan.rows.len()],
            plan,
            failures: std::collections::HashMap::new(),
            open: Vec::new(),
            actors: Vec::new(),
            closed_at: None,
            another_writer_at: None,
            handed_over_at: None,
        }
    }

    /// Settles the waiting rows that may not be written as refused. Returns the entry to store;
    /// `None` if there are no such rows.
    ///
    /// Open rows, whose PUT may have been sent, are left to be read as usual; [`super::JobRunner`] refuses them if
    /// they were to be written again.
    pub fn refuse(&mut self, guard: &Guard, at: Timestamp) -> Option<Entry> {
        let mut records = Vec::new();
        for (planned, index) in self.plan.rows.iter().zip(0..) {
            let Some(row) = self.rows.get_mut(index as usize) else { continue };
            if row.state != RowState::Waiting || self.open.contains(&index) {
                continue;
            }
            let Err(refusal) = guard.planned(planned.user, self.plan.to) else { continue };
            (row.state, row.at) = (RowState::Refused, Some(at));
            let failure = Failure::of(&Fault::NotPermitted(refusal));
            self.failures.insert(index, failure.clone());
            records.push(Record::Settled { index, row: *row, failure: Some(failure) });
        }
        (!records.is_empty()).then_some(Entry::Batch(records))
    }
}

impl Run {
    /// A PUT that wasn't permitted wasn't sent, so it doesn't count.
    pub(super) fn not_sent(&mut self, index: RowIndex) {
        if let Some(row) = self.rows.get_mut(index as usize) {
            row.writes = row.writes.saturating_sub(1);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::run::guard::Rules;
    use crate::run::journal::restore;
    use crate::run::limits::Limits;
    use crate::run::plan::{PlannedPauses, PlannedRow};
    use pingone::environment::EnvironmentId;
    use pingone::fault::WriteRefusal;
    use pingone::user::{GroupId, Mfa, UserId};
    use uuid::Uuid;

    fn id(number: u128) -> UserId {
        UserId(Uuid::from_u128(number))
    }

    fn restored(users: u128) -> Restored {
        let row = |number| PlannedRow { user: id(number), from: Mfa::Off, read_at: Timestamp(1) };
        Restored::of_plan(Plan {
            environment: EnvironmentId(Uuid::nil()),
            to: true,
            made_at: Timestamp(1),
            rows: (1..=users).map(row).collect(),
            left_out: vec![],
            reference: String::new(),
            stops: PlannedPauses::default(),
            reason: String::new(),
            undoes: None,
        })
    }

    fn guard(members: &[u128]) -> Guard {
        let limits = Limits { protected_groups: vec![GroupId(Uuid::nil())], ..Limits::default() };
        Guard::new(Rules::new(limits, true), None).with_members(members.iter().copied().map(id).collect())
    }

    #[test]
    fn waiting_members_of_a_protected_group_are_refused_and_that_is_stored() {
        let mut run = restored(4);
        run.rows[3].state = RowState::Changed;
        run.open = vec![2];
        let entry = run.refuse(&guard(&[2, 3, 4]), Timestamp(9)).unwrap();
        let states: Vec<RowState> = run.rows.iter().map(|row| row.state).collect();
        let expected = [RowState::Waiting, RowState::Refused, RowState::Waiting, RowState::Changed];
        assert_eq!(states, expected, "changed rows are reported, unconfirmed rows are read");
        assert_eq!((run.rows[1].at, run.rows[1].writes), (Some(Timestamp(9)), 0));
        let message = Fault::NotPermitted(WriteRefusal::Protected).to_string();
        assert_eq!(run.failures.get(&1).map(|failure| failure.message.clone()), Some(message));
        let journal = [Entry::Plan(run.plan.clone()).encode(), entry.encode()];
        let stored = restore(&journal).unwrap();
        assert_eq!((stored.rows[1], stored.failures), (run.rows[1], run.failures.clone()));
        assert_eq!(run.refuse(&guard(&[2, 3, 4]), Timestamp(10)), None, "rows are refused only once");
    }

    #[test]
    fn nothing_is_stored_if_all_users_may_be_written() {
        assert_eq!(restored(3).refuse(&guard(&[]), Timestamp(9)), None);
        assert_eq!(restored(3).refuse(&Guard::default(), Timestamp(9)), None);
    }

    #[test]
    fn all_waiting_rows_are_refused_if_the_protected_groups_were_not_read() {
        let limits = Limits { protected_groups: vec![GroupId(Uuid::nil())], ..Limits::default() };
        let mut run = restored(2);
        assert!(run.refuse(&Guard::new(Rules::new(limits, true), None), Timestamp(9)).is_some());
        assert!(run.rows.iter().all(|row| row.state == RowState::Refused));
    }
}
