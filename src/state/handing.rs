//! Tokens that the host page hands over: asked for at the start, before one ends, and where PingOne refuses one.
//!
//! A host page may take long, because a person signs in there, or may never answer. So after [`SOON`] the page says that it
//! still waits, and offers to ask again or to cancel; an answer is taken until [`PATIENCE`] has passed. Only the newest
//! question is listened to.

use std::rc::Rc;

use leptos::prelude::*;
use pingone::exchange::Exchange;
use pingone::time::Millis;
use pingone::time_limit::within;
use pingone_mfa_core::embedding::host_events::Reason;
use zeroize::Zeroizing;

use super::session::{Phase, Session};

/// How long the host page may take before a person is told that it hasn't answered.
const SOON: Millis = Millis::seconds(5);

/// How much longer it may take; somebody may have to sign in there.
const PATIENCE: Millis = Millis::seconds(175);

/// How far the host page is with a token.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Handing {
    /// It was not asked, or has handed one over.
    #[default]
    Idle,
    /// It is asked.
    Asking,
    /// It was asked, and hasn't answered for a while. An answer is still taken.
    Late,
    /// No token came, or none that can be used.
    Missed,
}

impl Session {
    /// Whether the host page hands over tokens here.
    pub fn offers_host(self) -> bool {
        self.settings().limits.token_sources.host && self.ports.get().embedder.supplies_tokens()
    }

    /// Asks the host page for a token, because a person wants one. What it was asked before isn't waited for any more.
    pub fn ask_host(self) {
        self.touch();
        let is_at_start = self.phase.with_untracked(|phase| *phase == Phase::Form);
        self.ask_for(if is_at_start { Reason::Start } else { Reason::Expiry });
    }

    /// Waits no longer for the host page, and doesn't ask it again without anybody's doing.
    pub fn stop_asking_host(self) {
        self.touch();
        self.is_not_handed();
    }

    pub(super) fn ask_host_at_start(self) {
        if self.offers_host() {
            self.ask_for(Reason::Start);
        }
    }

    pub(super) fn ask_host_when_due(self) {
        let clock = Rc::clone(&self.ports.get().clock);
        let due = self.provision.read_value().due(clock.reading());
        if let Some(reason) = due
            && self.offers_host()
        {
            self.ask_for(reason.into());
        }
    }

    fn ask_for(self, reason: Reason) {
        let (embedder, clock) = (Rc::clone(&self.ports.get().embedder), Rc::clone(&self.ports.get().clock));
        self.provision.write_value().ask(clock.now());
        self.handing.set(Handing::Asking);
        let mut answer = embedder.token(reason);
        self.asking.abort_all();
        self.asking.spawn(async move {
            let soon = within(&*clock, SOON, &mut answer).await;
            if soon.is_err() {
                self.handing.set(Handing::Late);
            }
            let text = match soon {
                Ok(text) => text,
                Err(_) => within(&*clock, PATIENCE, answer).await.unwrap_or_default(),
            };
            self.handed(text);
        });
    }

    /// Whoever is handed a token wants to be connected, or to go on.
    fn handed(self, text: Option<Zeroizing<String>>) {
        let is_taken = text.is_some_and(|text| self.take(&text));
        if !is_taken {
            self.provision.write_value().miss(self.ports.get().clock.now());
            self.handing.set(Handing::Missed);
            return;
        }
        self.is_not_signed_in();
        let facts = self.facts_now().unwrap_or_default();
        self.provision.write_value().hold(&facts, self.ports.get().clock.reading());
        self.handing.set(Handing::Idle);
        self.go();
    }

    /// The token came from a person, who gives the next one too; or there is none.
    pub(super) fn is_not_handed(self) {
        self.asking.abort_all();
        self.provision.write_value().end();
        self.handing.set(Handing::Idle);
    }

    /// Takes note of whether PingOne takes the token.
    pub(super) fn see_answer(self, exchange: &Exchange) {
        match exchange.answer.as_ref().map(|answer| answer.head.status) {
            Some(401) => self.provision.write_value().refused(exchange.at),
            Some(200..300) => self.provision.write_value().worked(exchange.at),
            _ => {}
        }
    }
}
