//! Runs the browser journeys in Firefox and WebKit.

use std::collections::BTreeMap;
use std::fmt;

use crate::failure::Failure;
use crate::kit::{self, Kit};
use crate::report::Report;
use crate::workspace::Workspace;

/// How many journeys run in the engines other than Chromium.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Engines {
    /// One journey, the frame and the element: few enough for every test run.
    Sample,
    All,
}

/// The journeys of [`Engines::Sample`], from tests/e2e/tests/engines.rs.
const SAMPLE: [&str; 3] = [
    "engines::a_list_is_imported_and_its_run_goes_on_after_a_reload",
    "engines::a_portal_frames_the_page",
    "engines::a_page_holds_the_element",
];

/// The module of the journeys, as the test names start with it.
const JOURNEYS: &str = "engines::";

/// The columns of the table. Chromium's journeys run with the end-to-end tests.
const COLUMNS: [&str; 3] = ["Chromium", "Firefox", "WebKit"];

/// The other engines: column, name that the tests read from the environment, and step of the report.
const OTHERS: [(&str, &str, &str); 2] =
    [("Firefox", "firefox", "journeys, Firefox"), ("WebKit", "webkit", "journeys, WebKit")];

/// Runs the journeys in the other engines.
pub(crate) fn tests(
    workspace: &Workspace,
    kit: &Kit,
    engines: Engines,
    report: &mut Report,
    table: &mut Table,
) {
    for (column, engine, step) in OTHERS {
        let mut command = kit::end_to_end_tests(workspace, kit);
        command.env("PINGONE_MFA_ENGINE", engine).arg("--");
        match engines {
            Engines::Sample => command.arg("--exact").args(SAMPLE),
            Engines::All => command.arg(JOURNEYS),
        };
        report.watched_tests(step, command, |line| table.read(column, line));
        // A journey that was renamed would otherwise be skipped silently.
        let _ = report.gate("sample", || table.has_all(column));
    }
}

/// The outcome of each journey in each engine.
#[derive(Debug, Default)]
pub(crate) struct Table(BTreeMap<String, BTreeMap<&'static str, String>>);

impl Table {
    /// Records the outcome if this line of a test program's output is about a journey.
    pub(crate) fn read(&mut self, engine: &'static str, line: &str) {
        let Some((name, outcome)) = line.strip_prefix("test ").and_then(|line| line.split_once(" ... "))
        else {
            return;
        };
        if let Some(journey) = name.strip_prefix(JOURNEYS) {
            self.0.entry(journey.replace('_', " ")).or_default().insert(engine, outcome.to_owned());
        }
    }
}

impl Table {
    /// Checks that every journey of the sample ran in an engine.
    fn has_all(&self, engine: &str) -> Result<(), Failure> {
        let has_run = |name: &str| {
            let journey = name.strip_prefix(JOURNEYS).unwrap_or(name).replace('_', " ");
            self.0.get(&journey).is_some_and(|outcomes| outcomes.contains_key(engine))
        };
        match SAMPLE.into_iter().find(|name| !has_run(name)) {
            None => Ok(()),
            Some(name) => Err(Failure::Missing {
                what: format!("{name} in {engine}"),
                remedy: "name a journey of tests/e2e/tests/engines.rs in crates/xtask/src/engines.rs"
                    .to_owned(),
            }),
        }
    }
}

impl fmt::Display for Table {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let width = self.0.keys().map(String::len).max().unwrap_or_default();
        write!(f, "{:<width$}", "journey")?;
        COLUMNS.iter().try_for_each(|engine| write!(f, "  {engine:<8}"))?;
        for (journey, outcomes) in &self.0 {
            write!(f, "\n{journey:<width$}")?;
            for engine in COLUMNS {
                write!(f, "  {:<8}", outcomes.get(engine).map_or("not run", String::as_str))?;
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_shows_which_journey_ran_in_which_engine() {
        let mut table = Table::default();
        for (engine, line) in [
            ("Chromium", "test engines::a_portal_frames_the_page ... ok"),
            ("Chromium", "test engines::a_page_prints ... ok"),
            ("Chromium", "test run::a_run_ends ... ok"),
            ("WebKit", "test engines::a_portal_frames_the_page ... FAILED"),
        ] {
            table.read(engine, line);
        }
        let shown = table.to_string();
        let lines: Vec<Vec<&str>> = shown
            .lines()
            .map(|line| line.split("  ").map(str::trim).filter(|cell| !cell.is_empty()).collect())
            .collect();
        assert_eq!(lines[0], ["journey", "Chromium", "Firefox", "WebKit"]);
        assert_eq!(lines[1], ["a page prints", "ok", "not run", "not run"]);
        assert_eq!(lines[2], ["a portal frames the page", "ok", "not run", "FAILED"]);
        assert_eq!(lines.len(), 3);
        assert!(table.has_all("WebKit").is_err(), "two journeys of the sample did not run");
    }
}
