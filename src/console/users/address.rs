//! The table's view in the page's address, so that it can be bookmarked, shared and navigated. The address holds no
//! personal data: the search text isn't written to it.

use std::fmt::Write;

use pingone::time::Timestamp;
use pingone::user::{Account, GroupId, PopulationId};
use pingone_mfa_core::digits::typed_number;
use pingone_mfa_core::directory::order::{Column, Sort};
use pingone_mfa_core::directory::query::{DevicesFilter, Filters, GroupFilter, MfaFilter, SignOnFilter};
use pingone_mfa_core::directory::status::Class;
use uuid::Uuid;

use crate::console::users::table::View;

/// Filter values and their words in the address.
type Words<T> = &'static [(T, &'static str)];

/// Filter by MFA status.
pub const MFA: Words<MfaFilter> = &[
    (MfaFilter::On, "on"),
    (MfaFilter::Class(Class::OnWithDevice), "on-device"),
    (MfaFilter::Class(Class::OnWithoutDevice), "on-no-device"),
    (MfaFilter::Class(Class::OnNotChecked), "on-not-checked"),
    (MfaFilter::Class(Class::OnBypassed), "on-bypassed"),
    (MfaFilter::Class(Class::Off), "off"),
    (MfaFilter::Class(Class::Unknown), "unknown"),
];

pub const DEVICES: Words<DevicesFilter> = &[
    (DevicesFilter::With, "with"),
    (DevicesFilter::Without, "without"),
    (DevicesFilter::NotChecked, "not-checked"),
];

/// Filter by account state.
pub const ACCOUNT: Words<Account> = &[
    (Account::Enabled, "enabled"),
    (Account::Disabled, "disabled"),
    (Account::Locked, "locked"),
    (Account::Unknown, "unknown"),
];

pub const COLUMN: Words<Column> = &[
    (Column::Name, "name"),
    (Column::Username, "username"),
    (Column::Email, "email"),
    (Column::Population, "population"),
    (Column::Account, "account"),
    (Column::LastSignOn, "last-sign-on"),
    (Column::Created, "created"),
    (Column::ExternalId, "external-id"),
    (Column::Id, "id"),
    (Column::Devices, "devices"),
    (Column::Mfa, "mfa"),
];

const NEVER: &str = "never";

#[must_use]
pub fn word_of<T: PartialEq>(words: &[(T, &'static str)], value: &T) -> &'static str {
    words.iter().find(|(known, _)| known == value).map_or("", |(_, word)| word)
}

#[must_use]
pub fn value_of<T: Copy>(words: &[(T, &'static str)], word: &str) -> Option<T> {
    words.iter().find(|(_, known)| *known == word).map(|(value, _)| *value)
}

/// Encodes a view, without the `#`. Default values are left out.
#[must_use]
pub fn write(view: &View) -> String {
    let filters = &view.filters;
    let group = filters.group.as_ref();
    let parts = [
        ("mfa", filters.mfa.map(|filter| word_of(MFA, &filter).to_owned())),
        ("devices", filters.devices.map(|filter| word_of(DEVICES, &filter).to_owned())),
        ("account", filters.account.map(|account| word_of(ACCOUNT, &account).to_owned())),
        ("population", filters.population.map(|id| id.0.to_string())),
        ("group", group.map(|filter| filter.group.0.to_string())),
        ("direct", group.filter(|filter| filter.is_direct).map(|_| "1".to_owned())),
        ("created", filters.created_since.map(date_of)),
        ("sign-on", filters.sign_on.map(sign_on_word)),
        ("sort", view.sort.map(sort_word)),
        ("columns", (view.columns != View::default().columns).then(|| column_words(&view.columns))),
    ];
    let mut text = String::new();
    for (name, value) in parts {
        if let Some(value) = value {
            let join = if text.is_empty() { "" } else { "&" };
            // Writing to a string can't fail.
            let _ = write!(text, "{join}{name}={value}");
        }
    }
    text
}

fn sort_word(sort: Sort) -> String {
    format!("{}{}", if sort.is_descending { "-" } else { "" }, word_of(COLUMN, &sort.key))
}

#[must_use]
pub fn sign_on_word(filter: SignOnFilter) -> String {
    match filter {
        SignOnFilter::Never => NEVER.to_owned(),
        SignOnFilter::NotForDays(days) => days.to_string(),
    }
}

/// Parses a filter by last sign-on.
#[must_use]
pub fn sign_on(word: &str) -> Option<SignOnFilter> {
    if word == NEVER {
        return Some(SignOnFilter::Never);
    }
    typed_number(word).filter(|days| *days > 0).map(SignOnFilter::NotForDays)
}

fn column_words(columns: &[Column]) -> String {
    columns.iter().map(|column| word_of(COLUMN, column)).collect::<Vec<_>>().join(",")
}

/// The date of a timestamp, in UTC: `2026-11-24`.
#[must_use]
pub fn date_of(at: Timestamp) -> String {
    at.to_rfc3339().chars().take(10).collect()
}

/// The start of a date, in UTC.
#[must_use]
pub fn date(text: &str) -> Option<Timestamp> {
    Timestamp::from_rfc3339(&format!("{text}T00:00:00Z"))
}

/// Parses a view. Returns the parts that can't be parsed, and leaves them out of the view.
#[must_use]
pub fn read(text: &str) -> (View, Vec<String>) {
    let (mut view, mut problems) = (View::default(), Vec::new());
    for part in text.trim_start_matches('#').split('&').filter(|part| !part.is_empty()) {
        let (name, value) = part.split_once('=').unwrap_or((part, ""));
        if take(&mut view, name, value).is_none() {
            problems.push(part.chars().take(60).collect());
        }
    }
    // `direct` applies only together with a group, and may come before `group` in the address.
    if view.filters.group.is_none_or(|group| group.group.0.is_nil()) {
        view.filters.group = None;
    }
    (view, problems)
}

fn take(view: &mut View, name: &str, value: &str) -> Option<()> {
    let id = |value: &str| Uuid::try_parse(value).ok();
    let filters: &mut Filters = &mut view.filters;
    let group = filters.group.unwrap_or(GroupFilter { group: GroupId(Uuid::nil()), is_direct: false });
    match name {
        "mfa" => filters.mfa = Some(value_of(MFA, value)?),
        "devices" => filters.devices = Some(value_of(DEVICES, value)?),
        "account" => filters.account = Some(value_of(ACCOUNT, value)?),
        "population" => filters.population = Some(PopulationId(id(value)?)),
        "group" => filters.group = Some(GroupFilter { group: GroupId(id(value)?), ..group }),
        "direct" if value == "1" => filters.group = Some(GroupFilter { is_direct: true, ..group }),
        "created" => filters.created_since = Some(date(value)?),
        "sign-on" => filters.sign_on = Some(sign_on(value)?),
        "sort" => {
            let word = value.trim_start_matches('-');
            view.sort = Some(Sort { key: value_of(COLUMN, word)?, is_descending: word != value });
        }
        "columns" => {
            let named: Vec<Column> = value
                .split(',')
                .filter(|word| !word.is_empty())
                .map(|word| value_of(COLUMN, word))
                .collect::<Option<_>>()?;
            view.columns = Column::OPTIONAL.into_iter().filter(|column| named.contains(column)).collect();
        }
        _ => return None,
    }
    Some(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn id(number: u128) -> Uuid {
        Uuid::from_u128(number)
    }

    fn full() -> View {
        View {
            filters: Filters {
                mfa: Some(MfaFilter::Class(Class::OnWithoutDevice)),
                devices: Some(DevicesFilter::NotChecked),
                account: Some(Account::Locked),
                population: Some(PopulationId(id(7))),
                group: Some(GroupFilter { group: GroupId(id(8)), is_direct: true }),
                created_since: date("2026-01-31"),
                sign_on: Some(SignOnFilter::NotForDays(90)),
            },
            sort: Some(Sort { key: Column::LastSignOn, is_descending: true }),
            columns: vec![Column::Email, Column::Mfa],
        }
    }

    #[test]
    fn a_view_survives_a_round_trip_through_the_address() {
        assert_eq!(write(&View::default()), "");
        for view in [View::default(), full()] {
            assert_eq!(read(&format!("#{}", write(&view))), (view, Vec::new()));
        }
        for (filter, word) in MFA {
            let filters = Filters { mfa: Some(*filter), ..Filters::default() };
            assert_eq!(read(&format!("mfa={word}")).0, View { filters, ..View::default() });
        }
        assert_eq!(
            write(&full()),
            "mfa=on-no-device&devices=not-checked&account=locked\
             &population=00000000-0000-0000-0000-000000000007&group=00000000-0000-0000-0000-000000000008&direct=1\
             &created=2026-01-31&sign-on=90&sort=-last-sign-on&columns=email,mfa"
        );
    }

    #[test]
    fn unreadable_parts_are_reported_and_the_rest_is_applied() {
        let (view, problems) =
            read("#mfa=sometimes&account=locked&x&created=2026-13-01&sign-on=0&sort=-&columns=a");
        assert_eq!(view.filters, Filters { account: Some(Account::Locked), ..Filters::default() });
        assert_eq!(
            problems,
            ["mfa=sometimes", "x", "created=2026-13-01", "sign-on=0", "sort=-", "columns=a"]
        );
    }

    #[test]
    fn days_accept_the_digits_of_any_script() {
        for word in ["90", "９０", "٩٠", "۹۰", "९०"] {
            assert_eq!(sign_on(word), Some(SignOnFilter::NotForDays(90)), "{word}");
        }
        for word in ["+90", "-90", "9 0", "９０日", ""] {
            assert_eq!(sign_on(word), None, "{word}");
        }
    }

    #[test]
    fn direct_without_a_group_is_ignored() {
        assert_eq!(read("#direct=1").0, View::default());
    }
}
