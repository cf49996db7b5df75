//! Reads the pilot user for the person who checks it: the devices before the change, then
//! the flag and the devices after it.
//!
//! The run waits for these reads, so that the person sees their results before continuing. A read that fails for good
//! doesn't hold up the run; its fault is shown instead.

use pingone::connection::Answered;
use pingone::driver::Step;
use pingone::fault::{Fault, RetryKind};
use pingone::retry::pause_of_row;
use pingone::time::{Instant, Millis};

use crate::run::pilot::PilotReadings;
use crate::run::record::RowIndex;
use crate::run::row::Row;

use super::{Job, JobAnswer, Run};

/// One of the readings of the pilot user.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PilotRead {
    /// The devices, before the first PUT.
    Before,
    /// The flag, after the change is settled.
    Flag,
    /// The devices, after the flag was read.
    After,
}

/// The progress of these reads.
#[derive(Debug, Default)]
pub(super) struct PilotProgress {
    pub(super) seen: PilotReadings,
    /// From when on the next read may be sent.
    from: Instant,
    reads: u32,
    is_sent: bool,
}

impl PilotProgress {
    /// The next reading, if one is due.
    const fn due(&self, is_written: bool, is_settled: bool) -> Option<PilotRead> {
        match &self.seen {
            PilotReadings { before: None, .. } if !is_written => Some(PilotRead::Before),
            _ if !is_settled => None,
            PilotReadings { flag: None, .. } => Some(PilotRead::Flag),
            PilotReadings { after: None, .. } => Some(PilotRead::After),
            _ => None,
        }
    }

    fn record(&mut self, read: PilotRead, result: Result<JobAnswer, Fault>) {
        match (read, result) {
            (PilotRead::Flag, Ok(JobAnswer::Flag(flag))) => self.seen.flag = Some(Ok(flag)),
            (PilotRead::Before, Ok(JobAnswer::Devices(devices))) => self.seen.before = Some(Ok(devices)),
            (PilotRead::After, Ok(JobAnswer::Devices(devices))) => self.seen.after = Some(Ok(devices)),
            (PilotRead::Flag, Err(fault)) => self.seen.flag = Some(Err(fault)),
            (PilotRead::Before, Err(fault)) => self.seen.before = Some(Err(fault)),
            (PilotRead::After, Err(fault)) => self.seen.after = Some(Err(fault)),
            // No other answer is expected.
            (PilotRead::Before | PilotRead::Flag | PilotRead::After, Ok(_)) => return,
        }
        (self.reads, self.from) = (0, Instant::default());
    }
}

impl Run {
    /// The readings of the pilot user; `None` if the run has no pilot user.
    #[must_use]
    pub fn pilot(&self) -> Option<&PilotReadings> {
        self.pilot.as_ref().map(|progress| &progress.seen)
    }

    /// The row that is changed first. A row that was settled without a PUT isn't the pilot user.
    fn pilot_user(&self) -> Option<RowIndex> {
        let needs_nothing = |row: &Row| row.state.is_settled() && row.writes == 0;
        (0..).zip(&self.rows).find(|(_, row)| !needs_nothing(row)).map(|(index, _)| index)
    }

    /// Discards readings from before a long wait: they are outdated, and may be of a user who no longer needs a
    /// change. After a PUT they are kept, because what was read before it can't be read again.
    pub(super) fn restart_pilot(&mut self) {
        let pilot_user = self.pilot_user().and_then(|index| self.rows.get(index as usize));
        if pilot_user.is_some_and(|row| row.writes == 0) {
            self.pilot = self.pilot.take().map(|_| PilotProgress::default());
        }
    }

    /// The next read of the pilot user, or when it is due. Nothing is written before it.
    pub(super) fn next_pilot_read(&self, now: Instant) -> Option<Step<Job>> {
        let progress = self.pilot.as_ref()?;
        let read = self.pilot_read_due()?;
        if progress.is_sent {
            return Some(Step::Idle);
        }
        if progress.from > now {
            return Some(Step::WaitUntil(progress.from));
        }
        self.user(self.pilot_user()?).map(|user| Step::Start(Job::PilotRead { read, user }))
    }

    /// The reading that the run waits for.
    pub(super) fn pilot_read_due(&self) -> Option<PilotRead> {
        let progress = self.pilot.as_ref()?;
        let pilot_user = self.rows.get(self.pilot_user()? as usize)?;
        progress.due(pilot_user.writes > 0, pilot_user.state.is_settled())
    }

    pub(super) fn pilot_read_started(&mut self) {
        if let Some(progress) = &mut self.pilot {
            progress.is_sent = true;
        }
    }

    pub(super) fn pilot_read_done(
        &mut self,
        read: PilotRead,
        token: u32,
        answered: &Answered<JobAnswer>,
        now: Instant,
    ) {
        let pause = match &answered.result {
            Err(fault) if fault.retry() == RetryKind::WithNewToken => {
                self.unauthorized(token);
                Some(Millis(0))
            }
            Err(fault) => {
                // While other rows fail too, no attempt is counted.
                let index = self.pilot_user();
                let counts = u32::from(index.is_none_or(|index| self.breaker.is_only_row_failing(index)));
                self.failing(index, fault, now);
                let reads = self.pilot.as_mut().map_or(0, |progress| {
                    progress.reads += counts;
                    progress.reads
                });
                pause_of_row(&self.policy, reads, fault, &mut self.jitter)
            }
            Ok(_) => {
                self.recovered();
                None
            }
        };
        let Some(progress) = &mut self.pilot else { return };
        progress.is_sent = false;
        match pause {
            Some(pause) => progress.from = now + pause,
            None => progress.record(read, answered.result.clone()),
        }
    }
}
