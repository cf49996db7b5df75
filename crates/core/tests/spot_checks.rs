//! Spot checks of a run against the sandbox's pure core, on a virtual clock: which rows are read right before the
//! PUT, and what happens if someone else changed the user. Two pages over one sandbox are in `two_pages.rs`.

use std::cell::RefCell;
use std::collections::HashSet;
use std::rc::Rc;

use futures::channel::mpsc;
use futures::future::{FutureExt, pending, select};
use pingone::clock::Clock;
use pingone::connection::Answered;
use pingone::driver::{Command, Event, Step, Work, drive};
use pingone::fault::{Fault, Refusal};
use pingone::request::Method;
use pingone::time::Millis;
use pingone::user::{Mfa, UserId};
use pingone_mfa_core::run::engine::readback::ReadBack;
use pingone_mfa_core::run::engine::{Job, JobAnswer, JobRunner, Outdated, PauseReason, Run, RunStatus};
use pingone_mfa_core::run::guard::Guard;
use pingone_mfa_core::run::journal::{Entry, restore};
use pingone_mfa_core::run::plan::{Plan, PlannedPauses};
use pingone_mfa_core::run::ports::Journal;
use pingone_mfa_core::run::proposal::Proposal;
use pingone_mfa_core::run::row::RowState;
use pingone_mfa_core::run::run_file;
use pingone_mfa_testkit::journal::MemoryJournal;
use pingone_mfa_testkit::plan::plan;
use pingone_mfa_testkit::stage::Stage;
use pingone_mfa_testkit::transport::Fate;
use pingone_sandbox::{BackgroundChange, TokenSpec};

/// A page with a run and its journal.
struct Page {
    stage: Stage,
    memory_journal: Rc<MemoryJournal>,
    run: Option<Run>,
}

impl Page {
    /// Creates a run that turns MFA on for all users who have it off.
    fn new(users: u32, stops: PlannedPauses, alter: impl FnOnce(&Stage, &mut Plan)) -> Self {
        let stage = Stage::new(users, &TokenSpec::default());
        let mut plan = plan(&stage, stops);
        alter(&stage, &mut plan);
        let memory_journal = Rc::new(MemoryJournal::new(&stage.clock));
        memory_journal.entries.borrow_mut().push(Entry::Plan(plan.clone()).encode());
        let policy = Rc::new(stage.connection.policy().clone());
        let run = Run::new(Rc::new(plan), policy, stage.connection.jitter(), None);
        Self { stage, memory_journal, run: Some(run) }
    }

    fn run(&self) -> &Run {
        self.run.as_ref().unwrap()
    }

    fn job_runner(&self) -> JobRunner {
        let connection = self.stage.connection.clone();
        JobRunner {
            guard: Rc::new(Guard::default()),
            connection: Rc::new(move || Some(connection.clone())),
            journal: Rc::clone(&self.memory_journal) as Rc<dyn Journal>,
            name: "run".into(),
            clock: Rc::clone(&self.stage.clock) as Rc<dyn Clock>,
        }
    }

    /// Drives the run, with a refresh whenever it is outdated. Ends when the run ends, when it is paused and `decide`
    /// returns `None`, or after `time`.
    fn continue_run(
        &mut self,
        decide: impl Fn(&PauseReason) -> Option<Command> + 'static,
        time: Option<Millis>,
    ) {
        let mut run = self.run.take().unwrap();
        let (connection, job_runner) = (self.stage.connection.clone(), self.job_runner());
        let clock = Rc::clone(&self.stage.clock);
        let until = time.map(|time| clock.now() + time);
        self.run = Some(self.stage.clock.run(async move {
            let deadline = until.map_or_else(|| pending().boxed_local(), |at| clock.sleep_until(at));
            let driving = async {
                loop {
                    let (sender, mut inbox) = mpsc::unbounded();
                    let (paused, mut is_paused) = mpsc::unbounded();
                    let observe = |run: &mut Run| {
                        if let RunStatus::Paused(reason) = run.status() {
                            match decide(&reason) {
                                Some(command) => sender.unbounded_send(command).unwrap(),
                                None => paused.unbounded_send(()).unwrap(),
                            }
                        }
                    };
                    observe(&mut run);
                    let perform = |job| job_runner.clone().run(job);
                    let driven = drive(&mut run, &connection, &mut inbox, perform, observe).boxed_local();
                    // Storing that is in progress is completed.
                    let paused_for_a_second = async {
                        futures::StreamExt::next(&mut is_paused).await;
                        clock.sleep_until(clock.now() + Millis(1000)).await;
                    };
                    let paused_for_a_second = paused_for_a_second.boxed_local();
                    let is_over =
                        matches!(select(driven, paused_for_a_second).await, futures::future::Either::Left(_));
                    if !is_over || run.status() != RunStatus::Outdated {
                        return;
                    }
                    let (_sender, mut inbox) = mpsc::unbounded();
                    let mut back = ReadBack::for_refresh(&mut run, None);
                    let perform = |job| job_runner.clone().run_read_back(job);
                    drive(&mut back, &connection, &mut inbox, perform, |_| {}).await;
                }
            };
            select(driving.boxed_local(), deadline).await;
            run
        }));
    }

    /// Gives the run a person's command.
    fn command(&mut self, command: Command) {
        let now = self.stage.clock.now();
        self.run.as_mut().unwrap().apply(Event::Command(command), now);
    }

    /// The page is closed, and another one resumes the run from the journal.
    fn reload(&mut self) {
        let restored = restore(&self.memory_journal.entries.borrow()).unwrap();
        let policy = Rc::new(self.stage.connection.policy().clone());
        self.run = Some(Run::resumed(restored, policy, self.stage.connection.jitter(), None));
    }

    /// The requests that were sent: method and row.
    fn sent(&self) -> Vec<(Method, usize)> {
        let exchanges = self.stage.exchanges.borrow();
        let row = |path: &str| {
            let mut rows = self.run().plan().rows.iter();
            rows.position(|row| path.contains(&row.user.to_string())).unwrap()
        };
        exchanges.iter().map(|sent| (sent.request.method, row(sent.request.endpoint.as_str()))).collect()
    }

    /// Another writer changes a row's user.
    fn other_changes(&self, index: usize) {
        let user = self.run().plan().rows[index].user;
        switched(&self.stage, user);
    }

    fn count(&self, state: RowState) -> u32 {
        self.run().counts().of(state)
    }
}

fn switched(stage: &Stage, user: UserId) {
    let now = stage.clock.sandbox_time();
    stage.mount.sandbox.borrow_mut().apply_background_change(BackgroundChange::Switched(user.0, true), now);
}

fn never(reason: &PauseReason) -> Option<Command> {
    panic!("paused: {reason:?}")
}

/// The rows that were read before their PUT.
fn checked(sent: &[(Method, usize)]) -> Vec<usize> {
    let is_written_later = |index: usize, row: usize| sent[index + 1..].contains(&(Method::Put, row));
    let reads = sent
        .iter()
        .enumerate()
        .filter(|(index, (method, row))| *method == Method::Get && is_written_later(*index, *row));
    reads.map(|(_, (_, row))| *row).collect()
}

#[test]
fn the_first_row_and_one_in_25_are_read_before_their_put_and_no_row_is_written_twice() {
    let mut page = Page::new(1500, PlannedPauses::default(), |_, _| {});
    page.continue_run(never, None);
    let (sent, rows) = (page.sent(), page.run().rows().len());
    assert_eq!(sent[..2], [(Method::Get, 0), (Method::Put, 0)]);
    let checks = checked(&sent).len();
    // Five of the first rows are deferred and read at the end; one of them may be chosen for its position there too.
    let most = 1 + 6 + (rows - 21).div_ceil(25) + 5;
    assert!((most - 3..=most).contains(&checks), "{checks} checks of {rows} rows");
    assert_eq!(sent.len(), rows + checks, "nothing else is sent");
    assert_eq!(page.count(RowState::Changed) as usize, rows);
    assert_eq!(page.run().another_writer_at(), None);
}

#[test]
fn after_every_wait_one_row_is_read_before_anything_is_written() {
    for stops in [
        PlannedPauses { after_pilot: true, every: Some(40) },
        PlannedPauses { after_pilot: false, every: Some(7) },
    ] {
        let mut page = Page::new(300, stops, |_, _| {});
        let at = Rc::new(RefCell::new(Vec::new()));
        let (pauses, exchanges) = (Rc::clone(&at), Rc::clone(&page.stage.exchanges));
        page.continue_run(
            move |reason| {
                assert!(matches!(reason, PauseReason::PilotUser | PauseReason::Step), "{reason:?}");
                pauses.borrow_mut().push(exchanges.borrow().len());
                Some(Command::Resume)
            },
            None,
        );
        let sent = page.sent();
        assert!(at.borrow().len() > 3);
        for first in at.borrow().iter() {
            let (method, row) = sent[*first];
            assert_eq!((method, sent[first + 1]), (Method::Get, (Method::Put, row)));
        }
    }
}

#[test]
fn a_run_resumed_after_a_crash_reads_one_row_before_it_writes_new_ones() {
    for time in [200, 1_300, 4_000, 9_000] {
        let mut page = Page::new(300, PlannedPauses::default(), |_, _| {});
        page.continue_run(never, Some(Millis(time)));
        let (before, open) =
            (page.sent().len(), restore(&page.memory_journal.entries.borrow()).unwrap().open);
        page.reload();
        page.continue_run(never, None);
        let sent = page.sent();
        let is_open = |row: usize| open.contains(&u32::try_from(row).unwrap());
        let (_, first) = sent[before..].iter().find(|(_, row)| !is_open(*row)).unwrap();
        let position = |method| sent.iter().position(|sent| *sent == (method, *first)).unwrap();
        assert!(position(Method::Get) < position(Method::Put), "killed after {time} ms");
        assert_eq!((page.run().status(), page.run().another_writer_at()), (RunStatus::Finished, None));
    }
}

#[test]
fn a_user_who_already_has_the_value_pauses_the_run_after_a_refresh() {
    // The first row; one that is chosen for a check; and one that is found only because all
    // rows before it were changed too.
    for changed_by_other in [vec![0], (3..90).collect(), (0..120).collect()] {
        let mut page = Page::new(700, PlannedPauses::default(), |_, _| {});
        let rows = page.run().rows().len();
        for index in &changed_by_other {
            page.other_changes(*index);
        }
        page.continue_run(|_| None, None);
        assert_eq!(page.run().status(), RunStatus::Paused(PauseReason::AnotherWriter));
        let seen = page.run().another_writer_at().unwrap();
        // PUTs of users who already had the value: the first ones, before one of them was read.
        let written = page.sent().iter().filter(|(method, _)| *method == Method::Put).count();
        assert!(written <= 45, "{written}");
        let already = page.count(RowState::AlreadySet) as usize;
        let overwritten =
            changed_by_other.iter().filter(|index| page.run().rows()[**index].writes > 0).count();
        assert_eq!(already + overwritten, changed_by_other.len());
        assert_eq!(page.run().counts().ended() as usize, already + written);
        // A page that is reloaded shows the same, and refreshes before it writes.
        assert_eq!(restore(&page.memory_journal.entries.borrow()).unwrap().another_writer_at, Some(seen));
        page.command(Command::Resume);
        let before = page.sent().len();
        page.continue_run(never, None);
        assert_eq!((page.run().status(), page.run().another_writer_at()), (RunStatus::Finished, Some(seen)));
        let later = page.sent().split_off(before);
        assert_eq!(
            checked(&later).len(),
            rows - written - already,
            "from now on every row is read before its PUT"
        );
        // Users who already had the value aren't undone.
        let undone: HashSet<UserId> =
            Proposal::undo(page.run().plan(), page.run().rows()).users.into_iter().collect();
        let rows = page.run().plan().rows.iter().zip(page.run().rows());
        for (planned, row) in rows {
            assert_eq!(undone.contains(&planned.user), row.state == RowState::Changed);
        }
    }
}

#[test]
fn a_page_reloaded_after_another_writer_was_seen_refreshes_first() {
    let mut page = Page::new(200, PlannedPauses::default(), |_, _| {});
    page.other_changes(0);
    page.continue_run(|_| None, None);
    let waiting = page.count(RowState::Waiting) as usize;
    page.reload();
    assert_eq!((page.run().status(), page.run().outdated()), (RunStatus::Outdated, Some(Outdated::LongWait)));
    let before = page.sent().len();
    page.continue_run(never, None);
    let later = page.sent().split_off(before);
    let first_put = later.iter().position(|(method, _)| *method == Method::Put).unwrap();
    let read: HashSet<usize> = later[..first_put].iter().map(|(_, row)| *row).collect();
    assert_eq!(read.len(), waiting);
    assert!(page.run().another_writer_at().is_some());
}

#[test]
fn a_runs_own_lost_answers_retries_and_crashes_are_not_another_writer() {
    let troubles = [
        [Fate::Unconfirmed, Fate::Answered, Fate::Answered],
        [Fate::Status(503), Fate::Unconfirmed, Fate::Answered],
        [Fate::Silence, Fate::Answered, Fate::NeverArrives],
        [Fate::Status(429), Fate::Unconfirmed, Fate::Status(500)],
    ];
    for (trouble, time) in troubles.into_iter().zip([700, 2_000, 30_000, 9_000]) {
        let mut page = Page::new(300, PlannedPauses::default(), |_, _| {});
        page.stage.mount.fates.borrow_mut().extend(trouble.into_iter().cycle().take(90));
        for _ in 0..4 {
            page.continue_run(
                |reason| matches!(reason, PauseReason::Failing { .. }).then_some(Command::Resume),
                Some(Millis(time)),
            );
            page.reload();
        }
        page.continue_run(
            |reason| matches!(reason, PauseReason::Failing { .. }).then_some(Command::Resume),
            None,
        );
        assert_eq!(
            (page.run().status(), page.run().another_writer_at()),
            (RunStatus::Finished, None),
            "{trouble:?}"
        );
        assert_eq!(page.count(RowState::AlreadySet), 0);
    }
}

#[test]
fn a_row_with_an_unknown_earlier_value_is_written_without_a_check() {
    let mut page = Page::new(200, PlannedPauses::default(), |stage, plan| {
        plan.rows.iter_mut().for_each(|row| row.from = Mfa::Unknown);
        switched(stage, plan.rows[0].user);
    });
    page.continue_run(never, None);
    assert!(page.sent().iter().all(|(method, _)| *method == Method::Put));
    assert_eq!(page.run().another_writer_at(), None);
}

#[test]
fn a_user_who_is_gone_or_cannot_be_read_blocks_no_other() {
    let mut page = Page::new(200, PlannedPauses::default(), |stage, plan| {
        let now = pingone_sandbox::Timestamp(stage.clock.wall().0);
        stage
            .mount
            .sandbox
            .borrow_mut()
            .apply_background_change(BackgroundChange::Deleted(plan.rows[0].user.0), now);
        stage.mount.poisoned.set(Some(plan.rows[1].user.0));
    });
    page.continue_run(|_| Some(Command::Resume), None);
    let rows = u32::try_from(page.run().rows().len()).unwrap();
    assert_eq!(page.run().status(), RunStatus::Finished);
    assert_eq!((page.run().rows()[0].state, page.run().rows()[0].writes), (RowState::Gone, 0));
    assert_eq!((page.count(RowState::Changed), page.run().another_writer_at()), (rows - 2, None));
}

/// Starts the next job, and answers it.
fn answer_next(page: &mut Page, result: Result<JobAnswer, Fault>) -> Job {
    let job = start_next(page);
    let result = if matches!(job, Job::Store(_) | Job::Clock) { Ok(JobAnswer::Stored) } else { result };
    answer(page, job.clone(), result);
    job
}

#[test]
fn a_row_sent_and_refused_for_the_token_is_not_evidence() {
    let mut page = Page::new(100, PlannedPauses::default(), |_, plan| plan.rows.truncate(1));
    assert!(matches!(answer_next(&mut page, Ok(JobAnswer::Stored)), Job::Store(_)));
    assert!(matches!(answer_next(&mut page, Ok(JobAnswer::Flag(false))), Job::SpotCheck { .. }));
    let refused = Err(Fault::TokenInvalid(Refusal { status: 401, ..Refusal::default() }));
    assert!(matches!(answer_next(&mut page, refused), Job::Write { .. }));
    page.command(Command::Token { until: None, actor: 1 });
    assert_eq!(answer_next(&mut page, Ok(JobAnswer::Stored)), Job::Clock);
    // A browser may have sent it twice, and the first one may have arrived.
    assert!(matches!(answer_next(&mut page, Ok(JobAnswer::Flag(true))), Job::Write { .. }));
    assert_eq!((page.run().rows()[0].state, page.run().another_writer_at()), (RowState::Changed, None));
}

#[test]
fn another_writer_seen_after_a_pause_or_a_stop_is_still_reported() {
    for command in [Command::Pause, Command::Stop] {
        let mut page = Page::new(100, PlannedPauses::default(), |_, _| {});
        answer_next(&mut page, Ok(JobAnswer::Stored));
        let (now, at) = (page.stage.clock.now(), page.stage.clock.wall());
        let run = page.run.as_mut().unwrap();
        let Step::Start(job) = run.next(now) else { panic!("nothing is started") };
        run.apply(Event::Started(job.clone()), now);
        run.apply(Event::Command(command), now);
        let answered = Answered { at, correlation_id: None, result: Ok(JobAnswer::Flag(true)) };
        run.apply(Event::Answered(job, Ok(answered)), now);
        assert_eq!((run.another_writer_at(), run.rows()[0].state), (Some(at), RowState::AlreadySet));
        page.continue_run(|_| None, None);
        if command == Command::Stop {
            assert_eq!(page.run().status(), RunStatus::Stopped);
        } else {
            assert_eq!(page.run().status(), RunStatus::Paused(PauseReason::ByPerson));
            page.command(Command::Resume);
            page.continue_run(|_| None, None);
            assert_eq!(page.run().status(), RunStatus::Paused(PauseReason::AnotherWriter));
        }
        let restored = restore(&page.memory_journal.entries.borrow()).unwrap();
        assert_eq!(restored.another_writer_at, Some(at));
        assert_eq!(restored.open, Vec::<u32>::new());
    }
}

#[test]
fn a_run_saved_for_another_computer_waits_and_is_refreshed_before_it_continues_here() {
    let mut page = Page::new(400, PlannedPauses { after_pilot: false, every: Some(30) }, |_, _| {});
    page.continue_run(|_| None, None);
    page.command(Command::HandOver);
    page.continue_run(|_| None, None);
    assert!(page.run().is_handed_over());
    // Neither a new token nor a reload continues the run.
    page.command(Command::Token { until: None, actor: 1 });
    assert_eq!(page.run().status(), RunStatus::Paused(PauseReason::HandedOver));
    let file = run_file::write(page.run().plan().environment, &page.memory_journal.entries.borrow());
    let there = run_file::read(file.as_bytes()).unwrap().restored;
    assert_eq!(there.open, Vec::<u32>::new(), "an unsent row isn't open on either computer");
    let at = page.stage.clock.wall();
    page.memory_journal.entries.borrow_mut().push(Entry::HandedOver(at).encode());
    page.reload();
    assert_eq!(page.run().status(), RunStatus::Paused(PauseReason::HandedOver));
    let next = page.run().next(page.stage.clock.now());
    assert!(!matches!(next, Step::Start(Job::Store(_))), "no intents are stored here: {next:?}");
    // The other computer has continued the run meanwhile.
    (40..60).for_each(|index| page.other_changes(index));
    let before = page.sent().len();
    page.continue_run(|_| None, None);
    assert_eq!(page.sent().len(), before, "nothing is sent before a person decides");
    page.command(Command::Resume);
    page.continue_run(|reason| (*reason == PauseReason::Step).then_some(Command::Resume), None);
    assert_eq!((page.count(RowState::AlreadySet), page.run().another_writer_at()), (20, None));
    assert_eq!(page.run().status(), RunStatus::Finished);
    assert!((40..60).all(|index| page.run().rows()[index].writes == 0));
    // A run file doesn't contain the handover, not even one that is saved again. After a person continued the run
    // here, the journal doesn't report it either.
    let again = run_file::write(page.run().plan().environment, &page.memory_journal.entries.borrow()[..]);
    for text in [file, again] {
        assert_eq!(run_file::read(text.as_bytes()).unwrap().restored.handed_over_at, None);
    }
    assert_eq!(restore(&page.memory_journal.entries.borrow()).unwrap().handed_over_at, Some(at));
    page.memory_journal.entries.borrow_mut().push(Entry::Kept(at).encode());
    assert_eq!(restore(&page.memory_journal.entries.borrow()).unwrap().handed_over_at, None);
}

#[test]
fn a_run_saved_between_intents_leaves_no_unsent_row_open() {
    for started in [0, 1, 2, 5, 20] {
        let mut page = Page::new(300, PlannedPauses::default(), |_, _| {});
        let first = answer_next(&mut page, Ok(JobAnswer::Stored));
        let Job::Store(records) = first else { panic!("{first:?}") };
        page.memory_journal.entries.borrow_mut().push(Entry::Batch(records.to_vec()).encode());
        for _ in 0..started {
            let next = page.run().next(page.stage.clock.now());
            let is_put = matches!(next, Step::Start(Job::Write { .. }));
            let job = answer_next(&mut page, Ok(JobAnswer::Flag(is_put)));
            if let Job::Store(records) = job {
                page.memory_journal.entries.borrow_mut().push(Entry::Batch(records.to_vec()).encode());
            }
        }
        let changed = page.count(RowState::Changed);
        page.command(Command::Pause);
        assert!(!restore(&page.memory_journal.entries.borrow()).unwrap().open.is_empty());
        page.command(Command::HandOver);
        assert!(!page.run().is_handed_over(), "the unsent rows aren't stored as waiting yet");
        page.continue_run(|_| None, None);
        let restored = restore(&page.memory_journal.entries.borrow()).unwrap();
        assert_eq!((restored.open, page.run().is_handed_over()), (vec![], true));
        assert_eq!(
            restored.rows.iter().filter(|row| row.state == RowState::Changed).count(),
            changed as usize
        );
        page.command(Command::Resume);
        page.continue_run(never, None);
        assert_eq!((page.run().status(), page.run().another_writer_at()), (RunStatus::Finished, None));
        assert_eq!(page.count(RowState::Changed), page.run().counts().all());
    }
}

fn start_next(page: &mut Page) -> Job {
    let now = page.stage.clock.now();
    let run = page.run.as_mut().unwrap();
    let Step::Start(job) = run.next(now) else { panic!("nothing is started: {:?}", run.status()) };
    run.apply(Event::Started(job.clone()), now);
    job
}

fn answer(page: &mut Page, job: Job, result: Result<JobAnswer, Fault>) {
    let (now, at) = (page.stage.clock.now(), page.stage.clock.wall());
    let answered = Answered { at, correlation_id: None, result };
    page.run.as_mut().unwrap().apply(Event::Answered(job, Ok(answered)), now);
}

fn wait(page: &Page, time: Millis) {
    let clock = Rc::clone(&page.stage.clock);
    let at = clock.now() + time;
    page.stage.clock.run(async move { clock.sleep_until(at).await });
}

#[test]
fn a_spot_check_refused_for_the_token_is_retried_with_the_next_one() {
    let mut page = Page::new(100, PlannedPauses::default(), |_, _| {});
    answer_next(&mut page, Ok(JobAnswer::Stored));
    let refused = Err(Fault::TokenInvalid(Refusal { status: 401, ..Refusal::default() }));
    let check = answer_next(&mut page, refused);
    assert!(matches!(check, Job::SpotCheck { .. }), "{check:?}");
    assert_eq!(page.run().status(), RunStatus::Paused(PauseReason::Token));
    page.command(Command::Token { until: None, actor: 1 });
    assert_eq!(answer_next(&mut page, Ok(JobAnswer::Stored)), Job::Clock);
    assert!(matches!(start_next(&mut page), Job::SpotCheck { .. }));
}

#[test]
fn a_failed_spot_check_is_retried_after_a_pause() {
    let mut page = Page::new(100, PlannedPauses::default(), |_, plan| plan.rows.truncate(1));
    answer_next(&mut page, Ok(JobAnswer::Stored));
    let check = answer_next(&mut page, Err(Fault::Unreachable));
    let now = page.stage.clock.now();
    let Step::WaitUntil(at) = page.run().next(now) else { panic!("the check is retried at once") };
    assert!(at > now);
    wait(&page, at - now);
    assert_eq!(answer_next(&mut page, Ok(JobAnswer::Flag(false))), check);
}

#[test]
fn a_run_paused_during_a_clock_check_repeats_it_before_it_continues() {
    let mut page = Page::new(100, PlannedPauses::default(), |_, _| {});
    answer_next(&mut page, Ok(JobAnswer::Stored));
    answer_next(&mut page, Ok(JobAnswer::Flag(false)));
    wait(&page, Millis::seconds(20));
    let clock = start_next(&mut page);
    assert_eq!(clock, Job::Clock, "there was no answer for long");
    page.command(Command::Pause);
    page.command(Command::Resume);
    answer(&mut page, clock, Ok(JobAnswer::Stored));
    assert_eq!(start_next(&mut page), Job::Clock);
}

#[test]
fn a_long_run_without_waits_is_not_refreshed_and_one_with_a_long_wait_is() {
    let mut page = Page::new(1500, PlannedPauses::default(), |_, _| {});
    let (mut put, mut answers) = (false, 0);
    while answers < 300 || !put {
        wait(&page, Millis::seconds(4));
        let next = page.run().next(page.stage.clock.now());
        put = matches!(next, Step::Start(Job::Write { .. }));
        answer_next(&mut page, Ok(JobAnswer::Flag(put)));
        answers += 1;
    }
    assert_eq!(page.run().outdated(), None, "twenty minutes, and none without an answer");
    wait(&page, page.stage.connection.policy().old);
    answer_next(&mut page, Ok(JobAnswer::Stored));
    assert_eq!(page.run().outdated(), None, "not yet");
    wait(&page, Millis(1));
    answer_next(&mut page, Err(Fault::Unreachable));
    assert_eq!(page.run().outdated(), Some(Outdated::LongWait));
}

#[test]
fn without_waiting_rows_a_long_wait_does_not_outdate_a_run() {
    let mut page = Page::new(100, PlannedPauses::default(), |_, plan| plan.rows.truncate(1));
    answer_next(&mut page, Ok(JobAnswer::Stored));
    answer_next(&mut page, Ok(JobAnswer::Flag(false)));
    let put = start_next(&mut page);
    wait(&page, Millis::seconds(11 * 60));
    answer(&mut page, put, Ok(JobAnswer::Flag(true)));
    assert_eq!((page.count(RowState::Changed), page.run().outdated()), (1, None));
}

#[test]
fn an_answered_check_ends_a_pause_for_failures() {
    let mut page = Page::new(400, PlannedPauses::default(), |_, _| {});
    answer_next(&mut page, Ok(JobAnswer::Stored));
    answer_next(&mut page, Ok(JobAnswer::Flag(false)));
    // PUTs are answered until another check is in flight; from then on all other requests fail.
    let check = loop {
        let job = start_next(&mut page);
        if matches!(job, Job::SpotCheck { .. }) {
            break job;
        }
        answer(&mut page, job, Ok(JobAnswer::Flag(true)));
    };
    while page.run().status() == RunStatus::Running {
        let now = page.stage.clock.now();
        if let Step::WaitUntil(at) = page.run().next(now) {
            wait(&page, at - now);
            continue;
        }
        let job = start_next(&mut page);
        let reply = if job == Job::Clock { Ok(JobAnswer::Stored) } else { Err(Fault::Unreachable) };
        answer(&mut page, job, reply);
    }
    assert!(matches!(page.run().status(), RunStatus::Paused(PauseReason::Failing { .. })));
    answer(&mut page, check, Ok(JobAnswer::Flag(false)));
    assert_eq!(page.run().status(), RunStatus::Running);
}
