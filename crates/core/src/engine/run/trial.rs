//! The look at the test user: the devices before the change, the flag once more, and the devices after it. The run waits
//! for it, so that a person sees it before going on; what can't be read holds up nobody.

use crate::domain::fault::{Fault, RetryKind};
use crate::domain::row::Row;
use crate::domain::time::Millis;
use crate::domain::trial::Trial;
use crate::engine::connection::Noted;
use crate::engine::driver::Step;
use crate::engine::retry::pause_of_row;

use super::{Job, Place, Run, Said};

/// What is read of the test user.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Look {
    /// The devices, before the first PUT.
    Before,
    /// The flag, once more.
    Flag,
    /// The devices, after that.
    After,
}

/// How far the look is.
#[derive(Debug, Default)]
pub(super) struct Course {
    pub(super) seen: Trial,
    /// From when on the next is read.
    from: Millis,
    reads: u32,
    is_sent: bool,
}

impl Course {
    /// What is to be read next.
    const fn due(&self, is_written: bool, is_settled: bool) -> Option<Look> {
        match &self.seen {
            Trial { before: None, .. } if !is_written => Some(Look::Before),
            _ if !is_settled => None,
            Trial { flag: None, .. } => Some(Look::Flag),
            Trial { after: None, .. } => Some(Look::After),
            _ => None,
        }
    }

    fn found(&mut self, look: Look, said: Result<Said, Fault>) {
        match (look, said) {
            (Look::Flag, Ok(Said::Flag(flag))) => self.seen.flag = Some(Ok(flag)),
            (Look::Before, Ok(Said::Devices(devices))) => self.seen.before = Some(Ok(devices)),
            (Look::After, Ok(Said::Devices(devices))) => self.seen.after = Some(Ok(devices)),
            (Look::Flag, Err(fault)) => self.seen.flag = Some(Err(fault)),
            (Look::Before, Err(fault)) => self.seen.before = Some(Err(fault)),
            (Look::After, Err(fault)) => self.seen.after = Some(Err(fault)),
            // Nothing else is asked for.
            (Look::Before | Look::Flag | Look::After, Ok(_)) => return,
        }
        (self.reads, self.from) = (0, Millis(0));
    }
}

impl Run {
    /// What was seen of the test user, where one is looked at.
    #[must_use]
    pub fn trial(&self) -> Option<&Trial> {
        self.trial.as_ref().map(|course| &course.seen)
    }

    /// Who is changed first. Whoever needs nothing by now is no test user.
    fn test_user(&self) -> Option<Place> {
        let needs_nothing = |row: &Row| row.state.is_ended() && row.writes == 0;
        (0..).zip(&self.rows).find(|(_, row)| !needs_nothing(row)).map(|(place, _)| place)
    }

    /// What was seen before a long wait is old, and may be of somebody who needs nothing any more. What was seen before a
    /// PUT can't be seen again after it.
    pub(super) fn begin_trial_anew(&mut self) {
        let test_user = self.test_user().and_then(|place| self.rows.get(place as usize));
        if test_user.is_some_and(|row| row.writes == 0) {
            self.trial = self.trial.take().map(|_| Course::default());
        }
    }

    /// The next look at the test user, or when there is one. Nothing is written before.
    pub(super) fn next_look(&self, now: Millis) -> Option<Step<Job>> {
        let course = self.trial.as_ref()?;
        let look = self.look_due()?;
        if course.is_sent {
            return Some(Step::Idle);
        }
        if course.from > now {
            return Some(Step::WaitUntil(course.from));
        }
        self.user(self.test_user()?).map(|user| Step::Start(Job::Look { look, user }))
    }

    /// The look that the run waits for.
    pub(super) fn look_due(&self) -> Option<Look> {
        let course = self.trial.as_ref()?;
        let test_user = self.rows.get(self.test_user()? as usize)?;
        course.due(test_user.writes > 0, test_user.state.is_ended())
    }

    pub(super) fn looking(&mut self) {
        if let Some(course) = &mut self.trial {
            course.is_sent = true;
        }
    }

    pub(super) fn looked(&mut self, look: Look, token: u32, noted: &Noted<Said>, now: Millis) {
        let pause = match &noted.said {
            Err(fault) if fault.retry() == RetryKind::WithNewToken => {
                self.unauthorized(token);
                Some(Millis(0))
            }
            Err(fault) => {
                // While others fail as well no attempts are used up.
                let place = self.test_user();
                let counts = u32::from(place.is_none_or(|place| self.breaker.is_alone(place)));
                self.failing(place, fault, now);
                let reads = self.trial.as_mut().map_or(0, |course| {
                    course.reads += counts;
                    course.reads
                });
                pause_of_row(&self.policy, reads, fault, &mut self.jitter)
            }
            Ok(_) => {
                self.recovered();
                None
            }
        };
        let Some(course) = &mut self.trial else { return };
        course.is_sent = false;
        match pause {
            Some(pause) => course.from = now + pause,
            None => course.found(look, noted.said.clone()),
        }
    }
}
