//! Records every exchange with the API in a HAR file, so that other clients' requests can be inspected and compared.
//!
//! Source: the HTTP Archive format, version 1.2. Tokens are left out, and so are all
//! exchanges with the authorization server.

use std::fs::File;
use std::io::{self, Seek, SeekFrom, Write};
use std::path::Path;

use http::{HeaderMap, HeaderName, Request, Response, header};
use serde_json::{Value, json};

use crate::{Timestamp, query};

/// The end of the file after the last entry.
const SUFFIX: &[u8] = b"\n]}}\n";

/// The placeholder for a secret.
const NOT_RECORDED: &str = "{not recorded}";

/// A HAR file that is complete between two exchanges.
#[derive(Debug)]
pub struct Record {
    file: File,
    /// File offset of the next entry.
    offset: u64,
    has_entries: bool,
}

impl Record {
    /// Creates the file; an existing file is overwritten.
    ///
    /// # Errors
    /// The I/O error of the file.
    pub fn create(path: &Path) -> io::Result<Self> {
        let creator = json!({ "name": "pingone-sandbox", "version": env!("CARGO_PKG_VERSION") });
        let mut file = File::create(path)?;
        write!(file, "{{\"log\":{{\"version\":\"1.2\",\"creator\":{creator},\"entries\":[")?;
        let offset = file.stream_position()?;
        file.write_all(SUFFIX)?;
        Ok(Self { file, offset, has_entries: false })
    }

    /// Adds an exchange if it is one with the API.
    ///
    /// # Errors
    /// The I/O error of the file, which may be incomplete then.
    pub(crate) fn add(
        &mut self,
        request: &Request<Vec<u8>>,
        response: &Response<Vec<u8>>,
        at: Timestamp,
    ) -> io::Result<()> {
        if !request.uri().path().starts_with("/v1") {
            return Ok(());
        }
        let separator = if self.has_entries { ",\n" } else { "\n" };
        let mut text = format!("{separator}{}", entry(request, response, at)).into_bytes();
        let length = text.len() as u64;
        text.extend(SUFFIX);
        self.file.seek(SeekFrom::Start(self.offset))?;
        self.file.write_all(&text)?;
        self.offset += length;
        self.has_entries = true;
        Ok(())
    }
}

/// Redacts an exchange: removes the credentials of its request everywhere, because an answer may echo them.
struct Redaction<'a> {
    secret: Option<&'a str>,
}

impl<'a> Redaction<'a> {
    fn of(request: &'a Request<Vec<u8>>) -> Self {
        let sent = text_of(request.headers(), header::AUTHORIZATION);
        let secret = sent.split_once(' ').map_or(sent, |(_, credentials)| credentials).trim();
        Self { secret: Some(secret).filter(|secret| !secret.is_empty()) }
    }

    fn redact(&self, bytes: &[u8]) -> String {
        // Binary data or UTF-16 is dropped, because a secret in it wouldn't be found.
        if bytes.contains(&0) {
            return NOT_RECORDED.to_owned();
        }
        let text = String::from_utf8_lossy(bytes);
        match self.secret {
            Some(secret) => text.replace(secret, NOT_RECORDED),
            None => text.into_owned(),
        }
    }

    fn headers(&self, headers: &HeaderMap) -> Vec<Value> {
        let value = |name: &HeaderName, value: &[u8]| {
            let is_secret = *name == header::AUTHORIZATION || *name == header::COOKIE;
            if is_secret { NOT_RECORDED.to_owned() } else { self.redact(value) }
        };
        headers
            .iter()
            .map(|(name, text)| json!({ "name": name.as_str(), "value": value(name, text.as_bytes()) }))
            .collect()
    }
}

fn entry(request: &Request<Vec<u8>>, response: &Response<Vec<u8>>, at: Timestamp) -> Value {
    let redaction = Redaction::of(request);
    let host = text_of(request.headers(), header::HOST);
    let path = request.uri().path_and_query().map(ToString::to_string).unwrap_or_default();
    let query: Vec<Value> =
        query::parameters(request).map(|(name, value)| json!({ "name": name, "value": value })).collect();
    let sent = (!request.body().is_empty()).then(|| {
        let mime_type = text_of(request.headers(), header::CONTENT_TYPE);
        json!({ "mimeType": mime_type, "text": redaction.redact(request.body()) })
    });
    let mut request_entry = json!({
        "method": request.method().as_str(),
        "url": format!("http://{host}{path}"),
        "httpVersion": "HTTP/1.1",
        "cookies": [],
        "headers": redaction.headers(request.headers()),
        "queryString": query,
        "headersSize": -1,
        "bodySize": request.body().len(),
    });
    if let (Some(request_entry), Some(sent)) = (request_entry.as_object_mut(), sent) {
        request_entry.insert("postData".to_owned(), sent);
    }
    json!({
        "startedDateTime": at.to_string(),
        "time": 0,
        "request": request_entry,
        "response": {
            "status": response.status().as_u16(),
            "statusText": response.status().canonical_reason().unwrap_or_default(),
            "httpVersion": "HTTP/1.1",
            "cookies": [],
            "headers": redaction.headers(response.headers()),
            "content": {
                "size": response.body().len(),
                "mimeType": text_of(response.headers(), header::CONTENT_TYPE),
                "text": redaction.redact(response.body()),
            },
            "redirectURL": "",
            "headersSize": -1,
            "bodySize": response.body().len(),
        },
        "cache": {},
        "timings": { "send": 0, "wait": 0, "receive": 0 },
    })
}

fn text_of(headers: &HeaderMap, name: HeaderName) -> &str {
    headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
}
