//! What a run writes to its journal besides the plan: intents and outcomes, by the index of the row.

use pingone::time::Timestamp;

use super::row::{Failure, Row};

/// The index of a row in its plan, from 0.
pub type RowIndex = u32;

/// A record in a run's journal, besides its plan.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Record {
    /// These rows are about to be written.
    Intent(Vec<RowIndex>),
    /// A row is settled, or its outcome changed.
    Settled {
        /// The index of the settled row.
        index: RowIndex,
        /// The row's state, with its times and counts.
        row: Row,
        /// The failure, if the row has one.
        failure: Option<Failure>,
    },
    /// These rows were refreshed before anything was sent for them: they still have the value in the plan.
    Seen {
        /// When they were read (wall clock).
        at: Timestamp,
        /// The indexes of the rows that were read.
        indexes: Vec<RowIndex>,
    },
    /// A spot check showed that someone else is changing the same users.
    AnotherWriter {
        /// When the spot check was answered.
        at: Timestamp,
    },
}
