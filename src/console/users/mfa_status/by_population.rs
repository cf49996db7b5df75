//! The numbers by population, and what can be done with them. The section lies over the table, so that nothing moves
//! when it opens; it is in the document while it is closed, because it is printed.

use leptos::ev;
use leptos::prelude::*;
use pingone_mfa_core::directory::snapshot::{PopulationChange, change};

use crate::connect::session::Phase;
use crate::console::app::{App, use_app};
use crate::console::users::mfa_status::is_complete;
use crate::console::users::mfa_status::numbers::NumbersTable;
use crate::console::users::mfa_status::section::Section;
use crate::console::users::summary::{Summarized, summary};
use crate::console::users::text;
use crate::ui::dom::{handler, key_of, stop};
use crate::ui::icon::{Icon, Symbol};
use crate::ui::show::Show;

const ID: &str = "by-population";

#[component]
pub(super) fn ByPopulationButton(section: Section) -> impl IntoView {
    let Section { is_open, button, .. } = section;
    view! {
        <button
            class="quiet"
            node_ref=button
            aria-label=text::mfa_status::BY_POPULATION
            aria-expanded=move || is_open.get().to_string()
            aria-controls=ID
            on:click=handler(move |_| section.toggle())
        >
            <span class="by-population-name">{text::mfa_status::BY_POPULATION}</span>
            <Symbol icon=Icon::ChevronDown/>
        </button>
    }
}

#[component]
pub(super) fn ByPopulation(section: Section) -> impl IntoView {
    let app = use_app();
    let is_open = section.is_open;
    let press = move |event: ev::KeyboardEvent| {
        if key_of(&event) == "Escape" && is_open.get_untracked() {
            stop(&event);
            section.close();
        }
    };
    view! {
        <div
            id=ID
            node_ref=section.panel
            class=move || if is_open.get() { "by-population open" } else { "by-population" }
            role="group"
            aria-label=text::mfa_status::BY_POPULATION
            on:keydown=handler(press)
        >
            <div class="line">
                <Show when=move || is_complete(app)>
                    <StatusActions/>
                </Show>
                <button class="quiet" on:click=handler(move |_| section.close())>{text::CLOSE}</button>
            </div>
            <NumbersTable section/>
            <p class="hint">{text::mfa_status::VISIBLE}</p>
            <Comparison/>
        </div>
    }
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
    let earlier = untrack(|| app.earlier());
    let summarized = Summarized {
        environment: &environment,
        status: &directory.table.status.get_untracked(),
        populations: &untrack(|| app.populations()),
        list_read_at: directory.listed_at.get_untracked()?,
        devices_as_of: untrack(|| directory.devices_as_of()),
        earlier: earlier.as_ref(),
    };
    Some(summary(&summarized, app.ports.get().locale.as_ref()))
}

/// What changed since an older snapshot.
#[component]
fn Comparison() -> impl IntoView {
    let app = use_app();
    view! { {move || {
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
    }} }
}

#[component]
fn StopComparing() -> impl IntoView {
    let saving = use_app().saving();
    view! { <button class="quiet" on:click=handler(move |_| saving.stop_comparing())>{text::mfa_status::STOP_COMPARING}</button> }
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
