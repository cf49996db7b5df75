//! Why something failed, what to check, and PingOne's own words.

use pingone_mfa_core::domain::fault::Fault;

use super::markup::{Node, group, tag};
use super::text;

/// A fault as a card.
pub(super) fn fault_card(fault: &Fault) -> Node {
    fault_card_titled(fault, text::fault(fault))
}

/// A fault as a card. The title says what it meant for the person's own intent.
pub(super) fn fault_card_titled(fault: &Fault, title: String) -> Node {
    let checks = fault.advice().checks.iter().map(|check| tag("li").with(text::check(*check, fault)));
    let is_pingones = fault.refusal().is_some_and(|refusal| refusal.code.is_some());
    let heading = if is_pingones { text::fault::WORDS } else { text::fault::ANSWER };
    let words = text::words(fault)
        .map(|words| group().with(part(heading)).with(tag("p").class("fault-words").with(words)));
    tag("section")
        .class("fault")
        .with(tag("p").class("fault-title").with(title))
        .with(part(text::fault::CHECKS))
        .with(tag("ol").class("fault-checks").with(checks.collect::<Vec<_>>()))
        .with(words)
}

/// What a part is. No heading: a card stands anywhere on the page, and would skip levels.
fn part(name: &'static str) -> Node {
    tag("p").class("fault-part").with(name)
}
