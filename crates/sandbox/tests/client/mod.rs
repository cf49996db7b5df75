//! A sandbox and a client whose clock can be advanced.
#![allow(dead_code, reason = "each test uses a part")]

use http::{Method, Request, Response, header};
use pingone_sandbox::{EnvironmentKind, Populations, Role, Sandbox, Seed, Timestamp, TokenSpec};
use serde_json::Value;
use uuid::Uuid;

/// The time at which every test starts, at the beginning of a quarter of an hour.
pub const NOW: Timestamp = Timestamp(1_800_000_000_000);

pub struct ApiClient {
    pub sandbox: Sandbox,
    pub token: String,
    pub now: Timestamp,
}

impl ApiClient {
    pub fn with_role(users: u32, role: Role) -> Self {
        let mut sandbox = Sandbox::new(Seed {
            users,
            seed: 7,
            api_base: "http://127.0.0.1:4001/v1".to_owned(),
            auth_base: "http://127.0.0.1:4001".to_owned(),
            kind: EnvironmentKind::Sandbox,
            populations: Populations::Usual,
        });
        let token = sandbox
            .issue_token(&TokenSpec { role, lifetime_seconds: 1_000_000, ..TokenSpec::default() }, NOW);
        Self { sandbox, token, now: NOW }
    }

    pub fn admin(users: u32) -> Self {
        Self::with_role(users, Role::IdentityDataAdmin)
    }

    /// Sends a request to a path under the environment.
    pub fn ask(&mut self, method: Method, rest: &str, body: &str) -> Response<Vec<u8>> {
        let request = Request::builder()
            .method(method)
            .uri(format!("/v1/environments/{}{rest}", self.sandbox.environment_id()))
            .header(header::AUTHORIZATION, format!("Bearer {}", self.token))
            .header(header::CONTENT_TYPE, "application/json")
            .body(body.as_bytes().to_vec())
            .unwrap();
        self.sandbox.handle(&request, self.now).response
    }

    pub fn get(&mut self, rest: &str) -> Value {
        let answer = self.ask(Method::GET, rest, "");
        assert_eq!(answer.status(), 200, "{rest}");
        body(&answer)
    }

    /// Sends a request and returns the status and the code of the first detail.
    pub fn refusal(&mut self, method: Method, rest: &str, text: &str) -> (u16, String) {
        let answer = self.ask(method, rest, text);
        let code = body(&answer)["details"][0]["code"].as_str().unwrap_or_default().to_owned();
        (answer.status().as_u16(), code)
    }

    pub fn user(&self, name: &str) -> Uuid {
        self.sandbox.user_by_username(name).unwrap()
    }

    pub fn advance(&mut self, seconds: i64) {
        self.now = self.now.after_seconds(seconds);
    }
}

pub fn body(answer: &Response<Vec<u8>>) -> Value {
    serde_json::from_slice(answer.body()).unwrap()
}

/// The path after the environment's ID in an absolute link.
pub fn rest(href: &Value) -> String {
    let (_, rest) = href.as_str().unwrap().split_once("/environments/").unwrap();
    rest[36..].to_owned()
}
