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
    let words = text::words(fault).map(|words| {
        group().with(tag("h3").with(text::fault::WORDS)).with(tag("p").class("fault-words").with(words))
    });
    tag("section")
        .class("fault")
        .with(tag("p").class("fault-title").with(title))
        .with(tag("h3").with(text::fault::CHECKS))
        .with(tag("ol").class("fault-checks").with(checks.collect::<Vec<_>>()))
        .with(words)
}
