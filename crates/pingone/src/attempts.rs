//! Counts the attempts of each request: the same request, retried until it gets a final answer.

use std::collections::HashMap;
use std::hash::{DefaultHasher, Hash, Hasher};

use crate::fault::{Fault, RetryKind};
use crate::request::Request;

/// Maximum number of requests that are remembered. When it is reached, all counts start over.
const MOST: usize = 20_000;

/// How often each request was sent that has no final answer yet.
#[derive(Debug, Default)]
pub struct Attempts {
    failed: HashMap<u64, u32>,
}

impl Attempts {
    /// Records the outcome of a request and returns which attempt it was: 1 for the first.
    ///
    /// A success and a fault that isn't retried are final: the next attempt counts as the first again.
    pub fn note(&mut self, request: &Request, fault: Option<&Fault>) -> u32 {
        let key = key(request);
        let attempt = self.failed.get(&key).copied().unwrap_or(0).saturating_add(1);
        if fault.is_some_and(|fault| fault.retry() != RetryKind::Never) {
            if self.failed.len() >= MOST {
                self.failed.clear();
            }
            self.failed.insert(key, attempt);
        } else {
            self.failed.remove(&key);
        }
        attempt
    }
}

fn key(request: &Request) -> u64 {
    let mut hasher = DefaultHasher::new();
    (request.method.to_string(), request.endpoint.as_str(), &request.body).hash(&mut hasher);
    hasher.finish()
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;
    use crate::endpoint::Endpoint;
    use crate::environment::EnvironmentId;
    use crate::fault::Refusal;
    use crate::region::{RegionCode, Regions};
    use crate::request::{Call, Method, ReadMfa};
    use crate::tenant::Tenant;
    use crate::user::UserId;
    use crate::wire;

    fn tenant() -> Tenant {
        let region = Regions::default().get(&RegionCode("EU".into())).unwrap().clone();
        Tenant { region, environment: EnvironmentId(Uuid::from_u128(1)) }
    }

    fn write(user: u128, enabled: bool) -> Request {
        Request {
            method: Method::Put,
            endpoint: Endpoint::mfa_enabled(&tenant(), UserId(Uuid::from_u128(user))),
            body: Some(wire::mfa_body(enabled)),
        }
    }

    #[test]
    fn attempts_are_counted_until_a_final_answer() {
        let mut attempts = Attempts::default();
        let failed = Some(Fault::ServerFailed(Refusal::default()));
        let refused = Some(Fault::RoleMissing(Refusal::default()));
        let put = write(1, true);
        assert_eq!(attempts.note(&put, failed.as_ref()), 1);
        assert_eq!(attempts.note(&put, Some(&Fault::Unreachable)), 2);
        assert_eq!(attempts.note(&put, Some(&Fault::TokenExpired(Refusal::default()))), 3);
        assert_eq!(attempts.note(&put, None), 4);
        assert_eq!(attempts.note(&put, refused.as_ref()), 1, "the success was final");
        assert_eq!(attempts.note(&put, failed.as_ref()), 1, "a refusal is final");
    }

    #[test]
    fn a_different_method_body_or_url_is_a_different_request() {
        let mut attempts = Attempts::default();
        let failed = Some(Fault::ServerFailed(Refusal::default()));
        let read = ReadMfa(UserId(Uuid::from_u128(1))).request(&tenant());
        for request in [write(1, true), write(1, false), write(2, true), read] {
            assert_eq!(attempts.note(&request, failed.as_ref()), 1);
        }
        assert_eq!(attempts.note(&write(1, true), None), 2);
    }

    #[test]
    fn abandoned_requests_use_bounded_memory() {
        let mut attempts = Attempts::default();
        for user in 0..3 * MOST as u128 {
            attempts.note(&write(user, true), Some(&Fault::Unreachable));
            assert!(attempts.failed.len() <= MOST);
        }
    }
}
