//! `cargo run -p pingone-mfa-recording -- FILE`: prints where a recording and the sandbox differ.
#![allow(clippy::print_stdout, clippy::print_stderr, reason = "a command line talks on these")]

use std::process::ExitCode;

use pingone_mfa_recording::Replay;

fn main() -> ExitCode {
    let Some(file) = std::env::args().nth(1) else {
        eprintln!("Name a HAR file: cargo run -p pingone-mfa-recording -- FILE");
        return ExitCode::from(2);
    };
    let text = std::fs::read_to_string(&file).map_err(|error| error.to_string());
    let replay = match text.and_then(|text| Replay::of(&text)) {
        Ok(replay) => replay,
        Err(problem) => {
            eprintln!("{file}: {problem}");
            return ExitCode::from(2);
        }
    };
    replay.skipped.iter().for_each(|skipped| println!("not compared: {skipped}"));
    replay.differences.iter().for_each(|difference| println!("differs: {difference}"));
    let exposes = if replay.exposes_correlation_id { "exposed" } else { "not exposed" };
    println!(
        "{} compared, {} not compared, {} differences; Correlation-Id {exposes}",
        replay.compared,
        replay.skipped.len(),
        replay.differences.len()
    );
    if replay.differences.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}
