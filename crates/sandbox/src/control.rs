//! The control API: changes the sandbox while it runs, and reports what really happened.
//!
//! It has its own port and needs no token, so it must only be reachable from this computer.

use std::collections::HashMap;
use std::io;

use axum::Router;
use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post, put};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use tokio::net::TcpListener;
use uuid::Uuid;

use crate::server::{Shared, locked, now};
use crate::{Actor, BackgroundChange, Role, Rule, TokenSpec, Write};

const HELP: &str = "\
The control API of pingone-sandbox. Bodies are JSON.

GET    /behavior     how it behaves; PATCH changes the fields that are given:
                      rate, addressShare, others, preflightsCount, retryHints, largestPage, smallerPages,
                      listLagMillis, churnEvery, corsOnRefusals, exposeCorrelationId, filterById,
                      deviceListEmbedsMore
GET    /faults        what goes wrong; POST adds a rule or a list of rules, DELETE takes all away, for example
                      {\"on\":{\"method\":\"PUT\",\"endpoint\":\"mfaEnabled\"},\"share\":0.1,\"fault\":{\"kind\":\"lost\"}}
GET    /oracle        what really happened: counts, every write, writes that no plan announced, whether state and
                      record agree
GET    /oracle/{id}   the writes of one user's flag
POST   /plan          announces writes: {\"USER_ID\":true}; others are marked from then on
POST   /happenings    something happens: \"added\", {\"deleted\":\"USER_ID\"}, {\"renamed\":\"USER_ID\"},
                      {\"switched\":[\"USER_ID\",true]}
POST   /rotation      another key signs from now on, and no earlier token holds
PUT    /clock         how far the server's clock is ahead, in milliseconds: {\"offsetMillis\":-90000}
PUT    /role-delay    how long a new assignment of a role takes to count: {\"millis\":60000}
PUT    /report        whether the MFA report is refused: {\"isForbidden\":true}
POST   /tokens        another token: {\"role\":\"admin\",\"actor\":\"application\",\"lifetimeSeconds\":3600}
";

/// Serves the control API until the listener fails.
///
/// # Errors
/// The I/O error of the listener.
pub async fn serve_control(listener: TcpListener, sandbox: Shared) -> io::Result<()> {
    let router = Router::new()
        .route("/", get(async || HELP))
        .route("/behavior", get(behavior).patch(update_behavior))
        .route("/faults", get(faults).post(add_faults).delete(clear_faults))
        .route("/oracle", get(oracle))
        .route("/oracle/{user}", get(oracle_of))
        .route("/plan", post(announce))
        .route("/happenings", post(apply_background_change))
        .route("/rotation", post(rotate))
        .route("/clock", put(set_clock))
        .route("/role-delay", put(set_role_delay))
        .route("/report", put(set_report))
        .route("/tokens", post(token))
        .with_state(sandbox);
    axum::serve(listener, router).await
}

/// An answer, or a status with a sentence that describes what is wrong with the request.
type Answer = Result<Response, (StatusCode, String)>;

fn answer(value: &impl Serialize) -> Answer {
    let text = serde_json::to_string_pretty(value).map_err(|error| bad_request(&error.to_string()))?;
    Ok(([(header::CONTENT_TYPE, "application/json")], text + "\n").into_response())
}

fn bad_request(sentence: &str) -> (StatusCode, String) {
    (StatusCode::BAD_REQUEST, format!("{sentence}\n"))
}

fn parse<T: DeserializeOwned>(body: &[u8]) -> Result<T, (StatusCode, String)> {
    serde_json::from_slice(body).map_err(|error| bad_request(&error.to_string()))
}

async fn behavior(State(sandbox): State<Shared>) -> Answer {
    answer(locked(&sandbox).behavior())
}

async fn update_behavior(State(sandbox): State<Shared>, body: Bytes) -> Answer {
    let changes: Map<String, Value> = parse(&body)?;
    let mut sandbox = locked(&sandbox);
    let mut behavior = json!(sandbox.behavior());
    if let Some(fields) = behavior.as_object_mut() {
        fields.extend(changes);
    }
    let behavior = serde_json::from_value(behavior).map_err(|error| bad_request(&error.to_string()))?;
    sandbox.set_behavior(behavior).map_err(|problem| bad_request(&problem))?;
    answer(sandbox.behavior())
}

async fn faults(State(sandbox): State<Shared>) -> Answer {
    answer(&locked(&sandbox).faults().collect::<Vec<_>>())
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Rules {
    Many(Vec<Value>),
    One(Value),
}

/// Parses a fault rule or a list of fault rules.
///
/// # Errors
/// A description of the first invalid rule.
pub fn read_rules(text: &[u8]) -> Result<Vec<Rule>, String> {
    let rules = match serde_json::from_slice(text).map_err(|error| error.to_string())? {
        Rules::Many(rules) => rules,
        Rules::One(rule) => vec![rule],
    };
    let rule = |rule: Value| {
        let rule: Rule = serde_json::from_value(rule).map_err(|error| error.to_string())?;
        rule.check().map(|()| rule)
    };
    rules.into_iter().map(rule).collect()
}

async fn add_faults(State(sandbox): State<Shared>, body: Bytes) -> Answer {
    let rules = read_rules(&body).map_err(|problem| bad_request(&problem))?;
    let mut sandbox = locked(&sandbox);
    for rule in rules {
        sandbox.add_fault(rule).map_err(|problem| bad_request(&problem))?;
    }
    answer(&sandbox.faults().collect::<Vec<_>>())
}

async fn clear_faults(State(sandbox): State<Shared>) -> Answer {
    locked(&sandbox).clear_faults();
    answer(&json!([]))
}

async fn oracle(State(sandbox): State<Shared>) -> Answer {
    let mut sandbox = locked(&sandbox);
    sandbox.settle(now());
    let differs = sandbox.check_consistency(now()).err();
    let oracle = sandbox.oracle();
    answer(&json!({
        "counts": oracle.counts(),
        "agrees": differs.is_none(),
        "differs": differs,
        "unplanned": oracle.unplanned().collect::<Vec<_>>(),
        "writes": oracle.writes(),
    }))
}

async fn oracle_of(State(sandbox): State<Shared>, Path(user): Path<String>) -> Answer {
    let user = Uuid::try_parse(&user).map_err(|_| bad_request("the user's ID isn't a UUID"))?;
    let sandbox = locked(&sandbox);
    let writes: Vec<&Write> = sandbox.oracle().writes_of(user).collect();
    answer(&json!({ "mfaEnabled": sandbox.mfa_enabled(user), "writes": writes }))
}

async fn announce(State(sandbox): State<Shared>, body: Bytes) -> Answer {
    let plan: HashMap<Uuid, bool> = parse(&body)?;
    let size = plan.len();
    locked(&sandbox).oracle_mut().announce(plan);
    answer(&json!({ "announced": size }))
}

async fn apply_background_change(State(sandbox): State<Shared>, body: Bytes) -> Answer {
    let change: BackgroundChange = parse(&body)?;
    locked(&sandbox).apply_background_change(change, now());
    answer(&change)
}

async fn rotate(State(sandbox): State<Shared>) -> Answer {
    locked(&sandbox).rotate_keys();
    answer(&json!({ "rotated": true }))
}

/// By how many milliseconds the server's clock is ahead.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Clock {
    offset_millis: i64,
}

async fn set_clock(State(sandbox): State<Shared>, body: Bytes) -> Answer {
    let clock: Clock = parse(&body)?;
    locked(&sandbox).set_clock_offset_millis(clock.offset_millis);
    answer(&clock)
}

/// The time after which a new role assignment takes effect.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Delay {
    millis: i64,
}

async fn set_role_delay(State(sandbox): State<Shared>, body: Bytes) -> Answer {
    let delay: Delay = parse(&body)?;
    locked(&sandbox).set_role_delay_millis(delay.millis);
    answer(&delay)
}

/// Whether the MFA report is refused.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct ReportSwitch {
    is_forbidden: bool,
}

async fn set_report(State(sandbox): State<Shared>, body: Bytes) -> Answer {
    let switch: ReportSwitch = parse(&body)?;
    locked(&sandbox).forbid_report(switch.is_forbidden);
    answer(&switch)
}

/// The request for a new token.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct TokenRequest {
    #[serde(default)]
    role: Role,
    #[serde(default)]
    actor: Actor,
    #[serde(default = "an_hour")]
    lifetime_seconds: i64,
}

const fn an_hour() -> i64 {
    3600
}

async fn token(State(sandbox): State<Shared>, body: Bytes) -> Answer {
    let TokenRequest { role, actor, lifetime_seconds } = parse(if body.is_empty() { b"{}" } else { &body })?;
    let spec = TokenSpec { actor, role, lifetime_seconds, ..TokenSpec::default() };
    let access_token = locked(&sandbox).issue_token(&spec, now());
    answer(&json!({ "access_token": access_token, "token_type": "Bearer", "expires_in": lifetime_seconds }))
}
