//! The report of a run: what was planned, the result for every user, whose token was used, and where to
//! find it in PingOne's audit log.
//!
//! [`crate::run::report_file`] writes and reads it.

use std::collections::HashMap;
use std::rc::Rc;

use pingone::time::{PerSecond, Timestamp};
use pingone::user::{GroupId, UserId};

use crate::directory::export::{self, Contents, Format};

use super::limits::{Access, Limits, TurnOff};
use super::plan::{Exclusion, Plan};
use super::row::{Failure, Row, RowCounts, RowState};

/// The report of one run, finished or not.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RunReport {
    /// The plan that the run carries out.
    pub plan: Rc<Plan>,
    /// The results of the plan's rows, in the plan's order and of the same number.
    pub rows: Vec<Row>,
    /// What went wrong for a row, by row index.
    pub failures: HashMap<u32, Failure>,
    /// The name of the environment, where it is known.
    pub environment_name: Option<String>,
    /// Whose tokens the run used; a row has an index into this list.
    pub operators: Vec<Operator>,
    /// The version of the page that carried out the run.
    pub page_version: String,
    /// When a user was first found to have the target value right before the PUT, although the plan had read the other
    /// value: from then on someone else was changing these users too. `None` if that wasn't observed.
    pub another_writer_at: Option<Timestamp>,
    /// When the first request was sent; `None` if none was.
    pub started_at: Option<Timestamp>,
    /// When the run ended; `None` if it hasn't.
    pub ended_at: Option<Timestamp>,
    /// When the report was created, by the computer's clock.
    pub written_at: Timestamp,
    /// The limits in force while the run was carried out.
    pub limits: LimitsInForce,
}

/// A part of the users in a report.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Part {
    /// All users of the plan, whatever their state.
    Planned,
    /// The users of the plan who ended in this state.
    In(RowState),
    /// The users who were left out of the plan.
    LeftOut,
}

/// The actor that PingOne's audit log records for requests sent under one token.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Operator {
    /// A person or an application, under the name that the page shows.
    Named(String),
    /// An application; the person who used it isn't known.
    Application,
}

impl Operator {
    /// The text in files for an application whose user isn't known. A name with the same text is read as the same.
    pub const APPLICATION: &str = "application, no person";

    /// The operator's text in files.
    #[must_use]
    pub fn word(&self) -> &str {
        match self {
            Self::Named(name) => name,
            Self::Application => Self::APPLICATION,
        }
    }

    /// The operator for a text in a file.
    #[must_use]
    pub fn of_word(word: &str) -> Self {
        if word == Self::APPLICATION { Self::Application } else { Self::Named(word.to_owned()) }
    }
}

/// The limits that a run complied with.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct LimitsInForce {
    /// The highest ceiling, in whole requests per second, including preflights. `None` if a part of the run was carried
    /// out before the page that reports it had the run.
    pub requests_per_second: Option<u64>,
    /// What the deployment permits to be changed.
    pub access: Access,
    /// How the deployment permits MFA to be turned off.
    pub turn_off: TurnOff,
    /// How many users a run may have; `None` for no limit.
    pub max_run_users: Option<u64>,
    /// The groups whose members are never changed.
    pub protected_groups: Vec<GroupId>,
    /// Whether a run must have a change reference.
    pub needs_reference: bool,
}

impl LimitsInForce {
    /// Combines a deployment's limits with the highest ceiling that was chosen, where it is known.
    #[must_use]
    pub fn of(limits: &Limits, ceiling: Option<PerSecond>) -> Self {
        Self {
            requests_per_second: ceiling.map(PerSecond::whole),
            access: limits.access,
            turn_off: limits.turn_off,
            max_run_users: limits.max_run_users,
            protected_groups: limits.protected_groups.clone(),
            needs_reference: limits.change_reference.is_required,
        }
    }
}

/// The note in a report where another writer was observed.
pub const ANOTHER_WRITER: &str =
    "someone else was changing users of this run: users counted as changed may have been changed by both";

/// How many of the changed users were verified by a read after the run, and when.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct ReadBack {
    /// How many changed users were verified.
    pub users: u32,
    /// When the first of them was verified.
    pub first: Option<Timestamp>,
    /// When the last of them was verified.
    pub last: Option<Timestamp>,
}

/// Where to find a run in PingOne's audit log.
///
/// A row's change is found by its Correlation-Id, if the browser is allowed to read it. Where an answer was lost, that
/// ID belongs to the read that determined the result, and the log has no change under it.
///
/// Sources: developer.pingidentity.com, PingOne API, "Read Audit Activities" (filters); docs.pingidentity.com, PingOne,
/// "Audit parameters" (how far back).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Audit {
    /// The filter, in the syntax of `GET /environments/{id}/activities`. A filter must have a time range.
    pub filter: String,
    /// The filter for one row's change; `None` if no row's Correlation-Id is known.
    pub row_filter: Option<String>,
    /// Until when the log shows the whole run immediately: 14 days after its start.
    pub at_once_until: Timestamp,
    /// Until when the log can be queried for the run: 730 days after its start.
    pub on_request_until: Timestamp,
}

impl Audit {
    /// The note in a report about its own authority.
    pub const AUTHORITY: &str = "PingOne's audit log is the authority";

    /// The part that is added to the filter to find one row's change.
    const ROW: &str = " AND correlationid eq \"<correlationId of the row>\"";

    /// How far computers' clocks are assumed to be wrong and events to be recorded late, in milliseconds.
    const SLACK: i64 = 5 * 60_000;

    const DAY: i64 = 86_400_000;
}

impl RunReport {
    /// The number of users in each state.
    #[must_use]
    pub fn counts(&self) -> RowCounts {
        let mut tally = RowCounts::waiting(u32::try_from(self.rows.len()).unwrap_or(u32::MAX));
        self.rows.iter().for_each(|row| tally.moved(RowState::Waiting, row.state));
        tally
    }

    /// How many users were left out for a reason.
    #[must_use]
    pub fn left_out(&self, why: Exclusion) -> usize {
        self.plan.left_out_for(why)
    }

    /// How many of the changed users were verified by a read after the run, and when.
    #[must_use]
    pub fn read_back(&self) -> ReadBack {
        let changed = self.rows.iter().filter(|row| row.state == RowState::Changed);
        let mut read_back = ReadBack::default();
        for at in changed.filter_map(|row| row.read_back_at) {
            read_back.users += 1;
            read_back.first = Some(read_back.first.map_or(at, |first| first.min(at)));
            read_back.last = read_back.last.max(Some(at));
        }
        read_back
    }

    /// The users in a state, in the plan's order.
    pub fn users(&self, state: RowState) -> impl Iterator<Item = UserId> {
        let rows = self.plan.rows.iter().zip(&self.rows);
        rows.filter(move |(_, row)| row.state == state).map(|(planned, _)| planned.user)
    }

    /// The users of a part, in the report's order.
    #[must_use]
    pub fn part(&self, part: Part) -> Vec<UserId> {
        match part {
            Part::Planned => self.plan.rows.iter().map(|planned| planned.user).collect(),
            Part::In(state) => self.users(state).collect(),
            Part::LeftOut => self.plan.left_out.iter().map(|left_out| left_out.user).collect(),
        }
    }

    /// The parts that aren't empty, with the number of their users.
    #[must_use]
    pub fn parts(&self) -> Vec<(Part, usize)> {
        let tally = self.counts();
        let states = RowState::ALL.map(|state| (Part::In(state), tally.of(state) as usize));
        let all = (Part::Planned, self.rows.len());
        let left_out = (Part::LeftOut, self.plan.left_out.len());
        [all].into_iter().chain(states).chain([left_out]).filter(|(_, count)| *count > 0).collect()
    }

    /// What went wrong for the row with this index, if anything.
    #[must_use]
    pub fn failure(&self, index: u32) -> Option<&Failure> {
        self.failures.get(&index)
    }

    /// Whose token a row's last PUT was sent with; `None` if no PUT was sent.
    #[must_use]
    pub fn operator(&self, row: &Row) -> Option<&Operator> {
        self.operators.get(usize::from(row.actor)).filter(|_| row.writes > 0)
    }

    /// Where to find the run in PingOne's audit log.
    #[must_use]
    pub fn audit(&self) -> Audit {
        let begin = self.started_at.unwrap_or(self.plan.made_at);
        let end = self.ended_at.unwrap_or(self.written_at);
        let (from, until) = (begin.plus(-Audit::SLACK).to_rfc3339(), end.plus(Audit::SLACK).to_rfc3339());
        let filter = format!("recordedAt gt \"{from}\" AND recordedAt lt \"{until}\"");
        let has_ids = self.rows.iter().any(|row| row.correlation_id.is_some());
        Audit {
            row_filter: has_ids.then(|| format!("{filter}{}", Audit::ROW)),
            filter,
            at_once_until: begin.plus(14 * Audit::DAY),
            on_request_until: begin.plus(730 * Audit::DAY),
        }
    }

    /// The file's name, for example `mfa-run-7F3A-91C2-Workforce-20261123T133600Z.csv`.
    #[must_use]
    pub fn file_name(&self, contents: Contents, format: Format) -> String {
        let what = format!("mfa-run-{}", self.plan.number());
        let environment = self.environment_name.as_deref().unwrap_or_default();
        export::file_name(&what, environment, self.written_at, contents, format)
    }
}

#[cfg(test)]
mod tests {
    use super::super::plan::{LeftOut, PlannedPauses, PlannedRow};
    use super::super::reference::ChangeReference;
    use super::*;
    use pingone::environment::EnvironmentId;
    use pingone::user::Mfa;
    use uuid::Uuid;

    const BEGIN: Timestamp = Timestamp(1_795_440_960_000);

    fn report(rows: Vec<Row>) -> RunReport {
        let user = |number| UserId(Uuid::from_u128(number));
        let planned = (1..).take(rows.len()).map(|number| PlannedRow {
            user: user(number),
            from: Mfa::Off,
            read_at: BEGIN,
        });
        let plan = Plan {
            environment: EnvironmentId(Uuid::from_u128(99)),
            to: true,
            made_at: BEGIN,
            rows: planned.collect(),
            left_out: vec![LeftOut { user: user(50), why: Exclusion::Protected }],
            reference: String::new(),
            stops: PlannedPauses::default(),
            reason: String::new(),
            undoes: None,
        };
        RunReport {
            plan: plan.into(),
            rows,
            failures: HashMap::new(),
            environment_name: Some("Workforce".into()),
            operators: vec![Operator::Application, Operator::Named("Ana".into())],
            page_version: "0.1.0".into(),
            another_writer_at: None,
            started_at: Some(BEGIN),
            ended_at: None,
            written_at: BEGIN.plus(60_000),
            limits: LimitsInForce::default(),
        }
    }

    fn changed(read_back_at: Option<i64>) -> Row {
        Row {
            state: RowState::Changed,
            writes: 1,
            read_back_at: read_back_at.map(Timestamp),
            actor: 1,
            ..Row::default()
        }
    }

    #[test]
    fn a_report_counts_all_users_and_separately_those_verified() {
        let different = Row { state: RowState::ChangedBySomeoneElse, ..changed(Some(1)) };
        let report =
            report(vec![changed(Some(9)), changed(None), changed(Some(5)), different, Row::default()]);
        let tally = report.counts();
        assert_eq!((tally.of(RowState::Changed), tally.of(RowState::Waiting), tally.all()), (3, 1, 5));
        assert_eq!(
            report.read_back(),
            ReadBack { users: 2, first: Some(Timestamp(5)), last: Some(Timestamp(9)) }
        );
        assert_eq!(report.users(RowState::Waiting).collect::<Vec<_>>(), [UserId(Uuid::from_u128(5))]);
        assert_eq!((report.left_out(Exclusion::Protected), report.left_out(Exclusion::Gone)), (1, 0));
    }

    #[test]
    fn the_parts_of_a_report_are_those_that_are_not_empty() {
        let report = report(vec![changed(None), Row::default(), changed(None)]);
        let parts = report.parts();
        let (changed, waiting) = (Part::In(RowState::Changed), Part::In(RowState::Waiting));
        assert_eq!(parts, [(Part::Planned, 3), (waiting, 1), (changed, 2), (Part::LeftOut, 1)]);
        for (part, count) in parts {
            assert_eq!(report.part(part).len(), count, "{part:?}");
        }
        let ids = |numbers: [u128; 2]| numbers.map(|number| UserId(Uuid::from_u128(number)));
        assert_eq!(report.part(changed), ids([1, 3]));
    }

    #[test]
    fn a_row_has_an_operator_only_if_a_put_was_sent_for_it() {
        let report = report(vec![]);
        assert_eq!(report.operator(&changed(None)).map(Operator::word), Some("Ana"));
        assert_eq!(report.operator(&Row::default()), None);
        assert_eq!(report.operator(&Row { actor: 7, ..changed(None) }), None);
        for operator in &report.operators {
            assert_eq!(&Operator::of_word(operator.word()), operator);
        }
    }

    #[test]
    fn the_audit_filter_covers_the_whole_run_and_some_slack() {
        let running = report(vec![]);
        let audit = running.audit();
        assert_eq!(
            audit.filter,
            "recordedAt gt \"2026-11-23T13:31:00.000Z\" AND recordedAt lt \"2026-11-23T13:42:00.000Z\""
        );
        assert_eq!(audit.at_once_until.to_rfc3339(), "2026-12-07T13:36:00.000Z");
        assert_eq!(audit.on_request_until.to_rfc3339(), "2028-11-22T13:36:00.000Z");
        let ended = RunReport { ended_at: Some(BEGIN.plus(1_000)), ..running };
        assert!(ended.audit().filter.ends_with("recordedAt lt \"2026-11-23T13:41:01.000Z\""));
    }

    #[test]
    fn the_file_name_has_the_plan_number_and_marks_personal_data() {
        let report = report(vec![]);
        let name = report.file_name(Contents::WithNames, Format::Json);
        let number = report.plan.number();
        assert_eq!(name, format!("mfa-run-{number}-Workforce-20261123T133700Z-contains-personal-data.json"));
    }

    #[test]
    fn the_limits_in_force_are_the_deployment_limits_and_the_chosen_ceiling() {
        let limits = Limits {
            max_run_users: Some(7),
            change_reference: ChangeReference { is_required: true, ..ChangeReference::default() },
            ..Limits::default()
        };
        let held = LimitsInForce::of(&limits, Some(PerSecond(10.5)));
        assert_eq!(
            (held.requests_per_second, held.max_run_users, held.needs_reference),
            (Some(10), Some(7), true)
        );
    }
}
