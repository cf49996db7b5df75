//! Handles users who can't be read, so that the other rows don't wait for them.
//!
//! A waiting row that can't be read isn't written. A written row that can't be read stays unread, to be
//! verified later. But if PingOne fails for every user, no row is settled. To tell the two apart, a user who
//! was read before is read once more (the probe): if that works, the unreadable users are at fault; if not,
//! PingOne is, and they stay to be read.

use std::collections::HashSet;

use pingone::connection::Answered;
use pingone::driver::Step;
use pingone::fault::{Fault, RetryKind};
use pingone::retry::pause;
use pingone::time::{Instant, Timestamp};

use crate::run::change::Meaning;
use crate::run::row::RowState;

use super::{Job, JobAnswer, Purpose, ReadBack, RowIndex, Single};

/// Users who seem to be unreadable.
#[derive(Debug, Default)]
pub(super) struct UnreadableUsers {
    all: Vec<UnreadableRow>,
    /// The read that tells whether the users or PingOne are at fault.
    probe: Option<Single>,
}

#[derive(Debug)]
struct UnreadableRow {
    index: RowIndex,
    fault: Fault,
    /// Whether the probe was sent after this row's read failed.
    is_probed: bool,
}

impl UnreadableUsers {
    pub(super) fn len(&self) -> usize {
        self.all.len()
    }

    /// Records that the probe was sent.
    pub(super) fn started(&mut self, index: RowIndex, token: u32) {
        if let Some(probe) = self.probe.as_mut().filter(|probe| probe.index == index) {
            probe.sent = Some(token);
            self.all.iter_mut().for_each(|row| row.is_probed = true);
        }
    }
}

impl ReadBack<'_> {
    /// Called when all attempts to read a row are used.
    pub(super) fn read_attempts_exhausted(
        &mut self,
        single: Single,
        fault: &Fault,
        at: Timestamp,
        now: Instant,
    ) {
        let index = single.index;
        if self.purpose == Purpose::Refresh || fault.is_of_one_user() {
            if self.unreadable.probe.is_none() {
                self.unreadable.probe = self.readable_row(index).map(|other| Single::new(other, now));
            }
            if self.unreadable.probe.is_some() || self.is_first_read(single) {
                return self.unreadable.all.push(UnreadableRow {
                    index,
                    fault: fault.clone(),
                    is_probed: false,
                });
            }
            // No user could ever be read, and a person resumed all the same: that is their decision.
            let is_decided = self.purpose == Purpose::Refresh
                && single.was_exhausted
                && self.singles.iter().all(|single| single.was_exhausted);
            if is_decided && fault.retry() != RetryKind::WhenOnline {
                return self.settle_unreadable(index, fault, at);
            }
        }
        // The row stays to be read: a resume tries it again.
        self.pause(fault);
        self.singles.push(Single { was_exhausted: true, ..Single::new(index, now) });
        if self.unreadable.probe.is_none() {
            self.requeue_unreadable(now);
        }
    }

    /// Whether no row was read yet and others are still to be read. The next answer then tells whether the user or
    /// PingOne is at fault: a second failure pauses.
    fn is_first_read(&self, single: Single) -> bool {
        !single.was_exhausted
            && self.unreadable.all.is_empty()
            && self.singles.iter().any(|other| !other.was_exhausted)
    }

    /// Chooses a row for the probe as soon as one was read.
    pub(super) fn choose_probe(&mut self, now: Instant) {
        let Some(first) = self.unreadable.all.first() else { return };
        if self.unreadable.probe.is_some() {
            return;
        }
        let (index, fault) = (first.index, first.fault.clone());
        self.unreadable.probe = self.readable_row(index).map(|other| Single::new(other, now));
        if self.unreadable.probe.is_none() && self.singles.is_empty() && self.open.is_empty() {
            self.pause(&fault);
            self.requeue_unreadable(now);
        }
    }

    /// The rows that are still to be read.
    pub(super) fn unread(&self) -> HashSet<RowIndex> {
        let singles = self.singles.iter().map(|single| single.index);
        let unreadable = self.unreadable.all.iter().map(|row| row.index);
        self.open.values().copied().chain(singles).chain(unreadable).collect()
    }

    /// Another row that PingOne returned before.
    fn readable_row(&self, but: RowIndex) -> Option<RowIndex> {
        let unread = self.unread();
        let mut rows = (0..).zip(&self.run.rows);
        rows.find(|(index, row)| {
            matches!(row.state, RowState::Waiting | RowState::AlreadySet | RowState::Changed)
                && *index != but
                && !unread.contains(index)
        })
        .map(|(index, _)| index)
    }

    fn settle_unreadable(&mut self, index: RowIndex, fault: &Fault, at: Timestamp) {
        let is_refused = matches!(Meaning::of(fault), Meaning::Final);
        let state = if is_refused { RowState::Refused } else { RowState::Failed };
        self.run.settle_unsent(index, state, at, Some(fault));
    }

    pub(super) fn next_probe(&self, now: Instant) -> Option<Step<Job>> {
        let probe = self.unreadable.probe.as_ref().filter(|probe| probe.sent.is_none())?;
        if probe.from > now {
            return Some(Step::WaitUntil(probe.from));
        }
        self.run.user(probe.index).map(|user| Step::Start(Job::Read { index: probe.index, user }))
    }

    /// Applies the answer to the probe.
    pub(super) fn probed(&mut self, index: RowIndex, answered: &Answered<JobAnswer>, now: Instant) {
        let is_match = |probe: &mut Single| probe.index == index && probe.sent.is_some();
        let Some(sent) = self.unreadable.probe.take_if(is_match) else { return };
        let probe = Single { sent: None, ..sent };
        match &answered.result {
            Ok(_) | Err(Fault::UserUnknown(_)) => self.probe_succeeded(probe, answered.at, now),
            Err(fault) if fault.retry() == RetryKind::WithNewToken => {
                if sent.sent == Some(self.token) {
                    self.pause(fault);
                }
                self.unreadable.probe = Some(probe);
            }
            Err(fault) => {
                let reads = probe.reads + 1;
                if let Some(pause) = pause(&self.policy, reads, fault, &mut self.jitter) {
                    self.unreadable.probe = Some(Single { from: now + pause, reads, ..probe });
                } else {
                    self.pause(fault);
                    self.requeue_unreadable(now);
                }
            }
        }
    }

    /// The probe succeeded: the unreadable users are at fault, not PingOne.
    fn probe_succeeded(&mut self, probe: Single, at: Timestamp, now: Instant) {
        self.run.breaker.reset();
        let all = std::mem::take(&mut self.unreadable.all).into_iter();
        let (probed, later): (Vec<UnreadableRow>, Vec<UnreadableRow>) = all.partition(|row| row.is_probed);
        // A written row keeps its state, because nothing contradicts it.
        if self.purpose == Purpose::Refresh {
            for row in probed {
                self.settle_unreadable(row.index, &row.fault, at);
            }
        }
        self.unreadable.probe = (!later.is_empty()).then(|| Single::new(probe.index, now));
        self.unreadable.all = later;
    }

    /// PingOne is at fault, not these users: they stay to be read.
    pub(super) fn requeue_unreadable(&mut self, now: Instant) {
        let unreadable = std::mem::take(&mut self.unreadable).all.into_iter();
        let asked = |row: UnreadableRow| Single { was_exhausted: true, ..Single::new(row.index, now) };
        self.singles.extend(unreadable.map(asked));
    }
}
