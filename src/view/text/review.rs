//! What is looked at before a run begins.

use pingone_mfa_core::ports::Locale;
use pingone_mfa_core::run::limits::RunObstacle;
use pingone_mfa_core::run::plan::Exclusion;

use crate::state::review::{Obstacle, Unreadable};

/// The test user.
pub const START_WITH: &str = "Start with";
/// What that does.
pub const START_WITH_MEANING: &str = "username or ID; the run changes this user first and then waits for you";
/// The steps.
pub const THEN: &str = "Then";
/// What they do.
pub const THEN_MEANING: &str = "users, and wait again; empty for all the rest";
/// The change reference.
pub const REFERENCE: &str = "Change reference";
/// The reason.
pub const REASON: &str = "Reason";
/// What the reason is for.
pub const REASON_MEANING: &str = "stands in the report; don't name people";
/// Leaves the review.
pub const BACK: &str = "Back";
/// Reads again after a fault.
pub const READ_AGAIN: &str = "Try again";
/// What can be saved of it.
pub const FILES: &str = "Save as a file";
/// All of it.
pub const SAVE_PLAN: &str = "Save plan";
/// A choice.
pub const INCLUDE: &str = "include";
/// A choice about people without a device.
pub const WITHOUT_DEVICE: &str = "Include people without a device";
/// A choice about people of whose devices nobody knows.
pub const NOT_KNOWN: &str = "Include people whose devices are not known";
/// A choice about disabled accounts.
pub const DISABLED: &str = "Include disabled accounts";
/// Nobody is left who would be changed.
pub const ALL_SKIPPED: &str =
    "Everyone who needs a change is skipped. Include some of them, or check their devices first.";
/// A choice about the person's own account.
pub const OWN_ACCOUNT: &str = "Include your own account";
/// Learns the devices of everyone.
pub const LOAD_REPORT: &str = "Load device report";
/// While it is loaded.
pub const LOADING_REPORT: &str = "Loading the device report …";
/// What it means that somebody without a device is included.
pub const NO_DEVICE_NOTE: &str = "Users without an active device: depending on your sign-on policy, they may sign in without a second factor, or may not be able to sign in. This page can't see which.";
/// What turning off means.
pub const OFF_NOTE: &str = "PingOne can't ask these people for a second factor then.";
/// The application's token.
pub const NOT_YOU: &str = "This token belongs to an application. The page can't tell which user is you.";
/// A line of the costs.
pub const TAKES: &str = "Takes";
/// A line of the costs.
pub const TOKEN: &str = "Token";
/// A line of the costs.
pub const COMPUTER: &str = "Computer";
/// What the computer has to do.
pub const COMPUTER_MEANING: &str = "must stay on and online; if it does not, nothing is lost";
/// A line of the costs.
pub const ELSEWHERE: &str = "Elsewhere";
/// What can't be seen.
pub const ELSEWHERE_MEANING: &str = "runs on other computers are not visible here";
/// A number is said in the table.
pub const CHOSEN: &str = "chosen";
/// A number is said in the table.
pub const WITH_ACTIVE_DEVICE: &str = "with an active device";
/// A number is said in the table.
pub const WITHOUT_ACTIVE_DEVICE: &str = "without a device";
/// A number is said in the table.
pub const DEVICES_NOT_KNOWN: &str = "whose devices are not known";
/// A number is said in the table.
pub const NEED_CHANGE: &str = "need a change";
/// A number is said in the table.
pub const WILL_CHANGE: &str = "will be changed";

/// The name of the dialog.
pub fn name(to: bool) -> &'static str {
    if to { "Review: enable MFA" } else { "Review: disable MFA" }
}

/// The button that leads here.
pub fn begin(to: bool, number: &str, users: usize) -> String {
    let noun = if users == 1 { "user" } else { "users" };
    format!("{} for {number} {noun}", super::run::action(to))
}

/// Saves whom it leaves out, and why.
pub fn save_left_out(users: &str) -> String {
    format!("Save the list of {users} left out")
}

/// The plan's number.
pub fn plan(number: &str) -> String {
    format!("plan {number}")
}

/// Who was chosen, and when.
pub fn chosen(users: &str, listed_at: Option<&str>, read_at: &str) -> String {
    let list = listed_at.map(|at| format!(", from the list of {at}")).unwrap_or_default();
    format!("{users} users chosen{list}. Read again at {read_at}.")
}

/// What is undone.
pub fn undoes(number: &str, reference: &str) -> String {
    if reference.is_empty() {
        format!("Undoes plan {number}, which had no change reference.")
    } else {
        format!("Undoes plan {number}, change reference {reference}.")
    }
}

/// Reads the devices of these users.
pub fn check_devices(users: &str, number: u64) -> String {
    format!("Check devices of {users} {}", if number == 1 { "user" } else { "users" })
}

/// The report can't be had.
pub fn report_failed(fault: &str) -> String {
    format!("The device report couldn't be loaded. {fault}")
}

/// Some couldn't be read.
pub fn unreadable(users: &str, number: u64) -> String {
    let noun = if number == 1 { "user" } else { "users" };
    format!("{users} {noun} couldn't be read and won't be changed:")
}

/// More than are named.
pub fn more_unreadable(users: &str) -> String {
    format!("and {users} more")
}

/// Why one couldn't be read.
pub fn unreadable_because(why: &Unreadable) -> String {
    match why {
        Unreadable::Fault(fault) => super::fault(fault),
        Unreadable::Field { field, problem } => format!("{field} {problem}."),
        Unreadable::Flag => "PingOne doesn't say whether MFA is on.".into(),
        Unreadable::NoId => "The list has no ID for this user.".into(),
    }
}

/// Before the values are read.
pub fn waiting(until: &str) -> String {
    format!("Waiting until {until} so that late answers are in.")
}

/// While the values are read.
pub fn reading(read: &str, all: &str) -> String {
    format!("Reading again what they have now: {read} of {all}. Nothing is sent that changes anything.")
}

/// Why some are left out.
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

/// How long it takes.
pub fn takes(minutes: u64, pace: &str, waits: bool) -> String {
    let time = if minutes <= 1 { "about a minute".to_owned() } else { format!("about {minutes} min") };
    let waits = if waits { ". The time it waits for you is not counted" } else { "" };
    format!("{time} at {pace} requests a second; PingOne may slow it down{waits}")
}

/// What is sent.
pub fn requests(requests: &str, changes: &str) -> String {
    format!("{requests} requests: {changes} changes, what is read back, and a preflight for each")
}

/// A token that lasts.
pub fn token_lasts(minutes: u64) -> String {
    format!("ends in {minutes} min, after the run")
}

/// A token that doesn't.
pub fn token_ends(minutes: u64, at: &str) -> String {
    format!("ends in {minutes} min; you will be asked for a new one at about {at}")
}

/// A token that says nothing.
pub const TOKEN_UNKNOWN: &str = "doesn't say when it ends; you will be asked when it does";

/// The field for the number.
pub fn type_number(changes: &str) -> String {
    format!("Type {changes}")
}

/// The button that starts it.
pub fn go(changes: &str, number: u64) -> String {
    let noun = if number == 1 { "change" } else { "changes" };
    format!("Run {changes} {noun}")
}

/// Why it can't be started yet.
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
