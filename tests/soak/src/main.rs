//! Plays many seeds and prints the results: `soak [--runs N] [--users N] [--seed N]`.
#![allow(clippy::print_stdout, clippy::print_stderr, reason = "printing is what a command line is for")]

use std::env;
use std::process::ExitCode;

use pingone_mfa_core::run::row::RowState;
use pingone_mfa_soak::play::{Outcome, play};

struct Options {
    runs: u64,
    users: u32,
    seed: u64,
}

fn main() -> ExitCode {
    match options(env::args().skip(1)) {
        Ok(options) => soak(&options),
        Err(problem) => {
            eprintln!("error: {problem}");
            ExitCode::from(2)
        }
    }
}

fn options(mut arguments: impl Iterator<Item = String>) -> Result<Options, String> {
    let mut options = Options { runs: 1000, users: 200, seed: 1 };
    while let Some(name) = arguments.next() {
        let mut number = || {
            let value = arguments.next().ok_or_else(|| format!("`{name}` needs a value"))?;
            value.parse::<u64>().map_err(|_| format!("`{name}` needs a number, and not `{value}`"))
        };
        match name.as_str() {
            "--runs" => options.runs = number()?,
            "--seed" => options.seed = number()?,
            "--users" => {
                options.users = u32::try_from(number()?).map_err(|_| "`--users` is too many".to_owned())?;
            }
            _ => return Err(format!("there is no option `{name}`")),
        }
    }
    if options.users == 0 { Err("`--users` must be at least 1".to_owned()) } else { Ok(options) }
}

fn soak(options: &Options) -> ExitCode {
    let mut sum = Outcome::default();
    let mut failed = Vec::new();
    for done in 0..options.runs {
        let seed = options.seed + done;
        let outcome = play(seed, Some(options.users));
        if !outcome.violations.is_empty() {
            failed.push(seed);
            println!("seed {seed}: {}", outcome.violations.join("\n  "));
            println!("  again: cargo xtask soak --runs 1 --users {} --seed {seed}", options.users);
        }
        sum.add(&outcome);
        if (done + 1) % 100 == 0 {
            println!("{} of {}: {} violations", done + 1, options.runs, sum.violations.len());
        }
    }
    print(&sum, options, failed.len());
    if failed.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

fn print(sum: &Outcome, options: &Options, failed: usize) {
    let Outcome { verdict, .. } = sum;
    println!("\n| seeds {} to {} | |\n| --- | ---: |", options.seed, options.seed + options.runs - 1);
    let row = |what: &str, count: u64| println!("| {what} | {count} |");
    row("runs, those that take back included", sum.runs.into());
    row("users", sum.users);
    row("false \"changed\"", verdict.false_changed.into());
    row("users without an outcome", verdict.without_outcome.into());
    row("writes outside the plan", verdict.outside.into());
    row("worst window of open intents", sum.max_open as u64);
    row("crashes", sum.crashes.into());
    row("resumes", sum.resumes.into());
    row("stopped", sum.stopped.into());
    row("taken back", sum.undone.into());
    row("PUTs", sum.puts);
    row("GETs", sum.gets);
    row("answers 401", sum.unauthorized);
    row("hours of the virtual clock", sum.took.0 / 3_600_000);
    for (state, users) in RowState::ALL.into_iter().zip(sum.states) {
        row(&format!("rows {state}"), users);
    }
    row("seeds with a violation", failed as u64);
}
