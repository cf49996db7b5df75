//! jQuery 3 or newer. A page has no environment variables, so the token is a variable of the page.

use super::Sample;
use super::literal::{Escape, in_either_quotes};

/// Escaped in the body, so that the code may stand between `<script>` and `</script>`. In
/// URLs it is percent-encoded already.
const OF_MARKUP: [char; 1] = ['<'];

pub(super) fn code(sample: &Sample) -> String {
    let method = sample.method;
    let url = in_either_quotes(&sample.url, Escape::Halves, &[]);
    let body = sample.body.as_deref().map(|body| {
        let body = in_either_quotes(body, Escape::Halves, &OF_MARKUP);
        format!("\n  contentType: \"application/json\",\n  data: {body},")
    });
    let body = body.unwrap_or_default();
    format!(
        "// `accessToken` is a variable of your page that holds the access token.
$.ajax({{
  url: {url},
  method: \"{method}\",
  headers: {{
    Authorization: `Bearer ${{accessToken}}`,
    Accept: \"application/json\",
  }},{body}
}})
  .done((answer, status, xhr) => console.log(xhr.responseText))
  .fail((xhr) => console.error(`Status ${{xhr.status}}`, xhr.responseText));
"
    )
}
