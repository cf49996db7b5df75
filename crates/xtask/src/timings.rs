//! The `test --timings` command: compile time per package, and the slowest tests.

use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;
use std::process::Command;

use serde_json::Value;

use crate::failure::Failure;
use crate::kit::{END_TO_END, Kit};
use crate::workspace::Workspace;
use crate::{process, suite};

/// Maximum rows of a table.
const MAX_ROWS: usize = 20;

/// Separate target folder, so that everything is compiled again: cargo reports no time for what is already compiled.
const FOLDER: &str = "target/timings";

/// A test program and the folder it must run in.
#[derive(Debug, PartialEq, Eq)]
struct Program {
    file: PathBuf,
    folder: PathBuf,
}

pub(crate) fn run(workspace: &Workspace) -> Result<(), Failure> {
    let kit = Kit::complete(workspace)?;
    println!("Building the pages that the end-to-end tests load.");
    suite::build_pages(workspace)?;
    println!("Compiling everything anew, which takes minutes.");
    let folder = workspace.path(FOLDER);
    if folder.exists() {
        fs::remove_dir_all(&folder).map_err(Failure::file("remove", &folder))?;
    }
    let (mut pages, mut programs) = (Vec::new(), Vec::new());
    // The end-to-end tests are built only when they are named.
    for targets in [[].as_slice(), &["--test", END_TO_END]] {
        let mut build =
            workspace.cargo(&["test", "--workspace", "--no-run", "--timings", "--message-format=json"]);
        let messages = process::capture(build.args(targets).env("CARGO_TARGET_DIR", &folder))?;
        let page = folder.join("cargo-timings/cargo-timing.html");
        pages.push(fs::read_to_string(&page).map_err(Failure::file("read", &page))?);
        programs.extend(tests_in(&messages));
    }
    print_table("Seconds of compiling, by package", slowest(compiled(&pages)));

    let mut tests = Vec::new();
    for program in programs {
        println!("Running {}", program.file.display());
        let mut command = Command::new(&program.file);
        command.current_dir(&program.folder).args(["-Zunstable-options", "--report-time"]);
        // The harness reports times only with unstable options enabled.
        command.env("RUSTC_BOOTSTRAP", "1");
        process::stream(kit.set_environment(workspace, &mut command), |line| tests.extend(timed(line)))?;
    }
    print_table("Seconds of a test", slowest(tests));
    Ok(())
}

fn print_table(title: &str, lines: Vec<(String, f64)>) {
    println!("\n{title}\n");
    for (name, seconds) in lines {
        println!("{seconds:>8.2}  {name}");
    }
}

fn slowest(mut lines: Vec<(String, f64)>) -> Vec<(String, f64)> {
    lines.sort_by(|one, other| other.1.total_cmp(&one.1));
    lines.truncate(MAX_ROWS);
    lines
}

/// Compile time of each package, summed over its targets, from cargo's timing pages.
fn compiled(pages: &[String]) -> Vec<(String, f64)> {
    let mut sums: BTreeMap<String, f64> = BTreeMap::new();
    for (name, seconds) in pages.iter().flat_map(|page| units(page)) {
        *sums.entry(name).or_default() += seconds;
    }
    sums.into_iter().collect()
}

/// The compile time of each target in one page.
fn units(page: &str) -> Vec<(String, f64)> {
    let data = page.lines().find_map(|line| line.trim().strip_prefix("const UNIT_DATA = "));
    let units = data.map(|first| {
        let rest = page.split_once(first).map_or("", |(_, rest)| rest);
        format!("{first}{}", rest.split_once(";\n").map_or(rest, |(units, _)| units))
    });
    let units: Value =
        units.and_then(|units| serde_json::from_str(units.trim_end_matches(';')).ok()).unwrap_or_default();
    let units = units.as_array().into_iter().flatten();
    units
        .filter_map(|unit| Some((unit.get("name")?.as_str()?.to_owned(), unit.get("duration")?.as_f64()?)))
        .collect()
}

/// The test programs in cargo's build messages.
fn tests_in(messages: &str) -> Vec<Program> {
    let messages = messages.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok());
    messages
        .filter(|message| message.pointer("/profile/test") == Some(&Value::Bool(true)))
        .filter_map(|message| {
            let file = PathBuf::from(message.get("executable")?.as_str()?);
            let folder = PathBuf::from(message.get("manifest_path")?.as_str()?).parent()?.to_owned();
            Some(Program { file, folder })
        })
        .collect()
}

/// Parses `test run::a_name ... ok <1.234s>`.
fn timed(line: &str) -> Option<(String, f64)> {
    let (name, rest) = line.strip_prefix("test ")?.split_once(" ... ")?;
    let seconds = rest.split_once('<')?.1.strip_suffix("s>")?;
    Some((name.to_owned(), seconds.parse().ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_time_of_a_test_is_parsed_from_the_harness_output() {
        assert_eq!(timed("test run::a_stop ... ok <1.250s>"), Some(("run::a_stop".to_owned(), 1.25)));
        assert_eq!(timed("test run::a_stop ... FAILED <0.001s>"), Some(("run::a_stop".to_owned(), 0.001)));
        assert_eq!(timed("test run::a_stop ... ok"), None);
        assert_eq!(timed("running 3 tests"), None);
    }

    #[test]
    fn the_time_of_a_package_is_the_sum_of_its_targets() {
        let page = "<script>\nconst UNIT_DATA = [\n  {\"name\": \"core\", \"duration\": 1.5},\n  \
                    {\"name\": \"core\", \"duration\": 2.0},\n  {\"name\": \"uuid\", \"duration\": 0.5}\n];\n\
                    const CONCURRENCY_DATA = [];\n</script>";
        let pages = [page.to_owned(), page.to_owned(), "<html></html>".to_owned()];
        assert_eq!(compiled(&pages), [("core".to_owned(), 7.0), ("uuid".to_owned(), 1.0)]);
    }

    #[test]
    fn only_programs_built_for_tests_are_listed() {
        let messages = r#"{"reason":"compiler-artifact","profile":{"test":true},"executable":"/t/run-1","manifest_path":"/w/a/Cargo.toml"}
{"reason":"compiler-artifact","profile":{"test":false},"executable":"/t/xtask","manifest_path":"/w/x/Cargo.toml"}
{"reason":"compiler-artifact","profile":{"test":true},"executable":null,"manifest_path":"/w/a/Cargo.toml"}
no JSON"#;
        assert_eq!(tests_in(messages), [Program { file: "/t/run-1".into(), folder: "/w/a".into() }]);
    }

    #[test]
    fn the_slowest_are_listed_first_up_to_the_maximum() {
        let lines = (0..30).map(|number| (number.to_string(), f64::from(number))).collect();
        let slowest = slowest(lines);
        assert_eq!((slowest.len(), slowest[0].1), (MAX_ROWS, 29.0));
    }
}
