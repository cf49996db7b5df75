//! Measures how soon the form can be used over a slow connection, and what is transferred until then: the built
//! page compared with an empty page of the same framework and with Ping's own login widget.

mod contender;
mod line;
mod table;

use std::path::Path;

use contender::{Contender, Servers};
use line::Start;
use pingone_mfa_e2e::World;
use serde_json::json;
use table::Measured;

use crate::hand::Outcome;
use crate::options::Options;

/// Rounds per contender when `--rounds` isn't given.
const ROUNDS: u32 = 5;

/// Environment variable with the gzipped size of a first visit's files, as counted by `cargo xtask dist`.
const COUNTED: &str = "PINGONE_MFA_FIRST_VISIT";

/// Measures and writes the report.
pub(crate) async fn run(arguments: impl IntoIterator<Item = String>) -> Outcome<()> {
    let options = Options::read(arguments, ROUNDS, &[])?;
    let counted = std::env::var(COUNTED).ok().and_then(|bytes| bytes.parse().ok());
    let counted: u64 = counted.ok_or("cargo xtask bench start says what was counted")?;
    let mut world = World::with_users(1).await;
    let servers = Servers::prepare(&world).await?;
    let mut measured = Contender::ALL.map(|contender| Measured { contender, starts: Vec::new() });
    // The contenders alternate, so that changes on the machine affect all of them.
    for round in 1..=options.rounds {
        for line in &mut measured {
            eprintln!("round {round} of {}: {}", options.rounds, line.contender.name());
            world.renew_browser_watched().await;
            line.starts.push(Start::measure(&world, line.contender, &servers.url(line.contender)).await?);
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
