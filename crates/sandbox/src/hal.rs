//! Writes bodies and headers as PingOne does: pretty-printed HAL with a space before each colon.
//!
//! Source: recorded answers of api.pingone.eu.

use std::io;

use http::{HeaderMap, HeaderName, HeaderValue, Response, StatusCode, header};
use serde::Serialize;
use serde_json::ser::{Formatter, PrettyFormatter, Serializer};
use uuid::Uuid;

#[derive(Debug, Clone, Serialize)]
pub(crate) struct Link {
    pub(crate) href: String,
}

impl Link {
    pub(crate) fn to(href: impl Into<String>) -> Self {
        Self { href: href.into() }
    }
}

/// Creates an answer with a HAL body.
pub(crate) fn json(status: StatusCode, body: &impl Serialize) -> Response<Vec<u8>> {
    let mut response = Response::new(pretty(body));
    *response.status_mut() = status;
    put(response.headers_mut(), header::CONTENT_TYPE, "application/hal+json;charset=UTF-8");
    response
}

/// Adds the headers that every answer has.
pub(crate) fn complete(response: &mut Response<Vec<u8>>, correlation_id: Uuid) {
    let id = correlation_id.to_string();
    let headers = response.headers_mut();
    put(headers, HeaderName::from_static("correlation-id"), &id);
    put(headers, HeaderName::from_static("x-amzn-requestid"), &id);
    put(headers, header::CACHE_CONTROL, "no-cache, no-store, max-age=0, must-revalidate");
    put(headers, header::PRAGMA, "no-cache");
    put(headers, header::EXPIRES, "0");
}

/// Sets a header. All values here are printable ASCII, so none is ever invalid.
pub(crate) fn put(headers: &mut HeaderMap, name: HeaderName, value: &str) {
    if let Ok(value) = HeaderValue::from_str(value) {
        headers.insert(name, value);
    }
}

fn pretty(body: &impl Serialize) -> Vec<u8> {
    let mut text = Vec::new();
    let mut serializer = Serializer::with_formatter(&mut text, Spaced(PrettyFormatter::new()));
    // Serializing structs with text keys into memory can't fail.
    let _ = body.serialize(&mut serializer);
    text
}

struct Spaced(PrettyFormatter<'static>);

impl Formatter for Spaced {
    fn begin_object_value<W: ?Sized + io::Write>(&mut self, writer: &mut W) -> io::Result<()> {
        writer.write_all(b" : ")
    }

    fn begin_array<W: ?Sized + io::Write>(&mut self, writer: &mut W) -> io::Result<()> {
        writer.write_all(b"[")
    }

    fn end_array<W: ?Sized + io::Write>(&mut self, writer: &mut W) -> io::Result<()> {
        writer.write_all(b" ]")
    }

    fn begin_array_value<W: ?Sized + io::Write>(&mut self, writer: &mut W, first: bool) -> io::Result<()> {
        writer.write_all(if first { b" " } else { b", " })
    }

    fn end_array_value<W: ?Sized + io::Write>(&mut self, _: &mut W) -> io::Result<()> {
        Ok(())
    }

    fn begin_object<W: ?Sized + io::Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.0.begin_object(writer)
    }

    fn end_object<W: ?Sized + io::Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.0.end_object(writer)
    }

    fn begin_object_key<W: ?Sized + io::Write>(&mut self, writer: &mut W, first: bool) -> io::Result<()> {
        self.0.begin_object_key(writer, first)
    }

    fn end_object_value<W: ?Sized + io::Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.0.end_object_value(writer)
    }
}
