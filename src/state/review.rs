//! What is looked at before a run begins: who was chosen, what they have now, and what will be changed.

use std::cell::RefCell;
use std::collections::{HashMap, HashSet};
use std::rc::Rc;

use futures::channel::mpsc::{self, UnboundedSender};
use futures::stream::StreamExt;
use pingone_mfa_core::api::redaction::has_token;
use pingone_mfa_core::api::request::ReadUser;
use pingone_mfa_core::code::script::Shell;
use pingone_mfa_core::domain::confirmation::{Confirmation, confirmation, is_number_typed};
use pingone_mfa_core::domain::digits::typed_number;
use pingone_mfa_core::domain::draft::{Choices, Draft, Fresh, Weighed, Weighing};
use pingone_mfa_core::domain::estimate::{Effort, Estimate};
use pingone_mfa_core::domain::evidence::Tried;
use pingone_mfa_core::domain::fault::{Fault, Paging};
use pingone_mfa_core::domain::limits::{Limits, RunObstacle};
use pingone_mfa_core::domain::plan::{Plan, Stops};
use pingone_mfa_core::domain::query::GroupFilter;
use pingone_mfa_core::domain::time::{Millis, Wall};
use pingone_mfa_core::domain::user::UserId;
use pingone_mfa_core::domain::users::{Row, Users};
use pingone_mfa_core::engine::connection::Connection;
use pingone_mfa_core::engine::driver::{Command, drive};
use pingone_mfa_core::engine::listing::{Job, Listing, State};

use super::Ports;
use super::directory::{Directory, ReadRow, members};
use super::load::Load;
use super::run::{PAGE, Run};
use super::saving::Progress;
use super::tasks::Tasks;
use super::troubleshooting::Spot;
use super::watched::Watched;

/// So many users are weighed before the page may do something else.
const ROWS_AT_ONCE: usize = 10_000;

/// How many users are read one by one at once.
const SIDE_BY_SIDE: usize = 6;

/// A run that is to be started.
#[derive(Debug, Clone, PartialEq)]
pub struct Reviewed {
    /// Who is to be changed.
    pub draft: Rc<Draft>,
    /// When the list was read from which they were chosen.
    pub listed_at: Option<Wall>,
    /// How far the reading of what they have now is.
    pub reading: Reading,
}

/// How far the values are read again.
#[derive(Debug, Clone, PartialEq)]
pub enum Reading {
    /// They are read from then on: until then what the run before sent late may arrive.
    Waiting(Wall),
    /// So many of the chosen were read.
    Going(u64),
    /// They could not be read.
    Failed(Fault),
    /// They were read, and this is what comes of it.
    Ready(Rc<Weighed>),
}

/// Why the run can't be started yet.
#[derive(Debug, Clone, PartialEq)]
pub enum Obstacle {
    /// The deployment forbids it.
    Limit(RunObstacle),
    /// MFA of so many administrators is never turned off at once.
    Administrators,
    /// Nobody needs a change.
    NothingToDo,
    /// No test user is named, and one must be.
    TestUserMissing,
    /// There is no such user in the plan.
    TestUserUnknown,
    /// The number of users after which to wait is none.
    StepUnreadable,
    /// The change reference is missing, or looks different from what the deployment wants.
    Reference,
    /// The change reference or the reason, which are stored, has a token.
    TokenTyped,
    /// No reason is given.
    ReasonMissing,
    /// The number of changes is not typed, or another one.
    NumberMissing,
}

/// What is looked at before a run begins.
pub struct Review {
    /// The run that is to be started, if any.
    pub shown: Watched<Option<Reviewed>>,
    /// Whom to change although it may not be wanted.
    pub choices: Watched<Choices>,
    /// The test user, by username or ID.
    pub start_with: Watched<String>,
    /// After how many further users to wait.
    pub then: Watched<String>,
    /// The change reference.
    pub reference: Watched<String>,
    /// Why MFA is turned off.
    pub reason: Watched<String>,
    /// The number of changes, as typed.
    pub typed: Watched<String>,
    /// Whether a file of it has usernames.
    pub save_with_names: Watched<bool>,
    /// How far such a file is.
    pub saved: Watched<Progress>,
    /// What a script of it is written in.
    pub shell: Watched<Shell>,
    fresh: RefCell<HashMap<UserId, Wall>>,
    protected: RefCell<HashSet<UserId>>,
    commands: RefCell<Option<UnboundedSender<Command>>>,
    tasks: Tasks,
    ports: &'static Ports,
    directory: &'static Directory,
    run: &'static Run,
    limits: Limits,
}

impl Review {
    pub(super) fn new(
        ports: &'static Ports,
        directory: &'static Directory,
        run: &'static Run,
        limits: Limits,
    ) -> Self {
        Self {
            shown: Watched::default(),
            choices: Watched::default(),
            start_with: Watched::default(),
            then: Watched::default(),
            reference: Watched::default(),
            reason: Watched::default(),
            typed: Watched::default(),
            save_with_names: Watched::default(),
            saved: Watched::default(),
            shell: Watched::default(),
            fresh: RefCell::default(),
            protected: RefCell::default(),
            commands: RefCell::default(),
            tasks: Tasks::default(),
            ports,
            directory,
            run,
            limits,
        }
    }

    /// Whether the deployment permits runs in this direction.
    pub fn may_run(&self, to: bool) -> bool {
        self.limits.may_run(to)
    }

    /// What the deployment wants of a change reference, if it wants one.
    pub fn limits(&self) -> &Limits {
        &self.limits
    }

    /// Begins with everyone who is selected. Of one user only the usual question is asked.
    pub fn of_selected(&'static self, to: bool) {
        let Some(connection) = self.run.connection() else { return };
        let users = self.directory.selected_ids();
        match users.as_slice() {
            [] => {}
            [one] if to => self.directory.set_mfa(*one, true),
            [one] => self.directory.asking.set(Some(*one)),
            _ => self.begin_of(Draft::new(connection.tenant().environment, to, users), Choices::default()),
        }
    }

    /// Begins with these users. `listed_at` is when the list was read in which they were found, if they were.
    pub fn of_users(&'static self, to: bool, users: Vec<UserId>, listed_at: Option<Wall>) {
        let Some(connection) = self.run.connection() else { return };
        let draft = Draft::new(connection.tenant().environment, to, users);
        self.begin(draft, Choices::default(), listed_at);
    }

    /// Begins with a run that is sent again or taken back.
    pub fn of_draft(&'static self, draft: Draft) {
        self.begin_of(draft, Choices::ALL);
    }

    fn begin_of(&'static self, draft: Draft, choices: Choices) {
        self.begin(draft, choices, self.directory.listed_at.get_untracked());
    }

    fn begin(&'static self, draft: Draft, choices: Choices, listed_at: Option<Wall>) {
        if self.run.is_open_untracked() {
            return;
        }
        self.choices.set(choices);
        for field in [&self.start_with, &self.then, &self.typed] {
            field.set(String::new());
        }
        self.save_with_names.set(false);
        self.saved.set(Progress::Idle);
        self.reference.set(draft.reference.clone());
        self.reason.set(draft.reason.clone());
        self.shown.set(Some(Reviewed { draft: Rc::new(draft), listed_at, reading: Reading::Going(0) }));
        self.read();
    }

    /// Reads again what everyone has.
    pub fn read(&'static self) {
        let (Some(reviewed), Some(connection)) = (self.shown.get_untracked(), self.run.connection()) else {
            return;
        };
        self.tasks.abort_all();
        self.fresh.take();
        self.set_reading(Reading::Going(0));
        self.tasks.spawn(async move {
            self.wait_for_late_answers(&reviewed.draft, &connection).await;
            let read = match self.read_protected(&connection).await {
                Ok(()) => self.read_values(&reviewed.draft, &connection).await,
                Err(fault) => Err(fault),
            };
            match read {
                Ok(()) => self.weigh_in_slices(&reviewed.draft, &connection).await,
                Err(fault) => self.fail(Tried::ReadUsers, &fault),
            }
        });
    }

    async fn wait_for_late_answers(&'static self, draft: &Draft, connection: &Connection) {
        let clock = &self.ports.clock;
        let left = draft.settles_in(connection.policy().settle, clock.wall());
        if left > Millis(0) {
            let millis = i64::try_from(left.0).unwrap_or(i64::MAX);
            self.set_reading(Reading::Waiting(clock.wall().plus(millis)));
            clock.sleep_until(clock.now() + left).await;
            self.set_reading(Reading::Going(0));
        }
    }

    /// A group that can't be read protects nobody, so nothing begins without it.
    async fn read_protected(&'static self, connection: &Connection) -> Result<(), Fault> {
        self.protected.take();
        for group in &self.limits.protected_groups {
            let members = members(connection, GroupFilter { group: *group, is_direct: false }).await;
            let members = members.inspect_err(|fault| self.fail(Tried::FilterUsers, fault))?;
            self.protected.borrow_mut().extend(members);
        }
        Ok(())
    }

    async fn read_values(&'static self, draft: &Draft, connection: &Connection) -> Result<(), Fault> {
        let total = self.directory.total.with_untracked(|total| total.ready().copied().flatten());
        let pages = total.map_or(u64::MAX, |total| total.div_ceil(PAGE));
        if draft.users.len() as u64 > pages {
            self.read_by_pages(draft, total, connection).await?;
        }
        // Whoever isn't in the list may have been deleted, or moved from page to page while it was read.
        let is_unread = |user: &UserId| !self.fresh.borrow().contains_key(user);
        let unread = draft.users.iter().copied().filter(is_unread).collect();
        self.read_singly(unread, connection).await?;
        self.directory.recount_all();
        Ok(())
    }

    async fn read_singly(&'static self, users: Vec<UserId>, connection: &Connection) -> Result<(), Fault> {
        let reads = futures::stream::iter(users).map(|id| async move {
            let answer = connection.call(ReadUser(id)).await;
            (id, answer)
        });
        let mut reads = reads.buffer_unordered(SIDE_BY_SIDE);
        while let Some((id, answer)) = reads.next().await {
            match answer {
                Ok(user) => {
                    self.directory.learn_unseen([Ok(user)]);
                    self.fresh.borrow_mut().insert(id, connection.clock().wall());
                }
                Err(Fault::UserUnknown(_)) => {}
                Err(fault) => {
                    self.fail(Tried::ReadUser(id), &fault);
                    return Err(fault);
                }
            }
            self.set_reading(Reading::Going(self.fresh.borrow().len() as u64));
        }
        Ok(())
    }

    async fn read_by_pages(
        &'static self,
        draft: &Draft,
        total: Option<u64>,
        connection: &Connection,
    ) -> Result<(), Fault> {
        let chosen: HashSet<UserId> = draft.users.iter().copied().collect();
        let populations = self.directory.populations.with_untracked(Load::ready_or_default);
        let policy = Rc::new(connection.policy().clone());
        let mut listing = Listing::of_all(&populations, total, policy, connection.jitter());
        let (sender, mut inbox) = mpsc::unbounded();
        self.commands.replace(Some(sender));
        let page = |job: Job| {
            let connection = self.run.connection();
            async move { connection.ok_or(Fault::TokenForgotten)?.send(job.page).await }
        };
        let observe = |listing: &mut Listing| {
            let at = connection.clock().wall();
            let rows: Vec<_> = listing.take_fresh().into_iter().filter(|row| is_of(row, &chosen)).collect();
            self.fresh.borrow_mut().extend(rows.iter().filter_map(id_of).map(|id| (id, at)));
            self.directory.learn_unseen(rows);
            let read = self.fresh.borrow().len() as u64;
            match listing.state() {
                State::Halted(fault) => self.fail(Tried::ReadUsers, &fault),
                _ => self.set_reading(Reading::Going(read)),
            }
        };
        drive(&mut listing, connection, &mut inbox, page, observe).await;
        match listing.state() {
            State::Complete => Ok(()),
            State::Halted(fault) => Err(fault),
            // Nothing less than everything tells who is no longer there.
            State::Stopped | State::Reading => Err(Fault::Paging(Paging::Loop)),
        }
    }

    /// Reads on after a fault: from the page that could not be had, or from the beginning.
    pub fn read_on(&'static self) {
        let sent =
            self.commands.borrow().as_ref().map(|sender| sender.unbounded_send(Command::Resume).is_ok());
        if sent == Some(true) { self.set_reading(Reading::Going(0)) } else { self.read() }
    }

    pub(super) fn continue_with_token(&'static self) {
        let has_failed = |shown: &Option<Reviewed>| {
            shown.as_ref().is_some_and(|reviewed| matches!(reviewed.reading, Reading::Failed(_)))
        };
        if self.shown.with_untracked(has_failed) {
            self.read_on();
        }
    }

    /// What was tried matters once: the same fault comes by here again on its way up.
    fn fail(&'static self, tried: Tried, fault: &Fault) {
        let failed = Reading::Failed(fault.clone());
        if self.shown.with_untracked(|shown| shown.as_ref().is_some_and(|it| it.reading != failed)) {
            self.directory.explain(Spot::Review, tried, fault);
            self.set_reading(failed);
        }
    }

    fn set_reading(&'static self, reading: Reading) {
        self.shown.update(|shown| {
            if let Some(reviewed) = shown {
                reviewed.reading = reading;
            }
        });
    }

    /// Very many would be one long task, as would be their counts before it.
    async fn weigh_in_slices(&'static self, draft: &Draft, connection: &Connection) {
        let choices = self.choices.get_untracked();
        let clock = connection.clock();
        let mut weighing = Weighing::new(draft, self.ports.clock.wall());
        loop {
            clock.sleep_until(clock.now() + Millis(1)).await;
            if self.with_fresh(|fresh| weighing.step(draft, fresh, choices, ROWS_AT_ONCE)) {
                return self.set_reading(Reading::Ready(Rc::new(weighing.finish())));
            }
        }
    }

    fn weigh(&'static self) {
        let Some(reviewed) = self.shown.get_untracked() else { return };
        let (choices, now) = (self.choices.get_untracked(), self.ports.clock.wall());
        let weighed = self.with_fresh(|fresh| reviewed.draft.weigh(fresh, choices, now));
        self.set_reading(Reading::Ready(Rc::new(weighed)));
    }

    fn with_fresh<R>(&'static self, use_it: impl FnOnce(&Fresh<'_>) -> R) -> R {
        let (fresh, protected) = (self.fresh.borrow(), self.protected.borrow());
        self.directory.users.with_untracked(|users: &Users| {
            let read_at = |row: Row| users.id(row).and_then(|id| fresh.get(&id).copied());
            use_it(&Fresh { users, read_at: &read_at, protected: &protected })
        })
    }

    /// Chooses whom to change although it may not be wanted.
    pub fn choose(&'static self, choices: Choices) {
        self.choices.set(choices);
        self.typed.set(String::new());
        self.weigh();
    }

    /// What was weighed, once it is.
    pub fn weighed(&'static self) -> Option<Rc<Weighed>> {
        self.shown.with(|shown| match shown.as_ref().map(|reviewed| &reviewed.reading) {
            Some(Reading::Ready(weighed)) => Some(Rc::clone(weighed)),
            _ => None,
        })
    }

    /// What is asked before it begins.
    pub fn confirmation(&'static self, weighed: &Weighed) -> Confirmation {
        let name = self.run.environment_name.borrow();
        confirmation(weighed.plan.to, weighed.plan.rows.len() as u64, &name)
    }

    /// What it costs.
    pub fn estimate(&'static self, weighed: &Weighed) -> Option<Estimate> {
        let connection = self.run.connection()?;
        let changes = weighed.plan.rows.len() as u64;
        let total = self.directory.total.with_untracked(|total| total.ready().copied().flatten());
        let pages = total.map_or(changes, |total| total.div_ceil(PAGE)).min(changes);
        let has_test_user = self.start_with.with(|name| !name.trim().is_empty());
        let effort = Effort { changes, has_test_user, read_back_pages: pages };
        let margin = connection.policy().token_margin;
        Some(effort.at(self.run.ceiling.get(), self.run.token_left(), margin))
    }

    /// Why it can't be started yet; `None` if it can.
    pub fn obstacle(&'static self, weighed: &Weighed) -> Option<Obstacle> {
        let changes = weighed.plan.rows.len() as u64;
        let to = weighed.plan.to;
        if let Some(obstacle) = self.limits.run_obstacle(to, changes) {
            return Some(Obstacle::Limit(obstacle));
        }
        let (test_user, number, reason) = match self.confirmation(weighed) {
            Confirmation::NothingToDo => return Some(Obstacle::NothingToDo),
            Confirmation::Never => return Some(Obstacle::Administrators),
            Confirmation::None => (false, false, false),
            Confirmation::Dialog => (false, false, true),
            Confirmation::Review { test_user, number, reason } => (test_user, number, reason),
        };
        let is_named = self.start_with.with(|name| !name.trim().is_empty());
        let reference_fits = self.reference.with(|text| self.limits.change_reference.fits(text.trim()));
        let rules = [
            (test_user && !is_named, Obstacle::TestUserMissing),
            (is_named && self.test_user(weighed).is_none(), Obstacle::TestUserUnknown),
            (self.step().is_err(), Obstacle::StepUnreadable),
            (self.reference.with(|text| has_token(text)), Obstacle::TokenTyped),
            (self.reason.with(|text| has_token(text)), Obstacle::TokenTyped),
            (!reference_fits, Obstacle::Reference),
            (reason && self.reason.with(|text| text.trim().is_empty()), Obstacle::ReasonMissing),
            (number && !self.typed.with(|text| is_number_typed(text, changes)), Obstacle::NumberMissing),
        ];
        rules.into_iter().find(|(is_in_the_way, _)| *is_in_the_way).map(|(_, obstacle)| obstacle)
    }

    /// Whether it may be carried out at all, and so may be a script. What a person types doesn't matter for that, so that
    /// whoever asks isn't shown anew at every key.
    pub fn may_be_script(&'static self, weighed: &Weighed) -> bool {
        let changes = weighed.plan.rows.len() as u64;
        let is_permitted = self.limits.run_obstacle(weighed.plan.to, changes).is_none();
        is_permitted && !matches!(self.confirmation(weighed), Confirmation::NothingToDo | Confirmation::Never)
    }

    /// The test user, if such a user is in the plan.
    fn test_user(&'static self, weighed: &Weighed) -> Option<UserId> {
        let text = self.start_with.with(|text| text.trim().to_owned());
        let in_plan = |user: UserId| weighed.plan.rows.iter().any(|row| row.user == user).then_some(user);
        let by_id = UserId::read(&text).and_then(in_plan);
        by_id.or_else(|| self.directory.named(&text).and_then(in_plan))
    }

    fn step(&'static self) -> Result<Option<u32>, ()> {
        self.then.with(|text| match text.trim() {
            "" => Ok(None),
            text => typed_number(text).filter(|step| *step > 0).map(Some).ok_or(()),
        })
    }

    /// The plan as it would be carried out, frozen.
    pub fn plan(&'static self, weighed: &Weighed) -> Plan {
        let mut plan = weighed.plan.clone();
        plan.stops = Stops { after_test_user: false, every: self.step().ok().flatten() };
        plan.reference = self.reference.with(|text| text.trim().to_owned());
        plan.reason = self.reason.with(|text| text.trim().to_owned());
        if let Some(user) = self.test_user(weighed) {
            // It is in the plan: that is how it was found.
            plan.start_with(user);
        }
        plan
    }

    /// Starts the run.
    pub fn start(&'static self) {
        let Some(weighed) = self.weighed() else { return };
        if self.obstacle(&weighed).is_some() {
            return;
        }
        if self.is_old(&weighed) {
            // What is read now may be other numbers: a person looks at them first.
            return self.read();
        }
        let plan = self.plan(&weighed);
        self.close();
        self.run.start(plan);
    }

    /// Leaves it; nothing was sent.
    pub fn close(&'static self) {
        self.tasks.abort_all();
        self.commands.replace(None);
        self.fresh.take();
        self.shown.set(None);
    }

    fn is_old(&self, weighed: &Weighed) -> bool {
        let age = self.ports.clock.wall().since(weighed.plan.made_at).unsigned_abs();
        self.run.connection().is_none_or(|connection| age > connection.policy().old.0)
    }
}

fn id_of(row: &ReadRow) -> Option<UserId> {
    row.as_ref().map_or_else(|row| row.id, |user| Some(user.id))
}

fn is_of(row: &ReadRow, chosen: &HashSet<UserId>) -> bool {
    id_of(row).is_some_and(|id| chosen.contains(&id))
}
