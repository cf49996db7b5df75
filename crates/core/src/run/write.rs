//! The two requests that change a user. Each takes a permit that only a [`Guard`](super::guard::Guard) issues, so they
//! are here and not in the client: without the guard's consent neither can be built.

use pingone::endpoint::Endpoint;
use pingone::request::{Call, Fact, Kind, Method, ReadBypass, ReadMfa, Request, Subject, UnreadableBody};
use pingone::tenant::Tenant;
use pingone::time::Timestamp;
use pingone::wire::{self, MfaAnswer, user_parts};
use serde_json::Value;

use super::guard::{BypassPermit, MfaPermit};

/// Sets the MFA flag of one user. The permit determines user and value.
#[derive(Debug, Clone, Copy)]
pub struct WriteMfa(pub MfaPermit);

impl Call for WriteMfa {
    type Answer = MfaAnswer;
    const KIND: Kind = Kind::Write;
    const SUBJECT: Subject = Subject::User;

    fn request(&self, tenant: &Tenant) -> Request {
        Request {
            method: Method::Put,
            endpoint: Endpoint::mfa_enabled(tenant, self.0.user()),
            body: Some(wire::mfa_body(self.0.to())),
        }
    }

    fn read(&self, tenant: &Tenant, body: &Value) -> Result<MfaAnswer, UnreadableBody> {
        ReadMfa(self.0.user()).read(tenant, body)
    }

    fn facts(answer: &MfaAnswer) -> Vec<Fact> {
        ReadMfa::facts(answer)
    }
}

/// Lets one user sign on without a second factor for some time.
#[derive(Debug, Clone, Copy)]
pub struct WriteBypass {
    /// The permit to set the bypass of one user.
    pub permit: BypassPermit,
    /// End of the bypass, in PingOne's time.
    pub until: Timestamp,
}

impl Call for WriteBypass {
    type Answer = Option<Timestamp>;
    const KIND: Kind = Kind::Write;
    const SUBJECT: Subject = Subject::User;

    fn request(&self, tenant: &Tenant) -> Request {
        Request {
            method: Method::Put,
            endpoint: Endpoint::user_part(tenant, self.permit.user(), "bypassMFA"),
            body: Some(user_parts::bypass_body(self.until)),
        }
    }

    fn read(&self, tenant: &Tenant, body: &Value) -> Result<Option<Timestamp>, UnreadableBody> {
        ReadBypass(self.permit.user()).read(tenant, body)
    }

    fn facts(until: &Option<Timestamp>) -> Vec<Fact> {
        ReadBypass::facts(until)
    }
}
