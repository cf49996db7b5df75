//! The measured values of a scenario, and the reasons for missing ones.

use std::collections::BTreeMap;

use serde_json::{Value, json};

/// The implementations that are compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Contender {
    /// A loop with one cursor, without a user interface.
    Floor,
    /// Loops over the populations with six requests in flight, without a user interface.
    Lanes,
    /// A widely used grid, filled by one cursor.
    Peer,
    /// A search over loaded rows, without a table.
    Filter,
    /// The release build of this project.
    Page,
}

impl Contender {
    pub(crate) const ALL: [Self; 5] = [Self::Floor, Self::Lanes, Self::Peer, Self::Filter, Self::Page];

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

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Measure {
    /// Milliseconds from the click until the last row can be used, or from a loop's start to its end.
    Listing,
    /// Milliseconds from a key's event to the frame after the count changed.
    Key,
    /// Milliseconds from the click to the frame after the first row changed.
    Sort,
    /// Megabytes after garbage collection when the list is loaded.
    Memory,
    /// Megabytes after garbage collection when the list was also searched, sorted and scrolled.
    MemoryAfterUse,
    /// Milliseconds of the longest task over 50 ms while loading and scrolling; 0 if there was none.
    LongestTask,
    /// Number of tasks over 50 ms.
    LongTasks,
    /// Maximum number of row elements in the document while loading and scrolling.
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

/// All measured values of one scenario.
#[derive(Debug, Default)]
pub(crate) struct Figures {
    samples: BTreeMap<(Contender, Measure), Vec<f64>>,
    missing: BTreeMap<(Contender, Measure), String>,
}

impl Figures {
    pub(crate) fn add(&mut self, contender: Contender, measure: Measure, figure: f64) {
        self.samples.entry((contender, measure)).or_default().push(figure);
    }

    /// Records why a value is missing.
    pub(crate) fn miss(&mut self, contender: Contender, measure: Measure, why: impl Into<String>) {
        self.missing.insert((contender, measure), why.into());
    }

    /// The values in ascending order.
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

    /// All values in the order in which they were measured.
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

/// The median of sorted values; for an even count the larger of the two middle ones, to our disadvantage.
fn median(sorted: &[f64]) -> Option<f64> {
    sorted.get(sorted.len() / 2).copied()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_median_is_one_of_the_measured_values() {
        assert_eq!(median(&[]), None);
        assert_eq!(median(&[1.0, 2.0, 9.0]), Some(2.0));
        assert_eq!(median(&[1.0, 2.0]), Some(2.0));
    }

    #[test]
    fn a_missing_value_is_listed_in_the_raw_values_with_its_reason() {
        let mut figures = Figures::default();
        figures.add(Contender::Floor, Measure::Listing, 2.5);
        figures.miss(Contender::Page, Measure::Sort, "no button");
        let raw = figures.raw();
        assert_eq!(raw[0]["figures"], json!([2.5]));
        assert_eq!((&raw[1]["measure"], &raw[1]["notMeasured"]), (&json!("sortMillis"), &json!("no button")));
    }
}
