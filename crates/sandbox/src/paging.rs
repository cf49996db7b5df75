//! Paging of collections: the requested page and its links.
//!
//! Source: developer.pingidentity.com, PingOne API, "Paging and ordering collections";
//! the cursor's contents are assumed.

use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use http::Request;
use serde::Serialize;

use crate::comparison::{Comparison, Offer};
use crate::hal::Link;
use crate::refusal::Refusal;
use crate::{Sandbox, Seed, query};

/// The largest page of a collection without a documented maximum.
const LARGEST_PAGE: usize = 1000;

/// A page of a collection.
#[derive(Serialize)]
pub(crate) struct Page<T> {
    #[serde(rename = "_links")]
    pub(crate) links: Links,
    #[serde(rename = "_embedded")]
    pub(crate) embedded: T,
    pub(crate) count: usize,
    pub(crate) size: usize,
}

#[derive(Serialize)]
pub(crate) struct Links {
    #[serde(rename = "self")]
    pub(crate) this: Link,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) next: Option<Link>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) prev: Option<Link>,
}

impl<T> Page<T> {
    /// A collection that always fits on one page.
    pub(crate) fn only(href: &str, embedded: T, count: usize) -> Self {
        Self { links: Links { this: Link::to(href), next: None, prev: None }, embedded, count, size: count }
    }
}

/// Parses a page size of 1 or more. A number that overflows counts as the largest one.
pub(crate) fn limit(text: &str) -> Result<usize, Refusal> {
    let is_number = !text.is_empty() && text.bytes().all(|digit| digit.is_ascii_digit());
    let is_zero = text.bytes().all(|digit| digit == b'0');
    if !is_number || is_zero {
        return Err(Refusal::Value("limit"));
    }
    Ok(text.parse().unwrap_or(usize::MAX))
}

/// The index that a cursor contains.
pub(crate) fn place(cursor: &str) -> Result<usize, Refusal> {
    let bytes = BASE64_URL_SAFE_NO_PAD.decode(cursor).ok();
    let text = bytes.and_then(|bytes| String::from_utf8(bytes).ok());
    let place = text.as_deref().and_then(|text| text.strip_prefix("place:")?.parse().ok());
    place.ok_or(Refusal::Value("cursor"))
}

/// The link to the page that starts at an index. `more` are the parameters that are kept from page to page.
pub(crate) fn link(href: &str, place: usize, limit: usize, more: &[(&str, &str)]) -> Link {
    let cursor = BASE64_URL_SAFE_NO_PAD.encode(format!("place:{place}"));
    let mut query = form_urlencoded::Serializer::new(String::new());
    query.append_pair("cursor", &cursor).append_pair("limit", &limit.to_string()).extend_pairs(more);
    Link::to(format!("{href}?{}", query.finish()))
}

/// The link to the requested resource itself.
pub(crate) fn this(seed: &Seed, request: &Request<Vec<u8>>) -> Link {
    let this = request.uri().path_and_query().map(ToString::to_string).unwrap_or_default();
    Link::to(format!("{}{}", seed.api_base, this.strip_prefix("/v1").unwrap_or(&this)))
}

/// The query parameters that every small collection supports.
pub(crate) struct ListQuery<'a> {
    request: &'a Request<Vec<u8>>,
    limit: usize,
    from: usize,
    filter: Option<String>,
}

impl<'a> ListQuery<'a> {
    pub(crate) fn of(request: &'a Request<Vec<u8>>) -> Result<Self, Refusal> {
        Self::with_page(request, LARGEST_PAGE)
    }

    /// Parses the query, with this page size unless the query sets another.
    pub(crate) fn with_page(request: &'a Request<Vec<u8>>, page: usize) -> Result<Self, Refusal> {
        let mut list_query = Self { request, limit: page, from: 0, filter: None };
        for (name, value) in query::parameters(request) {
            match name.as_ref() {
                "limit" => list_query.limit = limit(&value)?.min(LARGEST_PAGE),
                "cursor" => list_query.from = place(&value)?,
                "filter" => list_query.filter = Some(value.into_owned()),
                // PingOne ignores unknown parameters.
                _ => {}
            }
        }
        Ok(list_query)
    }

    /// The comparisons that a row must match.
    pub(crate) fn comparisons(&self, offer: Offer) -> Result<Vec<Comparison>, Refusal> {
        let read = |text| Comparison::all(text, offer).ok_or(Refusal::Comparison(offer));
        self.filter.as_deref().map_or(Ok(Vec::new()), read)
    }

    pub(crate) fn rows<'b, T>(&self, all: &'b [T]) -> &'b [T] {
        let rest = all.get(self.from..).unwrap_or_default();
        rest.get(..self.limit).unwrap_or(rest)
    }

    /// The link under `href` to the next page of `count` rows, if there is one.
    pub(crate) fn next(&self, href: &str, count: usize) -> Option<Link> {
        let behind = self.from.saturating_add(self.limit);
        (behind < count).then(|| self.link(href, behind))
    }

    fn prev(&self, href: &str) -> Option<Link> {
        (self.from > 0).then(|| self.link(href, self.from.saturating_sub(self.limit)))
    }

    fn link(&self, href: &str, from: usize) -> Link {
        let filter = self.filter.as_deref().map(|filter| ("filter", filter));
        link(href, from, self.limit, filter.as_slice())
    }

    /// The link to the requested address.
    pub(crate) fn this(&self, seed: &Seed) -> Link {
        this(seed, self.request)
    }

    /// The link to the requested address, with its query parameters sorted.
    pub(crate) fn this_sorted(&self, seed: &Seed) -> Link {
        let Link { href } = self.this(seed);
        let Some((path, query)) = href.split_once('?') else { return Link::to(href) };
        let mut parameters: Vec<&str> = query.split('&').collect();
        parameters.sort_unstable();
        Link::to(format!("{path}?{}", parameters.join("&")))
    }

    /// The page with these rows, `size` of `count`.
    pub(crate) fn page<T>(
        &self,
        sandbox: &Sandbox,
        href: &str,
        embedded: T,
        count: usize,
        size: usize,
    ) -> Page<T> {
        let links =
            Links { this: self.this(&sandbox.seed), next: self.next(href, count), prev: self.prev(href) };
        Page { links, embedded, count, size }
    }
}
