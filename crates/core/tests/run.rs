//! Runs against the sandbox's pure core, on a virtual clock. The sandbox's oracle decides what is right.

use std::cell::RefCell;
use std::collections::HashSet;
use std::rc::Rc;

use futures::channel::mpsc;
use futures::future::FutureExt;
use pingone::clock::Clock;
use pingone::connection::Answered;
use pingone::driver::{Command, Event, Step, Work, drive};
use pingone::exchange::Exchange;
use pingone::fault::{BadAnswer, Fault, JournalFault, Refusal};
use pingone::request::Method;
use pingone::time::{Instant, Millis, Timestamp};
use pingone::user::{GroupId, Mfa, UserId};
use pingone_mfa_core::directory::listing::Listing;
use pingone_mfa_core::run::engine::readback::{self, ReadBack, State};
use pingone_mfa_core::run::engine::{Job, JobAnswer, JobRunner, PauseReason, Run, RunStatus};
use pingone_mfa_core::run::guard::{Guard, Rules};
use pingone_mfa_core::run::journal::{Entry, Restored, restore};
use pingone_mfa_core::run::limits::Limits;
use pingone_mfa_core::run::pilot::DeviceComparison;
use pingone_mfa_core::run::plan::{Exclusion, Plan, PlannedPauses};
use pingone_mfa_core::run::ports::Journal;
use pingone_mfa_core::run::proposal::{Choices, FreshValues, Proposal};
use pingone_mfa_core::run::record::Record;
use pingone_mfa_core::run::row::RowState;
use pingone_mfa_core::run::write::WriteMfa;
use pingone_mfa_testkit::journal::MemoryJournal;
use pingone_mfa_testkit::plan::plan;
use pingone_mfa_testkit::stage::Stage;
use pingone_mfa_testkit::transport::Fate;
use pingone_mfa_testkit::user::fresh_values;
use pingone_sandbox::{BackgroundChange, Fault as SandboxFault, On, Role, Rule, TokenSpec};
use uuid::Uuid;

/// Drives a run. `decide` is asked at every pause; `None` leaves the run paused.
fn carry_out(
    stage: &Stage,
    plan: Plan,
    decide: impl Fn(&PauseReason) -> Option<Command> + 'static,
) -> (Run, Vec<Record>) {
    let policy = Rc::new(stage.connection.policy().clone());
    drive_until(stage, Run::new(Rc::new(plan), policy, stage.connection.jitter(), None), decide, u64::MAX)
}

/// Drives a run until it is finished, or until the page is killed at `killed_at` (monotonic clock).
fn drive_until(
    stage: &Stage,
    run: Run,
    decide: impl Fn(&PauseReason) -> Option<Command> + 'static,
    killed_at: u64,
) -> (Run, Vec<Record>) {
    let memory_journal = Rc::new(MemoryJournal::new(&stage.clock));
    let run = if killed_at == u64::MAX {
        drive_with_refreshes(stage, run, &memory_journal, true, decide)
    } else {
        drive_run(stage, run, &memory_journal, decide, killed_at)
    };
    let records = memory_journal.entries.borrow().iter().flat_map(|entry| records(entry)).collect();
    (run, records)
}

fn records(entry: &[u8]) -> Vec<Record> {
    match Entry::decode(entry).unwrap() {
        Entry::Batch(records) => records,
        _ => vec![],
    }
}

fn job_runner(stage: &Stage, memory_journal: &Rc<MemoryJournal>) -> JobRunner {
    let connection = stage.connection.clone();
    JobRunner {
        connection: Rc::new(move || Some(connection.clone())),
        journal: Rc::clone(memory_journal) as Rc<dyn Journal>,
        name: "run".into(),
        clock: Rc::clone(&stage.clock) as Rc<dyn Clock>,
        guard: Rc::default(),
    }
}

/// Drives a run with this guard to its end. Nothing pauses it.
fn drive_guarded(stage: &Stage, run: Run, memory_journal: &Rc<MemoryJournal>, guard: Rc<Guard>) -> Run {
    let (connection, mut run) = (stage.connection.clone(), run);
    let job_runner = JobRunner { guard, ..job_runner(stage, memory_journal) };
    stage.clock.run(async move {
        let (_sender, mut inbox) = mpsc::unbounded::<Command>();
        drive(&mut run, &connection, &mut inbox, |job| job_runner.clone().run(job), |_| {}).await;
        run
    })
}

fn drive_run(
    stage: &Stage,
    run: Run,
    memory_journal: &Rc<MemoryJournal>,
    decide: impl Fn(&PauseReason) -> Option<Command> + 'static,
    killed_at: u64,
) -> Run {
    let mut run = run;
    let (connection, clock) = (stage.connection.clone(), Rc::clone(&stage.clock));
    let job_runner = job_runner(stage, memory_journal);
    stage.clock.run(async move {
        let (sender, mut inbox) = mpsc::unbounded();
        let perform = |job: Job| job_runner.clone().run(job);
        let observe = |run: &mut Run| {
            if let RunStatus::Paused(reason) = run.status()
                && let Some(command) = decide(&reason)
            {
                sender.unbounded_send(command).unwrap();
            }
        };
        let death = if killed_at == u64::MAX {
            futures::future::pending().boxed_local()
        } else {
            clock.sleep_until(Instant(killed_at))
        };
        let driven = drive(&mut run, &connection, &mut inbox, perform, observe).boxed_local();
        futures::future::select(driven, death).await;
        run
    })
}

/// Reads back what a run did, by list pages or one by one.
fn read_back(stage: &Stage, run: Run, memory_journal: &Rc<MemoryJournal>, by_pages: bool) -> Run {
    read_back_with(stage, run, memory_journal, by_pages, Command::Pause)
}

/// Like [`read_back`], with the command that a person gives at every pause.
fn read_back_with(
    stage: &Stage,
    run: Run,
    memory_journal: &Rc<MemoryJournal>,
    by_pages: bool,
    decision: Command,
) -> Run {
    let listing = listing(stage, by_pages);
    read_with(stage, run, memory_journal, decision, |run| ReadBack::new(run, listing))
}

/// Refreshes the waiting rows of a run.
fn refresh(stage: &Stage, run: Run, memory_journal: &Rc<MemoryJournal>, by_pages: bool) -> Run {
    let listing = listing(stage, by_pages);
    read_with(stage, run, memory_journal, Command::Pause, |run| ReadBack::for_refresh(run, listing))
}

fn listing(stage: &Stage, by_pages: bool) -> Option<Listing> {
    let policy = Rc::new(stage.connection.policy().clone());
    by_pages.then(|| Listing::of_all(&[], None, policy, stage.connection.jitter()))
}

fn read_with(
    stage: &Stage,
    run: Run,
    memory_journal: &Rc<MemoryJournal>,
    decision: Command,
    begin: impl FnOnce(&mut Run) -> ReadBack<'_> + 'static,
) -> Run {
    let mut run = run;
    let connection = stage.connection.clone();
    let job_runner = job_runner(stage, memory_journal);
    stage.clock.run(async move {
        let (sender, mut inbox) = mpsc::unbounded();
        let mut back = begin(&mut run);
        let observe = |back: &mut ReadBack<'_>| {
            if matches!(back.state(), State::Paused(_)) {
                sender.unbounded_send(decision).unwrap();
            }
        };
        drive(&mut back, &connection, &mut inbox, |job| job_runner.clone().run_read_back(job), observe).await;
        let end = if decision == Command::Stop { State::Stopped } else { State::Complete };
        assert_eq!(back.state(), end);
        run
    })
}

fn wait(stage: &Stage, time: Millis) {
    let clock = Rc::clone(&stage.clock);
    stage.clock.run(async move { clock.sleep_until(clock.now() + time).await });
}

fn now(stage: &Stage) -> pingone_sandbox::Timestamp {
    pingone_sandbox::Timestamp(stage.clock.wall().0)
}

fn never(reason: &PauseReason) -> Option<Command> {
    panic!("paused: {reason:?}")
}

/// Asserts that changed rows really are changed, and that waiting rows were never written.
fn assert_matches_sandbox(stage: &Stage, run: &Run) {
    let sandbox = stage.mount.sandbox.borrow();
    for (row, planned) in run.rows().iter().zip(&run.plan().rows) {
        let flag = sandbox.mfa_enabled(planned.user.0);
        match row.state {
            RowState::Changed => assert_eq!(flag, Some(true)),
            RowState::Waiting => assert_eq!((flag, row.writes), (Some(false), 0)),
            RowState::Sending => panic!("a finished run has nothing in flight"),
            _ => {}
        }
    }
    assert_eq!(run.counts().all() as usize, run.rows().len());
}

#[test]
fn every_user_is_changed_once_and_outcomes_are_stored_after_their_intents() {
    let stage = Stage::new(300, &TokenSpec::default());
    let plan = plan(&stage, PlannedPauses::default());
    let rows = u32::try_from(plan.rows.len()).unwrap();
    let (run, stored) = carry_out(&stage, plan, never);
    assert_eq!((run.status(), run.counts().of(RowState::Changed)), (RunStatus::Finished, rows));
    assert_matches_sandbox(&stage, &run);
    let puts =
        stage.exchanges.borrow().iter().filter(|sent| sent.request.method.to_string() == "PUT").count();
    assert_eq!(puts, rows as usize);
    assert!(!format!("{stored:?}").contains(&stage.token), "no record holds the token");
    let mut intended = Vec::new();
    let mut settled = 0;
    for record in &stored {
        match record {
            Record::Intent(indexes) => intended.extend(indexes),
            Record::Settled { index, row, .. } => {
                assert!(intended.contains(index) && row.state == RowState::Changed);
                settled += 1;
            }
            Record::Seen { .. } | Record::AnotherWriter { .. } => panic!("no row was refreshed"),
        }
        assert!(intended.len() - settled <= 32 + 1, "the window of intents");
    }
    assert_eq!((settled, intended.len()), (rows as usize, rows as usize));
}

#[test]
fn lost_answers_are_read_and_no_unchanged_user_is_reported_as_changed() {
    let stage = Stage::new(200, &TokenSpec::default());
    let plan = plan(&stage, PlannedPauses::default());
    let fates = [Fate::Answered, Fate::Unconfirmed, Fate::NeverArrives, Fate::Status(503), Fate::Silence];
    stage.mount.fates.borrow_mut().extend(fates.into_iter().cycle().take(60));
    let (run, _) = carry_out(&stage, plan, |reason| {
        matches!(reason, PauseReason::Failing { .. }).then_some(Command::Resume)
    });
    assert_eq!(run.status(), RunStatus::Finished);
    assert_matches_sandbox(&stage, &run);
    assert!(run.counts().of(RowState::Changed) > 50, "{:?}", run.counts());
}

#[test]
fn twenty_refusals_in_a_row_pause_instead_of_failing_for_all_users() {
    let stage = Stage::new(300, &TokenSpec { role: Role::IdentityDataReadOnly, ..TokenSpec::default() });
    let plan = plan(&stage, PlannedPauses::default());
    let (run, _) = carry_out(&stage, plan, |reason| {
        assert!(matches!(reason, PauseReason::Refused(Fault::RoleMissing(_))), "{reason:?}");
        Some(Command::Stop)
    });
    assert_eq!(run.status(), RunStatus::Stopped);
    let refused = run.counts().of(RowState::Refused);
    assert!((20..=28).contains(&refused), "{refused}");
    assert_matches_sandbox(&stage, &run);
}

#[test]
fn a_run_that_was_refused_at_the_end_of_a_step_continues_with_the_next_one() {
    for every in [20, 10, 5, 1] {
        let stage = Stage::new(300, &TokenSpec { role: Role::IdentityDataReadOnly, ..TokenSpec::default() });
        let plan = plan(&stage, PlannedPauses { after_pilot: false, every: Some(every) });
        let policy = Rc::new(stage.connection.policy().clone());
        let run = Run::new(Rc::new(plan), policy, stage.connection.jitter(), None);
        let at_steps = |reason: &PauseReason| (*reason == PauseReason::Step).then_some(Command::Resume);
        let (mut run, _) = drive_until(&stage, run, at_steps, 120_000);
        assert!(matches!(run.status(), RunStatus::Paused(PauseReason::Refused(_))), "{every}");
        assert_eq!((run.counts().ended(), run.until_step()), (20, Some(every)));
        run.apply(Event::Command(Command::Resume), Instant(120_000));
        assert_eq!((run.status(), run.until_step()), (RunStatus::Running, Some(every)));
    }
}

#[test]
fn a_run_that_was_handed_over_still_waits_for_its_pilot_user() {
    let stage = Stage::new(300, &TokenSpec::default());
    let plan = plan(&stage, PlannedPauses { after_pilot: true, every: Some(50) });
    let policy = Rc::new(stage.connection.policy().clone());
    let run = Run::new(Rc::new(plan), policy, stage.connection.jitter(), None);
    let (mut run, _) = drive_until(&stage, run, |_| None, 120_000);
    run.apply(Event::Command(Command::HandOver), Instant(120_000));
    run.apply(Event::Command(Command::Resume), Instant(120_001));
    assert_eq!(run.status(), RunStatus::Paused(PauseReason::PilotUser));
}

#[test]
fn a_401_pauses_the_run_once_and_uses_no_attempt() {
    let stage = Stage::new(300, &TokenSpec { lifetime_seconds: 20, ..TokenSpec::default() });
    let plan = plan(&stage, PlannedPauses::default());
    let (run, _) = carry_out(&stage, plan, |reason| {
        assert_eq!(*reason, PauseReason::Token);
        Some(Command::Stop)
    });
    assert_matches_sandbox(&stage, &run);
    let refused = stage.exchanges.borrow().iter().filter(|sent| sent.fault.is_some()).count();
    assert!((1..=8).contains(&refused), "{refused}");
    assert_eq!(run.counts().of(RowState::Refused) + run.counts().of(RowState::Failed), 0);
    assert!(run.counts().of(RowState::Changed) > 0 && run.counts().of(RowState::Waiting) > 0);
}

/// Changes 300 users with a pilot user and steps of 50, and answers each pause with a command. Returns the number of
/// rows and the pauses.
fn pauses_of_steps(answer: impl Fn(&PauseReason) -> Command + 'static) -> (u32, Vec<PauseReason>) {
    let stage = Stage::new(300, &TokenSpec::default());
    let plan = plan(&stage, PlannedPauses { after_pilot: true, every: Some(50) });
    let rows = u32::try_from(plan.rows.len()).unwrap();
    let pauses = Rc::new(RefCell::new(Vec::new()));
    let seen = Rc::clone(&pauses);
    let (run, _) = carry_out(&stage, plan, move |reason| {
        seen.borrow_mut().push(reason.clone());
        Some(answer(reason))
    });
    assert_eq!(run.counts().of(RowState::Changed), rows);
    (rows, pauses.take())
}

#[test]
fn the_run_pauses_after_the_pilot_user_and_after_each_step() {
    let (rows, pauses) = pauses_of_steps(|_| Command::Resume);
    assert_eq!(pauses[0], PauseReason::PilotUser);
    let steps = pauses.iter().filter(|reason| **reason == PauseReason::Step).count();
    assert_eq!(steps, ((rows - 2) / 50) as usize);
}

#[test]
fn a_run_that_continues_without_steps_pauses_only_for_other_reasons() {
    let (_, pauses) = pauses_of_steps(|reason| match reason {
        PauseReason::Step => Command::ResumeWithoutSteps,
        _ => Command::Resume,
    });
    assert_eq!(pauses, [PauseReason::PilotUser, PauseReason::Step]);
}

#[test]
fn a_run_that_continues_without_steps_after_its_pilot_user_pauses_no_more() {
    let (_, pauses) = pauses_of_steps(|_| Command::ResumeWithoutSteps);
    assert_eq!(pauses, [PauseReason::PilotUser]);
}

#[test]
fn how_many_users_follow_until_the_next_step_is_known_at_each_pause() {
    let stage = Stage::new(300, &TokenSpec::default());
    let plan = plan(&stage, PlannedPauses { after_pilot: true, every: Some(50) });
    let policy = Rc::new(stage.connection.policy().clone());
    let run = Run::new(Rc::new(plan), policy, stage.connection.jitter(), None);
    assert_eq!(run.until_step(), Some(1), "the pilot user");
    let (mut run, _) = drive_until(&stage, run, |_| None, 120_000);
    assert_eq!((run.status(), run.until_step()), (RunStatus::Paused(PauseReason::PilotUser), Some(50)));
    run.apply(Event::Command(Command::Resume), Instant(120_000));
    assert_eq!(run.until_step(), Some(50));
    run.apply(Event::Command(Command::Pause), Instant(120_001));
    assert_eq!(run.until_step(), Some(50), "another pause is none of the planned ones");
}

/// Drives a run up to the pause after its pilot user. Returns it with the requests that were sent.
fn drive_to_pilot_user(stage: &Stage) -> (Run, Vec<String>) {
    let plan = plan(stage, PlannedPauses { after_pilot: true, every: None });
    let policy = Rc::new(stage.connection.policy().clone());
    let run = Run::new(Rc::new(plan), policy, stage.connection.jitter(), None);
    let (run, _) = drive_until(stage, run, |_| None, 120_000);
    let pilot_user = run.plan().rows[0].user.to_string();
    let line = |sent: &Exchange| {
        let path = sent.request.endpoint.as_str();
        assert!(path.contains(&pilot_user), "{path}");
        format!("{} {}", sent.request.method, path.rsplit('/').next().unwrap_or_default())
    };
    let sent = stage.exchanges.borrow().iter().map(line).collect();
    (run, sent)
}

#[test]
fn the_pilot_users_devices_are_read_before_and_after_the_change() {
    let stage = Stage::new(100, &TokenSpec::default());
    let (run, sent) = drive_to_pilot_user(&stage);
    // The flag is also read right before the PUT, as for every first row.
    let reads_and_put = ["GET devices", "GET mfaEnabled", "PUT mfaEnabled", "GET mfaEnabled", "GET devices"];
    assert_eq!(sent, reads_and_put);
    assert_eq!(run.status(), RunStatus::Paused(PauseReason::PilotUser));
    let readings = run.pilot().unwrap();
    assert_eq!(readings.flag, Some(Ok(true)));
    assert!(matches!(readings.devices(), Some(DeviceComparison::Same(_))), "{readings:?}");
}

#[test]
fn unreadable_devices_do_not_stop_the_pilot_user() {
    let stage = Stage::new(100, &TokenSpec::default());
    let on = On { endpoint: Some("devices".into()), ..On::default() };
    let fault = pingone_sandbox::Fault::Status { status: 403, retry_after: None, without_cors: false };
    let rule = Rule { on, share: 1.0, skip: 0, times: None, fault };
    stage.mount.sandbox.borrow_mut().add_fault(rule).unwrap();
    let (run, sent) = drive_to_pilot_user(&stage);
    let reads_and_put = ["GET devices", "GET mfaEnabled", "PUT mfaEnabled", "GET mfaEnabled", "GET devices"];
    assert_eq!(sent, reads_and_put);
    assert_eq!(
        (run.status(), run.rows()[0].state),
        (RunStatus::Paused(PauseReason::PilotUser), RowState::Changed)
    );
    assert!(matches!(run.pilot().unwrap().devices(), Some(DeviceComparison::NotReadAfter(_))));
}

#[test]
fn a_pilot_read_that_fails_temporarily_is_retried_before_the_write() {
    let stage = Stage::new(100, &TokenSpec::default());
    stage.mount.fates.borrow_mut().extend([Fate::NeverArrives, Fate::Status(503)]);
    let (run, sent) = drive_to_pilot_user(&stage);
    let begin = ["GET devices", "GET devices", "GET devices", "GET mfaEnabled", "PUT mfaEnabled"];
    assert_eq!(sent[..5], begin);
    assert!(matches!(run.pilot().unwrap().devices(), Some(DeviceComparison::Same(_))));
}

#[test]
fn a_pilot_read_with_an_expired_token_pauses_and_writes_no_user() {
    let stage = Stage::new(100, &TokenSpec::default());
    stage.mount.held.replace(String::new());
    let (run, sent) = drive_to_pilot_user(&stage);
    assert_eq!(
        (run.status(), run.pilot().unwrap().before.clone()),
        (RunStatus::Paused(PauseReason::Token), None)
    );
    assert_eq!(sent, ["GET devices"]);
}

#[test]
fn after_a_stop_nothing_is_sent_and_other_rows_are_untouched() {
    let stage = Stage::new(300, &TokenSpec::default());
    let plan = plan(&stage, PlannedPauses { after_pilot: false, every: Some(30) });
    let (run, _) = carry_out(&stage, plan, |reason| (*reason == PauseReason::Step).then_some(Command::Stop));
    assert_eq!((run.status(), run.counts().of(RowState::Changed)), (RunStatus::Stopped, 30));
    assert_matches_sandbox(&stage, &run);
    assert_eq!(puts(&stage), 30);
}

#[test]
fn a_network_failure_pauses_the_run_and_it_continues_by_itself() {
    let stage = Stage::new(300, &TokenSpec::default());
    let plan = plan(&stage, PlannedPauses::default());
    let rows = u32::try_from(plan.rows.len()).unwrap();
    stage.mount.fates.borrow_mut().extend([Fate::NeverArrives; 24]);
    let pauses = Rc::new(RefCell::new(0));
    let seen = Rc::clone(&pauses);
    let (run, _) = carry_out(&stage, plan, move |reason| {
        assert!(matches!(reason, PauseReason::Failing { .. }), "{reason:?}");
        *seen.borrow_mut() += 1;
        None
    });
    assert!(*pauses.borrow() > 0);
    assert_eq!((run.status(), run.counts().of(RowState::Changed)), (RunStatus::Finished, rows));
    assert_matches_sandbox(&stage, &run);
}

#[test]
fn a_user_who_cannot_be_read_does_not_keep_the_run_from_ending() {
    let stage = Stage::new(100, &TokenSpec::default());
    let plan = plan(&stage, PlannedPauses::default());
    let rows = u32::try_from(plan.rows.len()).unwrap();
    let last = plan.rows.last().unwrap().user;
    stage.mount.poisoned.set(Some(last.0));
    let (run, _) = carry_out(&stage, plan, |_| None);
    assert_eq!(run.status(), RunStatus::Finished);
    assert_eq!((run.counts().of(RowState::Changed), run.counts().of(RowState::Unconfirmed)), (rows - 1, 1));
}

#[test]
fn a_single_failing_user_fails_after_all_attempts_even_in_a_plan_of_one() {
    for lost in [Fate::Status(500), Fate::NeverArrives] {
        let stage = Stage::new(100, &TokenSpec::default());
        let mut plan = plan(&stage, PlannedPauses::default());
        plan.rows.truncate(1);
        stage.mount.poisoned.set(Some(plan.rows[0].user.0));
        stage.mount.poison.set(lost);
        let (run, _) = carry_out(&stage, plan, |reason| {
            assert!(matches!(reason, PauseReason::Failing { .. }), "{reason:?}");
            None
        });
        assert_eq!((run.status(), run.rows()[0].state), (RunStatus::Finished, RowState::Unconfirmed));
        let sent = stage.exchanges.borrow().len();
        // Spot checks, then the PUT and the reads that find its outcome; ten failures in a row are followed by a probe.
        let most = if lost == Fate::NeverArrives { 10 + 1 + 1 + 10 + 1 } else { 3 + 1 + 3 };
        assert_eq!(sent, most, "{lost:?}");
    }
}

#[test]
fn a_network_failure_fails_no_user_even_in_a_plan_of_one() {
    let stage = Stage::new(100, &TokenSpec::default());
    let mut plan = plan(&stage, PlannedPauses::default());
    plan.rows.truncate(1);
    stage.mount.fates.borrow_mut().extend([Fate::NeverArrives; 40]);
    let (run, _) = carry_out(&stage, plan, |_| None);
    assert_eq!((run.status(), run.rows()[0].state), (RunStatus::Finished, RowState::Changed));
    assert_matches_sandbox(&stage, &run);
}

#[test]
fn a_killed_run_resumes_from_its_journal_and_first_reads_open_rows() {
    for killed_at in [3, 25, 500, 1111, 4321, 9876] {
        let stage = Stage::new(300, &TokenSpec::default());
        let plan = plan(&stage, PlannedPauses::default());
        let rows = u32::try_from(plan.rows.len()).unwrap();
        let policy = Rc::new(stage.connection.policy().clone());
        let run = Run::new(Rc::new(plan.clone()), Rc::clone(&policy), stage.connection.jitter(), None);
        let (_, stored) = drive_until(&stage, run, never, killed_at);
        let sent = stage.exchanges.borrow().len();
        let restored =
            restore(&[Entry::Plan(plan).encode(), Entry::Batch(stored).encode()]).expect("what was stored");
        assert!(restored.open.len() <= 32, "{}", restored.open.len());
        let open = restored.open.clone();
        let run = Run::resumed(restored, policy, stage.connection.jitter(), None);
        let (run, _) = drive_until(&stage, run, never, u64::MAX);
        assert_eq!((run.status(), run.counts().of(RowState::Changed)), (RunStatus::Finished, rows));
        assert_matches_sandbox(&stage, &run);
        let exchanges = stage.exchanges.borrow();
        let (reads, later) = exchanges[sent..].split_at(open.len());
        let is_put = |method: String| method == "PUT";
        assert!(
            reads.iter().all(|sent| !is_put(sent.request.method.to_string())),
            "open rows are read first"
        );
        for (index, read) in later.iter().enumerate() {
            let is_same = |put: &Exchange| put.request.endpoint == read.request.endpoint;
            assert!(
                is_put(read.request.method.to_string()) || later[index + 1..].iter().any(is_same),
                "every other read is before the row's PUT"
            );
        }
    }
}

#[test]
fn in_the_last_minute_of_a_token_nothing_is_written_until_the_next_token() {
    let stage = Stage::new(600, &TokenSpec::default());
    let plan = plan(&stage, PlannedPauses::default());
    let rows = u32::try_from(plan.rows.len()).unwrap();
    let policy = Rc::new(stage.connection.policy().clone());
    let until = Instant::seconds(70);
    let run = Run::new(Rc::new(plan), policy, stage.connection.jitter(), Some(until));
    let clock = Rc::clone(&stage.clock);
    let (run, _) = drive_until(
        &stage,
        run,
        move |reason| {
            assert_eq!(*reason, PauseReason::Token);
            let now = clock.now();
            assert!((10_000..10_500).contains(&now.0), "{now:?}");
            Some(Command::Token { until: None, actor: 1 })
        },
        u64::MAX,
    );
    assert_eq!((run.status(), run.counts().of(RowState::Changed)), (RunStatus::Finished, rows));
    let actors = |actor| run.rows().iter().filter(|row| row.actor == actor).count();
    assert!(actors(0) > 0 && actors(1) > 0, "each row says under whose token it was sent");
    assert_matches_sandbox(&stage, &run);
}

#[test]
fn a_run_killed_at_its_pilot_user_still_waits_for_a_person() {
    let stage = Stage::new(100, &TokenSpec::default());
    let plan = plan(&stage, PlannedPauses { after_pilot: true, every: None });
    let policy = Rc::new(stage.connection.policy().clone());
    let run = Run::new(Rc::new(plan.clone()), Rc::clone(&policy), stage.connection.jitter(), None);
    let (_, stored) = drive_until(&stage, run, |_| None, 5_000);
    let puts = |sent: &&Exchange| sent.request.method == Method::Put;
    assert_eq!(stage.exchanges.borrow().iter().filter(puts).count(), 1);
    let restored = restore(&[Entry::Plan(plan).encode(), Entry::Batch(stored).encode()]).unwrap();
    let run = Run::resumed(restored, policy, stage.connection.jitter(), None);
    assert_eq!(run.status(), RunStatus::Paused(PauseReason::PilotUser));
}

/// Drives a run of all users to its end. Returns it with its journal.
fn finished_run(stage: &Stage) -> (Run, Rc<MemoryJournal>) {
    finished_run_of(stage, plan(stage, PlannedPauses::default()))
}

fn finished_run_of(stage: &Stage, plan: Plan) -> (Run, Rc<MemoryJournal>) {
    let policy = Rc::new(stage.connection.policy().clone());
    let memory_journal = Rc::new(MemoryJournal::new(&stage.clock));
    memory_journal.entries.borrow_mut().push(Entry::Plan(plan.clone()).encode());
    let run = Run::new(Rc::new(plan), policy, stage.connection.jitter(), None);
    (drive_run(stage, run, &memory_journal, |_| None, u64::MAX), memory_journal)
}

fn set(stage: &Stage, user: UserId, to: bool) {
    let (connection, permit) = (stage.connection.clone(), Guard::default().planned(user, to).unwrap());
    stage.clock.run(async move { connection.call(WriteMfa(permit)).await }).unwrap();
}

#[test]
fn a_full_journal_pauses_before_anything_is_written_without_a_stored_intent() {
    let stage = Stage::new(300, &TokenSpec::default());
    let plan = plan(&stage, PlannedPauses::default());
    let rows = u32::try_from(plan.rows.len()).unwrap();
    let policy = Rc::new(stage.connection.policy().clone());
    let run = Run::new(Rc::new(plan), policy, stage.connection.jitter(), None);
    let memory_journal = Rc::new(MemoryJournal::new(&stage.clock));
    memory_journal.room.set(9);
    let (journal, pauses) = (Rc::clone(&memory_journal), Rc::new(RefCell::new(0)));
    let seen = Rc::clone(&pauses);
    let exchanges = Rc::clone(&stage.exchanges);
    let run = drive_run(
        &stage,
        run,
        &memory_journal,
        move |reason| {
            assert_eq!(*reason, PauseReason::NotStored(Fault::NotStored(JournalFault::Full)));
            *seen.borrow_mut() += 1;
            let intended: usize = journal
                .entries
                .borrow()
                .iter()
                .flat_map(|entry| records(entry))
                .map(|record| if let Record::Intent(indexes) = record { indexes.len() } else { 0 })
                .sum();
            let is_put = |sent: &&Exchange| sent.request.method == Method::Put;
            let puts = exchanges.borrow().iter().filter(is_put).count();
            assert!(puts <= intended, "no PUT without a stored intent");
            journal.room.set(usize::MAX);
            Some(Command::Resume)
        },
        u64::MAX,
    );
    assert!(*pauses.borrow() > 0);
    assert_eq!((run.status(), run.counts().of(RowState::Changed)), (RunStatus::Finished, rows));
    assert_matches_sandbox(&stage, &run);
}

#[test]
fn a_read_back_verifies_every_row_and_reports_changes_by_others() {
    for by_pages in [true, false] {
        let stage = Stage::new(300, &TokenSpec::default());
        let (run, memory_journal) = finished_run(&stage);
        let other = run.plan().rows[7].user;
        set(&stage, other, false);
        let sent = stage.exchanges.borrow().len();
        let run = read_back(&stage, run, &memory_journal, by_pages);
        assert_eq!(run.rows_to_verify(), 0);
        assert_eq!(run.counts().of(RowState::ChangedBySomeoneElse), 1);
        assert_eq!(run.rows()[7].state, RowState::ChangedBySomeoneElse);
        assert!(run.rows().iter().all(|row| row.read_back_at.is_some()));
        let reads = stage.exchanges.borrow().len() - sent;
        // A single read after the settle window needs no second one; a page does.
        assert_eq!(reads, if by_pages { 2 + 1 } else { run.rows().len() });
        let settled = run.rows()[7].at.unwrap();
        assert!(run.rows()[7].read_back_at.unwrap().since(settled) >= 30_000, "not before the settle window");
        let restored = restore(&memory_journal.entries.borrow()).unwrap();
        assert_eq!(restored.rows, run.rows(), "it is stored");
    }
}

#[test]
fn a_read_back_settles_rows_whose_answer_was_lost() {
    let stage = Stage::new(100, &TokenSpec::default());
    let plan = plan(&stage, PlannedPauses::default());
    let lost = plan.rows.last().unwrap().user;
    stage.mount.poisoned.set(Some(lost.0));
    let (run, memory_journal) = finished_run(&stage);
    assert_eq!(run.counts().of(RowState::Unconfirmed), 1);
    stage.mount.poisoned.set(None);
    let run = read_back(&stage, run, &memory_journal, true);
    assert_eq!((run.counts().of(RowState::Unconfirmed), run.counts().of(RowState::Failed)), (0, 1));
    assert_matches_sandbox(&stage, &run);
}

#[test]
fn a_user_that_a_read_back_cannot_read_stays_unread_and_blocks_no_other() {
    let reads = [(false, 500), (false, 403), (false, 400), (true, 500), (true, 403)];
    // The user who is read first is read before any other user.
    let indexes = [0, 1, 3, 5, 6, usize::MAX];
    for ((by_pages, status), index) in reads.into_iter().flat_map(|read| indexes.map(|index| (read, index))) {
        let stage = Stage::new(100, &TokenSpec::default());
        let (run, memory_journal) = finished_run(&stage);
        let index = index.min(run.rows().len() - 1);
        let (users, unlucky) = (run.rows_to_verify(), run.plan().rows[index].user);
        let fault = pingone_sandbox::Fault::Status { status, retry_after: None, without_cors: false };
        let on = |user, endpoint: &str| On { user, endpoint: Some(endpoint.into()), ..On::default() };
        let mut poisoned = vec![on(Some(unlucky.0), "mfaEnabled")];
        // The user's record makes its whole page fail.
        poisoned.extend(by_pages.then(|| On { method: Some("GET".into()), ..on(None, "users") }));
        for on in poisoned {
            let rule = Rule { on, share: 1.0, skip: 0, times: None, fault: fault.clone() };
            stage.mount.sandbox.borrow_mut().add_fault(rule).unwrap();
        }
        let run = read_back(&stage, run, &memory_journal, by_pages);
        assert_eq!((users > 10, run.rows_to_verify()), (true, 1), "{by_pages} {status} {index}");
        let unread = run.rows().iter().filter(|row| row.read_back_at.is_none()).count();
        assert_eq!(
            (unread, run.rows()[index].state),
            (1, RowState::Changed),
            "the outcome of the PUT is kept"
        );
        // Once the user can be read, a read-back of one row remains.
        stage.mount.sandbox.borrow_mut().clear_faults();
        let run = read_back(&stage, run, &memory_journal, false);
        assert_eq!(run.rows_to_verify(), 0);
    }
}

/// Drives a read-back by hand until it is finished or paused. Returns what it requested: a row, or `None` for a page.
fn play_back(
    back: &mut ReadBack<'_>,
    from: Instant,
    at: Timestamp,
    says: impl Fn(Option<u32>) -> Result<JobAnswer, Fault>,
) -> Vec<Option<u32>> {
    let (mut now, mut asked) = (from, Vec::new());
    while back.state() == State::Reading {
        let job = match back.next(now) {
            Step::Start(job) => job,
            Step::WaitUntil(at) => {
                now = at;
                continue;
            }
            other => panic!("it is reading and has nothing to do: {other:?}"),
        };
        back.apply(Event::Started(job.clone()), now);
        let reply = match &job {
            readback::Job::Store(_) => Ok(JobAnswer::Stored),
            readback::Job::Page(_) => says(None),
            readback::Job::Read { index, .. } => says(Some(*index)),
        };
        asked.extend(match &job {
            readback::Job::Store(_) => None,
            readback::Job::Page(_) => Some(None),
            readback::Job::Read { index, .. } => Some(Some(*index)),
        });
        let answered =
            |reply| readback::Answer::Answered(Answered { at, correlation_id: None, result: reply });
        let answer = match (&job, reply) {
            (readback::Job::Page(_), Err(fault)) => Err(fault),
            (_, reply) => Ok(answered(reply)),
        };
        back.apply(Event::Answered(job, answer), now);
    }
    asked
}

#[test]
fn a_read_back_tells_network_failures_from_failing_users() {
    let stage = Stage::new(100, &TokenSpec::default());
    let from = |stage: &Stage| stage.clock.now() + Millis::seconds(60);
    let at = |stage: &Stage| stage.clock.wall().plus(60_000);
    // A network error for one user pauses the read-back, even if all other users can be read.
    let (mut run, _) = finished_run(&stage);
    let mut back = ReadBack::new(&mut run, None);
    play_back(&mut back, from(&stage), at(&stage), |index| match index {
        Some(5) => Err(Fault::Unreachable),
        _ => Ok(JobAnswer::Flag(true)),
    });
    assert_eq!((back.state(), back.left()), (State::Paused(Fault::Unreachable), 1));
    // Before a run continues, such a user is skipped.
    let stage = Stage::new(100, &TokenSpec::default());
    let policy = Rc::new(stage.connection.policy().clone());
    let restored = Restored::of_plan(plan(&stage, PlannedPauses::default()));
    let mut run = Run::resumed(restored, policy, stage.connection.jitter(), None);
    let mut back = ReadBack::for_refresh(&mut run, None);
    play_back(&mut back, from(&stage), at(&stage), |index| match index {
        Some(5) => Err(Fault::Unreachable),
        _ => Ok(JobAnswer::Flag(false)),
    });
    assert_eq!((back.state(), back.left()), (State::Complete, 0));
    // If two users fail every attempt, PingOne is at fault, and the other users get no further attempts.
    let stage = Stage::new(100, &TokenSpec::default());
    let (mut run, _) = finished_run(&stage);
    let mut back = ReadBack::new(&mut run, None);
    let failed = Fault::ServerFailed(Refusal { status: 500, ..Refusal::default() });
    let asked = play_back(&mut back, from(&stage), at(&stage), |_| Err(failed.clone()));
    assert!(matches!(back.state(), State::Paused(Fault::ServerFailed(_))), "{:?}", back.state());
    assert!(asked.len() <= 2 * back.left() + 2, "{} reads for {} users", asked.len(), back.left());
    // A network error on a page doesn't start reading users one by one.
    let stage = Stage::new(100, &TokenSpec::default());
    let (mut run, _) = finished_run(&stage);
    let mut back = ReadBack::new(&mut run, listing(&stage, true));
    let asked = play_back(&mut back, from(&stage), at(&stage), |_| Err(Fault::Unreachable));
    assert_eq!(back.state(), State::Paused(Fault::Unreachable));
    assert!(asked.iter().all(Option::is_none), "{asked:?}");
}

#[test]
fn an_answer_of_another_kind_pauses_a_read_back_as_a_defect_and_a_person_can_resume() {
    for by_pages in [true, false] {
        let stage = Stage::new(100, &TokenSpec::default());
        let (mut run, _) = finished_run(&stage);
        let mut back = ReadBack::new(&mut run, listing(&stage, by_pages));
        let (now, at) = (stage.clock.now() + Millis::seconds(60), stage.clock.wall());
        let Step::Start(job) = back.next(now) else { panic!("nothing is read back") };
        back.apply(Event::Started(job.clone()), now);
        let flag = Answered { at, correlation_id: None, result: Ok(JobAnswer::Flag(true)) };
        let page = Answered { at, correlation_id: None, result: Err(Fault::Unreachable) };
        let wrong = if by_pages { readback::Answer::Answered(flag) } else { readback::Answer::Page(page) };
        back.apply(Event::Answered(job, Ok(wrong)), now);
        assert!(matches!(back.state(), State::Paused(Fault::Internal(_))), "{:?}", back.state());
        back.apply(Event::Command(Command::Resume), now);
        assert_eq!(back.state(), State::Reading);
    }
}

#[test]
fn a_member_of_a_protected_group_is_never_written_by_a_resumed_run() {
    let stage = Stage::new(100, &TokenSpec::default());
    let plan = plan(&stage, PlannedPauses::default());
    let members: HashSet<UserId> = plan.rows.iter().step_by(3).map(|row| row.user).collect();
    let limits = Limits { protected_groups: vec![GroupId(Uuid::nil())], ..Limits::default() };
    let guard = Rc::new(Guard::new(Rules::new(limits, true), None).with_members(members.clone()));
    let memory_journal = Rc::new(MemoryJournal::new(&stage.clock));
    let policy = Rc::new(stage.connection.policy().clone());
    // Without any other check the job runner refuses: no PUT is sent, and none is counted.
    let run = Run::new(Rc::new(plan.clone()), Rc::clone(&policy), stage.connection.jitter(), None);
    let run = drive_guarded(&stage, run, &memory_journal, Rc::clone(&guard));
    let of = |run: &Run, state| run.counts().of(state) as usize;
    assert_eq!(of(&run, RowState::Refused), members.len());
    assert_eq!(of(&run, RowState::Changed), plan.rows.len() - members.len());
    assert!(members.iter().all(|member| puts_of(&stage, *member) == 0));
    let refused = run.rows().iter().filter(|row| row.state == RowState::Refused);
    assert!(refused.clone().all(|row| row.writes == 0));
    // A restored run refuses them too, before anything is sent.
    let mut restored = Restored::of_plan(plan.clone());
    let entry = restored.refuse(&guard, stage.clock.wall());
    assert!(entry.is_some());
    let run = Run::resumed(restored, policy, stage.connection.jitter(), None);
    assert_eq!(of(&run, RowState::Refused), members.len());
    let run = drive_guarded(&stage, run, &memory_journal, guard);
    assert_eq!(of(&run, RowState::Refused), members.len());
    assert!(members.iter().all(|member| puts_of(&stage, *member) == 0));
}

#[test]
fn a_404_from_an_intermediary_reports_no_user_as_gone() {
    let stage = Stage::new(100, &TokenSpec::default());
    let mut plan = plan(&stage, PlannedPauses::default());
    let rows = u32::try_from(plan.rows.len()).unwrap();
    // No user is read before the PUT, so that the PUTs meet these fates.
    plan.rows.iter_mut().for_each(|row| row.from = Mfa::Unknown);
    stage.mount.fates.borrow_mut().extend([Fate::Status(404); 5]);
    let (run, memory_journal) = finished_run_of(&stage, plan);
    let counts = |run: &Run| [RowState::Gone, RowState::Refused].map(|state| run.counts().of(state));
    assert_eq!((run.status(), counts(&run)), (RunStatus::Finished, [0, 5]));
    stage.mount.fates.borrow_mut().push_back(Fate::Status(404));
    let run = read_back_with(&stage, run, &memory_journal, false, Command::Resume);
    assert_eq!((counts(&run), run.counts().of(RowState::Changed)), ([0, 5], rows - 5));
    assert_matches_sandbox(&stage, &run);
}

const ELEVEN_MINUTES: Millis = Millis::seconds(11 * 60);

/// Drives a run to its end, with a refresh whenever it is outdated.
fn drive_with_refreshes(
    stage: &Stage,
    run: Run,
    memory_journal: &Rc<MemoryJournal>,
    by_pages: bool,
    decide: impl Fn(&PauseReason) -> Option<Command> + 'static,
) -> Run {
    let (mut run, decide) = (run, Rc::new(decide));
    loop {
        let decide = Rc::clone(&decide);
        run = drive_run(stage, run, memory_journal, move |reason| decide(reason), u64::MAX);
        if run.status() != RunStatus::Outdated {
            return run;
        }
        run = refresh(stage, run, memory_journal, by_pages);
    }
}

fn puts(stage: &Stage) -> usize {
    stage.exchanges.borrow().iter().filter(|sent| sent.request.method == Method::Put).count()
}

fn puts_of(stage: &Stage, user: UserId) -> usize {
    let is_put = |sent: &&Exchange| {
        sent.request.method.to_string() == "PUT" && sent.request.endpoint.as_str().contains(&user.to_string())
    };
    stage.exchanges.borrow().iter().filter(is_put).count()
}

#[test]
fn a_run_resumed_after_a_long_wait_refreshes_waiting_rows_first() {
    for by_pages in [true, false] {
        let stage = Stage::new(300, &TokenSpec::default());
        let plan = plan(&stage, PlannedPauses::default());
        let rows = u32::try_from(plan.rows.len()).unwrap();
        let policy = Rc::new(stage.connection.policy().clone());
        let memory_journal = Rc::new(MemoryJournal::new(&stage.clock));
        memory_journal.entries.borrow_mut().push(Entry::Plan(plan.clone()).encode());
        let run = Run::new(Rc::new(plan.clone()), Rc::clone(&policy), stage.connection.jitter(), None);
        let run = drive_run(&stage, run, &memory_journal, never, 2_000);
        let done = run.counts().of(RowState::Changed) as usize;
        let (others, gone) = (plan.rows[rows as usize - 5..].to_vec(), plan.rows[rows as usize - 9].user);
        for other in &others {
            set(&stage, other.user, true);
        }
        stage
            .mount
            .sandbox
            .borrow_mut()
            .apply_background_change(BackgroundChange::Deleted(gone.0), now(&stage));
        let sent = others.iter().map(|other| puts_of(&stage, other.user)).sum::<usize>();
        wait(&stage, ELEVEN_MINUTES);
        let continued_at = stage.clock.wall();
        let restored = restore(&memory_journal.entries.borrow()).unwrap();
        let open = restored.open.len();
        let run = Run::resumed(restored, policy, stage.connection.jitter(), None);
        let run = drive_with_refreshes(&stage, run, &memory_journal, by_pages, never);
        let counts =
            [RowState::AlreadySet, RowState::Gone, RowState::Changed].map(|state| run.counts().of(state));
        assert_eq!((run.status(), counts), (RunStatus::Finished, [5, 1, rows - 6]));
        assert_matches_sandbox(&stage, &run);
        assert_eq!(others.iter().map(|other| puts_of(&stage, other.user)).sum::<usize>(), sent, "no PUT");
        let read_later = run.plan().rows.iter().filter(|row| row.read_at >= continued_at).count();
        assert!(done > 0 && open > 0);
        assert_eq!(read_later, rows as usize - done - open - 6);
        let restored = restore(&memory_journal.entries.borrow()).unwrap();
        assert_eq!((restored.rows, &restored.plan), (run.rows().to_vec(), &**run.plan()), "it is stored");
    }
}

#[test]
fn a_run_resumed_at_once_reads_only_the_pilot_user_and_spot_checks() {
    let stage = Stage::new(100, &TokenSpec::default());
    let plan = plan(&stage, PlannedPauses { after_pilot: true, every: None });
    let (run, _) = carry_out(&stage, plan, |_| Some(Command::Resume));
    assert_eq!(run.status(), RunStatus::Finished);
    let pilot_user = run.plan().rows[0].user.to_string();
    let exchanges = stage.exchanges.borrow();
    let reads = exchanges.iter().filter(|sent| sent.request.method != Method::Put);
    let others = reads.filter(|sent| !sent.request.endpoint.as_str().contains(&pilot_user)).count();
    // The first row after the wait, six of the next twenty, one of each further 25, and five that were deferred.
    let checks = 1 + 6 + (run.rows().len() - 1 - 21).div_ceil(25) + 5;
    assert!((7..=checks).contains(&others), "{others} of at most {checks}");
}

#[test]
fn a_run_that_waited_long_for_a_person_is_refreshed_and_keeps_its_pilot_user() {
    let stage = Stage::new(100, &TokenSpec::default());
    let plan = plan(&stage, PlannedPauses { after_pilot: true, every: Some(30) });
    let policy = Rc::new(stage.connection.policy().clone());
    let memory_journal = Rc::new(MemoryJournal::new(&stage.clock));
    let run = Run::new(Rc::new(plan.clone()), policy, stage.connection.jitter(), None);
    let run = drive_run(&stage, run, &memory_journal, |_| None, 5_000);
    assert_eq!(run.status(), RunStatus::Paused(PauseReason::PilotUser));
    for other in &plan.rows[1..=20] {
        set(&stage, other.user, true);
    }
    wait(&stage, ELEVEN_MINUTES);
    let pauses = Rc::new(RefCell::new(Vec::new()));
    let seen = Rc::clone(&pauses);
    let mut run = run;
    run.apply(Event::Command(Command::Resume), stage.clock.now());
    let run = drive_with_refreshes(&stage, run, &memory_journal, true, move |reason| {
        seen.borrow_mut().push(reason.clone());
        Some(Command::Resume)
    });
    assert_eq!((run.status(), run.counts().of(RowState::AlreadySet)), (RunStatus::Finished, 20));
    assert!(pauses.borrow().iter().all(|reason| *reason == PauseReason::Step), "{pauses:?}");
    let written = plan.rows.len() - 1 - 20;
    let steps = pauses.borrow().iter().filter(|reason| **reason == PauseReason::Step).count();
    assert_eq!(steps, (written - 1) / 30, "only users who are written count for a step");
    assert_matches_sandbox(&stage, &run);
}

#[test]
fn a_user_who_already_has_the_value_is_not_the_pilot_user() {
    let stage = Stage::new(100, &TokenSpec::default());
    let plan = plan(&stage, PlannedPauses { after_pilot: true, every: None });
    set(&stage, plan.rows[0].user, true);
    wait(&stage, ELEVEN_MINUTES);
    let policy = Rc::new(stage.connection.policy().clone());
    let memory_journal = Rc::new(MemoryJournal::new(&stage.clock));
    let restored = restore(&[Entry::Plan(plan.clone()).encode()]).unwrap();
    let run = Run::resumed(restored, policy, stage.connection.jitter(), None);
    let asked = Rc::new(RefCell::new(Vec::new()));
    let pauses = Rc::clone(&asked);
    let run = drive_with_refreshes(&stage, run, &memory_journal, true, move |reason| {
        pauses.borrow_mut().push(reason.clone());
        Some(Command::Resume)
    });
    assert_eq!((run.status(), run.rows()[0].state), (RunStatus::Finished, RowState::AlreadySet));
    assert_eq!(*asked.borrow(), [PauseReason::PilotUser]);
    let path = format!("/users/{}/devices", plan.rows[1].user);
    let exchanges = stage.exchanges.borrow();
    let device_reads: Vec<String> = exchanges
        .iter()
        .map(|sent| sent.request.endpoint.as_str().to_owned())
        .filter(|path| path.contains("/devices"))
        .collect();
    assert_eq!(device_reads.len(), 2, "{device_reads:?}");
    assert!(device_reads.iter().all(|read| read.contains(&path)), "{device_reads:?}");
    assert!(matches!(run.pilot().unwrap().devices(), Some(DeviceComparison::Same(_))));
}

#[test]
fn a_waiting_user_who_cannot_be_read_blocks_no_other() {
    let stage = Stage::new(100, &TokenSpec::default());
    let plan = plan(&stage, PlannedPauses::default());
    let rows = u32::try_from(plan.rows.len()).unwrap();
    stage.mount.poisoned.set(Some(plan.rows[9].user.0));
    wait(&stage, ELEVEN_MINUTES);
    let policy = Rc::new(stage.connection.policy().clone());
    let memory_journal = Rc::new(MemoryJournal::new(&stage.clock));
    let restored = restore(&[Entry::Plan(plan).encode()]).unwrap();
    let run = Run::resumed(restored, policy, stage.connection.jitter(), None);
    let run = drive_with_refreshes(&stage, run, &memory_journal, false, |_| None);
    assert_eq!((run.status(), run.rows()[9].state), (RunStatus::Finished, RowState::Failed));
    assert_eq!((run.rows()[9].writes, run.counts().of(RowState::Changed)), (0, rows - 1));
}

#[test]
fn a_stop_during_a_refresh_writes_no_user() {
    let stage = Stage::new(100, &TokenSpec::default());
    let plan = plan(&stage, PlannedPauses::default());
    wait(&stage, ELEVEN_MINUTES);
    let policy = Rc::new(stage.connection.policy().clone());
    let memory_journal = Rc::new(MemoryJournal::new(&stage.clock));
    let restored = restore(&[Entry::Plan(plan).encode()]).unwrap();
    let run = Run::resumed(restored, policy, stage.connection.jitter(), None);
    let run = drive_run(&stage, run, &memory_journal, never, u64::MAX);
    assert_eq!(run.status(), RunStatus::Outdated);
    stage.mount.fates.borrow_mut().extend([Fate::Status(500); 200]);
    let run = read_with(&stage, run, &memory_journal, Command::Stop, |run| ReadBack::for_refresh(run, None));
    let run = drive_run(&stage, run, &memory_journal, never, u64::MAX);
    assert_eq!(run.status(), RunStatus::Stopped);
    assert_matches_sandbox(&stage, &run);
}

#[test]
fn an_unwritten_pilot_user_is_kept_after_a_refresh() {
    let stage = Stage::new(100, &TokenSpec::default());
    let plan = plan(&stage, PlannedPauses { after_pilot: true, every: None });
    for other in &plan.rows[1..=20] {
        set(&stage, other.user, true);
    }
    wait(&stage, ELEVEN_MINUTES);
    let policy = Rc::new(stage.connection.policy().clone());
    let memory_journal = Rc::new(MemoryJournal::new(&stage.clock));
    memory_journal.entries.borrow_mut().push(Entry::Plan(plan).encode());
    let resumed = |policy| {
        let restored = restore(&memory_journal.entries.borrow()).unwrap();
        Run::resumed(restored, policy, stage.connection.jitter(), None)
    };
    let run = drive_run(&stage, resumed(Rc::clone(&policy)), &memory_journal, never, u64::MAX);
    let run = refresh(&stage, run, &memory_journal, true);
    let at = stage.clock.now() + Millis::seconds(5);
    let run = drive_run(&stage, run, &memory_journal, |_| None, at.0);
    for run in [run, resumed(policy)] {
        assert_eq!(run.status(), RunStatus::Paused(PauseReason::PilotUser));
        let counts = [RowState::AlreadySet, RowState::Changed].map(|state| run.counts().of(state));
        assert_eq!((counts, run.rows()[0].state), ([20, 1], RowState::Changed));
    }
}

/// A run that waited so long that its waiting rows must be refreshed.
fn outdated(stage: &Stage, memory_journal: &Rc<MemoryJournal>) -> Run {
    let plan = plan(stage, PlannedPauses::default());
    wait(stage, ELEVEN_MINUTES);
    let policy = Rc::new(stage.connection.policy().clone());
    memory_journal.entries.borrow_mut().push(Entry::Plan(plan).encode());
    let restored = restore(&memory_journal.entries.borrow()).unwrap();
    let run = Run::resumed(restored, policy, stage.connection.jitter(), None);
    let run = drive_run(stage, run, memory_journal, never, u64::MAX);
    assert_eq!(run.status(), RunStatus::Outdated);
    run
}

/// The answer to a read or to a storing job.
fn answer(stage: &Stage, result: Result<JobAnswer, Fault>) -> readback::Answer {
    readback::Answer::Answered(Answered { at: stage.clock.wall(), correlation_id: None, result })
}

/// Drives a read-back by hand until it is done or waits for a person. `reply` returns the answer for each row.
fn read_by_hand(
    stage: &Stage,
    back: &mut ReadBack<'_>,
    now: &mut Instant,
    mut reply: impl FnMut(u32) -> Result<JobAnswer, Fault>,
) {
    let mut in_flight = std::collections::VecDeque::new();
    loop {
        match back.next(*now) {
            Step::Start(job) => {
                back.apply(Event::Started(job.clone()), *now);
                in_flight.push_back(job);
                if in_flight.len() < 6 {
                    continue;
                }
            }
            Step::WaitUntil(at) if in_flight.is_empty() => {
                *now = at;
                continue;
            }
            _ => {}
        }
        let Some(job) = in_flight.pop_front() else { return };
        let answered = match &job {
            readback::Job::Read { index, .. } => reply(*index),
            readback::Job::Store(_) => Ok(JobAnswer::Stored),
            readback::Job::Page(_) => panic!("nothing is listed"),
        };
        back.apply(Event::Answered(job, Ok(answer(stage, answered))), *now);
    }
}

/// Refreshes waiting rows of which some can't be read, with at most `most` resumes. Returns the state, the number of
/// resumes, and how many rows are refused and failed.
fn read_with_some_unreadable(
    is_readable: impl Fn(u32, u32) -> bool,
    fault: &Fault,
    most: u32,
) -> (State, u32, [u32; 2]) {
    let stage = Stage::new(100, &TokenSpec::default());
    let memory_journal = Rc::new(MemoryJournal::new(&stage.clock));
    let mut run = outdated(&stage, &memory_journal);
    let (rows, mut now, mut resumes) = (run.counts().all(), stage.clock.now(), 0);
    let mut back = ReadBack::for_refresh(&mut run, None);
    loop {
        read_by_hand(&stage, &mut back, &mut now, |index| {
            if is_readable(index, rows) { Ok(JobAnswer::Flag(false)) } else { Err(fault.clone()) }
        });
        if !matches!(back.state(), State::Paused(_)) || resumes == most {
            break;
        }
        resumes += 1;
        back.apply(Event::Command(Command::Resume), now);
    }
    let end = back.state();
    let counts = [RowState::Refused, RowState::Failed].map(|state| run.counts().of(state));
    assert!(run.rows().iter().all(|row| row.writes == 0));
    (end, resumes, counts)
}

fn status(status: u16) -> Refusal {
    Refusal { status, ..Refusal::default() }
}

#[test]
fn a_user_who_cannot_be_read_in_a_refresh_is_settled_without_a_put() {
    let bad_answer = BadAnswer { status: 200, correlation_id: None, problem: String::new() };
    let refused = Fault::RoleMissing(Refusal { code: Some("ACCESS_FAILED".into()), ..status(403) });
    let cases = [
        (refused, [2, 0]),
        (Fault::RequestRefused(status(400)), [2, 0]),
        (Fault::WrongShape(bad_answer), [0, 2]),
        (Fault::ServerFailed(status(500)), [0, 2]),
        (Fault::Timeout { after: Millis::seconds(15) }, [0, 2]),
    ];
    for (fault, counts) in cases {
        let between = read_with_some_unreadable(|index, _| ![9, 10].contains(&index), &fault, 0);
        assert_eq!(between, (State::Complete, 0, counts), "{fault:?}");
        let last = read_with_some_unreadable(|index, rows| index + 2 < rows, &fault, 0);
        assert_eq!(last, (State::Complete, 0, counts), "{fault:?}");
        let (state, resumes, of) = read_with_some_unreadable(|index, _| index > 1, &fault, 2);
        assert_eq!((state, of), (State::Complete, counts), "{resumes} {fault:?}");
    }
}

#[test]
fn a_failure_for_all_users_settles_no_row_however_often_a_person_resumes() {
    for fault in [Fault::Unreachable, Fault::ServerFailed(status(500)), Fault::RoleMissing(status(403))] {
        let after_some = |index, _| index < 30;
        for (state, resumes, counts) in [
            read_with_some_unreadable(|_, _| false, &fault, 5),
            fails_from_some_point_on(after_some, &fault, 5),
        ] {
            assert_eq!((state, resumes, counts), (State::Paused(fault.clone()), 5, [0, 0]));
        }
    }
}

/// Like [`read_with_some_unreadable`], but after the first unreadable user no user can be read.
fn fails_from_some_point_on(
    is_readable: impl Fn(u32, u32) -> bool,
    fault: &Fault,
    most: u32,
) -> (State, u32, [u32; 2]) {
    let is_over = std::cell::Cell::new(false);
    let is_readable = |index, rows| {
        is_over.set(is_over.get() || !is_readable(index, rows));
        !is_over.get()
    };
    read_with_some_unreadable(is_readable, fault, most)
}

#[test]
fn a_stop_while_intents_are_stored_after_a_refresh_leaves_no_row_open() {
    let stage = Stage::new(100, &TokenSpec::default());
    let memory_journal = Rc::new(MemoryJournal::new(&stage.clock));
    let mut run = outdated(&stage, &memory_journal);
    let now = stage.clock.now();
    let mut back = ReadBack::for_refresh(&mut run, None);
    let mut is_stopped = false;
    while let Step::Start(job) = back.next(now) {
        back.apply(Event::Started(job.clone()), now);
        let reply = match &job {
            // Some already have the target value, which makes room for other intents.
            readback::Job::Read { index, .. } => JobAnswer::Flag(*index < 20),
            readback::Job::Store(records) => {
                if records.iter().any(|record| matches!(record, Record::Intent(_))) && !is_stopped {
                    is_stopped = true;
                    back.apply(Event::Command(Command::Stop), now);
                }
                memory_journal.entries.borrow_mut().push(Entry::Batch(records.to_vec()).encode());
                JobAnswer::Stored
            }
            readback::Job::Page(_) => panic!("nothing is listed"),
        };
        back.apply(Event::Answered(job, Ok(answer(&stage, Ok(reply)))), now);
    }
    assert!(is_stopped && matches!(back.next(now), Step::Done));
    let run = drive_run(&stage, run, &memory_journal, never, u64::MAX);
    assert_eq!(run.status(), RunStatus::Stopped);
    let restored = restore(&memory_journal.entries.borrow()).unwrap();
    assert_eq!((restored.rows.as_slice(), restored.open.as_slice()), (run.rows(), [].as_slice()));
}

/// A run whose first intents are stored.
fn run_with_stored_intents(stage: &Stage) -> Run {
    let policy = Rc::new(stage.connection.policy().clone());
    let plan = Rc::new(plan(stage, PlannedPauses::default()));
    let mut run = Run::new(plan, policy, stage.connection.jitter(), None);
    carry_out_next(stage, &mut run, Ok(JobAnswer::Stored));
    run
}

/// Starts the next job, and answers it.
fn carry_out_next(stage: &Stage, run: &mut Run, result: Result<JobAnswer, Fault>) -> Job {
    let now = stage.clock.now();
    let Step::Start(job) = run.next(now) else { panic!("nothing is started: {:?}", run.status()) };
    run.apply(Event::Started(job.clone()), now);
    let answered = Answered { at: stage.clock.wall(), correlation_id: None, result };
    run.apply(Event::Answered(job.clone(), Ok(answered)), now);
    job
}

#[test]
fn a_run_without_answers_for_long_checks_the_clock_before_a_write() {
    let stage = Stage::new(100, &TokenSpec::default());
    let mut run = run_with_stored_intents(&stage);
    wait(&stage, Millis::seconds(6));
    assert_eq!(carry_out_next(&stage, &mut run, Ok(JobAnswer::Stored)), Job::Clock);
    let check = carry_out_next(&stage, &mut run, Ok(JobAnswer::Flag(false)));
    assert!(matches!(check, Job::SpotCheck { .. }));
    assert!(matches!(carry_out_next(&stage, &mut run, Ok(JobAnswer::Flag(true))), Job::Write { .. }));
    wait(&stage, ELEVEN_MINUTES);
    while run.status() == RunStatus::Running {
        let job = carry_out_next(&stage, &mut run, Ok(JobAnswer::Stored));
        assert!(matches!(job, Job::Clock | Job::Store(_)), "{job:?}");
    }
    assert_eq!(run.status(), RunStatus::Outdated);
}

#[test]
fn after_the_computer_slept_a_run_checks_the_clock_before_a_write() {
    let stage = Stage::new(100, &TokenSpec::default());
    let mut run = run_with_stored_intents(&stage);
    let now = stage.clock.now();
    assert!(matches!(run.next(now), Step::Start(Job::SpotCheck { .. })));
    run.apply(Event::Command(Command::Woke), now);
    // The monotonic clock stood still while the computer slept.
    let at = Timestamp(stage.clock.wall().0 + 11 * 60 * 1000);
    let Step::Start(job) = run.next(now) else { panic!("nothing is started") };
    assert_eq!(job, Job::Clock);
    run.apply(Event::Started(job.clone()), now);
    let answered = Answered { at, correlation_id: None, result: Ok(JobAnswer::Stored) };
    run.apply(Event::Answered(job, Ok(answered)), now);
    assert_eq!(run.status(), RunStatus::Outdated);
}

#[test]
fn the_clock_that_shows_the_longer_wait_decides_if_a_run_is_outdated() {
    const HOUR: i64 = 3_600_000;
    const MINUTE: i64 = 60_000;
    for (name, waited, wall_moved, is_outdated) in [
        ("both clocks went on", 11 * MINUTE, 11 * MINUTE, true),
        ("the computer slept", 0, 11 * MINUTE, true),
        ("the wall clock was set back", 11 * MINUTE, -HOUR, true),
        ("the wall clock stood", 11 * MINUTE, 0, true),
        ("a short wait", 9 * MINUTE, 9 * MINUTE, false),
        ("a short wait, the wall clock set back", 9 * MINUTE, -HOUR, false),
    ] {
        let stage = Stage::new(100, &TokenSpec::default());
        let mut run = run_with_stored_intents(&stage);
        let (began, wall) = (stage.clock.now(), stage.clock.wall());
        run.apply(Event::Command(Command::Pause), began);
        let now = began + Millis(waited.unsigned_abs());
        run.apply(Event::Command(Command::Resume), now);
        let Step::Start(job) = run.next(now) else { panic!("{name}: nothing is started") };
        assert_eq!(job, Job::Clock, "{name}");
        run.apply(Event::Started(job.clone()), now);
        let answered = Answered {
            at: Timestamp(wall.0 + wall_moved),
            correlation_id: None,
            result: Ok(JobAnswer::Stored),
        };
        run.apply(Event::Answered(job, Ok(answered)), now);
        assert_eq!(run.status() == RunStatus::Outdated, is_outdated, "{name}");
    }
}

#[test]
fn a_pause_during_a_refresh_counts_as_a_wait() {
    let stage = Stage::new(100, &TokenSpec::default());
    let memory_journal = Rc::new(MemoryJournal::new(&stage.clock));
    let mut run = outdated(&stage, &memory_journal);
    let mut now = stage.clock.now();
    let mut back = ReadBack::for_refresh(&mut run, None);
    back.apply(Event::Command(Command::Pause), now);
    read_by_hand(&stage, &mut back, &mut now, |_| Ok(JobAnswer::Flag(false)));
    assert_eq!(run.status(), RunStatus::Paused(PauseReason::ByPerson));
    run.apply(Event::Command(Command::Resume), now);
    assert_eq!(run.next(now), Step::Start(Job::Clock));
}

#[test]
fn rows_read_before_a_long_pause_of_a_refresh_are_read_again() {
    let stage = Stage::new(100, &TokenSpec::default());
    let memory_journal = Rc::new(MemoryJournal::new(&stage.clock));
    let mut run = outdated(&stage, &memory_journal);
    let (rows, mut now) = (run.counts().all() as usize, stage.clock.now());
    let mut back = ReadBack::for_refresh(&mut run, None);
    let (mut early, mut late) = (Vec::new(), Vec::new());
    read_by_hand(&stage, &mut back, &mut now, |index| {
        if early.len() == 20 {
            return Err(Fault::TokenInvalid(status(401)));
        }
        early.push(index);
        Ok(JobAnswer::Flag(false))
    });
    assert!(matches!(back.state(), State::Paused(_)));
    wait(&stage, ELEVEN_MINUTES);
    now = now + ELEVEN_MINUTES;
    back.apply(Event::Command(Command::Token { until: None, actor: 0 }), now);
    read_by_hand(&stage, &mut back, &mut now, |index| {
        late.push(index);
        Ok(JobAnswer::Flag(early[..5].contains(&index)))
    });
    assert_eq!((back.state(), early.len(), late.len()), (State::Complete, 20, rows));
    let different: HashSet<u32> = late.into_iter().collect();
    assert_eq!((different.len(), run.counts().of(RowState::AlreadySet)), (rows, 5));
}

#[test]
fn a_pilot_user_written_before_the_wait_keeps_the_devices_read_before() {
    let stage = Stage::new(100, &TokenSpec::default());
    let plan = plan(&stage, PlannedPauses { after_pilot: true, every: None });
    for other in &plan.rows[20..] {
        set(&stage, other.user, true);
    }
    let policy = Rc::new(stage.connection.policy().clone());
    let memory_journal = Rc::new(MemoryJournal::new(&stage.clock));
    let mut run = Run::new(Rc::new(plan), policy, stage.connection.jitter(), None);
    carry_out_next(&stage, &mut run, Ok(JobAnswer::Stored));
    let read = carry_out_next(&stage, &mut run, Ok(JobAnswer::Devices(vec![])));
    assert!(matches!(read, Job::PilotRead { .. }));
    let check = carry_out_next(&stage, &mut run, Ok(JobAnswer::Flag(false)));
    assert!(matches!(check, Job::SpotCheck { .. }));
    let write = carry_out_next(&stage, &mut run, Err(Fault::Timeout { after: Millis::seconds(15) }));
    assert!(matches!(write, Job::Write { .. }));
    run.apply(Event::Command(Command::Pause), stage.clock.now());
    wait(&stage, ELEVEN_MINUTES);
    run.apply(Event::Command(Command::Resume), stage.clock.now());
    let run = drive_with_refreshes(&stage, run, &memory_journal, false, |_| Some(Command::Stop));
    assert!(run.counts().of(RowState::AlreadySet) > 0);
    assert_eq!(run.pilot().unwrap().before, Some(Ok(vec![])));
}

#[test]
fn an_unwritten_pilot_user_is_read_again_after_a_long_wait() {
    let stage = Stage::new(100, &TokenSpec::default());
    let plan = plan(&stage, PlannedPauses { after_pilot: true, every: None });
    let policy = Rc::new(stage.connection.policy().clone());
    let memory_journal = Rc::new(MemoryJournal::new(&stage.clock));
    let mut run = Run::new(Rc::new(plan), policy, stage.connection.jitter(), None);
    carry_out_next(&stage, &mut run, Ok(JobAnswer::Stored));
    carry_out_next(&stage, &mut run, Ok(JobAnswer::Devices(vec![])));
    run.apply(Event::Command(Command::Pause), stage.clock.now());
    wait(&stage, ELEVEN_MINUTES);
    run.apply(Event::Command(Command::Resume), stage.clock.now());
    let run = drive_run(&stage, run, &memory_journal, never, u64::MAX);
    assert_eq!(run.status(), RunStatus::Outdated);
    let run = refresh(&stage, run, &memory_journal, true);
    assert_eq!(run.pilot().unwrap().before, None);
}

#[test]
fn an_undo_takes_back_what_was_applied_late_and_leaves_alone_what_others_have_changed() {
    let stage = Stage::new(100, &TokenSpec::default());
    let plan = plan(&stage, PlannedPauses::default());
    // These are answered at once and applied when the run is long finished.
    let late: Vec<UserId> = plan.rows.iter().rev().take(10).map(|row| row.user).collect();
    for user in &late {
        let on = On { method: Some("PUT".into()), user: Some(user.0), ..On::default() };
        let fault = SandboxFault::AppliedLate { millis: 20_000 };
        let rule = Rule { on, share: 1.0, skip: 0, times: Some(1), fault };
        stage.mount.sandbox.borrow_mut().add_fault(rule).unwrap();
    }
    let (run, _) = finished_run_of(&stage, plan);
    assert_eq!(run.counts().of(RowState::Changed) as usize, run.rows().len());
    let others: Vec<UserId> = run.plan().rows.iter().take(10).map(|row| row.user).collect();
    for (other, times) in others.iter().zip([1, 2].into_iter().cycle()) {
        // Half of them are turned off, the others off and on again.
        for to in [false, true].into_iter().take(times) {
            stage
                .mount
                .sandbox
                .borrow_mut()
                .apply_background_change(BackgroundChange::Switched(other.0, to), now(&stage));
        }
    }
    let proposal = Proposal::undo(run.plan(), run.rows());
    wait(&stage, proposal.settle_wait(stage.connection.policy().settle, stage.clock.wall()));
    stage.mount.sandbox.borrow_mut().settle(now(&stage));
    let (users, read_at, guard) =
        (fresh_values(&stage.mount.sandbox.borrow()), stage.clock.wall(), Guard::default());
    let fresh =
        FreshValues { users: &users, read_at: &|_| Some(read_at), is_unread: &|_| false, guard: &guard };
    let preview = proposal.preview(&fresh, Choices::ALL, read_at);
    assert_eq!(preview.left_out(Exclusion::ChangedBySomeoneElse), 5, "those who were turned off by others");
    let (undo, _) = carry_out(&stage, preview.plan, never);
    assert_eq!(undo.counts().of(RowState::Changed) as usize, run.rows().len() - 5);
    wait(&stage, Millis::seconds(60));
    let mut sandbox = stage.mount.sandbox.borrow_mut();
    sandbox.settle(now(&stage));
    for row in &run.plan().rows {
        let writes: Vec<_> = sandbox.oracle().writes_of(row.user.0).collect();
        let ours = writes.iter().filter(|write| write.client != "background");
        let ours: Vec<bool> = ours.map(|write| write.to).collect();
        let is_left = others.iter().step_by(2).any(|other| *other == row.user);
        assert_eq!(ours, if is_left { vec![true] } else { vec![true, false] }, "{}", row.user);
        assert_eq!(sandbox.mfa_enabled(row.user.0), Some(false));
    }
    assert!(late.iter().all(|user| sandbox.oracle().writes_of(user.0).count() == 2));
}
