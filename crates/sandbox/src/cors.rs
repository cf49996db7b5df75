//! Cross-origin rules: preflights, permitted request headers, and what a page can read.
//!
//! Source: developer.pingidentity.com, PingOne API, "PingOne API requests", and recorded headers.

use http::{HeaderName, Method, Request, Response, StatusCode, header};

use crate::hal::put;
use crate::resource::Resource;

/// The only request headers that PingOne's preflight permits.
const REQUEST_HEADERS: [&str; 17] = [
    "Accept",
    "Accept-Language",
    "Content-Language",
    "Content-Type",
    "Range",
    "Authorization",
    "Content-Length",
    "Cookie",
    "Correlation-Id",
    "Origin",
    "Origin-Cookies",
    "Referer",
    "X-Amz-Date",
    "X-Amz-Security-Token",
    "X-Api-Key",
    "X-client-version",
    "X-Content-Type-Options",
];

/// Answers a preflight. If it requests an unlisted header, the answer permits no headers, and the
/// browser doesn't send the request.
pub(crate) fn preflight(request: &Request<Vec<u8>>, resource: Option<&Resource>) -> Response<Vec<u8>> {
    let mut response = Response::new(Vec::new());
    *response.status_mut() = StatusCode::OK;
    if resource.is_some_and(Resource::is_navigation) {
        return response;
    }
    let headers = response.headers_mut();
    if requests_only_listed_headers(request) {
        put(headers, header::ACCESS_CONTROL_ALLOW_HEADERS, &REQUEST_HEADERS.join(","));
    }
    put(headers, header::ACCESS_CONTROL_ALLOW_METHODS, resource.map_or("OPTIONS", Resource::methods));
    response
}

fn requests_only_listed_headers(request: &Request<Vec<u8>>) -> bool {
    let mut requested = request.headers().get_all(header::ACCESS_CONTROL_REQUEST_HEADERS).iter();
    requested
        .all(|names| names.to_str().is_ok_and(|names| names.split(',').all(|name| is_listed(name.trim()))))
}

/// An empty name comes from an empty list, so it requests nothing.
fn is_listed(name: &str) -> bool {
    name.is_empty() || REQUEST_HEADERS.iter().any(|listed| listed.eq_ignore_ascii_case(name))
}

/// Removes all CORS headers, because a gateway's answer may lack them.
pub(crate) fn hide(response: &mut Response<Vec<u8>>) {
    let names: Vec<HeaderName> = response.headers().keys().cloned().collect();
    for name in names.iter().filter(|name| name.as_str().starts_with("access-control-")) {
        response.headers_mut().remove(name);
    }
}

/// The correlation ID of an answer, if a page is allowed to read it. Tests that mount the sandbox without a browser
/// must call this instead of reading the header.
#[must_use]
pub fn readable_correlation_id<T>(response: &Response<T>) -> Option<&str> {
    let exposed = response.headers().get(header::ACCESS_CONTROL_EXPOSE_HEADERS)?.to_str().ok()?;
    let is_exposed = exposed.split(',').any(|name| name.trim().eq_ignore_ascii_case("correlation-id"));
    response.headers().get("correlation-id").filter(|_| is_exposed)?.to_str().ok()
}

/// Adds the CORS headers to an answer, including refusals. No recorded answer exposes a header, although the
/// documentation says that the correlation ID is exposed.
pub(crate) fn complete(
    request: &Request<Vec<u8>>,
    response: &mut Response<Vec<u8>>,
    exposes_correlation_id: bool,
) {
    if Resource::of(request.uri().path()).is_some_and(|resource| resource.is_navigation()) {
        return;
    }
    let headers = response.headers_mut();
    put(headers, header::ACCESS_CONTROL_ALLOW_ORIGIN, "*");
    put(headers, HeaderName::from_static("access-control-allow-credentials"), "true");
    if exposes_correlation_id && request.method() != Method::OPTIONS {
        put(headers, header::ACCESS_CONTROL_EXPOSE_HEADERS, "Correlation-Id");
    }
}
