//! Checks of this page and what surrounds it: the browser's storage, the host page and the deployment.

use pingone::fault::Fault;

use super::super::evidence::Evidence;
use super::{CheckResult, NOT_RUN, Seen, Verdict};

impl Evidence {
    pub(super) fn check_storage(&self) -> CheckResult {
        match self.fault() {
            Some((_, Fault::NotStored(why))) => (Verdict::Fail, Seen::Storage(why.clone())),
            Some((_, Fault::LockSilent)) => (Verdict::Fail, Seen::LocksSilent),
            _ => NOT_RUN,
        }
    }

    pub(super) fn check_host_page(&self) -> CheckResult {
        match self.fault() {
            Some((_, Fault::HostRefused)) => (Verdict::Fail, Seen::NotPermitted),
            _ => NOT_RUN,
        }
    }

    pub(super) fn check_deployment(&self) -> CheckResult {
        match self.fault() {
            Some((_, fault @ Fault::NotPermitted(_))) => (Verdict::Fail, Seen::Fault(fault.clone())),
            _ => NOT_RUN,
        }
    }

    pub(super) fn check_page(&self) -> CheckResult {
        match self.faults().find(|fault| matches!(fault, Fault::Internal(_))) {
            Some(fault) => (Verdict::Fail, Seen::Fault(fault.clone())),
            None => NOT_RUN,
        }
    }
}
