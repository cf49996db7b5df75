//! The cells of a row of the table, one component per kind of cell.

use leptos::either::EitherOf3;
use leptos::prelude::*;
use pingone::bypass::Bypass;
use pingone::device::Devices;
use pingone::time::Timestamp;
use pingone::user::{Account, Mfa, User, UserId};
use pingone_mfa_core::directory::order::Column;
use pingone_mfa_core::directory::status::Class;
use pingone_mfa_core::directory::store::UserIndex;

use crate::console::app::App;

use crate::console::users::mfa_switch::MfaSwitch;
use crate::console::users::row_pool::PooledRow;
use crate::console::users::text;
use crate::ui::dom::handler;
use crate::ui::memo::memo;

/// The style sheet's name for a column.
pub(crate) const fn class_of(column: Column) -> &'static str {
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

/// Which cells a row has. As long as it stays the same, only their texts change.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum RowKind {
    User,
    /// PingOne's answer couldn't be read.
    Unreadable,
    /// The list was cleared, and the row is about to be removed.
    Gone,
}

impl RowKind {
    pub(crate) fn of(app: App, user: UserIndex) -> Self {
        app.directory().users.with(|users| match users.id(user) {
            _ if !users.is_readable(user) => Self::Unreadable,
            Some(_) => Self::User,
            None => Self::Gone,
        })
    }
}

/// The username of the user in a row.
pub(crate) fn username(app: App, row: PooledRow) -> Option<String> {
    let user = row.user();
    app.directory().users.with(|users| users.id(user).map(|_| users.username(user).to_owned()))
}

/// The ID of the user in a row.
fn user_id(app: App, row: PooledRow) -> Option<UserId> {
    let user = row.user();
    app.directory().users.read().id(user)
}

/// What a row shows of a user, besides the MFA switch, which follows the flag by itself.
#[derive(Debug, Clone, PartialEq)]
struct UserFields {
    user: User,
    population: String,
    devices: Devices,
}

impl UserFields {
    fn of(app: App, row: UserIndex) -> Option<Self> {
        let (user, devices) = app.directory().users.with(|users| {
            // Without the flag, so that the row's texts aren't made anew when it changes.
            let user = users.user(row).map(|user| User { mfa: Mfa::Unknown, ..user });
            (user, users.devices(row))
        });
        user.map(|user| Self { population: population_name(app, &user), user, devices })
    }
}

/// A population's name; the beginning of its ID until the name is known.
pub(crate) fn population_name(app: App, user: &User) -> String {
    let Some(id) = user.population else { return text::directory::NOTHING.to_owned() };
    let name = app.directory().population_name(id);
    name.unwrap_or_else(|| id.0.to_string().chars().take(8).collect())
}

/// The cells of a row.
#[component]
pub(crate) fn RowCells(
    app: App,
    row: PooledRow,
    kind: Memo<RowKind>,
    columns: StoredValue<Vec<Column>>,
    layout: Memo<Vec<Option<u32>>>,
) -> impl IntoView {
    view! { {move || match kind.get() {
        RowKind::User => EitherOf3::A(view! { <UserCells app=app row=row columns=columns /> }),
        RowKind::Unreadable => EitherOf3::B(view! { <UnreadableCell app row columns layout/> }),
        RowKind::Gone => EitherOf3::C(()),
    }} }
}

#[component]
fn UserCells(app: App, row: PooledRow, columns: StoredValue<Vec<Column>>) -> impl IntoView {
    let fields = memo(move || UserFields::of(app, row.user()));
    let cell = |column| view! { <UserCell app=app row=row column=column fields=fields /> };
    columns.get_value().into_iter().map(cell).collect_view()
}

/// One cell in place of all others, with the reason why the row couldn't be read.
#[component]
fn UnreadableCell(
    app: App,
    row: PooledRow,
    columns: StoredValue<Vec<Column>>,
    layout: Memo<Vec<Option<u32>>>,
) -> impl IntoView {
    let columns_len = columns.with_value(Vec::len);
    let span = move || {
        // The checkbox has a cell of its own.
        let shown = layout.read().iter().rev().take(columns_len).flatten().count();
        shown.to_string()
    };
    let sentence = move || {
        let user = row.user();
        let users = app.directory().users.read();
        let Some(unreadable) = users.unreadable(user) else { return String::new() };
        let id = unreadable.id.map(|id| format!(" {id}")).unwrap_or_default();
        text::directory::unreadable_row(&unreadable.field, &unreadable.problem) + &id
    };
    view! {
        <td class="unreadable" role="gridcell" colspan=span>
            {sentence}
        </td>
    }
}

type Fields = Memo<Option<UserFields>>;

/// Reads something of the user; the default when the user is gone.
fn of_user<T: Default>(fields: Fields, read: impl FnOnce(&User) -> T) -> T {
    fields.read().as_ref().map(|fields| read(&fields.user)).unwrap_or_default()
}

/// The style sheet's name for the words beside a switch.
const MFA_NOTE: &str = "mfa-note";

/// Why MFA is on and this user isn't asked, or can't answer.
fn mfa_note(app: App, row: UserIndex) -> String {
    let now = app.session().now.get_untracked();
    let (class, bypass) = app.directory().users.with(|users| (users.class(row, now), users.bypass(row)));
    match (class, bypass) {
        (Class::OnBypassed, Bypass::Until(until)) => {
            text::table::bypassed(&*app.ports.get().locale, until, now)
        }
        (Class::OnWithoutDevice, _) => text::table::NO_DEVICE.to_owned(),
        _ => String::new(),
    }
}

/// A cell without a button takes the focus itself.
#[component]
fn UserCell(app: App, row: PooledRow, column: Column, fields: Fields) -> impl IntoView {
    let class = class_of(column);
    let content =
        move || fields.read().as_ref().map(|fields| text_of(app, column, fields)).unwrap_or_default();
    match column {
        Column::Name => view! { <NameCell app=app row=row fields=fields /> }.into_any(),
        Column::Mfa => {
            let user = Signal::derive(move || user_id(app, row));
            view! {
                <td class=class role="gridcell">
                    <MfaSwitch app=app user=user tab_index="-1" />
                    <span class=MFA_NOTE>{move || mfa_note(app, row.user())}</span>
                </td>
            }
            .into_any()
        }
        Column::Account => {
            let class = move || of_user(fields, |user| account_class(user.account));
            view! { <td class=class role="gridcell" tabindex="-1">{content}</td> }.into_any()
        }
        Column::Devices => {
            // The dash has a name.
            let label = move || {
                let is_checked = |fields: &UserFields| fields.devices != Devices::NotChecked;
                let is_checked = fields.read().as_ref().is_none_or(is_checked);
                (!is_checked).then_some(text::directory::NOT_CHECKED)
            };
            view! { <td class=class role="gridcell" tabindex="-1" aria-label=label>{content}</td> }.into_any()
        }
        Column::LastSignOn | Column::Created => {
            view! { <td class=class role="gridcell" tabindex="-1">{content}</td> }.into_any()
        }
        Column::Id | Column::Username | Column::Email | Column::Population | Column::ExternalId => {
            let class = if column == Column::Id { "user-id id" } else { class };
            // The text may be written in any direction.
            view! {
                <td class=class role="gridcell" tabindex="-1">
                    <bdi>{content}</bdi>
                </td>
            }
            .into_any()
        }
    }
}

#[component]
fn NameCell(app: App, row: PooledRow, fields: Fields) -> impl IntoView {
    let name = move || of_user(fields, text::name_of);
    let is_nameless = move || of_user(fields, |user| user.name.is_empty());
    let label = move || of_user(fields, |user| text::directory::open(&text::name_of(user), &user.username));
    let open = move |_| {
        if let Some(id) = untrack(|| user_id(app, row)) {
            app.directory().open(id);
        }
    };
    view! {
        <td class=move || if is_nameless() { "name absent" } else { "name" } role="gridcell">
            <button class="row-open" tabindex="-1" aria-label=label on:click=handler(open)>
                <bdi>{name}</bdi>
            </button>
        </td>
    }
}

fn text_of(app: App, column: Column, fields: &UserFields) -> String {
    let UserFields { user, population, devices } = fields;
    let text = |text: Option<&str>| text.unwrap_or(text::directory::NOTHING).to_owned();
    let time = |at: Option<Timestamp>, never: &'static str| {
        let Some(at) = at else { return never.to_owned() };
        text::moment_of(&*app.ports.get().locale, at, app.session().now.get_untracked())
    };
    match column {
        Column::Name => text::name_of(user),
        Column::Username => user.username.clone(),
        Column::Email => text(user.email.as_deref()),
        Column::Population => population.clone(),
        Column::Account => text::user_drawer::account(user.account).to_owned(),
        Column::LastSignOn => time(user.last_sign_on, text::directory::NEVER),
        Column::Created => time(user.created_at, text::directory::NOTHING),
        Column::ExternalId => text(user.external_id.as_deref()),
        Column::Id => user.id.to_string(),
        Column::Devices => devices_text(*devices),
        Column::Mfa => text::switch::word(user.mfa).to_owned(),
    }
}

const fn account_class(account: Account) -> &'static str {
    match account {
        Account::Enabled => "account",
        Account::Disabled | Account::Locked | Account::Unknown => "account notable",
    }
}

fn devices_text(devices: Devices) -> String {
    match devices {
        Devices::NotChecked => text::directory::NOTHING.to_owned(),
        Devices::Usable(devices) => devices.to_string(),
    }
}
