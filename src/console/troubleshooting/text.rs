//! Texts of troubleshooting: the causes of a failure, what to do, who can do it, what was checked and what was seen;
//! and the text of a copied request.

mod cause;
pub mod fault_card;
mod request;

use self::cause::plain_cause;
pub use self::cause::{cause, to_do};
pub use self::request::{RequestContext, request};

pub use crate::connect::text::{
    BAD_ENVIRONMENT, BAD_USER, NO_ENVIRONMENT, NO_REGION, TOKEN_SOURCE, paste_fault, take_region,
};
pub use crate::console::text::{CLOSE, top_bar};
pub use crate::console::users::text::disable_dialog;
pub use crate::console::users::text::table::SEARCH;
pub use crate::text::{TRY_AGAIN, account, expires, fault, kind, remaining, words};

use pingone::fault::{Fault, Refusal};
use pingone::region::RegionCode;
use pingone::role::{Permission, Role};
use pingone::time::Timestamp;
use pingone_mfa_core::diagnosis::cause::{Cause, NextStep, Responsible};
use pingone_mfa_core::diagnosis::check::{Check, Seen, Verdict};
use pingone_mfa_core::diagnosis::evidence::{InputFault, PlainResult, Reach};
use pingone_mfa_core::ports::Locale;

pub const NAME: &str = "Troubleshooting";
pub const CHECKS: &str = "What was checked";
/// Above the checks.
pub const READS_ONLY: &str = "Checks only read; they never change anything.";
pub const TO_DO: &str = "What to do";
pub const WHO: &str = "Who can do it";
/// Instead of [`WHO`], if a role is missing.
pub const WHO_ASSIGNS: &str = "Who can assign it";
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
pub const CLOSE_CHECKS: &str = "Close checks";
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

/// What is asked, and the answer.
pub fn who(cause: Cause, environment: Option<&str>) -> (&'static str, String) {
    let term = if cause.who() == Responsible::EnvironmentAdmin { WHO_ASSIGNS } else { WHO };
    (term, answer_who(cause, environment))
}

fn answer_who(cause: Cause, environment: Option<&str>) -> String {
    let of = environment.map(|name| format!(" of {name}")).unwrap_or_default();
    match cause.who() {
        Responsible::You => "You.".into(),
        Responsible::Time => "No action needed: it resolves itself after some time.".into(),
        Responsible::EnvironmentAdmin => {
            let or = if cause.can_data_admin_assign() { " or an Identity Data Admin" } else { "" };
            format!("An Environment Admin{or}{of}.")
        }
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
        Seen::NotPermitted => "the portal refused the change".into(),
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

fn names(roles: &[Role], joined_by: &str) -> String {
    roles.iter().map(|role| role.name()).collect::<Vec<_>>().join(joined_by)
}
