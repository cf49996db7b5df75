//! Writes a report as JSON.

use std::fmt::Display;

use pingone::json;
use pingone::time::Timestamp;
use pingone::user::Mfa;
use uuid::Uuid;

use crate::directory::export::Contents;
use crate::run::plan::{Exclusion, LeftOut};
use crate::run::report::{ANOTHER_WRITER, Audit, Operator, RunReport};
use crate::run::row::RowState;

use super::{KIND, Line, VERSION};

/// Writer of one JSON object, field by field.
struct Object<'a> {
    out: &'a mut String,
    is_empty: bool,
}

impl<'a> Object<'a> {
    fn new(out: &'a mut String) -> Self {
        out.push('{');
        Self { out, is_empty: true }
    }

    fn key(&mut self, key: &str) {
        self.out.push_str(if self.is_empty { "\"" } else { ",\"" });
        self.is_empty = false;
        self.out.push_str(key);
        self.out.push_str("\":");
    }

    fn raw(&mut self, key: &str, value: &str) {
        self.key(key);
        self.out.push_str(value);
    }

    fn text(&mut self, key: &str, value: Option<&str>) {
        self.raw(key, &value.map_or_else(|| "null".into(), json::quoted));
    }

    fn number(&mut self, key: &str, value: Option<u64>) {
        self.raw(key, &value.map_or_else(|| "null".into(), |number| number.to_string()));
    }

    /// Writes a text without characters that need escaping.
    fn plain(&mut self, key: &str, value: Option<impl Display>) {
        self.raw(key, &value.map_or_else(|| "null".into(), |value| format!("\"{value}\"")));
    }

    fn time(&mut self, key: &str, at: Option<Timestamp>) {
        self.plain(key, at.map(Timestamp::to_rfc3339));
    }

    fn boolean(&mut self, key: &str, value: bool) {
        self.raw(key, if value { "true" } else { "false" });
    }

    fn list<'t>(&mut self, key: &str, texts: impl Iterator<Item = &'t str>) {
        let quoted: Vec<String> = texts.map(json::quoted).collect();
        self.raw(key, &format!("[{}]", quoted.join(",")));
    }

    fn object(&mut self, key: &str, write: impl FnOnce(&mut Object<'_>)) {
        self.key(key);
        let mut inner = Object::new(self.out);
        write(&mut inner);
        inner.end();
    }

    fn end(self) {
        self.out.push('}');
    }
}

/// Writes the first line, up to the bracket of the rows.
pub(super) fn head(report: &RunReport, contents: Contents, out: &mut String) {
    let plan = &report.plan;
    let mut head = Object::new(out);
    head.text("kind", Some(KIND));
    head.number("version", Some(VERSION));
    head.text("contains", Some(contents.words()));
    head.plain("planNumber", Some(plan.number()));
    head.text("to", Some(Mfa::from(plan.to).word()));
    head.time("madeAt", Some(plan.made_at));
    head.text("changeReference", Some(&plan.reference));
    head.text("reason", Some(&plan.reason));
    head.plain("undoes", plan.undoes.as_ref().map(|undone| undone.number));
    head.text("undoesChangeReference", plan.undoes.as_ref().map(|undone| undone.reference.as_str()));
    head.plain("environmentId", Some(plan.environment));
    head.text("environmentName", report.environment_name.as_deref());
    head.list("operators", report.operators.iter().map(Operator::word));
    head.text("pageVersion", Some(&report.page_version));
    head.time("startedAt", report.started_at);
    head.time("endedAt", report.ended_at);
    head.time("writtenAt", Some(report.written_at));
    head.time("anotherWriterSeenAt", report.another_writer_at);
    head.text("anotherWriter", report.another_writer_at.map(|_| ANOTHER_WRITER));
    head.object("counts", |counts| {
        let tally = report.counts();
        for state in RowState::ALL {
            counts.number(state.word(), Some(tally.of(state).into()));
        }
    });
    head.object("leftOutCounts", |counts| {
        for why in Exclusion::ALL {
            counts.number(why.word(), u64::try_from(report.left_out(why)).ok());
        }
    });
    head.object("readBack", |object| {
        let read_back = report.read_back();
        object.number("users", Some(read_back.users.into()));
        object.time("first", read_back.first);
        object.time("last", read_back.last);
    });
    head.object("limits", |object| limits(report, object));
    head.object("stops", |object| {
        object.boolean("afterTestUser", plan.stops.after_pilot);
        object.number("every", plan.stops.every.map(u64::from));
    });
    head.object("auditLog", |object| audit(report, object));
    head.key("rows");
    out.push('[');
}

fn limits(report: &RunReport, object: &mut Object<'_>) {
    let limits = &report.limits;
    let groups: Vec<String> =
        limits.protected_groups.iter().map(|group| group.0.hyphenated().to_string()).collect();
    object.number("requestsPerSecond", limits.requests_per_second);
    object.text("access", Some(limits.access.word()));
    object.text("turnOff", Some(limits.turn_off.word()));
    object.number("maxRunUsers", limits.max_run_users);
    object.list("protectedGroups", groups.iter().map(String::as_str));
    object.boolean("changeReferenceRequired", limits.needs_reference);
}

fn audit(report: &RunReport, object: &mut Object<'_>) {
    let audit = report.audit();
    object.text("authority", Some(Audit::AUTHORITY));
    object.text("filter", Some(&audit.filter));
    object.text("filterOfARow", audit.row_filter.as_deref());
    object.time("atOnceUntil", Some(audit.at_once_until));
    object.time("onRequestUntil", Some(audit.on_request_until));
}

pub(super) fn row(line: &Line<'_>, contents: Contents, username: &str, out: &mut String) {
    let Line { report, planned, row, failure } = line;
    let mut object = Object::new(out);
    object.plain("userId", Some(planned.user));
    username_field(&mut object, contents, username);
    object.text("from", Some(planned.from.word()));
    object.time("readAt", Some(planned.read_at));
    object.text("to", Some(Mfa::from(report.plan.to).word()));
    object.text("state", Some(row.state.word()));
    object.time("at", row.at);
    object.time("readBackAt", row.read_back_at);
    let status = failure.map(|failure| failure.status).filter(|status| *status > 0);
    object.number("status", status.map(u64::from));
    object.text("code", failure.and_then(|failure| failure.code.as_deref()));
    object.text("message", failure.map(|failure| failure.message.as_str()));
    object.plain("correlationId", row.correlation_id.map(Uuid::hyphenated));
    object.number("writes", Some(row.writes.into()));
    object.number("operator", Some(row.actor.into()));
    object.end();
}

pub(super) fn left_out(left_out: LeftOut, contents: Contents, username: &str, out: &mut String) {
    let mut object = Object::new(out);
    object.plain("userId", Some(left_out.user));
    username_field(&mut object, contents, username);
    object.text("because", Some(left_out.why.word()));
    object.end();
}

fn username_field(object: &mut Object<'_>, contents: Contents, username: &str) {
    if contents == Contents::WithNames {
        object.text("username", Some(username));
    }
}
