//! Users as the page has loaded them.

use pingone::time::Timestamp;
use pingone::user::{Account, Mfa, Name, PopulationId, User, UserId};
use pingone_mfa_core::directory::store::UserStore;
use pingone_sandbox::Sandbox;
use uuid::Uuid;

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

/// An enabled user whose values follow from a number.
pub fn numbered(number: u128) -> User {
    User {
        id: UserId(Uuid::from_u128(number)),
        username: format!("user{number:03}"),
        name: Name { given: "Zoë".into(), family: format!("Brandt{}", number % 3) },
        email: Some(format!("User{number:03}@example.com")),
        external_id: None,
        population: Some(PopulationId(Uuid::from_u128(number % 2))),
        account: Account::Enabled,
        created_at: Some(Timestamp(1)),
        last_sign_on: None,
        mfa: Mfa::Off,
    }
}

/// Folds the letters of the numbered users.
pub fn fold(text: &str) -> String {
    text.to_lowercase().replace(['ë', 'é', 'è'], "e").replace('ł', "l")
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
