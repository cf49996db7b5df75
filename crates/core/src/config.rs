//! Parsing of a deployment's `config.json`. The file is public: everyone who opens the page can read
//! it, so it must not hold secrets.

mod ancestors;
mod limits;
mod regions;
mod repeated;
pub mod settings;
pub mod shown;

use std::ops::RangeInclusive;

use pingone::environment::EnvironmentId;
use pingone::json::{self, FieldError};
use pingone::policy::Rate;
use pingone::region::{RegionCode, Regions};
use pingone::time::{Millis, PerSecond};
use serde_json::Value;
use thiserror::Error;

use crate::sign_in::session::{ClientId, SignInApplication};

use self::settings::{BypassRule, Settings};

/// An invalid key in config.json. The page doesn't start with a partly valid configuration.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("config.json: {field}: {problem}")]
pub struct ConfigFault {
    /// The path of the key, for example `regions[0].apiBase`.
    pub field: String,
    /// The problem with its value, and the expected form.
    pub problem: String,
}

impl ConfigFault {
    #[cold]
    fn new(field: impl Into<String>, problem: impl Into<String>) -> Self {
        Self { field: field.into(), problem: problem.into() }
    }
}

impl From<FieldError> for ConfigFault {
    fn from(wrong: FieldError) -> Self {
        Self::new(wrong.field, wrong.problem)
    }
}

const KEYS: [&str; 24] = [
    "regions",
    "defaultRegion",
    "environmentId",
    "clientId",
    "clientEnvironmentId",
    "refresh",
    "listOnConnect",
    "forgetAfterIdleMinutes",
    "idleMinutes",
    "rate",
    "bypass",
    "bypassMaxHours",
    "access",
    "turnOff",
    "maxRunUsers",
    "protectedGroups",
    "tokenSources",
    "changeReference",
    "journalDays",
    "notice",
    "support",
    "frameAncestors",
    "views",
    "chrome",
];

/// Parses a config.json. All keys are optional. An unknown key is an error, because a misspelled
/// setting would silently not be applied.
pub fn read_config(text: &str) -> Result<Settings, ConfigFault> {
    let body: Value = json::parse(text.as_bytes())
        .map_err(|error| ConfigFault::new(".", format!("isn't JSON: {error}")))?;
    if let Some(key) = repeated::repeated_key(text) {
        return Err(ConfigFault::new(key, "is there twice in the same object"));
    }
    only_known(&body, &KEYS, ".", "")?;
    let defaults = Settings::default();
    let regions = regions::regions(&body)?;
    let default_region = known(&regions, "defaultRegion", json::text(&body, "defaultRegion")?)?;
    let environment = json::id(&body, "environmentId")?.map(EnvironmentId);
    Ok(Settings {
        sign_in: sign_in(&body, environment, default_region.is_some())?,
        default_region,
        environment,
        list_on_connect: json::number(&body, "listOnConnect")?.unwrap_or(defaults.list_on_connect),
        forget_after_idle: idle(&body)?.unwrap_or(defaults.forget_after_idle),
        rate: rate(&body)?,
        bypass: bypass(&body)?,
        limits: limits::limits(&body)?,
        journal_days: within(&body, "journalDays", 1..=30)?.unwrap_or(defaults.journal_days),
        notice: plain(&body, "notice", 300)?,
        support: plain(&body, "support", 200)?,
        frame_ancestors: ancestors::ancestors(&body)?,
        shown: shown::shown(&body)?,
        regions,
    })
}

/// Reads the application for signing in. Region and environment must be configured with it, because they are needed
/// before there is a token.
fn sign_in(
    body: &Value,
    environment: Option<EnvironmentId>,
    has_region: bool,
) -> Result<Option<SignInApplication>, ConfigFault> {
    let own = json::id(body, "clientEnvironmentId")?.map(EnvironmentId);
    let renews = json::boolean(body, "refresh")?;
    let Some(client) = json::id(body, "clientId")?.map(ClientId) else {
        let orphans = [("clientEnvironmentId", own.is_some()), ("refresh", renews.is_some())];
        let Some((field, _)) = orphans.into_iter().find(|(_, is_there)| *is_there) else { return Ok(None) };
        let problem = "is there without clientId, the application that people sign in to";
        return Err(ConfigFault::new(field, problem));
    };
    if !has_region {
        return Err(ConfigFault::new(
            "defaultRegion",
            "must be there where clientId is: people sign in there",
        ));
    }
    let environment = own.or(environment).ok_or_else(|| {
        let problem = "must be there where clientId is, unless environmentId is: the application lives in it";
        ConfigFault::new("clientEnvironmentId", problem)
    })?;
    Ok(Some(SignInApplication { client, environment, renews: renews.unwrap_or(false) }))
}

/// Reads the rate limits. `max` bounds both, and whatever the user chooses later; a deployment that raises one of them
/// without it permits that rate.
fn rate(body: &Value) -> Result<Rate, ConfigFault> {
    let usual = Rate::default();
    let Some(found) = json::at(body, "rate") else { return Ok(usual) };
    only_known(found, &["read", "write", "max"], "rate", "rate.")?;
    let pace = |field: &str| -> Result<Option<PerSecond>, ConfigFault> {
        let number = within(body, field, 1..=2000)?.and_then(|number| u32::try_from(number).ok());
        Ok(number.map(|number| PerSecond(f64::from(number))))
    };
    let read = pace("rate.read")?.unwrap_or(usual.read);
    let write = pace("rate.write")?.unwrap_or(usual.write);
    let max = pace("rate.max")?.unwrap_or_else(|| usual.max.max(read).max(write));
    Ok(Rate { read: read.min(max), write: write.min(max), max })
}

fn bypass(body: &Value) -> Result<BypassRule, ConfigFault> {
    if let Some(found) = json::at(body, "bypass") {
        only_known(found, &["allowed", "maxHours", "note"], "bypass", "bypass.")?;
    }
    let usual = BypassRule::default();
    let hours = spelling(body, "bypass.maxHours", "bypassMaxHours")?;
    Ok(BypassRule {
        is_allowed: json::boolean(body, "bypass.allowed")?.unwrap_or(usual.is_allowed),
        max_hours: within(body, hours, 1..=usual.max_hours)?.unwrap_or(usual.max_hours),
        note: json::text(body, "bypass.note")?.map(|note| note.chars().take(300).collect()),
    })
}

/// The spelling of a key that is present, of two. Both at once are refused, because it isn't defined which one applies.
#[inline(never)]
fn spelling<'a>(body: &Value, usual: &'a str, other: &'a str) -> Result<&'a str, ConfigFault> {
    match (json::at(body, usual), json::at(body, other)) {
        (_, None) => Ok(usual),
        (None, Some(_)) => Ok(other),
        (Some(_), Some(_)) => Err(ConfigFault::new(
            other,
            format!("is another spelling of {usual}; only one of them may be there"),
        )),
    }
}

/// An integer in this range; `None` if the key is missing.
#[inline(never)]
fn within(body: &Value, field: &str, range: RangeInclusive<u64>) -> Result<Option<u64>, ConfigFault> {
    let Some(number) = json::number(body, field)? else { return Ok(None) };
    if range.contains(&number) {
        return Ok(Some(number));
    }
    Err(ConfigFault::new(field, format!("must be a number from {} to {}", range.start(), range.end())))
}

/// A text for the page with at most `max` characters; `None` if the key is missing.
#[inline(never)]
fn plain(body: &Value, field: &str, max: usize) -> Result<Option<String>, ConfigFault> {
    let Some(text) = json::text(body, field)? else { return Ok(None) };
    let is_blank = text.trim().is_empty();
    if is_blank || text.chars().count() > max || text.chars().any(char::is_control) {
        let problem = format!(
            "must be 1 to {max} characters, not only blanks and without line breaks or other controls"
        );
        return Err(ConfigFault::new(field, problem));
    }
    Ok(Some(text.to_owned()))
}

#[inline(never)]
fn only_known(body: &Value, keys: &[&str], own_path: &str, prefix: &str) -> Result<(), ConfigFault> {
    let object = body.as_object().ok_or_else(|| ConfigFault::new(own_path, "must be an object"))?;
    let Some(unknown) = object.keys().find(|key| !keys.contains(&key.as_str())) else { return Ok(()) };
    Err(ConfigFault::new(
        format!("{prefix}{unknown}"),
        format!("is not known; known are {}", keys.join(", ")),
    ))
}

#[inline(never)]
fn known(regions: &Regions, field: &str, code: Option<&str>) -> Result<Option<RegionCode>, ConfigFault> {
    let Some(code) = code.map(|code| RegionCode(code.to_owned())) else { return Ok(None) };
    if regions.get(&code).is_some() {
        return Ok(Some(code));
    }
    let codes: Vec<&str> = regions.iter().map(|region| region.code.0.as_str()).collect();
    Err(ConfigFault::new(field, format!("must be one of {}", codes.join(", "))))
}

fn idle(body: &Value) -> Result<Option<Millis>, ConfigFault> {
    let field = spelling(body, "forgetAfterIdleMinutes", "idleMinutes")?;
    let minutes = within(body, field, 1..=60)?;
    Ok(minutes.map(|minutes| Millis::seconds(minutes * 60)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn missing_keys_have_their_defaults() {
        assert_eq!(read_config("{}"), Ok(Settings::default()));
    }

    #[test]
    fn a_deployments_region_is_added_to_the_built_in_ones() {
        let settings = read_config(
            r#"{"regions":[{"code":"PROXY","label":"Company proxy","apiBase":"https://p.example/pingone/v1/",
                "authBase":"https://a.example","pingone":"EU"}],"defaultRegion":"PROXY","listOnConnect":0}"#,
        )
        .unwrap();
        let region = settings.default_region.as_ref().and_then(|code| settings.regions.get(code)).unwrap();
        assert_eq!(region.api_base, "https://p.example/pingone/v1");
        assert_eq!(region.pingone, Some(RegionCode("EU".into())));
        assert_eq!((settings.regions.iter().count(), settings.list_on_connect), (7, 0));
    }

    #[test]
    fn sign_in_settings_are_complete_or_the_missing_key_is_named() {
        let id = |number: u8| format!("5f0c7e1a-22b1-4c0e-9a55-0d1f6a7bc2d{number}");
        let (client, own, other) = (id(1), id(2), id(3));
        let read = |keys: &str| read_config(&format!("{{{keys}}}"));
        let both = format!(r#""clientId":"{client}","defaultRegion":"EU""#);
        let environment_of = |keys: &str| {
            let settings = read(&format!("{both},{keys}")).unwrap();
            settings.sign_in.unwrap().environment.to_string()
        };
        assert_eq!(environment_of(&format!(r#""environmentId":"{own}""#)), own);
        let apart = format!(r#""environmentId":"{own}","clientEnvironmentId":"{other}""#);
        assert_eq!(environment_of(&apart), other);
        for (keys, field) in [
            (both.clone(), "clientEnvironmentId"),
            (format!(r#""clientId":"{client}","environmentId":"{own}""#), "defaultRegion"),
            (format!(r#""clientEnvironmentId":"{own}""#), "clientEnvironmentId"),
            (r#""clientId":"admin""#.to_owned(), "clientId"),
            (r#""refresh":true"#.to_owned(), "refresh"),
            (format!(r#"{both},"environmentId":"{own}","refresh":"yes""#), "refresh"),
        ] {
            assert_eq!(read(&keys).map_err(|fault| fault.field), Err(field.to_owned()), "{keys}");
        }
        let renews = |keys: &str| {
            let settings = read(&format!(r#"{both},"environmentId":"{own}"{keys}"#)).unwrap();
            settings.sign_in.unwrap().renews
        };
        assert!(renews(r#","refresh":true"#) && !renews(r#","refresh":false"#) && !renews(""));
    }

    #[test]
    fn a_deployment_can_set_rate_limits_and_bypass_rules() {
        let settings = read_config(
            r#"{"rate":{"read":200,"write":30,"max":100},"bypass":{"maxHours":4,"note":"Ask the service desk."}}"#,
        )
        .unwrap();
        let (read, write) = (PerSecond(100.0), PerSecond(30.0));
        assert_eq!(settings.rate, Rate { read, write, max: PerSecond(100.0) });
        let rule = BypassRule { is_allowed: true, max_hours: 4, note: Some("Ask the service desk.".into()) };
        assert_eq!(settings.bypass, rule);
        assert!(!read_config(r#"{"bypass":{"allowed":false}}"#).unwrap().bypass.is_allowed);
    }

    #[test]
    fn the_maximum_rate_is_never_below_the_configured_rates() {
        for (rate, expected) in [
            ("{}", [20.0, 10.0, 50.0]),
            (r#"{"max":5}"#, [5.0, 5.0, 5.0]),
            (r#"{"max":300}"#, [20.0, 10.0, 300.0]),
            (r#"{"read":40}"#, [40.0, 10.0, 50.0]),
            (r#"{"write":200}"#, [20.0, 200.0, 200.0]),
        ] {
            let [read, write, max] = expected.map(PerSecond);
            let settings = read_config(&format!(r#"{{"rate":{rate}}}"#)).unwrap();
            assert_eq!(settings.rate, Rate { read, write, max }, "{rate}");
        }
    }

    #[test]
    fn a_key_with_two_spellings_is_accepted_in_either_but_not_in_both() {
        let idle = |text: &str| read_config(text).map(|settings| settings.forget_after_idle);
        assert_eq!(idle(r#"{"idleMinutes":5}"#), idle(r#"{"forgetAfterIdleMinutes":5}"#));
        assert_eq!(idle(r#"{"idleMinutes":5}"#), Ok(Millis::seconds(300)));
        let bypass = |text: &str| read_config(text).map(|settings| settings.bypass);
        assert_eq!(bypass(r#"{"bypassMaxHours":4}"#), bypass(r#"{"bypass":{"maxHours":4}}"#));
        assert_eq!(bypass(r#"{"bypass":{"note":"x"},"bypassMaxHours":4}"#).unwrap().max_hours, 4);
        for (text, names) in [
            (r#"{"idleMinutes":5,"forgetAfterIdleMinutes":5}"#, ["idleMinutes", "forgetAfterIdleMinutes"]),
            (r#"{"bypassMaxHours":4,"bypass":{"maxHours":4}}"#, ["bypassMaxHours", "bypass.maxHours"]),
        ] {
            let message = read_config(text).unwrap_err().to_string();
            assert!(names.iter().all(|name| message.contains(name)), "{message}");
        }
    }

    #[test]
    fn journal_days_notice_and_support_are_read() {
        let text = r#"{"journalDays":30,"notice":"Für Änderungen an Administratoren gilt CHG-7.","support":"Ext. 4711"}"#;
        let settings = read_config(text).unwrap();
        assert_eq!(settings.journal_days, 30);
        assert_eq!(settings.notice.as_deref(), Some("Für Änderungen an Administratoren gilt CHG-7."));
        assert_eq!(settings.support.as_deref(), Some("Ext. 4711"));
        let longest = format!(r#"{{"notice":"{}","support":"{}"}}"#, "ä".repeat(300), "ä".repeat(200));
        assert!(read_config(&longest).is_ok());
    }

    #[test]
    fn an_invalid_key_is_named_in_the_error() {
        let region = |api: &str| {
            format!(r#"{{"regions":[{{"code":"X","label":"x","apiBase":"{api}","authBase":"https://a"}}]}}"#)
        };
        for (text, field) in [
            (region("http://p.example/v1"), "regions[0].apiBase"),
            (region("http://127.0.0.1.evil.example/v1"), "regions[0].apiBase"),
            (region("https://p.example"), "regions[0].apiBase"),
            (region("https:///v1"), "regions[0].apiBase"),
            (region("https://:8443/v1"), "regions[0].apiBase"),
            (region("https://./v1"), "regions[0].apiBase"),
            (region("https://user@p.example/v1"), "regions[0].apiBase"),
            (r#"{"rate":{"read":5},"rate":{"write":5}}"#.into(), "rate"),
            (r#"{"listOnConect":5}"#.into(), "listOnConect"),
            (r#"{"listOnConnect":"many"}"#.into(), "listOnConnect"),
            (r#"{"defaultRegion":"UK"}"#.into(), "defaultRegion"),
            (r#"{"views":["users","people"]}"#.into(), "views"),
            (r#"{"views":"users"}"#.into(), "views"),
            (r#"{"chrome":[5]}"#.into(), "chrome"),
            (r#"{"environmentId":"x"}"#.into(), "environmentId"),
            (r#"{"forgetAfterIdleMinutes":0}"#.into(), "forgetAfterIdleMinutes"),
            (
                r#"{"regions":[{"code":"EU","label":"","apiBase":"https://a/v1","authBase":"https://a"}]}"#
                    .into(),
                "regions[0].code",
            ),
            (
                r#"{"regions":[{"code":"X","label":"x","apiBase":"https://a/v1"}]}"#.into(),
                "regions[0].authBase",
            ),
            (r#"{"regions":[5]}"#.into(), "regions[0]"),
            (r#"{"rate":5}"#.into(), "rate"),
            (r#"{"rate":{"read":0}}"#.into(), "rate.read"),
            (r#"{"rate":{"reads":5}}"#.into(), "rate.reads"),
            (r#"{"bypass":{"maxHours":25}}"#.into(), "bypass.maxHours"),
            (r#"{"bypass":{"allowed":"no"}}"#.into(), "bypass.allowed"),
            (r#"{"rate":{"max":2001}}"#.into(), "rate.max"),
            (r#"{"bypassMaxHours":25}"#.into(), "bypassMaxHours"),
            (r#"{"bypassMaxHours":4,"bypass":{"maxHours":4}}"#.into(), "bypassMaxHours"),
            (r#"{"bypass":5}"#.into(), "bypass"),
            (r#"{"idleMinutes":61}"#.into(), "idleMinutes"),
            (r#"{"idleMinutes":5,"forgetAfterIdleMinutes":5}"#.into(), "idleMinutes"),
            (r#"{"journalDays":0}"#.into(), "journalDays"),
            (r#"{"journalDays":31}"#.into(), "journalDays"),
            (r#"{"notice":""}"#.into(), "notice"),
            (r#"{"notice":5}"#.into(), "notice"),
            (format!(r#"{{"notice":"{}"}}"#, "x".repeat(301)), "notice"),
            (r#"{"support":"a\nb"}"#.into(), "support"),
            (format!(r#"{{"support":"{}"}}"#, "x".repeat(201)), "support"),
            ("{} {}".into(), "."),
            ("[]".into(), "."),
        ] {
            assert_eq!(read_config(&text).map_err(|fault| fault.field), Err(field.into()), "{text}");
        }
    }
}
