//! The query of a request, decoded.

use std::borrow::Cow;

use http::Request;

/// Its parameters with their values.
pub(crate) fn parameters(request: &Request<Vec<u8>>) -> impl Iterator<Item = (Cow<'_, str>, Cow<'_, str>)> {
    form_urlencoded::parse(request.uri().query().unwrap_or_default().as_bytes())
}

/// Whether `parameter` names something, alone or among others with commas, as in `expand=population`.
pub(crate) fn names(request: &Request<Vec<u8>>, parameter: &str, wanted: &str) -> bool {
    let asked = |value: Cow<'_, str>| value.split(',').any(|name| name.trim() == wanted);
    parameters(request).any(|(name, value)| name == parameter && asked(value))
}
