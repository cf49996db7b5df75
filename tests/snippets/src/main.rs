//! Checks every language and prints a table: `cargo xtask snippets`.

#![allow(clippy::print_stdout, reason = "printing is what it is for")]

use std::process::ExitCode;

use pingone_mfa_core::snippets::Language;
use pingone_mfa_core::snippets::script::Shell;
use pingone_mfa_snippets::{CheckKind, Fixture, LanguageCheck, PlanRun, parse_script};

fn main() -> ExitCode {
    println!("| language | how | by | result |\n| --- | --- | --- | --- |");
    let mut all_passed = true;
    let mut row = |name: &str, how: CheckKind, by: &str, result: &Result<(), String>| {
        let how = match how {
            CheckKind::Executed => "executed",
            CheckKind::Parsed => "parsed",
            CheckKind::Unavailable => "not there",
        };
        // This command is meant to check everything, so a missing language is a failure.
        all_passed &= result.is_ok() && how != "not there";
        let result = result.as_ref().map_or_else(|why| format!("FAILED: {why}"), |()| "passed".to_owned());
        println!("| {name} | {how} | {by} | {result} |");
    };
    for language in Language::ALL {
        let check = LanguageCheck::of(language);
        row(language.name(), check.how, &check.version, &check.result);
    }
    for shell in Shell::ALL {
        let name = format!("plan, {}", shell.name());
        let fixture = Fixture::with_users(60);
        let users = fixture.users_without_mfa(5);
        if let Some(run) = PlanRun::new(shell, &fixture, &users) {
            let ended = run.run(&fixture.token);
            let are_changed = users.iter().all(|user| fixture.sandbox().mfa_enabled(user.0) == Some(true));
            let result = if ended.is_success && are_changed { Ok(()) } else { Err(format!("{ended:?}")) };
            row(&name, CheckKind::Executed, shell.name(), &result);
        } else {
            match parse_script(shell) {
                Some((grammar, result)) => row(&name, CheckKind::Parsed, grammar, &result),
                None => row(&name, CheckKind::Unavailable, "", &Ok(())),
            }
        }
    }
    if all_passed { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}
