//! What a spot check says: who has the value right before the first PUT, although the plan read it otherwise, was changed
//! by someone else. The run then changes nobody more until those who wait were read again and a person goes on.

use crate::domain::fault::{Fault, RetryKind};
use crate::domain::plan::Plan;
use crate::domain::row::{Row, RowState};
use crate::domain::time::{Millis, Wall};
use crate::domain::user::Mfa;
use crate::engine::connection::Noted;
use crate::engine::retry::pause_of_row;

use super::{Halt, Outdated, Place, Run, Said};

impl Run {
    /// When a spot check first showed that someone else is changing these users.
    #[must_use]
    pub fn another_writer_at(&self) -> Option<Wall> {
        self.another_writer_at
    }

    /// What was known of other writers before the page began. Who waits is read again before anybody is written.
    pub(super) fn beware(&mut self, another_writer_at: Option<Wall>, handed_over_at: Option<Wall>) {
        self.another_writer_at = another_writer_at;
        if another_writer_at.is_some() {
            self.ready.check_all();
        }
        if self.is_stopping {
            return;
        }
        if handed_over_at.is_some() {
            self.halts.override_person(Halt::HandedOver);
        }
        let is_waiting = self.waiting().next().is_some();
        self.outdated = another_writer_at.filter(|_| is_waiting).map(|_| Outdated::LongWait);
    }

    /// The run is saved for another computer. What wasn't sent must not look there as if it had been: those rows would be
    /// read first and written by both computers, and no spot check would tell.
    pub(super) fn hand_over(&mut self) {
        let unsent = self.take_back_intents();
        self.ledger.intend_later(unsent);
    }

    /// Whether all that another computer needs to go on is stored.
    #[must_use]
    pub fn is_handed_over(&self) -> bool {
        self.halts.is_handed_over() && self.in_flight.is_empty() && self.ledger.is_stored()
    }

    /// The intents that were on their way are stored.
    pub(super) fn intents_stored(&mut self) {
        let places = self.ledger.stored();
        let (rows, plan) = (&self.rows, &self.plan);
        self.ready.add(places, |place| is_evidence(plan, rows, place));
    }

    /// Some rows are written last, so that a page that follows this one is noticed.
    pub(super) fn put_off_some(&mut self) {
        let (rows, plan) = (&self.rows, &self.plan);
        self.ready.put_off(self.ledger.next_rows(), |place| is_evidence(plan, rows, place));
    }

    pub(super) fn spot_checked(&mut self, place: Place, token: u32, noted: &Noted<Said>, now: Millis) {
        let Some(reads) = self.ready.answered(place) else { return };
        match &noted.said {
            Ok(Said::Flag(flag)) => {
                self.is_reachable();
                self.active(noted.at);
                if *flag == self.plan.to {
                    return self.is_so_already(place, noted, now);
                }
                self.ready.write_next(place);
            }
            Ok(Said::Reached | Said::Stored | Said::Devices(_)) => self.ready.write_next(place),
            Err(fault @ Fault::UserUnknown(_)) => {
                self.is_reachable();
                self.settle(place, RowState::Gone, noted, Some(fault));
                self.count_unsent();
            }
            Err(fault) if fault.retry() == RetryKind::WithNewToken => {
                self.unauthorized(token);
                self.ready.check_again(place, now, reads);
            }
            Err(fault) => self.not_checked(place, reads, fault, now),
        }
    }

    /// Where PUTs are refused, reads may be answered all the same.
    fn is_reachable(&mut self) {
        self.breaker.answered();
        self.halts.failing = None;
    }

    /// While others fail as well no attempts are used up. Who can't be read is written all the same, like those who are
    /// not chosen for a check.
    fn not_checked(&mut self, place: Place, reads: u32, fault: &Fault, now: Millis) {
        let reads = reads + u32::from(self.breaker.is_alone(place));
        self.failing(Some(place), fault, now);
        match pause_of_row(&self.policy, reads, fault, &mut self.jitter) {
            Some(pause) => self.ready.check_again(place, now + pause, reads),
            None => self.ready.write_unchecked(place),
        }
    }

    fn is_so_already(&mut self, place: Place, noted: &Noted<Said>, now: Millis) {
        self.settle(place, RowState::AlreadySo, noted, None);
        self.count_unsent();
        if self.another_writer_at.is_none() {
            self.another_writer_at = Some(noted.at);
            self.ledger.another_writer(noted.at);
        }
        self.ready.check_all();
        self.outdated_by(Outdated::AnotherWriter, now);
    }
}

/// Whether a value that is there already can only be someone else's: the plan read the other one, and this run has never
/// sent a PUT.
fn is_evidence(plan: &Plan, rows: &[Row], place: Place) -> bool {
    let (planned, row) = (plan.rows.get(place as usize), rows.get(place as usize));
    planned.is_some_and(|planned| planned.from == Mfa::from(!plan.to))
        && row.is_some_and(|row| row.writes == 0)
}
