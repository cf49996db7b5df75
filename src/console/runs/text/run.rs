//! Texts of a run: in progress, paused and finished.

use pingone_mfa_core::ports::Locale;
use pingone_mfa_core::run::reason::Reason;
use pingone_mfa_core::run::row::{RowCounts, RowState};

use pingone_mfa_core::run::engine::PauseReason;

/// Announced when a run starts.
pub fn started(users: &str, is_new: bool) -> String {
    if is_new { format!("Run started: {users} users.") } else { format!("Run continued: {users} users.") }
}

/// Announced at every tenth.
pub fn at(percent: u32, done: &str) -> String {
    format!("{percent} percent, {done} done.")
}

/// Why a run is paused, in one sentence.
pub fn pause_reason(reason: &PauseReason) -> String {
    match reason {
        PauseReason::ByPerson => "Paused.".into(),
        PauseReason::PilotUser => {
            "Pilot user changed. Check that they can sign in, then continue.".into()
        },
        PauseReason::Step => "Paused as planned. Continue when you are ready.".into(),
        PauseReason::Token => "Paused: token needed. Nothing is lost.".into(),
        PauseReason::Refused(_) => {
            "Paused: 20 users in a row were refused. Your role may have been removed.".into()
        }
        PauseReason::Failing { .. } => {
            "Paused: every request to PingOne fails. The page retries within a minute and continues automatically.".into()
        }
        PauseReason::AnotherWriter => "Paused: someone else is changing these users.".into(),
        PauseReason::HandedOver => "Paused: this run was saved for another computer.".into(),
        PauseReason::NotStored(fault) => super::fault(fault),
    }
}

/// Paused as planned.
pub fn paused_after(done: &str) -> String {
    format!("Paused after {done} users.")
}

/// Shown while users can't be read.
pub const CHECKS_FAIL: &str = "Paused: the users can't be checked.";

/// What is known about another writer that changes the same users, and what to do.
pub fn another_writer(seen: &str, already: u32, users: &str, left: &str, to: bool) -> String {
    let state = if to { "on" } else { "off" };
    let found = match already {
        0 => format!("None of the remaining users had MFA {state} when they were checked again."),
        1 => format!(
            "1 of the remaining users had MFA {state} already when they were checked again, and is skipped."
        ),
        _ => format!(
            "{users} of the remaining users had MFA {state} already when they were checked again, and are skipped."
        ),
    };
    format!(
        "At {seen} a user already had MFA {state} right before this run was to change it. Another tab, another computer, a script or another administrator may be working on the same users. {found} Make sure that only one of you continues: {left} users remaining. From now on every user is checked right before the change."
    )
}

/// The same after the run has finished.
pub fn another_writer_was_seen(since: &str) -> String {
    format!(
        "Someone else was changing the same users, from {since} on at the latest. Users counted as changed may have been changed by both. PingOne's audit log shows each change."
    )
}

/// Shown while the remaining users are checked because of another writer.
pub fn checking_for_another_writer(left: &str) -> String {
    format!(
        "Someone else is changing these users. Checking the remaining users again: {left} left. No changes are made until then."
    )
}

/// Shown while the remaining users are checked in a run that was saved for another computer.
pub fn checking_after_hand_over(left: &str) -> String {
    format!(
        "Checking the remaining users before continuing here: {left} left. No changes are made until then."
    )
}

/// What happens if a run that was saved for another computer is continued here.
pub fn handed_over(left: &str) -> String {
    format!(
        "If it is continued there, don't continue it here: both computers would change the same users, and each report would count changes of the other. If you continue on this computer, the {left} remaining users are checked first; users who were changed in the meantime are skipped."
    )
}

/// Continues a run although it was saved for another computer.
pub const CONTINUE_HERE: &str = "Continue on this computer";

/// Announced when a run has finished.
pub fn ended(locale: &dyn Locale, tally: RowCounts, is_stopped: bool) -> String {
    let changed = locale.number(u64::from(tally.of(RowState::Changed)));
    let failed = [RowState::Failed, RowState::Refused, RowState::Unconfirmed].map(|state| tally.of(state));
    let failed = locale.number(failed.into_iter().map(u64::from).sum());
    let word = if is_stopped { "Stopped" } else { "Finished" };
    format!("{word}: {changed} changed, {failed} failed.")
}

pub const NAME: &str = "Run";
pub const PROGRESS: &str = "Run progress";
pub const PAUSE: &str = "Pause";
pub const RESUME: &str = "Resume";
pub const STOP: &str = "Stop";
/// Continues a paused or stored run.
pub fn continue_with(count: u32, users: &str) -> String {
    format!("Continue with {users} {}", users_or_one(count))
}

/// Continues a run without its planned pauses.
pub fn continue_with_all(users: &str) -> String {
    format!("Continue with all {users} users")
}

pub(super) const fn users_or_one(count: u32) -> &'static str {
    if count == 1 { "user" } else { "users" }
}

/// Retries at once.
pub const TRY_NOW: &str = "Try now";
/// Shown before the first PUT.
pub const STARTING: &str = "Storing the plan in this browser. Nothing was sent yet.";
pub const NOT_STARTED: &str = "The run was not started. Nothing was sent.";
/// Shown if the run is in progress in another tab.
pub const ELSEWHERE: &str = "A run in this environment is working in another tab of this browser.";
pub const TAKE_OVER: &str = "Take it over here";
/// Shown while requests in progress are awaited.
pub const STOPPING: &str =
    "Stopping. Waiting for the responses to requests already sent; no new ones are sent.";
/// Shown if the browser has no locks.
pub const BLIND: &str =
    "This browser can't tell whether another of its tabs is working on a run. Use only one tab.";
/// Shown without a clock worker, or with a silent one.
pub const SLOW_HIDDEN: &str = "Keep this tab visible: without its clock worker, the browser slows the run down while the tab is hidden.";
/// Reads what the users not verified yet have now.
pub const VERIFY: &str = "Verify now";
/// Ends the verification.
pub const SKIP_VERIFICATION: &str = "Skip verification";
pub const SAVE_REPORT: &str = "Save report";
pub const IDS_ONLY: &str = "User IDs only";
pub const WITH_NAMES: &str = "With usernames: contains personal data";

/// What a report contains, and its format.
pub const fn report_file(as_json: bool, with_names: bool) -> &'static str {
    match (as_json, with_names) {
        (false, false) => "CSV, user IDs only",
        (false, true) => "CSV, with usernames: personal data",
        (true, false) => "JSON, user IDs only",
        (true, true) => "JSON, with usernames: personal data",
    }
}

/// The list of skipped users as a file.
pub const fn skipped_file(with_names: bool) -> &'static str {
    if with_names { "Skipped users, with usernames: personal data" } else { "Skipped users, user IDs only" }
}

/// Saves the list of skipped users.
pub const SAVE: &str = "Save";

/// The same button for a screen reader.
pub fn save_skipped(count: u64, users: &str) -> String {
    format!("Save list of {users} skipped {}", if count == 1 { "user" } else { "users" })
}

/// The users that the run skipped, and the reasons.
pub fn skipped(counts: &str) -> String {
    format!("Skipped: {counts}.")
}

/// Opens what is said about a finished run beside its numbers.
pub const DETAILS: &str = "Details";
pub const AUTHORITY: &str = "PingOne's audit log shows every change.";
/// Shown if a token is needed.
pub fn needs_token(signs_in: bool) -> String {
    let how = if signs_in {
        "Sign in again, or choose Replace token in the menu Token"
    } else {
        "Choose Replace token in the menu Token and paste the next one"
    };
    format!(
        "{how}: the run continues automatically. If the token belongs to someone else, the report says from which row on. You can also close this page and continue the run later."
    )
}
/// Saves a paused run.
pub const SAVE_FILE: &str = "Save run file";
pub const SAVE_FILE_MEANING: &str = "Hand over to another computer. The file has user IDs, no token.";

/// What is changed, and for how many users.
pub fn title(to: bool, count: u32, users: &str) -> String {
    format!("{} MFA for {users} {}", if to { "Enabling" } else { "Disabling" }, users_or_one(count))
}

/// What was changed, and for how many users.
pub fn title_after(to: bool, count: u32, users: &str) -> String {
    format!("MFA {} for {users} {}", if to { "enabled" } else { "disabled" }, users_or_one(count))
}

/// What identifies the run, and what is said of its times.
pub fn facts(number: &str, reference: &str, time: &str) -> String {
    let reference = if reference.is_empty() { String::new() } else { format!(" · {reference}") };
    format!("{number}{reference} · {time}")
}

pub fn started_at(time: &str) -> String {
    format!("started {time}")
}

pub fn ended_at(time: &str, is_stopped: bool) -> String {
    format!("{} {time}", if is_stopped { "stopped" } else { "finished" })
}

/// The label of the users that are still to be changed.
pub fn to_go(ready: Option<&str>, will_pause_again: bool) -> String {
    let waits = if will_pause_again { " plus the time it waits for you" } else { "" };
    ready.map_or_else(|| "to go".to_owned(), |at| format!("to go, finishes about {at}{waits}"))
}

/// The label of the changed users of a run that is over.
pub fn verified(changed: u32, verified: u32, users: &str) -> String {
    match verified {
        _ if verified == changed => "changed and verified".to_owned(),
        0 => "changed".to_owned(),
        _ => format!("changed, {users} verified"),
    }
}

pub const NOT_CHANGED: &str = "refused or failed";
pub const BEING_CHECKED: &str = "response lost, being checked";
pub const NOT_TOUCHED: &str = "not touched";

/// The label of the skipped users, with the reason where it is one for all.
pub fn skipped_for(reason: Option<&str>) -> String {
    reason.map_or_else(|| "skipped".to_owned(), |reason| format!("skipped, {reason}"))
}

/// What a stop left.
pub fn stopped(changed: (u32, &str), left: (u32, &str)) -> String {
    let kept = if changed.0 == 1 { "change is" } else { "changes are" };
    let were = if left.0 == 1 { "user was" } else { "users were" };
    format!("Stopped. {} {kept} kept. {} {were} not touched.", changed.1, left.1)
}

/// Throughput, in tenths of users per second, if it can be measured already.
pub fn pace(tenths: Option<u64>, ceiling: &str) -> String {
    const SHARED: &str = "PingOne's limit is shared by all environments of the license.";
    match tenths {
        Some(tenths) => format!(
            "{} users a second ({} requests, limit {ceiling}). {SHARED}",
            tenth(tenths),
            tenth(tenths * 2)
        ),
        None => format!("At most {ceiling} requests a second. {SHARED}"),
    }
}

/// Opens the choice of the highest request rate.
pub const CHANGE_SPEED: &str = "Change speed";

pub fn speed(requests: &str) -> String {
    format!("{requests} requests a second")
}

fn tenth(tenths: u64) -> String {
    format!("{}.{}", tenths / 10, tenths % 10)
}

/// How often PingOne slowed the run down.
pub fn slowed(times: u32, last: &str) -> String {
    match times {
        1 => format!("PingOne slowed this run once, at {last}."),
        2 => format!("PingOne slowed this run twice, last at {last}."),
        times => format!("PingOne slowed this run {times} times, last at {last}."),
    }
}

/// Shown while the remaining users are checked again.
pub fn reading_again(left: &str) -> String {
    format!("Re-checking the remaining users before continuing: {left} left. No changes are made until then.")
}

/// When the remaining users were checked again in a run that others may have continued, and the result.
pub fn checked_again(to: bool, time: &str, already: u32, users: &str) -> String {
    format!("Checked again at {time}. {}", by_now(to, u64::from(already), users))
}

/// When the remaining users were checked again, and the result.
pub fn read_again(to: bool, time: &str, already: u32, users: &str) -> String {
    format!("Checked again at {time}, because the run had waited. {}", by_now(to, u64::from(already), users))
}

/// How many of the remaining users need no change any more.
pub fn by_now(to: bool, already: u64, users: &str) -> String {
    let state = if to { "on" } else { "off" };
    match already {
        0 => format!("None of the remaining users had MFA turned {state} in the meantime."),
        1 => format!("1 of the remaining users is already {state} and needs no change."),
        _ => format!("{users} of the remaining users are already {state} and need no change."),
    }
}

/// What a row state means, in a sentence.
pub const fn meaning(state: RowState) -> &'static str {
    match state {
        RowState::Waiting => "Nothing was sent for these users yet.",
        RowState::Sending => "Sent; the response isn't in yet.",
        RowState::Changed => "PingOne confirmed the change.",
        RowState::AlreadySet => "They had this value before anything was sent.",
        RowState::Refused => "PingOne refused the change. MFA is as it was.",
        RowState::Failed => "The change failed. MFA is not known to have changed.",
        RowState::Unconfirmed => {
            "The change was sent, but the response was lost. A later read decides what MFA is now."
        }
        RowState::Gone => "The users no longer exist.",
        RowState::ChangedBySomeoneElse => "Changed, and a later read found another value.",
    }
}

/// Shown while changes are verified.
pub fn reading_back(left: &str) -> String {
    format!("Every change was answered. Verifying what the users have now: {left} to go.")
}

/// The number of changes that were not verified.
pub fn unread(count: usize, users: &str) -> String {
    format!("{users} {} not yet verified.", if count == 1 { "user is" } else { "users are" })
}

/// Heading of the reasons why users were not changed.
pub const REASONS: &str = "Not changed, and why";
/// Button that starts a diagnosis.
pub const WHY: &str = "Why?";

/// A reason, and how many users it affected.
pub fn reason(reason: &Reason, to: bool, users: &str) -> String {
    let what = match (reason.status, &reason.code) {
        (0, _) => "no response".to_owned(),
        (status @ 1..400, _) => format!("a response that could not be used, {status}"),
        (status, None) => status.to_string(),
        (status, Some(code)) => format!("{status} {code}"),
    };
    format!("{users} {}: {what}", super::mfa_change::state(reason.state, to))
}

/// The same button for a screen reader.
pub fn why(reason: &str) -> String {
    format!("{WHY} {reason}")
}

/// Users whose reasons are not listed separately.
pub fn other_reasons(users: &str) -> String {
    format!("{users} for other reasons, which the report lists.")
}

/// Users that a retry may help.
pub fn retry(users: &str) -> String {
    format!("Retry {users}")
}

/// Users that need a role first.
pub fn needs_role(count: u32, users: &str) -> String {
    let were = if count == 1 { "was refused and needs" } else { "were refused and need" };
    format!("{users} {were} a role or a license. Once that is granted, they can be retried.")
}

/// Retries them, together with those that a retry may fix anyway.
pub fn retry_granted(others: u32, all: &str) -> String {
    if others > 0 { format!("Retry all {all}, including refused") } else { format!("Retry {all} refused") }
}

/// Button that undoes the run.
pub fn undo(to: bool, count: u32, users: &str) -> String {
    let verb = if to { "disable" } else { "enable" };
    format!("Undo: {verb} MFA for {users} {}", users_or_one(count))
}

/// What that button shows.
pub const UNDO: &str = "Undo…";

/// How long the undo is offered.
pub fn undo_until(time: &str) -> String {
    format!(
        "Undo is available until {time}. It opens a review; only users who still have the value are changed."
    )
}

/// The computer was asleep.
pub fn slept(from: &str, until: &str) -> String {
    format!(
        "This computer slept from {from} to {until}. Requests in flight at that time are checked; the run continues."
    )
}

/// The token expires before the run ends.
pub fn token_ends(left: &str, signs_in: bool) -> String {
    let how = if signs_in {
        "sign in again, or choose Replace token in the menu Token"
    } else {
        "choose Replace token in the menu Token"
    };
    format!("Your token expires in {left}. You can replace it now: {how}.")
}
