//! Takes a token into use: pasted, from the host page or from a sign-in, as the first one or as a replacement.

use std::rc::Rc;

use leptos::prelude::*;
use pingone::region::Agreement;
use pingone::time::Millis;
use pingone::token::TokenFacts;
use pingone::token::claims::{Paste, PasteFault, is_bare, read_token};
use pingone_mfa_core::connect::fields::must_confirm_replacement;
use zeroize::Zeroizing;

use crate::announcement::Announcement;
use crate::connect::paste::Pasted;
use crate::connect::session::{Obstacle, Phase, Session};

impl Session {
    /// Does something after a pause, unless the element is gone by then.
    pub fn after(self, pause: Millis, then: impl FnOnce() + 'static) {
        let clock = Rc::clone(&self.ports().clock);
        self.connecting.spawn(async move {
            clock.sleep_until(clock.now() + pause).await;
            then();
        });
    }

    /// Takes a token from the pasted text. The caller has cleared the field.
    pub fn take_paste(self, text: &str) {
        self.touch();
        if is_bare(text) || self.console.with_untracked(Option::is_some) {
            return self.take_from_person(text);
        }
        let text = Zeroizing::new(text.to_owned());
        self.connecting.spawn(async move {
            match self.console().await {
                Ok(_) => self.take_from_person(&text),
                Err(why) => self.obstacle.set(Some(Obstacle::NotLoaded(why))),
            }
        });
    }

    fn take_from_person(self, text: &str) {
        if self.take_with(text, true) {
            self.is_from_person();
        }
    }

    /// The token came from a person, who also supplies the next one.
    fn is_from_person(self) {
        self.is_not_handed();
        self.is_not_signed_in();
    }

    /// Takes a token that wasn't pasted, if it can be used here. Returns whether it was taken.
    pub(crate) fn take(self, text: &str) -> bool {
        self.take_with(text, false)
    }

    fn take_with(self, text: &str, asks: bool) -> bool {
        self.keep_token();
        let paste = match self.read(text) {
            Err(PasteFault::Empty) => return false,
            Err(fault) => {
                self.refuse(fault);
                return false;
            }
            Ok(paste) => paste,
        };
        match self.obstacle_to(&paste.facts, asks) {
            None => {
                self.hold(paste);
                true
            }
            Some(obstacle) => {
                if matches!(obstacle, Obstacle::ReplacementOfOtherEnvironment(_)) {
                    self.asked_about.set_value(Some(paste));
                }
                self.obstacle.set(Some(obstacle));
                false
            }
        }
    }

    /// Reads the token, which may be surrounded by other text. Finding it there is part of the console.
    fn read(self, text: &str) -> Result<Paste, PasteFault> {
        let now = self.ports.get().clock.wall();
        let Some(console) = self.console.get_untracked().filter(|_| !is_bare(text)) else {
            return read_token(text, now);
        };
        let (token, origin) = console.find_token(text)?;
        let mut paste = read_token(&token, now)?;
        if let Some(origin) = origin {
            paste.notes.insert(0, origin);
        }
        Ok(paste)
    }

    fn hold(self, paste: Paste) {
        if matches!(*self.phase.read_untracked(), Phase::Loading | Phase::Connecting) {
            // A connection attempt for the previous token's environment would continue with this token.
            self.connecting.abort_all();
            self.set_phase.set(Phase::Form);
        }
        let facts = paste.facts;
        self.ports.get().tokens.hold(paste.token);
        self.pasted.set(Pasted::Taken { facts: facts.clone(), notes: paste.notes });
        self.announcer.tell(Announcement::TokenTaken);
        if self.is_connected() {
            self.replaced(&facts);
        } else {
            self.fill_in(&facts);
        }
    }

    /// Uses the replacement token that the person has confirmed.
    pub fn use_replacement(self) {
        self.touch();
        if let Some(paste) = std::mem::take(&mut *self.asked_about.write_value()) {
            self.obstacle.set(None);
            self.hold(paste);
            self.is_from_person();
        }
    }

    /// Records whether a token was just removed from a field that is meant for something else.
    pub fn withhold(self, is_token: bool) {
        if self.is_token_withheld.get_untracked() != is_token {
            self.is_token_withheld.set(is_token);
        }
    }

    /// Keeps the token in use: drops the pending replacement, and clears the obstacle and the paste fault.
    pub fn keep_token(self) {
        self.asked_about.update_value(|value| drop(std::mem::take(value)));
        self.obstacle.set(None);
        self.paste_fault.set(None);
    }

    /// While connected, the token in use is kept. Otherwise an earlier token is dropped, so that the page shows what
    /// is held.
    fn refuse(self, fault: PasteFault) {
        self.paste_fault.set(Some(fault));
        if !self.is_connected() {
            self.ports.get().tokens.forget();
            self.pasted.set(Pasted::Nothing);
        }
    }

    /// Why a replacement token isn't used: one of another region is dropped; one of another environment needs a
    /// person's confirmation if `asks` is set. The token in use is kept.
    fn obstacle_to(self, facts: &TokenFacts, asks: bool) -> Option<Obstacle> {
        let Phase::Connected { region, environment } = self.phase.get_untracked() else { return None };
        if let Agreement::Conflict { issued } = self.settings().regions.agreement(facts, &region) {
            return Some(Obstacle::ReplacementElsewhere { issued });
        }
        let present = self.facts_now().unwrap_or_default();
        let is_asked = asks && must_confirm_replacement(environment.id, &present, facts);
        facts.environment.filter(|_| is_asked).map(Obstacle::ReplacementOfOtherEnvironment)
    }

    fn replaced(self, facts: &TokenFacts) {
        self.replacing.set(false);
        if let Some(console) = self.console.get_untracked() {
            console.continue_with(facts);
        }
    }
}
