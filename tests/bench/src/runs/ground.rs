//! A test world in which MFA is off for all users, and the steps in the page up to a run of all of them.

use std::time::Duration;

use pingone_mfa_e2e::{Page, World};
use pingone_sandbox::page::config_json;
use pingone_sandbox::server::now;
use pingone_sandbox::{Populations, Seen, TokenSpec};
use tokio::time::{Instant, sleep};

use crate::course::grouped;
use crate::hand::Outcome;

/// A config.json setting that removes the page's rate limits.
pub(super) const UNLIMITED: &str = r#""rate":{"read":2000,"write":2000,"max":2000}"#;

/// Time limit for something to appear in our page.
const PATIENCE: Duration = Duration::from_mins(4);

const STEP: Duration = Duration::from_millis(200);

pub(super) struct Fixture {
    pub(super) users: u32,
    pub(super) world: World,
}

impl Fixture {
    /// Starts a world whose config.json sets the rate limits to `rate`, or leaves the defaults.
    pub(super) async fn prepare(users: u32, rate: Option<&'static str>) -> Outcome<Self> {
        let config = move |origin: &str| {
            let config = config_json(origin);
            rate.map_or_else(|| config.clone(), |rate| config.replacen('{', &format!("{{{rate},"), 1))
        };
        let world = World::populated(users, Populations::Usual, config).await;
        let fixture = Self { users, world };
        fixture.turn_mfa_off_for_all()?;
        Ok(fixture)
    }

    pub(super) fn environment(&self) -> String {
        let environment = self.world.sandbox().environment_id();
        format!("{}/v1/environments/{environment}", self.world.api_origin)
    }

    pub(super) fn ids(&self) -> Vec<String> {
        self.world.sandbox().user_ids().map(|id| id.to_string()).collect()
    }

    fn turn_mfa_off_for_all(&self) -> Outcome<()> {
        let token = self.world.token(&TokenSpec::default());
        let environment = self.world.sandbox().environment_id();
        for id in self.ids() {
            let request = http::Request::put(format!("/v1/environments/{environment}/users/{id}/mfaEnabled"))
                .header("authorization", format!("Bearer {token}"))
                .header("content-type", "application/json")
                .body(br#"{"mfaEnabled":false}"#.to_vec())?;
            let status = self.world.sandbox().handle(&request, now()).response.status();
            if !status.is_success() {
                return Err(format!("a user can't be prepared: {status}").into());
            }
        }
        Ok(())
    }

    /// All steps until the run has changed its pilot user and waits.
    pub(super) async fn review(&self, page: &Page) -> Outcome<()> {
        self.list(page).await?;
        self.preview(page).await?;
        self.start(page).await;
        Ok(())
    }

    /// Connects and loads the list. A small list is loaded automatically.
    pub(super) async fn list(&self, page: &Page) -> Outcome<()> {
        page.connect(&self.world.token(&TokenSpec::default())).await;
        let select_all = format!("Select all {} users", grouped(self.users));
        let deadline = Instant::now() + PATIENCE;
        let mut is_requested = false;
        while Instant::now() < deadline {
            if page.find("checkbox", &select_all).await.is_some() {
                return Ok(());
            }
            if !is_requested && !page.names("button", "Load all").await.is_empty() {
                page.press_beginning("button", "Load all").await;
                is_requested = true;
            }
            sleep(STEP).await;
        }
        Err("the list was not read".into())
    }

    /// Selects all users and reviews the change, up to the button that starts it.
    pub(super) async fn preview(&self, page: &Page) -> Outcome<()> {
        let users = grouped(self.users);
        page.press("checkbox", &format!("Select all {users} users")).await;
        page.press("button", &format!("Enable MFA for {users} users")).await;
        page.see_review(true).await;
        let deadline = Instant::now() + PATIENCE;
        while page.names("checkbox", "Include ").await.is_empty() {
            if Instant::now() > deadline {
                return Err("the values were not read again".into());
            }
            sleep(STEP).await;
        }
        page.hear(&format!("{users}\tSelected")).await;
        page.include_skipped().await;
        page.see("combobox", "Pilot user").await;
        let first = self.ids().first().cloned().ok_or("the sandbox has no users")?;
        type_into(page, "combobox", "Pilot user", &first).await?;
        if self.users > 500 {
            type_into(page, "textbox", &format!("Type {users}"), &self.users.to_string()).await?;
        }
        Ok(())
    }

    /// Starts the run, which changes its pilot user and then waits.
    pub(super) async fn start(&self, page: &Page) {
        page.start_with_pilot().await;
        page.hear("Continue with ").await;
    }

    /// When the last outcome was stored (ms), or `None` if the run isn't finished.
    pub(super) fn stored_at(&self) -> Option<i64> {
        let sandbox = self.world.sandbox();
        let list = format!("/v1/environments/{}/users", sandbox.environment_id());
        let end = sandbox.seen().iter().rposition(is_good)?;
        let done = sandbox.seen().iter().filter(|seen| is_good(seen)).count() + 1 >= self.users as usize;
        let next = sandbox.seen().iter().skip(end).find(|seen| seen.path == list)?;
        done.then_some(next.at.0)
    }
}

/// Types key by key: a driver sends all keys at once, unlike a person.
async fn type_into(page: &Page, role: &str, name: &str, text: &str) -> Outcome<()> {
    page.see(role, name).await.click().await?;
    for letter in text.chars() {
        page.send(letter.to_string()).await;
    }
    Ok(())
}

pub(super) fn is_good(seen: &Seen) -> bool {
    seen.method == http::Method::PUT && seen.status == 200
}
