//! Plays one run per seed, each in its own tenant, under all kinds of faults between two real sockets.

use std::time::Duration;

use pingone::time::Timestamp;
use pingone_mfa_core::run::row::{RowCounts, RowState};
use pingone_mfa_e2e::{Page, World};
use pingone_mfa_soak::judge::{History, Verdict};
use pingone_mfa_testkit::random::Dice;
use pingone_sandbox::Behavior;
use pingone_sandbox::server::now;
use tokio::time::{Instant, sleep};

use crate::person::{self, POLL_INTERVAL};
use crate::scenario::Scenario;

/// After this time no more faults happen.
const FAULTS_END: Duration = Duration::from_secs(90);

/// A run that hasn't finished after this time hangs.
const TIMEOUT: Duration = Duration::from_mins(5);

/// Totals over all runs that were played.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Outcome {
    pub(crate) runs: u32,
    pub(crate) users: u64,
    pub(crate) verdict: Verdict,
    pub(crate) puts: u64,
    pub(crate) gets: u64,
    pub(crate) reloads: u32,
    /// Number of rows per final state, in the order of [`RowState::ALL`].
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

/// Plays the run of a seed. Returns its outcome and the violations found. Panics if an element of the page isn't found.
pub(crate) async fn play(seed: u64) -> (Outcome, Vec<String>) {
    let mut dice = Dice::new(seed);
    let mut scenario = Scenario::draw(&mut dice);
    let config = person::config(scenario.write);
    let world = World::seeded(seed, scenario.users, scenario.populations, config).await;
    person::set_all_users(&world, !scenario.to);
    let page = world.open().await;
    person::connect(&world, &page).await;
    person::review(&world, &page, scenario.to).await;
    inject_faults(&world, &scenario);
    let since = Timestamp(now().0);
    page.start_reviewed_run().await;
    let reloads = operate(&world, &page, &mut scenario, &mut dice).await;
    let file = person::save_report(&world, &page).await;
    let (mut outcome, violations) = judge(&world, file, since);
    outcome.reloads = reloads;
    (outcome, violations)
}

fn inject_faults(world: &World, scenario: &Scenario) {
    let mut sandbox = world.sandbox();
    sandbox.set_behavior(scenario.behavior.clone()).expect("the sandbox accepts this behavior");
    for rule in &scenario.rules {
        sandbox.add_fault(rule.clone()).expect("the sandbox accepts this rule");
    }
}

fn remove_faults(world: &World) {
    let mut sandbox = world.sandbox();
    sandbox.clear_faults();
    sandbox.set_behavior(Behavior::default()).expect("the sandbox accepts this behavior");
}

/// Operates the page until the run is finished, while other clients change users and the page is sometimes
/// reloaded. Returns the number of reloads.
async fn operate(world: &World, page: &Page, scenario: &mut Scenario, dice: &mut Dice) -> u32 {
    let users: Vec<_> = world.sandbox().user_ids().collect();
    let mut others = scenario.others(dice, &users);
    let (began, mut reloads, mut is_faultless) = (Instant::now(), 0, false);
    loop {
        let passed = began.elapsed();
        while let Some((_, change)) = others.pop_front_if(|(when, _)| *when <= passed) {
            world.sandbox().apply_background_change(change, now());
        }
        if passed > FAULTS_END && !is_faultless {
            remove_faults(world);
            is_faultless = true;
        }
        assert!(passed < TIMEOUT, "the run doesn't end:\n{}", page.text().await);
        if scenario.reloads.pop_front_if(|when| *when <= passed).is_some() {
            reloads += 1;
            reload(world, page, scenario).await;
        }
        if person::advance(page).await {
            return reloads;
        }
        if dice.happens(scenario.pauses) {
            person::press_if_there(page, "Pause").await;
        }
        sleep(POLL_INTERVAL).await;
    }
}

/// Reloads the page. The faults are suspended meanwhile because they would also affect lists, which aren't tested here.
async fn reload(world: &World, page: &Page, scenario: &Scenario) {
    remove_faults(world);
    page.reload().await;
    if person::reconnect(world, page).await.is_none() {
        // The plan wasn't stored yet, so nothing was sent.
        person::review(world, page, scenario.to).await;
        page.start_reviewed_run().await;
    }
    inject_faults(world, scenario);
}

/// Compares a report with what happened in the sandbox.
pub(crate) fn judge(world: &World, file: Vec<u8>, since: Timestamp) -> (Outcome, Vec<String>) {
    let report = person::read(file);
    let mut sandbox = world.sandbox();
    sandbox.settle(now());
    let violations = std::cell::RefCell::new(Vec::new());
    let history = History { sandbox: &sandbox, plan: &report.plan, since };
    let verdict = history.judge(&report.rows, true, &|what| violations.borrow_mut().push(what));
    let mut violations = violations.into_inner();
    if sandbox.check_consistency(now()).is_err() {
        violations.push("the sandbox disagrees with itself".to_owned());
    }
    if verdict.outside > 0 {
        violations.push(format!("{} writes outside the plan", verdict.outside));
    }
    let tally: RowCounts = report.counts();
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
