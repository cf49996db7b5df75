//! The guard that a run must pass before anything is sent, whether it is new, stored, taken over or from a run file.

use std::rc::Rc;

use pingone::connection::Connection;
use pingone::fault::Fault;
use pingone_mfa_core::run::guard::Guard;
use pingone_mfa_core::run::journal::Restored;
use pingone_mfa_core::run::plan::Plan;

use crate::announcement::Announcement;

use crate::console::runs::run::Run;

impl Run {
    /// The guard that decides which users of a plan may be changed.
    ///
    /// # Errors
    /// The deployment doesn't permit the run, or its protected groups can't be read: then nothing is written.
    pub(super) async fn guard_for(self, plan: &Plan, connection: &Connection) -> Result<Rc<Guard>, Fault> {
        let guard = self.directory().guard(connection).await?;
        match guard.run_refusal(plan.to, plan.rows.len() as u64) {
            Some(refusal) => Err(Fault::NotPermitted(refusal)),
            None => Ok(Rc::new(guard)),
        }
    }

    /// The guard for a run that was paused for long: users may have become members of a protected group since then. If
    /// this can't be read, nothing more is permitted: each row is refused, and equal refusals pause the run.
    pub(super) async fn guard_after_wait(self, plan: &Plan) -> Rc<Guard> {
        let guard = match self.connection() {
            Some(connection) => self.guard_for(plan, &connection).await,
            None => Err(Fault::TokenForgotten),
        };
        guard.unwrap_or_else(|fault| {
            self.announcer.tell(Announcement::Failed(fault));
            Rc::new(self.directory().guard_without_members())
        })
    }

    /// Refuses the rows that may not be written, and stores that. Returns whether there were any.
    pub(super) async fn refuse_protected(
        self,
        mut restored: Restored,
        name: &str,
        guard: &Guard,
    ) -> Result<(Restored, bool), Fault> {
        let Some(entry) = restored.refuse(guard, self.ports.get().clock.wall()) else {
            return Ok((restored, false));
        };
        self.ports.get().journal.append(name, vec![entry.encode()]).await.map_err(Fault::NotStored)?;
        Ok((restored, true))
    }
}
