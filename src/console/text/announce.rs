//! Announcements for screen readers.

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

pub fn selected(users: u64, number: &str) -> String {
    match users {
        0 => "No users selected.".to_owned(),
        1 => "1 user selected.".to_owned(),
        _ => format!("{number} users selected."),
    }
}

pub fn changed(username: &str, state: &str) -> String {
    format!("MFA for {username} is {state}.")
}

pub fn not_changed(username: &str, why: &str) -> String {
    format!("MFA for {username}: {why}")
}
