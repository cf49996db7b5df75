//! Host tokens: requested at the start, before the current token expires, and when PingOne refuses it.
//!
//! A host page may take long, because a person signs in there, or may never answer. So after [`SOON`] the page says
//! that it is still waiting, and offers to ask again or to cancel; an answer is accepted until [`PATIENCE`] has passed
//! after that. Only the answer to the latest request is accepted.

use std::rc::Rc;

use leptos::prelude::*;
use pingone::exchange::Exchange;
use pingone::time::Millis;
use pingone::time_limit::within;
use pingone_mfa_core::embedding::host_events::Reason;
use zeroize::Zeroizing;

use crate::connect::session::{Phase, Session};

/// How long the host page may take before the page says that it hasn't answered.
const SOON: Millis = Millis::seconds(5);

/// How much longer an answer is accepted; a person may have to sign in on the host page.
const PATIENCE: Millis = Millis::seconds(175);

/// State of the request for a host token.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum HostTokenState {
    /// Not requested, or received.
    #[default]
    Idle,
    /// Requested.
    Requested,
    /// Requested, and not answered for a while. An answer is still accepted.
    Late,
    /// No token came, or no usable one.
    Missed,
}

impl Session {
    /// Whether the host page supplies tokens, and the deployment permits it.
    pub fn offers_host(self) -> bool {
        self.settings().limits.token_sources.host && self.ports.get().embedder.supplies_tokens()
    }

    /// Requests a token because a person asked for one. An earlier request is abandoned.
    pub fn ask_host(self) {
        self.touch();
        let is_at_start = *self.phase.read_untracked() == Phase::Form;
        self.ask_for(if is_at_start { Reason::Start } else { Reason::Expiry });
    }

    /// Stops waiting for the host page, and makes no further automatic requests.
    pub fn stop_asking_host(self) {
        self.touch();
        self.is_not_handed();
    }

    pub(crate) fn ask_host_at_start(self) {
        if self.offers_host() {
            self.ask_for(Reason::Start);
        }
    }

    pub(crate) fn ask_host_when_due(self) {
        let clock = Rc::clone(&self.ports.get().clock);
        let due = self.token_schedule.read_value().due(clock.reading());
        if let Some(reason) = due
            && self.offers_host()
        {
            self.ask_for(reason.into());
        }
    }

    fn ask_for(self, reason: Reason) {
        let (embedder, clock) = (Rc::clone(&self.ports.get().embedder), Rc::clone(&self.ports.get().clock));
        self.token_schedule.write_value().ask(clock.now());
        self.host_token.set(HostTokenState::Requested);
        let mut answer = embedder.token(reason);
        self.host_token_request.abort_all();
        self.host_token_request.spawn(async move {
            let soon = within(&*clock, SOON, &mut answer).await;
            if soon.is_err() {
                self.host_token.set(HostTokenState::Late);
            }
            let text = match soon {
                Ok(text) => text,
                Err(_) => within(&*clock, PATIENCE, answer).await.unwrap_or_default(),
            };
            self.handed(text);
        });
    }

    /// Uses the host token, then connects if the form is still shown. Without a usable token the request counts as
    /// missed.
    fn handed(self, text: Option<Zeroizing<String>>) {
        let is_taken = text.is_some_and(|text| self.take(&text));
        if !is_taken {
            self.token_schedule.write_value().miss(self.ports.get().clock.now());
            self.host_token.set(HostTokenState::Missed);
            return;
        }
        self.is_not_signed_in();
        let facts = self.facts_now().unwrap_or_default();
        self.token_schedule.write_value().hold(&facts, self.ports.get().clock.reading());
        self.host_token.set(HostTokenState::Idle);
        self.go();
    }

    /// Ends the host token schedule: the token came from a person, who supplies the next one too, or there is none.
    pub(crate) fn is_not_handed(self) {
        self.host_token_request.abort_all();
        self.token_schedule.write_value().end();
        self.host_token.set(HostTokenState::Idle);
    }

    /// Records whether PingOne accepts the token.
    pub(crate) fn see_answer(self, exchange: &Exchange) {
        match exchange.answer.as_ref().map(|answer| answer.head.status) {
            Some(401) => self.token_schedule.write_value().refused(exchange.at),
            Some(200..300) => self.token_schedule.write_value().worked(exchange.at),
            _ => {}
        }
    }
}
