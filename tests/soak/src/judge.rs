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

use std::rc::Rc;

use pingone_mfa_core::api::report::ReportWriter;
use pingone_mfa_core::domain::export::{Contents, Format};
use pingone_mfa_core::domain::report::{LimitsInForce, Operator, Report};
use pingone_mfa_core::domain::row::{Row, RowState};
use pingone_mfa_core::domain::time::Wall;
use pingone_mfa_core::engine::Clock;
use pingone_mfa_core::engine::run::{Run, Standing};
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

/// Judges a run that is over.
pub fn judge(world: &World, over: &Over, since: Wall) -> Verdict {
    let mut verdict = Verdict { outside: outside(world, &over.run, since), ..Verdict::default() };
    let run = &over.run;
    if run.tally().all() as usize != run.plan().rows.len() || run.rows().len() != run.plan().rows.len() {
        world.violated("rows were lost");
    }
    for (place, (row, planned)) in (0_u32..).zip(run.rows().iter().zip(&run.plan().rows)) {
        let user = planned.user.0;
        let is_open = matches!(row.state, RowState::Waiting | RowState::Sending);
        if row.state == RowState::Sending || (is_open && run.standing() == Standing::Ended) {
            verdict.without_outcome += 1;
            world.violated(format!("row {place} of a run that is over is {}", row.state));
        }
        if row.state == RowState::Changed && !is_changed(world, run, user, row, since) {
            verdict.false_changed += 1;
            world.violated(format!("row {place} is called changed: {row:?}"));
        }
        if let Some(lie) = lie(world, run, user, row, since) {
            world.violated(format!("row {place} is called {}, {lie}: {row:?}", row.state));
        }
    }
    if world.sandbox.borrow().agrees(wall(world.clock.wall())).is_err() {
        world.violated("the sandbox disagrees with itself");
    }
    keeps_no_token(world, over, since);
    verdict
}

/// How many writes of this client are not in the plan.
fn outside(world: &World, run: &Run, since: Wall) -> u32 {
    let planned = world.planned.borrow();
    let sandbox = world.sandbox.borrow();
    let ours = sandbox
        .oracle()
        .writes()
        .iter()
        .filter(|write| write.client != "background" && write.at >= wall(since));
    let outside =
        ours.filter(|write| write.to != run.plan().to || !planned.0.contains_key(&write.user)).count();
    u32::try_from(outside).unwrap()
}

/// How many PUTs of this client were understood.
fn ours(world: &World, user: Uuid, to: bool, since: Wall) -> usize {
    let sandbox = world.sandbox.borrow();
    let writes = sandbox.oracle().writes_of(user);
    writes.filter(|write| write.client != "background" && write.to == to && write.at >= wall(since)).count()
}

fn was(world: &World, user: Uuid, value: bool, at: Option<Wall>) -> bool {
    at.is_none_or(|at| world.was(user, value, at.plus(-TRAVEL), at))
}

fn is_changed(world: &World, run: &Run, user: Uuid, row: &Row, since: Wall) -> bool {
    let to = run.plan().to;
    let is_ours = ours(world, user, to, since) > 0;
    let was_seen = row.writes > 0 && row.at.is_some() && was(world, user, to, row.at);
    // A read-back that found it tells of a row whose answer was lost.
    let was_read = row.read_back_at.is_some();
    (is_ours || was_seen || was_read) && was(world, user, to, row.read_back_at)
}

fn lie(world: &World, run: &Run, user: Uuid, row: &Row, since: Wall) -> Option<&'static str> {
    let to = run.plan().to;
    let was_not = was(world, user, !to, row.read_back_at);
    let is_true = match row.state {
        RowState::Waiting => ours(world, user, to, since) == 0 && row.writes == 0,
        RowState::Refused if row.writes <= 1 => ours(world, user, to, since) == 0,
        RowState::Refused | RowState::Failed => was_not,
        RowState::ChangedBySomeoneElse => row.read_back_at.is_some() && was_not,
        RowState::Gone => world.sandbox.borrow().mfa_enabled(user).is_none(),
        RowState::AlreadySo => {
            row.writes == 0 && ours(world, user, to, since) == 0 && was(world, user, to, row.at)
        }
        RowState::Changed | RowState::AnswerLost | RowState::Sending => true,
    };
    (!is_true).then_some("and that is not so")
}

fn keeps_no_token(world: &World, over: &Over, since: Wall) {
    let run = &over.run;
    let report = Rc::new(Report {
        plan: Rc::clone(run.plan()),
        rows: run.rows().to_vec(),
        failures: run.failures().clone(),
        environment_name: None,
        operators: vec![Operator::Application; 4],
        page_version: "0".into(),
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
