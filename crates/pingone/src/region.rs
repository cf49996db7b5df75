//! PingOne's six regions, and those that a deployment adds (a company proxy, the sandbox).

use crate::token::TokenFacts;

/// PingOne's own region code (`NA`, `CA`, `EU`, `AU`, `SG`, `AP`), or one that the deployment's config.json defines.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct RegionCode(pub String);

/// One region to which a token may be sent.
///
/// Hosts can't be entered as free text: a token goes only to a region that PingOne documents or
/// the deployment configured.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Region {
    /// The region's code, unique among the regions of one page.
    pub code: RegionCode,
    /// The region's name, for display.
    pub label: String,
    /// The base URL of the API, with `/v1` and without a trailing slash.
    pub api_base: String,
    /// The base URL of the authorization server, without a trailing slash.
    pub auth_base: String,
    /// The PingOne region behind it. Token and region are compared only where it is known.
    pub pingone: Option<RegionCode>,
}

impl Region {
    /// Whether PingOne itself runs it, so that its links must not lead anywhere else.
    pub fn is_built_in(&self) -> bool {
        BUILT_IN.iter().any(|(code, _, _)| *code == self.code.0)
    }

    fn is_addressed(&self, audience: &str) -> bool {
        audience.trim_end_matches('/') == self.api_base.trim_end_matches("/v1")
    }

    fn issued(&self, token: &TokenFacts) -> bool {
        let by_audience = token.audience.iter().any(|audience| self.is_addressed(audience));
        let by_issuer = token
            .issuer
            .as_deref()
            .and_then(|issuer| issuer.strip_prefix(self.auth_base.as_str()))
            .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'));
        by_audience || by_issuer
    }
}

/// Code, label and top-level domain of PingOne's regions, in PingOne's order.
///
/// Source: developer.pingidentity.com, PingOne API, "PingOne API requests" (six regions, no other).
const BUILT_IN: [(&str, &str, &str); 6] = [
    ("NA", "North America", "com"),
    ("CA", "Canada", "ca"),
    ("EU", "Europe", "eu"),
    ("AU", "Australia", "com.au"),
    ("SG", "Singapore", "sg"),
    ("AP", "Asia-Pacific", "asia"),
];

/// Whether a token's region and a chosen region agree.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Agreement {
    /// Both identify the same region, or one of them identifies none.
    NoConflict,
    /// Another region issued the token: sending it would disclose it to the wrong region.
    Conflict {
        /// The region that issued the token.
        issued: RegionCode,
    },
}

/// All regions to which a token may be sent, the built-in ones first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Regions(Vec<Region>);

impl Default for Regions {
    fn default() -> Self {
        let region = |(code, label, domain): (&str, &str, &str)| Region {
            code: RegionCode(code.to_owned()),
            label: label.to_owned(),
            api_base: format!("https://api.pingone.{domain}/v1"),
            auth_base: format!("https://auth.pingone.{domain}"),
            pingone: Some(RegionCode(code.to_owned())),
        };
        Self(BUILT_IN.into_iter().map(region).collect())
    }
}

impl Regions {
    /// The built-in regions and those of a deployment. The caller has checked that no code appears twice.
    #[must_use]
    pub fn with(extra: impl IntoIterator<Item = Region>) -> Self {
        let mut regions = Self::default();
        regions.0.extend(extra);
        regions
    }

    /// The regions in the order in which they are offered.
    pub fn iter(&self) -> impl Iterator<Item = &Region> {
        self.0.iter()
    }

    /// The region with this code, if there is one.
    pub fn get(&self, code: &RegionCode) -> Option<&Region> {
        self.0.iter().find(|region| region.code == *code)
    }

    /// The region that issued the token, derived from its audience and issuer. `None` behind a custom domain or for an
    /// opaque token. If a proxy stands for the same PingOne region, `preferred` decides.
    pub fn of_token(&self, token: &TokenFacts, preferred: Option<&RegionCode>) -> Option<&Region> {
        let issuing = self.0.iter().find(|region| region.issued(token))?;
        let stands_for = |region: &&Region| region.pingone.is_some() && region.pingone == issuing.pingone;
        let proxy = preferred.and_then(|code| self.get(code)).filter(stands_for);
        Some(proxy.unwrap_or(issuing))
    }

    /// Whether the token's audience is the API of any of the regions; `None` if the token has no audience.
    pub fn are_addressed(&self, token: &TokenFacts) -> Option<bool> {
        let is_addressed = |audience: &String| self.0.iter().any(|region| region.is_addressed(audience));
        (!token.audience.is_empty()).then(|| token.audience.iter().any(is_addressed))
    }

    /// Whether the token may be sent to `chosen`. They are compared only where `chosen` has a PingOne region.
    pub fn agreement(&self, token: &TokenFacts, chosen: &Region) -> Agreement {
        let Some(issuing) = self.of_token(token, Some(&chosen.code)) else {
            return Agreement::NoConflict;
        };
        if chosen.pingone.is_none() || chosen.pingone == issuing.pingone || chosen.code == issuing.code {
            return Agreement::NoConflict;
        }
        Agreement::Conflict { issued: issuing.code.clone() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn issued_by(audience: &str, issuer: &str) -> TokenFacts {
        TokenFacts {
            audience: vec![audience.to_owned()],
            issuer: Some(issuer.to_owned()),
            ..TokenFacts::default()
        }
    }

    fn proxy() -> Region {
        Region {
            code: RegionCode("PROXY".into()),
            label: "Proxy".into(),
            api_base: "https://pingone.corp.example/v1".into(),
            auth_base: "https://auth.corp.example".into(),
            pingone: Some(RegionCode("EU".into())),
        }
    }

    #[test]
    fn the_audience_identifies_the_region_even_behind_a_custom_domain() {
        let token = issued_by("https://api.pingone.com.au", "https://login.corp.example/as");
        let regions = Regions::default();
        assert_eq!(regions.of_token(&token, None).map(|region| region.label.as_str()), Some("Australia"));
    }

    #[test]
    fn a_lookalike_host_identifies_no_region() {
        let token = issued_by("https://api.pingone.com.evil.example", "https://auth.pingone.community/x/as");
        assert_eq!(Regions::default().of_token(&token, None), None);
    }

    #[test]
    fn a_european_token_conflicts_with_north_america() {
        let token = issued_by("https://api.pingone.eu", "https://auth.pingone.eu/x/as");
        let regions = Regions::default();
        let america = regions.get(&RegionCode("NA".into())).unwrap();
        assert_eq!(
            regions.agreement(&token, america),
            Agreement::Conflict { issued: RegionCode("EU".into()) }
        );
    }

    #[test]
    fn a_proxy_accepts_only_tokens_of_the_region_it_stands_for() {
        let regions = Regions::with([proxy()]);
        let proxy = regions.get(&RegionCode("PROXY".into())).unwrap();
        let european = issued_by("https://api.pingone.eu", "https://auth.pingone.eu/x/as");
        let canadian = issued_by("https://api.pingone.ca", "https://auth.pingone.ca/x/as");
        assert_eq!(regions.agreement(&european, proxy), Agreement::NoConflict);
        assert_eq!(
            regions.agreement(&canadian, proxy),
            Agreement::Conflict { issued: RegionCode("CA".into()) }
        );
        assert_eq!(regions.of_token(&european, Some(&proxy.code)), Some(proxy));
    }

    #[test]
    fn a_region_without_a_pingone_region_is_not_compared() {
        let sandbox = Region { pingone: None, ..proxy() };
        let regions = Regions::with([sandbox.clone()]);
        let token = issued_by("https://api.pingone.eu", "https://auth.pingone.eu/x/as");
        assert_eq!(regions.agreement(&token, &sandbox), Agreement::NoConflict);
    }
}
