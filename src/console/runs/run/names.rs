//! Names of a run in the journal, and of the lease of an environment.

use std::rc::Rc;

use pingone::connection::Connection;
use pingone_mfa_core::run::plan::Plan;

/// The run's name in the journal. Names sort by when the plans were made.
pub(super) fn name_of(plan: &Plan) -> Rc<str> {
    format!("{:016} {}", plan.made_at.0, plan.number()).into()
}

/// The name of the lease that one page at a time has for an environment.
pub(super) fn lease_of(connection: &Connection) -> String {
    format!("pingone-mfa run {}", connection.tenant().environment)
}
