//! Writes a report as CSV.

use std::borrow::Cow;

use pingone::time::Timestamp;
use pingone::user::Mfa;

use crate::directory::csv::write_note;
use crate::directory::export::Contents;
use crate::run::plan::LeftOut;
use crate::run::plan_file::{contents_line, notes, record, yes_or_no};
use crate::run::report::{ANOTHER_WRITER, Audit, Operator, RunReport};
use crate::run::row::RowState;

use super::Line;

/// The columns. The second exists only in files with names.
const COLUMNS: [&str; 15] = [
    "userId",
    "username",
    "from",
    "readAt",
    "to",
    "state",
    "at",
    "readBackAt",
    "status",
    "code",
    "message",
    "correlationId",
    "writes",
    "operator",
    "leftOutBecause",
];

pub(super) fn head(report: &RunReport, contents: Contents, byte_order_mark: bool, out: &mut String) {
    contents_line(contents, byte_order_mark, out);
    notes(&report.plan, report.environment_name.as_deref(), out);
    for operator in &report.operators {
        write_note("operator", operator.word(), out);
    }
    write_note("pageVersion", &report.page_version, out);
    write_note("startedAt", &time(report.started_at), out);
    write_note("endedAt", &time(report.ended_at), out);
    write_note("writtenAt", &report.written_at.to_rfc3339(), out);
    if let Some(at) = report.another_writer_at {
        write_note("anotherWriterSeenAt", &at.to_rfc3339(), out);
        write_note("anotherWriter", ANOTHER_WRITER, out);
    }
    counts(report, out);
    limits(report, out);
    audit(report, out);
    record(&COLUMNS.map(Cow::Borrowed), contents, out);
}

fn counts(report: &RunReport, out: &mut String) {
    let tally = report.counts();
    for state in RowState::ALL {
        write_note(state.word(), &tally.of(state).to_string(), out);
    }
    let read_back = report.read_back();
    write_note("changed and read back", &read_back.users.to_string(), out);
    write_note("firstReadBackAt", &time(read_back.first), out);
    write_note("lastReadBackAt", &time(read_back.last), out);
}

fn limits(report: &RunReport, out: &mut String) {
    let limits = &report.limits;
    let groups: Vec<String> =
        limits.protected_groups.iter().map(|group| group.0.hyphenated().to_string()).collect();
    write_note("requestsPerSecond", &optional_number(limits.requests_per_second), out);
    write_note("access", limits.access.word(), out);
    write_note("turnOff", limits.turn_off.word(), out);
    write_note("maxRunUsers", &optional_number(limits.max_run_users), out);
    write_note("protectedGroups", &groups.join(" "), out);
    write_note("changeReferenceRequired", yes_or_no(limits.needs_reference), out);
}

fn optional_number(number: Option<u64>) -> String {
    number.map(|number| number.to_string()).unwrap_or_default()
}

fn audit(report: &RunReport, out: &mut String) {
    let audit = report.audit();
    write_note("auditLog", Audit::AUTHORITY, out);
    write_note("auditFilter", &audit.filter, out);
    if let Some(filter) = &audit.row_filter {
        write_note("auditFilterOfARow", filter, out);
    }
    write_note("auditAtOnceUntil", &audit.at_once_until.to_rfc3339(), out);
    write_note("auditOnRequestUntil", &audit.on_request_until.to_rfc3339(), out);
}

pub(super) fn row(line: &Line<'_>, contents: Contents, username: &str, out: &mut String) {
    let Line { report, planned, row, failure } = line;
    let status: Cow<str> = match failure.map(|failure| failure.status) {
        None => "".into(),
        Some(0) => "no answer".into(),
        Some(status) => status.to_string().into(),
    };
    let correlation_id = row.correlation_id.map(|id| id.hyphenated().to_string());
    let fields: [Cow<str>; COLUMNS.len()] = [
        planned.user.to_string().into(),
        username.into(),
        planned.from.word().into(),
        planned.read_at.to_rfc3339().into(),
        Mfa::from(report.plan.to).word().into(),
        row.state.word().into(),
        time(row.at).into(),
        time(row.read_back_at).into(),
        status,
        failure.and_then(|failure| failure.code.as_deref()).unwrap_or_default().into(),
        failure.map_or("", |failure| &failure.message).into(),
        correlation_id.unwrap_or_default().into(),
        row.writes.to_string().into(),
        report.operator(row).map_or("", Operator::word).into(),
        "".into(),
    ];
    record(&fields, contents, out);
}

pub(super) fn left_out(left_out: LeftOut, contents: Contents, username: &str, out: &mut String) {
    let mut fields = [""; COLUMNS.len()].map(Cow::Borrowed);
    let [user, name, _, _, _, state, .., why] = &mut fields;
    *user = left_out.user.to_string().into();
    *name = username.into();
    *state = left_out.why.state().into();
    *why = left_out.why.word().into();
    record(&fields, contents, out);
}

fn time(at: Option<Timestamp>) -> String {
    at.map(Timestamp::to_rfc3339).unwrap_or_default()
}
