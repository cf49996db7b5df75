//! Progress of a file that is written in slices: its head, its rows, and the users left out.

use std::ops::Range;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) enum Part {
    /// The head: everything before the rows.
    #[default]
    Head,
    /// The remaining rows, from this index on.
    Rows(usize),
    /// The remaining users left out, from this index on.
    LeftOut(usize),
    /// The file has been written completely.
    Done,
}

/// The part of a file that has to be written next.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Slice {
    /// The head: everything before the rows.
    Head,
    Rows {
        indexes: Range<usize>,
        /// Whether these are the last rows.
        is_last: bool,
    },
    LeftOut {
        indexes: Range<usize>,
    },
}

impl Part {
    /// Advances by one slice of at most `max` rows, but at least one if any remain. `rows` and `left_out` are their
    /// total numbers. `None` at the end.
    pub(super) fn advance(&mut self, max: usize, rows: usize, left_out: usize) -> Option<Slice> {
        match *self {
            Self::Head => {
                *self = Self::Rows(0);
                Some(Slice::Head)
            }
            Self::Rows(from) => {
                let (indexes, is_last) = next(from, max, rows);
                *self = if is_last { Self::LeftOut(0) } else { Self::Rows(indexes.end) };
                Some(Slice::Rows { indexes, is_last })
            }
            Self::LeftOut(from) => {
                let (indexes, is_last) = next(from, max, left_out);
                *self = if is_last { Self::Done } else { Self::LeftOut(indexes.end) };
                Some(Slice::LeftOut { indexes })
            }
            Self::Done => None,
        }
    }
}

/// The next range of indexes from `from` on in a list of `len` elements, and whether it is the last.
fn next(from: usize, max: usize, len: usize) -> (Range<usize>, bool) {
    let until = from.saturating_add(max.max(1)).min(len);
    (from..until, until == len)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slices_cover_the_file_in_order() {
        let mut part = Part::default();
        let slices: Vec<Slice> = std::iter::from_fn(|| part.advance(2, 3, 0)).collect();
        let rows = |indexes, is_last| Slice::Rows { indexes, is_last };
        let no_users = Slice::LeftOut { indexes: 0..0 };
        assert_eq!(slices, [Slice::Head, rows(0..2, false), rows(2..3, true), no_users]);
    }

    #[test]
    fn a_requested_size_of_zero_still_makes_progress() {
        let mut part = Part::LeftOut(4);
        let slices: Vec<Slice> = std::iter::from_fn(|| part.advance(0, 9, 6)).collect();
        assert_eq!(slices, [Slice::LeftOut { indexes: 4..5 }, Slice::LeftOut { indexes: 5..6 }]);
    }
}
