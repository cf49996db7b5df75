//! Texts of a run: in progress, paused and finished.

use pingone::device::Device;
use pingone::fault::Fault;
use pingone_mfa_core::ports::Locale;
use pingone_mfa_core::run::pilot::DeviceComparison;
use pingone_mfa_core::run::reason::Reason;
use pingone_mfa_core::run::row::{RowCounts, RowState};

use crate::console::runs::run::FilteredOut;
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
pub fn halt(halt: &PauseReason) -> String {
    match halt {
        PauseReason::ByPerson => "Paused.".into(),
        PauseReason::PilotUser => "The test user is done. The run waits for you.".into(),
        PauseReason::Step => "As many users as you named are done. The run waits for you.".into(),
        PauseReason::Token => "Paused: token needed. Nothing is lost.".into(),
        PauseReason::Refused(_) => {
            "Stopped by itself: 20 users in a row were refused. Your role may have been removed.".into()
        }
        PauseReason::Failing { .. } => {
            "Paused: PingOne or the network fails for everyone. It is tried again at most once a minute, and goes on by itself.".into()
        }
        PauseReason::AnotherWriter => "Paused: someone else is changing these users.".into(),
        PauseReason::HandedOver => "Paused: this run was saved for another computer.".into(),
        PauseReason::NotStored(fault) => super::fault(fault),
    }
}

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

/// Added to a stored run that was saved for another computer.
pub fn was_handed_over(when: &str) -> String {
    format!(" Saved for another computer at {when}: you will be asked before it continues here.")
}

/// The pilot user's flag after the change.
pub fn tried_flag(flag: &Result<bool, Fault>) -> String {
    match flag {
        Ok(true) => "Read again: MFA is on.".into(),
        Ok(false) => "Read again: MFA is off.".into(),
        Err(fault) => format!("The test user could not be read again. {}", super::fault(fault)),
    }
}

/// What happened to the pilot user's devices, which the change should not affect.
pub fn tried_devices(locale: &dyn Locale, devices: &DeviceComparison) -> String {
    match devices {
        DeviceComparison::Same(0) => "No device before and after.".into(),
        DeviceComparison::Same(1) => "1 device before and after.".into(),
        DeviceComparison::Same(same) => format!("{} devices before and after.", locale.number(*same as u64)),
        DeviceComparison::Differ { before, after, gone, new } => {
            let (before, after) = (locale.number(*before as u64), locale.number(*after as u64));
            let gone = named("Before and no longer", gone);
            let new = named("New", new);
            format!("The devices differ: {before} before, {after} after.{gone}{new}")
        }
        DeviceComparison::NotReadBefore(fault) => {
            format!("The devices could not be read before the change. {}", super::fault(fault))
        }
        DeviceComparison::NotReadAfter(fault) => {
            format!("The devices could not be read after the change. {}", super::fault(fault))
        }
        DeviceComparison::NotKept => {
            "Which devices there were before the change isn't known: the page was left in between.".into()
        }
    }
}

fn named(what: &str, devices: &[Device]) -> String {
    if devices.is_empty() {
        return String::new();
    }
    let devices: Vec<String> = devices.iter().map(device).collect();
    format!(" {what}: {}.", devices.join(", "))
}

fn device(device: &Device) -> String {
    let nickname = device.nickname.as_ref().map(|nickname| format!(" \"{nickname}\""));
    let address = device.address.as_ref().map(|address| format!(" {address}"));
    let state = super::device_state(device.state).map(|state| format!(" ({state})"));
    let rest = [nickname, address, state].into_iter().flatten().collect::<String>();
    format!("{}{rest}", super::device_kind(&device.kind))
}

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
/// What stopping doesn't do.
pub const STAYS: &str = "Changes made stay.";
/// Continues after the pilot user.
pub const GO_ON: &str = "Go on";
/// Retries at once.
pub const TRY_NOW: &str = "Try now";
/// Shown before the first PUT.
pub const STARTING: &str = "The plan is being stored in this browser. Nothing was sent yet.";
pub const NOT_STARTED: &str = "The run was not started. Nothing was sent.";
/// Shown if the run is in progress in another tab.
pub const ELSEWHERE: &str = "A run in this environment is working in another tab of this browser.";
pub const TAKE_OVER: &str = "Take it over here";
/// Shown while requests in progress are awaited.
pub const STOPPING: &str = "Stopping. What was sent is awaited, nothing more is started.";
/// Shown if the browser has no locks.
pub const BLIND: &str =
    "This browser doesn't say whether another of its tabs runs something here. Keep it to one tab.";
/// Shown without a clock worker, or with a silent one.
pub const SLOW_HIDDEN: &str = "Keep this tab visible: without its clock worker, the browser slows the run down while the tab is hidden.";
/// Continues a stored run.
pub const CONTINUE: &str = "Continue";
/// Deletes a stored run.
pub const DISCARD: &str = "Discard";
/// Shows a stored run that has finished.
pub const LOOK: &str = "Show";
/// Checks users whose result is unknown.
pub const CHECK: &str = "Check now";
/// Ends a paused read-back.
pub const LEAVE_UNREAD: &str = "Leave them unread";
/// Removes the run from the screen.
pub const CLOSE: &str = "Close";
pub const SAVE_REPORT: &str = "Save report";
pub const IDS_ONLY: &str = "User IDs only";
pub const WITH_NAMES: &str = "With usernames: contains personal data";
pub const CSV: &str = "CSV";
pub const JSON: &str = "JSON";
pub const REPORT: &str = "Report";
/// The users that the run left out, and the reasons.
pub fn left_out(counts: &str) -> String {
    format!("Left out: {counts}.")
}

pub const AUTHORITY: &str = "PingOne's audit log is the authority.";
/// Shown if a token is needed.
pub fn needs_token(signs_in: bool) -> String {
    let how = if signs_in {
        "Sign in again, or press Replace token above"
    } else {
        "Press Replace token above and paste the next one"
    };
    format!(
        "{how}: the run goes on by itself. If the token belongs to someone else, the report says from which row on. Not now? Close this page: it will offer to continue."
    )
}
/// Saves a paused run.
pub const SAVE_FILE: &str = "Save run file";
pub const SAVE_FILE_MEANING: &str = "Hand over to another computer. The file has user IDs, no token.";
/// Continues a run from a file.
pub const OPEN_FILE: &str = "Continue from a run file …";

/// Why a run file is not accepted.
pub fn not_taken(why: &FilteredOut) -> String {
    match why {
        FilteredOut::Fault(fault) => {
            format!("The run file is not taken: {fault}. Nothing was stored or sent.")
        }
        FilteredOut::Unreadable => "The file could not be read. Nothing was stored or sent.".into(),
        FilteredOut::Silent => format!("{} Nothing was stored or sent.", super::FILE_SILENT),
        FilteredOut::NotListed(why) => format!(
            "Runs that were stored here earlier can't be shown ({why}). One of them may be unfinished: reload the page before you start another."
        ),
        FilteredOut::OtherEnvironment => {
            "The run file is of another environment. Connect to that one. Nothing was stored or sent.".into()
        }
        FilteredOut::HereAlready => {
            "This run is stored in this browser already. Continue it there, or discard it first.".into()
        }
        FilteredOut::WorkingElsewhere => {
            "A run in this environment is working in another tab. Stop it there before you discard one."
                .into()
        }
        FilteredOut::NotStored(fault) => super::fault(fault),
    }
}

/// Heading of the stored runs.
pub const STORED: &str = "Runs stored in this browser";

/// Turning on or off, as an action.
pub fn action(to: bool) -> &'static str {
    if to { "Enable MFA" } else { "Disable MFA" }
}

/// What is changed, and for how many users.
pub fn title(to: bool, users: &str) -> String {
    format!("{} MFA for {users} users", if to { "Enabling" } else { "Disabling" })
}

pub fn title_after(to: bool, users: &str) -> String {
    format!("{} for {users} users", action(to))
}

/// What identifies the run.
pub fn facts(number: &str, reference: &str, time: &str) -> String {
    let reference = if reference.is_empty() { String::new() } else { format!(", {reference}") };
    format!("plan {number}{reference}, started {time}")
}

pub fn done(done: &str, left: &str, ready: Option<&str>, will_pause_again: bool) -> String {
    let waits = if will_pause_again { " plus the time it waits for you" } else { "" };
    let ready = ready.map(|at| format!(", finishes about {at}{waits}")).unwrap_or_default();
    format!("{done} done, {left} to go{ready}.")
}

/// Throughput, in tenths of users per second.
pub fn pace(tenths: u64, ceiling: &str) -> String {
    let requests = tenths * 2;
    let (users, requests) = (tenth(tenths), tenth(requests));
    format!(
        "{users} users a second ({requests} requests, ceiling {ceiling}). PingOne limits requests per license and shares the limit with your other environments."
    )
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
    format!(
        "The run waited for a while. Reading again what the users have who were not changed yet: {left} to go. Until then nothing is changed."
    )
}

/// When the remaining users were checked again in a run that others may have continued, and the result.
pub fn checked_again(to: bool, time: &str, already: u32, users: &str) -> String {
    format!("Checked again at {time}. {}", by_now(to, u64::from(already), users))
}

/// When the remaining users were checked again, and the result.
pub fn read_again(to: bool, time: &str, already: u32, users: &str) -> String {
    format!("Read again at {time}, because the run had waited. {}", by_now(to, u64::from(already), users))
}

/// How many of the remaining users need no change any more.
pub fn by_now(to: bool, already: u64, users: &str) -> String {
    let state = if to { "on" } else { "off" };
    match already {
        0 => format!("Nobody who waits is {state} by now."),
        1 => format!("1 is {state} by now and needs no change."),
        _ => format!("{users} are {state} by now and need no change."),
    }
}

/// The label of a row state in the counts.
pub fn state(state: RowState) -> &'static str {
    state.word()
}

/// What a row state means, in a sentence.
pub fn meaning(state: RowState) -> &'static str {
    match state {
        RowState::Waiting => "Nothing was sent for this user.",
        RowState::Sending => "Sent, and not yet settled.",
        RowState::Changed => "PingOne answered that the flag is what was asked for.",
        RowState::AlreadySet => "It was so before anything was sent.",
        RowState::Refused => "PingOne refused. The flag is what it was.",
        RowState::Failed => "It did not work, and the flag is not known to have changed.",
        RowState::Unconfirmed => "Sent, answer lost. No read could tell what the flag is.",
        RowState::Gone => "The user no longer exists.",
        RowState::ChangedBySomeoneElse => "It was changed, and a later read says that it is different again.",
    }
}

/// Shown while changes are verified.
pub fn reading_back(left: &str) -> String {
    format!("Every change was answered. Reading back what the users have now: {left} to go.")
}

/// The read-back is paused.
pub fn read_back_halted(left: &str) -> String {
    format!("The read-back waits: {left} users were not read back yet.")
}

/// The result in one sentence.
pub fn over(to: bool, time: &str, changed: &str, read_back: &str, left: Option<&str>) -> String {
    let state = if to { "on" } else { "off" };
    let verb = if to { "enabled" } else { "disabled" };
    let begin = match left {
        Some(left) => format!("Stopped at {time}. {left} users were not touched."),
        None => format!("Finished at {time}."),
    };
    format!("{begin} MFA was {verb} for {changed} users; {read_back} were read back and are {state}.")
}

/// The number of changes that were not verified.
pub fn unread(users: &str) -> String {
    format!("{users} users were not read back.")
}

/// Heading of the reasons why users were not changed.
pub const REASONS: &str = "Not changed, and why";
/// Button that starts a diagnosis.
pub const WHY: &str = "Why?";

/// A reason, and how many users it affected.
pub fn reason(reason: &Reason, users: &str) -> String {
    let what = match (reason.status, &reason.code) {
        (0, _) => "no answer".to_owned(),
        (status @ 1..400, _) => format!("an answer that could not be used, {status}"),
        (status, None) => status.to_string(),
        (status, Some(code)) => format!("{status} {code}"),
    };
    format!("{users} {}: {what}", state(reason.state))
}

/// The same button for a screen reader.
pub fn why(reason: &str) -> String {
    format!("{WHY} {reason}")
}

/// Users whose reasons are not listed separately.
pub fn other_reasons(users: &str) -> String {
    format!("{users} for other reasons: the report has them all.")
}

/// Users that a retry may help.
pub fn retry(users: &str) -> String {
    format!("Retry {users}")
}

/// Users that need a role first.
pub fn needs_role(count: u32, users: &str) -> String {
    let were = if count == 1 { "was refused and needs" } else { "were refused and need" };
    format!("{users} {were} a role or a license. Once that is granted, they can be sent again.")
}

/// Retries them, together with those that a retry may fix anyway.
pub fn retry_granted(others: u32, all: &str) -> String {
    let too = if others > 0 { ", the refused too" } else { " who were refused" };
    format!("Retry {all}{too}")
}

/// Button that undoes the run.
pub fn undo(to: bool, users: &str) -> String {
    let verb = if to { "disable" } else { "enable" };
    format!("Undo: {verb} MFA for {users} users")
}

/// How long the undo is offered.
pub fn undo_until(time: &str) -> String {
    format!("Offered until {time}. It opens a review; only users who still hold the value are changed.")
}

/// The computer was asleep.
pub fn slept(from: &str, until: &str) -> String {
    format!("This computer slept from {from} to {until}. What was open is checked; the run goes on.")
}

/// The token expires before the run ends.
pub fn token_ends(left: &str, signs_in: bool) -> String {
    let how =
        if signs_in { "sign in again, or press Replace token above" } else { "press Replace token above" };
    format!("Your token ends in {left}. You can give the next one now: {how}.")
}

/// A stored run that isn't finished.
pub fn unfinished(
    to: bool,
    when: &str,
    number: &str,
    done: &str,
    all: &str,
    by: Option<&str>,
    left: &str,
) -> String {
    let by = by.map(|by| format!(", by {by}")).unwrap_or_default();
    format!(
        "A run of {when} isn't finished: {}, plan {number}, {done} of {all}{by}. Whoever may have been sent something is read first; {left} users are to go.",
        action(to)
    )
}

/// A stored run that has finished.
pub fn finished(to: bool, when: &str, number: &str, changed: &str) -> String {
    format!("{when}: {}, plan {number}, {changed} changed.", action(to))
}

/// A stored run that can't be read.
pub fn damaged(why: &str) -> String {
    format!("A stored run can't be used: {why}. It is never carried out.")
}
