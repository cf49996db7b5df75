//! Java 11 or newer.

use super::literal::{Escape, quoted};
use super::{Sample, TOKEN};

pub(super) fn code(sample: &Sample) -> String {
    let method = sample.method;
    let url = quoted(&sample.url, '"', Escape::Halves, &[]);
    let (header, publisher) = match sample.body.as_deref() {
        None => ("", "noBody()".to_owned()),
        Some(body) => (
            "\n            .header(\"Content-Type\", \"application/json\")",
            format!("ofString({})", quoted(body, '"', Escape::Halves, &[])),
        ),
    };
    format!(
        "// The access token is taken from the environment variable {TOKEN}.
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;

public class Main {{
    public static void main(String[] args) throws Exception {{
        HttpRequest request = HttpRequest.newBuilder(URI.create({url}))
            .header(\"Authorization\", \"Bearer \" + System.getenv(\"{TOKEN}\"))
            .header(\"Accept\", \"application/json\"){header}
            .method(\"{method}\", HttpRequest.BodyPublishers.{publisher})
            .build();
        HttpResponse<String> response = HttpClient.newHttpClient()
            .send(request, HttpResponse.BodyHandlers.ofString());
        System.out.println(response.body());
        if (response.statusCode() >= 300) {{
            System.err.println(\"Status \" + response.statusCode());
            System.exit(1);
        }}
    }}
}}
"
    )
}
