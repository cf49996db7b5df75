//! Plans of runs.

use pingone::clock::Clock;
use pingone::environment::EnvironmentId;
use pingone::time::Timestamp;
use pingone::user::{Mfa, UserId};
use pingone_mfa_core::run::plan::{Plan, PlannedPauses, PlannedRow};

use crate::stage::Stage;

/// A plan with these rows. It doesn't pause, and leaves no user out.
pub fn plan_of(environment: EnvironmentId, to: bool, made_at: Timestamp, rows: Vec<PlannedRow>) -> Plan {
    Plan {
        environment,
        to,
        made_at,
        rows,
        left_out: vec![],
        reference: String::new(),
        stops: PlannedPauses::default(),
        reason: String::new(),
        undoes: None,
    }
}

/// A plan that turns MFA on for all users who have it off.
pub fn plan(stage: &Stage, stops: PlannedPauses) -> Plan {
    let sandbox = stage.mount.sandbox.borrow();
    let read_at = stage.clock.wall();
    let users = sandbox.user_ids().filter(|id| sandbox.mfa_enabled(*id) == Some(false));
    let rows = users.map(|id| PlannedRow { user: UserId(id), from: Mfa::Off, read_at }).collect();
    Plan { stops, ..plan_of(EnvironmentId(sandbox.environment_id()), true, read_at, rows) }
}
