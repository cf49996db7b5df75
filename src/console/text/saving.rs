//! Texts of saving users.

use std::fmt::Display;

use crate::console::saving::Progress;
use crate::console::unreadable_body::UnreadableBody;
use pingone_mfa_core::ports::Locale;

pub const NAME: &str = "Export users";
pub const CONTENTS: &str = "Contents";
pub const STATES_ONLY: &str = "User IDs, states and times";
pub const WITH_NAMES: &str = "Also names, usernames and email addresses (personal data)";
pub const FORMAT: &str = "Format";
pub const CSV: &str = "CSV";
pub const JSON: &str = "JSON";
pub const FOR_EXCEL: &str = "For Excel (adds a byte order mark)";
pub const PLACE: &str = "The file is created in this browser. Nothing is uploaded.";
pub const NO_USERS: &str = "No users are shown, so there is nothing to save.";

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
            format!("Saved {} users.", number(rows))
        }
        Progress::Ended { saved: false, .. } => "The browser didn't save the file.".into(),
    }
}
/// Why a file of this page can't be used.
pub fn unusable<F: Display>(what: &str, most: &str, unusable: &UnreadableBody<F>) -> String {
    match unusable {
        UnreadableBody::Fault(fault) => format!("This isn't a {what} saved by this tool: {fault}."),
        UnreadableBody::TooLarge => format!("This file is too large for a {what}: at most {most}."),
        UnreadableBody::Unreadable => "The file couldn't be read as text.".into(),
        UnreadableBody::Silent => super::FILE_SILENT.into(),
        UnreadableBody::OtherEnvironment => format!("This {what} belongs to another environment."),
    }
}
