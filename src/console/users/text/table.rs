//! Texts of the table and its filters.

use pingone::time::{PerSecond, Timestamp};
use pingone_mfa_core::directory::order::Column;
use pingone_mfa_core::directory::query::{DevicesFilter, MfaFilter};
use pingone_mfa_core::directory::status::Class;
use pingone_mfa_core::ports::Locale;

use crate::console::users::directory::Checking;

pub const TOOLBAR: &str = "Search and filter";
pub const SEARCH: &str = "Search users";
pub const MFA: &str = "MFA status";
pub const DEVICES: &str = "Devices";
pub const ACCOUNT: &str = "Account";
pub const POPULATION: &str = "Population";
pub const GROUP: &str = "Group";
/// The remaining filters and the columns.
pub const MORE: &str = "More";
pub const DIRECT: &str = "Direct members of the group only";
pub const READING_GROUP: &str = "Reading the group's members …";
pub const CREATED_SINCE: &str = "Created since (UTC)";
pub const INACTIVE_DAYS: &str = "No sign-on for so many days";
pub const NEVER_SIGNED_ON: &str = "Never signed on";
pub const COLUMNS: &str = "Columns";
/// Removes search and filters.
pub const SHOW_ALL: &str = "Show everyone";
pub const CLEAR_SELECTION: &str = "Clear selection";

/// The first choice of a filter.
pub fn any(filter: &str) -> String {
    format!("{filter}: any")
}

pub const fn mfa_filter(filter: &MfaFilter) -> &'static str {
    match filter {
        MfaFilter::On => "MFA: on",
        MfaFilter::Class(Class::OnWithDevice) => "MFA: on, with a device",
        MfaFilter::Class(Class::OnWithoutDevice) => "MFA: on, no device",
        MfaFilter::Class(Class::OnNotChecked) => "MFA: on, devices not checked",
        MfaFilter::Class(Class::OnBypassed) => "MFA: on, but bypassed",
        MfaFilter::Class(Class::Off) => "MFA: off",
        MfaFilter::Class(Class::Unknown) => "MFA: unknown",
    }
}

pub const fn devices_filter(filter: &DevicesFilter) -> &'static str {
    match filter {
        DevicesFilter::With => "Devices: at least one",
        DevicesFilter::Without => "Devices: none",
        DevicesFilter::NotChecked => "Devices: not checked",
    }
}

pub const fn column(column: Column) -> &'static str {
    match column {
        Column::Name => "Name",
        Column::Username => "Username",
        Column::Email => "E-mail",
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
/// How many users are shown, of how many, and how old the list is.
pub fn shown(shown: &str, count: u64, of: Option<&str>, age: Option<&str>) -> String {
    let of = of.map(|of| format!(" of {of}")).unwrap_or_default();
    let users = if count == 1 && of.is_empty() { "user" } else { "users" };
    let age = age.map(|age| format!(" {age}")).unwrap_or_default();
    format!("{shown}{of} {users}.{age}")
}

pub fn age(locale: &dyn Locale, at: Timestamp, now: Timestamp) -> String {
    let minutes = now.since(at).max(0) / 60_000;
    let ago = match minutes {
        0 => String::new(),
        1..120 => format!(", {minutes} min ago"),
        _ => format!(", {} h ago", minutes / 60),
    };
    format!("List read {}{ago}.", locale.time(at))
}
/// Users that a filter can't be decided for.
pub fn undecided(users: &str, count: u64) -> String {
    let users = if count == 1 { "1 more user".to_owned() } else { format!("{users} more users") };
    format!("Devices or bypass of {users} were not checked, so this filter can't tell.")
}
/// No match in a complete list.
pub fn no_match(listed: &str) -> String {
    format!("No match among {listed} users.")
}
/// No match in an incomplete list.
pub fn no_match_yet(listed: &str) -> String {
    format!("No match in the {listed} users loaded so far.")
}

pub fn ask_pingone(text: &str) -> String {
    format!("Search PingOne for '{text}'")
}

pub fn select_all(shown: &str) -> String {
    format!("Select all {shown} that match")
}

pub fn select(username: &str) -> String {
    format!("Select {username}")
}

pub fn selected(selected: &str, count: usize) -> String {
    if count == 0 {
        return "Nobody is selected.".into();
    }
    format!("{selected} {} selected.", if count == 1 { "user" } else { "users" })
}

pub fn group_read(locale: &dyn Locale, members: u64, unlisted: u64, at: &str) -> String {
    let word = if members == 1 { "member" } else { "members" };
    let unlisted = if unlisted == 0 {
        String::new()
    } else {
        format!(" {} of them not in the list.", locale.number(unlisted))
    };
    format!("Group: {} {word}, read from PingOne at {at}.{unlisted}", locale.number(members))
}

pub fn check(selected: &str, count: usize) -> String {
    format!("Check devices of {selected} {}", if count == 1 { "user" } else { "users" })
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
    format!("This page's address names what isn't known, and it was left out: {parts}")
}
