use std::collections::HashMap;

use pingone::environment::EnvironmentId;
use pingone::time::Timestamp;
use pingone::user::{GroupId, Mfa, UserId};
use proptest::prelude::*;
use serde_json::Value;
use uuid::Uuid;

use crate::directory::csv::unguarded;
use crate::run::limits::{Access, TurnOff};
use crate::run::plan::{Exclusion, LeftOut, Plan, PlanNumber, PlannedPauses, Undone};
use crate::run::proposal::Proposal;
use crate::run::report::{LimitsInForce, Operator};
use crate::run::row::RowState;

use super::*;

const BEGIN: Timestamp = Timestamp(1_795_440_960_000);
const CSV: Format = Format::Csv { byte_order_mark: false };
const MARKED: Format = Format::Csv { byte_order_mark: true };

fn user(number: u128) -> UserId {
    UserId(Uuid::from_u128(number))
}

fn no_name(_: UserId) -> &'static str {
    ""
}

/// A run of three users, with one user left out.
fn report() -> RunReport {
    let row = |number| PlannedRow { user: user(number), from: Mfa::Off, read_at: BEGIN };
    let plan = Plan {
        environment: EnvironmentId(Uuid::from_u128(99)),
        to: true,
        made_at: BEGIN,
        rows: (1..=3).map(row).collect(),
        left_out: vec![LeftOut { user: user(50), why: Exclusion::Protected }],
        reference: "CHG0041273".into(),
        stops: PlannedPauses { after_pilot: true, every: Some(50) },
        reason: "a, b".into(),
        undoes: Some(Undone { number: PlanNumber(0x7f3a_01c2), reference: "CHG0041272".into() }),
    };
    let at = Some(BEGIN.plus(1_000));
    let changed = Row {
        state: RowState::Changed,
        writes: 1,
        at,
        read_back_at: Some(BEGIN.plus(9_000)),
        correlation_id: Some(Uuid::from_u128(7)),
        actor: 1,
    };
    let refused = Row { state: RowState::Refused, actor: 0, read_back_at: None, ..changed };
    let lost = Row { state: RowState::Unconfirmed, correlation_id: None, writes: 3, ..refused };
    let denied = Failure { status: 403, code: Some("ACCESS_FAILED".into()), message: "=no".into() };
    let silent = Failure { status: 0, code: None, message: "the browser got no readable answer".into() };
    RunReport {
        plan: plan.into(),
        rows: vec![changed, refused, lost],
        failures: [(1, denied), (2, silent)].into(),
        environment_name: Some("Workforce".into()),
        operators: vec![Operator::Application, Operator::Named("Ana".into())],
        page_version: "0.1.0".into(),
        another_writer_at: None,
        started_at: Some(BEGIN),
        ended_at: Some(BEGIN.plus(60_000)),
        written_at: BEGIN.plus(70_000),
        limits: LimitsInForce {
            requests_per_second: Some(10),
            access: Access::Run,
            turn_off: TurnOff::One,
            max_run_users: Some(20_000),
            protected_groups: vec![GroupId(Uuid::from_u128(5))],
            needs_reference: true,
        },
    }
}

fn written(
    report: &RunReport,
    format: Format,
    contents: Contents,
    rows: usize,
    name: Username<'_>,
) -> String {
    let mut writer = ReportWriter::new(Rc::new(report.clone()), format, contents);
    std::iter::from_fn(|| writer.slice(rows, name)).collect()
}

fn json(report: &RunReport) -> String {
    written(report, Format::Json, Contents::StatesOnly, 100, &no_name)
}

/// The file with its checksum recomputed.
fn with_checksum(altered: &str) -> String {
    let body = &altered[..altered.rfind(CHECKSUM).unwrap()];
    format!("{body}{CHECKSUM}{:08x}\"}}\n", crc32fast::hash(body.as_bytes()))
}

/// All records, as parsed by the csv crate, with or without the notes.
fn records(text: &str, delimiter: u8, has_notes: bool) -> Vec<Vec<String>> {
    let mut reader = ::csv::ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .comment((!has_notes).then_some(b'#'))
        .delimiter(delimiter)
        .from_reader(text.trim_start_matches('\u{feff}').as_bytes());
    reader.records().map(|record| record.unwrap().iter().map(str::to_owned).collect()).collect()
}

#[test]
fn a_csv_report_has_notes_about_the_run_and_the_result_of_each_user() {
    let report = report();
    let number = report.plan.number();
    let text = written(&report, MARKED, Contents::StatesOnly, 1, &no_name);
    let expected = format!(
        "\u{feff}# contains ids and states only
# planNumber,{number}
# environmentId,00000000-0000-0000-0000-000000000063
# environmentName,Workforce
# to,on
# madeAt,2026-11-23T13:36:00.000Z
# changeReference,CHG0041273
# reason,\"a, b\"
# undoes,7F3A-01C2
# undoesChangeReference,CHG0041272
# stopsAfterTestUser,yes
# stopsEvery,50
# users,3
# leftOut protected,1
# operator,\"application, no person\"
# operator,Ana
# pageVersion,0.1.0
# startedAt,2026-11-23T13:36:00.000Z
# endedAt,2026-11-23T13:37:00.000Z
# writtenAt,2026-11-23T13:37:10.000Z
# waiting,0
# sending,0
# changed,1
# already so,0
# no longer exists,0
# refused,1
# failed,0
# answer lost,1
# changed by someone else,0
# changed and read back,1
# firstReadBackAt,2026-11-23T13:36:09.000Z
# lastReadBackAt,2026-11-23T13:36:09.000Z
# requestsPerSecond,10
# access,run
# turnOff,one
# maxRunUsers,20000
# protectedGroups,00000000-0000-0000-0000-000000000005
# changeReferenceRequired,yes
# auditLog,PingOne's audit log is the authority
# auditFilter,\"recordedAt gt \"\"2026-11-23T13:31:00.000Z\"\" AND recordedAt lt \"\"2026-11-23T13:42:00.000Z\"\"\"
# auditFilterOfARow,\"recordedAt gt \"\"2026-11-23T13:31:00.000Z\"\" AND recordedAt lt \"\"2026-11-23T13:42:00.000Z\"\" \
AND correlationid eq \"\"<correlationId of the row>\"\"\"
# auditAtOnceUntil,2026-12-07T13:36:00.000Z
# auditOnRequestUntil,2028-11-22T13:36:00.000Z
userId,from,readAt,to,state,at,readBackAt,status,code,message,correlationId,writes,operator,leftOutBecause
00000000-0000-0000-0000-000000000001,off,2026-11-23T13:36:00.000Z,on,changed,2026-11-23T13:36:01.000Z,\
2026-11-23T13:36:09.000Z,,,,00000000-0000-0000-0000-000000000007,1,Ana,
00000000-0000-0000-0000-000000000002,off,2026-11-23T13:36:00.000Z,on,refused,2026-11-23T13:36:01.000Z,,\
403,ACCESS_FAILED,'=no,00000000-0000-0000-0000-000000000007,1,\"application, no person\",
00000000-0000-0000-0000-000000000003,off,2026-11-23T13:36:00.000Z,on,answer lost,2026-11-23T13:36:01.000Z,,\
no answer,,the browser got no readable answer,,3,\"application, no person\",
00000000-0000-0000-0000-000000000032,,,,protected,,,,,,,,,protected
"
    );
    assert_eq!(text, expected.replace('\n', "\r\n"));
}

#[test]
fn the_format_of_json_reports_is_unchanged() {
    let text = json(&report());
    let lines: Vec<&str> = text.lines().collect();
    assert_eq!(lines[0], include_str!("../../../tests/fixtures/report-head.txt").trim_end());
    assert_eq!(
        lines[1..],
        [
            "{\"userId\":\"00000000-0000-0000-0000-000000000001\",\"from\":\"off\",\
             \"readAt\":\"2026-11-23T13:36:00.000Z\",\"to\":\"on\",\"state\":\"changed\",\
             \"at\":\"2026-11-23T13:36:01.000Z\",\"readBackAt\":\"2026-11-23T13:36:09.000Z\",\"status\":null,\
             \"code\":null,\"message\":null,\"correlationId\":\"00000000-0000-0000-0000-000000000007\",\
             \"writes\":1,\"operator\":1},",
            "{\"userId\":\"00000000-0000-0000-0000-000000000002\",\"from\":\"off\",\
             \"readAt\":\"2026-11-23T13:36:00.000Z\",\"to\":\"on\",\"state\":\"refused\",\
             \"at\":\"2026-11-23T13:36:01.000Z\",\"readBackAt\":null,\"status\":403,\
             \"code\":\"ACCESS_FAILED\",\"message\":\"=no\",\
             \"correlationId\":\"00000000-0000-0000-0000-000000000007\",\"writes\":1,\"operator\":0},",
            "{\"userId\":\"00000000-0000-0000-0000-000000000003\",\"from\":\"off\",\
             \"readAt\":\"2026-11-23T13:36:00.000Z\",\"to\":\"on\",\"state\":\"answer lost\",\
             \"at\":\"2026-11-23T13:36:01.000Z\",\"readBackAt\":null,\"status\":null,\"code\":null,\
             \"message\":\"the browser got no readable answer\",\"correlationId\":null,\"writes\":3,\
             \"operator\":0}",
            "],\"leftOut\":[",
            "{\"userId\":\"00000000-0000-0000-0000-000000000032\",\"because\":\"protected\"}",
            &format!(
                "],\"checksum\":\"{}\"}}",
                &with_checksum(&text)[with_checksum(&text).len() - 11..][..8]
            ),
        ]
    );
    let whole: Value = serde_json::from_str(&text).unwrap();
    assert_eq!(whole["auditLog"]["authority"], "PingOne's audit log is the authority");
    assert_eq!(whole["operators"], serde_json::json!(["application, no person", "Ana"]));
    assert_eq!((&whole["counts"]["changed"], &whole["leftOutCounts"]["protected"]), (&1.into(), &1.into()));
    assert_eq!(whole["readBack"]["users"], 1);
    assert_eq!(read(text.into()), Ok(report()));
}

#[test]
fn names_are_only_in_files_marked_as_personal_data() {
    let name = |id: UserId| if id == user(50) { "Zyxwv50" } else { "Zyxwv" };
    for format in [CSV, Format::Json] {
        let without = written(&report(), format, Contents::StatesOnly, 2, &name);
        assert!(!without.contains("Zyxwv") && without.contains("ids and states only"));
        let with = written(&report(), format, Contents::WithNames, 2, &name);
        assert_eq!((with.matches("Zyxwv").count(), with.matches("personal data").count()), (4, 1));
    }
    let with = written(&report(), Format::Json, Contents::WithNames, 2, &name);
    assert_eq!(read(with.into()), Ok(report()));
}

#[test]
fn a_report_that_was_read_can_be_filtered_retried_and_undone() {
    let report = read(json(&report()).into()).unwrap();
    assert_eq!(report.users(RowState::Refused).collect::<Vec<_>>(), [user(2)]);
    let failures = |index| report.failure(index);
    let again = Proposal::retry(&report.plan, &report.rows, &failures, true);
    assert_eq!(again.users, [user(2), user(3)]);
    let back = Proposal::undo(&report.plan, &report.rows);
    let undone = Undone { number: report.plan.number(), reference: report.plan.reference.clone() };
    assert_eq!((back.users, back.undoes), (vec![user(1)], Some(undone)));
}

#[test]
fn a_report_states_since_when_another_writer_was_changing_its_users() {
    let seen = RunReport { another_writer_at: Some(BEGIN.plus(2_000)), ..report() };
    let table = written(&seen, CSV, Contents::StatesOnly, 100, &no_name);
    assert!(table.contains("# anotherWriterSeenAt,2026-11-23T13:36:02.000Z\r\n# anotherWriter,"), "{table}");
    assert!(table.contains("may have been changed by both"));
    let text = json(&seen);
    assert!(
        text.contains(
            "\"anotherWriterSeenAt\":\"2026-11-23T13:36:02.000Z\",\"anotherWriter\":\"someone else"
        )
    );
    assert_eq!(read(text.into()), Ok(seen));
    // Without another writer, a table has no such lines; and JSON of an earlier build has no such fields.
    assert!(!written(&report(), CSV, Contents::StatesOnly, 100, &no_name).contains("anotherWriter"));
    let text = json(&report());
    let older = text.replacen(",\"anotherWriterSeenAt\":null,\"anotherWriter\":null", "", 1);
    assert!(older.len() < text.len());
    assert_eq!(read(with_checksum(&older).into()), Ok(report()));
}

#[test]
fn an_empty_report_is_valid() {
    let empty = RunReport {
        plan: Plan { rows: vec![], left_out: vec![], ..(*report().plan).clone() }.into(),
        rows: vec![],
        failures: HashMap::new(),
        operators: vec![],
        environment_name: None,
        started_at: None,
        ended_at: None,
        ..report()
    };
    assert_eq!(read(json(&empty).into()), Ok(empty.clone()));
    assert_eq!(records(&written(&empty, CSV, Contents::StatesOnly, 1, &no_name), b',', false).len(), 1);
}

#[test]
fn a_byte_order_mark_and_other_line_ends_are_accepted() {
    let sent = format!("\u{feff}{}\r\n\n", json(&report()).replace('\n', "\r\n"));
    assert_eq!(read(sent.into()), Ok(report()));
}

#[test]
fn a_file_that_is_cut_at_any_position_is_refused_as_cut() {
    let text = json(&report());
    let whole = text.trim_end().len();
    for at in 0..whole {
        let fault = read(text.as_bytes()[..at].to_vec()).unwrap_err();
        assert!([".", "checksum"].contains(&fault.field.as_str()), "{at}: {fault}");
        if at > 60 {
            assert_eq!(fault.field, "checksum", "{at}: {fault}");
            assert!(fault.problem.contains("cut"), "{at}: {fault}");
        }
    }
}

#[test]
fn a_file_that_is_altered_at_any_position_is_refused() {
    let text = json(&report());
    for at in 0..text.trim_end().len() {
        for change in [0x01, 0x10] {
            let mut bytes = text.clone().into_bytes();
            bytes[at] ^= change;
            let fault = read(bytes).unwrap_err();
            assert!([".", "version", "checksum"].contains(&fault.field.as_str()), "{at}: {fault}");
        }
    }
}

#[test]
fn other_files_newer_reports_and_rewritten_reports_are_distinguished() {
    let text = json(&report());
    for (file, field, problem) in [
        (String::new(), ".", "isn't a pingone-mfa report"),
        ("userId,state\r\n".into(), ".", "isn't a pingone-mfa report"),
        ("{\"kind\":\"pingone-mfa snapshot\",\"version\":1}".into(), ".", "isn't a pingone-mfa report"),
        ("{ \"kind\": \"pingone-mfa report\" }".into(), ".", "was rewritten by another program"),
        (
            text.replace(":1,\"con", ":2,\"con"),
            "version",
            "is 2, from a newer version of this page; this one reads 1",
        ),
        (text.replace(":1,\"con", ":0,\"con"), "version", "is 0; this page reads 1"),
        (text.replace(":1,\"con", ":x,\"con"), "version", "isn't a whole number"),
        (
            text.replace("\"changed\",\"at", "\"failed\",\"at"),
            "checksum",
            "does not fit: the file was cut or altered",
        ),
        (
            text.replace(CHECKSUM, "],\"sum\":\""),
            "checksum",
            "is missing: the file was cut off, or not made by this page",
        ),
    ] {
        assert_eq!(read(file.clone().into()), Err(ReportFault::new(field, problem)), "{file:.80}");
    }
    assert_eq!(read(vec![0xff, 0xfe]), Err(ReportFault::new(".", "isn't UTF-8")));
    let fault = ReportFault::new("rows[1].state", "is missing");
    assert_eq!(fault.to_string(), "report: rows[1].state: is missing");
}

#[test]
fn a_forged_report_with_a_valid_checksum_is_refused_with_the_field() {
    let text = json(&report());
    let first = "00000000-0000-0000-0000-000000000001";
    let number = report().plan.number().to_string();
    for (from, to, field) in [
        (first, "ana", "rows[0].userId"),
        (first, "00000000-0000-0000-0000-000000000002", "rows[1].userId"),
        ("00000000-0000-0000-0000-000000000032", first, "leftOut[0].userId"),
        (first, "00000000-0000-0000-0000-000000000004", "planNumber"),
        ("\"from\":\"off\",", "", "rows[0].from"),
        ("\"from\":\"off\"", "\"from\":\"no\"", "rows[0].from"),
        ("\"readAt\":\"2026-11-23T13:36:00.000Z\"", "\"readAt\":\"soon\"", "rows[0].readAt"),
        ("\"to\":\"on\",\"state\"", "\"to\":\"off\",\"state\"", "to"),
        ("\"to\":\"on\",\"madeAt", "\"to\":\"unknown\",\"madeAt", "to"),
        ("\"refused\",\"at", "\"done\",\"at", "rows[1].state"),
        ("\"refused\",\"at", "\"failed\",\"at", "counts.refused"),
        ("\"at\":\"2026", "\"at\":\"26", "rows[0].at"),
        ("\"status\":403", "\"status\":70000", "rows[1].status"),
        ("\"status\":403", "\"status\":\"403\"", "rows[1].status"),
        ("\"message\":\"=no\"", "\"message\":null", "rows[1].message"),
        ("\"writes\":3", "\"writes\":-3", "rows[2].writes"),
        ("\"operator\":1", "\"operator\":256", "rows[0].operator"),
        ("000007\",\"writes", "00000\",\"writes", "rows[0].correlationId"),
        ("\"because\":\"protected\"", "\"because\":\"x\"", "leftOut[0].because"),
        (&number, "7F3A", "planNumber"),
        ("7F3A-01C2", "7F3A-01C", "undoes"),
        ("\"environmentId\"", "\"environment\"", "environmentId"),
        ("\"environmentName\":\"Workforce\"", "\"environmentName\":5", "environmentName"),
        ("[\"application, no person\"", "[5", "operators"),
        ("\"pageVersion\"", "\"version_\"", "pageVersion"),
        ("\"startedAt\":\"2026", "\"startedAt\":\"x", "startedAt"),
        ("\"afterTestUser\":true", "\"afterTestUser\":1", "stops.afterTestUser"),
        ("\"every\":50", "\"every\":5000000000", "stops.every"),
        ("\"access\":\"run\"", "\"access\":\"all\"", "limits.access"),
        ("\"turnOff\":\"one\"", "\"turnOff\":null", "limits.turnOff"),
        ("000005\"]", "00005\"]", "limits.protectedGroups"),
        ("\"limits\"", "\"limit\"", "limits"),
        ("\"counts\"", "\"count\"", "counts"),
        (",\"rows\":[", ",\"row\":[", "rows"),
        ("],\"leftOut\":[", "],\"left\":[", "rows[3]"),
        ("\"state\":\"changed\"", "\"state\":", "rows[0]"),
    ] {
        assert!(text.contains(from), "{from}");
        let altered = with_checksum(&text.replacen(from, to, 1));
        assert_eq!(read(altered.into()).map_err(|fault| fault.field), Err(field.into()), "{from} -> {to}");
    }
}

#[test]
fn two_hundred_thousand_rows_are_written_in_slices_and_read_back() {
    let states = RowState::ALL;
    let index = |number: u128| usize::try_from(number).unwrap();
    let planned = |number: u128| PlannedRow {
        user: user(number),
        from: if number.is_multiple_of(3) { Mfa::Unknown } else { Mfa::Off },
        read_at: BEGIN.plus(i64::try_from(number).unwrap()),
    };
    let row = |number: u128| Row {
        state: states[index(number) % states.len()],
        writes: u16::try_from(number % 4).unwrap(),
        at: Some(BEGIN.plus(i64::try_from(number).unwrap())),
        read_back_at: number.is_multiple_of(2).then_some(BEGIN),
        correlation_id: Some(Uuid::from_u128(number << 40)),
        actor: u8::try_from(number % 2).unwrap(),
    };
    let failure = |number: u128| Failure { status: 503, code: None, message: format!("no {number}") };
    let many = 200_000;
    let plan = Plan { rows: (0..many).map(planned).collect(), left_out: vec![], ..(*report().plan).clone() };
    let report = RunReport {
        plan: plan.into(),
        rows: (0..many).map(row).collect(),
        failures: (0..many)
            .step_by(7)
            .map(|number| (u32::try_from(number).unwrap(), failure(number)))
            .collect(),
        ..report()
    };
    let mut writer = ReportWriter::new(Rc::new(report.clone()), Format::Json, Contents::StatesOnly);
    let slices: Vec<String> = std::iter::from_fn(|| writer.slice(1_000, &no_name)).collect();
    assert_eq!(slices.len(), 202);
    assert!(slices.iter().all(|slice| slice.len() < 500_000));
    assert!(read(slices.concat().into()) == Ok(report.clone()));
    let table = records(&written(&report, CSV, Contents::StatesOnly, 1_000, &no_name), b',', false);
    assert_eq!(table.len(), 200_001);
    for number in [0, 1, 6, 7, 199_999] {
        let (line, row) = (&table[index(number) + 1], &report.rows[index(number)]);
        assert_eq!((line[0].clone(), line[4].as_str()), (user(number).to_string(), row.state.word()));
        assert_eq!(line[9], if number % 7 == 0 { format!("no {number}") } else { String::new() });
    }
}

/// Texts known from attacks on spreadsheets, and any other text.
fn any_text() -> impl Strategy<Value = String> {
    let odd = [
        "=cmd|' /C calc'!A0",
        "\u{feff}=1",
        "a,=1+1",
        "a;=HYPERLINK(\"http://evil.example\")",
        "x\r\n=1",
        "x\t=1",
        "\"=1\"",
        "'=1",
        "],\"checksum\":\"00000000\"}",
        "],\"leftOut\":[",
        "\u{2028}\u{0}",
    ];
    prop_oneof![proptest::sample::select(odd.to_vec()).prop_map(str::to_owned), any::<String>()]
}

fn any_time() -> impl Strategy<Value = Timestamp> {
    (0..4_000_000_000_000_i64).prop_map(Timestamp)
}

prop_compose! {
    fn any_row()(
        from in proptest::sample::select(vec![Mfa::On, Mfa::Off, Mfa::Unknown]),
        read_at in any_time(),
        state in proptest::sample::select(RowState::ALL.to_vec()),
        (writes, actor) in any::<(u16, u8)>(),
        (at, read_back_at) in (proptest::option::of(any_time()), proptest::option::of(any_time())),
        correlation_id in proptest::option::of(any::<u128>()),
        failure in proptest::option::of((any::<u16>(), proptest::option::of(any_text()), any_text())),
    ) -> (Mfa, Timestamp, Row, Option<Failure>) {
        let correlation_id = correlation_id.map(Uuid::from_u128);
        let row = Row { state, writes, at, read_back_at, correlation_id, actor };
        (from, read_at, row, failure.map(|(status, code, message)| Failure { status, code, message }))
    }
}

prop_compose! {
    fn any_plan()(
        (environment, to) in any::<(u128, bool)>(),
        made_at in any_time(),
        left_out in proptest::collection::vec(proptest::sample::select(Exclusion::ALL.to_vec()), 0..4),
        (reference, reason, of_undone) in (any_text(), any_text(), any_text()),
        (after_pilot, every, undoes) in any::<(bool, Option<u32>, Option<u32>)>(),
    ) -> Plan {
        let left_out = left_out.into_iter().zip(1000..).map(|(why, number)| LeftOut { user: user(number), why });
        Plan {
            environment: EnvironmentId(Uuid::from_u128(environment)),
            to,
            made_at,
            rows: vec![],
            left_out: left_out.collect(),
            reference,
            stops: PlannedPauses { after_pilot, every },
            reason,
            undoes: undoes.map(|number| Undone { number: PlanNumber(number), reference: of_undone }),
        }
    }
}

prop_compose! {
    fn any_report()(
        plan in any_plan(),
        rows in proptest::collection::vec(any_row(), 0..12),
        environment_name in proptest::option::of(any_text()),
        operators in proptest::collection::vec(any_text(), 0..3),
        page_version in any_text(),
        times in (proptest::option::of(any_time()), proptest::option::of(any_time()), any_time()),
        (requests_per_second, max_run_users, needs_reference) in any::<(Option<u64>, Option<u64>, bool)>(),
        access in proptest::sample::select(vec![Access::Read, Access::One, Access::Run]),
        turn_off in proptest::sample::select(vec![TurnOff::Never, TurnOff::One, TurnOff::Run]),
        groups in proptest::collection::vec(any::<u128>(), 0..3),
    ) -> RunReport {
        let planned = rows.iter().zip(1..).map(|((from, read_at, ..), number)| PlannedRow {
            user: user(number),
            from: *from,
            read_at: *read_at,
        });
        let plan = Plan { rows: planned.collect(), ..plan };
        let failures = rows.iter().zip(0..).filter_map(|((.., failure), index)| Some((index, failure.clone()?)));
        RunReport {
            plan: plan.into(),
            failures: failures.collect(),
            rows: rows.iter().map(|(_, _, row, _)| *row).collect(),
            environment_name,
            operators: operators.iter().map(|name| Operator::of_word(name)).collect(),
            page_version,
            another_writer_at: times.0,
            started_at: times.0,
            ended_at: times.1,
            written_at: times.2,
            limits: LimitsInForce {
                requests_per_second,
                access,
                turn_off,
                max_run_users,
                protected_groups: groups.into_iter().map(|id| GroupId(Uuid::from_u128(id))).collect(),
                needs_reference,
            },
        }
    }
}

/// Whether a spreadsheet could run a cell as a formula, implemented independently of the guard.
fn begins_a_formula(cell: &str) -> bool {
    let seen =
        cell.chars().find(|character| !character.is_whitespace() && !matches!(character, '\u{feff}' | '"'));
    seen.is_some_and(|seen| "=+-@＝＋－＠\0".contains(seen))
}

proptest! {
    #[test]
    fn any_report_is_written_in_any_slices_and_read_back(report in any_report(), rows in 0_usize..14) {
        let text = written(&report, Format::Json, Contents::StatesOnly, rows, &no_name);
        prop_assert!(serde_json::from_str::<Value>(&text).is_ok());
        let mut reader = ReportReader::new(text.clone().into()).unwrap();
        let stepped = std::iter::from_fn(|| Some(reader.step(rows))).find_map(Result::transpose);
        prop_assert_eq!(stepped, Some(Ok(report.clone())));
        prop_assert_eq!(read(text.into()), Ok(report));
    }

    #[test]
    fn any_csv_report_has_the_same_data_and_no_cell_is_a_formula(report in any_report(), name in any_text()) {
        let text = written(&report, CSV, Contents::WithNames, 3, &|_| &name);
        let table = records(&text, b',', false);
        prop_assert_eq!(table.len(), 1 + report.rows.len() + report.plan.left_out.len());
        for ((line, row), index) in table[1..].iter().zip(&report.rows).zip(0..) {
            let failure = report.failure(index);
            prop_assert_eq!(line.len(), 15);
            prop_assert_eq!(unguarded(&line[1]), name.as_str());
            prop_assert_eq!(&line[5], row.state.word());
            let message = failure.map_or("", |failure| &failure.message);
            prop_assert_eq!(unguarded(&line[10]), message);
            let operator = report.operator(row).map_or("", Operator::word);
            prop_assert_eq!(unguarded(&line[13]), operator);
        }
        for delimiter in [b',', b';', b'\t'] {
            let cells = records(&text, delimiter, true);
            let found = cells.iter().flatten().find(|cell| begins_a_formula(cell));
            prop_assert_eq!(found, None, "separated by {}", char::from(delimiter));
        }
    }

    #[test]
    fn no_bytes_panic(at in 0_usize..4_000, bytes in proptest::collection::vec(any::<u8>(), 0..40)) {
        let mut file = json(&report()).into_bytes();
        let at = at.min(file.len());
        let end = (at + bytes.len()).min(file.len());
        file.splice(at..end, bytes);
        if let Ok(text) = String::from_utf8(file)
            && text.contains(CHECKSUM)
            && let Err(fault) = read(with_checksum(&text).into())
        {
            prop_assert!(!fault.field.is_empty() && !fault.problem.is_empty());
        }
    }
}

#[test]
fn without_a_correlation_id_there_is_no_filter_for_one() {
    let mut report = report();
    report.rows.iter_mut().for_each(|row| row.correlation_id = None);
    let (csv, json) = (written(&report, CSV, Contents::StatesOnly, 100, &no_name), json(&report));
    assert!(csv.contains("# auditFilter,") && !csv.contains("auditFilterOfARow"), "{csv}");
    assert!(!json.contains("correlationid eq") && json.contains("\"filter\":\"recordedAt gt"), "{json}");
}
