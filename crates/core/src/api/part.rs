//! How far a file has been written that is written in slices.

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

/// The next places of a list of `len` from `from` on, at most `rows` of them and at least one; and whether they are the
/// last.
pub(super) fn next(from: usize, rows: usize, len: usize) -> (Range<usize>, bool) {
    let until = from.saturating_add(rows.max(1)).min(len);
    (from..until, until == len)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slices_follow_each_other_to_the_end() {
        assert_eq!(next(0, 2, 5), (0..2, false));
        assert_eq!(next(4, 2, 5), (4..5, true));
        assert_eq!(next(0, 0, 1), (0..1, true));
        assert_eq!(next(0, 9, 0), (0..0, true));
    }
}
