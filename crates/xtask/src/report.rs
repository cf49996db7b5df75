//! The progress of a check: its steps in order, their outcomes, and the total at the end.

use std::process::{Command, ExitCode};

use crate::failure::Failure;
use crate::process;
use crate::stopwatch::{Elapsed, Stopwatch};
use crate::test_summary::{TestSummary, Verdict};

/// A step failed that all later steps depend on.
#[derive(Debug)]
pub(crate) struct Stopped;

/// The outcome of one step.
struct Line {
    name: &'static str,
    outcome: String,
    elapsed: Elapsed,
}

/// The steps that have finished.
#[derive(Default)]
pub(crate) struct Report {
    lines: Vec<Line>,
    sum: TestSummary,
}

impl Report {
    /// Runs a step that all later steps depend on; if it fails, the check stops.
    pub(crate) fn gate<T>(
        &mut self,
        name: &'static str,
        work: impl FnOnce() -> Result<T, Failure>,
    ) -> Result<T, Stopped> {
        let watch = begin(name);
        let done = work();
        let outcome = match &done {
            Ok(_) => "ok".to_owned(),
            Err(failure) => format!("FAILED: {failure}"),
        };
        self.sum.failed += u64::from(done.is_err());
        self.end(name, outcome, &watch);
        done.map_err(|_| Stopped)
    }

    /// Runs a program as such a step.
    pub(crate) fn gate_command(&mut self, name: &'static str, mut command: Command) -> Result<(), Stopped> {
        self.gate(name, || process::run(&mut command))
    }

    /// Runs tests and counts them. The check continues on failure, so that one run shows all failures.
    pub(crate) fn tests(&mut self, name: &'static str, command: Command) {
        self.watched_tests(name, command, |_| ());
    }

    /// Like [`Self::tests`]; `each` is called for every line of their output.
    pub(crate) fn watched_tests(
        &mut self,
        name: &'static str,
        mut command: Command,
        mut each: impl FnMut(&str),
    ) {
        let watch = begin(name);
        let mut summary = TestSummary::default();
        let succeeded = match process::stream(&mut command, |line| {
            summary.read(line);
            each(line);
        }) {
            Ok(status) => status.success(),
            Err(failure) => {
                println!("{failure}");
                false
            }
        };
        let verdict = summary.verdict(succeeded);
        self.sum.add(counted(summary, verdict));
        self.end(name, outcome_text(summary, verdict), &watch);
    }

    fn end(&mut self, name: &'static str, outcome: String, watch: &Stopwatch) {
        let elapsed = watch.read();
        println!("==> {name}: {outcome} ({elapsed})");
        self.lines.push(Line { name, outcome, elapsed });
    }

    /// Prints all outcomes, and the total as the last line.
    pub(crate) fn conclude(self) -> ExitCode {
        println!();
        for Line { name, outcome, elapsed } in &self.lines {
            println!("{name:<22}{:>13}  {outcome}", elapsed.to_string());
        }
        println!("{}", self.sum);
        if self.sum.failed == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
    }
}

fn begin(name: &str) -> Stopwatch {
    println!("\n==> {name}");
    Stopwatch::start()
}

/// A step that failed without a failed test counts as one failure, so that the total shows it.
fn counted(summary: TestSummary, verdict: Verdict) -> TestSummary {
    match verdict {
        Verdict::Passed | Verdict::Failed => summary,
        Verdict::NotBuilt | Verdict::CutShort | Verdict::NothingRan => {
            TestSummary { failed: summary.failed + 1, ..summary }
        }
    }
}

fn outcome_text(summary: TestSummary, verdict: Verdict) -> String {
    match verdict {
        Verdict::Passed => summary.to_string(),
        Verdict::Failed => format!("FAILED: {summary}"),
        Verdict::NotBuilt => "FAILED: it did not build or start, and no test ran".to_owned(),
        Verdict::CutShort => format!("FAILED: a test program ended before its result ({summary})"),
        Verdict::NothingRan => "FAILED: no test ran at all".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn failure() -> Failure {
        Failure::Usage("broken".to_owned())
    }

    #[test]
    fn a_gate_that_fails_stops_the_check_and_counts_as_a_failure() {
        let mut report = Report::default();
        assert!(report.gate("open", || Ok(())).is_ok());
        assert!(report.gate("shut", || Err::<(), _>(failure())).is_err());
        assert_eq!(report.sum, TestSummary { passed: 0, failed: 1 });
    }

    #[test]
    fn a_step_that_did_not_build_counts_as_a_failure() {
        let nothing = TestSummary::default();
        assert_eq!(counted(nothing, Verdict::NotBuilt), TestSummary { passed: 0, failed: 1 });
        assert_eq!(counted(nothing, Verdict::NothingRan), TestSummary { passed: 0, failed: 1 });
    }

    #[test]
    fn a_failed_test_is_counted_once() {
        let summary = TestSummary { passed: 4, failed: 2 };
        assert_eq!(counted(summary, Verdict::Failed), summary);
    }

    #[test]
    fn tests_that_can_not_be_started_are_a_failure_and_the_check_goes_on() {
        let mut report = Report::default();
        report.tests("nowhere", Command::new("no-such-program-anywhere"));
        assert!(report.gate("next", || Ok(())).is_ok());
        assert_eq!(report.sum, TestSummary { passed: 0, failed: 1 });
    }
}
