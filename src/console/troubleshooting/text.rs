//! Texts of troubleshooting: the causes of a failure, what to do, who can do it, what was checked and what was seen;
//! and the text of a copied request.

pub mod fault_card;

pub use crate::connect::text::{
    BAD_ENVIRONMENT, BAD_USER, NO_ENVIRONMENT, NO_REGION, TOKEN_SOURCE, paste_fault, take_region,
};
pub use crate::console::text::top_bar;
pub use crate::console::users::text::disable_dialog;
pub use crate::text::{TRY_AGAIN, account, expires, fault, kind, remaining, words};

use pingone::environment::Environment;
use pingone::fault::{Fault, Refusal};
use pingone::region::RegionCode;
use pingone::role::{Permission, Role};
use pingone::time::Timestamp;
use pingone::token::Actor;
use pingone_mfa_core::diagnosis::cause::{Cause, NextStep, Responsible};
use pingone_mfa_core::diagnosis::check::{Check, Seen, Verdict};
use pingone_mfa_core::diagnosis::evidence::{Evidence, InputFault, Operation, PlainResult, Reach, Symptom};
use pingone_mfa_core::ports::Locale;

pub const NAME: &str = "Troubleshooting";
pub const CHECKS: &str = "What was checked";
/// Above the checks.
pub const READS_ONLY: &str = "Checks only read; they never change anything.";
pub const TO_DO: &str = "What to do";
pub const WHO: &str = "Who can do it";
/// The second cause, if the first is a missing role.
pub const JUST_ASSIGNED: &str = "Just assigned?";
pub const NEW_ROLES_TAKE_TIME: &str = "New roles can take a few minutes to take effect.";
pub const OR_ELSE: &str = "Other possible cause";
pub const COPY_REQUEST: &str = "Copy request";
pub const COPY_TICKET: &str = "Copy for a ticket";
pub const CHECK: &str = "Check";
/// What [`CHECK`] does.
pub const CHECK_MEANING: &str = "Run all checks. They only read.";
pub const SHOW_CHECKS: &str = "Show checks";
pub const HIDE_CHECKS: &str = "Hide checks";
pub const WHY_NO_PROMPT: &str = "Why isn't this user asked for a second factor?";
pub const CLOSE: &str = "Close checks";
/// Of the permission to change MFA, if no change was sent yet.
pub const NOT_WRITTEN: &str = "known after the first change; a check never changes anything";
pub const CHECKING: &str = "Checking …";
/// If no check failed. Checks only read.
pub const HEALTHY: &str = "The checks found no problem. The first change shows whether this token may change MFA: checks only read.";
/// Title of the checks that run without a failure.
pub const ALL_CHECKS: &str = "All checks";
/// Title of the checks of a user who isn't asked for MFA.
pub const NO_PROMPT: &str = "Why this user isn't asked for a second factor";

/// Tooltip of a check's number.
pub fn point(point: u8) -> String {
    format!("Point {point} of PingOne's tutorial")
}

/// Label of the button for the next step.
pub fn next(next: &NextStep, label: impl Fn(&RegionCode) -> String) -> String {
    match next {
        NextStep::TryAgain => TRY_AGAIN.into(),
        NextStep::ReplaceToken => top_bar::REPLACE.into(),
        NextStep::UseRegion(code) => take_region(&label(code)),
        NextStep::UseEnvironment(_) => "Use the application's own environment".into(),
    }
}

pub const fn verdict(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Pass => "pass",
        Verdict::Fail => "fail",
        Verdict::Unknown => "unknown",
        Verdict::NotRun => "not run",
    }
}

pub const fn check(check: Check) -> &'static str {
    match check {
        Check::Environment => "Environment",
        Check::OwnEnvironment => "Token's environment",
        Check::ReadUsers => "May list users",
        Check::ReadFlag => "May read a flag",
        Check::ChangeFlag => "May change a flag",
        Check::Role => "Role",
        Check::Scope => "Role scope",
        Check::Propagation => "Role in effect",
        Check::User => "User",
        Check::Token => "Authorization",
        Check::Expiry => "Expiry",
        Check::Clock => "Clock",
        Check::Region => "Region",
        Check::Host => "Network",
        Check::Answers => "Responses",
        Check::Limit => "Rate limit",
        Check::Service => "PingOne",
        Check::License => "License",
        Check::MfaProduct => "MFA product",
        Check::PingId => "PingID",
        Check::Account => "Account",
        Check::Flag => "MFA flag",
        Check::Bypass => "Bypass",
        Check::Device => "Devices",
        Check::Policy => "Sign-on policies",
        Check::Storage => "Storage",
        Check::HostPage => "Host page",
        Check::Deployment => "Deployment",
        Check::Page => "This page",
    }
}

/// A permission, as PingOne names it.
pub const fn permission(permission: Permission) -> &'static str {
    match permission {
        Permission::ReadEnvironment => "Read environments",
        Permission::ReadPopulations => "Read populations",
        Permission::ReadGroups => "Read groups",
        Permission::ReadSettings => "Retrieve MFA settings",
        Permission::ReadUsers => "Read users",
        Permission::ReadDevices => "Retrieve user's device",
        Permission::ReadReport => "Create data exploration",
        Permission::UpdateMfa => "Update user's mfaEnabled status",
    }
}

/// The cause as one or two sentences.
pub fn cause(locale: &dyn Locale, cause: Cause) -> String {
    match cause {
        Cause::TokenUnusable(fault) => paste_fault(fault),
        Cause::RoleMissing(missing) => {
            format!("This token doesn't have the \"{}\" permission in this environment.", permission(missing))
        }
        Cause::OthersChanged(users) => others_changed(&locale.number(users)),
        other => plain_cause(other).into(),
    }
}

fn others_changed(users: &str) -> String {
    let users = if users == "1" { "1 other user".into() } else { format!("{users} other users") };
    format!(
        "PingOne changed {users} in this run, so token and role are sufficient. It refuses only some users."
    )
}

const fn plain_cause(cause: Cause) -> &'static str {
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
        Cause::HostRefused => "The host page doesn't allow the change.",
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
            "Ask the administrators of the host page: it decides which changes are allowed here."
        }
        Cause::DeploymentForbids => {
            "Ask the administrators of this page: its config.json decides which users can be changed here."
        }
        Cause::Internal => "Try again. Please report it, with the build number and what you did.",
        Cause::AccountUnusable => "Enable or unlock the account in PingOne's console.",
        Cause::FlagOff => "Turn MFA on.",
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

/// The answer to [`WHO`].
pub fn who(responsible: Responsible, environment: Option<&str>) -> String {
    let of = environment.map(|name| format!(" of {name}")).unwrap_or_default();
    match responsible {
        Responsible::You => "You.".into(),
        Responsible::Time => "No action needed: it resolves itself after some time.".into(),
        Responsible::EnvironmentAdmin => format!("An Environment Admin{of}."),
        Responsible::LicenseHolder => "The person responsible for your organization's PingOne license.".into(),
        Responsible::PolicyAdmin => format!("The administrator of the sign-on policies{of}."),
        Responsible::NetworkAdmin => "The administrator of your network or its proxy.".into(),
        Responsible::Deployer => "Whoever deployed this page.".into(),
        Responsible::PingSupport => "PingOne's support. They ask for the time of the request, and for its Correlation-Id if this page shows one.".into(),
        Responsible::Makers => "The developers of this page.".into(),
    }
}

/// Whether a request can be sent to another person or team.
pub const fn has_recipient(responsible: Responsible) -> bool {
    !matches!(responsible, Responsible::You | Responsible::Time)
}

/// What a check saw.
pub fn seen(
    locale: &dyn Locale,
    seen: &Seen,
    now: Timestamp,
    label: impl Fn(&RegionCode) -> String,
) -> String {
    match seen {
        Seen::Nothing => String::new(),
        Seen::Input(input) => input_fault(*input),
        Seen::Fault(fault) => status_and_codes(fault),
        Seen::Environment { name, kind } => format!("{name} exists, {}", self::kind(kind)),
        Seen::OwnEnvironment(true) => {
            "the environment that issued the token; yours may be a different one".into()
        }
        Seen::OwnEnvironment(false) => {
            "a different environment from the one that issued the token; roles can apply across environments"
                .into()
        }
        Seen::Users(Some(1)) => "1 user can be seen".into(),
        Seen::Users(Some(count)) => format!("{} users can be seen", locale.number(*count)),
        Seen::Users(None) => "users can be seen".into(),
        Seen::Flag(on) => format!("read: {}", if *on { "on" } else { "off" }),
        Seen::Changed => "PingOne accepted changes with this token".into(),
        Seen::ChangedOthers(1) => "1 other user was changed in this run".into(),
        Seen::ChangedOthers(users) => {
            format!("{} other users were changed in this run", locale.number(*users))
        }
        Seen::Roles(roles) => roles_seen(roles),
        Seen::OutOfReach => "the role covers other users, but not this one".into(),
        Seen::Repeated { works: true, .. } => "refused at first, works now".into(),
        Seen::Repeated { times, works: false } => {
            format!(
                "retried {}, still refused",
                if *times == 1 { "once".into() } else { format!("{times} times") }
            )
        }
        Seen::Account(account) => format!("exists, account {}", self::account(*account)),
        Seen::Audience(audience) if audience.is_empty() => {
            "Bearer {token}; the token doesn't say which API it is for".into()
        }
        Seen::Audience(audience) => format!("Bearer {{token}}, a token for {}", audience.join(", ")),
        Seen::EndUser => "Bearer {token}, a user's own token (scopes p1:…)".into(),
        Seen::Ends(end) => expires(locale, *end, now),
        Seen::Begins(ahead) => format!(
            "the token was issued {} in the future by this computer's clock: the clock is behind",
            remaining(Timestamp(*ahead), Timestamp(0))
        ),
        Seen::EndsSoon(end) => format!(
            "expires in {} by this computer's clock, but PingOne says that it has expired",
            remaining(*end, now)
        ),
        Seen::Region(Some(code)) => format!("issued in {}, but another region is selected", label(code)),
        Seen::Region(None) => "issued in the selected region, by the token's own claims".into(),
        Seen::RegionNotStated => "the token doesn't say where it was issued".into(),
        Seen::Reach(reach) => reachability(*reach),
        Seen::Answered => "PingOne responded".into(),
        Seen::OthersWork => "only this request fails; others work".into(),
        Seen::Product(Some(true)) => "among the environment's services".into(),
        Seen::Product(Some(false)) => "not among the environment's services".into(),
        Seen::Product(None) => "PingOne doesn't say which services the environment has".into(),
        Seen::Devices { all: 0, .. } | Seen::Bypass(None) => "none".into(),
        Seen::Devices { all, usable, pingid } => {
            let pingid = if *pingid > 0 { format!(", {pingid} from PingID") } else { String::new() };
            format!("{usable} active of {all}{pingid}")
        }
        Seen::Bypass(Some(until)) => disable_dialog::until(locale, *until, now),
        Seen::NotReadHere => "not read by this page".into(),
        Seen::Storage(why) => why.to_string(),
        Seen::LocksSilent => "the browser's lock manager doesn't respond".into(),
        Seen::NotPermitted => "the host page refused the change".into(),
    }
}

fn input_fault(input: InputFault) -> String {
    match input {
        InputFault::Paste(fault) => paste_fault(fault),
        InputFault::RegionMissing => NO_REGION.into(),
        InputFault::RegionElsewhere => plain_cause(Cause::RegionElsewhere).into(),
        InputFault::EnvironmentMissing => NO_ENVIRONMENT.into(),
        InputFault::EnvironmentUnreadable => BAD_ENVIRONMENT.into(),
        InputFault::UserUnreadable => BAD_USER.into(),
    }
}

fn roles_seen(roles: &[Role]) -> String {
    if roles.is_empty() {
        return "no single built-in role explains these responses".into();
    }
    format!("likely role: {}", names(roles, " or "))
}

fn reachability(reach: Reach) -> String {
    if !reach.is_online {
        return "the browser reports that it is offline".into();
    }
    let page = if reach.page {
        "the page's own server responds"
    } else {
        "the page's own server doesn't respond either"
    };
    match (reach.host, reach.readable) {
        (PlainResult::Forbidden, _) => {
            "the browser blocks requests to PingOne's host: connect-src of the page's policy doesn't name it"
                .into()
        }
        (PlainResult::Unanswered, _) => format!("no connection to PingOne's host; {page}"),
        (PlainResult::Answered, Some(status)) => {
            format!("a plain request got through and returned {status}")
        }
        (PlainResult::Answered, None) => {
            "a plain request got through, so you are online; the page can't read its response".into()
        }
    }
}

/// The fault in brief: status and codes if PingOne refused, otherwise a sentence.
fn status_and_codes(fault: &Fault) -> String {
    match fault.refusal() {
        Some(refusal) => format!("PingOne returned {}", codes(refusal)),
        None => self::fault(fault),
    }
}

/// The status and codes of a refusal. Only text that looks like a code is included: PingOne's messages may contain
/// personal data.
fn codes(refusal: &Refusal) -> String {
    let is_code = |code: &&str| {
        !code.is_empty()
            && code.len() <= 40
            && code.bytes().all(|byte| byte.is_ascii_uppercase() || byte == b'_')
    };
    let all = refusal.code.iter().chain(refusal.details.iter().filter_map(|detail| detail.code.as_ref()));
    let codes: Vec<&str> = all.map(String::as_str).filter(is_code).collect();
    if codes.is_empty() {
        refusal.status.to_string()
    } else {
        format!("{} {}", refusal.status, codes.join(" "))
    }
}

/// What a copied request says besides the evidence.
pub struct RequestContext<'a> {
    /// `None` if it wasn't read.
    pub environment: Option<&'a Environment>,
    /// The region's label.
    pub region: Option<&'a str>,
    /// Whether this page may change MFA, and so needs the permission for it.
    pub may_change: bool,
}

/// A text to forward to the person or team that can fix the cause. It has at most eight lines and contains no token and
/// no personal data except the ID of the application or person that the token belongs to.
pub fn request(evidence: &Evidence, cause: Cause, context: &RequestContext<'_>) -> String {
    let what = match cause.missing() {
        Some(_) => permissions_needed(cause, context.may_change),
        None => format!("Please: {}", to_do(cause)),
    };
    let actor = evidence.token.as_ref().map(|token| format!("Requested for: {}", full_actor(&token.actor)));
    let environment = context.environment.map_or_else(
        || evidence.environment_id.map(|id| format!("Environment: {id}")),
        |environment| {
            Some(format!(
                "Environment: {}, {}, {}",
                environment.name,
                kind(&environment.kind),
                environment.id
            ))
        },
    );
    let region = context.region.map(|region| format!("Region: {region}"));
    let (failed, at, correlation) = failure(evidence);
    let lines = [
        Some(format!("PingOne MFA: {}", short_cause(cause))),
        actor,
        environment,
        region,
        Some(what),
        failed,
        at,
        correlation,
    ];
    lines.into_iter().flatten().map(|line| line.replace(['\n', '\r'], " ")).collect::<Vec<_>>().join("\n")
}

/// All permissions that the page needs, not only the refused one: with that one alone, the next request would be
/// refused.
fn permissions_needed(cause: Cause, may_change: bool) -> String {
    let first = match cause {
        Cause::RoleMissing(missing) => format!("Missing: \"{}\".", permission(missing)),
        other => format!("Please: {}", to_do(other)),
    };
    let all = Permission::needed(may_change);
    let quoted: Vec<String> = all.iter().map(|needed| format!("\"{}\"", permission(*needed))).collect();
    let optional: Vec<String> = Permission::optional(may_change)
        .into_iter()
        .map(|optional| {
            format!("\"{}\" ({})", permission(optional), names(&Role::with_all(&[optional]), " or "))
        })
        .collect();
    format!(
        "{first} All permissions needed: {}. Roles with all of them: {}. Optional: {}.",
        quoted.join(", "),
        names(&Role::with_all(&all), " or "),
        optional.join(", ")
    )
}

fn names(roles: &[Role], joined_by: &str) -> String {
    roles.iter().map(|role| role.name()).collect::<Vec<_>>().join(joined_by)
}

fn short_cause(cause: Cause) -> String {
    match cause {
        Cause::RoleMissing(missing) => format!("a role with \"{}\" is missing.", permission(missing)),
        other => plain_cause(other).into(),
    }
}

fn failure(evidence: &Evidence) -> (Option<String>, Option<String>, Option<String>) {
    let Symptom::Failed { operation, fault, at } = &evidence.symptom else {
        return (None, Some(format!("When: {}", evidence.now.to_rfc3339())), None);
    };
    let id = match (fault.refusal(), fault.bad_answer()) {
        (Some(refusal), _) => refusal.correlation_id.clone(),
        (None, Some(bad)) => bad.correlation_id.clone(),
        (None, None) => None,
    };
    // A value that isn't an ID may contain anything, and must not leave the page.
    let id =
        id.filter(|id| id.len() <= 64 && id.bytes().all(|byte| byte.is_ascii_hexdigit() || byte == b'-'));
    let status = fault.refusal().map_or_else(|| self::fault(fault), codes);
    (
        Some(format!("Failed: {}: {status}", endpoint(*operation))),
        Some(format!("When: {}", at.to_rfc3339())),
        id.map(|id| format!("Correlation-Id: {id}")),
    )
}

/// The request of an operation, as PingOne's documentation writes it.
const fn endpoint(operation: Operation) -> &'static str {
    match operation {
        Operation::Connect => "GET /environments/{envID}",
        Operation::ReadUsers => "GET /environments/{envID}/users",
        Operation::ReadUser(_) => "GET /environments/{envID}/users/{userID}",
        Operation::ReadFlag(_) => "GET /environments/{envID}/users/{userID}/mfaEnabled",
        Operation::ReadDevices(_) => "GET /environments/{envID}/users/{userID}/devices",
        Operation::FilterUsers => "GET /environments/{envID}/users?filter=…",
        Operation::ReadReport => "POST /environments/{envID}/dataExplorations",
        Operation::ChangeFlag(_) => "PUT /environments/{envID}/users/{userID}/mfaEnabled",
        Operation::AllowBypass(_) => "PUT /environments/{envID}/users/{userID}/bypassMFA",
    }
}

fn full_actor(actor: &Actor) -> String {
    match actor {
        Actor::Application(id) => format!("application {id}"),
        Actor::Person(Some(id)) => format!("person {id}"),
        Actor::Person(None) => "a person".into(),
        Actor::EndUser(_) => "a user's own token".into(),
        Actor::Unknown => "not named by the token".into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use pingone::environment::{EnvironmentId, EnvironmentKind};
    use pingone::fault::Detail;
    use pingone::token::TokenFacts;
    use pingone::user::UserId;

    const TOKEN: &str = "eyJhbGciOiJSUzI1NiJ9.eyJleHAiOjF9.c2lnbmF0dXJl";

    fn id(number: u128) -> uuid::Uuid {
        uuid::Uuid::from_u128(number)
    }

    fn refused(code: &str) -> Evidence {
        let detail = |code: &str, message: String| Detail {
            code: Some(code.into()),
            target: Some("jonas.brandt".into()),
            message,
        };
        let refusal = Refusal {
            status: 403,
            code: Some(code.into()),
            message: format!("jonas.brandt may not, with Bearer {TOKEN}"),
            details: vec![
                detail("INSUFFICIENT_PERMISSIONS", TOKEN.into()),
                detail(TOKEN, "jonas.brandt".into()),
            ],
            correlation_id: Some("9c1d7e02-0000-4000-8000-000000000000".into()),
        };
        let operation = Operation::ChangeFlag(Some(UserId(id(7))));
        let symptom = Symptom::Failed {
            operation,
            fault: Fault::RoleMissing(refusal),
            at: Timestamp(1_795_500_000_000),
        };
        let token = TokenFacts {
            last_four: "dXJl".into(),
            actor: Actor::Application("0b410000-0000-4000-8000-000000000001".into()),
            ..TokenFacts::default()
        };
        Evidence { token: Some(token), ..Evidence::of(symptom, Timestamp(1_795_500_000_000)) }
    }

    fn request_text(evidence: &Evidence, cause: Cause) -> String {
        let (id, kind) = (EnvironmentId(id(1)), EnvironmentKind::Production);
        let environment = Environment { id, name: "Workforce\nEvil: line".into(), kind };
        request(
            evidence,
            cause,
            &RequestContext { environment: Some(&environment), region: Some("Europe"), may_change: true },
        )
    }

    #[test]
    fn a_request_has_everything_needed_in_eight_lines() {
        let text = request_text(&refused("ACCESS_FAILED"), Cause::RoleMissing(Permission::UpdateMfa));
        assert!(text.lines().count() <= 8, "{text}");
        for part in [
            "application 0b410000-0000-4000-8000-000000000001",
            "Workforce",
            "PRODUCTION",
            "Europe",
            "Update user's mfaEnabled status",
            "Identity Data Admin",
            "PUT /environments/{envID}/users/{userID}/mfaEnabled: 403 ACCESS_FAILED INSUFFICIENT_PERMISSIONS",
            "2026-11-24T",
            "Correlation-Id: 9c1d7e02",
        ] {
            assert!(text.contains(part), "{part} is missing in:\n{text}");
        }
    }

    #[test]
    fn a_request_lists_all_needed_permissions_whichever_was_refused() {
        for cause in [
            Cause::RoleMissing(Permission::ReadUsers),
            Cause::RoleMissing(Permission::ReadReport),
            Cause::NoRole,
            Cause::RoleLost,
            Cause::ScopeTooNarrow,
        ] {
            let text = request_text(&refused("ACCESS_FAILED"), cause);
            for needed in Permission::needed(true) {
                assert!(
                    text.contains(&format!("\"{}\"", permission(needed))),
                    "{needed:?} is missing in:\n{text}"
                );
            }
            assert!(text.contains("Roles with all of them: Identity Data Admin."), "{text}");
        }
        let context = RequestContext { environment: None, region: None, may_change: false };
        let text = request(&refused("ACCESS_FAILED"), Cause::RoleMissing(Permission::ReadUsers), &context);
        assert!(
            !text.contains("Update user's"),
            "a page that changes nothing needs only read permissions:\n{text}"
        );
        assert!(text.contains("Identity Data Admin or Identity Data Read Only"), "{text}");
    }

    #[test]
    fn a_request_has_no_token_and_no_personal_data_from_any_response() {
        for code in ["ACCESS_FAILED", TOKEN, "jonas.brandt", ""] {
            for cause in
                [Cause::RoleMissing(Permission::UpdateMfa), Cause::ScopeTooNarrow, Cause::ServiceFailing]
            {
                let text = request_text(&refused(code), cause);
                for secret in ["eyJ", "dXJl", "jonas", &id(7).to_string()] {
                    assert!(!text.contains(secret), "{secret} is in:\n{text}");
                }
                assert!(text.lines().count() <= 8, "{text}");
            }
        }
    }

    #[test]
    fn every_cause_has_a_sentence_and_says_what_to_do() {
        for fault in [Fault::Unreachable, Fault::TokenForgotten, Fault::Internal("x")] {
            for cause in [Cause::of(Operation::Connect, &fault), Cause::of(Operation::ReadUsers, &fault)] {
                assert!(!to_do(cause).is_empty() && !plain_cause(cause).is_empty(), "{cause:?}");
            }
        }
        assert!(
            to_do(Cause::RoleMissing(Permission::UpdateMfa)).contains("Environment Admin doesn't include it")
        );
        assert!(!to_do(Cause::RoleMissing(Permission::ReadSettings)).contains("doesn't include"));
    }
}
