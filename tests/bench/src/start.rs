//! How soon the form can be used over a slow line, and what crosses that line until then: the built page beside an empty
//! page of the same framework and beside a login widget of Ping's own.

mod contender;
mod line;
mod table;

use std::path::Path;

use pingone_mfa_e2e::World;
use serde_json::json;

use crate::hand::Outcome;
use crate::options::Options;
use contender::{Contender, Grounds};
use line::Start;
use table::Measured;

/// How often each contender is measured where nobody asks for a number.
const ROUNDS: u32 = 5;

/// What the files of a first visit weigh after gzip, as `cargo xtask dist` has just counted.
const COUNTED: &str = "PINGONE_MFA_FIRST_VISIT";

/// Measures and writes the report.
pub(crate) async fn run(arguments: impl IntoIterator<Item = String>) -> Outcome<()> {
    let options = Options::read(arguments, ROUNDS, &[])?;
    let counted = std::env::var(COUNTED).ok().and_then(|bytes| bytes.parse().ok());
    let counted: u64 = counted.ok_or("cargo xtask bench start says what was counted")?;
    let mut world = World::with_users(1).await;
    let grounds = Grounds::lay(&world).await?;
    let mut measured = Contender::ALL.map(|contender| Measured { contender, starts: Vec::new() });
    // In turn, so that what changes on the machine meanwhile meets all of them.
    for round in 1..=options.rounds {
        for line in &mut measured {
            eprintln!("round {round} of {}: {}", options.rounds, line.contender.name());
            world.renew_browser_watched().await;
            line.starts.push(Start::measure(&world, line.contender, &grounds.url(line.contender)).await?);
        }
    }
    let text = table::markdown(&measured, options.rounds, counted);
    print!("{text}");
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../target/bench");
    std::fs::create_dir_all(&folder)?;
    std::fs::write(folder.join("start.md"), text)?;
    let raw = measured.map(|line| {
        let starts = line.starts.iter().map(|start| {
            json!({"millis": start.millis, "body": start.first.body,
            "whole": start.first.whole, "requests": start.first.requests, "rest": start.rest.body})
        });
        json!({"contender": line.contender.name(), "starts": starts.collect::<Vec<_>>()})
    });
    std::fs::write(folder.join("start.json"), format!("{:#}\n", json!(raw)))?;
    Ok(())
}
