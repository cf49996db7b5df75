//! The page during a run of very many users: no task over 50 ms, and little memory.

use std::time::Duration;

use pingone_mfa_e2e::Page;
use serde_json::Value;
use tokio::time::{Instant, sleep};

use crate::course::grouped;
use crate::hand::{self, Outcome};

use super::ground::{Ground, LIFTED};
use super::table::{down, judged, up};

const USERS: u32 = 100_000;

/// A run of so many takes some seven minutes.
const PATIENCE: Duration = Duration::from_mins(20);

/// Looking costs the page, and the sandbox, little time.
const STEP: Duration = Duration::from_secs(2);

/// Tasks that the browser calls long, with the time when they began.
const WATCH: &str = "(() => {
  const tasks = globalThis.tasks = [];
  new PerformanceObserver((list) => {
    for (const { startTime, duration } of list.getEntries()) tasks.push([startTime, duration]);
  }).observe({ type: 'longtask' });
})()";

const IS_OVER: &str =
    "document.querySelector('pingone-mfa').shadowRoot.querySelector('.run-result') !== null";

/// A part of the page's work.
struct Part {
    name: &'static str,
    /// The tasks over 50 ms in it, in milliseconds.
    tasks: Vec<f64>,
    /// In megabytes, after collection.
    memory: f64,
}

pub(super) async fn measure(is_quick: bool) -> Outcome<String> {
    let users = if is_quick { USERS / 10 } else { USERS };
    let ground = Ground::lay(users, Some(LIFTED)).await?;
    ground.world.sandbox().clear_seen();
    let page = hand::open_product(&ground.world).await?;
    ground.list(&page).await?;
    hand::value(&page, WATCH, Value::Null).await?;
    let mut parts = vec![part("the list is read", &page).await?];
    ground.preview(&page).await?;
    parts.push(part("reviewed", &page).await?);
    ground.start(&page).await;
    parts.push(part("the test user is done", &page).await?);
    ground.world.sandbox().clear_seen();
    // Whoever watches the requests go by has the page do the most.
    page.press_beginning("button", "Exchanges (").await;
    page.press("button", "Go on").await;
    let began = Instant::now();
    until(|| async { Ok(ground.stored_at().is_some()) }).await?;
    let per_second = f64::from(users) / began.elapsed().as_secs_f64();
    parts.push(part("everyone is written", &page).await?);
    until(|| async { Ok(hand::value(&page, IS_OVER, Value::Null).await? == Value::Bool(true)) }).await?;
    parts.push(part("everyone is read back", &page).await?);
    page.press("radio", "JSON").await;
    let downloads = ground.world.downloads().await;
    page.press("button", "Save report").await;
    downloads.bytes("", ".json").await;
    parts.push(part("the report is saved", &page).await?);
    page.press("button", "Close").await;
    page.see("button", "Show").await;
    parts.push(part("the run is closed, and found in the journal", &page).await?);
    Ok(told(users, per_second, &parts))
}

/// What the page did until now, since this was last asked. Collecting is a task too, which is nobody's.
async fn part(name: &'static str, page: &Page) -> Outcome<Part> {
    // What was observed last is told a moment later.
    sleep(STEP).await;
    let tasks = hand::value(page, "globalThis.tasks.splice(0)", Value::Null).await?;
    let memory = hand::megabytes(page).await?;
    sleep(STEP).await;
    hand::value(page, "globalThis.tasks.splice(0)", Value::Null).await?;
    let tasks = tasks.as_array().into_iter().flatten().filter_map(|task| task[1].as_f64()).collect();
    Ok(Part { name, tasks, memory })
}

async fn until<F: Future<Output = Outcome<bool>>>(is_so: impl Fn() -> F) -> Outcome<()> {
    let deadline = Instant::now() + PATIENCE;
    while Instant::now() < deadline {
        if is_so().await? {
            return Ok(());
        }
        sleep(STEP).await;
    }
    Err(format!("the run did not end within {} s", PATIENCE.as_secs()).into())
}

fn told(users: u32, per_second: f64, parts: &[Part]) -> String {
    let rows = parts.iter().map(|part| {
        let (tasks, worst) = (part.tasks.len(), up(longest(part), 1));
        format!("| {} | {tasks} | {worst} ms | {} MB |\n", part.name, up(part.memory, 1))
    });
    let worst = parts.iter().skip(1).map(longest).fold(0.0, f64::max);
    let before = parts.first().map_or(0.0, |part| part.memory);
    let growth = parts.iter().map(|part| part.memory - before).fold(0.0, f64::max);
    format!(
        "## The page during a run of {} users\n\n{} users a second. Memory is that of the heap, of arrays and of \
         WebAssembly, after collection.\n\n| until | tasks over 50 ms | the longest | memory |\n|-|-:|-:|-:|\n{}\n\
         Goal: no task over 50 ms: {}\n\nGoal: memory grows by at most 30 MB: {}\n",
        grouped(users),
        down(per_second, 1),
        rows.collect::<String>(),
        judged(worst <= 50.0, &format!("{} ms", up(worst, 1))),
        judged(growth <= 30.0, &format!("{} MB", up(growth, 1))),
    )
}

fn longest(part: &Part) -> f64 {
    part.tasks.iter().copied().fold(0.0, f64::max)
}
