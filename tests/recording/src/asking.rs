//! The same requests for the sandbox: ids of a tenant give way to those of the sandbox.

use har::v1_2::Entries;
use http::{Method, Request, header};
use pingone_sandbox::{
    EnvironmentKind, Fault, On, Populations, Role, Rule, Sandbox, Scope, Seed, Timestamp, TokenSpec,
};
use serde_json::Value;
use uuid::Uuid;

const NOW: Timestamp = Timestamp(1_800_000_000_000);

/// A holder of every role, so that the sandbox refuses only what the recording has as refused.
const HOLDER: Uuid = Uuid::from_u128(0xfeed);

/// An id that the sandbox doesn't have.
const UNKNOWN: Uuid = Uuid::from_u128(0xdead);

const TEMPLATE: &str = r#"{"dataExplorationTemplate":{"id":"db632bfd-7054-4bde-b108-a384aac2d513"}}"#;

/// What the sandbox answered.
pub(crate) struct Reproduced {
    pub(crate) status: u16,
    pub(crate) body: Vec<u8>,
}

/// A sandbox of its own for each request, so that none depends on those before.
pub(crate) struct Asker {
    sandbox: Sandbox,
}

impl Asker {
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

    /// Asks for what an entry asked for; refused with the same status, if it was refused.
    pub(crate) fn ask(mut self, entry: &Entries) -> Result<Reproduced, &'static str> {
        let status = u16::try_from(entry.response.status).ok().filter(|status| *status > 0);
        let status = status.ok_or("there was no answer")?;
        let (_, path) = entry.request.url.split_once("/v1/").ok_or("it isn't a request to the API")?;
        let (path, query) = path.split_once('?').map_or((path, None), |(path, query)| (path, Some(query)));
        let path = self.own_path(path, status);
        let uri = query.and_then(own_query).map_or_else(|| path.clone(), |query| format!("{path}?{query}"));
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
        Ok(Reproduced { status: response.status().as_u16(), body: response.into_body() })
    }

    /// 401 is answered without a token, and 403 without a role; what the tenant's state or its limits refused is refused
    /// on demand.
    fn refuse_as_recorded(&mut self, status: u16) {
        if status >= 400 && !matches!(status, 400 | 401 | 403 | 404 | 405) {
            let fault = Fault::Status { status, retry_after: None, without_cors: false };
            // Every status from 400 can be meant.
            let _ =
                self.sandbox.go_wrong(Rule { on: On::default(), share: 1.0, skip: 0, times: None, fault });
        }
    }

    fn token(&mut self, status: u16) -> Option<String> {
        let holder = match status {
            401 => return None,
            403 => UNKNOWN,
            _ => HOLDER,
        };
        Some(self.sandbox.mint(&TokenSpec { holder: Some(holder), ..TokenSpec::default() }, NOW))
    }

    fn own_path(&mut self, path: &str, status: u16) -> String {
        let parts: Vec<&str> = path.split('/').collect();
        // What wasn't found is what the path names last.
        let missing = parts.iter().rposition(|part| is_id(part)).filter(|_| status == 404);
        let mut before = "";
        let mut own = String::from("/v1");
        for (place, part) in parts.iter().enumerate() {
            own.push('/');
            if Some(place) == missing {
                own.push_str(&UNKNOWN.to_string());
            } else {
                own.push_str(&self.own_part(before, part));
            }
            before = part;
        }
        own
    }

    /// What stands for an id behind the name of its collection.
    fn own_part(&mut self, collection: &str, part: &str) -> String {
        if !is_id(part) {
            return part.to_owned();
        }
        match collection {
            "environments" => Some(self.sandbox.environment_id().to_string()),
            "users" => self.sandbox.user_named("jonas.brandt").map(|id| id.to_string()),
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

/// The query without its cursor, which only the tenant understands.
fn own_query(query: &str) -> Option<String> {
    let kept: Vec<&str> = query.split('&').filter(|parameter| !parameter.starts_with("cursor=")).collect();
    Some(kept.join("&")).filter(|query| !query.is_empty())
}
