//! The fields of the connect form: what a person enters, and what the token fills in.

use leptos::prelude::*;
use pingone::environment::EnvironmentId;
use pingone::region::RegionCode;
use pingone::token::TokenFacts;
use pingone_mfa_core::connect::fields::ConnectFields;
use uuid::Uuid;

use crate::connect::session::Session;

impl Session {
    pub(crate) fn show_fields(self, fields: ConnectFields) {
        self.region_open.set(fields.region.is_none());
        self.region.set(fields.region);
        self.environment_open.set(fields.environment.is_empty());
        self.environment.set(fields.environment);
    }

    pub fn choose_region(self, region: Option<RegionCode>) {
        self.obstacle.set(None);
        self.given.write_value().region.clone_from(&region);
        self.region.set(region);
    }

    pub fn type_environment(self, text: String) {
        self.obstacle.set(None);
        self.given.write_value().environment.clone_from(&text);
        self.environment.set(text);
    }

    /// Fills in the fields from the token's claims, so that they don't have to be entered.
    pub(crate) fn fill_in(self, facts: &TokenFacts) {
        let last = self.ports.get().preferences.last();
        let fields = self.given.read_value().with_token(facts, &self.settings().regions, last);
        self.show_fields(fields);
    }

    /// The environment that issued the token, if it differs from the one named.
    pub fn other_environment(self, named: &str) -> Option<EnvironmentId> {
        let own = self.pasted.read().facts().and_then(|facts| facts.environment)?;
        let is_named = Uuid::try_parse(named.trim()).is_ok_and(|named| named == own.0);
        (!is_named && !named.trim().is_empty()).then_some(own)
    }
}
