//! All sentences of the page.
//!
//! MFA is on or off; accounts are enabled or disabled; the actions are Enable MFA and Disable MFA. Sentences are
//! short, exact and calm. Each is defined once, so that there is one place to test and translate it.

use pingone::device::DeviceState;
use pingone::fault::WriteRefusal;
use pingone::fault::{Fault, JournalFault, Paging, Refusal};
use pingone::time::Timestamp;
use pingone::token::Actor;
use pingone::token::claims::{PasteFault, Remark};
use pingone::user::{Account, Mfa, User};
use pingone_mfa_core::ports::Locale;
use pingone_mfa_core::run::outcome::Outcome;

pub mod code;

pub mod confirm;

#[cfg(feature = "demo")]
pub mod demo;

pub mod ending;
pub mod exchanges;

pub mod guesses;

pub mod help;

pub mod outcomes;
pub mod review;
pub mod run;

pub mod sheet;

pub mod handing;
pub mod sign_in;

pub mod troubleshooting;

pub const PRODUCT: &str = "PingOne MFA";

/// What the flag is and isn't. Shown wherever a state is shown for many users.
pub const MEANING: &str =
    "On means that PingOne may ask for a second factor. Sign-on policies decide whether it does.";

/// Shown after a token was taken out of a field for something else.
pub const TOKEN_WITHHELD: &str =
    "This is a token. It was not sent. It was taken out of the field, because only Access token is for it.";

/// Texts of the connect form.
pub mod connect {
    use pingone::environment::EnvironmentId;

    pub const TITLE: &str = "Connect to PingOne";
    /// Where to get help, set by the deployment.
    pub fn support(where_to_ask: &str) -> String {
        format!("Help: {where_to_ask}")
    }

    pub const TOKEN: &str = "Access token";
    pub const TOKEN_HINT: &str = "Kept in this page's memory only. Reloading the page forgets it.";
    pub const TOKEN_PLACEHOLDER: &str = "Paste it here";
    pub const TOKEN_SOURCE: &str =
        "PingOne's console: Applications, your worker application, Configuration, Get Access Token.";
    pub const FACTS: &str = "Read from the token";
    pub const REGION: &str = "Region";
    pub const ENVIRONMENT: &str = "Environment ID";
    pub const ENVIRONMENT_FACT: &str = "Environment";
    pub const ACTS_AS: &str = "Acts as";
    pub const ENDS: &str = "Ends";
    pub const TOKEN_FACT: &str = "Token";
    pub const CHANGE: &str = "Change";
    /// Shown for the token's own environment.
    pub const ENVIRONMENT_HINT: &str = "The one the application lives in. Yours may be another.";
    /// Shown wherever the token's own environment isn't the one in use.
    pub fn other_environment(own: EnvironmentId) -> String {
        format!("This token was issued in another environment: {own}")
    }
    /// Shown before such a token replaces another one.
    pub fn replacement_of_other_environment(own: EnvironmentId) -> String {
        format!(
            "{}. It isn't in use yet. To work there, forget the token in use and connect with this one.",
            other_environment(own)
        )
    }

    pub const USE_HERE: &str = "Use it in this environment";
    pub const USER: &str = "User ID";
    pub const USER_HINT: &str = "Optional. Opens this user directly.";
    pub const CHOOSE_REGION: &str = "Choose the region";
    pub const CONNECT: &str = "Connect";
    pub const CONNECTING: &str = "Connecting …";
    /// Shown while the second file is loading.
    pub const LOADING: &str = "Loading …";
    /// Shown if the second file could not be loaded.
    pub const NOT_LOADED: &str =
        "The rest of the page could not be loaded. Nothing was sent, and the token is still here.";
    pub const CONNECT_HINT: &str = "Reads the environment's name and the number of users.";
    /// Used if users up to a limit are listed automatically.
    pub fn connect_hint_list(limit: &str) -> String {
        format!("{CONNECT_HINT} Up to {limit} users are listed at once.")
    }
    /// Used if users are never listed automatically.
    pub fn connect_hint_none() -> String {
        format!("{CONNECT_HINT} Loads no one.")
    }

    pub fn last_four(last_four: &str) -> String {
        format!("… {last_four}")
    }
    /// Shown if the token belongs to an application.
    pub const AUDIT_APPLICATION: &str = "PingOne's audit log will name the application, not you.";
    pub const NO_TOKEN: &str = "Paste an access token first.";
    pub const NO_REGION: &str = "The token doesn't name its region. Choose it.";
    pub const NO_ENVIRONMENT: &str =
        "Enter the environment ID. PingOne's console shows it under Settings, Environment Properties.";
    pub const BAD_ENVIRONMENT: &str =
        "Environment ID: this is no UUID. One looks like 5f0c7e1a-22b1-4c0e-9a55-0d1f6a7bc2d4.";
    pub const BAD_USER: &str = "User ID: this is no UUID. Leave it empty to connect without one.";
    /// Shown if region and token disagree.
    pub fn region_conflict(issued: &str, chosen: &str) -> String {
        format!("This token was issued in {issued}, but {chosen} is chosen. Nothing was sent.")
    }
    /// Button that resolves the disagreement.
    pub fn take_region(issued: &str) -> String {
        format!("Use {issued}")
    }
    /// Shown if a replacement token is for another region.
    pub fn replacement_elsewhere(issued: &str) -> String {
        format!("This token was issued in {issued}. It was not kept; the token in use stays.")
    }
}

/// Texts of the top bar.
pub mod band {
    pub const REPLACE: &str = "Replace token";
    pub const FORGET: &str = "Forget token";
    pub const HELP: &str = "Help";
    pub const KEEP: &str = "Keep the token in use";
    pub const ENDED: &str = "token has ended";
    /// Shown if the token had already expired by this computer's clock when it was accepted.
    pub const EXPIRED_BY_CLOCK: &str = "token expired by this computer's clock";
    pub const END_UNKNOWN: &str = "token end not known";
    pub const NAME: &str = "Connection";
}

/// Texts of the directory.
pub mod directory {
    pub const USERS: &str = "Users";
    pub const FIND: &str = "Find a person";
    pub const FIND_HINT: &str = "Enter searches PingOne: username, e-mail, name, external ID or user ID";
    pub const COUNTING: &str = "Counting the users …";
    pub const CEILING: &str = "Requests a second, at most";
    pub const STOP: &str = "Stop";
    pub const GO_ON: &str = "Go on";
    pub const READ_AGAIN: &str = "Read again";
    pub const BACK_TO_LIST: &str = "Back to the list";
    pub const CLEAR_SEARCH: &str = "Clear search";
    pub const NO_USERS: &str = "This environment has no users that your token may see.";
    pub const NO_NAME: &str = "(no name)";
    pub const NEVER: &str = "never";
    pub const NOTHING: &str = "–";
    pub const NOT_CHECKED: &str = "not checked";
    /// Shown before any user is listed.
    pub fn none_loaded(users: &str) -> String {
        format!("{users} users. None loaded.")
    }
    /// Used if PingOne returns no count.
    pub const COUNT_UNKNOWN: &str = "PingOne doesn't say how many users there are.";

    pub fn load_all(users: &str) -> String {
        format!("Load all {users} users")
    }
    /// Used if the number of users is unknown.
    pub const LOAD_ALL: &str = "Load all users";

    pub fn cost(requests: &str, seconds: &str) -> String {
        format!("{requests} requests, about {seconds} s")
    }
    /// The remaining time is unknown if the number of users is.
    pub fn loading(loaded: &str, total: &str, pace: &str, seconds: Option<&str>) -> String {
        let left = seconds.map(|seconds| format!(", about {seconds} s left")).unwrap_or_default();
        format!("{loaded} of about {total} loaded, {pace} requests a second{left}.")
    }
    /// Users whose pages failed.
    pub fn unread(users: &str) -> String {
        format!("{users} users were not read and are not in the list.")
    }
    /// A list that was stopped, or paused by a fault.
    pub fn partial(loaded: &str, total: &str, at: &str) -> String {
        format!("{loaded} of {total} users loaded. Reading began {at}.")
    }
    /// The list differs from PingOne's count.
    pub fn differs(count: &str) -> String {
        format!("PingOne counts {count}: the list changed while it was read.")
    }

    pub fn unreadable(rows: &str) -> String {
        format!("{rows} could not be read; they are listed as unreadable.")
    }
    /// A row that can't be read.
    pub fn unreadable_row(field: &str, problem: &str) -> String {
        format!("Unreadable: {field}: {problem}")
    }

    pub fn searching(text: &str) -> String {
        format!("Searching PingOne for '{text}' …")
    }

    pub fn found(shown: u64, all: &str, text: &str, at: &str) -> String {
        match shown {
            0 => format!(
                "PingOne has nobody for '{text}', asked {at}. It compares beginnings, and may compare capitals."
            ),
            1 => format!("1 person for '{text}', from PingOne at {at}."),
            _ => format!("{all} people for '{text}', from PingOne at {at}."),
        }
    }
    /// Users that only the loaded list contains.
    pub fn found_loaded(users: &str, count: u64) -> String {
        let users = if count == 1 { "1 more user".to_owned() } else { format!("{users} more users") };
        format!("{users} from the loaded list.")
    }
    /// A search with more results than are shown.
    pub fn found_many(shown: &str, all: &str, text: &str, at: &str) -> String {
        format!(
            "The first {shown} of {all} people for '{text}', from PingOne at {at}. Type more to narrow it down."
        )
    }
    /// Accessible name of the switch.
    pub fn switch(username: &str) -> String {
        format!("MFA for {username}")
    }
    /// Button that is shown if the flag is unknown.
    pub fn read_mfa(username: &str) -> String {
        format!("Read MFA for {username}")
    }
    /// Button that opens the user drawer.
    pub fn open(name: &str, username: &str) -> String {
        format!("{name}, open {username}")
    }
}

/// Texts of the table and its filters.
pub mod table {
    use pingone::time::{PerSecond, Timestamp};
    use pingone_mfa_core::directory::order::Column;
    use pingone_mfa_core::directory::query::{DevicesFilter, MfaFilter};
    use pingone_mfa_core::directory::status::Class;
    use pingone_mfa_core::ports::Locale;

    use crate::state::directory::Checking;

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
}

/// Texts of saving users.
pub mod saving {
    use std::fmt::Display;

    use crate::state::saving::Progress;
    use crate::state::unusable::UnreadableBody;
    use pingone_mfa_core::ports::Locale;

    pub const SAVE: &str = "Save as file …";
    pub const NAME: &str = "Save users";
    pub const CONTENTS: &str = "What the file says";
    pub const STATES_ONLY: &str = "User IDs, states and times only";
    pub const WITH_NAMES: &str = "With names, usernames and e-mail addresses: contains personal data";
    pub const FORMAT: &str = "Format";
    pub const CSV: &str = "CSV";
    pub const JSON: &str = "JSON";
    pub const FOR_EXCEL: &str = "For Excel (with a byte order mark)";
    pub const PLACE: &str = "The file is made in this browser and sent nowhere.";
    pub const CLOSE: &str = "Close";

    pub fn go(locale: &dyn Locale, rows: usize) -> String {
        let users = if rows == 1 { "user" } else { "users" };
        format!("Save {} {users}", locale.number(rows as u64))
    }

    pub fn progress(locale: &dyn Locale, progress: Progress) -> String {
        let number = |rows: usize| locale.number(rows as u64);
        match progress {
            Progress::Idle => String::new(),
            Progress::Writing { rows, of } => format!("{} of {} written.", number(rows), number(of)),
            Progress::Ended { rows, saved: true } => {
                format!("{} users handed to the browser as a file.", number(rows))
            }
            Progress::Ended { saved: false, .. } => {
                "The browser didn't take the file. Nothing was saved.".into()
            }
        }
    }
    /// Why a file of this page can't be used.
    pub fn unusable<F: Display>(what: &str, most: &str, unusable: &UnreadableBody<F>) -> String {
        match unusable {
            UnreadableBody::Fault(fault) => format!("This is no {what} of this page: {fault}."),
            UnreadableBody::TooLarge => format!("This file is too large to be a {what}: at most {most}."),
            UnreadableBody::Unreadable => "The file could not be read as text.".into(),
            UnreadableBody::Silent => super::FILE_SILENT.into(),
            UnreadableBody::OtherEnvironment => format!("This {what} is of another environment."),
        }
    }
}

/// Texts of the MFA status. They never call it coverage.
pub mod status {
    use pingone::fault::{Fault, RetryKind};
    use pingone::time::Timestamp;
    use pingone_mfa_core::directory::snapshot::Presence;
    use pingone_mfa_core::directory::status::Counts;
    use pingone_mfa_core::ports::Locale;

    use pingone_mfa_core::directory::snapshot_file::SnapshotFault;

    use crate::state::directory::Report;
    use crate::state::unusable::UnreadableBody;

    pub const NAME: &str = "MFA status";
    /// What on means, and what the page doesn't know.
    pub const MEANING: &str = "On means that PingOne may ask this user for a second factor. Whether it asks is decided by sign-on policies and DaVinci flows, which this page doesn't read.";
    /// Which users the numbers count.
    pub const VISIBLE: &str =
        "Counted are those that your token may see; a role may be limited to some populations.";
    pub const NOT_READ: &str = "PingOne's report of devices isn't loaded.";
    pub const READ_DEVICES: &str = "Read PingOne's report of devices";
    pub const REPORT_COST: &str = "PingOne makes one every 5 s at most; its data is up to 15 min old.";
    pub const READING_DEVICES: &str = "Reading PingOne's report of devices …";
    /// Shown if `PingID` is in use.
    pub const PINGID: &str = "PingID is in use here. For users of PingID this flag may not decide whether they are asked for a second factor.";
    pub const HEADS: [&str; 9] =
        ["Population", "Users", "On", "Share", "No device", "Not checked", "Bypassed", "Off", "Unknown"];
    pub const ALL: &str = "All users";
    pub const NO_POPULATION: &str = "No population";
    pub const COPY_SUMMARY: &str = "Copy summary";
    pub const SAVE_SNAPSHOT: &str = "Save snapshot";
    pub const COMPARE: &str = "Compare with a snapshot …";
    pub const STOP_COMPARING: &str = "Stop comparing";

    pub fn unusable(unusable: &UnreadableBody<SnapshotFault>) -> String {
        super::saving::unusable("snapshot", "1 MB", unusable)
    }

    pub const PRINT: &str = "Print";
    pub const USERS: &str = "users";
    pub const ON: &str = "MFA on";
    pub const NO_DEVICE: &str = "MFA on, no device";
    pub const NOT_CHECKED: &str = "MFA on, devices not checked";
    pub const BYPASSED: &str = "MFA on, but bypassed";
    pub const OFF: &str = "MFA off";
    pub const UNKNOWN: &str = "MFA unknown";
    /// Shown instead of a number if no user's devices were checked.
    pub const NOT_CHECKED_YET: &str = "not checked";
    pub const LEGEND_ON: &str = "on, with a device";
    pub const LEGEND_BYPASSED: &str = "on, bypassed";
    pub const LEGEND_NOT_CHECKED: &str = "on, not checked";
    pub const LEGEND_NO_DEVICE: &str = "on, no device";
    pub const LEGEND_OFF: &str = "off";
    pub const LEGEND_UNKNOWN: &str = "unknown";

    /// Shown after a number if only some users' devices were checked.
    pub fn of_checked(checked: &str) -> String {
        format!(" of {checked} checked")
    }

    pub fn headline(locale: &dyn Locale, counts: &Counts) -> String {
        let (on, users) = (locale.number(counts.on()), locale.number(counts.users()));
        let share = super::percent(counts.on(), counts.users()).map(|share| format!(" ({share} %)"));
        format!("MFA is on for {on} of {users} users{}.", share.unwrap_or_default())
    }
    /// On paper: when the list behind the numbers was loaded.
    pub fn read_on(locale: &dyn Locale, at: Timestamp) -> String {
        format!("List read on {} at {}.", locale.date(at), locale.time(at))
    }
    /// The device report that was merged with the list.
    pub fn report(locale: &dyn Locale, report: &Report) -> String {
        let number = |number: usize| locale.number(number as u64);
        let unreadable = match report.unreadable {
            0 => String::new(),
            rows => format!(" {} of its rows could not be read.", number(rows)),
        };
        let at = locale.time(report.made_at);
        format!(
            "Devices: PingOne's report of {at}, with {} users. Its data is up to 15 min older.{unreadable}",
            number(report.users)
        )
    }
    /// Why the device report is missing.
    pub fn no_report(fault: &Fault) -> String {
        let way = "Devices of a selection can be read one by one.";
        match fault {
            _ if fault.retry() == RetryKind::WithNewToken => {
                format!("{} With another token the report of devices goes on.", super::fault(fault))
            }
            Fault::RoleMissing(_) => format!("Your token may not use PingOne's report of devices. {way}"),
            _ => format!("{} {way}", super::fault(fault)),
        }
    }

    pub fn compared(at: &str) -> String {
        format!("Compared with the snapshot of {at}:")
    }
    /// How a population has changed.
    pub fn change(locale: &dyn Locale, name: &str, presence: &Presence) -> String {
        let on =
            |counts: &Counts| format!("{} of {}", locale.number(counts.on()), locale.number(counts.users()));
        match presence {
            Presence::Stayed { before, after } if before == after => {
                format!("{name}: unchanged, on {}", on(after))
            }
            Presence::Stayed { before, after } => format!("{name}: on {}, was {}", on(after), on(before)),
            Presence::Came { after } => format!("{name}: on {}, was not in it", on(after)),
            Presence::Went { before } => format!("{name}: was {}, has no users now", on(before)),
        }
    }
    /// A number that can be pressed.
    pub fn show(count: &str, whose: &str, label: &str) -> String {
        format!("Show {count}: {whose}, {label}")
    }
    /// Populations that are not in the table.
    pub fn rest(populations: &str) -> String {
        format!("And {populations} smaller populations; the filter has them all.")
    }
}

/// A percentage with one decimal, rounded to the nearest; `None` if `whole` is 0. A share that would be rounded to
/// none or all, but is neither, is marked as such.
pub fn percent(part: u64, whole: u64) -> Option<String> {
    let tenths = part.saturating_mul(2000).saturating_add(whole).checked_div(whole.saturating_mul(2))?;
    Some(match tenths {
        0 if part > 0 => "under 0.1".into(),
        1000.. if part < whole => "over 99.9".into(),
        _ => format!("{}.{}", tenths / 10, tenths % 10),
    })
}

/// Texts of the user drawer.
pub mod user {
    use pingone::device::{Device, DeviceState};
    use pingone_mfa_core::directory::second_factor::{AccountNote, SecondFactor, SignInOutlook};

    pub const NAME: &str = "User";
    pub const READING: &str = "Reading the user …";
    pub const READING_PART: &str = "reading …";
    /// Shown if it could not be read whether a user is protected.
    pub fn protection_unread(fault: &str) -> String {
        format!("Whether this person is in a protected group could not be read, so nothing was sent. {fault}")
    }
    /// A part that was not requested.
    pub const NOT_READ: &str = "not read";
    pub const CLOSE: &str = "Close";
    pub const COPY_ID: &str = "Copy ID";
    pub const ID: &str = "ID";
    pub const BYPASS: &str = "Bypass";
    pub const NO_BYPASS: &str = "none";
    pub const GROUPS: &str = "Groups";
    pub const DEFAULT: &str = "Default";
    /// Shown if the role doesn't permit reading the default.
    pub const DEFAULT_FORBIDDEN: &str =
        "for new users: not readable with this role. An Environment Admin can look it up.";
    pub const BYPASSING: &str = "Allowing …";
    /// Shown if the role doesn't permit writing a bypass.
    pub const BYPASS_FORBIDDEN: &str = "PingOne refused: your role may not allow a bypass. Nothing was changed. In PingOne's console it is under Directory, Users, the user, Services, Authentication: Allow MFA bypass.";

    pub fn read_at(at: &str) -> String {
        format!("read {at}")
    }

    pub fn devices(devices: &[Device]) -> String {
        let usable = devices.iter().filter(|device| device.state == DeviceState::Active).count();
        match (devices.len(), usable) {
            (0, _) => "none".into(),
            (all, usable) if all == usable => format!("{usable} active"),
            (all, usable) => format!("{usable} active of {all}"),
        }
    }

    pub fn paired(date: &str) -> String {
        format!("paired {date}")
    }

    pub const fn no_groups(is_told: bool) -> &'static str {
        if is_told { "none" } else { "PingOne doesn't say" }
    }

    pub const fn default(enabled: Option<bool>) -> &'static str {
        match enabled {
            Some(true) => "new users begin with MFA on",
            Some(false) => "new users begin with MFA off",
            None => "for new users: PingOne doesn't say",
        }
    }
    /// Shown first if the account itself prevents signing in.
    pub const fn account_note(note: AccountNote) -> &'static str {
        match note {
            AccountNote::Locked => {
                "Account is locked: unlock it in PingOne's console. Until then this user can't sign in."
            }
            AccountNote::Disabled => {
                "Account is disabled: enable it in PingOne's console. Until then this user can't sign in."
            }
            AccountNote::NotStated => "PingOne doesn't say whether this account can sign in.",
        }
    }
    /// What account, flag, bypass and devices mean together. If the account prevents signing in, that is shown first,
    /// and nothing here says that the user signs in.
    pub const fn meaning(outlook: &SignInOutlook) -> &'static str {
        let is_usable = outlook.account.is_none();
        match outlook.factor {
            SecondFactor::CanComplete => {
                "Can complete MFA: has an active device. Sign-on policies decide whether PingOne asks."
            }
            SecondFactor::Ready => "MFA is on, and there is an active device.",
            SecondFactor::NoActiveDevice if is_usable => {
                "MFA is on, but there is no active device. Depending on your sign-on policy this user is let in without a second factor or turned away. This page can't see which."
            }
            SecondFactor::NoActiveDevice => "MFA is on, but there is no active device.",
            SecondFactor::DevicesNotRead => {
                "MFA is on. Whether this user could complete it isn't known: devices were not read."
            }
            SecondFactor::BypassNotRead => {
                "MFA is on, and there is an active device. Whether a bypass is active isn't known: it was not read."
            }
            SecondFactor::Bypassed(_) if is_usable => {
                "MFA is on, but a bypass is active: until it ends this person is let in without a second factor."
            }
            SecondFactor::Bypassed(_) => "MFA is on, and a bypass is active.",
            SecondFactor::Off => "MFA is off: PingOne can't ask this user for a second factor.",
            SecondFactor::FlagNotKnown => "The flag is not known.",
        }
    }

    pub fn bypassed(until: &str, at: &str) -> String {
        format!("Bypass {until}. PingOne answered at {at}.")
    }

    pub fn not_bypassed(why: &str) -> String {
        format!("{why} No bypass was set.")
    }
    /// A bypass whose response was lost.
    pub fn bypass_lost(why: &str) -> String {
        format!("Sent, answer lost: the bypass may have been set or not. {why}")
    }
}

/// The word for a device type; if there isn't one, PingOne's own.
pub fn device_kind(kind: &str) -> String {
    match kind {
        "EMAIL" => "E-mail",
        "SMS" => "Text message",
        "VOICE" => "Phone call",
        "TOTP" => "Authenticator app",
        "FIDO2" => "FIDO2",
        "MOBILE" => "PingOne mobile app",
        "WHATSAPP" => "WhatsApp",
        "OATH_TOKEN" => "OATH token",
        "PINGID_MOBILE" => "PingID mobile app",
        "PINGID_DESKTOP" => "PingID desktop app",
        "YUBIKEY" => "YubiKey of PingID",
        other => other,
    }
    .to_owned()
}

/// Why a device can't be used.
pub const fn device_state(state: DeviceState) -> Option<&'static str> {
    match state {
        DeviceState::Active => None,
        DeviceState::ActivationRequired => Some("not activated"),
        DeviceState::Blocked => Some("blocked"),
        DeviceState::Locked => Some("locked"),
        DeviceState::Unknown => Some("state not known"),
    }
}

/// Texts of the disable dialog.
pub mod question {
    use pingone::time::Timestamp;
    use pingone_mfa_core::ports::Locale;

    /// The first option.
    pub const BYPASS_WAY: &str = "Allow sign-on without MFA for";
    pub const BYPASS_MEANING: &str = "MFA stays on and asks again afterwards.";
    pub const HOURS: &str = "Hours";
    /// The second option.
    pub const DISABLE_WAY: &str = "Disable MFA until someone enables it again";
    /// Shown if the deployment forbids the first option.
    pub const NO_BYPASS: &str = "This deployment doesn't permit bypasses.";
    /// Shown if the deployment forbids the second option.
    pub const NEVER_OFF: &str = "This deployment doesn't permit turning MFA off.";
    /// Has the initial focus.
    pub const KEEP: &str = "Keep as it is";
    pub const DISABLE: &str = "Disable MFA";

    pub fn title(name: &str) -> String {
        format!("Change MFA for {name}")
    }

    pub fn place(environment: &str, kind: &str) -> String {
        format!("{environment}, {kind}")
    }

    pub fn hours(hours: u64) -> String {
        if hours == 1 { "1 hour".into() } else { format!("{hours} hours") }
    }
    /// The end of the bypass, in local time and in UTC for a colleague elsewhere.
    pub fn until(locale: &dyn Locale, end: Timestamp, now: Timestamp) -> String {
        format!("until {} ({})", here(locale, end, now), super::utc(end))
    }
    /// Button of the first option.
    pub fn allow(locale: &dyn Locale, end: Timestamp, now: Timestamp) -> String {
        format!("Allow until {}", here(locale, end, now))
    }
    /// The time if it is today, otherwise date and time: a time alone would mean today, and a date alone leaves the
    /// hour open.
    fn here(locale: &dyn Locale, end: Timestamp, now: Timestamp) -> String {
        let time = locale.time(end);
        if locale.is_same_day(end, now) { time } else { format!("{} {time}", locale.date(end)) }
    }

    pub fn disabled(devices: Option<usize>) -> String {
        let devices = match devices {
            Some(1) => "the paired device is".to_owned(),
            Some(devices) if devices > 1 => format!("the {devices} paired devices are"),
            _ => "paired devices are".to_owned(),
        };
        format!(
            "PingOne can't ask this person for a second factor then. It doesn't say whether {devices} kept."
        )
    }
}

/// Texts of the response panel.
pub mod response {
    pub const NAME: &str = "Response";
    pub const TYPED: &str = "Typed";
    pub const RAW: &str = "Raw";
    pub const CODE: &str = "Code";
    pub const NONE: &str = "Nothing was sent yet.";
    pub const NO_ANSWER: &str = "no answer";
    pub const STATUS: &str = "Status";
    pub const DURATION: &str = "Duration";
    pub const ATTEMPT: &str = "Attempt";
    pub const CORRELATION_ID: &str = "Correlation-Id";
    pub const AT: &str = "Sent";
    pub const PROBLEM: &str = "Problem";
    pub const REQUEST: &str = "Request";
    pub const ANSWER: &str = "Answer";
    pub const KEPT: &str = "The last 200, in this page's memory. The token is never among them.";
}

/// Texts of a fault's card.
pub mod fault {
    pub const WORDS: &str = "PingOne's words";
    /// Used if the response may not be PingOne's.
    pub const ANSWER: &str = "What was answered";
    pub const TRY_AGAIN: &str = "Try again";
}

/// A region's name and host.
pub fn region(label: &str, api_base: &str) -> String {
    let host = api_base.trim_end_matches("/v1").split("://").nth(1).unwrap_or(api_base);
    format!("{label}, {host}")
}

pub fn actor(actor: &Actor) -> String {
    match actor {
        Actor::Application(id) => format!("application {}, not a person", short(id)),
        Actor::Person(Some(id)) => format!("person {}", short(id)),
        Actor::Person(None) => "a person".into(),
        Actor::EndUser(Some(id)) => format!("user {}, for that user's own record", short(id)),
        Actor::EndUser(None) => "a user, for that user's own record".into(),
        Actor::Unknown => "not named by the token".into(),
    }
}

/// Short form for the top bar.
pub fn actor_short(actor: &Actor) -> String {
    match actor {
        Actor::Application(id) => format!("application {}", short(id)),
        Actor::Person(Some(id)) => format!("person {}", short(id)),
        Actor::EndUser(_) => "a user's own token".into(),
        Actor::Person(None) => "a person".into(),
        Actor::Unknown => "actor not named".into(),
    }
}

fn short(id: &str) -> &str {
    id.get(..8).unwrap_or(id)
}

/// Time until `end`: "58 min", "40 s", "2 h 5 min".
pub fn remaining(end: Timestamp, now: Timestamp) -> String {
    let seconds = end.since(now).max(0) / 1000;
    match seconds {
        0..60 => format!("{seconds} s"),
        60..7200 => format!("{} min", seconds / 60),
        _ => format!("{} h {} min", seconds / 3600, seconds % 3600 / 60),
    }
}

pub fn ends(locale: &dyn Locale, end: Option<Timestamp>, now: Timestamp) -> String {
    match end {
        None => "not known; PingOne's tokens last 60 min".into(),
        Some(end) if end <= now => format!("has ended, {}", locale.time(end)),
        Some(end) => format!("{}, in {}", moment(locale, end, now), remaining(end, now)),
    }
}

/// When the token expires, for the top bar.
pub fn band_end(locale: &dyn Locale, end: Option<Timestamp>, now: Timestamp) -> String {
    match end {
        None => band::END_UNKNOWN.into(),
        Some(end) if end <= now => band::ENDED.into(),
        Some(end) => format!("token ends {} ({})", locale.time(end), remaining(end, now)),
    }
}

/// A point in time in its shortest clear form: the time if it is today, otherwise the date.
pub fn moment(locale: &dyn Locale, at: Timestamp, now: Timestamp) -> String {
    if locale.is_same_day(at, now) { locale.time(at) } else { locale.date(at) }
}

pub fn last_sign_on(locale: &dyn Locale, at: Option<Timestamp>, now: Timestamp) -> String {
    at.map_or_else(|| directory::NEVER.into(), |at| moment_of(locale, at, now))
}

/// A point in time that may be long ago: "today" and the time, or the date.
pub fn moment_of(locale: &dyn Locale, at: Timestamp, now: Timestamp) -> String {
    if locale.is_same_day(at, now) { format!("today {}", locale.time(at)) } else { locale.date(at) }
}

/// A user's name, or a placeholder if there is none.
pub fn name_of(user: &User) -> String {
    if user.name.is_empty() { directory::NO_NAME.to_owned() } else { user.name.to_string() }
}

pub fn forgotten(locale: &dyn Locale, until: Option<Timestamp>, idle_minutes: Option<u64>) -> String {
    let why = match idle_minutes {
        Some(1) => "Forgotten after 1 minute without use.".into(),
        Some(minutes) => format!("Forgotten after {minutes} minutes without use."),
        None => "Forgotten here.".into(),
    };
    let until = until.map_or_else(|| "until it ends".into(), |until| format!("until {}", locale.time(until)));
    format!("{why} PingOne can't revoke it: it stays valid {until}.")
}

pub const fn account(account: Account) -> &'static str {
    match account {
        Account::Enabled => "enabled",
        Account::Disabled => "disabled",
        Account::Locked => "locked",
        Account::Unknown => "unknown",
    }
}

pub const fn mfa(mfa: Mfa) -> &'static str {
    match mfa {
        Mfa::On => "on",
        Mfa::Off => "off",
        Mfa::Unknown => "unknown",
    }
}

/// Why a pasted text was not accepted.
pub fn paste_fault(fault: PasteFault) -> String {
    match fault {
        PasteFault::Empty => "The field was empty.".into(),
        PasteFault::TooLong => "This is far too long to be a token. Nothing of it was kept.".into(),
        PasteFault::Unexpanded => "This is a variable that nobody filled in, not a token. Copy the token itself.".into(),
        PasteFault::Id => "This is an ID, not a token. An access token begins with eyJ and has three parts.".into(),
        PasteFault::NotAToken => "This doesn't look like an access token; one begins with eyJ and has three parts. If it was a client secret: nothing of it was kept or sent.".into(),
        PasteFault::Damaged => "This token is damaged: its parts can't be read. Copy it again, whole.".into(),
        PasteFault::IdToken => "This is an ID token (it is addressed to an application). An access token is needed.".into(),
        PasteFault::RefreshToken => "This is a refresh token. An access token is needed.".into(),
        PasteFault::OverHeaderLimit => "This token is larger than PingOne takes: 6 KB for all headers together. A token with fewer groups or scopes is needed.".into(),
        PasteFault::Several => "There are two different access tokens in this text. Paste the one that is meant.".into(),
    }
}

/// The time of day in UTC, which a colleague elsewhere can compare.
fn utc(at: Timestamp) -> String {
    let minutes = at.0.div_euclid(60_000).rem_euclid(24 * 60);
    format!("{:02}:{:02} UTC", minutes / 60, minutes % 60)
}

/// A remark about a token that was accepted.
pub fn note(locale: &dyn Locale, note: Remark, now: Timestamp) -> String {
    match note {
        Remark::FromCurl => "Taken out of a cURL command. The rest of the line was not kept.".into(),
        Remark::FromBearer => "The word Bearer in front of it was left out.".into(),
        Remark::FromText => "Taken out of the pasted text. The rest was not kept.".into(),
        Remark::FromJson => "Taken out of a JSON answer. The rest of it was not kept.".into(),
        Remark::ClockBehind(millis) => format!(
            "The token begins {} from now: this computer's clock seems to be behind.",
            remaining(Timestamp(millis), Timestamp(0))
        ),
        Remark::Expired(at) => format!(
            "By this computer's clock ({}) this token expired at {} ({}), {} ago. If the clock is right, get a new one; if not, Connect: PingOne decides.",
            locale.time(now), moment(locale, at, now), utc(at), remaining(now, at)
        ),
        Remark::NoEnd => "The token doesn't say when it ends.".into(),
        Remark::EndUser => "This is a user's own token (scopes p1:…). It reaches that user's record alone; listing users will be refused.".into(),
    }
}

pub fn fault(fault: &Fault) -> String {
    match fault {
        Fault::TokenExpired(_) => "PingOne refused the token: it has expired.".into(),
        Fault::TokenInvalid(_) => "PingOne doesn't take this access token, although it has not expired by this computer's clock.".into(),
        Fault::TokenForgotten => "There is no token any more. Nothing was sent.".into(),
        Fault::RoleMissing(_) => "PingOne refused: the token's roles don't permit this here.".into(),
        Fault::LicenseExceeded(_) => "PingOne refused: the license of this environment doesn't cover it.".into(),
        Fault::EnvironmentUnknown(refusal) if refusal.status == 404 => "There is no environment with this ID in this region.".into(),
        Fault::EnvironmentUnknown(_) => "PingOne doesn't show this environment: it doesn't exist, or the token has no role in it.".into(),
        Fault::PathUnknown(_) => "PingOne's gateway doesn't know this address.".into(),
        Fault::UserUnknown(_) => "This user doesn't exist in this environment (any more).".into(),
        Fault::NotFound(_) => "PingOne answered that this doesn't exist.".into(),
        Fault::MediaTypeRefused(_) => "PingOne refused the content type of the request.".into(),
        Fault::RequestRefused(refusal) if refusal.code.is_none() && refusal.status == 404 => {
            "A 404 came, but not in PingOne's words. It says nothing about who exists.".into()
        }
        Fault::RequestRefused(refusal) if refusal.code.is_none() => {
            format!("The request was refused with {}, but not in PingOne's words.", refusal.status)
        }
        Fault::RequestRefused(refusal) => format!("PingOne refused the request with {}.", refusal.status),
        Fault::RateLimited { .. } => "PingOne is limiting requests (429), and went on doing so.".into(),
        Fault::ServerFailed(refusal) => format!("PingOne failed with {}, and went on doing so.", refusal.status),
        Fault::StatusUnexpected(bad) => format!("An answer with status {} came, which PingOne doesn't give here.", bad.status),
        Fault::Timeout { after } => format!("No complete answer came within {} s.", after.0 / 1000),
        Fault::Unreachable => "The browser got no readable answer. Offline, a blocked request and an error of PingOne without permission headers look the same from here.".into(),
        Fault::BodyCut(_) => "The answer broke off in the middle.".into(),
        Fault::BodyTooLarge(_) => "The answer was larger than any of PingOne's, and was not read to its end.".into(),
        Fault::NotJson(_) => "The answer is not PingOne's: it is no JSON.".into(),
        Fault::WrongShape(_) => "The answer has a shape that this page doesn't know.".into(),
        Fault::Paging(Paging::Loop) => "PingOne's pages go round in a circle. The list was stopped.".into(),
        Fault::Paging(Paging::NoCursor) => "The link to the next page has no cursor. The list was stopped.".into(),
        Fault::Paging(Paging::Elsewhere) => "The link to the next page leads to another host or environment. It was not followed.".into(),
        Fault::NotStored(why) => not_stored(why),
        Fault::LockSilent => "This browser doesn't answer whether another of its tabs runs something in this environment. Nothing was sent.".into(),
        Fault::Internal(what) => format!("This page has a defect ({what}). Please report it."),
        Fault::HostRefused => "The page around this one didn't permit the change. Nothing was sent.".into(),
        Fault::NotPermitted(WriteRefusal::Protected) => "This user is in a group that this deployment protects. Nothing was sent.".into(),
        Fault::NotPermitted(_) => "This deployment doesn't permit the change. Nothing was sent.".into(),
    }
}

/// A selected file was not read in time.
pub const FILE_SILENT: &str = "The file didn't arrive within 30 seconds. It may be on another computer or in a cloud: copy it to this computer and choose it again.";

fn not_stored(why: &JournalFault) -> String {
    match why {
        JournalFault::Unavailable => "This browser doesn't let the page store anything, so a run could not be continued after a crash. Nothing more is sent.".into(),
        JournalFault::Blocked => "Another tab, with another version of this page, holds what is stored in this browser. Close it and try again. Nothing more is sent.".into(),
        JournalFault::Full => "There is no room left to store what the run does. Nothing more is sent.".into(),
        JournalFault::Newer => "What is stored in this browser was made by a newer version of this page. Nothing more is sent.".into(),
        JournalFault::Silent => "This browser's storage doesn't answer, so what the run does may not be stored. Nothing more is sent.".into(),
        JournalFault::Failed(name) => format!("What the run does could not be stored ({name}). Nothing more is sent."),
    }
}

/// Details for the small print: what is wrong with a response, and PingOne's message.
pub fn words(fault: &Fault) -> Option<String> {
    if let Some(bad) = fault.bad_answer() {
        let id = bad.correlation_id.as_ref().map(|id| format!(" Correlation-Id {id}")).unwrap_or_default();
        return Some(format!("{}: {}{id}", bad.status, bad.problem));
    }
    fault.refusal().map(refusal)
}

fn refusal(refusal: &Refusal) -> String {
    let code = refusal.code.as_deref().unwrap_or("no code");
    let mut text = format!("{} {code} \"{}\"", refusal.status, refusal.message);
    for detail in &refusal.details {
        let code = detail.code.as_deref().unwrap_or("no code");
        let target = detail.target.as_ref().map(|target| format!(" ({target})")).unwrap_or_default();
        text = format!("{text}; {code}{target} \"{}\"", detail.message);
    }
    if let Some(id) = &refusal.correlation_id {
        text = format!("{text}. Correlation-Id {id}");
    }
    text
}

/// The result of a change, for the line beside the switch.
pub fn outcome(outcome: &Outcome, to: bool, at: &str) -> String {
    let state = if to { "on" } else { "off" };
    match outcome {
        Outcome::Changed { read_back: false } => format!("PingOne answered at {at}: MFA is {state}."),
        Outcome::Changed { read_back: true } => {
            format!("The answer was lost, so it was read back at {at}: MFA is {state}.")
        }
        Outcome::Refused(Fault::RoleMissing(_)) => {
            "PingOne refused the change: you may read users here, but not change MFA. Nothing was changed."
                .into()
        }
        Outcome::Refused(why) => format!("{} Nothing was changed.", fault(why)),
        Outcome::Failed(why) => format!("Not changed. {}", fault(why)),
        Outcome::Unconfirmed(why) => {
            format!("Sent, answer lost: it may have been changed or not. {}", fault(why))
        }
        Outcome::Gone(_) => "No longer exists. Nothing was changed.".into(),
    }
}

/// States of a switch.
pub mod switch {
    pub const PROTECTED: &str = "protected by this deployment";
    pub const SENDING: &str = "sending";
    pub const CHECKING: &str = "answer lost, being checked";
    pub const READING: &str = "reading";
    pub const REFUSED: &str = "refused";
    pub const FAILED: &str = "failed";
    pub const LOST: &str = "answer lost";
    pub const GONE: &str = "no longer exists";
}

/// Announcements for screen readers.
pub mod announce {
    pub const TOKEN_TAKEN: &str = "Token taken.";

    pub fn connected(name: &str) -> String {
        format!("Connected to {name}.")
    }

    pub const fn copied(copied: bool) -> &'static str {
        if copied { "Copied." } else { "The browser didn't permit copying." }
    }

    pub const fn saved(saved: bool) -> &'static str {
        if saved { "Saved." } else { "The browser didn't take the file." }
    }

    pub fn ceiling(ceiling: &str) -> String {
        format!("At most {ceiling} requests a second from now on.")
    }

    pub fn loaded(users: &str) -> String {
        format!("{users} users loaded.")
    }

    pub fn found(people: &str) -> String {
        format!("{people} found.")
    }

    pub fn changed(username: &str, state: &str) -> String {
        format!("MFA for {username} is {state}.")
    }

    pub fn not_changed(username: &str, why: &str) -> String {
        format!("MFA for {username}: {why}")
    }
}

pub fn kind(kind: &pingone::environment::EnvironmentKind) -> String {
    use pingone::environment::EnvironmentKind;
    match kind {
        EnvironmentKind::Production => "PRODUCTION".into(),
        EnvironmentKind::Sandbox => "SANDBOX".into(),
        EnvironmentKind::Other(word) => word.clone(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn remaining_time_is_shown_in_a_suitable_unit() {
        for (seconds, text) in
            [(-5, "0 s"), (59, "59 s"), (60, "1 min"), (3599, "59 min"), (7500, "2 h 5 min")]
        {
            assert_eq!(remaining(Timestamp(seconds * 1000), Timestamp(0)), text);
        }
    }

    #[test]
    fn a_time_in_utc_is_the_same_everywhere() {
        assert_eq!(utc(Timestamp(1_651_062_280_823)), "12:24 UTC");
        assert_eq!(utc(Timestamp(-1)), "23:59 UTC");
    }

    #[test]
    fn a_percentage_has_one_decimal_and_is_never_rounded_to_none_or_all() {
        for (part, whole, share) in [
            (0, 7, "0.0"),
            (7, 7, "100.0"),
            (1, 3, "33.3"),
            (2, 3, "66.7"),
            (1, 1000, "0.1"),
            (1, 2000, "0.1"),
            (1, 2001, "under 0.1"),
            (1, 10_000_000, "under 0.1"),
            (1999, 2000, "over 99.9"),
            (1998, 2000, "99.9"),
            (17_905, 40_112, "44.6"),
            (15_877, 40_112, "39.6"),
            (1, 16, "6.3"),
        ] {
            assert_eq!(percent(part, whole).as_deref(), Some(share), "{part} of {whole}");
        }
        assert_eq!(percent(0, 0), None);
    }

    #[test]
    fn pingones_message_is_shown_in_full() {
        let fault = Fault::RoleMissing(Refusal {
            status: 403,
            code: Some("ACCESS_FAILED".into()),
            message: "No.".into(),
            details: vec![pingone::fault::Detail {
                code: Some("INSUFFICIENT_PERMISSIONS".into()),
                target: None,
                message: "Not authorized.".into(),
            }],
            correlation_id: Some("9c1d".into()),
        });
        assert_eq!(
            words(&fault).as_deref(),
            Some(
                "403 ACCESS_FAILED \"No.\"; INSUFFICIENT_PERMISSIONS \"Not authorized.\". Correlation-Id 9c1d"
            )
        );
        for (id, expected) in [(Some("9c1d"), "200: x Correlation-Id 9c1d"), (None, "200: x")] {
            let bad = pingone::fault::BadAnswer {
                status: 200,
                correlation_id: id.map(str::to_owned),
                problem: "x".into(),
            };
            assert_eq!(
                words(&Fault::WrongShape(bad)).as_deref(),
                Some(expected),
                "nothing is concluded from its absence"
            );
        }
    }
}
