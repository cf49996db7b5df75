//! The table of the MFA status: one row for all users and one per population, with a bar and its legend.

use leptos::prelude::*;
use pingone::user::PopulationId;
use pingone_mfa_core::directory::query::{Filters, MfaFilter};
use pingone_mfa_core::directory::status::Class;
use pingone_mfa_core::directory::status::{Checked, Counts, PopulationStatus};

use crate::console::app::App;
use crate::console::app::use_app;
use crate::console::format;
use crate::console::users::mfa_status::section::Section;
use crate::console::users::text;
use crate::console::users::toolbar::change;
use crate::ui::dom::handler;
use crate::ui::memo::memo;

/// More populations than these would make the table longer than the list below it.
const MOST: usize = 12;

#[component]
pub(super) fn NumbersTable(section: Section) -> impl IntoView {
    let app = use_app();
    // The numbers that are pressed are several components away.
    provide_context(section);
    let shown =
        memo(move || app.directory().table.status.with(|status| (status.all, status.populations.clone())));
    view! { {move || {
        let (all, populations) = shown.get();
        (all.users() > 0).then(|| view! { <Numbers all populations/> <Legend/> })
    }} }
}

#[component]
fn Numbers(all: Counts, populations: Vec<PopulationStatus>) -> impl IntoView {
    let app = use_app();
    let heads =
        text::mfa_status::HEADS.iter().map(|head| view! { <th scope="col">{*head}</th> }).collect_view();
    let rest = populations.len().saturating_sub(MOST);
    let rest = (rest > 0).then(|| text::mfa_status::rest(&format::number(app, rest as u64)));
    // One population is all users.
    let most = if populations.len() > 1 { MOST } else { 0 };
    let rows = populations.into_iter().take(most).map(|PopulationStatus { population, counts }| {
        let scope = population.map_or(Scope::NoPopulation, Scope::Population);
        view! { <Row scope counts/> }
    });
    view! {
        <div class="numbers-scroll">
            <table class="numbers" aria-label=text::mfa_status::NAME>
                <thead>
                    <tr>{heads}</tr>
                </thead>
                <tbody>
                    <Row scope=Scope::All counts=all/>
                    {rows.collect_view()}
                </tbody>
            </table>
        </div>
        {rest.map(|rest| view! { <p class="hint">{rest}</p> })}
    }
}

/// The users whose numbers a row has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Scope {
    All,
    Population(PopulationId),
    /// Users without a population: no filter shows them alone.
    NoPopulation,
}

impl Scope {
    /// Follows the names of the populations, which may come after the counts.
    fn name(self, app: App) -> String {
        match self {
            Self::All => text::mfa_status::ALL.to_owned(),
            Self::NoPopulation => text::mfa_status::NO_POPULATION.to_owned(),
            Self::Population(id) => {
                let name = app.directory().population_name(id);
                name.unwrap_or_else(|| id.0.to_string().chars().take(8).collect())
            }
        }
    }
}

#[component]
fn Row(scope: Scope, counts: Counts) -> impl IntoView {
    let app = use_app();
    view! {
        <tr>
            <th scope="row">
                <bdi>{move || scope.name(app)}</bdi>
            </th>
            <td class="count">
                <Number scope label=text::mfa_status::USERS mfa=None count=counts.users()/>
            </td>
            <td class="count">
                <Number scope label=text::mfa_status::ON mfa=Some(MfaFilter::On) count=counts.on()/>
            </td>
            <td class="bar-cell">
                <Bar counts/>
            </td>
            <CheckedCell
                scope
                label=text::mfa_status::NO_DEVICE
                class=Class::OnWithoutDevice
                found=counts.without_device()
            />
            <ClassCell
                scope
                label=text::mfa_status::NOT_CHECKED
                class=Class::OnNotChecked
                count=counts.on_not_checked
            />
            <CheckedCell
                scope
                label=text::mfa_status::BYPASSED
                class=Class::OnBypassed
                found=counts.bypassed()
            />
            <ClassCell scope label=text::mfa_status::OFF class=Class::Off count=counts.off/>
            <ClassCell scope label=text::mfa_status::UNKNOWN class=Class::Unknown count=counts.unknown/>
        </tr>
    }
}

#[component]
fn ClassCell(scope: Scope, label: &'static str, class: Class, count: u64) -> impl IntoView {
    view! {
        <td class="count">
            <Number scope label mfa=Some(MfaFilter::Class(class)) count/>
        </td>
    }
}

/// A number that was checked for: "not checked" where no user was checked, and of how many where only some were.
#[component]
fn CheckedCell(scope: Scope, label: &'static str, class: Class, found: Checked) -> impl IntoView {
    let app = use_app();
    if found.is_not_checked() {
        return view! {
            <td class="count">
                <span class="zero">{text::mfa_status::NOT_CHECKED_YET}</span>
            </td>
        }
        .into_any();
    }
    let of = found.is_partial().then(|| text::mfa_status::of_checked(&format::number(app, found.checked)));
    view! {
        <td class="count">
            <Number scope label mfa=Some(MfaFilter::Class(class)) count=found.found/>
            {of.map(|of| view! { <span class="zero">{of}</span> })}
        </td>
    }
    .into_any()
}

/// A number that, when pressed, lists the users that it counts.
#[component]
fn Number(scope: Scope, label: &'static str, mfa: Option<MfaFilter>, count: u64) -> impl IntoView {
    let app = use_app();
    let number = format::number(app, count);
    let population = match scope {
        Scope::All => None,
        Scope::Population(id) => Some(id),
        Scope::NoPopulation => return view! { <span>{number}</span> }.into_any(),
    };
    if count == 0 {
        return view! { <span class="zero">{number}</span> }.into_any();
    }
    let name = {
        let number = number.clone();
        move || text::mfa_status::show(&number, &scope.name(app), label)
    };
    let section = use_context::<Section>();
    let press = move |_| {
        list_users(app, population, mfa);
        if let Some(section) = section {
            section.close();
        }
    };
    view! {
        <button class="quiet number" aria-label=name on:click=handler(press)>
            {number}
        </button>
    }
    .into_any()
}

fn list_users(app: App, population: Option<PopulationId>, mfa: Option<MfaFilter>) {
    app.directory().table.search_for(app.directory().users, "");
    change(app, |view| view.filters = Filters { mfa, population, ..Filters::default() });
}

/// A part of a bar: the users of one class.
pub(super) struct BarPart {
    pub(super) class: Class,
    pub(super) style: &'static str,
    pub(super) count: fn(&Counts) -> u64,
}

/// The parts of a bar, in display order.
pub(super) static PARTS: [BarPart; 6] = [
    BarPart { class: Class::OnWithDevice, style: "bar-part on", count: |counts| counts.on_with_device },
    BarPart { class: Class::OnBypassed, style: "bar-part bypassed", count: |counts| counts.on_bypassed },
    BarPart {
        class: Class::OnNotChecked,
        style: "bar-part not-checked",
        count: |counts| counts.on_not_checked,
    },
    BarPart {
        class: Class::OnWithoutDevice,
        style: "bar-part no-device",
        count: |counts| counts.on_without_device,
    },
    BarPart { class: Class::Off, style: "bar-part off", count: |counts| counts.off },
    BarPart { class: Class::Unknown, style: "bar-part unknown", count: |counts| counts.unknown },
];

/// The parts of a bar differ by color and by their order; the numbers beside it say the same. All parts begin where the
/// bar does, the last one lowest, so that none moves when another one grows.
#[component]
pub(super) fn Bar(counts: Counts) -> impl IntoView {
    let users = counts.users().max(1);
    let mut until = 0;
    let part = |part: &BarPart| {
        until += (part.count)(&counts);
        let per_mille = until.saturating_mul(1000) / users;
        let width = format!("{}.{}%", per_mille / 10, per_mille % 10);
        view! { <span class=part.style style:width=width></span> }
    };
    let mut parts: Vec<_> = PARTS.iter().filter(|part| (part.count)(&counts) > 0).map(part).collect();
    parts.reverse();
    view! { <div class="bar" aria-hidden="true">{parts}</div> }
}

#[component]
fn Legend() -> impl IntoView {
    let entry = |part: &BarPart| {
        view! {
            <span class="legend-entry">
                <span class=part.style aria-hidden="true"></span>
                {text::table::class_name(part.class)}
            </span>
        }
    };
    view! { <p class="hint legend">{PARTS.iter().map(entry).collect_view()}</p> }
}
