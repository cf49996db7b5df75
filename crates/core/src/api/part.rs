//! How far a file has been written that is written in slices: what stands before the rows, the rows, and those who were
//! left out.

use std::ops::Range;

/// What comes next.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) enum Part {
    /// What stands before the rows.
    #[default]
    Head,
    /// The rows from a place on.
    Rows(usize),
    /// Those who were left out, from a place on.
    LeftOut(usize),
    /// Nothing.
    Ended,
}

/// What is written at once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Slice {
    /// What stands before the rows.
    Head,
    /// These rows.
    Rows {
        /// Their places.
        places: Range<usize>,
        /// Whether no further rows come.
        is_last: bool,
    },
    /// These of those who were left out.
    LeftOut {
        /// Their places.
        places: Range<usize>,
    },
}

impl Part {
    /// Goes on by a slice of at most `most` rows, and at least one where there are any. `rows` and `left_out` are how many
    /// there are of each. `None` at the end.
    pub(super) fn advance(&mut self, most: usize, rows: usize, left_out: usize) -> Option<Slice> {
        match *self {
            Self::Head => {
                *self = Self::Rows(0);
                Some(Slice::Head)
            }
            Self::Rows(from) => {
                let (places, is_last) = next(from, most, rows);
                *self = if is_last { Self::LeftOut(0) } else { Self::Rows(places.end) };
                Some(Slice::Rows { places, is_last })
            }
            Self::LeftOut(from) => {
                let (places, is_last) = next(from, most, left_out);
                *self = if is_last { Self::Ended } else { Self::LeftOut(places.end) };
                Some(Slice::LeftOut { places })
            }
            Self::Ended => None,
        }
    }
}

/// The next places of a list of `len` from `from` on, and whether they are the last.
fn next(from: usize, most: usize, len: usize) -> (Range<usize>, bool) {
    let until = from.saturating_add(most.max(1)).min(len);
    (from..until, until == len)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slices_follow_each_other_to_the_end() {
        let mut part = Part::default();
        let slices: Vec<Slice> = std::iter::from_fn(|| part.advance(2, 3, 0)).collect();
        let rows = |places, is_last| Slice::Rows { places, is_last };
        let nobody = Slice::LeftOut { places: 0..0 };
        assert_eq!(slices, [Slice::Head, rows(0..2, false), rows(2..3, true), nobody]);
    }

    #[test]
    fn a_slice_of_no_rows_leads_on_all_the_same() {
        let mut part = Part::LeftOut(4);
        let slices: Vec<Slice> = std::iter::from_fn(|| part.advance(0, 9, 6)).collect();
        assert_eq!(slices, [Slice::LeftOut { places: 4..5 }, Slice::LeftOut { places: 5..6 }]);
    }
}
