//! Measures one start over a slow connection, in a browser without a cache.

use std::time::Duration;

use pingone_mfa_e2e::{Load, World};
use serde_json::json;
use tokio::time::{Instant, sleep};

use crate::hand::Outcome;

use super::contender::Contender;

/// The simulated connection and computer: bits per second, milliseconds before every response, and CPU slowdown
/// compared with this machine.
pub(super) const BITS: u32 = 1_600_000;
pub(super) const LATENCY_MILLIS: u32 = 150;
pub(super) const SLOWER: u32 = 4;

/// Time limit for the form to appear.
const PATIENCE: Duration = Duration::from_secs(30);

/// Time to wait after the form until nothing is loading: what is loaded while the user looks at it.
const AFTERWARDS: Duration = Duration::from_secs(6);

const STEP: Duration = Duration::from_millis(100);

/// Only the file with everything after the form has this prefix.
const REST: &str = "/rest-";

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Transferred {
    /// Bytes of response bodies, as transferred.
    pub(super) body: u64,
    /// Bytes of bodies and response headers.
    pub(super) whole: u64,
    pub(super) requests: u32,
}

#[derive(Debug, Clone, Copy)]
pub(super) struct Start {
    /// From the start of the visit until the field is enabled and takes the focus.
    pub(super) millis: f64,
    /// What a first visit loads before the form can be used.
    pub(super) first: Transferred,
    /// What is loaded while the user looks at the form.
    pub(super) rest: Transferred,
    /// Number of requests to other hosts, which aren't included in `rest`.
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
        let (first, rest) = split_at_form(&own)?;
        Ok(Self { millis, first, rest, foreign: u32::try_from(foreign.len())? })
    }
}

/// A script that runs before all others and checks every ten milliseconds whether the field can be used.
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

/// Splits what was loaded into what the form needs and the rest.
fn split_at_form(loads: &[Load]) -> Outcome<(Transferred, Transferred)> {
    let (mut first, mut rest) = (Transferred::default(), Transferred::default());
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
    if first == Transferred::default() {
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
    fn what_the_form_does_not_need_is_counted_separately() {
        let loads = [load("http://a/", 10, true), load("http://a/rest-00.wasm", 20, true)];
        let (first, rest) = split_at_form(&loads).unwrap();
        assert_eq!(first, Transferred { body: 10, whole: 310, requests: 1 });
        assert_eq!(rest, Transferred { body: 20, whole: 320, requests: 1 });
    }

    #[test]
    fn what_is_taken_from_the_cache_is_not_counted() {
        let (first, _) =
            split_at_form(&[load("http://a/t.js", 10, true), load("http://a/t.js", 0, false)]).unwrap();
        assert_eq!(first.requests, 1);
    }

    #[test]
    fn an_incomplete_request_is_an_error() {
        assert!(split_at_form(&[load("http://a/", 10, false)]).is_err());
        assert!(split_at_form(&[]).is_err());
    }
}
