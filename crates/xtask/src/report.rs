//! The course of a check: its steps one after the other, their outcomes, and the sum at the end.

use std::process::{Command, ExitCode};

use crate::failure::Failure;
use crate::process;
use crate::stopwatch::{Elapsed, Stopwatch};
use crate::tally::{Tally, Verdict};

/// A step failed that the following ones depend on.
#[derive(Debug)]
pub(crate) struct Stopped;

/// What one step came to.
struct Line {
    name: &'static str,
    outcome: String,
    elapsed: Elapsed,
}

/// The steps so far.
#[derive(Default)]
pub(crate) struct Report {
    lines: Vec<Line>,
    sum: Tally,
}

impl Report {
    /// Does work that everything after it depends on; where it fails, the check stops.
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

    /// Runs a program that everything after it depends on.
    pub(crate) fn gate_command(&mut self, name: &'static str, mut command: Command) -> Result<(), Stopped> {
        self.gate(name, || process::run(&mut command))
    }

    /// Runs tests and counts them; the check goes on, so that one run shows all failures.
    pub(crate) fn tests(&mut self, name: &'static str, command: Command) {
        self.watched_tests(name, command, |_| ());
    }

    /// The same, while `each` sees what they print line by line.
    pub(crate) fn watched_tests(
        &mut self,
        name: &'static str,
        mut command: Command,
        mut each: impl FnMut(&str),
    ) {
        let watch = begin(name);
        let mut tally = Tally::default();
        let content = match process::stream(&mut command, |line| {
            tally.read(line);
            each(line);
        }) {
            Ok(status) => status.success(),
            Err(failure) => {
                println!("{failure}");
                false
            }
        };
        let verdict = tally.verdict(content);
        self.sum.add(counted(tally, verdict));
        self.end(name, said(tally, verdict), &watch);
    }

    fn end(&mut self, name: &'static str, outcome: String, watch: &Stopwatch) {
        let elapsed = watch.read();
        println!("==> {name}: {outcome} ({elapsed})");
        self.lines.push(Line { name, outcome, elapsed });
    }

    /// Prints all outcomes, and the sum as the last line.
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

/// A step that failed without a failed test counts as one failure: the sum must not look clean.
fn counted(tally: Tally, verdict: Verdict) -> Tally {
    match verdict {
        Verdict::Passed | Verdict::Failed => tally,
        Verdict::NotBuilt | Verdict::CutShort | Verdict::NothingRan => {
            Tally { failed: tally.failed + 1, ..tally }
        }
    }
}

fn said(tally: Tally, verdict: Verdict) -> String {
    match verdict {
        Verdict::Passed => tally.to_string(),
        Verdict::Failed => format!("FAILED: {tally}"),
        Verdict::NotBuilt => "FAILED: it did not build or start, and no test ran".to_owned(),
        Verdict::CutShort => format!("FAILED: a test program ended before its result ({tally})"),
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
        assert_eq!(report.sum, Tally { passed: 0, failed: 1 });
    }

    #[test]
    fn a_step_that_did_not_build_counts_as_a_failure() {
        let nothing = Tally::default();
        assert_eq!(counted(nothing, Verdict::NotBuilt), Tally { passed: 0, failed: 1 });
        assert_eq!(counted(nothing, Verdict::NothingRan), Tally { passed: 0, failed: 1 });
    }

    #[test]
    fn a_failed_test_is_counted_once() {
        let tally = Tally { passed: 4, failed: 2 };
        assert_eq!(counted(tally, Verdict::Failed), tally);
    }

    #[test]
    fn tests_that_can_not_be_started_are_a_failure_and_the_check_goes_on() {
        let mut report = Report::default();
        report.tests("nowhere", Command::new("no-such-program-anywhere"));
        assert!(report.gate("next", || Ok(())).is_ok());
        assert_eq!(report.sum, Tally { passed: 0, failed: 1 });
    }
}
