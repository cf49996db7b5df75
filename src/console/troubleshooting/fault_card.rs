//! A fault as a card: what failed, what to do about it, and PingOne's own words. It is shown where no diagnosis runs.

use leptos::prelude::*;
use pingone::fault::Fault;
use pingone_mfa_core::diagnosis::cause::Cause;
use pingone_mfa_core::diagnosis::evidence::Operation;

use crate::console::troubleshooting::text;

#[component]
pub(crate) fn FaultCard(
    /// The operation that failed; what to do depends on it.
    #[prop(default = Operation::ReadUsers)]
    tried: Operation,
    fault: Fault,
    /// What the fault means for what the user wanted to do.
    #[prop(optional)]
    title: Option<String>,
) -> impl IntoView {
    let title = title.unwrap_or_else(|| text::fault(&fault));
    let to_do = text::to_do(Cause::of(tried, &fault));
    view! {
        <section class="fault">
            <p class="fault-title">{title}</p>
            <p>{to_do}</p>
            <PingOneWords fault />
        </section>
    }
}

/// The code and message of PingOne's response, or what is wrong with a response that isn't PingOne's.
#[component]
#[expect(clippy::needless_pass_by_value, reason = "a component owns its props")]
pub(crate) fn PingOneWords(fault: Fault) -> impl IntoView {
    let is_pingones = fault.refusal().is_some_and(|refusal| refusal.code.is_some());
    let name = if is_pingones { text::fault_card::WORDS } else { text::fault_card::ANSWER };
    text::words(&fault).map(|words| {
        view! {
            <PartTitle name />
            <p class="fault-words">{words}</p>
        }
    })
}

/// Title of a part of a card. It isn't a heading: a card may appear anywhere on the page, and would skip levels.
#[component]
fn PartTitle(name: &'static str) -> impl IntoView {
    view! { <p class="fault-part">{name}</p> }
}
