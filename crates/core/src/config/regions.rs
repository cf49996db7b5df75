//! Parsing of `regions`: the regions that a deployment adds.

use std::net::Ipv4Addr;

use pingone::json;
use pingone::region::{Region, RegionCode, Regions};
use serde_json::Value;

use super::{ConfigFault, known, only_known};

const REGION_KEYS: [&str; 5] = ["code", "label", "apiBase", "authBase", "pingone"];

pub(super) fn regions(body: &Value) -> Result<Regions, ConfigFault> {
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

/// Checks a base URL: https, or http to the same computer; without user, query or fragment.
#[inline(never)]
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
        let problem =
            "must be a plain URL of ASCII letters, digits and -._~:/[], without user, query or fragment";
        return Err(ConfigFault::new(field, problem));
    }
    // Browsers take the first part of the path for the host where there is none.
    let authority = url.split('/').nth(2).unwrap_or_default();
    let end = authority.find(']').map_or(0, |bracket| bracket + 1);
    let colon = authority.get(end..).and_then(|rest| rest.find(':'));
    let (host, port) =
        authority.split_at_checked(colon.map_or(authority.len(), |at| end + at)).unwrap_or_default();
    if !is_host(host) {
        return Err(ConfigFault::new(field, "must have a host after //, a name or an IP address"));
    }
    if port.strip_prefix(':').is_some_and(|port| !port.parse::<u16>().is_ok_and(|port| port > 0)) {
        return Err(ConfigFault::new(field, "must have a port from 1 to 65535 after the host, or none"));
    }
    if !url.ends_with(ending) {
        return Err(ConfigFault::new(field, format!("must end with {ending}")));
    }
    Ok(url.to_owned())
}

/// Whether browsers accept this as a host. A name whose last part is a number is an address to them.
fn is_host(host: &str) -> bool {
    if let Some(address) = host.strip_prefix('[') {
        let is_address =
            |address: &str| address.chars().all(|digit| digit == ':' || digit.is_ascii_hexdigit());
        return address
            .strip_suffix(']')
            .is_some_and(|address| address.matches(':').count() > 1 && is_address(address));
    }
    let last = host.trim_end_matches('.').rsplit('.').next().unwrap_or_default();
    let is_number = last.chars().all(|digit| digit.is_ascii_digit());
    host.starts_with(|first: char| first.is_ascii_alphanumeric())
        && !host.contains(['[', ']'])
        && (!is_number || host.parse::<Ipv4Addr>().is_ok())
}

#[cfg(test)]
mod tests {
    use super::super::read_config;

    #[test]
    fn a_base_that_no_browser_accepts_is_refused_with_its_reason() {
        for (authority, reason) in [
            ("p.example", None),
            ("p.example.", None),
            ("p.example:8443", None),
            ("p2:1", None),
            ("10.0.0.7:65535", None),
            ("[2001:db8::7]", None),
            ("[::1]:8443", None),
            ("", Some("host")),
            (".", Some("host")),
            (":8443", Some("host")),
            ("[", Some("host")),
            ("[]", Some("host")),
            ("[1]", Some("host")),
            ("[::1", Some("host")),
            ("[::1]x", Some("host")),
            ("[p.example]", Some("host")),
            ("p]", Some("host")),
            ("10.0.0.300", Some("host")),
            ("p.example.7", Some("host")),
            ("p.example:", Some("port")),
            ("p.example:port", Some("port")),
            ("p.example:0", Some("port")),
            ("p.example:99999", Some("port")),
            ("a:b:c", Some("port")),
            ("[::1]:x", Some("port")),
            ("über.example", Some("plain")),
            ("@p.example", Some("plain")),
            ("p.example?", Some("plain")),
            ("p example", Some("plain")),
        ] {
            let text = format!(
                r#"{{"regions":[{{"code":"X","label":"x","apiBase":"https://{authority}/v1","authBase":"https://a"}}]}}"#
            );
            let problem = read_config(&text).err().map(|fault| fault.to_string());
            let is_named = |reason: &str| {
                problem
                    .as_ref()
                    .is_some_and(|problem| problem.contains("[0].apiBase: must") && problem.contains(reason))
            };
            assert!(reason.map_or(problem.is_none(), is_named), "{authority}: {problem:?}");
        }
    }
}
