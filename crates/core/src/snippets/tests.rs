use proptest::prelude::*;

use super::*;

/// Texts that a language could misread as its own syntax.
const HOSTILE: [&str; 24] = [
    "'",
    "\"",
    "\\",
    "\n",
    "\r",
    "\t",
    "$(id)",
    "`id`",
    "#{id}",
    "${id}",
    "\\(id)",
    "\u{2028}",
    "\u{2029}",
    "\u{85}",
    "\u{2019}",
    "ä",
    "😀",
    "</script>",
    "<!--",
    "{{x}}",
    "%s",
    "?>",
    "\"#",
    "u0041",
];

const URL: &str = "https://api.pingone.eu/v1/environments/e/users";

fn hostile() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        3 => proptest::sample::select(&HOSTILE[..]).prop_map(str::to_owned),
        1 => any::<char>().prop_filter("no JSON has it", |letter| !letter.is_ascii_control()).prop_map(String::from),
        1 => "[ -~]{0,6}",
    ];
    proptest::collection::vec(piece, 0..12).prop_map(|pieces| pieces.concat())
}

fn put(body: &str) -> Sample {
    Sample::new(Method::Put, URL, Some(body.as_bytes()))
}

/// Returns the literal that a snippet contains for this body.
fn literal(language: Language, body: &str) -> String {
    let harmless = put("BODY").code(language);
    let place = harmless.find("BODY").unwrap();
    // The literal's own quotes, one or two characters on each side, are found by growing it.
    let hostile = put(body).code(language);
    let same = |letters: (char, char)| letters.0 == letters.1;
    let before = hostile.chars().zip(harmless[..place].chars()).take_while(|pair| same(*pair)).count();
    let after =
        hostile.chars().rev().zip(harmless[place + 4..].chars().rev()).take_while(|pair| same(*pair)).count();
    let letters: Vec<char> = hostile.chars().collect();
    let quotes = |text: &str| text.chars().rev().take_while(|letter| "'\"`#".contains(*letter)).count();
    let before = before.min(harmless[..place].chars().count() - quotes(&harmless[..place]));
    let rest: String = harmless[place + 4..].chars().rev().collect();
    let after = after.min(rest.chars().count() - quotes(&rest));
    letters[before..letters.len() - after].iter().collect()
}

/// Parses a shell word: pieces in single quotes, and quotes after a backslash.
fn of_shell(literal: &str) -> Option<String> {
    let (mut text, mut rest) = (String::new(), literal);
    while !rest.is_empty() {
        if let Some(behind) = rest.strip_prefix("\\'") {
            text.push('\'');
            rest = behind;
        } else {
            let (piece, behind) = rest.strip_prefix('\'')?.split_once('\'')?;
            text.push_str(piece);
            rest = behind;
        }
    }
    Some(text)
}

/// Parses a quoted text with backslash escapes, as in the languages that have `\n`. `None` if it would end early,
/// continue after its end, or be more than a text.
fn of_quoted(literal: &str, quotes: &str, braces: bool) -> Option<String> {
    let quote = literal.chars().next().filter(|quote| quotes.contains(*quote))?;
    let mut letters = literal.chars().skip(1).peekable();
    let mut halves: Vec<u16> = Vec::new();
    loop {
        let letter = letters.next()?;
        if letter == quote {
            return letters.next().is_none().then(|| String::from_utf16(&halves).ok())?;
        }
        let meant = match letter {
            '\\' => match letters.next()? {
                'n' => '\n',
                'r' => '\r',
                't' => '\t',
                escaped @ ('\\' | '\'' | '"') => escaped,
                'u' if braces => {
                    let digits: String =
                        letters.by_ref().skip(1).take_while(|letter| *letter != '}').collect();
                    char::from_u32(u32::from_str_radix(&digits, 16).ok()?)?
                }
                'u' => {
                    let digits: String = letters.by_ref().take(4).collect();
                    halves.push(u16::from_str_radix(&digits, 16).ok()?);
                    continue;
                }
                'U' => {
                    let digits: String = letters.by_ref().take(8).collect();
                    char::from_u32(u32::from_str_radix(&digits, 16).ok()?)?
                }
                _ => return None,
            },
            visible @ ' '..='~' => visible,
            _ => return None,
        };
        halves.extend(meant.encode_utf16(&mut [0; 2]).iter());
    }
}

/// Parses a single-quoted literal of PHP and Ruby.
fn of_single_quotes(literal: &str) -> Option<String> {
    let mut letters = literal.strip_prefix('\'')?.chars().peekable();
    let mut text = String::new();
    loop {
        match letters.next()? {
            '\'' => return letters.next().is_none().then_some(text),
            '\\' if matches!(letters.peek(), Some('\\' | '\'')) => text.extend(letters.next()),
            letter => text.push(letter),
        }
    }
}

/// Parses a single-quoted literal of `PowerShell`, with typographic quotes.
fn of_doubled_quotes(literal: &str) -> Option<String> {
    let is_quote = |letter: char| "'\u{2018}\u{2019}\u{201a}\u{201b}".contains(letter);
    let mut letters = literal.strip_prefix('\'')?.chars();
    let mut text = String::new();
    loop {
        match letters.next()? {
            letter if !is_quote(letter) => text.push(letter),
            _ => match letters.next() {
                None => return Some(text),
                Some(second) if is_quote(second) => text.push(second),
                Some(_) => return None,
            },
        }
    }
}

fn of_raw(literal: &str, begin: &str, end: &str) -> Option<String> {
    let text = literal.strip_prefix(begin)?.strip_suffix(end)?;
    (!text.contains(end)).then(|| text.to_owned())
}

/// Returns the text that a language reads from the literal.
fn read(language: Language, literal: &str) -> Option<String> {
    match language {
        Language::Curl => of_shell(literal),
        Language::CSharp | Language::Java => of_quoted(literal, "\"", false),
        Language::Go => of_raw(literal, "`", "`").or_else(|| of_quoted(literal, "\"", false)),
        Language::JQuery | Language::NodeJs | Language::Python => of_quoted(literal, "'\"", false),
        Language::Php => of_single_quotes(literal),
        Language::Ruby if literal.starts_with('"') => {
            assert!(!literal.contains('#'), "{literal}");
            of_quoted(literal, "\"", true)
        }
        Language::Ruby => (!literal.contains('\r')).then(|| of_single_quotes(literal))?,
        Language::Swift => of_raw(literal, "#\"", "\"#").or_else(|| of_quoted(literal, "\"", true)),
        Language::PowerShell => of_doubled_quotes(literal),
        Language::Http => None,
    }
}

proptest! {
    #[test]
    fn every_language_reads_a_hostile_body_unchanged(body in hostile()) {
        for language in Language::ALL.into_iter().filter(|language| *language != Language::Http) {
            let literal = literal(language, &body);
            prop_assert_eq!(read(language, &literal), Some(body.clone()), "{:?}: {}", language, literal);
        }
    }

    #[test]
    fn an_http_message_contains_the_body_and_its_length(text in hostile()) {
        let body = serde_json::json!({ "text": text }).to_string();
        let message = put(&body).code(Language::Http);
        let (head, sent) = message.split_once("\n\n").unwrap();
        let length = format!("Content-Length: {}", sent.len());
        prop_assert!(head.lines().any(|line| line == length));
        prop_assert!(!sent.contains("{{"));
        let (sent, meant): (serde_json::Value, serde_json::Value) =
            (serde_json::from_str(sent).unwrap(), serde_json::from_str(&body).unwrap());
        prop_assert_eq!(sent, meant);
    }

    #[test]
    fn a_url_contains_only_permitted_characters(rest in hostile()) {
        let sample = Sample::new(Method::Get, &format!("{URL}?filter={rest}"), None);
        let url = sample.url.as_str();
        prop_assert!(url.bytes().all(|byte| byte.is_ascii_graphic() && !b"\"'<>\\^`{|}".contains(&byte)), "{}", url);
        for language in Language::ALL {
            let code = sample.code(language);
            prop_assert!(code.contains(url), "{:?}: {}", language, code);
        }
    }

    #[test]
    fn a_script_in_a_page_never_ends_early(text in hostile()) {
        for sample in [put(&text), Sample::new(Method::Get, &format!("{URL}?{text}"), None)] {
            prop_assert!(!sample.code(Language::JQuery).contains('<'));
        }
    }
}

#[test]
fn the_tutorials_request_reads_naturally_in_curl() {
    let code = put(r#"{"mfaEnabled":true}"#).code(Language::Curl);
    let expected = "# The access token is taken from the environment variable PINGONE_ACCESS_TOKEN.
curl --fail-with-body --silent --show-error \\
  --request PUT \\
  --url 'https://api.pingone.eu/v1/environments/e/users' \\
  --oauth2-bearer \"${PINGONE_ACCESS_TOKEN:?}\" \\
  --header 'Accept: application/json' \\
  --header 'Content-Type: application/json' \\
  --data-raw '{\"mfaEnabled\":true}'
";
    assert_eq!(code, expected);
}

#[test]
fn every_language_has_a_unique_name() {
    for language in Language::ALL {
        assert_eq!(Language::of_name(language.name()), Some(language));
    }
    assert_eq!(Language::of_name("Fortran"), None);
}

#[test]
fn a_token_typed_into_a_search_is_redacted_in_snippets() {
    const TOKEN: &str = "eyJhbGciOiJSUzI1NiJ9.eyJleHAiOjE3OTU1MDAwMDB9.c2lnbmF0dXJl-_";
    let url = format!("{URL}?limit=1&filter=username%20sw%20%22{TOKEN}%22&cursor=eyJpZCI6MTIzNDU2Nzg5MH0%3D");
    let sample = Sample::new(Method::Post, &url, Some(format!("{{\"filter\":\"{TOKEN}\"}}").as_bytes()));
    for language in Language::ALL {
        let code = sample.code(language);
        assert!(!code.contains("eyJhbGci") && !code.contains("c2lnbmF0dXJl"), "{code}");
        assert!(code.contains("cursor=eyJpZCI6MTIzNDU2Nzg5MH0%3D"), "a cursor is not a token: {code}");
    }
}

#[test]
fn snippets_name_the_variable_that_holds_the_token() {
    for language in Language::ALL {
        let code = put("{}").code(language);
        let name = if matches!(language, Language::Http | Language::JQuery) { "accessToken" } else { TOKEN };
        assert!(code.contains(name), "{code}");
    }
}

#[test]
fn an_http_message_names_the_host_whatever_follows_it() {
    for (url, host) in [
        ("https://api.pingone.com.au/v1/environments", "api.pingone.com.au"),
        ("http://127.0.0.1:4001?x", "127.0.0.1:4001"),
        ("http://[::1]:4001/v1", "[::1]:4001"),
    ] {
        let code = Sample::new(Method::Get, url, None).code(Language::Http);
        assert!(code.contains(&format!("\nHost: {host}\n")), "{code}");
    }
}

mod scripts {
    use uuid::Uuid;

    use super::super::TOKEN;
    use super::super::script::{PlanScript, Shell};
    use crate::run::plan::{Plan, PlannedPauses, PlannedRow};
    use pingone::environment::EnvironmentId;
    use pingone::region::{Region, RegionCode};
    use pingone::tenant::Tenant;
    use pingone::time::Timestamp;
    use pingone::user::{Mfa, UserId};

    fn tenant(api_base: &str) -> Tenant {
        let region = Region {
            code: RegionCode("X".into()),
            label: "X".into(),
            api_base: api_base.into(),
            auth_base: "https://auth.example".into(),
            pingone: None,
        };
        Tenant { region, environment: EnvironmentId(Uuid::from_u128(1)) }
    }

    fn plan(reference: &str, reason: &str, after_pilot: bool) -> Plan {
        let row = PlannedRow { user: UserId(Uuid::from_u128(2)), from: Mfa::Off, read_at: Timestamp(0) };
        Plan {
            environment: EnvironmentId(Uuid::from_u128(1)),
            to: true,
            made_at: Timestamp(0),
            rows: vec![row],
            left_out: Vec::new(),
            reference: reference.into(),
            stops: PlannedPauses { after_pilot, every: None },
            reason: reason.into(),
            undoes: None,
        }
    }

    fn script(api_base: &str) -> PlanScript {
        PlanScript::new(&tenant(api_base), &plan("$(id)", "`id`", false))
    }

    #[test]
    fn a_script_names_its_plan_and_none_of_its_users() {
        let script = script("https://api.pingone.eu/v1");
        for shell in Shell::ALL {
            let text = script.text(shell);
            let users = "https://api.pingone.eu/v1/environments/00000000-0000-0000-0000-000000000001/users";
            assert!(text.contains(users) && text.contains(TOKEN), "{text}");
            assert!(text.contains("Enables MFA for the 1 user of plan "), "{text}");
            // The only user that a script names is a pilot user, and this plan has none.
            assert!(!text.contains("00000000-0000-0000-0000-000000000002"), "{text}");
            assert_eq!(Shell::of_name(shell.name()), Some(shell));
        }
        assert_eq!(script.file_name(Shell::PowerShell).rsplit_once('.').unwrap().1, "ps1");
    }

    #[test]
    fn a_script_contains_the_reviews_answers_as_safe_literals() {
        let odd = plan("CHG 1' \"$(id)`id`\\", "first\nline ‘two’ \u{7}", true);
        let tenant = tenant("https://api.pingone.eu/v1");
        let script = PlanScript::new(&tenant, &odd);
        for (shell, expected) in [
            (
                Shell::Bash,
                [
                    "reference='CHG 1'\\'' \"$(id)`id`\\'",
                    "reason='first line ‘two’ '",
                    "pilot='00000000-0000-0000-0000-000000000002'",
                ],
            ),
            (
                Shell::Python,
                [
                    "REFERENCE = 'CHG 1\\' \"$(id)`id`\\\\'",
                    "REASON = \"first line \\u2018two\\u2019 \"",
                    "PILOT = \"00000000-0000-0000-0000-000000000002\"",
                ],
            ),
            (
                Shell::PowerShell,
                [
                    "$reference = 'CHG 1'' \"$(id)`id`\\'",
                    "$reason = 'first line ‘‘two’’ '",
                    "$pilot = '00000000-0000-0000-0000-000000000002'",
                ],
            ),
        ] {
            let text = script.text(shell);
            for line in expected {
                assert!(text.lines().any(|other| other == line), "{line}\n{text}");
            }
        }
        // What the review didn't ask for is empty, and isn't asked for again.
        let bare = PlanScript::new(&tenant, &plan("", "", false)).text(Shell::Bash);
        assert!(bare.contains("reference=''\nreason=''\npilot=''\n"), "{bare}");
    }

    #[test]
    fn a_deployments_address_cannot_end_a_literal() {
        let script = script("https://x/'\"$(id)`id`\n\\/v1");
        for shell in Shell::ALL {
            let text = script.text(shell);
            let line = text.lines().find(|line| line.contains("https://x/")).unwrap();
            let expected = match shell {
                Shell::Bash => "users_url='https://x/%27%22$(id)%60id%60%0A%5C/v1/",
                Shell::Python => "USERS_URL = \"https://x/%27%22$(id)%60id%60%0A%5C/v1/",
                Shell::PowerShell => "$usersUrl = 'https://x/%27%22$(id)%60id%60%0A%5C/v1/",
            };
            assert!(line.starts_with(expected), "{line}");
        }
    }
}
