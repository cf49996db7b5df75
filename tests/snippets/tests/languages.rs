//! Runs the code of each language that is installed on this machine against the sandbox, and parses it with a
//! grammar otherwise, where there is one. `cargo xtask snippets` installs what is missing.

use pingone_mfa_core::snippets::Language;
use pingone_mfa_snippets::{CheckKind, LanguageCheck};

fn check(language: Language) {
    let check = LanguageCheck::of(language);
    let name = language.name();
    assert_eq!(check.result, Ok(()), "{name}");
    assert!(
        check.how == CheckKind::Executed || language != Language::Http,
        "HTTP messages only need a socket"
    );
    let has_grammar = matches!(language, Language::Swift | Language::PowerShell);
    assert!(check.how != CheckKind::Unavailable || !has_grammar, "{name} must at least be parsed");
}

#[test]
fn curl_prints_the_sandbox_s_response() {
    check(Language::Curl);
}

#[test]
fn c_sharp_prints_the_sandbox_s_response() {
    check(Language::CSharp);
}

#[test]
fn go_prints_the_sandbox_s_response() {
    check(Language::Go);
}

#[test]
fn the_sandbox_answers_an_http_message() {
    check(Language::Http);
}

#[test]
fn java_prints_the_sandbox_s_response() {
    check(Language::Java);
}

#[test]
fn jquery_prints_the_sandbox_s_response() {
    check(Language::JQuery);
}

#[test]
fn node_js_prints_the_sandbox_s_response() {
    check(Language::NodeJs);
}

#[test]
fn python_prints_the_sandbox_s_response() {
    check(Language::Python);
}

#[test]
fn php_prints_the_sandbox_s_response() {
    check(Language::Php);
}

#[test]
fn ruby_prints_the_sandbox_s_response() {
    check(Language::Ruby);
}

#[test]
fn swift_code_is_valid() {
    check(Language::Swift);
}

#[test]
fn powershell_code_is_valid() {
    check(Language::PowerShell);
}
