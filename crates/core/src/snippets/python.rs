//! Python, with nothing but its standard library.

use super::literal::{Escape, in_either_quotes};
use super::{Sample, TOKEN};

pub(super) fn code(sample: &Sample) -> String {
    let method = sample.method;
    let url = in_either_quotes(&sample.url, Escape::Digits, &[]);
    let (header, data) = match sample.body.as_deref() {
        None => ("", String::new()),
        Some(body) => (
            ", \"Content-Type\": \"application/json\"",
            format!("\n    data={}.encode(),", in_either_quotes(body, Escape::Digits, &[])),
        ),
    };
    format!(
        "# The access token is taken from the environment variable {TOKEN}.
import os
import sys
import urllib.error
import urllib.request

request = urllib.request.Request(
    {url},
    method=\"{method}\",
    headers={{\"Accept\": \"application/json\"{header}}},{data}
)
# A redirect to somewhere else is followed without the token.
request.add_unredirected_header(\"Authorization\", f\"Bearer {{os.environ['{TOKEN}']}}\")

try:
    with urllib.request.urlopen(request, timeout=30) as response:
        print(response.read().decode())
except urllib.error.HTTPError as error:
    print(error.read().decode())
    sys.exit(f\"Status {{error.code}}\")
"
    )
}
