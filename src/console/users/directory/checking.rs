//! Devices of many users: from PingOne's device report for all users, or one request per user for a selection.

use std::rc::Rc;

use futures::channel::mpsc;
use leptos::prelude::*;
use pingone::device::{Devices, usable};
use pingone::driver::{Command, drive};
use pingone::fault::Fault;
use pingone::request::ReadDevices;
use pingone::time::Timestamp;
use pingone::user::UserId;
use pingone_mfa_core::diagnosis::evidence::Operation;
use pingone_mfa_core::directory::device_report::{DeviceReportReader, State};
use pingone_mfa_core::directory::store::UserIndex;
use pingone_mfa_core::run::unread::Unread;

use crate::announcement::Announcement;
use crate::console::load::Load;
use crate::console::troubleshooting::state::Location;

use crate::console::users::directory::Directory;

/// PingOne's device report, merged with the user list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Report {
    /// When PingOne created the report. Its data may be up to 15 minutes older.
    pub made_at: Timestamp,
    /// The number of users in the report.
    pub users: usize,
    /// The number of rows that could not be read.
    pub unreadable: usize,
    /// Whether the report contains PingID devices.
    pub has_pingid: bool,
}

/// Progress of the reads of single users' devices.
#[derive(Debug, Clone, PartialEq)]
pub struct Checking {
    /// The number of users to read.
    pub of: usize,
    pub done: usize,
    pub failed: usize,
    /// The most recent fault, if any.
    pub fault: Option<Fault>,
    pub is_running: bool,
}

impl Directory {
    /// Loads PingOne's device report and merges it with the user list. A report that waits for a token is resumed.
    pub fn read_report(self) {
        let Some(connection) = self.connection() else { return };
        if *self.report.read_untracked() == Load::Loading {
            return;
        }
        self.report.set(Load::Loading);
        if self.resume_report() {
            return;
        }
        let policy = Rc::new(connection.policy().clone());
        let mut reporting = DeviceReportReader::new(policy, connection.jitter());
        let (sender, mut inbox) = mpsc::unbounded();
        self.report_commands.set_value(Some(sender));
        self.report_tasks.spawn(async move {
            // Looked up per page, because a new token comes with a new connection.
            let page = |job| {
                let connection = self.connection();
                async move { connection.ok_or(Fault::TokenForgotten)?.send(job).await }
            };
            let observe = |reporting: &mut DeviceReportReader| {
                if let State::Paused(fault) = reporting.state() {
                    self.report_ended(Err(fault.clone()));
                }
            };
            drive(&mut reporting, &connection, &mut inbox, page, observe).await;
            self.report_commands.set_value(None);
            match reporting.state() {
                State::Failed(fault) => self.report_ended(Err(fault.clone())),
                State::Complete => self.report_ended(Ok(self.merge(&reporting))),
                State::Ready { .. } | State::Sent | State::Paused(_) => {}
            }
        });
    }

    /// Resumes a report that waits for a token. Returns whether there was one.
    fn resume_report(self) -> bool {
        let commands = self.report_commands.read_value();
        commands.as_ref().is_some_and(|sender| sender.unbounded_send(Command::Resume).is_ok())
    }

    /// Resumes a report that was paused because the token expired.
    pub(super) fn continue_report(self) {
        let is_paused = self.report_commands.read_value().is_some();
        if is_paused && matches!(*self.report.read_untracked(), Load::Failed(_)) {
            self.read_report();
        }
    }

    fn report_ended(self, read: Result<Report, Fault>) {
        if let Err(fault) = &read {
            self.announcer.tell(Announcement::Failed(fault.clone()));
            self.troubleshooting
                .meet(Location::Report, Operation::ReadReport, fault, None, move || self.read_report());
        }
        self.report.set(Load::ended(read, self.ports.get().clock.wall()));
        self.devices_learned();
    }

    /// Registers a callback for when the devices of several users were read.
    pub(crate) fn when_devices_are_learned(self, then: Box<dyn Fn()>) {
        self.on_devices.set_value(Some(then));
    }

    fn devices_learned(self) {
        if let Some(then) = &*self.on_devices.read_value() {
            then();
        }
    }

    /// Stops loading the device report, and forgets the data of an earlier one.
    pub(super) fn forget_report(self) {
        self.report_tasks.abort_all();
        self.report_commands.set_value(None);
        self.report.set(Load::Idle);
    }

    fn merge(self, reporting: &DeviceReportReader) -> Report {
        let reported = reporting.users();
        self.users.update(|users| {
            for (id, reported) in reported {
                if let Some(row) = users.find(*id) {
                    users.set_devices(row, Devices::Usable(reported.usable));
                }
            }
        });
        self.recount();
        Report {
            made_at: reporting.made_at().unwrap_or_else(|| self.ports.get().clock.wall()),
            users: reported.len(),
            unreadable: reporting.unreadable(),
            has_pingid: reported.values().any(|reported| reported.has_pingid),
        }
    }

    /// Reads the devices of all selected users, one request each.
    pub fn check_selected(self) {
        let selected = self.table.selected.get_untracked();
        let shown = self.table.shown.get_untracked().into_iter();
        let rows: Vec<UserIndex> = shown.filter(|row| selected.contains(*row)).collect();
        let ids: Vec<UserId> =
            self.users.with_untracked(|users| rows.iter().filter_map(|row| users.id(*row)).collect());
        self.check(ids);
    }

    /// Reads the devices of these users, one request each. A fault that concerns only one user skips that user.
    pub fn check(self, ids: Vec<UserId>) {
        let Some(connection) = self.connection() else { return };
        let is_running = |checking: &Option<Checking>| checking.as_ref().is_some_and(|it| it.is_running);
        if self.checking.with_untracked(is_running) {
            return;
        }
        let checking = Checking { of: ids.len(), done: 0, failed: 0, fault: None, is_running: true };
        self.checking.set(Some(checking));
        self.checking_tasks.spawn(async move {
            let mut unread = Unread::default();
            for id in ids {
                let answer = connection.call(ReadDevices(id)).await;
                let fault = answer.map(|devices| self.count_devices(id, usable(&devices))).err();
                let ends = match &fault {
                    None => false,
                    // Without a valid token or a network, the reads of all users fail.
                    Some(fault) => unread.failed(id, fault.clone()).is_err(),
                };
                if fault.is_none() {
                    unread.read(id);
                }
                self.checked(id, fault, ends);
                if ends {
                    return self.devices_learned();
                }
            }
            self.change_checking(|checking| checking.is_running = false);
            self.devices_learned();
        });
    }

    /// Records the result of one read. `ends` says whether it ends the check.
    fn checked(self, id: UserId, fault: Option<Fault>, ends: bool) {
        // Only the first fault is diagnosed; hundreds may follow.
        let is_first = |checking: &Option<Checking>| checking.as_ref().is_some_and(|it| it.fault.is_none());
        if let Some(fault) = fault.as_ref().filter(|_| self.checking.with_untracked(is_first)) {
            self.troubleshooting.explain(
                Location::Checking,
                Operation::ReadDevices(id),
                fault,
                None,
                self.population(id),
            );
        }
        self.change_checking(|checking| match fault {
            None => checking.done += 1,
            Some(fault) => {
                checking.failed += 1;
                checking.is_running = !ends;
                checking.fault = Some(fault);
            }
        });
    }

    fn change_checking(self, change: impl FnOnce(&mut Checking)) {
        self.checking.update(|checking| {
            if let Some(checking) = checking {
                change(checking);
            }
        });
    }

    /// Stops reading devices. Devices already read are kept.
    pub fn stop_checking(self) {
        self.checking_tasks.abort_all();
        self.checking.set(None);
    }

    /// The time of the device report, if it is loaded.
    pub fn devices_as_of(self) -> Option<Timestamp> {
        self.report.read().ready().map(|report| report.made_at)
    }
}
