//! Copies results of a user's diagnosis to the user drawer, so that both show the same values.

use leptos::prelude::*;
use pingone::device::usable;
use pingone::time::Timestamp;
use pingone::user::UserId;
use pingone_mfa_core::diagnosis::evidence::{Evidence, Observed, Symptom};

use crate::console::load::Load;

use crate::console::users::directory::Directory;

impl Directory {
    /// Stores the results of the latest check. Earlier ones were stored when they arrived, and may be outdated.
    pub(super) fn learn_evidence(self, evidence: &Evidence) {
        let Symptom::NotPrompted(user) = evidence.symptom else { return };
        let at = evidence.now;
        if self.is_flag_in_doubt(user, at) {
            return;
        }
        if let Some(read) = last(evidence.user.as_ref(), at) {
            self.learn([Ok(read.clone())]);
            self.recount();
        }
        if let Some(flag) = last(evidence.flag.as_ref(), at) {
            self.learn_mfa(user, (*flag).into());
            self.change_opened(user, |opened| opened.mfa = Load::Ready { value: (), at });
        }
        if let Some(until) = last(evidence.bypass.as_ref(), at) {
            self.learn_bypass(user, *until);
            self.change_opened(user, |opened| opened.bypass = Load::Ready { value: *until, at });
        }
        if let Some(devices) = last(evidence.devices.as_ref(), at) {
            self.count_devices(user, usable(devices));
            let value = devices.clone();
            self.change_opened(user, |opened| opened.devices = Load::Ready { value, at });
        }
    }

    /// Whether the flag is being changed, so that a value read at that time may be outdated.
    fn is_flag_in_doubt(self, user: UserId, at: Timestamp) -> bool {
        self.switches.read_untracked().get(&user).is_some_and(|switch| switch.outdates(at))
    }
}

fn last<T>(sight: Option<&Observed<T>>, at: Timestamp) -> Option<&T> {
    sight.filter(|sight| sight.at == at).and_then(|sight| sight.result.as_ref().ok())
}
