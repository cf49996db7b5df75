//! The decoded query of a request.

use std::borrow::Cow;

use http::Request;

/// The query's parameters with their values.
pub(crate) fn parameters(request: &Request<Vec<u8>>) -> impl Iterator<Item = (Cow<'_, str>, Cow<'_, str>)> {
    form_urlencoded::parse(request.uri().query().unwrap_or_default().as_bytes())
}

/// Whether the parameter's comma-separated value contains a name, as in `expand=population`.
pub(crate) fn names(request: &Request<Vec<u8>>, parameter: &str, wanted: &str) -> bool {
    let contains = |value: Cow<'_, str>| value.split(',').any(|name| name.trim() == wanted);
    parameters(request).any(|(name, value)| name == parameter && contains(value))
}
