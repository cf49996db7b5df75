//! Go, with nothing but its standard library.

use super::literal::{Escape, quoted, raw};
use super::{Sample, TOKEN};

pub(super) fn code(sample: &Sample) -> String {
    let method = sample.capitalized();
    let url = literal(&sample.url);
    let (import, reader, header) = match sample.body.as_deref() {
        None => ("", "nil".to_owned(), ""),
        Some(body) => (
            "\n\t\"strings\"",
            format!("strings.NewReader({})", body_literal(body)),
            "\n\trequest.Header.Set(\"Content-Type\", \"application/json\")",
        ),
    };
    format!(
        "// The access token is taken from the environment variable {TOKEN}.
package main

import (
\t\"fmt\"
\t\"io\"
\t\"log\"
\t\"net/http\"
\t\"os\"{import}
\t\"time\"
)

func main() {{
\tif err := run(); err != nil {{
\t\tlog.Fatal(err)
\t}}
}}

func run() error {{
\trequest, err := http.NewRequest(http.Method{method}, {url}, {reader})
\tif err != nil {{
\t\treturn err
\t}}
\trequest.Header.Set(\"Authorization\", \"Bearer \"+os.Getenv(\"{TOKEN}\"))
\trequest.Header.Set(\"Accept\", \"application/json\"){header}

\tclient := &http.Client{{Timeout: 30 * time.Second}}
\tresponse, err := client.Do(request)
\tif err != nil {{
\t\treturn err
\t}}
\tdefer response.Body.Close()

\tbody, err := io.ReadAll(response.Body)
\tif err != nil {{
\t\treturn err
\t}}
\tfmt.Println(string(body))
\tif response.StatusCode >= 300 {{
\t\treturn fmt.Errorf(\"status %s\", response.Status)
\t}}
\treturn nil
}}
"
    )
}

fn literal(text: &str) -> String {
    quoted(text, '"', Escape::Digits, &[])
}

fn body_literal(body: &str) -> String {
    raw(body, ("`", "`"), &['`']).unwrap_or_else(|| literal(body))
}
