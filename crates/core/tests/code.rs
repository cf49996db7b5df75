//! Code made of what was really exchanged, beside a sandbox that says the token back.

use crate::support::Stage;
use pingone_mfa_core::api::request::{ReadMfa, ReadPage, WriteMfa};
use pingone_mfa_core::code::{Language, Sample};
use pingone_mfa_core::domain::filter::{Attribute, Filter};
use pingone_mfa_core::domain::guard::Guard;
use pingone_mfa_core::domain::user::UserId;
use pingone_sandbox::{Fault, On, Rule, TokenSpec};

/// What the sandbox does wrong with every answer of this endpoint.
fn wrong(endpoint: &str, fault: Fault) -> Rule {
    let on = On { endpoint: Some(endpoint.into()), ..On::default() };
    Rule { on, share: 1.0, skip: 0, times: None, fault }
}

#[test]
fn the_token_is_in_no_snippet_even_if_the_answer_or_a_search_has_it() {
    let stage = Stage::new(250, &TokenSpec::default());
    let (connection, token) = (stage.connection.clone(), stage.token.clone());
    let user = {
        let mut sandbox = stage.mount.sandbox.borrow_mut();
        let flag = Fault::OddFlag { values: vec![format!("\"Bearer {token}\"")] };
        sandbox.go_wrong(wrong("mfaEnabled", flag)).unwrap();
        let href = format!("https://api.sandbox.example/v1/users?cursor={token}");
        sandbox.go_wrong(wrong("users", Fault::NextElsewhere { href })).unwrap();
        UserId(sandbox.user_ids().next().unwrap())
    };
    stage.clock.run(async move {
        let first = connection.call(ReadPage { filter: None, cursor: None }).await.unwrap();
        assert!(first.next.is_some(), "the answer names the token as the next page");
        // Whatever comes of these, they are recorded.
        let _ = connection.call(ReadPage { filter: None, cursor: first.next }).await;
        let searched = Some(Filter::StartsWith(Attribute::Username, token.clone()));
        let _ = connection.call(ReadPage { filter: searched, cursor: None }).await;
        let _ = connection.call(WriteMfa(Guard::default().planned(user, true).unwrap())).await;
        let _ = connection.call(ReadMfa(user)).await;
    });
    let signature = stage.token.rsplit('.').next().unwrap();
    let exchanges = stage.exchanges.borrow();
    let urls = exchanges.iter().map(|exchange| exchange.request.endpoint.as_str());
    assert!(urls.filter(|url| url.contains(signature)).count() >= 2, "a request did have it");
    let answers = exchanges.iter().filter_map(|exchange| exchange.answer.as_ref());
    assert!(answers.filter(|answer| answer.body.contains("{token}")).count() >= 2, "an answer did say it");
    for exchange in exchanges.iter() {
        for language in Language::ALL {
            let code = Sample::from(&exchange.request).code(language);
            assert!(code.contains(&stage.connection.tenant().environment.to_string()), "{code}");
            assert!(!code.contains(signature) && !code.contains("eyJ"), "{code}");
        }
    }
}
