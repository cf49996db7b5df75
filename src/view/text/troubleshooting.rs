//! Why something doesn't work: causes, what to do, who can do it, and what was seen.

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

/// The region's name.
pub const NAME: &str = "Troubleshooting";
/// What the list holds.
pub const CHECKS: &str = "What was checked";
/// Beside it.
pub const READS_ONLY: &str = "reads only, nothing written";
/// A part.
pub const TO_DO: &str = "What to do";
/// A part.
pub const WHO: &str = "Who can do it";
/// A part, beside a role that is missing.
pub const JUST_GRANTED: &str = "Just granted?";
/// What is said of it.
pub const ARRIVING: &str = "Roles can take a few minutes to arrive.";
/// A part.
pub const OR_ELSE: &str = "Or else";
/// The button.
pub const COPY_REQUEST: &str = "Copy request";
/// The button.
pub const COPY_TICKET: &str = "Copy for a ticket";
/// The button.
pub const EVERYTHING: &str = "Check everything";
/// The button.
pub const WHY_NOT_ASKED: &str = "Why isn't this person asked?";
/// The button.
pub const CLOSE: &str = "Close checks";
/// Of a change that nobody has operation.
pub const NEVER_WRITTEN: &str = "shows with the first change; nothing is written to find out";
/// While it looks.
pub const SEARCHING: &str = "Checking …";
/// Of everything that can be read.
pub const HEALTHY: &str = "Nothing that can be read stands in the way. Whether this token may change MFA shows with the first change.";
/// Over the checks before anything was found.
pub const HEALTH: &str = "Everything that can be checked without changing anything.";
/// Over the checks of somebody who isn't asked.
pub const NOT_ASKED: &str = "Why this person isn't asked for a second factor.";

/// What the points are.
pub fn point(point: u8) -> String {
    format!("Point {point} of PingOne's tutorial")
}

/// The button that does something about it.
pub fn next(next: &NextStep, label: impl Fn(&RegionCode) -> String) -> String {
    match next {
        NextStep::TryAgain => super::fault::TRY_AGAIN.into(),
        NextStep::ReplaceToken => super::band::REPLACE.into(),
        NextStep::UseRegion(code) => super::connect::take_region(&label(code)),
        NextStep::UseEnvironment(_) => "Use the application's own environment".into(),
    }
}

/// The word for how a check came out.
pub const fn verdict(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Pass => "pass",
        Verdict::Fail => "fail",
        Verdict::Unknown => "unknown",
        Verdict::NotRun => "not run",
    }
}

/// What is checked.
pub const fn check(check: Check) -> &'static str {
    match check {
        Check::Environment => "Environment",
        Check::OwnEnvironment => "Token's environment",
        Check::ReadUsers => "May list users",
        Check::ReadFlag => "May read a flag",
        Check::ChangeFlag => "May change a flag",
        Check::Role => "Role",
        Check::Scope => "Role's reach",
        Check::Propagation => "Role has arrived",
        Check::User => "User",
        Check::Token => "Authorization",
        Check::Expiry => "Expiry",
        Check::Clock => "Clock",
        Check::Region => "Region",
        Check::Host => "Network",
        Check::Answers => "Answers",
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
        Check::HostPage => "Page around",
        Check::Deployment => "Deployment",
        Check::Page => "This page",
    }
}

/// A permission, in PingOne's words.
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

/// What is wrong, in one sentence.
pub fn cause(locale: &dyn Locale, cause: Cause) -> String {
    match cause {
        Cause::TokenUnusable(fault) => super::paste_fault(fault),
        Cause::RoleMissing(missing) => {
            format!("The token's holder lacks a role that contains \"{}\" here.", permission(missing))
        }
        Cause::OthersChanged(users) => others_changed(&locale.number(users)),
        other => plain_cause(other).into(),
    }
}

fn others_changed(users: &str) -> String {
    let users = if users == "1" { "1 other user".into() } else { format!("{users} other users") };
    format!("PingOne changed {users} in this run, so token and role are right. It refuses only some users.")
}

const fn plain_cause(cause: Cause) -> &'static str {
    match cause {
        Cause::TokenUnusable(_) => "What was pasted is no access token.",
        Cause::TokenForgotten => "There is no token any more.",
        Cause::TokenExpired => "The token has ended.",
        Cause::ClockWrong => {
            "This computer's clock and PingOne's disagree: the token has likely ended by PingOne's."
        }
        Cause::AudienceElsewhere => "The token is for another API, not for PingOne's.",
        Cause::EndUserToken => "The token is a user's own: it reaches that user's record alone.",
        Cause::TokenRefused => {
            "PingOne doesn't take this token: it is cut, altered, or signed with a key that PingOne doesn't know."
        }
        Cause::RegionMissing => "The token doesn't name its region, and none is chosen.",
        Cause::RegionElsewhere => "The token was issued in another region than the one that is asked.",
        Cause::EnvironmentNotNamed => "No environment is named.",
        Cause::EnvironmentUnreadable => "The environment ID is no UUID.",
        Cause::EnvironmentMissing => "There is no environment with this ID in this region.",
        Cause::EnvironmentSuspect => "The user may live in another environment.",
        Cause::NoRole => "The token's holder has no role in this environment.",
        Cause::RoleMissing(_) => "A role is missing.",
        Cause::OthersChanged(_) => "PingOne refuses only some users, and changed others in this run.",
        Cause::RoleArriving => "The role was given a moment ago and had not arrived. It works now.",
        Cause::ScopeTooNarrow => "The role is limited to some populations, and this user is in another.",
        Cause::RoleLost => {
            "What this token could do before, it no longer can: the role seems to have been taken away."
        }
        Cause::UserUnreadable => "The user ID is no UUID.",
        Cause::UserMissing => "There is no user with this ID in this environment.",
        Cause::PathUnknown => "The address of the API is wrong: PingOne's gateway doesn't know it.",
        Cause::LicenseExceeded => "The license of this environment doesn't cover it.",
        Cause::MfaMissing => "MFA is not among the services of this environment.",
        Cause::PingIdDecides => "PingID is in use: it decides who is asked, and not this flag.",
        Cause::Offline => "This computer seems to be offline.",
        Cause::HostUnreachable => "PingOne's host can't be reached from here.",
        Cause::PolicyForbids => "This page's own security policy doesn't let the browser ask PingOne.",
        Cause::PreflightRefused => {
            "The browser isn't given permission to ask with a token: plain requests get through, and requests with the Authorization header don't."
        }
        Cause::AnswerUnreadable => {
            "PingOne's host is reached, but its answer may not be read. A limit, an error of PingOne and a blocked request without permission headers look the same from here."
        }
        Cause::ConnectionLost => "The connection ends before the answer does.",
        Cause::NoAnswer => "The request leaves, and no answer comes in time.",
        Cause::Intermediary => "Something between this browser and PingOne answers in its place.",
        Cause::RateLimited => "PingOne limits the requests of this license.",
        Cause::ServiceFailing => "PingOne itself fails.",
        Cause::OneRecordFailing => "PingOne fails for this record or page alone; others work.",
        Cause::Temporary => "It failed, and worked when it was asked again.",
        Cause::RequestRefused => "PingOne refuses the request itself. That shouldn't happen.",
        Cause::AnswerUnknown => "The answer is damaged, or has a shape that this page doesn't know.",
        Cause::ListInconsistent => "The pages of PingOne's list contradict each other.",
        Cause::NotStored => "This browser doesn't store what a run does.",
        Cause::StorageSilent => "This browser's storage doesn't answer.",
        Cause::LockSilent => "This browser doesn't say whether another of its tabs runs something here.",
        Cause::HostRefused => "The page around this one doesn't permit the change.",
        Cause::DeploymentForbids => "This deployment doesn't permit the change.",
        Cause::Internal => "This page has a defect. PingOne isn't the cause.",
        Cause::AccountUnusable => {
            "The account is disabled or locked, so nobody gets as far as a second factor."
        }
        Cause::FlagOff => "MFA is off for this user.",
        Cause::Bypassed => "A bypass runs.",
        Cause::NoDevice => "MFA is on, but there is no device that could answer.",
        Cause::PolicyDecides => "Flag, devices and bypass are as they should be. Nothing seems to ask.",
    }
}

/// What to do about it.
pub fn to_do(cause: Cause) -> String {
    match cause {
        Cause::TokenUnusable(_)
        | Cause::TokenForgotten
        | Cause::TokenExpired
        | Cause::TokenRefused
        | Cause::AudienceElsewhere => format!("Get a new one: {}", super::connect::TOKEN_SOURCE),
        Cause::RoleMissing(missing) => role_to_ask_for(missing),
        other => plain_to_do(other).into(),
    }
}

fn role_to_ask_for(missing: Permission) -> String {
    let roles: Vec<&str> =
        Role::ALL.iter().filter(|role| role.has(missing)).map(|role| role.name()).collect();
    let hint = if Role::EnvironmentAdmin.has(missing) {
        ""
    } else {
        " Environment Admin hasn't, although PingOne's tutorial says so."
    };
    let verb = if roles.len() == 1 { "has" } else { "have" };
    format!(
        "Ask for a role that contains \"{}\": {} {verb} it.{hint}",
        permission(missing),
        roles.join(" and ")
    )
}

const fn plain_to_do(cause: Cause) -> &'static str {
    match cause {
        Cause::ClockWrong => "Set this computer's clock, and get a new token.",
        Cause::EndUserToken => "Use the token of a worker application, or sign in as an administrator.",
        Cause::RegionMissing | Cause::RegionElsewhere => {
            "Take the region of your PingOne console's address (.com, .ca, .eu, .com.au, .sg, .asia)."
        }
        Cause::EnvironmentNotNamed | Cause::EnvironmentUnreadable | Cause::EnvironmentMissing => {
            "Compare the environment ID with PingOne's console: Settings, Environment Properties. It is not always the one that issued the token."
        }
        Cause::EnvironmentSuspect => "Compare the environment ID with the one that the user was created in.",
        Cause::NoRole => {
            "Compare the environment ID. If it is right, ask for the role Identity Data Admin in this environment."
        }
        Cause::RoleArriving | Cause::Temporary => "Try again.",
        Cause::ScopeTooNarrow => {
            "Ask for the role Identity Data Admin in the user's population, or in the whole environment."
        }
        Cause::OthersChanged(_) => {
            "Compare a refused user with one that was changed, for example population and administrator roles. Then retry; if PingOne refuses again, give its support the copied request."
        }
        Cause::RoleLost => "Ask whether the role Identity Data Admin was taken away, and for it back.",
        Cause::UserUnreadable | Cause::UserMissing => {
            "Compare the user ID: it is the one that creating the user answered. The user may have been deleted."
        }
        Cause::PathUnknown => "Correct apiBase in config.json: it ends in /v1, once.",
        Cause::LicenseExceeded => "Compare the license with the number of users, or have it extended.",
        Cause::MfaMissing => "Have PingOne MFA added to the environment's services.",
        Cause::PingIdDecides => "Look at PingID's own settings and policies.",
        Cause::Offline => "Go online and try again. Nothing is lost.",
        Cause::HostUnreachable => {
            "Have PingOne's host permitted: DNS, a certificate, a firewall, a VPN or a browser extension keeps it away. The browser doesn't say which."
        }
        Cause::PolicyForbids => {
            "Have the page's Content-Security-Policy name the address of PingOne's API in connect-src. The guide for hosts has the whole policy."
        }
        Cause::PreflightRefused => {
            "Have OPTIONS requests and the Authorization header permitted on the way to PingOne's host."
        }
        Cause::AnswerUnreadable => {
            "Wait a minute and try again. If it stays, a VPN, a proxy or a browser extension may cut or block the request."
        }
        Cause::ConnectionLost => {
            "Try again. If it stays, a VPN, a proxy or a browser extension may block or cut requests."
        }
        Cause::NoAnswer => "Try again in a few minutes, and look at PingOne's status page.",
        Cause::Intermediary => {
            "Sign in to your network if it asks for that; otherwise have PingOne's host permitted by the proxy."
        }
        Cause::RateLimited => "Wait a little. Other clients of the same license share its limit.",
        Cause::ServiceFailing => {
            "Look at PingOne's status page. If it names no incident, try again in a few minutes."
        }
        Cause::OneRecordFailing => "Leave this record out, and give PingOne's support the copied request.",
        Cause::RequestRefused | Cause::AnswerUnknown | Cause::ListInconsistent => {
            "PingOne and this page disagree about the API. Please report it."
        }
        Cause::NotStored => "Leave the private window, permit site data, or make room on the disk.",
        Cause::StorageSilent => {
            "Close other tabs of this page and try again. If it stays, restart the browser: a full or failing disk, or an extension, may hold its storage up."
        }
        Cause::LockSilent => "Close other tabs of this page and try again. If it stays, restart the browser.",
        Cause::HostRefused => "Ask whoever runs that page: it decides which changes are made here.",
        Cause::DeploymentForbids => {
            "Ask the administrators of this page: its config.json decides which users are changed here."
        }
        Cause::Internal => "Try again. Please report it, with the build number and what you did.",
        Cause::AccountUnusable => "Enable or unlock the account in PingOne's console.",
        Cause::FlagOff => "Turn MFA on.",
        Cause::Bypassed => {
            "Wait until it ends, or end it in PingOne's console: Services, Authentication, Resume."
        }
        Cause::NoDevice => "Have the person pair a device, or pair one for them.",
        Cause::PolicyDecides => {
            "Look at the sign-on policies and DaVinci flows of the application: this page doesn't read them."
        }
        Cause::TokenUnusable(_)
        | Cause::TokenForgotten
        | Cause::TokenExpired
        | Cause::TokenRefused
        | Cause::AudienceElsewhere
        | Cause::RoleMissing(_) => "",
    }
}

/// Who can do it.
pub fn who(who: Responsible, environment: Option<&str>) -> String {
    let of = environment.map(|name| format!(" of {name}")).unwrap_or_default();
    match who {
        Responsible::You => "You.".into(),
        Responsible::Time => "Nobody: it takes time.".into(),
        Responsible::EnvironmentAdmin => format!("An Environment Admin{of}."),
        Responsible::LicenseHolder => "Whoever looks after your organization's PingOne license.".into(),
        Responsible::PolicyAdmin => format!("Whoever looks after the sign-on policies{of}."),
        Responsible::NetworkAdmin => "Whoever runs your network or its proxy.".into(),
        Responsible::Deployer => "Whoever has put this page where it is.".into(),
        Responsible::PingSupport => "PingOne's support. It asks for the time of the request, and for its Correlation-Id if this page shows one.".into(),
        Responsible::Makers => "The makers of this page.".into(),
    }
}

/// Whether there is somebody to write to.
pub const fn is_somebody_elses(who: Responsible) -> bool {
    !matches!(who, Responsible::You | Responsible::Time)
}

/// What was seen, in words.
pub fn seen(
    locale: &dyn Locale,
    seen: &Seen,
    now: Timestamp,
    label: impl Fn(&RegionCode) -> String,
) -> String {
    match seen {
        Seen::Nothing => String::new(),
        Seen::Input(input) => input_fault(*input),
        Seen::Fault(fault) => answered(fault),
        Seen::Environment { name, kind } => format!("{name} exists, {}", super::kind(kind)),
        Seen::OwnEnvironment(true) => "the one that issued the token; yours may be another".into(),
        Seen::OwnEnvironment(false) => {
            "another than the one that issued the token; roles may reach across".into()
        }
        Seen::Users(Some(1)) => "1 user can be seen".into(),
        Seen::Users(Some(count)) => format!("{} users can be seen", locale.number(*count)),
        Seen::Users(None) => "users can be seen".into(),
        Seen::Flag(on) => format!("read: {}", if *on { "on" } else { "off" }),
        Seen::Changed => "PingOne took changes with this token".into(),
        Seen::ChangedOthers(1) => "1 other user was changed in this run".into(),
        Seen::ChangedOthers(users) => {
            format!("{} other users were changed in this run", locale.number(*users))
        }
        Seen::Roles(roles) => roles_seen(roles),
        Seen::OutOfReach => "others can be reached, this user can't".into(),
        Seen::Repeated { works: true, .. } => "refused at first, and works now".into(),
        Seen::Repeated { times, works: false } => {
            format!(
                "asked again {}, still refused",
                if *times == 1 { "once".into() } else { format!("{times} times") }
            )
        }
        Seen::Account(account) => format!("exists, account {}", super::account(*account)),
        Seen::Audience(audience) if audience.is_empty() => {
            "Bearer {token}; it doesn't say which API it is for".into()
        }
        Seen::Audience(audience) => format!("Bearer {{token}}, a token for {}", audience.join(", ")),
        Seen::EndUser => "Bearer {token}, a user's own token (scopes p1:…)".into(),
        Seen::Ends(end) => format!("ends: {}", super::ends(locale, *end, now)),
        Seen::Begins(ahead) => format!(
            "the token begins {} from now: this computer's clock is behind",
            super::remaining(Timestamp(*ahead), Timestamp(0))
        ),
        Seen::EndsSoon(end) => format!(
            "{} left by this computer's clock, and PingOne says it has ended",
            super::remaining(*end, now)
        ),
        Seen::Region(Some(code)) => format!("issued in {}, asked elsewhere", label(code)),
        Seen::Region(None) => "issued where it is asked, by the token's own claims".into(),
        Seen::RegionNotStated => "the token doesn't say where it was issued".into(),
        Seen::Reach(reach) => reached(*reach),
        Seen::Answered => "PingOne answered".into(),
        Seen::OthersWork => "fails for this one; others work".into(),
        Seen::Product(Some(true)) => "among the environment's services".into(),
        Seen::Product(Some(false)) => "not among the environment's services".into(),
        Seen::Product(None) => "PingOne doesn't say which services there are".into(),
        Seen::Devices { all: 0, .. } | Seen::Bypass(None) => "none".into(),
        Seen::Devices { all, usable, pingid } => {
            let pingid = if *pingid > 0 { format!(", {pingid} of PingID") } else { String::new() };
            format!("{usable} usable of {all}{pingid}")
        }
        Seen::Bypass(Some(until)) => super::question::until(locale, *until, now),
        Seen::NotReadHere => "not read by this page".into(),
        Seen::Storage(why) => why.to_string(),
        Seen::LocksSilent => "no answer from the browser's locks".into(),
        Seen::NotPermitted => "it was asked, and said no".into(),
    }
}

fn input_fault(input: InputFault) -> String {
    match input {
        InputFault::Paste(fault) => super::paste_fault(fault),
        InputFault::RegionMissing => super::connect::NO_REGION.into(),
        InputFault::RegionElsewhere => plain_cause(Cause::RegionElsewhere).into(),
        InputFault::EnvironmentMissing => super::connect::NO_ENVIRONMENT.into(),
        InputFault::EnvironmentUnreadable => super::connect::BAD_ENVIRONMENT.into(),
        InputFault::UserUnreadable => super::connect::BAD_USER.into(),
    }
}

fn roles_seen(roles: &[Role]) -> String {
    if roles.is_empty() {
        return "no built-in role alone would explain these answers".into();
    }
    format!("the answers fit {}", names(roles, " or "))
}

fn reached(reach: Reach) -> String {
    if !reach.is_online {
        return "the browser says that it is offline".into();
    }
    let page = if reach.page {
        "the page's own server answers"
    } else {
        "the page's own server doesn't answer either"
    };
    match (reach.host, reach.readable) {
        (PlainResult::Forbidden, _) => {
            "the browser refuses to ask PingOne's host: connect-src of the page's policy doesn't name it"
                .into()
        }
        (PlainResult::Unanswered, _) => format!("no connection to PingOne's host; {page}"),
        (PlainResult::Answered, Some(status)) => {
            format!("a plain request got through and was answered with {status}")
        }
        (PlainResult::Answered, None) => {
            "a plain request got through, so you are online; its answer may not be read".into()
        }
    }
}

/// An answer as short as it is exact.
fn answered(fault: &Fault) -> String {
    match fault.refusal() {
        Some(refusal) => format!("PingOne answered {}", codes(refusal)),
        None => super::fault(fault),
    }
}

/// Status and codes. Only what looks like a code is taken: the rest is PingOne's words, and may name somebody.
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

/// Where something is asked, for a text that leaves the page.
pub struct Place<'a> {
    /// The environment, if it was read.
    pub environment: Option<&'a Environment>,
    /// What the region is called.
    pub region: Option<&'a str>,
    /// Whether this page may change anything, and needs a role for that.
    pub may_change: bool,
}

/// A text to forward to whoever can do something about it: at most eight lines, without a token and without anybody's name
/// but the application's or person's ID.
pub fn request(evidence: &Evidence, cause: Cause, place: &Place<'_>) -> String {
    let what = match cause.missing() {
        Some(_) => needed(cause, place.may_change),
        None => format!("Please: {}", to_do(cause)),
    };
    let actor = evidence.token.as_ref().map(|token| format!("Acts: {}", full_actor(&token.actor)));
    let environment = place.environment.map_or_else(
        || evidence.environment_id.map(|id| format!("Environment: {id}")),
        |environment| {
            Some(format!(
                "Environment: {}, {}, {}",
                environment.name,
                super::kind(&environment.kind),
                environment.id
            ))
        },
    );
    let region = place.region.map(|region| format!("Region: {region}"));
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

/// All permissions that the page needs, and not only the one that was refused first: the next one would be refused next.
fn needed(cause: Cause, may_change: bool) -> String {
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
        "{first} Needed in all: {}. Roles with all of them: {}. Optional: {}.",
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
    // Whatever is no id doesn't leave the page under its name.
    let id =
        id.filter(|id| id.len() <= 64 && id.bytes().all(|byte| byte.is_ascii_hexdigit() || byte == b'-'));
    let status = fault.refusal().map_or_else(|| super::fault(fault), codes);
    (
        Some(format!("Failed: {}: {status}", tried(*operation))),
        Some(format!("When: {}", at.to_rfc3339())),
        id.map(|id| format!("Correlation-Id: {id}")),
    )
}

/// What was operation, as PingOne's documentation writes it.
const fn tried(operation: Operation) -> &'static str {
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

    fn written(evidence: &Evidence, cause: Cause) -> String {
        let (id, kind) = (EnvironmentId(id(1)), EnvironmentKind::Production);
        let environment = Environment { id, name: "Workforce\nEvil: line".into(), kind };
        request(
            evidence,
            cause,
            &Place { environment: Some(&environment), region: Some("Europe"), may_change: true },
        )
    }

    #[test]
    fn a_request_says_all_that_is_needed_in_eight_lines() {
        let text = written(&refused("ACCESS_FAILED"), Cause::RoleMissing(Permission::UpdateMfa));
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
    fn a_request_asks_for_all_that_the_page_needs_whatever_was_refused_first() {
        for cause in [
            Cause::RoleMissing(Permission::ReadUsers),
            Cause::RoleMissing(Permission::ReadReport),
            Cause::NoRole,
            Cause::RoleLost,
            Cause::ScopeTooNarrow,
        ] {
            let text = written(&refused("ACCESS_FAILED"), cause);
            for needed in Permission::needed(true) {
                assert!(
                    text.contains(&format!("\"{}\"", permission(needed))),
                    "{needed:?} is missing in:\n{text}"
                );
            }
            assert!(text.contains("Roles with all of them: Identity Data Admin."), "{text}");
        }
        let place = Place { environment: None, region: None, may_change: false };
        let text = request(&refused("ACCESS_FAILED"), Cause::RoleMissing(Permission::ReadUsers), &place);
        assert!(!text.contains("Update user's"), "a page that changes nothing asks for reads alone:\n{text}");
        assert!(text.contains("Identity Data Admin or Identity Data Read Only"), "{text}");
    }

    #[test]
    fn a_request_has_no_token_and_names_nobody_whatever_was_answered() {
        for code in ["ACCESS_FAILED", TOKEN, "jonas.brandt", ""] {
            for cause in
                [Cause::RoleMissing(Permission::UpdateMfa), Cause::ScopeTooNarrow, Cause::ServiceFailing]
            {
                let text = written(&refused(code), cause);
                for secret in ["eyJ", "dXJl", "jonas", &id(7).to_string()] {
                    assert!(!text.contains(secret), "{secret} is in:\n{text}");
                }
                assert!(text.lines().count() <= 8, "{text}");
            }
        }
    }

    #[test]
    fn every_cause_says_what_to_do_in_one_sentence_or_few() {
        for fault in [Fault::Unreachable, Fault::TokenForgotten, Fault::Internal("x")] {
            for cause in [Cause::of(Operation::Connect, &fault), Cause::of(Operation::ReadUsers, &fault)] {
                assert!(!to_do(cause).is_empty() && !plain_cause(cause).is_empty(), "{cause:?}");
            }
        }
        assert!(to_do(Cause::RoleMissing(Permission::UpdateMfa)).contains("Environment Admin hasn't"));
        assert!(!to_do(Cause::RoleMissing(Permission::ReadSettings)).contains("hasn't"));
    }
}
