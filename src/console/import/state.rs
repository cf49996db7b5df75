//! Import of a file of users: how the file is interpreted, which users it names, and what is kept of it.

use std::rc::Rc;

use futures::channel::mpsc::{self, UnboundedSender};
use pingone::driver::{Command, drive};
use pingone::fault::Fault;
use pingone::request::ReadUser;
use pingone::time::{Millis, Timestamp};
use pingone::user::UserId;
use pingone_mfa_core::diagnosis::evidence::Operation;
use pingone_mfa_core::directory::export::file_name;
use pingone_mfa_core::directory::export::{Contents, Format};
use pingone_mfa_core::directory::store::{UserIndex, UserSet};
use pingone_mfa_core::import::lookup::{Answer, Job, Lookup, LookupRequest, State};
use pingone_mfa_core::import::{
    self, Answer as GuessAnswer, Column, Direction, Encoding, Form, Guess, Identity, ImportFault,
    ImportFile as People, Matches, Normalize, PreviewLine, Problem, Questions, Separator,
};
use pingone_mfa_core::ports::Opened;

use crate::announcement::{Announcement, Announcer};
use crate::console::import::match_group::MatchGroup;
use crate::console::troubleshooting::state::{Location, Troubleshooting};
use crate::ports::Ports;
use crate::ui::tasks::Tasks;
use leptos::prelude::*;

use crate::console::users::directory::{Directory, List};

/// The maximum number of lines that are looked up in PingOne. Longer files are matched against the list of all users.
pub const MOST_LOOKED_UP: usize = 2000;

/// Maximum file size in bytes.
pub const LARGEST: u32 = 64 << 20;

/// How many example lines are shown per problem.
const NAMED: usize = 3;

/// The maximum number of characters shown of a cell.
const SHOWN_OF_A_CELL: usize = 60;

/// The maximum number of columns that are shown and can be selected. A file that isn't a list of users may have any
/// number.
const MOST_COLUMNS: usize = 200;

/// Loading state of the file.
#[derive(Debug, Clone, PartialEq)]
pub enum Opening {
    Reading,
    UnreadableImport(UnreadableImport),
    Read(Rc<Understood>),
}

/// Why a file can't be imported.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum UnreadableImport {
    /// The content is not valid.
    Fault(ImportFault),
    /// The file is larger than the maximum size.
    TooLarge,
    /// The browser could not read the file.
    Unreadable,
    /// Reading the file timed out.
    Silent,
}

/// A file as it was interpreted.
#[derive(Debug, Clone, PartialEq)]
pub struct Understood {
    pub encoding: Encoding,
    pub separator: Option<Separator>,
    /// The number of lines with a user.
    pub lines: usize,
    /// The number of lookups: one per distinct user, without cells that can't identify a user.
    pub questions: usize,
    /// The number of requests for the lookups.
    pub requests: usize,
    /// Guesses that have to be confirmed before users are matched.
    pub guesses: Vec<Guess>,
    /// The columns that say on or off for each line.
    pub directions: Vec<Direction>,
    /// Words that select the lines to import, each with its column.
    pub taken: Vec<(usize, String)>,
    pub has_header: bool,
    /// The header line, or the line that would be taken as one, counted from 1.
    pub header_line: usize,
    pub columns: Vec<Column>,
    /// Index of the column that identifies the users.
    pub column: usize,
    /// The attribute in that column.
    pub identity: Identity,
    pub preview: Vec<PreviewLine>,
    /// Problems because of which lines name no user.
    pub line_problems: Vec<LineProblem>,
}

/// A problem that some lines have.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LineProblem {
    pub problem: Problem,
    pub lines: usize,
    /// Examples: line number and content.
    pub first: Vec<(usize, String)>,
}

/// State of the match against the users.
#[derive(Debug, Clone, PartialEq)]
pub enum Finding {
    /// Not started.
    NotYet,
    /// PingOne is being asked.
    LookingUp {
        /// Lookups answered so far.
        done: usize,
        /// All lookups.
        of: usize,
        /// The fault because of which the lookup is paused.
        paused_by: Option<Fault>,
    },
    Done(Rc<Found>),
}

impl Finding {
    fn found(&self) -> Option<Rc<Found>> {
        match self {
            Self::Done(found) => Some(Rc::clone(found)),
            Self::NotYet | Self::LookingUp { .. } => None,
        }
    }
}

/// Result of the match.
#[derive(Debug, PartialEq, Eq)]
pub struct Found {
    pub matches: Matches,
    pub by: By,
    /// The number of lookups that PingOne did not answer. Their entries are counted as not found.
    pub refused: usize,
}

/// Source of the match.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum By {
    /// The list of all users, loaded at that time.
    List(Timestamp),
    /// Lookups in PingOne, at that time.
    PingOne(Timestamp),
}

/// An import file. It is forgotten when it is closed.
#[derive(Clone, Copy)]
pub struct Import {
    /// The file, or `None` if no file is open.
    pub opening: RwSignal<Option<Opening>, LocalStorage>,
    pub finding: RwSignal<Finding, LocalStorage>,
    file: StoredValue<Option<People>, LocalStorage>,
    commands: StoredValue<Option<UnboundedSender<Command>>, LocalStorage>,
    /// The lookup.
    tasks: Tasks,
    /// The browser's file dialog, and reading the file.
    file_tasks: Tasks,
    directory: Directory,
    ports: Ports,
    announcer: Announcer,
    troubleshooting: Troubleshooting,
}

impl Import {
    pub(crate) fn new(
        directory: Directory,
        ports: Ports,
        announcer: Announcer,
        troubleshooting: Troubleshooting,
    ) -> Self {
        Self {
            opening: RwSignal::default(),
            finding: RwSignal::new_local(Finding::NotYet),
            file: StoredValue::default(),
            commands: StoredValue::default(),
            tasks: Tasks::default(),
            file_tasks: Tasks::default(),
            directory,
            ports,
            announcer,
            troubleshooting,
        }
    }

    /// Forgets the file and everything that is in progress, at the end of a connection.
    pub(crate) fn clear(self) {
        self.file_tasks.abort_all();
        self.close();
    }

    /// Forgets the file and aborts what is in progress.
    pub fn close(self) {
        self.forget();
        if self.opening.with_untracked(Option::is_some) {
            self.opening.set(None);
        }
    }

    fn forget(self) {
        self.stop();
        self.file.update_value(|value| drop(std::mem::take(value)));
    }

    /// Stops the lookup and discards its results.
    pub fn stop(self) {
        self.tasks.abort_all();
        self.commands.update_value(|value| drop(std::mem::take(value)));
        self.finding.set(Finding::NotYet);
    }

    /// Whether a lookup is in progress.
    pub(crate) fn is_looking_up(self) -> bool {
        matches!(*self.finding.read_untracked(), Finding::LookingUp { paused_by: None, .. })
    }

    /// The result of the match, once it is complete.
    #[must_use]
    pub fn found(self) -> Option<Rc<Found>> {
        self.finding.with(Finding::found)
    }

    /// The users that were found, in the order of the file.
    #[must_use]
    pub fn users(self) -> Vec<UserId> {
        let found = self.finding.with_untracked(Finding::found);
        found.map(|found| found.matches.found.iter().map(|(_, user)| *user).collect()).unwrap_or_default()
    }

    fn understood(self) {
        let understood = self.file.read_value().as_ref().map(understood);
        self.opening.set(understood.map(|understood| Opening::Read(Rc::new(understood))));
    }

    /// Opens a file and parses it.
    pub fn open(self) {
        let opening = self.ports.get().files.open(".csv,.tsv,.txt,text/csv,text/plain", LARGEST);
        let clock = Rc::clone(&self.ports.get().clock);
        self.file_tasks.spawn(async move {
            let opened = opening.await;
            if opened == Opened::Cancelled {
                return;
            }
            self.forget();
            self.opening.set(Some(Opening::Reading));
            // A large file takes a moment, so the page gets time to show that it is being read.
            clock.sleep_until(clock.now() + Millis(20)).await;
            let read = match opened {
                Opened::Bytes(bytes) => {
                    import::read(&bytes, &self.normalize()).map_err(UnreadableImport::Fault)
                }
                Opened::TooLarge => Err(UnreadableImport::TooLarge),
                Opened::Silent => Err(UnreadableImport::Silent),
                Opened::Cancelled | Opened::Unreadable => Err(UnreadableImport::Unreadable),
            };
            // The import was closed in the meantime.
            if self.opening.with_untracked(Option::is_none) {
                return;
            }
            match read {
                Ok(people) => {
                    self.file.set_value(Some(people));
                    self.understood();
                    self.match_with_list();
                }
                Err(unusable) => self.opening.set(Some(Opening::UnreadableImport(unusable))),
            }
        });
    }

    fn normalize(self) -> Normalize {
        let collation = Rc::clone(&self.ports.get().collation);
        Rc::new(move |text: &str, form: Form| collation.normalize(text, form))
    }

    /// Applies an answer to a guess and interprets the file again.
    pub fn answer(self, answer: GuessAnswer) {
        self.stop();
        let answered = self.file.write_value().as_mut().map(|people| people.answer(answer));
        if let Some(Err(fault)) = answered {
            self.forget();
            return self.opening.set(Some(Opening::UnreadableImport(UnreadableImport::Fault(fault))));
        }
        self.understood();
        self.match_with_list();
    }

    /// Matches the file against all users, if the list is complete and no guess is unanswered.
    pub fn match_with_list(self) {
        let at = self.directory.listed_at.get_untracked();
        let (true, Some(at)) = (*self.directory.list.read_untracked() == List::Complete, at) else {
            return;
        };
        if matches!(*self.finding.read_untracked(), Finding::LookingUp { .. }) {
            return;
        }
        let people = self.file.read_value();
        let Some(confirmed) = people.as_ref().and_then(People::confirmed) else { return };
        let matches = self.directory.users.with_untracked(|users| confirmed.match_with(users));
        self.tell_found(Found { matches, by: By::List(at), refused: 0 });
    }

    fn tell_found(self, found: Found) {
        self.announcer.tell(Announcement::Found(found.matches.found.len() as u64));
        self.finding.set(Finding::Done(Rc::new(found)));
    }

    /// Looks up the users of the file in PingOne.
    pub fn look_up(self) {
        let Some(connection) = self.directory.connection() else { return };
        let people = self.file.read_value();
        let questions = people.as_ref().and_then(People::confirmed).map(Questions::of).map(Rc::new);
        drop(people);
        let Some(questions) = questions else { return };
        self.stop();
        let of = questions.len();
        self.finding.set(Finding::LookingUp { done: 0, of, paused_by: None });
        let policy = Rc::new(connection.policy().clone());
        let mut lookup = Lookup::new(questions, policy, connection.jitter());
        let (sender, mut inbox) = mpsc::unbounded();
        self.commands.set_value(Some(sender));
        self.tasks.spawn(async move {
            // Looked up per request, because a new token comes with a new connection.
            let ask = |job: Job| {
                let connection = self.directory.connection();
                async move {
                    let connection = connection.ok_or(Fault::TokenForgotten)?;
                    match job.ask {
                        LookupRequest::Page(page) => connection.send(page).await.map(Answer::Page),
                        LookupRequest::User(user) => match connection.send(ReadUser(user)).await {
                            Ok(_) => Ok(Answer::User(true)),
                            Err(Fault::UserUnknown(_)) => Ok(Answer::User(false)),
                            Err(fault) => Err(fault),
                        },
                    }
                }
            };
            drive(&mut lookup, &connection, &mut inbox, ask, |lookup| self.show_lookup(lookup, of)).await;
            if lookup.state() != State::Complete {
                return;
            }
            let matches = {
                let people = self.file.read_value();
                let confirmed = people.as_ref().and_then(People::confirmed);
                confirmed.map(|people| Matches::from_answers(people, lookup.answers()))
            };
            if let Some(matches) = matches {
                let by = By::PingOne(connection.clock().wall());
                self.tell_found(Found { matches, by, refused: lookup.refused() });
            }
        });
    }

    /// Shows how far a lookup of this many requests is.
    fn show_lookup(self, lookup: &Lookup, of: usize) {
        let paused_by = match lookup.state() {
            State::Paused(fault) => Some(fault),
            State::LookingUp | State::Complete => None,
        };
        let finding = Finding::LookingUp { done: lookup.done(), of, paused_by };
        if *self.finding.read_untracked() == finding {
            return;
        }
        if let Finding::LookingUp { paused_by: Some(fault), .. } = &finding {
            self.announcer.tell(Announcement::Failed(fault.clone()));
            self.troubleshooting.explain(Location::Import, Operation::FilterUsers, fault, None, None);
        }
        self.finding.set(finding);
    }

    /// Resumes a paused lookup.
    pub fn resume(self) {
        if let Some(sender) = &*self.commands.read_value() {
            // A lookup that has ended accepts no command.
            let _ = sender.unbounded_send(Command::Resume);
        }
    }

    /// Resumes a lookup that was paused because the token expired.
    pub(crate) fn continue_with_token(self) {
        if matches!(*self.finding.read_untracked(), Finding::LookingUp { paused_by: Some(_), .. }) {
            self.resume();
        }
    }

    /// Saves a category: its original lines, with all columns.
    pub fn save_group(self, group: MatchGroup, environment_name: &str) {
        let Some(found) = self.finding.with_untracked(Finding::found) else { return };
        let saved = {
            let people = self.file.read_value();
            let Some(people) = people.as_ref() else { return };
            let (at, csv) = (self.ports.get().clock.wall(), Format::Csv { byte_order_mark: false });
            let name = file_name(group.word(), environment_name, at, Contents::WithNames, csv);
            let mut download = self.ports.get().files.save(&name, "text/csv");
            download.write_bytes(&people.file_of(&group.entries(&found.matches)));
            download.finish()
        };
        self.announcer.tell(Announcement::Saved(saved));
    }

    /// Selects exactly the users of the file that are in the table.
    pub(crate) fn select(self) {
        self.directory.close_search();
        self.directory.table.select_only(self.directory.users, self.rows());
    }

    /// Removes the users of the file from the selection.
    pub fn deselect(self) {
        let mut selected = self.directory.table.selected.get_untracked();
        for row in self.rows() {
            selected.remove(row);
        }
        self.directory.table.set_selected(selected);
    }

    /// The number of users of the file that are selected.
    pub fn selected(self) -> usize {
        self.finding.with(|_| ());
        let rows = self.rows();
        self.directory
            .table
            .selected
            .with(|selected: &UserSet| rows.iter().filter(|row| selected.contains(**row)).count())
    }

    fn rows(self) -> Vec<UserIndex> {
        let ids = self.users();
        self.directory.users.with_untracked(|users| ids.into_iter().filter_map(|id| users.find(id)).collect())
    }
}

fn understood(people: &People) -> Understood {
    let questions = people.confirmed().map(Questions::of);
    let short = |cell: String| -> String {
        if cell.chars().nth(SHOWN_OF_A_CELL).is_none() {
            return cell;
        }
        cell.chars().take(SHOWN_OF_A_CELL).chain(['…']).collect()
    };
    let preview = people.preview().into_iter().map(|line| PreviewLine {
        cells: line.cells.into_iter().take(MOST_COLUMNS).map(short).collect(),
        value: short(line.value),
        ..line
    });
    let column = |column: &Column| Column { name: column.name.clone().map(short), ..column.clone() };
    Understood {
        encoding: people.encoding(),
        separator: people.separator(),
        lines: people.entries().len(),
        questions: questions.as_ref().map_or(0, Questions::len),
        requests: questions.as_ref().map_or(0, |questions| questions.portions().len()),
        guesses: people.guesses().into_iter().cloned().collect(),
        directions: people.directions().to_vec(),
        taken: people.taken().to_vec(),
        header_line: people.header_line(),
        has_header: people.has_header(),
        columns: people.columns().iter().take(MOST_COLUMNS).map(column).collect(),
        column: people.column(),
        identity: people.identity(),
        preview: preview.collect(),
        line_problems: Problem::ALL
            .into_iter()
            .filter_map(|problem| {
                let has_it = || people.entries().iter().filter(move |entry| entry.problem == Some(problem));
                let first = has_it().take(NAMED).map(|entry| (entry.line, short(entry.value.clone())));
                let (lines, first) = (has_it().count(), first.collect());
                (lines > 0).then_some(LineProblem { problem, lines, first })
            })
            .collect(),
    }
}
