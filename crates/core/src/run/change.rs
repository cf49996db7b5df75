//! Changes one user's flag: from the PUT to a proven outcome.
//!
//! A browser may send a PUT twice, and aborting a request doesn't recall it. So a PUT without a readable answer is
//! neither repeated nor believed: a GET decides. A 429, and a 408 or 503 with PingOne's own body, mean that nothing
//! was changed for now, so the same PUT is retried. Every other 4xx is final.

use std::rc::Rc;

use pingone::driver::{Event, Step, Work};
use pingone::fault::{BadAnswer, Fault};
use pingone::pacer::Priority;
use pingone::policy::Policy;
use pingone::request::Kind;
use pingone::retry::{Jitter, pause};
use pingone::time::Instant;
use pingone::user::{Mfa, UserId};
use pingone::wire::MfaAnswer;

use super::guard::MfaPermit;
use super::outcome::Outcome;

/// A request that a single change sends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Job {
    /// The PUT that sets the flag, with the permit for it.
    Write(MfaPermit),
    /// The GET that reads the flag after the PUT's answer was lost.
    Read(UserId),
}

/// The change of one user's flag, as a state machine.
#[derive(Debug)]
pub struct Change {
    permit: MfaPermit,
    policy: Rc<Policy>,
    jitter: Jitter,
    writes: u32,
    reads: u32,
    state: State,
    lost: Option<Fault>,
    read: Mfa,
}

#[derive(Debug, Clone, PartialEq)]
enum State {
    Write { from: Instant },
    Read { from: Instant },
    Sent,
    Done(Outcome),
}

impl Change {
    /// Creates a change that has sent nothing yet.
    #[must_use]
    pub fn new(permit: MfaPermit, policy: Rc<Policy>, jitter: Jitter) -> Self {
        let state = State::Write { from: Instant(0) };
        Self { permit, policy, jitter, writes: 0, reads: 0, state, lost: None, read: Mfa::Unknown }
    }

    /// The outcome; `None` until the change is done.
    #[must_use]
    pub fn outcome(&self) -> Option<&Outcome> {
        match &self.state {
            State::Done(outcome) => Some(outcome),
            State::Write { .. } | State::Read { .. } | State::Sent => None,
        }
    }

    /// The flag's value in PingOne's last answer; unknown if no answer contained it.
    #[must_use]
    pub fn read(&self) -> Mfa {
        self.read
    }

    /// Whether the PUT's answer was lost and the flag is being read to find the outcome.
    #[must_use]
    pub fn is_unconfirmed(&self) -> bool {
        self.lost.is_some()
    }

    fn written(&mut self, answer: Result<MfaAnswer, Fault>, now: Instant) -> State {
        let fault = match answer {
            Ok(answer) if answer.enabled == self.permit.to() => {
                self.read = answer.enabled.into();
                return State::Done(Outcome::Changed { read_back: false });
            }
            // A 200 with the opposite value proves only that something is wrong.
            Ok(answer) => Fault::WrongShape(contradiction(answer.enabled)),
            Err(fault) => fault,
        };
        match Meaning::of(&fault) {
            Meaning::TransportError => {
                self.lost = Some(fault);
                State::Read { from: now }
            }
            Meaning::Final => State::Done(refused(fault)),
            Meaning::NotNow => match pause(&self.policy, self.writes, &fault, &mut self.jitter) {
                Some(pause) => State::Write { from: now + pause },
                None => State::Done(Outcome::Failed(fault)),
            },
        }
    }

    fn read_back(&mut self, answer: Result<MfaAnswer, Fault>, now: Instant) -> State {
        let lost = self.lost.clone().unwrap_or(Fault::Unreachable);
        match answer {
            Ok(answer) => {
                self.read = answer.enabled.into();
                if answer.enabled == self.permit.to() {
                    return State::Done(Outcome::Changed { read_back: true });
                }
                if self.writes >= self.policy.attempts {
                    return State::Done(Outcome::Failed(lost));
                }
                self.reads = 0;
                self.lost = None;
                let again = pause(&self.policy, self.writes, &lost, &mut self.jitter).unwrap_or_default();
                State::Write { from: now + again }
            }
            Err(fault @ Fault::UserUnknown(_)) => State::Done(Outcome::Gone(fault)),
            Err(fault) => match pause(&self.policy, self.reads, &fault, &mut self.jitter) {
                Some(pause) => State::Read { from: now + pause },
                None => State::Done(Outcome::Unconfirmed(lost)),
            },
        }
    }
}

/// What a failure means for the PUT that it answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Meaning {
    /// Nothing was changed; the same PUT may succeed later.
    NotNow,
    /// Nothing was changed; the same PUT can't succeed.
    Final,
    /// The flag may or may not have been changed.
    TransportError,
}

impl Meaning {
    pub(super) fn of(fault: &Fault) -> Self {
        // Nothing was sent.
        if matches!(fault, Fault::TokenForgotten | Fault::NotPermitted(_)) {
            return Self::Final;
        }
        let Some(refusal) = fault.refusal() else { return Self::TransportError };
        match refusal.status {
            429 => Self::NotNow,
            // PingOne's own body proves that PingOne answered, not an intermediary.
            408 | 503 if refusal.code.is_some() => Self::NotNow,
            400..=499 if refusal.status != 408 => Self::Final,
            _ => Self::TransportError,
        }
    }
}

fn refused(fault: Fault) -> Outcome {
    match fault {
        Fault::UserUnknown(_) => Outcome::Gone(fault),
        _ => Outcome::Refused(fault),
    }
}

pub(super) fn contradiction(enabled: bool) -> BadAnswer {
    let problem = format!("mfaEnabled: {enabled} although the other was asked for");
    BadAnswer { status: 200, correlation_id: None, problem }
}

impl Work for Change {
    type Job = Job;
    type Answer = MfaAnswer;
    const PRIORITY: Priority = Priority::Single;

    fn kind(job: &Job) -> Option<Kind> {
        Some(match job {
            Job::Write(_) => Kind::Write,
            Job::Read(_) => Kind::Read,
        })
    }

    fn next(&self, now: Instant) -> Step<Job> {
        match self.state {
            State::Write { from } | State::Read { from } if now < from => Step::WaitUntil(from),
            State::Write { .. } => Step::Start(Job::Write(self.permit)),
            State::Read { .. } => Step::Start(Job::Read(self.permit.user())),
            State::Sent => Step::Idle,
            State::Done(_) => Step::Done,
        }
    }

    fn apply(&mut self, event: Event<Job, MfaAnswer>, now: Instant) {
        match event {
            Event::Started(Job::Write(_)) => {
                self.writes += 1;
                self.state = State::Sent;
            }
            Event::Started(Job::Read(_)) => {
                self.reads += 1;
                self.state = State::Sent;
            }
            Event::Answered(Job::Write(_), answer) => self.state = self.written(answer, now),
            Event::Answered(Job::Read(_), answer) => self.state = self.read_back(answer, now),
            // A single change is too short to stop: a request that was sent can't be recalled.
            Event::Command(_) => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::guard::Guard;
    use super::*;
    use pingone::fault::Refusal;
    use pingone::fault::WriteRefusal;
    use pingone::time::Millis;
    use uuid::Uuid;

    const USER: UserId = UserId(Uuid::from_u128(1));

    fn says(enabled: bool) -> MfaAnswer {
        MfaAnswer { enabled, self_link: None, user_link: None }
    }

    fn refuses(status: u16, code: Option<&str>) -> Fault {
        let refusal = Refusal { status, code: code.map(str::to_owned), ..Refusal::default() };
        match status {
            404 => Fault::UserUnknown(refusal),
            429 => Fault::RateLimited { refusal, after: None },
            408 | 500.. => Fault::ServerFailed(refusal),
            _ => Fault::RoleMissing(refusal),
        }
    }

    /// Runs a change against scripted answers. Returns the jobs that were started (`W` for the PUT,
    /// `R` for the GET) and the outcome.
    fn play(script: impl IntoIterator<Item = Result<MfaAnswer, Fault>>) -> (String, Outcome) {
        let mut change = Change::new(
            Guard::default().planned(USER, true).unwrap(),
            Rc::new(Policy::default()),
            Jitter::new(3),
        );
        let (mut script, mut jobs, mut now) = (script.into_iter(), String::new(), Instant(0));
        loop {
            match change.next(now) {
                Step::Start(job) => {
                    jobs.push(if matches!(job, Job::Write(_)) { 'W' } else { 'R' });
                    change.apply(Event::Started(job), now);
                    let answer = script.next().expect("the script has an answer for every job");
                    change.apply(Event::Answered(job, answer), now);
                }
                Step::WaitUntil(at) => now = at,
                Step::Idle => panic!("idle with nothing in flight"),
                Step::Done => {
                    return (jobs, change.outcome().cloned().expect("a done change has an outcome"));
                }
            }
        }
    }

    #[test]
    fn a_body_with_the_requested_value_proves_the_change() {
        assert_eq!(play([Ok(says(true))]), ("W".into(), Outcome::Changed { read_back: false }));
    }

    #[test]
    fn a_lost_answer_is_resolved_by_a_read() {
        for lost in [
            Fault::Unreachable,
            Fault::Timeout { after: Millis(1) },
            refuses(500, Some("UNEXPECTED_ERROR")),
            refuses(503, None),
            refuses(502, None),
        ] {
            assert_eq!(
                play([Err(lost), Ok(says(true))]),
                ("WR".into(), Outcome::Changed { read_back: true })
            );
        }
    }

    #[test]
    fn a_200_with_the_opposite_value_is_verified_by_a_read() {
        assert_eq!(play([Ok(says(false)), Ok(says(true))]).0, "WR");
    }

    #[test]
    fn a_put_whose_answer_was_lost_by_a_defect_is_verified_by_a_read() {
        assert_eq!(play([Err(Fault::Internal("x")), Ok(says(true))]).0, "WR");
    }

    #[test]
    fn a_put_that_was_not_applied_is_retried_and_finally_fails() {
        assert_eq!(play([Err(Fault::Unreachable), Ok(says(false)), Ok(says(true))]).0, "WRW");
        let never = std::iter::repeat_n([Err(Fault::Unreachable), Ok(says(false))], 3).flatten();
        assert_eq!(play(never), ("WRWRWR".into(), Outcome::Failed(Fault::Unreachable)));
    }

    #[test]
    fn a_temporary_refusal_retries_the_same_put_without_a_read() {
        for status in [408, 429, 503] {
            let fault = refuses(status, Some("CODE"));
            assert_eq!(play([Err(fault.clone()), Ok(says(true))]).0, "WW", "{status}");
            let always = std::iter::repeat_n(Err(fault.clone()), 3);
            assert_eq!(play(always), ("WWW".into(), Outcome::Failed(fault)), "{status}");
        }
    }

    #[test]
    fn every_other_refusal_is_final() {
        assert_eq!(play([Err(refuses(403, None))]).1, Outcome::Refused(refuses(403, None)));
        assert_eq!(play([Err(refuses(404, None))]).1, Outcome::Gone(refuses(404, None)));
        for unsent in [Fault::TokenForgotten, Fault::NotPermitted(WriteRefusal::Protected)] {
            assert_eq!(play([Err(unsent.clone())]), ("W".into(), Outcome::Refused(unsent)));
        }
    }

    #[test]
    fn an_answer_stays_lost_if_every_read_fails() {
        let dead = std::iter::repeat_n(Err(Fault::Unreachable), 4);
        assert_eq!(play(dead), ("WRRR".into(), Outcome::Unconfirmed(Fault::Unreachable)));
        assert_eq!(
            play([Err(Fault::Unreachable), Err(refuses(404, None))]).1,
            Outcome::Gone(refuses(404, None))
        );
    }

    #[test]
    fn a_lost_answer_is_read_at_once_then_after_a_pause_and_reads_count_as_reads() {
        let permit = Guard::default().planned(USER, true).unwrap();
        let mut change = Change::new(permit, Rc::new(Policy::default()), Jitter::new(3));
        let mut now = Instant(0);
        for expected in [Kind::Write, Kind::Read] {
            let Step::Start(job) = change.next(now) else { panic!("the {expected:?} waits") };
            assert_eq!(Change::kind(&job), Some(expected));
            change.apply(Event::Started(job), now);
            change.apply(Event::Answered(job, Err(Fault::Unreachable)), now);
        }
        let Step::WaitUntil(at) = change.next(now) else { panic!("the read is retried without a pause") };
        assert!(at > now);
        now = at;
        assert_eq!(change.next(now), Step::Start(Job::Read(USER)));
    }
}
