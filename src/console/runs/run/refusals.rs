//! Diagnoses why users of a run were refused: automatically when a run pauses for it, and on request once it has
//! ended.

use leptos::prelude::*;
use pingone::fault::Fault;
use pingone::user::UserId;
use pingone_mfa_core::diagnosis::evidence::Operation;
use pingone_mfa_core::run::engine;
use pingone_mfa_core::run::reason::{Reason, reasons};
use pingone_mfa_core::run::row::{Failure, Row, RowState};

use crate::console::troubleshooting::state::Location;

use crate::console::runs::run::Run;
use pingone_mfa_core::run::engine::PauseReason;

impl Run {
    /// Diagnoses a pause, if something failed.
    pub(super) fn explain_pause(self, reason: &PauseReason, run: &engine::Run) {
        match reason {
            PauseReason::Refused(fault) => {
                let refused = refused_with(run, fault);
                let changed = self.changed_with_token(run);
                let again = move || self.resume();
                let since = refused_since_change(run);
                self.directory().look_into_run(Operation::ChangeFlag(refused), fault, &changed, since, again);
            }
            PauseReason::NotStored(fault) | PauseReason::Failing { fault, .. } => {
                self.directory().explain(Location::Run, Operation::ChangeFlag(None), fault);
            }
            PauseReason::ByPerson
            | PauseReason::PilotUser
            | PauseReason::Step
            | PauseReason::Token
            | PauseReason::AnotherWriter
            | PauseReason::HandedOver => {}
        }
    }

    /// Why users were not changed by the finished run, most frequent reason first.
    pub fn reasons(self) -> Vec<Reason> {
        self.with_kept(|run, _| reasons(run.rows(), &|place| run.failure(place))).unwrap_or_default()
    }

    /// Diagnoses a reason by the first user that had it. Without an answer from PingOne there is nothing to diagnose.
    pub fn ask_why(self, reason: &Reason) {
        let first = self.with_kept(|run, _| {
            let row = run.rows().get(reason.first as usize)?;
            let user = run.plan().rows.get(reason.first as usize)?.user;
            let fault = run.failure(reason.first)?.fault(row.correlation_id)?;
            Some((user, fault, row.at, self.changed_with_token(run), refused_since_change(run)))
        });
        if let Some((user, fault, at, changed, since)) = first.flatten() {
            self.directory().ask_why_refused(user, &fault, at, &changed, since);
        }
    }

    /// The users that were changed with the current token. What another token could do says nothing about this one.
    fn changed_with_token(self, run: &engine::Run) -> Vec<UserId> {
        let since = self.token_since.get_value();
        let is_changed = |row: &Row| row.state == RowState::Changed && row.at.is_some_and(|at| at >= since);
        let rows = run.plan().rows.iter().zip(run.rows());
        rows.filter(|(_, row)| is_changed(row)).map(|(planned, _)| planned.user).collect()
    }
}

/// How many users were refused after the last change. A high number suggests that something that worked no longer
/// does.
fn refused_since_change(run: &engine::Run) -> u64 {
    let changed = run.rows().iter().filter(|row| row.state == RowState::Changed).filter_map(|row| row.at);
    let last = changed.max();
    let is_later = |row: &&Row| row.state == RowState::Refused && row.at.is_some() && row.at > last;
    run.rows().iter().filter(is_later).count() as u64
}

/// The user that was last refused with this answer.
fn refused_with(run: &engine::Run, fault: &Fault) -> Option<UserId> {
    let refusal = Failure::of(fault);
    let is_it = |place: usize| {
        let place = u32::try_from(place).ok()?;
        run.failure(place).filter(|failure| **failure == refusal)
    };
    let rows = run.rows().iter().zip(&run.plan().rows).enumerate();
    let refused = rows.filter(|(place, (row, _))| row.state == RowState::Refused && is_it(*place).is_some());
    refused.max_by_key(|(_, (row, _))| row.at).map(|(_, (_, planned))| planned.user)
}
