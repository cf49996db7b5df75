//! What a person's commands do to a run, and what a stop leaves behind.

use pingone::connection::Answered;
use pingone::driver::Command;
use pingone::time::Instant;

use crate::run::record::RowIndex;
use crate::run::row::RowState;

use super::{ClockCheck, JobAnswer, Outdated, PauseReason, Run, Unconfirmed};

impl Run {
    pub(super) fn command(&mut self, command: Command, now: Instant) {
        match command {
            Command::Stop => {
                self.is_stopping = true;
                self.pauses.unstored = None;
            }
            Command::Pause => self.pauses.wait_for_person(PauseReason::ByPerson),
            Command::Woke => self.clock = ClockCheck::Due,
            Command::HandOver => self.pauses.override_person(PauseReason::HandedOver),
            Command::Resume => self.resume(self.plan.stops.every, now),
            Command::ResumeWithoutSteps => self.resume(None, now),
            Command::Token { until, actor } => {
                (self.token_until, self.actor) = (until, actor);
                self.token += 1;
                self.pauses.needs_token = false;
            }
        }
    }

    /// Settles what a stop leaves behind: nothing more is requested, so unconfirmed rows that aren't being read are
    /// lost answers, and rows that wait for a retry have failed.
    pub(super) fn settle_after_stop(&mut self) {
        let answered = Answered { at: self.last, correlation_id: None, result: Ok(JobAnswer::Stored) };
        for (_, index, fault) in std::mem::take(&mut self.again) {
            self.settle(index, RowState::Failed, &answered, Some(&fault));
        }
        let (sent, unsent) = std::mem::take(&mut self.unconfirmed).into_iter().partition(|row| row.is_sent);
        self.unconfirmed = sent;
        let unsent: Vec<Unconfirmed> = unsent;
        for row in unsent {
            self.settle(row.index, RowState::Unconfirmed, &answered, Some(&row.fault));
        }
        // Rows that were intended and not written must not stay open in the journal.
        self.take_back_intents();
    }

    /// Stores intended rows that weren't sent as waiting, so that they aren't open in the journal.
    pub(super) fn take_back_intents(&mut self) -> Vec<RowIndex> {
        let mut unwritten = self.ready.drain();
        unwritten.extend(self.write_ahead.forget_intents());
        for index in &unwritten {
            if let Some(row) = self.rows.get(*index as usize) {
                self.write_ahead.settled(*index, *row, None);
            }
        }
        unwritten
    }

    /// Ends the pause. If a step has ended meanwhile, the next planned pause comes after `every` users.
    fn resume(&mut self, every: Option<u32>, now: Instant) {
        let reason = self.pauses.resume();
        match &reason {
            Some(PauseReason::Refused(_) | PauseReason::Failing { .. }) => self.breaker.reset(),
            Some(PauseReason::HandedOver) => self.mark_outdated(Outdated::HandedOver, now),
            Some(_) | None => {}
        }
        if self.is_step_over() && self.begins_step(reason.as_ref()) {
            self.step_at = every.map(|every| self.counts.ended() + every);
        }
    }

    /// Whether a resume after this pause begins the next step, once a step is over.
    pub(super) fn begins_step(&self, reason: Option<&PauseReason>) -> bool {
        match reason {
            Some(PauseReason::PilotUser) => true,
            // The result for the pilot user hasn't been seen yet.
            Some(
                PauseReason::ByPerson
                | PauseReason::Step
                | PauseReason::Refused(_)
                | PauseReason::AnotherWriter
                | PauseReason::HandedOver,
            ) => !self.is_pilot_step(),
            // A person only tries again, and decides at the end of the step.
            Some(PauseReason::Failing { .. } | PauseReason::Token | PauseReason::NotStored(_)) | None => {
                false
            }
        }
    }
}
