//! The choice of how fast requests leave at most.

use crate::state::App;
use crate::state::ceiling::Ceiling;

use super::connect::selected;
use super::figures::number;
use super::markup::{Event, Node, tag, text_in};
use super::text;

pub(super) fn ceiling(app: App, ceiling: Ceiling, choose: impl Fn(u32) + 'static) -> Node {
    let in_use = ceiling.get_untracked().whole();
    let option = |ceiling: u32| {
        let option = tag("option").set_to("value", ceiling.to_string()).with(number(app, ceiling));
        selected(option, u64::from(ceiling) == in_use)
    };
    let on_change = move |event: Event| {
        if let Ok(ceiling) = text_in(&event).parse() {
            choose(ceiling);
        }
    };
    let choice = tag("select")
        .set("aria-label", text::directory::CEILING)
        .on("change", on_change)
        .with(ceiling.choices().into_iter().map(option).collect::<Vec<_>>());
    let name = tag("span").class("hint").with(text::directory::CEILING);
    tag("label").class("ceiling").with(name).with(choice)
}
