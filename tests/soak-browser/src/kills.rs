//! Runs whose browser is killed in the midst of them, by `kill -9`, and which another browser goes on with from what is
//! on the disk.

use std::collections::HashSet;

use pingone_mfa_core::domain::time::Timestamp;
use pingone_mfa_core::engine::journal::Restored;
use pingone_mfa_e2e::{Page, World};
use pingone_mfa_soak::dice::Dice;
use pingone_sandbox::server::now;
use pingone_sandbox::{Fault, On, Populations, Rule, Seen};
use std::time::Duration;
use tokio::time::sleep;
use uuid::Uuid;

use crate::journal_files::JournalFiles;
use crate::person;
use crate::seeds::{self, Outcome};
use crate::write_log::WriteLog;

/// So many rows may be between intent and outcome.
pub(crate) const WINDOW: usize = 32;

/// The ceiling for writes, in requests a second: twice the users.
const WRITE: u64 = 120;

/// How often a run's browser is killed at most.
const MOST: u64 = 3;

/// What came of kills.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Losses {
    pub(crate) kills: u64,
    /// Those before the plan was stored, and those after the run was closed.
    pub(crate) idle: u64,
    /// Journal entries that the browser had called stored.
    pub(crate) acknowledged: usize,
    /// Those of them that were gone.
    pub(crate) lost: usize,
    /// Rows that PingOne had answered and that had no outcome in the journal, in all and at most.
    pub(crate) answers_lost: usize,
    pub(crate) most_answers_lost: usize,
    /// Rows between intent and outcome, at most.
    pub(crate) most_open: usize,
    /// Open rows that were not read before something was written.
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

/// What a journal said when the next browser began, and where the sandbox's log stood.
struct Found {
    settled: HashSet<Uuid>,
    open: HashSet<Uuid>,
    mark: usize,
}

/// One run whose browser is killed at most so often.
struct Hunt {
    world: World,
    write_log: WriteLog,
    losses: Losses,
    violations: Vec<String>,
}

/// Plays what a seed has in store.
pub(crate) async fn play(seed: u64, most: u64) -> (Losses, Outcome, Vec<String>) {
    let mut dice = Dice::new(seed);
    let users = u32::try_from(dice.between(200, 400)).unwrap();
    let mut world = World::seeded(seed, users, Populations::Usual, person::config(WRITE)).await;
    world.renew_browser().await;
    let write_log = WriteLog::begin().await;
    world.release.permit(&write_log.origin);
    person::everyone_has(&world, false);
    let mut hunt = Hunt { world, write_log, losses: Losses::default(), violations: Vec::new() };
    let since = Timestamp(now().0);
    let page = hunt.world.open().await;
    hunt.write_log.attend(&page).await;
    person::connect(&hunt.world, &page).await;
    hunt.start(&page).await;
    let page = hunt.kill(page, users, &mut dice, most.min(MOST)).await;
    let file = person::save_report(&hunt.world, &page).await;
    let (outcome, lies) = seeds::judge(&hunt.world, file, since);
    hunt.violations.extend(lies);
    hunt.compare_flags();
    (hunt.losses, outcome, hunt.violations)
}

impl Hunt {
    fn violated(&mut self, what: String) {
        self.violations.push(what);
    }

    /// Starts the run of everyone and looks at its test user.
    async fn start(&mut self, page: &Page) {
        person::review(&self.world, page, true).await;
        self.loses_answers();
        page.press_beginning("button", "Run ").await;
        page.press("button", "Go on").await;
    }

    /// Some answers are lost on their way, as always.
    fn loses_answers(&self) {
        let on = On { method: Some("PUT".into()), endpoint: Some("mfaEnabled".into()), ..On::default() };
        let lost =
            Rule { on: on.clone(), share: 0.03, skip: 0, times: None, fault: Fault::Lost { reset: true } };
        let late = Rule { on, share: 1.0, skip: 0, times: None, fault: Fault::Delay { millis: 40 } };
        let mut sandbox = self.world.sandbox();
        sandbox.heal();
        for rule in [lost, late] {
            sandbox.go_wrong(rule).expect("a rule that can be meant");
        }
    }

    /// Kills the browser at moments that the dice tell, and goes on each time.
    async fn kill(&mut self, first: Page, users: u32, dice: &mut Dice, most: u64) -> Page {
        let mut page = first;
        let mut left = u64::from(users);
        let mut found: Option<Found> = None;
        for _ in 0..dice.between(1, most) {
            // Now and then the run has come to its end by then, and reads back or is over.
            sleep(Duration::from_millis(dice.between(0, left * 2000 / WRITE * 11 / 10 + 800))).await;
            self.world.kill_browser().await;
            self.losses.kills += 1;
            if let Some(found) = found.take() {
                self.look_at_sent(&found);
            }
            page = self.world.open().await;
            let journal = JournalFiles::read(&page).await;
            self.look_at_stored(&journal);
            let restored = journal.restored();
            if let Some(restored) = &restored {
                let next = self.look_at_rows(restored);
                left = (restored.rows.len() - next.settled.len()) as u64;
                found = Some(next);
            }
            self.write_log.attend(&page).await;
            person::come_back(&self.world, &page).await;
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
        if let Some(found) = found {
            self.look_at_sent(&found);
        }
        page
    }

    /// Whatever was called stored is there.
    fn look_at_stored(&mut self, journal: &JournalFiles) {
        let (acknowledged, lost) = self.write_log.compare(&journal.keys);
        self.losses.acknowledged = acknowledged;
        self.losses.lost += lost.len();
        if !lost.is_empty() {
            self.violated(format!("acknowledged and lost: {lost:?}"));
        }
    }

    /// What the sandbox saw until now, held against the journal.
    fn look_at_rows(&mut self, restored: &Restored) -> Found {
        let user = |place: usize| restored.plan.rows.get(place).map(|row| row.user.0);
        let settled = restored.rows.iter().enumerate().filter(|(_, row)| row.state.is_ended());
        let settled: HashSet<Uuid> = settled.filter_map(|(place, _)| user(place)).collect();
        let open: HashSet<Uuid> = restored.open.iter().filter_map(|place| user(*place as usize)).collect();
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
            self.violated(format!("{without_intent} rows were written without a stored intent"));
        }
        if answers_lost > WINDOW || open.len() > WINDOW {
            self.violated(format!("{answers_lost} answers lost, {} rows open", open.len()));
        }
        Found { settled, open, mark }
    }

    /// What the browser that went on has sent.
    fn look_at_sent(&mut self, found: &Found) {
        let (unread, again) = {
            let sandbox = self.world.sandbox();
            let sent = sandbox.seen().get(found.mark..).unwrap_or_default();
            let first = sent.iter().position(is_put);
            let read: HashSet<Uuid> =
                sent.iter().take(first.unwrap_or_default()).filter_map(read_of).collect();
            let unread = first.map_or(0, |_| found.open.difference(&read).count());
            let written: HashSet<Uuid> =
                sent.iter().filter(|seen| is_put(seen)).filter_map(|seen| user_of(&seen.path)).collect();
            (unread, written.intersection(&found.settled).count())
        };
        self.losses.unread += unread;
        self.losses.written_again += again;
        if unread > 0 {
            self.violated(format!("{unread} open rows were not read before something was written"));
        }
        if again > 0 {
            self.violated(format!("{again} rows with an outcome were written again"));
        }
    }

    /// Nothing but answers was lost: in the end everyone has the new value.
    fn compare_flags(&mut self) {
        let left = {
            let sandbox = self.world.sandbox();
            sandbox.user_ids().filter(|id| sandbox.mfa_enabled(*id) != Some(true)).count()
        };
        if left > 0 {
            self.violated(format!("{left} users were not changed"));
        }
    }
}

fn is_put(seen: &Seen) -> bool {
    seen.method == "PUT" && seen.path.ends_with("/mfaEnabled")
}

/// Whose flag was read by itself.
fn read_of(seen: &Seen) -> Option<Uuid> {
    let is_read = seen.method == "GET" && seen.path.ends_with("/mfaEnabled") && seen.status == 200;
    is_read.then(|| user_of(&seen.path)).flatten()
}

fn user_of(path: &str) -> Option<Uuid> {
    let (_, rest) = path.split_once("/users/")?;
    Uuid::try_parse(rest.split('/').next()?).ok()
}
