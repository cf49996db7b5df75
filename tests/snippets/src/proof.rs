//! Checks the generated code of one language.

use pingone::endpoint::Endpoint;
use pingone::filter::{Attribute, Filter};
use pingone::request::{Call, Method, ReadMfa, ReadPage};
use pingone::user::UserId;
use pingone_mfa_core::run::guard::Guard;
use pingone_mfa_core::run::write::WriteMfa;
use pingone_mfa_core::snippets::{Language, Sample};
use serde_json::Value;
use uuid::Uuid;

use crate::echo::Echo;
use crate::grammar;
use crate::ground::Fixture;
use crate::runtime::{ProgramOutput, Runtime};

/// A JSON text with characters that are special in the languages.
const HOSTILE: &str = "{\"text\":\"' \\\" \\\\ $(id) `id` #{id} ${id} \\\\(id) %s %d ?> \\\"# </script> <!-- \u{2018}\u{2019} \u{e4} \u{1f600} \
     \u{2028}\u{85} \\u0041\",\n\t\"mfaEnabled\":true}";

/// How a language was checked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CheckKind {
    /// The programs were run, and the sandbox's responses compared.
    Executed,
    /// The programs were parsed with a grammar.
    Parsed,
    /// Neither is possible on this machine.
    Unavailable,
}

/// The result of checking a language.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LanguageCheck {
    /// The language that was checked.
    pub language: Language,
    /// How far it could be checked on this machine.
    pub how: CheckKind,
    /// The program or grammar that was used, with its version.
    pub version: String,
    /// Success, or the first failure.
    pub result: Result<(), String>,
}

impl LanguageCheck {
    /// Checks a language as far as this machine can.
    #[must_use]
    pub fn of(language: Language) -> Self {
        if let Some(runtime) = Runtime::of(language) {
            let result = executed(language, &runtime);
            return Self { language, how: CheckKind::Executed, version: runtime.version, result };
        }
        if let Some((name, grammar)) = grammar::of(language) {
            let result =
                samples().iter().try_for_each(|sample| grammar::read(&grammar, &sample.code(language)));
            return Self { language, how: CheckKind::Parsed, version: name.to_owned(), result };
        }
        Self { language, how: CheckKind::Unavailable, version: String::new(), result: Ok(()) }
    }
}

/// One request of each kind, to be parsed.
fn samples() -> [Sample; 3] {
    let url = "https://api.pingone.eu/v1/environments/e/users?filter=username%20sw%20%22o'n%22";
    [
        Sample::new(Method::Get, url, None),
        Sample::new(Method::Put, url, Some(br#"{"mfaEnabled":true}"#)),
        Sample::new(Method::Post, url, Some(HOSTILE.as_bytes())),
    ]
}

fn executed(language: Language, runtime: &Runtime) -> Result<(), String> {
    let fixture = Fixture::with_users(60);
    list(language, runtime, &fixture)?;
    flag(language, runtime, &fixture)?;
    refusal(language, runtime, &fixture)?;
    hostile(language, runtime, &fixture)
}

/// Lists users by a filter with characters that must be escaped.
fn list(language: Language, runtime: &Runtime, fixture: &Fixture) -> Result<(), String> {
    let hostile = "o'n\"e\\il $(id) `id` #{id} %s &?+ \u{e4}";
    let named = Filter::Equals(Attribute::Username, "adaeze.okonkwo".to_owned());
    let filter = Filter::Any(vec![Filter::Equals(Attribute::ExternalId, hostile.to_owned()), named]);
    let request = ReadPage { filter: Some(filter), cursor: None }.request(&fixture.tenant);
    let (status, expected) = fixture.answer("GET", request.endpoint.as_str());
    let people =
        serde_json::from_str::<Value>(&expected).map_err(|error| error.to_string())?["count"].clone();
    if status != 200 || !expected.contains("adaeze.okonkwo") || people != 1 {
        return Err(format!("the sandbox itself answers {status} {expected}"));
    }
    let ended = runtime.run(&Sample::from(&request).code(language), &fixture.token);
    printed("the list", &ended, &expected)
}

/// Reads, changes and reads a user's `mfaEnabled`.
fn flag(language: Language, runtime: &Runtime, fixture: &Fixture) -> Result<(), String> {
    let user = fixture.users_without_mfa(1)[0];
    let read = ReadMfa(user).request(&fixture.tenant);
    let write = WriteMfa(Guard::default().planned(user, true).expect("nothing is protected"))
        .request(&fixture.tenant);
    let url = read.endpoint.as_str();
    let (_, before) = fixture.answer("GET", url);
    printed("the flag", &runtime.run(&Sample::from(&read).code(language), &fixture.token), &before)?;
    let ended = runtime.run(&Sample::from(&write).code(language), &fixture.token);
    let (_, after) = fixture.answer("GET", url);
    if fixture.sandbox().mfa_enabled(user.0) != Some(true) || before == after {
        return Err(format!("the flag was not set: {ended:?}"));
    }
    printed("the changed flag", &ended, &after)
}

/// A request that the sandbox answers with 404 must be reported as failed.
fn refusal(language: Language, runtime: &Runtime, fixture: &Fixture) -> Result<(), String> {
    let endpoint = Endpoint::mfa_enabled(&fixture.tenant, UserId(Uuid::nil()));
    let sample = Sample::new(Method::Get, endpoint.as_str(), None);
    let ended = runtime.run(&sample.code(language), &fixture.token);
    if ended.is_success || !(ended.output.clone() + &ended.errors).contains("404") {
        return Err(format!("a 404 was not called one: {ended:?}"));
    }
    // cURL's message contains the status code only.
    Ok(())
}

/// A request must reach the server byte for byte as written.
fn hostile(language: Language, runtime: &Runtime, fixture: &Fixture) -> Result<(), String> {
    let echo = Echo::start();
    let target = "/v1/users?filter=a%20%27b%27%22$(id)%60id%60;c!*,@~";
    let url = format!("{}{target}", echo.origin);
    let ended =
        runtime.run(&Sample::new(Method::Put, &url, Some(HOSTILE.as_bytes())).code(language), &fixture.token);
    let arrived = echo.next().ok_or_else(|| format!("nothing arrived: {ended:?}"))?;
    let is_as_written = arrived.method == "PUT"
        && readable(arrived.target.trim_start_matches(&echo.origin)) == readable(target)
        && arrived.authorization == format!("Bearer {}", fixture.token)
        && arrived.content_type == "application/json"
        && arrived.body == HOSTILE.as_bytes();
    if !is_as_written || !ended.is_success {
        let body = String::from_utf8_lossy(&arrived.body).into_owned();
        return Err(format!(
            "{} {} {} {body:?}: {ended:?}",
            arrived.method, arrived.target, arrived.content_type
        ));
    }
    Ok(())
}

/// A URL with these characters unescaped: Mono doesn't escape them, others do. PingOne's
/// links repeat the URL of the request.
fn readable(url: &str) -> String {
    url.replace("%27", "'").replace("%28", "(").replace("%29", ")")
}

/// Checks that a program succeeded and printed this JSON.
fn printed(what: &str, ended: &ProgramOutput, expected: &str) -> Result<(), String> {
    let wanted: Value = serde_json::from_str(&readable(expected)).map_err(|error| error.to_string())?;
    let actual = serde_json::from_str::<Value>(&readable(ended.output.trim()));
    if ended.is_success && actual.is_ok_and(|actual| actual == wanted) {
        return Ok(());
    }
    Err(format!("{what}: {ended:?}, and not {expected}"))
}
