//! The result of a run for one user.

use std::fmt;

use pingone::fault::{Fault, Refusal};
use pingone::time::Timestamp;
use uuid::Uuid;

/// The state of one user of a run. Every user is in exactly one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default)]
pub enum RowState {
    /// No request was sent for this user yet.
    #[default]
    Waiting,
    /// A request was sent and its result isn't settled yet.
    Sending,
    /// A response confirms that the flag has the target value.
    Changed,
    /// The flag had the target value before anything was sent.
    AlreadySet,
    /// PingOne refused the change; the flag has its earlier value.
    Refused,
    /// The request failed, and the flag is not known to have changed.
    Failed,
    /// The request was sent, its answer was lost, and no read could determine the result.
    Unconfirmed,
    /// The user doesn't exist any more.
    Gone,
    /// The flag was changed, and a later read found another value.
    ChangedBySomeoneElse,
}

impl RowState {
    /// All states, in the order in which they are shown.
    pub const ALL: [Self; 9] = [
        Self::Waiting,
        Self::Sending,
        Self::Changed,
        Self::AlreadySet,
        Self::Gone,
        Self::Refused,
        Self::Failed,
        Self::Unconfirmed,
        Self::ChangedBySomeoneElse,
    ];

    /// The text that files have for this state, and what the state means for the row.
    const fn row(self) -> (&'static str, Stage) {
        match self {
            Self::Waiting => ("waiting", Stage::Open),
            Self::Sending => ("sending", Stage::Open),
            Self::Changed => ("changed", Stage::Done),
            Self::AlreadySet => ("already so", Stage::Done),
            Self::Refused => ("refused", Stage::NotChanged),
            Self::Failed => ("failed", Stage::NotChanged),
            Self::Unconfirmed => ("answer lost", Stage::NotChanged),
            Self::Gone => ("no longer exists", Stage::Done),
            Self::ChangedBySomeoneElse => ("changed by someone else", Stage::Done),
        }
    }

    /// Whether nothing more will be sent for the row.
    #[must_use]
    pub fn is_settled(self) -> bool {
        self.row().1 != Stage::Open
    }

    /// Whether the row is settled and the change is not known to have been made.
    #[must_use]
    pub fn is_unchanged(self) -> bool {
        self.row().1 == Stage::NotChanged
    }

    /// The text that files have for this state.
    #[must_use]
    pub const fn word(self) -> &'static str {
        self.row().0
    }

    /// The state for a text in a file, if there is one.
    #[must_use]
    pub fn of_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.word() == word)
    }
}

/// What a state means for its row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Stage {
    /// Something may still be sent.
    Open,
    /// Settled, and there is nothing to explain.
    Done,
    /// Settled without a confirmed change, for a reason that is counted.
    NotChanged,
}

impl fmt::Display for RowState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.word())
    }
}

/// The result for one user of a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Row {
    /// The current state of the row.
    pub state: RowState,
    /// How many PUTs were sent for this user.
    pub writes: u16,
    /// When the state was settled; `None` until then.
    pub at: Option<Timestamp>,
    /// When the value was verified after the run; the state is what that read found.
    pub read_back_at: Option<Timestamp>,
    /// The Correlation-Id of the answer that settled the row.
    pub correlation_id: Option<Uuid>,
    /// Whose token the last PUT was sent with: an index into the run's actors.
    pub actor: u8,
}

/// What PingOne answered when a change failed. It is stored apart from the rows, because most have none.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failure {
    /// The HTTP status, also of an answer that could not be used; 0 if there was no answer.
    pub status: u16,
    /// PingOne's error code, if the answer had one.
    pub code: Option<String>,
    /// PingOne's message, or the page's if PingOne sent none.
    pub message: String,
}

impl Failure {
    /// The most bytes of UTF-8 that are kept of one text.
    const MAX_BYTES: usize = 300;

    /// The part of a fault that is kept. Texts are truncated only here, so that a run has the same texts
    /// before and after it was stored.
    #[must_use]
    pub fn of(fault: &Fault) -> Self {
        let refusal = fault.refusal();
        Self {
            status: fault.status().unwrap_or(0),
            code: refusal.and_then(|refusal| refusal.code.clone()).map(Self::truncated),
            message: Self::truncated(
                refusal.map_or_else(|| fault.to_string(), |refusal| refusal.message.clone()),
            ),
        }
    }

    /// Restores the fault from what was kept; `None` if PingOne answered with no error.
    #[must_use]
    pub fn fault(&self, correlation_id: Option<Uuid>) -> Option<Fault> {
        (self.status >= 400).then(|| {
            Fault::of_refusal(Refusal {
                status: self.status,
                code: self.code.clone(),
                message: self.message.clone(),
                details: Vec::new(),
                correlation_id: correlation_id.map(|id| id.hyphenated().to_string()),
            })
        })
    }

    fn truncated(mut text: String) -> String {
        text.truncate(text.floor_char_boundary(Self::MAX_BYTES));
        text
    }
}

/// How many users of a run are in each state.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct RowCounts([u32; RowState::ALL.len()]);

impl RowCounts {
    /// Counts in which all `rows` are waiting.
    #[must_use]
    pub fn waiting(rows: u32) -> Self {
        let mut tally = Self::default();
        tally.0[0] = rows;
        tally
    }

    /// How many users are in a given state.
    #[must_use]
    pub fn of(&self, state: RowState) -> u32 {
        self.0.get(index(state)).copied().unwrap_or_default()
    }

    /// How many users there are in all states.
    #[must_use]
    pub fn all(&self) -> u32 {
        self.0.iter().sum()
    }

    /// How many users are settled: nothing more will be sent for them.
    #[must_use]
    pub fn ended(&self) -> u32 {
        RowState::ALL.into_iter().filter(|state| state.is_settled()).map(|state| self.of(state)).sum()
    }

    /// Moves one user from a state to another.
    pub fn moved(&mut self, from: RowState, to: RowState) {
        if let Some(count) = self.0.get_mut(index(from)) {
            *count = count.saturating_sub(1);
        }
        if let Some(count) = self.0.get_mut(index(to)) {
            *count += 1;
        }
    }
}

fn index(state: RowState) -> usize {
    RowState::ALL.iter().position(|other| *other == state).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use pingone::fault::Refusal;

    #[test]
    fn every_state_has_its_own_word() {
        for state in RowState::ALL {
            assert_eq!(RowState::of_word(state.word()), Some(state));
        }
        assert_eq!(RowState::of_word("done"), None);
    }

    #[test]
    fn a_kept_refusal_is_truncated_at_a_character_boundary() {
        let refusal = Refusal {
            code: Some("C".repeat(400)),
            message: format!("x{}", "ä".repeat(400)),
            ..Refusal::default()
        };
        let failure = Failure::of(&Fault::RequestRefused(refusal));
        assert_eq!(failure.code.map(|code| code.len()), Some(300));
        assert_eq!(failure.message, format!("x{}", "ä".repeat(149)));
    }

    #[test]
    fn row_counts_keep_their_total() {
        let mut tally = RowCounts::waiting(3);
        tally.moved(RowState::Waiting, RowState::Sending);
        tally.moved(RowState::Sending, RowState::Changed);
        assert_eq!((tally.all(), tally.ended()), (3, 1));
        assert_eq!((tally.of(RowState::Waiting), tally.of(RowState::Changed)), (2, 1));
    }
}
