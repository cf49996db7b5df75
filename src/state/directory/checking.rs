//! Devices of many: by PingOne's report for everyone, or one by one for those who are selected.

use std::collections::{HashMap, HashSet};

use pingone_mfa_core::api::request::{ReadDevices, ReadReport};
use pingone_mfa_core::domain::device::is_pingids;
use pingone_mfa_core::domain::fault::{Fault, Paging};
use pingone_mfa_core::domain::time::{Millis, Wall};
use pingone_mfa_core::domain::user::UserId;
use pingone_mfa_core::domain::users::{Devices, Row};
use pingone_mfa_core::engine::connection::Connection;

use super::Directory;
use crate::state::announcement::Announcement;
use crate::state::load::Load;

/// PingOne's report of devices, merged with the list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Report {
    /// When PingOne made it; its data is up to fifteen minutes older.
    pub made_at: Wall,
    /// How many users it names.
    pub users: usize,
    /// How many of its rows could not be read.
    pub unreadable: usize,
    /// Whether it has devices of PingID.
    pub has_pingid: bool,
}

/// How far the reading of devices one by one is.
#[derive(Debug, Clone, PartialEq)]
pub struct Checking {
    /// So many were asked for.
    pub of: usize,
    /// So many were read.
    pub done: usize,
    /// So many could not be read.
    pub failed: usize,
    /// What ended it early, if anything did.
    pub fault: Option<Fault>,
    /// Whether it goes on.
    pub is_running: bool,
}

/// The pause that PingOne wants between two reports of an environment.
const BETWEEN_REPORTS: Millis = Millis::seconds(5);

/// More pages than a report of an environment can have.
const MOST_PAGES: usize = 20_000;

/// What a report says of one user.
#[derive(Default)]
struct Reported {
    usable: u8,
    has_pingid: bool,
}

impl Directory {
    /// Reads PingOne's report of everyone's devices and merges it with the list.
    pub fn read_report(&'static self) {
        let Some(connection) = self.connection() else { return };
        if self.report.with_untracked(|report| *report == Load::Loading) {
            return;
        }
        self.report.set(Load::Loading);
        self.tasks.spawn(async move {
            let answer = report(&connection).await;
            let read = answer.map(|(mut report, users)| {
                report.has_pingid = users.values().any(|reported| reported.has_pingid);
                self.merge(&users);
                report
            });
            if let Err(fault) = &read {
                self.announcer.tell(Announcement::Failed(fault.clone()));
            }
            self.report.set(Load::ended(read, connection.clock().wall()));
        });
    }

    fn merge(&'static self, reported: &HashMap<UserId, Reported>) {
        self.users.update(|users| {
            for (id, reported) in reported {
                if let Some(row) = users.find(*id) {
                    users.set_devices(row, Devices::Usable(reported.usable));
                }
            }
        });
        self.recount();
    }

    /// Reads the devices of everyone who is selected, one call each.
    pub fn check_selected(&'static self) {
        let Some(connection) = self.connection() else { return };
        if self
            .checking
            .with_untracked(|checking| checking.as_ref().is_some_and(|checking| checking.is_running))
        {
            return;
        }
        let selected = self.table.selected.get_untracked();
        let shown = self.table.shown.get_untracked().into_iter();
        let rows: Vec<Row> = shown.filter(|row| selected.contains(*row)).collect();
        let ids: Vec<UserId> =
            self.users.with_untracked(|users| rows.iter().filter_map(|row| users.id(*row)).collect());
        let checking = Checking { of: ids.len(), done: 0, failed: 0, fault: None, is_running: true };
        self.checking.set(Some(checking));
        self.checking_tasks.spawn(async move {
            for id in ids {
                let answer = connection.call(ReadDevices(id)).await;
                let fault = answer.map(|devices| self.learn_devices(id, &devices)).err();
                if self.checked(fault) {
                    return;
                }
            }
            self.change_checking(|checking| checking.is_running = false);
        });
    }

    /// Takes note of one answer; whether the others would end in the same way.
    fn checked(&'static self, fault: Option<Fault>) -> bool {
        let ends = matches!(
            fault,
            Some(
                Fault::TokenExpired(_)
                    | Fault::TokenInvalid(_)
                    | Fault::TokenForgotten
                    | Fault::RoleMissing(_)
            )
        );
        self.change_checking(|checking| match fault {
            None => checking.done += 1,
            Some(fault) => {
                checking.failed += 1;
                checking.is_running = !ends;
                checking.fault = Some(fault);
            }
        });
        ends
    }

    fn change_checking(&'static self, change: impl FnOnce(&mut Checking)) {
        self.checking.update(|checking| {
            if let Some(checking) = checking {
                change(checking);
            }
        });
    }

    /// Ends the reading of devices; what was read stays.
    pub fn stop_checking(&'static self) {
        self.checking_tasks.abort_all();
        self.checking.set(None);
    }

    /// When the devices of everyone were read, if they were.
    pub fn devices_as_of(&self) -> Option<Wall> {
        self.report.with(|report| report.ready().map(|report| report.made_at))
    }
}

async fn report(connection: &Connection) -> Result<(Report, HashMap<UserId, Reported>), Fault> {
    let mut users: HashMap<UserId, Reported> = HashMap::new();
    let (mut unreadable, mut made_at) = (0, None);
    let mut seen = HashSet::new();
    let mut read = ReadReport::New;
    loop {
        let page = match connection.call(read.clone()).await {
            // PingOne makes one report in five seconds, and doesn't always say so.
            Err(Fault::RateLimited { .. }) if read == ReadReport::New => {
                let clock = connection.clock();
                clock.sleep_until(clock.now() + BETWEEN_REPORTS).await;
                connection.call(ReadReport::New).await?
            }
            answer => answer?,
        };
        made_at = made_at.or(page.created_at);
        unreadable += page.unreadable;
        for entry in page.entries {
            let reported = users.entry(entry.user).or_default();
            if let Some((kind, is_active)) = entry.device {
                reported.usable = reported.usable.saturating_add(u8::from(is_active));
                reported.has_pingid |= is_pingids(&kind);
            }
        }
        let Some(next) = page.next else { break };
        if seen.len() == MOST_PAGES || !seen.insert(next.clone()) {
            return Err(Fault::Paging(Paging::Loop));
        }
        read = next;
    }
    let made_at = made_at.unwrap_or_else(|| connection.clock().wall());
    Ok((Report { made_at, users: users.len(), unreadable, has_pingid: false }, users))
}
