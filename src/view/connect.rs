//! The form: the token first, then what was read from it, and only what couldn't be read is asked.

use std::rc::Rc;

use pingone::region::RegionCode;
use pingone::token::{Actor, TokenFacts};

use crate::state::paste::{Forgetting, Pasted};
use crate::state::session::{Obstacle, Phase, Session};
use leptos::prelude::*;

use super::markup::{
    Content, Event, Node, button, group, key_of, main_part, part, part_of, says, tag, text_in,
};
use super::token::{from_host, token_field};
use super::{ScreensPlace, sign_in, text};

pub(super) fn connect(session: Session, screens: &ScreensPlace) -> Node {
    let version = format!("{}, build {}", env!("CARGO_PKG_VERSION"), session.build());
    let masthead = tag("header")
        .class("masthead")
        .with(tag("strong").class("masthead-name").with(text::PRODUCT))
        .with(tag("span").class("masthead-build").with(version))
        .with(button(text::band::HELP, move || session.help()).class("quiet"));
    let offers_paste = session.offers_paste();
    let facts = part_of(
        move || has_token(session),
        move |has_token| match (has_token, offers_paste) {
            (true, _) => Some(facts(session)),
            (false, true) => Some(hint(text::connect::TOKEN_SOURCE)),
            (false, false) => None,
        },
    );
    let form = main_part(session.ports().host.owns_page())
        .class("connect")
        .part("connect")
        .with(tag("h1").with(text::connect::TITLE))
        .with(notice(session))
        .with(forgotten(session))
        .with(session.offers_host().then(|| from_host(session)))
        .with(sign_in::first(session))
        .with(offers_paste.then(|| token_field(session)))
        .with(facts)
        .with(obstacle(session, screens))
        .with(part_of(
            move || offers_paste || has_token(session),
            move |is_of_use| is_of_use.then(|| connect_line(session)),
        ));
    group().with(masthead).with(form)
}

/// What the deployment says to everyone, and where it helps.
fn notice(session: Session) -> Node {
    let settings = session.settings();
    let notice = settings.notice.as_ref().map(|notice| tag("p").class("note").with(notice.as_str()));
    let support = settings.support.as_ref().map(|support| hint(text::connect::support(support)));
    group().with(notice).with(support)
}

fn hint(text: impl Content) -> Node {
    tag("p").class("hint").with(text)
}

fn has_token(session: Session) -> bool {
    session.pasted.with(|pasted| pasted.facts().is_some())
}

fn connect_line(session: Session) -> Node {
    tag("div").class("connect-go").with(connect_button(session)).with(hint(connect_hint(session)))
}

fn connect_button(session: Session) -> Node {
    let name = move || match session.phase.get() {
        Phase::Form | Phase::Connected { .. } => text::connect::CONNECT,
        Phase::Loading => text::connect::LOADING,
        Phase::Connecting => text::connect::CONNECTING,
    };
    button(says(move || name().to_owned()), move || session.connect())
        .class("primary")
        // While it connects a press does nothing. Disabled, it would lose the focus.
        .follow("disabled", move || (!has_token(session)).then(String::new))
}

fn connect_hint(session: Session) -> String {
    let limit = session.list_on_connect();
    if limit == 0 {
        return text::connect::connect_hint_none();
    }
    text::connect::connect_hint_list(&session.ports().locale.number(limit))
}

fn forgotten(session: Session) -> Node {
    part(move || {
        let Pasted::Forgotten { until, why } = session.pasted.get() else { return None };
        let idle = match why {
            Forgetting::Asked => None,
            Forgetting::Idle(minutes) => Some(minutes),
        };
        let sentence = text::forgotten(session.ports().locale.as_ref(), until, idle);
        Some(tag("p").class("note").with(sentence))
    })
}

fn facts(session: Session) -> Node {
    let facts = move || session.facts().unwrap_or_default();
    let ends = move || text::ends(session.ports().locale.as_ref(), facts().expires_at, session.now.get());
    let list = tag("dl")
        .with(fact(text::connect::REGION, region(session)))
        .with(fact(text::connect::ENVIRONMENT_FACT, environment(session)))
        .with(fact(text::connect::ACTS_AS, says(move || text::actor(&facts().actor))))
        .with(fact(text::connect::ENDS, says(ends)))
        .with(fact(text::connect::TOKEN_FACT, says(move || text::connect::last_four(&facts().last_four))));
    let section = tag("section")
        .class("facts")
        .set("aria-label", text::connect::FACTS)
        .with(tag("h2").with(text::connect::FACTS))
        .with(list)
        .with(notes(session));
    let user = id_field(session, session.user).on("input", move |event| session.user.set(text_in(&event)));
    let user = tag("label")
        .class("field")
        .with(tag("span").class("field-name").with(text::connect::USER))
        .with(user);
    group().with(section).with(user).with(hint(text::connect::USER_HINT))
}

fn fact(name: &'static str, value: impl Content) -> Node {
    tag("div").class("fact").with(tag("dt").with(name)).with(tag("dd").with(value))
}

/// A field for an id. There is no form element, which browsers would take for a login, so Enter is ours.
fn id_field(session: Session, id: RwSignal<String>) -> Node {
    let connect_on_enter = move |event: Event| {
        if key_of(&event) == "Enter" {
            session.connect();
        }
    };
    tag("input")
        .class("id-input")
        .set("type", "text")
        .set("autocomplete", "off")
        .set("spellcheck", "false")
        .value(move || id.get())
        .on("keydown", connect_on_enter)
}

/// The region as a fact with Change beside it, or as a choice.
fn region(session: Session) -> Node {
    let shown = move || {
        let region = session.region.get().and_then(|code| session.region_of(&code));
        region.map(|region| text::region(&region.label, &region.api_base)).unwrap_or_default()
    };
    part_of(
        move || session.region_open.get(),
        move |is_open| {
            if is_open {
                region_choice(session)
            } else {
                fact_value(text::connect::REGION, "fact-value", shown, session.region_open)
            }
        },
    )
}

fn region_choice(session: Session) -> Node {
    let options = move || {
        let chosen = session.region.get();
        let nothing = tag("option").set("value", "").with(text::connect::CHOOSE_REGION);
        let option = |code: RegionCode, label: String| {
            let is_chosen = chosen.as_ref() == Some(&code);
            selected(tag("option").set_to("value", code.0).with(label), is_chosen)
        };
        let regions = session.regions().into_iter().map(|region| option(region.code, region.label));
        group().with(selected(nothing, chosen.is_none())).with(regions.collect::<Vec<_>>())
    };
    let on_change = move |event: Event| {
        let code = text_in(&event);
        session.choose_region((!code.is_empty()).then_some(RegionCode(code)));
    };
    tag("select").set("aria-label", text::connect::REGION).on("change", on_change).with(part(options))
}

/// An option of a choice, marked where it is the chosen one.
pub(super) fn selected(option: Node, is_chosen: bool) -> Node {
    if is_chosen { option.set("selected", "") } else { option }
}

fn fact_value(
    name: &'static str,
    class: &'static str,
    value: impl Fn() -> String + Copy + 'static,
    open: RwSignal<bool>,
) -> Node {
    let change = button(text::connect::CHANGE, move || open.set(true))
        .class("quiet")
        .set_to("aria-label", format!("{} {name}", text::connect::CHANGE));
    group().with(tag("span").class(class).with(says(value))).with(change)
}

fn environment(session: Session) -> Node {
    let own = move || session.facts().and_then(|facts| facts.environment);
    let origin = move || session.environment.with(|named| (own(), session.other_environment(named)));
    let on_input = move |event: Event| session.type_environment(text_in(&event));
    let shown = part_of(
        move || session.environment_open.get(),
        move |is_open| {
            if is_open {
                let field = id_field(session, session.environment).on("input", on_input);
                return field.set("aria-label", text::connect::ENVIRONMENT);
            }
            let (name, open) = (text::connect::ENVIRONMENT_FACT, session.environment_open);
            fact_value(name, "fact-value id", move || session.environment.get(), open)
        },
    );
    let source = part_of(origin, |(own, other)| match other {
        Some(other) => Some(tag("p").class("note").with(text::connect::other_environment(other))),
        None => own.map(|_| hint(text::connect::ENVIRONMENT_HINT)),
    });
    group().with(shown).with(source)
}

fn notes(session: Session) -> Node {
    part(move || {
        let Pasted::Taken { facts, notes } = session.pasted.get() else { return None };
        let audit = is_application(&facts).then(|| text::connect::AUDIT_APPLICATION.to_owned());
        let now = session.now.get_untracked();
        let note = |note| text::note(session.ports().locale.as_ref(), note, now);
        let sentences = notes.into_iter().map(note).chain(audit);
        let items: Vec<_> = sentences.map(|sentence| tag("li").with(sentence)).collect();
        (!items.is_empty()).then(|| tag("ul").class("notes").with(items))
    })
}

fn is_application(facts: &TokenFacts) -> bool {
    matches!(facts.actor, Actor::Application(_))
}

/// What is wrong with what was entered.
pub(super) fn problem(session: Session) -> Node {
    obstacle(session, &ScreensPlace::default())
}

/// Why Connect went no further.
fn obstacle(session: Session, screens: &ScreensPlace) -> Node {
    let screens = Rc::clone(screens);
    part(move || session.obstacle.get().map(|obstacle| obstacle_card(session, &screens, obstacle)))
}

fn obstacle_card(session: Session, screens: &ScreensPlace, obstacle: Obstacle) -> Node {
    let label =
        |code: &RegionCode| session.region_of(code).map_or_else(|| code.0.clone(), |region| region.label);
    let sentence: String = match obstacle {
        Obstacle::TokenMissing => text::connect::NO_TOKEN.into(),
        Obstacle::RegionMissing => text::connect::NO_REGION.into(),
        Obstacle::EnvironmentMissing => text::connect::NO_ENVIRONMENT.into(),
        Obstacle::EnvironmentUnreadable => text::connect::BAD_ENVIRONMENT.into(),
        Obstacle::UserUnreadable => text::connect::BAD_USER.into(),
        Obstacle::ReplacementElsewhere { issued } => text::connect::replacement_elsewhere(&label(&issued)),
        Obstacle::ReplacementOfOtherEnvironment(own) => {
            let asked = tag("p").with(text::connect::replacement_of_other_environment(own));
            let go = button(text::connect::USE_HERE, move || session.use_replacement());
            return tag("div").class("problem").set("role", "alert").with(asked).with(go);
        }
        Obstacle::RegionConflict { issued, chosen } => {
            let name = label(&issued);
            let conflict = tag("p").with(text::connect::region_conflict(&name, &label(&chosen)));
            let take = move || session.take_issuing_region(issued.clone());
            let take = button(text::connect::take_region(&name), take);
            return tag("div").class("problem").set("role", "alert").with(conflict).with(take);
        }
        Obstacle::NotLoaded(why) => return not_loaded(session, why),
        // Whatever connects is there, and with it the way to show why it didn't.
        Obstacle::Fault(fault) => {
            return screens.get().map_or_else(group, |screens| (screens.not_connected)(fault));
        }
    };
    tag("p").class("problem").set("role", "alert").with(sentence)
}

/// What stands behind the form is missing. Nothing was sent, so that trying again is always right.
fn not_loaded(session: Session, why: String) -> Node {
    let again = button(text::fault::TRY_AGAIN, move || session.connect());
    let title = tag("p").with(text::connect::NOT_LOADED);
    tag("div").class("problem").set("role", "alert").with(title).with(tag("p").with(why)).with(again)
}
