//! A sandbox without a network, and a client that sends HTTP requests to it.

use http::{Method, Request, Response, header};
use pingone_sandbox::{Role, Sandbox, Seed, Timestamp, TokenSpec};
use serde_json::Value;
use uuid::Uuid;

use crate::tenant::local_seed;

/// The time at which every client starts, at the beginning of a quarter of an hour.
pub const NOW: Timestamp = Timestamp(1_800_000_000_000);

/// The status and the body of an answer.
pub type Answer = (u16, Value);

/// A sandbox with a client whose clock can be advanced.
pub struct ApiClient {
    pub sandbox: Sandbox,
    /// The token that is sent with every request.
    pub token: String,
    /// The time at which the next request arrives.
    pub now: Timestamp,
}

impl ApiClient {
    /// A client of the sandbox that this seed makes.
    pub fn seeded(seed: Seed, spec: &TokenSpec) -> Self {
        let mut sandbox = Sandbox::new(seed);
        let token = sandbox.issue_token(spec, NOW);
        Self { sandbox, token, now: NOW }
    }

    /// A client with a token of these properties.
    pub fn of(users: u32, spec: &TokenSpec) -> Self {
        Self::seeded(local_seed(users, 7), spec)
    }

    /// A client with a token of this role that doesn't expire during a test.
    pub fn with_role(users: u32, role: Role) -> Self {
        Self::of(users, &TokenSpec { role, lifetime_seconds: 1_000_000, ..TokenSpec::default() })
    }

    /// A client that may read and change users.
    pub fn admin(users: u32) -> Self {
        Self::with_role(users, Role::IdentityDataAdmin)
    }

    /// Sends the next requests with a token of these properties.
    pub fn use_token(&mut self, spec: &TokenSpec) {
        self.token = self.sandbox.issue_token(spec, self.now);
    }

    /// The path under the environment; a path that starts with `/v1` stays.
    pub fn path(&self, path: &str) -> String {
        if path.starts_with("/v1") {
            return path.to_owned();
        }
        format!("/v1/environments/{}{path}", self.sandbox.environment_id())
    }

    /// Sends a JSON body, and returns the whole answer.
    pub fn ask(&mut self, method: Method, path: &str, body: &str) -> Response<Vec<u8>> {
        self.ask_as(method, path, "application/json", body)
    }

    /// Like [`ApiClient::ask`], with this content type.
    pub fn ask_as(
        &mut self,
        method: Method,
        path: &str,
        content_type: &str,
        body: &str,
    ) -> Response<Vec<u8>> {
        let request = Request::builder()
            .method(method)
            .uri(self.path(path))
            .header(header::AUTHORIZATION, format!("Bearer {}", self.token))
            .header(header::CONTENT_TYPE, content_type)
            .body(body.as_bytes().to_vec())
            .unwrap();
        self.sandbox.handle(&request, self.now).response
    }

    /// Sends a JSON body, and returns status and body.
    pub fn send(&mut self, method: Method, path: &str, body: &str) -> Answer {
        self.send_as(method, path, "application/json", body)
    }

    /// Like [`ApiClient::send`], with this content type.
    pub fn send_as(&mut self, method: Method, path: &str, content_type: &str, body: &str) -> Answer {
        let answer = self.ask_as(method, path, content_type, body);
        // An empty body is returned as null.
        let body = if answer.body().is_empty() { b"null".as_slice() } else { answer.body() };
        (answer.status().as_u16(), serde_json::from_slice(body).unwrap())
    }

    /// Sends a GET, and returns status and body.
    pub fn get(&mut self, path: &str) -> Answer {
        self.send(Method::GET, path, "")
    }

    /// The body of a GET that must succeed.
    #[track_caller]
    pub fn read(&mut self, path: &str) -> Value {
        let answer = self.ask(Method::GET, path, "");
        assert_eq!(answer.status(), 200, "{path}");
        body(&answer)
    }

    /// Sends a JSON body, and returns the status and the code of the first detail.
    pub fn refusal(&mut self, method: Method, path: &str, body: &str) -> (u16, String) {
        let answer = self.send(method, path, body);
        let (status, code, _) = refusal(&answer);
        (status, code.to_owned())
    }

    /// The ID of the user with this username.
    pub fn user(&self, name: &str) -> Uuid {
        self.sandbox.user_by_username(name).unwrap()
    }

    /// Lets time pass before the next request.
    pub fn advance(&mut self, seconds: i64) {
        self.now = self.now.after_seconds(seconds);
    }
}

/// The JSON body of an answer.
pub fn body(answer: &Response<Vec<u8>>) -> Value {
    serde_json::from_slice(answer.body()).unwrap()
}

/// The path after the environment's ID in an absolute link.
pub fn rest(href: &Value) -> String {
    let (_, rest) = href.as_str().unwrap().split_once("/environments/").unwrap();
    rest[36..].to_owned()
}

/// The list with this name in `_embedded`.
pub fn listed<'a>(answer: &'a Answer, name: &str) -> &'a Vec<Value> {
    answer.1["_embedded"][name].as_array().unwrap()
}

/// The ID of an object in an answer.
pub fn id(value: &Value) -> Uuid {
    value["id"].as_str().unwrap().parse().unwrap()
}

/// The status, and the code and target of the first detail.
pub fn refusal(answer: &Answer) -> (u16, &str, &str) {
    let detail = &answer.1["details"][0];
    (answer.0, detail["code"].as_str().unwrap_or_default(), detail["target"].as_str().unwrap_or_default())
}
