//! Runs one contender through one scenario.

use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::sync::MutexGuard;
use std::time::Duration;

use pingone_sandbox::server::now;
use pingone_sandbox::{Behavior, ClientAddress, Fault, On, Rule, Sandbox, Seen, TokenSpec};
use serde_json::json;
use tokio::io::AsyncWriteExt;
use tokio::process::Command;
use tokio::time::{Instant, sleep, sleep_until};

use crate::course::serve_pages;
use crate::hand::{self, Outcome};

use super::course::{Contender, LIMIT, LOW, NEIGHBOR, Scenario};
use super::ground::{Fixture, UNLIMITED, is_good};

/// Delay before each delayed response, in milliseconds.
const LATENCY: u64 = 20;

/// The time limit of a single run.
const PATIENCE: Duration = Duration::from_mins(4);

const STEP: Duration = Duration::from_millis(200);

/// Times after the run continues: when the limit falls, when it recovers, and when the measurement ends.
const LIMIT_FALLS: Duration = Duration::from_secs(30);
const LIMIT_RECOVERS: Duration = Duration::from_secs(75);
const MEASUREMENT_ENDS: Duration = Duration::from_secs(112);

/// Length of the window over which the new throughput is measured, in milliseconds.
const WINDOW: i64 = 2000;

#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Measured {
    /// Users changed per second, from the first PUT to the last stored outcome.
    pub(super) per_second: f64,
    /// Fraction of the requests counted by the limit that were refused.
    pub(super) refused: f64,
    /// Seconds until the throughput had adapted after the limit fell, and after it recovered.
    pub(super) adapted_after: Option<(f64, f64)>,
    /// Requests of the other client, and how many of them were refused.
    pub(super) neighbor: Option<(u32, u32)>,
}

/// A test world that is set up for a scenario.
pub(super) struct Trial {
    scenario: Scenario,
    fixture: Fixture,
}

impl Trial {
    /// Measures one contender in a scenario with this number of users.
    pub(super) async fn measure(scenario: Scenario, contender: Contender, users: u32) -> Outcome<Measured> {
        let trial = Self::prepare(scenario, users).await?;
        match contender {
            Contender::Pool => trial.pool().await,
            Contender::Script => trial.script().await,
            Contender::Page => trial.page().await,
        }
    }

    async fn prepare(scenario: Scenario, users: u32) -> Outcome<Self> {
        let fixture = Fixture::prepare(users, scenario.has_unlimited_rate().then_some(UNLIMITED)).await?;
        let trial = Self { scenario, fixture };
        for method in scenario.delayed() {
            let on = On { method: Some((*method).to_owned()), ..On::default() };
            let fault = Fault::Delay { millis: LATENCY };
            trial.sandbox().add_fault(Rule { on, share: 1.0, skip: 0, times: None, fault })?;
        }
        Ok(trial)
    }

    fn sandbox(&self) -> MutexGuard<'_, Sandbox> {
        self.fixture.world.sandbox()
    }

    async fn pool(&self) -> Outcome<Measured> {
        let origin = serve_pages(&self.fixture.world).await?;
        let page = self.fixture.world.visit(&format!("{origin}/pages/pool.html")).await;
        hand::install_instruments(&page).await?;
        let token = self.fixture.world.token(&TokenSpec::default());
        let given =
            json!({"environment": self.fixture.environment(), "token": token, "users": self.fixture.ids()});
        self.begin()?;
        let changed = hand::number(&page, "contender.change(given)", given).await?;
        self.measured(changed.ok_or("the pool told nothing")?)
    }

    async fn script(&self) -> Outcome<Measured> {
        let python = std::env::var("PINGONE_MFA_PYTHON").map_err(|_| "there is no Python with requests")?;
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("sequential.py");
        let mut lines = vec![self.fixture.environment(), self.fixture.world.token(&TokenSpec::default())];
        lines.extend(self.fixture.ids());
        self.begin()?;
        let mut child = Command::new(PathBuf::from(python))
            .arg(script)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .kill_on_drop(true)
            .spawn()?;
        let mut input = child.stdin.take().ok_or("the script takes no input")?;
        input.write_all(lines.join("\n").as_bytes()).await?;
        drop(input);
        let output = child.wait_with_output().await?;
        self.measured(String::from_utf8(output.stdout)?.trim().parse()?)
    }

    async fn page(&self) -> Outcome<Measured> {
        let page = self.fixture.world.open().await;
        self.fixture.review(&page).await?;
        self.begin()?;
        page.press_beginning("button", "Continue with ").await;
        let resumed = Instant::now();
        match self.scenario {
            Scenario::Drop => self.changing_limit(resumed).await?,
            Scenario::Neighbor => return self.beside_neighbor().await,
            _ => self.until_stored().await?,
        }
        self.measured_run(resumed)
    }

    /// Starts counting and applies the limit.
    fn begin(&self) -> Outcome<()> {
        let mut sandbox = self.sandbox();
        sandbox.clear_requests();
        Ok(sandbox.set_behavior(self.scenario.behavior())?)
    }

    fn limit_to(&self, rate: f64) -> Outcome<()> {
        Ok(self.sandbox().set_behavior(Behavior { rate: Some(rate), ..self.scenario.behavior() })?)
    }

    async fn until_stored(&self) -> Outcome<()> {
        let deadline = Instant::now() + PATIENCE;
        while Instant::now() < deadline {
            if self.fixture.stored_at().is_some() {
                return Ok(());
            }
            sleep(STEP).await;
        }
        Err(format!("the run did not end within {} s", PATIENCE.as_secs()).into())
    }

    /// Lets the limit fall and recover. The run doesn't have to finish.
    async fn changing_limit(&self, resumed: Instant) -> Outcome<()> {
        sleep_until(resumed + LIMIT_FALLS).await;
        self.limit_to(LOW)?;
        sleep_until(resumed + LIMIT_RECOVERS).await;
        self.limit_to(LIMIT)?;
        sleep_until(resumed + MEASUREMENT_ENDS).await;
        Ok(())
    }

    async fn beside_neighbor(&self) -> Outcome<Measured> {
        let (mut asked, mut refused) = (0, 0);
        let token = self.fixture.world.token(&TokenSpec::default());
        let environment = self.sandbox().environment_id();
        let request = http::Request::get(format!("/v1/environments/{environment}"))
            .header("authorization", format!("Bearer {token}"))
            .extension(ClientAddress("another client's".to_owned()))
            .body(Vec::new())?;
        let other = async {
            let mut ticks = tokio::time::interval(Duration::from_secs(1) / NEIGHBOR);
            loop {
                ticks.tick().await;
                let status = self.sandbox().handle(&request, now()).response.status();
                asked += 1;
                refused += u32::from(status.as_u16() == 429);
            }
        };
        tokio::select! {
            () = other => {}
            ended = self.until_stored() => ended?,
        }
        Ok(Measured { neighbor: Some((asked, refused)), ..self.measured(f64::from(self.fixture.users - 1))? })
    }

    fn measured_run(&self, resumed: Instant) -> Outcome<Measured> {
        if self.scenario != Scenario::Drop {
            // The pilot user was changed before the clock started.
            return self.measured(f64::from(self.fixture.users - 1));
        }
        let began = now().0 - i64::try_from(resumed.elapsed().as_millis())?;
        let sandbox = self.sandbox();
        let good: Vec<i64> =
            sandbox.seen().iter().filter(|seen| is_good(seen)).map(|seen| seen.at.0).collect();
        let follow = |change: Duration, end: Duration, rate: f64, share: f64| {
            let from = began + i64::try_from(change.as_millis()).unwrap_or_default();
            let until = began + i64::try_from(end.as_millis()).unwrap_or_default();
            adapted_after(&good, from, until, rate * (1.0 - share), rate * (1.0 + share))
        };
        let down =
            follow(LIMIT_FALLS, LIMIT_RECOVERS, LOW, 0.2).ok_or("the pace did not follow the limit down")?;
        let up = follow(LIMIT_RECOVERS, MEASUREMENT_ENDS, LIMIT, 0.1)
            .ok_or("the pace did not follow the limit up")?;
        let refused = refused(sandbox.seen(), self.scenario);
        #[expect(clippy::cast_precision_loss, reason = "some thousands")]
        let per_second = good.len() as f64 / resumed.elapsed().as_secs_f64();
        Ok(Measured { per_second, refused, adapted_after: Some((down, up)), neighbor: None })
    }

    /// The result of a finished contender that reports `changed` users, from the requests the sandbox received.
    fn measured(&self, changed: f64) -> Outcome<Measured> {
        let until = self.fixture.stored_at().ok_or("not everyone was changed")?;
        let sandbox = self.sandbox();
        if let Some(left) = sandbox.user_ids().find(|id| sandbox.mfa_enabled(*id) != Some(true)) {
            return Err(format!("{left} was not changed").into());
        }
        let first = sandbox.seen().iter().find(|seen| seen.method == http::Method::PUT);
        let from = first.ok_or("nothing was sent")?.at.0;
        #[expect(clippy::cast_precision_loss, reason = "some minutes")]
        let per_second = changed * 1000.0 / (until - from) as f64;
        Ok(Measured { per_second, refused: refused(sandbox.seen(), self.scenario), ..Measured::default() })
    }
}

fn refused(seen: &[Seen], scenario: Scenario) -> f64 {
    let preflights_count = scenario.behavior().preflights_count;
    let counted = seen.iter().filter(|seen| preflights_count || seen.method != http::Method::OPTIONS);
    let (refused, all) = counted
        .fold((0_u32, 0_u32), |(refused, all), seen| (refused + u32::from(seen.status == 429), all + 1));
    f64::from(refused) / f64::from(all.max(1))
}

/// Seconds after `from` until the end of the first window with a throughput from `least` to `most` users per second.
fn adapted_after(good: &[i64], from: i64, until: i64, least: f64, most: f64) -> Option<f64> {
    let ends = (from + WINDOW..=until).step_by(100);
    #[expect(clippy::cast_precision_loss, reason = "some thousands")]
    let pace = |end: i64| {
        let within = good.iter().filter(|at| (end - WINDOW..end).contains(*at)).count();
        within as f64 * 1000.0 / WINDOW as f64
    };
    let end = ends.into_iter().find(|end| (least..=most).contains(&pace(*end)))?;
    #[expect(clippy::cast_precision_loss, reason = "some minutes")]
    let seconds = (end - from) as f64 / 1000.0;
    Some(seconds)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_new_throughput_is_found_at_the_end_of_its_first_window() {
        // 50 per second for 10 s, then 5 per second.
        let good: Vec<i64> = (0..500).map(|n| n * 20).chain((0..50).map(|n| 10_000 + n * 200)).collect();
        assert_eq!(adapted_after(&good, 10_000, 20_000, 4.0, 6.0), Some(2.0));
        assert_eq!(adapted_after(&good, 10_000, 20_000, 45.0, 55.0), None);
    }
}
