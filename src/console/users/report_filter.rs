//! The list, filtered by the report of a run.

use leptos::prelude::*;
use pingone_mfa_core::run::report::Part;

use crate::console::app::{App, use_app};
use crate::console::tabs::Tab;
use crate::console::users::directory::{List, Outcomes, Shown};

use crate::console::users::text;
use crate::ui::dom::handler;
use crate::ui::icon::{Icon, Symbol};
use crate::ui::memo::memo;

#[component]
pub(crate) fn OpenReport() -> impl IntoView {
    let app = use_app();
    // What is said of the report is beside the list.
    let open = move |_| app.directory().open_outcomes(move || app.show_tab(Tab::Users));
    view! { <button class="quiet" on:click=handler(open)><Symbol icon=Icon::Search/> {text::report_filter::OPEN}</button> }
}

/// What is said of the report that the list is filtered by.
#[derive(Clone, PartialEq)]
enum Line {
    Reading,
    /// It can't be used, and why.
    Unusable(String),
    Shown(ShownReport),
}

#[derive(Clone, PartialEq)]
struct ShownReport {
    /// Which report it is.
    name: String,
    /// Its parts and how many users each has.
    parts: Vec<(Part, usize)>,
    /// The part that is shown.
    part: Part,
    /// The value that the run set.
    to: bool,
    /// That some of its users are not in the list.
    unlisted: Option<String>,
}

fn line(app: App, outcomes: &Outcomes) -> Line {
    match outcomes {
        Outcomes::Reading => Line::Reading,
        Outcomes::UnreadableBody(why) => Line::Unusable(text::report_filter::unusable(why)),
        Outcomes::Shown(shown) => Line::Shown(shown_report(app, shown)),
    }
}

fn shown_report(app: App, shown: &Shown) -> ShownReport {
    let ports = app.ports.get();
    let plan = &shown.report.plan;
    let at = ports.locale.time(shown.report.started_at.unwrap_or(plan.made_at));
    let is_partial = *app.directory().list.read_untracked() != List::Complete;
    let unlisted = || text::report_filter::unlisted(ports.locale.as_ref(), shown.unlisted, is_partial);
    ShownReport {
        name: text::report_filter::shown(&plan.number().to_string(), &at),
        parts: shown.report.parts(),
        part: shown.part,
        to: plan.to,
        unlisted: (shown.unlisted > 0).then(unlisted),
    }
}

/// Which report the list is filtered by, and by which of its results.
#[component]
pub(crate) fn ReportFilter() -> impl IntoView {
    let app = use_app();
    let directory = app.directory();
    let line = memo(move || directory.outcomes.read().as_ref().map(|outcomes| line(app, outcomes)));
    view! { {move || {
        line.get().map(|line| {
            let content = match line {
                Line::Reading => {
                    view! { <p class="working hint">{text::report_filter::READING}</p> }.into_any()
                }
                Line::Unusable(why) => view! {
                    <p class="problem" role="alert">{why}</p>
                    <CloseReport/>
                }
                .into_any(),
                Line::Shown(report) => view! {
                    <PartChoice name=report.name parts=report.parts shown=report.part to=report.to/>
                    {report.unlisted.map(|sentence| view! { <p class="hint">{sentence}</p> })}
                    <CloseReport/>
                }
                .into_any(),
            };
            view! { <div class="line">{content}</div> }
        })
    }} }
}

#[component]
fn CloseReport() -> impl IntoView {
    let directory = use_app().directory();
    view! {
        <button class="quiet" on:click=handler(move |_| directory.close_outcomes())>
            {text::report_filter::CLOSE}
        </button>
    }
}

#[component]
fn PartChoice(name: String, parts: Vec<(Part, usize)>, shown: Part, to: bool) -> impl IntoView {
    let app = use_app();
    let option = |(index, (part, count)): (usize, &(Part, usize))| {
        let label = text::report_filter::part(app.ports.get().locale.as_ref(), *part, to, *count);
        view! { <option value=index.to_string() selected=*part == shown>{label}</option> }
    };
    let options = parts.iter().enumerate().map(option).collect_view();
    let choose = move |event| {
        let chosen = event_target_value(&event).parse().ok().and_then(|index: usize| parts.get(index));
        if let Some((part, _)) = chosen {
            app.directory().show_part(*part);
        }
    };
    view! {
        <label class="ceiling">
            <span>{name}</span>
            <select class="filter active" aria-label=text::report_filter::PART on:change=handler(choose)>
                {options}
            </select>
        </label>
    }
}
