//! What the browser can reach at all, without a token and without asking for permission first.

use futures::future::{Either, FutureExt, LocalBoxFuture, join3, select};
use gloo_net::http::RequestBuilder;
use gloo_timers::future::TimeoutFuture;
use pingone_mfa_core::api::endpoint::Endpoint;
use pingone_mfa_core::domain::evidence::Reach;
use pingone_mfa_core::engine::probe::Reaching;
use web_sys::{ReferrerPolicy, RequestCache, RequestCredentials, RequestMode};

/// The browser's `fetch`.
pub(crate) struct BrowserReaching;

/// How long an answer is waited for, in milliseconds.
const PATIENCE: u32 = 8000;

impl Reaching for BrowserReaching {
    fn reach(&self, endpoint: &Endpoint) -> LocalBoxFuture<'static, Reach> {
        let api = endpoint.as_str().to_owned();
        async move {
            let window = web_sys::window();
            let is_online = window.as_ref().is_none_or(|window| window.navigator().on_line());
            let own = window.map(|window| window.location()).and_then(|location| {
                Some(format!("{}{}", location.origin().ok()?, location.pathname().ok()?))
            });
            // The same request twice: once so that any answer counts, readable or not, and once to be read.
            let host = status(&api, RequestMode::NoCors);
            let readable = status(&api, RequestMode::Cors);
            let page = async move {
                match own {
                    Some(own) => status(&own, RequestMode::SameOrigin).await,
                    None => None,
                }
            };
            let (host, readable, page) = join3(host, readable, page).await;
            Reach { is_online, page: page.is_some(), host: host.is_some() || readable.is_some(), readable }
        }
        .boxed_local()
    }
}

/// The status of the answer to a plain GET, 0 for one that may not be read; `None` without an answer.
async fn status(url: &str, mode: RequestMode) -> Option<u16> {
    let request = RequestBuilder::new(url)
        .mode(mode)
        .credentials(RequestCredentials::Omit)
        .cache(RequestCache::NoStore)
        .referrer_policy(ReferrerPolicy::NoReferrer)
        .build()
        .ok()?;
    match select(Box::pin(request.send()), TimeoutFuture::new(PATIENCE)).await {
        Either::Left((answer, _)) => answer.ok().map(|answer| answer.status()),
        Either::Right(_) => None,
    }
}
