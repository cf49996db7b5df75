//! Letting one user sign on without a second factor for a while.

use leptos::prelude::*;
use pingone::connection::Connection;
use pingone::fault::Fault;
use pingone::fault::WriteRefusal;
use pingone::request::ReadBypass;
use pingone::time::Timestamp;
use pingone::user::UserId;
use pingone_mfa_core::diagnosis::evidence::Operation;
use pingone_mfa_core::embedding::frame::ask_before;
use pingone_mfa_core::embedding::host_events::{Change, ChangeKind};
use pingone_mfa_core::run::guard::{BypassPermit, Choices, Objection};
use pingone_mfa_core::run::write::WriteBypass;

use crate::state::announcement::Announcement;
use crate::state::load::Load;
use crate::state::troubleshooting::Location;

use super::Directory;

/// How a bypass that was asked for ended.
#[derive(Debug, Clone, PartialEq)]
pub enum Bypassing {
    /// The PUT is on its way.
    Sending,
    /// PingOne says until when.
    Allowed {
        /// Until when.
        until: Timestamp,
        /// When PingOne said so.
        at: Timestamp,
    },
    /// PingOne refused, and nothing was changed.
    Refused(Fault),
    /// Nobody knows: the answer was lost, and no other could be had.
    Unconfirmed(Fault),
}

const HOUR: i64 = 3_600_000;

impl Directory {
    /// The end of a bypass of so many hours that begins now.
    pub fn bypass_end(self, hours: u64) -> Timestamp {
        self.ports.get().clock.wall().plus(i64::try_from(hours).unwrap_or(0).saturating_mul(HOUR))
    }

    /// Lets the user about whom is asked sign on without a second factor for so many hours.
    pub fn allow_bypass(self, hours: u64) {
        let (Some(user), Some(connection)) = (self.asking.get_untracked(), self.connection()) else { return };
        if !self.may_bypass() {
            return;
        }
        let until = self.bypass_end(hours);
        self.asking.set(None);
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
                let again = move || self.ask(user);
                self.trouble.meet(
                    Location::User(user),
                    Operation::AllowBypass(user),
                    fault,
                    self.population(user),
                    again,
                );
            }
            self.bypassing.set(Some((user, ended)));
            // Opened only now: a read that overtakes the write would show what was so before.
            if !self.is_open(user) {
                self.open(user);
            }
        });
    }
}

impl Directory {
    /// The permit to set the end of a user's bypass. The question was answered; it says so where it is the person's own
    /// account.
    async fn permit_bypass(self, connection: &Connection, user: UserId) -> Result<BypassPermit, Fault> {
        let guard = self.guard(connection).await?;
        let permit = match guard.bypass(user, Choices::ALL) {
            Ok(permit) => permit,
            Err(Objection::Refused(refusal)) => return Err(Fault::NotPermitted(refusal)),
            // Everything is accepted, so that nothing is asked.
            Err(Objection::Ask(_)) => return Err(Fault::NotPermitted(WriteRefusal::ProtectionNotKnown)),
        };
        let is_permitted =
            self.ports.get().embedder.permits(&ask_before(&Change::of_one(ChangeKind::Bypass, user)));
        is_permitted.then_some(permit).ok_or(Fault::HostRefused)
    }
}

/// Writes the end, and reads it where the answer was lost. Writing the same end twice is as good as once.
async fn bypass(connection: &Connection, permit: BypassPermit, until: Timestamp) -> Bypassing {
    let at = || connection.clock().wall();
    let fault = match connection.call(WriteBypass { permit, until }).await {
        Ok(Some(until)) => return Bypassing::Allowed { until, at: at() },
        // A 200 that names no end proves nothing.
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
        // Another end may be an earlier bypass, or this one as PingOne took it.
        Ok(Some(_)) | Err(_) => Bypassing::Unconfirmed(fault),
    }
}
