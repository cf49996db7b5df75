//! Whoever can't be read is a suspect: nobody else is to wait for them. Who waits and can't be read isn't written; who was
//! written and can't be read stays unread, to be checked later. But nobody is ended where PingOne fails for everyone, so
//! somebody who was read before is read once more.

use std::collections::HashSet;

use crate::domain::fault::{Fault, RetryKind};
use crate::domain::row::RowState;
use crate::domain::time::{Millis, Timestamp};
use crate::engine::change::Meaning;
use crate::engine::connection::Answered;
use crate::engine::driver::Step;
use crate::engine::retry::pause;

use super::{Job, JobAnswer, ReadBack, RowIndex, Single, Whom};

/// Who can't be read, as it seems.
#[derive(Debug, Default)]
pub(super) struct UnreadableUsers {
    all: Vec<Suspect>,
    /// The read that tells whether it is them or PingOne.
    probe: Option<Single>,
}

#[derive(Debug)]
struct Suspect {
    index: RowIndex,
    fault: Fault,
    /// Whether the probe was sent later than what failed.
    is_probed: bool,
}

impl UnreadableUsers {
    pub(super) fn len(&self) -> usize {
        self.all.len()
    }

    /// Takes note that a read left that is for no row that is to be read.
    pub(super) fn started(&mut self, index: RowIndex, token: u32) {
        if let Some(probe) = self.probe.as_mut().filter(|probe| probe.index == index) {
            probe.sent = Some(token);
            self.all.iter_mut().for_each(|suspect| suspect.is_probed = true);
        }
    }
}

impl ReadBack<'_> {
    /// All attempts to read a row are made.
    pub(super) fn unreadable(&mut self, single: Single, fault: &Fault, at: Timestamp, now: Millis) {
        let index = single.index;
        if self.whom == Whom::Waiting || fault.is_of_one_user() {
            if self.suspects.probe.is_none() {
                self.suspects.probe = self.readable(index).map(|other| Single::new(other, now));
            }
            if self.suspects.probe.is_some() || self.is_first_of_all(single) {
                return self.suspects.all.push(Suspect { index, fault: fault.clone(), is_probed: false });
            }
            // Where nobody could ever be read, and a person went on all the same, they have decided.
            let is_decided = self.whom == Whom::Waiting
                && single.is_asked
                && self.singles.iter().all(|single| single.is_asked);
            if is_decided && fault.retry() != RetryKind::WhenOnline {
                return self.end_unreadable(index, fault, at);
            }
        }
        // It stays to be read: whoever goes on tries it again.
        self.halt(fault);
        self.singles.push(Single { is_asked: true, ..Single::new(index, now) });
        if self.suspects.probe.is_none() {
            self.acquit(now);
        }
    }

    /// Whether no row was read yet and others are still to be read. The next answer then tells whether the user or PingOne
    /// is at fault: a second failure pauses.
    fn is_first_of_all(&self, single: Single) -> bool {
        !single.is_asked && self.suspects.all.is_empty() && self.singles.iter().any(|other| !other.is_asked)
    }

    /// Picks a row for the probe as soon as one was read.
    pub(super) fn look_for_probe(&mut self, now: Millis) {
        let Some(first) = self.suspects.all.first() else { return };
        if self.suspects.probe.is_some() {
            return;
        }
        let (index, fault) = (first.index, first.fault.clone());
        self.suspects.probe = self.readable(index).map(|other| Single::new(other, now));
        if self.suspects.probe.is_none() && self.singles.is_empty() && self.open.is_empty() {
            self.halt(&fault);
            self.acquit(now);
        }
    }

    /// Rows that are still to be read.
    pub(super) fn unread(&self) -> HashSet<RowIndex> {
        let singles = self.singles.iter().map(|single| single.index);
        let suspects = self.suspects.all.iter().map(|suspect| suspect.index);
        self.open.values().copied().chain(singles).chain(suspects).collect()
    }

    /// Somebody else whom PingOne told of before.
    fn readable(&self, but: RowIndex) -> Option<RowIndex> {
        let unread = self.unread();
        let mut rows = (0..).zip(&self.run.rows);
        rows.find(|(index, row)| {
            matches!(row.state, RowState::Waiting | RowState::AlreadySo | RowState::Changed)
                && *index != but
                && !unread.contains(index)
        })
        .map(|(index, _)| index)
    }

    fn end_unreadable(&mut self, index: RowIndex, fault: &Fault, at: Timestamp) {
        let is_refused = matches!(Meaning::of(fault), Meaning::Final);
        let state = if is_refused { RowState::Refused } else { RowState::Failed };
        self.run.end_unsent(index, state, at, Some(fault));
    }

    pub(super) fn next_probe(&self, now: Millis) -> Option<Step<Job>> {
        let probe = self.suspects.probe.as_ref().filter(|probe| probe.sent.is_none())?;
        if probe.from > now {
            return Some(Step::WaitUntil(probe.from));
        }
        self.run.user(probe.index).map(|user| Step::Start(Job::Read { index: probe.index, user }))
    }

    /// The answer to a read that is for no row that is to be read.
    pub(super) fn probed(&mut self, index: RowIndex, noted: &Answered<JobAnswer>, now: Millis) {
        let is_it = |probe: &mut Single| probe.index == index && probe.sent.is_some();
        let Some(sent) = self.suspects.probe.take_if(is_it) else { return };
        let probe = Single { sent: None, ..sent };
        match &noted.result {
            Ok(_) | Err(Fault::UserUnknown(_)) => self.works(probe, noted.at, now),
            Err(fault) if fault.retry() == RetryKind::WithNewToken => {
                if sent.sent == Some(self.token) {
                    self.halt(fault);
                }
                self.suspects.probe = Some(probe);
            }
            Err(fault) => {
                let reads = probe.reads + 1;
                if let Some(pause) = pause(&self.policy, reads, fault, &mut self.jitter) {
                    self.suspects.probe = Some(Single { from: now + pause, reads, ..probe });
                } else {
                    self.halt(fault);
                    self.acquit(now);
                }
            }
        }
    }

    /// PingOne works: it is they who can't be read.
    fn works(&mut self, probe: Single, at: Timestamp, now: Millis) {
        self.run.breaker.good();
        let all = std::mem::take(&mut self.suspects.all).into_iter();
        let (probed, later): (Vec<Suspect>, Vec<Suspect>) = all.partition(|suspect| suspect.is_probed);
        // Who was written keeps its state: nobody knows better.
        if self.whom == Whom::Waiting {
            for suspect in probed {
                self.end_unreadable(suspect.index, &suspect.fault, at);
            }
        }
        self.suspects.probe = (!later.is_empty()).then(|| Single::new(probe.index, now));
        self.suspects.all = later;
    }

    /// It says nothing about them: they stay to be read.
    pub(super) fn acquit(&mut self, now: Millis) {
        let suspects = std::mem::take(&mut self.suspects).all.into_iter();
        let asked = |suspect: Suspect| Single { is_asked: true, ..Single::new(suspect.index, now) };
        self.singles.extend(suspects.map(asked));
    }
}
