//! A choice among names.

use super::connect::selected;
use super::markup::{Event, Node, tag, text_in};

/// A choice among names, one of which is chosen.
pub(super) fn choice_among(
    name: &'static str,
    options: impl IntoIterator<Item = (&'static str, bool)>,
    choose: impl Fn(&str) + 'static,
) -> Node {
    let option = |(name, is_chosen)| selected(tag("option").set("value", name).with(name), is_chosen);
    let select = tag("select")
        .set("aria-label", name)
        .on("change", move |event: Event| choose(&text_in(&event)))
        .with(options.into_iter().map(option).collect::<Vec<_>>());
    tag("label").class("named-choice").with(tag("span").class("hint").with(name)).with(select)
}
