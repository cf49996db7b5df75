//! Export of exchanges as a HAR file, with which the sandbox is compared with a tenant. The file is meant to be given
//! to strangers: names, addresses, numbers and texts have placeholders, as in every copy, and so have IDs; equal IDs
//! have the same placeholder.
//!
//! Source: the HTTP Archive format, version 1.2 (w3c.github.io/web-performance/specs/HAR/Overview.html). Values that a
//! page can't know, such as the HTTP version and most headers, are empty.

use std::collections::HashMap;
use std::fmt::Write as _;

use form_urlencoded::parse;
use pingone::exchange::{Answer, BodyKind, Exchange};
use pingone::json::quoted;
use pingone::redaction::personal_data;
use pingone::redaction::secrets::PLACEHOLDER;
use pingone::wire::device_report::TEMPLATE;

/// Length of a UUID with its hyphens.
const ID: usize = 36;

/// The text of a HAR file with these exchanges, in the given order.
pub fn har<'a>(exchanges: impl Iterator<Item = &'a Exchange>) -> String {
    let entries: Vec<String> = exchanges.map(entry).collect();
    let text = format!(
        r#"{{"log":{{"version":"1.2","creator":{{"name":"pingone-mfa","version":"{}"}},"entries":[{}]}}}}"#,
        env!("CARGO_PKG_VERSION"),
        entries.join(",\n")
    );
    anonymize_ids(&text)
}

fn entry(exchange: &Exchange) -> String {
    let (method, url) = (exchange.request.method.to_string(), personal_data::address(&exchange.url()));
    let took = exchange.took.0;
    let response = exchange.answer.as_ref().map_or_else(no_answer, response);
    format!(
        r#"{{"startedDateTime":{},"time":{took},"request":{{"method":{},"url":{},{},"headers":[{}],"queryString":[{}],{}"headersSize":-1,"bodySize":-1}},"response":{response},"cache":{{}},"timings":{{"send":0,"wait":{took},"receive":0}}}}"#,
        quoted(&exchange.at.to_rfc3339()),
        quoted(&method),
        quoted(&url),
        UNKNOWN,
        name_value("Authorization", &format!("Bearer {PLACEHOLDER}")),
        query(&url),
        post_data(&exchange.sent()),
    )
}

/// Required properties whose values a browser doesn't tell a page.
const UNKNOWN: &str = r#""httpVersion":"","cookies":[]"#;

fn name_value(name: &str, value: &str) -> String {
    format!(r#"{{"name":{},"value":{}}}"#, quoted(name), quoted(value))
}

fn query(url: &str) -> String {
    let query = url.split_once('?').map_or("", |(_, query)| query);
    let parameters: Vec<String> =
        parse(query.as_bytes()).map(|(name, value)| name_value(&name, &value)).collect();
    parameters.join(",")
}

fn post_data(body: &str) -> String {
    if body.is_empty() {
        return String::new();
    }
    // Bodies of requests have no personal data: only flags, times, and the fields of a report.
    format!(r#""postData":{{"mimeType":"application/json","text":{}}},"#, quoted(body))
}

fn response(answer: &Answer) -> String {
    let id = answer.head.correlation_id.as_ref().filter(|id| id.len() == ID && is_id(id));
    let header = id.map(|id| name_value("Correlation-Id", id)).unwrap_or_default();
    let mut content = format!(r#""size":{},"mimeType":{}"#, answer.size, quoted(media_type(answer.kind)));
    // Bodies that were cut or aren't PingOne's JSON are left out: truncated JSON is invalid, and
    // other text may contain anything.
    let has_text = answer.kind == BodyKind::Json && !answer.is_cut;
    let text = if has_text {
        ("text", personal_data::json_for_strangers(&answer.body))
    } else {
        ("comment", "not kept".to_owned())
    };
    if answer.kind != BodyKind::Empty {
        // Writing to a string can't fail.
        let _ = write!(content, r#","{}":{}"#, text.0, quoted(&text.1));
    }
    response_json(answer.head.status, &header, &content)
}

/// Status 0 stands for no answer, as in HAR files of browsers.
fn no_answer() -> String {
    response_json(0, "", r#""size":0,"mimeType":"""#)
}

fn response_json(status: u16, headers: &str, content: &str) -> String {
    format!(
        r#"{{"status":{status},"statusText":"",{UNKNOWN},"headers":[{headers}],"content":{{{content}}},"redirectURL":"","headersSize":-1,"bodySize":-1}}"#
    )
}

const fn media_type(kind: BodyKind) -> &'static str {
    match kind {
        BodyKind::Json => "application/json",
        BodyKind::Html => "text/html",
        BodyKind::Text => "text/plain",
        BodyKind::Empty | BodyKind::Bytes => "",
    }
}

/// Replaces each ID by a number, from 1 on; equal IDs get the same number. The ID of the report template is
/// kept: it is the same for everyone.
fn anonymize_ids(text: &str) -> String {
    let mut numbers = HashMap::new();
    let (mut written, mut rest) = (String::with_capacity(text.len()), text);
    while let Some(hyphen) = rest.find('-') {
        let begin = hyphen.saturating_sub(8);
        let id = rest.get(begin..begin + ID).filter(|id| is_id(id));
        let end = if id.is_some() { begin + ID } else { hyphen + 1 };
        let (consumed, remaining) = rest.split_at(end);
        match id {
            None | Some(TEMPLATE) => written.push_str(consumed),
            Some(id) => {
                let next = numbers.len() + 1;
                let number = *numbers.entry(id.to_ascii_lowercase()).or_insert(next);
                written.push_str(consumed.get(..begin).unwrap_or_default());
                // Writing to a string can't fail.
                let _ = write!(written, "00000000-0000-4000-8000-{number:012}");
            }
        }
        rest = remaining;
    }
    written.push_str(rest);
    written
}

fn is_id(text: &str) -> bool {
    text.bytes().enumerate().all(|(index, byte)| match index {
        8 | 13 | 18 | 23 => byte == b'-',
        _ => byte.is_ascii_hexdigit(),
    })
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::super::filter::tests::{answer, exchange};
    use super::*;

    #[test]
    fn a_file_has_the_exchanges_without_personal_data_and_ids() {
        let body = r#"{"id":"5f0c7e1a-22b1-4c0e-9a55-0d1f6a7bc2d4","username":"jonas.brandt","phone":"+12025550142","mfaEnabled":true}"#;
        let kept = exchange(2, Some(Answer { body: body.to_owned(), ..answer(200) }));
        let none = exchange(3, None);
        let text = har([&kept, &none].into_iter());
        let file: Value = serde_json::from_str(&text).unwrap();
        let entries = file["log"]["entries"].as_array().unwrap();
        assert_eq!((file["log"]["version"].as_str(), entries.len()), (Some("1.2"), 2));
        let request = &entries[0]["request"];
        assert_eq!(request["headers"][0]["value"], "Bearer {token}");
        assert_eq!(request["postData"]["text"], "{\"mfaEnabled\":true}");
        assert!(
            request["url"].as_str().unwrap().ends_with("/00000000-0000-4000-8000-000000000002/mfaEnabled")
        );
        let content: Value =
            serde_json::from_str(entries[0]["response"]["content"]["text"].as_str().unwrap()).unwrap();
        assert_eq!(content["id"], "00000000-0000-4000-8000-000000000003");
        assert_eq!((&content["username"], &content["mfaEnabled"]), (&"[username]".into(), &true.into()));
        assert_eq!(entries[1]["response"]["status"], 0);
        for person in ["jonas", "2025550142", "5f0c7e1a"] {
            assert!(!text.contains(person), "{person}: {text}");
        }
    }

    #[test]
    fn the_format_of_files_is_unchanged() {
        let page = Answer { body: "<html>".to_owned(), kind: BodyKind::Html, size: 6, ..answer(502) };
        let head = pingone::transport::Head {
            status: 200,
            correlation_id: Some("5f0c7e1a-22b1-4c0e-9a55-0d1f6a7bc2d4".into()),
        };
        let good = exchange(2, Some(Answer { head, ..answer(200) }));
        let mut read = exchange(3, Some(page));
        read.request.body = None;
        let text = har([&good, &read, &exchange(4, None)].into_iter());
        let expected = include_str!("../../tests/fixtures/exchanges.har").trim_end();
        assert_eq!(text, expected.replace("{version}", env!("CARGO_PKG_VERSION")));
    }

    #[test]
    fn sentences_numbers_and_unusual_ids_are_left_out() {
        let body = r#"{"message":"The username 'jonas.brandt' already exists","details":[{"code":"INVALID_VALUE","target":"username","message":"No user Jonas Brandt"}],"badge":48213,"count":7}"#;
        let odd = Answer { body: body.to_owned(), ..answer(400) };
        let head = |id: &str| pingone::transport::Head { status: 400, correlation_id: Some(id.to_owned()) };
        let texts = ["Root=1-67891233-abcdef012345678912345678", "jonas@host.example"]
            .map(|id| har([&exchange(2, Some(Answer { head: head(id), ..odd.clone() }))].into_iter()));
        for text in texts {
            for secret in ["onas", "randt", "48213", "67891233"] {
                assert!(!text.contains(secret), "{secret}: {text}");
            }
            assert!(text.contains("INVALID_VALUE") && text.contains("\\\"count\\\":7"), "{text}");
        }
    }

    #[test]
    fn the_id_of_the_report_template_is_kept() {
        let text = format!("{TEMPLATE} 5f0c7e1a-22b1-4c0e-9a55-0d1f6a7bc2d4");
        assert_eq!(anonymize_ids(&text), format!("{TEMPLATE} 00000000-0000-4000-8000-000000000001"));
    }

    #[test]
    fn bodies_that_are_not_complete_json_are_left_out() {
        let page = Answer { body: "<html>Jonas</html>".to_owned(), kind: BodyKind::Html, ..answer(502) };
        let cut = Answer { body: "{\"users\": [".to_owned(), is_cut: true, ..answer(200) };
        for kept in [page, cut] {
            let text = har([&exchange(2, Some(kept))].into_iter());
            let file: Value = serde_json::from_str(&text).unwrap();
            let content = &file["log"]["entries"][0]["response"]["content"];
            assert_eq!((content.get("text"), &content["comment"]), (None, &"not kept".into()));
        }
    }

    #[test]
    fn equal_ids_have_the_same_number_everywhere() {
        let id = "5F0C7E1A-22b1-4c0e-9a55-0d1f6a7bc2d4";
        let text = format!("a-b {id}/x-{} 2026-11-24T00:00 -{id}- é-{id}", id.to_lowercase());
        let number = "00000000-0000-4000-8000-000000000001";
        assert_eq!(
            anonymize_ids(&text),
            format!("a-b {number}/x-{number} 2026-11-24T00:00 -{number}- é-{number}")
        );
        assert_eq!(anonymize_ids("12345678-"), "12345678-");
        assert_eq!(
            anonymize_ids("00000000-0000-4000-8000-00000000000g"),
            "00000000-0000-4000-8000-00000000000g"
        );
    }
}
