//! What stands in a row of the table.

use pingone_mfa_core::domain::order::Column;
use pingone_mfa_core::domain::user::{Account, Mfa, UnreadableUser, User};
use pingone_mfa_core::domain::users::{Devices, Row};

use super::markup::{Content, Node, button, group, part_of, tag};
use super::switch::mfa_switch;
use super::text;
use crate::state::AppHandle;

/// The style sheet's name for a column.
pub(super) const fn class_of(column: Column) -> &'static str {
    match column {
        Column::Name => "name",
        Column::Username => "username",
        Column::Email => "email",
        Column::Population => "population",
        Column::Account => "account",
        Column::LastSignOn => "last-sign-on",
        Column::Created => "created",
        Column::ExternalId => "external-id",
        Column::Id => "user-id",
        Column::Devices => "devices",
        Column::Mfa => "mfa",
    }
}

/// What a row shows besides the switch, which changes by itself: it would lose the focus with the row around it.
#[derive(Clone, PartialEq)]
enum Facts {
    User { user: User, population: String, devices: Devices },
    Unreadable(UnreadableUser),
    Nobody,
}

pub(super) fn cells(app: AppHandle, row: Row, columns: &[Column]) -> Node {
    let columns = columns.to_vec();
    part_of(
        move || facts(app, row),
        move |facts| match facts {
            Facts::User { user, population, devices } => {
                let cells = columns.iter().map(|column| cell_of(app, *column, &user, &population, devices));
                group().with(cells.collect::<Vec<_>>())
            }
            Facts::Unreadable(row) => unreadable(&row, columns.len()),
            Facts::Nobody => group(),
        },
    )
}

fn facts(app: AppHandle, row: Row) -> Facts {
    let directory = app.directory;
    let (user, devices) = directory.users.with(|users| {
        let unreadable = users.unreadable(row).cloned().map(Facts::Unreadable);
        let user = users.user(row).map(|user| User { mfa: Mfa::Unknown, ..user });
        (user.ok_or(unreadable.unwrap_or(Facts::Nobody)), users.devices(row))
    });
    match user {
        Ok(user) => Facts::User { population: population_name(app, &user), user, devices },
        Err(facts) => facts,
    }
}

/// A population's name; the beginning of its id as long as the name isn't known.
pub(super) fn population_name(app: AppHandle, user: &User) -> String {
    let Some(id) = user.population else { return text::directory::NOTHING.to_owned() };
    let name = app.directory.population_name(id);
    name.unwrap_or_else(|| id.0.to_string().chars().take(8).collect())
}

fn unreadable(row: &UnreadableUser, columns: usize) -> Node {
    let sentence = text::directory::unreadable_row(&row.field, &row.problem);
    let id = row.id.map(|id| format!(" {id}"));
    cell("unreadable", sentence + &id.unwrap_or_default()).set_to("colspan", columns.to_string())
}

fn cell_of(app: AppHandle, column: Column, user: &User, population: &str, devices: Devices) -> Node {
    let class = class_of(column);
    let nothing = || text::directory::NOTHING.to_owned();
    let time = |at| text::moment_of(app.ports.locale.as_ref(), at, app.session.now.get_untracked());
    match column {
        Column::Name => name_cell(app, user),
        Column::Username => words(class, &user.username),
        Column::Email => words(class, user.email.as_deref().unwrap_or(text::directory::NOTHING)),
        Column::Population => words(class, population),
        Column::Account => plain(account_class(user.account), text::account(user.account).to_owned()),
        Column::LastSignOn => {
            plain(class, user.last_sign_on.map_or_else(|| text::directory::NEVER.to_owned(), time))
        }
        Column::Created => plain(class, user.created_at.map_or_else(nothing, time)),
        Column::ExternalId => words(class, user.external_id.as_deref().unwrap_or(text::directory::NOTHING)),
        Column::Id => words("user-id id", &user.id.to_string()),
        Column::Devices => plain(class, devices_word(devices)),
        Column::Mfa => cell(class, mfa_switch(app, user.id, "-1")),
    }
}

fn name_cell(app: AppHandle, user: &User) -> Node {
    let id = user.id;
    let name = text::name_of(user);
    let class = if user.name.is_empty() { "name absent" } else { "name" };
    let open = button(tag("bdi").with(name.clone()), move || app.directory.open(id))
        .class("row-open")
        .set("tabindex", "-1")
        .set_to("aria-label", text::directory::open(&name, &user.username));
    cell(class, open).set_to("title", name)
}

const fn account_class(account: Account) -> &'static str {
    match account {
        Account::Enabled => "account",
        Account::Disabled | Account::Locked | Account::Unknown => "account notable",
    }
}

fn devices_word(devices: Devices) -> String {
    match devices {
        Devices::NotChecked => text::directory::NOTHING.to_owned(),
        Devices::Usable(devices) => devices.to_string(),
    }
}

/// A text that may be written in any direction and be longer than its cell.
fn words(class: &'static str, words: &str) -> Node {
    plain(class, tag("bdi").with(words)).set_to("title", words.to_owned())
}

/// A cell without anything to press: the focus is on the cell itself.
fn plain(class: &'static str, content: impl Content) -> Node {
    cell(class, content).set("tabindex", "-1")
}

fn cell(class: &'static str, content: impl Content) -> Node {
    tag("td").class(class).set("role", "gridcell").with(content)
}
