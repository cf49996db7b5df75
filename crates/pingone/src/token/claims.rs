//! Parsing of pasted tokens: finds the access token in the pasted text, detects text that isn't an access token, and
//! reads the token's claims. Nothing is verified or sent here: PingOne decides whether a token is valid, and also
//! whether it has expired, because this computer's clock may be wrong.

mod search;

use base64::Engine;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use serde_json::{Map, Value};
use uuid::Uuid;
use zeroize::Zeroizing;

use crate::environment::EnvironmentId;
use crate::json;
use crate::time::Timestamp;

use super::{Actor, Secret, TokenFacts};

pub use super::paste::{PasteFault, Remark};

/// PingOne's limit for all request headers together, in bytes.
///
/// Source: docs.pingidentity.com, PingOne, "Platform limits".
const HEADER_LIMIT: usize = 6 * 1024;

/// Maximum length of a paste in bytes. A cURL command with its token is far shorter.
const PASTE_LIMIT: usize = 64 * 1024;

/// Lifetime of an access token for PingOne's API, which isn't configurable.
///
/// Source: developer.pingidentity.com, PingOne API, "Access tokens and ID tokens".
const LIFETIME_MILLIS: i64 = 60 * 60_000;

/// How far the computer's clock may be behind before the page mentions it.
const SKEW_MILLIS: i64 = 60_000;

/// A pasted token and its claims.
pub struct Paste {
    /// The access token itself, for the transport.
    pub token: Secret,
    /// The claims that the page displays and uses.
    pub facts: TokenFacts,
    /// Remarks about the paste, in the order in which they were found.
    pub notes: Vec<Remark>,
}

/// Parses a paste that may have other text around the token.
pub fn read_paste(text: &str, now: Timestamp) -> Result<Paste, PasteFault> {
    if is_bare(text) {
        return read_token(text, now);
    }
    let (token, origin) = find_token(text)?;
    let paste = read_token(&token, now)?;
    Ok(Paste { notes: origin.into_iter().chain(paste.notes).collect(), ..paste })
}

/// Whether the text is a token and nothing else, so that no search is needed. The connect form, which is loaded first,
/// handles only such text; the console, which is loaded later, uses [`find_token`] for any other text.
#[must_use]
pub fn is_bare(text: &str) -> bool {
    let (text, mut dots) = (text.trim(), 0);
    for byte in text.bytes() {
        match byte {
            b'.' => dots += 1,
            b'0'..=b'9' | b'A'..=b'Z' | b'a'..=b'z' | b'-' | b'_' | b'+' | b'/' | b'=' => {}
            _ => return false,
        }
    }
    dots == 2 && text.starts_with("eyJ")
}

/// Parses a token that has only blanks around it.
pub fn read_token(text: &str, now: Timestamp) -> Result<Paste, PasteFault> {
    let token = Zeroizing::new(text.trim().to_owned());
    let claims = Claims::decode(&token)?;
    if token.len() > HEADER_LIMIT {
        return Err(PasteFault::OverHeaderLimit);
    }
    claims.refuse_other_kinds()?;
    let facts = claims.facts(&token);
    let notes = claims.notes(&facts, now);
    Ok(Paste { token: Secret::new(token), facts, notes })
}

/// The only access token in a text, and a note about the surrounding text if there was any.
pub fn find_token(text: &str) -> Result<(Zeroizing<String>, Option<Remark>), PasteFault> {
    if text.len() > PASTE_LIMIT {
        return Err(PasteFault::TooLong);
    }
    let text = trim(text);
    if text.is_empty() {
        return Err(PasteFault::Empty);
    }
    if Uuid::try_parse(text).is_ok() {
        return Err(PasteFault::Id);
    }
    let token = only_token(text)?;
    let origin = origin(text, &token);
    Ok((token, origin))
}

fn is_blank(character: char) -> bool {
    character.is_whitespace() || is_invisible(character)
}

fn is_invisible(character: char) -> bool {
    matches!(character, '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{2060}' | '\u{feff}')
}

/// Trims blanks of every kind, and the quotes that chat programs and shells put around a value.
fn trim(text: &str) -> &str {
    text.trim_matches(|character| is_blank(character) || "\"'`“”‘’„«»".contains(character))
}

/// The only access token in the text. Other kinds of tokens beside it, as in an answer of the token endpoint, are
/// distinguished by their claims.
fn only_token(text: &str) -> Result<Zeroizing<String>, PasteFault> {
    let found = search::tokens(text);
    let (mut access, others): (Vec<_>, Vec<_>) =
        found.tokens.into_iter().partition(|(_, claims)| claims.refuse_other_kinds().is_ok());
    if access.len() > 1 {
        return Err(PasteFault::Several);
    }
    let none = if found.is_damaged { PasteFault::Damaged } else { other_kind(text) };
    access.pop().or(others.into_iter().next()).map(|(token, _)| token).ok_or(none)
}

/// The kind of text that the token was found in; `None` if there was only the token.
fn origin(text: &str, token: &str) -> Option<Remark> {
    if text.chars().filter(|character| !is_blank(*character)).eq(token.chars()) {
        return None;
    }
    let has_prefix =
        |word: &str| text.get(..word.len()).is_some_and(|start| start.eq_ignore_ascii_case(word));
    Some(if has_prefix("curl") {
        Remark::FromCurl
    } else if has_prefix("{") {
        Remark::FromJson
    } else if has_prefix("bearer") || has_prefix("authorization") {
        Remark::FromBearer
    } else {
        Remark::FromText
    })
}

/// The text after a word, ignoring case. The word is ASCII, so no character boundary is cut.
fn text_after<'a>(text: &'a str, word: &str) -> Option<&'a str> {
    let at = text.to_ascii_lowercase().find(word)?;
    text.get(at + word.len()..)
}

/// The fault for a text without a readable token. An opaque token is recognized only by its field name: PingOne's
/// refresh tokens are opaque from March 2027 on, and can be before.
fn other_kind(text: &str) -> PasteFault {
    let value = text_after(text, "bearer").unwrap_or(text);
    if text.contains("{{")
        || text.contains("${")
        || value.trim_start_matches([' ', '\t', ':']).starts_with('$')
    {
        PasteFault::Unexpanded
    } else if has_field(text, "access_token") {
        PasteFault::NotAToken
    } else if has_field(text, "refresh_token") {
        PasteFault::RefreshToken
    } else if has_field(text, "id_token") {
        PasteFault::IdToken
    } else {
        PasteFault::NotAToken
    }
}

/// Whether the text has a JSON or form field with this name.
fn has_field(text: &str, name: &str) -> bool {
    let text = text.to_ascii_lowercase();
    text.split(name).skip(1).any(|rest| rest.trim_start_matches([' ', '"']).starts_with([':', '=']))
}

/// Header and claims of a JSON web token, not verified.
pub struct Claims {
    header: Map<String, Value>,
    claims: Map<String, Value>,
}

impl Claims {
    /// Decodes the claims of a JWT. The signature isn't checked.
    pub fn decode(token: &str) -> Result<Self, PasteFault> {
        let mut parts = token.split('.');
        let mut next = || parts.next().and_then(object).ok_or(PasteFault::Damaged);
        Ok(Self { header: next()?, claims: next()? })
    }

    /// The claim of this name, if it is a text.
    #[inline(never)]
    pub fn text(&self, name: &str) -> Option<&str> {
        self.claims.get(name)?.as_str()
    }

    /// A time in seconds, possibly fractional; any other value counts as missing.
    #[expect(clippy::cast_possible_truncation, reason = "checked against the range of dates first")]
    #[inline(never)]
    pub fn time(&self, name: &str) -> Option<Timestamp> {
        let seconds = self.claims.get(name)?.as_f64()?;
        (0.0..4e10).contains(&seconds).then_some(Timestamp((seconds * 1000.0) as i64))
    }

    /// The texts of the claim `aud`, which is a text or a list.
    pub fn audience(&self) -> Vec<String> {
        match self.claims.get("aud") {
            Some(Value::String(one)) => vec![one.clone()],
            Some(Value::Array(many)) => many.iter().filter_map(Value::as_str).map(str::to_owned).collect(),
            _ => Vec::new(),
        }
    }

    /// Rejects ID tokens and refresh tokens. The audience of an ID token is the application that requested it, a UUID;
    /// the audience of an access token is an API, a URL; a token whose audience is its issuer and that lasts longer
    /// than any access token is a refresh token.
    fn refuse_other_kinds(&self) -> Result<(), PasteFault> {
        let typ = self.header.get("typ").and_then(Value::as_str).unwrap_or_default().to_ascii_lowercase();
        if typ.contains("refresh") || self.is_for_issuer() {
            return Err(PasteFault::RefreshToken);
        }
        let audience = self.audience();
        let to_application =
            !audience.is_empty() && audience.iter().all(|name| Uuid::try_parse(name).is_ok());
        if to_application || self.claims.contains_key("nonce") || self.claims.contains_key("at_hash") {
            return Err(PasteFault::IdToken);
        }
        Ok(())
    }

    fn is_for_issuer(&self) -> bool {
        let (Some(issuer), Some(begin), Some(end)) = (self.text("iss"), self.time("iat"), self.time("exp"))
        else {
            return false;
        };
        let audience = self.audience();
        let is_long = end.since(begin) > LIFETIME_MILLIS;
        is_long && !audience.is_empty() && audience.iter().all(|name| name == issuer)
    }

    fn facts(&self, token: &str) -> TokenFacts {
        let environment = self.text("env").or_else(|| self.text("iss").and_then(environment_of_issuer));
        TokenFacts {
            last_four: token.get(token.len().saturating_sub(4)..).unwrap_or_default().to_owned(),
            issuer: self.text("iss").map(str::to_owned),
            audience: self.audience(),
            environment: environment.and_then(|id| Uuid::try_parse(id).ok()).map(EnvironmentId),
            actor: self.actor(),
            issued_at: self.time("iat"),
            expires_at: self.time("exp"),
        }
    }

    /// Source: developer.pingidentity.com, PingOne API, "Token claims": `sub` is absent for client credentials.
    fn actor(&self) -> Actor {
        let person = self.text("p1.userId").or_else(|| self.text("sub")).map(str::to_owned);
        let scopes = self.text("scope").unwrap_or_default();
        if scopes.split_ascii_whitespace().any(|scope| scope.starts_with("p1:")) {
            return Actor::EndUser(person);
        }
        if person.is_some() || self.claims.contains_key("sid") {
            return Actor::Person(person);
        }
        self.text("client_id").map_or(Actor::Unknown, |client| Actor::Application(client.to_owned()))
    }

    fn notes(&self, facts: &TokenFacts, now: Timestamp) -> Vec<Remark> {
        let starts_at = facts.issued_at.max(self.time("nbf"));
        let clock_lag = starts_at.map(|begin| begin.since(now)).filter(|ahead| *ahead > SKEW_MILLIS);
        let end_user = matches!(facts.actor, Actor::EndUser(_)).then_some(Remark::EndUser);
        let end = match facts.expires_at {
            None => Some(Remark::NoEnd),
            Some(at) => (at <= now).then_some(Remark::Expired(at)),
        };
        clock_lag.map(Remark::ClockBehind).into_iter().chain(end).chain(end_user).collect()
    }
}

/// `https://auth.pingone.eu/{environment}/as`.
fn environment_of_issuer(issuer: &str) -> Option<&str> {
    issuer.strip_suffix("/as")?.rsplit('/').next()
}

/// Decodes a part of a token. Padding and the standard alphabet are accepted, because
/// some tools rewrite tokens that way.
fn object(part: &str) -> Option<Map<String, Value>> {
    const LENIENT: GeneralPurpose = GeneralPurpose::new(
        &base64::alphabet::URL_SAFE,
        GeneralPurposeConfig::new()
            .with_decode_padding_mode(DecodePaddingMode::Indifferent)
            .with_decode_allow_trailing_bits(true),
    );
    let bytes = LENIENT.decode(part.replace('+', "-").replace('/', "_")).ok()?;
    match json::parse(&bytes).ok()? {
        Value::Object(object) => Some(object),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use base64::prelude::BASE64_URL_SAFE_NO_PAD;

    const NOW: Timestamp = Timestamp(1_795_500_000_000);
    const ENVIRONMENT: &str = "5f0c7e1a-22b1-4c0e-9a55-0d1f6a7bc2d4";
    const HEADER: &str = r#"{"alg":"RS256","kid":"a"}"#;
    const CLIENT: &str = "0b410000-0000-4000-8000-000000000001";

    fn token_with(header: &str, claims: &str) -> String {
        let part = |text: &str| BASE64_URL_SAFE_NO_PAD.encode(text);
        format!("{}.{}.{}", part(header), part(claims), part("signature"))
    }

    fn worker(more: &str) -> String {
        let exp = NOW.0 / 1000 + 3600;
        let iat = NOW.0 / 1000 - 5;
        token_with(
            HEADER,
            &format!(
                r#"{{"client_id":"{CLIENT}","iss":"https://auth.pingone.eu/{ENVIRONMENT}/as","iat":{iat},"exp":{exp},"aud":["https://api.pingone.eu"]{more}}}"#
            ),
        )
    }

    fn fault(text: &str) -> Option<PasteFault> {
        read_paste(text, NOW).err()
    }

    #[test]
    fn the_claims_of_a_worker_token_are_read() {
        let paste = read_paste(&worker(""), NOW).ok().unwrap();
        assert_eq!(paste.facts.actor, Actor::Application(CLIENT.into()));
        assert_eq!(paste.facts.environment.map(|id| id.to_string()).as_deref(), Some(ENVIRONMENT));
        assert_eq!(paste.facts.expires_at, Some(NOW.plus(3_600_000)));
        assert_eq!(paste.facts.audience, ["https://api.pingone.eu"]);
        assert!(worker("").ends_with(&paste.facts.last_four));
        assert_eq!(paste.notes, []);
    }

    #[test]
    fn text_around_a_token_is_removed_and_noted() {
        let token = worker("");
        let half = token.len() / 2;
        for (text, note) in [
            (format!(" \u{feff}\u{a0}{token}\u{200b}\r\n"), None),
            (format!("“{token}”"), None),
            (format!("{}\n  {}", &token[..half], &token[half..]), None),
            (format!("Bearer {token}"), Some(Remark::FromBearer)),
            (format!("authorization: bearer {token}"), Some(Remark::FromBearer)),
            (
                format!("curl -X PUT 'https://x' -H 'Authorization: Bearer {token}' -d '{{}}'"),
                Some(Remark::FromCurl),
            ),
            (format!(r#"{{"access_token":"{token}","expires_in":3600}}"#), Some(Remark::FromJson)),
            (format!("{{\n  \"access_token\" : \"{token}\"\n}}"), Some(Remark::FromJson)),
        ] {
            let paste = read_paste(&text, NOW).unwrap_or_else(|fault| panic!("{text}: {fault}"));
            assert_eq!(paste.token.expose(), token, "{text}");
            assert_eq!(paste.notes.first().copied(), note, "{text}");
        }
    }

    #[test]
    fn text_that_is_not_an_access_token_is_classified() {
        let id_token = worker(&format!(r#","nonce":"n","sub":"{CLIENT}""#));
        let to_application = token_with(HEADER, &format!(r#"{{"aud":"{CLIENT}"}}"#));
        let issuer = format!("https://auth.pingone.eu/{ENVIRONMENT}/as");
        let back = |seconds: i64| {
            let (iat, exp) = (NOW.0 / 1000, NOW.0 / 1000 + seconds);
            token_with(HEADER, &format!(r#"{{"iss":"{issuer}","aud":"{issuer}","iat":{iat},"exp":{exp}}}"#))
        };
        assert_eq!(fault(&back(3600)), None, "as long as an access token");
        for (text, expected) in [
            (r#"{"refresh_token":"nGJ3kP2cXw8Q0m","token_type":"Bearer"}"#, PasteFault::RefreshToken),
            (r#"{"access_token":"nGJ3kP2cXw8Q0m","refresh_token":"Q0m"}"#, PasteFault::NotAToken),
            ("grant_type=refresh_token&refresh_token=nGJ3kP2cXw8Q0m", PasteFault::RefreshToken),
            (r#"{"error":"invalid_grant","error_description":"no refresh_token"}"#, PasteFault::NotAToken),
            (r#"{"id_token" : "eyJ.x"}"#, PasteFault::IdToken),
            (&back(30 * 86_400), PasteFault::RefreshToken),
            (" \n\u{200b}", PasteFault::Empty),
            (&"x".repeat(1_000_000), PasteFault::TooLong),
            ("{{accessToken}}", PasteFault::Unexpanded),
            ("Bearer {{accessToken}}", PasteFault::Unexpanded),
            ("Bearer $TOKEN", PasteFault::Unexpanded),
            (ENVIRONMENT, PasteFault::Id),
            ("0aZ~secret.of.an_application-1234567890", PasteFault::NotAToken),
            ("Bearer 0aZ~secret", PasteFault::NotAToken),
            ("eyJhbGciOiJSUzI1NiJ9.cut", PasteFault::NotAToken),
            ("eyJ!!.x.y", PasteFault::NotAToken),
            ("eyJhbGciOiJSUzI1NiJ9.bm8ganNvbg.x", PasteFault::Damaged),
            ("eyJhbGciOiJSUzI1NiJ9..x", PasteFault::Damaged),
            (&id_token, PasteFault::IdToken),
            (&to_application, PasteFault::IdToken),
            (&token_with(r#"{"typ":"refresh+jwt"}"#, "{}"), PasteFault::RefreshToken),
        ] {
            assert_eq!(fault(text), Some(expected), "{text:.60}");
        }
        assert_eq!(
            fault(&worker(&format!(r#","groups":"{}""#, "g".repeat(7000)))),
            Some(PasteFault::OverHeaderLimit)
        );
    }

    #[test]
    fn a_token_that_has_expired_by_this_computers_clock_is_accepted_with_a_note() {
        for (ago, is_noted) in [(0, true), (3_600, true), (30 * 86_400, true), (-1, false)] {
            let end = Timestamp(NOW.0 - ago * 1000);
            let token = token_with(HEADER, &format!(r#"{{"exp":{}}}"#, end.0 / 1000));
            let paste = read_paste(&token, NOW).ok().unwrap();
            let expected = if is_noted { vec![Remark::Expired(end)] } else { Vec::new() };
            assert_eq!((paste.facts.expires_at, paste.notes), (Some(end), expected), "{ago}");
        }
    }

    #[test]
    fn a_token_from_the_future_is_accepted_with_a_note() {
        for ahead in [3_600, 86_400] {
            let (iat, exp) = (NOW.0 / 1000 + ahead, NOW.0 / 1000 + ahead + 3_600);
            let token = token_with(HEADER, &format!(r#"{{"iat":{iat},"nbf":{iat},"exp":{exp}}}"#));
            let paste = read_paste(&token, NOW).ok().unwrap();
            assert_eq!(paste.notes, [Remark::ClockBehind(ahead * 1000)]);
        }
    }

    #[test]
    fn a_clock_that_is_behind_is_noted() {
        let early =
            token_with(HEADER, &format!(r#"{{"iat":{},"exp":{}}}"#, NOW.0 / 1000 + 300, NOW.0 / 1000 + 3900));
        let paste = read_paste(&early, NOW).ok().unwrap();
        assert_eq!(paste.notes, [Remark::ClockBehind(300_000)]);
    }

    #[test]
    fn an_unreadable_expiry_is_unknown_and_never_panics() {
        for exp in ["\"1795503600\"", "-1", "1e308", "null", "[]", "{}", "true", "99999999999999999999"] {
            let paste = read_paste(&token_with(HEADER, &format!(r#"{{"exp":{exp}}}"#)), NOW);
            let paste = paste.unwrap_or_else(|fault| panic!("{exp}: {fault}"));
            assert_eq!((paste.facts.expires_at, paste.notes), (None, vec![Remark::NoEnd]), "{exp}");
        }
    }

    #[test]
    fn deep_nesting_and_invalid_utf8_count_as_damaged() {
        let deep = format!("{{\"a\":{}}}", "[".repeat(5_000));
        assert_eq!(fault(&token_with(HEADER, &deep)), Some(PasteFault::Damaged));
        let bytes = BASE64_URL_SAFE_NO_PAD.encode(b"{\"a\":\"\xff\"}");
        let header = BASE64_URL_SAFE_NO_PAD.encode(HEADER);
        assert_eq!(fault(&format!("{header}.{bytes}.x")), Some(PasteFault::Damaged));
    }

    #[test]
    fn people_end_users_and_applications_are_distinguished() {
        let person = read_paste(&worker(r#","sub":"u","sid":"s""#), NOW).ok().unwrap();
        assert_eq!(person.facts.actor, Actor::Person(Some("u".into())));
        let end_user = read_paste(&worker(r#","sub":"u","scope":"openid p1:read:user""#), NOW).ok().unwrap();
        assert_eq!(end_user.facts.actor, Actor::EndUser(Some("u".into())));
        assert_eq!(end_user.notes, [Remark::EndUser]);
    }
}
