//! Checks of the license and of the environment's products.

use pingone::fault::Fault;

use super::super::evidence::Evidence;
use super::{CheckResult, NOT_RUN, Seen, Verdict};

impl Evidence {
    pub(super) fn check_license(&self) -> CheckResult {
        let exceeded = self.faults().find(|fault| matches!(fault, Fault::LicenseExceeded(_)));
        exceeded.map_or(NOT_RUN, |fault| (Verdict::Fail, Seen::Fault(fault.clone())))
    }

    pub(super) fn check_mfa(&self) -> CheckResult {
        self.check_product(self.has_mfa(), true)
    }

    fn check_product(&self, has: Option<bool>, is_wanted: bool) -> CheckResult {
        if self.products.is_none() {
            return NOT_RUN;
        }
        let verdict = match has {
            None => Verdict::Unknown,
            Some(has) if has == is_wanted => Verdict::Pass,
            Some(_) => Verdict::Fail,
        };
        (verdict, Seen::Product(has))
    }

    /// `PingID` beside PingOne MFA isn't wrong in itself; it matters only where a user isn't asked for a second factor.
    pub(super) fn check_pingid(&self) -> CheckResult {
        let (verdict, seen) = self.check_product(self.has_pingid(), false);
        // The devices of an environment whose products say nothing of PingID.
        let devices = self.devices_seen().filter(|(_, _, pingid)| *pingid > 0 && verdict != Verdict::Fail);
        match (verdict, self.is_not_asked()) {
            (_, true) if let Some((all, usable, pingid)) = devices => {
                (Verdict::Fail, Seen::Devices { all, usable, pingid })
            }
            (Verdict::Fail, false) => (Verdict::Unknown, seen),
            _ => (verdict, seen),
        }
    }
}
