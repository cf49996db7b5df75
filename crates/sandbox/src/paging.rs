//! One page of a collection: which one is asked for, and its links.
//!
//! Source: developer.pingidentity.com, PingOne API, "Paging and ordering collections"; the cursor's text is
//! assumed.

use http::Request;
use serde::Serialize;

use crate::hal::Link;
use crate::refusal::Refusal;
use crate::users;
use crate::{Sandbox, Seed};

/// The largest page of a collection that documents none of its own.
const LARGEST_PAGE: usize = 1000;

/// A page of rows.
#[derive(Serialize)]
pub(crate) struct Page<T> {
    #[serde(rename = "_links")]
    links: Links,
    #[serde(rename = "_embedded")]
    embedded: T,
    count: usize,
    size: usize,
}

#[derive(Serialize)]
struct Links {
    #[serde(rename = "self")]
    this: Link,
    #[serde(skip_serializing_if = "Option::is_none")]
    next: Option<Link>,
    #[serde(skip_serializing_if = "Option::is_none")]
    prev: Option<Link>,
}

/// The part of a query that every collection has.
pub(crate) struct Asked {
    limit: usize,
    from: usize,
    filter: Option<String>,
    /// The path and the query as they were sent.
    this: String,
}

impl Asked {
    pub(crate) fn of(request: &Request<Vec<u8>>) -> Result<Self, Refusal> {
        let this = request.uri().path_and_query().map(ToString::to_string).unwrap_or_default();
        let mut asked = Self { limit: LARGEST_PAGE, from: 0, filter: None, this };
        for (name, value) in form_urlencoded::parse(request.uri().query().unwrap_or_default().as_bytes()) {
            match name.as_ref() {
                "limit" => asked.limit = users::limit(&value)?.min(LARGEST_PAGE),
                "cursor" => asked.from = users::place(&value).ok_or(Refusal::Value("cursor"))?,
                "filter" => asked.filter = Some(value.into_owned()),
                _ => {}
            }
        }
        Ok(asked)
    }

    pub(crate) fn filter(&self) -> Option<&str> {
        self.filter.as_deref()
    }

    /// The part of all rows that is on this page.
    pub(crate) fn rows<'a, T>(&self, all: &'a [T]) -> &'a [T] {
        let rest = all.get(self.from..).unwrap_or_default();
        rest.get(..self.limit).unwrap_or(rest)
    }

    /// Where the next page of `count` rows begins, as a link under `href`.
    pub(crate) fn next(&self, href: &str, count: usize) -> Option<Link> {
        let behind = self.from.saturating_add(self.limit);
        (behind < count).then(|| self.link(href, behind))
    }

    fn prev(&self, href: &str) -> Option<Link> {
        (self.from > 0).then(|| self.link(href, self.from.saturating_sub(self.limit)))
    }

    fn link(&self, href: &str, from: usize) -> Link {
        let mut query = form_urlencoded::Serializer::new(String::new());
        query.append_pair("cursor", &users::cursor(from)).append_pair("limit", &self.limit.to_string());
        if let Some(filter) = &self.filter {
            query.append_pair("filter", filter);
        }
        Link::to(format!("{href}?{}", query.finish()))
    }

    /// The address that was asked.
    pub(crate) fn this(&self, seed: &Seed) -> Link {
        let rest = self.this.strip_prefix("/v1").unwrap_or(&self.this);
        Link::to(format!("{}{rest}", seed.api_base))
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
