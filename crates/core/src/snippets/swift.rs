//! Swift 5.7 or newer, on Apple's systems and on Linux.

use super::literal::{Escape, quoted, raw};
use super::{Sample, TOKEN};

pub(super) fn code(sample: &Sample) -> String {
    let method = sample.method;
    let url = quoted(&sample.url, '"', Escape::Braces, &[]);
    let body = sample.body.as_deref().map(|body| {
        let body = body_literal(body);
        format!(
            "
request.setValue(\"application/json\", forHTTPHeaderField: \"Content-Type\")
request.httpBody = Data({body}.utf8)"
        )
    });
    let body = body.unwrap_or_default();
    format!(
        "// The access token is taken from the environment variable {TOKEN}.
// Save it as main.swift.
import Foundation
#if canImport(FoundationNetworking)
import FoundationNetworking
#endif

let token = ProcessInfo.processInfo.environment[\"{TOKEN}\"] ?? \"\"
var request = URLRequest(url: URL(string: {url})!)
request.httpMethod = \"{method}\"
request.setValue(\"Bearer \\(token)\", forHTTPHeaderField: \"Authorization\")
request.setValue(\"application/json\", forHTTPHeaderField: \"Accept\"){body}

let (data, response) = try await URLSession.shared.data(for: request)
print(String(decoding: data, as: UTF8.self))
let status = (response as? HTTPURLResponse)?.statusCode ?? 0
if !(200..<300).contains(status) {{
    FileHandle.standardError.write(Data(\"Status \\(status)\\n\".utf8))
    exit(1)
}}
"
    )
}

fn body_literal(body: &str) -> String {
    raw(body, ("#\"", "\"#"), &['#']).unwrap_or_else(|| quoted(body, '"', Escape::Braces, &[]))
}
