//! Encodes the journal of a run as bytes, and restores a run from them.
//!
//! An entry consists of a version, a kind, its fields, and a CRC-32 over all of them. Numbers are big-endian; a text
//! is its length in bytes, then UTF-8. The first entry of a run is its plan; batches of [`Record`]s follow. Entries
//! contain ids, states and PingOne's error codes, and no names, addresses or tokens.
//!
//! Stored bytes may have been cut, altered or written by a newer version of the page. Nothing is used before all of it
//! was read without an error. The bytes of an entry never change meaning: journals of earlier versions are still read.

use std::collections::HashMap;

use pingone::environment::EnvironmentId;
use pingone::time::Timestamp;
use pingone::token::Actor;
use pingone::user::{Mfa, UserId};
use thiserror::Error;
use uuid::Uuid;

use crate::run::record::{Record, RowIndex};

use super::checksum::Checksum;
use super::plan::{Exclusion, LeftOut, Plan, PlanNumber, PlannedPauses, PlannedRow, Undone};
use super::row::{Failure, Row, RowState};

/// The format version that is written, and the only one that is read.
const VERSION: u8 = 1;

const PLAN: u8 = 1;
const BATCH: u8 = 2;
const ACTOR: u8 = 3;
const CLOSED: u8 = 4;
const HANDED_OVER: u8 = 5;
const KEPT: u8 = 6;
const INTENT: u8 = 1;
const SETTLED: u8 = 2;
const SEEN: u8 = 3;
const ANOTHER_WRITER: u8 = 4;

/// One entry of a run's journal, in decoded form.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Entry {
    /// The plan: always the first entry, and the only one of its kind.
    Plan(Plan),
    /// A batch of write-ahead intents and outcomes, stored at once.
    Batch(Vec<Record>),
    /// The owner of the token that the run continues with. The entry contains its own index, so that an entry that
    /// couldn't be stored doesn't shift the later ones.
    Actor {
        /// The index that rows use for this actor.
        index: u8,
        /// The owner of the token: an application or a person.
        actor: Actor,
    },
    /// The run was closed at this time: nothing more is written for it.
    Closed(Timestamp),
    /// The run was saved for another computer at this time. The entry stays in this browser's journal
    /// and isn't written to a run file.
    HandedOver(Timestamp),
    /// A person continued the run here at this time although it was saved for another computer.
    Kept(Timestamp),
}

/// The reason why a journal can't be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum Damage {
    /// It was written by a newer version of the page.
    #[error("written by a newer version")]
    Newer,
    /// Its bytes differ from those that were written: the checksum is wrong.
    #[error("the checksum is wrong")]
    Altered,
    /// The checksum is right, but the content is invalid.
    #[error("it makes no sense")]
    Invalid,
    /// The journal doesn't begin with a plan.
    #[error("there is no plan")]
    NoPlan,
}

/// A run as its journal describes it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Restored {
    /// The plan. `read_at` of a row that was refreshed is the time of the refresh.
    pub plan: Plan,
    /// The rows, in the plan's order. A row without a stored outcome is waiting.
    pub rows: Vec<Row>,
    /// The failures of rows, by row index.
    pub failures: HashMap<RowIndex, Failure>,
    /// The rows with a stored intent and no stored outcome: their PUT may have been sent. They are
    /// read before anything is written.
    pub open: Vec<RowIndex>,
    /// The owners of the tokens that were used, by the index that rows contain.
    pub actors: Vec<Actor>,
    /// When the run was closed; `None` if it wasn't.
    pub closed_at: Option<Timestamp>,
    /// When a spot check first showed that someone else is changing the same users.
    pub another_writer_at: Option<Timestamp>,
    /// When the run was last saved for another computer; `None` if a person has continued it here since.
    pub handed_over_at: Option<Timestamp>,
}

impl Entry {
    /// Encodes the entry, with its checksum.
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        let mut bytes = Bytes(vec![VERSION]);
        match self {
            Self::Plan(plan) => bytes.plan(plan),
            Self::Batch(records) => bytes.batch(records),
            Self::Actor { index, actor } => bytes.actor(*index, actor),
            Self::Closed(at) => bytes.dated(CLOSED, *at),
            Self::HandedOver(at) => bytes.dated(HANDED_OVER, *at),
            Self::Kept(at) => bytes.dated(KEPT, *at),
        }
        let sum = Checksum::of(&bytes.0);
        bytes.number(sum);
        bytes.0
    }

    /// Whether an encoded entry concerns only this browser and not the run itself, so that a run file leaves it out.
    #[must_use]
    pub fn is_of_this_browser(bytes: &[u8]) -> bool {
        matches!(bytes, [VERSION, HANDED_OVER | KEPT, ..])
    }

    /// Decodes one stored entry: checksum, version, kind and content.
    ///
    /// # Errors
    /// Any [`Damage`] except [`Damage::NoPlan`].
    pub fn decode(bytes: &[u8]) -> Result<Self, Damage> {
        let (body, sum) = bytes.split_last_chunk::<4>().ok_or(Damage::Altered)?;
        if Checksum::of(body) != u32::from_be_bytes(*sum) {
            return Err(Damage::Altered);
        }
        let mut reader = Reader(body);
        if reader.byte()? != VERSION {
            return Err(Damage::Newer);
        }
        let entry = match reader.byte()? {
            PLAN => Self::Plan(reader.plan()?),
            BATCH => Self::Batch(reader.batch()?),
            ACTOR => Self::Actor { index: reader.byte()?, actor: reader.actor()? },
            CLOSED => Self::Closed(reader.time()?),
            HANDED_OVER => Self::HandedOver(reader.time()?),
            KEPT => Self::Kept(reader.time()?),
            _ => return Err(Damage::Invalid),
        };
        if reader.0.is_empty() { Ok(entry) } else { Err(Damage::Invalid) }
    }
}

/// Restores a run from all entries of its journal.
///
/// # Errors
/// Any [`Damage`]. Then no part of the journal may be used.
pub fn restore(entries: &[Vec<u8>]) -> Result<Restored, Damage> {
    let mut restoring = Restoring::default();
    for entry in entries {
        restoring.take(entry)?;
    }
    restoring.finish()
}

/// Restores a journal entry by entry, so that the page can do other work in between.
#[derive(Debug, Default)]
pub struct Restoring {
    /// The run as restored so far; `None` before the plan.
    restored: Option<Restored>,
    /// For each row, whether it has an intent and no outcome.
    intended: Vec<bool>,
}

impl Restoring {
    /// Applies the next entry.
    ///
    /// # Errors
    /// Any [`Damage`]. Then no part of the journal may be used.
    pub fn take(&mut self, entry: &[u8]) -> Result<(), Damage> {
        match (&mut self.restored, Entry::decode(entry)?) {
            (None, Entry::Plan(plan)) => self.begin(plan),
            (None, _) => return Err(Damage::NoPlan),
            (Some(_), Entry::Plan(_)) => return Err(Damage::Invalid),
            (Some(restored), Entry::Batch(records)) => {
                for record in records {
                    restored.take(record, &mut self.intended)?;
                }
            }
            (Some(restored), Entry::Actor { index, actor }) => restored.acts(index, actor),
            // The first closing counts: a read-back of a closed run closes it once more.
            (Some(restored), Entry::Closed(at)) => {
                restored.closed_at.get_or_insert(at);
            }
            (Some(restored), Entry::HandedOver(at)) => restored.handed_over_at = Some(at),
            (Some(restored), Entry::Kept(_)) => restored.handed_over_at = None,
        }
        Ok(())
    }

    fn begin(&mut self, plan: Plan) {
        self.intended = vec![false; plan.rows.len()];
        self.restored = Some(Restored {
            rows: vec![Row::default(); plan.rows.len()],
            plan,
            failures: HashMap::new(),
            open: Vec::new(),
            actors: Vec::new(),
            closed_at: None,
            another_writer_at: None,
            handed_over_at: None,
        });
    }

    /// Returns the restored run.
    ///
    /// # Errors
    /// [`Damage::NoPlan`] if there was no entry.
    pub fn finish(self) -> Result<Restored, Damage> {
        let mut restored = self.restored.ok_or(Damage::NoPlan)?;
        let open = self.intended.iter().enumerate().filter(|(_, is_open)| **is_open);
        restored.open = open.filter_map(|(index, _)| RowIndex::try_from(index).ok()).collect();
        Ok(restored)
    }
}

impl Restored {
    fn acts(&mut self, index: u8, actor: Actor) {
        let index = usize::from(index);
        if index >= self.actors.len() {
            self.actors.resize(index + 1, Actor::Unknown);
        }
        if let Some(known) = self.actors.get_mut(index) {
            *known = actor;
        }
    }

    fn take(&mut self, record: Record, intended: &mut [bool]) -> Result<(), Damage> {
        match record {
            Record::Intent(indexes) => {
                let actor = u8::try_from(self.actors.len().saturating_sub(1)).unwrap_or(u8::MAX);
                for index in indexes {
                    *intended.get_mut(index as usize).ok_or(Damage::Invalid)? = true;
                    self.rows.get_mut(index as usize).ok_or(Damage::Invalid)?.actor = actor;
                }
            }
            Record::Settled { index, row, failure } => {
                *self.rows.get_mut(index as usize).ok_or(Damage::Invalid)? = row;
                *intended.get_mut(index as usize).ok_or(Damage::Invalid)? = false;
                self.failures.remove(&index);
                self.failures.extend(failure.map(|failure| (index, failure)));
            }
            Record::Seen { at, indexes } => {
                for index in indexes {
                    self.plan.rows.get_mut(index as usize).ok_or(Damage::Invalid)?.read_at = at;
                }
            }
            Record::AnotherWriter { at } => {
                self.another_writer_at.get_or_insert(at);
            }
        }
        Ok(())
    }
}

struct Bytes(Vec<u8>);

impl Bytes {
    fn number(&mut self, number: u32) {
        self.0.extend(number.to_be_bytes());
    }

    fn time(&mut self, at: Timestamp) {
        self.0.extend(at.0.to_be_bytes());
    }

    fn dated(&mut self, kind: u8, at: Timestamp) {
        self.0.push(kind);
        self.time(at);
    }

    fn maybe<T>(&mut self, value: Option<T>, write: impl FnOnce(&mut Self, T)) {
        self.0.push(u8::from(value.is_some()));
        if let Some(value) = value {
            write(self, value);
        }
    }

    fn text(&mut self, text: &str) {
        self.number(length(text.len()));
        self.0.extend(text.as_bytes());
    }

    fn plan(&mut self, plan: &Plan) {
        self.0.push(PLAN);
        self.0.extend(plan.environment.0.as_bytes());
        self.0.push(u8::from(plan.to));
        self.time(plan.made_at);
        self.text(&plan.reference);
        self.text(&plan.reason);
        self.0.push(u8::from(plan.stops.after_pilot));
        self.maybe(plan.stops.every, Self::number);
        self.maybe(plan.undoes.as_ref(), |bytes, undone| bytes.number(undone.number.0));
        self.number(length(plan.rows.len()));
        for row in &plan.rows {
            self.0.extend(row.user.0.as_bytes());
            self.0.push(index(&FLAGS, row.from));
            self.time(row.read_at);
        }
        self.number(length(plan.left_out.len()));
        for left_out in &plan.left_out {
            self.0.extend(left_out.user.0.as_bytes());
            self.0.push(index(&EXCLUSIONS, left_out.why));
        }
        // Plans of earlier versions of the page end here. So does every plan that doesn't undo another one, or undoes
        // one without a reference.
        if let Some(undone) = plan.undoes.as_ref().filter(|undone| !undone.reference.is_empty()) {
            self.text(&undone.reference);
        }
    }

    fn batch(&mut self, records: &[Record]) {
        self.0.push(BATCH);
        self.number(length(records.len()));
        for record in records {
            match record {
                Record::Intent(indexes) => {
                    self.0.push(INTENT);
                    self.indexes(indexes);
                }
                Record::Seen { at, indexes } => {
                    self.0.push(SEEN);
                    self.time(*at);
                    self.indexes(indexes);
                }
                Record::AnotherWriter { at } => self.dated(ANOTHER_WRITER, *at),
                Record::Settled { index, row, failure } => {
                    self.0.push(SETTLED);
                    self.number(*index);
                    self.row(row);
                    self.maybe(failure.as_ref(), Self::failure);
                }
            }
        }
    }

    fn indexes(&mut self, indexes: &[RowIndex]) {
        self.number(length(indexes.len()));
        for index in indexes {
            self.number(*index);
        }
    }

    fn actor(&mut self, index: u8, actor: &Actor) {
        self.0.extend([ACTOR, index]);
        let (kind, id) = match actor {
            Actor::Unknown => (0, None),
            Actor::Application(id) => (1, Some(id)),
            Actor::Person(id) => (2, id.as_ref()),
            Actor::EndUser(id) => (3, id.as_ref()),
        };
        self.0.push(kind);
        self.maybe(id.map(String::as_str), Self::text);
    }

    fn row(&mut self, row: &Row) {
        self.0.push(index(&RowState::ALL, row.state));
        self.0.extend(row.writes.to_be_bytes());
        self.maybe(row.at, Self::time);
        self.maybe(row.read_back_at, Self::time);
        self.maybe(row.correlation_id, |bytes, id| bytes.0.extend(id.as_bytes()));
        self.0.push(row.actor);
    }

    fn failure(&mut self, failure: &Failure) {
        self.0.extend(failure.status.to_be_bytes());
        self.maybe(failure.code.as_deref(), Self::text);
        self.text(&failure.message);
    }
}

const FLAGS: [Mfa; 3] = [Mfa::Off, Mfa::On, Mfa::Unknown];

/// The order defines the stored bytes: a new exclusion goes last.
const EXCLUSIONS: [Exclusion; Exclusion::ALL.len()] = [
    Exclusion::AlreadySet,
    Exclusion::AccountDisabled,
    Exclusion::Protected,
    Exclusion::Gone,
    Exclusion::NoDevice,
    Exclusion::DevicesNotKnown,
    Exclusion::Unreadable,
    Exclusion::ChangedBySomeoneElse,
    Exclusion::EarlierNotKnown,
    Exclusion::OwnAccount,
];

fn length(length: usize) -> u32 {
    u32::try_from(length).unwrap_or(u32::MAX)
}

/// Each of these lists contains every possible value and has far fewer than 256 elements.
fn index<T: PartialEq + Copy>(all: &[T], one: T) -> u8 {
    all.iter().position(|other| *other == one).and_then(|index| u8::try_from(index).ok()).unwrap_or_default()
}

struct Reader<'a>(&'a [u8]);

impl Reader<'_> {
    fn chunk<const N: usize>(&mut self) -> Result<[u8; N], Damage> {
        let (chunk, rest) = self.0.split_first_chunk::<N>().ok_or(Damage::Invalid)?;
        self.0 = rest;
        Ok(*chunk)
    }

    fn byte(&mut self) -> Result<u8, Damage> {
        self.chunk::<1>().map(|[byte]| byte)
    }

    fn is(&mut self) -> Result<bool, Damage> {
        match self.byte()? {
            0 => Ok(false),
            1 => Ok(true),
            _ => Err(Damage::Invalid),
        }
    }

    fn number(&mut self) -> Result<u32, Damage> {
        self.chunk().map(u32::from_be_bytes)
    }

    fn short(&mut self) -> Result<u16, Damage> {
        self.chunk().map(u16::from_be_bytes)
    }

    fn time(&mut self) -> Result<Timestamp, Damage> {
        self.chunk().map(i64::from_be_bytes).map(Timestamp)
    }

    fn id(&mut self) -> Result<Uuid, Damage> {
        self.chunk().map(Uuid::from_bytes)
    }

    fn text(&mut self) -> Result<String, Damage> {
        let length = self.number()? as usize;
        let (text, rest) = self.0.split_at_checked(length).ok_or(Damage::Invalid)?;
        self.0 = rest;
        std::str::from_utf8(text).map(str::to_owned).map_err(|_| Damage::Invalid)
    }

    fn maybe<T>(&mut self, read: impl FnOnce(&mut Self) -> Result<T, Damage>) -> Result<Option<T>, Damage> {
        if self.is()? { read(self).map(Some) } else { Ok(None) }
    }

    fn one_of<T: Copy>(&mut self, all: &[T]) -> Result<T, Damage> {
        all.get(usize::from(self.byte()?)).copied().ok_or(Damage::Invalid)
    }

    /// The stored length isn't trusted: missing elements end the decoding, and no more memory than the rest of the
    /// entry could fill is reserved.
    fn many<T>(&mut self, read: impl Fn(&mut Self) -> Result<T, Damage>) -> Result<Vec<T>, Damage> {
        let length = self.number()? as usize;
        let mut many = Vec::with_capacity(length.min(self.0.len()));
        for _ in 0..length {
            many.push(read(self)?);
        }
        Ok(many)
    }

    fn plan(&mut self) -> Result<Plan, Damage> {
        let mut plan = Plan {
            environment: EnvironmentId(self.id()?),
            to: self.is()?,
            made_at: self.time()?,
            reference: self.text()?,
            reason: self.text()?,
            stops: PlannedPauses { after_pilot: self.is()?, every: self.maybe(Self::number)? },
            undoes: self
                .maybe(Self::number)?
                .map(|number| Undone { number: PlanNumber(number), reference: String::new() }),
            rows: self.many(Self::planned)?,
            left_out: self.many(|reader| {
                Ok(LeftOut { user: UserId(reader.id()?), why: reader.one_of(&EXCLUSIONS)? })
            })?,
        };
        if let Some(undone) = plan.undoes.as_mut().filter(|_| !self.0.is_empty()) {
            undone.reference = self.text()?;
        }
        Ok(plan)
    }

    fn actor(&mut self) -> Result<Actor, Damage> {
        let kind = self.byte()?;
        Ok(match (kind, self.maybe(Self::text)?) {
            (0, None) => Actor::Unknown,
            (1, Some(id)) => Actor::Application(id),
            (2, id) => Actor::Person(id),
            (3, id) => Actor::EndUser(id),
            _ => return Err(Damage::Invalid),
        })
    }

    fn planned(&mut self) -> Result<PlannedRow, Damage> {
        Ok(PlannedRow { user: UserId(self.id()?), from: self.one_of(&FLAGS)?, read_at: self.time()? })
    }

    fn batch(&mut self) -> Result<Vec<Record>, Damage> {
        self.many(|reader| match reader.byte()? {
            INTENT => reader.many(Self::number).map(Record::Intent),
            SETTLED => Ok(Record::Settled {
                index: reader.number()?,
                row: reader.row()?,
                failure: reader.maybe(Self::failure)?,
            }),
            ANOTHER_WRITER => Ok(Record::AnotherWriter { at: reader.time()? }),
            SEEN => Ok(Record::Seen { at: reader.time()?, indexes: reader.many(Self::number)? }),
            _ => Err(Damage::Invalid),
        })
    }

    fn row(&mut self) -> Result<Row, Damage> {
        Ok(Row {
            state: self.one_of(&RowState::ALL)?,
            writes: self.short()?,
            at: self.maybe(Self::time)?,
            read_back_at: self.maybe(Self::time)?,
            correlation_id: self.maybe(Self::id)?,
            actor: self.byte()?,
        })
    }

    fn failure(&mut self) -> Result<Failure, Damage> {
        Ok(Failure { status: self.short()?, code: self.maybe(Self::text)?, message: self.text()? })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn plan(users: u128) -> Plan {
        let user = |number| UserId(Uuid::from_u128(number));
        let row = |number| PlannedRow { user: user(number), from: Mfa::Off, read_at: Timestamp(5) };
        Plan {
            environment: EnvironmentId(Uuid::from_u128(99)),
            to: true,
            made_at: Timestamp(1_795_500_000_000),
            rows: (1..=users).map(row).collect(),
            left_out: vec![LeftOut { user: user(50), why: Exclusion::Protected }],
            reference: "CHG0041273".into(),
            stops: PlannedPauses { after_pilot: true, every: Some(50) },
            reason: "Ä".into(),
            undoes: Some(Undone { number: PlanNumber(7), reference: "CHG7".into() }),
        }
    }

    fn settled(index: RowIndex, state: RowState) -> Record {
        let row = Row { state, writes: 2, at: Some(Timestamp(9)), actor: 1, ..Row::default() };
        let failure = (state == RowState::Refused).then(|| Failure {
            status: 403,
            code: Some("ACCESS_FAILED".into()),
            message: "no".into(),
        });
        Record::Settled { index, row, failure }
    }

    fn journal() -> Vec<Vec<u8>> {
        let batches = [
            vec![Record::Intent(vec![0, 1, 2])],
            vec![settled(0, RowState::Changed), settled(2, RowState::Refused), Record::Intent(vec![3])],
        ];
        let plan = Entry::Plan(plan(5)).encode();
        let actor = Actor::Application("0b41".into());
        let ends =
            [Entry::Actor { index: 1, actor }, Entry::Closed(Timestamp(12)), Entry::Closed(Timestamp(99))];
        let entries = batches.map(Entry::Batch).into_iter().chain(ends);
        std::iter::once(plan).chain(entries.map(|entry| entry.encode())).collect()
    }

    #[test]
    fn restoring_returns_outcomes_and_open_rows() {
        let restored = restore(&journal()).unwrap();
        assert_eq!(restored.plan, plan(5));
        let states: Vec<RowState> = restored.rows.iter().map(|row| row.state).collect();
        let waiting = RowState::Waiting;
        assert_eq!(states, [RowState::Changed, waiting, RowState::Refused, waiting, waiting]);
        assert_eq!((restored.open, restored.failures.len()), (vec![1, 3], 1));
        assert_eq!(restored.actors, [Actor::Unknown, Actor::Application("0b41".into())]);
        assert_eq!(restored.closed_at, Some(Timestamp(12)));
    }

    #[test]
    fn exclusions_keep_their_stored_bytes() {
        let bytes = Exclusion::ALL.map(|why| index(&EXCLUSIONS, why));
        assert_eq!(bytes, [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
        let left_out = Exclusion::ALL.map(|why| LeftOut { user: UserId(Uuid::from_u128(1)), why });
        let entry = Entry::Plan(Plan { left_out: left_out.to_vec(), ..plan(1) });
        assert_eq!(Entry::decode(&entry.encode()), Ok(entry));
    }

    #[test]
    fn an_undo_stores_the_reference_and_older_undos_without_one_are_read() {
        let undo = |reference: &str| Plan {
            undoes: Some(Undone { number: PlanNumber(7), reference: reference.into() }),
            ..plan(2)
        };
        for plan in [undo("CHG7"), undo(""), Plan { undoes: None, ..plan(2) }] {
            let entry = Entry::Plan(plan);
            assert_eq!(Entry::decode(&entry.encode()), Ok(entry));
        }
        // Earlier versions of the page stored nothing after the excluded users.
        let bytes = Entry::Plan(undo("")).encode();
        let longer = Entry::Plan(undo("CHG7")).encode();
        assert_eq!(longer.len(), bytes.len() + 4 + "CHG7".len());
        assert_eq!(longer[..bytes.len() - 4], bytes[..bytes.len() - 4]);
    }

    #[test]
    fn other_writers_and_handovers_are_restored_and_absent_in_older_journals() {
        let older = restore(&journal()).unwrap();
        assert_eq!((older.another_writer_at, older.handed_over_at), (None, None));
        let seen = |at| Record::AnotherWriter { at: Timestamp(at) };
        let later = [
            Entry::Batch(vec![settled(4, RowState::AlreadySet), seen(7), seen(9)]),
            Entry::HandedOver(Timestamp(20)),
            Entry::Kept(Timestamp(30)),
            Entry::HandedOver(Timestamp(40)),
        ];
        let of = |entries: &[Entry]| {
            let entries = entries.iter().map(Entry::encode);
            let all: Vec<Vec<u8>> = journal().into_iter().chain(entries).collect();
            let restored = restore(&all).unwrap();
            (restored.another_writer_at, restored.handed_over_at)
        };
        assert_eq!(of(&later[..1]), (Some(Timestamp(7)), None), "the first sighting counts");
        assert_eq!(of(&later[..2]), (Some(Timestamp(7)), Some(Timestamp(20))));
        assert_eq!(of(&later[..3]), (Some(Timestamp(7)), None), "a person has continued here since");
        assert_eq!(of(&later), (Some(Timestamp(7)), Some(Timestamp(40))));
        let is_local = |entry: &Entry| Entry::is_of_this_browser(&entry.encode());
        assert_eq!([0, 1, 2, 3].map(|at| is_local(&later[at])), [false, true, true, true]);
        assert!(!journal().iter().any(|entry| Entry::is_of_this_browser(entry)));
    }

    #[test]
    fn entries_keep_the_bytes_that_earlier_builds_wrote() {
        let with_sum = |mut bytes: Vec<u8>| {
            bytes.extend(crc32fast::hash(&bytes).to_be_bytes());
            bytes
        };
        let closed = with_sum(vec![1, 4, 0, 0, 0, 0, 0, 0, 0, 12]);
        assert_eq!(Entry::decode(&closed), Ok(Entry::Closed(Timestamp(12))));
        assert_eq!(Entry::Closed(Timestamp(12)).encode(), closed);
        let batch = with_sum(vec![
            1, 2, 0, 0, 0, 2, 1, 0, 0, 0, 1, 0, 0, 0, 5, 3, 0, 0, 0, 0, 0, 0, 0, 9, 0, 0, 0, 1, 0, 0, 0, 6,
        ]);
        let records = vec![Record::Intent(vec![5]), Record::Seen { at: Timestamp(9), indexes: vec![6] }];
        assert_eq!(Entry::decode(&batch), Ok(Entry::Batch(records.clone())));
        assert_eq!(Entry::Batch(records).encode(), batch);
    }

    /// An entry or record of each kind, with each value that is stored as a number.
    fn every_kind() -> Vec<Entry> {
        let mut whole = plan(3);
        for (row, from) in whole.rows.iter_mut().zip([Mfa::Off, Mfa::On, Mfa::Unknown]) {
            row.from = from;
        }
        let named = || Some("0b41".to_owned());
        let actors = [
            Actor::Unknown,
            Actor::Application("0b41".into()),
            Actor::Person(named()),
            Actor::Person(None),
            Actor::EndUser(named()),
        ];
        let row = Row {
            state: RowState::Changed,
            writes: 0x102,
            at: Some(Timestamp(9)),
            read_back_at: Some(Timestamp(10)),
            correlation_id: Some(Uuid::from_u128(7)),
            actor: 1,
        };
        let mut records: Vec<Record> =
            (0..).zip(RowState::ALL).map(|(index, state)| settled(index, state)).collect();
        records.push(Record::Settled { index: 0x0102_0304, row, failure: None });
        records.push(Record::AnotherWriter { at: Timestamp(11) });
        records.push(Record::Seen { at: Timestamp(12), indexes: vec![3, 4] });
        records.push(Record::Intent(vec![1, 2]));
        let actors = (0..).zip(actors).map(|(index, actor)| Entry::Actor { index, actor });
        [Entry::Plan(whole), Entry::Plan(Plan { undoes: None, ..plan(1) })]
            .into_iter()
            .chain(actors)
            .chain([Entry::Batch(records), Entry::Closed(Timestamp(13))])
            .chain([Entry::HandedOver(Timestamp(14)), Entry::Kept(Timestamp(15))])
            .collect()
    }

    #[test]
    fn every_kind_of_entry_has_the_stored_bytes() {
        let stored = include_str!("../../tests/fixtures/journal-entries.txt").lines();
        let byte = |line: &str, at| u8::from_str_radix(&line[at..at + 2], 16).unwrap();
        let stored = stored.map(|line| (0..line.len()).step_by(2).map(|at| byte(line, at)).collect());
        let stored: Vec<Vec<u8>> = stored.collect();
        let entries = every_kind();
        assert_eq!(entries.iter().map(Entry::encode).collect::<Vec<_>>(), stored);
        assert_eq!(
            stored.iter().map(|bytes| Entry::decode(bytes)).collect::<Result<Vec<_>, _>>(),
            Ok(entries)
        );
    }

    #[test]
    fn every_altered_byte_and_every_cut_is_detected() {
        for entry in journal() {
            for at in 0..entry.len() {
                let mut altered = entry.clone();
                altered[at] ^= 0x10;
                assert_eq!(Entry::decode(&altered), Err(Damage::Altered), "byte {at}");
                assert!(Entry::decode(&entry[..at]).is_err(), "cut at {at}");
            }
        }
    }

    #[test]
    fn journals_that_are_newer_or_lack_a_plan_or_have_unknown_rows_are_refused() {
        let mut newer = vec![VERSION + 1, BATCH];
        newer.extend(crc32fast::hash(&newer).to_be_bytes());
        assert_eq!(Entry::decode(&newer), Err(Damage::Newer));
        assert_eq!(restore(&[]), Err(Damage::NoPlan));
        assert_eq!(restore(&journal()[1..]), Err(Damage::NoPlan));
        let unknown_row = Entry::Batch(vec![Record::Intent(vec![5])]).encode();
        assert_eq!(restore(&[Entry::Plan(plan(5)).encode(), unknown_row]), Err(Damage::Invalid));
    }

    #[test]
    fn a_plan_of_100_000_rows_takes_two_and_a_half_megabytes() {
        let bytes = Entry::Plan(plan(100_000)).encode();
        assert!(bytes.len() < 2_510_000, "{}", bytes.len());
        assert_eq!(Entry::decode(&bytes).map(|entry| entry == Entry::Plan(plan(100_000))), Ok(true));
    }

    proptest! {
        #[test]
        fn arbitrary_bytes_never_panic(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
            let mut bytes = bytes;
            bytes.insert(0, VERSION);
            bytes.extend(crc32fast::hash(&bytes).to_be_bytes());
            if let Ok(entry) = Entry::decode(&bytes) {
                prop_assert_eq!(Entry::decode(&entry.encode()), Ok(entry));
            }
        }
    }
}
