//! A run from its first row to its end, over as many lives of the page as it takes.

use std::cell::{Cell, RefCell};
use std::collections::HashSet;
use std::rc::Rc;

use futures::channel::mpsc;
use futures::future::{Either, FutureExt, select};
use pingone_mfa_core::domain::fault::RetryKind;
use pingone_mfa_core::domain::plan::Plan;
use pingone_mfa_core::domain::region::{Region, RegionCode};
use pingone_mfa_core::domain::settings::Rate;
use pingone_mfa_core::domain::tenant::Tenant;
use pingone_mfa_core::domain::time::PerSecond;
use pingone_mfa_core::engine::Clock;
use pingone_mfa_core::engine::connection::Connection;
use pingone_mfa_core::engine::driver::drive;
use pingone_mfa_core::engine::journal::{Restored, restore};
use pingone_mfa_core::engine::listing::Listing;
use pingone_mfa_core::engine::policy::Policy;
use pingone_mfa_core::engine::run::readback::{self, ReadBack};
use pingone_mfa_core::engine::run::{JobRunner, Run, RunStatus};
use pingone_mfa_core::engine::run_file;

use crate::faulty_journal::{FaultyJournal, Hand};
use crate::person::{Screen, Seen, sit};
use crate::world::{API, AUTH, Gate, World};

/// What is left when a run is over.
pub struct Over {
    /// The run.
    pub run: Run,
    /// Its journal.
    pub faulty_journal: Rc<FaultyJournal>,
    /// Whether a person stopped it.
    pub is_stopped: bool,
    /// Whether everything was read back that was to be.
    pub is_read_back: bool,
    /// How often the page died.
    pub crashes: u32,
    /// How often somebody resumed.
    pub resumes: u32,
}

/// One run in one world.
struct Stage {
    world: Rc<World>,
    connection: Connection,
    job_runner: JobRunner,
    faulty_journal: Rc<FaultyJournal>,
    screen: Rc<Screen>,
    policy: Rc<Policy>,
}

impl Stage {
    fn new(world: &Rc<World>, plan: &Plan) -> Self {
        let faulty_journal = Rc::new(FaultyJournal::new(world, plan));
        let rate = if world.scenario.borrow().is_fast {
            Rate { read: PerSecond(400.0), write: PerSecond(400.0), ..Rate::default() }
        } else {
            Rate::default()
        };
        let policy = Policy { old: world.scenario.borrow().old, ..Policy::with_rate(rate) };
        let region = Region {
            code: RegionCode("SANDBOX".into()),
            label: "Sandbox".into(),
            api_base: format!("{API}/v1"),
            auth_base: AUTH.into(),
            pingone: None,
        };
        let tenant = Tenant { region, environment: plan.environment };
        let clock = Rc::clone(&world.clock) as Rc<dyn Clock>;
        let gate = Rc::new(Gate(Rc::clone(world)));
        let seed = world.dice.borrow_mut().between(0, u64::from(u32::MAX));
        let record = Rc::new(|_| {});
        let connection = Connection::new(tenant, gate, Rc::clone(&clock), policy.clone(), record, seed);
        let way = connection.clone();
        let job_runner = JobRunner {
            connection: Rc::new(move || Some(way.clone())),
            journal: Rc::new(Hand(Rc::clone(&faulty_journal))),
            name: "run".into(),
            clock,
            guard: Rc::default(),
        };
        let screen = Screen {
            seen: RefCell::new(Seen::Working),
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

    /// Drives the run in one life of the page. `false` if the page died.
    async fn write(&self, run: &mut Run) -> bool {
        self.screen.seen.replace(Seen::Working);
        self.world.life.borrow_mut().width = self.policy.writes_in_flight;
        let (sender, mut inbox) = mpsc::unbounded();
        let observe = |run: &mut Run| {
            // Of very many that would take longer than all the rest.
            if run.rows().len() <= 1000 {
                self.compare(run, false);
            }
            self.screen.seen.replace(match run.standing() {
                RunStatus::Halted(halt) => Seen::Halted(halt),
                RunStatus::Running | RunStatus::Outdated => Seen::Working,
                RunStatus::Stopping | RunStatus::Stopped | RunStatus::Ended => Seen::Over,
            });
        };
        let perform = |job| self.job_runner.clone().run(job);
        let driven = drive(run, &self.connection, &mut inbox, perform, observe).boxed_local();
        let person = sit(Rc::clone(&self.world), Rc::clone(&self.screen), sender, true).boxed_local();
        matches!(select(driven, person).await, Either::Left(_))
    }

    /// Reads back in one life of the page. `None` if the page died.
    async fn read_back(&self, run: &mut Run) -> Option<readback::State> {
        if run.to_read_back() == 0 {
            return Some(readback::State::Complete);
        }
        self.read(run, ReadBack::new, false).await
    }

    /// Drives a run that may have to read again who waits, in one life of the page. `false` if the page died.
    async fn write_and_read_again(&self, run: &mut Run) -> bool {
        loop {
            if !self.write(run).await {
                return false;
            }
            if run.standing() != RunStatus::Outdated {
                return true;
            }
            self.forget_late_stop();
            match self.read(run, ReadBack::of_waiting, true).await {
                None => return false,
                Some(readback::State::Stopped) => {}
                Some(_) => self.forget_late_stop(),
            }
        }
    }

    /// A stop that came as the work ended is none: nobody took it.
    fn forget_late_stop(&self) {
        self.world.life.borrow_mut().is_stopped = false;
        self.screen.is_stopped.set(false);
    }

    async fn read<'run>(
        &self,
        run: &'run mut Run,
        begin: fn(&'run mut Run, Option<Listing>) -> ReadBack<'run>,
        is_run: bool,
    ) -> Option<readback::State> {
        self.screen.seen.replace(Seen::Working);
        self.world.life.borrow_mut().width = self.policy.reads_in_flight;
        let (sender, mut inbox) = mpsc::unbounded();
        let listing = self
            .world
            .scenario
            .borrow()
            .by_pages
            .then(|| Listing::of_all(&[], None, Rc::clone(&self.policy), self.connection.jitter()));
        let mut back = begin(run, listing);
        let observe = |back: &mut ReadBack<'_>| {
            self.screen.seen.replace(match back.state() {
                readback::State::Halted(fault) => {
                    Seen::ReadBackHalted { needs_token: fault.retry() == RetryKind::WithNewToken }
                }
                readback::State::Reading => Seen::Working,
                readback::State::Stopped | readback::State::Complete => Seen::Over,
            });
        };
        let perform = |job| self.job_runner.clone().run_read_back(job);
        let driven = drive(&mut back, &self.connection, &mut inbox, perform, observe).boxed_local();
        let person = sit(Rc::clone(&self.world), Rc::clone(&self.screen), sender, is_run).boxed_local();
        match select(driven, person).await {
            Either::Left(_) => {}
            Either::Right(_) => return None,
        }
        Some(back.state())
    }

    /// What the journal says is what the run says, but for what is still to be stored.
    fn compare(&self, run: &Run, is_stored: bool) -> Option<Restored> {
        let restored = match restore(&self.faulty_journal.entries.borrow()) {
            Ok(restored) => restored,
            Err(damage) => {
                self.world.violated(format!("the journal is of no use: {damage}"));
                return None;
            }
        };
        let open: HashSet<u32> = restored.open.iter().copied().collect();
        for (index, (stored, row)) in (0..).zip(restored.rows.iter().zip(run.rows())) {
            if !stored.state.is_ended() {
                if is_stored && row.state.is_ended() {
                    self.world.violated(format!("row {index} is {}, and not in the journal", row.state));
                } else if row.writes > 0 && !open.contains(&index) {
                    // Who had the value before anything was sent needs no intent, and is read again after a crash.
                    self.world.violated(format!("row {index} is {} without an intent", row.state));
                } else if is_stored && open.contains(&index) {
                    self.world.violated(format!("row {index} is {} and stored as open", row.state));
                }
                continue;
            }
            let is_newer = row.read_back_at.is_some() && stored.read_back_at.is_none() && !is_stored;
            let is_same = stored == row && restored.failures.get(&index) == run.failure(index);
            if !is_same && !is_newer {
                let failures = (restored.failures.get(&index), run.failure(index));
                self.world.violated(format!("row {index} is {row:?} and stored as {stored:?}: {failures:?}"));
            }
        }
        Some(restored)
    }

    /// The page dies, and another one begins with what was stored.
    fn reborn(&self, run: Run) -> Run {
        self.world.die();
        self.faulty_journal.die();
        let Some(mut restored) = self.compare(&run, false) else { return run };
        if self.world.dice.borrow_mut().happens(300) {
            let text = run_file::write(restored.plan.environment, &self.faulty_journal.entries.borrow());
            if self.world.tells_token(text.as_bytes()) {
                self.world.violated("the run file has a token in it");
            }
            match run_file::read(text.as_bytes()) {
                Ok(file) if file.restored == restored => restored = file.restored,
                other => self.world.violated(format!("the run file says something else: {:?}", other.err())),
            }
        }
        let plan = Rc::clone(run.plan());
        let user = |index: &u32| plan.rows[*index as usize].user.0;
        let open = restored.open.iter().map(user).collect();
        self.world.begin_life(open, self.policy.writes_in_flight);
        self.world.give_token();
        Run::resumed(restored, Rc::clone(&self.policy), self.connection.jitter(), self.world.token_until())
    }
}

/// Carries out a plan in a world, and reads it back.
pub async fn live(world: Rc<World>, plan: Plan) -> Over {
    let indexes = plan.rows.iter().map(|row| row.user.0).zip(0..).collect();
    world.planned.replace((indexes, plan.to));
    let stage = Stage::new(&world, &plan);
    world.begin_life(HashSet::new(), stage.policy.writes_in_flight);
    let until = world.token_until();
    let policy = Rc::clone(&stage.policy);
    let mut run = Run::new(Rc::new(plan), policy, stage.connection.jitter(), until);
    let mut is_closed = false;
    loop {
        if !is_closed && !stage.write_and_read_again(&mut run).await {
            run = stage.reborn(run);
        } else {
            if run.standing() == RunStatus::Stopped && !is_closed {
                is_closed = true;
                stage.faulty_journal.close();
                if world.dice.borrow_mut().happens(400) {
                    return over(stage, run, false);
                }
                // Whoever looks again later does so with a token that holds.
                world.begin_life(HashSet::new(), stage.policy.reads_in_flight);
                world.give_token();
            }
            world.life.borrow_mut().is_stopped = false;
            stage.screen.is_stopped.set(false);
            if let Some(state) = stage.read_back(&mut run).await {
                return over(stage, run, state == readback::State::Complete);
            }
            run = stage.reborn(run);
        }
        stage.screen.is_stopped.set(false);
        if !world.violations.borrow().is_empty() {
            return over(stage, run, false);
        }
    }
}

fn over(stage: Stage, run: Run, is_read_back: bool) -> Over {
    // After a stop what could not be stored is lost to the journal, and only then.
    let is_stored = run.is_stored();
    stage.compare(&run, is_stored);
    Over {
        is_stopped: run.standing() == RunStatus::Stopped,
        run,
        is_read_back,
        crashes: stage.screen.crashes.get(),
        resumes: stage.screen.resumes.get(),
        faulty_journal: stage.faulty_journal,
    }
}
