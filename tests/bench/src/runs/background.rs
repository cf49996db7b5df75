//! A run in a tab that is hidden for ten minutes, in a browser that slows hidden tabs down as a person's does: their
//! timers fall to one a minute once they have been hidden for five minutes.

use std::time::Duration;

use pingone_mfa_e2e::Page;
use pingone_sandbox::server::now;
use serde_json::Value;
use tokio::time::sleep;

use crate::hand::{self, Outcome};

use super::ground::{Ground, is_good};
use super::table::{down, judged};

/// A ceiling that makes the run wait for its clock between any two users, and never for the network.
const RATE: &str = r#""rate":{"read":2000,"write":100,"max":2000}"#;

/// Timers of the page itself, and how often it was shown or hidden: what shows that the browser really slows it down.
const CONTROL: &str = "(() => {
  const control = globalThis.control = { ticks: [], changes: [] };
  const tick = () => { control.ticks.push(Date.now()); setTimeout(tick, 250); };
  tick();
  document.addEventListener('visibilitychange', () => control.changes.push([Date.now(), document.visibilityState]));
})()";

/// When what is measured, after the run goes on.
struct Times {
    users: u32,
    /// Until the pace is steady.
    rise: Duration,
    visible: Duration,
    /// Hidden, and not yet measured: until the browser slows the tab down as far as it ever does.
    fall: Duration,
    hidden: Duration,
}

impl Times {
    const fn new(is_quick: bool) -> Self {
        let [rise, visible, fall, hidden] = if is_quick { [10, 10, 10, 20] } else { [30, 60, 300, 300] };
        Self {
            users: if is_quick { 4_000 } else { 40_000 },
            rise: Duration::from_secs(rise),
            visible: Duration::from_secs(visible),
            fall: Duration::from_secs(fall),
            hidden: Duration::from_secs(hidden),
        }
    }
}

pub(super) async fn measure(is_quick: bool) -> Outcome<String> {
    let times = Times::new(is_quick);
    let mut ground = Ground::lay(times.users, Some(RATE)).await?;
    ground.world.renew_browser_throttling().await;
    let page = ground.world.open().await;
    ground.review(&page).await?;
    hand::value(&page, CONTROL, Value::Null).await?;
    page.press("button", "Go on").await;
    let visible = pace(&ground, times.rise, times.visible).await?;
    let tab = page.tab().await;
    page.new_tab("about:blank").await;
    let hidden = pace(&ground, times.fall, times.hidden).await?;
    let until = now().0;
    page.show_tab(&tab).await;
    let control = hand::value(&page, "globalThis.control", Value::Null).await?;
    told(&page, &control, until, times.hidden, visible, hidden).await
}

/// Users changed a second in a span that begins after a while.
async fn pace(ground: &Ground, after: Duration, span: Duration) -> Outcome<f64> {
    sleep(after).await;
    let from = now().0;
    sleep(span).await;
    let until = now().0;
    let sandbox = ground.world.sandbox();
    let within = |at: i64| (from..until).contains(&at);
    let changed = sandbox.seen().iter().filter(|seen| is_good(seen) && within(seen.at.0)).count();
    if changed == 0 {
        return Err("nobody was changed in that time".into());
    }
    Ok(f64::from(u32::try_from(changed)?) / span.as_secs_f64())
}

async fn told(
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
        judged(part >= 0.90, &format!("{} of it", down(part, 3))),
    ))
}
