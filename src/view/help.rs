//! The help: a dialog with a search, and a way to it from wherever a topic matters.

use leptos::prelude::*;
use pingone::fault::Fault;
use pingone_mfa_core::diagnosis::check::Check;
use pingone_mfa_core::diagnosis::topic::Topic;

use crate::state::App;
use crate::state::load::Load;

use super::markup::{Handle, Node, button, once_shown, part_of, says, tag, text_in};
use super::text;
use super::token::modal;

/// The dialog. It is opened at a topic, or at its search.
pub(super) fn help(app: App) -> Node {
    let help = app.help();
    let (dialog, search) = (Handle::new(), Handle::new());
    let headings: [(Topic, Handle); Topic::ALL.len()] = Topic::ALL.map(|topic| (topic, Handle::new()));
    Effect::new(move |_| {
        let is_open = help.is_open.get();
        dialog.show_modal(is_open);
        if is_open {
            let topic = help.topic.get();
            let heading = headings.iter().find(|(of, _)| Some(*of) == topic);
            let heading = heading.map_or(search, |(_, heading)| *heading);
            // The topics come into the document with the dialog.
            once_shown(move || heading.focus());
        }
    });
    let field = tag("input")
        .known_as(search)
        .class("help-search")
        .set("type", "search")
        .set("autocomplete", "off")
        .set("spellcheck", "false")
        .set("aria-label", text::help::SEARCH)
        .set("placeholder", text::help::SEARCH)
        .value(move || help.search.get())
        .on("input", move |event| help.search.set(text_in(&event)));
    let found = move || {
        help.search.with(|search| text::help::found(text::help::matching(search).len(), Topic::ALL.len()))
    };
    let head = tag("div")
        .class("help-head")
        .with(tag("h2").with(text::help::NAME))
        .with(button(text::help::CLOSE, move || help.close()))
        .with(field)
        .with(tag("p").class("hint").set("role", "status").with(says(found)));
    let topics = part_of(
        move || (help.is_open.get(), help.search.with(|search| text::help::matching(search))),
        move |(is_open, topics)| is_open.then(|| sections(app, &topics, &headings)),
    );
    modal(app.session())
        .known_as(dialog)
        .class("confirm help")
        .set("aria-label", text::help::NAME)
        .on("close", move |_| help.close())
        .with(head)
        .with(topics)
}

fn sections(app: App, topics: &[Topic], headings: &[(Topic, Handle)]) -> Node {
    let shown = headings.iter().filter(|(topic, _)| topics.contains(topic));
    let sections: Vec<Node> = shown.map(|(topic, heading)| section(app, *topic, *heading)).collect();
    tag("div").class("help-topics").with(sections)
}

fn section(app: App, topic: Topic, heading: Handle) -> Node {
    let paragraphs = text::help::paragraphs(topic).iter().map(|paragraph| tag("p").with(*paragraph));
    let here = (topic == Topic::NewUsers).then(|| tag("p").class("note").with(says(move || new_users(app))));
    let title = tag("h3").known_as(heading).set("tabindex", "-1").with(text::help::title(topic));
    tag("section").class("help-topic").with(title).with(here).with(paragraphs.collect::<Vec<_>>())
}

/// What this environment's default is, as far as it was read.
fn new_users(app: App) -> String {
    match app.directory().mfa_default.get() {
        Load::Ready { value, at } => {
            text::help::new_users_default(value, &app.ports.get().locale.time_to_second(at))
        }
        Load::Failed(Fault::RoleMissing(_)) => text::help::NEW_USERS_FORBIDDEN.to_owned(),
        Load::Failed(_) => text::help::NEW_USERS_FAILED.to_owned(),
        Load::Idle | Load::Loading => text::help::NEW_USERS_NOT_READ.to_owned(),
    }
}

/// A way to what there is to know about a check, under the check's name.
pub(super) fn link(app: App, check: Check, name: &'static str) -> Node {
    let topic = check.topic();
    button(name, move || app.help().open(topic))
        .class("quiet help-link")
        .set_to("title", text::help::about(topic))
}
