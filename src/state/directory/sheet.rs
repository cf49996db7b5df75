//! A list of people that somebody has as a file: how it is understood, whom it names, and what is kept of it.

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

use crate::state::announcement::Announcement;
use crate::state::tasks::Tasks;
use crate::state::troubleshooting::Location;
use leptos::prelude::*;

use super::{Directory, List};

/// So many lines are looked up in PingOne at most. Longer lists are compared with the list of all users.
pub const MOST_LOOKED_UP: usize = 2000;

/// The largest file that is read, in bytes.
pub const LARGEST: u32 = 64 << 20;

/// Of each problem so many lines are named.
const NAMED: usize = 3;

/// So long a cell is shown at most, in letters.
const SHOWN_OF_A_CELL: usize = 60;

/// So many columns are shown and can be chosen. A file that isn't a list may have any number.
const MOST_COLUMNS: usize = 200;

/// What came of the file.
#[derive(Debug, Clone, PartialEq)]
pub enum Opening {
    /// It is being read.
    Reading,
    /// It is no list.
    UnreadableBody(UnreadableBody),
    /// It is a list.
    Read(Rc<Understood>),
}

/// Why a file can't be taken for a list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum UnreadableBody {
    /// What is in it.
    Fault(ImportFault),
    /// It has more bytes than are read.
    TooLarge,
    /// The browser could not read it.
    Unreadable,
    /// Reading it took longer than is waited for.
    Silent,
}

/// A list as it is understood.
#[derive(Debug, Clone, PartialEq)]
pub struct Understood {
    /// How the file was written.
    pub encoding: Encoding,
    /// What stands between its cells.
    pub separator: Option<Separator>,
    /// How many people it has.
    pub lines: usize,
    /// How many have to be looked up: each once, and nobody whose cell can't name anybody.
    pub questions: usize,
    /// How many requests that takes.
    pub requests: usize,
    /// What has to be answered before anybody is looked for.
    pub guesses: Vec<Guess>,
    /// The columns that say on or off for each line.
    pub directions: Vec<Direction>,
    /// The words whose lines are taken, each with its column.
    pub taken: Vec<(usize, String)>,
    /// Whether a line is taken for the columns' names.
    pub has_header: bool,
    /// That line, or the one that would be taken, counted from 1.
    pub header_line: usize,
    /// The columns.
    pub columns: Vec<Column>,
    /// The place of the column that says who is meant.
    pub column: usize,
    /// By what users are named there.
    pub identity: Identity,
    /// The first lines.
    pub preview: Vec<PreviewLine>,
    /// Why some lines name nobody.
    pub troubles: Vec<Trouble>,
}

/// A problem that lines have.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Trouble {
    /// Which.
    pub problem: Problem,
    /// How many lines have it.
    pub lines: usize,
    /// The first of them: where they stand, and what they say.
    pub first: Vec<(usize, String)>,
}

/// How far it is known whom the list names.
#[derive(Debug, Clone, PartialEq)]
pub enum Finding {
    /// Nobody has looked.
    NotYet,
    /// PingOne is asked.
    Asking {
        /// So many questions were answered.
        done: usize,
        /// Of so many.
        of: usize,
        /// What it waits for, if it waits.
        halted: Option<Fault>,
    },
    /// It is known.
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

/// Whom the list names.
#[derive(Debug, PartialEq, Eq)]
pub struct Found {
    /// The list's entries.
    pub matches: Matches,
    /// Who told.
    pub by: By,
    /// How many questions PingOne didn't answer; they are among those who weren't found.
    pub refused: usize,
}

/// Who told whom a list names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum By {
    /// The list of all users, of that time.
    List(Timestamp),
    /// PingOne, at that time.
    PingOne(Timestamp),
}

/// One of the four matches.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Pile {
    /// [`Matches::found`]
    Found,
    /// [`Matches::not_found`]
    NotFound,
    /// [`Matches::ambiguous`]
    MoreThanOne,
    /// [`Matches::twice`]
    Twice,
}

impl Pile {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Found, Self::NotFound, Self::MoreThanOne, Self::Twice];

    /// The list's entries in it, by their places.
    #[must_use]
    pub fn entries(self, matches: &Matches) -> Vec<usize> {
        match self {
            Self::Found => matches.found.iter().map(|(entry, _)| *entry).collect(),
            Self::NotFound => matches.not_found.clone(),
            Self::MoreThanOne => matches.ambiguous.iter().map(|(entry, _)| *entry).collect(),
            Self::Twice => matches.duplicates.clone(),
        }
    }

    /// How many entries are in it.
    #[must_use]
    pub fn len(self, matches: &Matches) -> usize {
        match self {
            Self::Found => matches.found.len(),
            Self::NotFound => matches.not_found.len(),
            Self::MoreThanOne => matches.ambiguous.len(),
            Self::Twice => matches.duplicates.len(),
        }
    }

    /// The word for it in a file's name.
    const fn word(self) -> &'static str {
        match self {
            Self::Found => "mfa-list-found",
            Self::NotFound => "mfa-list-not-found",
            Self::MoreThanOne => "mfa-list-more-than-one",
            Self::Twice => "mfa-list-twice",
        }
    }
}

/// A list of people that somebody has as a file. It is forgotten when it is closed.
#[derive(Clone, Copy)]
pub struct Sheet {
    /// What came of the file; `None` where none is open.
    pub opening: RwSignal<Option<Opening>, LocalStorage>,
    /// How far it is known whom the list names.
    pub finding: RwSignal<Finding, LocalStorage>,
    people: StoredValue<Option<People>, LocalStorage>,
    commands: StoredValue<Option<UnboundedSender<Command>>, LocalStorage>,
    /// The question for a file, and the lookup.
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
    /// Forgets the file and ends what is going on about it.
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

    /// Asks PingOne no further; what it has answered is forgotten.
    pub fn stop(self) {
        self.tasks.abort_all();
        self.commands.update_value(|value| drop(std::mem::take(value)));
        self.finding.set(Finding::NotYet);
    }

    /// Whether PingOne is being asked.
    pub(super) fn is_asking(self) -> bool {
        self.finding.with_untracked(|finding| matches!(finding, Finding::Asking { halted: None, .. }))
    }

    /// Whom the list names, once that is known.
    #[must_use]
    pub fn found(self) -> Option<Rc<Found>> {
        self.finding.with(Finding::found)
    }

    /// The users whom the list names, in its order.
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
    /// Asks for a file and reads the list in it.
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
            // A large file takes a moment, and the page says so before.
            clock.sleep_until(clock.now() + Millis(20)).await;
            let read = match opened {
                Opened::Bytes(bytes) => {
                    import::read(&bytes, &self.normalize()).map_err(UnreadableBody::Fault)
                }
                Opened::TooLarge => Err(UnreadableBody::TooLarge),
                Opened::Silent => Err(UnreadableBody::Silent),
                Opened::Cancelled | Opened::Unreadable => Err(UnreadableBody::Unreadable),
            };
            // Whoever has closed it meanwhile wants none of it.
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

    /// Takes an answer to what was guessed about the list, and reads it anew.
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

    /// Looks for the list's people among all users, if they were read to the end and nothing is left to ask about the
    /// list.
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

    /// Looks the list's people up in PingOne.
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
            // The connection is asked for at every request, because a new token makes a new one.
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

    /// Goes on with a lookup that waits.
    pub fn resume_sheet(self) {
        if let Some(sender) = &*self.sheet.commands.read_value() {
            // A lookup that has ended takes no command.
            let _ = sender.unbounded_send(Command::Resume);
        }
    }

    /// Goes on with a lookup that the last token's end has halted.
    pub(super) fn continue_sheet(self) {
        if self
            .sheet
            .finding
            .with_untracked(|finding| matches!(finding, Finding::Asking { halted: Some(_), .. }))
        {
            self.resume_sheet();
        }
    }

    /// Saves a pile: its lines as they are in the file, with all columns.
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

    /// Selects exactly the list's people, as far as they are in the table.
    pub(in crate::state) fn select_sheet(self) {
        self.close_search();
        self.table.select_only(self.users, self.rows_of_sheet());
    }

    /// Takes the list's people out of the selection.
    pub fn deselect_sheet(self) {
        let mut selected = self.table.selected.get_untracked();
        for row in self.rows_of_sheet() {
            selected.remove(row);
        }
        self.table.set_selected(selected);
    }

    /// How many of the list's people are selected.
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
