//! What seeds have found, each as the few steps that it takes.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "all of this is test"
)]

use std::rc::Rc;

use pingone_mfa_core::domain::fault::{Fault, JournalFault, Refusal};
use pingone_mfa_core::domain::pilot::{DeviceComparison, PilotReadings};
use pingone_mfa_core::domain::plan::{Plan, PlannedRow, Stops};
use pingone_mfa_core::domain::row::RowState;
use pingone_mfa_core::domain::tenant::EnvironmentId;
use pingone_mfa_core::domain::time::{Millis, Timestamp};
use pingone_mfa_core::domain::user::{Mfa, Population, PopulationId, UserId};
use pingone_mfa_core::engine::connection::Answered;
use pingone_mfa_core::engine::driver::{Command, Event, Step, Work};
use pingone_mfa_core::engine::journal::{Entry, Restored, restore};
use pingone_mfa_core::engine::listing::Listing;
use pingone_mfa_core::engine::policy::Policy;
use pingone_mfa_core::engine::retry::Jitter;
use pingone_mfa_core::engine::run::readback::{self, ReadBack};
use pingone_mfa_core::engine::run::{Job, JobAnswer, PauseReason, PilotRead, Record, Run, RunStatus};
use uuid::Uuid;

const NOW: Millis = Millis(1_000_000);

const TEST_USER: Stops = Stops { after_test_user: true, every: None };

fn plan(rows: u128, stops: Stops) -> Plan {
    // Where nobody knows the earlier value, no spot check stands between a row and its PUT.
    let row = |number| PlannedRow {
        user: UserId(Uuid::from_u128(number)),
        from: Mfa::Unknown,
        read_at: Timestamp(0),
    };
    Plan {
        environment: EnvironmentId(Uuid::from_u128(99)),
        to: true,
        made_at: Timestamp(0),
        rows: (1..=rows).map(row).collect(),
        left_out: vec![],
        reference: String::new(),
        stops,
        reason: String::new(),
        undoes: None,
    }
}

/// A run by hand, and everything that it has stored.
struct Hand {
    run: Run,
    entries: Vec<Vec<u8>>,
}

fn noted(result: Result<JobAnswer, Fault>) -> Answered<JobAnswer> {
    Answered { at: Timestamp(7), correlation_id: None, result }
}

fn unauthorized() -> Fault {
    Fault::TokenInvalid(Refusal { status: 401, ..Refusal::default() })
}

const FULL: Fault = Fault::NotStored(JournalFault::Full);

const ON: Result<JobAnswer, Fault> = Ok(JobAnswer::Flag(true));

const OFF: Result<JobAnswer, Fault> = Ok(JobAnswer::Flag(false));

impl Hand {
    fn new(rows: u128, stops: Stops) -> Self {
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
            other => panic!("{other:?} while {:?}", self.run.standing()),
        }
    }

    /// Lets it look what time it is, which is none that has passed.
    fn read_clock(&mut self) {
        if self.run.next(NOW) == Step::Start(Job::Clock) {
            self.run.apply(Event::Started(Job::Clock), NOW);
            self.answer(Job::Clock, Ok(JobAnswer::Stored));
        }
    }

    fn answer(&mut self, job: Job, result: Result<JobAnswer, Fault>) {
        self.run.apply(Event::Answered(job, Ok(noted(result))), NOW);
    }

    fn command(&mut self, command: Command) {
        self.run.apply(Event::Command(command), NOW);
    }

    /// Stores what is due, and returns it.
    fn store(&mut self) -> Vec<Record> {
        let job = self.start();
        let Job::Store(records) = &job else { panic!("{job:?}") };
        let records = records.to_vec();
        self.entries.push(Entry::Batch(records.clone()).encode());
        self.answer(job, Ok(JobAnswer::Stored));
        records
    }

    fn cannot_store(&mut self) {
        let job = self.start();
        assert!(matches!(job, Job::Store(_)), "{job:?}");
        self.answer(job, Err(FULL));
    }

    fn write(&mut self, index: u32) -> Job {
        let job = self.start();
        assert!(matches!(job, Job::Write { index: other, .. } if other == index), "{job:?}");
        job
    }

    /// Looks at the test user.
    fn look(&mut self, look: PilotRead) {
        let job = self.start();
        assert!(matches!(job, Job::PilotRead { read: other, .. } if other == look), "{job:?}");
        let said = if look == PilotRead::Flag { ON } else { Ok(JobAnswer::Devices(vec![])) };
        self.answer(job, said);
    }

    fn halted(&self) -> PauseReason {
        match self.run.standing() {
            RunStatus::Halted(halt) => halt,
            other => panic!("{other:?}"),
        }
    }
}

fn token() -> Command {
    Command::Token { until: None, actor: 1 }
}

#[test]
fn a_pause_while_the_test_user_is_written_does_not_do_away_with_the_look_at_it() {
    let mut hand = Hand::new(3, TEST_USER);
    hand.store();
    hand.look(PilotRead::Before);
    let job = hand.write(0);
    hand.command(Command::Pause);
    hand.answer(job, ON);
    hand.store();
    assert_eq!(hand.halted(), PauseReason::Asked);
    hand.command(Command::Resume);
    hand.look(PilotRead::Flag);
    hand.look(PilotRead::After);
    assert_eq!(hand.halted(), PauseReason::PilotUser);
    hand.command(Command::Resume);
    assert_eq!(hand.run.standing(), RunStatus::Running);
    hand.store();
    hand.write(1);
}

#[test]
fn a_page_that_dies_at_the_test_user_writes_nobody_else_before_a_person_has_looked() {
    let mut hand = Hand::new(50, TEST_USER);
    assert_eq!(hand.store(), [Record::Intent(vec![0])]);
    hand.look(PilotRead::Before);
    hand.write(0);
    hand.crash();
    let read = hand.start();
    assert!(matches!(read, Job::Read { index: 0, .. }), "{read:?}");
    hand.answer(read, ON);
    hand.store();
    hand.look(PilotRead::Flag);
    hand.look(PilotRead::After);
    assert_eq!(hand.run.pilot().and_then(PilotReadings::devices), Some(DeviceComparison::NotKept));
    assert_eq!(hand.halted(), PauseReason::PilotUser);
    hand.crash();
    assert_eq!(hand.halted(), PauseReason::PilotUser);
    assert_eq!(hand.run.next(NOW), Step::Idle);
}

#[test]
fn a_step_holds_after_a_crash_too() {
    let mut hand = Hand::new(50, Stops { after_test_user: false, every: Some(2) });
    assert_eq!(hand.store(), [Record::Intent(vec![0, 1])]);
    hand.crash();
    let reads = [hand.start(), hand.start()];
    for read in reads {
        hand.answer(read, ON);
    }
    hand.store();
    assert_eq!(hand.halted(), PauseReason::Step);
}

#[test]
fn another_token_does_not_end_a_pause() {
    let mut hand = Hand::new(3, Stops::default());
    hand.store();
    let job = hand.write(0);
    hand.command(Command::Pause);
    hand.answer(job, Err(unauthorized()));
    assert_eq!(hand.halted(), PauseReason::Token);
    hand.command(token());
    assert_eq!(hand.halted(), PauseReason::Asked);
    assert_eq!(hand.run.next(NOW), Step::Idle);
}

#[test]
fn a_journal_that_fails_does_not_hide_that_the_token_has_ended() {
    let mut hand = Hand::new(40, Stops::default());
    hand.store();
    let jobs = [hand.write(0), hand.write(1)];
    let [first, second] = jobs;
    hand.answer(first, ON);
    hand.answer(second, Err(unauthorized()));
    hand.cannot_store();
    assert_eq!(hand.halted(), PauseReason::NotStored(FULL));
    hand.command(Command::Resume);
    hand.store();
    assert_eq!(hand.halted(), PauseReason::Token);
    assert_eq!(hand.run.next(NOW), Step::Idle);
}

#[test]
fn a_401_that_comes_after_the_next_token_halts_nobody() {
    let mut hand = Hand::new(3, Stops::default());
    hand.store();
    let [first, second] = [hand.write(0), hand.write(1)];
    hand.answer(first, Err(unauthorized()));
    hand.command(token());
    hand.answer(second, Err(unauthorized()));
    assert_eq!(hand.run.standing(), RunStatus::Running);
    // Rows that were refused for the token are written again in their order.
    hand.write(0);
}

#[test]
fn last_outcomes_that_cannot_be_stored_are_told_and_stored_in_the_end() {
    let mut hand = Hand::new(1, Stops::default());
    hand.store();
    let job = hand.write(0);
    hand.answer(job, ON);
    hand.cannot_store();
    assert_eq!(hand.halted(), PauseReason::NotStored(FULL));
    hand.command(Command::Resume);
    hand.store();
    assert_eq!((hand.run.standing(), hand.run.next(NOW)), (RunStatus::Ended, Step::Done));
}

#[test]
fn a_stop_is_not_held_up_by_a_journal_that_fails() {
    let mut hand = Hand::new(40, Stops::default());
    hand.store();
    let job = hand.write(0);
    hand.answer(job, ON);
    hand.cannot_store();
    hand.command(Command::Stop);
    hand.cannot_store();
    assert_eq!((hand.run.standing(), hand.run.next(NOW)), (RunStatus::Stopped, Step::Done));
}

#[test]
fn after_a_stop_nobody_is_open_in_the_journal_who_was_never_sent() {
    let mut hand = Hand::new(40, Stops::default());
    hand.store();
    assert_eq!(hand.restored().open.len(), 32);
    hand.command(Command::Stop);
    hand.store();
    assert_eq!((hand.restored().open, hand.run.next(NOW)), (vec![], Step::Done));
    hand.entries.push(Entry::Closed(Timestamp(9)).encode());
    hand.crash();
    assert_eq!((hand.run.standing(), hand.run.next(NOW)), (RunStatus::Stopped, Step::Done));
    assert_eq!(hand.run.tally().of(RowState::Waiting), 40);
}

#[test]
fn a_row_that_was_sent_before_a_401_is_not_called_waiting() {
    let mut hand = Hand::new(1, Stops::default());
    hand.store();
    let job = hand.write(0);
    hand.answer(job, Err(Fault::Unreachable));
    let read = hand.start();
    hand.answer(read, OFF);
    let Step::WaitUntil(at) = hand.run.next(NOW) else { panic!("{:?}", hand.run.next(NOW)) };
    let Step::Start(again) = hand.run.next(at) else { panic!("{:?}", hand.run.next(at)) };
    hand.run.apply(Event::Started(again.clone()), at);
    hand.answer(again, Err(unauthorized()));
    hand.command(Command::Stop);
    assert_eq!((hand.run.rows()[0].state, hand.run.rows()[0].writes), (RowState::Failed, 1));
    assert_eq!(hand.run.to_read_back(), 1, "what was sent first may still arrive");
}

#[test]
fn a_row_that_was_open_at_a_crash_counts_as_written() {
    let mut hand = Hand::new(1, Stops::default());
    hand.store();
    hand.crash();
    let read = hand.start();
    hand.answer(read, ON);
    assert_eq!((hand.run.rows()[0].state, hand.run.rows()[0].writes), (RowState::Changed, 1));
}

#[test]
fn while_a_person_has_paused_a_network_that_is_gone_is_not_asked_again_and_again() {
    let mut hand = Hand::new(40, Stops::default());
    hand.store();
    let jobs: Vec<Job> = (0..8).map(|index| hand.write(index)).collect();
    hand.command(Command::Pause);
    for job in jobs {
        hand.answer(job, Err(Fault::Unreachable));
    }
    let reads = [hand.start(), hand.start()];
    for read in reads {
        hand.answer(read, Err(Fault::Unreachable));
    }
    assert_eq!(hand.halted(), PauseReason::Asked);
    assert_eq!(hand.run.next(NOW), Step::WaitUntil(NOW + Policy::default().first_probe));
}

#[test]
fn what_a_read_back_found_last_is_told_if_it_cannot_be_stored() {
    let mut hand = Hand::new(1, Stops::default());
    hand.store();
    let job = hand.write(0);
    hand.answer(job, ON);
    hand.store();
    let mut back = ReadBack::new(&mut hand.run, None);
    let Step::Start(read) = back.next(NOW) else { panic!() };
    back.apply(Event::Started(read.clone()), NOW);
    back.apply(Event::Answered(read, Ok(readback::Answer::Answered(noted(ON)))), NOW);
    let Step::Start(store) = back.next(NOW) else { panic!() };
    back.apply(Event::Started(store.clone()), NOW);
    back.apply(Event::Answered(store, Ok(readback::Answer::Answered(noted(Err(FULL))))), NOW);
    assert_eq!(back.state(), readback::State::Halted(FULL));
    assert!(matches!(back.next(NOW), Step::Idle));
    back.apply(Event::Command(Command::Resume), NOW);
    assert!(matches!(back.next(NOW), Step::Start(readback::Job::Store(_))));
}

#[test]
fn a_refusal_after_a_lost_answer_is_read_back_because_the_first_may_have_arrived_late() {
    let mut hand = Hand::new(1, Stops::default());
    hand.store();
    let job = hand.write(0);
    hand.answer(job, Err(Fault::Unreachable));
    let read = hand.start();
    hand.answer(read, OFF);
    let Step::WaitUntil(at) = hand.run.next(NOW) else { panic!("{:?}", hand.run.next(NOW)) };
    let Step::Start(again) = hand.run.next(at) else { panic!("{:?}", hand.run.next(at)) };
    hand.run.apply(Event::Started(again.clone()), at);
    hand.answer(again, Err(Fault::RoleMissing(Refusal { status: 403, ..Refusal::default() })));
    assert_eq!((hand.run.rows()[0].state, hand.run.to_read_back()), (RowState::Refused, 1));
}

#[test]
fn a_page_of_a_read_back_that_is_refused_for_the_former_token_asks_for_no_other() {
    let mut hand = Hand::new(3, Stops::default());
    hand.store();
    let jobs = [hand.write(0), hand.write(1), hand.write(2)];
    for job in jobs {
        hand.answer(job, ON);
    }
    hand.store();
    let population = |number| Population {
        id: PopulationId(Uuid::from_u128(number)),
        name: number.to_string(),
        users: Some(1000),
    };
    let populations: Vec<Population> = (1..=3).map(population).collect();
    let listing = Listing::of_all(&populations, Some(3000), Rc::new(Policy::default()), Jitter::new(1));
    let mut back = ReadBack::new(&mut hand.run, Some(listing));
    let start = |back: &mut ReadBack<'_>| {
        let Step::Start(page) = back.next(NOW) else { panic!("{:?}", back.state()) };
        back.apply(Event::Started(page.clone()), NOW);
        page
    };
    let refused = || Answered { at: Timestamp(7), correlation_id: None, result: Err(unauthorized()) };
    let refuse = |back: &mut ReadBack<'_>, page| {
        back.apply(Event::Answered(page, Ok(readback::Answer::Page(refused()))), NOW);
    };
    let [first, second] = [start(&mut back), start(&mut back)];
    refuse(&mut back, first);
    assert_eq!(back.state(), readback::State::Halted(unauthorized()));
    back.apply(Event::Command(token()), NOW);
    refuse(&mut back, second);
    assert_eq!(back.state(), readback::State::Reading);
    let third = start(&mut back);
    refuse(&mut back, third);
    assert_eq!(back.state(), readback::State::Halted(unauthorized()));
}

#[test]
fn a_user_whose_put_always_fails_while_reads_do_not_has_failed_after_three() {
    let mut hand = Hand::new(1, Stops::default());
    hand.store();
    let failed = || Err(Fault::ServerFailed(Refusal { status: 500, ..Refusal::default() }));
    let mut now = NOW;
    for _ in 0..3 {
        while let Step::WaitUntil(at) = hand.run.next(now) {
            now = at;
        }
        for said in [failed(), OFF] {
            let Step::Start(job) = hand.run.next(now) else { panic!("{:?}", hand.run.standing()) };
            hand.run.apply(Event::Started(job.clone()), now);
            hand.run.apply(Event::Answered(job, Ok(noted(said))), now);
        }
    }
    assert_eq!((hand.run.rows()[0].state, hand.run.rows()[0].writes), (RowState::Failed, 3));
    hand.store();
    assert_eq!((hand.run.standing(), hand.run.next(now)), (RunStatus::Ended, Step::Done));
}

#[test]
fn rows_that_are_to_be_written_again_after_a_long_wait_are_read_once_and_then_written() {
    let mut hand = Hand::new(2, Stops::default());
    hand.store();
    let jobs = [hand.write(0), hand.write(1)];
    for job in jobs {
        hand.answer(job, Err(Fault::ServerFailed(Refusal { status: 500, ..Refusal::default() })));
    }
    let later = Timestamp(60 * 60 * 1000);
    let (mut now, mut sent) = (NOW, Vec::new());
    while sent.len() < 4 {
        match hand.run.next(now) {
            Step::WaitUntil(at) => now = at,
            Step::Start(job) => {
                let is_write = matches!(job, Job::Write { .. });
                sent.extend((!matches!(job, Job::Store(_))).then_some(is_write));
                hand.run.apply(Event::Started(job.clone()), now);
                let said = noted(if is_write { ON } else { OFF });
                hand.run.apply(Event::Answered(job, Ok(Answered { at: later, ..said })), now);
            }
            other => panic!("{other:?}"),
        }
    }
    assert_eq!(sent, [false, false, true, true]);
}
