//! Reads a report from a JSON file. The file comes from a person's disk, so nothing in it is trusted
//! until all of it has been checked.

use std::collections::{HashMap, HashSet};
use std::rc::Rc;

use pingone::environment::EnvironmentId;
use pingone::json;
use pingone::user::{GroupId, Mfa, UserId};
use serde_json::Value;

use crate::run::checksum::Checksum;
use crate::run::limits::{Access, TurnOff};
use crate::run::plan::{Exclusion, LeftOut, Plan, PlanNumber, PlannedPauses, PlannedRow, Undone};
use crate::run::report::{LimitsInForce, Operator, RunReport};
use crate::run::row::{Failure, Row, RowState};

use super::{CHECKSUM, KIND, LEFT_OUT, REPORT_LIMIT, ReportFault, VERSION};

type Read<T> = Result<T, ReportFault>;

/// Reader of one file that works in steps, so that the page stays responsive.
#[derive(Debug)]
pub struct ReportReader {
    text: String,
    /// Byte offset of the next line.
    at: usize,
    head: Value,
    rows: Rows,
    left_out: Option<Vec<LeftOut>>,
}

impl ReportReader {
    /// Checks size, encoding, kind, version and checksum of the file, and parses its first line.
    ///
    /// # Errors
    /// `.` if the file isn't a report in the form that this page writes or is over [`REPORT_LIMIT`], `version` if a
    /// newer page wrote it, `checksum` if it was cut or altered, and the field if its first line can't be used.
    pub fn new(file: Vec<u8>) -> Read<Self> {
        if file.len() > REPORT_LIMIT as usize {
            return Err(ReportFault::new(".", "is larger than 256 MB"));
        }
        let text = String::from_utf8(file).map_err(|_| ReportFault::new(".", "isn't UTF-8"))?;
        // Some editors add a byte order mark, which isn't valid JSON.
        let report = text.trim_start_matches('\u{feff}');
        check_kind(report)?;
        check_checksum(report)?;
        let mut at = text.len() - report.len();
        let head = head(line(&text, &mut at).unwrap_or_default())?;
        Ok(Self { text, at, head, rows: Rows::default(), left_out: None })
    }

    /// Reads at most `rows` further rows. Returns the report after the last.
    ///
    /// # Errors
    /// The first field that is missing or invalid. Then nothing of the file may be used.
    pub fn step(&mut self, rows: usize) -> Read<Option<RunReport>> {
        for _ in 0..rows.max(1) {
            let Some(line) = line(&self.text, &mut self.at) else {
                let section = if self.left_out.is_some() { "leftOut" } else { "rows" };
                return Err(ReportFault::new(section, "does not end"));
            };
            match &mut self.left_out {
                None if line == LEFT_OUT => self.left_out = Some(Vec::new()),
                None => {
                    let index = self.rows.settled.len();
                    element(line, "rows", index, |row| self.rows.row(row))?;
                }
                Some(left_out) if line.starts_with(CHECKSUM) => {
                    let left_out = std::mem::take(left_out);
                    return report(&self.head, std::mem::take(&mut self.rows), left_out).map(Some);
                }
                Some(left_out) => {
                    let index = left_out.len();
                    let read = |row: &Value| self.rows.left_out(row);
                    left_out.push(element(line, "leftOut", index, read)?);
                }
            }
        }
        Ok(None)
    }
}

/// Reads the JSON of a [`ReportWriter`](super::ReportWriter) in one step. Names are ignored. A report of another
/// environment is read like any other: the caller has to compare the plan's environment.
///
/// # Errors
/// The same as those of [`ReportReader`].
pub fn read(file: Vec<u8>) -> Read<RunReport> {
    let mut reader = ReportReader::new(file)?;
    loop {
        if let Some(report) = reader.step(usize::MAX)? {
            return Ok(report);
        }
    }
}

/// The line at byte offset `at`, without its line end; `at` is advanced to the next line.
fn line<'t>(text: &'t str, at: &mut usize) -> Option<&'t str> {
    let rest = text.get(*at..).filter(|rest| !rest.is_empty())?;
    let line = rest.split('\n').next().unwrap_or_default();
    *at += line.len() + 1;
    Some(line.strip_suffix('\r').unwrap_or(line))
}

/// Checks kind and version. This comes before the checksum, because another version may not have one.
fn check_kind(text: &str) -> Read<()> {
    let kind = format!("{{\"kind\":\"{KIND}\",\"version\":");
    let Some(rest) = text.strip_prefix(&kind) else {
        let begin = text.get(..text.floor_char_boundary(200)).unwrap_or_default();
        let is_rewritten = begin.contains(KIND);
        let problem =
            if is_rewritten { "was rewritten by another program".into() } else { format!("isn't a {KIND}") };
        return Err(ReportFault::new(".", problem));
    };
    let version = rest.split_once(',').map(|(version, _)| version.parse::<u64>());
    match version {
        Some(Ok(VERSION)) => Ok(()),
        Some(Ok(newer)) if newer > VERSION => {
            let problem = format!("is {newer}, from a newer version of this page; this one reads {VERSION}");
            Err(ReportFault::new("version", problem))
        }
        Some(Ok(other)) => Err(ReportFault::new("version", format!("is {other}; this page reads {VERSION}"))),
        Some(Err(_)) => Err(ReportFault::new("version", "isn't a whole number")),
        None => Err(ReportFault::new("checksum", "is missing: the file was cut off")),
    }
}

fn check_checksum(text: &str) -> Read<()> {
    let end = text.rfind(CHECKSUM).and_then(|at| text.split_at_checked(at));
    let Some((body, end)) = end else {
        return Err(ReportFault::new(
            "checksum",
            "is missing: the file was cut off, or not made by this page",
        ));
    };
    let mut sum = Checksum::new();
    // Email and version control may convert line feeds to CRLF; the file itself has no carriage returns.
    body.split('\r').for_each(|piece| sum.update(piece.as_bytes()));
    let expected = format!("{CHECKSUM}{:08x}\"}}", sum.finish());
    if end.trim_end() != expected {
        return Err(ReportFault::new("checksum", "does not fit: the file was cut or altered"));
    }
    Ok(())
}

fn head(line: &str) -> Read<Value> {
    let head = line.strip_suffix(",\"rows\":[").ok_or_else(|| ReportFault::new("rows", "is missing"))?;
    parse(&format!("{head}}}"), ".")
}

fn parse(text: &str, path: &str) -> Read<Value> {
    json::parse(text.as_bytes()).map_err(|error| ReportFault::new(path, format!("isn't JSON: {error}")))
}

/// Reads one element of a list from its line.
fn element<T>(line: &str, list: &'static str, index: usize, read: impl FnOnce(&Value) -> Read<T>) -> Read<T> {
    let path = format!("{list}[{index}]");
    let value = parse(line.strip_suffix(',').unwrap_or(line), &path)?;
    read(&value).map_err(|fault| fault.within(&path))
}

#[derive(Debug, Default)]
struct Rows {
    planned: Vec<PlannedRow>,
    settled: Vec<Row>,
    failures: HashMap<u32, Failure>,
    to: HashSet<&'static str>,
    seen: HashSet<UserId>,
}

impl Rows {
    fn row(&mut self, row: &Value) -> Read<()> {
        let user = user(row, &mut self.seen)?;
        let from = word(row, "from", Mfa::of_word)?;
        let read_at = json::need(json::time(row, "readAt")?, "readAt")?;
        self.to.insert(word(row, "to", Mfa::of_word)?.word());
        let index =
            u32::try_from(self.settled.len()).map_err(|_| ReportFault::new("userId", "is one too many"))?;
        if let Some(failure) = failure(row)? {
            self.failures.insert(index, failure);
        }
        self.planned.push(PlannedRow { user, from, read_at });
        self.settled.push(Row {
            state: word(row, "state", RowState::of_word)?,
            writes: integer(row, "writes")?,
            at: json::time(row, "at")?,
            read_back_at: json::time(row, "readBackAt")?,
            correlation_id: json::id(row, "correlationId")?,
            actor: integer(row, "operator")?,
        });
        Ok(())
    }

    fn left_out(&mut self, row: &Value) -> Read<LeftOut> {
        let user = user(row, &mut self.seen)?;
        Ok(LeftOut { user, why: word(row, "because", Exclusion::of_word)? })
    }
}

fn user(row: &Value, seen: &mut HashSet<UserId>) -> Read<UserId> {
    let user = UserId(json::need(json::id(row, "userId")?, "userId")?);
    if seen.insert(user) { Ok(user) } else { Err(ReportFault::new("userId", "appears twice")) }
}

/// Reads the failure of a row; without a message there was none.
fn failure(row: &Value) -> Read<Option<Failure>> {
    let code = json::text(row, "code")?;
    let status = json::number(row, "status")?.map(|_| integer(row, "status")).transpose()?;
    let Some(message) = json::text(row, "message")? else {
        let is_nothing = code.is_none() && status.is_none();
        return if is_nothing { Ok(None) } else { Err(ReportFault::new("message", "is missing")) };
    };
    Ok(Some(Failure {
        status: status.unwrap_or_default(),
        code: code.map(str::to_owned),
        message: message.to_owned(),
    }))
}

fn report(head: &Value, read: Rows, left_out: Vec<LeftOut>) -> Read<RunReport> {
    let to = direction(head)?;
    let word = Mfa::from(to).word();
    if read.to.iter().any(|other| *other != word) {
        return Err(ReportFault::new("to", "is not what its rows say"));
    }
    let plan = Plan {
        environment: EnvironmentId(json::need(json::id(head, "environmentId")?, "environmentId")?),
        to,
        made_at: json::need(json::time(head, "madeAt")?, "madeAt")?,
        rows: read.planned,
        left_out,
        reference: text(head, "changeReference")?,
        stops: stops(head)?,
        reason: text(head, "reason")?,
        undoes: undone(head)?,
    };
    if number(head, "planNumber")? != Some(plan.number()) {
        return Err(ReportFault::new("planNumber", "is not that of its rows"));
    }
    let report = RunReport {
        plan: Rc::new(plan),
        rows: read.settled,
        failures: read.failures,
        environment_name: json::text(head, "environmentName")?.map(str::to_owned),
        operators: texts(head, "operators")?.map(|name| name.map(Operator::of_word)).collect::<Read<_>>()?,
        page_version: text(head, "pageVersion")?,
        // Reports of earlier builds don't have this field.
        another_writer_at: json::time(head, "anotherWriterSeenAt")?,
        started_at: json::time(head, "startedAt")?,
        ended_at: json::time(head, "endedAt")?,
        written_at: json::need(json::time(head, "writtenAt")?, "writtenAt")?,
        limits: limits(json::need(json::at(head, "limits"), "limits")?)
            .map_err(|fault| fault.within("limits"))?,
    };
    counts(head, &report)?;
    Ok(report)
}

/// Reads the run that was undone. Reports of earlier versions of the page don't have its change reference.
fn undone(head: &Value) -> Read<Option<Undone>> {
    let reference = json::text(head, "undoesChangeReference")?.unwrap_or_default().to_owned();
    Ok(number(head, "undoes")?.map(|number| Undone { number, reference }))
}

fn direction(head: &Value) -> Read<bool> {
    match word(head, "to", Mfa::of_word)? {
        Mfa::On => Ok(true),
        Mfa::Off => Ok(false),
        Mfa::Unknown => Err(ReportFault::new("to", "is neither on nor off")),
    }
}

fn stops(head: &Value) -> Read<PlannedPauses> {
    let after_pilot = json::boolean(head, "stops.afterTestUser")?;
    let every = json::number(head, "stops.every")?.map(|_| integer(head, "stops.every")).transpose()?;
    Ok(PlannedPauses { after_pilot: json::need(after_pilot, "stops.afterTestUser")?, every })
}

fn limits(limits: &Value) -> Read<LimitsInForce> {
    let access = |word: &str| {
        [Access::Read, Access::One, Access::Run].into_iter().find(|access| access.word() == word)
    };
    let turn_off = |word: &str| {
        [TurnOff::Never, TurnOff::One, TurnOff::Run].into_iter().find(|turn_off| turn_off.word() == word)
    };
    let group = |text: &str| {
        let group = UserId::read(text).map(|id| GroupId(id.0));
        group.ok_or_else(|| ReportFault::new("protectedGroups", "has an entry that isn't a UUID"))
    };
    Ok(LimitsInForce {
        requests_per_second: json::number(limits, "requestsPerSecond")?,
        access: word(limits, "access", access)?,
        turn_off: word(limits, "turnOff", turn_off)?,
        max_run_users: json::number(limits, "maxRunUsers")?,
        protected_groups: texts(limits, "protectedGroups")?
            .map(|text| text.and_then(group))
            .collect::<Read<_>>()?,
        needs_reference: json::need(
            json::boolean(limits, "changeReferenceRequired")?,
            "changeReferenceRequired",
        )?,
    })
}

fn counts(head: &Value, report: &RunReport) -> Read<()> {
    let counts = json::need(json::at(head, "counts"), "counts")?;
    let tally = report.counts();
    for state in RowState::ALL {
        if json::number(counts, state.word())? != Some(tally.of(state).into()) {
            return Err(ReportFault::new(format!("counts.{state}"), "is not how many there are"));
        }
    }
    Ok(())
}

fn word<T>(value: &Value, path: &str, of_word: impl Fn(&str) -> Option<T>) -> Read<T> {
    let word = json::need(json::text(value, path)?, path)?;
    of_word(word).ok_or_else(|| ReportFault::new(path, "isn't a value that this page knows"))
}

fn text(value: &Value, path: &str) -> Read<String> {
    Ok(json::need(json::text(value, path)?, path)?.to_owned())
}

fn texts<'v>(value: &'v Value, path: &'static str) -> Read<impl Iterator<Item = Read<&'v str>>> {
    let list = json::list(value, path)?.iter();
    Ok(list.map(move |text| {
        text.as_str().ok_or_else(|| ReportFault::new(path, "has an entry that isn't a text"))
    }))
}

fn number(head: &Value, path: &str) -> Read<Option<PlanNumber>> {
    let Some(text) = json::text(head, path)? else { return Ok(None) };
    PlanNumber::read(text).map(Some).ok_or_else(|| ReportFault::new(path, "isn't a number like 7F3A-91C2"))
}

/// Reads a required integer that fits into `T`.
fn integer<T: TryFrom<u64>>(value: &Value, path: &str) -> Read<T> {
    let number = json::need(json::number(value, path)?, path)?;
    T::try_from(number).map_err(|_| ReportFault::new(path, "is too large"))
}
