//! Tokens that the host page hands over: asked for at the start, before one ends, and where PingOne refuses one.

use futures::future::{Either, select};
use pingone_mfa_core::api::exchange::Exchange;
use pingone_mfa_core::domain::embedding::Reason;
use pingone_mfa_core::domain::time::Millis;
use zeroize::Zeroizing;

use super::session::{Phase, Session};

/// How long the host page may take; somebody may have to sign in there.
const PATIENCE: Millis = Millis::seconds(60);

/// How far the host page is with a token.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Handing {
    /// It was not asked, or has handed one over.
    #[default]
    Idle,
    /// It is asked.
    Asking,
    /// No token came, or none that can be used.
    Missed,
}

impl Session {
    /// Whether the host page hands over tokens here.
    pub fn offers_host(&'static self) -> bool {
        self.settings().limits.token_sources.host && self.entrance().embedder.gives_tokens()
    }

    /// Asks the host page for a token, because a person wants one.
    pub fn ask_host(&'static self) {
        self.touch();
        let is_at_start = self.phase.with_untracked(|phase| *phase == Phase::Form);
        self.ask_for(if is_at_start { Reason::Start } else { Reason::Expiry });
    }

    pub(super) fn ask_host_at_start(&'static self) {
        if self.offers_host() {
            self.ask_for(Reason::Start);
        }
    }

    pub(super) fn ask_host_when_due(&'static self) {
        let clock = &self.entrance().clock;
        let due = self.provision.borrow().due(clock.now(), clock.wall());
        if let Some(reason) = due
            && self.offers_host()
        {
            self.ask_for(reason);
        }
    }

    fn ask_for(&'static self, reason: Reason) {
        if self.provision.borrow().is_asking() {
            return;
        }
        let (embedder, clock) = (&self.entrance().embedder, &self.entrance().clock);
        self.provision.borrow_mut().asked(clock.now());
        self.handing.set(Handing::Asking);
        let (answer, patience) = (embedder.token(reason), clock.sleep_until(clock.now() + PATIENCE));
        self.connecting.spawn(async move {
            let text = match select(answer, patience).await {
                Either::Left((text, _)) => text,
                Either::Right(((), _)) => None,
            };
            self.handed(text);
        });
    }

    /// Whoever is handed a token wants to be connected, or to go on.
    fn handed(&'static self, text: Option<Zeroizing<String>>) {
        // A person has pasted a token meanwhile, or forgotten the one in use.
        if !self.provision.borrow().is_asking() {
            return;
        }
        let is_taken = text.is_some_and(|text| self.take(&text));
        if !is_taken {
            self.provision.borrow_mut().missed();
            self.handing.set(Handing::Missed);
            return;
        }
        self.is_not_signed_in();
        let now = self.entrance().clock.wall();
        let ends_at = self.facts_now().and_then(|facts| facts.expires_after(now));
        self.provision.borrow_mut().held(now, ends_at);
        self.handing.set(Handing::Idle);
        self.go();
    }

    /// The token came from a person, who gives the next one too; or there is none.
    pub(super) fn is_not_handed(&'static self) {
        self.provision.borrow_mut().forgotten();
        self.handing.set(Handing::Idle);
    }

    /// Takes note of whether PingOne takes the token.
    pub(super) fn see_answer(&'static self, exchange: &Exchange) {
        match exchange.answer.as_ref().map(|answer| answer.head.status) {
            Some(401) => self.provision.borrow_mut().refused(exchange.at),
            Some(200..300) => self.provision.borrow_mut().worked(exchange.at),
            _ => {}
        }
    }
}
