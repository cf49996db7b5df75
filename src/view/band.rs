//! The band that never moves: where one is connected, as whom, and for how long.

use leptos::prelude::*;
use pingone::environment::{Environment, EnvironmentKind};
use pingone::token::paste::Remark;

use crate::state::App;
use crate::state::paste::Pasted;
use crate::state::session::Session;

use super::connect::problem;
use super::markup::{Node, button, group, part_of, says, tag};
use super::token::next_token;
use super::troubleshooting::everything;
use super::{sign_in, text};

/// The band of a connection to `environment`.
pub(super) fn band(app: App, environment: Environment, region: String) -> Node {
    let session = app.session();
    let facts = move || session.facts().unwrap_or_default();
    let end = move || {
        if expired_at_once(session) {
            return text::band::EXPIRED_BY_CLOCK.to_owned();
        }
        text::band_end(app.ports.get().locale.as_ref(), facts().expires_at, session.now.get())
    };
    let end_class = move || {
        let is_settled = facts().is_expired(session.now.get()) == Some(true);
        Some(if is_settled { "band-end ended" } else { "band-end" }.to_owned())
    };
    let kind = kind_tag(&environment.kind);
    let id = environment.id.to_string();
    let other = move || session.other_environment(&id);
    let other =
        part_of(other, |other| other.map(|own| tag("span").with(text::connect::other_environment(own))));
    let place = tag("div")
        .class("band-facts")
        .with(tag("h1").class("band-name").with(tag("bdi").with(environment.name)))
        .with(kind)
        .with(tag("span").with(region))
        .with(tag("span").with(says(move || text::actor_short(&facts().actor))))
        .with(tag("span").follow("class", end_class).with(says(end)))
        .with(other);
    let actions = tag("div")
        .class("band-actions")
        .with(everything(app))
        .with(button(text::band::HELP, move || app.help().open_all()))
        .with(
            button(text::band::REPLACE, move || toggle_replacement(app))
                .follow("aria-expanded", move || Some(session.replacing.get().to_string())),
        )
        .with(button(text::band::FORGET, move || session.forget()))
        .with(part_of(
            move || session.is_signed_in(),
            move |is_signed_in| {
                is_signed_in.then(|| button(text::sign_in::SIGN_OUT, move || session.sign_out()))
            },
        ));
    let replacement =
        part_of(move || session.replacing.get(), move |is_open| is_open.then(|| replacement(app)));
    let band = tag("header")
        .class("band")
        .part("band")
        .set("aria-label", text::band::NAME)
        .with(place)
        .with(actions);
    group().with(band).with(sign_in::not_renewed(session)).with(replacement)
}

/// Whether the token had expired by this computer's clock when it was taken. PingOne decides whether it has.
fn expired_at_once(session: Session) -> bool {
    session.pasted.with(|pasted| match pasted {
        Pasted::Taken { notes, .. } => notes.iter().any(|note| matches!(note, Remark::Expired(_))),
        Pasted::Nothing | Pasted::Forgotten { .. } => false,
    })
}

fn kind_tag(kind: &EnvironmentKind) -> Node {
    let class = match kind {
        EnvironmentKind::Production => "tag production",
        EnvironmentKind::Sandbox | EnvironmentKind::Other(_) => "tag",
    };
    tag("span").class(class).with(text::kind(kind))
}

fn replacement(app: App) -> Node {
    tag("section")
        .class("replace")
        .set("aria-label", text::band::REPLACE)
        .with(next_token(app.session()))
        .with(problem(app.session()))
        .with(button(text::band::KEEP, move || toggle_replacement(app)).class("quiet"))
}

fn toggle_replacement(app: App) {
    let session = app.session();
    session.keep_token();
    session.replacing.update(|replacing| *replacing = !*replacing);
}
