//! Checks before a change of one user, and the confirmations that they require.

use std::collections::HashSet;

use leptos::prelude::*;
use pingone::connection::Connection;
use pingone::device::Devices;
use pingone::device::usable;
use pingone::fault::WriteRefusal;
use pingone::fault::{BadAnswer, Fault, RetryKind};
use pingone::request::ReadDevices;
use pingone::token::Actor;
use pingone::user::{Mfa, UserId};
use pingone_mfa_core::diagnosis::evidence::Operation;
use pingone_mfa_core::directory::query::GroupFilter;
use pingone_mfa_core::run::guard::{Choices, Concern, Guard, MfaPermit, Objection, Rules};
use pingone_mfa_core::run::outcome::Outcome;

use crate::console::users::switch::Switch;

use crate::console::users::directory::{Directory, members};

/// A change of one user that waits for confirmation.
#[derive(Debug, Clone, PartialEq)]
pub struct Confirming {
    pub user: UserId,
    /// Whether MFA is turned on.
    pub to: bool,
    /// The concerns that the dialog shows.
    pub concerns: Vec<Concern>,
    /// The concerns that were accepted earlier.
    accepted: Choices,
}

impl Directory {
    /// Stores the signed-in user.
    pub(crate) fn set_actor(self, actor: &Actor) {
        self.own.set_value(actor.user());
    }

    /// Whether this is the signed-in person's own account.
    pub fn is_own(self, user: UserId) -> bool {
        self.own.get_value() == Some(user)
    }

    /// A guard without group members. If the deployment protects any group, it permits no change.
    pub(crate) fn guard_without_members(self) -> Guard {
        let limits = self.settings().limits.clone();
        Guard::new(Rules::new(limits, self.settings().bypass.is_allowed), self.own.get_value())
    }

    /// The guard, once the members of all protected groups are read. If a group can't be read, its members can't be
    /// protected, so nothing is written. The same goes for a member without a readable ID.
    pub(crate) async fn guard(self, connection: &Connection) -> Result<Guard, Fault> {
        let guard = self.guard_without_members();
        if self.settings().limits.protected_groups.is_empty() {
            return Ok(guard);
        }
        let mut all = HashSet::new();
        for group in &self.settings().limits.protected_groups {
            for member in members(connection, GroupFilter { group: *group, is_direct: false }).await? {
                all.insert(member.ok_or_else(member_without_id)?);
            }
        }
        Ok(guard.with_members(all))
    }

    /// Starts the change of a single selected user.
    pub(crate) fn begin_change(self, id: UserId, to: bool) {
        if to {
            self.set_mfa(id, true);
        } else {
            self.ask(id);
        }
    }

    /// Opens the disable dialog, which also offers a bypass. If neither is permitted, the refusal is shown instead.
    pub(super) fn ask(self, id: UserId) {
        if self.settings().limits.protected_groups.is_empty() {
            return self.to_disable.set(Some(id));
        }
        let Some(connection) = self.start(id, Switch::Reading) else { return };
        self.tasks.spawn(async move {
            let guard = match self.guard(&connection).await {
                Ok(guard) => guard,
                Err(fault) => {
                    self.end_switch(id);
                    return self.not_read(id, Operation::FilterUsers, &fault, move || self.ask(id));
                }
            };
            let bypass = guard.bypass(id, Choices::ALL).map(drop);
            let disable = guard.change(id, false, Devices::NotChecked, Choices::ALL).map(drop);
            match disable.or(bypass) {
                Err(Objection::Refused(refusal)) => self.refused(id, false, refusal),
                Ok(()) | Err(Objection::Ask(_)) => {
                    self.end_switch(id);
                    // An open dialog concerns another user, and its content must not change while a person uses it.
                    if !self.is_confirming() {
                        self.to_disable.set(Some(id));
                    }
                }
            }
        });
    }

    fn is_confirming(self) -> bool {
        self.to_disable.with_untracked(Option::is_some) || self.confirming.with_untracked(Option::is_some)
    }

    /// The permit to change one user's flag. `None` if it is refused or needs confirmation; both are shown. Unknown
    /// devices are read first, so that the person is asked about them only if the read fails.
    pub(super) async fn permit(
        self,
        connection: &Connection,
        id: UserId,
        to: bool,
        accepted: Choices,
    ) -> Option<MfaPermit> {
        let guard = match self.guard(connection).await {
            Ok(guard) => guard,
            Err(fault) => {
                self.end_switch(id);
                self.not_read(id, Operation::FilterUsers, &fault, move || self.change(id, to, accepted));
                return None;
            }
        };
        let mut permit = guard.change(id, to, self.known_devices(id), accepted);
        if matches!(&permit, Err(Objection::Ask(concerns)) if concerns.contains(&Concern::DevicesNotKnown)) {
            let devices = match connection.call(ReadDevices(id)).await {
                Ok(devices) => {
                    let devices = usable(&devices);
                    self.count_devices(id, devices);
                    devices
                }
                // The PUT would be refused for the same reason.
                Err(fault) if fault.retry() == RetryKind::WithNewToken => {
                    let (outcome, at) = (Outcome::Refused(fault), self.ports.get().clock.wall());
                    self.changed(id, to, outcome, Mfa::Unknown, at);
                    return None;
                }
                // The dialog says that the devices are unknown.
                Err(_) => Devices::NotChecked,
            };
            permit = guard.change(id, to, devices, accepted);
        }
        match permit {
            Ok(permit) => Some(permit),
            Err(Objection::Refused(refusal)) => {
                self.refused(id, to, refusal);
                None
            }
            Err(Objection::Ask(concerns)) => {
                self.end_switch(id);
                if !self.is_confirming() {
                    self.confirming.set(Some(Confirming { user: id, to, concerns, accepted }));
                }
                None
            }
        }
    }

    /// Confirms the change.
    pub fn confirm(self) {
        if let Some(Confirming { user, to, concerns, accepted }) = self.confirming.get_untracked() {
            self.confirming.set(None);
            self.change(user, to, accepted.with(&concerns));
        }
    }

    /// Cancels the change.
    pub fn cancel(self) {
        self.confirming.set(None);
    }

    pub(super) fn refused(self, id: UserId, to: bool, refusal: WriteRefusal) {
        if refusal == WriteRefusal::Protected {
            return self.set_switch(id, Switch::Protected);
        }
        let outcome = Outcome::Refused(Fault::NotPermitted(refusal));
        self.changed(id, to, outcome, Mfa::Unknown, self.ports.get().clock.wall());
    }

    /// The users that need confirmation because their devices are unknown.
    pub fn with_unknown_devices(self, users: impl Iterator<Item = UserId>) -> Vec<UserId> {
        let is_unknown = |user: &UserId| !user.0.is_nil() && self.known_devices(*user) == Devices::NotChecked;
        users.filter(is_unknown).collect()
    }

    fn known_devices(self, id: UserId) -> Devices {
        self.users
            .with_untracked(|users| users.find(id).map_or(Devices::NotChecked, |row| users.devices(row)))
    }
}

fn member_without_id() -> Fault {
    let problem = "id: is missing for a member of a protected group".to_owned();
    Fault::WrongShape(BadAnswer { status: 200, correlation_id: None, problem })
}
