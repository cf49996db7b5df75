//! The HTTP message itself (RFC 9112), as editors and HTTP clients accept it.
//! `{{accessToken}}` is their syntax for a variable.

use super::Sample;

pub(super) fn code(sample: &Sample) -> String {
    let Sample { method, url, body } = sample;
    let host = url.split_once("://").map_or(url.as_str(), |(_, rest)| rest);
    let host = host.split(['/', '?', '#']).next().unwrap_or_default();
    let head = format!(
        "{method} {url} HTTP/1.1
Host: {host}
Authorization: Bearer {{{{accessToken}}}}
Accept: application/json
"
    );
    let Some(body) = body else { return head + "\n" };
    // Two braces would be a variable. JSON contains two in a row only inside a string.
    let body = body.replace("{{", "{\\u007b");
    let length = body.len();
    format!("{head}Content-Type: application/json\nContent-Length: {length}\n\n{body}")
}
