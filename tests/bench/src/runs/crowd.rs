//! Measures the page during a run of 100,000 users: long tasks and memory.

use std::time::Duration;

use pingone_mfa_e2e::Page;
use serde_json::Value;
use tokio::time::{Instant, sleep};

use crate::course::grouped;
use crate::hand::{self, Outcome};

use super::ground::{Fixture, UNLIMITED};
use super::table::{down, goal_verdict, up};

const USERS: u32 = 100_000;

/// Time limit of a run; one of this size takes about seven minutes.
const PATIENCE: Duration = Duration::from_mins(20);

/// Polling interval; polling costs the page and the sandbox little time.
const STEP: Duration = Duration::from_secs(2);

/// Records the tasks that the browser calls long, with their start times.
const WATCH: &str = "(() => {
  const tasks = globalThis.tasks = [];
  new PerformanceObserver((list) => {
    for (const { startTime, duration } of list.getEntries()) tasks.push([startTime, duration]);
  }).observe({ type: 'longtask' });
})()";

const IS_FINISHED: &str =
    "document.querySelector('pingone-mfa').shadowRoot.querySelector('.run-close') !== null";

/// A phase of the page's work.
struct Phase {
    name: &'static str,
    /// Durations of the tasks over 50 ms, in milliseconds.
    tasks: Vec<f64>,
    /// Megabytes after garbage collection.
    memory: f64,
}

pub(super) async fn measure(is_quick: bool) -> Outcome<String> {
    let users = if is_quick { USERS / 10 } else { USERS };
    let fixture = Fixture::prepare(users, Some(UNLIMITED)).await?;
    fixture.world.sandbox().clear_requests();
    let page = hand::open_product(&fixture.world).await?;
    fixture.list(&page).await?;
    hand::value(&page, WATCH, Value::Null).await?;
    let mut phases = vec![phase("the list is read", &page).await?];
    fixture.preview(&page).await?;
    phases.push(phase("reviewed", &page).await?);
    fixture.start(&page).await;
    phases.push(phase("the pilot user is changed", &page).await?);
    fixture.world.sandbox().clear_requests();
    page.press_beginning("button", "Continue with ").await;
    // The table of requests is the most expensive view during a run.
    page.press("tab", "Requests").await;
    let began = Instant::now();
    until(|| async { Ok(fixture.stored_at().is_some()) }).await?;
    let per_second = f64::from(users) / began.elapsed().as_secs_f64();
    phases.push(phase("everyone is written", &page).await?);
    until(|| async { Ok(hand::value(&page, IS_FINISHED, Value::Null).await? == Value::Bool(true)) }).await?;
    phases.push(phase("everyone is read back", &page).await?);
    page.press("tab", "Users").await;
    let downloads = fixture.world.downloads().await;
    page.save_report("JSON").await;
    downloads.bytes("", ".json").await;
    phases.push(phase("the report is saved", &page).await?);
    page.press("button", "Close").await;
    page.press("tab", "Runs").await;
    page.see("button", "Open").await;
    phases.push(phase("the run is closed, and found in the journal", &page).await?);
    Ok(section(users, per_second, &phases))
}

/// What the page did since the previous call. The garbage collection itself is a long task, which is discarded.
async fn phase(name: &'static str, page: &Page) -> Outcome<Phase> {
    // The observer reports the last tasks a moment later.
    sleep(STEP).await;
    let tasks = hand::value(page, "globalThis.tasks.splice(0)", Value::Null).await?;
    let memory = hand::megabytes(page).await?;
    sleep(STEP).await;
    hand::value(page, "globalThis.tasks.splice(0)", Value::Null).await?;
    let tasks = tasks.as_array().into_iter().flatten().filter_map(|task| task[1].as_f64()).collect();
    Ok(Phase { name, tasks, memory })
}

async fn until<F: Future<Output = Outcome<bool>>>(condition: impl Fn() -> F) -> Outcome<()> {
    let deadline = Instant::now() + PATIENCE;
    while Instant::now() < deadline {
        if condition().await? {
            return Ok(());
        }
        sleep(STEP).await;
    }
    Err(format!("the run did not end within {} s", PATIENCE.as_secs()).into())
}

fn section(users: u32, per_second: f64, phases: &[Phase]) -> String {
    let rows = phases.iter().map(|phase| {
        let (tasks, worst) = (phase.tasks.len(), up(longest(phase), 1));
        format!("| {} | {tasks} | {worst} ms | {} MB |\n", phase.name, up(phase.memory, 1))
    });
    let worst = phases.iter().skip(1).map(longest).fold(0.0, f64::max);
    let before = phases.first().map_or(0.0, |phase| phase.memory);
    let growth = phases.iter().map(|phase| phase.memory - before).fold(0.0, f64::max);
    format!(
        "## The page during a run of {} users\n\n{} users a second. Memory is that of the heap, of arrays and of \
         WebAssembly, after collection.\n\n| until | tasks over 50 ms | the longest | memory |\n|-|-:|-:|-:|\n{}\n\
         Goal: no task over 50 ms: {}\n\nGoal: memory grows by at most 30 MB: {}\n",
        grouped(users),
        down(per_second, 1),
        rows.collect::<String>(),
        goal_verdict(worst <= 50.0, &format!("{} ms", up(worst, 1))),
        goal_verdict(growth <= 30.0, &format!("{} MB", up(growth, 1))),
    )
}

fn longest(phase: &Phase) -> f64 {
    phase.tasks.iter().copied().fold(0.0, f64::max)
}
