//! Plays runs in Chromium over real sockets and prints the results: `[--runs N] [--kills N] [--seed N]`.
//! `cargo xtask soak --browser` starts it.
//!
//! [`seeds`] plays runs under all kinds of faults between the page and PingOne; [`kills`] kills the browser during
//! runs. The page is read from `PINGONE_MFA_DIST` and is operated through its real user interface ([`person`]). Its
//! report is checked by the same code as on the virtual clock (`pingone_mfa_soak::judge`).
#![allow(clippy::print_stdout, clippy::print_stderr, reason = "printing is what a command line is for")]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "all of this is test"
)]

mod journal_files;
mod kills;
mod person;
mod scenario;
mod seeds;
mod write_log;

use std::process::ExitCode;

use kills::{Losses, WINDOW};
use pingone_mfa_core::run::row::RowState;
use seeds::Outcome;

#[derive(Debug, PartialEq, Eq)]
struct Options {
    runs: u64,
    kills: u64,
    seed: u64,
}

impl Options {
    fn read(arguments: impl IntoIterator<Item = String>) -> Result<Self, String> {
        let mut options = Self { runs: 50, kills: 100, seed: 1 };
        let mut arguments = arguments.into_iter();
        while let Some(name) = arguments.next() {
            let option = match name.as_str() {
                "--runs" => &mut options.runs,
                "--kills" => &mut options.kills,
                "--seed" => &mut options.seed,
                _ => return Err(format!("there is no option `{name}` beside `--browser`")),
            };
            let value = arguments.next().ok_or_else(|| format!("`{name}` needs a value"))?;
            *option = value.parse().map_err(|_| format!("`{name}` needs a number, and not `{value}`"))?;
        }
        Ok(options)
    }
}

#[tokio::main]
async fn main() -> ExitCode {
    let options = match Options::read(std::env::args().skip(1)) {
        Ok(options) => options,
        Err(problem) => {
            eprintln!("error: {problem}");
            return ExitCode::from(2);
        }
    };
    let failed = seeded(&options).await + killed(&options).await;
    if failed == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// Plays runs by seed; returns how many of them had violations.
async fn seeded(options: &Options) -> u64 {
    let (mut sum, mut failed) = (Outcome::default(), 0);
    for seed in options.seed..options.seed + options.runs {
        // In a separate task, so that a panic (an element that isn't found) costs only one seed.
        let violations = match tokio::spawn(seeds::play(seed)).await {
            Ok((outcome, violations)) => {
                sum.add(&outcome);
                violations
            }
            Err(error) => vec![error.to_string()],
        };
        failed += report_violations(seed, &violations, "--runs 1 --kills 0");
    }
    if options.runs > 0 {
        println!("\n| runs in Chromium, seeds from {} on | |\n| --- | ---: |", options.seed);
        print(&sum);
        row("seeds with a violation", failed);
    }
    failed
}

/// Plays runs whose browser is killed; returns how many of them had violations.
async fn killed(options: &Options) -> u64 {
    let (mut losses, mut sum, mut failed) = (Losses::default(), Outcome::default(), 0);
    let mut seed = options.seed;
    let mut left = options.kills;
    while left > 0 {
        let violations = match tokio::spawn(kills::play(seed, left)).await {
            Ok((lost, outcome, violations)) => {
                losses.add(&lost);
                sum.add(&outcome);
                left = left.saturating_sub(lost.kills);
                violations
            }
            Err(error) => {
                left -= 1;
                vec![error.to_string()]
            }
        };
        failed += report_violations(seed, &violations, &format!("--runs 0 --kills {}", left.max(3)));
        seed += 1;
    }
    if options.kills > 0 {
        println!("\n| kill -9 of the browser, seeds from {} on | |\n| --- | ---: |", options.seed);
        row("kills", losses.kills);
        row("of them before the plan was stored, or after the run was closed", losses.idle);
        row("journal entries acknowledged", losses.acknowledged as u64);
        row("acknowledged entries lost", losses.lost as u64);
        row("answers lost", losses.answers_lost as u64);
        row(&format!("answers lost at one kill, at most (goal: {WINDOW})"), losses.most_answers_lost as u64);
        row("rows between intent and outcome at one kill, at most", losses.most_open as u64);
        row("open rows not read before the first new PUT", losses.unread as u64);
        row("rows with an outcome that were written again", losses.written_again as u64);
        row("rows written without a stored intent", losses.without_intent as u64);
        print(&sum);
        row("runs with a violation", failed);
    }
    failed
}

/// Prints the violations of a seed; returns 1 if there are any.
fn report_violations(seed: u64, violations: &[String], again: &str) -> u64 {
    if violations.is_empty() {
        eprintln!("seed {seed}: nothing found");
        return 0;
    }
    println!("seed {seed}: {}", violations.join("\n  "));
    println!("  again: cargo xtask soak --browser --seed {seed} {again}");
    1
}

fn print(sum: &Outcome) {
    row("runs that were judged", sum.runs.into());
    row("users", sum.users);
    row("false \"changed\"", sum.verdict.false_changed.into());
    row("users without an outcome", sum.verdict.without_outcome.into());
    row("writes outside the plan", sum.verdict.outside.into());
    row("pages loaded anew", sum.reloads.into());
    row("PUTs", sum.puts);
    row("GETs", sum.gets);
    for (state, users) in RowState::ALL.into_iter().zip(sum.states) {
        row(&format!("rows {state}"), users);
    }
}

fn row(what: &str, count: u64) {
    println!("| {what} | {count} |");
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(line: &str) -> Result<Options, String> {
        Options::read(line.split_whitespace().map(str::to_owned))
    }

    #[test]
    fn the_default_is_fifty_runs_and_a_hundred_kills() {
        assert_eq!(read(""), Ok(Options { runs: 50, kills: 100, seed: 1 }));
        assert_eq!(read("--runs 0 --kills 3 --seed 9"), Ok(Options { runs: 0, kills: 3, seed: 9 }));
    }

    #[test]
    fn a_wrong_option_is_named_in_the_error() {
        assert!(read("--users 3").is_err_and(|problem| problem.contains("`--users`")));
        assert!(read("--kills").is_err_and(|problem| problem.contains("needs a value")));
        assert!(read("--runs few").is_err_and(|problem| problem.contains("`few`")));
    }
}
