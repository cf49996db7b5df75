//! Signing in with PingOne: on the way there, and back with an answer.

use pingone_mfa_core::api::sign_in::{Code, token_address};
use pingone_mfa_core::api::sign_in::{address, begin, exchange, granted, is_answer, read, returned, write};
use pingone_mfa_core::domain::sign_in::{Attempt, SignInFault, SignInPlace};
use pingone_mfa_core::domain::token::Secret;

use super::session::{Phase, Session};

/// How far somebody is who signs in.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum SigningIn {
    /// Nobody does.
    #[default]
    No,
    /// The page is about to be left for PingOne.
    Leaving,
    /// PingOne has answered, and its code is exchanged for a token.
    Exchanging,
    /// It came to nothing.
    Failed(SignInFault),
}

impl Session {
    /// Whether people sign in here: the deployment names an application for it, and the page may be left.
    pub fn offers_sign_in(&'static self) -> bool {
        let is_permitted = self.settings().limits.token_sources.sign_in;
        is_permitted && self.place_of_sign_in().is_some()
    }

    /// Whether a token may be pasted here.
    pub fn offers_paste(&'static self) -> bool {
        self.settings().limits.token_sources.paste
    }

    fn place_of_sign_in(&'static self) -> Option<SignInPlace> {
        let settings = self.settings();
        let sign_in = settings.sign_in?;
        let region = settings.default_region.as_ref().and_then(|code| self.region_of(code))?;
        let redirect_uri = self.entrance().sign_in.redirect_uri()?;
        Some(SignInPlace::new(&region, sign_in.environment, sign_in.client, redirect_uri))
    }

    /// Leaves for PingOne, where somebody signs in.
    pub fn sign_in(&'static self) {
        self.touch();
        let left = self.leave();
        self.signing_in.set(left.map_or_else(SigningIn::Failed, |()| SigningIn::Leaving));
    }

    fn leave(&'static self) -> Result<(), SignInFault> {
        let (entrance, not_here) = (self.entrance(), || SignInFault::NotHere);
        let place = self.place_of_sign_in().ok_or_else(not_here)?;
        let chance = entrance.sign_in.chance().ok_or_else(not_here)?;
        let attempt = begin(place, &chance, entrance.clock.wall());
        let has_left = entrance.sign_in.keep(&write(&attempt)) && entrance.sign_in.leave(&address(&attempt));
        has_left.then_some(()).ok_or_else(not_here)
    }

    /// Goes on where somebody came back from PingOne. The attempt is used up, whatever comes of it.
    pub(super) fn come_back(&'static self) {
        let sign_in = &self.entrance().sign_in;
        let Some(answer) = sign_in.answer().filter(|answer| is_answer(answer)) else { return };
        let attempt = sign_in.take().as_deref().and_then(read).filter(|attempt| self.is_known(attempt));
        match returned(&answer, attempt.as_ref(), self.entrance().clock.wall()) {
            Ok(code) => {
                if let Some(attempt) = attempt {
                    self.exchange(attempt, &code);
                }
            }
            Err(fault) => self.signing_in.set(SigningIn::Failed(fault)),
        }
    }

    /// What was kept is believed only as far as it is what this deployment would ask now.
    fn is_known(&'static self, attempt: &Attempt) -> bool {
        self.offers_sign_in() && self.place_of_sign_in().as_ref() == Some(&attempt.place)
    }

    fn exchange(&'static self, attempt: Attempt, code: &Code) {
        self.signing_in.set(SigningIn::Exchanging);
        let sign_in = &self.entrance().sign_in;
        let exchanging = sign_in.exchange(&token_address(&attempt), exchange(&attempt, code));
        self.connecting.spawn(async move {
            let granted = match exchanging.await {
                Ok(answer) => {
                    granted(answer.head.status, &answer.body, &attempt, self.entrance().clock.wall())
                }
                Err(_) => Err(SignInFault::Unreachable),
            };
            match granted {
                Ok(token) => self.signed_in(&attempt, &token),
                Err(fault) => self.signing_in.set(SigningIn::Failed(fault)),
            }
        });
    }

    /// Whoever signed in wants to be connected.
    fn signed_in(&'static self, attempt: &Attempt, token: &Secret) {
        self.signing_in.set(SigningIn::No);
        // Somebody has connected with a pasted token meanwhile.
        if self.phase.with_untracked(|phase| *phase != Phase::Form) {
            return;
        }
        self.region.set(Some(attempt.place.region.clone()));
        self.take_paste(token.expose());
        if self.pasted.with_untracked(|pasted| pasted.facts().is_some()) {
            self.connect();
        }
    }
}
