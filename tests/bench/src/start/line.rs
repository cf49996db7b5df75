//! One start over a slow line, in a browser that has never been there.

use std::time::Duration;

use pingone_mfa_e2e::{Load, World};
use serde_json::json;
use tokio::time::{Instant, sleep};

use super::contender::Contender;
use crate::hand::Outcome;

/// The line: bits a second, milliseconds before every answer, and how much slower than this machine the visitor's is.
pub(super) const BITS: u32 = 1_600_000;
pub(super) const LATENCY_MILLIS: u32 = 150;
pub(super) const SLOWER: u32 = 4;

/// How long anybody waits for a form.
const PATIENCE: Duration = Duration::from_secs(30);

/// After the form, until nothing more is on its way: what is loaded while somebody looks at it.
const AFTERWARDS: Duration = Duration::from_secs(6);

const STEP: Duration = Duration::from_millis(100);

/// Only what stands behind the form begins so.
const REST: &str = "/rest-";

/// What crossed the line.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Carried {
    /// Bytes of bodies, as they travelled.
    pub(super) body: u64,
    /// The same with the heads of the answers.
    pub(super) whole: u64,
    pub(super) requests: u32,
}

/// One start.
#[derive(Debug, Clone, Copy)]
pub(super) struct Start {
    /// From the beginning of the visit until the field is enabled and takes the focus.
    pub(super) millis: f64,
    /// What a first visit loads up to the form.
    pub(super) first: Carried,
    /// What is loaded while somebody looks at it.
    pub(super) rest: Carried,
    /// How often other hosts were asked. Nothing of that is in the rest.
    pub(super) foreign: u32,
}

impl Start {
    pub(super) async fn measure(world: &World, contender: Contender, url: &str) -> Outcome<Self> {
        let page = world.visit("about:blank").await;
        page.devtools("Network.enable", json!({})).await?;
        let throughput = BITS / 8;
        let line = json!({"offline": false, "latency": LATENCY_MILLIS, "downloadThroughput": throughput,
            "uploadThroughput": throughput});
        page.devtools("Network.emulateNetworkConditions", line).await?;
        page.devtools("Emulation.setCPUThrottlingRate", json!({"rate": SLOWER})).await?;
        page.precede(&watch(contender)).await;
        world.traffic().await;
        let page = world.visit(url).await;
        let deadline = Instant::now() + PATIENCE;
        let millis = loop {
            if let Some(millis) = page.value("window.usableAfter ?? null").await.as_f64() {
                break millis;
            }
            if Instant::now() > deadline {
                return Err(
                    format!("{} shows no field within {} s", contender.name(), PATIENCE.as_secs()).into()
                );
            }
            sleep(STEP).await;
        };
        sleep(AFTERWARDS).await;
        let origin: Vec<&str> = url.splitn(4, '/').take(3).collect();
        let (own, foreign): (Vec<_>, Vec<_>) = world
            .traffic()
            .await
            .into_iter()
            .filter(|load| load.url.starts_with("http"))
            .partition(|load| load.url.starts_with(&origin.join("/")));
        let (first, rest) = divided(&own)?;
        Ok(Self { millis, first, rest, foreign: u32::try_from(foreign.len())? })
    }
}

/// A script that stands before all others and looks every ten milliseconds whether the field can be used.
fn watch(contender: Contender) -> String {
    format!(
        "(() => {{
          const look = () => {{
            const root = document.querySelector('pingone-mfa')?.shadowRoot ?? document;
            const field = {};
            if (field && !field.disabled && field.getClientRects().length > 0) {{
              field.focus();
              if (root.activeElement === field) {{ window.usableAfter = performance.now(); return; }}
            }}
            setTimeout(look, 10);
          }};
          look();
        }})();",
        contender.field()
    )
}

/// What was loaded for the form, and what stands behind it.
fn divided(loads: &[Load]) -> Outcome<(Carried, Carried)> {
    let (mut first, mut rest) = (Carried::default(), Carried::default());
    for load in loads {
        if !load.is_complete && loads.iter().any(|other| other.url == load.url && other.is_complete) {
            // The worker takes its script from the cache, where the page has put it, and the page isn't told when.
            continue;
        }
        if !load.is_complete {
            return Err(format!("{} did not arrive to its end", load.url).into());
        }
        let part = if load.url.contains(REST) { &mut rest } else { &mut first };
        part.body += load.body;
        part.whole += load.whole;
        part.requests += 1;
    }
    if first == Carried::default() {
        return Err("the browser noted nothing that was loaded".into());
    }
    Ok((first, rest))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn load(url: &str, body: u64, is_complete: bool) -> Load {
        Load { url: url.to_owned(), body, whole: body + 300, is_complete }
    }

    #[test]
    fn what_stands_behind_the_form_is_counted_apart() {
        let loads = [load("http://a/", 10, true), load("http://a/rest-00.wasm", 20, true)];
        let (first, rest) = divided(&loads).unwrap();
        assert_eq!(first, Carried { body: 10, whole: 310, requests: 1 });
        assert_eq!(rest, Carried { body: 20, whole: 320, requests: 1 });
    }

    #[test]
    fn what_is_taken_from_the_cache_crosses_no_line() {
        let (first, _) =
            divided(&[load("http://a/t.js", 10, true), load("http://a/t.js", 0, false)]).unwrap();
        assert_eq!(first.requests, 1);
    }

    #[test]
    fn what_is_still_on_its_way_is_no_measurement() {
        assert!(divided(&[load("http://a/", 10, false)]).is_err());
        assert!(divided(&[]).is_err());
    }
}
