//! Texts of the review before a run.

use pingone_mfa_core::ports::Locale;
use pingone_mfa_core::run::limits::RunObstacle;
use pingone_mfa_core::run::plan::Exclusion;

use crate::console::runs::review::{Obstacle, Unreadable};

/// The pilot user.
pub const START_WITH: &str = "Start with";
pub const START_WITH_MEANING: &str = "username or ID; the run changes this user first and then waits for you";
/// Pauses after a number of users.
pub const THEN: &str = "Then";
pub const THEN_MEANING: &str = "users, and wait again; empty for all the rest";
pub const REFERENCE: &str = "Change reference";
pub const REASON: &str = "Reason";
pub const REASON_MEANING: &str = "stands in the report; don't name people";
pub const BACK: &str = "Back";
/// Loads the values again after a fault.
pub const READ_AGAIN: &str = "Try again";
pub const FILES: &str = "Save as a file";
pub const SAVE_PLAN: &str = "Save plan";
pub const INCLUDE: &str = "include";
pub const WITHOUT_DEVICE: &str = "Include people without a device";
pub const NOT_KNOWN: &str = "Include people whose devices are not known";
pub const DISABLED: &str = "Include disabled accounts";
/// No user is left to change.
pub const ALL_SKIPPED: &str =
    "Everyone who needs a change is skipped. Include some of them, or check their devices first.";
pub const OWN_ACCOUNT: &str = "Include your own account";
/// Loads the devices of all users.
pub const LOAD_REPORT: &str = "Load device report";
pub const LOADING_REPORT: &str = "Loading the device report …";
/// What it means to include a user without a device.
pub const NO_DEVICE_NOTE: &str = "Users without an active device: depending on your sign-on policy, they may sign in without a second factor, or may not be able to sign in. This page can't see which.";
/// What turning MFA off means.
pub const OFF_NOTE: &str = "PingOne can't ask these people for a second factor then.";
/// Shown if the token belongs to an application.
pub const NOT_YOU: &str = "This token belongs to an application. The page can't tell which user is you.";
pub const TAKES: &str = "Takes";
pub const TOKEN: &str = "Token";
pub const COMPUTER: &str = "Computer";
/// What the computer needs.
pub const COMPUTER_MEANING: &str = "must stay on and online; if it does not, nothing is lost";
pub const ELSEWHERE: &str = "Elsewhere";
/// What the page can't know.
pub const ELSEWHERE_MEANING: &str = "runs on other computers are not visible here";
pub const CHOSEN: &str = "chosen";
pub const WITH_ACTIVE_DEVICE: &str = "with an active device";
pub const WITHOUT_ACTIVE_DEVICE: &str = "without a device";
pub const DEVICES_NOT_KNOWN: &str = "whose devices are not known";
pub const NEED_CHANGE: &str = "need a change";
pub const WILL_CHANGE: &str = "will be changed";

pub fn name(to: bool) -> &'static str {
    if to { "Review: enable MFA" } else { "Review: disable MFA" }
}

/// Button that opens the review.
pub fn begin(to: bool, number: &str, users: usize) -> String {
    let noun = if users == 1 { "user" } else { "users" };
    format!("{} for {number} {noun}", super::run::action(to))
}

/// Saves the users that are left out, with the reasons.
pub fn save_left_out(users: &str) -> String {
    format!("Save the list of {users} left out")
}

pub fn plan(number: &str) -> String {
    format!("plan {number}")
}

/// Which users were selected, and when.
pub fn chosen(users: &str, listed_at: Option<&str>, read_at: &str) -> String {
    let list = listed_at.map(|at| format!(", from the list of {at}")).unwrap_or_default();
    format!("{users} users chosen{list}. Read again at {read_at}.")
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
    format!("Waiting until {until} so that late answers are in.")
}

/// Shown while the values are loaded.
pub fn reading(read: &str, all: &str) -> String {
    format!("Reading again what they have now: {read} of {all}. Nothing is sent that changes anything.")
}

/// Why users are left out.
pub fn exclusion(why: Exclusion, to: bool) -> &'static str {
    match why {
        Exclusion::AlreadySet if to => "on by now",
        Exclusion::AlreadySet => "off by now",
        Exclusion::AccountDisabled => "account disabled",
        Exclusion::Protected => "protected",
        Exclusion::Gone => "no longer exist",
        Exclusion::NoDevice => "without a device",
        Exclusion::DevicesNotKnown => "whose devices are not known",
        Exclusion::Unreadable => "could not be read",
        Exclusion::ChangedBySomeoneElse => "changed by someone else",
        Exclusion::EarlierNotKnown => "whose earlier state is not known",
        Exclusion::OwnAccount => "your own account",
    }
}

pub fn takes(minutes: u64, pace: &str, waits: bool) -> String {
    let time = if minutes <= 1 { "about a minute".to_owned() } else { format!("about {minutes} min") };
    let waits = if waits { ". The time it waits for you is not counted" } else { "" };
    format!("{time} at {pace} requests a second; PingOne may slow it down{waits}")
}

/// The requests that will be sent.
pub fn requests(requests: &str, changes: &str) -> String {
    format!("{requests} requests: {changes} changes, what is read back, and a preflight for each")
}

/// The token is valid for the whole run.
pub fn token_lasts(minutes: u64) -> String {
    format!("ends in {minutes} min, after the run")
}

/// The token expires before the run ends.
pub fn token_ends(minutes: u64, at: &str) -> String {
    format!("ends in {minutes} min; you will be asked for a new one at about {at}")
}

/// The token's expiry is unknown.
pub const TOKEN_UNKNOWN: &str = "doesn't say when it ends; you will be asked when it does";

/// Label of the field for the number of changes.
pub fn type_number(changes: &str) -> String {
    format!("Type {changes}")
}

pub fn go(changes: &str, number: u64) -> String {
    let noun = if number == 1 { "change" } else { "changes" };
    format!("Run {changes} {noun}")
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
        Obstacle::Administrators => "In the environment called Administrators MFA is never turned off for more than 500 users at once. This guard looks at the environment's name only.".into(),
        Obstacle::NothingToDo => "Nobody of them needs a change.".into(),
        Obstacle::PilotUserMissing => "Start with: name one of these users, who is changed first.".into(),
        Obstacle::PilotUserUnknown => "Start with: nobody who will be changed has this username or ID.".into(),
        Obstacle::PauseStepInvalid => "Then: a whole number from 1 on, or nothing.".into(),
        Obstacle::Reference => match pattern {
            Some(pattern) => format!("Change reference: it has to look like {pattern}."),
            None => "Change reference: this deployment requires one.".into(),
        },
        Obstacle::TokenEntered => {
            "There is a token in the change reference or in the reason. Take it out: both are stored.".into()
        }
        Obstacle::ReasonMissing => "Reason: say why MFA is turned off.".into(),
        Obstacle::NumberMissing => "Type the number of changes.".into(),
    }
}
