//! Reads what an administrator pastes: takes the token out of whatever is around it, recognises what is no
//! access token, and keeps the claims as facts. Nothing is verified here and nothing is sent: PingOne decides. Whether a token
//! has expired is PingOne's to say too: this computer's clock may be wrong.

mod search;

use base64::Engine;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use serde_json::{Map, Value};
use uuid::Uuid;
use zeroize::Zeroizing;

pub use crate::domain::paste::{Note, PasteFault};
use crate::domain::tenant::EnvironmentId;
use crate::domain::time::Timestamp;
use crate::domain::token::{Actor, Secret, TokenFacts};

/// PingOne's limit for all request headers together, in bytes.
///
/// Source: docs.pingidentity.com, PingOne, "Platform limits".
const HEADER_LIMIT: usize = 6 * 1024;

/// The longest paste that is looked at. A cURL line with its token is far below.
const PASTE_LIMIT: usize = 64 * 1024;

/// How long a token for PingOne's API lasts: that isn't configurable.
///
/// Source: developer.pingidentity.com, PingOne API, "Access tokens and ID tokens".
const LIFETIME_MILLIS: i64 = 60 * 60_000;

/// How far a computer's clock may be behind before it is mentioned.
const SKEW_MILLIS: i64 = 60_000;

/// A pasted token and what it says.
pub struct Paste {
    /// The token, for the transport.
    pub token: Secret,
    /// Its claims.
    pub facts: TokenFacts,
    /// What should be said about it, in the order of reading.
    pub notes: Vec<Note>,
}

/// Reads a paste: takes the token out of what stands around it.
pub fn read_paste(text: &str, now: Timestamp) -> Result<Paste, PasteFault> {
    if is_bare(text) {
        return read_token(text, now);
    }
    let (token, origin) = find_token(text)?;
    let paste = read_token(&token, now)?;
    Ok(Paste { notes: origin.into_iter().chain(paste.notes).collect(), ..paste })
}

/// Whether the text is a token and nothing else, so that no search is needed. The form knows only such; [`find_token`] stands
/// behind it.
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

/// Reads a token around which nothing but blanks stand.
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

/// The one access token in a text, and what it was taken out of, if it was not alone.
pub fn find_token(text: &str) -> Result<(Zeroizing<String>, Option<Note>), PasteFault> {
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
    let token = the_one(text)?;
    let origin = origin(text, &token);
    Ok((token, origin))
}

fn is_blank(letter: char) -> bool {
    letter.is_whitespace() || is_unseen(letter)
}

fn is_unseen(letter: char) -> bool {
    matches!(letter, '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{2060}' | '\u{feff}')
}

/// Blanks of every kind, and the quotes that chat programs and shells put around a value.
fn trim(text: &str) -> &str {
    text.trim_matches(|letter| is_blank(letter) || "\"'`“”‘’„«»".contains(letter))
}

/// The one access token of the text. Others that stand beside it, as in an answer of the token endpoint, are told from it by
/// their claims.
fn the_one(text: &str) -> Result<Zeroizing<String>, PasteFault> {
    let found = search::tokens(text);
    let (mut access, others): (Vec<_>, Vec<_>) =
        found.tokens.into_iter().partition(|(_, claims)| claims.refuse_other_kinds().is_ok());
    if access.len() > 1 {
        return Err(PasteFault::Several);
    }
    let none = if found.is_damaged { PasteFault::Damaged } else { other_kind(text) };
    access.pop().or(others.into_iter().next()).map(|(token, _)| token).ok_or(none)
}

/// What the token was taken out of, if it was not alone.
fn origin(text: &str, token: &str) -> Option<Note> {
    if text.chars().filter(|letter| !is_blank(*letter)).eq(token.chars()) {
        return None;
    }
    let begins = |word: &str| text.get(..word.len()).is_some_and(|start| start.eq_ignore_ascii_case(word));
    Some(if begins("curl") {
        Note::FromCurl
    } else if begins("{") {
        Note::FromJson
    } else if begins("bearer") || begins("authorization") {
        Note::FromBearer
    } else {
        Note::FromText
    })
}

/// What stands behind a word, whatever its case. The word is ASCII, so no boundary is cut.
fn behind<'a>(text: &'a str, word: &str) -> Option<&'a str> {
    let at = text.to_ascii_lowercase().find(word)?;
    text.get(at + word.len()..)
}

/// A token without parts is known by its name alone: PingOne's refresh tokens are opaque from March 2027 on, and can be
/// before.
fn other_kind(text: &str) -> PasteFault {
    let value = behind(text, "bearer").unwrap_or(text);
    if text.contains("{{")
        || text.contains("${")
        || value.trim_start_matches([' ', '\t', ':']).starts_with('$')
    {
        PasteFault::Unexpanded
    } else if gives(text, "access_token") {
        PasteFault::NotAToken
    } else if gives(text, "refresh_token") {
        PasteFault::RefreshToken
    } else if gives(text, "id_token") {
        PasteFault::IdToken
    } else {
        PasteFault::NotAToken
    }
}

/// Whether a field of JSON or of a form has this name.
fn gives(text: &str, name: &str) -> bool {
    let text = text.to_ascii_lowercase();
    text.split(name).skip(1).any(|rest| rest.trim_start_matches([' ', '"']).starts_with([':', '=']))
}

/// The header and the claims of a JSON web token. Nothing is verified.
pub(super) struct Claims {
    header: Map<String, Value>,
    claims: Map<String, Value>,
}

impl Claims {
    pub(super) fn decode(token: &str) -> Result<Self, PasteFault> {
        let mut parts = token.split('.');
        let mut next = || parts.next().and_then(object).ok_or(PasteFault::Damaged);
        Ok(Self { header: next()?, claims: next()? })
    }

    #[inline(never)]
    pub(super) fn text(&self, name: &str) -> Option<&str> {
        self.claims.get(name)?.as_str()
    }

    /// A point in time in whole or broken seconds; anything else is as good as missing.
    #[expect(clippy::cast_possible_truncation, reason = "checked against the range of dates first")]
    #[inline(never)]
    pub(super) fn time(&self, name: &str) -> Option<Timestamp> {
        let seconds = self.claims.get(name)?.as_f64()?;
        (0.0..4e10).contains(&seconds).then_some(Timestamp((seconds * 1000.0) as i64))
    }

    pub(super) fn audience(&self) -> Vec<String> {
        match self.claims.get("aud") {
            Some(Value::String(one)) => vec![one.clone()],
            Some(Value::Array(many)) => many.iter().filter_map(Value::as_str).map(str::to_owned).collect(),
            _ => Vec::new(),
        }
    }

    /// An ID token is addressed to the application that asked for it, whose id is a UUID; an access token to an
    /// API, whose name is a URL; and what goes back to its issuer, after longer than any access token lasts, renews.
    fn refuse_other_kinds(&self) -> Result<(), PasteFault> {
        let typ = self.header.get("typ").and_then(Value::as_str).unwrap_or_default().to_ascii_lowercase();
        if typ.contains("refresh") || self.goes_back() {
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

    fn goes_back(&self) -> bool {
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

    fn notes(&self, facts: &TokenFacts, now: Timestamp) -> Vec<Note> {
        let begins = facts.issued_at.max(self.time("nbf"));
        let behind = begins.map(|begin| begin.since(now)).filter(|ahead| *ahead > SKEW_MILLIS);
        let end_user = matches!(facts.actor, Actor::EndUser(_)).then_some(Note::EndUser);
        let end = match facts.expires_at {
            None => Some(Note::NoEnd),
            Some(at) => (at <= now).then_some(Note::Expired(at)),
        };
        behind.map(Note::ClockBehind).into_iter().chain(end).chain(end_user).collect()
    }
}

/// `https://auth.pingone.eu/{environment}/as`.
fn environment_of_issuer(issuer: &str) -> Option<&str> {
    issuer.strip_suffix("/as")?.rsplit('/').next()
}

/// A part of a token. Padding and the other alphabet are taken: some tools rewrite them.
fn object(part: &str) -> Option<Map<String, Value>> {
    const LENIENT: GeneralPurpose = GeneralPurpose::new(
        &base64::alphabet::URL_SAFE,
        GeneralPurposeConfig::new()
            .with_decode_padding_mode(DecodePaddingMode::Indifferent)
            .with_decode_allow_trailing_bits(true),
    );
    let bytes = LENIENT.decode(part.replace('+', "-").replace('/', "_")).ok()?;
    match serde_json::from_slice(&bytes).ok()? {
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
    fn a_workers_token_says_region_environment_actor_and_end() {
        let paste = read_paste(&worker(""), NOW).ok().unwrap();
        assert_eq!(paste.facts.actor, Actor::Application(CLIENT.into()));
        assert_eq!(paste.facts.environment.map(|id| id.to_string()).as_deref(), Some(ENVIRONMENT));
        assert_eq!(paste.facts.expires_at, Some(NOW.plus(3_600_000)));
        assert_eq!(paste.facts.audience, ["https://api.pingone.eu"]);
        assert!(worker("").ends_with(&paste.facts.last_four));
        assert_eq!(paste.notes, []);
    }

    #[test]
    fn whatever_surrounds_a_token_is_taken_away_and_said() {
        let token = worker("");
        let half = token.len() / 2;
        for (text, note) in [
            (format!(" \u{feff}\u{a0}{token}\u{200b}\r\n"), None),
            (format!("“{token}”"), None),
            (format!("{}\n  {}", &token[..half], &token[half..]), None),
            (format!("Bearer {token}"), Some(Note::FromBearer)),
            (format!("authorization: bearer {token}"), Some(Note::FromBearer)),
            (
                format!("curl -X PUT 'https://x' -H 'Authorization: Bearer {token}' -d '{{}}'"),
                Some(Note::FromCurl),
            ),
            (format!(r#"{{"access_token":"{token}","expires_in":3600}}"#), Some(Note::FromJson)),
            (format!("{{\n  \"access_token\" : \"{token}\"\n}}"), Some(Note::FromJson)),
        ] {
            let paste = read_paste(&text, NOW).unwrap_or_else(|fault| panic!("{text}: {fault}"));
            assert_eq!(paste.token.expose(), token, "{text}");
            assert_eq!(paste.notes.first().copied(), note, "{text}");
        }
    }

    #[test]
    fn what_is_no_token_is_named() {
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
    fn a_token_that_has_expired_by_this_computers_clock_is_taken_and_noted() {
        for (ago, is_noted) in [(0, true), (3_600, true), (30 * 86_400, true), (-1, false)] {
            let end = Timestamp(NOW.0 - ago * 1000);
            let token = token_with(HEADER, &format!(r#"{{"exp":{}}}"#, end.0 / 1000));
            let paste = read_paste(&token, NOW).ok().unwrap();
            let expected = if is_noted { vec![Note::Expired(end)] } else { Vec::new() };
            assert_eq!((paste.facts.expires_at, paste.notes), (Some(end), expected), "{ago}");
        }
    }

    #[test]
    fn a_token_of_a_clock_far_behind_is_taken_and_noted() {
        for ahead in [3_600, 86_400] {
            let (iat, exp) = (NOW.0 / 1000 + ahead, NOW.0 / 1000 + ahead + 3_600);
            let token = token_with(HEADER, &format!(r#"{{"iat":{iat},"nbf":{iat},"exp":{exp}}}"#));
            let paste = read_paste(&token, NOW).ok().unwrap();
            assert_eq!(paste.notes, [Note::ClockBehind(ahead * 1000)]);
        }
    }

    #[test]
    fn a_clock_that_is_behind_is_mentioned() {
        let early =
            token_with(HEADER, &format!(r#"{{"iat":{},"exp":{}}}"#, NOW.0 / 1000 + 300, NOW.0 / 1000 + 3900));
        let paste = read_paste(&early, NOW).ok().unwrap();
        assert_eq!(paste.notes, [Note::ClockBehind(300_000)]);
    }

    #[test]
    fn an_end_that_cannot_be_read_is_unknown_and_never_a_panic() {
        for exp in ["\"1795503600\"", "-1", "1e308", "null", "[]", "{}", "true", "99999999999999999999"] {
            let paste = read_paste(&token_with(HEADER, &format!(r#"{{"exp":{exp}}}"#)), NOW);
            let paste = paste.unwrap_or_else(|fault| panic!("{exp}: {fault}"));
            assert_eq!((paste.facts.expires_at, paste.notes), (None, vec![Note::NoEnd]), "{exp}");
        }
    }

    #[test]
    fn deep_nesting_and_bad_utf8_are_damage() {
        let deep = format!("{{\"a\":{}}}", "[".repeat(5_000));
        assert_eq!(fault(&token_with(HEADER, &deep)), Some(PasteFault::Damaged));
        let bytes = BASE64_URL_SAFE_NO_PAD.encode(b"{\"a\":\"\xff\"}");
        let header = BASE64_URL_SAFE_NO_PAD.encode(HEADER);
        assert_eq!(fault(&format!("{header}.{bytes}.x")), Some(PasteFault::Damaged));
    }

    #[test]
    fn people_and_end_users_are_told_from_applications() {
        let person = read_paste(&worker(r#","sub":"u","sid":"s""#), NOW).ok().unwrap();
        assert_eq!(person.facts.actor, Actor::Person(Some("u".into())));
        let end_user = read_paste(&worker(r#","sub":"u","scope":"openid p1:read:user""#), NOW).ok().unwrap();
        assert_eq!(end_user.facts.actor, Actor::EndUser(Some("u".into())));
        assert_eq!(end_user.notes, [Note::EndUser]);
    }
}
