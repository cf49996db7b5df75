//! Proves every language and prints the table: `cargo xtask snippets`.

#![allow(clippy::print_stdout, reason = "printing is what it is for")]

use std::process::ExitCode;

use pingone_mfa_core::code::Language;
use pingone_mfa_core::code::script::Shell;
use pingone_mfa_snippets::{Ground, How, PlanRun, Proof, parsed};

fn main() -> ExitCode {
    println!("| language | how | by | result |\n| --- | --- | --- | --- |");
    let mut are_all_good = true;
    let mut row = |name: &str, how: How, by: &str, result: &Result<(), String>| {
        let how = match how {
            How::Executed => "executed",
            How::Parsed => "parsed",
            How::NotThere => "not there",
        };
        // What is missing proves nothing, and this command is there to prove all.
        are_all_good &= result.is_ok() && how != "not there";
        let result = result.as_ref().map_or_else(|why| format!("FAILED: {why}"), |()| "passed".to_owned());
        println!("| {name} | {how} | {by} | {result} |");
    };
    for language in Language::ALL {
        let proof = Proof::of(language);
        row(language.name(), proof.how, &proof.version, &proof.result);
    }
    for shell in Shell::ALL {
        let name = format!("plan, {}", shell.name());
        let ground = Ground::with_users(60);
        let users = ground.users_without_mfa(5);
        if let Some(run) = PlanRun::new(shell, &ground, &users) {
            let ended = run.run(&ground.token);
            let are_changed = users.iter().all(|user| ground.sandbox().mfa_enabled(user.0) == Some(true));
            let result = if ended.is_success && are_changed { Ok(()) } else { Err(format!("{ended:?}")) };
            row(&name, How::Executed, shell.name(), &result);
        } else {
            match parsed(shell) {
                Some((grammar, result)) => row(&name, How::Parsed, grammar, &result),
                None => row(&name, How::NotThere, "", &Ok(())),
            }
        }
    }
    if are_all_good { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}
