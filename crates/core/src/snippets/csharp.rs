//! C# 6 or newer, for any version of .NET. `Main` isn't asynchronous, because only that form compiles everywhere.

use super::literal::{Escape, quoted};
use super::{Sample, TOKEN};

pub(super) fn code(sample: &Sample) -> String {
    let method = sample.capitalized();
    let url = quoted(&sample.url, '"', Escape::Digits, &[]);
    let body = sample.body.as_deref().map(|body| {
        let body = quoted(body, '"', Escape::Digits, &[]);
        format!(
            "
            request.Content = new StringContent({body})
            {{
                Headers = {{ ContentType = new MediaTypeHeaderValue(\"application/json\") }}
            }};"
        )
    });
    let body = body.unwrap_or_default();
    format!(
        "// The access token is taken from the environment variable {TOKEN}.
using System;
using System.Net.Http;
using System.Net.Http.Headers;
using System.Threading.Tasks;

static class Program
{{
    static int Main() => RunAsync().GetAwaiter().GetResult();

    static async Task<int> RunAsync()
    {{
        var token = Environment.GetEnvironmentVariable(\"{TOKEN}\");
        using (var client = new HttpClient())
        using (var request = new HttpRequestMessage(HttpMethod.{method}, {url}))
        {{
            request.Headers.Authorization = new AuthenticationHeaderValue(\"Bearer\", token);
            request.Headers.Accept.Add(new MediaTypeWithQualityHeaderValue(\"application/json\"));{body}
            using (var response = await client.SendAsync(request))
            {{
                Console.WriteLine(await response.Content.ReadAsStringAsync());
                if (response.IsSuccessStatusCode)
                {{
                    return 0;
                }}
                Console.Error.WriteLine($\"Status {{(int)response.StatusCode}}\");
                return 1;
            }}
        }}
    }}
}}
"
    )
}
