//! Grants of signed-on users: authorization codes and refresh tokens.

use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use sha2::{Digest, Sha256};
use uuid::Uuid;

use crate::{Timestamp, dice};

use super::problem::Problem;
use super::scope::Scope;
use super::tickets::{Tickets, Use};

const CODE_SECONDS: i64 = 60;

/// PingOne's default: 30 days.
const REFRESH_SECONDS: i64 = 30 * 24 * 3600;

/// A session that a sign-on started. All refresh tokens of a session share its ID.
#[derive(Debug, Clone)]
pub(crate) struct Session {
    pub(crate) id: Uuid,
    pub(crate) person: Uuid,
    pub(crate) scope: Scope,
    pub(crate) nonce: Option<String>,
    /// Time of the sign-on, in seconds since the Unix epoch.
    pub(crate) signed_on: i64,
}

/// What an authorization code was issued for.
#[derive(Debug, Clone)]
pub(crate) struct CodeGrant {
    pub(crate) session: Session,
    pub(crate) redirect_uri: String,
    pub(crate) challenge: String,
}

/// The parameters of a sign-on, for which a code is issued.
pub(crate) struct SignOn {
    pub(crate) person: Uuid,
    pub(crate) scope: Scope,
    pub(crate) nonce: Option<String>,
    pub(crate) redirect_uri: String,
    pub(crate) challenge: String,
}

pub(crate) struct Grants {
    seed: u64,
    issued: u64,
    codes: Tickets<CodeGrant>,
    refresh_tokens: Tickets<Session>,
}

impl Grants {
    pub(crate) fn new(seed: u64) -> Self {
        Self { seed, issued: 0, codes: Tickets::none(), refresh_tokens: Tickets::none() }
    }

    /// Issues an authorization code for a sign-on.
    pub(crate) fn code(&mut self, sign_on: SignOn, now: Timestamp) -> String {
        let code = self.opaque_token("code");
        let session = Session {
            id: dice::uuid(self.seed ^ 0x52, self.issued),
            person: sign_on.person,
            scope: sign_on.scope,
            nonce: sign_on.nonce,
            signed_on: now.0.div_euclid(1000),
        };
        let grant = CodeGrant { session, redirect_uri: sign_on.redirect_uri, challenge: sign_on.challenge };
        self.codes.add(code.clone(), grant, now.after_seconds(CODE_SECONDS));
        code
    }

    /// Issues a refresh token. All refresh tokens of a session expire together, however often they are exchanged.
    pub(crate) fn refresh_token(&mut self, session: Session) -> String {
        let opaque_token = self.opaque_token("refresh token");
        let expires_at = Timestamp(session.signed_on.saturating_mul(1000)).after_seconds(REFRESH_SECONDS);
        self.refresh_tokens.add(opaque_token.clone(), session, expires_at);
        opaque_token
    }

    /// Redeems a code. A second use may mean that the code was stolen, so it ends the session.
    pub(crate) fn redeem_code(&mut self, code: &str, now: Timestamp) -> Result<CodeGrant, Problem> {
        match self.codes.redeem(code, now) {
            Use::First(grant) => Ok(grant),
            Use::Again(grant) => {
                self.end(grant.session.id);
                Err(Problem::Grant)
            }
            Use::Unknown => Err(Problem::Grant),
        }
    }

    /// The scope that was granted to a refresh token.
    pub(crate) fn scope_of(&self, token: &str) -> Option<&Scope> {
        self.refresh_tokens.peek(token).map(|session| &session.scope)
    }

    /// Redeems a refresh token. As with a code, a second use ends the session.
    pub(crate) fn redeem_refresh_token(&mut self, token: &str, now: Timestamp) -> Result<Session, Problem> {
        match self.refresh_tokens.redeem(token, now) {
            Use::First(session) => Ok(session),
            Use::Again(session) => {
                self.end(session.id);
                Err(Problem::Grant)
            }
            Use::Unknown => Err(Problem::Grant),
        }
    }

    /// Revokes a refresh token and all others of its session. The caller isn't told whether the token existed.
    pub(crate) fn revoke(&mut self, token: &str) {
        if let Some(session) = self.refresh_tokens.peek(token).map(|session| session.id) {
            self.end(session);
        }
    }

    pub(crate) fn end_all(&mut self) {
        self.refresh_tokens.remove_matching(|_| true);
    }

    fn end(&mut self, session: Uuid) {
        self.refresh_tokens.remove_matching(|other| other.id == session);
    }

    /// Generates a text that can't be guessed without the seed; it is the same for the same seed and counter.
    fn opaque_token(&mut self, kind: &str) -> String {
        self.issued += 1;
        let numbers = [self.seed.to_le_bytes(), self.issued.to_le_bytes()].concat();
        let digest = Sha256::new().chain_update(numbers).chain_update(kind).finalize();
        BASE64_URL_SAFE_NO_PAD.encode(digest)
    }
}
