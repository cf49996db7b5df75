//! Users as the page has loaded them.

use pingone::user::{Account, Mfa, Name, User, UserId};
use pingone_mfa_core::directory::store::UserStore;
use pingone_sandbox::Sandbox;

/// An enabled user without any other known value.
pub fn user(id: UserId, mfa: Mfa) -> User {
    User {
        id,
        username: id.to_string(),
        name: Name::default(),
        email: None,
        external_id: None,
        population: None,
        account: Account::Enabled,
        created_at: None,
        last_sign_on: None,
        mfa,
    }
}

/// All users of a sandbox with their current values, as in a list that was just loaded.
pub fn fresh_values(sandbox: &Sandbox) -> UserStore {
    let mut users = UserStore::default();
    for id in sandbox.user_ids() {
        let mfa = sandbox.mfa_enabled(id).map_or(Mfa::Unknown, Mfa::from);
        users.learn(&user(UserId(id), mfa), &str::to_lowercase);
    }
    users
}
