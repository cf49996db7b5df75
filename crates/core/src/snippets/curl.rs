//! Shell commands that use cURL.

use super::{Sample, TOKEN};

pub(super) fn code(sample: &Sample) -> String {
    let Sample { method, url, body } = sample;
    // cURL would read brackets as a pattern of several URLs.
    let glob = if url.contains(['[', ']']) { " --globoff" } else { "" };
    let url = quoted(url);
    let body = body.as_deref().map(|body| {
        let body = quoted(body);
        format!(" \\\n  --header 'Content-Type: application/json' \\\n  --data-raw {body}")
    });
    let body = body.unwrap_or_default();
    format!(
        "# The access token is taken from the environment variable {TOKEN}.
curl --fail-with-body --silent --show-error{glob} \\
  --request {method} \\
  --url {url} \\
  --oauth2-bearer \"${{{TOKEN}:?}}\" \\
  --header 'Accept: application/json'{body}
"
    )
}

/// Quotes a text for a shell. In single quotes a shell takes everything literally except the single quote.
pub(super) fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', "'\\''"))
}
