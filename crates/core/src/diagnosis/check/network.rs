//! Checks of the way to PingOne: the host, its answers, its rate limit, and whether it works at all.

use pingone::fault::Fault;

use super::super::evidence::{Evidence, Operation, PlainResult, is_ok};
use super::{CheckResult, NOT_RUN, Seen, Verdict, is_html_page, is_without_answer};

impl Evidence {
    /// Whether the API's host sent an answer that could be read.
    fn has_answered(&self) -> bool {
        let has_status = |fault: &Fault| fault.refusal().is_some() || fault.bad_answer().is_some();
        self.has_read_anything() || self.faults().any(has_status)
    }

    pub(super) fn check_host(&self) -> CheckResult {
        if self.has_answered() {
            return (Verdict::Pass, Seen::Answered);
        }
        match self.reach {
            Some(reach) if reach.host == PlainResult::Answered => (Verdict::Pass, Seen::Reach(reach)),
            Some(reach) => (Verdict::Fail, Seen::Reach(reach)),
            None if self.fault().is_some_and(|(_, fault)| is_without_answer(fault)) => {
                (Verdict::Unknown, Seen::Nothing)
            }
            None => NOT_RUN,
        }
    }

    pub(super) fn check_answers(&self) -> CheckResult {
        let is_bad = |fault: &&Fault| match fault {
            Fault::RequestRefused(_)
            | Fault::MediaTypeRefused(_)
            | Fault::PathUnknown(_)
            | Fault::NotFound(_)
            | Fault::WrongShape(_)
            | Fault::Paging(_) => true,
            fault => fault.bad_answer().is_some() || is_html_page(fault),
        };
        if let Some(fault) = self.faults().find(is_bad) {
            return (Verdict::Fail, Seen::Fault(fault.clone()));
        }
        let is_role = |fault: &Fault| matches!(fault, Fault::RoleMissing(_) | Fault::EnvironmentUnknown(_));
        match (self.fault(), self.reach) {
            // This 401 contradicts the changes of other users with the same token, so neither is the rule.
            (Some((_, fault @ Fault::TokenInvalid(_))), _) if self.counterexamples() > 0 => {
                (Verdict::Unknown, Seen::Fault(fault.clone()))
            }
            // The request failed once and succeeded once, so neither is the rule.
            (Some((_, fault)), _) if !is_role(fault) && self.works_now() => {
                (Verdict::Unknown, Seen::Fault(fault.clone()))
            }
            (Some((_, fault)), Some(reach))
                if is_without_answer(fault) && reach.host == PlainResult::Answered =>
            {
                (Verdict::Fail, Seen::Fault(fault.clone()))
            }
            (Some((_, fault)), _) if is_without_answer(fault) && self.has_read_anything() => {
                (Verdict::Fail, Seen::Fault(fault.clone()))
            }
            (Some((_, fault)), _) if is_without_answer(fault) => {
                (Verdict::Unknown, Seen::Fault(fault.clone()))
            }
            _ if self.has_answered() => (Verdict::Pass, Seen::Answered),
            _ => NOT_RUN,
        }
    }

    pub(super) fn check_limit(&self) -> CheckResult {
        let limited = self.faults().find(|fault| matches!(fault, Fault::RateLimited { .. }));
        match (limited, self.reach) {
            (Some(fault), _) => (Verdict::Fail, Seen::Fault(fault.clone())),
            (None, Some(reach)) if reach.readable == Some(429) => (Verdict::Fail, Seen::Reach(reach)),
            // Without CORS headers, a rate limit looks the same.
            _ if self.fault().is_some_and(|(_, fault)| *fault == Fault::Unreachable) => {
                (Verdict::Unknown, Seen::Nothing)
            }
            _ if self.has_read_anything() => (Verdict::Pass, Seen::Answered),
            _ => NOT_RUN,
        }
    }

    pub(super) fn check_service(&self) -> CheckResult {
        let failing = |fault: &&Fault| matches!(fault, Fault::ServerFailed(_) | Fault::Timeout { .. });
        match self.faults().find(failing) {
            Some(_) if self.is_only_one_failing() => (Verdict::Fail, Seen::OthersWork),
            Some(fault) if self.works_now() => (Verdict::Unknown, Seen::Fault(fault.clone())),
            Some(fault) => (Verdict::Fail, Seen::Fault(fault.clone())),
            None => match self.reach {
                Some(reach) if reach.readable.is_some_and(|status| status >= 500) => {
                    (Verdict::Fail, Seen::Reach(reach))
                }
                _ if self.fault().is_some_and(|(_, fault)| is_without_answer(fault)) => {
                    (Verdict::Unknown, Seen::Nothing)
                }
                _ if self.has_read_anything() => (Verdict::Pass, Seen::Answered),
                _ => NOT_RUN,
            },
        }
    }

    /// Whether PingOne fails for one record or page while others of the same kind can be read.
    pub(in crate::diagnosis) fn is_only_one_failing(&self) -> bool {
        let Some((operation, Fault::ServerFailed(_) | Fault::Timeout { .. })) = self.fault() else {
            return false;
        };
        let others_work = is_ok(self.environment.as_ref()) && is_ok(self.users.as_ref());
        match operation {
            // A shorter page can be read, so only this one fails.
            Operation::ReadUsers => others_work,
            Operation::Connect | Operation::FilterUsers | Operation::ReadReport => false,
            Operation::ChangeFlag(_) | Operation::AllowBypass(_) => {
                others_work && (self.counterexamples() > 0 || !self.changed_populations.is_empty())
            }
            Operation::ReadUser(_) | Operation::ReadFlag(_) | Operation::ReadDevices(_) => {
                others_work && !self.works_now()
            }
        }
    }
}
