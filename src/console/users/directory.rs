//! The users of the connected environment: the user list, its filters, the search in PingOne, the user drawer and the
//! MFA switches.

mod bypassing;
mod checking;
mod finding;
mod grouping;
mod guarding;
mod learning;
mod listing;
mod opening;
mod outcomes;
mod pacing;
mod switching;

use std::rc::Rc;

use std::collections::HashMap;

use futures::channel::mpsc::UnboundedSender;
use pingone::connection::Connection;
use pingone::device::is_pingid_product;
use pingone::driver::Command;
use pingone::fault::Fault;
use pingone::group::Group;
use pingone::request::{CountUsers, Kind, ReadPopulations, ReadProducts};
use pingone::time::Timestamp;
use pingone::user::{Mfa, Population, PopulationId, User, UserId};
use pingone_mfa_core::config::settings::Settings;
use pingone_mfa_core::diagnosis::evidence::Operation;
use pingone_mfa_core::directory::store::{UserIndex, UserStore};
use pingone_mfa_core::run::limits::Access;

use crate::announcement::{Announcement, Announcer};
use crate::console::ceiling::Ceiling;
use crate::console::load::Load;
use crate::console::troubleshooting::state::{Location, Troubleshooting};
use crate::console::users::switch::Switch;
use crate::console::users::table::{Table, View};
use crate::ports::Ports;
use crate::ui::tasks::Tasks;
use leptos::prelude::*;

use crate::console::users::directory::grouping::members;

pub(crate) use crate::console::users::directory::bypassing::BYPASS_HOURS;
pub use crate::console::users::directory::bypassing::Bypassing;
pub use crate::console::users::directory::checking::{Checking, Report};
pub use crate::console::users::directory::finding::Search;
pub use crate::console::users::directory::grouping::Members;
pub use crate::console::users::directory::guarding::Confirming;
pub use crate::console::users::directory::listing::List;
pub(crate) use crate::console::users::directory::listing::ReadRow;
pub use crate::console::users::directory::opening::Opened;
pub use crate::console::users::directory::outcomes::{Outcomes, Shown};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Source {
    /// The user list, filtered by the table's search and filters.
    List,
    /// The results of the search in PingOne.
    Found,
}

/// State and actions for the users of the connected environment.
#[derive(Clone, Copy)]
pub struct Directory {
    /// All users that were read.
    pub users: RwSignal<UserStore>,
    /// The number of users the token can see.
    pub total: RwSignal<Load<Option<u64>>>,
    /// Loading progress of the user list.
    pub list: RwSignal<List>,
    /// Start time of the last load.
    pub listed_at: RwSignal<Option<Timestamp>>,
    pub populations: RwSignal<Load<Vec<Population>>>,
    /// Search, filters, order and columns of the list.
    pub table: Table,
    /// The active search in PingOne, if any.
    pub search: RwSignal<Option<Search>>,
    /// The rows that the search found.
    found: RwSignal<Vec<UserIndex>>,
    /// The user shown in the user drawer, if any.
    pub opened: RwSignal<Option<Opened>>,
    /// The user of the open disable dialog. The dialog also offers a bypass.
    pub to_disable: RwSignal<Option<UserId>>,
    /// The change of one user that waits for confirmation, if any.
    pub confirming: RwSignal<Option<Confirming>>,
    /// The latest bypass, with its user.
    pub bypassing: RwSignal<Option<(UserId, Bypassing)>>,
    /// The hours of the next bypass.
    pub bypass_hours: RwSignal<u64>,
    /// Whether the environment has PingID. False if the token can't read the products.
    pub has_pingid: RwSignal<bool>,
    pub groups: RwSignal<Load<Vec<Group>>>,
    /// The members of the group in the filter.
    pub members: RwSignal<Option<Members>>,
    /// The run report that filters the list, if any.
    pub outcomes: RwSignal<Option<Outcomes>, LocalStorage>,
    /// PingOne's report of all users' devices.
    pub report: RwSignal<Load<Report>>,
    /// Progress of the reads of single users' devices.
    pub checking: RwSignal<Option<Checking>>,
    /// The maximum request rate for reads, in requests per second.
    pub read_ceiling: Ceiling,
    /// Switches with a change or a read in progress, or with its result.
    pub switches: RwSignal<HashMap<UserId, Switch>>,
    /// The signed-in user. `None` unless the token belongs to a person and has the user's ID.
    own: StoredValue<Option<UserId>, LocalStorage>,
    /// Called when the devices of several users were read.
    on_devices: StoredValue<Option<Box<dyn Fn()>>, LocalStorage>,
    connection: StoredValue<Option<Connection>, LocalStorage>,
    commands: StoredValue<Option<UnboundedSender<Command>>, LocalStorage>,
    tasks: Tasks,
    report_commands: StoredValue<Option<UnboundedSender<Command>>, LocalStorage>,
    report_tasks: Tasks,
    checking_tasks: Tasks,
    ports: Ports,
    announcer: Announcer,
    troubleshooting: Troubleshooting,
    settings: StoredValue<Rc<Settings>, LocalStorage>,
}

impl Directory {
    pub(crate) fn new(
        ports: Ports,
        announcer: Announcer,
        troubleshooting: Troubleshooting,
        settings: Rc<Settings>,
    ) -> Self {
        Self {
            ports,
            users: RwSignal::default(),
            total: RwSignal::new(Load::Idle),
            list: RwSignal::new(List::Idle),
            listed_at: RwSignal::default(),
            populations: RwSignal::new(Load::Idle),
            table: Table::new(ports),
            search: RwSignal::default(),
            found: RwSignal::default(),
            opened: RwSignal::default(),
            to_disable: RwSignal::default(),
            confirming: RwSignal::default(),
            own: StoredValue::default(),
            on_devices: StoredValue::default(),
            bypassing: RwSignal::default(),
            bypass_hours: RwSignal::new(bypassing::usual_hours(&settings.bypass)),
            has_pingid: RwSignal::default(),
            groups: RwSignal::new(Load::Idle),
            members: RwSignal::default(),
            outcomes: RwSignal::default(),
            report: RwSignal::new(Load::Idle),
            checking: RwSignal::default(),
            read_ceiling: Ceiling::new(
                RwSignal::new(pacing::remembered(&ports, settings.rate)),
                settings.rate.max,
            ),
            switches: RwSignal::default(),
            connection: StoredValue::default(),
            commands: StoredValue::default(),
            tasks: Tasks::default(),
            report_commands: StoredValue::default(),
            report_tasks: Tasks::default(),
            checking_tasks: Tasks::default(),
            announcer,
            troubleshooting,
            settings: StoredValue::new_local(settings),
        }
    }

    fn settings(self) -> Rc<Settings> {
        self.settings.get_value()
    }

    pub fn may_bypass(self) -> bool {
        self.settings().bypass.is_allowed && self.settings().limits.access >= Access::One
    }

    /// Whether the deployment permits this change of one user.
    pub fn may_change(self, to: bool) -> bool {
        self.settings().limits.may_change_one(to)
    }

    /// Whether pressing the switch of a user in this state can do anything.
    pub fn may_press(self, mfa: Mfa) -> bool {
        match mfa {
            Mfa::Off => self.may_change(true),
            Mfa::On => self.may_change(false) || self.may_bypass(),
            Mfa::Unknown => true,
        }
    }

    pub(crate) fn connection(self) -> Option<Connection> {
        self.connection.read_value().clone()
    }

    /// Starts with a new connection: counts the users, and loads the list if there are at most `list_up_to`.
    pub fn begin(self, connection: Connection, list_up_to: u64) {
        connection.limit(Kind::Read, self.read_ceiling.get_untracked());
        self.connection.set_value(Some(connection.clone()));
        self.troubleshooting.report_to(move |evidence| self.learn_evidence(evidence));
        self.populations.set(Load::Loading);
        self.count(connection, list_up_to);
        self.read_populations();
    }

    /// Counts the users again, and reloads the list if it was loaded.
    pub(crate) fn refresh(self) {
        match (self.connection(), self.list.get_untracked()) {
            (None, _) | (_, List::Loading { .. }) => {}
            (Some(connection), List::Idle) => self.count(connection, 0),
            (Some(_), _) => self.load_all(),
        }
    }

    /// Counts the users, and loads the list if there are at most `list_up_to`.
    fn count(self, connection: Connection, list_up_to: u64) {
        self.total.set(Load::Loading);
        self.tasks.spawn(async move {
            let total = connection.call(CountUsers).await;
            if let Err(fault) = &total {
                self.announcer.tell(Announcement::Failed(fault.clone()));
                let again = move || {
                    if let Some(connection) = self.connection() {
                        self.count(connection, list_up_to);
                    }
                };
                self.troubleshooting.meet(Location::People, Operation::ReadUsers, fault, None, again);
            }
            let few = matches!(total, Ok(Some(users)) if users <= list_up_to);
            self.total.set(Load::ended(total, connection.clock().wall()));
            if few && list_up_to > 0 {
                self.load_all();
            }
        });
    }

    fn read_populations(self) {
        let Some(connection) = self.connection() else { return };
        self.tasks.spawn(async move {
            let populations = all_populations(&connection).await;
            self.populations.set(Load::ended(populations, connection.clock().wall()));
            self.table.name_populations(self.users, self.populations);
            if self.list.with_untracked(List::is_loading) {
                self.read_list();
            }
            // Without access to the products, no PingID warning is shown.
            let products = connection.call(ReadProducts).await.ok().flatten().unwrap_or_default();
            self.has_pingid.set(products.iter().any(|product| is_pingid_product(product)));
        });
    }

    /// Replaces the connection after a new token, and resumes what waits for one.
    pub fn continue_with(self, connection: Connection) {
        self.connection.set_value(Some(connection));
        if matches!(self.list.get_untracked(), List::Paused { .. }) {
            self.resume();
        }
        self.continue_report();
    }

    /// Clears everything that was read, and aborts all requests.
    pub fn clear(self) {
        self.tasks.abort_all();
        self.connection.set_value(None);
        self.commands.set_value(None);
        self.search.set(None);
        self.found.set(Vec::new());
        self.opened.set(None);
        self.to_disable.set(None);
        self.confirming.set(None);
        self.own.set_value(None);
        self.bypassing.set(None);
        self.has_pingid.set(false);
        self.groups.set(Load::Idle);
        self.members.set(None);
        self.outcomes.set(None);
        self.forget_report();
        self.stop_checking();
        self.switches.set(HashMap::new());
        self.table.clear();
        self.users.set(UserStore::default());
        self.total.set(Load::Idle);
        self.list.set(List::Idle);
        self.listed_at.set(None);
        self.populations.set(Load::Idle);
    }

    /// Whether an operation that the person waits for is in progress.
    pub fn is_working(self) -> bool {
        self.list.with_untracked(List::is_loading)
            || *self.report.read_untracked() == Load::Loading
            || self.checking.read_untracked().as_ref().is_some_and(|checking| checking.is_running)
            || self.switches.read_untracked().values().any(Switch::is_busy)
    }

    /// Stores users. Their texts are case-folded by the rules of the browser's language.
    fn learn(self, rows: impl IntoIterator<Item = ReadRow>) -> Vec<UserIndex> {
        let (learned, has_changed) = self.learn_unseen(rows);
        // A new user changes no visible row, and thousands arrive per second while a list is loading.
        if has_changed {
            self.users.notify();
        }
        learned
    }

    /// Stores users without updating the view, which [`Directory::recount_all`] does. Also returns whether any of
    /// them was known already.
    pub(crate) fn learn_unseen(self, rows: impl IntoIterator<Item = ReadRow>) -> (Vec<UserIndex>, bool) {
        let fold = |text: &str| self.ports.get().collation.fold(text);
        self.users.update_untracked(|users| {
            let before = users.len();
            let learned = users.learn_all(rows, &fold);
            let has_changed = users.len() < before + learned.len();
            (learned, has_changed)
        })
    }

    /// Updates the view and the counts.
    pub(crate) fn recount_all(self) {
        self.users.notify();
        self.recount();
    }

    /// Finds a user by username among the users that were read.
    pub(crate) fn named(self, username: &str) -> Option<UserId> {
        let users = self.users.read_untracked();
        let mut rows = (0..u32::try_from(users.len()).unwrap_or(u32::MAX)).map(UserIndex);
        rows.find(|row| users.username(*row) == username).and_then(|row| users.id(row))
    }

    /// The selected users, in the order shown.
    pub(crate) fn selected_ids(self) -> Vec<UserId> {
        let rows: Vec<UserIndex> = self.table.selected.with_untracked(|selected| {
            let is_selected = |row: &&UserIndex| selected.contains(**row);
            self.table.shown.read_untracked().iter().filter(is_selected).copied().collect()
        });
        self.users.with_untracked(|users| rows.into_iter().filter_map(|row| users.id(row)).collect())
    }

    /// Changes search, filters, order or columns.
    pub(crate) fn apply_view(self, view: View) {
        self.table.apply_view(self.users, view);
        self.follow_group();
    }

    pub fn source(self) -> Source {
        self.search.with(|search| if search.is_some() { Source::Found } else { Source::List })
    }

    pub fn with_rows<R>(self, read: impl FnOnce(&[UserIndex]) -> R) -> R {
        match self.source() {
            Source::List => read(&self.table.shown.read()),
            Source::Found => read(&self.found.read()),
        }
    }

    /// The number of rows in the table.
    pub fn shown_len(self) -> usize {
        self.with_rows(<[UserIndex]>::len)
    }

    pub fn with_user<R>(self, id: UserId, read: impl FnOnce(&UserStore, UserIndex) -> R) -> Option<R> {
        self.users.with(|users| users.find(id).map(|row| read(users, row)))
    }

    pub fn user(self, id: UserId) -> Option<User> {
        self.with_user(id, UserStore::user).flatten()
    }

    pub fn population_name(self, id: PopulationId) -> Option<String> {
        let populations = self.populations.read();
        let known = populations.ready()?.iter().find(|population| population.id == id)?;
        Some(known.name.clone())
    }
}

/// Upper bound for pages of populations, above what an environment can have.
const MOST_PAGES: usize = 50;

async fn all_populations(connection: &Connection) -> Result<Vec<Population>, Fault> {
    let (mut populations, mut cursor) = (Vec::new(), None);
    for _ in 0..MOST_PAGES {
        let page = connection.call(ReadPopulations { cursor }).await?;
        populations.extend(page.populations);
        cursor = page.next;
        if cursor.is_none() {
            break;
        }
    }
    Ok(populations)
}
