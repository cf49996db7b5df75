//! PHP with its cURL extension.

use super::literal::in_single_quotes;
use super::{Sample, TOKEN};

pub(super) fn code(sample: &Sample) -> String {
    let method = sample.method;
    let url = in_single_quotes(&sample.url);
    let (header, body) = match sample.body.as_deref() {
        None => ("", String::new()),
        Some(body) => (
            "\n        'Content-Type: application/json',",
            format!("\n    CURLOPT_POSTFIELDS => {},", in_single_quotes(body)),
        ),
    };
    format!(
        "<?php
// The access token is taken from the environment variable {TOKEN}.
$request = curl_init({url});
curl_setopt_array($request, [
    CURLOPT_CUSTOMREQUEST => '{method}',
    CURLOPT_HTTPHEADER => [
        'Authorization: Bearer ' . getenv('{TOKEN}'),
        'Accept: application/json',{header}
    ],{body}
    CURLOPT_RETURNTRANSFER => true,
    CURLOPT_TIMEOUT => 30,
]);
$body = curl_exec($request);
if ($body === false) {{
    fwrite(STDERR, curl_error($request) . PHP_EOL);
    exit(1);
}}

echo $body, PHP_EOL;
$status = curl_getinfo($request, CURLINFO_RESPONSE_CODE);
if ($status >= 300) {{
    fwrite(STDERR, \"Status $status\" . PHP_EOL);
    exit(1);
}}
"
    )
}
