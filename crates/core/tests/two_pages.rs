//! Two pages on two computers that carry out the same run, over one sandbox and on a virtual clock. Nothing connects
//! them: neither a lease nor a journal. The oracle counts the users that both have written.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use futures::StreamExt;
use futures::channel::mpsc;
use futures::future::{FutureExt, LocalBoxFuture, join, select};
use pingone::clock::Clock;
use pingone::connection::Connection;
use pingone::driver::{Command, drive};
use pingone::policy::Policy;
use pingone::policy::Rate;
use pingone::request::{Method, Request};
use pingone::time::{Instant, Millis, PerSecond, Timestamp};
use pingone::transport::{Response, Transport, TransportError};
use pingone_mfa_core::directory::export::{Contents, Format};
use pingone_mfa_core::directory::listing::Listing;
use pingone_mfa_core::run::engine::readback::ReadBack;
use pingone_mfa_core::run::engine::{JobRunner, PauseReason, Run, RunStatus};
use pingone_mfa_core::run::guard::Guard;
use pingone_mfa_core::run::journal::{Entry, restore};
use pingone_mfa_core::run::plan::PlannedPauses;
use pingone_mfa_core::run::ports::Journal;
use pingone_mfa_core::run::proposal::Proposal;
use pingone_mfa_core::run::report::{LimitsInForce, RunReport};
use pingone_mfa_core::run::report_file::ReportWriter;
use pingone_mfa_core::run::row::RowState;
use pingone_mfa_core::run::run_file;
use pingone_mfa_testkit::clock::VirtualClock;
use pingone_mfa_testkit::journal::MemoryJournal;
use pingone_mfa_testkit::plan::plan;
use pingone_mfa_testkit::random::Dice;
use pingone_mfa_testkit::stage::Stage;
use pingone_mfa_testkit::transport::{authorized, readable};
use pingone_sandbox::{Sandbox, TokenSpec};

/// One computer's transport to PingOne.
struct ComputerTransport {
    sandbox: Rc<RefCell<Sandbox>>,
    clock: Rc<VirtualClock>,
    token: String,
    dice: Rc<RefCell<Dice>>,
    /// The least and the greatest latency of a request, and of an answer, in milliseconds.
    latency: (u64, u64),
    /// Added to the latency of answers to a GET, in milliseconds.
    read_delay: u64,
}

impl Transport for ComputerTransport {
    fn send(&self, request: Request) -> LocalBoxFuture<'static, Result<Response, TransportError>> {
        let (sandbox, clock) = (Rc::clone(&self.sandbox), Rc::clone(&self.clock));
        let is_read = request.method == Method::Get;
        let one_way = || self.dice.borrow_mut().millis(self.latency.0, self.latency.1);
        let (there, mut back) = (one_way(), one_way());
        if is_read {
            back = back + Millis(self.read_delay);
        }
        let sent = authorized(request, &self.token);
        async move {
            clock.sleep_until(clock.now() + there).await;
            let answer = sandbox.borrow_mut().handle(&sent, clock.sandbox_time()).response;
            clock.sleep_until(clock.now() + back).await;
            Ok(readable(answer))
        }
        .boxed_local()
    }
}

/// How the person at a page reacts to the pause for another writer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Person {
    PlannedPauses,
    /// Resumes this many times, and then stops.
    Continues(u32),
}

struct Page {
    connection: Connection,
    memory_journal: Rc<MemoryJournal>,
    clock: Rc<VirtualClock>,
    dice: Rc<RefCell<Dice>>,
    by_pages: bool,
    person: Person,
    /// The time at which the run is saved for another computer.
    saved_at: Cell<Option<u64>>,
    /// How often it paused for another writer.
    pauses: Cell<u32>,
}

impl Page {
    fn policy(&self) -> Rc<Policy> {
        Rc::new(self.connection.policy().clone())
    }

    fn job_runner(&self) -> JobRunner {
        let connection = self.connection.clone();
        JobRunner {
            guard: Rc::new(Guard::default()),
            connection: Rc::new(move || Some(connection.clone())),
            journal: Rc::clone(&self.memory_journal) as Rc<dyn Journal>,
            name: "run".into(),
            clock: Rc::clone(&self.clock) as Rc<dyn Clock>,
        }
    }

    /// Resumes the run from the journal. At `saved_at` the run is saved for another computer, and the page is closed.
    async fn carry_out(&self, begins_at: u64, saved_at: Option<u64>) -> Run {
        self.clock.sleep_until(Instant(begins_at)).await;
        let restored = restore(&self.memory_journal.entries.borrow()).unwrap();
        let mut run = Run::resumed(restored, self.policy(), self.connection.jitter(), None);
        self.saved_at.set(saved_at);
        let driving = async {
            loop {
                self.write(&mut run).await;
                if run.status() != RunStatus::Outdated || run.is_handed_over() {
                    break;
                }
                let back = ReadBack::for_refresh(&mut run, self.listing());
                self.read(back).await;
            }
            if run.status() == RunStatus::Finished {
                self.read(ReadBack::new(&mut run, self.listing())).await;
            }
        };
        driving.await;
        run
    }

    fn listing(&self) -> Option<Listing> {
        self.by_pages.then(|| Listing::of_all(&[], None, self.policy(), self.connection.jitter()))
    }

    async fn write(&self, run: &mut Run) {
        let (sender, mut inbox) = mpsc::unbounded();
        let (reported, mut pauses_seen) = mpsc::unbounded();
        let last = Cell::new(None);
        let observe = |run: &mut Run| {
            let reason = if let RunStatus::Paused(reason) = run.status() { Some(reason) } else { None };
            if reason != last.replace(reason.clone()) {
                reported.unbounded_send(reason).unwrap();
            }
        };
        // A run that is paused from the start sends no event at which it could be observed.
        observe(run);
        let job_runner = self.job_runner();
        let driven = drive(run, &self.connection, &mut inbox, |job| job_runner.clone().run(job), observe);
        let person = async {
            if let Some(at) = self.saved_at.get() {
                self.clock.sleep_until(Instant(at)).await;
                sender.unbounded_send(Command::Pause).unwrap();
                self.clock.sleep_until(Instant(at + 2_000)).await;
                sender.unbounded_send(Command::HandOver).unwrap();
                self.clock.sleep_until(Instant(at + 4_000)).await;
                return;
            }
            while let Some(reason) = pauses_seen.next().await {
                match reason {
                    None => continue,
                    Some(PauseReason::HandedOver) => {
                        sender.unbounded_send(Command::Resume).unwrap();
                        continue;
                    }
                    Some(reason) => assert_eq!(reason, PauseReason::AnotherWriter),
                }
                self.pauses.set(self.pauses.get() + 1);
                let thinking_time = self.dice.borrow_mut().millis(500, 40_000);
                self.clock.sleep_until(self.clock.now() + thinking_time).await;
                let goes_on = matches!(self.person, Person::Continues(most) if self.pauses.get() <= most);
                let command = if goes_on { Command::Resume } else { Command::Stop };
                sender.unbounded_send(command).unwrap();
            }
        };
        select(driven.boxed_local(), person.boxed_local()).await;
    }

    async fn read(&self, back: ReadBack<'_>) {
        let (_sender, mut inbox) = mpsc::unbounded();
        let (mut back, job_runner) = (back, self.job_runner());
        drive(&mut back, &self.connection, &mut inbox, |job| job_runner.clone().run_read_back(job), |_| {})
            .await;
    }

    /// The run's report as CSV and as JSON.
    fn reports(&self, run: &Run) -> [String; 2] {
        let report = Rc::new(RunReport {
            plan: Rc::clone(run.plan()),
            rows: run.rows().to_vec(),
            failures: run.failures().clone(),
            environment_name: None,
            operators: vec![],
            page_version: "0".into(),
            another_writer_at: run.another_writer_at(),
            started_at: None,
            ended_at: None,
            written_at: self.clock.wall(),
            limits: LimitsInForce::default(),
        });
        [Format::Csv { byte_order_mark: false }, Format::Json].map(|format| {
            let mut writer = ReportWriter::new(Rc::clone(&report), format, Contents::StatesOnly);
            std::iter::from_fn(|| writer.slice(1000, &|_| "")).collect()
        })
    }
}

/// A scenario of a run that continues in two places.
#[derive(Debug, Clone, Copy)]
struct Scenario {
    seed: u64,
    /// How much later the second page begins, in milliseconds.
    later: u64,
    latencies: [(u64, u64); 2],
    persons: [Person; 2],
    is_fast: bool,
    by_pages: bool,
    /// Whether the first page is the one where the run was saved: it refreshes first.
    /// Otherwise it has the same run file.
    is_kept_here: bool,
    /// How much later than a PUT a GET is answered, in milliseconds.
    read_delay: u64,
}

struct Outcome {
    /// The number of users that both pages have written, by the oracle.
    by_both: usize,
    pages: [(Page, Run); 2],
}

impl Outcome {
    fn has_seen_other(&self) -> [bool; 2] {
        [0, 1].map(|page| self.pages[page].1.another_writer_at().is_some())
    }
}

/// One of the two pages, with what its computer's journal has.
fn page(
    stage: &Stage,
    scenario: Scenario,
    dice: &Rc<RefCell<Dice>>,
    index: usize,
    entries: Vec<Vec<u8>>,
) -> Page {
    let transport = ComputerTransport {
        sandbox: Rc::clone(&stage.mount.sandbox),
        clock: Rc::clone(&stage.clock),
        token: stage.token.clone(),
        dice: Rc::clone(dice),
        latency: scenario.latencies[index],
        read_delay: scenario.read_delay,
    };
    let rate = if scenario.is_fast {
        Rate { read: PerSecond(400.0), write: PerSecond(400.0), ..Rate::default() }
    } else {
        Rate::default()
    };
    let connection = Connection::new(
        stage.connection.tenant().clone(),
        Rc::new(transport),
        Rc::clone(&stage.clock) as Rc<dyn Clock>,
        Policy::with_rate(rate),
        Rc::new(|_| {}),
        dice.borrow_mut().between(0, u64::from(u32::MAX)),
    );
    let memory_journal = Rc::new(MemoryJournal::new(&stage.clock));
    memory_journal.entries.borrow_mut().extend(entries);
    Page {
        connection,
        memory_journal,
        clock: Rc::clone(&stage.clock),
        dice: Rc::clone(dice),
        by_pages: scenario.by_pages,
        person: scenario.persons[index],
        saved_at: Cell::new(None),
        pauses: Cell::new(0),
    }
}

fn play(scenario: Scenario) -> Outcome {
    let stage = Stage::new(300, &TokenSpec::default());
    let dice = Rc::new(RefCell::new(Dice::new(scenario.seed)));
    let plan = plan(&stage, PlannedPauses::default());
    let page = |index: usize, entries| page(&stage, scenario, &dice, index, entries);
    // The run begins on the first computer, is saved there, and continues in both places.
    let first = page(0, vec![Entry::Plan(plan.clone()).encode()]);
    let saved_at = dice.borrow_mut().between(0, if scenario.is_fast { 200 } else { 4_000 });
    let (first, _) = stage.clock.run(async move {
        let run = first.carry_out(0, Some(saved_at)).await;
        (first, run)
    });
    let mut kept = first.memory_journal.entries.borrow().clone();
    let file = run_file::write(plan.environment, &kept);
    let entries = run_file::read(file.as_bytes()).unwrap().entries;
    if scenario.is_kept_here {
        kept.push(Entry::HandedOver(stage.clock.wall()).encode());
    }
    let (one, other) = (page(0, kept), page(1, entries));
    let begins_at = stage.clock.now().0 + 5_000;
    let pages = stage.clock.run(async move {
        let both = join(one.carry_out(begins_at, None), other.carry_out(begins_at + scenario.later, None));
        let (first, second) = both.await;
        [(one, first), (other, second)]
    });
    let sandbox = stage.mount.sandbox.borrow();
    let writes = sandbox.oracle().writes().iter();
    let by_both = writes.filter(|write| write.from == write.to).count();
    Outcome { by_both, pages }
}

/// A random scenario: the pages begin together or one after the other, at the same pace or not.
fn random_scenario(seed: u64) -> Scenario {
    let mut dice = Dice::from_state(seed);
    let latency = |dice: &mut Dice| {
        let least = dice.between(2, 120);
        (least, least + dice.between(0, 80))
    };
    let person = |dice: &mut Dice| match dice.between(0, 3) {
        0 => Person::PlannedPauses,
        most => Person::Continues(u32::try_from(most).unwrap()),
    };
    let first = latency(&mut dice);
    Scenario {
        seed,
        later: if dice.percent(50) { dice.between(0, 400) } else { dice.between(0, 20_000) },
        latencies: [first, if dice.percent(50) { first } else { latency(&mut dice) }],
        persons: [person(&mut dice), person(&mut dice)],
        is_fast: dice.percent(30),
        by_pages: dice.percent(50),
        is_kept_here: dice.percent(30),
        read_delay: 0,
    }
}

/// Debug builds play a tenth of the scenarios.
const SCENARIOS: u64 = if cfg!(debug_assertions) { 40 } else { 400 };

/// Plays a scenario, and compares the reports of both pages with the oracle.
fn play_and_check(scenario: Scenario) -> Outcome {
    let outcome = play(scenario);
    assert!(outcome.by_both <= 50, "{} users were written by both: {scenario:?}", outcome.by_both);
    for (page, run) in &outcome.pages {
        let is_reported = run.another_writer_at().is_some();
        assert!(page.pauses.get() == 0 || is_reported);
        let [table, json] = page.reports(run);
        let at = run.another_writer_at().map(Timestamp::to_rfc3339).unwrap_or_default();
        assert_eq!(table.contains(&format!("# anotherWriterSeenAt,{at}")), is_reported);
        assert_eq!(json.contains(&format!("\"anotherWriterSeenAt\":\"{at}\"")), is_reported);
        assert!(
            run.rows().iter().all(|row| row.state != RowState::Changed || row.writes == 1),
            "{scenario:?}"
        );
        assert_eq!(
            run.counts().of(RowState::Failed) + run.counts().of(RowState::Unconfirmed),
            0,
            "{scenario:?}"
        );
    }
    outcome
}

#[test]
fn two_pages_with_the_same_run_share_few_users_and_both_report_another_writer() {
    let (mut races, mut worst) = (0, 0);
    for seed in 0..SCENARIOS {
        let scenario = random_scenario(seed);
        let outcome = play_and_check(scenario);
        worst = worst.max(outcome.by_both);
        races += u64::from(outcome.by_both > 0);
        // A page can't know about the other one if that one wrote only one or two users
        // after it, noticed it and stopped.
        let are_few = outcome.by_both <= 2 && outcome.has_seen_other() != [false, false];
        let is_known = outcome.by_both == 0 || are_few || outcome.has_seen_other() == [true, true];
        assert!(
            is_known,
            "{} by both, known to {:?}: {scenario:?}",
            outcome.by_both,
            outcome.has_seen_other()
        );
    }
    assert!(
        races > SCENARIOS / 10,
        "{races} of {SCENARIOS}: the scenarios are too far apart to show anything"
    );
    assert!(worst > 0);
}

#[test]
fn two_pages_in_step_notice_each_other() {
    for seed in 0..SCENARIOS / 2 {
        let latency = (10 + seed, 10 + seed);
        let scenario = Scenario {
            seed,
            later: 0,
            latencies: [latency, latency],
            persons: [Person::PlannedPauses, Person::PlannedPauses],
            is_fast: seed % 3 == 0,
            by_pages: true,
            is_kept_here: false,
            read_delay: 0,
        };
        let outcome = play_and_check(scenario);
        assert!(outcome.by_both > 0, "they write the same users");
        assert_eq!(outcome.has_seen_other(), [true, true], "{scenario:?}");
    }
}

#[test]
fn slow_answers_to_reads_let_few_users_be_written_twice() {
    for seed in 0..SCENARIOS / 2 {
        let scenario = Scenario {
            later: 20 * seed,
            latencies: [(2, 20), (2, 20)],
            is_fast: true,
            is_kept_here: false,
            read_delay: 1_500,
            ..random_scenario(seed)
        };
        play_and_check(scenario);
    }
}

#[test]
fn if_one_page_is_stopped_the_other_finishes_without_new_pauses() {
    for seed in 0..SCENARIOS / 8 {
        let scenario = Scenario {
            persons: [Person::PlannedPauses, Person::Continues(9)],
            later: 0,
            is_kept_here: false,
            latencies: [(20, 40), (20, 40)],
            ..random_scenario(seed)
        };
        let outcome = play_and_check(scenario);
        let [_, (page, run)] = &outcome.pages;
        assert_eq!((run.status(), run.counts().of(RowState::Waiting)), (RunStatus::Finished, 0));
        assert!(page.pauses.get() <= 3, "{} times: {scenario:?}", page.pauses.get());
        // Users who already had the value aren't undone.
        let undone = Proposal::undo(run.plan(), run.rows()).users.len();
        assert_eq!(undone, run.counts().of(RowState::Changed) as usize);
    }
}
