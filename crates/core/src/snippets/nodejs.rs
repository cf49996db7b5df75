//! Node.js 18 or newer, whose `fetch` needs no package.

use super::literal::{Escape, in_either_quotes};
use super::{Sample, TOKEN};

pub(super) fn code(sample: &Sample) -> String {
    let method = sample.method;
    let url = in_either_quotes(&sample.url, Escape::Halves, &[]);
    let (header, body) = match sample.body.as_deref() {
        None => ("", String::new()),
        Some(body) => (
            "\n    \"Content-Type\": \"application/json\",",
            format!("\n  body: {},", in_either_quotes(body, Escape::Halves, &[])),
        ),
    };
    format!(
        "// The access token is taken from the environment variable {TOKEN}.
// A module: save it as request.mjs.
const response = await fetch({url}, {{
  method: \"{method}\",
  headers: {{
    Authorization: `Bearer ${{process.env.{TOKEN}}}`,
    Accept: \"application/json\",{header}
  }},{body}
}});

console.log(await response.text());
if (!response.ok) {{
  console.error(`Status ${{response.status}}`);
  process.exitCode = 1;
}}
"
    )
}
