//! What was granted to whoever signed on: codes and refresh tokens.

use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use sha2::{Digest, Sha256};
use uuid::Uuid;

use super::problem::Problem;
use super::scope::Scope;
use super::tickets::{Tickets, Use};
use crate::{Timestamp, seed};

const CODE_SECONDS: i64 = 60;

/// PingOne's default: 30 days.
const REFRESH_SECONDS: i64 = 30 * 24 * 3600;

/// A sign-on.
#[derive(Debug, Clone)]
pub(crate) struct Session {
    pub(crate) id: Uuid,
    pub(crate) person: Uuid,
    pub(crate) scope: Scope,
    pub(crate) nonce: Option<String>,
    /// When, in seconds.
    pub(crate) signed_on: i64,
}

/// What a code is for.
#[derive(Debug, Clone)]
pub(crate) struct CodeGrant {
    pub(crate) session: Session,
    pub(crate) redirect_uri: String,
    pub(crate) challenge: String,
}

/// What somebody who signs on asks for.
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

    /// A code for somebody who signed on.
    pub(crate) fn code(&mut self, sign_on: SignOn, now: Timestamp) -> String {
        let code = self.text("code");
        let session = Session {
            id: seed::uuid(self.seed ^ 0x52, self.issued),
            person: sign_on.person,
            scope: sign_on.scope,
            nonce: sign_on.nonce,
            signed_on: now.0.div_euclid(1000),
        };
        let grant = CodeGrant { session, redirect_uri: sign_on.redirect_uri, challenge: sign_on.challenge };
        self.codes.add(code.clone(), grant, now.after_seconds(CODE_SECONDS));
        code
    }

    /// A refresh token. All of one session end together, however often one is exchanged for the next.
    pub(crate) fn refresh_token(&mut self, session: Session) -> String {
        let text = self.text("refresh token");
        let ends = Timestamp(session.signed_on.saturating_mul(1000)).after_seconds(REFRESH_SECONDS);
        self.refresh_tokens.add(text.clone(), session, ends);
        text
    }

    /// Uses a code. Whoever uses one again may have stolen it, so that the session ends.
    pub(crate) fn spend_code(&mut self, code: &str, now: Timestamp) -> Result<CodeGrant, Problem> {
        match self.codes.spend(code, now) {
            Use::First(grant) => Ok(grant),
            Use::Again(grant) => {
                self.end(grant.session.id);
                Err(Problem::Grant)
            }
            Use::Unknown => Err(Problem::Grant),
        }
    }

    /// What a refresh token is good for at most.
    pub(crate) fn scope_of(&self, token: &str) -> Option<&Scope> {
        self.refresh_tokens.look(token).map(|session| &session.scope)
    }

    /// Uses a refresh token, with the same care.
    pub(crate) fn spend_refresh_token(&mut self, token: &str, now: Timestamp) -> Result<Session, Problem> {
        match self.refresh_tokens.spend(token, now) {
            Use::First(session) => Ok(session),
            Use::Again(session) => {
                self.end(session.id);
                Err(Problem::Grant)
            }
            Use::Unknown => Err(Problem::Grant),
        }
    }

    /// Revokes a refresh token with all others of its session. Nobody is told whether there was one.
    pub(crate) fn revoke(&mut self, token: &str) {
        if let Some(session) = self.refresh_tokens.look(token).map(|session| session.id) {
            self.end(session);
        }
    }

    /// Ends every session.
    pub(crate) fn end_all(&mut self) {
        self.refresh_tokens.forget(|_| true);
    }

    fn end(&mut self, session: Uuid) {
        self.refresh_tokens.forget(|other| other.id == session);
    }

    /// A text that nobody can guess who doesn't know the seed; the same for the same seed and number.
    fn text(&mut self, kind: &str) -> String {
        self.issued += 1;
        let numbers = [self.seed.to_le_bytes(), self.issued.to_le_bytes()].concat();
        let digest = Sha256::new().chain_update(numbers).chain_update(kind).finalize();
        BASE64_URL_SAFE_NO_PAD.encode(digest)
    }
}
