//! Measures a run in a tab that is hidden for ten minutes, in a browser that throttles hidden tabs as usual: timers
//! run once a minute after five minutes.

use std::time::Duration;

use pingone_mfa_e2e::Page;
use pingone_sandbox::server::now;
use serde_json::Value;
use tokio::time::sleep;

use crate::hand::{self, Outcome};

use super::ground::{Fixture, is_good};
use super::table::{down, goal_verdict};

/// A rate limit at which the run always waits for its pacer and never for the network.
const RATE: &str = r#""rate":{"read":2000,"write":100,"max":2000}"#;

/// Timers in the page and its visibility changes, to prove that the browser really throttles the tab.
const CONTROL: &str = "(() => {
  const control = globalThis.control = { ticks: [], changes: [] };
  const tick = () => { control.ticks.push(Date.now()); setTimeout(tick, 250); };
  tick();
  document.addEventListener('visibilitychange', () => control.changes.push([Date.now(), document.visibilityState]));
})()";

/// Phases of the measurement after the run continues.
struct Phases {
    users: u32,
    /// Before the throughput is steady.
    warm_up: Duration,
    visible: Duration,
    /// Hidden but not measured yet: until the browser throttles the tab to the maximum.
    settle: Duration,
    hidden: Duration,
}

impl Phases {
    const fn new(is_quick: bool) -> Self {
        let [warm_up, visible, settle, hidden] = if is_quick { [10, 10, 10, 20] } else { [30, 60, 300, 300] };
        Self {
            users: if is_quick { 4_000 } else { 40_000 },
            warm_up: Duration::from_secs(warm_up),
            visible: Duration::from_secs(visible),
            settle: Duration::from_secs(settle),
            hidden: Duration::from_secs(hidden),
        }
    }
}

pub(super) async fn measure(is_quick: bool) -> Outcome<String> {
    let phases = Phases::new(is_quick);
    let mut fixture = Fixture::prepare(phases.users, Some(RATE)).await?;
    fixture.world.renew_browser_throttling().await;
    let page = fixture.world.open().await;
    fixture.review(&page).await?;
    hand::value(&page, CONTROL, Value::Null).await?;
    page.press_beginning("button", "Continue with ").await;
    let visible = pace(&fixture, phases.warm_up, phases.visible).await?;
    let tab = page.tab().await;
    page.new_tab("about:blank").await;
    let hidden = pace(&fixture, phases.settle, phases.hidden).await?;
    let until = now().0;
    page.show_tab(&tab).await;
    let control = hand::value(&page, "globalThis.control", Value::Null).await?;
    section(&page, &control, until, phases.hidden, visible, hidden).await
}

/// Users changed per second in a span that begins after a delay.
async fn pace(fixture: &Fixture, after: Duration, span: Duration) -> Outcome<f64> {
    sleep(after).await;
    let from = now().0;
    sleep(span).await;
    let until = now().0;
    let sandbox = fixture.world.sandbox();
    let within = |at: i64| (from..until).contains(&at);
    let changed = sandbox.seen().iter().filter(|seen| is_good(seen) && within(seen.at.0)).count();
    if changed == 0 {
        return Err("no user was changed in that time".into());
    }
    Ok(f64::from(u32::try_from(changed)?) / span.as_secs_f64())
}

async fn section(
    page: &Page,
    control: &Value,
    until: i64,
    span: Duration,
    visible: f64,
    hidden: f64,
) -> Outcome<String> {
    let from = until - i64::try_from(span.as_millis())?;
    let ticks = control["ticks"].as_array().into_iter().flatten().filter_map(Value::as_i64);
    let ticks = ticks.filter(|at| (from..until).contains(at)).count();
    let hidden_at = control["changes"].as_array().into_iter().flatten().find(|change| change[1] == "hidden");
    let hidden_at = hidden_at.and_then(|change| change[0].as_i64());
    if hidden_at.is_none_or(|at| at > from) {
        return Err(format!("the tab was not hidden: {}\n{}", control["changes"], page.text().await).into());
    }
    let part = hidden / visible;
    Ok(format!(
        "## A tab that is hidden for ten minutes\n\nceiling 100 requests a second; the last {} s of it, beside {} users a \
         second while it was shown. The browser slows hidden tabs down: the page's own timers of 250 ms ran {ticks} \
         times in that time.\n\n| users a second, shown | hidden | goal | |\n|-:|-:|-|-|\n| {} | {} | at least 0.90 of \
         the visible pace | {} |\n",
        span.as_secs(),
        down(visible, 1),
        down(visible, 1),
        down(hidden, 1),
        goal_verdict(part >= 0.90, &format!("{} of it", down(part, 3))),
    ))
}
