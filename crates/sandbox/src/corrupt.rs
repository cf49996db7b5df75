//! The effects of faults on a request and its answer.

use std::io::{self, Read as _};

use flate2::Compression;
use flate2::read::GzEncoder;
use http::{HeaderName, Request, Response, StatusCode, header};

use crate::fault::{Encoding, Fault};
use crate::hal::put;
use crate::refusal::{Exceeded, Refusal};
use crate::wire::{Body, End, Wire};

/// When a write is applied.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum WriteTiming {
    /// Together with its answer.
    #[default]
    Now,
    /// After this many milliseconds.
    Later(i64),
    /// Never, although the answer reports success.
    Never,
}

impl Fault {
    /// The refusal that replaces the request's execution; `None` if the request is executed.
    pub(crate) fn refusal(&self) -> Option<(Refusal, Wire)> {
        match self {
            Self::Dropped { reset } => Some((Refusal::NotFound, Wire::lost(end(*reset)))),
            Self::BlackHole { applied: false } => Some((Refusal::NotFound, Wire::lost(End::Silence))),
            Self::Status { status, retry_after, .. } => {
                let refusal = StatusCode::from_u16(*status)
                    .map_or(Refusal::NotFound, |status| Refusal::of_status(status, *retry_after));
                Some((refusal, Wire::default()))
            }
            Self::LicenseExceeded => Some((Refusal::License, Wire::default())),
            Self::QuotaExceeded { retry_after } => {
                let exceeded = Exceeded::Quota;
                let refusal = Refusal::RateLimited { seconds: *retry_after, hint: None, exceeded };
                Some((refusal, Wire::default()))
            }
            _ => None,
        }
    }

    /// Whether the answer lacks CORS headers.
    pub(crate) fn hides_cors(&self) -> bool {
        matches!(self, Self::Status { without_cors: true, .. })
    }

    pub(crate) fn write_timing(&self) -> WriteTiming {
        match self {
            Self::AppliedLate { millis } => WriteTiming::Later(*millis),
            Self::NeverApplied | Self::Gateway { .. } | Self::Text { .. } => WriteTiming::Never,
            _ => WriteTiming::Now,
        }
    }

    /// Corrupts the answer, and returns how it is transmitted.
    pub(crate) fn corrupt(&self, request: &Request<Vec<u8>>, response: &mut Response<Vec<u8>>) -> Wire {
        match self {
            Self::Delay { millis } => Wire { before_millis: *millis, ..Wire::default() },
            Self::Drip { portion, every_millis } => {
                let body = Body::Dripped { portion: (*portion).max(1), every_millis: *every_millis };
                Wire { body, ..Wire::default() }
            }
            Self::Lost { reset } => Wire::lost(end(*reset)),
            Self::BlackHole { .. } => Wire::lost(End::Silence),
            Self::Cut { after, reset } => Wire::cut(*after, end(*reset)),
            other => {
                other.corrupt_body(request, response);
                Wire::default()
            }
        }
    }

    fn corrupt_body(&self, request: &Request<Vec<u8>>, response: &mut Response<Vec<u8>>) {
        match self {
            Self::OtherValue => replace_flag(response.body_mut(), other_value),
            Self::DuplicateKey => replace_flag(response.body_mut(), both_values),
            Self::OddFlag { values } => {
                let mut values = values.iter().cycle();
                replace_flag(response.body_mut(), |value| odd_value(value, values.next()));
            }
            Self::ContentType { value } => put(response.headers_mut(), header::CONTENT_TYPE, value),
            Self::Html => become_html(response, StatusCode::OK, HTML),
            Self::Gateway { status } => {
                let status = StatusCode::from_u16(*status).unwrap_or(StatusCode::FORBIDDEN);
                become_html(response, status, GATEWAY);
            }
            Self::Echo => echo(request, response),
            Self::Text { status, text, encoding, times, content_type } => {
                put(response.headers_mut(), header::CONTENT_TYPE, content_type);
                *response.status_mut() = StatusCode::from_u16(*status).unwrap_or(StatusCode::OK);
                let text = text.replace("{authorization}", authorization(request)).repeat(*times);
                *response.body_mut() = encoding.write(&text);
            }
            Self::Oversized { bytes } => fill_up(response.body_mut(), *bytes),
            Self::GzipBomb { bytes } => {
                fill_up(response.body_mut(), *bytes);
                // Compressing from memory into memory can't fail.
                if let Ok(packed) = gzip(response.body()) {
                    *response.body_mut() = packed;
                    put(response.headers_mut(), header::CONTENT_ENCODING, "gzip");
                }
            }
            Self::Truncated { after } => response.body_mut().truncate(*after),
            Self::Nested { depth } => {
                *response.body_mut() = [vec![b'['; *depth], vec![b']'; *depth]].concat();
            }
            Self::NextLoops => {
                let this = request.uri().to_string();
                replace_next(response.body_mut(), |href| same_page(href, &this));
            }
            Self::NextElsewhere { href } => replace_next(response.body_mut(), |_| href.clone()),
            _ => {}
        }
    }
}

const HTML: &str = "<!doctype html><html><head><title>Sign in to the network</title></head><body><h1>Sign in to \
                    the network</h1></body></html>";

const GATEWAY: &str = "<html><head><title>Request rejected</title></head><body><center><h1>The requested URL was \
                       rejected.</h1></center><script>window.ran = true</script></body></html>";

impl Encoding {
    fn write(self, text: &str) -> Vec<u8> {
        match self {
            Self::Utf8 => text.as_bytes().to_vec(),
            Self::Utf16 => {
                [0xfeff].into_iter().chain(text.encode_utf16()).flat_map(u16::to_le_bytes).collect()
            }
            Self::Latin1 => text.chars().map(|letter| u8::try_from(letter).unwrap_or(b'?')).collect(),
        }
    }
}

/// The whole `Authorization` header, including the token.
fn authorization(request: &Request<Vec<u8>>) -> &str {
    let header = request.headers().get(header::AUTHORIZATION);
    header.and_then(|value| value.to_str().ok()).unwrap_or_default()
}

fn echo(request: &Request<Vec<u8>>, response: &mut Response<Vec<u8>>) {
    let echoed = authorization(request);
    put(response.headers_mut(), HeaderName::from_static("correlation-id"), echoed);
    let text = String::from_utf8_lossy(response.body());
    if let Some(rest) = text.strip_prefix('{') {
        *response.body_mut() = format!("{{ \"authorization\" : \"{echoed}\",{rest}").into_bytes();
    }
}

fn fill_up(body: &mut Vec<u8>, bytes: usize) {
    body.resize(bytes.max(body.len()), b' ');
}

fn gzip(body: &[u8]) -> io::Result<Vec<u8>> {
    let mut packed = Vec::new();
    GzEncoder::new(body, Compression::best()).read_to_end(&mut packed)?;
    Ok(packed)
}

fn become_html(response: &mut Response<Vec<u8>>, status: StatusCode, html: &str) {
    put(response.headers_mut(), header::CONTENT_TYPE, "text/html;charset=UTF-8");
    *response.status_mut() = status;
    *response.body_mut() = html.as_bytes().to_vec();
}

fn end(reset: bool) -> End {
    if reset { End::Reset } else { End::Fin }
}

const FLAG: &str = "\"mfaEnabled\" : ";

/// Rewrites every flag in a body. Searching for text is enough, because the sandbox itself wrote the body.
fn replace_flag(body: &mut Vec<u8>, mut rewrite: impl FnMut(bool) -> String) {
    let text = String::from_utf8_lossy(body);
    let mut pieces = text.split(FLAG);
    let mut rewritten = pieces.next().unwrap_or_default().to_owned();
    for piece in pieces {
        let (value, rest) = match piece.strip_prefix("true") {
            Some(rest) => (true, rest),
            None => (false, piece.strip_prefix("false").unwrap_or(piece)),
        };
        let flag = rewrite(value);
        // If the flag is left out, its comma must go too.
        let rest = if flag.is_empty() { rest.trim_start().strip_prefix(',').unwrap_or(rest) } else { rest };
        rewritten.push_str(&flag);
        rewritten.push_str(rest);
    }
    *body = rewritten.into_bytes();
}

fn other_value(value: bool) -> String {
    format!("{FLAG}{}", !value)
}

fn both_values(value: bool) -> String {
    format!("{FLAG}{value}, {FLAG}{}", !value)
}

fn odd_value(value: bool, odd: Option<&String>) -> String {
    match odd.map(String::as_str) {
        None => format!("{FLAG}{value}"),
        Some("") => String::new(),
        Some(odd) => format!("{FLAG}{odd}"),
    }
}

/// Rewrites the link to the next page, if there is one.
fn replace_next(body: &mut Vec<u8>, rewrite: impl Fn(&str) -> String) {
    let text = String::from_utf8_lossy(body).into_owned();
    let Some((before, rest)) = text.split_once("\"next\" : {") else { return };
    let Some((gap, rest)) = rest.split_once("\"href\" : \"") else { return };
    let Some((href, after)) = rest.split_once('"') else { return };
    *body = format!("{before}\"next\" : {{{gap}\"href\" : \"{}\"{after}", rewrite(href)).into_bytes();
}

/// The link to the page that `this` request returned, with the host of the original link.
fn same_page(next: &str, this: &str) -> String {
    let host = next.split("/v1").next().unwrap_or_default();
    let path = this.find("/v1").and_then(|place| this.get(place..)).unwrap_or(this);
    format!("{host}{path}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_flag_of_a_body_is_rewritten() {
        let mut body = br#"{ "a" : 1, "mfaEnabled" : true, "b" : { "mfaEnabled" : false } }"#.to_vec();
        replace_flag(&mut body, other_value);
        assert_eq!(body, br#"{ "a" : 1, "mfaEnabled" : false, "b" : { "mfaEnabled" : true } }"#);
    }

    #[test]
    fn an_answer_echoes_the_authorization_header() {
        let request =
            Request::get("/").header(header::AUTHORIZATION, "Bearer x.y.z").body(Vec::new()).unwrap();
        let mut response = Response::new(br#"{"a" : 1}"#.to_vec());
        Fault::Echo.corrupt(&request, &mut response);
        assert_eq!(response.headers()["correlation-id"], "Bearer x.y.z");
        assert_eq!(response.body(), br#"{ "authorization" : "Bearer x.y.z","a" : 1}"#);
    }

    #[test]
    fn a_text_fault_uses_the_requested_encoding() {
        let request = Request::get("/").header(header::AUTHORIZATION, "B").body(Vec::new()).unwrap();
        for (encoding, bytes) in [
            (Encoding::Utf8, "üB!üB!".as_bytes()),
            (Encoding::Utf16, b"\xff\xfe\xfc\0B\0!\0\xfc\0B\0!\0"),
            (Encoding::Latin1, b"\xfcB!\xfcB!"),
        ] {
            let text = Fault::Text {
                status: 502,
                text: "ü{authorization}!".to_owned(),
                encoding,
                times: 2,
                content_type: "text/plain".to_owned(),
            };
            let mut response = Response::new(Vec::new());
            text.corrupt(&request, &mut response);
            assert_eq!((response.status().as_u16(), response.body().as_slice()), (502, bytes));
        }
    }

    #[test]
    fn odd_flag_values_are_used_in_turn_and_empty_ones_omit_the_flag() {
        let values = ["null", "", "\"true\""].map(str::to_owned);
        let mut values = values.iter().cycle();
        let mut body = br#"[{ "mfaEnabled" : true }, { "mfaEnabled" : true,
 "b" : 1 }, { "mfaEnabled" : false }, { "mfaEnabled" : false }]"#
            .to_vec();
        replace_flag(&mut body, |value| odd_value(value, values.next()));
        let wanted = r#"[{ "mfaEnabled" : null }, { 
 "b" : 1 }, { "mfaEnabled" : "true" }, { "mfaEnabled" : null }]"#;
        assert_eq!(String::from_utf8(body).unwrap(), wanted);
    }

    #[test]
    fn only_the_link_to_the_next_page_is_rewritten() {
        let text = r#"{ "self" : { "href" : "a" }, "next" : { "href" : "http://h/v1/x?cursor=2" } }"#;
        let mut body = text.as_bytes().to_vec();
        replace_next(&mut body, |next| same_page(next, "/v1/x?limit=1"));
        assert_eq!(body, text.replace("cursor=2", "limit=1").into_bytes());
        let mut last = br#"{ "self" : { "href" : "a" } }"#.to_vec();
        let before = last.clone();
        replace_next(&mut last, |_| "elsewhere".to_owned());
        assert_eq!(last, before);
    }
}
