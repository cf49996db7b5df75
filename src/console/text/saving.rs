//! Texts of saving users.

use std::fmt::Display;

use crate::console::saving::Progress;
use crate::console::unreadable_body::UnreadableBody;
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
        Progress::Ended { saved: false, .. } => "The browser didn't take the file. Nothing was saved.".into(),
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
