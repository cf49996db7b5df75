//! The one question: before MFA is turned off for somebody. There are two ways, and the gentler one is chosen at first;
//! the focus is on keeping everything as it is.

use std::rc::Rc;

use leptos::prelude::Effect;
use pingone::user::UserId;
use pingone_mfa_core::config::settings::BypassRule;

use crate::state::App;
use crate::state::session::Phase;
use leptos::prelude::*;

use super::markup::{Event, Handle, Node, button, group, part_of, says, tag, text_in};
use super::text;
use super::token::modal;

/// The hours on offer, as far as the deployment permits them.
const HOURS: [u64; 4] = [1, 4, 8, 24];

/// What was chosen in the dialog.
struct Choice {
    /// Off for good, and not for a while.
    for_good: RwSignal<bool>,
    hours: RwSignal<u64>,
}

pub(super) fn question(app: App) -> Node {
    let directory = app.directory();
    let (dialog, keep) = (Handle::new(), Handle::new());
    let title =
        move || text::question::title(&directory.asking.get().map(|id| name_of(app, id)).unwrap_or_default());
    let rule = &app.session().settings().bypass;
    let choice = Rc::new(Choice {
        for_good: RwSignal::new(!directory.may_bypass()),
        hours: RwSignal::new(offered(rule)),
    });
    let again = Rc::clone(&choice);
    Effect::new(move |_| {
        let asks = directory.asking.with(Option::is_some);
        dialog.show_modal(asks);
        if asks {
            again.for_good.set(!directory.may_bypass());
            keep.focus();
        }
    });
    let ways = Rc::clone(&choice);
    modal(app.session())
        .known_as(dialog)
        .class("confirm")
        .part("dialog")
        .follow("aria-label", move || Some(title()))
        .on("close", move |_| directory.keep())
        .with(tag("h2").with(says(title)))
        .with(part_of(move || directory.asking.get(), move |asked| asked.map(|id| the_ways(app, id, &ways))))
        .with(
            tag("footer")
                .with(tag("span").class("confirm-place").with(says(move || place(app))))
                .with(button(text::question::KEEP, move || directory.keep()).known_as(keep).class("primary"))
                .with(go(app, &choice)),
        )
}

pub(super) fn name_of(app: App, id: UserId) -> String {
    let user = app.directory().user(id);
    user.map(|user| if user.name.is_empty() { user.username } else { user.name.to_string() })
        .unwrap_or_default()
}

pub(super) fn place(app: App) -> String {
    match app.session().phase.get() {
        Phase::Connected { environment, .. } => {
            text::question::place(&environment.name, &text::kind(&environment.kind))
        }
        Phase::Form | Phase::Loading | Phase::Connecting => String::new(),
    }
}

/// The usual hours, or the most that are permitted.
fn offered(rule: &BypassRule) -> u64 {
    const USUAL: u64 = 8;
    HOURS.into_iter().filter(|hours| *hours <= rule.max_hours.min(USUAL)).max().unwrap_or(1)
}

fn the_ways(app: App, id: UserId, choice: &Rc<Choice>) -> Node {
    let rule = &app.session().settings().bypass;
    let devices = app.directory().opened.with_untracked(|opened| {
        let opened = opened.as_ref().filter(|opened| opened.id == id)?;
        opened.devices.ready().map(Vec::len)
    });
    let own = app.directory().is_own(id);
    let own = move || own.then(|| tag("p").class("note warn").with(text::confirm::own_account(false)));
    let for_good =
        way(choice, true, group().with(text::question::DISABLE_WAY), text::question::disabled(devices));
    if !app.directory().may_bypass() {
        let why = tag("p").with(text::question::NO_BYPASS);
        return group().with(own()).with(why).with(note(rule)).with(for_good);
    }
    let hours = Rc::clone(choice);
    let until = move || {
        let end = app.directory().bypass_end(hours.hours.get());
        text::question::until(app.ports.get().locale.as_ref(), end, app.session().now.get())
    };
    let name = group().with(text::question::BYPASS_WAY).with(hours_choice(choice, rule)).with(says(until));
    let for_good = if app.directory().may_change(false) {
        for_good
    } else {
        tag("p").class("hint").with(text::question::NEVER_OFF)
    };
    group()
        .with(own())
        .with(way(choice, false, name, text::question::BYPASS_MEANING.to_owned()))
        .with(note(rule))
        .with(for_good)
}

fn note(rule: &BypassRule) -> Option<Node> {
    rule.note.as_ref().map(|note| tag("p").class("note").with(note.as_str()))
}

fn way(choice: &Rc<Choice>, for_good: bool, name: Node, meaning: String) -> Node {
    let (shown, chosen) = (Rc::clone(choice), Rc::clone(choice));
    let radio = tag("input")
        .set("type", "radio")
        .set("name", "way")
        .checked(move || shown.for_good.get() == for_good)
        .on("change", move |_| chosen.for_good.set(for_good));
    let label = tag("label").class("check").with(radio).with(tag("span").class("way-name").with(name));
    tag("div").class("way").with(label).with(tag("p").class("hint").with(meaning))
}

fn hours_choice(choice: &Rc<Choice>, rule: &BypassRule) -> Node {
    let chosen = Rc::clone(choice);
    let current = choice.hours.get_untracked();
    let option = |hours: u64| {
        let option = tag("option").set_to("value", hours.to_string()).with(text::question::hours(hours));
        super::connect::selected(option, hours == current)
    };
    let options = HOURS.into_iter().filter(|hours| *hours <= rule.max_hours).map(option);
    let on_change = move |event: Event| {
        if let Ok(hours) = text_in(&event).parse() {
            chosen.hours.set(hours);
            chosen.for_good.set(false);
        }
    };
    tag("select")
        .set("aria-label", text::question::HOURS)
        .on("change", on_change)
        .with(options.collect::<Vec<_>>())
}

fn go(app: App, choice: &Rc<Choice>) -> Node {
    let (named, pressed) = (Rc::clone(choice), Rc::clone(choice));
    let name = move || {
        if named.for_good.get() {
            return text::question::DISABLE.to_owned();
        }
        let end = app.directory().bypass_end(named.hours.get());
        text::question::allow(app.ports.get().locale.as_ref(), end, app.session().now.get())
    };
    let press = move || {
        if pressed.for_good.get_untracked() {
            app.directory().disable();
        } else {
            app.directory().allow_bypass(pressed.hours.get_untracked());
        }
    };
    button(says(name), press).class("danger")
}
