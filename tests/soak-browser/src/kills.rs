//! Kills the browser during runs (`kill -9`), and continues each run in a new browser from what is stored on disk.

use std::collections::HashSet;
use std::time::Duration;

use pingone::time::Timestamp;
use pingone_mfa_core::run::journal::Restored;
use pingone_mfa_e2e::{Page, World};
use pingone_mfa_testkit::random::Dice;
use pingone_sandbox::server::now;
use pingone_sandbox::{Fault, On, Populations, Rule, Seen};
use tokio::time::sleep;
use uuid::Uuid;

use crate::journal_files::JournalFiles;
use crate::person;
use crate::seeds::{self, Outcome};
use crate::write_log::WriteLog;

/// How many rows may be between intent and outcome.
pub(crate) const WINDOW: usize = 32;

/// The rate limit of writes in requests per second. Each user takes two: preflight and PUT.
const WRITE: u64 = 120;

const MAX_KILLS: u64 = 3;

/// Losses that kills caused.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Losses {
    pub(crate) kills: u64,
    /// Kills before the plan was stored or after the run was closed.
    pub(crate) idle: u64,
    /// Journal entries that the browser had reported as stored.
    pub(crate) acknowledged: usize,
    /// Reported entries that were missing afterwards.
    pub(crate) lost: usize,
    /// Rows that PingOne had answered but that had no outcome in the journal: in total, and the maximum per kill.
    pub(crate) answers_lost: usize,
    pub(crate) most_answers_lost: usize,
    /// Maximum number of rows between intent and outcome.
    pub(crate) most_open: usize,
    /// Open rows that weren't read before the first new write.
    pub(crate) unread: usize,
    /// Rows with an outcome that were written again.
    pub(crate) written_again: usize,
    /// Rows that were written without a stored intent.
    pub(crate) without_intent: usize,
}

impl Losses {
    pub(crate) fn add(&mut self, other: &Self) {
        self.kills += other.kills;
        self.idle += other.idle;
        self.acknowledged += other.acknowledged;
        self.lost += other.lost;
        self.answers_lost += other.answers_lost;
        self.most_answers_lost = self.most_answers_lost.max(other.most_answers_lost);
        self.most_open = self.most_open.max(other.most_open);
        self.unread += other.unread;
        self.written_again += other.written_again;
        self.without_intent += other.without_intent;
    }
}

/// The state of the journal when the next browser started, and the length of the sandbox's request log.
struct JournalState {
    settled: HashSet<Uuid>,
    open: HashSet<Uuid>,
    mark: usize,
}

/// A run whose browser is killed several times.
struct KillTest {
    world: World,
    write_log: WriteLog,
    losses: Losses,
    violations: Vec<String>,
}

/// Plays the run of a seed with at most `most` kills.
pub(crate) async fn play(seed: u64, most: u64) -> (Losses, Outcome, Vec<String>) {
    let mut dice = Dice::new(seed);
    let users = u32::try_from(dice.between(200, 400)).unwrap();
    let mut world = World::seeded(seed, users, Populations::Usual, person::config(WRITE)).await;
    world.renew_browser().await;
    let write_log = WriteLog::begin().await;
    world.release.permit(&write_log.origin);
    person::set_all_users(&world, false);
    let mut kill_test = KillTest { world, write_log, losses: Losses::default(), violations: Vec::new() };
    let since = Timestamp(now().0);
    let page = kill_test.world.open().await;
    kill_test.write_log.watch(&page).await;
    person::connect(&kill_test.world, &page).await;
    kill_test.start(&page).await;
    let page = kill_test.kill(page, users, &mut dice, most.min(MAX_KILLS)).await;
    let file = person::save_report(&kill_test.world, &page).await;
    let (outcome, more_violations) = seeds::judge(&kill_test.world, file, since);
    kill_test.violations.extend(more_violations);
    kill_test.compare_flags();
    (kill_test.losses, outcome, kill_test.violations)
}

impl KillTest {
    fn record_violation(&mut self, what: String) {
        self.violations.push(what);
    }

    /// Starts a run of all users and confirms its pilot user.
    async fn start(&mut self, page: &Page) {
        person::review(&self.world, page, true).await;
        self.inject_lost_answers();
        page.start_reviewed_run().await;
        page.press_beginning("button", "Continue with ").await;
    }

    /// Delays all responses to PUTs, and loses some of them.
    fn inject_lost_answers(&self) {
        let on = On { method: Some("PUT".into()), endpoint: Some("mfaEnabled".into()), ..On::default() };
        let lost =
            Rule { on: on.clone(), share: 0.03, skip: 0, times: None, fault: Fault::Lost { reset: true } };
        let late = Rule { on, share: 1.0, skip: 0, times: None, fault: Fault::Delay { millis: 40 } };
        let mut sandbox = self.world.sandbox();
        sandbox.clear_faults();
        for rule in [lost, late] {
            sandbox.add_fault(rule).expect("a rule that can be meant");
        }
    }

    /// Kills the browser at random times, and continues the run after each kill.
    async fn kill(&mut self, first: Page, users: u32, dice: &mut Dice, most: u64) -> Page {
        let mut page = first;
        let mut left = u64::from(users);
        let mut journal_state: Option<JournalState> = None;
        for _ in 0..dice.between(1, most) {
            // In some cases the run has already been written by then, and is being verified or is finished.
            sleep(Duration::from_millis(dice.between(0, left * 2000 / WRITE * 11 / 10 + 800))).await;
            self.world.kill_browser().await;
            self.losses.kills += 1;
            if let Some(journal_state) = journal_state.take() {
                self.check_sent(&journal_state);
            }
            page = self.world.open().await;
            let journal = JournalFiles::read(&page).await;
            self.check_stored(&journal);
            let restored = journal.restored();
            if let Some(restored) = &restored {
                let next = self.check_rows(restored);
                left = (restored.rows.len() - next.settled.len()) as u64;
                journal_state = Some(next);
            }
            self.write_log.watch(&page).await;
            person::reconnect(&self.world, &page).await;
            let is_closed = restored.as_ref().is_some_and(|restored| restored.closed_at.is_some());
            self.losses.idle += u64::from(is_closed || restored.is_none());
            if restored.is_none() {
                self.start(&page).await;
            }
            if is_closed {
                break;
            }
        }
        person::wait(&page).await;
        if let Some(journal_state) = journal_state {
            self.check_sent(&journal_state);
        }
        page
    }

    /// Every entry that was reported as stored must be present.
    fn check_stored(&mut self, journal: &JournalFiles) {
        let (acknowledged, lost) = self.write_log.compare(&journal.keys);
        self.losses.acknowledged = acknowledged;
        self.losses.lost += lost.len();
        if !lost.is_empty() {
            self.record_violation(format!("acknowledged and lost: {lost:?}"));
        }
    }

    /// Compares the requests that the sandbox has received with the journal.
    fn check_rows(&mut self, restored: &Restored) -> JournalState {
        let user = |index: usize| restored.plan.rows.get(index).map(|row| row.user.0);
        let settled = restored.rows.iter().enumerate().filter(|(_, row)| row.state.is_settled());
        let settled: HashSet<Uuid> = settled.filter_map(|(index, _)| user(index)).collect();
        let open: HashSet<Uuid> = restored.open.iter().filter_map(|index| user(*index as usize)).collect();
        let (written, answered, mark) = {
            let sandbox = self.world.sandbox();
            let puts = || sandbox.seen().iter().filter(|seen| is_put(seen));
            let written: HashSet<Uuid> = puts().filter_map(|seen| user_of(&seen.path)).collect();
            let answered = puts().filter(|seen| seen.status == 200);
            let answered: HashSet<Uuid> = answered.filter_map(|seen| user_of(&seen.path)).collect();
            (written, answered, sandbox.seen().len())
        };
        let without_intent =
            written.iter().filter(|user| !settled.contains(user) && !open.contains(user)).count();
        let answers_lost = answered.difference(&settled).count();
        self.losses.without_intent += without_intent;
        self.losses.answers_lost += answers_lost;
        self.losses.most_answers_lost = self.losses.most_answers_lost.max(answers_lost);
        self.losses.most_open = self.losses.most_open.max(open.len());
        if without_intent > 0 {
            self.record_violation(format!("{without_intent} rows were written without a stored intent"));
        }
        if answers_lost > WINDOW || open.len() > WINDOW {
            self.record_violation(format!("{answers_lost} answers lost, {} rows open", open.len()));
        }
        JournalState { settled, open, mark }
    }

    /// Checks the requests that the continuing browser has sent.
    fn check_sent(&mut self, journal_state: &JournalState) {
        let (unread, again) = {
            let sandbox = self.world.sandbox();
            let sent = sandbox.seen().get(journal_state.mark..).unwrap_or_default();
            let first = sent.iter().position(is_put);
            let read: HashSet<Uuid> =
                sent.iter().take(first.unwrap_or_default()).filter_map(read_of).collect();
            let unread = first.map_or(0, |_| journal_state.open.difference(&read).count());
            let written: HashSet<Uuid> =
                sent.iter().filter(|seen| is_put(seen)).filter_map(|seen| user_of(&seen.path)).collect();
            (unread, written.intersection(&journal_state.settled).count())
        };
        self.losses.unread += unread;
        self.losses.written_again += again;
        if unread > 0 {
            self.record_violation(format!("{unread} open rows were not read before something was written"));
        }
        if again > 0 {
            self.record_violation(format!("{again} rows with an outcome were written again"));
        }
    }

    /// Only responses were lost, so in the end all users must have the new value.
    fn compare_flags(&mut self) {
        let left = {
            let sandbox = self.world.sandbox();
            sandbox.user_ids().filter(|id| sandbox.mfa_enabled(*id) != Some(true)).count()
        };
        if left > 0 {
            self.record_violation(format!("{left} users were not changed"));
        }
    }
}

fn is_put(seen: &Seen) -> bool {
    seen.method == "PUT" && seen.path.ends_with("/mfaEnabled")
}

/// The user whose value was read by a separate request.
fn read_of(seen: &Seen) -> Option<Uuid> {
    let is_read = seen.method == "GET" && seen.path.ends_with("/mfaEnabled") && seen.status == 200;
    is_read.then(|| user_of(&seen.path)).flatten()
}

fn user_of(path: &str) -> Option<Uuid> {
    let (_, rest) = path.split_once("/users/")?;
    Uuid::try_parse(rest.split('/').next()?).ok()
}
