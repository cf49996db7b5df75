//! Ruby, with nothing but its standard library.

use super::literal::{Escape, in_single_quotes, quoted};
use super::{Sample, TOKEN};

pub(super) fn code(sample: &Sample) -> String {
    let method = sample.capitalized();
    let url = literal(&sample.url);
    let body = sample.body.as_deref().map(|body| {
        let body = literal(body);
        format!("\nrequest[\"Content-Type\"] = \"application/json\"\nrequest.body = {body}")
    });
    let body = body.unwrap_or_default();
    format!(
        "# The access token is taken from the environment variable {TOKEN}.
require \"net/http\"

uri = URI({url})
request = Net::HTTP::{method}.new(uri)
request[\"Authorization\"] = \"Bearer #{{ENV.fetch(\"{TOKEN}\")}}\"
request[\"Accept\"] = \"application/json\"{body}

response = Net::HTTP.start(uri.hostname, uri.port, use_ssl: uri.scheme == \"https\") do |http|
  http.request(request)
end
puts response.body
abort \"Status #{{response.code}}\" unless response.is_a?(Net::HTTPSuccess)
"
    )
}

/// Writes a literal in single quotes, where nothing is interpolated. Only line breaks and tabs need double quotes,
/// because Ruby reads CR LF in its source as LF.
fn literal(text: &str) -> String {
    if text.contains(['\r', '\n', '\t']) {
        return quoted(text, '"', Escape::Braces, &['#']);
    }
    in_single_quotes(text)
}
