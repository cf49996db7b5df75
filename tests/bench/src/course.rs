//! The scenarios of `bench directory`, and how each contender is measured in one.

use std::path::Path;
use std::time::Duration;

use pingone_mfa_e2e::{Page, World};
use pingone_sandbox::page::{config_json, serve_page};
use pingone_sandbox::{Fault, On, Populations, Rule, TokenSpec};
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio::time::sleep;

use crate::figures::{Contender, Figures, Measure};
use crate::hand::{self, Outcome};

/// Removes our page's rate limits through config.json, so that the page is measured and not its throttling.
const RATE: &str = r#""rate":{"read":2000,"max":2000}"#;

/// Search terms: a family name, one without its accent, a whole name, another script, an external ID.
const NAMES: [&str; 5] = ["okonkwo", "wojcik", "jonas br", "ελένη α", "e00123"];

/// How many steps of [`STEP`] to wait for something to appear in our page.
const MAX_STEPS: u32 = 300;

const STEP: Duration = Duration::from_millis(50);

/// Pause between the button's appearance and the click. A user doesn't click in the frame in which the button
/// appears, and what the page preloads in this time is part of how it works.
const BEFORE_CLICK: Duration = Duration::from_secs(2);

/// Pause after a search was cleared, until the page is idle.
const AFTER_SEARCH: Duration = Duration::from_millis(500);

/// How many users are listed, and how slow PingOne responds.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Scenario {
    pub(crate) users: u32,
    /// Delay before every response in ms, including preflights, which take the same network path.
    pub(crate) latency_millis: u64,
    pub(crate) populations: Populations,
    pub(crate) contenders: &'static [Contender],
    /// Whether the list is also scrolled, searched and sorted.
    pub(crate) is_used: bool,
}

/// A running scenario: a test world, and the pages of the other contenders on a separate origin.
pub(crate) struct Trial {
    scenario: Scenario,
    world: World,
    origin: String,
}

/// The config.json without our page's rate limits.
fn config_without_limits(api_origin: &str) -> String {
    config_json(api_origin).replacen('{', &format!("{{{RATE},"), 1)
}

impl Trial {
    pub(crate) async fn prepare(scenario: Scenario) -> Outcome<Self> {
        let world = World::populated(scenario.users, scenario.populations, config_without_limits).await;
        let origin = serve_pages(&world).await?;
        if scenario.latency_millis > 0 {
            for method in ["GET", "OPTIONS"] {
                let on = On { method: Some(method.to_owned()), ..On::default() };
                let fault = Fault::Delay { millis: scenario.latency_millis };
                world.sandbox().add_fault(Rule { on, share: 1.0, skip: 0, times: None, fault })?;
            }
        }
        Ok(Self { scenario, world, origin })
    }

    /// Measures one contender in a fresh browser. Failures are recorded as missing values.
    pub(crate) async fn run(&mut self, contender: Contender, figures: &mut Figures) {
        self.world.renew_browser().await;
        let outcome = match contender {
            Contender::Floor => self.floor(figures).await,
            Contender::Lanes => self.loops("lanes").await.map(|(_, millis)| millis),
            Contender::Filter => self.filter(figures).await,
            Contender::Peer => self.peer(figures).await,
            Contender::Page => self.page(figures).await,
        };
        self.world.sandbox().clear_requests();
        match outcome {
            Ok(Some(millis)) => figures.add(contender, Measure::Listing, millis),
            Ok(None) => {}
            Err(error) => figures.miss(contender, Measure::Listing, error.to_string()),
        }
    }

    fn access(&self) -> Value {
        let token = self.world.token(&TokenSpec::default());
        let environment = self.world.sandbox().environment_id();
        json!({"environment": format!("{}/v1/environments/{environment}", self.world.api_origin), "token": token})
    }

    async fn visit(&self, name: &str) -> Outcome<Page> {
        let page = hand::open(&self.world, &format!("{}/pages/{name}.html", self.origin)).await;
        hand::install_instruments(&page).await?;
        Ok(page)
    }

    /// Runs a loop; the page and the time it took.
    async fn loops(&self, contender: &str) -> Outcome<(Page, Option<f64>)> {
        let page = self.visit("loop").await?;
        let millis = hand::number(&page, &format!("contender.{contender}(given)"), self.access()).await?;
        let listed = hand::number(&page, "contender.users.length", Value::Null).await?;
        if listed != Some(f64::from(self.scenario.users)) {
            return Err(format!("{listed:?} users listed").into());
        }
        Ok((page, millis))
    }

    async fn floor(&self, figures: &mut Figures) -> Outcome<Option<f64>> {
        let (page, millis) = self.loops("floor").await?;
        if self.scenario.is_used {
            figures.add(Contender::Floor, Measure::Memory, hand::megabytes(&page).await?);
        }
        Ok(millis)
    }

    async fn filter(&self, figures: &mut Figures) -> Outcome<Option<f64>> {
        let page = self.visit("filter").await?;
        hand::value(&page, "contender.list(given)", self.access()).await?;
        figures.add(Contender::Filter, Measure::Memory, hand::megabytes(&page).await?);
        search(&page, Contender::Filter, figures).await?;
        Ok(None)
    }

    async fn peer(&self, figures: &mut Figures) -> Outcome<Option<f64>> {
        let page = self.visit("peer").await?;
        let given = json!([self.access(), self.scenario.users]);
        let millis = hand::number(&page, "bench.list(...given)", given).await?;
        self.measure_use(&page, Contender::Peer, figures).await?;
        Ok(millis)
    }

    async fn page(&self, figures: &mut Figures) -> Outcome<Option<f64>> {
        let page = hand::open_product(&self.world).await?;
        page.connect(&self.world.token(&TokenSpec::default())).await;
        let load = format!("Load all {} users", grouped(self.scenario.users));
        let mut button = None;
        for _ in 0..MAX_STEPS {
            button = page.find("button", &load).await;
            if button.is_some() {
                break;
            }
            sleep(STEP).await;
        }
        let button = button.ok_or_else(|| format!("no button '{load}'"))?;
        hand::install_instruments(&page).await?;
        sleep(BEFORE_CLICK).await;
        hand::value(&page, "bench.armListing(given)", json!(self.scenario.users)).await?;
        button.click().await?;
        let millis = hand::number(&page, "bench.result", Value::Null).await?;
        self.measure_use(&page, Contender::Page, figures).await?;
        Ok(millis)
    }

    /// Scrolls, searches and sorts the list if the scenario says so.
    async fn measure_use(&self, page: &Page, contender: Contender, figures: &mut Figures) -> Outcome<()> {
        if !self.scenario.is_used {
            return Ok(());
        }
        scroll(page, contender, figures).await?;
        figures.add(contender, Measure::Memory, hand::megabytes(page).await?);
        search(page, contender, figures).await?;
        sort(page, contender, figures).await?;
        figures.add(contender, Measure::MemoryAfterUse, hand::megabytes(page).await?);
        Ok(())
    }
}

/// The watched period includes the listing.
async fn scroll(page: &Page, contender: Contender, figures: &mut Figures) -> Outcome<()> {
    hand::value(page, "bench.toTop()", Value::Null).await?;
    hand::value(page, "bench.watch()", Value::Null).await?;
    hand::turn_wheel(page).await?;
    hand::value(page, "bench.leap()", Value::Null).await?;
    let watched = hand::value(page, "bench.watched()", Value::Null).await?;
    let tasks: Vec<f64> =
        watched["tasks"].as_array().into_iter().flatten().filter_map(Value::as_f64).collect();
    figures.add(contender, Measure::LongestTask, tasks.iter().copied().fold(0.0, f64::max));
    figures.add(contender, Measure::LongTasks, f64::from(u32::try_from(tasks.len())?));
    figures.add(contender, Measure::Rows, watched["rows"].as_f64().ok_or("no rows were counted")?);
    Ok(())
}

async fn search(page: &Page, contender: Contender, figures: &mut Figures) -> Outcome<()> {
    if hand::value(page, "bench.search() === undefined", Value::Null).await? == json!(true) {
        figures.miss(contender, Measure::Key, "no searchbox 'Search users'");
        return Ok(());
    }
    for name in NAMES {
        hand::value(page, "bench.search().focus()", Value::Null).await?;
        for millis in hand::keys(page, name).await? {
            figures.add(contender, Measure::Key, millis);
        }
        hand::value(page, "bench.clear()", Value::Null).await?;
        sleep(AFTER_SEARCH).await;
    }
    Ok(())
}

async fn sort(page: &Page, contender: Contender, figures: &mut Figures) -> Outcome<()> {
    if hand::value(page, "bench.header() == null", Value::Null).await? == json!(true) {
        figures.miss(contender, Measure::Sort, "no button in the column header 'Name'");
        return Ok(());
    }
    hand::value(page, "bench.toTop()", Value::Null).await?;
    hand::value(page, "bench.armSort()", Value::Null).await?;
    hand::press(page, "bench.middle(bench.header())").await?;
    match hand::number(page, "bench.result", Value::Null).await? {
        Some(millis) => figures.add(contender, Measure::Sort, millis),
        None => figures.miss(contender, Measure::Sort, "the first row stayed"),
    }
    Ok(())
}

/// Serves the pages of this package with the same isolation headers as the product, so that their
/// timers have the same resolution.
pub(crate) async fn serve_pages(world: &World) -> Outcome<String> {
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let origin = format!("http://{}", listener.local_addr()?);
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).to_owned();
    tokio::spawn(serve_page(listener, folder, world.api_origin.clone(), String::new()));
    Ok(origin)
}

/// A number with thousands separators.
pub(crate) fn grouped(number: u32) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn thousands_are_grouped() {
        assert_eq!([7, 1000, 20_000, 1_234_567].map(grouped), ["7", "1,000", "20,000", "1,234,567"]);
    }

    #[test]
    fn the_config_without_limits_is_valid_json() {
        let config: Value = serde_json::from_str(&config_without_limits("http://127.0.0.1:1")).unwrap();
        assert_eq!(config["rate"]["read"], 2000);
        assert_eq!(config["defaultRegion"], "SANDBOX");
    }
}
