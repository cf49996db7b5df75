//! What was measured, and what could not be.

use std::collections::BTreeMap;

use serde_json::{Value, json};

/// Who is measured.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Contender {
    /// One cursor, no screen.
    Floor,
    /// Six lanes by population, no screen.
    Lanes,
    /// A grid that many use, fed by one cursor.
    Peer,
    /// A search over loaded rows, no table.
    Filter,
    /// The built page.
    Page,
}

impl Contender {
    pub(crate) const ALL: [Self; 5] = [Self::Floor, Self::Lanes, Self::Peer, Self::Filter, Self::Page];

    /// As the tables call it.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Floor => "loop, one cursor",
            Self::Lanes => "loop, six lanes",
            Self::Peer => "AG Grid Community 36.2.0",
            Self::Filter => "plain filter, no table",
            Self::Page => "pingone-mfa",
        }
    }
}

/// What is measured.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Measure {
    /// Milliseconds from the press to the last row usable, or from a loop's start to its end.
    Listing,
    /// Milliseconds from a key's event to the frame after the count changed.
    Key,
    /// Milliseconds from the click to the frame after the first row changed.
    Sort,
    /// Megabytes after collection, when the list has been read.
    Memory,
    /// Megabytes after collection, when it has been searched, sorted and scrolled too.
    MemoryAfterUse,
    /// The milliseconds of the longest task over 50 while listing and scrolling; 0 where there is none.
    LongestTask,
    /// How many such tasks there were.
    LongTasks,
    /// The most row elements in the document while listing and scrolling.
    Rows,
}

impl Measure {
    const ALL: [Self; 8] = [
        Self::Listing,
        Self::Key,
        Self::Sort,
        Self::Memory,
        Self::MemoryAfterUse,
        Self::LongestTask,
        Self::LongTasks,
        Self::Rows,
    ];

    fn name(self) -> &'static str {
        match self {
            Self::Listing => "listingMillis",
            Self::Key => "keyMillis",
            Self::Sort => "sortMillis",
            Self::Memory => "memoryMegabytes",
            Self::MemoryAfterUse => "memoryAfterUseMegabytes",
            Self::LongestTask => "longestTaskMillis",
            Self::LongTasks => "longTasks",
            Self::Rows => "rowElements",
        }
    }
}

/// All figures of one course.
#[derive(Debug, Default)]
pub(crate) struct Figures {
    samples: BTreeMap<(Contender, Measure), Vec<f64>>,
    missing: BTreeMap<(Contender, Measure), String>,
}

impl Figures {
    pub(crate) fn add(&mut self, contender: Contender, measure: Measure, figure: f64) {
        self.samples.entry((contender, measure)).or_default().push(figure);
    }

    /// Takes note of why a figure isn't there.
    pub(crate) fn miss(&mut self, contender: Contender, measure: Measure, why: impl Into<String>) {
        self.missing.insert((contender, measure), why.into());
    }

    /// The figures, the smallest first.
    pub(crate) fn sorted(&self, contender: Contender, measure: Measure) -> Vec<f64> {
        let mut samples = self.samples.get(&(contender, measure)).cloned().unwrap_or_default();
        samples.sort_by(f64::total_cmp);
        samples
    }

    pub(crate) fn median(&self, contender: Contender, measure: Measure) -> Option<f64> {
        median(&self.sorted(contender, measure))
    }

    pub(crate) fn worst(&self, contender: Contender, measure: Measure) -> Option<f64> {
        self.sorted(contender, measure).last().copied()
    }

    pub(crate) fn why_missing(&self, contender: Contender, measure: Measure) -> Option<&str> {
        self.missing.get(&(contender, measure)).map(String::as_str)
    }

    /// Every figure in the order in which it was taken.
    pub(crate) fn raw(&self) -> Value {
        let all = Contender::ALL.into_iter().flat_map(|one| Measure::ALL.map(|measure| (one, measure)));
        let known = all.filter_map(|key| {
            let figures = json!(self.samples.get(&key));
            let missing = json!(self.missing.get(&key));
            let is_known = !figures.is_null() || !missing.is_null();
            let (contender, measure) = (key.0.name(), key.1.name());
            is_known.then(|| {
                json!({"contender": contender, "measure": measure, "figures": figures, "notMeasured": missing})
            })
        });
        known.collect()
    }
}

/// The middle of sorted figures; of two middles, the larger, which flatters nobody.
fn median(sorted: &[f64]) -> Option<f64> {
    sorted.get(sorted.len() / 2).copied()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_median_is_a_figure_that_was_measured() {
        assert_eq!(median(&[]), None);
        assert_eq!(median(&[1.0, 2.0, 9.0]), Some(2.0));
        assert_eq!(median(&[1.0, 2.0]), Some(2.0));
    }

    #[test]
    fn a_figure_that_is_missing_stands_in_the_raw_figures_with_its_reason() {
        let mut figures = Figures::default();
        figures.add(Contender::Floor, Measure::Listing, 2.5);
        figures.miss(Contender::Page, Measure::Sort, "no button");
        let raw = figures.raw();
        assert_eq!(raw[0]["figures"], json!([2.5]));
        assert_eq!((&raw[1]["measure"], &raw[1]["notMeasured"]), (&json!("sortMillis"), &json!("no button")));
    }
}
