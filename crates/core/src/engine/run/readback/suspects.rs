//! Whoever can't be read is a suspect: nobody else is to wait for them. Who waits and can't be read isn't written; who was
//! written and can't be read stays unread, to be checked later. But nobody is ended where PingOne fails for everyone, so
//! somebody who was read before is read once more.

use std::collections::HashSet;

use crate::domain::fault::{Fault, RetryKind};
use crate::domain::row::RowState;
use crate::domain::time::{Millis, Wall};
use crate::engine::change::Meaning;
use crate::engine::connection::Noted;
use crate::engine::driver::Step;
use crate::engine::retry::pause;

use super::{Job, Place, ReadBack, Said, Single, Whom};

/// Who can't be read, as it seems.
#[derive(Debug, Default)]
pub(super) struct Suspects {
    all: Vec<Suspect>,
    /// The read that tells whether it is them or PingOne.
    probe: Option<Single>,
}

#[derive(Debug)]
struct Suspect {
    place: Place,
    fault: Fault,
    /// Whether the probe was sent later than what failed.
    is_probed: bool,
}

impl Suspects {
    pub(super) fn len(&self) -> usize {
        self.all.len()
    }

    /// Takes note that a read left that is for no row that is to be read.
    pub(super) fn started(&mut self, place: Place, token: u32) {
        if let Some(probe) = self.probe.as_mut().filter(|probe| probe.place == place) {
            probe.sent = Some(token);
            self.all.iter_mut().for_each(|suspect| suspect.is_probed = true);
        }
    }
}

impl ReadBack<'_> {
    /// All attempts to read a row are made.
    pub(super) fn unreadable(&mut self, single: Single, fault: &Fault, at: Wall, now: Millis) {
        let place = single.place;
        if self.whom == Whom::Waiting || fault.is_of_one_user() {
            if self.suspects.probe.is_none() {
                self.suspects.probe = self.readable(place).map(|other| Single::new(other, now));
            }
            if self.suspects.probe.is_some() || self.is_first_of_all(single) {
                return self.suspects.all.push(Suspect { place, fault: fault.clone(), is_probed: false });
            }
            // Where nobody could ever be read, and a person went on all the same, they have decided.
            let is_decided = self.whom == Whom::Waiting
                && single.is_asked
                && self.singles.iter().all(|single| single.is_asked);
            if is_decided && fault.retry() != RetryKind::WhenOnline {
                return self.end_unreadable(place, fault, at);
            }
        }
        // It stays to be read: whoever goes on tries it again.
        self.halt(fault);
        self.singles.push(Single { is_asked: true, ..Single::new(place, now) });
        if self.suspects.probe.is_none() {
            self.acquit(now);
        }
    }

    /// Whether no row was read yet and others are still to be read. The next answer then tells whether the user or PingOne
    /// is at fault: a second failure halts.
    fn is_first_of_all(&self, single: Single) -> bool {
        !single.is_asked && self.suspects.all.is_empty() && self.singles.iter().any(|other| !other.is_asked)
    }

    /// Picks a row for the probe as soon as one was read.
    pub(super) fn look_for_probe(&mut self, now: Millis) {
        let Some(first) = self.suspects.all.first() else { return };
        if self.suspects.probe.is_some() {
            return;
        }
        let (place, fault) = (first.place, first.fault.clone());
        self.suspects.probe = self.readable(place).map(|other| Single::new(other, now));
        if self.suspects.probe.is_none() && self.singles.is_empty() && self.open.is_empty() {
            self.halt(&fault);
            self.acquit(now);
        }
    }

    /// Rows that are still to be read.
    pub(super) fn unread(&self) -> HashSet<Place> {
        let singles = self.singles.iter().map(|single| single.place);
        let suspects = self.suspects.all.iter().map(|suspect| suspect.place);
        self.open.values().copied().chain(singles).chain(suspects).collect()
    }

    /// Somebody else whom PingOne told of before.
    fn readable(&self, but: Place) -> Option<Place> {
        let unread = self.unread();
        let mut rows = (0..).zip(&self.run.rows);
        rows.find(|(place, row)| {
            matches!(row.state, RowState::Waiting | RowState::AlreadySo | RowState::Changed)
                && *place != but
                && !unread.contains(place)
        })
        .map(|(place, _)| place)
    }

    fn end_unreadable(&mut self, place: Place, fault: &Fault, at: Wall) {
        let is_refused = matches!(Meaning::of(fault), Meaning::Final);
        let state = if is_refused { RowState::Refused } else { RowState::Failed };
        self.run.end_unsent(place, state, at, Some(fault));
    }

    pub(super) fn next_probe(&self, now: Millis) -> Option<Step<Job>> {
        let probe = self.suspects.probe.as_ref().filter(|probe| probe.sent.is_none())?;
        if probe.from > now {
            return Some(Step::WaitUntil(probe.from));
        }
        self.run.user(probe.place).map(|user| Step::Start(Job::Read { place: probe.place, user }))
    }

    /// The answer to a read that is for no row that is to be read.
    pub(super) fn probed(&mut self, place: Place, noted: &Noted<Said>, now: Millis) {
        let is_it = |probe: &mut Single| probe.place == place && probe.sent.is_some();
        let Some(sent) = self.suspects.probe.take_if(is_it) else { return };
        let probe = Single { sent: None, ..sent };
        match &noted.said {
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
    fn works(&mut self, probe: Single, at: Wall, now: Millis) {
        self.run.breaker.good();
        let all = std::mem::take(&mut self.suspects.all).into_iter();
        let (probed, later): (Vec<Suspect>, Vec<Suspect>) = all.partition(|suspect| suspect.is_probed);
        // Who was written keeps its state: nobody knows better.
        if self.whom == Whom::Waiting {
            for suspect in probed {
                self.end_unreadable(suspect.place, &suspect.fault, at);
            }
        }
        self.suspects.probe = (!later.is_empty()).then(|| Single::new(probe.place, now));
        self.suspects.all = later;
    }

    /// It says nothing about them: they stay to be read.
    pub(super) fn acquit(&mut self, now: Millis) {
        let suspects = std::mem::take(&mut self.suspects).all.into_iter();
        let asked = |suspect: Suspect| Single { is_asked: true, ..Single::new(suspect.place, now) };
        self.singles.extend(suspects.map(asked));
    }
}
