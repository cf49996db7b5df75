//! All sentences of the page.
//!
//! MFA is on or off; accounts are enabled or disabled; the actions are Enable MFA and Disable MFA. Sentences are
//! short, exact and calm. Each is defined once, so that there is one place to test and translate it.

use pingone::fault::WriteRefusal;
use pingone::fault::{Fault, JournalFault, Paging, Refusal};
use pingone::time::Timestamp;
use pingone::token::Actor;
use pingone::user::{Account, Mfa, User};
use pingone_mfa_core::ports::Locale;
use pingone_mfa_core::run::outcome::Outcome;

pub const TRY_AGAIN: &str = "Try again";

pub const HELP: &str = "Help";

pub const PRODUCT: &str = "PingOne MFA";

/// What the flag is and isn't. Shown wherever a state is shown for many users.
pub const MEANING: &str =
    "On means that PingOne may ask for a second factor. Sign-on policies decide whether it does.";

pub const NO_NAME: &str = "(no name)";

/// A user's name, or a placeholder if there is none.
pub fn name_of(user: &User) -> String {
    if user.name.is_empty() { NO_NAME.to_owned() } else { user.name.to_string() }
}

/// Short form for the top bar.
pub fn actor_short(actor: &Actor) -> String {
    match actor {
        Actor::Application(id) => format!("Application {}", short(id)),
        Actor::Person(Some(id)) => format!("Person {}", short(id)),
        Actor::EndUser(_) => "A user's own token".into(),
        Actor::Person(None) => "A person".into(),
        Actor::Unknown => "Actor not named".into(),
    }
}

pub fn short(id: &str) -> &str {
    id.get(..8).unwrap_or(id)
}

/// Time until `end`: "58 min", "40 s", "2 h 5 min".
pub fn remaining(end: Timestamp, now: Timestamp) -> String {
    let seconds = end.since(now).max(0) / 1000;
    match seconds {
        0..60 => format!("{seconds} s"),
        60..7200 => format!("{} min", seconds / 60),
        _ => format!("{} h {} min", seconds / 3600, seconds % 3600 / 60),
    }
}

pub fn expires(locale: &dyn Locale, end: Option<Timestamp>, now: Timestamp) -> String {
    match end {
        None => "not known; PingOne's tokens expire after 60 min".into(),
        Some(end) if end <= now => format!("expired at {}", locale.time(end)),
        Some(end) => format!("{}, in {}", moment(locale, end, now), remaining(end, now)),
    }
}

/// A point in time in its shortest clear form: the time if it is today, otherwise the date.
pub fn moment(locale: &dyn Locale, at: Timestamp, now: Timestamp) -> String {
    if locale.is_same_day(at, now) { locale.time(at) } else { locale.date(at) }
}

pub const fn account(account: Account) -> &'static str {
    match account {
        Account::Enabled => "enabled",
        Account::Disabled => "disabled",
        Account::Locked => "locked",
        Account::Unknown => "unknown",
    }
}

pub const fn mfa(mfa: Mfa) -> &'static str {
    match mfa {
        Mfa::On => "on",
        Mfa::Off => "off",
        Mfa::Unknown => "unknown",
    }
}

/// The time of day in UTC, which a colleague elsewhere can compare.
pub fn utc(at: Timestamp) -> String {
    let minutes = at.0.div_euclid(60_000).rem_euclid(24 * 60);
    format!("{:02}:{:02} UTC", minutes / 60, minutes % 60)
}

pub fn fault(fault: &Fault) -> String {
    match fault {
        Fault::TokenExpired(_) => "PingOne refused the token: it has expired.".into(),
        Fault::TokenInvalid(_) => "PingOne doesn't take this access token, although it has not expired by this computer's clock.".into(),
        Fault::TokenForgotten => "The token was forgotten. Nothing was sent.".into(),
        Fault::RoleMissing(_) => "PingOne refused: the token's roles don't permit this here.".into(),
        Fault::LicenseExceeded(_) => "PingOne refused: the license of this environment doesn't cover it.".into(),
        Fault::EnvironmentUnknown(refusal) if refusal.status == 404 => "There is no environment with this ID in this region.".into(),
        Fault::EnvironmentUnknown(_) => "PingOne doesn't show this environment: it doesn't exist, or the token has no role in it.".into(),
        Fault::PathUnknown(_) => "PingOne's gateway doesn't know this address.".into(),
        Fault::UserUnknown(_) => "This user doesn't exist in this environment (any more).".into(),
        Fault::NotFound(_) => "PingOne answered that this doesn't exist.".into(),
        Fault::MediaTypeRefused(_) => "PingOne refused the content type of the request.".into(),
        Fault::RequestRefused(refusal) if refusal.code.is_none() && refusal.status == 404 => {
            "The response is a 404, but not in PingOne's words. It says nothing about who exists.".into()
        }
        Fault::RequestRefused(refusal) if refusal.code.is_none() => {
            format!("The request was refused with {}, but not in PingOne's words.", refusal.status)
        }
        Fault::RequestRefused(refusal) => format!("PingOne refused the request with {}.", refusal.status),
        Fault::RateLimited { .. } => "PingOne is limiting requests (429), and went on doing so.".into(),
        Fault::ServerFailed(refusal) => format!("PingOne failed with {}, and went on doing so.", refusal.status),
        Fault::StatusUnexpected(bad) => format!("The response has status {}, which PingOne doesn't send here.", bad.status),
        Fault::Timeout { after } => format!("No complete response within {} s.", after.0 / 1000),
        Fault::Unreachable => "The browser got no readable response. Offline, a blocked request and an error of PingOne without permission headers look the same from here.".into(),
        Fault::BodyCut(_) => "The response broke off in the middle.".into(),
        Fault::BodyTooLarge(_) => "The response was larger than any of PingOne's, and was not read to its end.".into(),
        Fault::NotJson(_) => "The response isn't PingOne's: it isn't JSON.".into(),
        Fault::WrongShape(_) => "The response has a shape that this page doesn't know.".into(),
        Fault::Paging(Paging::Loop) => "PingOne's pages go round in a circle. The list was stopped.".into(),
        Fault::Paging(Paging::NoCursor) => "The link to the next page has no cursor. The list was stopped.".into(),
        Fault::Paging(Paging::Elsewhere) => "The link to the next page leads to another host or environment. It was not followed.".into(),
        Fault::NotStored(why) => not_stored(why),
        Fault::LockSilent => "This browser doesn't answer whether another of its tabs runs something in this environment. Nothing was sent.".into(),
        Fault::Internal(what) => format!("This page has a defect ({what}). Please report it."),
        Fault::HostRefused => "The portal didn't permit the change. Nothing was sent.".into(),
        Fault::NotPermitted(WriteRefusal::Protected) => "This user is in a group that this deployment protects. Nothing was sent.".into(),
        Fault::NotPermitted(_) => "This deployment doesn't permit the change. Nothing was sent.".into(),
    }
}

/// A selected file was not read in time.
pub const FILE_SILENT: &str = "The file didn't arrive within 30 seconds. It may be on another computer or in a cloud: copy it to this computer and choose it again.";

fn not_stored(why: &JournalFault) -> String {
    match why {
        JournalFault::Unavailable => "This browser doesn't let the page store anything, so a run could not be continued after a crash. Nothing more is sent.".into(),
        JournalFault::Blocked => "Another tab, with another version of this page, holds what is stored in this browser. Close it and try again. Nothing more is sent.".into(),
        JournalFault::Full => "There is no room left to store what the run does. Nothing more is sent.".into(),
        JournalFault::Newer => "What is stored in this browser was made by a newer version of this page. Nothing more is sent.".into(),
        JournalFault::Silent => "This browser's storage doesn't answer, so what the run does may not be stored. Nothing more is sent.".into(),
        JournalFault::Failed(name) => format!("What the run does could not be stored ({name}). Nothing more is sent."),
    }
}

/// Details for the small print: what is wrong with a response, and PingOne's message.
pub fn words(fault: &Fault) -> Option<String> {
    if let Some(bad) = fault.bad_answer() {
        let id = bad.correlation_id.as_ref().map(|id| format!(" Correlation-Id {id}")).unwrap_or_default();
        return Some(format!("{}: {}{id}", bad.status, bad.problem));
    }
    fault.refusal().map(refusal)
}

fn refusal(refusal: &Refusal) -> String {
    let code = refusal.code.as_deref().unwrap_or("no code");
    let mut text = format!("{} {code} \"{}\"", refusal.status, refusal.message);
    for detail in &refusal.details {
        let code = detail.code.as_deref().unwrap_or("no code");
        let target = detail.target.as_ref().map(|target| format!(" ({target})")).unwrap_or_default();
        text = format!("{text}; {code}{target} \"{}\"", detail.message);
    }
    if let Some(id) = &refusal.correlation_id {
        text = format!("{text}. Correlation-Id {id}");
    }
    text
}

/// The result of a change, for the line beside the switch.
pub fn outcome(outcome: &Outcome, to: bool, at: &str) -> String {
    let state = if to { "on" } else { "off" };
    match outcome {
        Outcome::Changed { read_back: false } => format!("PingOne answered at {at}: MFA is {state}."),
        Outcome::Changed { read_back: true } => {
            format!("The response was lost, so it was read back at {at}: MFA is {state}.")
        }
        Outcome::Refused(Fault::RoleMissing(_)) => {
            "PingOne refused the change: you may read users here, but not change MFA. Nothing was changed."
                .into()
        }
        Outcome::Refused(why) => format!("{} Nothing was changed.", fault(why)),
        Outcome::Failed(why) => format!("Not changed. {}", fault(why)),
        Outcome::Unconfirmed(why) => {
            format!("Sent, response lost: it may have been changed or not. {}", fault(why))
        }
        Outcome::Gone(_) => "No longer exists. Nothing was changed.".into(),
    }
}

pub fn kind(kind: &pingone::environment::EnvironmentKind) -> String {
    use pingone::environment::EnvironmentKind;
    match kind {
        EnvironmentKind::Production => "PRODUCTION".into(),
        EnvironmentKind::Sandbox => "SANDBOX".into(),
        EnvironmentKind::Other(word) => word.clone(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn remaining_time_is_shown_in_a_suitable_unit() {
        for (seconds, text) in
            [(-5, "0 s"), (59, "59 s"), (60, "1 min"), (3599, "59 min"), (7500, "2 h 5 min")]
        {
            assert_eq!(remaining(Timestamp(seconds * 1000), Timestamp(0)), text);
        }
    }

    #[test]
    fn a_time_in_utc_is_the_same_everywhere() {
        assert_eq!(utc(Timestamp(1_651_062_280_823)), "12:24 UTC");
        assert_eq!(utc(Timestamp(-1)), "23:59 UTC");
    }

    #[test]
    fn pingones_message_is_shown_in_full() {
        let fault = Fault::RoleMissing(Refusal {
            status: 403,
            code: Some("ACCESS_FAILED".into()),
            message: "No.".into(),
            details: vec![pingone::fault::Detail {
                code: Some("INSUFFICIENT_PERMISSIONS".into()),
                target: None,
                message: "Not authorized.".into(),
            }],
            correlation_id: Some("9c1d".into()),
        });
        assert_eq!(
            words(&fault).as_deref(),
            Some(
                "403 ACCESS_FAILED \"No.\"; INSUFFICIENT_PERMISSIONS \"Not authorized.\". Correlation-Id 9c1d"
            )
        );
        for (id, expected) in [(Some("9c1d"), "200: x Correlation-Id 9c1d"), (None, "200: x")] {
            let bad = pingone::fault::BadAnswer {
                status: 200,
                correlation_id: id.map(str::to_owned),
                problem: "x".into(),
            };
            assert_eq!(
                words(&Fault::WrongShape(bad)).as_deref(),
                Some(expected),
                "nothing is concluded from its absence"
            );
        }
    }
}
