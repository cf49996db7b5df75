//! Texts of the directory.

pub const USERS: &str = "Users";
pub const COUNTING: &str = "Counting users …";
pub const STOP: &str = "Stop";
pub const CONTINUE: &str = "Continue";
pub const REFRESH: &str = "Refresh";
pub const CHANGE_SPEED: &str = "Change speed";
/// What can be done without loading all users.
pub const OFFER: &str = "Load them to see, filter and change many. To find one user, search by name, username, email or ID and press Enter.";
pub const BACK_TO_LIST: &str = "Back to the list";
pub const CLEAR_SEARCH: &str = "Clear search";
pub const NO_USERS: &str = "This environment has no users that your token may see.";
pub use crate::text::NO_NAME;
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
    format!("{users} users were not loaded.")
}
/// A list that was stopped, or paused by a fault.
pub fn partial(loaded: &str, total: &str, at: &str) -> String {
    format!("{loaded} of {total} users loaded, started {at}.")
}
/// The list differs from PingOne's count.
pub fn differs(count: &str) -> String {
    format!("PingOne counts {count}: the list changed while it was loaded.")
}

pub fn unreadable(rows: &str) -> String {
    format!("{rows} couldn't be read and are listed as unreadable.")
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
            "No user found for '{text}' (asked {at}). PingOne matches from the beginning and may be case-sensitive."
        ),
        1 => format!("1 user for '{text}', from PingOne at {at}."),
        _ => format!("{all} users for '{text}', from PingOne at {at}."),
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
        "The first {shown} of {all} users for '{text}', from PingOne at {at}. Type more to narrow it down."
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
