//! Reads a deployment's `config.json`. It is public to whoever opens the page.

use serde_json::Value;
use thiserror::Error;

use crate::domain::region::{Region, RegionCode, Regions};
use crate::domain::settings::{BypassRule, Rate, Settings};
use crate::domain::tenant::EnvironmentId;
use crate::domain::time::{Millis, PerSecond};

use super::json::{self, Wrong};

/// A key of config.json that can't be used. The page doesn't start with half a configuration.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("config.json: {field}: {problem}")]
pub struct ConfigFault {
    /// The path of the key, for example `regions[0].apiBase`.
    pub field: String,
    /// What is wrong with its value, and what it should be.
    pub problem: String,
}

impl ConfigFault {
    fn new(field: impl Into<String>, problem: impl Into<String>) -> Self {
        Self { field: field.into(), problem: problem.into() }
    }
}

impl From<Wrong> for ConfigFault {
    fn from(wrong: Wrong) -> Self {
        Self::new(wrong.field, wrong.problem)
    }
}

const KEYS: [&str; 7] = [
    "regions",
    "defaultRegion",
    "environmentId",
    "listOnConnect",
    "forgetAfterIdleMinutes",
    "rate",
    "bypass",
];

const REGION_KEYS: [&str; 5] = ["code", "label", "apiBase", "authBase", "pingone"];

/// Reads the text of a config.json. All keys are optional; one that isn't known is an error, because a
/// misspelt one would silently not hold.
pub fn read_config(text: &str) -> Result<Settings, ConfigFault> {
    let body: Value = serde_json::from_slice(text.as_bytes())
        .map_err(|error| ConfigFault::new(".", format!("is no JSON: {error}")))?;
    only_known(&body, &KEYS, ".", "")?;
    let defaults = Settings::default();
    let regions = regions(&body)?;
    Ok(Settings {
        default_region: known(&regions, "defaultRegion", json::text(&body, "defaultRegion")?)?,
        environment: json::id(&body, "environmentId")?.map(EnvironmentId),
        list_on_connect: json::number(&body, "listOnConnect")?.unwrap_or(defaults.list_on_connect),
        forget_after_idle: idle(json::number(&body, "forgetAfterIdleMinutes")?)?
            .unwrap_or(defaults.forget_after_idle),
        rate: rate(&body)?,
        bypass: bypass(&body)?,
        regions,
    })
}

/// The ceilings. `max` bounds both, so that one key caps whatever is raised later.
fn rate(body: &Value) -> Result<Rate, ConfigFault> {
    let Some(found) = json::at(body, "rate") else { return Ok(Rate::default()) };
    only_known(found, &["read", "write", "max"], "rate", "rate.")?;
    let usual = Rate::default();
    let pace = |name: &str, usual: PerSecond| -> Result<PerSecond, ConfigFault> {
        let path = format!("rate.{name}");
        let Some(number) = json::number(body, &path)? else { return Ok(usual) };
        let pace = u32::try_from(number).ok().filter(|pace| (1..=2000).contains(pace));
        let pace = pace.ok_or_else(|| ConfigFault::new(path, "must be a number from 1 to 2000"))?;
        Ok(PerSecond(f64::from(pace)))
    };
    let (read, write) = (pace("read", usual.read)?, pace("write", usual.write)?);
    let most = pace("max", PerSecond(if read.0 < write.0 { write.0 } else { read.0 }))?;
    Ok(Rate { read: read.min(most), write: write.min(most) })
}

fn bypass(body: &Value) -> Result<BypassRule, ConfigFault> {
    let Some(found) = json::at(body, "bypass") else { return Ok(BypassRule::default()) };
    only_known(found, &["allowed", "maxHours", "note"], "bypass", "bypass.")?;
    let usual = BypassRule::default();
    let hours = json::number(body, "bypass.maxHours")?.unwrap_or(usual.most_hours);
    if !(1..=usual.most_hours).contains(&hours) {
        return Err(ConfigFault::new("bypass.maxHours", "must be a number from 1 to 24"));
    }
    Ok(BypassRule {
        is_allowed: json::boolean(body, "bypass.allowed")?.unwrap_or(usual.is_allowed),
        most_hours: hours,
        note: json::text(body, "bypass.note")?.map(|note| note.chars().take(300).collect()),
    })
}

fn only_known(body: &Value, keys: &[&str], itself: &str, path: &str) -> Result<(), ConfigFault> {
    let object = body.as_object().ok_or_else(|| ConfigFault::new(itself, "must be an object"))?;
    let Some(unknown) = object.keys().find(|key| !keys.contains(&key.as_str())) else { return Ok(()) };
    Err(ConfigFault::new(format!("{path}{unknown}"), format!("is not known; known are {}", keys.join(", "))))
}

fn regions(body: &Value) -> Result<Regions, ConfigFault> {
    if json::at(body, "regions").is_none() {
        return Ok(Regions::default());
    }
    let built_in = Regions::default();
    let mut extra: Vec<Region> = Vec::new();
    for (index, row) in json::list(body, "regions")?.iter().enumerate() {
        let path = format!("regions[{index}].");
        only_known(row, &REGION_KEYS, &format!("regions[{index}]"), &path)?;
        let region = region(row, &built_in)
            .map_err(|fault| ConfigFault { field: format!("{path}{}", fault.field), ..fault })?;
        let taken = built_in.iter().chain(&extra).any(|other| other.code == region.code);
        if taken || region.code.0.is_empty() {
            return Err(ConfigFault::new(
                format!("{path}code"),
                "must be there and differ from every other region's",
            ));
        }
        extra.push(region);
    }
    Ok(Regions::with(extra))
}

fn region(row: &Value, built_in: &Regions) -> Result<Region, ConfigFault> {
    let text = |name: &str| json::text(row, name).and_then(|found| json::need(found, name));
    Ok(Region {
        code: RegionCode(text("code")?.to_owned()),
        label: text("label")?.to_owned(),
        api_base: base(text("apiBase")?, "apiBase", "/v1")?,
        auth_base: base(text("authBase")?, "authBase", "")?,
        pingone: known(built_in, "pingone", json::text(row, "pingone")?)?,
    })
}

/// A base URL: https, or http on the computer itself; no user, query or fragment.
fn base(text: &str, field: &str, ending: &str) -> Result<String, ConfigFault> {
    let url = text.trim_end_matches('/');
    let loopback = ["http://127.0.0.1", "http://localhost", "http://[::1]"];
    let is_loopback = loopback.iter().any(|host| {
        url.strip_prefix(host).is_some_and(|rest| rest.is_empty() || rest.starts_with([':', '/']))
    });
    if !url.starts_with("https://") && !is_loopback {
        return Err(ConfigFault::new(field, "must begin with https:// (http:// on this computer only)"));
    }
    let plain = |letter: char| letter.is_ascii_alphanumeric() || "-._~:/[]".contains(letter);
    if !url.chars().all(plain) {
        return Err(ConfigFault::new(field, "must be a plain URL without user, query or fragment"));
    }
    if !url.ends_with(ending) {
        return Err(ConfigFault::new(field, format!("must end with {ending}")));
    }
    Ok(url.to_owned())
}

fn known(regions: &Regions, field: &str, code: Option<&str>) -> Result<Option<RegionCode>, ConfigFault> {
    let Some(code) = code.map(|code| RegionCode(code.to_owned())) else { return Ok(None) };
    if regions.get(&code).is_some() {
        return Ok(Some(code));
    }
    let codes: Vec<&str> = regions.iter().map(|region| region.code.0.as_str()).collect();
    Err(ConfigFault::new(field, format!("must be one of {}", codes.join(", "))))
}

fn idle(minutes: Option<u64>) -> Result<Option<Millis>, ConfigFault> {
    let Some(minutes) = minutes else { return Ok(None) };
    if (1..=60).contains(&minutes) {
        return Ok(Some(Millis::seconds(minutes * 60)));
    }
    Err(ConfigFault::new("forgetAfterIdleMinutes", "must be a number from 1 to 60"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn without_keys_the_defaults_hold() {
        assert_eq!(read_config("{}"), Ok(Settings::default()));
    }

    #[test]
    fn a_deployments_region_joins_the_built_in_ones() {
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
    fn ceilings_and_bypasses_are_the_deployments_to_set() {
        let settings = read_config(
            r#"{"rate":{"read":200,"write":30,"max":100},"bypass":{"maxHours":4,"note":"Ask the service desk."}}"#,
        )
        .unwrap();
        assert_eq!(settings.rate, Rate { read: PerSecond(100.0), write: PerSecond(30.0) });
        let rule = BypassRule { is_allowed: true, most_hours: 4, note: Some("Ask the service desk.".into()) };
        assert_eq!(settings.bypass, rule);
        assert!(!read_config(r#"{"bypass":{"allowed":false}}"#).unwrap().bypass.is_allowed);
    }

    #[test]
    fn a_bad_key_is_named() {
        let region = |api: &str| {
            format!(r#"{{"regions":[{{"code":"X","label":"x","apiBase":"{api}","authBase":"https://a"}}]}}"#)
        };
        for (text, field) in [
            (region("http://p.example/v1"), "regions[0].apiBase"),
            (region("http://127.0.0.1.evil.example/v1"), "regions[0].apiBase"),
            (region("https://p.example"), "regions[0].apiBase"),
            (region("https://user@p.example/v1"), "regions[0].apiBase"),
            (r#"{"listOnConect":5}"#.into(), "listOnConect"),
            (r#"{"listOnConnect":"many"}"#.into(), "listOnConnect"),
            (r#"{"defaultRegion":"UK"}"#.into(), "defaultRegion"),
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
            ("{} {}".into(), "."),
            ("[]".into(), "."),
        ] {
            assert_eq!(read_config(&text).map_err(|fault| fault.field), Err(field.into()), "{text}");
        }
    }
}
