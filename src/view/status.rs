//! MFA status: who has MFA on, by population, as bars to read and numbers to press.

use leptos::prelude::*;
use pingone::user::PopulationId;
use pingone_mfa_core::diagnosis::evidence::Operation;
use pingone_mfa_core::directory::query::{Filters, MfaFilter};
use pingone_mfa_core::directory::snapshot::{PopulationChange, change};
use pingone_mfa_core::directory::status::Class;
use pingone_mfa_core::directory::status::{Checked, Counts, PopulationStatus};

use crate::state::App;
use crate::state::directory::{List, Report};
use crate::state::load::Load;
use crate::state::session::Phase;
use crate::state::troubleshooting::Location;

use super::figures;
use super::list::partial;
use super::markup::{Node, button, group, part, part_of, says, tag};
use super::summary::{Summarized, summary};
use super::text;
use super::troubleshooting::trouble;

/// More populations than this would be longer than the list below.
const MOST: usize = 12;

pub(super) fn status(app: App) -> Node {
    let directory = app.directory();
    let headline = move || {
        let all = directory.table.status.with(|status| status.all);
        text::status::headline(app.ports.get().locale.as_ref(), &all)
    };
    let table = part_of(
        move || directory.table.status.with(|status| (status.all, status.populations.clone())),
        move |(all, populations)| (all.users() > 0).then(|| numbers(app, &all, &populations)),
    );
    tag("section")
        .class("mfa-status")
        .part("status")
        .set("aria-label", text::status::NAME)
        .with(tag("div").class("line").with(tag("h2").with(says(headline))).with(actions(app)))
        .with(tag("p").class("on-paper").with(says(move || read_on(app))))
        .with(hint(text::status::MEANING))
        .with(table)
        .with(hint(text::status::VISIBLE))
        .with(devices(app))
        .with(part_of(
            move || flag_may_not_decide(app),
            |may_not| may_not.then(|| tag("p").class("note warn").with(text::status::PINGID)),
        ))
        .with(part(move || comparison(app)))
}

/// When the list was read, or how much of it.
fn read_on(app: App) -> String {
    if app.directory().list.with(|list| *list != List::Complete) {
        return partial(app);
    }
    let at = app.directory().listed_at.get();
    at.map(|at| text::status::read_on(app.ports.get().locale.as_ref(), at)).unwrap_or_default()
}

/// With PingID the flag may say nothing about how somebody signs on.
fn flag_may_not_decide(app: App) -> bool {
    let directory = app.directory();
    directory.has_pingid.get()
        || directory.report.with(|report| report.ready().is_some_and(|report| report.has_pingid))
}

/// How devices are known, and what makes them known.
fn devices(app: App) -> Node {
    let directory = app.directory();
    let is_complete = move || directory.list.with(|list| *list == List::Complete);
    let read = move |name| button(name, move || directory.read_report()).class("quiet");
    let show = move |(report, is_complete): (Load<Report>, bool)| {
        let line = tag("div").class("line");
        match report {
            Load::Idle => {
                let offer =
                    group().with(read(text::status::READ_DEVICES)).with(hint(text::status::REPORT_COST));
                line.with(hint(text::status::NOT_READ)).with(is_complete.then_some(offer))
            }
            Load::Loading => line.with(tag("p").class("working hint").with(text::status::READING_DEVICES)),
            Load::Failed(fault) => {
                let title = text::status::no_report(&fault);
                line.with(trouble(app, Location::Report, Operation::ReadReport, fault, title))
                    .with(read(text::fault::TRY_AGAIN))
            }
            Load::Ready { value, .. } => line
                .with(hint(&text::status::report(app.ports.get().locale.as_ref(), &value)))
                .with(read(text::directory::READ_AGAIN)),
        }
    };
    part_of(move || (directory.report.get(), is_complete()), show)
}

fn hint(sentence: &str) -> Node {
    tag("p").class("hint").with(sentence)
}

/// What can be done with numbers that are whole.
fn actions(app: App) -> Node {
    let is_complete = move || app.directory().list.with(|list| *list == List::Complete);
    part_of(is_complete, move |is_complete| {
        is_complete.then(|| {
            let copy = move || {
                if let Some(text) = summary_of(app) {
                    app.session().copy(text);
                }
            };
            let quiet = |name, then: fn(App)| button(name, move || then(app)).class("quiet");
            tag("div")
                .class("actions")
                .with(button(text::status::COPY_SUMMARY, copy).class("quiet"))
                .with(quiet(text::status::SAVE_SNAPSHOT, App::save_snapshot))
                .with(quiet(text::status::COMPARE, App::open_snapshot))
                .with(quiet(text::status::PRINT, |app| app.ports.get().host.print()))
        })
    })
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

/// What changed since an older snapshot.
fn comparison(app: App) -> Option<Node> {
    let stop = || button(text::status::STOP_COMPARING, move || app.saving().earlier.set(None)).class("quiet");
    match app.saving().earlier.get()? {
        Err(unusable) => {
            let problem =
                tag("p").class("problem").set("role", "alert").with(text::status::unusable(&unusable));
            Some(group().with(problem).with(stop()))
        }
        Ok(earlier) => {
            let ports = app.ports.get();
            let locale = &*ports.locale;
            let at = format!("{} {}", locale.date(earlier.list_read_at), locale.time(earlier.list_read_at));
            let changes = change(&earlier, &app.snapshot()?);
            let item = |change: &PopulationChange| {
                let name = change.name.clone().unwrap_or_else(|| text::status::NO_POPULATION.to_owned());
                tag("li").with(tag("bdi").with(text::status::change(locale, &name, &change.presence)))
            };
            let list = tag("ul").class("changes").with(changes.iter().map(item).collect::<Vec<_>>());
            let line = tag("div").class("line").with(tag("p").with(text::status::compared(&at))).with(stop());
            Some(group().with(line).with(list))
        }
    }
}

fn numbers(app: App, all: &Counts, populations: &[PopulationStatus]) -> Node {
    let heads = text::status::HEADS.iter().map(|head| tag("th").set("scope", "col").with(*head));
    let head = tag("thead").with(tag("tr").with(heads.collect::<Vec<_>>()));
    let everyone = line(app, Scope::Everyone, text::status::ALL, all);
    let lines = populations.iter().take(MOST).map(|part| population_line(app, part));
    let rest = populations.len().saturating_sub(MOST);
    let rest = (rest > 0).then(|| text::status::rest(&figures::number(app, rest as u64)));
    // One population is everyone.
    let lines: Vec<Node> = if populations.len() > 1 { lines.collect() } else { Vec::new() };
    let table = tag("table")
        .class("numbers")
        .set("aria-label", text::status::NAME)
        .with(head)
        .with(tag("tbody").with(everyone).with(lines));
    let table = tag("div").class("numbers-scroll").with(table);
    group().with(table).with(rest.map(|rest| tag("p").class("hint").with(rest))).with(legend())
}

fn population_line(app: App, part: &PopulationStatus) -> Node {
    let name = match part.population {
        None => text::status::NO_POPULATION.to_owned(),
        Some(id) => {
            let name = app.directory().population_name(id);
            name.unwrap_or_else(|| id.0.to_string().chars().take(8).collect())
        }
    };
    let scope = part.population.map_or(Scope::Nowhere, Scope::Population);
    line(app, scope, &name, &part.counts)
}

/// Whose numbers a line has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Scope {
    Everyone,
    Population(PopulationId),
    /// Users without a population: no filter shows them alone.
    Nowhere,
}

fn line(app: App, scope: Scope, name: &str, counts: &Counts) -> Node {
    let cell = |class: &'static str, label: &'static str, filter: Option<MfaFilter>, count: u64| {
        tag("td").class(class).with(number(app, scope, name, label, filter, count))
    };
    let class = |class| Some(MfaFilter::Class(class));
    let checked = |label: &'static str, class: Class, found: Checked| {
        tag("td").class("count").with(checked(app, scope, name, label, class, found))
    };
    tag("tr")
        .with(tag("th").set("scope", "row").with(tag("bdi").with(name)))
        .with(cell("count", text::status::USERS, None, counts.users()))
        .with(cell("count", text::status::ON, Some(MfaFilter::On), counts.on()))
        .with(tag("td").class("bar-cell").with(bar(counts)))
        .with(checked(text::status::NO_DEVICE, Class::OnWithoutDevice, counts.without_device()))
        .with(cell("count", text::status::NOT_CHECKED, class(Class::OnNotChecked), counts.on_not_checked))
        .with(checked(text::status::BYPASSED, Class::OnBypassed, counts.bypassed()))
        .with(cell("count", text::status::OFF, class(Class::Off), counts.off))
        .with(cell("count", text::status::UNKNOWN, class(Class::Unknown), counts.unknown))
}

/// A number that was looked for: "not checked" where that was done for no user, and of how many where it was for some.
fn checked(app: App, scope: Scope, whose: &str, label: &'static str, class: Class, found: Checked) -> Node {
    if found.is_not_checked() {
        return tag("span").class("zero").with(text::status::NOT_CHECKED_YET);
    }
    let count = number(app, scope, whose, label, Some(MfaFilter::Class(class)), found.found);
    let of = found.is_partial().then(|| text::status::of_checked(&figures::number(app, found.checked)));
    group().with(count).with(of.map(|of| tag("span").class("zero").with(of)))
}

/// A number that shows whom it counts.
fn number(
    app: App,
    scope: Scope,
    whose: &str,
    label: &'static str,
    mfa: Option<MfaFilter>,
    count: u64,
) -> Node {
    let written = figures::number(app, count);
    let population = match scope {
        Scope::Everyone => None,
        Scope::Population(id) => Some(id),
        Scope::Nowhere => return tag("span").with(written),
    };
    if count == 0 {
        return tag("span").class("zero").with(written);
    }
    let show = move || {
        let mut view = app.directory().table.view.get_untracked();
        view.filters = Filters { mfa, population, ..Filters::default() };
        app.directory().table.search_for(app.directory().users, "");
        app.look(view);
    };
    let name = text::status::show(&written, whose, label);
    button(written, show).class("quiet number").set_to("aria-label", name)
}

/// The parts of a bar that differ by color and by their order; the numbers beside it say the same.
fn bar(counts: &Counts) -> Node {
    let parts = [
        ("bar-part on", counts.on_with_device),
        ("bar-part bypassed", counts.on_bypassed),
        ("bar-part not-checked", counts.on_not_checked),
        ("bar-part no-device", counts.on_without_device),
        ("bar-part off", counts.off),
        ("bar-part unknown", counts.unknown),
    ];
    let users = counts.users().max(1);
    let part = |(class, count): (&'static str, u64)| {
        (count > 0).then(|| tag("span").class(class).width(count.saturating_mul(1000) / users))
    };
    tag("div")
        .class("bar")
        .set("aria-hidden", "true")
        .with(parts.map(part).into_iter().flatten().collect::<Vec<_>>())
}

fn legend() -> Node {
    let entry = |(class, name): (&'static str, &'static str)| {
        tag("span").class("legend-entry").with(tag("span").class(class).set("aria-hidden", "true")).with(name)
    };
    let entries = [
        ("bar-part on", text::status::LEGEND_ON),
        ("bar-part bypassed", text::status::LEGEND_BYPASSED),
        ("bar-part not-checked", text::status::LEGEND_NOT_CHECKED),
        ("bar-part no-device", text::status::LEGEND_NO_DEVICE),
        ("bar-part off", text::status::LEGEND_OFF),
        ("bar-part unknown", text::status::LEGEND_UNKNOWN),
    ];
    tag("p").class("hint legend").with(entries.map(entry).into_iter().collect::<Vec<_>>())
}
