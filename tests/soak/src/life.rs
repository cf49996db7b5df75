//! Drives a run from its first row to its end, across crashes of the page.

use std::cell::{Cell, RefCell};
use std::collections::HashSet;
use std::rc::Rc;

use futures::channel::mpsc;
use futures::future::{Either, FutureExt, select};
use pingone::clock::Clock;
use pingone::connection::Connection;
use pingone::driver::drive;
use pingone::fault::RetryKind;
use pingone::policy::Policy;
use pingone::policy::Rate;
use pingone::time::PerSecond;
use pingone_mfa_core::directory::listing::Listing;
use pingone_mfa_core::run::engine::readback::{self, ReadBack};
use pingone_mfa_core::run::engine::{JobRunner, Run, RunStatus};
use pingone_mfa_core::run::journal::{Restored, restore};
use pingone_mfa_core::run::plan::Plan;
use pingone_mfa_core::run::run_file;
use pingone_mfa_testkit::tenant::{API, AUTH, tenant};

use crate::faulty_journal::{FaultyJournal, JournalHandle};
use crate::person::{Screen, ScreenState, use_page};
use crate::world::{World, WorldTransport};

pub struct FinishedRun {
    /// The run in its final state.
    pub run: Run,
    /// The journal with everything the run stored.
    pub faulty_journal: Rc<FaultyJournal>,
    /// Whether the user stopped the run.
    pub is_stopped: bool,
    /// Whether everything was verified that should be.
    pub is_read_back: bool,
    /// How often the page crashed.
    pub crashes: u32,
    /// How often the user resumed the run.
    pub resumes: u32,
}

struct Simulation {
    world: Rc<World>,
    connection: Connection,
    job_runner: JobRunner,
    faulty_journal: Rc<FaultyJournal>,
    screen: Rc<Screen>,
    policy: Rc<Policy>,
}

impl Simulation {
    fn new(world: &Rc<World>, plan: &Plan) -> Self {
        let faulty_journal = Rc::new(FaultyJournal::new(world, plan));
        let rate = if world.scenario.borrow().is_fast {
            Rate { read: PerSecond(400.0), write: PerSecond(400.0), ..Rate::default() }
        } else {
            Rate::default()
        };
        let policy = Policy { old: world.scenario.borrow().old, ..Policy::with_rate(rate) };
        let tenant = tenant(plan.environment, API, AUTH);
        let clock = Rc::clone(&world.clock) as Rc<dyn Clock>;
        let gate = Rc::new(WorldTransport(Rc::clone(world)));
        let seed = world.dice.borrow_mut().between(0, u64::from(u32::MAX));
        let record = Rc::new(|_| {});
        let connection = Connection::new(tenant, gate, Rc::clone(&clock), policy.clone(), record, seed);
        let shared = connection.clone();
        let job_runner = JobRunner {
            connection: Rc::new(move || Some(shared.clone())),
            journal: Rc::new(JournalHandle(Rc::clone(&faulty_journal))),
            name: "run".into(),
            clock,
            guard: Rc::default(),
        };
        let screen = Screen {
            seen: RefCell::new(ScreenState::Working),
            resumes: Cell::default(),
            is_stopped: Cell::default(),
            crashes: Cell::default(),
        };
        let world = Rc::clone(world);
        Self {
            world,
            connection,
            job_runner,
            faulty_journal,
            screen: Rc::new(screen),
            policy: Rc::new(policy),
        }
    }

    /// Drives the run until it finishes, in one lifetime of the page. `false` if the page crashed.
    async fn write(&self, run: &mut Run) -> bool {
        self.screen.seen.replace(ScreenState::Working);
        self.world.life.borrow_mut().max_in_flight = self.policy.writes_in_flight;
        let (sender, mut inbox) = mpsc::unbounded();
        let observe = |run: &mut Run| {
            // Skipped for large runs, where the comparison would take longer than everything else.
            if run.rows().len() <= 1000 {
                self.compare(run, false);
            }
            self.screen.seen.replace(match run.status() {
                RunStatus::Paused(reason) => ScreenState::Paused(reason),
                RunStatus::Running | RunStatus::Outdated => ScreenState::Working,
                RunStatus::Stopping | RunStatus::Stopped | RunStatus::Finished => ScreenState::Finished,
            });
        };
        let perform = |job| self.job_runner.clone().run(job);
        let driven = drive(run, &self.connection, &mut inbox, perform, observe).boxed_local();
        let person = use_page(Rc::clone(&self.world), Rc::clone(&self.screen), sender, true).boxed_local();
        matches!(select(driven, person).await, Either::Left(_))
    }

    /// Verifies the run in one lifetime of the page. `None` if the page crashed.
    async fn read_back(&self, run: &mut Run) -> Option<readback::State> {
        if run.rows_to_verify() == 0 {
            return Some(readback::State::Complete);
        }
        self.read(run, ReadBack::new, false).await
    }

    /// Drives a run that may have to refresh its waiting rows, in one lifetime of the
    /// page. `false` if the page crashed.
    async fn write_and_refresh(&self, run: &mut Run) -> bool {
        loop {
            if !self.write(run).await {
                return false;
            }
            if run.status() != RunStatus::Outdated {
                return true;
            }
            self.discard_late_stop();
            match self.read(run, ReadBack::for_refresh, true).await {
                None => return false,
                Some(readback::State::Stopped) => {}
                Some(_) => self.discard_late_stop(),
            }
        }
    }

    /// Discards a stop that arrived as the work finished and therefore had no effect.
    fn discard_late_stop(&self) {
        self.world.life.borrow_mut().is_stopped = false;
        self.screen.is_stopped.set(false);
    }

    async fn read<'run>(
        &self,
        run: &'run mut Run,
        begin: fn(&'run mut Run, Option<Listing>) -> ReadBack<'run>,
        is_run: bool,
    ) -> Option<readback::State> {
        self.screen.seen.replace(ScreenState::Working);
        self.world.life.borrow_mut().max_in_flight = self.policy.reads_in_flight;
        let (sender, mut inbox) = mpsc::unbounded();
        let listing = self
            .world
            .scenario
            .borrow()
            .by_pages
            .then(|| Listing::of_all(&[], None, Rc::clone(&self.policy), self.connection.jitter()));
        let mut read_back = begin(run, listing);
        let observe = |read_back: &mut ReadBack<'_>| {
            self.screen.seen.replace(match read_back.state() {
                readback::State::Paused(fault) => {
                    ScreenState::VerificationPaused { needs_token: fault.retry() == RetryKind::WithNewToken }
                }
                readback::State::Reading => ScreenState::Working,
                readback::State::Stopped | readback::State::Complete => ScreenState::Finished,
            });
        };
        let perform = |job| self.job_runner.clone().run_read_back(job);
        let driven = drive(&mut read_back, &self.connection, &mut inbox, perform, observe).boxed_local();
        let person = use_page(Rc::clone(&self.world), Rc::clone(&self.screen), sender, is_run).boxed_local();
        match select(driven, person).await {
            Either::Left(_) => {}
            Either::Right(_) => return None,
        }
        Some(read_back.state())
    }

    /// Checks that the journal agrees with the run, except for what isn't stored yet.
    fn compare(&self, run: &Run, is_stored: bool) -> Option<Restored> {
        let restored = match restore(&self.faulty_journal.stored.entries.borrow()) {
            Ok(restored) => restored,
            Err(damage) => {
                self.world.record_violation(format!("the journal is of no use: {damage}"));
                return None;
            }
        };
        let open: HashSet<u32> = restored.open.iter().copied().collect();
        for (index, (stored, row)) in (0..).zip(restored.rows.iter().zip(run.rows())) {
            if !stored.state.is_settled() {
                if is_stored && row.state.is_settled() {
                    self.world
                        .record_violation(format!("row {index} is {}, and not in the journal", row.state));
                } else if row.writes > 0 && !open.contains(&index) {
                    // A row that had the value before anything was sent needs no intent,
                    // and is read again after a crash.
                    self.world.record_violation(format!("row {index} is {} without an intent", row.state));
                } else if is_stored && open.contains(&index) {
                    self.world.record_violation(format!("row {index} is {} and stored as open", row.state));
                }
                continue;
            }
            let is_newer = row.read_back_at.is_some() && stored.read_back_at.is_none() && !is_stored;
            let is_same = stored == row && restored.failures.get(&index) == run.failure(index);
            if !is_same && !is_newer {
                let failures = (restored.failures.get(&index), run.failure(index));
                self.world.record_violation(format!(
                    "row {index} is {row:?} and stored as {stored:?}: {failures:?}"
                ));
            }
        }
        Some(restored)
    }

    /// Crashes the page, and starts another one from what was stored.
    fn restart(&self, run: Run) -> Run {
        self.world.crash();
        self.faulty_journal.crash();
        let Some(mut restored) = self.compare(&run, false) else { return run };
        if self.world.dice.borrow_mut().happens(300) {
            let text =
                run_file::write(restored.plan.environment, &self.faulty_journal.stored.entries.borrow());
            if self.world.contains_token(text.as_bytes()) {
                self.world.record_violation("the run file has a token in it");
            }
            match run_file::read(text.as_bytes()) {
                Ok(file) if file.restored == restored => restored = file.restored,
                other => self
                    .world
                    .record_violation(format!("the run file says something else: {:?}", other.err())),
            }
        }
        let plan = Rc::clone(run.plan());
        let user = |index: &u32| plan.rows[*index as usize].user.0;
        let open = restored.open.iter().map(user).collect();
        self.world.begin_page(open, self.policy.writes_in_flight);
        self.world.give_token();
        Run::resumed(restored, Rc::clone(&self.policy), self.connection.jitter(), self.world.token_until())
    }
}

/// Carries out a plan in a world and verifies it.
pub async fn execute(world: Rc<World>, plan: Plan) -> FinishedRun {
    let indexes = plan.rows.iter().map(|row| row.user.0).zip(0..).collect();
    world.planned.replace((indexes, plan.to));
    let simulation = Simulation::new(&world, &plan);
    world.begin_page(HashSet::new(), simulation.policy.writes_in_flight);
    let until = world.token_until();
    let policy = Rc::clone(&simulation.policy);
    let mut run = Run::new(Rc::new(plan), policy, simulation.connection.jitter(), until);
    let mut is_closed = false;
    loop {
        if !is_closed && !simulation.write_and_refresh(&mut run).await {
            run = simulation.restart(run);
        } else {
            if run.status() == RunStatus::Stopped && !is_closed {
                is_closed = true;
                simulation.faulty_journal.close();
                if world.dice.borrow_mut().happens(400) {
                    return finished(simulation, run, false);
                }
                // A later verification starts with a valid token.
                world.begin_page(HashSet::new(), simulation.policy.reads_in_flight);
                world.give_token();
            }
            world.life.borrow_mut().is_stopped = false;
            simulation.screen.is_stopped.set(false);
            if let Some(state) = simulation.read_back(&mut run).await {
                return finished(simulation, run, state == readback::State::Complete);
            }
            run = simulation.restart(run);
        }
        simulation.screen.is_stopped.set(false);
        if !world.violations.borrow().is_empty() {
            return finished(simulation, run, false);
        }
    }
}

fn finished(simulation: Simulation, run: Run, is_read_back: bool) -> FinishedRun {
    // After a stop, outcomes that couldn't be stored may be missing from the journal, and only then.
    let is_stored = run.is_stored();
    simulation.compare(&run, is_stored);
    FinishedRun {
        is_stopped: run.status() == RunStatus::Stopped,
        run,
        is_read_back,
        crashes: simulation.screen.crashes.get(),
        resumes: simulation.screen.resumes.get(),
        faulty_journal: simulation.faulty_journal,
    }
}
