//! Defines the user list that is saved as a file for other programs: its columns, their values, and the file name.
//! [`crate::export_file`] writes it.

use std::borrow::Cow;

use pingone::bypass::Bypass;
use pingone::time::Timestamp;
use pingone::user::{Account, Mfa, PopulationId, UserId};
use uuid::Uuid;

/// How much personal data a file contains. The user who saves it chooses.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Contents {
    /// IDs, states and times. No names, and nothing that a user can be contacted by.
    StatesOnly,
    /// In addition, names, usernames and addresses: personal data, which the file
    /// declares in its name and its first line.
    WithNames,
}

impl Contents {
    /// The description of the contents that is written into the file.
    #[must_use]
    pub const fn words(self) -> &'static str {
        match self {
            Self::StatesOnly => "ids and states only",
            Self::WithNames => "personal data",
        }
    }

    /// The columns in the order in which they are written.
    #[must_use]
    pub const fn columns(self) -> &'static [Column] {
        match self {
            Self::StatesOnly => &STATES,
            Self::WithNames => &ALL,
        }
    }
}

/// The file format of an export.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// Comma-separated values: see [`crate::export_file`].
    Csv {
        /// Whether the file starts with a byte order mark. Without one, Excel reads UTF-8 as
        /// the computer's legacy code page.
        byte_order_mark: bool,
    },
    /// A single JSON object for the whole file.
    Json,
}

impl Format {
    /// The media type of the file, as in `Content-Type`.
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

/// The options and data times of a file, fixed before its first row is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Export {
    /// The file format, either CSV or JSON.
    pub format: Format,
    /// How much personal data the file contains.
    pub contents: Contents,
    /// When the user list that the rows come from was read.
    pub list_read_at: Timestamp,
    /// When the devices were read; `None` if no devices were read.
    pub devices_as_of: Option<Timestamp>,
}

/// Maximum length of the environment's name in a file name, in ASCII characters.
const NAME_LENGTH: usize = 40;

impl Export {
    /// The file's name, for example `mfa-users-Workforce-20261123T133600Z-contains-personal-data.csv`.
    ///
    /// It has only ASCII letters, digits, `-` and one `.`, and at most 100 characters, so that every file system
    /// accepts it. `at` is the time of saving; the name has it in UTC.
    #[must_use]
    pub fn file_name(&self, environment_name: &str, at: Timestamp) -> String {
        file_name("mfa-users", environment_name, at, self.contents, self.format)
    }
}

/// Builds a file name from the kind of file, the environment, the time of saving in UTC, and a
/// warning if the file contains names.
pub fn file_name(
    what: &str,
    environment_name: &str,
    at: Timestamp,
    contents: Contents,
    format: Format,
) -> String {
    let environment = ascii_name(environment_name);
    let separator = if environment.is_empty() { "" } else { "-" };
    let seconds = Timestamp(at.0.div_euclid(1000).saturating_mul(1000)).to_rfc3339();
    let at: String = seconds.trim_end_matches(".000Z").replace(['-', ':'], "");
    let warning = match contents {
        Contents::StatesOnly => "",
        Contents::WithNames => "-contains-personal-data",
    };
    format!("{what}{separator}{environment}-{at}Z{warning}.{}", format.ending())
}

/// The ASCII letters and digits of a name, with a single hyphen for each run of other characters between them.
fn ascii_name(name: &str) -> String {
    let mut ascii_name = String::new();
    for character in name.chars() {
        if ascii_name.len() == NAME_LENGTH {
            break;
        }
        if character.is_ascii_alphanumeric() {
            ascii_name.push(character);
        } else if !ascii_name.is_empty() && !ascii_name.ends_with('-') {
            ascii_name.push('-');
        }
    }
    ascii_name.truncate(ascii_name.trim_end_matches('-').len());
    ascii_name
}

/// A row of the file: one user as the page knows them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ExportRow<'a> {
    /// The ID that PingOne assigned to the user.
    pub id: UserId,
    /// The user's username, as PingOne has it.
    pub username: &'a str,
    /// The given name; empty if the user has none.
    pub given_name: &'a str,
    /// The family name; empty if the user has none.
    pub family_name: &'a str,
    /// The user's email address; `None` if the user has none.
    pub email: Option<&'a str>,
    /// The ID that another system has for the user.
    pub external_id: Option<&'a str>,
    /// The population's name, if it is known.
    pub population_name: Option<&'a str>,
    /// The ID of the user's population.
    pub population: Option<PopulationId>,
    /// The state of the user's account.
    pub account: Account,
    /// Whether MFA is on, off or unknown.
    pub mfa: Mfa,
    /// How many devices can be used; `None` if they weren't read.
    pub devices: Option<u16>,
    /// When the user was created, if it is known.
    pub created_at: Option<Timestamp>,
    /// When the user last signed on; `None` if never.
    pub last_sign_on: Option<Timestamp>,
    /// The user's MFA bypass as it was last read.
    pub bypass: Bypass,
}

/// A column of the file. Its name is the same in every format.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Column {
    /// The column `userId`: the PingOne ID.
    UserId,
    /// The column `username`: the user's username.
    Username,
    /// The column `givenName`: the user's given name.
    GivenName,
    /// The column `familyName`: the user's family name.
    FamilyName,
    /// The column `email`: the email address.
    Email,
    /// The column `externalId`: the ID in another system.
    ExternalId,
    /// The column `populationName`: the population's name.
    PopulationName,
    /// The column `populationId`: the population's ID.
    PopulationId,
    /// The column `account`: `enabled`, `disabled`, `locked` or `unknown`.
    Account,
    /// The column `mfa`: `on`, `off` or `unknown`.
    Mfa,
    /// The column `usableDevices`: a number, or empty if it isn't known.
    UsableDevices,
    /// The column `createdAt`: a time in RFC 3339.
    CreatedAt,
    /// The column `lastSignOn`: a time in RFC 3339, or empty if the user never signed on.
    LastSignOn,
    /// The column `bypassUntil`: a time in RFC 3339, `none`, or empty if the bypass wasn't read.
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
    /// The column's name in the file.
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

/// The value of one column in one row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cell<'a> {
    /// A text value; `None` is an empty cell.
    Text(Option<&'a str>),
    /// An ID, written with hyphens; `None` is an empty cell.
    Id(Option<Uuid>),
    /// A number; `None` means not known, which is different from 0.
    Count(Option<u16>),
    /// A time, written as RFC 3339; `None` is an empty cell.
    Time(Option<Timestamp>),
    /// A bypass. That the user has none and that it wasn't read are different values.
    Bypass(Bypass),
}

impl<'a> Cell<'a> {
    /// The value as text; `None` for an empty cell.
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
    /// The value in a column of this row.
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

/// The word for the account's state in the file. It doesn't depend on the page's language.
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
    fn a_file_name_has_the_environment_the_time_and_the_contents() {
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
    fn no_environment_name_makes_a_file_name_unsafe_or_long() {
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
    fn without_names_no_column_identifies_a_user() {
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
