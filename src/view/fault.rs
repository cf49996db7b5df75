//! Why something failed, what to do about it, and PingOne's own words, where nobody has looked any further.

use pingone::fault::Fault;
use pingone_mfa_core::diagnosis::cause::Cause;
use pingone_mfa_core::diagnosis::evidence::Operation;

use super::markup::{Node, group, tag};
use super::text;

/// A failed read as a card.
pub(super) fn fault_card(fault: &Fault) -> Node {
    fault_card_titled(Operation::ReadUsers, fault, text::fault(fault))
}

/// A fault as a card. The title says what it meant for the person's own intent.
pub(super) fn fault_card_titled(tried: Operation, fault: &Fault, title: String) -> Node {
    let to_do = text::troubleshooting::to_do(Cause::of(tried, fault));
    tag("section")
        .class("fault")
        .with(tag("p").class("fault-title").with(title))
        .with(part(text::troubleshooting::TO_DO))
        .with(tag("p").with(to_do))
        .with(words(fault))
}

/// PingOne's own words.
pub(super) fn words(fault: &Fault) -> Option<Node> {
    let is_pingones = fault.refusal().is_some_and(|refusal| refusal.code.is_some());
    let heading = if is_pingones { text::fault::WORDS } else { text::fault::ANSWER };
    text::words(fault)
        .map(|words| group().with(part(heading)).with(tag("p").class("fault-words").with(words)))
}

/// What a part is. No heading: a card stands anywhere on the page, and would skip levels.
pub(super) fn part(name: &'static str) -> Node {
    tag("p").class("fault-part").with(name)
}
