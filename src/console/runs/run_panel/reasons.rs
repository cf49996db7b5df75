//! Why users were not changed, in a run that is over.

use leptos::prelude::*;
use pingone_mfa_core::run::plan::Exclusion;
use pingone_mfa_core::run::reason::Reason;
use pingone_mfa_core::run::row::RowState;

use crate::console::app::{App, use_app};
use crate::console::format::number;
use crate::console::runs::text;
use crate::ui::dom::handler;

use crate::console::runs::run_panel::report::RunFile;
use crate::console::runs::run_panel::{of_run, of_run_untracked};

/// How many reasons are listed one by one. The report has them all.
const MOST_REASONS: usize = 5;

/// Opens the reasons. If there is only one, its cause is looked for at once.
#[component]
pub(crate) fn WhyNotChanged(state: RowState) -> impl IntoView {
    let app = use_app();
    let why = move |_| {
        app.run().show_details();
        let reasons = app.run().reasons();
        if let [only] = reasons.as_slice()
            && has_cause(only)
        {
            app.run().ask_why(only);
        }
    };
    let name = move || {
        of_run(app, |run| {
            let counted = number(app, run.tally.of(state));
            text::run::why(&format!("{counted} {}", text::mfa_change::state(state, run.plan.to)))
        })
    };
    view! {
        <button
            class="link"
            aria-expanded=move || app.run().shows_details().to_string()
            aria-label=name
            on:click=handler(why)
        >
            {text::run::WHY}
        </button>
    }
}

#[component]
pub(crate) fn SaveSkipped() -> impl IntoView {
    let app = use_app();
    let skipped = of_run_untracked(app, |run| run.plan.left_out.len() as u64);
    let save = move |_| RunFile::Skipped { with_names: false }.save(app);
    view! {
        <button class="link" aria-label=text::run::save_skipped(skipped, &number(app, skipped)) on:click=handler(save)>
            {text::run::SAVE}
        </button>
    }
}

/// Which users the run skipped, and why. `None` where it skipped none.
pub(crate) fn skipped(app: App) -> Option<String> {
    of_run(app, |run| {
        let counted = Exclusion::ALL.map(|why| (why, run.plan.left_out_for(why)));
        let counted = counted.into_iter().filter(|(_, users)| *users > 0);
        let said = counted.map(|(why, users)| {
            format!("{} {}", number(app, users as u64), text::review::exclusion(why, run.plan.to))
        });
        let said: Vec<String> = said.collect();
        (!said.is_empty()).then(|| text::run::skipped(&said.join(", ")))
    })
}

/// Why users were not changed, each reason with a way to its cause.
#[component]
pub(crate) fn Reasons() -> impl IntoView {
    let app = use_app();
    let mut reasons = app.run().reasons();
    if reasons.is_empty() {
        return None;
    }
    let others: u32 = reasons.iter().skip(MOST_REASONS).map(|reason| reason.users).sum();
    let others = (others > 0).then(|| text::run::other_reasons(&number(app, others)));
    reasons.truncate(MOST_REASONS);
    Some(view! {
        <ul class="run-reasons" aria-label=text::run::REASONS>
            {reasons.into_iter().map(|reason| view! { <ReasonLine reason/> }).collect_view()}
            {others.map(|others| view! { <li>{others}</li> })}
        </ul>
    })
}

#[component]
fn ReasonLine(reason: Reason) -> impl IntoView {
    let app = use_app();
    let to = app.run().target().unwrap_or_default();
    let sentence = text::run::reason(&reason, to, &number(app, reason.users));
    let why = has_cause(&reason).then(|| {
        let name = text::run::why(&sentence);
        view! {
            <button class="link" aria-label=name on:click=handler(move |_| app.run().ask_why(&reason))>
                {text::run::WHY}
            </button>
        }
    });
    view! {
        <li class="line">
            <span>{sentence}</span>
            {why}
        </li>
    }
}

/// Without an answer from PingOne there is nothing to diagnose.
const fn has_cause(reason: &Reason) -> bool {
    reason.status >= 400
}
