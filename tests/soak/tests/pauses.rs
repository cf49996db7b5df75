//! Regression tests for defects that seeds have found, each reduced to a few steps.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "all of this is test"
)]

use std::rc::Rc;

use pingone::connection::Answered;
use pingone::driver::{Command, Event, Step, Work};
use pingone::environment::EnvironmentId;
use pingone::fault::{Fault, JournalFault, Refusal};
use pingone::policy::Policy;
use pingone::retry::Jitter;
use pingone::time::{Instant, Timestamp};
use pingone::user::{Mfa, Population, PopulationId, UserId};
use pingone_mfa_core::directory::listing::Listing;
use pingone_mfa_core::run::engine::readback::{self, ReadBack};
use pingone_mfa_core::run::engine::{Job, JobAnswer, PauseReason, PilotRead, Run, RunStatus};
use pingone_mfa_core::run::journal::{Entry, Restored, restore};
use pingone_mfa_core::run::pilot::{DeviceComparison, PilotReadings};
use pingone_mfa_core::run::plan::{Plan, PlannedPauses, PlannedRow};
use pingone_mfa_core::run::record::Record;
use pingone_mfa_core::run::row::RowState;
use pingone_mfa_testkit::plan::plan_of;
use uuid::Uuid;

const NOW: Instant = Instant(1_000_000);

const PILOT_FIRST: PlannedPauses = PlannedPauses { after_pilot: true, every: None };

fn plan(rows: u128, stops: PlannedPauses) -> Plan {
    // With an unknown earlier value, there is no spot check before the PUT of a row.
    let row = |number| PlannedRow {
        user: UserId(Uuid::from_u128(number)),
        from: Mfa::Unknown,
        read_at: Timestamp(0),
    };
    let environment = EnvironmentId(Uuid::from_u128(99));
    Plan { stops, ..plan_of(environment, true, Timestamp(0), (1..=rows).map(row).collect()) }
}

/// A run that is driven step by step, and everything it has stored.
struct TestRun {
    run: Run,
    entries: Vec<Vec<u8>>,
}

fn answered(result: Result<JobAnswer, Fault>) -> Answered<JobAnswer> {
    Answered { at: Timestamp(7), correlation_id: None, result }
}

fn unauthorized() -> Fault {
    Fault::TokenInvalid(Refusal { status: 401, ..Refusal::default() })
}

const FULL: Fault = Fault::NotStored(JournalFault::Full);

const ON: Result<JobAnswer, Fault> = Ok(JobAnswer::Flag(true));

const OFF: Result<JobAnswer, Fault> = Ok(JobAnswer::Flag(false));

impl TestRun {
    fn new(rows: u128, stops: PlannedPauses) -> Self {
        let plan = plan(rows, stops);
        let entries = vec![Entry::Plan(plan.clone()).encode()];
        let run = Run::new(Rc::new(plan), Rc::new(Policy::default()), Jitter::new(1), None);
        Self { run, entries }
    }

    fn restored(&self) -> Restored {
        restore(&self.entries).unwrap()
    }

    fn crash(&mut self) {
        let restored = self.restored();
        self.run = Run::resumed(restored, Rc::new(Policy::default()), Jitter::new(1), None);
    }

    fn start(&mut self) -> Job {
        self.read_clock();
        match self.run.next(NOW) {
            Step::Start(job) => {
                self.run.apply(Event::Started(job.clone()), NOW);
                job
            }
            other => panic!("{other:?} while {:?}", self.run.status()),
        }
    }

    /// Answers a pending clock job; no time passes.
    fn read_clock(&mut self) {
        if self.run.next(NOW) == Step::Start(Job::Clock) {
            self.run.apply(Event::Started(Job::Clock), NOW);
            self.answer(Job::Clock, Ok(JobAnswer::Stored));
        }
    }

    fn answer(&mut self, job: Job, result: Result<JobAnswer, Fault>) {
        self.run.apply(Event::Answered(job, Ok(answered(result))), NOW);
    }

    fn command(&mut self, command: Command) {
        self.run.apply(Event::Command(command), NOW);
    }

    /// Stores what is due and returns it.
    fn store(&mut self) -> Vec<Record> {
        let job = self.start();
        let Job::Store(records) = &job else { panic!("{job:?}") };
        let records = records.to_vec();
        self.entries.push(Entry::Batch(records.clone()).encode());
        self.answer(job, Ok(JobAnswer::Stored));
        records
    }

    fn fail_to_store(&mut self) {
        let job = self.start();
        assert!(matches!(job, Job::Store(_)), "{job:?}");
        self.answer(job, Err(FULL));
    }

    fn write(&mut self, index: u32) -> Job {
        let job = self.start();
        assert!(matches!(job, Job::Write { index: other, .. } if other == index), "{job:?}");
        job
    }

    fn read_pilot(&mut self, read_pilot: PilotRead) {
        let job = self.start();
        assert!(matches!(job, Job::PilotRead { read: other, .. } if other == read_pilot), "{job:?}");
        let result = if read_pilot == PilotRead::Flag { ON } else { Ok(JobAnswer::Devices(vec![])) };
        self.answer(job, result);
    }

    fn pause_reason(&self) -> PauseReason {
        match self.run.status() {
            RunStatus::Paused(reason) => reason,
            other => panic!("{other:?}"),
        }
    }
}

fn token() -> Command {
    Command::Token { until: None, actor: 1 }
}

#[test]
fn a_pause_while_the_pilot_user_is_written_does_not_skip_its_check() {
    let mut test_run = TestRun::new(3, PILOT_FIRST);
    test_run.store();
    test_run.read_pilot(PilotRead::Before);
    let job = test_run.write(0);
    test_run.command(Command::Pause);
    test_run.answer(job, ON);
    test_run.store();
    assert_eq!(test_run.pause_reason(), PauseReason::ByPerson);
    test_run.command(Command::Resume);
    test_run.read_pilot(PilotRead::Flag);
    test_run.read_pilot(PilotRead::After);
    assert_eq!(test_run.pause_reason(), PauseReason::PilotUser);
    test_run.command(Command::Resume);
    assert_eq!(test_run.run.status(), RunStatus::Running);
    test_run.store();
    test_run.write(1);
}

#[test]
fn after_a_crash_at_the_pilot_user_no_other_user_is_written_before_confirmation() {
    let mut test_run = TestRun::new(50, PILOT_FIRST);
    assert_eq!(test_run.store(), [Record::Intent(vec![0])]);
    test_run.read_pilot(PilotRead::Before);
    test_run.write(0);
    test_run.crash();
    let read = test_run.start();
    assert!(matches!(read, Job::Read { index: 0, .. }), "{read:?}");
    test_run.answer(read, ON);
    test_run.store();
    test_run.read_pilot(PilotRead::Flag);
    test_run.read_pilot(PilotRead::After);
    assert_eq!(test_run.run.pilot().and_then(PilotReadings::devices), Some(DeviceComparison::NotKept));
    assert_eq!(test_run.pause_reason(), PauseReason::PilotUser);
    test_run.crash();
    assert_eq!(test_run.pause_reason(), PauseReason::PilotUser);
    assert_eq!(test_run.run.next(NOW), Step::Idle);
}

#[test]
fn a_step_limit_applies_after_a_crash_too() {
    let mut test_run = TestRun::new(50, PlannedPauses { after_pilot: false, every: Some(2) });
    assert_eq!(test_run.store(), [Record::Intent(vec![0, 1])]);
    test_run.crash();
    let reads = [test_run.start(), test_run.start()];
    for read in reads {
        test_run.answer(read, ON);
    }
    test_run.store();
    assert_eq!(test_run.pause_reason(), PauseReason::Step);
}

#[test]
fn another_token_does_not_end_a_pause() {
    let mut test_run = TestRun::new(3, PlannedPauses::default());
    test_run.store();
    let job = test_run.write(0);
    test_run.command(Command::Pause);
    test_run.answer(job, Err(unauthorized()));
    assert_eq!(test_run.pause_reason(), PauseReason::Token);
    test_run.command(token());
    assert_eq!(test_run.pause_reason(), PauseReason::ByPerson);
    assert_eq!(test_run.run.next(NOW), Step::Idle);
}

#[test]
fn a_failing_journal_does_not_hide_an_expired_token() {
    let mut test_run = TestRun::new(40, PlannedPauses::default());
    test_run.store();
    let jobs = [test_run.write(0), test_run.write(1)];
    let [first, second] = jobs;
    test_run.answer(first, ON);
    test_run.answer(second, Err(unauthorized()));
    test_run.fail_to_store();
    assert_eq!(test_run.pause_reason(), PauseReason::NotStored(FULL));
    test_run.command(Command::Resume);
    test_run.store();
    assert_eq!(test_run.pause_reason(), PauseReason::Token);
    assert_eq!(test_run.run.next(NOW), Step::Idle);
}

#[test]
fn a_401_for_the_previous_token_does_not_pause_the_run() {
    let mut test_run = TestRun::new(3, PlannedPauses::default());
    test_run.store();
    let [first, second] = [test_run.write(0), test_run.write(1)];
    test_run.answer(first, Err(unauthorized()));
    test_run.command(token());
    test_run.answer(second, Err(unauthorized()));
    assert_eq!(test_run.run.status(), RunStatus::Running);
    // Rows that were refused because of the token are written again in their order.
    test_run.write(0);
}

#[test]
fn last_outcomes_that_cannot_be_stored_pause_the_run_and_are_stored_later() {
    let mut test_run = TestRun::new(1, PlannedPauses::default());
    test_run.store();
    let job = test_run.write(0);
    test_run.answer(job, ON);
    test_run.fail_to_store();
    assert_eq!(test_run.pause_reason(), PauseReason::NotStored(FULL));
    test_run.command(Command::Resume);
    test_run.store();
    assert_eq!((test_run.run.status(), test_run.run.next(NOW)), (RunStatus::Finished, Step::Done));
}

#[test]
fn a_failing_journal_does_not_delay_a_stop() {
    let mut test_run = TestRun::new(40, PlannedPauses::default());
    test_run.store();
    let job = test_run.write(0);
    test_run.answer(job, ON);
    test_run.fail_to_store();
    test_run.command(Command::Stop);
    test_run.fail_to_store();
    assert_eq!((test_run.run.status(), test_run.run.next(NOW)), (RunStatus::Stopped, Step::Done));
}

#[test]
fn after_a_stop_rows_that_were_never_sent_are_not_open_in_the_journal() {
    let mut test_run = TestRun::new(40, PlannedPauses::default());
    test_run.store();
    assert_eq!(test_run.restored().open.len(), 32);
    test_run.command(Command::Stop);
    test_run.store();
    assert_eq!((test_run.restored().open, test_run.run.next(NOW)), (vec![], Step::Done));
    test_run.entries.push(Entry::Closed(Timestamp(9)).encode());
    test_run.crash();
    assert_eq!((test_run.run.status(), test_run.run.next(NOW)), (RunStatus::Stopped, Step::Done));
    assert_eq!(test_run.run.counts().of(RowState::Waiting), 40);
}

#[test]
fn a_row_that_was_sent_before_a_401_is_not_reported_as_waiting() {
    let mut test_run = TestRun::new(1, PlannedPauses::default());
    test_run.store();
    let job = test_run.write(0);
    test_run.answer(job, Err(Fault::Unreachable));
    let read = test_run.start();
    test_run.answer(read, OFF);
    let Step::WaitUntil(at) = test_run.run.next(NOW) else { panic!("{:?}", test_run.run.next(NOW)) };
    let Step::Start(again) = test_run.run.next(at) else { panic!("{:?}", test_run.run.next(at)) };
    test_run.run.apply(Event::Started(again.clone()), at);
    test_run.answer(again, Err(unauthorized()));
    test_run.command(Command::Stop);
    assert_eq!((test_run.run.rows()[0].state, test_run.run.rows()[0].writes), (RowState::Failed, 1));
    assert_eq!(test_run.run.rows_to_verify(), 1, "the first PUT may still arrive");
}

#[test]
fn a_row_that_was_open_at_a_crash_counts_as_written() {
    let mut test_run = TestRun::new(1, PlannedPauses::default());
    test_run.store();
    test_run.crash();
    let read = test_run.start();
    test_run.answer(read, ON);
    assert_eq!((test_run.run.rows()[0].state, test_run.run.rows()[0].writes), (RowState::Changed, 1));
}

#[test]
fn while_the_user_has_paused_an_offline_network_is_not_polled_rapidly() {
    let mut test_run = TestRun::new(40, PlannedPauses::default());
    test_run.store();
    let jobs: Vec<Job> = (0..8).map(|index| test_run.write(index)).collect();
    test_run.command(Command::Pause);
    for job in jobs {
        test_run.answer(job, Err(Fault::Unreachable));
    }
    let reads = [test_run.start(), test_run.start()];
    for read in reads {
        test_run.answer(read, Err(Fault::Unreachable));
    }
    assert_eq!(test_run.pause_reason(), PauseReason::ByPerson);
    assert_eq!(test_run.run.next(NOW), Step::WaitUntil(NOW + Policy::default().first_probe));
}

#[test]
fn a_verification_whose_last_results_cannot_be_stored_is_paused() {
    let mut test_run = TestRun::new(1, PlannedPauses::default());
    test_run.store();
    let job = test_run.write(0);
    test_run.answer(job, ON);
    test_run.store();
    let mut read_back = ReadBack::new(&mut test_run.run, None);
    let Step::Start(read) = read_back.next(NOW) else { panic!() };
    read_back.apply(Event::Started(read.clone()), NOW);
    read_back.apply(Event::Answered(read, Ok(readback::Answer::Answered(answered(ON)))), NOW);
    let Step::Start(store) = read_back.next(NOW) else { panic!() };
    read_back.apply(Event::Started(store.clone()), NOW);
    read_back.apply(Event::Answered(store, Ok(readback::Answer::Answered(answered(Err(FULL))))), NOW);
    assert_eq!(read_back.state(), readback::State::Paused(FULL));
    assert!(matches!(read_back.next(NOW), Step::Idle));
    read_back.apply(Event::Command(Command::Resume), NOW);
    assert!(matches!(read_back.next(NOW), Step::Start(readback::Job::Store(_))));
}

#[test]
fn a_refusal_after_a_lost_answer_is_verified_because_the_first_put_may_arrive_late() {
    let mut test_run = TestRun::new(1, PlannedPauses::default());
    test_run.store();
    let job = test_run.write(0);
    test_run.answer(job, Err(Fault::Unreachable));
    let read = test_run.start();
    test_run.answer(read, OFF);
    let Step::WaitUntil(at) = test_run.run.next(NOW) else { panic!("{:?}", test_run.run.next(NOW)) };
    let Step::Start(again) = test_run.run.next(at) else { panic!("{:?}", test_run.run.next(at)) };
    test_run.run.apply(Event::Started(again.clone()), at);
    test_run.answer(again, Err(Fault::RoleMissing(Refusal { status: 403, ..Refusal::default() })));
    assert_eq!((test_run.run.rows()[0].state, test_run.run.rows_to_verify()), (RowState::Refused, 1));
}

#[test]
fn a_verification_page_refused_for_the_previous_token_does_not_ask_for_another() {
    let mut test_run = TestRun::new(3, PlannedPauses::default());
    test_run.store();
    let jobs = [test_run.write(0), test_run.write(1), test_run.write(2)];
    for job in jobs {
        test_run.answer(job, ON);
    }
    test_run.store();
    let population = |number| Population {
        id: PopulationId(Uuid::from_u128(number)),
        name: number.to_string(),
        users: Some(1000),
    };
    let populations: Vec<Population> = (1..=3).map(population).collect();
    let listing = Listing::of_all(&populations, Some(3000), Rc::new(Policy::default()), Jitter::new(1));
    let mut read_back = ReadBack::new(&mut test_run.run, Some(listing));
    let start = |read_back: &mut ReadBack<'_>| {
        let Step::Start(page) = read_back.next(NOW) else { panic!("{:?}", read_back.state()) };
        read_back.apply(Event::Started(page.clone()), NOW);
        page
    };
    let refused = || Answered { at: Timestamp(7), correlation_id: None, result: Err(unauthorized()) };
    let refuse = |read_back: &mut ReadBack<'_>, page| {
        read_back.apply(Event::Answered(page, Ok(readback::Answer::Page(refused()))), NOW);
    };
    let [first, second] = [start(&mut read_back), start(&mut read_back)];
    refuse(&mut read_back, first);
    assert_eq!(read_back.state(), readback::State::Paused(unauthorized()));
    read_back.apply(Event::Command(token()), NOW);
    refuse(&mut read_back, second);
    assert_eq!(read_back.state(), readback::State::Reading);
    let third = start(&mut read_back);
    refuse(&mut read_back, third);
    assert_eq!(read_back.state(), readback::State::Paused(unauthorized()));
}

#[test]
fn a_user_whose_puts_always_fail_while_reads_succeed_fails_after_three() {
    let mut test_run = TestRun::new(1, PlannedPauses::default());
    test_run.store();
    let failed = || Err(Fault::ServerFailed(Refusal { status: 500, ..Refusal::default() }));
    let mut now = NOW;
    for _ in 0..3 {
        while let Step::WaitUntil(at) = test_run.run.next(now) {
            now = at;
        }
        for result in [failed(), OFF] {
            let Step::Start(job) = test_run.run.next(now) else { panic!("{:?}", test_run.run.status()) };
            test_run.run.apply(Event::Started(job.clone()), now);
            test_run.run.apply(Event::Answered(job, Ok(answered(result))), now);
        }
    }
    assert_eq!((test_run.run.rows()[0].state, test_run.run.rows()[0].writes), (RowState::Failed, 3));
    test_run.store();
    assert_eq!((test_run.run.status(), test_run.run.next(now)), (RunStatus::Finished, Step::Done));
}

#[test]
fn rows_to_retry_after_a_long_pause_are_read_once_and_then_written() {
    let mut test_run = TestRun::new(2, PlannedPauses::default());
    test_run.store();
    let jobs = [test_run.write(0), test_run.write(1)];
    for job in jobs {
        test_run.answer(job, Err(Fault::ServerFailed(Refusal { status: 500, ..Refusal::default() })));
    }
    let later = Timestamp(60 * 60 * 1000);
    let (mut now, mut sent) = (NOW, Vec::new());
    while sent.len() < 4 {
        match test_run.run.next(now) {
            Step::WaitUntil(at) => now = at,
            Step::Start(job) => {
                let is_write = matches!(job, Job::Write { .. });
                sent.extend((!matches!(job, Job::Store(_))).then_some(is_write));
                test_run.run.apply(Event::Started(job.clone()), now);
                let result = answered(if is_write { ON } else { OFF });
                test_run.run.apply(Event::Answered(job, Ok(Answered { at: later, ..result })), now);
            }
            other => panic!("{other:?}"),
        }
    }
    assert_eq!(sent, [false, false, true, true]);
}
