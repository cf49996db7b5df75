//! The progress of a check: its steps in order, their outcomes, and the total at the end.

use std::process::{Command, ExitCode, ExitStatus};
use std::thread::{self, JoinHandle};

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

/// Tests that run beside other steps.
pub(crate) struct StartedTests {
    name: &'static str,
    running: JoinHandle<(Finished, Elapsed)>,
}

/// The status and output of a program that could be started.
type Finished = Result<(ExitStatus, String), Failure>;

/// Starts tests that mostly wait, so that other steps can run meanwhile. [`Report::finish_tests`] counts them.
pub(crate) fn start_tests(name: &'static str, mut command: Command) -> StartedTests {
    let watch = begin(&format!("begin {name}"));
    StartedTests { name, running: thread::spawn(move || (process::output(&mut command), watch.read())) }
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
        self.end(name, outcome, watch.read());
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
        let status = process::stream(&mut command, |line| {
            summary.read(line);
            each(line);
        });
        self.end_tests(name, summary, status, watch.read());
    }

    /// Waits for started tests, prints their output and counts them.
    pub(crate) fn finish_tests(&mut self, StartedTests { name, running }: StartedTests) {
        let waiting = begin(name);
        let panicked = |_| (Err(Failure::panicked("the tests' result")), waiting.read());
        let (finished, elapsed) = running.join().unwrap_or_else(panicked);
        let mut summary = TestSummary::default();
        let status = finished.map(|(status, output)| {
            print!("{output}");
            output.lines().for_each(|line| summary.read(line));
            status
        });
        self.end_tests(name, summary, status, elapsed);
    }

    fn end_tests(
        &mut self,
        name: &'static str,
        summary: TestSummary,
        status: Result<ExitStatus, Failure>,
        elapsed: Elapsed,
    ) {
        let succeeded = match status {
            Ok(status) => status.success(),
            Err(failure) => {
                println!("{failure}");
                false
            }
        };
        let verdict = summary.verdict(succeeded);
        self.sum.add(counted(summary, verdict));
        self.end(name, outcome_text(summary, verdict), elapsed);
    }

    fn end(&mut self, name: &'static str, outcome: String, elapsed: Elapsed) {
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
    fn tests_beside_other_steps_are_counted_when_they_are_finished() {
        let mut report = Report::default();
        let mut command = Command::new("echo");
        command.arg("test result: ok. 2 passed; 0 failed; 0 ignored");
        let beside = start_tests("beside", command);
        assert!(report.gate("meanwhile", || Ok(())).is_ok());
        report.finish_tests(beside);
        assert_eq!(report.sum, TestSummary { passed: 2, failed: 0 });
        report.finish_tests(start_tests("nowhere", Command::new("no-such-program-anywhere")));
        assert_eq!(report.sum, TestSummary { passed: 2, failed: 1 });
    }

    #[test]
    fn tests_that_can_not_be_started_are_a_failure_and_the_check_goes_on() {
        let mut report = Report::default();
        report.tests("nowhere", Command::new("no-such-program-anywhere"));
        assert!(report.gate("next", || Ok(())).is_ok());
        assert_eq!(report.sum, TestSummary { passed: 0, failed: 1 });
    }
}
