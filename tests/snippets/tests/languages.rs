//! Every language that this machine has runs its snippets against the sandbox; the others are read by a grammar where
//! there is one. `cargo xtask snippets` installs what is missing.

use pingone_mfa_core::code::Language;
use pingone_mfa_snippets::{How, Proof};

fn prove(language: Language) {
    let proof = Proof::of(language);
    let name = language.name();
    assert_eq!(proof.result, Ok(()), "{name}");
    assert!(proof.how == How::Executed || language != Language::Http, "a socket is everywhere");
    let is_read = matches!(language, Language::Swift | Language::PowerShell);
    assert!(proof.how != How::NotThere || !is_read, "{name} is read everywhere");
}

#[test]
fn curl_says_what_the_sandbox_answers() {
    prove(Language::Curl);
}

#[test]
fn c_sharp_says_what_the_sandbox_answers() {
    prove(Language::CSharp);
}

#[test]
fn go_says_what_the_sandbox_answers() {
    prove(Language::Go);
}

#[test]
fn an_http_message_is_answered_by_the_sandbox() {
    prove(Language::Http);
}

#[test]
fn java_says_what_the_sandbox_answers() {
    prove(Language::Java);
}

#[test]
fn a_page_with_jquery_says_what_the_sandbox_answers() {
    prove(Language::JQuery);
}

#[test]
fn node_js_says_what_the_sandbox_answers() {
    prove(Language::NodeJs);
}

#[test]
fn python_says_what_the_sandbox_answers() {
    prove(Language::Python);
}

#[test]
fn php_says_what_the_sandbox_answers() {
    prove(Language::Php);
}

#[test]
fn ruby_says_what_the_sandbox_answers() {
    prove(Language::Ruby);
}

#[test]
fn swift_is_a_program() {
    prove(Language::Swift);
}

#[test]
fn powershell_is_a_program() {
    prove(Language::PowerShell);
}
