//! The text of a request for the person or team that can fix a cause.

use pingone::environment::Environment;
use pingone::role::{Permission, Role};
use pingone::token::Actor;
use pingone_mfa_core::diagnosis::cause::Cause;
use pingone_mfa_core::diagnosis::evidence::{Evidence, Operation, Symptom};

use crate::console::troubleshooting::text::cause::{plain_cause, to_do};
use crate::console::troubleshooting::text::{codes, fault, kind, names, permission};

/// What a copied request says besides the evidence.
pub struct RequestContext<'a> {
    /// `None` if it wasn't read.
    pub environment: Option<&'a Environment>,
    /// The region's label.
    pub region: Option<&'a str>,
    /// Whether this page may change MFA, and so needs the permission for it.
    pub may_change: bool,
}

/// A text to forward to the person or team that can fix the cause. It has at most eight lines and contains no token and
/// no personal data except the ID of the application or person that the token belongs to.
pub fn request(evidence: &Evidence, cause: Cause, context: &RequestContext<'_>) -> String {
    let what = match cause.missing() {
        Some(_) => permissions_needed(cause, context.may_change),
        None => format!("Please: {}", to_do(cause)),
    };
    let actor = evidence.token.as_ref().map(|token| format!("Requested for: {}", full_actor(&token.actor)));
    let environment = context.environment.map_or_else(
        || evidence.environment_id.map(|id| format!("Environment: {id}")),
        |environment| {
            Some(format!(
                "Environment: {}, {}, {}",
                environment.name,
                kind(&environment.kind),
                environment.id
            ))
        },
    );
    let region = context.region.map(|region| format!("Region: {region}"));
    let (failed, at, correlation) = failure(evidence);
    let lines = [
        Some(format!("PingOne MFA: {}", short_cause(cause))),
        actor,
        environment,
        region,
        Some(what),
        failed,
        at,
        correlation,
    ];
    lines.into_iter().flatten().map(|line| line.replace(['\n', '\r'], " ")).collect::<Vec<_>>().join("\n")
}

/// All permissions that the page needs, not only the refused one: with that one alone, the next request would be
/// refused.
fn permissions_needed(cause: Cause, may_change: bool) -> String {
    let first = match cause {
        Cause::RoleMissing(missing) => format!("Missing: \"{}\".", permission(missing)),
        other => format!("Please: {}", to_do(other)),
    };
    let all = Permission::needed(may_change);
    let quoted: Vec<String> = all.iter().map(|needed| format!("\"{}\"", permission(*needed))).collect();
    let optional: Vec<String> = Permission::optional(may_change)
        .into_iter()
        .map(|optional| {
            format!("\"{}\" ({})", permission(optional), names(&Role::with_all(&[optional]), " or "))
        })
        .collect();
    format!(
        "{first} All permissions needed: {}. Roles with all of them: {}. Optional: {}.",
        quoted.join(", "),
        names(&Role::with_all(&all), " or "),
        optional.join(", ")
    )
}

fn short_cause(cause: Cause) -> String {
    match cause {
        Cause::RoleMissing(missing) => format!("a role with \"{}\" is missing.", permission(missing)),
        other => plain_cause(other).into(),
    }
}

fn failure(evidence: &Evidence) -> (Option<String>, Option<String>, Option<String>) {
    let Symptom::Failed { operation, fault, at } = &evidence.symptom else {
        return (None, Some(format!("When: {}", evidence.now.to_rfc3339())), None);
    };
    let id = match (fault.refusal(), fault.bad_answer()) {
        (Some(refusal), _) => refusal.correlation_id.clone(),
        (None, Some(bad)) => bad.correlation_id.clone(),
        (None, None) => None,
    };
    // A value that isn't an ID may contain anything, and must not leave the page.
    let id =
        id.filter(|id| id.len() <= 64 && id.bytes().all(|byte| byte.is_ascii_hexdigit() || byte == b'-'));
    let status = fault.refusal().map_or_else(|| self::fault(fault), codes);
    (
        Some(format!("Failed: {}: {status}", endpoint(*operation))),
        Some(format!("When: {}", at.to_rfc3339())),
        id.map(|id| format!("Correlation-Id: {id}")),
    )
}

/// The request of an operation, as PingOne's documentation writes it.
const fn endpoint(operation: Operation) -> &'static str {
    match operation {
        Operation::Connect => "GET /environments/{envID}",
        Operation::ReadUsers => "GET /environments/{envID}/users",
        Operation::ReadUser(_) => "GET /environments/{envID}/users/{userID}",
        Operation::ReadFlag(_) => "GET /environments/{envID}/users/{userID}/mfaEnabled",
        Operation::ReadDevices(_) => "GET /environments/{envID}/users/{userID}/devices",
        Operation::FilterUsers => "GET /environments/{envID}/users?filter=…",
        Operation::ReadReport => "POST /environments/{envID}/dataExplorations",
        Operation::ChangeFlag(_) => "PUT /environments/{envID}/users/{userID}/mfaEnabled",
        Operation::AllowBypass(_) => "PUT /environments/{envID}/users/{userID}/bypassMFA",
    }
}

fn full_actor(actor: &Actor) -> String {
    match actor {
        Actor::Application(id) => format!("application {id}"),
        Actor::Person(Some(id)) => format!("person {id}"),
        Actor::Person(None) => "a person".into(),
        Actor::EndUser(_) => "a user's own token".into(),
        Actor::Unknown => "not named by the token".into(),
    }
}

#[cfg(test)]
mod tests;
