//! Texts of the review before a run.

use pingone_mfa_core::ports::Locale;
use pingone_mfa_core::run::limits::RunObstacle;
use pingone_mfa_core::run::plan::Exclusion;

use crate::console::runs::review::{Obstacle, Unreadable};

pub const WHO: &str = "Who";
pub const HOW: &str = "How";
pub const PILOT: &str = "Pilot user";
pub const PILOT_MEANING: &str = "Changed first; the run then waits for you.";
pub const PILOT_INCOMPLETE: &str = "Choose one of the matching users.";
pub const THEN: &str = "Then";
pub const PAUSE: &str = "pause after every … users";
/// Field for the number of users between two pauses.
pub const PAUSE_EVERY: &str = "Pause after every … users";
pub const SPEED: &str = "Speed";
/// What to know while the run works.
pub const MEANWHILE: &str = "PingOne may slow the run down. Keep this computer on and online; if it goes offline, no changes are lost. Runs on other computers aren't visible here.";
pub const REFERENCE: &str = "Change reference";
pub const REASON: &str = "Reason";
pub const REASON_MEANING: &str = "Stored in the report; don't name people.";
pub const CANCEL: &str = "Cancel";
/// Starts the run with the pilot user.
pub const START_WITH_PILOT: &str = "Change pilot user first";
/// Loads the values again after a fault.
pub const READ_AGAIN: &str = "Try again";
pub const SAVE_PLAN: &str = "Save plan";
pub const PLAN_OF_IDS: &str = "CSV with IDs";
pub const PLAN_WITH_NAMES: &str = "CSV with usernames (personal data)";
pub const INCLUDE: &str = "Include";
pub const SHOW: &str = "Show";
/// No user is left to change.
pub const ALL_SKIPPED: &str =
    "All users who need a change are skipped. Include some of them, or check their devices first.";
pub const ALL_ON: &str = "None of the selected users would change: MFA is already on for all of them.";
pub const ALL_OFF: &str = "None of the selected users would change: MFA is already off for all of them.";
/// Loads the devices of all users.
pub const LOAD_REPORT: &str = "Load device report";
pub const LOADING_REPORT: &str = "Loading the device report …";
/// Beside the users without an active device.
pub const NO_DEVICE_HINT: &str = "sign-on policy decides if they get in";
/// What it means to include a user without a device.
pub const NO_DEVICE_NOTE: &str = "Users without an active device: depending on your sign-on policy, they may sign in without a second factor, or may not be able to sign in. This page doesn't read the policy.";
/// What turning MFA off means.
pub const OFF_NOTE: &str = "PingOne can't ask these users for a second factor then.";
/// Shown if the token belongs to an application.
pub const NOT_YOU: &str = "This token belongs to an application. The page can't tell which user is you.";
pub const SELECTED: &str = "Selected";
pub const WILL_CHANGE: &str = "Will be changed";

pub fn plan(number: &str) -> String {
    format!("plan {number}")
}

/// When the selected users were listed, and when their values were read again.
pub fn freshness(listed_at: Option<&str>, read_at: Option<&str>) -> String {
    match (listed_at, read_at) {
        (Some(list), Some(read)) => format!("list read {list}, values checked {read}"),
        (Some(list), None) => format!("list read {list}"),
        (None, Some(read)) => format!("values checked {read}"),
        (None, None) => String::new(),
    }
}

/// Includes the users who are skipped for this reason.
pub fn include(why: Exclusion) -> &'static str {
    match why {
        Exclusion::AccountDisabled => "Include disabled accounts",
        Exclusion::OwnAccount => "Include your own account",
        Exclusion::NoDevice => "Include users without an active device",
        Exclusion::DevicesNotKnown => "Include users with unknown devices",
        Exclusion::AlreadySet
        | Exclusion::Protected
        | Exclusion::Gone
        | Exclusion::Unreadable
        | Exclusion::ChangedBySomeoneElse
        | Exclusion::EarlierNotKnown => INCLUDE,
    }
}

/// Shows the users of a line of the sum.
pub fn show(line: &str) -> String {
    format!("{SHOW}: {line}")
}

pub fn more(users: &str) -> String {
    format!("and {users} more. Save plan has all of them.")
}

/// The users after the pilot user.
pub fn all_others(count: usize, users: &str, has_pilot: bool) -> String {
    match (count, has_pilot) {
        (0, true) => "no others".to_owned(),
        (0, false) => "all users".to_owned(),
        (1, true) => "the other user".to_owned(),
        (1, false) => "the user".to_owned(),
        (_, true) => format!("all {users} others"),
        (_, false) => format!("all {users} users"),
    }
}

pub fn speed(per_second: &str) -> String {
    format!("{per_second} requests a second")
}

/// Saves the users who are skipped, and why.
pub fn skipped_of_ids(count: usize, users: &str) -> String {
    format!("{} with IDs", skipped_users(count, users))
}

pub fn skipped_with_names(count: usize, users: &str) -> String {
    format!("{} with usernames (personal data)", skipped_users(count, users))
}

fn skipped_users(count: usize, users: &str) -> String {
    format!("{users} skipped {}", if count == 1 { "user" } else { "users" })
}

/// Saves the plan as a script.
pub fn script(language: &str) -> String {
    format!("Script for {language}")
}

/// The run that is undone.
pub fn undoes(number: &str, reference: &str) -> String {
    if reference.is_empty() {
        format!("Undoes plan {number}, which had no change reference.")
    } else {
        format!("Undoes plan {number}, change reference {reference}.")
    }
}

/// Loads the devices of these users.
pub fn check_devices(users: &str, number: u64) -> String {
    format!("Check devices of {users} {}", if number == 1 { "user" } else { "users" })
}

/// The device report could not be loaded.
pub fn report_failed(fault: &str) -> String {
    format!("The device report couldn't be loaded. {fault}")
}

/// Some users could not be read.
pub fn unreadable(users: &str, number: u64) -> String {
    let noun = if number == 1 { "user" } else { "users" };
    format!("{users} {noun} couldn't be read and won't be changed:")
}

/// More unreadable users than are listed.
pub fn more_unreadable(users: &str) -> String {
    format!("and {users} more")
}

/// Why a user could not be read.
pub fn unreadable_because(why: &Unreadable) -> String {
    match why {
        Unreadable::Fault(fault) => super::fault(fault),
        Unreadable::Field { field, problem } => format!("{field} {problem}."),
        Unreadable::Flag => "PingOne doesn't say whether MFA is on.".into(),
        Unreadable::NoId => "The list has no ID for this user.".into(),
    }
}

/// Shown before the values are loaded.
pub fn waiting(until: &str) -> String {
    format!("Waiting until {until} so that late responses are in.")
}

/// Shown while the values are loaded.
pub fn reading(read: &str, all: &str) -> String {
    format!("Checking current status: {read} of {all}. No changes have been made.")
}

/// Why users are left out.
pub fn exclusion(why: Exclusion, to: bool) -> &'static str {
    match why {
        Exclusion::AlreadySet if to => "already on",
        Exclusion::AlreadySet => "already off",
        Exclusion::AccountDisabled => "account disabled",
        Exclusion::Protected => "protected",
        Exclusion::Gone => "no longer exist",
        Exclusion::NoDevice => "no active device",
        Exclusion::DevicesNotKnown => "devices unknown",
        Exclusion::Unreadable => "could not be read",
        Exclusion::ChangedBySomeoneElse => "changed by someone else",
        Exclusion::EarlierNotKnown => "earlier state unknown",
        Exclusion::OwnAccount => "your own account",
    }
}

/// What the line of the sum with these users is called.
pub fn skipped(why: Exclusion, to: bool) -> String {
    let name = exclusion(why, to);
    let mut letters = name.chars();
    letters.next().map(|first| first.to_ascii_uppercase()).into_iter().chain(letters).collect()
}

pub fn requests(requests: &str) -> String {
    format!("{requests} requests")
}

pub fn takes(minutes: u64, pace: &str, waits: bool) -> String {
    let waits = if waits { ", plus the time it waits for you" } else { "" };
    format!("about {} min at {pace} requests a second{waits}", minutes.max(1))
}

/// The token is valid for the whole run.
pub fn token_lasts(minutes: u64) -> String {
    format!("token expires {minutes} min after")
}

/// The token expires before the run ends.
pub fn token_ends(at: &str) -> String {
    format!("token expires before the end: you will be asked for a new one at about {at}")
}

/// The token's expiry is unknown.
pub const TOKEN_UNKNOWN: &str = "token expiry unknown: you will be asked for a new one when it expires";

/// Label of the field for the number of changes.
pub fn type_number(changes: &str) -> String {
    format!("Type {changes}")
}

/// After the label of the field for the number of changes.
pub const TO_CONFIRM: &str = "to confirm";

/// The named pilot user isn't in the plan.
pub fn pilot_skipped(user: &str, why: Exclusion, to: bool) -> String {
    format!("{user} isn't in this plan. Skipped: {}.", exclusion(why, to))
}

pub fn pilot_not_selected(user: &str) -> String {
    format!("{user} isn't in this plan: not selected.")
}

pub fn pilot_not_listed(text: &str) -> String {
    format!("'{text}' isn't in this plan: no user in the list has this username or ID.")
}

/// Why the run can't be started yet.
pub fn obstacle(locale: &dyn Locale, obstacle: &Obstacle, pattern: Option<&str>) -> String {
    match obstacle {
        Obstacle::Limit(RunObstacle::ReadOnly) => "This deployment permits no changes.".into(),
        Obstacle::Limit(RunObstacle::OneAtATime) => "This deployment permits changes of one user at a time.".into(),
        Obstacle::Limit(RunObstacle::NeverOff) => "This deployment doesn't permit turning MFA off.".into(),
        Obstacle::Limit(RunObstacle::OffOneAtATime) => {
            "This deployment permits turning MFA off for one user at a time.".into()
        }
        Obstacle::Limit(RunObstacle::TooMany { most }) => {
            format!("This deployment permits runs of at most {} users. Choose fewer.", locale.number(*most))
        }
        Obstacle::Administrators => "In the environment called Administrators, MFA is never disabled for more than 500 users at once. This guard looks at the environment's name only.".into(),
        Obstacle::NothingToDo => "None of the selected users would change. The table says why each is skipped.".into(),
        Obstacle::PilotUserMissing => "Choose a pilot user, who is changed first.".into(),
        Obstacle::PilotUserUnknown => "The pilot user isn't in this plan.".into(),
        Obstacle::PauseStepInvalid => "Enter after how many users to pause: a whole number, 1 or more.".into(),
        Obstacle::Reference => match pattern {
            Some(pattern) => format!("The change reference has to match {pattern}."),
            None => "Enter a change reference: this deployment requires one.".into(),
        },
        Obstacle::TokenEntered => {
            "The change reference or the reason contains a token. Remove it: both are stored.".into()
        }
        Obstacle::ReasonMissing => "Enter a reason for disabling MFA.".into(),
        Obstacle::NumberMissing => "Type the number of users to confirm.".into(),
    }
}
