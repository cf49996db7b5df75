//! The authorization server, tested in the core without a socket.

use base64::Engine;
use base64::prelude::{BASE64_STANDARD, BASE64_URL_SAFE_NO_PAD};
use http::{Method, Request, Response, StatusCode, header};
use pingone_mfa_testkit::client::{NOW, body};
use pingone_mfa_testkit::tenant::{LOCAL, local_seed};
use pingone_sandbox::{CLIENT_SECRET, PUBLIC_CLIENT_ID, Role, Sandbox, Timestamp};
use serde_json::Value;
use sha2::{Digest, Sha256};
use uuid::Uuid;

const REDIRECT: &str = "http://127.0.0.1:4000/";
const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
const SCOPE: &str = "openid profile email";

type Answer = Response<Vec<u8>>;
type Pairs = Vec<(String, String)>;

fn sandbox_with_seed(seed: u64) -> Sandbox {
    Sandbox::new(local_seed(20, seed))
}

fn issuer(sandbox: &Sandbox) -> String {
    format!("{LOCAL}/{}/as", sandbox.environment_id())
}

fn encoded(pairs: &[(String, String)]) -> String {
    form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish()
}

fn challenge(verifier: &str) -> String {
    BASE64_URL_SAFE_NO_PAD.encode(Sha256::digest(verifier))
}

/// Replaces some of the parameters; an empty value removes one.
fn replaced(pairs: Pairs, changes: &[(&str, &str)]) -> Pairs {
    let is_kept = |name: &str| changes.iter().all(|(changed, _)| *changed != name);
    let kept = pairs.into_iter().filter(|(name, _)| is_kept(name));
    let new = changes.iter().filter(|(_, value)| !value.is_empty());
    kept.chain(new.map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))).collect()
}

/// The parameters of a single-page application's authorization request.
fn authorization_parameters(changes: &[(&str, &str)]) -> Pairs {
    let client = PUBLIC_CLIENT_ID.to_string();
    let challenge = challenge(VERIFIER);
    let pairs = [
        ("response_type", "code"),
        ("client_id", &client),
        ("redirect_uri", REDIRECT),
        ("code_challenge", &challenge),
        ("code_challenge_method", "S256"),
        ("scope", SCOPE),
        ("state", "s &1"),
        ("nonce", "n-1"),
    ];
    replaced(replaced(Vec::new(), &pairs), changes)
}

fn send(sandbox: &mut Sandbox, request: &Request<Vec<u8>>, now: Timestamp) -> Answer {
    sandbox.handle(request, now).response
}

fn get(sandbox: &mut Sandbox, name: &str) -> Answer {
    let path = format!("/{}/as/{name}", sandbox.environment_id());
    send(sandbox, &Request::get(path).body(Vec::new()).unwrap(), NOW)
}

fn post_at(sandbox: &mut Sandbox, name: &str, form: &[(String, String)], now: Timestamp) -> Answer {
    let path = format!("/{}/as/{name}", sandbox.environment_id());
    send(sandbox, &Request::post(path).body(encoded(form).into_bytes()).unwrap(), now)
}

fn post(sandbox: &mut Sandbox, name: &str, form: &[(&str, &str)]) -> Answer {
    post_at(sandbox, name, &replaced(Vec::new(), form), NOW)
}

fn authorize(sandbox: &mut Sandbox, changes: &[(&str, &str)]) -> Answer {
    get(sandbox, &format!("authorize?{}", encoded(&authorization_parameters(changes))))
}

fn head<'a>(answer: &'a Answer, name: &str) -> &'a str {
    answer.headers().get(name).map_or("", |value| value.to_str().unwrap())
}

fn text(answer: &Answer) -> &str {
    std::str::from_utf8(answer.body()).unwrap()
}

fn claims(token: &str) -> Value {
    let body = token.split('.').nth(1).unwrap();
    serde_json::from_slice(&BASE64_URL_SAFE_NO_PAD.decode(body).unwrap()).unwrap()
}

/// The parameters that a redirect returns to the client.
#[track_caller]
fn redirect_parameters(answer: &Answer) -> Pairs {
    assert_eq!(answer.status(), StatusCode::FOUND, "{}", text(answer));
    let query = head(answer, "location").strip_prefix(&format!("{REDIRECT}?")).unwrap();
    form_urlencoded::parse(query.as_bytes()).into_owned().collect()
}

fn value<'a>(pairs: &'a Pairs, name: &str) -> &'a str {
    pairs.iter().find(|(key, _)| key == name).map_or("", |(_, value)| value)
}

/// Signs a user on and returns the code.
fn sign_on(sandbox: &mut Sandbox, username: &str, changes: &[(&str, &str)]) -> String {
    let person = sandbox.user_by_username(username).unwrap().to_string();
    let form = replaced(authorization_parameters(changes), &[("person", &person)]);
    value(&redirect_parameters(&post_at(sandbox, "authorize", &form, NOW)), "code").to_owned()
}

fn code_form(code: &str) -> Pairs {
    let client = PUBLIC_CLIENT_ID.to_string();
    let pairs = [
        ("grant_type", "authorization_code"),
        ("client_id", client.as_str()),
        ("code", code),
        ("redirect_uri", REDIRECT),
        ("code_verifier", VERIFIER),
    ];
    replaced(Vec::new(), &pairs)
}

fn exchange(sandbox: &mut Sandbox, code: &str, changes: &[(&str, &str)], now: Timestamp) -> Answer {
    post_at(sandbox, "token", &replaced(code_form(code), changes), now)
}

/// The tokens of a newly signed-on user.
fn tokens(sandbox: &mut Sandbox, username: &str) -> Value {
    let code = sign_on(sandbox, username, &[]);
    let answer = exchange(sandbox, &code, &[], NOW);
    assert_eq!(answer.status(), StatusCode::OK, "{}", text(&answer));
    body(&answer)
}

fn refresh_at(sandbox: &mut Sandbox, token: &Value, scope: &str, now: Timestamp) -> Answer {
    let client = PUBLIC_CLIENT_ID.to_string();
    let form = [
        ("grant_type", "refresh_token"),
        ("client_id", client.as_str()),
        ("refresh_token", token.as_str().unwrap()),
        ("scope", scope),
    ];
    post_at(sandbox, "token", &replaced(Vec::new(), &form), now)
}

fn refresh(sandbox: &mut Sandbox, token: &Value) -> Answer {
    refresh_at(sandbox, token, "", NOW)
}

#[track_caller]
fn assert_refused(answer: &Answer, status: u16, error: &str) {
    assert_eq!((answer.status().as_u16(), &body(answer)["error"]), (status, &error.into()));
    assert_eq!(head(answer, "content-type"), "application/json");
    assert!(head(answer, "cache-control").contains("no-store"));
}

fn users(sandbox: &mut Sandbox, token: &str, method: Method, rest: &str) -> Answer {
    let path = format!("/v1/environments/{}/users{rest}", sandbox.environment_id());
    let request = Request::builder().method(method).uri(path);
    let request = request.header(header::AUTHORIZATION, format!("Bearer {token}"));
    let request = request.header(header::CONTENT_TYPE, "application/json");
    send(sandbox, &request.body(br#"{"mfaEnabled":true}"#.to_vec()).unwrap(), NOW)
}

#[test]
fn the_code_of_a_sign_on_is_exchanged_for_tokens() {
    let mut sandbox = sandbox_with_seed(7);
    let person = sandbox.user_by_username("adaeze.okonkwo").unwrap().to_string();
    let form = replaced(authorization_parameters(&[]), &[("person", &person)]);
    let back = redirect_parameters(&post_at(&mut sandbox, "authorize", &form, NOW));
    let names: Vec<_> = back.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(names, ["code", "state", "iss"]);
    assert_eq!((value(&back, "state"), value(&back, "iss")), ("s &1", issuer(&sandbox).as_str()));
    let answer = exchange(&mut sandbox, value(&back, "code"), &[], NOW);
    assert_eq!(head(&answer, "content-type"), "application/json");
    let body = body(&answer);
    assert_eq!((&body["token_type"], &body["expires_in"]), (&"Bearer".into(), &3600.into()));
    assert_eq!(body["scope"], SCOPE);
    let access = claims(body["access_token"].as_str().unwrap());
    assert_eq!((access["sub"].as_str(), &access["p1.userId"]), (Some(person.as_str()), &access["sub"]));
    assert_eq!(access["client_id"], PUBLIC_CLIENT_ID.to_string());
    assert_eq!((&access["scope"], &access["iss"]), (&SCOPE.into(), &issuer(&sandbox).into()));
    let id = claims(body["id_token"].as_str().unwrap());
    assert_eq!((&id["aud"], &id["nonce"]), (&PUBLIC_CLIENT_ID.to_string().into(), &"n-1".into()));
    assert_eq!((&id["sub"], &id["sid"]), (&access["sub"], &access["sid"]));
}

#[test]
fn a_signed_on_user_has_the_permissions_of_the_own_role() {
    let mut sandbox = sandbox_with_seed(7);
    for (username, read, change) in
        [("adaeze.okonkwo", 200, 200), ("jonas.brandt", 200, 403), ("test.user07", 403, 403)]
    {
        let tokens = tokens(&mut sandbox, username);
        let token = tokens["access_token"].as_str().unwrap();
        let id = sandbox.user_by_username("jonas.brandt").unwrap();
        assert_eq!(users(&mut sandbox, token, Method::GET, "").status().as_u16(), read, "{username}");
        let answer = users(&mut sandbox, token, Method::PUT, &format!("/{id}/mfaEnabled"));
        assert_eq!(answer.status().as_u16(), change, "{username}");
    }
}

#[test]
fn an_id_token_is_not_accepted_as_access_token() {
    let mut sandbox = sandbox_with_seed(7);
    let tokens = tokens(&mut sandbox, "adaeze.okonkwo");
    let answer = users(&mut sandbox, tokens["id_token"].as_str().unwrap(), Method::GET, "");
    assert_eq!(answer.status(), StatusCode::UNAUTHORIZED);
}

#[test]
fn without_the_openid_scope_no_id_token_is_issued() {
    let mut sandbox = sandbox_with_seed(7);
    let code = sign_on(&mut sandbox, "adaeze.okonkwo", &[("scope", "")]);
    let body = body(&exchange(&mut sandbox, &code, &[], NOW));
    assert!(body.get("id_token").is_none() && body.get("scope").is_none());
    assert!(claims(body["access_token"].as_str().unwrap()).get("scope").is_none());
}

#[test]
fn the_sign_on_page_lists_administrators_and_preserves_the_request() {
    let mut sandbox = sandbox_with_seed(7);
    let answer = authorize(&mut sandbox, &[("state", "\"><script>&'")]);
    assert_eq!((answer.status(), head(&answer, "content-type")), (StatusCode::OK, "text/html;charset=UTF-8"));
    let html = text(&answer);
    for username in ["adaeze.okonkwo", "jonas.brandt", "test.user07"] {
        let id = sandbox.user_by_username(username).unwrap();
        assert!(html.contains(&format!("<button name=\"person\" value=\"{id}\">")), "{username}");
    }
    assert!(html.contains("name=\"state\" value=\"&quot;&gt;&lt;script&gt;&amp;&#39;\""), "{html}");
    assert!(!html.contains("<script") && !html.contains("type=\"password\""));
    for (name, value) in authorization_parameters(&[("state", "")]) {
        let field = format!("<input type=\"hidden\" name=\"{name}\" value=\"{value}\">");
        assert!(html.contains(&field), "{field}");
    }
    assert!(html.contains("<html lang=\"en\">") && html.contains("<h1>Sign on</h1>"));
}

#[test]
fn a_page_runs_no_scripts_and_restricts_its_form_targets() {
    let mut sandbox = sandbox_with_seed(7);
    for (answer, forms) in [
        (authorize(&mut sandbox, &[]), "form-action 'self' http://127.0.0.1:4000;"),
        (authorize(&mut sandbox, &[("client_id", "")]), "form-action 'none';"),
        (get(&mut sandbox, "signoff"), "form-action 'none';"),
    ] {
        let html = text(&answer);
        let style = html.split("<style>").nth(1).unwrap().split("</style>").next().unwrap();
        let digest = BASE64_STANDARD.encode(Sha256::digest(style));
        let policy = head(&answer, "content-security-policy");
        assert!(policy.starts_with("default-src 'none'; "), "{policy}");
        assert!(policy.contains(&format!("style-src 'sha256-{digest}'; {forms}")), "{policy}");
        assert!(policy.contains("frame-ancestors 'none'") && policy.contains("base-uri 'none'"), "{policy}");
        assert_eq!(head(&answer, "referrer-policy"), "no-referrer");
    }
}

#[test]
fn an_unregistered_address_is_never_redirected_to() {
    let mut sandbox = sandbox_with_seed(7);
    let worker = Role::IdentityDataAdmin.client_id().to_string();
    let twice = format!("{}&redirect_uri=http%3A%2F%2Flocalhost%2F", encoded(&authorization_parameters(&[])));
    for query in [
        encoded(&authorization_parameters(&[("client_id", "")])),
        encoded(&authorization_parameters(&[("client_id", "nobody")])),
        encoded(&authorization_parameters(&[("client_id", &worker)])),
        encoded(&authorization_parameters(&[("redirect_uri", "")])),
        encoded(&authorization_parameters(&[("redirect_uri", "https://example.com/")])),
        encoded(&authorization_parameters(&[("redirect_uri", "http://127.0.0.1.example.com/")])),
        encoded(&authorization_parameters(&[("redirect_uri", "http://127.0.0.1:4000/other")])),
        encoded(&authorization_parameters(&[("redirect_uri", "http://127.0.0.1:4000/#")])),
        twice,
    ] {
        let answer = get(&mut sandbox, &format!("authorize?{query}"));
        assert_eq!((answer.status(), head(&answer, "location")), (StatusCode::BAD_REQUEST, ""), "{query}");
        assert!(text(&answer).contains("<h1>This sign-on can&#39;t begin</h1>"));
    }
}

#[test]
fn another_loopback_address_can_be_registered() {
    let mut sandbox = sandbox_with_seed(7);
    let changes = [("redirect_uri", "http://localhost:9/callback?from=here")];
    assert_eq!(authorize(&mut sandbox, &changes).status(), StatusCode::BAD_REQUEST);
    assert!(!sandbox.register_redirect_uri("https://example.com/"));
    assert!(sandbox.register_redirect_uri("http://localhost/callback?from=here"));
    let answer = authorize(&mut sandbox, &[changes[0], ("prompt", "none")]);
    let location = head(&answer, "location");
    assert!(
        location.starts_with("http://localhost:9/callback?from=here&error=login_required&"),
        "{location}"
    );
}

#[test]
fn other_errors_are_returned_to_the_client() {
    let mut sandbox = sandbox_with_seed(7);
    let long = "x".repeat(2049);
    for (name, given, error) in [
        ("response_type", "", "invalid_request"),
        ("response_type", "token", "unsupported_response_type"),
        ("response_mode", "fragment", "invalid_request"),
        ("code_challenge", "", "invalid_request"),
        ("code_challenge", "short", "invalid_request"),
        ("code_challenge", "+++++++++++++++++++++++++++++++++++++++++++", "invalid_request"),
        ("code_challenge_method", "", "invalid_request"),
        ("code_challenge_method", "plain", "invalid_request"),
        ("scope", "openid p1:read:user", "invalid_scope"),
        ("nonce", "\u{e9}", "invalid_request"),
        ("nonce", &long, "invalid_request"),
        ("request", "x", "request_not_supported"),
        ("request_uri", "x", "request_uri_not_supported"),
        ("prompt", "none", "login_required"),
        ("prompt", "none login", "invalid_request"),
        ("prompt", "create", "invalid_request"),
    ] {
        let back = redirect_parameters(&authorize(&mut sandbox, &[(name, given)]));
        assert_eq!(value(&back, "error"), error, "{name}={given}");
        assert_eq!((value(&back, "state"), value(&back, "code")), ("s &1", ""), "{name}={given}");
        assert_eq!(value(&back, "iss"), issuer(&sandbox));
    }
    let repeated = format!("authorize?{}&scope=openid", encoded(&authorization_parameters(&[])));
    assert_eq!(value(&redirect_parameters(&get(&mut sandbox, &repeated)), "error"), "invalid_request");
    let back = redirect_parameters(&authorize(&mut sandbox, &[("state", "\u{7}")]));
    assert_eq!((value(&back, "error"), value(&back, "state")), ("invalid_request", ""));
}

#[test]
fn only_an_administrator_can_sign_on() {
    let mut sandbox = sandbox_with_seed(7);
    let person = sandbox.user_by_username("adaeze.okonkwo").unwrap().to_string();
    let unknown = Uuid::nil().to_string();
    let others = sandbox.user_by_username("user000001").map(|id| id.to_string());
    let chosen = [Some(unknown), others, Some("nobody".to_owned())];
    for other in chosen.into_iter().flatten() {
        let form = replaced(authorization_parameters(&[]), &[("person", &other)]);
        let back = redirect_parameters(&post_at(&mut sandbox, "authorize", &form, NOW));
        assert_eq!(value(&back, "error"), "access_denied", "{other}");
    }
    let cancelled = replaced(authorization_parameters(&[]), &[("person", &person), ("cancel", "true")]);
    let back = redirect_parameters(&post_at(&mut sandbox, "authorize", &cancelled, NOW));
    assert_eq!(value(&back, "error"), "access_denied");
    let linked = authorize(&mut sandbox, &[("person", &person)]);
    assert_eq!(linked.status(), StatusCode::OK, "a link must not sign a user on");
    let page = post_at(&mut sandbox, "authorize", &authorization_parameters(&[]), NOW);
    assert!(text(&page).contains("Who signs on?"), "a POST can start a sign-on too");
}

#[test]
fn a_second_use_of_a_code_ends_the_session() {
    let mut sandbox = sandbox_with_seed(7);
    let code = sign_on(&mut sandbox, "adaeze.okonkwo", &[]);
    let first = exchange(&mut sandbox, &code, &[], NOW);
    assert_eq!(first.status(), StatusCode::OK);
    assert_refused(&exchange(&mut sandbox, &code, &[], NOW), 400, "invalid_grant");
    assert_refused(&refresh(&mut sandbox, &body(&first)["refresh_token"]), 400, "invalid_grant");
}

#[test]
fn a_code_expires_after_a_minute() {
    let mut sandbox = sandbox_with_seed(7);
    for (millis, status) in [(59_999, 200), (60_000, 400)] {
        let code = sign_on(&mut sandbox, "adaeze.okonkwo", &[]);
        let answer = exchange(&mut sandbox, &code, &[], Timestamp(NOW.0 + millis));
        assert_eq!(answer.status().as_u16(), status, "{millis}");
    }
}

#[test]
fn a_code_can_only_be_redeemed_by_the_client_that_requested_it() {
    let mut sandbox = sandbox_with_seed(7);
    let worker = Role::IdentityDataAdmin.client_id().to_string();
    let other = "x".repeat(43);
    for (changes, status, error) in [
        (vec![("code_verifier", other.as_str())], 400, "invalid_grant"),
        (vec![("code_verifier", "short")], 400, "invalid_request"),
        (vec![("code_verifier", "")], 400, "invalid_request"),
        (vec![("redirect_uri", "http://127.0.0.1:4002/")], 400, "invalid_grant"),
        (vec![("redirect_uri", "")], 400, "invalid_request"),
        (vec![("code", "other")], 400, "invalid_grant"),
        (vec![("code", "")], 400, "invalid_request"),
        (vec![("client_id", "")], 401, "invalid_client"),
        (vec![("client_id", "nobody")], 401, "invalid_client"),
        (vec![("client_secret", CLIENT_SECRET)], 401, "invalid_client"),
        (vec![("client_id", &worker), ("client_secret", CLIENT_SECRET)], 400, "unauthorized_client"),
    ] {
        let code = sign_on(&mut sandbox, "adaeze.okonkwo", &[]);
        assert_refused(&exchange(&mut sandbox, &code, &changes, NOW), status, error);
    }
}

#[test]
fn a_refresh_token_is_exchanged_for_a_new_one() {
    let mut sandbox = sandbox_with_seed(7);
    let first = tokens(&mut sandbox, "adaeze.okonkwo");
    let answer = refresh(&mut sandbox, &first["refresh_token"]);
    let second = body(&answer);
    assert_eq!((answer.status(), &second["scope"]), (StatusCode::OK, &SCOPE.into()));
    assert_ne!(second["refresh_token"], first["refresh_token"]);
    let (before, after) = (&first["access_token"], &second["access_token"]);
    assert_ne!(before, after);
    let (before, after) = (claims(before.as_str().unwrap()), claims(after.as_str().unwrap()));
    assert_eq!((&after["sub"], &after["sid"]), (&before["sub"], &before["sid"]));
    assert!(claims(second["id_token"].as_str().unwrap()).get("nonce").is_none());
    assert_refused(&refresh(&mut sandbox, &first["refresh_token"]), 400, "invalid_grant");
    assert_refused(&refresh(&mut sandbox, &second["refresh_token"]), 400, "invalid_grant");
}

#[test]
fn a_refresh_can_narrow_the_scope_but_not_widen_it() {
    let mut sandbox = sandbox_with_seed(7);
    let first = tokens(&mut sandbox, "adaeze.okonkwo");
    let more = refresh_at(&mut sandbox, &first["refresh_token"], "openid phone", NOW);
    assert_refused(&more, 400, "invalid_scope");
    let less = body(&refresh_at(&mut sandbox, &first["refresh_token"], "openid", NOW));
    assert_eq!(less["scope"], "openid");
    let all = body(&refresh(&mut sandbox, &less["refresh_token"]));
    assert_eq!(all["scope"], SCOPE);
}

#[test]
fn a_session_ends_after_thirty_days_however_often_it_is_refreshed() {
    let mut sandbox = sandbox_with_seed(7);
    let mut token = tokens(&mut sandbox, "adaeze.okonkwo")["refresh_token"].clone();
    for (seconds, status) in [(15 * 86_400, 200), (30 * 86_400 - 1, 200), (30 * 86_400, 400)] {
        let answer = refresh_at(&mut sandbox, &token, "", NOW.after_seconds(seconds));
        assert_eq!(answer.status().as_u16(), status, "{seconds}");
        token = body(&answer)["refresh_token"].clone();
    }
}

#[test]
fn a_worker_gets_openid_connect_scopes_only() {
    let mut sandbox = sandbox_with_seed(7);
    let worker = Role::IdentityDataAdmin.client_id().to_string();
    let form = |scope| {
        let secret = ("client_secret", CLIENT_SECRET);
        [("grant_type", "client_credentials"), ("client_id", worker.as_str()), secret, ("scope", scope)]
    };
    let plain = body(&post(&mut sandbox, "token", &form("")));
    assert!(plain.get("scope").is_none() && plain.get("refresh_token").is_none());
    assert_eq!(body(&post(&mut sandbox, "token", &form("openid")))["scope"], "openid");
    let answer = post(&mut sandbox, "token", &form("p1:update:userMfaEnabled"));
    assert_refused(&answer, 400, "invalid_scope");
}

#[test]
fn a_client_authenticates_in_exactly_one_way() {
    let mut sandbox = sandbox_with_seed(7);
    let worker = Role::IdentityDataAdmin.client_id().to_string();
    let mut ask = |credentials: &str, form: &str| {
        let path = format!("/{}/as/token", sandbox.environment_id());
        let request = Request::post(path)
            .header(header::AUTHORIZATION, format!("Basic {}", BASE64_STANDARD.encode(credentials)))
            .body(format!("grant_type=client_credentials{form}").into_bytes());
        send(&mut sandbox, &request.unwrap(), NOW)
    };
    let right = format!("{worker}:{CLIENT_SECRET}");
    assert_eq!(ask(&right, &format!("&client_id={worker}")).status(), StatusCode::OK);
    assert_refused(&ask(&right, "&client_secret=sandbox-secret"), 400, "invalid_request");
    assert_refused(&ask(&right, "&client_id=other"), 401, "invalid_client");
    assert_refused(&ask(&format!("{PUBLIC_CLIENT_ID}:"), ""), 401, "invalid_client");
    let wrong = ask(&format!("{worker}:wrong"), "");
    assert!(head(&wrong, "www-authenticate").starts_with("Basic "));
}

#[test]
fn a_public_client_cannot_use_client_credentials() {
    let mut sandbox = sandbox_with_seed(7);
    let client = PUBLIC_CLIENT_ID.to_string();
    let form = [("grant_type", "client_credentials"), ("client_id", client.as_str())];
    assert_refused(&post(&mut sandbox, "token", &form), 400, "unauthorized_client");
}

#[test]
fn userinfo_returns_the_claims_of_the_granted_scopes() {
    let mut sandbox = sandbox_with_seed(7);
    let ask = |sandbox: &mut Sandbox, token: &str| {
        let path = format!("/{}/as/userinfo", sandbox.environment_id());
        let request = Request::get(path).header(header::AUTHORIZATION, format!("Bearer {token}"));
        send(sandbox, &request.body(Vec::new()).unwrap(), NOW)
    };
    let all = tokens(&mut sandbox, "adaeze.okonkwo");
    let info = body(&ask(&mut sandbox, all["access_token"].as_str().unwrap()));
    assert_eq!(info["sub"], sandbox.user_by_username("adaeze.okonkwo").unwrap().to_string());
    assert_eq!((&info["given_name"], &info["family_name"]), (&"Adaeze".into(), &"Okonkwo".into()));
    assert_eq!(info["email"], "adaeze.okonkwo@example.com");
    let less = body(&refresh_at(&mut sandbox, &all["refresh_token"], "openid", NOW));
    let info = body(&ask(&mut sandbox, less["access_token"].as_str().unwrap()));
    assert_eq!(info.as_object().unwrap().len(), 1, "{info}");
    let worker = sandbox.issue_token(&pingone_sandbox::TokenSpec::default(), NOW);
    let answer = ask(&mut sandbox, &worker);
    assert_refused(&answer, 403, "insufficient_scope");
    let answer = ask(&mut sandbox, "garbage");
    assert_refused(&answer, 401, "invalid_token");
    assert_eq!(head(&answer, "www-authenticate"), "Bearer error=\"invalid_token\"");
}

#[test]
fn a_refresh_token_can_be_revoked_but_an_access_token_cannot() {
    let mut sandbox = sandbox_with_seed(7);
    let client = PUBLIC_CLIENT_ID.to_string();
    let tokens = tokens(&mut sandbox, "adaeze.okonkwo");
    let access = tokens["access_token"].as_str().unwrap();
    let revoke = |sandbox: &mut Sandbox, token: &str| {
        post(sandbox, "revoke", &[("client_id", client.as_str()), ("token", token)])
    };
    assert_refused(&revoke(&mut sandbox, access), 400, "unsupported_token_type");
    assert_eq!(users(&mut sandbox, access, Method::GET, "").status(), StatusCode::OK);
    assert_eq!(revoke(&mut sandbox, "unknown").status(), StatusCode::OK);
    let next = body(&refresh(&mut sandbox, &tokens["refresh_token"]));
    assert_eq!(revoke(&mut sandbox, next["refresh_token"].as_str().unwrap()).status(), StatusCode::OK);
    assert_refused(&refresh(&mut sandbox, &next["refresh_token"]), 400, "invalid_grant");
    assert_refused(&post(&mut sandbox, "revoke", &[("token", "unknown")]), 401, "invalid_client");
}

#[test]
fn discovery_lists_the_existing_endpoints() {
    let mut sandbox = sandbox_with_seed(7);
    let document = body(&get(&mut sandbox, ".well-known/openid-configuration"));
    let issuer = issuer(&sandbox);
    assert_eq!(document["issuer"], issuer);
    assert_eq!(document["code_challenge_methods_supported"], serde_json::json!(["S256"]));
    assert_eq!(document["authorization_response_iss_parameter_supported"], true);
    assert_eq!(document["request_uri_parameter_supported"], false);
    for name in ["authorization", "token", "userinfo", "end_session", "revocation"]
        .map(|name| format!("{name}_endpoint"))
    {
        let endpoint = document[&name].as_str().unwrap().strip_prefix(&format!("{issuer}/")).unwrap();
        assert_ne!(get(&mut sandbox, endpoint).status(), StatusCode::FORBIDDEN, "{name}");
    }
    let jwks = document["jwks_uri"].as_str().unwrap().strip_prefix(&format!("{issuer}/")).unwrap();
    assert_eq!(body(&get(&mut sandbox, jwks)), serde_json::json!({ "keys": [] }), "an HMAC key is secret");
}

#[test]
fn every_origin_can_read_answers_but_not_pages() {
    let mut sandbox = sandbox_with_seed(7);
    for (name, origins) in [
        ("token", "*"),
        ("jwks", "*"),
        ("userinfo", "*"),
        (".well-known/openid-configuration", "*"),
        ("authorize", ""),
        ("signoff", ""),
    ] {
        let answer = get(&mut sandbox, name);
        assert_eq!(head(&answer, "access-control-allow-origin"), origins, "{name}");
        let path = format!("/{}/as/{name}", sandbox.environment_id());
        let preflight = Request::options(path)
            .header(header::ORIGIN, "http://127.0.0.1:4000")
            .header(header::ACCESS_CONTROL_REQUEST_METHOD, "POST")
            .header(header::ACCESS_CONTROL_REQUEST_HEADERS, "authorization")
            .body(Vec::new());
        let answer = send(&mut sandbox, &preflight.unwrap(), NOW);
        assert_eq!(head(&answer, "access-control-allow-origin"), origins, "{name}");
        assert_eq!(head(&answer, "access-control-allow-methods").is_empty(), origins.is_empty(), "{name}");
    }
}

#[test]
fn a_sign_off_redirects_to_registered_addresses_only() {
    let mut sandbox = sandbox_with_seed(7);
    let mut sign_off = |pairs: &[(&str, &str)]| {
        let query = encoded(&replaced(Vec::new(), pairs));
        get(&mut sandbox, &format!("signoff?{query}"))
    };
    let back = sign_off(&[("post_logout_redirect_uri", REDIRECT), ("state", "s &1")]);
    assert_eq!(
        (back.status(), head(&back, "location")),
        (StatusCode::FOUND, "http://127.0.0.1:4000/?state=s+%261")
    );
    let back = sign_off(&[("post_logout_redirect_uri", REDIRECT)]);
    assert_eq!(head(&back, "location"), REDIRECT);
    for elsewhere in ["https://evil.example/", "http://127.0.0.1:4000/<script>"] {
        let refused = sign_off(&[("post_logout_redirect_uri", elsewhere)]);
        assert_eq!(
            (refused.status(), head(&refused, "location")),
            (StatusCode::BAD_REQUEST, ""),
            "{elsewhere}"
        );
        assert!(!text(&refused).contains("<script>"));
    }
}

#[test]
fn ended_sessions_cannot_be_refreshed() {
    let mut sandbox = sandbox_with_seed(7);
    let first = tokens(&mut sandbox, "adaeze.okonkwo");
    sandbox.end_sessions();
    assert_refused(&refresh(&mut sandbox, &first["refresh_token"]), 400, "invalid_grant");
}

#[test]
fn another_method_or_environment_is_refused() {
    let mut sandbox = sandbox_with_seed(7);
    for (method, name) in [
        (Method::DELETE, "authorize"),
        (Method::POST, ".well-known/openid-configuration"),
        (Method::POST, "jwks"),
        (Method::GET, "revoke"),
        (Method::POST, "signoff"),
        (Method::GET, "token"),
        (Method::PUT, "userinfo"),
    ] {
        for (id, status) in [(sandbox.environment_id(), 405), (Uuid::nil(), 404)] {
            let request = Request::builder().method(method.clone()).uri(format!("/{id}/as/{name}"));
            let answer = send(&mut sandbox, &request.body(Vec::new()).unwrap(), NOW);
            assert_eq!(answer.status().as_u16(), status, "{method} {name}");
        }
    }
}

#[test]
fn codes_depend_on_the_seed() {
    let run = |seed| {
        let mut sandbox = sandbox_with_seed(seed);
        let code = sign_on(&mut sandbox, "adaeze.okonkwo", &[]);
        let answer = exchange(&mut sandbox, &code, &[], NOW);
        (code, answer.into_body())
    };
    assert_eq!(run(7), run(7));
    assert_ne!(run(7).0, run(8).0);
}

#[test]
fn without_users_the_sign_on_page_can_still_be_cancelled() {
    let mut sandbox = Sandbox::new(local_seed(0, 1));
    let html = authorize(&mut sandbox, &[]);
    assert!(!text(&html).contains("name=\"person\"") && text(&html).contains("name=\"cancel\""));
}
