//! What leaves the page as a file for other programs: which columns it has, what they say, and what it is called.
//! [`crate::api::export`] writes it.

use std::borrow::Cow;

use uuid::Uuid;

use super::bypass::Bypass;
use super::time::Timestamp;
use super::user::{Account, Mfa, PopulationId, UserId};

/// How much of a person a file says. Whoever saves one chooses.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Contents {
    /// IDs, states and times. No name, nothing that a person is reached by.
    StatesOnly,
    /// All that, and what the person is called: personal data, and the file says so in its name and its first line.
    WithNames,
}

impl Contents {
    /// What the file contains, in its own words.
    #[must_use]
    pub const fn words(self) -> &'static str {
        match self {
            Self::StatesOnly => "ids and states only",
            Self::WithNames => "personal data",
        }
    }

    /// The columns, in their order.
    #[must_use]
    pub const fn columns(self) -> &'static [Column] {
        match self {
            Self::StatesOnly => &STATES,
            Self::WithNames => &ALL,
        }
    }
}

/// How a file is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// Comma-separated values: see [`crate::api::export`].
    Csv {
        /// Whether a byte order mark stands in front. Without one, Excel takes UTF-8 for the computer's old code page.
        byte_order_mark: bool,
    },
    /// One JSON object.
    Json,
}

impl Format {
    /// The media type.
    #[must_use]
    pub const fn mime(self) -> &'static str {
        match self {
            Self::Csv { .. } => "text/csv;charset=utf-8",
            Self::Json => "application/json",
        }
    }

    const fn ending(self) -> &'static str {
        match self {
            Self::Csv { .. } => "csv",
            Self::Json => "json",
        }
    }
}

/// What a file is: chosen and known before its first row is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Export {
    /// How it is written.
    pub format: Format,
    /// How much it says.
    pub contents: Contents,
    /// When the list was read that its rows come from.
    pub list_read_at: Timestamp,
    /// When the devices were; `None` if nobody has looked for any.
    pub devices_as_of: Option<Timestamp>,
}

/// The most letters of an environment's name that a file's name has.
const NAME_LENGTH: usize = 40;

impl Export {
    /// What the file is called, for example `mfa-users-Workforce-20261123T133600Z-contains-personal-data.csv`: ASCII
    /// letters, digits, `-` and one `.`, at most 100 of them, so that every file system takes it. `at` is when it is
    /// saved; the time is UTC.
    #[must_use]
    pub fn file_name(&self, environment_name: &str, at: Timestamp) -> String {
        file_name("mfa-users", environment_name, at, self.contents, self.format)
    }
}

/// What a file is called: what it is, the environment, when it is saved in UTC, and a warning where it has names.
pub fn file_name(
    what: &str,
    environment_name: &str,
    at: Timestamp,
    contents: Contents,
    format: Format,
) -> String {
    let environment = plain(environment_name);
    let gap = if environment.is_empty() { "" } else { "-" };
    let seconds = Timestamp(at.0.div_euclid(1000).saturating_mul(1000)).to_rfc3339();
    let at: String = seconds.trim_end_matches(".000Z").replace(['-', ':'], "");
    let warning = match contents {
        Contents::StatesOnly => "",
        Contents::WithNames => "-contains-personal-data",
    };
    format!("{what}{gap}{environment}-{at}Z{warning}.{}", format.ending())
}

/// The ASCII letters and digits of a name, with a hyphen for whatever stands between them.
fn plain(name: &str) -> String {
    let mut plain = String::new();
    for letter in name.chars() {
        if plain.len() == NAME_LENGTH {
            break;
        }
        if letter.is_ascii_alphanumeric() {
            plain.push(letter);
        } else if !plain.is_empty() && !plain.ends_with('-') {
            plain.push('-');
        }
    }
    plain.truncate(plain.trim_end_matches('-').len());
    plain
}

/// A row: one user, as the page knows them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ExportRow<'a> {
    /// The id.
    pub id: UserId,
    /// The username.
    pub username: &'a str,
    /// The given name; empty if there is none.
    pub given_name: &'a str,
    /// The family name; empty if there is none.
    pub family_name: &'a str,
    /// The e-mail address.
    pub email: Option<&'a str>,
    /// The id that another system has for the user.
    pub external_id: Option<&'a str>,
    /// The population's name, where it is known.
    pub population_name: Option<&'a str>,
    /// The population.
    pub population: Option<PopulationId>,
    /// The account's state.
    pub account: Account,
    /// The flag.
    pub mfa: Mfa,
    /// How many devices can be used; `None` if nobody has looked.
    pub devices: Option<u16>,
    /// When the user was created.
    pub created_at: Option<Timestamp>,
    /// When the user last signed on. `None`: never.
    pub last_sign_on: Option<Timestamp>,
    /// Until when the user is let in without MFA.
    pub bypass: Bypass,
}

/// A column. Its name is the same in every format.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Column {
    /// `userId`.
    UserId,
    /// `username`.
    Username,
    /// `givenName`.
    GivenName,
    /// `familyName`.
    FamilyName,
    /// `email`.
    Email,
    /// `externalId`.
    ExternalId,
    /// `populationName`.
    PopulationName,
    /// `populationId`.
    PopulationId,
    /// `account`: `enabled`, `disabled`, `locked` or `unknown`.
    Account,
    /// `mfa`: `on`, `off` or `unknown`.
    Mfa,
    /// `usableDevices`.
    UsableDevices,
    /// `createdAt`.
    CreatedAt,
    /// `lastSignOn`.
    LastSignOn,
    /// `bypassUntil`: a time, `none`, or not checked.
    BypassUntil,
}

const ALL: [Column; 14] = [
    Column::UserId,
    Column::Username,
    Column::GivenName,
    Column::FamilyName,
    Column::Email,
    Column::ExternalId,
    Column::PopulationName,
    Column::PopulationId,
    Column::Account,
    Column::Mfa,
    Column::UsableDevices,
    Column::CreatedAt,
    Column::LastSignOn,
    Column::BypassUntil,
];

const STATES: [Column; 8] = [
    Column::UserId,
    Column::PopulationId,
    Column::Account,
    Column::Mfa,
    Column::UsableDevices,
    Column::CreatedAt,
    Column::LastSignOn,
    Column::BypassUntil,
];

impl Column {
    /// Its name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::UserId => "userId",
            Self::Username => "username",
            Self::GivenName => "givenName",
            Self::FamilyName => "familyName",
            Self::Email => "email",
            Self::ExternalId => "externalId",
            Self::PopulationName => "populationName",
            Self::PopulationId => "populationId",
            Self::Account => "account",
            Self::Mfa => "mfa",
            Self::UsableDevices => "usableDevices",
            Self::CreatedAt => "createdAt",
            Self::LastSignOn => "lastSignOn",
            Self::BypassUntil => "bypassUntil",
        }
    }
}

/// What stands in one column of one row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cell<'a> {
    /// A text.
    Text(Option<&'a str>),
    /// An id.
    Id(Option<Uuid>),
    /// How many; `None` is not known, which isn't 0.
    Count(Option<u16>),
    /// A time.
    Time(Option<Timestamp>),
    /// The end of a bypass. That there was none and that it wasn't read are different things.
    Bypass(Bypass),
}

impl<'a> Cell<'a> {
    /// As text; `None` where nothing stands.
    #[must_use]
    pub fn text(self) -> Option<Cow<'a, str>> {
        match self {
            Self::Text(text) => text.map(Cow::Borrowed),
            Self::Id(id) => id.map(|id| id.hyphenated().to_string().into()),
            Self::Count(count) => count.map(|count| count.to_string().into()),
            Self::Time(at) => at.map(|at| at.to_rfc3339().into()),
            Self::Bypass(Bypass::NotChecked) => None,
            Self::Bypass(Bypass::None) => Some("none".into()),
            Self::Bypass(Bypass::Until(end)) => Some(end.to_rfc3339().into()),
        }
    }
}

impl<'a> ExportRow<'a> {
    /// What stands in a column.
    #[must_use]
    pub fn cell(&self, column: Column) -> Cell<'a> {
        match column {
            Column::UserId => Cell::Id(Some(self.id.0)),
            Column::Username => Cell::Text(Some(self.username)),
            Column::GivenName => Cell::Text(Some(self.given_name)),
            Column::FamilyName => Cell::Text(Some(self.family_name)),
            Column::Email => Cell::Text(self.email),
            Column::ExternalId => Cell::Text(self.external_id),
            Column::PopulationName => Cell::Text(self.population_name),
            Column::PopulationId => Cell::Id(self.population.map(|population| population.0)),
            Column::Account => Cell::Text(Some(account(self.account))),
            Column::Mfa => Cell::Text(Some(self.mfa.word())),
            Column::UsableDevices => Cell::Count(self.devices),
            Column::CreatedAt => Cell::Time(self.created_at),
            Column::LastSignOn => Cell::Time(self.last_sign_on),
            Column::BypassUntil => Cell::Bypass(self.bypass),
        }
    }
}

/// The file's own word, which no translation of the page changes.
const fn account(account: Account) -> &'static str {
    match account {
        Account::Enabled => "enabled",
        Account::Disabled => "disabled",
        Account::Locked => "locked",
        Account::Unknown => "unknown",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn export(format: Format, contents: Contents) -> Export {
        Export { format, contents, list_read_at: Timestamp(0), devices_as_of: None }
    }

    #[test]
    fn a_file_is_named_for_its_environment_its_time_and_what_it_contains() {
        let at = Timestamp(1_795_440_960_823);
        let csv = export(Format::Csv { byte_order_mark: true }, Contents::WithNames);
        assert_eq!(
            csv.file_name("Workforce (EU)", at),
            "mfa-users-Workforce-EU-20261123T133600Z-contains-personal-data.csv"
        );
        let json = export(Format::Json, Contents::StatesOnly);
        assert_eq!(json.file_name("", at), "mfa-users-20261123T133600Z.json");
    }

    #[test]
    fn no_name_of_an_environment_makes_a_file_name_that_is_unsafe_or_long() {
        let export = export(Format::Csv { byte_order_mark: false }, Contents::WithNames);
        let long = "Ünïcode-".repeat(100_000);
        for name in
            ["../../etc/passwd", "C:\\CON", "a\u{202e}gpj.exe", "\0\r\n", "…", "会社", " .", "-", &long]
        {
            let file = export.file_name(name, Timestamp(i64::MAX));
            let (stem, ending) = file.split_once('.').unwrap();
            assert_eq!(ending, "csv");
            assert!(stem.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-'), "{file}");
            assert!(stem.starts_with("mfa-users-") && !stem.contains("--"), "{file}");
            assert!(file.len() <= 100, "{file}");
        }
    }

    #[test]
    fn without_names_no_column_says_who_a_person_is() {
        let personal = [
            Column::Username,
            Column::GivenName,
            Column::FamilyName,
            Column::Email,
            Column::ExternalId,
            Column::PopulationName,
        ];
        let states = Contents::StatesOnly.columns();
        let all = Contents::WithNames.columns();
        assert!(personal.iter().all(|column| all.contains(column) && !states.contains(column)));
        assert_eq!(all.len(), states.len() + personal.len());
    }
}
