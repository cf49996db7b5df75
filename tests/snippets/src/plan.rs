//! Runs plans that the page saves as scripts.

use std::rc::Rc;

use pingone::time::Timestamp;
use pingone::user::{Mfa, UserId};
use pingone_mfa_core::directory::export::Contents;
use pingone_mfa_core::run::plan::{Exclusion, LeftOut, Plan, PlannedPauses, PlannedRow};
use pingone_mfa_core::run::plan_file::{Extent, PlanWriter};
use pingone_mfa_core::snippets::Language;
use pingone_mfa_core::snippets::script::{PlanScript, Shell};
use uuid::Uuid;

use crate::grammar;
use crate::ground::Fixture;
use crate::runtime::{ProgramOutput, on_path, start_answering};
use crate::workplace::TempFolder;

/// Name of the result file.
const RESULTS: &str = "results.csv";

/// A saved plan and its script in a folder, ready to run.
pub struct PlanRun {
    folder: TempFolder,
    script: String,
    plan: String,
    interpreter: (&'static str, &'static [&'static str]),
    /// The input for every prompt of the script.
    pub answers: Vec<String>,
}

impl PlanRun {
    /// A plan that turns MFA on for these users. `None` if the script can't be run on this machine.
    #[must_use]
    pub fn new(shell: Shell, fixture: &Fixture, users: &[UserId]) -> Option<Self> {
        Self::of(shell, fixture, &plan(fixture, users))
    }

    /// Like [`Self::new`], with the first user as the pilot user.
    #[must_use]
    pub fn with_pilot(shell: Shell, fixture: &Fixture, users: &[UserId]) -> Option<Self> {
        let stops = PlannedPauses { after_pilot: true, every: None };
        Self::of(shell, fixture, &Plan { stops, ..plan(fixture, users) })
    }

    fn of(shell: Shell, fixture: &Fixture, plan: &Plan) -> Option<Self> {
        let interpreter: (&str, &[&str]) = match shell {
            Shell::Bash => ("bash", &[]),
            Shell::Python => ("python3", &[]),
            Shell::PowerShell => ("pwsh", &["-NoProfile", "-File"]),
        };
        let helpers: &[&str] = if shell == Shell::Bash { &["curl", "jq"] } else { &[] };
        on_path(interpreter.0)?;
        helpers.iter().try_for_each(|helper| on_path(helper).map(drop))?;
        let folder = TempFolder::new();
        let script = PlanScript::new(&fixture.tenant, plan);
        let name = script.file_name(shell);
        folder.write(&name, &script.text(shell));
        folder.write("plan.csv", &saved(plan));
        let pilot = plan.rows.first().filter(|_| plan.stops.after_pilot).map(|row| row.user.to_string());
        let confirmation = pilot.as_ref().map(|_| "continue".to_owned());
        let answers = [plan.reference.clone(), "lost phones".to_owned()].into_iter();
        let answers = answers.chain(pilot).chain([plan.rows.len().to_string()]).chain(confirmation).collect();
        Some(Self { folder, script: name, plan: "plan.csv".to_owned(), interpreter, answers })
    }

    /// Runs the script with this token and the default answers.
    #[must_use]
    pub fn run(&self, token: &str) -> ProgramOutput {
        self.run_answering(token, &self.answers)
    }

    /// Runs the script with this token and these answers, one per line.
    #[must_use]
    pub fn run_answering(&self, token: &str, answers: &[String]) -> ProgramOutput {
        let (program, options) = self.interpreter;
        let arguments = [options, &[self.script.as_str(), self.plan.as_str(), RESULTS]].concat();
        let answers = answers.join("\n") + "\n";
        start_answering(self.folder.path(), program, &arguments, token, &answers)
    }

    /// Replaces the plan file.
    pub fn give(&self, text: &str) {
        self.folder.write(&self.plan, text);
    }

    /// The content of the plan file.
    #[must_use]
    pub fn plan(&self) -> String {
        self.folder.read(&self.plan)
    }

    /// The content of the result file.
    #[must_use]
    pub fn results(&self) -> String {
        self.folder.read(RESULTS)
    }

    /// Replaces the result file.
    pub fn set_results(&self, text: &str) {
        self.folder.write(RESULTS, text);
    }
}

/// Parses a script that can't be run on every machine; the grammar's name and the result.
#[must_use]
pub fn parse_script(shell: Shell) -> Option<(&'static str, Result<(), String>)> {
    let Shell::PowerShell = shell else { return None };
    let (name, grammar) = grammar::of(Language::PowerShell)?;
    let fixture = Fixture::with_users(30);
    let plan = plan(&fixture, &fixture.users_without_mfa(2));
    let text = PlanScript::new(&fixture.tenant, &plan).text(shell);
    Some((name, grammar::read(&grammar, &text)))
}

/// User and result of each row of a result file.
#[must_use]
pub fn users_of(results: &str) -> Vec<(UserId, String)> {
    let mut reader = csv::Reader::from_reader(results.as_bytes());
    let columns = reader.headers().expect("columns").clone();
    assert_eq!(columns, vec!["userId", "result", "httpStatus", "code", "correlationId", "at"]);
    let records = reader.records().map(|record| record.expect("a record with all fields"));
    records.map(|record| (UserId::read(&record[0]).expect("a user ID"), record[1].to_owned())).collect()
}

fn plan(fixture: &Fixture, users: &[UserId]) -> Plan {
    let row =
        |user: &UserId| PlannedRow { user: *user, from: Mfa::Off, read_at: Timestamp(1_795_500_000_000) };
    Plan {
        environment: fixture.tenant.environment,
        to: true,
        made_at: Timestamp(1_795_500_000_000),
        rows: users.iter().map(row).collect(),
        left_out: vec![LeftOut { user: UserId(Uuid::nil()), why: Exclusion::NoDevice }],
        reference: "CHG, \"1\"".to_owned(),
        stops: PlannedPauses::default(),
        reason: "$(id)\nuserId,from".to_owned(),
        undoes: None,
    }
}

fn saved(plan: &Plan) -> String {
    let contents = Contents::StatesOnly;
    let mut writer = PlanWriter::new(
        Rc::new(plan.clone()),
        Extent::Plan,
        Some("Workforce, \"EU\"".to_owned()),
        contents,
        false,
    );
    let mut text = String::new();
    while let Some(slice) = writer.slice(1000, &|_| "") {
        text.push_str(&slice);
    }
    text
}
