//! Texts of the table and its filters.

use pingone::time::{PerSecond, Timestamp};
use pingone::user::Account;
use pingone_mfa_core::directory::order::Column;
use pingone_mfa_core::directory::query::{DevicesFilter, MfaFilter};
use pingone_mfa_core::directory::status::Class;
use pingone_mfa_core::ports::Locale;

use crate::console::users::directory::Checking;

pub const TOOLBAR: &str = "Search and filter";
pub const SEARCH: &str = "Search users";
/// What the search field says before anything is typed.
pub const SEARCH_HINT: &str = "Name, username, email or ID";
pub const MFA: &str = "MFA";
pub const DEVICES: &str = "Devices";
pub const ACCOUNT: &str = "Account";
pub const POPULATION: &str = "Population";
pub const GROUP: &str = "Group";
/// The remaining filters.
pub const MORE: &str = "More filters";
/// The same, as shown.
pub const FILTERS: &str = "Filters";
/// The choice that removes a filter.
pub const ANY: &str = "Any";
pub const IMPORT: &str = "Import list";
pub const EXPORT: &str = "Export";
pub const DIRECT: &str = "Direct members of the group only";
pub const READING_GROUP: &str = "Loading the group's members …";
pub const REFRESH_GROUP: &str = "Refresh group members";
pub const CREATED_SINCE: &str = "Created since (UTC)";
pub const INACTIVE_DAYS: &str = "Inactive for (days)";
pub const NEVER_SIGNED_ON: &str = "Never signed on";
pub const COLUMNS: &str = "Columns";
/// Removes search and filters.
pub const SHOW_ALL: &str = "Show all users";
pub const CLEAR_SELECTION: &str = "Clear";
/// What the buttons show; their names say how many users it is about.
pub const ENABLE: &str = "Enable MFA…";
pub const DISABLE: &str = "Disable MFA…";
pub const CHECK: &str = "Check devices";
/// Why nothing can be changed.
pub const RUN_IS_OPEN: &str = "Finish or stop the open run first.";

/// The name of a button with how many of its filters are set.
pub fn with_count(name: &str, count: usize) -> String {
    if count == 0 { name.to_owned() } else { format!("{name} ({count})") }
}

/// A filter that is set, in the line above the table.
pub fn described(filter: &str, value: &str) -> String {
    if filter == MFA { format!("{filter} {value}") } else { format!("{filter}: {value}") }
}

pub fn created_since(date: &str) -> String {
    format!("Created since {date}")
}

pub fn inactive_for(days: u32) -> String {
    format!("Inactive for {days} {}", if days == 1 { "day" } else { "days" })
}

pub const fn mfa_filter(filter: &MfaFilter) -> &'static str {
    match filter {
        MfaFilter::On => "On",
        MfaFilter::Class(class) => class_name(*class),
    }
}

pub const fn class_name(class: Class) -> &'static str {
    match class {
        Class::OnWithDevice => "On, has a device",
        Class::OnWithoutDevice => "On, no device",
        Class::OnNotChecked => "On, devices not checked",
        Class::OnBypassed => "On, bypassed",
        Class::Off => "Off",
        Class::Unknown => "Unknown",
    }
}

pub const fn devices_filter(filter: &DevicesFilter) -> &'static str {
    match filter {
        DevicesFilter::With => "At least one",
        DevicesFilter::Without => "None",
        DevicesFilter::NotChecked => "Not checked",
    }
}

pub const fn account_filter(account: &Account) -> &'static str {
    match account {
        Account::Enabled => "Enabled",
        Account::Disabled => "Disabled",
        Account::Locked => "Locked",
        Account::Unknown => "Unknown",
    }
}

/// Describes a column's head.
pub const WIDTH_KEYS: &str = "Press Shift with Left or Right Arrow to change the column's width.";

/// Stands beside "On" where it applies.
pub const NO_DEVICE: &str = "no device";

pub fn bypassed(locale: &dyn Locale, until: Timestamp, now: Timestamp) -> String {
    format!("bypassed until {}", super::disable_dialog::here(locale, until, now))
}

pub const fn column(column: Column) -> &'static str {
    match column {
        Column::Name => "Name",
        Column::Username => "Username",
        Column::Email => "Email",
        Column::Population => "Population",
        Column::Account => "Account",
        Column::LastSignOn => "Last sign-on",
        Column::Created => "Created",
        Column::ExternalId => "External ID",
        Column::Id => "ID",
        Column::Devices => "Devices",
        Column::Mfa => "MFA",
    }
}
/// How many users are shown, and of how many.
pub fn shown(shown: &str, count: u64, of: Option<&str>) -> String {
    let of = of.map(|of| format!(" of {of}")).unwrap_or_default();
    let users = if count == 1 && of.is_empty() { "user" } else { "users" };
    format!("{shown}{of} {users}")
}

/// How old the list is.
pub fn age(locale: &dyn Locale, at: Timestamp, now: Timestamp) -> String {
    let minutes = now.since(at).max(0) / 60_000;
    let ago = match minutes {
        0 => String::new(),
        1..120 => format!(", {minutes} min ago"),
        _ => format!(", {} h ago", minutes / 60),
    };
    format!("read {}{ago}", locale.time(at))
}
/// Users that a filter can't be decided for.
pub fn undecided(users: &str, count: u64) -> String {
    let users = if count == 1 { "1 more user".to_owned() } else { format!("{users} more users") };
    format!("Devices or bypass of {users} were not checked, so this filter can't tell.")
}
/// In the empty table.
pub const NO_MATCHES: &str = "No users match";

/// No match in a complete list.
pub fn no_match(listed: &str) -> String {
    format!("No match among {listed} users")
}
/// No match in an incomplete list.
pub fn no_match_yet(listed: &str) -> String {
    format!("No match in the {listed} users loaded so far")
}

pub fn ask_pingone(text: &str) -> String {
    format!("Search PingOne for '{text}'")
}

pub fn select_all(shown: &str) -> String {
    format!("Select all {shown} users")
}

pub fn select(username: &str) -> String {
    format!("Select {username}")
}

pub fn selected(selected: &str) -> String {
    format!("{selected} selected")
}

pub fn group_read(locale: &dyn Locale, members: u64, unlisted: u64, at: &str) -> String {
    let word = if members == 1 { "member" } else { "members" };
    let unlisted = if unlisted == 0 {
        String::new()
    } else {
        format!(" {} of them aren't in the list.", locale.number(unlisted))
    };
    format!("Group: {} {word}, read {at}.{unlisted}", locale.number(members))
}

/// One request per user, each with a preflight.
pub fn check_cost(locale: &dyn Locale, users: u64, pace: PerSecond) -> String {
    let requests = users * 2;
    let seconds = requests.div_ceil(pace.whole().max(1));
    format!("{} requests, about {} s", locale.number(requests), locale.number(seconds))
}

pub fn checked(locale: &dyn Locale, checking: &Checking) -> String {
    let number = |number: usize| locale.number(number as u64);
    let failed = match checking.failed {
        0 => String::new(),
        failed => format!(" {} could not be read.", number(failed)),
    };
    format!("Devices of {} of {} users read.{failed}", number(checking.done), number(checking.of))
}
/// An address that contains unknown parts.
pub fn address_problem(parts: &str) -> String {
    format!("Unknown parts of this page's address were ignored: {parts}")
}
