//! What stands in a row of the table.

use std::rc::Rc;

use leptos::prelude::*;
use pingone::device::Devices;
use pingone::time::Timestamp;
use pingone::user::{Account, Mfa, UnreadableUser, User};
use pingone_mfa_core::directory::order::Column;
use pingone_mfa_core::directory::store::UserIndex;

use crate::state::App;

use super::markup::{Content, Kept, Node, button, group, kept, part_of, says, tag};
use super::switch::{Whose, mfa_switch};
use super::text;

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

/// What a row shows besides the switch, which follows the flag by itself.
#[derive(PartialEq)]
pub(super) enum Facts {
    User { user: User, population: String, devices: Devices },
    Unreadable(UnreadableUser),
    Nobody,
}

/// What the cells of a row are. As long as it stays the same, only what they say changes.
#[derive(Clone, Copy, PartialEq)]
enum Kind {
    User,
    Unreadable,
    Nobody,
}

/// What is shown of whomever `row` comes to.
pub(super) fn kept_facts(app: App, row: impl Fn() -> UserIndex + 'static) -> Kept<Facts> {
    kept(move || facts(app, row()))
}

/// The cells of a row.
pub(super) fn cells(app: App, facts: Kept<Facts>, columns: &[Column]) -> Node {
    let columns = columns.to_vec();
    let kind = facts.clone();
    part_of(
        move || kind.with(Facts::kind),
        move |kind| match kind {
            Some(Kind::User) => {
                let cells = columns.iter().map(|column| cell_of(app, *column, &facts));
                group().with(cells.collect::<Vec<_>>())
            }
            Some(Kind::Unreadable) => unreadable(&facts, columns.len()),
            Some(Kind::Nobody) | None => group(),
        },
    )
}

impl Facts {
    const fn kind(&self) -> Kind {
        match self {
            Self::User { .. } => Kind::User,
            Self::Unreadable(_) => Kind::Unreadable,
            Self::Nobody => Kind::Nobody,
        }
    }

    /// Whether the row could be read.
    pub(super) const fn is_readable(&self) -> bool {
        !matches!(self, Self::Unreadable(_))
    }

    /// The user, if the row is one.
    pub(super) const fn user(&self) -> Option<&User> {
        match self {
            Self::User { user, .. } => Some(user),
            Self::Unreadable(_) | Self::Nobody => None,
        }
    }
}

fn facts(app: App, row: UserIndex) -> Facts {
    let directory = app.directory();
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
pub(super) fn population_name(app: App, user: &User) -> String {
    let Some(id) = user.population else { return text::directory::NOTHING.to_owned() };
    let name = app.directory().population_name(id);
    name.unwrap_or_else(|| id.0.to_string().chars().take(8).collect())
}

fn unreadable(facts: &Kept<Facts>, columns: usize) -> Node {
    let sentence = |facts: &Facts| {
        let Facts::Unreadable(row) = facts else { return String::new() };
        let id = row.id.map(|id| format!(" {id}")).unwrap_or_default();
        text::directory::unreadable_row(&row.field, &row.problem) + &id
    };
    cell("unreadable", says(saying(facts, sentence))).set_to("colspan", columns.to_string())
}

/// What something of the facts comes to, as long as there are any.
fn saying(facts: &Kept<Facts>, say: impl Fn(&Facts) -> String + 'static) -> impl Fn() -> String + 'static {
    let facts = facts.clone();
    move || facts.with(&say).unwrap_or_default()
}

fn cell_of(app: App, column: Column, facts: &Kept<Facts>) -> Node {
    let class = class_of(column);
    let say = move |facts: &Facts| match facts {
        Facts::User { user, population, devices } => word(app, column, user, population, *devices),
        Facts::Unreadable(_) | Facts::Nobody => String::new(),
    };
    match column {
        Column::Name => name_cell(app, facts),
        Column::Mfa => {
            let facts = facts.clone();
            let whose: Whose =
                Rc::new(move || facts.with(|facts| facts.user().map(|user| user.id)).flatten());
            cell(class, mfa_switch(app, &whose, "-1"))
        }
        Column::Account => {
            let class = |facts: &Facts| {
                let account = facts.user().map_or(Account::Unknown, |user| user.account);
                account_class(account).to_owned()
            };
            let class = saying(facts, class);
            following_cell(move || Some(class()), says(saying(facts, say))).set("tabindex", "-1")
        }
        Column::LastSignOn | Column::Created | Column::Devices => plain(class, says(saying(facts, say))),
        Column::Id => words("user-id id", facts, say),
        Column::Username | Column::Email | Column::Population | Column::ExternalId => {
            words(class, facts, say)
        }
    }
}

/// What a cell says.
fn word(app: App, column: Column, user: &User, population: &str, devices: Devices) -> String {
    let text = |text: Option<&str>| text.unwrap_or(text::directory::NOTHING).to_owned();
    let time = |at: Option<Timestamp>, never: &'static str| {
        let ports = app.ports.get();
        let locale = &*ports.locale;
        at.map_or_else(
            || never.to_owned(),
            |at| text::moment_of(locale, at, app.session().now.get_untracked()),
        )
    };
    match column {
        Column::Name => text::name_of(user),
        Column::Username => user.username.clone(),
        Column::Email => text(user.email.as_deref()),
        Column::Population => population.to_owned(),
        Column::Account => text::account(user.account).to_owned(),
        Column::LastSignOn => time(user.last_sign_on, text::directory::NEVER),
        Column::Created => time(user.created_at, text::directory::NOTHING),
        Column::ExternalId => text(user.external_id.as_deref()),
        Column::Id => user.id.to_string(),
        Column::Devices => devices_word(devices),
        Column::Mfa => text::mfa(user.mfa).to_owned(),
    }
}

fn name_cell(app: App, facts: &Kept<Facts>) -> Node {
    let of_user =
        |say: fn(&User) -> String| saying(facts, move |facts| facts.user().map(say).unwrap_or_default());
    let (name, title) = (of_user(text::name_of), of_user(text::name_of));
    let label = of_user(|user| text::directory::open(&text::name_of(user), &user.username));
    let class = of_user(|user| if user.name.is_empty() { "name absent" } else { "name" }.to_owned());
    let opened = facts.clone();
    let open = move || {
        if let Some(id) = opened.with_untracked(|facts| facts.user().map(|user| user.id)).flatten() {
            app.directory().open(id);
        }
    };
    let open = button(tag("bdi").with(says(name)), open)
        .class("row-open")
        .set("tabindex", "-1")
        .follow("aria-label", move || Some(label()));
    following_cell(move || Some(class()), open).follow("title", move || Some(title()))
}

const fn account_class(account: Account) -> &'static str {
    match account {
        Account::Enabled => "account",
        Account::Disabled | Account::Locked | Account::Unknown => "account notable",
    }
}

fn devices_word(devices: Devices) -> String {
    match devices {
        Devices::NotChecked => text::directory::NOT_CHECKED.to_owned(),
        Devices::Usable(devices) => devices.to_string(),
    }
}

/// A text that may be written in any direction and be longer than its cell.
fn words(class: &'static str, facts: &Kept<Facts>, say: impl Fn(&Facts) -> String + Copy + 'static) -> Node {
    let title = saying(facts, say);
    plain(class, tag("bdi").with(says(saying(facts, say)))).follow("title", move || Some(title()))
}

/// A cell without anything to press: the focus is on the cell itself.
fn plain(class: &'static str, content: impl Content) -> Node {
    cell(class, content).set("tabindex", "-1")
}

fn cell(class: &'static str, content: impl Content) -> Node {
    tag("td").class(class).set("role", "gridcell").with(content)
}

fn following_cell(class: impl Fn() -> Option<String> + 'static, content: impl Content) -> Node {
    tag("td").follow("class", class).set("role", "gridcell").with(content)
}
