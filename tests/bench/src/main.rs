//! Measures the page in headless Chromium, against the sandbox on another origin,
//! alternating with other implementations.
//!
//! - Without a first argument: the user directory, compared with plain loops, a plain filter and a widely used grid
//!   (`cargo xtask bench directory`).
//! - `runs`: runs, compared with a plain request pool and a script (`cargo xtask bench runs`).
//! - `start`: size and start time, compared with an empty page and a login widget (`cargo xtask bench start`).
//!
//! The page is read from `PINGONE_MFA_DIST` and is operated through its real user interface.
#![allow(clippy::print_stdout, clippy::print_stderr, reason = "a measurement prints")]
#![allow(clippy::indexing_slicing, reason = "only JSON is indexed, where what isn't there is null")]

mod course;
mod figures;
mod hand;
mod options;
mod report;
mod runs;
mod start;

use std::path::Path;
use std::process::ExitCode;

use pingone_sandbox::Populations;
use serde_json::json;

use course::{Scenario, Trial, grouped};
use figures::{Contender, Figures};
use hand::Outcome;
use options::Options;

/// Rounds per contender when `--rounds` isn't given.
const ROUNDS: u32 = 5;

/// Remarks in every report.
const REMARKS: [&str; 5] = [
    "Ours is measured with config.json's ceiling for reads lifted to 2000 requests a second (`rate`), so that the \
     page is measured and not its politeness. \"Load all\" is pressed two seconds after it appears, as by a person who \
     reads it; the clock runs from that click to the frame in which the last row is in the table, a loop's until its \
     last page is parsed. The six lanes know the populations before the clock starts.",
    "Latency stands before every answer, those to preflights (OPTIONS) included: both travel the same way, and every \
     page is two requests. It is the same for all.",
    "A key's clock runs from the event's own time to a task after the first frame whose count differs. Keys that \
     leave the count as it is are not counted.",
    "Memory is the JavaScript heap (`Runtime.getHeapUsage`: used size), what arrays hold outside it (backing stores), \
     and every WebAssembly memory in the whole size that it ever grew to, after two collections. Chromium's backing \
     stores leave WebAssembly memories out, so nothing is counted twice. The document's own objects are not in it.",
    "Tasks are those that the browser itself calls long (`PerformanceObserver`).",
];

fn near(options: &Options) -> Scenario {
    Scenario {
        users: if options.is_quick { 5_000 } else { 100_000 },
        latency_millis: 0,
        populations: Populations::Usual,
        contenders: &Contender::ALL,
        is_used: true,
    }
}

fn far(options: &Options) -> Scenario {
    Scenario {
        users: if options.is_quick { 4_000 } else { 20_000 },
        latency_millis: 50,
        populations: Populations::Even(8),
        contenders: &[Contender::Floor, Contender::Lanes, Contender::Page],
        is_used: false,
    }
}

#[tokio::main]
async fn main() -> ExitCode {
    let mut arguments = std::env::args().skip(1).peekable();
    if arguments.next_if(|word| word == "runs").is_some() {
        return exit_code(runs::run(arguments).await);
    }
    if arguments.next_if(|word| word == "start").is_some() {
        return exit_code(start::run(arguments).await);
    }
    let options = match Options::read(arguments, ROUNDS, &[]) {
        Ok(options) => options,
        Err(problem) => {
            eprintln!("{problem}");
            return ExitCode::from(2);
        }
    };
    exit_code(measure(&options).await)
}

fn exit_code(outcome: Outcome<()>) -> ExitCode {
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("not measured: {error}");
            ExitCode::FAILURE
        }
    }
}

async fn measure(options: &Options) -> Outcome<()> {
    let (near, far) = (near(options), far(options));
    let near_figures = run(near, options.rounds).await?;
    let far_figures = run(far, options.rounds).await?;
    let mut remarks = REMARKS.to_vec();
    if options.is_quick {
        remarks.push("**A quick run, to see that everything works: its figures say nothing.**");
    }
    let text = report::markdown((&near, &near_figures), (&far, &far_figures), options.rounds, &remarks);
    let raw = json!({"near": near_figures.raw(), "far": far_figures.raw(), "rounds": options.rounds});
    print!("{text}");
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../target/bench");
    std::fs::create_dir_all(&folder)?;
    std::fs::write(folder.join("directory.md"), text)?;
    std::fs::write(folder.join("directory.json"), format!("{raw:#}\n"))?;
    Ok(())
}

async fn run(scenario: Scenario, rounds: u32) -> Outcome<Figures> {
    let mut figures = Figures::default();
    let mut trial = Trial::prepare(scenario).await?;
    for round in 1..=rounds {
        for contender in scenario.contenders {
            let (name, users) = (contender.name(), grouped(scenario.users));
            eprintln!("{users} users, round {round} of {rounds}: {name}");
            trial.run(*contender, &mut figures).await;
        }
    }
    Ok(figures)
}
