//! What became of one user of a run.

use std::fmt;

use uuid::Uuid;

use super::fault::{Fault, Refusal};
use super::time::Timestamp;

/// The state of one user of a run. Every user is in exactly one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default)]
pub enum RowState {
    /// Nothing was sent.
    #[default]
    Waiting,
    /// Sent, and not yet settled.
    Sending,
    /// A response says that the flag is what was asked for.
    Changed,
    /// It was so before anything was sent.
    AlreadySo,
    /// PingOne refused; the flag is what it was.
    Refused,
    /// It did not work, and the flag is not known to have changed.
    Failed,
    /// Sent and not answered, and no read could tell.
    AnswerLost,
    /// The user no longer exists.
    Gone,
    /// It was changed, and a later read says that it is different again.
    ChangedBySomeoneElse,
}

impl RowState {
    /// All of them, in the order in which they are shown.
    pub const ALL: [Self; 9] = [
        Self::Waiting,
        Self::Sending,
        Self::Changed,
        Self::AlreadySo,
        Self::Gone,
        Self::Refused,
        Self::Failed,
        Self::AnswerLost,
        Self::ChangedBySomeoneElse,
    ];

    /// Whether nothing more is going to be sent for it.
    #[must_use]
    pub fn is_ended(self) -> bool {
        !matches!(self, Self::Waiting | Self::Sending)
    }

    /// The word that files have for it.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::Sending => "sending",
            Self::Changed => "changed",
            Self::AlreadySo => "already so",
            Self::Refused => "refused",
            Self::Failed => "failed",
            Self::AnswerLost => "answer lost",
            Self::Gone => "no longer exists",
            Self::ChangedBySomeoneElse => "changed by someone else",
        }
    }

    /// The state that a file's word stands for.
    #[must_use]
    pub fn of_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.word() == word)
    }
}

impl fmt::Display for RowState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.word())
    }
}

/// One user of a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Row {
    /// What became of it.
    pub state: RowState,
    /// How many PUTs were sent for it.
    pub writes: u16,
    /// When that was settled.
    pub at: Option<Timestamp>,
    /// When the value was read again after the run; what was found then is the state.
    pub read_back_at: Option<Timestamp>,
    /// The Correlation-Id of the answer that settled it.
    pub correlation_id: Option<Uuid>,
    /// Under whose token the last PUT was sent: a place among the run's actors.
    pub actor: u8,
}

/// What PingOne said where it did not work. Kept apart from the rows, because most have none.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failure {
    /// The HTTP status, of an answer that could not be used too; 0 where there was no answer.
    pub status: u16,
    /// PingOne's code.
    pub code: Option<String>,
    /// PingOne's words, or the page's where nothing was said.
    pub message: String,
}

impl Failure {
    /// No more of anybody's words is kept for one row, in bytes of UTF-8.
    const LONGEST: usize = 300;

    /// What a fault leaves behind. It is cut here and nowhere else, so that a run says the same before and after it was
    /// stored.
    #[must_use]
    pub fn of(fault: &Fault) -> Self {
        let refusal = fault.refusal();
        Self {
            status: fault.status().unwrap_or(0),
            code: refusal.and_then(|refusal| refusal.code.clone()).map(Self::cut),
            message: Self::cut(refusal.map_or_else(|| fault.to_string(), |refusal| refusal.message.clone())),
        }
    }

    /// What was answered, as far as it was kept; `None` where nothing was.
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

    fn cut(mut words: String) -> String {
        words.truncate(words.floor_char_boundary(Self::LONGEST));
        words
    }
}

/// How many users of a run are in each state.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct RowCounts([u32; RowState::ALL.len()]);

impl RowCounts {
    /// So many waiting.
    #[must_use]
    pub fn waiting(rows: u32) -> Self {
        let mut tally = Self::default();
        tally.0[0] = rows;
        tally
    }

    /// How many are in a state.
    #[must_use]
    pub fn of(&self, state: RowState) -> u32 {
        self.0.get(place(state)).copied().unwrap_or_default()
    }

    /// How many there are.
    #[must_use]
    pub fn all(&self) -> u32 {
        self.0.iter().sum()
    }

    /// How many are settled.
    #[must_use]
    pub fn ended(&self) -> u32 {
        RowState::ALL.into_iter().filter(|state| state.is_ended()).map(|state| self.of(state)).sum()
    }

    /// One goes from a state to another.
    pub fn moved(&mut self, from: RowState, to: RowState) {
        if let Some(count) = self.0.get_mut(place(from)) {
            *count = count.saturating_sub(1);
        }
        if let Some(count) = self.0.get_mut(place(to)) {
            *count += 1;
        }
    }
}

fn place(state: RowState) -> usize {
    RowState::ALL.iter().position(|other| *other == state).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::fault::Refusal;

    #[test]
    fn every_state_has_a_word_of_its_own() {
        for state in RowState::ALL {
            assert_eq!(RowState::of_word(state.word()), Some(state));
        }
        assert_eq!(RowState::of_word("done"), None);
    }

    #[test]
    fn what_is_kept_of_a_refusal_has_an_end_and_no_half_letters() {
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
    fn a_tally_loses_nobody() {
        let mut tally = RowCounts::waiting(3);
        tally.moved(RowState::Waiting, RowState::Sending);
        tally.moved(RowState::Sending, RowState::Changed);
        assert_eq!((tally.all(), tally.ended()), (3, 1));
        assert_eq!((tally.of(RowState::Waiting), tally.of(RowState::Changed)), (2, 1));
    }
}
