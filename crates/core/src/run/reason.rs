//! Why users of a run were not changed, counted by reason. Equal answers are one reason.

use std::cmp::Reverse;
use std::collections::HashMap;

use super::proposal::Failures;
use super::row::{Row, RowState};

/// One reason why users were not changed, with its count.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reason {
    /// The state of the rows with this reason.
    pub state: RowState,
    /// The HTTP status; 0 where there was no answer.
    pub status: u16,
    /// PingOne's error code, if the answer had one.
    pub code: Option<String>,
    /// How many users were not changed for this reason.
    pub users: u32,
    /// The row index of the first of them in the plan.
    pub first: u32,
}

/// The reasons why users were refused or failed, the most frequent first. `rows` are in the plan's order.
#[must_use]
pub fn reasons(rows: &[Row], failures: Failures<'_>) -> Vec<Reason> {
    let mut counted: HashMap<_, (u32, u32)> = HashMap::new();
    let unchanged = rows.iter().zip(0..).filter(|(row, _)| row.state.is_unchanged());
    for (row, index) in unchanged {
        let failure = failures(index);
        let status = failure.map_or(0, |failure| failure.status);
        let code = failure.and_then(|failure| failure.code.as_deref());
        counted.entry((row.state, status, code)).or_insert((0, index)).0 += 1;
    }
    let reason = |((state, status, code), (users, first)): ((RowState, u16, Option<&str>), (u32, u32))| {
        Reason { state, status, code: code.map(str::to_owned), users, first }
    };
    let mut reasons: Vec<Reason> = counted.into_iter().map(reason).collect();
    reasons.sort_unstable_by_key(|reason| (Reverse(reason.users), reason.first));
    reasons
}

#[cfg(test)]
mod tests {
    use super::super::row::Failure;
    use super::*;
    use pingone::fault::{Fault, Refusal};

    fn row(state: RowState) -> Row {
        Row { state, ..Row::default() }
    }

    fn refused(status: u16, code: &str) -> Failure {
        Failure::of(&Fault::of_refusal(Refusal {
            status,
            code: Some(code.to_owned()),
            message: "The words differ from row to row".to_owned(),
            ..Refusal::default()
        }))
    }

    #[test]
    fn equal_answers_are_one_reason_and_the_most_frequent_comes_first() {
        let states = [
            RowState::Changed,
            RowState::Failed,
            RowState::Refused,
            RowState::Gone,
            RowState::Refused,
            RowState::Failed,
            RowState::Refused,
            RowState::Unconfirmed,
            RowState::Refused,
        ];
        let rows = states.map(row);
        let (role, bad) = (refused(403, "ACCESS_FAILED"), refused(400, "INVALID_DATA"));
        let no_answer = Failure::of(&Fault::Unreachable);
        let failures = |index: u32| match index {
            2 | 4 | 8 => Some(&role),
            6 => Some(&bad),
            5 => Some(&no_answer),
            _ => None,
        };
        let found: Vec<_> = reasons(&rows, &failures)
            .into_iter()
            .map(|reason| (reason.state, reason.status, reason.code, reason.users, reason.first))
            .collect();
        let code = |code: &str| Some(code.to_owned());
        assert_eq!(
            found,
            [
                (RowState::Refused, 403, code("ACCESS_FAILED"), 3, 2),
                // A failure that was not kept and a missing answer count as the same reason.
                (RowState::Failed, 0, None, 2, 1),
                (RowState::Refused, 400, code("INVALID_DATA"), 1, 6),
                (RowState::Unconfirmed, 0, None, 1, 7),
            ]
        );
    }

    #[test]
    fn a_run_without_failures_has_no_reasons() {
        assert_eq!(reasons(&[row(RowState::Changed), row(RowState::Waiting)], &|_| None), []);
    }

    #[test]
    fn a_stored_failure_still_identifies_its_fault() {
        let id = uuid::Uuid::from_u128(7);
        for fault in [
            Fault::of_refusal(Refusal {
                status: 403,
                code: Some("ACCESS_FAILED".into()),
                ..Refusal::default()
            }),
            Fault::of_refusal(Refusal {
                status: 403,
                message: "The request exceeded your license limit.".into(),
                ..Refusal::default()
            }),
            Fault::of_refusal(Refusal { status: 404, code: Some("NOT_FOUND".into()), ..Refusal::default() }),
            Fault::of_refusal(Refusal { status: 503, message: "down".into(), ..Refusal::default() }),
        ] {
            let kept = Failure::of(&fault).fault(Some(id)).unwrap();
            assert_eq!(std::mem::discriminant(&kept), std::mem::discriminant(&fault));
            assert_eq!(kept.refusal().unwrap().correlation_id.as_deref(), Some(id.to_string().as_str()));
        }
        assert_eq!(Failure::of(&Fault::Unreachable).fault(Some(id)), None);
    }
}
