//! Looks up the users of an import in PingOne: several per request if a filter can select them, one by
//! one if they are given by user ID.
//!
//! The questions are split into portions, one request each. A portion that PingOne refuses is halved until the
//! question at fault stands by itself; it is then counted as refused, and the others are answered. If too many
//! single questions are refused, PingOne is more likely at fault: the lookup pauses ([`State::Paused`]) and
//! retries all of them when it resumes.

use std::collections::HashMap;
use std::ops::Range;
use std::rc::Rc;

use pingone::driver::{Command, Event, Step, Work};
use pingone::endpoint::Cursor;
use pingone::fault::{Fault, Paging, RetryKind};
use pingone::pacer::Priority;
use pingone::policy::Policy;
use pingone::request::{Kind, Page, ReadPage};
use pingone::retry::{Jitter, pause};
use pingone::time::Instant;
use pingone::user::UserId;

use super::Questions;

/// Upper bound for the pages of one portion's answer. Several users may share an email address.
const MOST_PAGES: u32 = 50;

/// How many single questions may be refused before the lookup pauses, because PingOne is then more likely at fault
/// than the questions. Each resume allows as many more.
const MOST_REFUSED: usize = 20;

/// The request that answers one portion of the questions.
#[derive(Debug, Clone)]
pub struct Job {
    portion: usize,
    /// The request to send to PingOne.
    pub ask: LookupRequest,
}

/// A request that a lookup sends.
#[derive(Debug, Clone)]
pub enum LookupRequest {
    /// A page of the users that match a filter.
    Page(ReadPage),
    /// Reads a single user by user ID.
    User(UserId),
}

/// The answer to a request of a lookup.
#[derive(Debug, Clone)]
pub enum Answer {
    /// The answer to [`LookupRequest::Page`]: a page of users.
    Page(Page),
    /// The answer to [`LookupRequest::User`]: whether the user exists.
    User(bool),
}

/// The state of a lookup, as shown to a person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum State {
    /// Requests are being sent and answered.
    LookingUp,
    /// Paused after this fault; [`Command::Resume`] retries.
    Paused(Fault),
    /// Every question was answered or refused.
    Complete,
}

/// The lookup of an import's users, as a state machine.
pub struct Lookup {
    questions: Rc<Questions>,
    policy: Rc<Policy>,
    jitter: Jitter,
    portions: Vec<Portion>,
    matches_by_entry: HashMap<usize, Vec<UserId>>,
    refused: Vec<usize>,
    most_refused: usize,
    done: usize,
    paused_by: Option<Fault>,
}

/// Consecutive questions that one request answers.
struct Portion {
    questions: Range<usize>,
    cursor: Option<Cursor>,
    pages: u32,
    attempts: u32,
    progress: Progress,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Progress {
    Ready { from: Instant },
    Sent,
    Failed,
    Done,
}

impl Portion {
    fn new(questions: Range<usize>) -> Self {
        let progress = Progress::Ready { from: Instant(0) };
        Self { questions, cursor: None, pages: 0, attempts: 0, progress }
    }
}

impl Lookup {
    /// Creates a lookup that has sent nothing.
    #[must_use]
    pub fn new(questions: Rc<Questions>, policy: Rc<Policy>, jitter: Jitter) -> Self {
        let portions = questions.portions().into_iter().map(Portion::new).collect();
        Self {
            questions,
            policy,
            jitter,
            portions,
            matches_by_entry: HashMap::new(),
            refused: Vec::new(),
            most_refused: MOST_REFUSED,
            done: 0,
            paused_by: None,
        }
    }

    /// The current state of the lookup.
    #[must_use]
    pub fn state(&self) -> State {
        if let Some(fault) = &self.paused_by {
            return State::Paused(fault.clone());
        }
        if self.is_complete() { State::Complete } else { State::LookingUp }
    }

    /// The number of questions that are answered or refused.
    #[must_use]
    pub fn done(&self) -> usize {
        self.done
    }

    /// The number of questions that PingOne refused, or answered in an unreadable way.
    #[must_use]
    pub fn refused(&self) -> usize {
        self.refused.len()
    }

    /// The users that each entry of the import matches; entries without a match are missing.
    #[must_use]
    pub fn answers(&self) -> Vec<(usize, Vec<UserId>)> {
        self.matches_by_entry.iter().map(|(entry, users)| (*entry, users.clone())).collect()
    }

    fn is_complete(&self) -> bool {
        self.portions.iter().all(|portion| portion.progress == Progress::Done)
    }

    fn ask(&self, portion: &Portion) -> Option<LookupRequest> {
        if let Some(user) = self.questions.user(portion.questions.start) {
            return Some(LookupRequest::User(user));
        }
        let filter = self.questions.filter(portion.questions.clone())?;
        Some(LookupRequest::Page(ReadPage { filter: Some(filter), cursor: portion.cursor.clone() }))
    }

    fn answered(&mut self, index: usize, answer: Result<Answer, Fault>, now: Instant) {
        let answer = match answer {
            Ok(answer) => answer,
            Err(fault) => return self.failed(index, fault, now),
        };
        let Some(portion) = self.portions.get_mut(index) else { return };
        portion.attempts = 0;
        portion.pages += 1;
        let next = match answer {
            Answer::User(is_there) => {
                let user = self.questions.user(portion.questions.start).filter(|_| is_there);
                if let (Some(user), Some(entry)) = (user, self.questions.entry(portion.questions.start)) {
                    self.matches_by_entry.entry(entry).or_default().push(user);
                }
                None
            }
            Answer::Page(page) => {
                for user in page.rows.iter().flatten().filter(|user| !user.id.0.is_nil()) {
                    if let Some(entry) = self.questions.naming(user) {
                        self.matches_by_entry.entry(entry).or_default().push(user.id);
                    }
                }
                page.next
            }
        };
        match next {
            None => self.end(index),
            Some(_) if portion.pages >= MOST_PAGES => {
                portion.progress = Progress::Failed;
                self.paused_by = Some(Fault::Paging(Paging::Loop));
            }
            Some(next) => {
                portion.cursor = Some(next);
                portion.progress = Progress::Ready { from: now };
            }
        }
    }

    fn end(&mut self, index: usize) {
        if let Some(portion) = self.portions.get_mut(index) {
            portion.progress = Progress::Done;
            self.done += portion.questions.len();
        }
    }

    fn failed(&mut self, index: usize, fault: Fault, now: Instant) {
        if matches!(fault, Fault::RequestRefused(_) | Fault::WrongShape(_)) {
            return self.split(index, fault, now);
        }
        let Some(portion) = self.portions.get_mut(index) else { return };
        if fault.retry() == RetryKind::WithNewToken {
            portion.attempts = 0;
            portion.progress = Progress::Ready { from: now };
            self.paused_by = Some(fault);
            return;
        }
        if let Some(pause) = pause(&self.policy, portion.attempts, &fault, &mut self.jitter) {
            portion.progress = Progress::Ready { from: now + pause };
            return;
        }
        if fault.is_of_one_user() {
            return self.split(index, fault, now);
        }
        portion.progress = Progress::Failed;
        self.paused_by = Some(fault);
    }

    /// A single question may be the cause of the failure: halves the portion, so that
    /// the others are answered without it.
    fn split(&mut self, index: usize, fault: Fault, now: Instant) {
        let Some(portion) = self.portions.get_mut(index) else { return };
        let Range { start, end } = portion.questions;
        if end - start > 1 {
            let middle = start.midpoint(end);
            *portion = Portion { progress: Progress::Ready { from: now }, ..Portion::new(start..middle) };
            self.portions.push(Portion::new(middle..end));
            return;
        }
        if self.refused.len() >= self.most_refused {
            portion.progress = Progress::Failed;
            self.paused_by = Some(fault);
            return self.retry_refused();
        }
        self.refused.push(start);
        self.end(index);
    }

    /// PingOne is at fault, not the questions: they are no longer counted as refused, and a resume retries all of them.
    fn retry_refused(&mut self) {
        let refused = std::mem::take(&mut self.refused);
        self.done = self.done.saturating_sub(refused.len());
        let again = |start| Portion { progress: Progress::Failed, ..Portion::new(start..start + 1) };
        self.portions.extend(refused.into_iter().map(again));
    }

    fn resume(&mut self, now: Instant) {
        let Some(fault) = self.paused_by.take() else { return };
        if fault.is_of_one_user() {
            self.most_refused = self.most_refused.saturating_add(MOST_REFUSED);
        }
        for portion in &mut self.portions {
            if portion.progress == Progress::Failed {
                *portion = Portion {
                    progress: Progress::Ready { from: now },
                    ..Portion::new(portion.questions.clone())
                };
            }
        }
    }
}

impl Work for Lookup {
    type Job = Job;
    type Answer = Answer;
    const PRIORITY: Priority = Priority::Bulk;

    fn kind(_: &Job) -> Option<Kind> {
        Some(Kind::Read)
    }

    fn width(&self) -> u32 {
        self.policy.reads_in_flight
    }

    fn next(&self, now: Instant) -> Step<Job> {
        if self.paused_by.is_some() {
            return Step::Idle;
        }
        let mut earliest: Option<Instant> = None;
        let mut is_done = true;
        for (index, portion) in self.portions.iter().enumerate() {
            is_done &= portion.progress == Progress::Done;
            let Progress::Ready { from } = portion.progress else { continue };
            if from > now {
                earliest = Some(earliest.map_or(from, |at| at.min(from)));
            } else if let Some(ask) = self.ask(portion) {
                return Step::Start(Job { portion: index, ask });
            }
        }
        if is_done { Step::Done } else { earliest.map_or(Step::Idle, Step::WaitUntil) }
    }

    fn apply(&mut self, event: Event<Job, Answer>, now: Instant) {
        match event {
            Event::Started(job) => {
                if let Some(portion) = self.portions.get_mut(job.portion) {
                    portion.attempts += 1;
                    portion.progress = Progress::Sent;
                }
            }
            Event::Answered(job, answer) => self.answered(job.portion, answer, now),
            Event::Command(Command::Resume) => self.resume(now),
            Event::Command(_) => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    use std::ops::RangeInclusive;

    use super::super::{Identity, ImportFile, Matches, normalize, read};
    use pingone::environment::EnvironmentId;
    use pingone::fault::Refusal;
    use pingone::region::{RegionCode, Regions};
    use pingone::tenant::Tenant;
    use pingone::user::User;
    use pingone_mfa_testkit::user::numbered as user;
    use uuid::Uuid;

    fn list(text: &str, by: Identity) -> ImportFile {
        let mut list = read(text.as_bytes(), &normalize()).unwrap();
        list.identify(0, by, false);
        list
    }

    fn lookup(list: &ImportFile) -> Lookup {
        Lookup::new(
            Rc::new(Questions::of(list.confirmed().unwrap())),
            Rc::new(Policy::default()),
            Jitter::new(1),
        )
    }

    fn start(lookup: &mut Lookup) -> Job {
        let Step::Start(job) = lookup.next(Instant(u64::MAX)) else { panic!("{:?}", lookup.state()) };
        lookup.apply(Event::Started(job.clone()), Instant(0));
        job
    }

    fn answer(lookup: &mut Lookup, job: Job, answer: Result<Answer, Fault>) {
        lookup.apply(Event::Answered(job, answer), Instant(0));
    }

    fn page(users: &[User], next: Option<Cursor>) -> Answer {
        let rows = users.iter().cloned().map(Ok).collect();
        Answer::Page(Page { rows, count: None, next })
    }

    /// Usernames of test users, one per line.
    fn usernames(numbers: RangeInclusive<u32>) -> String {
        numbers.map(|number| format!("user{number:03}\n")).collect::<Vec<_>>().concat()
    }

    fn cursor() -> Cursor {
        let region = Regions::default().get(&RegionCode("EU".into())).unwrap().clone();
        let tenant = Tenant { region, environment: EnvironmentId(Uuid::nil()) };
        let link = format!("{}/environments/{}/users?cursor=a", tenant.region.api_base, tenant.environment);
        Cursor::from_link(&tenant, "/users", &link).unwrap()
    }

    fn refused() -> Fault {
        Fault::RequestRefused(Refusal::default())
    }

    /// Answers with these users as PingOne would, and refuses every request that contains
    /// `poison`. Returns the number of requests.
    fn drive(lookup: &mut Lookup, users: &[User], poison: &str) -> usize {
        drive_failing(lookup, users, poison, &refused())
    }

    fn drive_failing(lookup: &mut Lookup, users: &[User], poison: &str, fault: &Fault) -> usize {
        let mut requests = 0;
        while !matches!(lookup.next(Instant(u64::MAX)), Step::Done | Step::Idle) {
            requests += 1;
            let job = start(lookup);
            let reply = match &job.ask {
                LookupRequest::User(id) => Ok(Answer::User(users.iter().any(|user| user.id == *id))),
                LookupRequest::Page(asked) => {
                    let filter = asked.filter.as_ref().unwrap().to_string();
                    let holds = |user: &&User| filter.contains(&format!("\"{}\"", user.username));
                    let rows: Vec<User> = users.iter().filter(holds).cloned().collect();
                    let is_poisoned = !poison.is_empty() && filter.contains(poison);
                    if is_poisoned { Err(fault.clone()) } else { Ok(page(&rows, None)) }
                }
            };
            answer(lookup, job, reply);
        }
        requests
    }

    #[test]
    fn several_users_are_looked_up_per_request_and_matched() {
        let names = usernames(1..=25).to_uppercase();
        let list = list(&format!("{names}user003\n"), Identity::Username);
        let mut lookup = lookup(&list);
        assert_eq!(drive(&mut lookup, &[user(3), user(20)], ""), 3);
        assert_eq!((lookup.state(), lookup.done()), (State::Complete, 25));
        let matches = Matches::from_answers(list.confirmed().unwrap(), lookup.answers());
        assert_eq!(matches.found, [(2, user(3).id), (19, user(20).id)]);
        assert_eq!((matches.not_found.len(), matches.duplicates), (23, vec![25]));
    }

    #[test]
    fn a_missing_user_is_not_a_fault() {
        let list = list(&format!("{}\n{}\n", user(1).id, user(2).id), Identity::UserId);
        let mut lookup = lookup(&list);
        assert_eq!(drive(&mut lookup, &[user(2)], ""), 2);
        assert_eq!(lookup.answers(), [(1, vec![user(2).id])]);
    }

    #[test]
    fn a_refused_question_does_not_affect_the_others() {
        let names = usernames(1..=10);
        let list = list(&format!("{names}bad\n"), Identity::Username);
        let mut lookup = lookup(&list);
        drive(&mut lookup, &[user(7)], "bad");
        assert_eq!((lookup.state(), lookup.refused(), lookup.done()), (State::Complete, 1, 11));
        assert_eq!(lookup.answers(), [(6, vec![user(7).id])]);
    }

    #[test]
    fn many_refusals_pause_the_lookup_instead_of_blaming_the_import() {
        let names = usernames(1..=200);
        let list = list(&names, Identity::Username);
        let mut lookup = lookup(&list);
        let requests = drive(&mut lookup, &[], "user");
        assert_eq!(lookup.state(), State::Paused(refused()));
        assert!(requests < 100, "{requests}");
    }

    #[test]
    fn a_failing_question_does_not_affect_the_others() {
        for fault in [Fault::ServerFailed(Refusal::default()), Fault::RoleMissing(Refusal::default())] {
            for (before, after, bad, index) in
                [("bad\n", "", 1, 7), ("", "bad\n", 1, 6), ("bad1\n", "bad2\n", 2, 7)]
            {
                let names = usernames(1..=30);
                let list = list(&format!("{before}{names}{after}"), Identity::Username);
                let mut lookup = lookup(&list);
                drive_failing(&mut lookup, &[user(7)], "bad", &fault);
                let ended = (lookup.state(), lookup.refused(), lookup.done());
                assert_eq!(ended, (State::Complete, bad, 30 + bad), "{before}{after}");
                assert_eq!(lookup.answers(), [(index, vec![user(7).id])]);
            }
        }
    }

    #[test]
    fn questions_that_failed_with_everything_else_are_retried_on_resume() {
        let list = list(&usernames(1..=200), Identity::Username);
        let mut lookup = lookup(&list);
        let fault = Fault::ServerFailed(Refusal::default());
        drive_failing(&mut lookup, &[], "user", &fault);
        assert_eq!((lookup.state(), lookup.refused(), lookup.done()), (State::Paused(fault), 0, 0));
        lookup.apply(Event::Command(Command::Resume), Instant(0));
        drive(&mut lookup, &[user(1), user(200)], "");
        assert_eq!((lookup.state(), lookup.refused(), lookup.done()), (State::Complete, 0, 200));
        assert_eq!(lookup.answers().len(), 2);
    }

    #[test]
    fn a_lookup_resumed_after_many_refusals_completes() {
        let list = list(&usernames(1..=50), Identity::Username);
        let mut lookup = lookup(&list);
        for _ in 0..2 {
            drive(&mut lookup, &[], "user");
            assert_eq!(lookup.state(), State::Paused(refused()));
            lookup.apply(Event::Command(Command::Resume), Instant(0));
        }
        drive(&mut lookup, &[], "user");
        assert_eq!((lookup.state(), lookup.refused(), lookup.done()), (State::Complete, 50, 50));
    }

    #[test]
    fn all_pages_are_read_and_a_shared_email_address_is_ambiguous() {
        let shared = |number| User { email: Some("desk@example.com".into()), ..user(number) };
        let list = list("desk@example.com\n", Identity::Email);
        let mut lookup = lookup(&list);
        let job = start(&mut lookup);
        let cursor = cursor();
        answer(&mut lookup, job, Ok(page(&[shared(1)], Some(cursor.clone()))));
        let job = start(&mut lookup);
        let LookupRequest::Page(asked) = &job.ask else { panic!() };
        assert_eq!(asked.cursor, Some(cursor));
        answer(&mut lookup, job, Ok(page(&[shared(2)], None)));
        let matches = Matches::from_answers(list.confirmed().unwrap(), lookup.answers());
        assert_eq!(matches.ambiguous.len(), 1);
    }

    #[test]
    fn an_expired_token_pauses_and_the_next_one_continues_from_there() {
        let list = list("user001\n", Identity::Username);
        let mut lookup = lookup(&list);
        let job = start(&mut lookup);
        let ended = Fault::TokenExpired(Refusal::default());
        answer(&mut lookup, job, Err(ended.clone()));
        assert_eq!(lookup.state(), State::Paused(ended));
        assert!(matches!(lookup.next(Instant(u64::MAX)), Step::Idle));
        lookup.apply(Event::Command(Command::Resume), Instant(0));
        drive(&mut lookup, &[user(1)], "");
        assert_eq!((lookup.state(), lookup.answers().len()), (State::Complete, 1));
    }

    #[test]
    fn a_failure_is_retried_and_then_pauses_for_a_person() {
        let list = list("user001\n", Identity::Username);
        let mut lookup = lookup(&list);
        for _ in 0..3 {
            assert_eq!(lookup.state(), State::LookingUp);
            let job = start(&mut lookup);
            answer(&mut lookup, job, Err(Fault::Unreachable));
        }
        assert_eq!(lookup.state(), State::Paused(Fault::Unreachable));
        lookup.apply(Event::Command(Command::Resume), Instant(0));
        drive(&mut lookup, &[user(1)], "");
        assert_eq!(lookup.answers().len(), 1);
    }

    #[test]
    fn an_import_without_questions_completes_at_once() {
        let lookup = lookup(&list("4.1E+07\n", Identity::Username));
        assert!(matches!(lookup.next(Instant(0)), Step::Done));
        assert_eq!(lookup.state(), State::Complete);
    }
}
