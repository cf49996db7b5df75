//! Refreshes the values of all chosen users before anything is planned. A fault of one user skips that user; faults of
//! the token, the network and the rate limit end the reading.

use std::collections::HashSet;
use std::rc::Rc;

use futures::channel::mpsc;
use futures::stream::StreamExt;
use leptos::prelude::*;
use pingone::connection::Connection;
use pingone::driver::{Command, drive};
use pingone::fault::{Fault, Paging};
use pingone::request::ReadUser;
use pingone::time::Millis;
use pingone::user::UserId;
use pingone_mfa_core::diagnosis::evidence::Operation;
use pingone_mfa_core::directory::listing::{Job, Listing, State};
use pingone_mfa_core::directory::store::{UserIndex, UserStore};
use pingone_mfa_core::run::plan::Exclusion;
use pingone_mfa_core::run::proposal::{FreshValues, Preview, PreviewBuilder, Proposal};
use pingone_mfa_core::run::unread::Unread;

use crate::console::load::Load;
use crate::console::runs::run::PAGE;
use crate::console::troubleshooting::state::Location;
use crate::console::users::directory::ReadRow;

use crate::console::runs::review::{Reading, Review, Reviewed};

/// How many users are previewed before the page may do other work.
const ROWS_AT_ONCE: usize = 10_000;

/// How many single-user reads run concurrently.
const SIDE_BY_SIDE: usize = 6;

#[derive(Debug, Clone, PartialEq)]
pub enum Unreadable {
    /// The request for the user failed.
    Fault(Fault),
    /// A field of the user has an unusable value.
    Field {
        /// The name of the field.
        field: String,
        problem: String,
    },
    /// PingOne didn't say whether MFA is on.
    Flag,
    /// The user has no ID in the list.
    NoId,
}

impl Review {
    /// Refreshes the values of all chosen users.
    pub fn read(self) {
        let (Some(reviewed), Some(connection)) = (self.shown.get_untracked(), self.run().connection()) else {
            return;
        };
        self.tasks.abort_all();
        self.commands.set_value(None);
        self.fresh.update_value(|value| drop(std::mem::take(value)));
        self.unread.update_value(|value| drop(std::mem::take(value)));
        self.set_reading(Reading::Going(0));
        self.tasks.spawn(async move {
            self.wait_for_late_answers(&reviewed.proposal, &connection).await;
            let read = match self.read_guard(&connection).await {
                Ok(()) => self.read_values(&reviewed.proposal, &connection).await,
                Err(fault) => Err(fault),
            };
            self.read_ended(read, &reviewed.proposal, &connection).await;
        });
    }

    /// Retries the users that couldn't be read.
    pub fn read_skipped(self) {
        let (Some(preview), Some(reviewed), Some(connection)) =
            (self.preview(), self.shown.get_untracked(), self.run().connection())
        else {
            return;
        };
        let users: Vec<UserId> = unreadable(&preview).filter(|user| !user.0.is_nil()).collect();
        self.set_reading(Reading::Going(self.fresh.read_value().len() as u64));
        self.tasks.spawn(async move {
            let read = self.read_singly(users, &connection).await;
            self.directory().recount_all();
            self.read_ended(read, &reviewed.proposal, &connection).await;
        });
    }

    /// Up to `most` of the users that couldn't be read, by username or ID, and why.
    pub fn named_unreadable(self, preview: &Preview, most: usize) -> Vec<(String, Unreadable)> {
        let unread = self.unread.read_value();
        let users = self.directory().users.read_untracked();
        let named = |user: UserId| {
            let row = users.find(user);
            let name = row.map(|row| users.username(row)).filter(|name| !name.is_empty());
            let field = row.and_then(|row| users.unreadable(row)).map(|unreadable| Unreadable::Field {
                field: unreadable.field.clone(),
                problem: unreadable.problem.clone(),
            });
            let fault = unread.fault_of(user).cloned().map(Unreadable::Fault);
            let otherwise = if user.0.is_nil() { Unreadable::NoId } else { Unreadable::Flag };
            let name = name.map_or_else(|| user.to_string(), str::to_owned);
            (name, fault.or(field).unwrap_or(otherwise))
        };
        unreadable(preview).take(most).map(named).collect()
    }

    async fn read_ended(self, read: Result<(), Fault>, proposal: &Proposal, connection: &Connection) {
        match read {
            Ok(()) => {
                self.read_at.set_value(Some(self.ports.get().clock.wall()));
                self.weigh_in_slices(proposal, connection).await;
            }
            Err(fault) => self.fail(Operation::ReadUsers, &fault),
        }
    }

    async fn wait_for_late_answers(self, proposal: &Proposal, connection: &Connection) {
        let clock = &self.ports.get().clock;
        let left = proposal.settle_wait(connection.policy().settle, clock.wall());
        if left > Millis(0) {
            let millis = i64::try_from(left.0).unwrap_or(i64::MAX);
            self.set_reading(Reading::Waiting(clock.wall().plus(millis)));
            clock.sleep_until(clock.now() + left).await;
            self.set_reading(Reading::Going(0));
        }
    }

    /// Reads the protected groups. A group that can't be read protects none of its members, so the review fails
    /// without it.
    async fn read_guard(self, connection: &Connection) -> Result<(), Fault> {
        let guard = self.directory().guard(connection).await;
        let guard = guard.inspect_err(|fault| self.fail(Operation::FilterUsers, fault))?;
        self.guard.set_value(guard);
        Ok(())
    }

    async fn read_values(self, proposal: &Proposal, connection: &Connection) -> Result<(), Fault> {
        let total = self.directory().total.read_untracked().ready().copied().flatten();
        let pages = total.map_or(u64::MAX, |total| total.div_ceil(PAGE));
        if proposal.users.len() as u64 > pages {
            self.read_by_pages(proposal, total, connection).await?;
        }
        self.unread.set_value(Unread::new(!self.fresh.read_value().is_empty()));
        // A user that isn't in the list may have been deleted, or may have moved between pages while it was loaded.
        let is_left = |user: &UserId| !user.0.is_nil() && !self.fresh.read_value().contains_key(user);
        let left = proposal.users.iter().copied().filter(is_left).collect();
        self.read_singly(left, connection).await?;
        self.unread.read_value().finish()?;
        self.directory().recount_all();
        Ok(())
    }

    async fn read_singly(self, users: Vec<UserId>, connection: &Connection) -> Result<(), Fault> {
        let reads = futures::stream::iter(users).map(|id| async move {
            let answer = connection.call(ReadUser(id)).await;
            (id, answer)
        });
        let mut reads = reads.buffer_unordered(SIDE_BY_SIDE);
        while let Some((id, answer)) = reads.next().await {
            match answer {
                Ok(user) => {
                    self.directory().learn_unseen([Ok(user)]);
                    self.fresh.write_value().insert(id, connection.clock().wall());
                    self.unread.write_value().read(id);
                }
                // A user that was read before but no longer exists counts as missing.
                Err(Fault::UserUnknown(_)) => {
                    self.fresh.write_value().remove(&id);
                    self.unread.write_value().read(id);
                }
                Err(fault) => {
                    let is_skipped = self.unread.write_value().failed(id, fault);
                    is_skipped.inspect_err(|fault| self.fail(Operation::ReadUser(id), fault))?;
                }
            }
            self.set_reading(Reading::Going(self.fresh.read_value().len() as u64));
        }
        Ok(())
    }

    /// Reads the users page by page. If a page fails for a reason that may concern a single user, the users of the
    /// remaining pages are read one by one.
    async fn read_by_pages(
        self,
        proposal: &Proposal,
        total: Option<u64>,
        connection: &Connection,
    ) -> Result<(), Fault> {
        let chosen: HashSet<UserId> = proposal.users.iter().copied().collect();
        let populations = self.directory().populations.with_untracked(Load::ready_or_default);
        let policy = Rc::new(connection.policy().clone());
        let mut listing = Listing::of_all(&populations, total, policy, connection.jitter());
        let (sender, mut inbox) = mpsc::unbounded();
        self.commands.set_value(Some(sender.clone()));
        let page = |job: Job| {
            let connection = self.run().connection();
            async move { connection.ok_or(Fault::TokenForgotten)?.send(job.page).await }
        };
        let observe = |listing: &mut Listing| {
            let at = connection.clock().wall();
            let rows: Vec<_> = listing.take_fresh().into_iter().filter(|row| is_of(row, &chosen)).collect();
            self.fresh.write_value().extend(rows.iter().filter_map(id_of).map(|id| (id, at)));
            self.directory().learn_unseen(rows);
            let read = self.fresh.read_value().len() as u64;
            match listing.state() {
                // The listing handles this command next, and ends as stopped.
                State::Paused(fault) if fault.is_of_one_user() => {
                    let _ = sender.unbounded_send(Command::Stop);
                }
                State::Paused(fault) => self.fail(Operation::ReadUsers, &fault),
                _ => self.set_reading(Reading::Going(read)),
            }
        };
        drive(&mut listing, connection, &mut inbox, page, observe).await;
        self.commands.set_value(None);
        match listing.state() {
            // Stopped by the observer above.
            State::Complete | State::Stopped => Ok(()),
            State::Paused(fault) => Err(fault),
            State::Reading => Err(Fault::Paging(Paging::Loop)),
        }
    }

    /// Resumes after a fault: from the page that failed, or from the beginning.
    pub fn read_on(self) {
        let sent =
            self.commands.read_value().as_ref().map(|sender| sender.unbounded_send(Command::Resume).is_ok());
        if sent == Some(true) { self.set_reading(Reading::Going(0)) } else { self.read() }
    }

    pub(crate) fn continue_with_token(self) {
        let has_failed = |shown: &Option<Reviewed>| {
            shown.as_ref().is_some_and(|reviewed| matches!(reviewed.reading, Reading::Failed(_)))
        };
        if self.shown.with_untracked(has_failed) {
            self.read_on();
        }
    }

    /// Only the first report of a fault counts, with its operation: the same fault is passed up and arrives here
    /// again.
    fn fail(self, operation: Operation, fault: &Fault) {
        let failed = Reading::Failed(fault.clone());
        if self.shown.read_untracked().as_ref().is_some_and(|it| it.reading != failed) {
            self.directory().explain(Location::Review, operation, fault);
            self.set_reading(failed);
        }
    }

    fn set_reading(self, reading: Reading) {
        self.shown.update(|shown| {
            if let Some(reviewed) = shown {
                reviewed.reading = reading;
            }
        });
    }

    /// Builds the preview in slices: very many users would block the page, as would computing their counts first.
    async fn weigh_in_slices(self, proposal: &Proposal, connection: &Connection) {
        let choices = self.choices.get_untracked();
        let clock = connection.clock();
        let mut weighing = PreviewBuilder::new(proposal, self.ports.get().clock.wall());
        loop {
            clock.sleep_until(clock.now() + Millis(1)).await;
            if self.with_fresh(|fresh| weighing.step(proposal, fresh, choices, ROWS_AT_ONCE)) {
                return self.set_reading(Reading::Ready(Rc::new(weighing.finish())));
            }
        }
    }

    /// Rebuilds the preview from the values that were read, if reading has finished.
    pub(crate) fn weigh(self) {
        let Some(reviewed) = self.shown.get_untracked() else { return };
        if !matches!(reviewed.reading, Reading::Ready(_)) {
            return;
        }
        let (choices, now) = (self.choices.get_untracked(), self.ports.get().clock.wall());
        let preview = self.with_fresh(|fresh| reviewed.proposal.preview(fresh, choices, now));
        self.set_reading(Reading::Ready(Rc::new(preview)));
    }

    fn with_fresh<R>(self, use_it: impl FnOnce(&FreshValues<'_>) -> R) -> R {
        let (fresh, guard) = (self.fresh.read_value(), self.guard.read_value());
        let skipped: HashSet<UserId> =
            self.unread.read_value().skipped().iter().map(|(user, _)| *user).collect();
        self.directory().users.with_untracked(|users: &UserStore| {
            let read_at = |row: UserIndex| users.id(row).and_then(|id| fresh.get(&id).copied());
            let is_unread = |user: UserId| skipped.contains(&user);
            use_it(&FreshValues { users, read_at: &read_at, is_unread: &is_unread, guard: &guard })
        })
    }
}

/// The users that couldn't be read.
fn unreadable(preview: &Preview) -> impl Iterator<Item = UserId> {
    let left_out = preview.plan.left_out.iter();
    left_out.filter(|left_out| left_out.why == Exclusion::Unreadable).map(|left_out| left_out.user)
}

fn id_of(row: &ReadRow) -> Option<UserId> {
    row.as_ref().map_or_else(|row| row.id, |user| Some(user.id))
}

fn is_of(row: &ReadRow, chosen: &HashSet<UserId>) -> bool {
    id_of(row).is_some_and(|id| chosen.contains(&id))
}
