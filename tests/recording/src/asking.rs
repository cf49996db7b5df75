//! Sends recorded requests to a sandbox, with a tenant's IDs replaced by those of the sandbox.

use har::v1_2::Entries;
use http::{Method, Request, header};
use pingone_sandbox::{
    EnvironmentKind, Fault, On, Populations, Role, Rule, Sandbox, Scope, Seed, Timestamp, TokenSpec,
};
use serde_json::Value;
use uuid::Uuid;

const NOW: Timestamp = Timestamp(1_800_000_000_000);

/// A token holder with every role, so that the sandbox refuses only what was refused in the recording.
const HOLDER: Uuid = Uuid::from_u128(0xfeed);

/// An ID that doesn't exist in the sandbox.
const UNKNOWN: Uuid = Uuid::from_u128(0xdead);

const TEMPLATE: &str = r#"{"dataExplorationTemplate":{"id":"db632bfd-7054-4bde-b108-a384aac2d513"}}"#;

pub(crate) struct SandboxResponse {
    pub(crate) status: u16,
    pub(crate) body: Vec<u8>,
}

/// A sandbox that answers one recorded request. Each request gets a new one, so that none depends on earlier ones.
pub(crate) struct Replayer {
    sandbox: Sandbox,
}

impl Replayer {
    pub(crate) fn new() -> Self {
        let mut sandbox = Sandbox::new(Seed {
            users: 60,
            seed: 1,
            api_base: "https://sandbox.example/v1".to_owned(),
            auth_base: "https://sandbox.example".to_owned(),
            kind: EnvironmentKind::Sandbox,
            populations: Populations::Usual,
        });
        for role in Role::ALL {
            sandbox.assign(HOLDER, role, Scope::Environment, Timestamp(i64::MIN));
        }
        Self { sandbox }
    }

    /// Sends the request of an entry. If it was refused, the sandbox is made to refuse it with the same status.
    pub(crate) fn ask(mut self, entry: &Entries) -> Result<SandboxResponse, &'static str> {
        let status = u16::try_from(entry.response.status).ok().filter(|status| *status > 0);
        let status = status.ok_or("there was no answer")?;
        let (_, path) = entry.request.url.split_once("/v1/").ok_or("it isn't a request to the API")?;
        let (path, query) = path.split_once('?').map_or((path, None), |(path, query)| (path, Some(query)));
        let path = self.sandbox_path(path, status);
        let uri =
            query.and_then(sandbox_query).map_or_else(|| path.clone(), |query| format!("{path}?{query}"));
        let method = Method::from_bytes(entry.request.method.as_bytes()).map_err(|_| "it has no method")?;
        if method == Method::OPTIONS {
            return Err("it is a preflight");
        }
        self.refuse_as_recorded(status);
        let body = entry.request.post_data.as_ref().and_then(|data| data.text.clone()).unwrap_or_default();
        let token = self.token(status);
        let mut request = Request::builder().method(method).uri(uri);
        request = request.header(header::CONTENT_TYPE, "application/json");
        if let Some(token) = token {
            request = request.header(header::AUTHORIZATION, format!("Bearer {token}"));
        }
        let request = request.body(body.into_bytes()).map_err(|_| "its address can't be read")?;
        let response = self.sandbox.handle(&request, NOW).response;
        if response.status().as_u16() == 501 {
            return Err("the sandbox doesn't have it");
        }
        Ok(SandboxResponse { status: response.status().as_u16(), body: response.into_body() })
    }

    /// Makes the sandbox return a status that can't be provoked otherwise, such as refusals because of the tenant's
    /// state or limits. 401 and 403 are provoked by the token instead: none, or one without roles.
    fn refuse_as_recorded(&mut self, status: u16) {
        if status >= 400 && !matches!(status, 400 | 401 | 403 | 404 | 405) {
            let fault = Fault::Status { status, retry_after: None, without_cors: false };
            // The sandbox accepts every status from 400 as a fault.
            let _ =
                self.sandbox.add_fault(Rule { on: On::default(), share: 1.0, skip: 0, times: None, fault });
        }
    }

    fn token(&mut self, status: u16) -> Option<String> {
        let holder = match status {
            401 => return None,
            403 => UNKNOWN,
            _ => HOLDER,
        };
        Some(self.sandbox.issue_token(&TokenSpec { holder: Some(holder), ..TokenSpec::default() }, NOW))
    }

    fn sandbox_path(&mut self, path: &str, status: u16) -> String {
        let parts: Vec<&str> = path.split('/').collect();
        // For a 404, the last ID in the path is the one that doesn't exist.
        let missing = parts.iter().rposition(|part| is_id(part)).filter(|_| status == 404);
        let mut before = "";
        let mut own = String::from("/v1");
        for (index, part) in parts.iter().enumerate() {
            own.push('/');
            if Some(index) == missing {
                own.push_str(&UNKNOWN.to_string());
            } else {
                own.push_str(&self.sandbox_part(before, part));
            }
            before = part;
        }
        own
    }

    /// The sandbox's ID that replaces an ID after the name of its collection.
    fn sandbox_part(&mut self, collection: &str, part: &str) -> String {
        if !is_id(part) {
            return part.to_owned();
        }
        match collection {
            "environments" => Some(self.sandbox.environment_id().to_string()),
            "users" => self.sandbox.user_by_username("jonas.brandt").map(|id| id.to_string()),
            "roles" => Some(Role::IdentityDataAdmin.id().to_string()),
            "dataExplorations" => self.created(),
            other => self.first(other),
        }
        .unwrap_or_else(|| part.to_owned())
    }

    fn created(&mut self) -> Option<String> {
        let created = self.send(Method::POST, "dataExplorations", TEMPLATE)?;
        created.get("id")?.as_str().map(str::to_owned)
    }

    fn first(&mut self, collection: &str) -> Option<String> {
        let list = self.send(Method::GET, collection, "")?;
        let first = list.get("_embedded")?.get(collection)?.get(0)?;
        first.get("id")?.as_str().map(str::to_owned)
    }

    fn send(&mut self, method: Method, rest: &str, body: &str) -> Option<Value> {
        let token = self.token(200)?;
        let request = Request::builder()
            .method(method)
            .uri(format!("/v1/environments/{}/{rest}", self.sandbox.environment_id()))
            .header(header::CONTENT_TYPE, "application/json")
            .header(header::AUTHORIZATION, format!("Bearer {token}"))
            .body(body.as_bytes().to_vec())
            .ok()?;
        serde_json::from_slice(self.sandbox.handle(&request, NOW).response.body()).ok()
    }
}

fn is_id(part: &str) -> bool {
    Uuid::try_parse(part).is_ok()
}

/// The query without its cursor, which is only valid in the tenant.
fn sandbox_query(query: &str) -> Option<String> {
    let kept: Vec<&str> = query.split('&').filter(|parameter| !parameter.starts_with("cursor=")).collect();
    Some(kept.join("&")).filter(|query| !query.is_empty())
}
