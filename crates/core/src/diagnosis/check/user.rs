//! Checks of the user: whether the user exists, and what decides whether a second factor is asked for.

use pingone::device::{Device, DeviceState, is_pingid_device};
use pingone::fault::Fault;
use pingone::time::Timestamp;
use pingone::user::{Account, User};

use super::super::evidence::{Evidence, InputFault, Observed};
use super::{CheckResult, NOT_RUN, Seen, Verdict, verdict_of};

impl Evidence {
    pub(super) fn check_user(&self) -> CheckResult {
        if self.input() == Some(InputFault::UserUnreadable) {
            return (Verdict::Fail, Seen::Input(InputFault::UserUnreadable));
        }
        let missing = |fault: &Fault| match fault {
            Fault::UserUnknown(_) => Verdict::Fail,
            _ => Verdict::Unknown,
        };
        match (&self.user, self.fault()) {
            (None, Some((_, fault @ Fault::UserUnknown(_)))) => (Verdict::Fail, Seen::Fault(fault.clone())),
            (user, _) => {
                verdict_of(user.as_ref(), |user: &User| (Verdict::Pass, Seen::Account(user.account)), missing)
            }
        }
    }

    pub(super) fn check_account(&self) -> CheckResult {
        let Some(Observed { result: Ok(user), .. }) = &self.user else { return NOT_RUN };
        if !self.is_not_asked() {
            return NOT_RUN;
        }
        let verdict = match user.account {
            Account::Enabled => Verdict::Pass,
            Account::Disabled | Account::Locked => Verdict::Fail,
            Account::Unknown => Verdict::Unknown,
        };
        (verdict, Seen::Account(user.account))
    }

    pub(super) fn check_flag(&self) -> CheckResult {
        if !self.is_not_asked() {
            return NOT_RUN;
        }
        let is_on = |flag: &bool| (if *flag { Verdict::Pass } else { Verdict::Fail }, Seen::Flag(*flag));
        verdict_of(self.flag.as_ref(), is_on, |_| Verdict::Unknown)
    }

    pub(super) fn check_bypass(&self) -> CheckResult {
        let verdict = |until: &Option<Timestamp>| {
            let is_active = until.is_some_and(|end| end > self.now);
            (if is_active { Verdict::Fail } else { Verdict::Pass }, Seen::Bypass(*until))
        };
        verdict_of(self.bypass.as_ref(), verdict, |_| Verdict::Unknown)
    }

    /// The numbers of all devices, of active devices, and of `PingID` devices.
    pub(in crate::diagnosis) fn devices_seen(&self) -> Option<(usize, usize, usize)> {
        let devices: &Vec<Device> = self.devices.as_ref()?.result.as_ref().ok()?;
        let count = |is: fn(&Device) -> bool| devices.iter().filter(|device| is(device)).count();
        let usable = count(|device| device.state == DeviceState::Active);
        Some((devices.len(), usable, count(|device| is_pingid_device(&device.kind))))
    }

    pub(super) fn check_device(&self) -> CheckResult {
        let Some((all, usable, pingid)) = self.devices_seen().filter(|_| self.is_not_asked()) else {
            return NOT_RUN;
        };
        let verdict = if usable > 0 { Verdict::Pass } else { Verdict::Fail };
        (verdict, Seen::Devices { all, usable, pingid })
    }

    pub(super) fn check_policy(&self) -> CheckResult {
        if self.is_not_asked() { (Verdict::Unknown, Seen::NotReadHere) } else { NOT_RUN }
    }
}
