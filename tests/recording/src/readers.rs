//! Parses recorded responses with the page's own code.

use har::v1_2::Entries;
use pingone::environment::EnvironmentId;
use pingone::region::{RegionCode, Regions};
use pingone::request::{
    Call, ReadBypass, ReadDevices, ReadEnvironment, ReadGroups, ReadMfa, ReadPage, ReadPopulations, ReadUser,
};
use pingone::tenant::Tenant;
use pingone::user::UserId;
use uuid::Uuid;

use crate::answer::Json;

/// Why the page can't parse a successful response; `None` if it can, or if the page doesn't use this request.
/// Responses with removed data are skipped because they may not be parsable.
pub(crate) fn problem(entry: &Entries, text: &str, recorded: &Json) -> Option<String> {
    let is_good = (200..300).contains(&entry.response.status);
    if !is_good || recorded.has_placeholders() {
        return None;
    }
    let (base, path) = entry.request.url.split_once("/v1/environments/")?;
    let path = path.split('?').next()?.trim_end_matches('/');
    let parts: Vec<&str> = path.split('/').collect();
    let tenant = tenant(base, parts.first()?)?;
    let body = text.as_bytes();
    let user = |id: &str| Uuid::try_parse(id).ok().map(UserId);
    match (entry.request.method.as_str(), parts.as_slice()) {
        ("GET", [_]) => read(&ReadEnvironment, &tenant, body),
        ("GET", [_, "populations"]) => read(&ReadPopulations { cursor: None }, &tenant, body),
        ("GET", [_, "groups"]) => read(&ReadGroups { cursor: None }, &tenant, body),
        ("GET", [_, "users"]) => read(&ReadPage { filter: None, cursor: None }, &tenant, body),
        ("GET", [_, "users", id]) => read(&ReadUser(user(id)?), &tenant, body),
        (_, [_, "users", id, "mfaEnabled"]) => read(&ReadMfa(user(id)?), &tenant, body),
        ("GET", [_, "users", id, "devices"]) => read(&ReadDevices(user(id)?), &tenant, body),
        ("GET", [_, "users", id, "bypassMFA"]) => read(&ReadBypass(user(id)?), &tenant, body),
        _ => None,
    }
}

fn read<C: Call>(call: &C, tenant: &Tenant, body: &[u8]) -> Option<String> {
    let problem = call.read_body(tenant, body).err()?;
    Some(format!("the page can't read it: {problem:?}"))
}

/// A tenant with the recording's base URL, so that links in the response count as its own.
fn tenant(base: &str, environment: &str) -> Option<Tenant> {
    let mut region = Regions::default().get(&RegionCode("EU".to_owned()))?.clone();
    region.api_base = format!("{base}/v1");
    Some(Tenant { region, environment: EnvironmentId(Uuid::try_parse(environment).ok()?) })
}
