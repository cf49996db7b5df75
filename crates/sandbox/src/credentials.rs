//! The credentials of an `Authorization` header.

use http::{HeaderMap, header};

/// The credentials after the scheme in the `Authorization` header. PingOne accepts the scheme in any case.
pub(crate) fn credentials<'a>(headers: &'a HeaderMap, scheme: &str) -> Option<&'a str> {
    let (named, credentials) = headers.get(header::AUTHORIZATION)?.to_str().ok()?.split_once(' ')?;
    named.eq_ignore_ascii_case(scheme).then_some(credentials)
}
