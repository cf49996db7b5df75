//! MFA status: for how many users MFA is on as one bar, the states as chips that filter the table, where device data is
//! from, and the same numbers by population.

mod by_population;
mod devices;
mod numbers;
mod section;

use leptos::prelude::*;
use pingone::time::Timestamp;
use pingone_mfa_core::directory::query::MfaFilter;
use pingone_mfa_core::directory::status::{Class, Counts};

use crate::console::app::{App, use_app};
use crate::console::format::number;
use crate::console::load::Load;
use crate::console::users::directory::List;
use crate::console::users::list_progress::partial;
use crate::console::users::mfa_status::by_population::{ByPopulation, ByPopulationButton};
use crate::console::users::mfa_status::devices::{DeviceSource, ReportFailure};
use crate::console::users::mfa_status::numbers::{Bar, PARTS};
use crate::console::users::mfa_status::section::Section;
use crate::console::users::text;
use crate::console::users::toolbar::change;
use crate::ui::dom::handler;
use crate::ui::dropdown::{Dropdown, DropdownButton, Opens};
use crate::ui::icon::Icon;
use crate::ui::list::For;
use crate::ui::memo::memo;
use crate::ui::show::Show;

#[component]
pub(crate) fn MfaStatus() -> impl IntoView {
    let app = use_app();
    let section = Section::new();
    let counts = memo(move || app.directory().table.status.read().all);
    view! {
        <section class="mfa-status" part="status" aria-label=text::mfa_status::NAME>
            <div class="status-line">
                <h2 data-widest=move || widest(app, &counts.get())>
                    <span class="headline">
                        {move || headline(app, &counts.get())}
                        <span class="share">{move || share(app, &counts.get())}</span>
                    </span>
                </h2>
                <Show when=move || has_list(app)>
                    <Meaning/>
                    {move || view! { <Bar counts=counts.get()/> }}
                    <ByPopulationButton section/>
                </Show>
            </div>
            <div class="status-line status-states">
                <Show when=move || is_settled(app)>
                    <Chips/>
                    <DeviceSource/>
                    <PingId/>
                </Show>
            </div>
            <p class="on-paper">{move || read_on(app)}</p>
            <p class="on-paper">{text::mfa_status::MEANING}</p>
            <ReportFailure/>
            <ByPopulation section/>
        </section>
    }
}

fn headline(app: App, counts: &Counts) -> String {
    if has_list(app) {
        return text::mfa_status::headline(app.ports.get().locale.as_ref(), counts);
    }
    match &*app.directory().total.read() {
        Load::Idle | Load::Loading => text::directory::COUNTING.to_owned(),
        Load::Failed(_) => text::mfa_status::NAME.to_owned(),
        Load::Ready { value: None, .. } => text::directory::COUNT_UNKNOWN.to_owned(),
        Load::Ready { value: Some(users), .. } => text::directory::none_loaded(&number(app, *users)),
    }
}

/// The longest headline that these users can have. The style keeps room for it, so that the bar doesn't move.
fn widest(app: App, counts: &Counts) -> String {
    let total = app.directory().total.with(|total| total.ready().copied().flatten());
    let all_on =
        Counts { on_with_device: total.unwrap_or_default().max(counts.users()), ..Counts::default() };
    headline(app, &all_on) + " (100.0 %)"
}

/// How many of all that is, in percent. Behind a number that grows it would move.
fn share(app: App, counts: &Counts) -> String {
    let share = text::percent(counts.on(), counts.users()).filter(|_| is_settled(app));
    share.map(|share| format!(" ({share} %)")).unwrap_or_default()
}

fn has_list(app: App) -> bool {
    *app.directory().list.read() != List::Idle
}

pub(super) fn is_complete(app: App) -> bool {
    *app.directory().list.read() == List::Complete
}

/// Whether the numbers don't grow at the moment: chips that move can't be pressed.
fn is_settled(app: App) -> bool {
    app.directory().list.with(|list| !matches!(list, List::Idle | List::Loading { .. }))
}

/// When the list was read, or how much of it.
fn read_on(app: App) -> String {
    if !is_complete(app) {
        return partial(app);
    }
    let at: Option<Timestamp> = app.directory().listed_at.get();
    at.map(|at| text::mfa_status::read_on(app.ports.get().locale.as_ref(), at)).unwrap_or_default()
}

/// What on means, and which users are counted.
#[component]
fn Meaning() -> impl IntoView {
    let panel = Dropdown::new();
    view! {
        <div class="meaning" title=text::mfa_status::WHAT_ON_MEANS>
            <DropdownButton dropdown=panel opens=Opens::Panel name=text::mfa_status::WHAT_ON_MEANS icon=Icon::Info class="quiet icon-only">
                <p>{text::mfa_status::MEANING}</p>
                <p class="hint">{text::mfa_status::VISIBLE}</p>
                <p class="hint">{text::mfa_status::REPORTED}</p>
            </DropdownButton>
        </div>
    }
}

/// One chip per state that a user is in. A chip filters the table; pressed again, it doesn't.
#[component]
fn Chips() -> impl IntoView {
    let app = use_app();
    let chips = Memo::new(move |before: Option<&Vec<Class>>| {
        let counts = app.directory().table.status.read().all;
        let filter = app.directory().table.view.read().filters.mfa;
        let is_chosen = |class| filter == Some(MfaFilter::Class(class));
        // A chosen state stays, so that its chip can be pressed again.
        let parts = PARTS.iter().filter(|part| (part.count)(&counts) > 0 || is_chosen(part.class));
        let shown: Vec<Class> = parts.map(|part| part.class).collect();
        in_place(before.map_or(&[], Vec::as_slice), shown, filter.is_some())
    });
    view! {
        <div class="chips">
            // One element per state: a press never counts for another state that took its place.
            <For each=move || chips.get() key=|class| *class let:class>
                <Chip class/>
            </For>
        </div>
    }
}

/// A state that is found while users are opened comes last, so that no chip moves. Once one vanishes before others, as
/// after a device report, they move in any case, and all have their usual order. Not while one is chosen: its chip may
/// have the focus, which an element loses that is moved.
fn in_place(before: &[Class], shown: Vec<Class>, has_chosen: bool) -> Vec<Class> {
    let known: Vec<Class> = before.iter().filter(|class| shown.contains(class)).copied().collect();
    if !has_chosen && !before.starts_with(&known) {
        return shown;
    }
    let found = shown.iter().filter(|class| !before.contains(class));
    known.iter().chain(found).copied().collect()
}

#[component]
fn Chip(class: Class) -> impl IntoView {
    let app = use_app();
    let filter = Some(MfaFilter::Class(class));
    let is_chosen = move || app.directory().table.view.read().filters.mfa == filter;
    let part = PARTS.iter().find(|part| part.class == class);
    let count = move || {
        let counts = app.directory().table.status.read().all;
        number(app, part.map_or(0, |part| (part.count)(&counts)))
    };
    let press = move |_| {
        let to = if untrack(is_chosen) { None } else { filter };
        change(app, |view| view.filters.mfa = to);
    };
    view! {
        <button class="chip" aria-pressed=move || is_chosen().to_string() on:click=handler(press)>
            <span class=part.map_or("bar-part", |part| part.style) aria-hidden="true"></span>
            {text::table::class_name(class)}
            " "
            <strong>{count}</strong>
        </button>
    }
}

/// With `PingID` the flag may say nothing about how a user signs on.
#[component]
fn PingId() -> impl IntoView {
    let directory = use_app().directory();
    let panel = Dropdown::new();
    let has_pingid = move || {
        directory.has_pingid.get() || directory.report.read().ready().is_some_and(|report| report.has_pingid)
    };
    view! {
        <Show when=has_pingid>
            <DropdownButton dropdown=panel opens=Opens::Panel name=text::mfa_status::PINGID_IN_USE class="link warn">
                <p>{text::mfa_status::PINGID}</p>
            </DropdownButton>
        </Show>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_state_that_is_found_while_another_one_vanishes_comes_last() {
        let before = [Class::OnNotChecked, Class::Off, Class::OnWithDevice];
        let shown = [Class::OnBypassed, Class::OnNotChecked, Class::Off];
        let expected = [Class::OnNotChecked, Class::Off, Class::OnBypassed];
        assert_eq!(in_place(&before, shown.to_vec(), false), expected);
    }

    #[test]
    fn after_a_device_report_the_states_have_their_usual_order() {
        let before = [Class::OnNotChecked, Class::Off];
        let shown = [Class::OnWithDevice, Class::OnWithoutDevice, Class::Off];
        assert_eq!(in_place(&before, shown.to_vec(), false), shown);
        let unmoved = [Class::Off, Class::OnWithDevice, Class::OnWithoutDevice];
        assert_eq!(in_place(&before, shown.to_vec(), true), unmoved, "a chip may have the focus");
    }
}
