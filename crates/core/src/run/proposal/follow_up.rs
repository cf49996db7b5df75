//! What can follow a run: a retry of the rows that failed, or an undo.

use pingone::time::Timestamp;
use pingone::user::{Mfa, UserId};

use crate::run::plan::{Exclusion, LeftOut, Plan, Undone};
use crate::run::row::{Failure, Row, RowState};

use super::Proposal;

/// The failure of a row, by row index in the plan.
pub type Failures<'a> = &'a dyn Fn(u32) -> Option<&'a Failure>;

/// For how many hours after its end a run can be undone. Later, too many changes that this page doesn't know of may
/// have happened to the users.
pub const UNDO_HOURS: i64 = 72;

/// What can fix a row that was not changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Remedy {
    /// Retry the same PUT: PingOne or the connection failed, or the result is not known.
    Retry,
    /// Retry the same PUT once a role or a license has been granted.
    Grant,
}

impl Remedy {
    /// What can fix a row; `None` if nothing can, or if there is nothing to fix.
    ///
    /// It follows [`Fault::retry`](pingone::fault::Fault::retry). Of the faults for which repeating the same
    /// request is never worthwhile, two have causes outside of the request that can go away while the report is open: a
    /// 403 with a code of PingOne's, which is a missing role or the license. A 403 without a code comes from a gateway
    /// or another intermediary, and every other 4xx is about the request itself: it would be refused again. A retry
    /// never touches a user who was changed, is gone, or was changed by someone else.
    #[must_use]
    pub fn of(state: RowState, failure: Option<&Failure>) -> Option<Self> {
        match state {
            RowState::Failed | RowState::Unconfirmed => Some(Self::Retry),
            RowState::Refused => {
                failure.filter(|failure| failure.status == 403 && failure.code.is_some()).map(|_| Self::Grant)
            }
            RowState::Waiting
            | RowState::Sending
            | RowState::Changed
            | RowState::AlreadySet
            | RowState::Gone
            | RowState::ChangedBySomeoneElse => None,
        }
    }
}

/// How many rows of a run can be fixed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Retryable {
    /// How many rows a retry can fix.
    pub retry: u32,
    /// How many rows a retry can fix once a role or a license has been granted.
    pub grant: u32,
}

impl Retryable {
    /// Counts the rows. `rows` are in the plan's order.
    #[must_use]
    pub fn of(rows: &[Row], failures: Failures<'_>) -> Self {
        let mut mendable = Self::default();
        for (row, index) in rows.iter().zip(0..) {
            match Remedy::of(row.state, failures(index)) {
                Some(Remedy::Retry) => mendable.retry += 1,
                Some(Remedy::Grant) => mendable.grant += 1,
                None => {}
            }
        }
        mendable
    }
}

/// Until when a run that ended at `ended_at` can be undone.
#[must_use]
pub const fn undo_until(ended_at: Timestamp) -> Timestamp {
    ended_at.plus(UNDO_HOURS * 3_600_000)
}

/// Whether a run that ended at `ended_at` can still be undone at `now`.
#[must_use]
pub fn can_undo(ended_at: Timestamp, now: Timestamp) -> bool {
    now <= undo_until(ended_at)
}

/// When the last PUT of a run was settled. Rows that were never written are settled by a read and don't count.
fn written_at(rows: &[Row]) -> Option<Timestamp> {
    rows.iter().filter(|row| row.writes > 0).filter_map(|row| row.at).max()
}

impl Proposal {
    /// Retries the rows that a retry can fix, and with `has_grant` also those that needed a role or a license.
    ///
    /// The target value stays the same. Like every proposal it is checked against fresh values: a user who was changed
    /// after all, by a PUT whose answer was lost or by someone else, already has the value and is left out.
    #[must_use]
    pub fn retry(plan: &Plan, rows: &[Row], failures: Failures<'_>, has_grant: bool) -> Self {
        let is_included = |remedy| match remedy {
            Some(Remedy::Retry) => true,
            Some(Remedy::Grant) => has_grant,
            None => false,
        };
        let settled = plan.rows.iter().zip(rows).zip(0..);
        let selected =
            settled.filter(|((_, row), index)| is_included(Remedy::of(row.state, failures(*index))));
        let users = selected.map(|((planned, _), _)| planned.user).collect();
        Self {
            undoes: plan.undoes.clone(),
            written_at: written_at(rows),
            reference: plan.reference.clone(),
            reason: plan.reason.clone(),
            ..Self::new(plan.environment, plan.to, users)
        }
    }

    /// Undoes a run: the users it changed get the other value again, and no other user is written. A user who, by a
    /// fresh read, no longer has the value that the run set is left out as changed by someone else.
    ///
    /// A row whose earlier value is not known is left out: PingOne accepts only on and off, so any value written there
    /// would be a guess, and a guess doesn't restore anything. A row that had the value before the run and was written
    /// all the same has no earlier value to return to.
    #[must_use]
    pub fn undo(plan: &Plan, rows: &[Row]) -> Self {
        let mut proposal = Self {
            already: Exclusion::ChangedBySomeoneElse,
            undoes: Some(Undone { number: plan.number(), reference: plan.reference.clone() }),
            written_at: written_at(rows),
            ..Self::new(plan.environment, !plan.to, Vec::new())
        };
        for (planned, row) in plan.rows.iter().zip(rows) {
            proposal.undo_row(planned.user, planned.from, row.state);
        }
        proposal
    }

    fn undo_row(&mut self, user: UserId, from: Mfa, state: RowState) {
        let why = match (state, from) {
            (RowState::ChangedBySomeoneElse, _) => Exclusion::ChangedBySomeoneElse,
            (RowState::Changed, Mfa::Unknown) => Exclusion::EarlierNotKnown,
            (RowState::Changed, from) if from == Mfa::from(self.to) => return self.users.push(user),
            (RowState::Changed, _) => Exclusion::AlreadySet,
            _ => return,
        };
        self.left_out.push(LeftOut { user, why });
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::run::plan::{PlannedPauses, PlannedRow};
    use pingone::environment::EnvironmentId;
    use pingone::fault::{Fault, Refusal, RetryKind};
    use pingone::time::Millis;
    use uuid::Uuid;

    fn plan(from: &[Mfa]) -> Plan {
        let row = |(from, number): (&Mfa, u128)| PlannedRow {
            user: UserId(Uuid::from_u128(number)),
            from: *from,
            read_at: Timestamp(1),
        };
        Plan {
            environment: EnvironmentId(Uuid::from_u128(99)),
            to: true,
            made_at: Timestamp(7),
            rows: from.iter().zip(0..).map(row).collect(),
            left_out: vec![LeftOut { user: UserId(Uuid::from_u128(50)), why: Exclusion::Protected }],
            reference: "CHG1".into(),
            stops: PlannedPauses { after_pilot: true, every: Some(5) },
            reason: "because".into(),
            undoes: None,
        }
    }

    fn rows(states: &[RowState]) -> Vec<Row> {
        states.iter().map(|state| Row { state: *state, ..Row::default() }).collect()
    }

    fn numbers(users: &[UserId]) -> Vec<u128> {
        users.iter().map(|user| user.0.as_u128()).collect()
    }

    fn failure(status: u16, code: Option<&str>) -> Failure {
        Failure { status, code: code.map(str::to_owned), message: "no".into() }
    }

    #[test]
    fn a_retry_has_only_the_rows_it_can_fix() {
        let (role, gateway) = (failure(403, Some("ACCESS_FAILED")), failure(403, None));
        let (bad, server) = (failure(400, Some("INVALID_DATA")), failure(503, None));
        let states: Vec<RowState> = RowState::ALL.into_iter().chain([RowState::Refused; 2]).collect();
        let failures = |index: u32| match states.get(index as usize) {
            Some(RowState::Refused) if index == 5 => Some(&role),
            Some(RowState::Refused) if index == 9 => Some(&gateway),
            Some(RowState::Refused) => Some(&bad),
            Some(RowState::Failed) => Some(&server),
            _ => None,
        };
        let (plan, rows) = (plan(&[Mfa::Off; 11]), rows(&states));
        assert_eq!(Retryable::of(&rows, &failures), Retryable { retry: 2, grant: 1 });
        let proposal = Proposal::retry(&plan, &rows, &failures, false);
        let selected: Vec<RowState> =
            numbers(&proposal.users).iter().map(|user| states[usize::try_from(*user).unwrap()]).collect();
        assert_eq!(selected, [RowState::Failed, RowState::Unconfirmed]);
        let granted = Proposal::retry(&plan, &rows, &failures, true);
        assert_eq!(numbers(&granted.users), [5, 6, 7]);
        assert_eq!((granted.to, granted.already), (true, Exclusion::AlreadySet));
        assert_eq!((granted.reference.as_str(), granted.reason.as_str()), ("CHG1", "because"));
        assert!(granted.left_out.is_empty());
    }

    #[test]
    fn a_retry_of_an_undo_undoes_the_same_run() {
        let undone = Undone { number: plan(&[]).number(), reference: "CHG0".into() };
        let undo = Plan { undoes: Some(undone), ..plan(&[Mfa::On]) };
        let proposal = Proposal::retry(&undo, &rows(&[RowState::Unconfirmed]), &|_| None, false);
        // The PUT whose answer was lost may have come from this run.
        assert_eq!((proposal.undoes, proposal.already), (undo.undoes, Exclusion::AlreadySet));
    }

    #[test]
    fn the_remedy_of_a_refusal_agrees_with_the_retry_kind_of_its_fault() {
        let refusal = |status, code: Option<&str>| Refusal {
            status,
            code: code.map(str::to_owned),
            ..Refusal::default()
        };
        for (fault, remedy) in [
            (Fault::RoleMissing(refusal(403, Some("ACCESS_FAILED"))), Some(Remedy::Grant)),
            (Fault::LicenseExceeded(refusal(403, Some("LICENSE_EXCEEDED"))), Some(Remedy::Grant)),
            (Fault::PathUnknown(refusal(403, None)), None),
            (Fault::NotFound(refusal(404, Some("NOT_FOUND"))), None),
            (Fault::MediaTypeRefused(refusal(415, None)), None),
            (Fault::RequestRefused(refusal(400, Some("INVALID_DATA"))), None),
        ] {
            assert_eq!(fault.retry(), RetryKind::Never, "{fault}");
            assert_eq!(Remedy::of(RowState::Refused, Some(&Failure::of(&fault))), remedy, "{fault}");
        }
        assert_eq!(Remedy::of(RowState::Refused, None), None);
    }

    #[test]
    fn an_undo_has_the_users_this_run_changed_and_names_the_run() {
        let plan = plan(&[Mfa::Off; 9]);
        let proposal = Proposal::undo(&plan, &rows(&RowState::ALL));
        let changed = RowState::ALL.iter().position(|state| *state == RowState::Changed).unwrap();
        assert_eq!(numbers(&proposal.users), [changed as u128]);
        let undone = Undone { number: plan.number(), reference: "CHG1".into() };
        assert_eq!(
            (proposal.to, proposal.undoes),
            (false, Some(undone)),
            "it names the run and its reference"
        );
        assert_eq!(proposal.already, Exclusion::ChangedBySomeoneElse);
        let left_out = [LeftOut { user: plan.rows[8].user, why: Exclusion::ChangedBySomeoneElse }];
        assert_eq!(proposal.left_out, left_out);
        assert!(proposal.reference.is_empty() && proposal.reason.is_empty());
    }

    #[test]
    fn values_are_read_only_after_late_requests_have_settled() {
        let settled =
            |writes, at| Row { state: RowState::Failed, writes, at: Some(Timestamp(at)), ..Row::default() };
        let rows = [settled(1, 5_000), settled(3, 9_000), settled(0, 99_000), Row::default()];
        let plan = plan(&[Mfa::Off; 4]);
        let wait = |proposal: &Proposal, now| proposal.settle_wait(Millis::seconds(30), Timestamp(now));
        for proposal in [Proposal::undo(&plan, &rows), Proposal::retry(&plan, &rows, &|_| None, false)] {
            assert_eq!(wait(&proposal, 9_000), Millis::seconds(30));
            assert_eq!(wait(&proposal, 20_000), Millis::seconds(19));
            assert_eq!((wait(&proposal, 39_000), wait(&proposal, 900_000)), (Millis(0), Millis(0)));
            assert_eq!(wait(&proposal, 1_000), Millis::seconds(30), "the clock was set back");
        }
        assert_eq!(wait(&Proposal::new(plan.environment, true, vec![]), 9_000), Millis(0));
        assert_eq!(wait(&Proposal::undo(&plan, &rows[3..]), 9_000), Millis(0));
    }

    #[test]
    fn unknown_or_equal_earlier_values_are_not_undone() {
        let plan = plan(&[Mfa::Unknown, Mfa::Off, Mfa::On]);
        let proposal = Proposal::undo(&plan, &rows(&[RowState::Changed; 3]));
        assert_eq!(numbers(&proposal.users), [1]);
        let why: Vec<Exclusion> = proposal.left_out.iter().map(|left| left.why).collect();
        assert_eq!(why, [Exclusion::EarlierNotKnown, Exclusion::AlreadySet]);
    }

    #[test]
    fn a_run_can_be_undone_for_three_days() {
        let ended = Timestamp(1_000);
        assert_eq!(undo_until(ended), Timestamp(1_000 + 72 * 3_600_000));
        assert!(can_undo(ended, undo_until(ended)) && can_undo(ended, Timestamp(0)));
        assert!(!can_undo(ended, undo_until(ended).plus(1)));
    }
}
