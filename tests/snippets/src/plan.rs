//! A plan as a script, run.

use std::rc::Rc;

use pingone_mfa_core::api::plan::{Extent, PlanWriter};
use pingone_mfa_core::code::Language;
use pingone_mfa_core::code::script::{PlanScript, Shell};
use pingone_mfa_core::domain::export::Contents;
use pingone_mfa_core::domain::plan::{Exclusion, LeftOut, Plan, PlannedRow, Stops};
use pingone_mfa_core::domain::time::Timestamp;
use pingone_mfa_core::domain::user::{Mfa, UserId};
use uuid::Uuid;

use crate::grammar;
use crate::ground::Ground;
use crate::runtime::{Ended, on_path, start_answering};
use crate::workplace::Workplace;

/// What the result file is called here.
const RESULTS: &str = "results.csv";

/// A saved plan and its script in a folder, ready to be run.
pub struct PlanRun {
    place: Workplace,
    script: String,
    plan: String,
    interpreter: (&'static str, &'static [&'static str]),
    /// The answers to everything that the script asks.
    pub answers: Vec<String>,
}

impl PlanRun {
    /// Of a plan that turns these users' MFA on. `None` where nothing here runs such a script.
    #[must_use]
    pub fn new(shell: Shell, ground: &Ground, users: &[UserId]) -> Option<Self> {
        Self::of(shell, ground, &plan(ground, users))
    }

    /// The same with the first user as the pilot user.
    #[must_use]
    pub fn with_pilot(shell: Shell, ground: &Ground, users: &[UserId]) -> Option<Self> {
        let stops = Stops { after_test_user: true, every: None };
        Self::of(shell, ground, &Plan { stops, ..plan(ground, users) })
    }

    fn of(shell: Shell, ground: &Ground, plan: &Plan) -> Option<Self> {
        let interpreter: (&str, &[&str]) = match shell {
            Shell::Bash => ("bash", &[]),
            Shell::Python => ("python3", &[]),
            Shell::PowerShell => ("pwsh", &["-NoProfile", "-File"]),
        };
        let helpers: &[&str] = if shell == Shell::Bash { &["curl", "jq"] } else { &[] };
        on_path(interpreter.0)?;
        helpers.iter().try_for_each(|helper| on_path(helper).map(drop))?;
        let place = Workplace::new();
        let script = PlanScript::new(&ground.tenant, plan);
        let name = script.file_name(shell);
        place.write(&name, &script.text(shell));
        place.write("plan.csv", &saved(plan));
        let pilot = plan.rows.first().filter(|_| plan.stops.after_test_user).map(|row| row.user.to_string());
        let go_on = pilot.as_ref().map(|_| "continue".to_owned());
        let answers = [plan.reference.clone(), "lost phones".to_owned()].into_iter();
        let answers = answers.chain(pilot).chain([plan.rows.len().to_string()]).chain(go_on).collect();
        Some(Self { place, script: name, plan: "plan.csv".to_owned(), interpreter, answers })
    }

    /// Runs it with this token, and answers everything that it asks.
    #[must_use]
    pub fn run(&self, token: &str) -> Ended {
        self.run_answering(token, &self.answers)
    }

    /// Runs it with this token and these answers, a line each.
    #[must_use]
    pub fn run_answering(&self, token: &str, answers: &[String]) -> Ended {
        let (program, options) = self.interpreter;
        let arguments = [options, &[self.script.as_str(), self.plan.as_str(), RESULTS]].concat();
        let answers = answers.join("\n") + "\n";
        start_answering(self.place.path(), program, &arguments, token, &answers)
    }

    /// Has it read another plan.
    pub fn give(&self, text: &str) {
        self.place.write(&self.plan, text);
    }

    /// The plan as it was saved.
    #[must_use]
    pub fn plan(&self) -> String {
        self.place.read(&self.plan)
    }

    /// The result file.
    #[must_use]
    pub fn results(&self) -> String {
        self.place.read(RESULTS)
    }

    /// Writes the result file anew.
    pub fn set_results(&self, text: &str) {
        self.place.write(RESULTS, text);
    }
}

/// Whether a grammar reads the script, for those that nothing here may run. Its name, and what it found.
#[must_use]
pub fn parsed(shell: Shell) -> Option<(&'static str, Result<(), String>)> {
    let Shell::PowerShell = shell else { return None };
    let (name, grammar) = grammar::of(Language::PowerShell)?;
    let ground = Ground::with_users(30);
    let plan = plan(&ground, &ground.users_without_mfa(2));
    let text = PlanScript::new(&ground.tenant, &plan).text(shell);
    Some((name, grammar::read(&grammar, &text)))
}

/// User and result of every line of a result file.
#[must_use]
pub fn users_of(results: &str) -> Vec<(UserId, String)> {
    let mut reader = csv::Reader::from_reader(results.as_bytes());
    let columns = reader.headers().expect("columns").clone();
    assert_eq!(columns, vec!["userId", "result", "httpStatus", "code", "correlationId", "at"]);
    let records = reader.records().map(|record| record.expect("a record with all fields"));
    records.map(|record| (UserId::read(&record[0]).expect("a user ID"), record[1].to_owned())).collect()
}

fn plan(ground: &Ground, users: &[UserId]) -> Plan {
    let row =
        |user: &UserId| PlannedRow { user: *user, from: Mfa::Off, read_at: Timestamp(1_795_500_000_000) };
    Plan {
        environment: ground.tenant.environment,
        to: true,
        made_at: Timestamp(1_795_500_000_000),
        rows: users.iter().map(row).collect(),
        left_out: vec![LeftOut { user: UserId(Uuid::nil()), why: Exclusion::NoDevice }],
        reference: "CHG, \"1\"".to_owned(),
        stops: Stops::default(),
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
