//! What is proven of one language.

use pingone_mfa_core::api::endpoint::Endpoint;
use pingone_mfa_core::api::request::{Call, Method, ReadMfa, ReadPage, WriteMfa};
use pingone_mfa_core::code::{Language, Sample};
use pingone_mfa_core::domain::filter::{Attribute, Filter};
use pingone_mfa_core::domain::guard::Guard;
use pingone_mfa_core::domain::user::UserId;
use serde_json::Value;
use uuid::Uuid;

use crate::echo::Echo;
use crate::grammar;
use crate::ground::Ground;
use crate::runtime::{Ended, Runtime};

/// What programs could take for their own, in a JSON text.
const HOSTILE: &str = "{\"text\":\"' \\\" \\\\ $(id) `id` #{id} ${id} \\\\(id) %s %d ?> \\\"# </script> <!-- \u{2018}\u{2019} \u{e4} \u{1f600} \
     \u{2028}\u{85} \\u0041\",\n\t\"mfaEnabled\":true}";

/// How a language was proven.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum How {
    /// Its programs were run, and the sandbox's answers compared.
    Executed,
    /// A grammar has read its programs.
    Parsed,
    /// This machine has nothing that does either.
    NotThere,
}

/// What was proven.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Proof {
    /// Of which language.
    pub language: Language,
    /// How.
    pub how: How,
    /// What ran or read it.
    pub version: String,
    /// What came of it.
    pub result: Result<(), String>,
}

impl Proof {
    /// Proves what can be proven here.
    #[must_use]
    pub fn of(language: Language) -> Self {
        if let Some(runtime) = Runtime::of(language) {
            let result = executed(language, &runtime);
            return Self { language, how: How::Executed, version: runtime.version, result };
        }
        if let Some((name, grammar)) = grammar::of(language) {
            let result =
                samples().iter().try_for_each(|sample| grammar::read(&grammar, &sample.code(language)));
            return Self { language, how: How::Parsed, version: name.to_owned(), result };
        }
        Self { language, how: How::NotThere, version: String::new(), result: Ok(()) }
    }
}

/// One of each kind, for a grammar.
fn samples() -> [Sample; 3] {
    let url = "https://api.pingone.eu/v1/environments/e/users?filter=username%20sw%20%22o'n%22";
    [
        Sample::new(Method::Get, url, None),
        Sample::new(Method::Put, url, Some(br#"{"mfaEnabled":true}"#)),
        Sample::new(Method::Post, url, Some(HOSTILE.as_bytes())),
    ]
}

fn executed(language: Language, runtime: &Runtime) -> Result<(), String> {
    let ground = Ground::with_users(60);
    list(language, runtime, &ground)?;
    flag(language, runtime, &ground)?;
    refusal(language, runtime, &ground)?;
    hostile(language, runtime, &ground)
}

/// A list of users by a filter that has to be escaped.
fn list(language: Language, runtime: &Runtime, ground: &Ground) -> Result<(), String> {
    let hostile = "o'n\"e\\il $(id) `id` #{id} %s &?+ \u{e4}";
    let named = Filter::Equals(Attribute::Username, "adaeze.okonkwo".to_owned());
    let filter = Filter::Any(vec![Filter::Equals(Attribute::ExternalId, hostile.to_owned()), named]);
    let request = ReadPage { filter: Some(filter), cursor: None }.request(&ground.tenant);
    let (status, expected) = ground.answer("GET", request.endpoint.as_str());
    let people =
        serde_json::from_str::<Value>(&expected).map_err(|error| error.to_string())?["count"].clone();
    if status != 200 || !expected.contains("adaeze.okonkwo") || people != 1 {
        return Err(format!("the sandbox itself answers {status} {expected}"));
    }
    let ended = runtime.run(&Sample::from(&request).code(language), &ground.token);
    printed("the list", &ended, &expected)
}

/// One user's flag: read, set, read.
fn flag(language: Language, runtime: &Runtime, ground: &Ground) -> Result<(), String> {
    let user = ground.users_without_mfa(1)[0];
    let read = ReadMfa(user).request(&ground.tenant);
    let write =
        WriteMfa(Guard::default().planned(user, true).expect("nothing is protected")).request(&ground.tenant);
    let url = read.endpoint.as_str();
    let (_, before) = ground.answer("GET", url);
    printed("the flag", &runtime.run(&Sample::from(&read).code(language), &ground.token), &before)?;
    let ended = runtime.run(&Sample::from(&write).code(language), &ground.token);
    let (_, after) = ground.answer("GET", url);
    if ground.sandbox().mfa_enabled(user.0) != Some(true) || before == after {
        return Err(format!("the flag was not set: {ended:?}"));
    }
    printed("the changed flag", &ended, &after)
}

/// An answer that is none of the good ones.
fn refusal(language: Language, runtime: &Runtime, ground: &Ground) -> Result<(), String> {
    let endpoint = Endpoint::mfa_enabled(&ground.tenant, UserId(Uuid::nil()));
    let sample = Sample::new(Method::Get, endpoint.as_str(), None);
    let ended = runtime.run(&sample.code(language), &ground.token);
    if ended.is_success || !(ended.output.clone() + &ended.errors).contains("404") {
        return Err(format!("a 404 was not called one: {ended:?}"));
    }
    // cURL says no more of the status than this.
    Ok(())
}

/// What reaches a server is what was meant, byte for byte.
fn hostile(language: Language, runtime: &Runtime, ground: &Ground) -> Result<(), String> {
    let echo = Echo::start();
    let target = "/v1/users?filter=a%20%27b%27%22$(id)%60id%60;c!*,@~";
    let url = format!("{}{target}", echo.origin);
    let ended =
        runtime.run(&Sample::new(Method::Put, &url, Some(HOSTILE.as_bytes())).code(language), &ground.token);
    let arrived = echo.next().ok_or_else(|| format!("nothing arrived: {ended:?}"))?;
    let is_as_meant = arrived.method == "PUT"
        && readable(arrived.target.trim_start_matches(&echo.origin)) == readable(target)
        && arrived.authorization == format!("Bearer {}", ground.token)
        && arrived.content_type == "application/json"
        && arrived.body == HOSTILE.as_bytes();
    if !is_as_meant || !ended.is_success {
        let body = String::from_utf8_lossy(&arrived.body).into_owned();
        return Err(format!(
            "{} {} {} {body:?}: {ended:?}",
            arrived.method, arrived.target, arrived.content_type
        ));
    }
    Ok(())
}

/// A URL with the letters as they are that Mono has so and others percent-encode. PingOne's own links have the URL that was
/// asked for.
fn readable(url: &str) -> String {
    url.replace("%27", "'").replace("%28", "(").replace("%29", ")")
}

/// Whether a program says that all went well, and has printed this JSON.
fn printed(what: &str, ended: &Ended, expected: &str) -> Result<(), String> {
    let meant: Value = serde_json::from_str(&readable(expected)).map_err(|error| error.to_string())?;
    let said = serde_json::from_str::<Value>(&readable(ended.output.trim()));
    if ended.is_success && said.is_ok_and(|said| said == meant) {
        return Ok(());
    }
    Err(format!("{what}: {ended:?}, and not {expected}"))
}
