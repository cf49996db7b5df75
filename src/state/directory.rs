//! The people of the connected environment: the list, the search, the one user who is opened, their switches.

use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;

use futures::channel::mpsc::{self, UnboundedSender};
use pingone_mfa_core::api::request::{
    CountUsers, FindPeople, ReadMfa, ReadPage, ReadPopulations, ReadUser, WriteMfa,
};
use pingone_mfa_core::domain::fault::Fault;
use pingone_mfa_core::domain::outcome::Outcome;
use pingone_mfa_core::domain::time::Wall;
use pingone_mfa_core::domain::user::{Mfa, Population, User, UserId};
use pingone_mfa_core::engine::change::{Change, Job};
use pingone_mfa_core::engine::connection::Connection;
use pingone_mfa_core::engine::driver::{Command, drive};
use pingone_mfa_core::engine::listing::{Listing, State};

use super::Ports;
use super::announcement::{Announcement, Announcer};
use super::load::Load;
use super::people::{People, Row, RowKey, Source};
use super::switch::Switch;
use super::tasks::Tasks;
use super::watched::Watched;

/// How far the list is.
#[derive(Debug, Clone, PartialEq)]
pub enum List {
    /// Nobody asked for it.
    Idle,
    /// Pages are being read.
    Loading,
    /// A page could not be had; the rows so far are there.
    Halted(Fault),
    /// A person stopped it.
    Stopped,
    /// Every page was read.
    Complete,
}

/// A search in PingOne.
#[derive(Debug, Clone, PartialEq)]
pub struct Search {
    /// What was looked for.
    pub text: String,
    /// How many people PingOne has for it.
    pub hits: Load<u64>,
}

/// The user who is opened.
#[derive(Debug, Clone, PartialEq)]
pub struct Opened {
    /// Who.
    pub id: UserId,
    /// How far the reading of that user is.
    pub read: Load<()>,
}

/// The people of the connected environment.
pub struct Directory {
    /// Whoever was read.
    pub people: Watched<People>,
    /// How many users the token may see.
    pub total: Watched<Load<Option<u64>>>,
    /// How far the list is.
    pub list: Watched<List>,
    /// When the reading of the list began.
    pub listed_at: Watched<Option<Wall>>,
    /// The populations.
    pub populations: Watched<Load<Vec<Population>>>,
    /// The search whose hits are shown, if any.
    pub search: Watched<Option<Search>>,
    /// The user who is opened, if any.
    pub opened: Watched<Option<Opened>>,
    /// The user about whom is asked whether MFA is to be disabled.
    pub asking: Watched<Option<UserId>>,
    /// The switches that were pressed.
    pub switches: Watched<HashMap<UserId, Switch>>,
    connection: RefCell<Option<Connection>>,
    commands: RefCell<Option<UnboundedSender<Command>>>,
    tasks: Tasks,
    ports: &'static Ports,
    announcer: &'static Announcer,
}

impl Directory {
    pub(super) fn new(ports: &'static Ports, announcer: &'static Announcer) -> Self {
        Self {
            ports,
            people: Watched::default(),
            total: Watched::new(Load::Idle),
            list: Watched::new(List::Idle),
            listed_at: Watched::default(),
            populations: Watched::new(Load::Idle),
            search: Watched::default(),
            opened: Watched::default(),
            asking: Watched::default(),
            switches: Watched::default(),
            connection: RefCell::default(),
            commands: RefCell::default(),
            tasks: Tasks::default(),
            announcer,
        }
    }

    fn connection(&self) -> Option<Connection> {
        self.connection.borrow().clone()
    }

    /// Begins with a new connection: asks how many users there are, and lists them at once if they are few.
    pub fn begin(&'static self, connection: Connection, list_up_to: u64) {
        self.connection.replace(Some(connection.clone()));
        self.total.set(Load::Loading);
        self.populations.set(Load::Loading);
        self.tasks.spawn(async move {
            let total = connection.call(CountUsers).await;
            if let Err(fault) = &total {
                self.announcer.tell(Announcement::Failed(fault.clone()));
            }
            let few = matches!(total, Ok(Some(users)) if users <= list_up_to);
            self.total.set(Load::ended(total, connection.clock().wall()));
            if few && list_up_to > 0 {
                self.load_all();
            }
            let populations = connection.call(ReadPopulations).await;
            self.populations.set(Load::ended(populations, connection.clock().wall()));
        });
    }

    /// Goes on with another token: what waits for one continues.
    pub fn continue_with(&'static self, connection: Connection) {
        self.connection.replace(Some(connection));
        if matches!(self.list.get_untracked(), List::Halted(_)) {
            self.resume();
        }
    }

    /// Forgets everything that was read, and ends what is going on.
    pub fn clear(&'static self) {
        self.tasks.abort_all();
        self.connection.replace(None);
        self.commands.replace(None);
        self.people.set(People::default());
        self.total.set(Load::Idle);
        self.list.set(List::Idle);
        self.listed_at.set(None);
        self.populations.set(Load::Idle);
        self.search.set(None);
        self.opened.set(None);
        self.asking.set(None);
        self.switches.set(HashMap::new());
    }

    /// Whether something is going on that a person waits for.
    pub fn is_working(&'static self) -> bool {
        self.list.with_untracked(|list| *list == List::Loading)
            || self.switches.with_untracked(|switches| switches.values().any(Switch::is_busy))
    }

    /// Reads all users, from the first page on.
    pub fn load_all(&'static self) {
        let Some(connection) = self.connection() else { return };
        if self.list.with_untracked(|list| *list == List::Loading) {
            return;
        }
        self.people.update(People::clear_list);
        self.search.set(None);
        self.list.set(List::Loading);
        self.listed_at.set(Some(connection.clock().wall()));
        let (sender, mut inbox) = mpsc::unbounded();
        self.commands.replace(Some(sender));
        self.tasks.spawn(async move {
            let mut listing = Listing::new(Rc::new(connection.policy().clone()), connection.jitter());
            // The connection is asked for at every page, because a new token makes a new one.
            let page = |cursor| {
                let connection = self.connection();
                async move {
                    let connection = connection.ok_or(Fault::TokenForgotten)?;
                    connection.send(ReadPage { cursor }).await
                }
            };
            drive(&mut listing, &connection, &mut inbox, page, |listing| self.take(listing)).await;
        });
    }

    /// Starts no further page.
    pub fn stop(&'static self) {
        self.command(Command::Stop);
    }

    /// Asks again for the page that could not be had.
    pub fn resume(&'static self) {
        self.list.set(List::Loading);
        self.command(Command::Resume);
    }

    fn command(&'static self, command: Command) {
        if let Some(sender) = &*self.commands.borrow() {
            // A listing that has ended takes no command.
            let _ = sender.unbounded_send(command);
        }
    }

    fn take(&'static self, listing: &mut Listing) {
        let fresh = listing.take_fresh();
        if !fresh.is_empty() {
            self.people.update(|people| people.extend_list(fresh));
        }
        if let (Some(count), Some(at)) = (listing.count(), self.listed_at.get_untracked()) {
            self.total.set(Load::Ready { value: Some(count), at });
        }
        let list = match listing.state() {
            State::Ready { .. } | State::Sent => List::Loading,
            State::Halted(fault) => List::Halted(fault.clone()),
            State::Stopped => List::Stopped,
            State::Complete => List::Complete,
        };
        if self.list.get_untracked() == list {
            return;
        }
        match &list {
            List::Complete => self.announcer.tell(Announcement::ListLoaded(self.listed())),
            List::Halted(fault) => self.announcer.tell(Announcement::Failed(fault.clone())),
            List::Idle | List::Loading | List::Stopped => {}
        }
        self.list.set(list);
    }

    fn listed(&'static self) -> u64 {
        self.people.with_untracked(|people| people.len(Source::List)) as u64
    }

    /// Asks PingOne for a person. An id opens that user, whatever may be listed.
    pub fn find(&'static self, text: &str) {
        let text = text.trim().to_owned();
        if let Some(id) = UserId::read(&text) {
            return self.open(id);
        }
        let Some(connection) = self.connection() else { return };
        if text.is_empty() {
            return self.search.set(None);
        }
        let find = FindPeople { text: text.clone(), capitalised: self.ports.locale.capitalised(&text) };
        self.people.update(|people| people.set_found([]));
        self.search.set(Some(Search { text: text.clone(), hits: Load::Loading }));
        self.tasks.spawn(async move {
            let answer = connection.call(find).await;
            // A newer search has taken this one's place.
            if self.search.with_untracked(|search| search.as_ref().map(|search| &search.text) != Some(&text))
            {
                return;
            }
            let hits = answer.map(|found| {
                let shown = found.rows.len() as u64;
                self.people.update(|people| people.set_found(found.rows));
                found.count.unwrap_or(shown).max(shown)
            });
            match &hits {
                Ok(hits) => self.announcer.tell(Announcement::Found(*hits)),
                Err(fault) => self.announcer.tell(Announcement::Failed(fault.clone())),
            }
            self.search.set(Some(Search { text, hits: Load::ended(hits, connection.clock().wall()) }));
        });
    }

    /// Shows the list again.
    pub fn close_search(&'static self) {
        self.search.set(None);
    }

    /// Opens one user, by id alone.
    pub fn open(&'static self, id: UserId) {
        let Some(connection) = self.connection() else { return };
        self.opened.set(Some(Opened { id, read: Load::Loading }));
        self.tasks.spawn(async move {
            let answer = connection.call(ReadUser(id)).await;
            if self.opened.with_untracked(|opened| opened.as_ref().map(|opened| opened.id) != Some(id)) {
                return;
            }
            let read = answer.map(|user| {
                self.people.update(|people| people.learn_user(user));
            });
            if let Err(fault) = &read {
                self.announcer.tell(Announcement::Failed(fault.clone()));
            }
            self.opened.set(Some(Opened { id, read: Load::ended(read, connection.clock().wall()) }));
        });
    }

    /// Opens a user who has been read already, to show what went wrong beside the row.
    fn show(&'static self, id: UserId, at: Wall) {
        let is_open =
            self.opened.with_untracked(|opened| opened.as_ref().map(|opened| opened.id) == Some(id));
        if !is_open && self.people.with_untracked(|people| people.user(id).is_some()) {
            self.opened.set(Some(Opened { id, read: Load::Ready { value: (), at } }));
        }
    }

    /// Closes the opened user.
    pub fn close(&'static self) {
        self.opened.set(None);
    }

    /// A person pressed the switch. Turning on asks nothing; turning off asks once.
    pub fn press(&'static self, id: UserId) {
        let mfa = self.people.with_untracked(|people| people.user(id).map(|user| user.mfa));
        match mfa {
            Some(Mfa::Off) => self.set_mfa(id, true),
            Some(Mfa::On) => self.asking.set(Some(id)),
            Some(Mfa::Unknown) | None => self.read_mfa(id),
        }
    }

    /// The answer to the question: disable MFA.
    pub fn disable(&'static self) {
        if let Some(id) = self.asking.get_untracked() {
            self.asking.set(None);
            self.set_mfa(id, false);
        }
    }

    /// The answer to the question: keep it as it is.
    pub fn keep(&'static self) {
        self.asking.set(None);
    }

    /// Sets one user's flag.
    pub fn set_mfa(&'static self, id: UserId, to: bool) {
        let Some(connection) = self.start(id, Switch::Sending { to }) else { return };
        self.tasks.spawn(async move {
            let policy = Rc::new(connection.policy().clone());
            let mut change = Change::new(id, to, policy, connection.jitter());
            let (_, mut inbox) = mpsc::unbounded();
            let perform = |job| {
                let connection = connection.clone();
                async move {
                    match job {
                        Job::Write { user, to } => connection.send(WriteMfa { user, enabled: to }).await,
                        Job::Read(user) => connection.send(ReadMfa(user)).await,
                    }
                }
            };
            let observe = |change: &mut Change| {
                if change.is_in_doubt() {
                    self.set_switch(id, Switch::Checking { to });
                }
            };
            drive(&mut change, &connection, &mut inbox, perform, observe).await;
            if let Some(outcome) = change.outcome() {
                self.changed(id, to, outcome.clone(), change.read(), connection.clock().wall());
            }
        });
    }

    /// Reads one user's flag.
    pub fn read_mfa(&'static self, id: UserId) {
        let Some(connection) = self.start(id, Switch::Reading) else { return };
        self.tasks.spawn(async move {
            let answer = connection.call(ReadMfa(id)).await;
            self.switches.update(|switches| {
                switches.remove(&id);
            });
            match answer {
                Ok(answer) => self.learn_mfa(id, answer.enabled.into()),
                Err(fault) => self.announcer.tell(Announcement::Failed(fault)),
            }
        });
    }

    /// The connection, if nothing is in flight for this user.
    fn start(&'static self, id: UserId, switch: Switch) -> Option<Connection> {
        let busy = self.switches.with_untracked(|switches| switches.get(&id).is_some_and(Switch::is_busy));
        let connection = self.connection().filter(|_| !busy)?;
        self.set_switch(id, switch);
        Some(connection)
    }

    fn set_switch(&'static self, id: UserId, switch: Switch) {
        self.switches.update(|switches| {
            switches.insert(id, switch);
        });
    }

    fn changed(&'static self, id: UserId, to: bool, outcome: Outcome, read: Mfa, at: Wall) {
        let username = self.people.with_untracked(|people| people.user(id).map(|user| user.username.clone()));
        let username = username.unwrap_or_else(|| id.to_string());
        match &outcome {
            Outcome::Changed { .. } => {
                self.learn_mfa(id, read);
                self.announcer.tell(Announcement::Changed { username, mfa: read });
            }
            // Nobody knows any more what the flag is.
            Outcome::AnswerLost(_) => {
                self.learn_mfa(id, Mfa::Unknown);
                self.announcer.tell(Announcement::NotChanged { username, to, outcome: outcome.clone() });
                self.show(id, at);
            }
            Outcome::Refused(_) | Outcome::Failed(_) | Outcome::Gone(_) => {
                if read != Mfa::Unknown {
                    self.learn_mfa(id, read);
                }
                self.announcer.tell(Announcement::NotChanged { username, to, outcome: outcome.clone() });
                self.show(id, at);
            }
        }
        self.set_switch(id, Switch::Ended { to, outcome, at });
    }

    fn learn_mfa(&'static self, id: UserId, mfa: Mfa) {
        self.people.update(|people| people.set_mfa(id, mfa));
    }

    /// Which rows the table shows.
    pub fn source(&self) -> Source {
        self.search.with(|search| if search.is_some() { Source::Found } else { Source::List })
    }

    /// How many rows there are.
    pub fn len(&self, source: Source) -> usize {
        self.people.with(|people| people.len(source))
    }

    /// How many rows of the list could not be read.
    pub fn unreadable(&self) -> usize {
        self.people.with(People::unreadable_in_list)
    }

    /// The keys of a stretch of rows, with their places from 0.
    pub fn keys(&self, source: Source, from: usize, to: usize) -> Vec<(usize, RowKey)> {
        self.people.with(|people| {
            let stretch = people.keys(source).iter().copied().enumerate();
            stretch.skip(from).take(to.saturating_sub(from)).collect()
        })
    }

    /// A row's contents.
    pub fn row(&self, key: RowKey) -> Option<Row> {
        self.people.with(|people| people.row(key))
    }

    /// Something of a user, if that user was read.
    pub fn with_user<R>(&self, id: UserId, read: impl FnOnce(&User) -> R) -> Option<R> {
        self.people.with(|people| people.user(id).map(read))
    }

    /// A user, if read.
    pub fn user(&self, id: UserId) -> Option<User> {
        self.with_user(id, User::clone)
    }
}
