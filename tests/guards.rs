//! Lists every code path that changes a user, and checks that each refuses members of a protected group.
//!
//! The compiler enforces most of this: a request that writes needs a permit, and only `run/guard.rs` creates
//! permits. The paths are listed here so that a new one fails a test.

use std::collections::HashSet;
use std::fs;
use std::path::{Path, PathBuf};

use pingone::device::Devices;
use pingone::environment::EnvironmentId;
use pingone::fault::WriteRefusal;
use pingone::time::Timestamp;
use pingone::user::{GroupId, Mfa, UserId};
use pingone_mfa_core::directory::store::UserStore;
use pingone_mfa_core::run::guard::{Guard, Objection, Rules};
use pingone_mfa_core::run::journal::{Entry, Restored, restore};
use pingone_mfa_core::run::limits::Limits;
use pingone_mfa_core::run::plan::{Exclusion, Plan, PlannedRow};
use pingone_mfa_core::run::proposal::{Choices, FreshValues, Proposal};
use pingone_mfa_core::run::row::{Failure, Row, RowState};
use pingone_mfa_core::run::run_file;
use pingone_mfa_testkit::plan::plan_of;
use pingone_mfa_testkit::user::user;
use uuid::Uuid;

const ENVIRONMENT: EnvironmentId = EnvironmentId(Uuid::from_u128(99));
const MEMBER: UserId = UserId(Uuid::from_u128(1));
const OTHER: UserId = UserId(Uuid::from_u128(2));

fn guard() -> Guard {
    let protected_groups = vec![GroupId(Uuid::from_u128(7))];
    let rules = Rules::new(Limits { protected_groups, ..Limits::default() }, true);
    Guard::new(rules, None).with_members(HashSet::from([MEMBER]))
}

fn store(mfa: Mfa) -> UserStore {
    let mut users = UserStore::default();
    for id in [MEMBER, OTHER] {
        let row = users.learn(&user(id, mfa), &str::to_lowercase);
        users.set_devices(row, Devices::Usable(1));
    }
    users
}

fn plan(to: bool) -> Plan {
    let row = |user| PlannedRow { user, from: Mfa::from(!to), read_at: Timestamp(1) };
    plan_of(ENVIRONMENT, to, Timestamp(1), vec![row(MEMBER), row(OTHER)])
}

/// Whether the plan of this proposal has only the other user and leaves the member out as protected.
fn skips_member(proposal: &Proposal) -> bool {
    let (users, guard) = (store(Mfa::from(!proposal.to)), guard());
    let fresh =
        FreshValues { users: &users, read_at: &|_| Some(Timestamp(2)), is_unread: &|_| false, guard: &guard };
    let preview = proposal.preview(&fresh, Choices::ALL, Timestamp(3));
    let written: Vec<UserId> = preview.plan.rows.iter().map(|row| row.user).collect();
    written == [OTHER] && preview.left_out(Exclusion::Protected) == 1
}

fn refuses_waiting_member(mut restored: Restored) -> bool {
    let entry = restored.refuse(&guard(), Timestamp(2));
    let states: Vec<RowState> = restored.rows.iter().map(|row| row.state).collect();
    entry.is_some() && states == [RowState::Refused, RowState::Waiting]
}

fn rows(state: RowState) -> Vec<Row> {
    vec![Row { state, writes: 1, ..Row::default() }; 2]
}

/// A path that writes users, and whether it refuses the protected member.
type WritePath = (&'static str, bool);

fn paths() -> Vec<WritePath> {
    let protected = Objection::Refused(WriteRefusal::Protected);
    let is_refused = |to| {
        let change = guard().change(MEMBER, to, Devices::Usable(1), Choices::ALL);
        change == Err(protected.clone())
            && guard().change(OTHER, to, Devices::Usable(1), Choices::ALL).is_ok()
    };
    let planned = |to| guard().planned(MEMBER, to).is_err() && guard().planned(OTHER, to).is_ok();
    let failure = Failure { status: 500, code: None, message: String::new() };
    let retry = |to| Proposal::retry(&plan(to), &rows(RowState::Failed), &|_| Some(&failure), true);
    let undo = |to| Proposal::undo(&plan(to), &rows(RowState::Changed));
    let chosen = |to| Proposal::new(ENVIRONMENT, to, vec![MEMBER, OTHER]);
    let stored = |to| restore(&[Entry::Plan(plan(to)).encode()]).unwrap();
    let file = |to| {
        let text = run_file::write(ENVIRONMENT, &[Entry::Plan(plan(to)).encode()]);
        run_file::read(text.as_bytes()).unwrap().restored
    };
    let for_both = |check: &dyn Fn(bool) -> bool| check(true) && check(false);
    vec![
        ("the switch of one user, by pointer or keyboard, in the list or beside it", for_both(&is_refused)),
        ("one user who is selected", for_both(&is_refused)),
        ("the same again after a failure", for_both(&is_refused)),
        ("several who are selected, or all who match", for_both(&|to| skips_member(&chosen(to)))),
        ("an import", for_both(&|to| skips_member(&chosen(to)))),
        ("a saved plan, and the script that reads it", for_both(&|to| skips_member(&chosen(to)))),
        ("a retry of a run", for_both(&|to| skips_member(&retry(to)))),
        ("an undo of a run", for_both(&|to| skips_member(&undo(to)))),
        (
            "a run that begins, or is taken over from another page",
            for_both(&|to| refuses_waiting_member(Restored::of_plan(plan(to)))),
        ),
        ("a stored run that is continued", for_both(&|to| refuses_waiting_member(stored(to)))),
        ("a run file that is continued", for_both(&|to| refuses_waiting_member(file(to)))),
        ("each PUT of a run, also one that is sent again", for_both(&planned)),
        (
            "a bypass, set or changed",
            guard().bypass(MEMBER, Choices::ALL).map(drop) == Err(protected.clone()),
        ),
    ]
}

#[test]
fn every_path_that_writes_refuses_a_protected_member() {
    for (path, is_refused) in paths() {
        assert!(is_refused, "{path}");
    }
}

fn sources(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            sources(&path, found);
        } else if path.extension().is_some_and(|end| end == "rs") {
            found.push(path);
        }
    }
}

/// The source files that contain this text outside tests and comments, with the number of lines.
fn files_with(text: &str) -> Vec<(String, usize)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut found = Vec::new();
    for folder in
        ["src", "crates/core/src", "crates/directory/src", "crates/pingone/src", "crates/user-page/src"]
    {
        sources(&root.join(folder), &mut found);
    }
    let mut counted: Vec<(String, usize)> = found
        .into_iter()
        .filter(|path| !path.ends_with("tests.rs"))
        .filter_map(|path| {
            let source = fs::read_to_string(&path).unwrap();
            let program = source.split("#[cfg(test)]\n").next().unwrap_or_default();
            let code = program.lines().filter(|line| !line.trim_start().starts_with("//"));
            let times = code.filter(|line| line.contains(text)).count();
            let name = path.strip_prefix(root).unwrap().to_string_lossy().replace('\\', "/");
            (times > 0).then_some((name, times))
        })
        .collect();
    counted.sort();
    counted
}

fn counts(files: &[(&str, usize)]) -> Vec<(String, usize)> {
    files.iter().map(|(file, times)| ((*file).to_owned(), *times)).collect()
}

#[test]
fn only_two_requests_write_and_they_are_created_in_three_places() {
    // Requests of kind `Write` count against the rate limit of writes; only they can change a user.
    assert_eq!(files_with("const KIND: Kind = Kind::Write;"), counts(&[("crates/core/src/run/write.rs", 2)]));
    assert_eq!(files_with("method: Method::Put,"), counts(&[("crates/core/src/run/write.rs", 2)]));
    // The only POST creates a device report.
    assert_eq!(
        files_with("method: Method::Post,"),
        counts(&[("crates/pingone/src/request/device_report.rs", 1)])
    );
    assert_eq!(
        files_with("WriteMfa(permit)"),
        counts(&[
            ("crates/core/src/run/engine/job_runner.rs", 1),
            ("src/console/users/directory/switching.rs", 1)
        ])
    );
    assert_eq!(
        files_with("WriteBypass { permit"),
        counts(&[("src/console/users/directory/bypassing.rs", 1)])
    );
}

#[test]
fn permits_are_requested_in_three_places_and_created_in_one() {
    for permit in ["MfaPermit {", "BypassPermit {"] {
        let files: Vec<String> = files_with(permit).into_iter().map(|(file, _)| file).collect();
        assert_eq!(files, ["crates/core/src/run/guard.rs"], "{permit}");
    }
    let callers =
        |call: &str| -> Vec<String> { files_with(call).into_iter().map(|(file, _)| file).collect() };
    assert_eq!(callers("guard.change("), ["src/console/users/directory/guarding.rs"]);
    assert_eq!(
        callers("guard.bypass("),
        ["src/console/users/directory/bypassing.rs", "src/console/users/directory/guarding.rs"]
    );
    assert_eq!(
        callers("guard.planned("),
        ["crates/core/src/run/engine/guarded.rs", "crates/core/src/run/engine/job_runner.rs"]
    );
    // A plan only leaves the page through this function: as a run, a file or a script.
    assert_eq!(
        files_with("cleared_plan()"),
        counts(&[("src/console/app/saving.rs", 2), ("src/console/runs/review/clearing.rs", 1)])
    );
    assert_eq!(callers("PlanScript::new("), ["src/console/app/saving.rs"]);
}

#[test]
fn the_element_offers_nothing_that_writes() {
    let source = include_str!("../src/element.rs");
    let methods = source.split("impl Widget {").nth(1).and_then(|rest| rest.split("\n}\n").next()).unwrap();
    let names: Vec<&str> = methods
        .lines()
        .filter_map(|line| line.trim().strip_prefix("pub fn "))
        .filter_map(|line| line.split('(').next())
        .collect();
    assert_eq!(names, ["forget_token", "refresh", "report", "has_open_run", "withhold", "unmount"]);
}
