//! What a change of MFA is called wherever it is offered or its result is shown.

use pingone_mfa_core::run::row::RowState;

/// Turning on or off, as an action.
pub const fn action(to: bool) -> &'static str {
    if to { "Enable MFA" } else { "Disable MFA" }
}

/// Button that opens the review.
pub fn begin(to: bool, number: &str, users: usize) -> String {
    let noun = if users == 1 { "user" } else { "users" };
    format!("{} for {number} {noun}", action(to))
}

/// A row state, as the table, the filter and the numbers call it.
pub const fn state(state: RowState, to: bool) -> &'static str {
    match state {
        RowState::AlreadySet if to => "already on",
        RowState::AlreadySet => "already off",
        other => other.word(),
    }
}
