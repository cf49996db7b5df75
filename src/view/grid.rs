//! The table of users. Only the rows in sight are in the document; the others are the height of two spacers.

use std::rc::Rc;

use leptos::prelude::Effect;
use pingone_mfa_core::domain::user::{Account, PopulationId, User};

use super::markup::{Content, Handle, Node, button, group, part_of, rows, says, tag};
use super::switch::mfa_switch;
use super::text;
use super::window::Window;
use crate::state::AppHandle;
use crate::state::people::{Row, RowKey};
use crate::state::watched::Watched;

/// The columns' classes; the narrow page leaves some out by them.
const COLUMNS: [&str; 7] = ["name", "username", "email", "population", "account", "last-sign-on", "mfa"];

pub(super) fn grid(app: AppHandle) -> Node {
    let directory = &app.directory;
    let scroller = Handle::new();
    // Until the table has been laid out, a screenful is assumed.
    let in_sight = Rc::new(Watched::new((0, 800)));
    let measured = Rc::clone(&in_sight);
    let measure = move || {
        if let Some(view) = scroller.view() {
            measured.set(view);
        }
    };
    let measure_again = measure.clone();
    Effect::new(move |_| {
        // Another source or a first row changes what is in sight without a scroll.
        directory.len(directory.source());
        measure_again();
    });
    let len = move || directory.len(directory.source());
    let window = move || {
        let (top, height) = in_sight.get();
        Window::at(len(), top, height)
    };
    let keys = {
        let window = window.clone();
        move || {
            let window = window();
            directory.keys(directory.source(), window.from, window.to)
        }
    };
    let above = window.clone();
    let body = tag("tbody")
        .with(spacer(move || above().above()))
        .with(rows(keys, move |(place, key)| row(app, place, key)))
        .with(spacer(move || window().below(len())));
    let table = tag("table")
        .class("grid")
        .set("role", "grid")
        .set("aria-label", text::directory::USERS)
        .set_to("aria-colcount", COLUMNS.len().to_string())
        .follow("aria-rowcount", move || Some((len() + 1).to_string()))
        .with(head())
        .with(body);
    tag("div").class("grid-scroll").known_as(scroller).on("scroll", move |_| measure()).with(table)
}

fn head() -> Node {
    let cells = text::directory::COLUMNS.iter().zip(COLUMNS);
    let cells = cells.map(|(name, class)| {
        tag("th").class(class).set("role", "columnheader").set("scope", "col").with(*name)
    });
    let row = tag("tr").set("role", "row").set("aria-rowindex", "1").with(cells.collect::<Vec<_>>());
    tag("thead").with(row)
}

/// The height of the rows that are out of sight, in pixels.
fn spacer(height: impl Fn() -> u64 + 'static) -> Node {
    part_of(height, |height| {
        let cell = tag("td").set_to("height", height.to_string());
        (height > 0).then(|| tag("tr").class("spacer").set("aria-hidden", "true").with(cell))
    })
}

fn row(app: AppHandle, place: usize, key: RowKey) -> Node {
    let cells = part_of(
        move || app.directory.row(key).map(Row::without_mfa),
        move |row| match row {
            Some(Row::User(user)) => group().with(cells(app, user)),
            Some(Row::Unreadable(row)) => {
                let sentence = text::directory::unreadable_row(&row.field, &row.problem);
                let id = row.id.map(|id| format!(" {id}"));
                cell("unreadable", sentence + &id.unwrap_or_default())
            }
            None => group(),
        },
    );
    tag("tr").set("role", "row").set_to("aria-rowindex", (place + 2).to_string()).with(cells)
}

fn cells(app: AppHandle, user: User) -> Vec<Node> {
    let id = user.id;
    let name = text::name_of(&user);
    let name_class = if user.name.is_empty() { "name absent" } else { "name" };
    let account_class = match user.account {
        Account::Enabled => "account",
        Account::Disabled | Account::Locked | Account::Unknown => "account notable",
    };
    let email = user.email.unwrap_or_else(|| text::directory::NOTHING.to_owned());
    let now = app.session.now.get_untracked();
    let signed_on = text::last_sign_on(app.ports.locale.as_ref(), user.last_sign_on, now);
    let population = user.population;
    let open = button(tag("bdi").with(name.clone()), move || app.directory.open(id))
        .class("row-open")
        .set_to("aria-label", text::directory::open(&name, &user.username));
    let words = |class, words: String| cell(class, tag("bdi").with(words.clone())).set_to("title", words);
    vec![
        cell(name_class, open).set_to("title", name),
        words("username", user.username),
        words("email", email),
        cell("population", tag("bdi").with(says(move || population_name(app, population)))),
        cell(account_class, text::account(user.account)),
        cell("last-sign-on", signed_on),
        cell("mfa", mfa_switch(app, id)),
    ]
}

fn cell(class: &'static str, content: impl Content) -> Node {
    tag("td").class(class).set("role", "gridcell").with(content)
}

/// A population's name; the beginning of its id as long as the name isn't known.
pub(super) fn population_name(app: AppHandle, id: Option<PopulationId>) -> String {
    let Some(id) = id else { return text::directory::NOTHING.to_owned() };
    let name = app.directory.populations.with(|populations| {
        let known = populations.ready().and_then(|known| known.iter().find(|population| population.id == id));
        known.map(|population| population.name.clone())
    });
    name.unwrap_or_else(|| id.0.to_string().chars().take(8).collect())
}
