//! The user drawer: everything known about one user. Each part is loaded separately and has its own time.

use std::future::Future;

use futures::channel::oneshot;
use leptos::prelude::*;
use pingone::device::{Device, Devices, usable};
use pingone::fault::Fault;
use pingone::request::{ReadBypass, ReadDevices, ReadMemberships, ReadMfa, ReadUser};
use pingone::time::Timestamp;
use pingone::user::UserId;
use pingone_mfa_core::diagnosis::evidence::Operation;

use crate::announcement::Announcement;
use crate::console::load::Load;
use crate::console::troubleshooting::state::Location;

use crate::console::users::directory::Directory;

/// The user shown in the user drawer.
#[derive(Debug, Clone, PartialEq)]
pub struct Opened {
    pub id: UserId,
    /// Whether a person opened it, and not a failed change.
    pub takes_focus: bool,
    /// Loading state of the user.
    pub read: Load<()>,
    /// The MFA flag, read by its own request.
    pub mfa: Load<()>,
    pub devices: Load<Vec<Device>>,
    /// End of the MFA bypass; `None` without one.
    pub bypass: Load<Option<Timestamp>>,
    /// The names of the groups; `None` if PingOne doesn't return them.
    pub groups: Load<Option<Vec<String>>>,
}

impl Opened {
    fn new(id: UserId, read: Load<()>, takes_focus: bool) -> Self {
        let (mfa, devices, bypass, groups) = (Load::Idle, Load::Idle, Load::Idle, Load::Idle);
        Self { id, takes_focus, read, mfa, devices, bypass, groups }
    }
}

impl Directory {
    /// Opens the user drawer for an ID. It takes the focus.
    pub fn open(self, id: UserId) {
        self.read_user(id, true);
    }

    /// Reads a user and opens the user drawer.
    pub(super) fn read_user(self, id: UserId, takes_focus: bool) {
        let Some(connection) = self.connection() else { return };
        self.opened.set(Some(Opened::new(id, Load::Loading, takes_focus)));
        self.tasks.spawn(async move {
            let answer = connection.call(ReadUser(id)).await;
            if !self.is_open(id) {
                return;
            }
            let read = answer.map(|user| {
                self.learn([Ok(user)]);
            });
            if let Err(fault) = &read {
                self.announcer.tell(Announcement::Failed(fault.clone()));
                let again = move || self.open(id);
                self.troubleshooting.meet(Location::User(id), Operation::ReadUser(id), fault, None, again);
            }
            let is_there = read.is_ok();
            let read = Load::ended(read, connection.clock().wall());
            self.change_opened(id, |opened| opened.read = read);
            self.recount();
            if is_there {
                self.read_parts(id);
            }
        });
    }

    /// Loads what the user list doesn't contain.
    pub fn read_parts(self, id: UserId) {
        let Some(connection) = self.connection() else { return };
        let to = connection.clone();
        self.part(id, |opened| &mut opened.mfa, async move {
            let answer = to.call(ReadMfa(id)).await?;
            self.learn_mfa(id, answer.enabled.into());
            Ok(())
        });
        let to = connection.clone();
        let (bypass_ends, bypass_ended) = oneshot::channel::<()>();
        self.part(id, |opened| &mut opened.bypass, async move {
            let _ends = bypass_ends;
            let until = to.call(ReadBypass(id)).await?;
            self.learn_bypass(id, until);
            Ok(until)
        });
        let to = connection.clone();
        self.part(id, |opened| &mut opened.devices, async move {
            let devices = to.call(ReadDevices(id)).await?;
            self.count_devices_after(id, usable(&devices), bypass_ended);
            Ok(devices)
        });
        self.part(id, |opened| &mut opened.groups, async move { connection.call(ReadMemberships(id)).await });
    }

    /// Counts a user's devices once the bypass was read. With the devices alone, a bypassed user would count as one
    /// with a device for a moment, and the numbers would move twice.
    fn count_devices_after(self, id: UserId, devices: Devices, bypass_ended: oneshot::Receiver<()>) {
        self.tasks.spawn(async move {
            // Nothing is sent: the end of the read drops the sender.
            let _ = bypass_ended.await;
            // The user may have been opened and read again meanwhile.
            let latest = self.opened.with_untracked(|opened| {
                let opened = opened.as_ref().filter(|opened| opened.id == id)?;
                opened.devices.ready().map(|devices| usable(devices))
            });
            self.count_devices(id, latest.unwrap_or(devices));
        });
    }

    /// Loads one part of the user drawer.
    fn part<T: 'static>(
        self,
        id: UserId,
        part: fn(&mut Opened) -> &mut Load<T>,
        read: impl Future<Output = Result<T, Fault>> + 'static,
    ) {
        self.change_opened(id, |opened| *part(opened) = Load::Loading);
        self.tasks.spawn(async move {
            let answer = read.await;
            let at = self.ports.get().clock.wall();
            self.change_opened(id, |opened| *part(opened) = Load::ended(answer, at));
        });
    }

    pub(super) fn change_opened(self, id: UserId, change: impl FnOnce(&mut Opened)) {
        if self.is_open(id) {
            self.opened.update(|opened| {
                if let Some(opened) = opened {
                    change(opened);
                }
            });
        }
    }

    pub(super) fn count_devices(self, id: UserId, devices: Devices) {
        self.users.update(|users| {
            if let Some(row) = users.find(id) {
                users.set_devices(row, devices);
            }
        });
        self.recount();
    }

    pub(super) fn learn_bypass(self, id: UserId, until: Option<Timestamp>) {
        self.users.update(|users| {
            if let Some(row) = users.find(id) {
                users.set_bypass(row, until);
            }
        });
        self.recount();
    }

    pub(super) fn is_open(self, id: UserId) -> bool {
        self.opened.read_untracked().as_ref().map(|opened| opened.id) == Some(id)
    }

    /// Opens the user drawer for a user who was read already, to show what failed.
    pub(super) fn show(self, id: UserId, at: Timestamp) {
        let is_known = self.users.read_untracked().find(id).is_some();
        if !self.is_open(id) && is_known {
            self.opened.set(Some(Opened::new(id, Load::Ready { value: (), at }, false)));
        }
    }

    /// Closes the user drawer.
    pub fn close(self) {
        self.opened.set(None);
    }
}
