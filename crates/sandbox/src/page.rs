//! Serves a built page with the production headers, so that tests run under the real content security policy.
//!
//! The headers come from the release itself (`dist/_headers`, the format of Cloudflare Pages and Netlify): blocks of a
//! path pattern and indented `Name: value` lines. If several blocks match, the last value of a header wins; `! Name`
//! removes a header that an earlier block set. Only `connect-src` is extended, by the sandbox's own origin.

use std::io;
use std::path::PathBuf;
use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::extract::State;
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, Uri, header};
use axum::response::Response;
use tokio::net::TcpListener;

struct Page {
    dist: PathBuf,
    api_origin: String,
    config: String,
}

/// The config.json of a page that connects to a sandbox at this origin.
#[must_use]
pub fn config_json(api_origin: &str) -> String {
    format!(
        r#"{{"regions":[{{"code":"SANDBOX","label":"Local sandbox","apiBase":"{api_origin}/v1","authBase":"{api_origin}"}}],"defaultRegion":"SANDBOX"}}"#
    )
}

/// Serves the folder `dist` until the listener fails. Files are read on every request, so that a test can change them.
/// With an empty `config`, the folder's own config.json is served, if there is one.
///
/// # Errors
/// The I/O error of the listener.
pub async fn serve_page(
    listener: TcpListener,
    dist: PathBuf,
    api_origin: String,
    config: String,
) -> io::Result<()> {
    let page = Arc::new(Page { dist, api_origin, config });
    let router = Router::new().fallback(answer).with_state(page);
    axum::serve(listener, router).await
}

async fn answer(State(page): State<Arc<Page>>, uri: Uri) -> Response {
    let path = if uri.path() == "/" { "/index.html" } else { uri.path() };
    let (status, body) = match page.file(path) {
        Some(body) => (StatusCode::OK, body),
        None => (StatusCode::NOT_FOUND, b"not found".to_vec()),
    };
    let mut response = Response::new(Body::from(body));
    *response.status_mut() = status;
    let headers = response.headers_mut();
    page.put_headers(uri.path(), headers);
    if status == StatusCode::NOT_FOUND {
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    }
    let media_type = if status == StatusCode::OK { media_type(path) } else { "text/plain;charset=UTF-8" };
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(media_type));
    response
}

impl Page {
    /// Reads a file of the folder. Every path segment must be a plain name that doesn't start with a dot, so that no
    /// path leads out of the folder.
    fn file(&self, path: &str) -> Option<Vec<u8>> {
        let name = path.strip_prefix('/')?;
        if name == "config.json" && !self.config.is_empty() {
            return Some(self.config.clone().into_bytes());
        }
        if !name.split('/').all(is_plain) {
            return None;
        }
        std::fs::read(self.dist.join(name)).ok()
    }

    fn put_headers(&self, path: &str, headers: &mut HeaderMap) {
        let rules = std::fs::read_to_string(self.dist.join("_headers")).unwrap_or_default();
        for (name, value) in matching(&rules, path) {
            let is_policy = name.eq_ignore_ascii_case("content-security-policy");
            let value =
                if is_policy { with_connect_source(value, &self.api_origin) } else { value.to_owned() };
            let name = HeaderName::from_bytes(name.as_bytes());
            if let (Ok(name), Ok(value)) = (name, HeaderValue::from_str(&value)) {
                headers.insert(name, value);
            }
        }
    }
}

/// The policy with one more origin in `connect-src`.
fn with_connect_source(policy: &str, origin: &str) -> String {
    let directive = |text: &str| {
        let mut words: Vec<&str> = text.split_whitespace().collect();
        if words.first() == Some(&"connect-src") {
            words.retain(|word| *word != "'none'");
            words.push(origin);
        }
        words.join(" ")
    };
    policy.split(';').map(directive).collect::<Vec<_>>().join("; ")
}

/// The header lines of all matching blocks, in order.
fn matching<'a>(rules: &'a str, path: &str) -> Vec<(&'a str, &'a str)> {
    let mut applies = false;
    let mut lines = Vec::new();
    for line in rules.lines().filter(|line| !line.trim().is_empty()) {
        if line.starts_with([' ', '\t']) {
            if !applies {
                continue;
            }
            if let Some(name) = line.trim().strip_prefix("! ") {
                lines.retain(|(earlier, _): &(&str, &str)| !earlier.eq_ignore_ascii_case(name));
            } else if let Some((name, value)) = line.split_once(':') {
                lines.push((name.trim(), value.trim()));
            }
            continue;
        }
        let pattern = line.trim();
        applies = pattern.strip_suffix('*').map_or(pattern == path, |start| path.starts_with(start));
    }
    lines
}

fn is_plain(name: &str) -> bool {
    let mut letters = name.chars();
    !name.is_empty()
        && !name.starts_with('.')
        && letters.all(|letter| letter.is_ascii_alphanumeric() || "._-".contains(letter))
}

fn media_type(path: &str) -> &'static str {
    match path.rsplit('.').next() {
        Some("html") => "text/html;charset=UTF-8",
        Some("js") => "text/javascript;charset=UTF-8",
        Some("css") => "text/css;charset=UTF-8",
        Some("wasm") => "application/wasm",
        Some("json") => "application/json",
        Some("svg") => "image/svg+xml",
        _ => "text/plain;charset=UTF-8",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn matching_blocks_are_applied_in_order() {
        let rules = "/*\n  A: 1\n  B: x: y\n\n/\n  A: 2\n/other\n  A: 3\n";
        assert_eq!(matching(rules, "/"), [("A", "1"), ("B", "x: y"), ("A", "2")]);
        assert_eq!(matching(rules, "/file.js"), [("A", "1"), ("B", "x: y")]);
    }

    #[test]
    fn a_later_block_removes_headers_of_an_earlier_one() {
        let rules = "/*\n  A: 1\n  B: 2\n# a word\n/other\n  ! a\n  ! B\n  B: 3\n";
        assert_eq!(matching(rules, "/other"), [("B", "3")]);
        assert_eq!(matching(rules, "/"), [("A", "1"), ("B", "2")]);
    }

    #[test]
    fn only_connect_src_is_extended() {
        let policy = "default-src 'none'; connect-src 'self' https://a; img-src 'self'";
        let expected = "default-src 'none'; connect-src 'self' https://a http://b; img-src 'self'";
        assert_eq!(with_connect_source(policy, "http://b"), expected);
        assert_eq!(with_connect_source("connect-src 'none'", "http://b"), "connect-src http://b");
    }

    #[test]
    fn a_name_that_could_leave_the_folder_is_not_plain() {
        for name in ["", ".", "..", ".git", "a\\b", "%2e%2e", "C:"] {
            assert!(!is_plain(name), "{name}");
        }
    }
}
