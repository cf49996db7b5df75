//! Signing in with PingOne: going there, and returning with an answer.

use std::rc::Rc;

use futures::future::{Either, select};
use pingone::time::Millis;
use pingone::token::Secret;
use pingone_mfa_core::connect::token_schedule::TokenSchedule;
use pingone_mfa_core::ports::SignInWindow;
use pingone_mfa_core::sign_in::protocol::{Code, Granted, token_address};
use pingone_mfa_core::sign_in::protocol::{
    address, begin, exchange, granted, is_answer, read, returned, write,
};
use pingone_mfa_core::sign_in::session::{SignInAttempt, SignInFault, SignInMode, SignInTarget, SignedIn};

use crate::connect::session::{Phase, Session};
use crate::ui::tasks::Tasks;
use leptos::prelude::*;

/// How often to check whether PingOne's window is still open.
const LOOK: Millis = Millis::seconds(1);

/// Progress of a sign-in.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum SigningIn {
    #[default]
    No,
    /// The page is about to navigate to PingOne.
    Leaving,
    /// PingOne is open in a window of its own.
    Waiting {
        /// Whether that window was closed, or can no longer be seen from this page.
        is_gone: bool,
    },
    /// PingOne answered, and its code is being exchanged for a token.
    Exchanging,
    Failed(SignInFault),
}

/// The signed-in person's session, and the tasks that belong to it.
#[derive(Clone, Copy)]
pub struct SignInSession {
    pub(crate) signed_in: RwSignal<Option<SignedIn>>,
    pub(crate) renewal: StoredValue<TokenSchedule>,
    /// Why PingOne issued no further token, if one was expected.
    pub(crate) not_renewed: RwSignal<Option<SignInFault>>,
    waiting: Tasks,
    pub(crate) renewing: Tasks,
}

impl Default for SignInSession {
    fn default() -> Self {
        Self {
            signed_in: RwSignal::default(),
            renewal: StoredValue::new(TokenSchedule::for_refresh()),
            not_renewed: RwSignal::default(),
            waiting: Tasks::default(),
            renewing: Tasks::default(),
        }
    }
}

impl SignInSession {
    /// Replaces the refresh token.
    pub(super) fn keep_refresh(self, refresh: Secret) {
        self.signed_in.update_untracked(|signed_in| {
            if let Some(signed_in) = signed_in {
                signed_in.refresh = Some(refresh);
            }
        });
    }

    /// Drops the refresh token, and keeps why PingOne issued no further one.
    pub(super) fn end_renewal(self, fault: SignInFault) {
        self.renewal.write_value().end();
        self.signed_in.update_untracked(|signed_in| {
            if let Some(signed_in) = signed_in {
                signed_in.refresh = None;
            }
        });
        self.not_renewed.set(Some(fault));
    }

    pub(super) fn take(self) -> Option<SignedIn> {
        self.signed_in.update_untracked(Option::take)
    }
}

impl Session {
    /// Whether sign-in is offered: the deployment permits it and names an application, and PingOne can redirect back
    /// here.
    pub fn offers_sign_in(self) -> bool {
        let is_permitted = self.settings().limits.token_sources.sign_in;
        is_permitted && self.place_of_sign_in().is_some()
    }

    pub fn offers_paste(self) -> bool {
        self.settings().limits.token_sources.paste
    }

    /// Whether the token in use comes from a sign-in.
    pub fn is_signed_in(self) -> bool {
        self.sign_in.signed_in.with(Option::is_some)
    }

    /// Whether the page itself can navigate to PingOne and back.
    pub fn can_leave(self) -> bool {
        self.ports.get().sign_in.can_leave()
    }

    pub(crate) fn place_of_sign_in(self) -> Option<SignInTarget> {
        let settings = self.settings();
        let sign_in = settings.sign_in?;
        let region = settings.default_region.as_ref().and_then(|code| self.region_of(code))?;
        let redirect_uri = self.ports.get().sign_in.redirect_uri()?;
        Some(SignInTarget::new(&region, sign_in.environment, sign_in.client, redirect_uri))
    }

    /// Starts a sign-in, in the mode that loses no state.
    pub fn sign_in(self) {
        self.sign_in_by(SignInMode::choose(self.can_leave(), self.is_connected()));
    }

    /// Starts a sign-in that leaves this page, at a person's request.
    pub fn sign_in_here(self) {
        self.sign_in_by(SignInMode::ThisPage);
    }

    /// Stops waiting for PingOne's window.
    pub fn stop_signing_in(self) {
        self.touch();
        self.sign_in.waiting.abort_all();
        self.signing_in.set(SigningIn::No);
    }

    fn sign_in_by(self, way: SignInMode) {
        self.touch();
        self.sign_in.waiting.abort_all();
        let gone = self.depart(way);
        self.signing_in.set(gone.unwrap_or_else(SigningIn::Failed));
    }

    fn depart(self, way: SignInMode) -> Result<SigningIn, SignInFault> {
        let (connect_ports, not_here) = (self.ports.get(), || SignInFault::NotHere);
        let place = self.place_of_sign_in().ok_or_else(not_here)?;
        let chance = connect_ports.sign_in.chance().ok_or_else(not_here)?;
        let attempt = begin(place, way, &chance, self.ports.get().clock.wall());
        if way == SignInMode::OwnWindow {
            let window = connect_ports.sign_in.open(&address(&attempt)).ok_or(SignInFault::Blocked)?;
            self.wait_for(window, attempt);
            return Ok(SigningIn::Waiting { is_gone: false });
        }
        let has_left =
            connect_ports.sign_in.keep(&write(&attempt)) && connect_ports.sign_in.leave(&address(&attempt));
        has_left.then_some(SigningIn::Leaving).ok_or_else(not_here)
    }

    /// Waits for the answer of PingOne's window until the attempt expires.
    fn wait_for(self, mut window: Box<dyn SignInWindow>, attempt: SignInAttempt) {
        let clock = Rc::clone(&self.ports.get().clock);
        self.sign_in.waiting.spawn(async move {
            loop {
                let look = clock.sleep_until(clock.now() + LOOK);
                let answer = match select(window.answer(), look).await {
                    Either::Left((answer, _)) => Some(answer),
                    Either::Right(_) => None,
                };
                let now = clock.wall();
                match answer.map(|answer| returned(&answer, Some(&attempt), now)) {
                    // Answers for other pages of this origin arrive here too.
                    Some(Err(SignInFault::OtherAttempt)) => {}
                    Some(Ok(code)) => return self.exchange(attempt, &code),
                    Some(Err(fault)) => return self.signing_in.set(SigningIn::Failed(fault)),
                    None if attempt.is_over(now) => {
                        return self.signing_in.set(SigningIn::Failed(SignInFault::TooLate));
                    }
                    None => self.see_window(window.is_gone()),
                }
            }
        });
    }

    fn see_window(self, is_gone: bool) {
        let seen = SigningIn::Waiting { is_gone };
        if *self.signing_in.read_untracked() != seen {
            self.signing_in.set(seen);
        }
    }

    /// Continues after PingOne has redirected back. The attempt is used up, whatever the result.
    pub(crate) fn come_back(self) {
        let sign_in = &self.ports.get().sign_in;
        let Some(answer) = sign_in.answer().filter(|answer| is_answer(answer)) else { return };
        let attempt = sign_in.take().as_deref().and_then(read).filter(|attempt| self.is_known(attempt));
        match returned(&answer, attempt.as_ref(), self.ports.get().clock.wall()) {
            Ok(code) => {
                if let Some(attempt) = attempt {
                    self.exchange(attempt, &code);
                }
            }
            Err(fault) => self.signing_in.set(SigningIn::Failed(fault)),
        }
    }

    /// A stored attempt is trusted only if it matches what this deployment would request now.
    fn is_known(self, attempt: &SignInAttempt) -> bool {
        self.offers_sign_in() && self.place_of_sign_in().as_ref() == Some(&attempt.place)
    }

    fn exchange(self, attempt: SignInAttempt, code: &Code) {
        self.signing_in.set(SigningIn::Exchanging);
        let sign_in = &self.ports.get().sign_in;
        let exchanging = sign_in.post(&token_address(&attempt.place), exchange(&attempt, code));
        self.connecting.spawn(async move {
            let granted = self.answer_in_time(exchanging).await.and_then(|answer| {
                let (now, renews) = (self.ports.get().clock.wall(), self.renews());
                granted(answer.head.status, &answer.body, &attempt, renews, now)
            });
            match granted {
                Ok(granted) => self.signed_in(granted),
                Err(fault) => self.signing_in.set(SigningIn::Failed(fault)),
            }
        });
    }

    /// Uses the token, and connects if the form is still shown.
    fn signed_in(self, granted: Granted) {
        self.signing_in.set(SigningIn::No);
        match self.phase.get_untracked() {
            // A person has started to connect with a pasted token in the meantime.
            Phase::Loading | Phase::Connecting => return,
            Phase::Form => self.choose_region(Some(granted.signed_in.place.region.clone())),
            Phase::Connected { .. } => {}
        }
        // The previous sign-in ends with its token. It is kept if this token isn't taken.
        if !self.take(granted.token.expose()) {
            return;
        }
        self.end_standing();
        self.is_not_handed();
        self.sign_in.signed_in.set(Some(granted.signed_in));
        self.hold_renewal();
        self.connect();
    }

    /// Ends the sign-in session: the token in use doesn't come from it, or there is none.
    pub(crate) fn is_not_signed_in(self) {
        self.sign_in.waiting.abort_all();
        self.end_standing();
        self.sign_in.signed_in.set(None);
        self.signing_in.set(SigningIn::No);
    }

    fn end_standing(self) {
        self.sign_in.renewing.abort_all();
        self.sign_in.renewal.write_value().end();
        self.sign_in.not_renewed.set(None);
    }
}
