//! Token renewal for a signed-in person before the token expires, and signing out.

use std::rc::Rc;

use futures::future::LocalBoxFuture;
use leptos::prelude::*;
use pingone::time::Millis;
use pingone::time_limit::{TimedOut, within};
use pingone::transport::{Response, TransportError};
use pingone_mfa_core::sign_in::protocol::renewal::{Renewed, renewal, renewed};
use pingone_mfa_core::sign_in::protocol::{sign_off, token_address};
use pingone_mfa_core::sign_in::session::{SignInFault, SignInMode, SignedIn};

use crate::connect::session::Session;

/// How long the authorization server may take to answer.
const LONGEST_ANSWER: Millis = Millis::seconds(10);

/// How long revoking the refresh token may delay the navigation to PingOne's sign-off.
const PATIENCE: Millis = Millis::seconds(3);

impl Session {
    pub(crate) fn renews(self) -> bool {
        self.settings().sign_in.is_some_and(|sign_in| sign_in.renews)
    }

    /// Why PingOne issued no further token, if one was expected.
    pub fn not_renewed(self) -> Option<SignInFault> {
        self.sign_in.not_renewed.get()
    }

    /// Schedules the renewal of the token that was just taken, if a refresh token was granted.
    pub(crate) fn hold_renewal(self) {
        let has_refresh = |now: &Option<SignedIn>| now.as_ref().is_some_and(|now| now.refresh.is_some());
        let is_granted = self.sign_in.signed_in.with_untracked(has_refresh);
        let facts = self.pasted.read_untracked().facts().cloned().filter(|_| is_granted);
        if let Some(facts) = facts {
            self.sign_in.renewal.write_value().hold(&facts, self.ports.get().clock.reading());
        }
    }

    pub(crate) fn renew_when_due(self) {
        let clock = Rc::clone(&self.ports.get().clock);
        let is_due = self.sign_in.renewal.read_value().due(clock.reading()).is_some();
        // Not while connecting: that began with the current token.
        if is_due && self.is_connected() {
            self.renew();
        }
    }

    fn renew(self) {
        let form_and_place = self.sign_in.signed_in.with_untracked(|signed_in| {
            let signed_in = signed_in.as_ref()?;
            Some((renewal(signed_in)?, token_address(&signed_in.place)))
        });
        let Some((form, address)) = form_and_place else { return };
        self.sign_in.renewal.write_value().ask(self.ports.get().clock.now());
        let request = self.ports.get().sign_in.post(&address, form);
        self.sign_in.renewing.spawn(async move {
            match self.read_renewed(self.answer_in_time(request).await) {
                Ok(renewed) => self.go_on_with(renewed),
                Err(fault) if fault.is_retryable() => {
                    self.sign_in.renewal.write_value().miss(self.ports.get().clock.now());
                }
                Err(fault) => self.end_renewal(fault),
            }
        });
    }

    /// Ends renewal: PingOne refused, or its answer can't be trusted. The refresh token is dropped, and the page shows
    /// why.
    fn end_renewal(self, fault: SignInFault) {
        self.sign_in.end_renewal(fault);
    }

    /// The authorization server's answer, or the fault if it can't be reached or doesn't answer in time.
    pub(crate) async fn answer_in_time(
        self,
        request: LocalBoxFuture<'static, Result<Response, TransportError>>,
    ) -> Result<Response, SignInFault> {
        match within(&*self.ports.get().clock, LONGEST_ANSWER, request).await {
            Ok(answer) => answer.map_err(|_| SignInFault::Unreachable),
            Err(TimedOut) => Err(SignInFault::Silent),
        }
    }

    fn read_renewed(self, answer: Result<Response, SignInFault>) -> Result<Renewed, SignInFault> {
        let answer = answer?;
        let present = self.pasted.read_untracked().facts().cloned().unwrap_or_default();
        let now = self.ports.get().clock.wall();
        let signed_in = self.sign_in.signed_in.read_untracked();
        let signed_in = signed_in.as_ref().ok_or(SignInFault::NothingBegun)?;
        renewed(answer.head.status, &answer.body, signed_in, &present, now)
    }

    fn go_on_with(self, renewed: Renewed) {
        if let Some(refresh) = renewed.refresh {
            self.sign_in.keep_refresh(refresh);
        }
        if self.take(renewed.token.expose()) {
            self.hold_renewal();
        }
    }

    /// Signs out: drops the token and everything that was read with it from this page's memory, revokes the refresh
    /// token, and has PingOne end the browser's session.
    pub fn sign_out(self) {
        let sign_in = Rc::clone(&self.ports.get().sign_in);
        let Some(signed_in) = self.sign_in.take() else { return };
        self.forget();
        let way = SignInMode::choose(sign_in.can_leave(), false);
        let address = sign_off::address(&signed_in.place, way);
        // Browsers open a window only in direct response to a press. The window shows PingOne, and closes when PingOne
        // redirects back.
        if way == SignInMode::OwnWindow
            && let Some(window) = sign_in.open(&address)
        {
            window.leave_open();
        }
        let revoking = sign_off::revocation(&signed_in)
            .map(|form| sign_in.post(&sign_off::revocation_address(&signed_in.place), form));
        let clock = Rc::clone(&self.ports.get().clock);
        self.connecting.spawn(async move {
            if let Some(revoking) = revoking {
                // A refresh token that isn't revoked expires by itself, and isn't held here anymore.
                let _ = within(&*clock, PATIENCE, revoking).await;
            }
            if way == SignInMode::ThisPage {
                sign_in.leave(&address);
            }
        });
    }
}
