//! Checks that a reviewed plan must pass before it leaves the page. Running it, saving it and saving it as a script
//! all end up changing users, so all three take the plan from here.

use leptos::prelude::*;
use pingone::redaction::secrets::has_token;
use pingone_mfa_core::digits::typed_number;
use pingone_mfa_core::run::confirmation::{Confirmation, confirmation};
use pingone_mfa_core::run::estimate::{Effort, Estimate};
use pingone_mfa_core::run::obstacle::{Answers, Obstacle, PilotUser, obstacle};
use pingone_mfa_core::run::plan::{Plan, PlannedPauses};
use pingone_mfa_core::run::proposal::Preview;

use crate::console::runs::run::PAGE;

use crate::console::runs::review::Review;

impl Review {
    /// The confirmation required before the run starts.
    pub fn confirmation(self, preview: &Preview) -> Confirmation {
        let name = self.run().environment_name.read_value();
        confirmation(preview.plan.to, preview.plan.rows.len() as u64, &name)
    }

    /// The estimated cost of the run.
    pub fn estimate(self, preview: &Preview) -> Option<Estimate> {
        let connection = self.run().connection()?;
        let changes = preview.plan.rows.len() as u64;
        let total = self.directory().total.read_untracked().ready().copied().flatten();
        let pages = total.map_or(changes, |total| total.div_ceil(PAGE)).min(changes);
        let has_pilot_user = self.has_pilot();
        let effort = Effort { changes, has_pilot_user, read_back_pages: pages };
        let margin = connection.policy().token_margin;
        Some(effort.at(self.run().ceiling.get(), self.run().token_left(), margin))
    }

    /// Why the run can't be started or saved yet; `None` if it can.
    pub fn obstacle(self, preview: &Preview) -> Option<Obstacle> {
        let (reference, reason) = (self.reference.get(), self.reason.get());
        let number = self.typed.get();
        let pilot_user = match self.pilot_user(preview) {
            Some(_) => PilotUser::InPlan,
            None if self.has_pilot() => PilotUser::NotInPlan,
            None => PilotUser::NotNamed,
        };
        let answers = Answers {
            pilot_user,
            is_step_readable: self.step().is_ok(),
            reference: &reference,
            reason: &reason,
            has_token: has_token(&reference) || has_token(&reason),
            number: &number,
        };
        let environment = self.run().environment_name.read_value();
        let changes = preview.plan.rows.len() as u64;
        obstacle(&self.limits(), preview.plan.to, changes, &environment, &answers)
    }

    /// Whether the plan may be run at all, and so may be saved as a script. Doesn't depend on typed text, so that a
    /// component that reads it doesn't update on every key.
    pub fn may_be_script(self, preview: &Preview) -> bool {
        let changes = preview.plan.rows.len() as u64;
        let is_permitted = self.limits().run_obstacle(preview.plan.to, changes).is_none();
        is_permitted && !matches!(self.confirmation(preview), Confirmation::NothingToDo | Confirmation::Never)
    }

    /// Whether the run changes a pilot user first, because one is named or required.
    pub fn starts_with_pilot(self) -> bool {
        let name = self.run().environment_name.read_value();
        let required = confirmation(self.to(), self.changes() as u64, &name);
        self.has_pilot() || matches!(required, Confirmation::Review { pilot_user: true, .. })
    }

    fn step(self) -> Result<Option<u32>, ()> {
        if !self.pauses.get() {
            return Ok(None);
        }
        let step = typed_number(self.pause_every.read().trim()).filter(|step| *step > 0);
        step.map(Some).ok_or(())
    }

    /// The frozen plan, as it would be run.
    pub fn plan(self, preview: &Preview) -> Plan {
        let mut plan = preview.plan.clone();
        plan.stops = PlannedPauses { after_pilot: false, every: self.step().ok().flatten() };
        self.reference.read().trim().clone_into(&mut plan.reference);
        self.reason.read().trim().clone_into(&mut plan.reason);
        if let Some(user) = self.pilot_user(preview) {
            // `pilot_user` returns only users of the plan.
            plan.put_pilot_first(user);
        }
        plan
    }

    /// The plan, if nothing prevents it from leaving the page. Values that are too old are refreshed first, and a
    /// person checks the numbers again.
    pub(crate) fn cleared_plan(self) -> Option<Plan> {
        let preview = self.preview()?;
        if self.obstacle(&preview).is_some() {
            return None;
        }
        if self.is_old() {
            self.read();
            return None;
        }
        Some(self.plan(&preview))
    }

    pub fn start(self) {
        if let Some(plan) = self.cleared_plan() {
            self.close();
            self.run().start(plan);
        }
    }

    fn is_old(self) -> bool {
        let (Some(read_at), Some(connection)) = (self.read_at.get_value(), self.run().connection()) else {
            return true;
        };
        self.ports.get().clock.wall().since(read_at).unsigned_abs() > connection.policy().old.0
    }
}
