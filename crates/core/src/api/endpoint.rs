//! The only place where a URL is made.

use form_urlencoded::Serializer;

use crate::domain::fault::Paging;
use crate::domain::filter::Filter;
use crate::domain::tenant::Tenant;
use crate::domain::user::UserId;

/// An opaque position in a list, as PingOne's link to the next page names it.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Cursor(String);

/// A URL of a tenant's API. It can't be made from text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Endpoint(String);

impl Endpoint {
    /// `/environments/{environment}`.
    pub fn environment(tenant: &Tenant) -> Self {
        Self(format!("{}/environments/{}", tenant.region.api_base, tenant.environment))
    }

    /// `/environments/{environment}/populations`.
    pub fn populations(tenant: &Tenant) -> Self {
        Self::environment(tenant).with("/populations")
    }

    /// One page of `/environments/{environment}/users`.
    pub fn users(tenant: &Tenant, limit: u32, filter: Option<&Filter>, cursor: Option<&Cursor>) -> Self {
        let mut query = Serializer::new(String::new());
        query.append_pair("limit", &limit.to_string());
        if let Some(filter) = filter {
            query.append_pair("filter", &filter.to_string());
        }
        if let Some(Cursor(cursor)) = cursor {
            query.append_pair("cursor", cursor);
        }
        // Form encoding writes a blank as "+"; the recorded requests have "%20", which means the same to every
        // server.
        let query = query.finish().replace('+', "%20");
        Self::environment(tenant).with("/users?").with(&query)
    }

    /// `/environments/{environment}/users/{user}`.
    pub fn user(tenant: &Tenant, user: UserId) -> Self {
        Self::environment(tenant).with(&format!("/users/{user}"))
    }

    /// `/environments/{environment}/users/{user}/mfaEnabled`.
    pub fn mfa_enabled(tenant: &Tenant, user: UserId) -> Self {
        Self::user(tenant, user).with("/mfaEnabled")
    }

    /// The URL's text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    fn with(mut self, rest: &str) -> Self {
        self.0.push_str(rest);
        self
    }
}

impl Cursor {
    /// Takes the cursor, and nothing else, out of the link to the next page. The URL of that page is made by
    /// [`Endpoint::users`], so a link that leads elsewhere is a fault and is never followed. Behind a
    /// deployment's own region the links may name PingOne's host instead of the proxy's.
    pub fn from_link(tenant: &Tenant, href: &str) -> Result<Self, Paging> {
        let (path, query) = href.split_once('?').ok_or(Paging::NoCursor)?;
        let expected = Endpoint::environment(tenant).with("/users");
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
    use crate::domain::region::{RegionCode, Regions};
    use crate::domain::tenant::EnvironmentId;
    use uuid::Uuid;

    fn tenant() -> Tenant {
        let region = Regions::default().get(&RegionCode("EU".into())).unwrap().clone();
        Tenant { region, environment: EnvironmentId(Uuid::from_u128(1)) }
    }

    const USERS: &str = "https://api.pingone.eu/v1/environments/00000000-0000-0000-0000-000000000001/users";

    #[test]
    fn a_user_flag_is_where_the_tutorial_has_it() {
        let id = UserId(Uuid::from_u128(2));
        assert_eq!(
            Endpoint::mfa_enabled(&tenant(), id).as_str(),
            format!("{USERS}/00000000-0000-0000-0000-000000000002/mfaEnabled")
        );
    }

    #[test]
    fn a_filter_is_percent_encoded_as_in_the_recorded_requests() {
        let filter = Filter::Equals(crate::domain::filter::Attribute::ExternalId, "a&b c+d".into());
        assert_eq!(
            Endpoint::users(&tenant(), 50, Some(&filter), None).as_str(),
            format!("{USERS}?limit=50&filter=externalId%20eq%20%22a%26b%20c%2Bd%22")
        );
    }

    #[test]
    fn only_the_cursor_is_taken_from_a_link() {
        let cursor = Cursor::from_link(&tenant(), &format!("{USERS}?cursor=a%2Fb%3D&limit=7")).unwrap();
        assert_eq!(
            Endpoint::users(&tenant(), 200, None, Some(&cursor)).as_str(),
            format!("{USERS}?limit=200&cursor=a%2Fb%3D")
        );
    }

    #[test]
    fn a_link_that_leads_elsewhere_is_a_fault() {
        for (link, problem) in [
            ("https://api.pingone.eu.evil.example/v1/users?cursor=a", Paging::Elsewhere),
            ("http://api.pingone.eu/v1/environments/x/users?cursor=a", Paging::Elsewhere),
            ("https://api.pingone.eu/v1/environments/other/users?cursor=a", Paging::Elsewhere),
            (USERS, Paging::NoCursor),
        ] {
            assert_eq!(Cursor::from_link(&tenant(), link), Err(problem), "{link}");
        }
        let no_cursor = format!("{USERS}?limit=5&cursor=");
        assert_eq!(Cursor::from_link(&tenant(), &no_cursor), Err(Paging::NoCursor));
    }
}
