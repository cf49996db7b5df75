//! URLs of PingOne's API. No other module builds one, so that no request can go elsewhere.

use form_urlencoded::Serializer;
use uuid::Uuid;

use crate::fault::Paging;
use crate::filter::Filter;
use crate::tenant::Tenant;
use crate::user::UserId;

/// An opaque position in a list, from PingOne's link to the next page.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Cursor(String);

/// A URL of a tenant's API. It can't be constructed from arbitrary text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Endpoint(String);

impl Endpoint {
    /// `/environments/{environment}`.
    pub fn environment(tenant: &Tenant) -> Self {
        Self(format!("{}/environments/{}", tenant.region.api_base, tenant.environment))
    }

    /// `/environments/{environment}` with its products (the bill of materials).
    pub fn environment_with_products(tenant: &Tenant) -> Self {
        Self::environment(tenant).with("?expand=billOfMaterials")
    }

    /// One page of `/environments/{environment}/populations`, with the 250 rows that PingOne documents.
    pub fn populations(tenant: &Tenant, cursor: Option<&Cursor>) -> Self {
        Self::page(tenant, "/populations", 250, None, cursor)
    }

    /// One page of `/environments/{environment}/users`.
    pub fn users(tenant: &Tenant, limit: u32, filter: Option<&Filter>, cursor: Option<&Cursor>) -> Self {
        let filter = filter.map(ToString::to_string);
        Self::page(tenant, "/users", limit, filter.as_deref().map(|filter| ("filter", filter)), cursor)
    }

    /// One page of `/environments/{environment}/groups`.
    pub fn groups(tenant: &Tenant, limit: u32, cursor: Option<&Cursor>) -> Self {
        Self::page(tenant, "/groups", limit, None, cursor)
    }

    /// `/environments/{environment}/dataExplorations`, expanded by the report's first entries.
    pub fn reports(tenant: &Tenant, limit: u32) -> Self {
        Self::page(tenant, "/dataExplorations", limit, Some(("expand", "entries")), None)
    }

    /// One page of `/environments/{environment}/dataExplorations/{report}/entries`.
    pub fn report_entries(tenant: &Tenant, report: Uuid, limit: u32, cursor: Option<&Cursor>) -> Self {
        let path = format!("/dataExplorations/{}/entries", report.hyphenated());
        Self::page(tenant, &path, limit, None, cursor)
    }

    fn page(
        tenant: &Tenant,
        path: &str,
        limit: u32,
        parameter: Option<(&str, &str)>,
        cursor: Option<&Cursor>,
    ) -> Self {
        let mut query = Serializer::new(String::new());
        query.append_pair("limit", &limit.to_string());
        if let Some((name, value)) = parameter {
            query.append_pair(name, value);
        }
        if let Some(Cursor(cursor)) = cursor {
            query.append_pair("cursor", cursor);
        }
        // Form encoding writes a space as "+"; the recorded requests have "%20", which means the same to every server.
        let query = query.finish().replace('+', "%20");
        Self::environment(tenant).with(path).with("?").with(&query)
    }

    /// `/environments/{environment}/mfaSettings`.
    pub fn mfa_settings(tenant: &Tenant) -> Self {
        Self::environment(tenant).with("/mfaSettings")
    }

    /// `/environments/{environment}/users/{user}/{part}`.
    pub fn user_part(tenant: &Tenant, user: UserId, part: &'static str) -> Self {
        Self::user(tenant, user).with("/").with(part)
    }

    /// `/environments/{environment}/users/{user}` with the names of the user's groups.
    pub fn user_with_groups(tenant: &Tenant, user: UserId) -> Self {
        Self::user(tenant, user).with("?include=memberOfGroupNames")
    }

    /// `/environments/{environment}/users/{user}`.
    pub fn user(tenant: &Tenant, user: UserId) -> Self {
        Self::environment(tenant).with(&format!("/users/{user}"))
    }

    /// `/environments/{environment}/users/{user}/mfaEnabled`.
    pub fn mfa_enabled(tenant: &Tenant, user: UserId) -> Self {
        Self::user(tenant, user).with("/mfaEnabled")
    }

    /// The complete URL, percent-encoded.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    fn with(mut self, rest: &str) -> Self {
        self.0.push_str(rest);
        self
    }
}

impl Cursor {
    /// Extracts the cursor, and nothing else, from the link to the next page of the list at `list` (`/users`).
    /// [`Endpoint`] builds the URL of that page, so a link that leads elsewhere is a fault and is never followed. With
    /// a deployment's own region the links may name PingOne's host instead of the proxy's.
    pub fn from_link(tenant: &Tenant, list: &str, href: &str) -> Result<Self, Paging> {
        let (path, query) = href.split_once('?').ok_or(Paging::NoCursor)?;
        let expected = Endpoint::environment(tenant).with(list);
        if tenant.region.is_built_in() && path != expected.as_str() {
            return Err(Paging::Elsewhere);
        }
        form_urlencoded::parse(query.as_bytes())
            .find(|(name, value)| name == "cursor" && !value.is_empty())
            .map(|(_, value)| Self(value.into_owned()))
            .ok_or(Paging::NoCursor)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::environment::EnvironmentId;
    use crate::region::{RegionCode, Regions};

    fn tenant() -> Tenant {
        let region = Regions::default().get(&RegionCode("EU".into())).unwrap().clone();
        Tenant { region, environment: EnvironmentId(Uuid::from_u128(1)) }
    }

    const USERS: &str = "https://api.pingone.eu/v1/environments/00000000-0000-0000-0000-000000000001/users";

    #[test]
    fn the_url_of_a_users_mfa_flag_is_the_one_in_the_tutorial() {
        let id = UserId(Uuid::from_u128(2));
        assert_eq!(
            Endpoint::mfa_enabled(&tenant(), id).as_str(),
            format!("{USERS}/00000000-0000-0000-0000-000000000002/mfaEnabled")
        );
    }

    #[test]
    fn a_filter_is_percent_encoded_as_in_the_recorded_requests() {
        let filter = Filter::Equals(crate::filter::Attribute::ExternalId, "a&b c+d".into());
        assert_eq!(
            Endpoint::users(&tenant(), 50, Some(&filter), None).as_str(),
            format!("{USERS}?limit=50&filter=externalId%20eq%20%22a%26b%20c%2Bd%22")
        );
    }

    #[test]
    fn only_the_cursor_is_taken_from_a_link() {
        let cursor =
            Cursor::from_link(&tenant(), "/users", &format!("{USERS}?cursor=a%2Fb%3D&limit=7")).unwrap();
        assert_eq!(
            Endpoint::users(&tenant(), 200, None, Some(&cursor)).as_str(),
            format!("{USERS}?limit=200&cursor=a%2Fb%3D")
        );
    }

    #[test]
    fn a_link_to_another_location_is_a_fault() {
        for (link, problem) in [
            ("https://api.pingone.eu.evil.example/v1/users?cursor=a", Paging::Elsewhere),
            ("http://api.pingone.eu/v1/environments/x/users?cursor=a", Paging::Elsewhere),
            ("https://api.pingone.eu/v1/environments/other/users?cursor=a", Paging::Elsewhere),
            (USERS, Paging::NoCursor),
        ] {
            assert_eq!(Cursor::from_link(&tenant(), "/users", link), Err(problem), "{link}");
        }
        let no_cursor = format!("{USERS}?limit=5&cursor=");
        assert_eq!(Cursor::from_link(&tenant(), "/users", &no_cursor), Err(Paging::NoCursor));
    }
}
