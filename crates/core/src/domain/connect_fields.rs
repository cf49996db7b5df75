//! Where the form connects to: what people, the page around or the deployment say, and what a token adds.
//!
//! Both are kept apart, because what a token adds goes with it: the next token's own environment would otherwise be hidden
//! behind the last one's.

use super::region::{RegionCode, Regions};
use super::tenant::EnvironmentId;
use super::token::TokenFacts;

/// The fields of the form that a token may fill in.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ConnectFields {
    /// The chosen region.
    pub region: Option<RegionCode>,
    /// The environment ID, as it was typed or read.
    pub environment: String,
}

impl ConnectFields {
    /// These fields with what can be read from the token. Its region goes before another one, because it could be used in no
    /// other; its environment only into an empty field. `last` is where was connected last.
    #[must_use]
    pub fn with_token(
        &self,
        token: &TokenFacts,
        regions: &Regions,
        last: (Option<RegionCode>, Option<EnvironmentId>),
    ) -> Self {
        let named = regions.of_token(token, self.region.as_ref()).map(|region| region.code.clone());
        let known = |code: &RegionCode| regions.get(code).is_some();
        let region = named.or(self.region.clone()).or(last.0.filter(known));
        let mut environment = self.environment.clone();
        if environment.is_empty() {
            environment = token.environment.or(last.1).map(|id| id.to_string()).unwrap_or_default();
        }
        Self { region, environment }
    }
}

/// Whether somebody is asked before a replacement is used: it was issued in an environment that is neither the one worked on
/// nor that of the token in use.
#[must_use]
pub fn asks_before_replacing(connected: EnvironmentId, present: &TokenFacts, next: &TokenFacts) -> bool {
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

    /// The form's fields once these tokens were pasted, one after the other.
    fn after(given: &ConnectFields, tokens: &[TokenFacts]) -> ConnectFields {
        let regions = Regions::default();
        tokens.iter().fold(given.clone(), |_, token| given.with_token(token, &regions, (None, None)))
    }

    #[test]
    fn what_one_token_filled_in_does_not_outlive_it() {
        let (a, b) = (token("eu", Some(1)), token("com", Some(2)));
        let nothing = ConnectFields::default();
        let fields = after(&nothing, &[a.clone(), b]);
        assert_eq!((fields.region, fields.environment), (Some(code("NA")), environment(2).to_string()));
        // A token that names neither takes nothing over from the one before.
        let silent = TokenFacts::default();
        assert_eq!(after(&nothing, &[a.clone(), silent]), nothing);
        let no_environment = token("com", None);
        let fields = after(&nothing, &[a, no_environment]);
        assert_eq!((fields.region, fields.environment), (Some(code("NA")), String::new()));
    }

    #[test]
    fn what_a_person_typed_stays_a_persons_choice() {
        let typed = ConnectFields { region: Some(code("AP")), environment: environment(7).to_string() };
        let fields = after(&typed, &[token("eu", Some(1)), token("com", Some(2))]);
        assert_eq!((fields.region, fields.environment), (Some(code("NA")), environment(7).to_string()));
        assert_eq!(after(&typed, &[TokenFacts::default()]), typed);
    }

    #[test]
    fn where_the_token_names_nothing_the_last_connection_is_offered() {
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
    fn a_replacement_from_a_third_environment_is_asked_about_and_no_other() {
        let of = |number| token("eu", number);
        let asks = |present, next| asks_before_replacing(environment(1), &of(present), &of(next));
        assert!(asks(Some(1), Some(2)));
        assert!(asks(Some(3), Some(2)), "the one in use is another one's too");
        assert!(asks(None, Some(2)));
        assert!(!asks(Some(1), Some(1)));
        assert!(!asks(Some(2), Some(1)), "it is the environment's own");
        assert!(!asks(Some(2), Some(2)), "as the one in use");
        assert!(!asks(Some(1), None), "it doesn't say");
    }
}
