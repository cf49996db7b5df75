//! One seed, one tenant, one run under everything that can go wrong between two real sockets.

use std::time::Duration;

use pingone_mfa_core::domain::row::{RowCounts, RowState};
use pingone_mfa_core::domain::time::Timestamp;
use pingone_mfa_e2e::{Page, World};
use pingone_mfa_soak::dice::Dice;
use pingone_mfa_soak::judge::{History, Verdict};
use pingone_sandbox::Behaviour;
use pingone_sandbox::server::now;
use tokio::time::{Instant, sleep};

use crate::person::{self, GLANCE};
use crate::scenario::Scenario;

/// From then on nothing goes wrong any more.
const HEALS: Duration = Duration::from_secs(90);

/// A run that hasn't ended by then hangs.
const ENDS: Duration = Duration::from_mins(5);

/// What came of runs.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Outcome {
    pub(crate) runs: u32,
    pub(crate) users: u64,
    pub(crate) verdict: Verdict,
    pub(crate) puts: u64,
    pub(crate) gets: u64,
    pub(crate) reloads: u32,
    /// How many rows ended in each state, in the order of [`RowState::ALL`].
    pub(crate) states: [u64; RowState::ALL.len()],
}

impl Outcome {
    pub(crate) fn add(&mut self, other: &Self) {
        self.runs += other.runs;
        self.users += other.users;
        self.verdict.add(other.verdict);
        self.puts += other.puts;
        self.gets += other.gets;
        self.reloads += other.reloads;
        self.states.iter_mut().zip(other.states).for_each(|(sum, other)| *sum += other);
    }
}

/// Plays what a seed has in store: what came of it, and what must never happen and did. A page on which something isn't
/// found panics.
pub(crate) async fn play(seed: u64) -> (Outcome, Vec<String>) {
    let mut dice = Dice::new(seed);
    let mut scenario = Scenario::draw(&mut dice);
    let config = person::config(scenario.write);
    let world = World::seeded(seed, scenario.users, scenario.populations, config).await;
    person::everyone_has(&world, !scenario.to);
    let page = world.open().await;
    person::connect(&world, &page).await;
    person::review(&world, &page, scenario.to).await;
    goes_wrong(&world, &scenario);
    let since = Timestamp(now().0);
    page.press_beginning("button", "Run ").await;
    let reloads = sit(&world, &page, &mut scenario, &mut dice).await;
    let file = person::save_report(&world, &page).await;
    let (mut outcome, violations) = judge(&world, file, since);
    outcome.reloads = reloads;
    (outcome, violations)
}

fn goes_wrong(world: &World, scenario: &Scenario) {
    let mut sandbox = world.sandbox();
    sandbox.behave(scenario.behaviour.clone()).expect("a behaviour that can be meant");
    for rule in &scenario.rules {
        sandbox.go_wrong(rule.clone()).expect("a rule that can be meant");
    }
}

fn heals(world: &World) {
    let mut sandbox = world.sandbox();
    sandbox.heal();
    sandbox.behave(Behaviour::default()).expect("a behaviour that can be meant");
}

/// Sits at the page until the run is over, while others change users, and loads it anew now and then: how often.
async fn sit(world: &World, page: &Page, scenario: &mut Scenario, dice: &mut Dice) -> u32 {
    let users: Vec<_> = world.sandbox().user_ids().collect();
    let mut others = scenario.others(dice, &users);
    let (began, mut reloads, mut is_healed) = (Instant::now(), 0, false);
    loop {
        let passed = began.elapsed();
        while let Some((_, happening)) = others.pop_front_if(|(when, _)| *when <= passed) {
            world.sandbox().happen(happening, now());
        }
        if passed > HEALS && !is_healed {
            heals(world);
            is_healed = true;
        }
        assert!(passed < ENDS, "the run doesn't end:\n{}", page.text().await);
        if scenario.reloads.pop_front_if(|when| *when <= passed).is_some() {
            reloads += 1;
            reload(world, page, scenario).await;
        }
        if person::look(page).await {
            return reloads;
        }
        if dice.happens(scenario.pauses) {
            person::press_if_there(page, "Pause").await;
        }
        sleep(GLANCE).await;
    }
}

/// The faults strike lists too, which nobody here tests: meanwhile they rest.
async fn reload(world: &World, page: &Page, scenario: &Scenario) {
    heals(world);
    page.reload().await;
    if person::come_back(world, page).await.is_none() {
        // The plan was not stored yet: nothing was sent.
        person::review(world, page, scenario.to).await;
        page.press_beginning("button", "Run ").await;
    }
    goes_wrong(world, scenario);
}

/// Holds a report against what happened.
pub(crate) fn judge(world: &World, file: Vec<u8>, since: Timestamp) -> (Outcome, Vec<String>) {
    let report = person::read(file);
    let mut sandbox = world.sandbox();
    sandbox.settle(now());
    let violations = std::cell::RefCell::new(Vec::new());
    let history = History { sandbox: &sandbox, plan: &report.plan, since };
    let verdict = history.judge(&report.rows, true, &|what| violations.borrow_mut().push(what));
    let mut violations = violations.into_inner();
    if sandbox.agrees(now()).is_err() {
        violations.push("the sandbox disagrees with itself".to_owned());
    }
    if verdict.outside > 0 {
        violations.push(format!("{} writes outside the plan", verdict.outside));
    }
    let tally: RowCounts = report.tally();
    let counts = sandbox.oracle().counts();
    let outcome = Outcome {
        runs: 1,
        users: report.rows.len() as u64,
        verdict,
        puts: counts.put,
        gets: counts.get,
        reloads: 0,
        states: RowState::ALL.map(|state| u64::from(tally.of(state))),
    };
    (outcome, violations)
}
