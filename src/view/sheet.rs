//! People from a list that somebody has as a file: how it is understood, whom it names, and what can be done with them.
//! The focus is on closing it.

use std::rc::Rc;

use leptos::prelude::*;
use pingone::fault::{Fault, RetryKind};
use pingone::time::Timestamp;
use pingone_mfa_core::import::{Answer, Column, Identity};

use crate::state::App;
use crate::state::directory::{
    By, Finding, Found, List, MOST_LOOKED_UP, Opening, Pile, Understood, UnreadableBody,
};
use crate::state::troubleshooting::Location;

use super::connect::{problem, selected};
use super::fault::fault_card;
use super::figures::{moment, number};
use super::guesses::{directions, guesses};
use super::list::list;
use super::markup::{
    Event, Handle, Node, button, group, is_checked, once_shown, part_of, says, tag, text_in,
};
use super::text;
use super::token::modal;
use super::token::next_token;
use super::troubleshooting::looked_into;

const IDENTITIES: [Identity; 4] =
    [Identity::UserId, Identity::ExternalId, Identity::Username, Identity::Email];

/// What the dialog looks like; what is understood of a list changes inside.
#[derive(Clone, Copy, PartialEq)]
enum Look {
    Reading,
    UnreadableBody(UnreadableBody),
    Read,
}

impl Look {
    fn of(opening: &Opening) -> Self {
        match opening {
            Opening::Reading => Self::Reading,
            Opening::UnreadableBody(unusable) => Self::UnreadableBody(*unusable),
            Opening::Read(_) => Self::Read,
        }
    }
}

/// The button that asks for a file.
pub(super) fn from_list(app: App) -> Node {
    button(text::sheet::FROM_LIST, move || app.directory().open_sheet())
}

pub(super) fn sheet(app: App) -> Node {
    let sheet = app.directory().sheet;
    let (dialog, close) = (Handle::new(), Handle::new());
    let is_open = move || sheet.opening.with(Option::is_some);
    Effect::new(move |was: Option<bool>| {
        let is_open = is_open();
        dialog.show_modal(is_open);
        if is_open && was != Some(true) {
            close.focus();
        }
        is_open
    });
    Effect::new(move |_| {
        // A list of all users that comes to its end while this is open tells whom it names.
        if app.directory().list.with(|list| *list == List::Complete) {
            app.directory().match_sheet();
        }
    });
    Effect::new(move |was: Option<bool>| {
        // Whoever has started a run is done here. A run that was going on before is no reason to leave.
        let is_running = app.run().is_open();
        if is_running && was == Some(false) {
            sheet.close();
        }
        is_running
    });
    let look = move || sheet.opening.with(|opening| opening.as_ref().map(Look::of));
    let contents = part_of(look, move |look| look.map(|look| contents(app, look, close)));
    modal(app.session())
        .known_as(dialog)
        .class("confirm sheet")
        .part("dialog")
        .set("aria-label", text::sheet::NAME)
        .on("close", move |_| sheet.close())
        .with(tag("h2").with(text::sheet::NAME))
        .with(contents)
        .with(
            tag("footer")
                .with(part_of(move || choices(app), move |choices| changes(app, choices)))
                .with(button(text::sheet::ANOTHER, move || app.directory().open_sheet()))
                .with(button(text::sheet::CLOSE, move || sheet.close()).known_as(close).class("primary")),
        )
}

fn contents(app: App, look: Look, close: Handle) -> Node {
    match look {
        Look::Reading => tag("p").class("working").set("role", "status").with(text::sheet::READING),
        Look::UnreadableBody(unusable) => {
            let sentence = text::sheet::unusable(app.ports.get().locale.as_ref(), unusable);
            tag("p").class("note warn").set("role", "alert").with(sentence)
        }
        Look::Read => {
            let list = move || understood(app);
            let finding = move || {
                let is_loaded = app.directory().list.with(|list| *list == List::Complete);
                let list = understood(app);
                let is_confirmed = list.as_ref().is_some_and(|list| list.guesses.is_empty());
                let lines = list.filter(|_| is_confirmed).map(|list| list.lines);
                (app.directory().sheet.finding.with(Step::of), is_loaded, lines)
            };
            group()
                .with(part_of(list, move |list| list.map(|list| summary(app, &list))))
                .with(part_of(list, move |list| list.map(|list| guesses(app, &list, close))))
                .with(fields(app))
                .with(part_of(list, move |list| list.map(|list| preview(app, &list))))
                .with(part_of(finding, move |(step, is_loaded, lines)| {
                    lines.map(|_| finding_of(app, step, is_loaded, close))
                }))
                .with(tag("p").class("hint").with(text::sheet::PLACE))
        }
    }
}

/// The list as it is understood; whoever asks is shown anew when that changes.
fn understood(app: App) -> Option<Rc<Understood>> {
    app.directory().sheet.opening.with(|opening| match opening {
        Some(Opening::Read(list)) => Some(Rc::clone(list)),
        _ => None,
    })
}

fn summary(app: App, list: &Understood) -> Node {
    let ports = app.ports.get();
    let locale = &*ports.locale;
    let troubles = list.troubles.iter().map(|trouble| {
        tag("p").class("note warn").with(tag("bdi").with(text::sheet::trouble(locale, trouble)))
    });
    group()
        .with(tag("p").set("role", "status").with(text::sheet::understood(locale, list)))
        .with(troubles.collect::<Vec<_>>())
        .with(directions(list))
}

/// Which column names the people, and by what. They are made once for a file, so that the focus stays in them.
fn fields(app: App) -> Node {
    let now = move || {
        app.directory().sheet.opening.with_untracked(|opening| match opening {
            Some(Opening::Read(list)) => Some(Rc::clone(list)),
            _ => None,
        })
    };
    let choose_column = move |event: Event| {
        let (Some(list), Ok(column)) = (now(), text_in(&event).parse::<usize>()) else { return };
        let kind = list.columns.get(column).and_then(|column| column.kind);
        app.directory().answer_sheet(Answer::Column(column, kind.unwrap_or(list.identity)));
    };
    let choose_identity = move |event: Event| {
        let (Some(list), Ok(place)) = (now(), text_in(&event).parse::<usize>()) else { return };
        let identity = IDENTITIES.get(place).copied().unwrap_or(list.identity);
        app.directory().answer_sheet(Answer::Column(list.column, identity));
    };
    let choose_header = move |event: Event| {
        app.directory().answer_sheet(Answer::Header(is_checked(&event)));
    };
    let names = move || understood(app).map(|list| list.columns.iter().map(name_of).collect::<Vec<_>>());
    let columns = part_of(names, move |names| {
        let chosen = now().map(|list| list.column);
        let option = |(place, name): (usize, String)| option(place, name, chosen == Some(place));
        names.map(|names| names.into_iter().enumerate().map(option).collect::<Vec<_>>())
    });
    let chosen = now().map(|list| list.identity);
    let identities = IDENTITIES.iter().enumerate().map(|(place, identity)| {
        option(place, text::sheet::identity(*identity).to_owned(), chosen == Some(*identity))
    });
    let column = move || understood(app).map(|list| list.column.to_string()).unwrap_or_default();
    let identity = move || {
        let chosen = understood(app).map(|list| list.identity);
        let place = IDENTITIES.iter().position(|identity| Some(*identity) == chosen);
        place.map(|place| place.to_string()).unwrap_or_default()
    };
    let header = tag("input")
        .set("type", "checkbox")
        .checked(move || understood(app).is_some_and(|list| list.has_header))
        .on("change", choose_header);
    let header_name = move || {
        let line = understood(app).map_or(1, |list| list.header_line);
        text::sheet::header(app.ports.get().locale.as_ref(), line)
    };
    let choice = |name: &'static str| tag("select").set("aria-label", name);
    tag("div")
        .class("sheet-fields")
        .with(field(
            text::sheet::COLUMN,
            choice(text::sheet::COLUMN).with(columns).value(column).on("change", choose_column),
        ))
        .with(field(
            text::sheet::HOLDS,
            choice(text::sheet::HOLDS)
                .with(identities.collect::<Vec<_>>())
                .value(identity)
                .on("change", choose_identity),
        ))
        .with(tag("label").class("check").with(header).with(says(header_name)))
}

pub(super) fn name_of(column: &Column) -> String {
    column.name.clone().unwrap_or_else(|| text::sheet::column(column.index))
}

fn option(place: usize, name: String, is_chosen: bool) -> Node {
    selected(tag("option").set_to("value", place.to_string()).with(name), is_chosen)
}

fn field(name: &'static str, choice: Node) -> Node {
    tag("label").class("sheet-field").with(tag("span").class("field-name").with(name)).with(choice)
}

/// The first lines, as a table that scrolls sideways.
fn preview(app: App, list: &Understood) -> Node {
    let (frame, chosen) = (Handle::new(), Handle::new());
    let class = |place: usize| if place == list.column { "sheet-chosen" } else { "" };
    let heads = list.columns.iter().enumerate().map(|(place, column)| {
        let head = tag("th").set("scope", "col").class(class(place)).with(tag("bdi").with(name_of(column)));
        if place == list.column { head.known_as(chosen) } else { head }
    });
    let rows = list.preview.iter().map(|line| {
        let cells = line.cells.iter().take(list.columns.len()).enumerate();
        let cells =
            cells.map(|(place, cell)| tag("td").class(class(place)).with(tag("bdi").with(cell.clone())));
        let number = number(app, line.line as u64);
        tag("tr").with(tag("th").set("scope", "row").with(number)).with(cells.collect::<Vec<_>>())
    });
    let head =
        tag("tr").with(tag("th").set("scope", "col").with(text::sheet::LINE)).with(heads.collect::<Vec<_>>());
    let table = tag("table")
        .class("sheet-preview")
        .with(tag("caption").with(text::sheet::PREVIEW))
        .with(tag("thead").with(head))
        .with(tag("tbody").with(rows.collect::<Vec<_>>()));
    // On a narrow page the column that names the people may begin outside.
    once_shown(move || chosen.show_within(frame));
    tag("div")
        .known_as(frame)
        .class("sheet-scroll")
        .set("role", "region")
        .set("tabindex", "0")
        .set("aria-label", text::sheet::PREVIEW)
        .with(table)
}

/// How far the finding is, without the figures that change by themselves.
#[derive(Clone, PartialEq)]
enum Step {
    NotYet,
    Asking,
    Halted(Fault),
    Done(Rc<Found>),
}

impl Step {
    fn of(finding: &Finding) -> Self {
        match finding {
            Finding::NotYet => Self::NotYet,
            Finding::Asking { halted: None, .. } => Self::Asking,
            Finding::Asking { halted: Some(fault), .. } => Self::Halted(fault.clone()),
            Finding::Done(found) => Self::Done(Rc::clone(found)),
        }
    }
}

fn finding_of(app: App, step: Step, is_loaded: bool, close: Handle) -> Node {
    let sheet = app.directory().sheet;
    let asking = || tag("p").set("role", "status").with(says(move || asking(app)));
    let end = || {
        button(text::sheet::STOP, move || {
            sheet.stop();
            close.focus();
        })
    };
    let line = || tag("div").class("line");
    match step {
        Step::NotYet if is_loaded => group(),
        Step::NotYet => not_yet(app, close),
        Step::Asking => line().with(asking().class("working")).with(end()),
        Step::Halted(fault) => {
            // The page's own field for a token lies behind this dialog.
            let needs_token = fault.retry() == RetryKind::WithNewToken;
            let token =
                needs_token.then(|| group().with(next_token(app.session())).with(problem(app.session())));
            let go_on =
                (!needs_token).then(|| button(text::sheet::GO_ON, move || app.directory().resume_sheet()));
            let ways = line().with(go_on).with(end());
            let why = looked_into(app, Location::Sheet, move || fault_card(&fault));
            group().with(why).with(asking()).with(token).with(ways)
        }
        Step::Done(found) => matches(app, &found),
    }
}

fn asking(app: App) -> String {
    app.directory().sheet.finding.with(|finding| match finding {
        Finding::Asking { done, of, .. } => text::sheet::asking(app.ports.get().locale.as_ref(), *done, *of),
        Finding::NotYet | Finding::Done(_) => String::new(),
    })
}

/// The ways to learn whom the list names, while all users aren't loaded.
fn not_yet(app: App, close: Handle) -> Node {
    let load = tag("div").class("line").with(list(app));
    let ports = app.ports.get();
    let locale = &*ports.locale;
    let Some(understood) = understood(app) else { return group() };
    if understood.lines > MOST_LOOKED_UP {
        return group().with(tag("p").class("note").with(text::sheet::too_long(locale))).with(load);
    }
    // Every request has a preflight.
    let requests = 2 * understood.requests as u64;
    let pace = app.directory().read_ceiling.get_untracked().whole().max(1);
    let cost = text::sheet::cost(locale, requests, requests.div_ceil(pace));
    let look_up = button(text::sheet::look_up(locale, &understood), move || {
        app.directory().look_up_sheet();
        close.focus();
    });
    let way = tag("div").class("line").with(look_up).with(tag("span").class("hint").with(cost));
    group().with(way).with(load)
}

fn matches(app: App, found: &Found) -> Node {
    let ports = app.ports.get();
    let locale = &*ports.locale;
    let row = |pile: Pile| {
        let lines = pile.len(&found.matches);
        let meaning = tag("span").class("hint").with(text::sheet::pile_meaning(pile));
        let save = (lines > 0).then(|| {
            button(text::sheet::save(pile), move || {
                let name = app.environment().map(|environment| environment.name).unwrap_or_default();
                app.directory().save_pile(pile, &name);
            })
        });
        tag("tr")
            .with(tag("td").class("review-number").with(number(app, lines as u64)))
            .with(tag("th").set("scope", "row").with(text::sheet::pile(pile)).with(meaning))
            .with(tag("td").with(save))
    };
    let by = match found.by {
        By::List(at) => text::sheet::by_list(&moment(app, at)),
        By::PingOne(at) => text::sheet::by_pingone(&moment(app, at)),
    };
    let asked = matches!(found.by, By::PingOne(_)) && !found.matches.not_found.is_empty();
    let table = tag("table")
        .class("review-sums sheet-piles")
        .set("aria-label", text::sheet::PILES)
        .with(tag("tbody").with(Pile::ALL.map(row).into_iter().collect::<Vec<_>>()));
    let refused = (found.refused > 0)
        .then(|| tag("p").class("note warn").with(text::sheet::refused(locale, found.refused)));
    let nobody = found.matches.found.is_empty().then(|| tag("p").class("note").with(text::sheet::NOBODY));
    group()
        .with(tag("p").set("role", "status").with(by))
        .with(table)
        .with(refused)
        .with(asked.then(|| tag("p").class("hint").with(text::sheet::CAPITALS)))
        .with(nobody)
        .with(tag("p").class("hint").with(text::sheet::FILES))
}

/// What can be done with those who were found.
#[derive(Clone, Copy, PartialEq)]
struct Choices {
    found: usize,
    listed_at: Option<Timestamp>,
    is_listed: bool,
    selected: usize,
}

fn choices(app: App) -> Option<Choices> {
    let found = app.directory().sheet.found()?;
    let listed_at = match found.by {
        By::List(at) => Some(at),
        By::PingOne(_) => None,
    };
    let is_listed = app.directory().list.with(|list| *list == List::Complete);
    let selected = app.directory().sheet_selected();
    Some(Choices { found: found.matches.found.len(), listed_at, is_listed, selected })
}

fn changes(app: App, choices: Option<Choices>) -> Option<Node> {
    let Choices { found, listed_at, is_listed, selected } = choices.filter(|choices| choices.found > 0)?;
    let number = number(app, found as u64);
    let change = |to: bool| {
        app.review().may_run(to).then(|| {
            let begin = move || app.review().of_users(to, app.directory().sheet.users(), listed_at);
            button(text::review::begin(to, &number, found), begin)
                .follow("disabled", move || app.run().is_open().then(String::new))
        })
    };
    let select = is_listed.then(|| {
        button(text::sheet::SELECT, move || app.select_sheet()).set("title", text::sheet::SELECT_MEANING)
    });
    let deselect = (selected > 0).then(|| {
        button(text::sheet::DESELECT, move || {
            app.directory().deselect_sheet();
            app.directory().sheet.close();
        })
    });
    let changes = [true, false].into_iter().filter_map(change).collect::<Vec<_>>();
    Some(group().with(select).with(deselect).with(changes))
}
