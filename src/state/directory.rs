//! The people of the connected environment: the list, what is shown of it, the search in PingOne, the one user who is
//! opened, their switches.

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

use super::Ports;
use super::announcement::{Announcement, Announcer};
use super::ceiling::Ceiling;
use super::load::Load;
use super::switch::Switch;
use super::table::{Table, View};
use super::tasks::Tasks;
use super::troubleshooting::{Location, Troubleshooting};
use leptos::prelude::*;

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
mod sheet;
mod switching;

use grouping::members;

pub use bypassing::Bypassing;
pub use checking::{Checking, Report};
pub use finding::Search;
pub use grouping::Members;
pub use guarding::Confirming;
pub use listing::List;
pub(super) use listing::ReadRow;
pub use opening::Opened;
pub use outcomes::{Outcomes, Shown};
pub use sheet::{
    By, Finding, Found, LARGEST, MOST_LOOKED_UP, Opening, Pile, Sheet, Trouble, Understood, UnreadableBody,
};

/// Which rows the table shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Source {
    /// The list, as far as search and filters show it.
    List,
    /// The people whom PingOne found.
    Found,
}

/// The people of the connected environment.
#[derive(Clone, Copy)]
pub struct Directory {
    /// Whoever was read.
    pub users: RwSignal<UserStore>,
    /// How many users the token may see.
    pub total: RwSignal<Load<Option<u64>>>,
    /// How far the list is.
    pub list: RwSignal<List>,
    /// When the reading of the list began.
    pub listed_at: RwSignal<Option<Timestamp>>,
    /// The populations.
    pub populations: RwSignal<Load<Vec<Population>>>,
    /// What is shown of the list.
    pub table: Table,
    /// The search in PingOne whose hits are shown, if any.
    pub search: RwSignal<Option<Search>>,
    /// Whom it found.
    found: RwSignal<Vec<UserIndex>>,
    /// The user who is opened, if any.
    pub opened: RwSignal<Option<Opened>>,
    /// The user about whom is asked whether MFA is to be disabled, or bypassed for a while.
    pub asking: RwSignal<Option<UserId>>,
    /// The change of one user that a person has to confirm, if any.
    pub confirming: RwSignal<Option<Confirming>>,
    /// The bypass that was asked for last, and for whom.
    pub bypassing: RwSignal<Option<(UserId, Bypassing)>>,
    /// What the flag of new users begins with.
    pub mfa_default: RwSignal<Load<Option<bool>>>,
    /// Whether PingID is in the environment, as far as the token is told.
    pub has_pingid: RwSignal<bool>,
    /// The groups.
    pub groups: RwSignal<Load<Vec<Group>>>,
    /// Who is in the group that is filtered by.
    pub members: RwSignal<Option<Members>>,
    /// The report of a run that is filtered by, if any.
    pub outcomes: RwSignal<Option<Outcomes>, LocalStorage>,
    /// PingOne's report of everyone's devices.
    pub report: RwSignal<Load<Report>>,
    /// How far the reading of devices one by one is.
    pub checking: RwSignal<Option<Checking>>,
    /// How fast reads leave at most, in requests a second.
    pub read_ceiling: Ceiling,
    /// The switches that were pressed.
    pub switches: RwSignal<HashMap<UserId, Switch>>,
    /// A list of people that was opened, if any.
    pub sheet: Sheet,
    /// The user who is signed in, where the token is a person's and says whose.
    own: StoredValue<Option<UserId>, LocalStorage>,
    /// Told whenever devices of several users were learned.
    on_devices: StoredValue<Option<Box<dyn Fn()>>, LocalStorage>,
    connection: StoredValue<Option<Connection>, LocalStorage>,
    commands: StoredValue<Option<UnboundedSender<Command>>, LocalStorage>,
    tasks: Tasks,
    report_commands: StoredValue<Option<UnboundedSender<Command>>, LocalStorage>,
    report_tasks: Tasks,
    checking_tasks: Tasks,
    ports: Ports,
    announcer: Announcer,
    trouble: Troubleshooting,
    settings: StoredValue<Rc<Settings>, LocalStorage>,
}

impl Directory {
    pub(super) fn new(
        ports: Ports,
        announcer: Announcer,
        trouble: Troubleshooting,
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
            asking: RwSignal::default(),
            confirming: RwSignal::default(),
            own: StoredValue::default(),
            on_devices: StoredValue::default(),
            bypassing: RwSignal::default(),
            mfa_default: RwSignal::new(Load::Idle),
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
            sheet: Sheet::default(),
            connection: StoredValue::default(),
            commands: StoredValue::default(),
            tasks: Tasks::default(),
            report_commands: StoredValue::default(),
            report_tasks: Tasks::default(),
            checking_tasks: Tasks::default(),
            announcer,
            trouble,
            settings: StoredValue::new_local(settings),
        }
    }

    fn settings(self) -> Rc<Settings> {
        self.settings.get_value()
    }

    /// Whether the deployment permits bypasses.
    pub fn may_bypass(self) -> bool {
        self.settings().bypass.is_allowed && self.settings().limits.access >= Access::One
    }

    /// Whether the deployment permits this change of one user.
    pub fn may_change(self, to: bool) -> bool {
        self.settings().limits.may_change_one(to)
    }

    /// Whether there is anything that pressing the switch of a user with this flag may do.
    pub fn may_press(self, mfa: Mfa) -> bool {
        match mfa {
            Mfa::Off => self.may_change(true),
            Mfa::On => self.may_change(false) || self.may_bypass(),
            Mfa::Unknown => true,
        }
    }

    fn connection(self) -> Option<Connection> {
        self.connection.read_value().clone()
    }

    /// Begins with a new connection: asks how many users there are, and lists them at once if they are few.
    pub fn begin(self, connection: Connection, list_up_to: u64) {
        connection.limit(Kind::Read, self.read_ceiling.get_untracked());
        self.connection.set_value(Some(connection.clone()));
        self.trouble.report_to(move |evidence| self.learn_evidence(evidence));
        self.populations.set(Load::Loading);
        self.count(connection, list_up_to);
        self.read_populations();
    }

    /// Reads anew how many users there are, and everyone if they had been read.
    pub(super) fn refresh(self) {
        match (self.connection(), self.list.get_untracked()) {
            (None, _) | (_, List::Loading { .. }) => {}
            (Some(connection), List::Idle) => self.count(connection, 0),
            (Some(_), _) => self.load_all(),
        }
    }

    /// Asks how many users there are, and lists them at once if they are few.
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
                self.trouble.meet(Location::People, Operation::ReadUsers, fault, None, again);
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
            // Whoever isn't told has nothing to be warned of.
            let products = connection.call(ReadProducts).await.ok().flatten().unwrap_or_default();
            self.has_pingid.set(products.iter().any(|product| is_pingid_product(product)));
        });
    }

    /// Goes on with another token: what waits for one continues.
    pub fn continue_with(self, connection: Connection) {
        self.connection.set_value(Some(connection));
        if matches!(self.list.get_untracked(), List::Halted { .. }) {
            self.resume();
        }
        self.continue_report();
        self.continue_sheet();
    }

    /// Forgets everything that was read, and ends what is going on.
    pub fn clear(self) {
        self.tasks.abort_all();
        self.connection.set_value(None);
        self.commands.set_value(None);
        self.search.set(None);
        self.found.set(Vec::new());
        self.opened.set(None);
        self.asking.set(None);
        self.confirming.set(None);
        self.own.set_value(None);
        self.bypassing.set(None);
        self.mfa_default.set(Load::Idle);
        self.has_pingid.set(false);
        self.groups.set(Load::Idle);
        self.members.set(None);
        self.outcomes.set(None);
        self.forget_report();
        self.stop_checking();
        self.switches.set(HashMap::new());
        self.sheet.close();
        self.table.clear();
        self.users.set(UserStore::default());
        self.total.set(Load::Idle);
        self.list.set(List::Idle);
        self.listed_at.set(None);
        self.populations.set(Load::Idle);
    }

    /// Whether something is going on that a person waits for.
    pub fn is_working(self) -> bool {
        self.list.with_untracked(List::is_loading)
            || self.report.with_untracked(|report| *report == Load::Loading)
            || self
                .checking
                .with_untracked(|checking| checking.as_ref().is_some_and(|checking| checking.is_running))
            || self.switches.with_untracked(|switches| switches.values().any(Switch::is_busy))
            || self.sheet.is_asking()
    }

    /// Learns users, folded as the reader's language does.
    fn learn(self, rows: impl IntoIterator<Item = ReadRow>) -> Vec<UserIndex> {
        let (learned, has_changed) = self.learn_unseen(rows);
        // Who comes new changes no row that is shown, and while a list is read thousands come every second.
        if has_changed {
            self.users.notify();
        }
        learned
    }

    /// Learns users without showing them anew, which [`Directory::recount_all`] does; and whether somebody was known
    /// before.
    pub(super) fn learn_unseen(self, rows: impl IntoIterator<Item = ReadRow>) -> (Vec<UserIndex>, bool) {
        let fold = |text: &str| self.ports.get().collation.fold(text);
        self.users.update_untracked(|users| {
            let before = users.len();
            let learn = |row| match row {
                Ok(user) => users.learn(&user, &fold),
                Err(unreadable) => users.learn_unreadable(unreadable),
            };
            let learned: Vec<UserIndex> = rows.into_iter().map(learn).collect();
            let has_changed = users.len() < before + learned.len();
            (learned, has_changed)
        })
    }

    /// Shows and counts anew what was learned.
    pub(super) fn recount_all(self) {
        self.users.notify();
        self.recount();
    }

    /// The user with this username, if one was read.
    pub(super) fn named(self, username: &str) -> Option<UserId> {
        self.users.with_untracked(|users| {
            let mut rows = (0..u32::try_from(users.len()).unwrap_or(u32::MAX)).map(UserIndex);
            rows.find(|row| users.username(*row) == username).and_then(|row| users.id(row))
        })
    }

    /// Who is selected, in the order that is shown.
    pub(super) fn selected_ids(self) -> Vec<UserId> {
        let rows: Vec<UserIndex> = self.table.selected.with_untracked(|selected| {
            let is_selected = |row: &&UserIndex| selected.contains(**row);
            self.table.shown.with_untracked(|shown| shown.iter().filter(is_selected).copied().collect())
        });
        self.users.with_untracked(|users| rows.into_iter().filter_map(|row| users.id(row)).collect())
    }

    /// Looks at the list in another way.
    pub(super) fn look(self, view: View) {
        self.table.look(self.users, view);
        self.follow_group();
    }

    /// Which rows the table shows.
    pub fn source(self) -> Source {
        self.search.with(|search| if search.is_some() { Source::Found } else { Source::List })
    }

    /// Something of the rows that the table shows.
    pub fn with_rows<R>(self, read: impl FnOnce(&[UserIndex]) -> R) -> R {
        match self.source() {
            Source::List => self.table.shown.with(|rows| read(rows)),
            Source::Found => self.found.with(|rows| read(rows)),
        }
    }

    /// How many rows the table shows.
    pub fn shown_len(self) -> usize {
        self.with_rows(<[UserIndex]>::len)
    }

    /// Something of a user, if that user was read.
    pub fn with_user<R>(self, id: UserId, read: impl FnOnce(&UserStore, UserIndex) -> R) -> Option<R> {
        self.users.with(|users| users.find(id).map(|row| read(users, row)))
    }

    /// A user, if read.
    pub fn user(self, id: UserId) -> Option<User> {
        self.with_user(id, UserStore::user).flatten()
    }

    /// A population's name, if it is known.
    pub fn population_name(self, id: PopulationId) -> Option<String> {
        self.populations.with(|populations| {
            let known = populations.ready()?.iter().find(|population| population.id == id)?;
            Some(known.name.clone())
        })
    }
}

/// More pages of populations than an environment can have.
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
