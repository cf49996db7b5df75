//! Signing in with PingOne: the ways to it, and what comes of them.

use leptos::prelude::*;
use pingone_mfa_core::sign_in::session::SignInFault;

use crate::state::session::Session;
use crate::state::signing_in::SigningIn;

use super::markup::{Node, button, group, part_of, tag};
use super::text;

/// The first way in, where the deployment has one.
pub(super) fn first(session: Session) -> Node {
    let (signs_in, pastes) = (session.offers_sign_in(), session.offers_paste());
    let no_way = (!signs_in && !pastes && !session.offers_host())
        .then(|| tag("p").class("note").with(text::sign_in::NO_WAY));
    let offer = || {
        let go = button(text::sign_in::SIGN_IN, move || session.sign_in())
            .class("primary")
            .follow("disabled", move || is_busy(session).then(String::new));
        let or = pastes.then(|| tag("p").class("hint").with(text::sign_in::OR_PASTE));
        let hint = tag("p").class("hint").with(text::sign_in::HINT);
        group().with(tag("div").class("connect-go").with(go).with(hint)).with(or)
    };
    group().with(no_way).with(came_of_it(session)).with(signs_in.then(offer))
}

/// The way to another token while one is connected. The page stays.
pub(super) fn again(session: Session) -> Option<Node> {
    session.offers_sign_in().then(|| {
        let go = button(text::sign_in::SIGN_IN_AGAIN, move || session.sign_in())
            .follow("disabled", move || is_busy(session).then(String::new));
        let hint = tag("span").class("hint").with(text::sign_in::OWN_WINDOW);
        group().with(came_of_it(session)).with(tag("div").class("line").with(go).with(hint))
    })
}

/// A sign-in that isn't renewed any more, below the band.
pub(super) fn not_renewed(session: Session) -> Node {
    let notice = move |why: Option<SignInFault>| {
        why.map(|fault| {
            let sentence = tag("p").class("problem").set("role", "alert");
            let sentence = sentence.with(text::sign_in::not_renewed(&fault));
            let section = tag("section").class("replace").set("aria-label", text::sign_in::RENEWAL);
            section.with(sentence).with(tag("div").class("line").with(from_elsewhere(session)))
        })
    };
    part_of(move || session.not_renewed(), notice)
}

/// A button where there is no room for what comes of it: that is shown with the other ways to another token.
pub(super) fn from_elsewhere(session: Session) -> Node {
    button(text::sign_in::SIGN_IN_AGAIN, move || {
        session.replacing.set(true);
        session.sign_in();
    })
}

/// A second press would lead to a second answer; what PingOne's window brings is waited for, and can be given up. A page that
/// is being left may stay after all, and then the button is the way on.
fn is_busy(session: Session) -> bool {
    session.signing_in.with(|now| matches!(now, SigningIn::Exchanging))
}

fn came_of_it(session: Session) -> Node {
    let look = move || session.signing_in.get();
    part_of(look, move |signing_in| {
        let working = |sentence| tag("p").class("working").set("role", "status").with(sentence);
        match signing_in {
            SigningIn::No => None,
            SigningIn::Leaving => Some(working(text::sign_in::LEAVING)),
            SigningIn::Exchanging => Some(working(text::sign_in::EXCHANGING)),
            SigningIn::Waiting { is_gone } => Some(waiting(session, is_gone)),
            SigningIn::Failed(fault) => Some(failed(session, &fault)),
        }
    })
}

fn waiting(session: Session, is_gone: bool) -> Node {
    let sentence = if is_gone { text::sign_in::WINDOW_GONE } else { text::sign_in::WAITING };
    let class = if is_gone { "note" } else { "working" };
    let stop = button(text::sign_in::STOP_WAITING, move || session.stop_signing_in()).class("quiet");
    group()
        .with(tag("p").class(class).set("role", "status").with(sentence))
        .with(tag("div").class("line").with(stop).with(leaving(session)))
}

fn failed(session: Session, fault: &SignInFault) -> Node {
    let leave = (*fault == SignInFault::Blocked).then(|| leaving(session));
    let sentence = tag("p").class("problem").set("role", "alert").with(text::sign_in::fault(fault));
    group().with(sentence).with(leave)
}

/// The way that needs no window, where the page has it.
fn leaving(session: Session) -> Option<Node> {
    session.can_leave().then(|| {
        let go = button(text::sign_in::SIGN_IN_HERE, move || session.sign_in_here()).class("quiet");
        tag("div").class("line").with(go).with(tag("span").class("hint").with(text::sign_in::LEAVES))
    })
}
