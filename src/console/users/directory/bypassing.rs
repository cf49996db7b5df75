//! MFA bypass: one user can sign in without a second factor until a given time.

use leptos::prelude::*;
use pingone::connection::Connection;
use pingone::fault::Fault;
use pingone::fault::WriteRefusal;
use pingone::request::ReadBypass;
use pingone::time::Timestamp;
use pingone::user::UserId;
use pingone_mfa_core::config::settings::BypassRule;
use pingone_mfa_core::diagnosis::evidence::Operation;
use pingone_mfa_core::embedding::frame::ask_before;
use pingone_mfa_core::embedding::host_events::{Change, ChangeKind};
use pingone_mfa_core::run::guard::{BypassPermit, Choices, Objection};
use pingone_mfa_core::run::write::WriteBypass;

use crate::announcement::Announcement;
use crate::console::load::Load;
use crate::console::troubleshooting::state::Location;

use crate::console::users::directory::Directory;

/// State of a requested bypass.
#[derive(Debug, Clone, PartialEq)]
pub enum Bypassing {
    /// The PUT was sent.
    Sending,
    /// PingOne confirmed the bypass.
    Allowed {
        /// End of the bypass.
        until: Timestamp,
        /// Time of the confirmation.
        at: Timestamp,
    },
    /// PingOne refused. Nothing was changed.
    Refused(Fault),
    /// The outcome is unknown: the response was lost and the read after it failed or was inconclusive.
    Unconfirmed(Fault),
}

const HOUR: i64 = 3_600_000;

/// The hours on offer, as far as the deployment permits them.
pub(crate) const BYPASS_HOURS: [u64; 4] = [1, 4, 8, 24];

/// The usual hours, or the most that are permitted.
pub(super) fn usual_hours(rule: &BypassRule) -> u64 {
    const USUAL: u64 = 8;
    BYPASS_HOURS.into_iter().filter(|hours| *hours <= rule.max_hours.min(USUAL)).max().unwrap_or(1)
}

impl Directory {
    /// The end of a bypass of `hours` that starts now.
    pub fn bypass_end(self, hours: u64) -> Timestamp {
        self.ports.get().clock.wall().plus(i64::try_from(hours).unwrap_or(0).saturating_mul(HOUR))
    }

    pub(crate) fn choose_bypass_hours(self, hours: u64) {
        self.bypass_hours.set(hours);
    }

    /// Allows a user to sign in without a second factor for `hours`.
    pub fn allow_bypass(self, user: UserId, hours: u64) {
        let Some(connection) = self.connection() else { return };
        let is_sent = *self.bypassing.read_untracked() == Some((user, Bypassing::Sending));
        if !self.may_bypass() || is_sent {
            return;
        }
        let until = self.bypass_end(hours);
        self.to_disable.set(None);
        self.bypassing.set(Some((user, Bypassing::Sending)));
        self.tasks.spawn(async move {
            let ended = match self.permit_bypass(&connection, user).await {
                Ok(permit) => bypass(&connection, permit, until).await,
                Err(fault) => Bypassing::Refused(fault),
            };
            if let Bypassing::Allowed { until, at } = &ended {
                let (until, at) = (*until, *at);
                self.learn_bypass(user, Some(until));
                self.change_opened(user, |opened| opened.bypass = Load::Ready { value: Some(until), at });
            }
            if let Bypassing::Refused(fault) | Bypassing::Unconfirmed(fault) = &ended {
                self.announcer.tell(Announcement::Failed(fault.clone()));
                let again = move || self.allow_bypass(user, hours);
                self.troubleshooting.meet(
                    Location::User(user),
                    Operation::AllowBypass(user),
                    fault,
                    self.population(user),
                    again,
                );
            }
            self.bypassing.set(Some((user, ended)));
            // Opened only now: a read during the write could return the old value.
            if !self.is_open(user) {
                self.read_user(user, false);
            }
        });
    }
}

impl Directory {
    /// The permit to write the end of a user's bypass. The form was confirmed, and it warns if this is the
    /// signed-in person's own account.
    async fn permit_bypass(self, connection: &Connection, user: UserId) -> Result<BypassPermit, Fault> {
        let guard = self.guard(connection).await?;
        let permit = match guard.bypass(user, Choices::ALL) {
            Ok(permit) => permit,
            Err(Objection::Refused(refusal)) => return Err(Fault::NotPermitted(refusal)),
            // All concerns are accepted, so the guard has nothing to ask.
            Err(Objection::Ask(_)) => return Err(Fault::NotPermitted(WriteRefusal::ProtectionNotKnown)),
        };
        let is_permitted =
            self.ports.get().embedder.permits(&ask_before(&Change::of_one(ChangeKind::Bypass, user)));
        is_permitted.then_some(permit).ok_or(Fault::HostRefused)
    }
}

/// Writes the end of the bypass, and reads it back if the response was lost. The write is idempotent.
async fn bypass(connection: &Connection, permit: BypassPermit, until: Timestamp) -> Bypassing {
    let at = || connection.clock().wall();
    let fault = match connection.call(WriteBypass { permit, until }).await {
        Ok(Some(until)) => return Bypassing::Allowed { until, at: at() },
        // A 200 without an end proves nothing.
        Ok(None) => Fault::Unreachable,
        Err(fault) => fault,
    };
    let is_refusal = fault.refusal().is_some_and(|refusal| (400..500).contains(&refusal.status));
    if is_refusal || fault == Fault::TokenForgotten {
        return Bypassing::Refused(fault);
    }
    match connection.call(ReadBypass(permit.user())).await {
        Ok(Some(read)) if read == until => Bypassing::Allowed { until, at: at() },
        Ok(None) => Bypassing::Refused(fault),
        // A different end may be an earlier bypass, or this one as adjusted by PingOne.
        Ok(Some(_)) | Err(_) => Bypassing::Unconfirmed(fault),
    }
}
