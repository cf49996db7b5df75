//! The configurable behavior of the sandbox. It can be changed at any time.

use serde::{Deserialize, Serialize};

/// The configurable behavior. The default is a healthy PingOne without rate limits.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
#[expect(clippy::struct_excessive_bools, reason = "switches that know nothing of each other")]
pub struct Behavior {
    /// The license's rate limit in requests per second; `None` for no limit.
    pub rate: Option<f64>,
    /// The share of the rate limit that a single client address may use, from 0 to 1.
    pub address_share: f64,
    /// Requests per second that another client of the same license makes constantly.
    pub others: f64,
    /// Whether preflight requests count towards the rate limit.
    pub preflights_count: bool,
    /// Whether the body of a 429 says when to retry. The `Retry-After` header always does, but a page can't read it.
    pub retry_hints: bool,
    /// Maximum number of users on a page of the user list.
    pub largest_page: usize,
    /// Whether pages have fewer users than requested, each page by a different number.
    pub smaller_pages: bool,
    /// Age of the flags in the user list, in milliseconds.
    pub list_lag_millis: i64,
    /// Number of requests after which a user is changed, added or deleted in the background.
    pub churn_every: Option<u64>,
    /// Whether error answers have CORS headers. A browser can't read answers without them.
    pub cors_on_refusals: bool,
    /// Whether a page is allowed to read the correlation ID of an answer.
    pub expose_correlation_id: bool,
    /// Whether the user list can be filtered by user ID.
    pub filter_by_id: bool,
    /// Whether a list of devices has no `count`, and embeds the environment's MFA
    /// settings and policy beside the devices.
    pub device_list_embeds_more: bool,
}

impl Default for Behavior {
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

impl Behavior {
    /// Validates the values; stops at the first invalid one.
    ///
    /// # Errors
    /// A sentence about the first invalid value, starting with the field's name.
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
    fn an_invalid_value_is_reported_by_its_field_name() {
        let wrong = |behavior: Behavior| behavior.check().unwrap_err();
        assert!(wrong(Behavior { rate: Some(0.0), ..Behavior::default() }).starts_with("rate:"));
        assert!(wrong(Behavior { rate: Some(f64::NAN), ..Behavior::default() }).starts_with("rate:"));
        assert!(wrong(Behavior { address_share: 1.1, ..Behavior::default() }).starts_with("addressShare:"));
        assert!(wrong(Behavior { largest_page: 0, ..Behavior::default() }).starts_with("largestPage:"));
        assert!(wrong(Behavior { churn_every: Some(0), ..Behavior::default() }).starts_with("churnEvery:"));
        assert_eq!(Behavior::default().check(), Ok(()));
    }

    #[test]
    fn an_unknown_field_is_refused() {
        let error = serde_json::from_str::<Behavior>(r#"{"rates":5}"#).unwrap_err().to_string();
        assert!(error.contains("rates"), "{error}");
    }
}
