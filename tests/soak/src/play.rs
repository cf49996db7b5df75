//! Plays the run of a seed, and in some cases a second run that undoes it.

use std::collections::HashSet;
use std::rc::Rc;

use pingone::clock::Clock;
use pingone::environment::EnvironmentId;
use pingone::policy::Policy;
use pingone::time::{Instant, Millis};
use pingone::user::{Mfa, UserId};
use pingone_mfa_core::run::guard::Guard;
use pingone_mfa_core::run::plan::{Exclusion, Plan, PlannedRow};
use pingone_mfa_core::run::proposal::{Choices, FreshValues, Proposal};
use pingone_mfa_core::run::row::RowState;
use pingone_mfa_testkit::plan::plan_of;
use pingone_mfa_testkit::random::Dice;
use pingone_mfa_testkit::user::fresh_values;
use uuid::Uuid;

use crate::judge::{Verdict, judge};
use crate::life::{FinishedRun, execute};
use crate::scenario::Scenario;
use crate::world::World;

/// Totals of one or more seeds.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Outcome {
    /// Number of runs, including undo runs.
    pub runs: u32,
    /// Number of rows in all runs.
    pub users: u64,
    /// Violations counted by the judge.
    pub verdict: Verdict,
    /// Maximum number of rows between intent and outcome.
    pub max_open: usize,
    /// How often the page crashed.
    pub crashes: u32,
    /// How often the user resumed a run.
    pub resumes: u32,
    /// Number of runs that were stopped.
    pub stopped: u32,
    /// Number of runs that undid another one.
    pub undone: u32,
    /// Number of PUTs that were sent.
    pub puts: u64,
    /// Number of GETs that were sent.
    pub gets: u64,
    /// Number of responses with status 401.
    pub unauthorized: u64,
    /// Duration on the virtual clock.
    pub took: Millis,
    /// Number of rows per final state, in the order of [`RowState::ALL`].
    pub states: [u64; RowState::ALL.len()],
    /// Descriptions of all violations.
    pub violations: Vec<String>,
}

impl Outcome {
    /// Adds the totals of another outcome.
    pub fn add(&mut self, other: &Self) {
        self.runs += other.runs;
        self.users += other.users;
        self.verdict.add(other.verdict);
        self.max_open = self.max_open.max(other.max_open);
        self.crashes += other.crashes;
        self.resumes += other.resumes;
        self.stopped += other.stopped;
        self.undone += other.undone;
        self.puts += other.puts;
        self.gets += other.gets;
        self.unauthorized += other.unauthorized;
        self.took = self.took + other.took;
        self.states.iter_mut().zip(other.states).for_each(|(sum, other)| *sum += other);
        self.violations.extend(other.violations.iter().cloned());
    }

    fn take(&mut self, finished: &FinishedRun, verdict: Verdict) {
        self.runs += 1;
        self.users += finished.run.rows().len() as u64;
        self.verdict.add(verdict);
        self.max_open = self.max_open.max(*finished.faulty_journal.max_open.borrow());
        self.crashes += finished.crashes;
        self.resumes += finished.resumes;
        self.stopped += u32::from(finished.is_stopped);
        for (sum, state) in self.states.iter_mut().zip(RowState::ALL) {
            *sum += u64::from(finished.run.counts().of(state));
        }
    }
}

/// Plays the run of a seed. `users` sets the number of users, which is random otherwise.
pub fn play(seed: u64, users: Option<u32>) -> Outcome {
    let mut dice = Dice::new(seed);
    let scenario = Scenario::draw(&mut dice, users);
    play_scenario(scenario, seed, dice)
}

/// Plays a given scenario.
pub fn play_scenario(scenario: Scenario, seed: u64, dice: Dice) -> Outcome {
    let is_undone = scenario.is_undone;
    let world = Rc::new(World::new(scenario, seed, dice));
    let clock = Rc::clone(&world.clock);
    let played = Rc::clone(&world);
    let mut outcome = clock.run(async move {
        let mut outcome = Outcome::default();
        let plan = plan(&played);
        let since = played.clock.wall();
        let finished = execute(Rc::clone(&played), plan).await;
        outcome.take(&finished, judge(&played, &finished, since));
        if is_undone && played.violations.borrow().is_empty() {
            undo(&played, &finished, &mut outcome).await;
        }
        outcome
    });
    let traffic = world.traffic.get();
    (outcome.puts, outcome.gets, outcome.unauthorized) = (traffic.puts, traffic.gets, traffic.unauthorized);
    outcome.took = world.clock.now() - Instant::default();
    outcome.violations = world.violations.take();
    outcome
}

/// A plan of all users, in the order of their creation.
fn plan(world: &World) -> Plan {
    let sandbox = world.sandbox.borrow();
    let scenario = world.scenario.borrow();
    let mut dice = world.dice.borrow_mut();
    let read_at = world.clock.wall();
    let row = |user| {
        // Some users' earlier value is unknown.
        let from = if dice.happens(20) { Mfa::Unknown } else { Mfa::from(!scenario.to) };
        PlannedRow { user: UserId(user), from, read_at }
    };
    let rows = sandbox.user_ids().map(row).collect();
    let environment = EnvironmentId(sandbox.environment_id());
    Plan { stops: scenario.stops, ..plan_of(environment, scenario.to, read_at, rows) }
}

async fn undo(world: &Rc<World>, finished: &FinishedRun, outcome: &mut Outcome) {
    world.life.borrow_mut().is_stopped = false;
    let proposal = Proposal::undo(finished.run.plan(), finished.run.rows());
    let wait = proposal.settle_wait(Policy::default().settle, world.clock.wall());
    world.clock.sleep_until(world.clock.now() + wait).await;
    world.catch_up();
    let (before, now) = (fresh_values(&world.sandbox.borrow()), world.clock.wall());
    let first = finished.run.plan();
    let guard = Guard::default();
    let fresh = FreshValues { users: &before, read_at: &|_| Some(now), is_unread: &|_| false, guard: &guard };
    let plan = proposal.preview(&fresh, Choices::ALL, now).plan;
    let to_undo: HashSet<Uuid> = plan.rows.iter().map(|row| row.user.0).collect();
    for (row, planned) in finished.run.rows().iter().zip(&first.rows) {
        let flag = before.find(planned.user).map(|row| before.mfa(row));
        let was_ours = row.state == RowState::Changed && planned.from == Mfa::from(!first.to);
        let is_expected = was_ours && flag == Some(Mfa::from(first.to));
        if is_expected != to_undo.contains(&planned.user.0) {
            world.record_violation(format!(
                "should be undone: {is_expected}, but the plan disagrees: {row:?}"
            ));
        }
    }
    let others = plan.left_out.iter().filter(|left| left.why == Exclusion::ChangedBySomeoneElse);
    if others.into_iter().any(|left| to_undo.contains(&left.user.0)) {
        world.record_violation("another client's change would be undone");
    }
    if plan.rows.is_empty() {
        return;
    }
    let undone = execute(Rc::clone(world), plan).await;
    outcome.undone += 1;
    let verdict = judge(world, &undone, now);
    outcome.take(&undone, verdict);
}
