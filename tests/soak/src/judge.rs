//! Compares what a run reports with what happened in the sandbox.
//!
//! - **Changed** is true if the user's history has a PUT of this client with that value that PingOne processed. If
//!   the answer was lost, or the page crashed between intent and outcome, a read determined the result; then the
//!   writer can't be identified, and it is enough that the value was there when it was read. If the row was
//!   verified, the value must have been there at that time too.
//! - **Waiting** is true if PingOne processed no PUT of this client.
//! - **Refused** and **failed** are true if, when the row was verified, the value wasn't there.
//! - **Already so** is true if PingOne processed no PUT of this client and the value was there when it was read.
//! - **Changed by someone else** is true if the value wasn't there when the row was verified.
//! - **No longer exists** is true if the user doesn't exist.
//!
//! The report that another writer was seen is true if, at that time, some user had the value
//! because another client had written it.

use std::collections::HashSet;
use std::rc::Rc;

use pingone::clock::Clock;
use pingone::time::Timestamp;
use pingone_mfa_core::directory::export::{Contents, Format};
use pingone_mfa_core::run::engine::RunStatus;
use pingone_mfa_core::run::plan::Plan;
use pingone_mfa_core::run::report::{LimitsInForce, Operator, RunReport};
use pingone_mfa_core::run::report_file::ReportWriter;
use pingone_mfa_core::run::row::{Row, RowState};
use pingone_sandbox::{Applied, Sandbox};
use uuid::Uuid;

use crate::life::FinishedRun;
use crate::world::{World, wall};

/// Maximum time in ms between reading a value in the sandbox and receiving the response.
const MAX_RESPONSE_MILLIS: i64 = 15_000;

/// Violations that were counted.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Verdict {
    /// Rows that are reported as changed although they weren't.
    pub false_changed: u32,
    /// Rows without an outcome although the run has finished.
    pub without_outcome: u32,
    /// Writes of users who aren't in the plan, or of another value.
    pub outside: u32,
}

impl Verdict {
    /// Adds the counts of another verdict.
    pub fn add(&mut self, other: Self) {
        self.false_changed += other.false_changed;
        self.without_outcome += other.without_outcome;
        self.outside += other.outside;
    }
}

/// Checks a finished run and everything it stored.
pub fn judge(world: &World, finished: &FinishedRun, since: Timestamp) -> Verdict {
    let run = &finished.run;
    if run.counts().all() as usize != run.plan().rows.len() {
        world.record_violation("rows were lost");
    }
    let sandbox = world.sandbox.borrow();
    let history = History { sandbox: &sandbox, plan: run.plan(), since };
    let is_settled = run.status() == RunStatus::Finished;
    let verdict = history.judge(run.rows(), is_settled, &|what| world.record_violation(what));
    if run.another_writer_at().is_some_and(|at| !history.had_another_writer(run.rows(), at)) {
        world.record_violation("another writer is said to have been seen, and there was none");
    }
    if sandbox.check_consistency(wall(world.clock.wall())).is_err() {
        world.record_violation("the sandbox disagrees with itself");
    }
    check_for_tokens(world, finished, since);
    verdict
}

/// What happened in the sandbox during a run.
pub struct History<'h> {
    /// The sandbox, which records all writes.
    pub sandbox: &'h Sandbox,
    /// The plan that the run carried out.
    pub plan: &'h Plan,
    /// The start time of the run.
    pub since: Timestamp,
}

impl History<'_> {
    /// Checks all rows of a finished run. `is_settled` is whether every row must have an outcome; `report_violation`
    /// is called for each violation.
    pub fn judge(&self, rows: &[Row], is_settled: bool, report_violation: &dyn Fn(String)) -> Verdict {
        let mut verdict = Verdict { outside: self.outside(), ..Verdict::default() };
        if rows.len() != self.plan.rows.len() {
            report_violation("rows were lost".to_owned());
        }
        for (index, (row, planned)) in rows.iter().zip(&self.plan.rows).enumerate() {
            let user = planned.user.0;
            let is_open = matches!(row.state, RowState::Waiting | RowState::Sending);
            if row.state == RowState::Sending || (is_open && is_settled) {
                verdict.without_outcome += 1;
                report_violation(format!("row {index} of a run that is over is {}", row.state));
            }
            if row.state == RowState::Changed && !self.is_changed(user, row) {
                verdict.false_changed += 1;
                report_violation(format!("row {index} is called changed: {row:?}"));
            }
            if let Some(contradiction) = self.contradiction(user, row) {
                report_violation(format!("row {index} is called {}, {contradiction}: {row:?}", row.state));
            }
        }
        verdict
    }

    /// Number of this client's writes that aren't in the plan.
    fn outside(&self) -> u32 {
        let planned: HashSet<Uuid> = self.plan.rows.iter().map(|row| row.user.0).collect();
        let writes = self.sandbox.oracle().writes().iter();
        let ours = writes.filter(|write| write.client != "background" && write.at >= wall(self.since));
        let outside = ours.filter(|write| write.to != self.plan.to || !planned.contains(&write.user));
        u32::try_from(outside.count()).unwrap()
    }

    /// Number of this client's PUTs for a user that were processed.
    fn ours(&self, user: Uuid) -> usize {
        let writes = self.sandbox.oracle().writes_of(user);
        let is_ours = |write: &&pingone_sandbox::Write| {
            write.client != "background" && write.to == self.plan.to && write.at >= wall(self.since)
        };
        writes.filter(is_ours).count()
    }

    /// Whether a user had this value when it was read for a response that was received at `at`.
    fn was(&self, user: Uuid, value: bool, at: Option<Timestamp>) -> bool {
        at.is_none_or(|at| {
            let (from, until) = (wall(at.plus(-MAX_RESPONSE_MILLIS)), wall(at));
            let oracle = self.sandbox.oracle();
            oracle.flag_at(user, !value, from) == value
                || oracle.writes_of(user).any(|write| {
                    write.to == value && matches!(write.applied, Applied::At(at) if at >= from && at <= until)
                })
        })
    }

    /// Whether, in some row found unchanged at that time, another client had written the value.
    pub fn had_another_writer(&self, rows: &[Row], at: Timestamp) -> bool {
        let mut found = self
            .plan
            .rows
            .iter()
            .zip(rows)
            .filter(|(_, row)| (row.state, row.writes, row.at) == (RowState::AlreadySet, 0, Some(at)));
        found.any(|(planned, _)| {
            let mut writes = self.sandbox.oracle().writes_of(planned.user.0);
            writes
                .any(|write| write.client == "background" && write.to == self.plan.to && write.at <= wall(at))
        })
    }

    fn is_changed(&self, user: Uuid, row: &Row) -> bool {
        let to = self.plan.to;
        let is_ours = self.ours(user) > 0;
        let was_seen = row.writes > 0 && row.at.is_some() && self.was(user, to, row.at);
        // A verification that found the value also explains a row whose answer was lost.
        let was_read = row.read_back_at.is_some();
        (is_ours || was_seen || was_read) && self.was(user, to, row.read_back_at)
    }

    fn contradiction(&self, user: Uuid, row: &Row) -> Option<&'static str> {
        let was_not = self.was(user, !self.plan.to, row.read_back_at);
        let is_true = match row.state {
            RowState::Waiting => self.ours(user) == 0 && row.writes == 0,
            RowState::Refused if row.writes <= 1 => self.ours(user) == 0,
            RowState::Refused | RowState::Failed => was_not,
            RowState::ChangedBySomeoneElse => row.read_back_at.is_some() && was_not,
            RowState::Gone => self.sandbox.mfa_enabled(user).is_none(),
            RowState::AlreadySet => {
                row.writes == 0 && self.ours(user) == 0 && self.was(user, self.plan.to, row.at)
            }
            RowState::Changed | RowState::Unconfirmed | RowState::Sending => true,
        };
        (!is_true).then_some("and that is not so")
    }
}

fn check_for_tokens(world: &World, finished: &FinishedRun, since: Timestamp) {
    let run = &finished.run;
    let report = Rc::new(RunReport {
        plan: Rc::clone(run.plan()),
        rows: run.rows().to_vec(),
        failures: run.failures().clone(),
        environment_name: None,
        operators: vec![Operator::Application; 4],
        page_version: "0".into(),
        another_writer_at: run.another_writer_at(),
        started_at: Some(since),
        ended_at: None,
        written_at: world.clock.wall(),
        limits: LimitsInForce::default(),
    });
    for format in [Format::Csv { byte_order_mark: false }, Format::Json] {
        let mut writer = ReportWriter::new(Rc::clone(&report), format, Contents::StatesOnly);
        while let Some(text) = writer.slice(1000, &|_| "") {
            if world.contains_token(text.as_bytes()) {
                world.record_violation("the report has a token in it");
            }
        }
    }
}
