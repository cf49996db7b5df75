//! A sandbox with a client that sends requests to it.

use http::{Method, Request, header};
use pingone_sandbox::{EnvironmentKind, Populations, Sandbox, Seed, Timestamp, TokenSpec};
use serde_json::Value;
use uuid::Uuid;

pub const NOW: Timestamp = Timestamp(1_800_000_000_000);

pub struct ApiClient {
    pub sandbox: Sandbox,
    token: String,
}

/// The status and the body of an answer.
pub type Answer = (u16, Value);

impl ApiClient {
    pub fn of(spec: &TokenSpec) -> Self {
        let mut sandbox = Sandbox::new(Seed {
            users: 60,
            seed: 7,
            api_base: "http://127.0.0.1:4001/v1".to_owned(),
            auth_base: "http://127.0.0.1:4001".to_owned(),
            kind: EnvironmentKind::Sandbox,
            populations: Populations::Usual,
        });
        let token = sandbox.issue_token(spec, NOW);
        Self { sandbox, token }
    }

    /// Sends the next requests with a token of these properties.
    pub fn use_token(&mut self, spec: &TokenSpec) {
        self.token = self.sandbox.issue_token(spec, NOW);
    }

    /// Sends a GET to a path under the environment, or to a path that starts with `/v1`.
    pub fn get(&mut self, path: &str) -> Answer {
        self.send(Method::GET, path, "")
    }

    /// Sends a request with a JSON body.
    pub fn send(&mut self, method: Method, path: &str, body: &str) -> Answer {
        self.send_as(method, path, "application/json", body)
    }

    pub fn send_as(&mut self, method: Method, path: &str, content_type: &str, body: &str) -> Answer {
        let path = match path {
            path if path.starts_with("/v1") => path.to_owned(),
            rest => format!("/v1/environments/{}{rest}", self.sandbox.environment_id()),
        };
        let request = Request::builder()
            .method(method)
            .uri(path)
            .header(header::AUTHORIZATION, format!("Bearer {}", self.token))
            .header(header::CONTENT_TYPE, content_type)
            .body(body.as_bytes().to_vec())
            .unwrap();
        let response = self.sandbox.handle(&request, NOW).response;
        // An empty body is returned as null.
        let body = if response.body().is_empty() { b"null".as_slice() } else { response.body() };
        (response.status().as_u16(), serde_json::from_slice(body).unwrap())
    }
}

/// The list with this name in `_embedded`.
pub fn listed<'a>(answer: &'a Answer, name: &str) -> &'a Vec<Value> {
    answer.1["_embedded"][name].as_array().unwrap()
}

pub fn id(value: &Value) -> Uuid {
    value["id"].as_str().unwrap().parse().unwrap()
}

/// The status, and the code and target of the first detail.
pub fn refusal(answer: &Answer) -> (u16, &str, &str) {
    let detail = &answer.1["details"][0];
    (answer.0, detail["code"].as_str().unwrap_or_default(), detail["target"].as_str().unwrap_or_default())
}
