//! The region and environment in the connect form: what was entered or configured, and what a token adds.
//!
//! The two are kept apart because a token's values must disappear with the token. Otherwise the last token's
//! environment would hide the next token's own.

use pingone::environment::EnvironmentId;
use pingone::region::{RegionCode, Regions};
use pingone::token::TokenFacts;

/// The fields of the connect form that a token may fill in.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ConnectFields {
    /// The selected region; `None` if none is selected.
    pub region: Option<RegionCode>,
    /// The environment ID as it was typed or filled in.
    pub environment: String,
}

impl ConnectFields {
    /// These fields, completed with the token's claims.
    ///
    /// The token's region replaces the selected one, because the token couldn't be used in any other. Its
    /// environment only fills an empty field. `last` is the region and environment of the last
    /// connection, used for what is still missing.
    #[must_use]
    pub fn with_token(
        &self,
        token: &TokenFacts,
        regions: &Regions,
        last: (Option<RegionCode>, Option<EnvironmentId>),
    ) -> Self {
        let token_region = regions.of_token(token, self.region.as_ref()).map(|region| region.code.clone());
        let known = |code: &RegionCode| regions.get(code).is_some();
        let region = token_region.or(self.region.clone()).or(last.0.filter(known));
        let mut environment = self.environment.clone();
        if environment.is_empty() {
            environment = token.environment.or(last.1).map(|id| id.to_string()).unwrap_or_default();
        }
        Self { region, environment }
    }
}

/// Whether the user must confirm before the replacement token `next` is used: it was issued in an environment that is
/// neither the connected one nor that of the token in use.
#[must_use]
pub fn must_confirm_replacement(connected: EnvironmentId, present: &TokenFacts, next: &TokenFacts) -> bool {
    next.environment.is_some_and(|own| own != connected && present.environment != Some(own))
}

#[cfg(test)]
mod tests {
    use super::*;
    use uuid::Uuid;

    fn environment(number: u128) -> EnvironmentId {
        EnvironmentId(Uuid::from_u128(number))
    }

    fn token(region: &str, number: Option<u128>) -> TokenFacts {
        TokenFacts {
            audience: vec![format!("https://api.pingone.{region}")],
            environment: number.map(environment),
            ..TokenFacts::default()
        }
    }

    fn code(text: &str) -> RegionCode {
        RegionCode(text.to_owned())
    }

    /// The form's fields after these tokens were pasted one after another.
    fn fields_after(given: &ConnectFields, tokens: &[TokenFacts]) -> ConnectFields {
        let regions = Regions::default();
        tokens.iter().fold(given.clone(), |_, token| given.with_token(token, &regions, (None, None)))
    }

    #[test]
    fn values_filled_in_by_a_token_are_dropped_with_it() {
        let (a, b) = (token("eu", Some(1)), token("com", Some(2)));
        let nothing = ConnectFields::default();
        let fields = fields_after(&nothing, &[a.clone(), b]);
        assert_eq!((fields.region, fields.environment), (Some(code("NA")), environment(2).to_string()));
        // A token that names neither keeps nothing of the token before.
        let silent = TokenFacts::default();
        assert_eq!(fields_after(&nothing, &[a.clone(), silent]), nothing);
        let no_environment = token("com", None);
        let fields = fields_after(&nothing, &[a, no_environment]);
        assert_eq!((fields.region, fields.environment), (Some(code("NA")), String::new()));
    }

    #[test]
    fn a_typed_environment_is_kept_when_tokens_change() {
        let typed = ConnectFields { region: Some(code("AP")), environment: environment(7).to_string() };
        let fields = fields_after(&typed, &[token("eu", Some(1)), token("com", Some(2))]);
        assert_eq!((fields.region, fields.environment), (Some(code("NA")), environment(7).to_string()));
        assert_eq!(fields_after(&typed, &[TokenFacts::default()]), typed);
    }

    #[test]
    fn the_last_connection_is_used_if_the_token_names_nothing() {
        let regions = Regions::default();
        let last = |region| (Some(code(region)), Some(environment(9)));
        let silent = TokenFacts::default();
        let fields = ConnectFields::default().with_token(&silent, &regions, last("SG"));
        assert_eq!((fields.region, fields.environment), (Some(code("SG")), environment(9).to_string()));
        let fields = ConnectFields::default().with_token(&silent, &regions, last("GONE"));
        assert_eq!(fields.region, None);
        let fields = ConnectFields::default().with_token(&token("eu", Some(1)), &regions, last("SG"));
        assert_eq!((fields.region, fields.environment), (Some(code("EU")), environment(1).to_string()));
    }

    #[test]
    fn only_a_replacement_from_a_third_environment_needs_confirmation() {
        let of = |number| token("eu", number);
        let asks = |present, next| must_confirm_replacement(environment(1), &of(present), &of(next));
        assert!(asks(Some(1), Some(2)));
        assert!(asks(Some(3), Some(2)), "the token in use is from another environment too");
        assert!(asks(None, Some(2)));
        assert!(!asks(Some(1), Some(1)));
        assert!(!asks(Some(2), Some(1)), "it was issued in the connected environment");
        assert!(!asks(Some(2), Some(2)), "it was issued where the token in use was");
        assert!(!asks(Some(1), None), "the token doesn't name an environment");
    }
}
