//! The sentences of the connect form.

#[cfg(feature = "demo")]
pub mod demo;
pub mod host_token;
pub mod sign_in;

pub use crate::text::{HELP, PRODUCT, TRY_AGAIN, expires, fault, mfa, outcome};

use pingone::environment::EnvironmentId;
use pingone::time::Timestamp;
use pingone::token::Actor;
use pingone::token::claims::{PasteFault, Remark};
use pingone_mfa_core::ports::Locale;

use crate::text::{moment, remaining, short, utc};

pub const TITLE: &str = "Connect to PingOne";
/// What the tool does.
pub const PURPOSE: &str = "Enable or disable MFA for users, one or many.";
/// Where to get help, set by the deployment.
pub fn support(where_to_ask: &str) -> String {
    format!("Help: {where_to_ask}")
}

pub const TOKEN: &str = "Access token";
pub const TOKEN_HINT: &str = "Kept in memory only; reloading forgets it.";
pub const TOKEN_PLACEHOLDER: &str = "Paste it here";
/// Shown in the empty field once it has taken a token.
pub const TOKEN_IS_TAKEN: &str = "Taken. Paste another to replace it";
/// Button that shows [`TOKEN_SOURCE`].
pub const WHERE_FROM: &str = "Where do I get one?";
pub const TOKEN_SOURCE: &str =
    "PingOne's console: Applications, your worker application, Configuration, Get Access Token.";
pub const FACTS: &str = "Read from the token";
pub const REGION: &str = "Region";
pub const ENVIRONMENT: &str = "Environment ID";
pub const ENVIRONMENT_FACT: &str = "Environment";
pub const ACTS_AS: &str = "Acts as";
pub const EXPIRES: &str = "Expires";
pub const CHANGE: &str = "Change";
/// Shown for the token's own environment.
pub const ENVIRONMENT_HINT: &str = "The application's own environment. Yours may differ.";
/// Shown wherever the token's own environment isn't the one in use.
pub fn other_environment(own: EnvironmentId) -> String {
    format!("This token was issued in another environment: {own}")
}
/// Shown before such a token replaces another one.
pub fn replacement_of_other_environment(own: EnvironmentId) -> String {
    format!(
        "{}. It isn't in use yet. To work there, forget the token in use and connect with this one.",
        other_environment(own)
    )
}

pub const USE_HERE: &str = "Use it in this environment";
pub const USER: &str = "User ID";
pub const USER_HINT: &str = "Optional: opens this user";
pub const CHOOSE_REGION: &str = "Choose a region";
pub const CONNECT: &str = "Connect";
pub const CONNECTING: &str = "Connecting …";
/// Shown while the second file is loading.
pub const LOADING: &str = "Loading …";
/// Shown if the second file could not be loaded.
pub const NOT_LOADED: &str =
    "The rest of the page could not be loaded. Nothing was sent, and the token is still here.";
/// Used if users up to a limit are listed automatically.
pub fn connect_hint_list(limit: &str) -> String {
    format!("Lists users automatically if there are {limit} or fewer.")
}
/// Used if users are never listed automatically.
pub const CONNECT_HINT_NONE: &str = "Reads the number of users. Lists users only when you ask for them.";

/// Shown if the token belongs to an application.
pub const AUDIT_APPLICATION: &str = "PingOne's audit log will name the application, not you.";
pub const NO_TOKEN: &str = "Paste an access token first.";
pub const NO_REGION: &str = "The token doesn't name its region. Choose it.";
pub const NO_ENVIRONMENT: &str =
    "Enter the environment ID. PingOne's console shows it under Settings, Environment Properties.";
pub const BAD_ENVIRONMENT: &str =
    "Environment ID isn't a UUID. One looks like 5f0c7e1a-22b1-4c0e-9a55-0d1f6a7bc2d4.";
pub const BAD_USER: &str = "User ID isn't a UUID. Leave it empty to connect without one.";
/// Shown if region and token disagree.
pub fn region_conflict(issued: &str, chosen: &str) -> String {
    format!("This token was issued in {issued}, but {chosen} is chosen. Nothing was sent.")
}
/// Button that resolves the disagreement.
pub fn take_region(issued: &str) -> String {
    format!("Use {issued}")
}
/// Shown if a replacement token is for another region.
pub fn replacement_elsewhere(issued: &str) -> String {
    format!("This token was issued in {issued}. It was not kept; the token in use is still used.")
}
pub const TOKEN_TAKEN: &str = "Token taken.";

/// Shown after a token was taken out of a field for something else.
pub const TOKEN_WITHHELD: &str =
    "This is a token. It was not sent. It was taken out of the field, because only Access token is for it.";

/// A region's host.
pub fn host(api_base: &str) -> &str {
    api_base.trim_end_matches("/v1").split("://").nth(1).unwrap_or(api_base)
}

pub fn actor(actor: &Actor) -> String {
    match actor {
        Actor::Application(id) => format!("Application {}", short(id)),
        Actor::Person(Some(id)) => format!("Person {}", short(id)),
        Actor::Person(None) => "A person".into(),
        Actor::EndUser(Some(id)) => format!("User {}, for that user's own record", short(id)),
        Actor::EndUser(None) => "A user, for that user's own record".into(),
        Actor::Unknown => "Not named in the token".into(),
    }
}

/// Why a pasted text was not accepted.
pub fn paste_fault(fault: PasteFault) -> String {
    match fault {
        PasteFault::Empty => "The field was empty.".into(),
        PasteFault::TooLong => "This is far too long to be a token. Nothing of it was kept.".into(),
        PasteFault::Unexpanded => "This is a variable that was not filled in, not a token. Copy the token itself.".into(),
        PasteFault::Id => "This is an ID, not a token. An access token begins with eyJ and has three parts.".into(),
        PasteFault::NotAToken => "This isn't an access token; one begins with eyJ and has three parts. If it was a client secret: nothing of it was kept or sent.".into(),
        PasteFault::Damaged => "This token is damaged: its parts can't be read. Copy it again, whole.".into(),
        PasteFault::IdToken => "This is an ID token (it is addressed to an application). An access token is needed.".into(),
        PasteFault::RefreshToken => "This is a refresh token. An access token is needed.".into(),
        PasteFault::OverHeaderLimit => "This token is larger than PingOne takes: 6 KB for all headers together. A token with fewer groups or scopes is needed.".into(),
        PasteFault::Several => "There are two different access tokens in this text. Paste the one that is meant.".into(),
    }
}

/// A remark about a token that was accepted.
pub fn note(locale: &dyn Locale, note: Remark, now: Timestamp) -> String {
    match note {
        Remark::FromCurl => "Taken out of a cURL command. The rest of the line was not kept.".into(),
        Remark::FromBearer => "The word Bearer in front of it was left out.".into(),
        Remark::FromText => "Taken out of the pasted text. The rest was not kept.".into(),
        Remark::FromJson => "Taken out of a JSON response. The rest of it was not kept.".into(),
        Remark::ClockBehind(millis) => format!(
            "The token becomes valid {} from now: this computer's clock seems to be behind.",
            remaining(Timestamp(millis), Timestamp(0))
        ),
        Remark::Expired(at) => format!(
            "By this computer's clock ({}) this token expired at {} ({}), {} ago. If the clock is right, get a new one; if not, Connect: PingOne decides.",
            locale.time(now), moment(locale, at, now), utc(at), remaining(now, at)
        ),
        Remark::NoEnd => "The token doesn't say when it expires.".into(),
        Remark::EndUser => "This is a user's own token (scopes p1:…). It reaches that user's record alone; listing users will be refused.".into(),
    }
}

pub fn forgotten(locale: &dyn Locale, until: Option<Timestamp>, idle_minutes: Option<u64>) -> String {
    let why = match idle_minutes {
        Some(1) => "Token forgotten after 1 minute without use.".into(),
        Some(minutes) => format!("Token forgotten after {minutes} minutes without use."),
        None => "Token forgotten.".into(),
    };
    let until =
        until.map_or_else(|| "until it expires".into(), |until| format!("until {}", locale.time(until)));
    format!("{why} PingOne can't revoke it: it stays valid {until}.")
}
