//! What can be changed about how the look-alike behaves, at any time.

use serde::{Deserialize, Serialize};

/// The behaviour. Its default is PingOne on a good day, without limits.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
#[expect(clippy::struct_excessive_bools, reason = "switches that know nothing of each other")]
pub struct Behaviour {
    /// The licence's limit, in requests a second; without one nothing is limited.
    pub rate: Option<f64>,
    /// The part of it that one address may use.
    pub address_share: f64,
    /// The requests a second that another client of the same licence makes all the time.
    pub others: f64,
    /// Whether preflights count.
    pub preflights_count: bool,
    /// Whether the body of a 429 says when to come back. The header says it always, but no page can read it.
    pub retry_hints: bool,
    /// The largest page of users.
    pub largest_page: usize,
    /// Whether pages come back smaller than asked for, each by another number.
    pub smaller_pages: bool,
    /// How old the list is, in milliseconds: the flags in it are those of then.
    pub list_lag_millis: i64,
    /// After how many requests somebody is changed, added or deleted in the background.
    pub churn_every: Option<u64>,
    /// Whether refusals carry CORS headers. A browser can't read the others.
    pub cors_on_refusals: bool,
    /// Whether a page may read an answer's Correlation-Id.
    pub expose_correlation_id: bool,
    /// Whether users can be filtered by their ids.
    pub filter_by_id: bool,
    /// Whether a list of devices has its head only: no count, and the environment's settings and policies beside the devices.
    pub device_list_embeds_more: bool,
}

impl Default for Behaviour {
    fn default() -> Self {
        Self {
            rate: None,
            address_share: 0.35,
            others: 0.0,
            preflights_count: true,
            retry_hints: false,
            largest_page: 200,
            smaller_pages: false,
            list_lag_millis: 0,
            churn_every: None,
            cors_on_refusals: true,
            expose_correlation_id: false,
            filter_by_id: false,
            device_list_embeds_more: false,
        }
    }
}

impl Behaviour {
    /// What is wrong with it, in a sentence that names the field.
    ///
    /// # Errors
    /// The first value that can't be meant.
    pub fn check(&self) -> Result<(), String> {
        let positive = |number: f64| number.is_finite() && number > 0.0;
        if self.rate.is_some_and(|rate| !positive(rate)) {
            return Err("rate: must be more than 0".to_owned());
        }
        if !positive(self.address_share) || self.address_share > 1.0 {
            return Err("addressShare: must be more than 0 and at most 1".to_owned());
        }
        if !self.others.is_finite() || self.others < 0.0 {
            return Err("others: must not be less than 0".to_owned());
        }
        if self.largest_page == 0 {
            return Err("largestPage: must be at least 1".to_owned());
        }
        if self.churn_every == Some(0) {
            return Err("churnEvery: must be at least 1".to_owned());
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_that_cannot_be_meant_is_named() {
        let wrong = |behaviour: Behaviour| behaviour.check().unwrap_err();
        assert!(wrong(Behaviour { rate: Some(0.0), ..Behaviour::default() }).starts_with("rate:"));
        assert!(wrong(Behaviour { rate: Some(f64::NAN), ..Behaviour::default() }).starts_with("rate:"));
        assert!(wrong(Behaviour { address_share: 1.1, ..Behaviour::default() }).starts_with("addressShare:"));
        assert!(wrong(Behaviour { largest_page: 0, ..Behaviour::default() }).starts_with("largestPage:"));
        assert!(wrong(Behaviour { churn_every: Some(0), ..Behaviour::default() }).starts_with("churnEvery:"));
        assert_eq!(Behaviour::default().check(), Ok(()));
    }

    #[test]
    fn a_field_that_does_not_exist_is_refused() {
        let error = serde_json::from_str::<Behaviour>(r#"{"rates":5}"#).unwrap_err().to_string();
        assert!(error.contains("rates"), "{error}");
    }
}
