//! Why a run's users are refused: the cause is looked for as soon as a run halts for it.

use pingone_mfa_core::domain::evidence::Tried;
use pingone_mfa_core::domain::fault::Fault;
use pingone_mfa_core::domain::plan::PlannedRow;
use pingone_mfa_core::domain::row::RowState;
use pingone_mfa_core::domain::user::UserId;

use super::Run;

impl Run {
    /// Looks for the cause of a refusal that halted the run, by the first user who was refused.
    pub(super) fn look_into(&'static self, fault: &Fault) {
        let changed: Vec<UserId> = self.users_in(RowState::Changed);
        let refused = self.users_in(RowState::Refused).first().copied();
        self.directory.look_into_run(Tried::ChangeFlag(refused), fault, &changed, move || self.resume());
    }

    fn users_in(&'static self, state: RowState) -> Vec<UserId> {
        let Some(plan) = self.plan() else { return Vec::new() };
        let is_in = |(row, of): (&PlannedRow, &RowState)| (*of == state).then_some(row.user);
        self.states.with_untracked(|states| plan.rows.iter().zip(states).filter_map(is_in).collect())
    }
}
