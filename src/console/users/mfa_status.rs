//! MFA status: for how many users MFA is on, by population, as bars to read and numbers to press.

mod numbers;

use leptos::prelude::*;
use pingone_mfa_core::diagnosis::evidence::Operation;
use pingone_mfa_core::directory::snapshot::{PopulationChange, change};

use crate::connect::session::Phase;
use crate::console::app::App;
use crate::console::app::use_app;
use crate::console::load::Load;
use crate::console::troubleshooting::state::Location;
use crate::console::users::directory::{List, Report};

use crate::console::users::list_progress::partial;
use crate::console::users::summary::{Summarized, summary};
use crate::console::users::text;

use crate::console::troubleshooting::failure::Failure;
use crate::console::users::mfa_status::numbers::NumbersTable;
use crate::ui::dom::handler;

#[component]
pub(crate) fn MfaStatus() -> impl IntoView {
    let app = use_app();
    view! {
        <section class="mfa-status" part="status" aria-label=text::mfa_status::NAME>
            <div class="line">
                <h2>{move || headline(app)}</h2>
                <Show when=move || is_complete(app)>
                    <StatusActions/>
                </Show>
            </div>
            <p class="on-paper">{move || read_on(app)}</p>
            <p class="hint">{text::mfa_status::MEANING}</p>
            <NumbersTable/>
            <p class="hint">{text::mfa_status::VISIBLE}</p>
            <DeviceReport/>
            <Show when=move || has_pingid(app)>
                <p class="note warn">{text::mfa_status::PINGID}</p>
            </Show>
            <Comparison/>
        </section>
    }
}

fn headline(app: App) -> String {
    let all = app.directory().table.status.with(|status| status.all);
    text::mfa_status::headline(app.ports.get().locale.as_ref(), &all)
}

fn is_complete(app: App) -> bool {
    app.directory().list.with(|list| *list == List::Complete)
}

/// When the list was read, or how much of it.
fn read_on(app: App) -> String {
    if !is_complete(app) {
        return partial(app);
    }
    let at = app.directory().listed_at.get();
    at.map(|at| text::mfa_status::read_on(app.ports.get().locale.as_ref(), at)).unwrap_or_default()
}

/// With PingID the flag may say nothing about how a user signs on.
fn has_pingid(app: App) -> bool {
    let directory = app.directory();
    directory.has_pingid.get()
        || directory.report.with(|report| report.ready().is_some_and(|report| report.has_pingid))
}

/// What can be done with numbers that are complete.
#[component]
fn StatusActions() -> impl IntoView {
    let app = use_app();
    let copy = move |_| {
        if let Some(text) = summary_of(app) {
            app.session().copy(text);
        }
    };
    view! {
        <div class="actions">
            <button class="quiet" on:click=handler(copy)>{text::mfa_status::COPY_SUMMARY}</button>
            <button class="quiet" on:click=handler(move |_| app.save_snapshot())>{text::mfa_status::SAVE_SNAPSHOT}</button>
            <button class="quiet" on:click=handler(move |_| app.open_snapshot())>{text::mfa_status::COMPARE}</button>
            <button class="quiet" on:click=handler(move |_| app.ports.get().host.print())>{text::mfa_status::PRINT}</button>
        </div>
    }
}

fn summary_of(app: App) -> Option<String> {
    let Phase::Connected { environment, .. } = app.session().phase.get_untracked() else { return None };
    let directory = app.directory();
    let earlier = app.earlier();
    let summarized = Summarized {
        environment: &environment,
        status: &directory.table.status.get_untracked(),
        populations: &app.populations(),
        list_read_at: directory.listed_at.get_untracked()?,
        devices_as_of: directory.devices_as_of(),
        earlier: earlier.as_ref(),
    };
    Some(summary(&summarized, app.ports.get().locale.as_ref()))
}

/// How devices are known, and what makes them known.
#[component]
fn DeviceReport() -> impl IntoView {
    let app = use_app();
    let shown = Memo::new(move |_| (app.directory().report.get(), is_complete(app)));
    move || {
        let (report, is_complete) = shown.get();
        view! { <div class="line">{device_report(app, report, is_complete)}</div> }
    }
}

fn device_report(app: App, report: Load<Report>, is_complete: bool) -> AnyView {
    match report {
        Load::Idle => {
            let offer = is_complete.then(|| {
                view! {
                    <ReadReportButton name=text::mfa_status::READ_DEVICES/>
                    <p class="hint">{text::mfa_status::REPORT_COST}</p>
                }
            });
            view! {
                <p class="hint">{text::mfa_status::NOT_READ}</p>
                {offer}
            }
            .into_any()
        }
        Load::Loading => view! { <p class="working hint">{text::mfa_status::READING_DEVICES}</p> }.into_any(),
        Load::Failed(fault) => {
            let title = text::mfa_status::no_report(&fault);
            view! {
                <Failure at=Location::Report tried=Operation::ReadReport fault title=title/>
                <ReadReportButton name=text::TRY_AGAIN/>
            }
            .into_any()
        }
        Load::Ready { value, .. } => view! {
            <p class="hint">{text::mfa_status::report(app.ports.get().locale.as_ref(), &value)}</p>
            <ReadReportButton name=text::directory::READ_AGAIN/>
        }
        .into_any(),
    }
}

#[component]
fn ReadReportButton(name: &'static str) -> impl IntoView {
    let app = use_app();
    view! { <button class="quiet" on:click=handler(move |_| app.directory().read_report())>{name}</button> }
}

/// What changed since an older snapshot.
#[component]
fn Comparison() -> impl IntoView {
    let app = use_app();
    move || {
        let shown = match app.saving().earlier.get()? {
            Err(unusable) => {
                let sentence = text::mfa_status::unusable(&unusable);
                view! { <p class="problem" role="alert">{sentence}</p> <StopComparing/> }.into_any()
            }
            Ok(earlier) => {
                let changes = change(&earlier, &app.snapshot()?);
                let ports = app.ports.get();
                let (date, time) =
                    (ports.locale.date(earlier.list_read_at), ports.locale.time(earlier.list_read_at));
                view! {
                    <div class="line">
                        <p>{text::mfa_status::compared(&format!("{date} {time}"))}</p>
                        <StopComparing/>
                    </div>
                    <Changes changes/>
                }
                .into_any()
            }
        };
        Some(shown)
    }
}

#[component]
fn StopComparing() -> impl IntoView {
    let earlier = use_app().saving().earlier;
    view! { <button class="quiet" on:click=handler(move |_| earlier.set(None))>{text::mfa_status::STOP_COMPARING}</button> }
}

#[component]
fn Changes(changes: Vec<PopulationChange>) -> impl IntoView {
    let app = use_app();
    let item = |change: PopulationChange| {
        let name = change.name.unwrap_or_else(|| text::mfa_status::NO_POPULATION.to_owned());
        let sentence = text::mfa_status::change(app.ports.get().locale.as_ref(), &name, &change.presence);
        view! {
            <li>
                <bdi>{sentence}</bdi>
            </li>
        }
    };
    view! { <ul class="changes">{changes.into_iter().map(item).collect_view()}</ul> }
}
