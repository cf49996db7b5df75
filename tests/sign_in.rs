//! Tests signing in against the sandbox's authorization server, and against forged responses.

use http::{Request, StatusCode};
use pingone::environment::EnvironmentId;
use pingone::region::{Region, RegionCode};
use pingone::time::Timestamp;
use pingone::token::claims::read_paste;
use pingone::token::{Actor, TokenFacts};
use pingone_mfa::connect::text;
use pingone_mfa_core::sign_in::protocol::renewal::{Renewed, renewal, renewed};
use pingone_mfa_core::sign_in::protocol::sign_off;
use pingone_mfa_core::sign_in::protocol::{
    self, CHANCE, Code, Granted, WINDOW_MARK, address, begin, exchange, is_answer, returned, token_address,
};
use pingone_mfa_core::sign_in::session::{
    ClientId, SignInAttempt, SignInFault, SignInMode, SignInTarget, SignedIn,
};
use pingone_mfa_testkit::tenant::{LOCAL, local_seed};
use pingone_sandbox::{PUBLIC_CLIENT_ID, Sandbox};
use serde_json::{Value, json};

const NOW: Timestamp = Timestamp(1_800_000_000_000);
const REDIRECT: &str = "http://127.0.0.1:4000/";

fn sandbox() -> Sandbox {
    Sandbox::new(local_seed(20, 7))
}

fn place(sandbox: &Sandbox) -> SignInTarget {
    let region = Region {
        code: RegionCode("LOCAL".into()),
        label: "Local sandbox".into(),
        api_base: format!("{LOCAL}/v1"),
        auth_base: LOCAL.into(),
        pingone: None,
    };
    let environment = EnvironmentId(sandbox.environment_id());
    SignInTarget::new(&region, environment, ClientId(PUBLIC_CLIENT_ID), REDIRECT.into())
}

fn attempt(sandbox: &Sandbox) -> SignInAttempt {
    let mut chance = [0; CHANCE];
    chance.iter_mut().zip(1..).for_each(|(byte, number)| *byte = number);
    begin(place(sandbox), SignInMode::ThisPage, &chance, NOW)
}

/// Parses a token response without token refresh.
fn granted(
    status: u16,
    body: &[u8],
    attempt: &SignInAttempt,
    now: Timestamp,
) -> Result<Granted, SignInFault> {
    protocol::granted(status, body, attempt, false, now)
}

fn post(sandbox: &mut Sandbox, address: &str, form: &str) -> (u16, Vec<u8>, String) {
    let path = address.strip_prefix(LOCAL).unwrap();
    let request = Request::post(path).body(form.as_bytes().to_vec()).unwrap();
    let response = sandbox.handle(&request, pingone_sandbox::Timestamp(NOW.0)).response;
    let location = response.headers().get("location").map_or("", |value| value.to_str().unwrap()).to_owned();
    (response.status().as_u16(), response.body().clone(), location)
}

/// Signs on at the authorization server; returns the query of the redirect back to the page.
fn sign_on(sandbox: &mut Sandbox, attempt: &SignInAttempt, choice: &str) -> String {
    let address = address(attempt);
    let (endpoint, query) = address.split_once('?').unwrap();
    let (status, body, location) = post(sandbox, endpoint, &format!("{query}&{choice}"));
    assert_eq!(status, StatusCode::FOUND, "{}", String::from_utf8_lossy(&body));
    location.strip_prefix(&format!("{REDIRECT}?")).unwrap().to_owned()
}

fn person(sandbox: &Sandbox) -> String {
    format!("person={}", sandbox.user_by_username("adaeze.okonkwo").unwrap())
}

fn fault<T>(result: Result<T, SignInFault>) -> SignInFault {
    result.err().unwrap()
}

fn with(query: &str, name: &str, value: Option<&str>) -> String {
    let pairs = form_urlencoded::parse(query.as_bytes()).into_owned().filter(|(other, _)| other != name);
    let pairs: Vec<_> = pairs.chain(value.map(|value| (name.to_owned(), value.to_owned()))).collect();
    form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish()
}

fn sign_on_code(sandbox: &mut Sandbox, attempt: &SignInAttempt) -> Code {
    let choice_of_person = person(sandbox);
    let query = sign_on(sandbox, attempt, &choice_of_person);
    assert!(is_answer(&query));
    returned(&query, Some(attempt), NOW).ok().unwrap()
}

fn tokens(sandbox: &mut Sandbox, attempt: &SignInAttempt) -> Value {
    let code = sign_on_code(sandbox, attempt);
    let (status, body, _) = post(sandbox, &token_address(&attempt.place), &exchange(attempt, &code));
    assert_eq!(status, 200, "{}", String::from_utf8_lossy(&body));
    serde_json::from_slice(&body).unwrap()
}

#[test]
fn a_token_names_the_person_who_signed_in() {
    let mut sandbox = sandbox();
    let attempt = attempt(&sandbox);
    let answer = tokens(&mut sandbox, &attempt);
    let granted = granted(200, answer.to_string().as_bytes(), &attempt, NOW).ok().unwrap();
    let facts = read_paste(granted.token.expose(), NOW).ok().unwrap().facts;
    assert_eq!(facts.issuer, Some(attempt.place.issuer.clone()));
    assert!(matches!(facts.actor, Actor::Person(Some(_))), "{:?}", facts.actor);
}

#[test]
fn a_code_works_for_one_exchange_and_one_verifier() {
    let mut sandbox = sandbox();
    let first = attempt(&sandbox);
    let code = sign_on_code(&mut sandbox, &first);
    let other = SignInAttempt { verifier: "a".repeat(43), ..first.clone() };
    for attempt in [&other, &first] {
        let (status, body, _) = post(&mut sandbox, &token_address(&attempt.place), &exchange(attempt, &code));
        let SignInFault::NotExchanged { code, .. } = fault(granted(status, &body, attempt, NOW)) else {
            panic!("{}", String::from_utf8_lossy(&body))
        };
        assert_eq!(code, "invalid_grant");
    }
}

#[test]
fn a_response_to_another_attempt_or_to_none_is_refused() {
    let mut sandbox = sandbox();
    let attempt = attempt(&sandbox);
    let choice_of_person = person(&sandbox);
    let query = sign_on(&mut sandbox, &attempt, &choice_of_person);
    assert!(fault(returned(&query, None, NOW)) == SignInFault::NothingBegun);
    for state in [None, Some(""), Some("another"), Some(&attempt.state[1..])] {
        let altered = with(&query, "state", state);
        assert!(fault(returned(&altered, Some(&attempt), NOW)) == SignInFault::OtherAttempt, "{state:?}");
    }
    let twice = format!("{query}&code=another");
    let problem = SignInFault::Unreadable { field: "code", problem: "appears twice" };
    assert_eq!(fault(returned(&twice, Some(&attempt), NOW)), problem);
    let late = NOW.plus(15 * 60_000 + 1);
    assert_eq!(fault(returned(&query, Some(&attempt), late)), SignInFault::TooLate);
    assert_eq!(fault(returned(&query, Some(&attempt), NOW.plus(-1))), SignInFault::TooLate);
    assert!(returned(&query, Some(&attempt), NOW.plus(15 * 60_000)).is_ok());
}

#[test]
fn a_response_of_another_issuer_is_refused_and_one_without_issuer_is_accepted() {
    let mut sandbox = sandbox();
    let attempt = attempt(&sandbox);
    let choice_of_person = person(&sandbox);
    let query = sign_on(&mut sandbox, &attempt, &choice_of_person);
    let elsewhere = "https://auth.pingone.com/5f0c7e1a-22b1-4c0e-9a55-0d1f6a7bc2d4/as";
    let mixed_up = with(&query, "iss", Some(elsewhere));
    let expected = SignInFault::OtherIssuer(elsewhere.into());
    assert_eq!(fault(returned(&mixed_up, Some(&attempt), NOW)), expected);
    assert!(returned(&with(&query, "iss", None), Some(&attempt), NOW).is_ok());
}

#[test]
fn a_declined_sign_on_is_reported_with_pingone_s_description() {
    let mut sandbox = sandbox();
    let attempt = attempt(&sandbox);
    let query = sign_on(&mut sandbox, &attempt, "cancel=yes");
    let SignInFault::Refused { code, description } = fault(returned(&query, Some(&attempt), NOW)) else {
        panic!("{query}")
    };
    assert_eq!(code, "access_denied");
    assert!(!description.is_empty());
    let endless = with(&query, "error_description", Some(&"a".repeat(100_000)));
    let SignInFault::Refused { description, .. } = fault(returned(&endless, Some(&attempt), NOW)) else {
        panic!("{query}")
    };
    assert_eq!(description.len(), 500);
}

/// A token response whose ID token has changed claims.
fn forged(answer: &Value, change: impl Fn(&mut Value)) -> Value {
    altered(answer, "id_token", change)
}

/// A token response in which one token has changed claims.
fn altered(answer: &Value, name: &str, change: impl Fn(&mut Value)) -> Value {
    use base64::Engine;
    use base64::prelude::BASE64_URL_SAFE_NO_PAD;
    let token = answer[name].as_str().unwrap();
    let parts: Vec<&str> = token.split('.').collect();
    let mut claims: Value =
        serde_json::from_slice(&BASE64_URL_SAFE_NO_PAD.decode(parts[1]).unwrap()).unwrap();
    change(&mut claims);
    let claims = BASE64_URL_SAFE_NO_PAD.encode(claims.to_string());
    let mut answer = answer.clone();
    answer[name] = json!(format!("{}.{claims}.{}", parts[0], parts[2]));
    answer
}

#[test]
fn an_id_token_of_another_attempt_is_refused() {
    let mut sandbox = sandbox();
    let attempt = attempt(&sandbox);
    let answer = tokens(&mut sandbox, &attempt);
    let read = |answer: &Value| granted(200, answer.to_string().as_bytes(), &attempt, NOW);
    assert!(read(&forged(&answer, |_| {})).is_ok(), "the unchanged response must be accepted");
    let issuer = "https://auth.pingone.com/x/as";
    let other = fault(read(&forged(&answer, |claims| claims["iss"] = json!(issuer))));
    assert_eq!(other, SignInFault::OtherIssuer(issuer.into()));
    let client = PUBLIC_CLIENT_ID.to_string();
    for audience in [json!("another"), json!([client, "another"]), json!([]), Value::Null] {
        let other = fault(read(&forged(&answer, |claims| claims["aud"] = audience.clone())));
        assert_eq!(other, SignInFault::OtherAudience, "{audience}");
    }
    let other = fault(read(&forged(&answer, |claims| claims["azp"] = json!("another"))));
    assert_eq!(other, SignInFault::OtherAudience);
    for nonce in [json!("another"), Value::Null] {
        let other = fault(read(&forged(&answer, |claims| claims["nonce"] = nonce.clone())));
        assert_eq!(other, SignInFault::OtherNonce);
    }
    let other = fault(read(&forged(&answer, |claims| claims["exp"] = claims["iat"].clone())));
    assert_eq!(other, SignInFault::Expired);
    for claim in ["exp", "iat"] {
        let other = fault(read(&forged(&answer, |claims| claims[claim] = Value::Null)));
        assert!(matches!(other, SignInFault::Unreadable { field: "id_token", .. }), "{claim}: {other}");
    }
}

#[test]
fn sign_in_works_if_the_clock_is_wrong_by_hours() {
    let hour = 60 * 60 * 1000;
    for wrong_by in [-3 * hour, -hour, 2 * hour, 48 * hour] {
        let mut sandbox = sandbox();
        let attempt = attempt(&sandbox);
        let answer = tokens(&mut sandbox, &attempt);
        let read = granted(200, answer.to_string().as_bytes(), &attempt, Timestamp(NOW.0 + wrong_by));
        assert!(read.is_ok(), "{wrong_by}");
    }
}

#[test]
fn a_truncated_or_malformed_response_is_refused_and_its_field_named() {
    let mut sandbox = sandbox();
    let attempt = attempt(&sandbox);
    let answer = tokens(&mut sandbox, &attempt);
    let read = |status, body: &str| fault(granted(status, body.as_bytes(), &attempt, NOW));
    let is_unreadable = |fault: &SignInFault| matches!(fault, SignInFault::Unreadable { .. });
    for body in ["", "<html>", "[]", "{}", "null", "{\"access_token\":\"eyJ"] {
        for status in [200, 400, 403] {
            assert!(is_unreadable(&read(status, body)), "{status} {body}");
        }
    }
    for part in ["access_token", "id_token", "token_type"] {
        for value in [Value::Null, json!(7), json!(["a"])] {
            let mut altered = answer.clone();
            altered[part] = value;
            let fault = read(200, &altered.to_string());
            assert!(matches!(&fault, SignInFault::Unreadable { field, .. } if *field == part), "{fault}");
        }
    }
    let mut altered = answer.clone();
    altered["token_type"] = json!("DPoP");
    assert!(is_unreadable(&read(200, &altered.to_string())));
}

#[test]
fn no_refusal_repeats_a_code_or_a_token() {
    let mut sandbox = sandbox();
    let attempt = attempt(&sandbox);
    let answer = tokens(&mut sandbox, &attempt);
    let token = answer["access_token"].as_str().unwrap();
    let forged = forged(&answer, |claims| claims["nonce"] = json!("another"));
    let fault = fault(granted(200, forged.to_string().as_bytes(), &attempt, NOW));
    assert!(!format!("{fault} {fault:?}").contains(token));
}

#[test]
fn an_attempt_survives_storage_and_other_text_is_refused() {
    let sandbox = sandbox();
    let attempt = attempt(&sandbox);
    let text = protocol::write(&attempt);
    assert!(protocol::read(&text) == Some(attempt));
    for (from, to) in [("\"version\":1", "\"version\":2"), ("verifier", "verifer"), ("}", "")] {
        let altered = text.replace(from, to);
        assert!(altered != text && protocol::read(&altered).is_none(), "{from}");
    }
    assert!(protocol::read("").is_none());
}

#[test]
fn state_nonce_and_verifier_are_random_and_the_url_has_no_verifier() {
    let sandbox = sandbox();
    let one = attempt(&sandbox);
    assert!(
        [&one.state, &one.nonce, &one.verifier].iter().all(|word| word.len() == 43),
        "length required by RFC 7636, section 4.1"
    );
    assert!(one.state != one.nonce && one.nonce != one.verifier && one.state != one.verifier);
    assert!(!address(&one).contains(&one.verifier));
    assert!(
        address(&one).starts_with(&format!("{}/authorize?response_type=code&client_id=", one.place.issuer))
    );
}

#[test]
fn the_challenge_matches_the_example_of_rfc_7636() {
    let sandbox = sandbox();
    let verifier = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk".to_owned();
    let attempt = SignInAttempt { verifier, ..attempt(&sandbox) };
    let challenge = "code_challenge=E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM&code_challenge_method=S256";
    assert!(address(&attempt).contains(challenge), "example of RFC 7636, appendix B");
}

#[test]
fn a_failure_of_the_token_endpoint_is_temporary() {
    let sandbox = sandbox();
    let attempt = attempt(&sandbox);
    for status in [408, 429, 500, 502, 503, 504] {
        for body in ["", "<html>", r#"{"error":"server_error"}"#] {
            let fault = fault(granted(status, body.as_bytes(), &attempt, NOW));
            assert!(fault == SignInFault::Unreachable && fault.is_retryable(), "{status} {body}");
        }
    }
}

#[test]
fn an_access_token_of_another_issuer_is_refused() {
    let mut sandbox = sandbox();
    let attempt = attempt(&sandbox);
    let answer = tokens(&mut sandbox, &attempt);
    let issuer = "https://auth.pingone.com/x/as";
    let mixed = altered(&answer, "access_token", |claims| claims["iss"] = json!(issuer));
    let fault = fault(granted(200, mixed.to_string().as_bytes(), &attempt, NOW));
    assert_eq!(fault, SignInFault::OtherIssuer(issuer.into()));
}

#[test]
fn missing_expiry_and_an_unrequested_refresh_token_are_handled() {
    let mut sandbox = sandbox();
    let attempt = attempt(&sandbox);
    let mut answer = tokens(&mut sandbox, &attempt);
    assert!(answer["refresh_token"].is_string(), "the sandbox returns a refresh token without being asked");
    answer.as_object_mut().unwrap().remove("expires_in");
    let granted = granted(200, answer.to_string().as_bytes(), &attempt, NOW).ok().unwrap();
    assert!(granted.signed_in.refresh.is_none() && renewal(&granted.signed_in).is_none());
    let facts = read_paste(granted.token.expose(), NOW).ok().unwrap().facts;
    assert_eq!(facts.expires_at, Some(NOW.plus(3_600_000)));
}

#[test]
fn a_refusal_shows_its_meaning_and_its_code() {
    for (code, meaning) in [
        ("access_denied", "you declined"),
        ("login_required", "wants to see you sign on"),
        ("consent_required", "wants your consent"),
        ("temporarily_unavailable", "can't do it now"),
        ("invalid_scope", "the administrator of this page"),
    ] {
        let fault = SignInFault::Refused { code: code.into(), description: "Words.".into() };
        let message = text::sign_in::fault(&fault);
        assert!(
            message.contains(meaning) && message.contains(code) && message.contains("Words"),
            "{message}"
        );
    }
}

#[test]
fn only_the_sign_in_window_has_the_mark_and_the_page_knows_it() {
    let sandbox = sandbox();
    let chance = [7; CHANCE];
    let state = |way| begin(place(&sandbox), way, &chance, NOW).state;
    assert!(state(SignInMode::OwnWindow).starts_with(WINDOW_MARK));
    assert_eq!(state(SignInMode::OwnWindow), format!("{WINDOW_MARK}{}", state(SignInMode::ThisPage)));
    assert!(!WINDOW_MARK.bytes().all(|letter| letter.is_ascii_alphanumeric() || b"-_".contains(&letter)));
    let boot = include_str!("../web/boot.js");
    assert!(boot.contains(&format!("const WINDOW_MARK = \"{WINDOW_MARK}\";")));
}

/// A session with token refresh, and the claims of its access token.
fn sign_in_with_refresh(sandbox: &mut Sandbox) -> (SignedIn, TokenFacts) {
    let attempt = attempt(sandbox);
    let answer = tokens(sandbox, &attempt);
    let granted = protocol::granted(200, answer.to_string().as_bytes(), &attempt, true, NOW).ok().unwrap();
    let facts = read_paste(granted.token.expose(), NOW).ok().unwrap().facts;
    (granted.signed_in, facts)
}

/// The token endpoint's response to the refresh token.
fn refreshed(sandbox: &mut Sandbox, signed_in: &SignedIn) -> (u16, Value) {
    let form = renewal(signed_in).unwrap();
    let (status, body, _) = post(sandbox, &token_address(&signed_in.place), &form);
    (status, serde_json::from_slice(&body).unwrap())
}

fn read_renewed(
    answer: &(u16, Value),
    signed_in: &SignedIn,
    facts: &TokenFacts,
) -> Result<Renewed, SignInFault> {
    renewed(answer.0, answer.1.to_string().as_bytes(), signed_in, facts, NOW)
}

#[test]
fn a_token_is_refreshed_repeatedly_with_each_new_refresh_token() {
    let mut sandbox = sandbox();
    let (mut signed_in, mut facts) = sign_in_with_refresh(&mut sandbox);
    for _ in 0..5 {
        let answer = refreshed(&mut sandbox, &signed_in);
        let renewed = read_renewed(&answer, &signed_in, &facts).ok().unwrap();
        let next = read_paste(renewed.token.expose(), NOW).ok().unwrap().facts;
        assert_ne!(next.last_four, facts.last_four);
        (signed_in.refresh, facts) = (renewed.refresh, next);
        assert!(signed_in.refresh.is_some());
    }
}

#[test]
fn a_refresh_token_is_kept_if_not_replaced_and_the_id_token_is_optional() {
    let mut sandbox = sandbox();
    let (signed_in, facts) = sign_in_with_refresh(&mut sandbox);
    let (status, mut answer) = refreshed(&mut sandbox, &signed_in);
    answer.as_object_mut().unwrap().remove("refresh_token");
    answer.as_object_mut().unwrap().remove("id_token");
    let renewed = read_renewed(&(status, answer), &signed_in, &facts).ok().unwrap();
    assert!(renewed.refresh.is_none() && renewal(&signed_in).is_some());
}

#[test]
fn a_used_or_expired_refresh_token_is_refused_permanently() {
    let mut sandbox = sandbox();
    let (signed_in, facts) = sign_in_with_refresh(&mut sandbox);
    // The response to the first request is lost.
    refreshed(&mut sandbox, &signed_in);
    let again = refreshed(&mut sandbox, &signed_in);
    let fault = fault(read_renewed(&again, &signed_in, &facts));
    assert!(!fault.is_retryable());
    let message = text::sign_in::not_renewed(&fault);
    assert!(message.contains("invalid_grant") && message.contains("Sign in again"), "{message}");
}

#[test]
fn a_refresh_that_fails_in_an_outage_is_retried() {
    let mut sandbox = sandbox();
    let (signed_in, facts) = sign_in_with_refresh(&mut sandbox);
    for status in [429, 500, 503] {
        let fault = fault(read_renewed(&(status, json!({})), &signed_in, &facts));
        assert!(fault.is_retryable(), "{status}");
    }
    for (status, body) in [(400, json!({})), (401, json!({"error": "invalid_client"})), (200, json!({}))] {
        let fault = fault(read_renewed(&(status, body), &signed_in, &facts));
        assert!(!fault.is_retryable(), "{status}: {fault}");
    }
}

#[test]
fn a_refreshed_token_of_another_user_or_tenant_is_refused() {
    let mut sandbox = sandbox();
    let (signed_in, facts) = sign_in_with_refresh(&mut sandbox);
    let (status, answer) = refreshed(&mut sandbox, &signed_in);
    let read = |answer: Value| read_renewed(&(status, answer), &signed_in, &facts);
    assert!(
        read(altered(&answer, "access_token", |_| {})).is_ok(),
        "the unchanged response must be accepted"
    );
    for (claim, value) in [
        ("iss", json!("https://auth.pingone.com/x/as")),
        ("env", json!("5f0c7e1a-22b1-4c0e-9a55-0d1f6a7bc2d5")),
        ("p1.userId", json!("5f0c7e1a-22b1-4c0e-9a55-0d1f6a7bc2d4")),
        ("aud", json!(["https://api.pingone.com"])),
    ] {
        let other = altered(&answer, "access_token", |claims| claims[claim] = value.clone());
        assert_eq!(fault(read(other)), SignInFault::OtherToken, "{claim}");
    }
    let forged =
        |claim: &str, value: Value| altered(&answer, "id_token", |claims| claims[claim] = value.clone());
    let issuer = "https://auth.pingone.com/x/as";
    assert_eq!(fault(read(forged("iss", json!(issuer)))), SignInFault::OtherIssuer(issuer.into()));
    assert_eq!(fault(read(forged("aud", json!("another")))), SignInFault::OtherAudience);
    assert_eq!(fault(read(forged("nonce", json!("another")))), SignInFault::OtherNonce);
    assert_eq!(fault(read(forged("sub", json!("another")))), SignInFault::OtherToken);
    assert_eq!(fault(read(forged("exp", json!(0)))), SignInFault::Expired);
    assert!(read(forged("nonce", json!(signed_in.nonce))).is_ok(), "the nonce of the sign-in is accepted");
    let expired = altered(&answer, "access_token", |claims| claims["exp"] = json!(0));
    assert!(read(expired).is_ok(), "the computer's clock may be wrong, so expiry is left to PingOne");
    let mut damaged = answer.clone();
    damaged["access_token"] = json!("eyJ.x.y");
    assert!(matches!(fault(read(damaged)), SignInFault::Unreadable { field: "access_token", .. }));
}

#[test]
fn signing_out_revokes_the_refresh_token_and_redirects_back() {
    let mut sandbox = sandbox();
    let (signed_in, facts) = sign_in_with_refresh(&mut sandbox);
    let form = sign_off::revocation(&signed_in).unwrap();
    let (status, _, _) = post(&mut sandbox, &sign_off::revocation_address(&signed_in.place), &form);
    assert_eq!(status, 200);
    let refused = refreshed(&mut sandbox, &signed_in);
    assert!(matches!(fault(read_renewed(&refused, &signed_in, &facts)), SignInFault::NotExchanged { .. }));
    for (way, back) in [
        (SignInMode::ThisPage, REDIRECT.to_owned()),
        (SignInMode::OwnWindow, format!("{REDIRECT}?state={WINDOW_MARK}")),
    ] {
        let address = sign_off::address(&signed_in.place, way);
        assert!(!address.contains("eyJ"), "the URL must not contain a token");
        let request = Request::get(address.strip_prefix(LOCAL).unwrap()).body(Vec::new()).unwrap();
        let response = sandbox.handle(&request, pingone_sandbox::Timestamp(NOW.0)).response;
        assert_eq!(response.headers()["location"], back);
    }
}

#[test]
fn only_a_redirect_response_counts_as_one() {
    for query in ["", "code=a", "state=b", "mfa=off", "error=a", "statex=1&codex=2"] {
        assert!(!is_answer(query), "{query}");
    }
    assert!(is_answer("error=access_denied&state=b"));
}
