//! Exchanges as a HAR file, by which the sandbox is compared with a tenant. It is made to be handed to strangers: names,
//! addresses, numbers and texts have placeholders, as in every copy, and so has every id; the same id has the same one.
//!
//! Source: the HTTP Archive format, version 1.2 (w3c.github.io/web-performance/specs/HAR/Overview.html). What a page can't
//! know of an exchange, such as the HTTP version and most headers, is empty there.

use std::collections::HashMap;
use std::fmt::Write as _;

use form_urlencoded::parse;

use super::{Answer, BodyKind, Exchange};
use crate::api::json::quoted;
use crate::api::personal;
use crate::api::redaction::PLACEHOLDER;
use crate::api::wire::report::TEMPLATE;

/// The length of an id with its hyphens.
const ID: usize = 36;

/// These exchanges, in their order, as the text of a HAR file.
pub fn har<'a>(exchanges: impl Iterator<Item = &'a Exchange>) -> String {
    let entries: Vec<String> = exchanges.map(entry).collect();
    let text = format!(
        r#"{{"log":{{"version":"1.2","creator":{{"name":"pingone-mfa","version":"{}"}},"entries":[{}]}}}}"#,
        env!("CARGO_PKG_VERSION"),
        entries.join(",\n")
    );
    numbered(&text)
}

fn entry(exchange: &Exchange) -> String {
    let (method, url) = (exchange.request.method.to_string(), personal::address(&exchange.url()));
    let took = exchange.took.0;
    let response = exchange.answer.as_ref().map_or_else(no_answer, response);
    format!(
        r#"{{"startedDateTime":{},"time":{took},"request":{{"method":{},"url":{},{},"headers":[{}],"queryString":[{}],{}"headersSize":-1,"bodySize":-1}},"response":{response},"cache":{{}},"timings":{{"send":0,"wait":{took},"receive":0}}}}"#,
        quoted(&exchange.at.to_rfc3339()),
        quoted(&method),
        quoted(&url),
        UNKNOWN,
        named("Authorization", &format!("Bearer {PLACEHOLDER}")),
        query(&url),
        sent(&exchange.sent()),
    )
}

/// What no page is told.
const UNKNOWN: &str = r#""httpVersion":"","cookies":[]"#;

fn named(name: &str, value: &str) -> String {
    format!(r#"{{"name":{},"value":{}}}"#, quoted(name), quoted(value))
}

fn query(url: &str) -> String {
    let query = url.split_once('?').map_or("", |(_, query)| query);
    let parameters: Vec<String> = parse(query.as_bytes()).map(|(name, value)| named(&name, &value)).collect();
    parameters.join(",")
}

fn sent(body: &str) -> String {
    if body.is_empty() {
        return String::new();
    }
    // What the page sends says nothing of a person: flags, times, and what a report is to have in it.
    format!(r#""postData":{{"mimeType":"application/json","text":{}}},"#, quoted(body))
}

fn response(answer: &Answer) -> String {
    let id = answer.head.correlation_id.as_ref().filter(|id| id.len() == ID && is_id(id));
    let header = id.map(|id| named("Correlation-Id", id)).unwrap_or_default();
    let mut content = format!(r#""size":{},"mimeType":{}"#, answer.size, quoted(media_type(answer.kind)));
    // What isn't whole, or isn't PingOne's, is left out: a part of JSON is none, and another text may say anything.
    let has_text = answer.kind == BodyKind::Json && !answer.is_cut;
    let text = if has_text {
        ("text", personal::json_for_strangers(&answer.body))
    } else {
        ("comment", "not kept".to_owned())
    };
    if answer.kind != BodyKind::Empty {
        // Writing into memory can't fail.
        let _ = write!(content, r#","{}":{}"#, text.0, quoted(&text.1));
    }
    answered(answer.head.status, &header, &content)
}

/// Status 0 stands for no answer, as in the files of browsers.
fn no_answer() -> String {
    answered(0, "", r#""size":0,"mimeType":"""#)
}

fn answered(status: u16, headers: &str, content: &str) -> String {
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

/// The text with a number in place of each id: the first is 1, and whatever is the same id has the same number. The
/// report's template has the same one for everyone.
fn numbered(text: &str) -> String {
    let mut numbers = HashMap::new();
    let (mut written, mut rest) = (String::with_capacity(text.len()), text);
    while let Some(hyphen) = rest.find('-') {
        let begin = hyphen.saturating_sub(8);
        let id = rest.get(begin..begin + ID).filter(|id| is_id(id));
        let end = if id.is_some() { begin + ID } else { hyphen + 1 };
        let (passed, behind) = rest.split_at(end);
        match id {
            None | Some(TEMPLATE) => written.push_str(passed),
            Some(id) => {
                let next = numbers.len() + 1;
                let number = *numbers.entry(id.to_ascii_lowercase()).or_insert(next);
                written.push_str(passed.get(..begin).unwrap_or_default());
                // Writing into memory can't fail.
                let _ = write!(written, "00000000-0000-4000-8000-{number:012}");
            }
        }
        rest = behind;
    }
    written.push_str(rest);
    written
}

fn is_id(text: &str) -> bool {
    text.bytes().enumerate().all(|(place, byte)| match place {
        8 | 13 | 18 | 23 => byte == b'-',
        _ => byte.is_ascii_hexdigit(),
    })
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::*;
    use crate::api::exchange::filter::tests::{answer, exchange};

    #[test]
    fn a_file_has_the_exchange_without_people_and_ids() {
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
    fn no_sentence_no_number_and_no_odd_id_is_in_a_file() {
        let body = r#"{"message":"The username 'jonas.brandt' already exists","details":[{"code":"INVALID_VALUE","target":"username","message":"No user Jonas Brandt"}],"badge":48213,"count":7}"#;
        let odd = Answer { body: body.to_owned(), ..answer(400) };
        let head = |id: &str| crate::api::Head { status: 400, correlation_id: Some(id.to_owned()) };
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
    fn the_templates_id_of_a_report_stays() {
        let text = format!("{TEMPLATE} 5f0c7e1a-22b1-4c0e-9a55-0d1f6a7bc2d4");
        assert_eq!(numbered(&text), format!("{TEMPLATE} 00000000-0000-4000-8000-000000000001"));
    }

    #[test]
    fn what_is_not_whole_json_is_left_out() {
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
    fn the_same_id_has_the_same_number_wherever_it_stands() {
        let id = "5F0C7E1A-22b1-4c0e-9a55-0d1f6a7bc2d4";
        let text = format!("a-b {id}/x-{} 2026-11-24T00:00 -{id}- é-{id}", id.to_lowercase());
        let number = "00000000-0000-4000-8000-000000000001";
        assert_eq!(
            numbered(&text),
            format!("a-b {number}/x-{number} 2026-11-24T00:00 -{number}- é-{number}")
        );
        assert_eq!(numbered("12345678-"), "12345678-");
        assert_eq!(numbered("00000000-0000-4000-8000-00000000000g"), "00000000-0000-4000-8000-00000000000g");
    }
}
