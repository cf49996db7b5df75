use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;

use crate::time::Timestamp;
use crate::token::claims::{PasteFault, read_paste};

const NOW: Timestamp = Timestamp(1_795_500_000_000);
const ENVIRONMENT: &str = "5f0c7e1a-22b1-4c0e-9a55-0d1f6a7bc2d4";

/// A token with a signature of this many bytes.
fn signed(claims: &str, bytes: u8) -> String {
    let part = |text: &[u8]| BASE64_URL_SAFE_NO_PAD.encode(text);
    let signature: Vec<u8> = (0..bytes).map(|byte| byte.wrapping_mul(97).wrapping_add(13)).collect();
    format!("{}.{}.{}", part(br#"{"alg":"RS256","kid":"a"}"#), part(claims.as_bytes()), part(&signature))
}

fn claims(client: &str, more: &str) -> String {
    let exp = NOW.0 / 1000 + 3600;
    format!(
        r#"{{"client_id":"{client}","iss":"https://auth.pingone.eu/{ENVIRONMENT}/as","exp":{exp},"aud":["https://api.pingone.eu"]{more}}}"#
    )
}

/// A token with a signature as long as PingOne's, and one with a short signature as in examples and tests.
fn tokens(client: &str) -> [String; 2] {
    // 255 bytes plus the two characters have the base64 length of a 2048-bit key's 256 bytes.
    let whole = format!("{}AA", signed(&claims(client, ""), 255));
    [whole, signed(&claims(client, ""), 9)]
}

fn read(text: &str) -> Result<String, PasteFault> {
    read_paste(text, NOW).map(|paste| paste.token.expose().to_owned())
}

/// The text in lines of this many characters, each but the first after `indent`.
fn wrapped(text: &str, width: usize, indent: &str) -> String {
    let characters: Vec<char> = text.chars().collect();
    let lines: Vec<String> = characters.chunks(width).map(|line| line.iter().collect()).collect();
    lines.join(&format!("\n{indent}"))
}

#[test]
fn the_only_token_is_extracted_from_any_surrounding_text() {
    for token in tokens("a") {
        let j = token.as_str();
        for text in [
            // The five inputs of the bug report.
            format!("access_token : {j}\ntoken_type   : Bearer\nexpires_in   : 3599\n"),
            format!("{{'access_token': '{j}'}}"),
            format!("https://mfa.example.com/#access_token={j}&token_type=Bearer&expires_in=3599"),
            format!("ACCESS_TOKEN={j}"),
            format!("{j} expires_in 3599"),
            // Answers and consoles.
            format!(
                "{{\"access_token\":\"{j}\",\"token_type\":\"Bearer\",\"expires_in\":3599,\"scope\":\"openid\"}}"
            ),
            format!("{j}\ntoken_type\nBearer\nexpires_in\n3599"),
            format!("access_token\t{j}\ttoken_type\tBearer"),
            format!("| access_token | {j} |"),
            format!("@{{access_token={j}; token_type=Bearer}}"),
            format!("<access_token>{j}</access_token>"),
            format!(
                "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n{{\"access_token\" : \"{j}\"}}"
            ),
            format!("--compressed\n  -H 'Authorization: Bearer {j}' \\\n  --compressed"),
            format!(
                "curl -H \"Authorization: Bearer {j}\" \\\n  -X GET \\\n  'https://api.pingone.eu/v1/environments/{ENVIRONMENT}'"
            ),
            // Source code.
            format!("export ACCESS_TOKEN=\"{j}\"\nexport REGION=EU"),
            format!("$env:ACCESS_TOKEN = '{j}'"),
            format!("headers = {{\"Authorization\": \"Bearer \" + \"{j}\"}}"),
            format!("const token = `{j}`;\nconsole.log(token);"),
            format!("token: >-\n  {j}\nregion: EU\n"),
            format!("access_token: {j} # an hour"),
            // Emails and chats.
            format!("Here it is: {j}. It lasts an hour."),
            format!("> {j}\n>\n> Best regards,\n> Ana"),
            format!("`{j}`,\nthanks!"),
            format!("{j}\n{ENVIRONMENT}"),
            format!("[{j}](https://example.com)"),
            // Percent-encoded.
            format!(
                "https://mfa.example.com/%23access_token%3D{}%26token_type%3DBearer",
                j.replace('.', "%2E")
            ),
            format!("q=access_token%253D{}%2526x%253D1", j.replace('.', "%252E").replace('-', "%252d")),
            format!("Bearer%20{j}"),
            // Invisible characters within.
            format!("{}\u{200b}{}", &j[..40], &j[40..]),
            // The same token again.
            format!("{j}\n{j}"),
            format!("old: {j}\nnew: {j} (the same)"),
        ] {
            assert_eq!(read(&text).as_deref(), Ok(j), "{text}");
        }
    }
}

#[test]
fn a_line_that_ends_at_the_length_of_a_short_signature_ends_no_token() {
    let [token, _] = tokens("a");
    for width in 20..=130 {
        let lines = wrapped(&token, width, "");
        assert_eq!(read(&lines).as_deref(), Ok(token.as_str()), "{width}");
        assert_eq!(read(&format!("The token is {lines}.")).as_deref(), Ok(token.as_str()), "{width}");
        let (whole_lines, _) = lines.rsplit_once('\n').unwrap();
        assert_eq!(read(&format!("{whole_lines}…")), Err(PasteFault::Damaged), "{width}");
    }
}

#[test]
fn a_token_that_is_broken_into_lines_is_joined() {
    for token in tokens("a") {
        let j = token.as_str();
        for width in [20, 64, 72, 76, 80, 120] {
            let lines = |indent: &str| wrapped(j, width, indent);
            for text in [
                lines(""),
                lines("    "),
                format!("access_token : {}\ntoken_type   : Bearer", lines("               ")),
                format!("{{\n  \"access_token\": \"{}\",\n  \"token_type\": \"Bearer\"\n}}", lines("")),
                lines("").replace('\n', "\r\n"),
                format!("\"{}\"", lines("").replace('\n', "\\n")),
                format!("token=({})", lines("\"").replace('\n', "\"\n")),
                format!("const token = '{}';", lines("  '").replace('\n', "' +\n")),
                format!("TOKEN={}", lines("").replace('\n', "\\\n")),
                format!("> {}", lines("> ")),
                // Of a table in a terminal, and of a command for Windows.
                format!("| {} |", lines("| ").replace('\n', " |\n")),
                format!("│ {} │", lines("│ ").replace('\n', " │\n")),
                format!("set TOKEN={}", lines("").replace('\n', "^\r\n")),
                // At the end of a sentence, of a page's source, and in a block of YAML.
                format!("The token is {}.", lines("")),
                format!("The token is\n{}. It lasts an hour.", lines("")),
                format!("<p>{}</p>", lines("").replace('\n', "<br>")),
                format!("<p>{}</p>", lines("").replace('\n', "&#10;")),
                format!("token: >-\n  {}\nregion: EU\n", lines("  ")),
                format!("**{}**", lines("")),
                format!("“{}”!", lines("")),
                format!("({})?", lines("")),
                format!("{}&amp;x", lines("")),
                format!("curl -H \"Authorization: Bearer {}\" \\\n  -X GET", lines("").replace('\n', "\\\n")),
            ] {
                assert_eq!(read(&text).as_deref(), Ok(j), "{width}: {text}");
            }
        }
    }
}

#[test]
fn a_token_in_lines_that_is_shown_in_part_is_damaged() {
    let [whole, _] = tokens("a");
    for width in [20, 64, 72, 76, 80, 120] {
        let part = wrapped(&whole[..whole.len() - 9], width, "");
        for text in [format!("{part}..."), format!("{part}…"), format!("Token: {part} … (click to copy)")]
        {
            let read = read(&text);
            assert!(read == Err(PasteFault::Damaged), "{width}: {text}");
        }
        for text in [format!("{}...", wrapped(&whole, width, "")), format!("{}…", wrapped(&whole, width, ""))]
        {
            assert_eq!(read(&text).as_deref(), Ok(whole.as_str()), "{width}: {text}");
        }
    }
    assert_eq!(
        read(&wrapped(&whole, 64, "").replace('\n', "=\n")),
        Err(PasteFault::Damaged),
        "of a mail's source"
    );
}

#[test]
fn two_different_tokens_are_reported() {
    for (one, other) in tokens("a").into_iter().zip(tokens("b")) {
        for text in [
            format!("{one}\n{other}"),
            format!("{one} {other}"),
            format!("old: '{one}', new: '{other}'"),
            format!("[\"{one}\",\"{other}\"]"),
            format!("{{\"access_token\":\"{one}\"}}\n{{\"access_token\":\"{other}\"}}"),
            format!("#access_token={one}&other={other}"),
        ] {
            assert_eq!(read(&text), Err(PasteFault::Several), "{text}");
        }
    }
}

#[test]
fn the_access_token_is_distinguished_from_other_tokens_by_its_claims() {
    let [access, _] = tokens("a");
    let id = signed(r#"{"aud":"0b410000-0000-4000-8000-000000000001","nonce":"n"}"#, 9);
    let issuer = format!("https://auth.pingone.eu/{ENVIRONMENT}/as");
    let (iat, exp) = (NOW.0 / 1000, NOW.0 / 1000 + 30 * 86_400);
    let refresh = signed(&format!(r#"{{"iss":"{issuer}","aud":"{issuer}","iat":{iat},"exp":{exp}}}"#), 9);
    for text in [
        format!(r#"{{"access_token":"{access}","id_token":"{id}","refresh_token":"{refresh}"}}"#),
        format!(r#"{{"id_token":"{id}","access_token":"{access}"}}"#),
        format!("id_token={id}&access_token={access}"),
        format!(r#"{{"access_token":"{access}","refresh_token":"nGJ3kP2cXw8Q0m"}}"#),
    ] {
        assert_eq!(read(&text).as_deref(), Ok(access.as_str()), "{text}");
    }
    assert_eq!(read(&format!("id_token={id}")), Err(PasteFault::IdToken));
    assert_eq!(read(&format!("{refresh}\n{id}")), Err(PasteFault::RefreshToken));
}

#[test]
fn text_that_only_begins_like_a_token_does_not_hide_a_token_after_it() {
    let [token, _] = tokens("a");
    for text in [
        format!("cursor=eyJpZCI6MTIzNDU2Nzg5MH0 token={token}"),
        format!("eyJhbGciOiJSUzI1NiJ9.x.y {token}"),
        format!("eyJ {token}"),
        format!("100% sure: {token} %zz %"),
    ] {
        assert_eq!(read(&text).as_deref(), Ok(token.as_str()), "{text}");
    }
    assert_eq!(read(&format!("{token}.more")), Err(PasteFault::Damaged));
}

#[test]
fn a_token_that_is_shown_in_part_is_damaged() {
    let [whole, short] = tokens("a");
    for text in [
        format!("{}...", &whole[..whole.len() - 9]),
        format!("Token: {}… (click to copy)", &whole[..whole.len() - 9]),
        format!("{short}..."),
    ] {
        assert_eq!(read(&text), Err(PasteFault::Damaged), "{text}");
    }
    for text in [
        format!("{whole}..."),
        format!("{whole}…"),
        format!("{}... copied: {whole}", &whole[..30]),
        format!("{whole}!"),
        format!("{whole}?"),
        format!("{whole}。"),
        format!("„{whole}“:"),
        format!("**{whole}**"),
    ] {
        assert_eq!(read(&text).as_deref(), Ok(whole.as_str()), "{text}");
    }
}
