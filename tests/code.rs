//! Code made of what was really exchanged, beside a sandbox that says the token back.
#![cfg(not(target_arch = "wasm32"))]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    missing_docs,
    reason = "all of this is test"
)]

mod support;

use pingone_mfa_core::api::endpoint::Endpoint;
use pingone_mfa_core::api::request::{
    Call, Fact, Method, ReadMfa, ReadPage, Request, Subject, Unusable, WriteMfa,
};
use pingone_mfa_core::code::{Language, Sample};
use pingone_mfa_core::domain::filter::Filter;
use pingone_mfa_core::domain::tenant::Tenant;
use pingone_mfa_core::domain::user::UserId;
use pingone_sandbox::TokenSpec;
use serde_json::Value;
use support::Stage;

/// A path that PingOne doesn't have: its gateway answers with the whole `Authorization` header.
#[derive(Clone)]
struct Nowhere(UserId);

impl Call for Nowhere {
    type Answer = ();
    const SUBJECT: Subject = Subject::User;

    fn request(&self, tenant: &Tenant) -> Request {
        let endpoint = Endpoint::user_part(tenant, self.0, "no/such/part");
        Request { method: Method::Get, endpoint, body: None }
    }

    fn read(&self, _: &Tenant, _: &Value) -> Result<(), Unusable> {
        Ok(())
    }

    fn facts(_: &()) -> Vec<Fact> {
        Vec::new()
    }
}

#[test]
fn the_token_is_in_no_snippet_even_if_the_answer_or_a_search_has_it() {
    let stage = Stage::new(30, &TokenSpec::default());
    let user = UserId(stage.mount.sandbox.borrow().user_ids().next().unwrap());
    let (connection, token) = (stage.connection.clone(), stage.token.clone());
    let signature = token.rsplit('.').next().unwrap().to_owned();
    stage.clock.run(async move {
        let searched = Some(Filter::person(&token, &token));
        // Whatever comes of them, they are recorded.
        let _ = connection.call(ReadPage { filter: searched, cursor: None }).await;
        let _ = connection.call(WriteMfa { user, enabled: true }).await;
        let _ = connection.call(ReadMfa(user)).await;
        let _ = connection.call(Nowhere(user)).await;
    });
    let exchanges = stage.exchanges.borrow();
    assert_eq!(exchanges.len(), 4);
    assert!(exchanges[0].request.endpoint.as_str().contains(&signature), "somebody did search for it");
    let echo = exchanges[3].answer.as_ref().unwrap();
    assert!(echo.body.contains("{token}"), "the answer did say it: {}", echo.body);
    for exchange in exchanges.iter() {
        for language in Language::ALL {
            let code = Sample::from(&exchange.request).code(language);
            assert!(code.contains(&stage.connection.tenant().environment.to_string()), "{code}");
            assert!(!code.contains(&signature) && !code.contains("eyJ"), "{code}");
        }
    }
}
