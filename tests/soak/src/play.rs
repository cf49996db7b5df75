//! One seed, one run, and perhaps the run that takes it back.

use std::collections::HashSet;
use std::rc::Rc;

use pingone_mfa_core::domain::guard::Guard;
use pingone_mfa_core::domain::plan::{Exclusion, Plan, PlannedRow};
use pingone_mfa_core::domain::proposal::{Choices, FreshValues, Proposal};
use pingone_mfa_core::domain::row::RowState;
use pingone_mfa_core::domain::tenant::EnvironmentId;
use pingone_mfa_core::domain::time::Millis;
use pingone_mfa_core::domain::user::{Account, Mfa, Name, User, UserId};
use pingone_mfa_core::domain::users::UserStore;
use pingone_mfa_core::engine::Clock;
use pingone_mfa_core::engine::policy::Policy;
use uuid::Uuid;

use crate::dice::Dice;
use crate::judge::{Verdict, judge};
use crate::life::{Over, live};
use crate::scenario::Scenario;
use crate::world::World;

/// What came of one seed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Outcome {
    /// Runs, those that take back included.
    pub runs: u32,
    /// Their rows.
    pub users: u64,
    /// What the judge found.
    pub verdict: Verdict,
    /// The most rows that were ever between intent and outcome.
    pub widest: usize,
    /// How often the page died.
    pub crashes: u32,
    /// How often somebody resumed.
    pub resumes: u32,
    /// How many runs were stopped.
    pub stopped: u32,
    /// How many runs took another one back.
    pub undone: u32,
    /// PUTs that left.
    pub puts: u64,
    /// GETs that left.
    pub gets: u64,
    /// Answers 401.
    pub unauthorized: u64,
    /// How long it took, by its own clock.
    pub took: Millis,
    /// How many rows ended in each state, in the order of [`RowState::ALL`].
    pub states: [u64; RowState::ALL.len()],
    /// Everything that must never happen, and did.
    pub violations: Vec<String>,
}

impl Outcome {
    /// The sum of two.
    pub fn add(&mut self, other: &Self) {
        self.runs += other.runs;
        self.users += other.users;
        self.verdict.add(other.verdict);
        self.widest = self.widest.max(other.widest);
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

    fn take(&mut self, over: &Over, verdict: Verdict) {
        self.runs += 1;
        self.users += over.run.rows().len() as u64;
        self.verdict.add(verdict);
        self.widest = self.widest.max(*over.faulty_journal.widest.borrow());
        self.crashes += over.crashes;
        self.resumes += over.resumes;
        self.stopped += u32::from(over.is_stopped);
        for (sum, state) in self.states.iter_mut().zip(RowState::ALL) {
            *sum += u64::from(over.run.tally().of(state));
        }
    }
}

/// Plays what a seed has in store. `users` is how many users there are, if that is not left to chance.
pub fn play(seed: u64, users: Option<u32>) -> Outcome {
    let mut dice = Dice::new(seed);
    let scenario = Scenario::draw(&mut dice, users);
    play_scenario(scenario, seed, dice)
}

/// Plays a scenario.
pub fn play_scenario(scenario: Scenario, seed: u64, dice: Dice) -> Outcome {
    let is_undone = scenario.is_undone;
    let world = Rc::new(World::new(scenario, seed, dice));
    let clock = Rc::clone(&world.clock);
    let played = Rc::clone(&world);
    let mut outcome = clock.run(async move {
        let mut outcome = Outcome::default();
        let plan = plan(&played);
        let since = played.clock.wall();
        let over = live(Rc::clone(&played), plan).await;
        outcome.take(&over, judge(&played, &over, since));
        if is_undone && played.violations.borrow().is_empty() {
            undo(&played, &over, &mut outcome).await;
        }
        outcome
    });
    let traffic = world.traffic.get();
    (outcome.puts, outcome.gets, outcome.unauthorized) = (traffic.puts, traffic.gets, traffic.unauthorized);
    outcome.took = world.clock.now();
    outcome.violations = world.violations.take();
    outcome
}

/// Everyone, in the order of their creation.
fn plan(world: &World) -> Plan {
    let sandbox = world.sandbox.borrow();
    let scenario = world.scenario.borrow();
    let mut dice = world.dice.borrow_mut();
    let read_at = world.clock.wall();
    let row = |user| {
        // Of some nobody could read what they had.
        let from = if dice.happens(20) { Mfa::Unknown } else { Mfa::from(!scenario.to) };
        PlannedRow { user: UserId(user), from, read_at }
    };
    Plan {
        environment: EnvironmentId(sandbox.environment_id()),
        to: scenario.to,
        made_at: read_at,
        rows: sandbox.user_ids().map(row).collect(),
        left_out: vec![],
        reference: String::new(),
        stops: scenario.stops,
        reason: String::new(),
        undoes: None,
    }
}

/// Everyone who is there, as a list that was read just now has them.
fn fresh(world: &World) -> UserStore {
    let sandbox = world.sandbox.borrow();
    let mut users = UserStore::default();
    for id in sandbox.user_ids() {
        let mfa = sandbox.mfa_enabled(id).map_or(Mfa::Unknown, Mfa::from);
        let user = User {
            id: UserId(id),
            username: id.to_string(),
            name: Name::default(),
            email: None,
            external_id: None,
            population: None,
            account: Account::Enabled,
            created_at: None,
            last_sign_on: None,
            mfa,
        };
        users.learn(&user, &str::to_lowercase);
    }
    users
}

async fn undo(world: &Rc<World>, over: &Over, outcome: &mut Outcome) {
    world.life.borrow_mut().is_stopped = false;
    let proposal = Proposal::undo(over.run.plan(), over.run.rows());
    let wait = proposal.settles_in(Policy::default().settle, world.clock.wall());
    world.clock.sleep_until(world.clock.now() + wait).await;
    world.catch_up();
    let (before, now) = (fresh(world), world.clock.wall());
    let first = over.run.plan();
    let guard = Guard::default();
    let fresh = FreshValues { users: &before, read_at: &|_| Some(now), is_unread: &|_| false, guard: &guard };
    let plan = proposal.preview(&fresh, Choices::ALL, now).plan;
    let taken: HashSet<Uuid> = plan.rows.iter().map(|row| row.user.0).collect();
    for (row, planned) in over.run.rows().iter().zip(&first.rows) {
        let flag = before.find(planned.user).map(|row| before.mfa(row));
        let was_ours = row.state == RowState::Changed && planned.from == Mfa::from(!first.to);
        let is_due = was_ours && flag == Some(Mfa::from(first.to));
        if is_due != taken.contains(&planned.user.0) {
            world.violated(format!("to be taken back: {is_due}, and the plan says otherwise: {row:?}"));
        }
    }
    let others = plan.left_out.iter().filter(|left| left.why == Exclusion::ChangedBySomeoneElse);
    if others.into_iter().any(|left| taken.contains(&left.user.0)) {
        world.violated("somebody else's change is to be taken back");
    }
    if plan.rows.is_empty() {
        return;
    }
    let back = live(Rc::clone(world), plan).await;
    outcome.undone += 1;
    let verdict = judge(world, &back, now);
    outcome.take(&back, verdict);
}
