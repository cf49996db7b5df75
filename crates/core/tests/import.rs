//! Imports of randomly generated files with the faults of real files, made from known users.
//!
//! Every selected user was meant by the writer of the file, or the page asked; and no line is lost. The sandbox's
//! oracle checks what is written then.

mod writer;

use std::collections::{HashMap, HashSet};
use std::rc::Rc;

use futures::channel::mpsc;
use pingone::clock::Clock;
use pingone::driver::drive;
use pingone::environment::EnvironmentId;
use pingone::user::{Mfa, User, UserId};
use pingone_mfa_core::directory::listing::Listing;
use pingone_mfa_core::directory::store::UserStore;
use pingone_mfa_core::import::{Answer, Direction, Guess, Identity, ImportFile, Matches, read};
use pingone_mfa_core::run::engine::{Job, JobRunner, Run, RunStatus};
use pingone_mfa_core::run::guard::Guard;
use pingone_mfa_core::run::plan::PlannedRow;
use pingone_mfa_core::run::ports::Journal;
use pingone_mfa_testkit::journal::MemoryJournal;
use pingone_mfa_testkit::plan::plan_of;
use pingone_mfa_testkit::stage::Stage;
use pingone_sandbox::TokenSpec;
use writer::{File, Shape, Truth};

use crate::normalize::normalize;

/// The number of generated files.
const FILES: u64 = 1000;

/// The number of users in the tenant.
const USERS: u32 = 60;

fn stage() -> Stage {
    Stage::new(USERS, &TokenSpec::default())
}

/// All users of the tenant. Their external IDs are consecutive long numbers, so that an ID rounded by a spreadsheet
/// is the ID of another user.
fn people(stage: &Stage) -> Vec<User> {
    let connection = stage.connection.clone();
    let users: Vec<User> = stage.clock.run(async move {
        let policy = Rc::new(connection.policy().clone());
        let mut listing = Listing::of_all(&[], None, policy, connection.jitter());
        let (_, mut inbox) = mpsc::unbounded();
        let mut users = Vec::new();
        let page = |job: pingone_mfa_core::directory::listing::Job| {
            let connection = connection.clone();
            async move { connection.send(job.page).await }
        };
        let observe = |listing: &mut Listing| users.extend(listing.take_fresh().into_iter().flatten());
        drive(&mut listing, &connection, &mut inbox, page, observe).await;
        users
    });
    let numbered = |(user, number): (User, u64)| User { external_id: Some(number.to_string()), ..user };
    users.into_iter().zip(1_000_000_000_000_000..).map(numbered).collect()
}

/// Answers the import's questions as a person who knows what the file means. `None` if the
/// file can't be used and is closed.
fn answer(list: &mut ImportFile, truth: &Truth) -> Option<()> {
    for _ in 0..20 {
        let Some(guess) = list.guesses().first().map(|guess| (*guess).clone()) else { return Some(()) };
        let answer = match &guess {
            Guess::RowsOfUsers { .. } if truth.shape == Shape::Row => Answer::EveryCell,
            Guess::SeveralColumns { .. } | Guess::UnnamedColumn { .. } | Guess::RowsOfUsers { .. } => {
                Answer::Column(truth.column, truth.by)
            }
            Guess::LinesAboveHeader { .. } if !truth.has_header => Answer::Header(false),
            Guess::CellsOfSeveralLines { .. } if truth.has_stray_quotes => Answer::SingleLines,
            Guess::RoundedNumbers { .. } if truth.shape == Shape::RoundedNumbers => return None,
            Guess::LinesAboveHeader { .. }
            | Guess::CellsOfSeveralLines { .. }
            | Guess::RoundedNumbers { .. } => Answer::Confirmed(guess),
            Guess::DifferingDirection { column, .. } => {
                Answer::FilterLines { column: *column, word: "Enabled".into() }
            }
        };
        list.answer(answer).unwrap();
    }
    panic!("the same question is asked forever: {:?}", list.guesses());
}

fn says_off(direction: &Direction) -> bool {
    matches!(direction.words.as_slice(), [word] if word.means == Some(false))
}

/// Asserts that every line that names a user is selected, or is listed with a reason.
fn assert_no_line_is_lost(file: &File, list: &ImportFile, matches: &Matches) {
    let mut entries: HashMap<usize, Vec<usize>> = HashMap::new();
    for (index, entry) in list.entries().iter().enumerate() {
        entries.entry(entry.line).or_default().push(index);
    }
    let found: HashMap<usize, UserId> = matches.found.iter().copied().collect();
    let unclear: HashSet<usize> = matches.ambiguous.iter().map(|(index, _)| *index).collect();
    let listed: HashSet<usize> =
        matches.not_found.iter().chain(&matches.duplicates).copied().chain(unclear.iter().copied()).collect();
    assert_eq!(found.len() + listed.len(), list.entries().len(), "each entry has exactly one result");
    for line in &file.lines {
        let indexes = entries.get(&line.number).unwrap_or_else(|| panic!("line {} is lost", line.number));
        let selected: HashSet<UserId> =
            indexes.iter().filter_map(|index| found.get(index)).copied().collect();
        assert!(selected.iter().all(|user| line.people.contains(user)), "line {} names another", line.number);
        let is_listed = indexes.iter().any(|index| listed.contains(index));
        assert!(selected.len() == line.people.len() || is_listed, "line {}", line.number);
        if line.is_clean && line.is_meant {
            let has_problem = indexes.iter().any(|index| list.entries()[*index].problem.is_some());
            let is_missing = indexes.iter().any(|index| matches.not_found.contains(index));
            assert!(
                !has_problem && !is_missing,
                "line {} is clean: {:?}",
                line.number,
                list.entries()[indexes[0]]
            );
        }
    }
}

/// Turns MFA on for these users; the oracle marks every write to a user who wasn't meant.
fn carry_out(selected: &[UserId], meant: &HashSet<UserId>) {
    let stage = stage();
    let (environment, off) = {
        let mut sandbox = stage.mount.sandbox.borrow_mut();
        sandbox.oracle_mut().announce(meant.iter().map(|user| (user.0, true)).collect());
        let off = selected.iter().copied().filter(|user| sandbox.mfa_enabled(user.0) == Some(false));
        (EnvironmentId(sandbox.environment_id()), off.collect::<Vec<_>>())
    };
    let read_at = stage.clock.wall();
    let rows = off.iter().map(|user| PlannedRow { user: *user, from: Mfa::Off, read_at }).collect();
    let plan = plan_of(environment, true, read_at, rows);
    let connection = stage.connection.clone();
    let kept = connection.clone();
    let job_runner = JobRunner {
        connection: Rc::new(move || Some(kept.clone())),
        guard: Rc::new(Guard::default()),
        journal: Rc::new(MemoryJournal::new(&stage.clock)) as Rc<dyn Journal>,
        name: "run".into(),
        clock: Rc::clone(&stage.clock) as Rc<dyn Clock>,
    };
    let policy = Rc::new(connection.policy().clone());
    let mut run = Run::new(Rc::new(plan), policy, connection.jitter(), None);
    let status = stage.clock.run(async move {
        let (_, mut inbox) = mpsc::unbounded();
        let perform = |job: Job| job_runner.clone().run(job);
        drive(&mut run, &connection, &mut inbox, perform, |_| {}).await;
        run.status()
    });
    assert_eq!(status, RunStatus::Finished);
    let sandbox = stage.mount.sandbox.borrow();
    assert_eq!(sandbox.oracle().unplanned().count(), 0, "a user was written that the file didn't name");
    let written: HashSet<UserId> = sandbox.oracle().writes().iter().map(|write| UserId(write.user)).collect();
    assert_eq!(written, off.into_iter().collect());
}

#[test]
fn only_users_meant_by_a_file_are_selected_unless_the_page_asked_and_no_line_is_lost() {
    let people = people(&stage());
    assert_eq!(people.len(), USERS as usize);
    let mut users = UserStore::default();
    for person in &people {
        users.learn(person, &|text| text.to_lowercase());
    }
    let (mut asked, mut closed, mut selected_in_all) = (0, 0, 0);
    for seed in 0..FILES {
        let file = writer::write(&people, seed);
        let shown = String::from_utf8_lossy(&file.bytes).into_owned();
        let outcome = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
            let mut list = read(&file.bytes, &normalize()).unwrap();
            let is_asked = !list.guesses().is_empty();
            assert_eq!(list.confirmed().is_none(), is_asked, "no user can be selected before the answers");
            if answer(&mut list, &file.truth).is_none() {
                return (is_asked, None);
            }
            let matches = list.confirmed().unwrap().match_with(&users);
            // A column that says "off" for all users is shown beside the buttons, so a person wouldn't turn MFA on.
            if list.directions().iter().any(says_off) {
                assert!(matches.found.iter().all(|(_, user)| !file.meant.contains(user)));
                return (is_asked, None);
            }
            let selected: Vec<UserId> = matches.found.iter().map(|(_, user)| *user).collect();
            let others = selected.iter().find(|user| !file.meant.contains(user));
            assert_eq!(others, None, "a user who isn't meant is not selected");
            assert_no_line_is_lost(&file, &list, &matches);
            carry_out(&selected, &file.meant);
            (is_asked, Some(selected.len()))
        }));
        let Ok((is_asked, selected)) = outcome else { panic!("seed {seed}: {:?}\n{shown}", file.truth) };
        asked += usize::from(is_asked);
        closed += usize::from(selected.is_none());
        selected_in_all += selected.unwrap_or_default();
    }
    // The generated files are only useful if all of this happens.
    assert!(asked > 250 && asked < 900, "{asked}");
    assert!(closed > 5 && selected_in_all > 1000, "{closed} {selected_in_all}");
}

#[test]
fn a_file_that_names_no_user_for_sure_selects_none() {
    let people = people(&stage());
    let mut users = UserStore::default();
    for person in &people {
        users.learn(person, &|text| text.to_lowercase());
    }
    let manager = people[1].email.clone().unwrap();
    let text = format!("Name,Manager Email,Email\nAna,{manager},nobody@x.example\n");
    let mut list = read(text.as_bytes(), &normalize()).unwrap();
    assert!(list.confirmed().is_none());
    list.answer(Answer::Column(2, Identity::Email)).unwrap();
    let matches = list.confirmed().unwrap().match_with(&users);
    assert_eq!((matches.found, matches.not_found), (vec![], vec![0]));
}
