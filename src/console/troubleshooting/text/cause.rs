//! The causes of a failure, and what to do about each.

use pingone::role::{Permission, Role};
use pingone_mfa_core::diagnosis::cause::Cause;
use pingone_mfa_core::ports::Locale;

use crate::console::troubleshooting::text::{TOKEN_SOURCE, paste_fault, permission};

/// The cause as one or two sentences.
pub fn cause(locale: &dyn Locale, cause: Cause) -> String {
    match cause {
        Cause::TokenUnusable(fault) => paste_fault(fault),
        Cause::RoleMissing(missing) => {
            format!("This token doesn't have the \"{}\" permission in this environment.", permission(missing))
        }
        Cause::OthersChanged(users) => others_changed(users, &locale.number(users)),
        other => plain_cause(other).into(),
    }
}

fn others_changed(count: u64, users: &str) -> String {
    let users = if count == 1 { "1 other user".into() } else { format!("{users} other users") };
    format!(
        "PingOne changed {users} in this run, so token and role are sufficient. It refuses only some users."
    )
}

pub(super) const fn plain_cause(cause: Cause) -> &'static str {
    match cause {
        Cause::TokenUnusable(_) => "This isn't an access token.",
        Cause::TokenForgotten => "This page no longer has a token.",
        Cause::TokenExpired => "The token has expired.",
        Cause::ClockWrong => {
            "This computer's clock and PingOne's disagree: the token has probably expired by PingOne's."
        }
        Cause::AudienceElsewhere => "The token is for another API, not PingOne's.",
        Cause::EndUserToken => "This is a user's own token. It gives access only to that user's record.",
        Cause::TokenRefused => {
            "PingOne doesn't accept this token: it is cut off, altered, or signed with a key that PingOne doesn't know."
        }
        Cause::RegionMissing => "The token doesn't name its region, and no region is selected.",
        Cause::RegionElsewhere => "The token was issued in a different region from the selected one.",
        Cause::EnvironmentNotNamed => "No environment ID is given.",
        Cause::EnvironmentUnreadable => "The environment ID isn't a UUID.",
        Cause::EnvironmentMissing => "There is no environment with this ID in this region.",
        Cause::EnvironmentSuspect => "The user may be in a different environment.",
        Cause::NoRole => "This token doesn't have a role in this environment.",
        Cause::RoleMissing(_) => "A role is missing.",
        Cause::OthersChanged(_) => "PingOne refuses only some users. It changed others in this run.",
        Cause::RoleArriving => "The role was just assigned and hadn't taken effect. It works now.",
        Cause::ScopeTooNarrow => "The role is limited to some populations, and this user is in another.",
        Cause::RoleLost => {
            "This token can no longer do what it could do before: its role seems to have been removed."
        }
        Cause::UserUnreadable => "The user ID isn't a UUID.",
        Cause::UserMissing => "There is no user with this ID in this environment.",
        Cause::PathUnknown => "The API address is wrong: PingOne's gateway doesn't know it.",
        Cause::LicenseExceeded => "This environment's license doesn't cover the request.",
        Cause::MfaMissing => "PingOne MFA isn't among the services of this environment.",
        Cause::PingIdDecides => "PingID is in use: it decides which users are asked for MFA, not this flag.",
        Cause::Offline => "This computer seems to be offline.",
        Cause::HostUnreachable => "This computer can't reach PingOne's host.",
        Cause::PolicyForbids => "This page's own security policy blocks requests to PingOne.",
        Cause::PreflightRefused => {
            "The browser isn't allowed to send requests with a token: plain requests get through, but requests with the Authorization header don't."
        }
        Cause::AnswerUnreadable => {
            "PingOne's host can be reached, but this page can't read its response. A rate limit, an error in PingOne and a blocked request look the same without CORS headers."
        }
        Cause::ConnectionLost => "The connection closes before the response is complete.",
        Cause::NoAnswer => "The request is sent, but times out without a response.",
        Cause::Intermediary => "Something between this browser and PingOne responds instead of PingOne.",
        Cause::RateLimited => "PingOne limits the request rate of this license.",
        Cause::ServiceFailing => "PingOne itself is failing.",
        Cause::OneRecordFailing => "PingOne fails only for this record or page. Others work.",
        Cause::Temporary => "The request failed, and succeeded when it was retried.",
        Cause::RequestRefused => "PingOne refuses the request itself. This shouldn't happen.",
        Cause::AnswerUnknown => "The response is damaged, or has a format that this page doesn't know.",
        Cause::ListInconsistent => "The pages of PingOne's list contradict each other.",
        Cause::NotStored => "This browser can't store the state of a run.",
        Cause::StorageSilent => "This browser's storage doesn't respond.",
        Cause::LockSilent => "This browser doesn't say whether a run is active in another of its tabs.",
        Cause::HostRefused => "The portal doesn't permit the change.",
        Cause::DeploymentForbids => "This deployment doesn't allow the change.",
        Cause::Internal => "This page has a defect. PingOne isn't the cause.",
        Cause::AccountUnusable => {
            "The account is disabled or locked, so sign-in stops before a second factor."
        }
        Cause::FlagOff => "MFA is off for this user.",
        Cause::Bypassed => "An MFA bypass is active.",
        Cause::NoDevice => "MFA is on, but the user has no active device.",
        Cause::PolicyDecides => {
            "The flag, devices and bypass are as they should be. No policy seems to ask for MFA."
        }
    }
}

pub fn to_do(cause: Cause) -> String {
    match cause {
        Cause::TokenUnusable(_)
        | Cause::TokenForgotten
        | Cause::TokenExpired
        | Cause::TokenRefused
        | Cause::AudienceElsewhere => format!("Get a new token: {TOKEN_SOURCE}"),
        Cause::RoleMissing(missing) => role_to_ask_for(missing),
        other => plain_to_do(other).into(),
    }
}

fn role_to_ask_for(missing: Permission) -> String {
    let roles: Vec<&str> =
        Role::ALL.iter().filter(|role| role.has(missing)).map(|role| role.name()).collect();
    let hint =
        if Role::EnvironmentAdmin.has(missing) { "" } else { " Environment Admin doesn't include it." };
    let verb = if roles.len() == 1 { "includes" } else { "include" };
    format!(
        "Ask for a role that includes \"{}\": {} {verb} it.{hint}",
        permission(missing),
        roles.join(" and ")
    )
}

const fn plain_to_do(cause: Cause) -> &'static str {
    match cause {
        Cause::ClockWrong => "Correct this computer's clock, and get a new token.",
        Cause::EndUserToken => "Use the token of a worker application, or sign in as an administrator.",
        Cause::RegionMissing | Cause::RegionElsewhere => {
            "Select the region of your PingOne console's address (.com, .ca, .eu, .com.au, .sg, .asia)."
        }
        Cause::EnvironmentNotNamed | Cause::EnvironmentUnreadable | Cause::EnvironmentMissing => {
            "Compare the environment ID with PingOne's console: Settings, Environment Properties. It isn't always the environment that issued the token."
        }
        Cause::EnvironmentSuspect => {
            "Compare the environment ID with that of the environment in which the user was created."
        }
        Cause::NoRole => {
            "Check the environment ID. If it is correct, ask for the role Identity Data Admin in this environment."
        }
        Cause::RoleArriving | Cause::Temporary => "Try again.",
        Cause::ScopeTooNarrow => {
            "Ask for the role Identity Data Admin in the user's population, or in the whole environment."
        }
        Cause::OthersChanged(_) => {
            "Compare a refused user with a changed one, for example their populations and administrator roles. Then retry. If PingOne refuses again, send the copied request to PingOne's support."
        }
        Cause::RoleLost => {
            "Ask whether the role Identity Data Admin was removed, and have it assigned again."
        }
        Cause::UserUnreadable | Cause::UserMissing => {
            "Compare the user ID with the one that PingOne returned when the user was created. The user may have been deleted."
        }
        Cause::PathUnknown => "Correct apiBase in config.json: it must end in /v1, only once.",
        Cause::LicenseExceeded => "Compare the license with the number of users, or have it extended.",
        Cause::MfaMissing => "Have PingOne MFA added to the environment's services.",
        Cause::PingIdDecides => "Check PingID's own settings and policies.",
        Cause::Offline => "Go online and try again. Nothing is lost.",
        Cause::HostUnreachable => {
            "Have PingOne's host allowed: DNS, a certificate, a firewall, a VPN or a browser extension blocks it. The browser doesn't say which."
        }
        Cause::PolicyForbids => {
            "Add the address of PingOne's API to connect-src in the page's Content-Security-Policy. The guide for hosts has the whole policy."
        }
        Cause::PreflightRefused => {
            "Have OPTIONS requests and the Authorization header allowed between this browser and PingOne's host."
        }
        Cause::AnswerUnreadable => {
            "Wait a minute and try again. If the problem persists, a VPN, a proxy or a browser extension may cut off or block the request."
        }
        Cause::ConnectionLost => {
            "Try again. If the problem persists, a VPN, a proxy or a browser extension may block or cut off requests."
        }
        Cause::NoAnswer => "Try again in a few minutes, and check PingOne's status page.",
        Cause::Intermediary => {
            "If your network asks you to sign in, do that. Otherwise, have the proxy allow PingOne's host."
        }
        Cause::RateLimited => "Wait a moment. Other clients of the same license share its limit.",
        Cause::ServiceFailing => {
            "Check PingOne's status page. If it shows no incident, try again in a few minutes."
        }
        Cause::OneRecordFailing => "Skip this record, and send the copied request to PingOne's support.",
        Cause::RequestRefused | Cause::AnswerUnknown | Cause::ListInconsistent => {
            "This page doesn't match PingOne's API. Please report this."
        }
        Cause::NotStored => "Leave the private window, allow site data, or free up disk space.",
        Cause::StorageSilent => {
            "Close other tabs of this page and try again. If the problem persists, restart the browser: a full or failing disk, or an extension, may block its storage."
        }
        Cause::LockSilent => {
            "Close other tabs of this page and try again. If the problem persists, restart the browser."
        }
        Cause::HostRefused => {
            "Ask the administrators of the portal: it decides which changes are allowed here."
        }
        Cause::DeploymentForbids => {
            "Ask the administrators of this page: its config.json decides which users can be changed here."
        }
        Cause::Internal => "Try again. Please report it, with the build number and what you did.",
        Cause::AccountUnusable => "Enable or unlock the account in PingOne's console.",
        Cause::FlagOff => "Enable MFA.",
        Cause::Bypassed => {
            "Wait until it expires, or end it in PingOne's console: Services, Authentication, Resume."
        }
        Cause::NoDevice => "Ask the user to pair a device, or pair one for them.",
        Cause::PolicyDecides => {
            "Check the application's sign-on policies and DaVinci flows: this page doesn't read them."
        }
        Cause::TokenUnusable(_)
        | Cause::TokenForgotten
        | Cause::TokenExpired
        | Cause::TokenRefused
        | Cause::AudienceElsewhere
        | Cause::RoleMissing(_) => "",
    }
}
