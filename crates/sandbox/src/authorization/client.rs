//! The OAuth clients: the public single-page application that users sign on to, and the worker applications.

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use http::{Request, header};
use uuid::Uuid;

use crate::credentials::credentials;
use crate::{CLIENT_SECRET, Role};

use super::parameters::Parameters;
use super::problem::Problem;

/// Client ID of the application that users sign on to. It has no secret and no role; the signed-on user's roles apply.
pub const PUBLIC_CLIENT_ID: Uuid = Uuid::from_u128(0x0b41_0000_0000_4000_8000_0000_0000_0010);

/// A client of the token endpoint.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Client {
    Public,
    Worker(Role),
}

impl Client {
    fn of_id(id: &str) -> Option<Self> {
        if id == PUBLIC_CLIENT_ID.to_string() {
            return Some(Self::Public);
        }
        Role::of_client(id).map(Self::Worker)
    }

    /// Returns the client that sent the request, authenticated by Basic credentials or by the form.
    pub(crate) fn of_request(request: &Request<Vec<u8>>, form: &Parameters) -> Result<Self, Problem> {
        let secret = form.get("client_secret");
        if !request.headers().contains_key(header::AUTHORIZATION) {
            let client = form.get("client_id").and_then(Self::of_id);
            return client.filter(|client| client.is_authenticated(secret)).ok_or(Problem::Client);
        }
        if secret.is_some() {
            return Err(Problem::Request("The client proves who it is in two ways."));
        }
        let (id, secret) = basic(request).ok_or(Problem::Basic)?;
        let is_same_client = form.get("client_id").is_none_or(|other| other == id);
        let client =
            Self::of_id(&id).filter(|client| is_same_client && client.is_authenticated(Some(&secret)));
        client.ok_or(Problem::Basic)
    }

    /// Checks the secret. A public client has none, so it must not send one.
    fn is_authenticated(self, secret: Option<&str>) -> bool {
        match self {
            Self::Public => secret.is_none(),
            Self::Worker(_) => secret == Some(CLIENT_SECRET),
        }
    }
}

fn basic(request: &Request<Vec<u8>>) -> Option<(String, String)> {
    let encoded = credentials(request.headers(), "Basic")?;
    let text = String::from_utf8(BASE64_STANDARD.decode(encoded).ok()?).ok()?;
    text.split_once(':').map(|(id, secret)| (id.to_owned(), secret.to_owned()))
}
