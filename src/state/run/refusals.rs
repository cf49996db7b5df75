//! Why a run's users are refused: the cause is looked for as soon as a run halts for it, and on demand once it is over.

use pingone_mfa_core::domain::evidence::Tried;
use pingone_mfa_core::domain::fault::Fault;
use pingone_mfa_core::domain::plan::PlannedRow;
use pingone_mfa_core::domain::reason::{Reason, reasons};
use pingone_mfa_core::domain::row::RowState;
use pingone_mfa_core::domain::user::UserId;

use super::{Halt, Run};
use crate::state::troubleshooting::Spot;

impl Run {
    /// Looks for the cause of a halt, if something failed.
    pub(super) fn explain_halt(&'static self, halt: &Halt) {
        match halt {
            Halt::Refused(fault) => self.look_into(fault),
            Halt::NotStored(fault) | Halt::Failing { fault, .. } => {
                self.directory.explain(Spot::Run, Tried::ChangeFlag(None), fault);
            }
            Halt::Asked | Halt::TestUser | Halt::Step | Halt::Token => {}
        }
    }

    /// Looks for the cause of a refusal that halted the run, by the first user who was refused.
    fn look_into(&'static self, fault: &Fault) {
        let changed: Vec<UserId> = self.users_in(RowState::Changed);
        let refused = self.users_in(RowState::Refused).first().copied();
        self.directory.look_into_run(Tried::ChangeFlag(refused), fault, &changed, move || self.resume());
    }

    /// Why users were not changed by the run that is over, the most frequent reason first.
    pub fn reasons(&'static self) -> Vec<Reason> {
        self.with_kept(|run, _| reasons(run.rows(), &|place| run.failure(place))).unwrap_or_default()
    }

    /// Looks for the cause of one of them, by the first user who had it. Without an answer there is none to look into.
    pub fn ask_why(&'static self, reason: &Reason) {
        let first = self.with_kept(|run, _| {
            let row = run.rows().get(reason.first as usize)?;
            let user = run.plan().rows.get(reason.first as usize)?.user;
            let fault = run.failure(reason.first)?.fault(row.correlation_id)?;
            Some((user, fault, row.at))
        });
        if let Some((user, fault, at)) = first.flatten() {
            self.directory.ask_why_refused(user, &fault, at, &self.users_in(RowState::Changed));
        }
    }

    fn users_in(&'static self, state: RowState) -> Vec<UserId> {
        let Some(plan) = self.plan() else { return Vec::new() };
        let is_in = |(row, of): (&PlannedRow, &RowState)| (*of == state).then_some(row.user);
        self.states.with_untracked(|states| plan.rows.iter().zip(states).filter_map(is_in).collect())
    }
}
