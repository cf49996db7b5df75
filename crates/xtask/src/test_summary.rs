//! Counts tests from the output of test programs.
//!
//! The native harness and wasm-bindgen's print the same line, so one parser handles both:
//! `test result: ok. 12 passed; 0 failed; …`.

use std::fmt;

/// Numbers of passed and failed tests.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub(crate) struct TestSummary {
    pub(crate) passed: u64,
    pub(crate) failed: u64,
}

/// Outcome of a test step.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Verdict {
    Passed,
    Failed,
    /// No test ran and the program failed: it didn't build or didn't start.
    NotBuilt,
    /// Every test that ran passed, but the program failed: it stopped before printing its result.
    CutShort,
    /// The program succeeded, but no test ran: a filter or a feature excludes them all.
    NothingRan,
}

impl TestSummary {
    /// Adds the counts if the line is a result.
    pub(crate) fn read(&mut self, line: &str) {
        if let Some(result) = Self::parse(line) {
            self.add(result);
        }
    }

    pub(crate) fn add(&mut self, other: Self) {
        self.passed += other.passed;
        self.failed += other.failed;
    }

    fn parse(line: &str) -> Option<Self> {
        let (_, counts) = line.trim_start().strip_prefix("test result: ")?.split_once(". ")?;
        let mut parts = counts.split("; ");
        let passed = parts.next()?.strip_suffix(" passed")?.parse().ok()?;
        let failed = parts.next()?.strip_suffix(" failed")?.parse().ok()?;
        Some(Self { passed, failed })
    }

    /// The verdict for these counts; `succeeded` is the exit status of the program.
    pub(crate) fn verdict(self, succeeded: bool) -> Verdict {
        match (succeeded, self.passed, self.failed) {
            (_, _, 1..) => Verdict::Failed,
            (true, 0, 0) => Verdict::NothingRan,
            (false, 0, 0) => Verdict::NotBuilt,
            (false, _, 0) => Verdict::CutShort,
            (true, _, 0) => Verdict::Passed,
        }
    }
}

impl fmt::Display for TestSummary {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} passed, {} failed", self.passed, self.failed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn summary(passed: u64, failed: u64) -> TestSummary {
        TestSummary { passed, failed }
    }

    #[test]
    fn results_of_all_test_programs_are_added_up() {
        let mut sum = TestSummary::default();
        sum.read("running 3 tests");
        sum.read(
            "test result: ok. 3 passed; 0 failed; 1 ignored; 0 measured; 0 filtered out; finished in 0.02s",
        );
        sum.read("test result: FAILED. 2 passed; 4 failed; 0 ignored; 0 filtered out; finished in 1.20s");
        assert_eq!(sum, summary(5, 4));
    }

    #[test]
    fn a_line_that_only_mentions_a_result_is_not_counted() {
        let mut sum = TestSummary::default();
        sum.read("left: test result: ok. 3 passed; 0 failed;");
        sum.read("test result: ok. many passed; 0 failed;");
        sum.read("test result: ");
        assert_eq!(sum, TestSummary::default());
    }

    #[test]
    fn a_step_passes_only_when_something_ran_and_nothing_failed() {
        assert_eq!(summary(3, 0).verdict(true), Verdict::Passed);
        assert_eq!(summary(3, 1).verdict(false), Verdict::Failed);
        assert_eq!(summary(3, 1).verdict(true), Verdict::Failed);
    }

    #[test]
    fn a_step_in_which_no_test_ran_does_not_pass() {
        assert_eq!(summary(0, 0).verdict(true), Verdict::NothingRan);
        assert_eq!(summary(0, 0).verdict(false), Verdict::NotBuilt);
    }

    #[test]
    fn a_program_that_stops_before_its_result_does_not_pass() {
        assert_eq!(summary(9, 0).verdict(false), Verdict::CutShort);
    }

    #[test]
    fn the_total_has_the_documented_format() {
        assert_eq!(summary(12, 3).to_string(), "12 passed, 3 failed");
    }
}
