//! Snippets made from recorded exchanges, with a sandbox that echoes the token.

use pingone::filter::{Attribute, Filter};
use pingone::request::{ReadMfa, ReadPage};
use pingone::user::UserId;
use pingone_mfa_core::run::guard::Guard;
use pingone_mfa_core::run::write::WriteMfa;
use pingone_mfa_core::snippets::{Language, Sample};
use pingone_mfa_testkit::stage::Stage;
use pingone_sandbox::{Fault, On, Rule, TokenSpec};

/// A rule that makes every answer of this endpoint faulty.
fn faulty(endpoint: &str, fault: Fault) -> Rule {
    let on = On { endpoint: Some(endpoint.into()), ..On::default() };
    Rule { on, share: 1.0, skip: 0, times: None, fault }
}

#[test]
fn snippets_never_contain_the_token_even_if_an_answer_or_a_search_does() {
    let stage = Stage::new(250, &TokenSpec::default());
    let (connection, token) = (stage.connection.clone(), stage.token.clone());
    let user = {
        let mut sandbox = stage.mount.sandbox.borrow_mut();
        let flag = Fault::OddFlag { values: vec![format!("\"Bearer {token}\"")] };
        sandbox.add_fault(faulty("mfaEnabled", flag)).unwrap();
        let href = format!("https://api.sandbox.example/v1/users?cursor={token}");
        sandbox.add_fault(faulty("users", Fault::NextElsewhere { href })).unwrap();
        UserId(sandbox.user_ids().next().unwrap())
    };
    stage.clock.run(async move {
        let first = connection.call(ReadPage { filter: None, cursor: None }).await.unwrap();
        assert!(first.next.is_some(), "the answer contains the token as the next page");
        // The results don't matter: the exchanges are recorded anyway.
        let _ = connection.call(ReadPage { filter: None, cursor: first.next }).await;
        let searched = Some(Filter::StartsWith(Attribute::Username, token.clone()));
        let _ = connection.call(ReadPage { filter: searched, cursor: None }).await;
        let _ = connection.call(WriteMfa(Guard::default().planned(user, true).unwrap())).await;
        let _ = connection.call(ReadMfa(user)).await;
    });
    let signature = stage.token.rsplit('.').next().unwrap();
    let exchanges = stage.exchanges.borrow();
    let urls = exchanges.iter().map(|exchange| exchange.request.endpoint.as_str());
    assert!(urls.filter(|url| url.contains(signature)).count() >= 2, "requests contained it");
    let answers = exchanges.iter().filter_map(|exchange| exchange.answer.as_ref());
    assert!(answers.filter(|answer| answer.body.contains("{token}")).count() >= 2, "answers contained it");
    for exchange in exchanges.iter() {
        for language in Language::ALL {
            let code = Sample::from(&exchange.request).code(language);
            assert!(code.contains(&stage.connection.tenant().environment.to_string()), "{code}");
            assert!(!code.contains(signature) && !code.contains("eyJ"), "{code}");
        }
    }
}
