//! Holds what a run says against what really happened.
//!
//! - **Changed** is true if this client's PUT of that value is in the user's history, understood by PingOne. Where an
//!   answer was lost, or the page died between intent and outcome, a read told what had become of it; nobody can tell
//!   then whose write it was, and the value must have been there when it was read. Read back, the value must have been
//!   there at that time too.
//! - **Waiting** is true if no PUT of this client was understood.
//! - **Refused** and **failed** are true if, once read back, the value was not there at that time.
//! - **Already so** is true if no PUT of this client was understood and the value was there when it was read.
//! - **Changed by someone else** is true if the value was not there when it was read back.
//! - **No longer exists** is true if the user doesn't.
//!
//! That another writer was seen is true if, at that time, somebody had the value whom others had given it.

use std::collections::HashSet;
use std::rc::Rc;

use pingone_mfa_core::api::report::ReportWriter;
use pingone_mfa_core::domain::export::{Contents, Format};
use pingone_mfa_core::domain::plan::Plan;
use pingone_mfa_core::domain::report::{LimitsInForce, Operator, RunReport};
use pingone_mfa_core::domain::row::{Row, RowState};
use pingone_mfa_core::domain::time::Timestamp;
use pingone_mfa_core::engine::Clock;
use pingone_mfa_core::engine::run::RunStatus;
use pingone_sandbox::{Applied, Sandbox};
use uuid::Uuid;

use crate::life::Over;
use crate::world::{World, wall};

/// An answer is read at most so long after the value was looked up.
const TRAVEL: i64 = 15_000;

/// What the judge found.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Verdict {
    /// Rows that are called changed and are not.
    pub false_changed: u32,
    /// Rows without an outcome although the run has ended.
    pub without_outcome: u32,
    /// Writes of somebody whom the plan doesn't name, or of another value.
    pub outside: u32,
}

impl Verdict {
    /// The sum of two.
    pub fn add(&mut self, other: Self) {
        self.false_changed += other.false_changed;
        self.without_outcome += other.without_outcome;
        self.outside += other.outside;
    }
}

/// Judges a run that is over.
pub fn judge(world: &World, over: &Over, since: Timestamp) -> Verdict {
    let run = &over.run;
    if run.tally().all() as usize != run.plan().rows.len() {
        world.violated("rows were lost");
    }
    let sandbox = world.sandbox.borrow();
    let history = History { sandbox: &sandbox, plan: run.plan(), since };
    let is_ended = run.standing() == RunStatus::Ended;
    let verdict = history.judge(run.rows(), is_ended, &|what| world.violated(what));
    if run.another_writer_at().is_some_and(|at| !history.is_another_writers(run.rows(), at)) {
        world.violated("another writer is said to have been seen, and there was none");
    }
    if sandbox.agrees(wall(world.clock.wall())).is_err() {
        world.violated("the sandbox disagrees with itself");
    }
    keeps_no_token(world, over, since);
    verdict
}

/// What really happened while a plan was carried out.
pub struct History<'h> {
    /// Who knows.
    pub sandbox: &'h Sandbox,
    /// What was to happen.
    pub plan: &'h Plan,
    /// When it began.
    pub since: Timestamp,
}

impl History<'_> {
    /// Holds all rows of a run that is over against it. `is_ended` is whether every row was to get an outcome; `told`
    /// hears each lie.
    pub fn judge(&self, rows: &[Row], is_ended: bool, told: &dyn Fn(String)) -> Verdict {
        let mut verdict = Verdict { outside: self.outside(), ..Verdict::default() };
        if rows.len() != self.plan.rows.len() {
            told("rows were lost".to_owned());
        }
        for (place, (row, planned)) in rows.iter().zip(&self.plan.rows).enumerate() {
            let user = planned.user.0;
            let is_open = matches!(row.state, RowState::Waiting | RowState::Sending);
            if row.state == RowState::Sending || (is_open && is_ended) {
                verdict.without_outcome += 1;
                told(format!("row {place} of a run that is over is {}", row.state));
            }
            if row.state == RowState::Changed && !self.is_changed(user, row) {
                verdict.false_changed += 1;
                told(format!("row {place} is called changed: {row:?}"));
            }
            if let Some(lie) = self.lie(user, row) {
                told(format!("row {place} is called {}, {lie}: {row:?}", row.state));
            }
        }
        verdict
    }

    /// How many writes of this client are not in the plan.
    fn outside(&self) -> u32 {
        let planned: HashSet<Uuid> = self.plan.rows.iter().map(|row| row.user.0).collect();
        let writes = self.sandbox.oracle().writes().iter();
        let ours = writes.filter(|write| write.client != "background" && write.at >= wall(self.since));
        let outside = ours.filter(|write| write.to != self.plan.to || !planned.contains(&write.user));
        u32::try_from(outside.count()).unwrap()
    }

    /// How many PUTs of this client were understood.
    fn ours(&self, user: Uuid) -> usize {
        let writes = self.sandbox.oracle().writes_of(user);
        let is_ours = |write: &&pingone_sandbox::Write| {
            write.client != "background" && write.to == self.plan.to && write.at >= wall(self.since)
        };
        writes.filter(is_ours).count()
    }

    /// Whether a user's flag was this when it was looked up for an answer that was read then.
    fn was(&self, user: Uuid, value: bool, at: Option<Timestamp>) -> bool {
        at.is_none_or(|at| {
            let (from, until) = (wall(at.plus(-TRAVEL)), wall(at));
            let oracle = self.sandbox.oracle();
            oracle.flag_at(user, !value, from) == value
                || oracle.writes_of(user).any(|write| {
                    write.to == value && matches!(write.applied, Applied::At(at) if at >= from && at <= until)
                })
        })
    }

    /// Whether a row that was found to be so then was given its value by others.
    pub fn is_another_writers(&self, rows: &[Row], at: Timestamp) -> bool {
        let mut found = self
            .plan
            .rows
            .iter()
            .zip(rows)
            .filter(|(_, row)| (row.state, row.writes, row.at) == (RowState::AlreadySo, 0, Some(at)));
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
        // A read-back that found it tells of a row whose answer was lost.
        let was_read = row.read_back_at.is_some();
        (is_ours || was_seen || was_read) && self.was(user, to, row.read_back_at)
    }

    fn lie(&self, user: Uuid, row: &Row) -> Option<&'static str> {
        let was_not = self.was(user, !self.plan.to, row.read_back_at);
        let is_true = match row.state {
            RowState::Waiting => self.ours(user) == 0 && row.writes == 0,
            RowState::Refused if row.writes <= 1 => self.ours(user) == 0,
            RowState::Refused | RowState::Failed => was_not,
            RowState::ChangedBySomeoneElse => row.read_back_at.is_some() && was_not,
            RowState::Gone => self.sandbox.mfa_enabled(user).is_none(),
            RowState::AlreadySo => {
                row.writes == 0 && self.ours(user) == 0 && self.was(user, self.plan.to, row.at)
            }
            RowState::Changed | RowState::AnswerLost | RowState::Sending => true,
        };
        (!is_true).then_some("and that is not so")
    }
}

fn keeps_no_token(world: &World, over: &Over, since: Timestamp) {
    let run = &over.run;
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
            if world.tells_token(text.as_bytes()) {
                world.violated("the report has a token in it");
            }
        }
    }
}
