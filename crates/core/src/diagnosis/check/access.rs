//! Checks of the environment, and of what the token may do in it.

use pingone::environment::Environment;
use pingone::fault::Fault;
use pingone::role::{Permission, Role};

use super::super::evidence::{Evidence, InputFault, Operation, is_ok};
use super::{CheckResult, NOT_RUN, Seen, Verdict, is_denial, verdict_of};

impl Evidence {
    pub(super) fn check_environment(&self) -> CheckResult {
        if let Some(input @ (InputFault::EnvironmentMissing | InputFault::EnvironmentUnreadable)) =
            self.input()
        {
            return (Verdict::Fail, Seen::Input(input));
        }
        let passed = |environment: &Environment| {
            let (name, kind) = (environment.name.clone(), environment.kind.clone());
            (Verdict::Pass, Seen::Environment { name, kind })
        };
        let refused = |fault: &Fault| match fault {
            Fault::EnvironmentUnknown(refusal) if refusal.status == 404 => Verdict::Fail,
            _ => Verdict::Unknown,
        };
        verdict_of(self.environment.as_ref(), passed, refused)
    }

    /// The token's own environment is suspicious only if a user isn't found in it; another
    /// environment only if it can't be read.
    pub(super) fn check_own_environment(&self) -> CheckResult {
        let own = self.token.as_ref().and_then(|token| token.environment);
        let (Some(own), Some(asked)) = (own, self.environment_id) else { return NOT_RUN };
        let is_same = own == asked;
        let is_missing = self.faults().any(|fault| matches!(fault, Fault::UserUnknown(_)));
        let is_hidden = self.faults().any(|fault| matches!(fault, Fault::EnvironmentUnknown(_)));
        let is_suspicious = (is_same && is_missing) || (!is_same && is_hidden);
        let verdict = if is_suspicious {
            Verdict::Unknown
        } else if self.has_read_anything() {
            Verdict::Pass
        } else {
            return NOT_RUN;
        };
        (verdict, Seen::OwnEnvironment(is_same))
    }

    pub(super) fn check_reading_users(&self) -> CheckResult {
        let result =
            verdict_of(self.users.as_ref(), |users| (Verdict::Pass, Seen::Users(users.count)), refused_role);
        match self.fault() {
            // The request that failed first was for a list; a single user of it may still be readable.
            Some((Operation::ReadUsers, fault))
                if result.0 != Verdict::Fail && !self.was_temporary(fault) =>
            {
                (refused_role(fault), Seen::Fault(fault.clone()))
            }
            _ => result,
        }
    }

    /// Whether the fault was temporary: the same request succeeded when it was repeated.
    fn was_temporary(&self, fault: &Fault) -> bool {
        !matches!(fault, Fault::ServerFailed(_) | Fault::WrongShape(_) | Fault::Paging(_) | Fault::NotJson(_))
            && self.works_now()
    }

    pub(super) fn check_reading_flag(&self) -> CheckResult {
        verdict_of(self.flag.as_ref(), |flag| (Verdict::Pass, Seen::Flag(*flag)), refused_role)
    }

    pub(super) fn check_changing_flag(&self) -> CheckResult {
        match self.fault() {
            Some((Operation::ChangeFlag(_), _)) if self.counterexamples() > 0 => {
                (Verdict::Pass, Seen::ChangedOthers(self.counterexamples()))
            }
            Some((Operation::ChangeFlag(_), fault)) => {
                let verdict =
                    if matches!(fault, Fault::RoleMissing(_)) { Verdict::Fail } else { Verdict::Unknown };
                (verdict, Seen::Fault(fault.clone()))
            }
            _ if !self.changed_populations.is_empty() && self.has_lost_access() => {
                (Verdict::Unknown, Seen::Changed)
            }
            _ if !self.changed_populations.is_empty() => (Verdict::Pass, Seen::Changed),
            _ => NOT_RUN,
        }
    }

    pub(super) fn check_role(&self) -> CheckResult {
        let observed = self.observed();
        let roles = Role::explaining(&observed);
        let refusals = observed.iter().filter(|(_, is_allowed)| !is_allowed);
        let is_refused = refusals.clone().any(|(permission, _)| {
            matches!(permission, Permission::ReadEnvironment | Permission::ReadUsers | Permission::UpdateMfa)
        });
        let other = self.fault().filter(|(operation, fault)| {
            matches!(fault, Fault::RoleMissing(_))
                && !matches!(operation, Operation::ChangeFlag(_) | Operation::AllowBypass(_))
        });
        let verdict = match (observed.is_empty(), is_refused || other.is_some() && !self.works_now()) {
            (true, false) => return NOT_RUN,
            (_, true) => Verdict::Fail,
            (false, false) if observed.contains(&(Permission::UpdateMfa, true)) => Verdict::Pass,
            (false, false) => Verdict::Unknown,
        };
        (verdict, Seen::Roles(roles))
    }

    /// Whether the role holds in the environment but doesn't cover this user.
    pub(in crate::diagnosis) fn is_out_of_reach(&self) -> bool {
        let is_refused = |fault: Option<&Fault>| matches!(fault, Some(Fault::RoleMissing(_)));
        let user = self.user.as_ref().and_then(|observed| observed.result.as_ref().err());
        let flag = self.flag.as_ref().and_then(|observed| observed.result.as_ref().err());
        let is_elsewhere = self.population().is_some_and(|population| {
            !self.changed_populations.is_empty() && !self.changed_populations.contains(&population)
        });
        let is_write_refused = matches!(
            self.fault(),
            Some((Operation::ChangeFlag(_) | Operation::AllowBypass(_), Fault::RoleMissing(_)))
        );
        let is_hidden = self.subject().is_some() && (is_refused(user) || is_refused(flag));
        (is_ok(self.users.as_ref()) && is_hidden) || (is_write_refused && is_elsewhere)
    }

    pub(super) fn check_scope(&self) -> CheckResult {
        if self.is_out_of_reach() {
            return (Verdict::Fail, Seen::OutOfReach);
        }
        match self.fault() {
            Some((_, fault)) if self.counterexamples() > 0 && is_denial(fault) => {
                (Verdict::Unknown, Seen::ChangedOthers(self.counterexamples()))
            }
            Some((operation, Fault::RoleMissing(_))) if operation.user().is_some() => {
                (Verdict::Unknown, Seen::Nothing)
            }
            _ => NOT_RUN,
        }
    }

    pub(super) fn check_propagation(&self) -> CheckResult {
        let is_refusal =
            |fault: &Fault| matches!(fault, Fault::RoleMissing(_) | Fault::EnvironmentUnknown(_));
        match self.fault() {
            Some((_, fault)) if is_refusal(fault) && self.works_now() => {
                (Verdict::Fail, Seen::Repeated { times: self.repeats + 1, works: true })
            }
            Some((_, fault)) if is_refusal(fault) && self.repeats > 0 => {
                (Verdict::Unknown, Seen::Repeated { times: self.repeats, works: false })
            }
            _ => NOT_RUN,
        }
    }
}

fn refused_role(fault: &Fault) -> Verdict {
    if matches!(fault, Fault::RoleMissing(_)) { Verdict::Fail } else { Verdict::Unknown }
}
