//! Groups: their names for the filter, and the members of the group in the filter.

use std::rc::Rc;

use futures::channel::mpsc;
use leptos::prelude::*;
use pingone::connection::Connection;
use pingone::driver::drive;
use pingone::fault::{Fault, Paging};
use pingone::filter::Filter;
use pingone::group::Group;
use pingone::request::ReadGroups;
use pingone::user::UserId;
use pingone_mfa_core::diagnosis::evidence::Operation;
use pingone_mfa_core::directory::listing::{Job, Listing, State};
use pingone_mfa_core::directory::query::GroupFilter;
use pingone_mfa_core::directory::store::UserSet;

use crate::announcement::Announcement;
use crate::console::load::Load;
use crate::console::troubleshooting::state::Location;

use crate::console::users::directory::Directory;

/// The members of the group in the filter.
#[derive(Debug, Clone, PartialEq)]
pub struct Members {
    /// The group, and whether only direct members count.
    pub filter: GroupFilter,
    /// All members that PingOne returned, whether or not they are in the user list.
    pub read: Load<Vec<UserId>>,
}

/// The maximum number of pages of groups that are loaded. A choice list can't show more.
const MOST_PAGES: usize = 25;

impl Directory {
    /// Loads the names of the groups, if that wasn't done yet or failed.
    pub fn read_groups(self) {
        let Some(connection) = self.connection() else { return };
        let is_wanted = matches!(*self.groups.read_untracked(), Load::Idle | Load::Failed(_));
        if !is_wanted {
            return;
        }
        self.groups.set(Load::Loading);
        self.tasks.spawn(async move {
            let groups = all_groups(&connection).await;
            self.groups.set(Load::ended(groups, connection.clock().wall()));
        });
    }

    /// Loads the members of the group in the filter, if the group has changed.
    pub(super) fn follow_group(self) {
        let filter = self.table.view.read_untracked().filters.group;
        let known = self.members.read_untracked().as_ref().map(|members| members.filter);
        if filter == known {
            return self.place_members();
        }
        match filter {
            None => self.members.set(None),
            Some(filter) => self.read_members(filter),
        }
    }

    /// Loads the members of a group.
    pub fn read_members(self, filter: GroupFilter) {
        let Some(connection) = self.connection() else { return };
        self.read_groups();
        self.members.set(Some(Members { filter, read: Load::Loading }));
        self.tasks.spawn(async move {
            let members = members(&connection, filter).await;
            let members = members.map(|members| members.into_iter().flatten().collect());
            let is_asked =
                |members: &Option<Members>| members.as_ref().is_some_and(|known| known.filter == filter);
            // Another group was selected in the meantime.
            if !is_asked(&self.members.read_untracked()) {
                return;
            }
            if let Err(fault) = &members {
                self.announcer.tell(Announcement::Failed(fault.clone()));
                self.troubleshooting.explain(Location::Group, Operation::FilterUsers, fault, None, None);
            }
            let read = Load::ended(members, connection.clock().wall());
            self.members.set(Some(Members { filter, read }));
            self.place_members();
        });
    }

    /// Applies the members to the table: the ones that are in the user list.
    pub(super) fn place_members(self) {
        let rows = self.members.with_untracked(|members| {
            let ids = members.as_ref()?.read.ready()?;
            let place = |users: &pingone_mfa_core::directory::store::UserStore| -> UserSet {
                ids.iter().filter_map(|id| users.find(*id)).collect()
            };
            Some(self.users.with_untracked(place))
        });
        if let Some(rows) = rows {
            self.table.set_members(&self.users.read_untracked(), rows);
        }
    }
}

async fn all_groups(connection: &Connection) -> Result<Vec<Group>, Fault> {
    let (mut groups, mut cursor) = (Vec::new(), None);
    for _ in 0..MOST_PAGES {
        let page = connection.call(ReadGroups { cursor }).await?;
        groups.extend(page.groups);
        cursor = page.next;
        if cursor.is_none() {
            break;
        }
    }
    Ok(groups)
}

/// The IDs of a group's members; `None` for a member whose ID can't be read.
pub(super) async fn members(
    connection: &Connection,
    filter: GroupFilter,
) -> Result<Vec<Option<UserId>>, Fault> {
    let filter = Filter::MemberOf { group: filter.group, is_direct: filter.is_direct };
    let policy = Rc::new(connection.policy().clone());
    let mut listing = Listing::of_filter(filter, policy, connection.jitter());
    // Without a sender, the listing can't be resumed, and a page that fails ends it.
    let (sender, mut inbox) = mpsc::unbounded();
    drop(sender);
    let page = |job: Job| connection.send(job.page);
    let mut ids = Vec::new();
    let observe = |listing: &mut Listing| {
        let rows = listing.take_fresh().into_iter();
        ids.extend(rows.map(|row| row.map_or_else(|row| row.id, |user| Some(user.id))));
    };
    drive(&mut listing, connection, &mut inbox, page, observe).await;
    match listing.state() {
        State::Complete => Ok(ids),
        State::Paused(fault) => Err(fault),
        State::Reading | State::Stopped => Err(Fault::Paging(Paging::Loop)),
    }
}
