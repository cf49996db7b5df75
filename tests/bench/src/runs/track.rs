//! One contender's way through one course.

use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::sync::MutexGuard;
use std::time::Duration;

use pingone_sandbox::server::now;
use pingone_sandbox::{Behaviour, Fault, NoisyNeighbor, On, Rule, Sandbox, Seen, TokenSpec};
use serde_json::json;
use tokio::io::AsyncWriteExt;
use tokio::process::Command;
use tokio::time::{Instant, sleep, sleep_until};

use super::course::{Contender, Course, LIMIT, LOW, NEIGHBOUR};
use super::ground::{Ground, LIFTED, is_good};
use crate::course::serve_pages;
use crate::hand::{self, Outcome};

/// Before every delayed answer, in milliseconds.
const LATENCY: u64 = 20;

/// How long a run may take.
const PATIENCE: Duration = Duration::from_mins(4);

const STEP: Duration = Duration::from_millis(200);

/// When the limit falls, when it comes back, and when nobody looks any more, after "Go on".
const FALLS: Duration = Duration::from_secs(30);
const RISES: Duration = Duration::from_secs(75);
const ENDS: Duration = Duration::from_secs(112);

/// Over so long, in milliseconds, a new pace is looked for.
const WINDOW: i64 = 2000;

/// What was measured of one run.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Measured {
    /// Users changed a second, from the first PUT to the last stored outcome.
    pub(super) per_second: f64,
    /// The refused part of what the limit counted.
    pub(super) refused: f64,
    /// Seconds until the new pace after the limit fell, and after it came back.
    pub(super) followed: Option<(f64, f64)>,
    /// How often the other client of the licence asked, and was refused.
    pub(super) neighbour: Option<(u32, u32)>,
}

/// A ground with a course on it.
pub(super) struct Track {
    course: Course,
    ground: Ground,
}

impl Track {
    /// One contender's way through a course of so many users.
    pub(super) async fn measure(course: Course, contender: Contender, users: u32) -> Outcome<Measured> {
        let track = Self::lay(course, users).await?;
        match contender {
            Contender::Pool => track.pool().await,
            Contender::Script => track.script().await,
            Contender::Page => track.page().await,
        }
    }

    async fn lay(course: Course, users: u32) -> Outcome<Self> {
        let ground = Ground::lay(users, course.is_lifted().then_some(LIFTED)).await?;
        let track = Self { course, ground };
        for method in course.delayed() {
            let on = On { method: Some((*method).to_owned()), ..On::default() };
            let fault = Fault::Delay { millis: LATENCY };
            track.sandbox().go_wrong(Rule { on, share: 1.0, skip: 0, times: None, fault })?;
        }
        Ok(track)
    }

    fn sandbox(&self) -> MutexGuard<'_, Sandbox> {
        self.ground.world.sandbox()
    }

    async fn pool(&self) -> Outcome<Measured> {
        let origin = serve_pages(&self.ground.world).await?;
        let page = self.ground.world.visit(&format!("{origin}/pages/pool.html")).await;
        hand::equip(&page).await?;
        let token = self.ground.world.token(&TokenSpec::default());
        let given =
            json!({"environment": self.ground.environment(), "token": token, "users": self.ground.ids()});
        self.begin()?;
        let changed = hand::number(&page, "contender.change(given)", given).await?;
        self.measured(changed.ok_or("the pool told nothing")?)
    }

    async fn script(&self) -> Outcome<Measured> {
        let python = std::env::var("PINGONE_MFA_PYTHON").map_err(|_| "there is no Python with requests")?;
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("sequential.py");
        let mut lines = vec![self.ground.environment(), self.ground.world.token(&TokenSpec::default())];
        lines.extend(self.ground.ids());
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
        let page = self.ground.world.open().await;
        self.ground.review(&page).await?;
        self.begin()?;
        page.press("button", "Go on").await;
        let went_on = Instant::now();
        match self.course {
            Course::Drop => self.changing_limit(went_on).await?,
            Course::Neighbour => return self.beside_neighbour().await,
            _ => self.until_stored().await?,
        }
        self.measured_run(went_on)
    }

    /// From here on it counts, and the limit holds.
    fn begin(&self) -> Outcome<()> {
        let mut sandbox = self.sandbox();
        sandbox.clear_seen();
        Ok(sandbox.behave(self.course.behaviour())?)
    }

    fn limit_to(&self, rate: f64) -> Outcome<()> {
        Ok(self.sandbox().behave(Behaviour { rate: Some(rate), ..self.course.behaviour() })?)
    }

    async fn until_stored(&self) -> Outcome<()> {
        let deadline = Instant::now() + PATIENCE;
        while Instant::now() < deadline {
            if self.ground.stored_at().is_some() {
                return Ok(());
            }
            sleep(STEP).await;
        }
        Err(format!("the run did not end within {} s", PATIENCE.as_secs()).into())
    }

    /// The limit falls and comes back. The run doesn't have to end.
    async fn changing_limit(&self, went_on: Instant) -> Outcome<()> {
        sleep_until(went_on + FALLS).await;
        self.limit_to(LOW)?;
        sleep_until(went_on + RISES).await;
        self.limit_to(LIMIT)?;
        sleep_until(went_on + ENDS).await;
        Ok(())
    }

    async fn beside_neighbour(&self) -> Outcome<Measured> {
        let (mut asked, mut refused) = (0, 0);
        let token = self.ground.world.token(&TokenSpec::default());
        let environment = self.sandbox().environment_id();
        let request = http::Request::get(format!("/v1/environments/{environment}"))
            .header("authorization", format!("Bearer {token}"))
            .extension(NoisyNeighbor("another client's".to_owned()))
            .body(Vec::new())?;
        let other = async {
            let mut ticks = tokio::time::interval(Duration::from_secs(1) / NEIGHBOUR);
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
        Ok(Measured { neighbour: Some((asked, refused)), ..self.measured(f64::from(self.ground.users - 1))? })
    }

    fn measured_run(&self, went_on: Instant) -> Outcome<Measured> {
        if self.course != Course::Drop {
            // Without the test user.
            return self.measured(f64::from(self.ground.users - 1));
        }
        let began = now().0 - i64::try_from(went_on.elapsed().as_millis())?;
        let sandbox = self.sandbox();
        let good: Vec<i64> =
            sandbox.seen().iter().filter(|seen| is_good(seen)).map(|seen| seen.at.0).collect();
        let follow = |change: Duration, end: Duration, rate: f64, share: f64| {
            let from = began + i64::try_from(change.as_millis()).unwrap_or_default();
            let until = began + i64::try_from(end.as_millis()).unwrap_or_default();
            followed(&good, from, until, rate * (1.0 - share), rate * (1.0 + share))
        };
        let down = follow(FALLS, RISES, LOW, 0.2).ok_or("the pace did not follow the limit down")?;
        let up = follow(RISES, ENDS, LIMIT, 0.1).ok_or("the pace did not follow the limit up")?;
        let refused = refused(sandbox.seen(), self.course);
        #[expect(clippy::cast_precision_loss, reason = "some thousands")]
        let per_second = good.len() as f64 / went_on.elapsed().as_secs_f64();
        Ok(Measured { per_second, refused, followed: Some((down, up)), neighbour: None })
    }

    /// What the sandbox saw of somebody who is done, and says that so many were changed.
    fn measured(&self, changed: f64) -> Outcome<Measured> {
        let until = self.ground.stored_at().ok_or("not everyone was changed")?;
        let sandbox = self.sandbox();
        if let Some(left) = sandbox.user_ids().find(|id| sandbox.mfa_enabled(*id) != Some(true)) {
            return Err(format!("{left} was not changed").into());
        }
        let first = sandbox.seen().iter().find(|seen| seen.method == http::Method::PUT);
        let from = first.ok_or("nothing was sent")?.at.0;
        #[expect(clippy::cast_precision_loss, reason = "some minutes")]
        let per_second = changed * 1000.0 / (until - from) as f64;
        Ok(Measured { per_second, refused: refused(sandbox.seen(), self.course), ..Measured::default() })
    }
}

fn refused(seen: &[Seen], course: Course) -> f64 {
    let preflights_count = course.behaviour().preflights_count;
    let counted = seen.iter().filter(|seen| preflights_count || seen.method != http::Method::OPTIONS);
    let (refused, all) = counted
        .fold((0_u32, 0_u32), |(refused, all), seen| (refused + u32::from(seen.status == 429), all + 1));
    f64::from(refused) / f64::from(all.max(1))
}

/// Seconds after `from` until the end of the first window in which so many users a second were changed.
fn followed(good: &[i64], from: i64, until: i64, least: f64, most: f64) -> Option<f64> {
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
    fn a_new_pace_is_found_at_the_end_of_the_first_window_that_has_it() {
        // 50 a second for 10 s, then 5 a second.
        let good: Vec<i64> = (0..500).map(|n| n * 20).chain((0..50).map(|n| 10_000 + n * 200)).collect();
        assert_eq!(followed(&good, 10_000, 20_000, 4.0, 6.0), Some(2.0));
        assert_eq!(followed(&good, 10_000, 20_000, 45.0, 55.0), None);
    }
}
