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

use crate::announcement::Announcement;
use crate::console::troubleshooting::state::Location;
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
    UnreadableBody(UnreadableBody),
    Read(Rc<Understood>),
}

/// Why a file can't be imported.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum UnreadableBody {
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
    pub troubles: Vec<Trouble>,
}

/// A problem that some lines have.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Trouble {
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
    Asking {
        /// Lookups answered so far.
        done: usize,
        /// All lookups.
        of: usize,
        /// The fault because of which the lookup is paused.
        halted: Option<Fault>,
    },
    Done(Rc<Found>),
}

impl Finding {
    fn found(&self) -> Option<Rc<Found>> {
        match self {
            Self::Done(found) => Some(Rc::clone(found)),
            Self::NotYet | Self::Asking { .. } => None,
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

/// A result category of [`Matches`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Pile {
    /// [`Matches::found`]
    Found,
    /// [`Matches::not_found`]
    NotFound,
    /// [`Matches::ambiguous`]
    MoreThanOne,
    /// [`Matches::duplicates`]
    Twice,
}

impl Pile {
    pub const ALL: [Self; 4] = [Self::Found, Self::NotFound, Self::MoreThanOne, Self::Twice];

    /// The indexes of its entries.
    #[must_use]
    pub fn entries(self, matches: &Matches) -> Vec<usize> {
        match self {
            Self::Found => matches.found.iter().map(|(entry, _)| *entry).collect(),
            Self::NotFound => matches.not_found.clone(),
            Self::MoreThanOne => matches.ambiguous.iter().map(|(entry, _)| *entry).collect(),
            Self::Twice => matches.duplicates.clone(),
        }
    }

    #[must_use]
    pub fn len(self, matches: &Matches) -> usize {
        match self {
            Self::Found => matches.found.len(),
            Self::NotFound => matches.not_found.len(),
            Self::MoreThanOne => matches.ambiguous.len(),
            Self::Twice => matches.duplicates.len(),
        }
    }

    /// The word for it in a file name.
    const fn word(self) -> &'static str {
        match self {
            Self::Found => "mfa-list-found",
            Self::NotFound => "mfa-list-not-found",
            Self::MoreThanOne => "mfa-list-more-than-one",
            Self::Twice => "mfa-list-twice",
        }
    }
}

/// An import file. It is forgotten when it is closed.
#[derive(Clone, Copy)]
pub struct Sheet {
    /// The file, or `None` if no file is open.
    pub opening: RwSignal<Option<Opening>, LocalStorage>,
    pub finding: RwSignal<Finding, LocalStorage>,
    people: StoredValue<Option<People>, LocalStorage>,
    commands: StoredValue<Option<UnboundedSender<Command>>, LocalStorage>,
    /// The file dialog and the lookup.
    tasks: Tasks,
}

impl Default for Sheet {
    fn default() -> Self {
        Self {
            opening: RwSignal::default(),
            finding: RwSignal::new_local(Finding::NotYet),
            people: StoredValue::default(),
            commands: StoredValue::default(),
            tasks: Tasks::default(),
        }
    }
}

impl Sheet {
    /// Forgets the file and aborts what is in progress.
    pub fn close(self) {
        self.forget();
        if self.opening.with_untracked(Option::is_some) {
            self.opening.set(None);
        }
    }

    fn forget(self) {
        self.stop();
        self.people.update_value(|value| drop(std::mem::take(value)));
    }

    /// Stops the lookup and discards its results.
    pub fn stop(self) {
        self.tasks.abort_all();
        self.commands.update_value(|value| drop(std::mem::take(value)));
        self.finding.set(Finding::NotYet);
    }

    /// Whether a lookup is in progress.
    pub(super) fn is_asking(self) -> bool {
        self.finding.with_untracked(|finding| matches!(finding, Finding::Asking { halted: None, .. }))
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
        let understood = self.people.read_value().as_ref().map(understood);
        self.opening.set(understood.map(|understood| Opening::Read(Rc::new(understood))));
    }
}

impl Directory {
    /// Opens a file and parses it.
    pub fn open_sheet(self) {
        let opening = self.ports.get().files.open(".csv,.tsv,.txt,text/csv,text/plain", LARGEST);
        let clock = Rc::clone(&self.ports.get().clock);
        self.tasks.spawn(async move {
            let opened = opening.await;
            if opened == Opened::Cancelled {
                return;
            }
            self.sheet.forget();
            self.sheet.opening.set(Some(Opening::Reading));
            // A large file takes a moment, so the page gets time to show that it is being read.
            clock.sleep_until(clock.now() + Millis(20)).await;
            let read = match opened {
                Opened::Bytes(bytes) => {
                    import::read(&bytes, &self.normalize()).map_err(UnreadableBody::Fault)
                }
                Opened::TooLarge => Err(UnreadableBody::TooLarge),
                Opened::Silent => Err(UnreadableBody::Silent),
                Opened::Cancelled | Opened::Unreadable => Err(UnreadableBody::Unreadable),
            };
            // The import was closed in the meantime.
            if self.sheet.opening.with_untracked(Option::is_none) {
                return;
            }
            match read {
                Ok(people) => {
                    self.sheet.people.set_value(Some(people));
                    self.sheet.understood();
                    self.match_sheet();
                }
                Err(unusable) => self.sheet.opening.set(Some(Opening::UnreadableBody(unusable))),
            }
        });
    }

    fn normalize(self) -> Normalize {
        let collation = Rc::clone(&self.ports.get().collation);
        Rc::new(move |text: &str, form: Form| collation.normalize(text, form))
    }

    /// Applies an answer to a guess and interprets the file again.
    pub fn answer_sheet(self, answer: GuessAnswer) {
        self.sheet.stop();
        let answered = self.sheet.people.write_value().as_mut().map(|people| people.answer(answer));
        if let Some(Err(fault)) = answered {
            self.sheet.forget();
            return self.sheet.opening.set(Some(Opening::UnreadableBody(UnreadableBody::Fault(fault))));
        }
        self.sheet.understood();
        self.match_sheet();
    }

    /// Matches the file against all users, if the list is complete and no guess is unanswered.
    pub fn match_sheet(self) {
        let at = self.listed_at.get_untracked();
        let (true, Some(at)) = (self.list.with_untracked(|list| *list == List::Complete), at) else { return };
        if self.sheet.finding.with_untracked(|finding| matches!(finding, Finding::Asking { .. })) {
            return;
        }
        let people = self.sheet.people.read_value();
        let Some(confirmed) = people.as_ref().and_then(People::confirmed) else { return };
        let matches = self.users.with_untracked(|users| confirmed.match_with(users));
        self.tell_found(Found { matches, by: By::List(at), refused: 0 });
    }

    fn tell_found(self, found: Found) {
        self.announcer.tell(Announcement::Found(found.matches.found.len() as u64));
        self.sheet.finding.set(Finding::Done(Rc::new(found)));
    }

    /// Looks up the users of the file in PingOne.
    pub fn look_up_sheet(self) {
        let Some(connection) = self.connection() else { return };
        let people = self.sheet.people.read_value();
        let questions = people.as_ref().and_then(People::confirmed).map(Questions::of).map(Rc::new);
        drop(people);
        let Some(questions) = questions else { return };
        self.sheet.stop();
        let of = questions.len();
        self.sheet.finding.set(Finding::Asking { done: 0, of, halted: None });
        let policy = Rc::new(connection.policy().clone());
        let mut lookup = Lookup::new(questions, policy, connection.jitter());
        let (sender, mut inbox) = mpsc::unbounded();
        self.sheet.commands.set_value(Some(sender));
        self.sheet.tasks.spawn(async move {
            // Looked up per request, because a new token comes with a new connection.
            let ask = |job: Job| {
                let connection = self.connection();
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
            let observe = |lookup: &mut Lookup| {
                let halted = match lookup.state() {
                    State::Halted(fault) => Some(fault),
                    State::Asking | State::Complete => None,
                };
                let finding = Finding::Asking { done: lookup.done(), of, halted };
                if self.sheet.finding.with_untracked(|old| *old != finding) {
                    if let Finding::Asking { halted: Some(fault), .. } = &finding {
                        self.announcer.tell(Announcement::Failed(fault.clone()));
                        self.trouble.explain(Location::Sheet, Operation::FilterUsers, fault, None, None);
                    }
                    self.sheet.finding.set(finding);
                }
            };
            drive(&mut lookup, &connection, &mut inbox, ask, observe).await;
            if lookup.state() != State::Complete {
                return;
            }
            let matches = {
                let people = self.sheet.people.read_value();
                let confirmed = people.as_ref().and_then(People::confirmed);
                confirmed.map(|people| Matches::from_answers(people, lookup.answers()))
            };
            if let Some(matches) = matches {
                let by = By::PingOne(connection.clock().wall());
                self.tell_found(Found { matches, by, refused: lookup.refused() });
            }
        });
    }

    /// Resumes a paused lookup.
    pub fn resume_sheet(self) {
        if let Some(sender) = &*self.sheet.commands.read_value() {
            // A lookup that has ended accepts no command.
            let _ = sender.unbounded_send(Command::Resume);
        }
    }

    /// Resumes a lookup that was paused because the token expired.
    pub(super) fn continue_sheet(self) {
        if self
            .sheet
            .finding
            .with_untracked(|finding| matches!(finding, Finding::Asking { halted: Some(_), .. }))
        {
            self.resume_sheet();
        }
    }

    /// Saves a category: its original lines, with all columns.
    pub fn save_pile(self, pile: Pile, environment_name: &str) {
        let Some(found) = self.sheet.finding.with_untracked(Finding::found) else { return };
        let saved = {
            let people = self.sheet.people.read_value();
            let Some(people) = people.as_ref() else { return };
            let (at, csv) = (self.ports.get().clock.wall(), Format::Csv { byte_order_mark: false });
            let name = file_name(pile.word(), environment_name, at, Contents::WithNames, csv);
            let mut download = self.ports.get().files.save(&name, "text/csv");
            download.write_bytes(&people.file_of(&pile.entries(&found.matches)));
            download.finish()
        };
        self.announcer.tell(Announcement::Saved(saved));
    }

    /// Selects exactly the users of the file that are in the table.
    pub(crate) fn select_sheet(self) {
        self.close_search();
        self.table.select_only(self.users, self.rows_of_sheet());
    }

    /// Removes the users of the file from the selection.
    pub fn deselect_sheet(self) {
        let mut selected = self.table.selected.get_untracked();
        for row in self.rows_of_sheet() {
            selected.remove(row);
        }
        self.table.set_selected(selected);
    }

    /// The number of users of the file that are selected.
    pub fn sheet_selected(self) -> usize {
        self.sheet.finding.with(|_| ());
        let rows = self.rows_of_sheet();
        self.table
            .selected
            .with(|selected: &UserSet| rows.iter().filter(|row| selected.contains(**row)).count())
    }

    fn rows_of_sheet(self) -> Vec<UserIndex> {
        let ids = self.sheet.users();
        self.users.with_untracked(|users| ids.into_iter().filter_map(|id| users.find(id)).collect())
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
        troubles: Problem::ALL
            .into_iter()
            .filter_map(|problem| {
                let has_it = || people.entries().iter().filter(move |entry| entry.problem == Some(problem));
                let first = has_it().take(NAMED).map(|entry| (entry.line, short(entry.value.clone())));
                let (lines, first) = (has_it().count(), first.collect());
                (lines > 0).then_some(Trouble { problem, lines, first })
            })
            .collect(),
    }
}
