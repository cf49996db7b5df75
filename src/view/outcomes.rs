//! The list, filtered by a run's report.

use crate::state::App;
use crate::state::directory::{List, Outcomes, Shown};
use leptos::prelude::*;

use super::connect::selected;
use super::markup::{Node, button, part_of, tag, text_in};
use super::text;

/// The way to a report.
pub(super) fn open(app: App) -> Node {
    button(text::outcomes::OPEN, move || app.directory().open_outcomes())
}

/// Which report is filtered by, and by which of its results.
pub(super) fn outcomes(app: App) -> Node {
    part_of(
        move || app.directory().outcomes.get(),
        move |outcomes| outcomes.map(|outcomes| line(app, &outcomes)),
    )
}

fn line(app: App, outcomes: &Outcomes) -> Node {
    let close = || button(text::outcomes::CLOSE, move || app.directory().close_outcomes()).class("quiet");
    let line = tag("div").class("line");
    match outcomes {
        Outcomes::Reading => line.with(tag("p").class("working hint").with(text::outcomes::READING)),
        Outcomes::UnreadableBody(why) => {
            let sentence = text::outcomes::unusable(why);
            line.with(tag("p").class("problem").set("role", "alert").with(sentence)).with(close())
        }
        Outcomes::Shown(shown) => line.with(parts(app, shown)).with(unlisted(app, shown)).with(close()),
    }
}

fn parts(app: App, shown: &Shown) -> Node {
    let plan = &shown.report.plan;
    let parts = shown.report.parts();
    let at = app.ports.get().locale.time(shown.report.started_at.unwrap_or(plan.made_at));
    let name = text::outcomes::shown(&plan.number().to_string(), &at);
    let option = |(place, (part, count)): (usize, &(_, usize))| {
        let label = text::outcomes::part(app.ports.get().locale.as_ref(), *part, *count);
        selected(tag("option").set_to("value", place.to_string()).with(label), *part == shown.part)
    };
    let options: Vec<Node> = parts.iter().enumerate().map(option).collect();
    let choice = tag("select").class("filter active").set("aria-label", text::outcomes::PART).with(options);
    let choice = choice.on("change", move |event| {
        let chosen = text_in(&event).parse().ok().and_then(|place: usize| parts.get(place));
        if let Some((part, _)) = chosen {
            app.directory().show_part(*part);
        }
    });
    tag("label").class("ceiling").with(tag("span").with(name)).with(choice)
}

fn unlisted(app: App, shown: &Shown) -> Option<Node> {
    let is_partial = app.directory().list.with_untracked(|list| *list != List::Complete);
    (shown.unlisted > 0).then(|| {
        let sentence = text::outcomes::unlisted(app.ports.get().locale.as_ref(), shown.unlisted, is_partial);
        tag("p").class("hint").with(sentence)
    })
}
