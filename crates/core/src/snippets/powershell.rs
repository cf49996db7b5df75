//! `PowerShell` 7.4 or newer, which sends texts as UTF-8.

use super::{Sample, TOKEN};

pub(super) fn code(sample: &Sample) -> String {
    let method = sample.capitalized();
    let url = quoted(&sample.url);
    let body = sample.body.as_deref().map(|body| {
        let body = quoted(body);
        format!("\n    ContentType        = 'application/json'\n    Body               = {body}")
    });
    let body = body.unwrap_or_default();
    format!(
        "#Requires -Version 7.4
# The access token is taken from the environment variable {TOKEN}.
$request = @{{
    Method             = '{method}'
    Uri                = {url}
    Headers            = @{{
        Authorization = \"Bearer $env:{TOKEN}\"
        Accept        = 'application/json'
    }}{body}
    SkipHttpErrorCheck = $true
}}
$response = Invoke-WebRequest @request
$response.Content
if ($response.StatusCode -ge 300) {{
    [Console]::Error.WriteLine(\"Status $($response.StatusCode)\")
    exit 1
}}
"
    )
}

/// Quotes a text for `PowerShell`. In single quotes everything is literal except single quotes, which are doubled;
/// typographic ones count as single quotes too.
pub(super) fn quoted(text: &str) -> String {
    let mut literal = String::from("'");
    for letter in text.chars() {
        literal.push(letter);
        if matches!(letter, '\'' | '\u{2018}'..='\u{201b}') {
            literal.push(letter);
        }
    }
    literal.push('\'');
    literal
}
