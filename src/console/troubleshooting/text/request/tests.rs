use super::*;
use pingone::environment::{EnvironmentId, EnvironmentKind};
use pingone::fault::{Detail, Fault, Refusal};
use pingone::time::Timestamp;
use pingone::token::TokenFacts;
use pingone::user::UserId;

const TOKEN: &str = "eyJhbGciOiJSUzI1NiJ9.eyJleHAiOjF9.c2lnbmF0dXJl";

fn id(number: u128) -> uuid::Uuid {
    uuid::Uuid::from_u128(number)
}

fn refused(code: &str) -> Evidence {
    let detail = |code: &str, message: String| Detail {
        code: Some(code.into()),
        target: Some("jonas.brandt".into()),
        message,
    };
    let refusal = Refusal {
        status: 403,
        code: Some(code.into()),
        message: format!("jonas.brandt may not, with Bearer {TOKEN}"),
        details: vec![detail("INSUFFICIENT_PERMISSIONS", TOKEN.into()), detail(TOKEN, "jonas.brandt".into())],
        correlation_id: Some("9c1d7e02-0000-4000-8000-000000000000".into()),
    };
    let operation = Operation::ChangeFlag(Some(UserId(id(7))));
    let symptom =
        Symptom::Failed { operation, fault: Fault::RoleMissing(refusal), at: Timestamp(1_795_500_000_000) };
    let token = TokenFacts {
        last_four: "dXJl".into(),
        actor: Actor::Application("0b410000-0000-4000-8000-000000000001".into()),
        ..TokenFacts::default()
    };
    Evidence { token: Some(token), ..Evidence::of(symptom, Timestamp(1_795_500_000_000)) }
}

fn request_text(evidence: &Evidence, cause: Cause) -> String {
    let (id, kind) = (EnvironmentId(id(1)), EnvironmentKind::Production);
    let environment = Environment { id, name: "Workforce\nEvil: line".into(), kind };
    request(
        evidence,
        cause,
        &RequestContext { environment: Some(&environment), region: Some("Europe"), may_change: true },
    )
}

#[test]
fn a_request_has_everything_needed_in_eight_lines() {
    let text = request_text(&refused("ACCESS_FAILED"), Cause::RoleMissing(Permission::UpdateMfa));
    assert!(text.lines().count() <= 8, "{text}");
    for part in [
        "application 0b410000-0000-4000-8000-000000000001",
        "Workforce",
        "PRODUCTION",
        "Europe",
        "Update user's mfaEnabled status",
        "Identity Data Admin",
        "PUT /environments/{envID}/users/{userID}/mfaEnabled: 403 ACCESS_FAILED INSUFFICIENT_PERMISSIONS",
        "2026-11-24T",
        "Correlation-Id: 9c1d7e02",
    ] {
        assert!(text.contains(part), "{part} is missing in:\n{text}");
    }
}

#[test]
fn a_request_lists_all_needed_permissions_whichever_was_refused() {
    for cause in [
        Cause::RoleMissing(Permission::ReadUsers),
        Cause::RoleMissing(Permission::ReadReport),
        Cause::NoRole,
        Cause::RoleLost,
        Cause::ScopeTooNarrow,
    ] {
        let text = request_text(&refused("ACCESS_FAILED"), cause);
        for needed in Permission::needed(true) {
            assert!(
                text.contains(&format!("\"{}\"", permission(needed))),
                "{needed:?} is missing in:\n{text}"
            );
        }
        assert!(text.contains("Roles with all of them: Identity Data Admin."), "{text}");
    }
    let context = RequestContext { environment: None, region: None, may_change: false };
    let text = request(&refused("ACCESS_FAILED"), Cause::RoleMissing(Permission::ReadUsers), &context);
    assert!(
        !text.contains("Update user's"),
        "a page that changes nothing needs only read permissions:\n{text}"
    );
    assert!(text.contains("Identity Data Admin or Identity Data Read Only"), "{text}");
}

#[test]
fn a_request_has_no_token_and_no_personal_data_from_any_response() {
    for code in ["ACCESS_FAILED", TOKEN, "jonas.brandt", ""] {
        for cause in [Cause::RoleMissing(Permission::UpdateMfa), Cause::ScopeTooNarrow, Cause::ServiceFailing]
        {
            let text = request_text(&refused(code), cause);
            for secret in ["eyJ", "dXJl", "jonas", &id(7).to_string()] {
                assert!(!text.contains(secret), "{secret} is in:\n{text}");
            }
            assert!(text.lines().count() <= 8, "{text}");
        }
    }
}

#[test]
fn every_cause_has_a_sentence_and_says_what_to_do() {
    for fault in [Fault::Unreachable, Fault::TokenForgotten, Fault::Internal("x")] {
        for cause in [Cause::of(Operation::Connect, &fault), Cause::of(Operation::ReadUsers, &fault)] {
            assert!(!to_do(cause).is_empty() && !plain_cause(cause).is_empty(), "{cause:?}");
        }
    }
    assert!(
        to_do(Cause::RoleMissing(Permission::UpdateMfa)).contains("Environment Admin doesn't include it")
    );
    assert!(!to_do(Cause::RoleMissing(Permission::ReadSettings)).contains("doesn't include"));
}
