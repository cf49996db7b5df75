//! The users that are to be changed, before their values are refreshed: a selection, an import, the failed rest of a
//! run, or a run that is undone.
//!
//! [`Proposal::preview`] checks a proposal against freshly read values and turns it into a [`Plan`].

use std::collections::HashSet;

use pingone::environment::EnvironmentId;
use pingone::time::{Millis, Timestamp};
use pingone::user::{Mfa, UserId};

use crate::directory::store::{UserIndex, UserSet, UserStore};

use super::guard::{Concern, Decision, Guard, Scope, Write, decide_user};
use super::plan::{Exclusion, LeftOut, Plan, PlannedPauses, PlannedRow, Undone};

mod follow_up;

pub use super::guard::Choices;
pub use follow_up::{Failures, Remedy, Retryable, UNDO_HOURS, can_undo, undo_until};

/// The users that are to be changed, and the target value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Proposal {
    /// The environment of all users of the proposal.
    pub environment: EnvironmentId,
    /// The target value of the flag.
    pub to: bool,
    /// The users in the order in which they are written. Duplicates count once.
    pub users: Vec<UserId>,
    /// Users who are left out whatever is read about them.
    pub left_out: Vec<LeftOut>,
    /// The reason that is given for a user who already has the target value.
    pub already: Exclusion,
    /// The run that this proposal undoes, if any.
    pub undoes: Option<Undone>,
    /// When the last PUT of the preceding run was settled. A request that was sent late may
    /// still take effect after that.
    pub written_at: Option<Timestamp>,
    /// The change reference; empty if there is none.
    pub reference: String,
    /// The reason for the change; empty if there is none.
    pub reason: String,
}

/// The values that were refreshed after the users were chosen and before the first PUT.
#[derive(Clone, Copy)]
pub struct FreshValues<'a> {
    /// The user store, with the values that were read.
    pub users: &'a UserStore,
    /// When a user was read again; `None` for a user who no longer existed. Only a read that was completed can tell.
    pub read_at: &'a dyn Fn(UserIndex) -> Option<Timestamp>,
    /// Whether reading this user failed although other users could be read. Such users are not written.
    pub is_unread: &'a dyn Fn(UserId) -> bool,
    /// Decides who may be written; it knows the members of the protected groups.
    pub guard: &'a Guard,
}

/// The result of checking a proposal: its plan, and the counts that the review shows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Preview {
    /// The plan, with one row for each user who will be changed.
    pub plan: Plan,
    /// How many users were chosen, each counted once: those who need a change, and those who are left out for another
    /// reason than their devices.
    pub chosen: u64,
    /// How many users need a change. Where MFA is turned on, it is the sum of the following three.
    pub need_change: u64,
    /// How many of those have an active device. Zero where MFA is turned off, as are the next two.
    pub with_device: u64,
    /// How many of those have no active device.
    pub without_device: u64,
    /// How many of those have devices that are not known.
    pub devices_not_known: u64,
    /// How many users with a disabled account would need a change, whether they are left out or not.
    pub disabled: u64,
    /// Whether the account of the signed-in person would need a change, left out or not: 1 or 0.
    pub own_account: u64,
    left_out: [u64; Exclusion::ALL.len()],
}

impl Preview {
    /// How many users are left out for a reason.
    #[must_use]
    pub fn left_out(&self, why: Exclusion) -> u64 {
        let counted = Exclusion::ALL.into_iter().zip(self.left_out);
        counted.filter(|(other, _)| *other == why).map(|(_, users)| users).sum()
    }

    /// Whether a person could include users who are skipped.
    #[must_use]
    pub fn has_skipped(&self) -> bool {
        Concern::ALL.into_iter().any(|concern| self.left_out(concern.exclusion()) > 0)
    }

    fn leave_out(&mut self, user: UserId, why: Exclusion) {
        self.plan.left_out.push(LeftOut { user, why });
        let index = Exclusion::ALL.iter().position(|other| *other == why);
        if let Some(count) = index.and_then(|index| self.left_out.get_mut(index)) {
            *count += 1;
        }
    }

    fn empty(proposal: &Proposal, now: Timestamp) -> Self {
        let plan = Plan {
            environment: proposal.environment,
            to: proposal.to,
            made_at: now,
            rows: Vec::with_capacity(proposal.users.len()),
            left_out: Vec::with_capacity(proposal.left_out.len()),
            reference: proposal.reference.clone(),
            stops: PlannedPauses::default(),
            reason: proposal.reason.clone(),
            undoes: proposal.undoes.clone(),
        };
        Self {
            plan,
            chosen: 0,
            need_change: 0,
            with_device: 0,
            without_device: 0,
            devices_not_known: 0,
            disabled: 0,
            own_account: 0,
            left_out: [0; Exclusion::ALL.len()],
        }
    }
}

impl Proposal {
    /// A proposal to change users who were chosen, without a reference or a reason.
    #[must_use]
    pub fn new(environment: EnvironmentId, to: bool, users: Vec<UserId>) -> Self {
        Self {
            environment,
            to,
            users,
            left_out: Vec::new(),
            already: Exclusion::AlreadySet,
            undoes: None,
            written_at: None,
            reference: String::new(),
            reason: String::new(),
        }
    }

    /// How long to wait before values are read, so that requests which the preceding run sent late have taken
    /// effect. Zero once `settle` has passed since the last of them. A clock that was set back doesn't make the
    /// wait longer than `settle`.
    #[must_use]
    pub fn settle_wait(&self, settle: Millis, now: Timestamp) -> Millis {
        let passed = self.written_at.map(|at| now.since(at).max(0).unsigned_abs());
        Millis(passed.map_or(0, |passed| settle.0.saturating_sub(passed)))
    }

    /// Creates the plan, frozen at `now`, with every user in exactly one count.
    ///
    /// Of several reasons to leave a user out, the first one counts, in this order: the read failed, the user is gone,
    /// the row is unreadable, the flag already has the value, protected, disabled, own account, devices. So the
    /// disabled users are those who would be changed if they were included.
    #[must_use]
    pub fn preview(&self, fresh: &FreshValues<'_>, choices: Choices, now: Timestamp) -> Preview {
        let mut builder = PreviewBuilder::new(self, now);
        while !builder.step(self, fresh, choices, usize::MAX) {}
        builder.finish()
    }

    fn row(
        &self,
        (user, row): (UserId, Option<UserIndex>),
        fresh: &FreshValues<'_>,
        choices: Choices,
        preview: &mut Preview,
    ) -> Result<PlannedRow, Exclusion> {
        // A row without an ID can't be looked up.
        if user.0.is_nil() {
            return Err(Exclusion::Unreadable);
        }
        if (fresh.is_unread)(user) {
            return Err(Exclusion::Unreadable);
        }
        let row = row.ok_or(Exclusion::Gone)?;
        let read_at = (fresh.read_at)(row).ok_or(Exclusion::Gone)?;
        let from = fresh.users.mfa(row);
        if from == Mfa::Unknown || fresh.users.unreadable(row).is_some() {
            return Err(Exclusion::Unreadable);
        }
        if from == Mfa::from(self.to) {
            return Err(self.already);
        }
        let facts = fresh.guard.facts(user, fresh.users.account(row), fresh.users.devices(row));
        let concerns = match decide_user(Scope::Run, Write::Mfa { to: self.to }, facts, Choices::default()) {
            Decision::Refused(_) => return Err(Exclusion::Protected),
            Decision::Ask(concerns) => concerns,
            Decision::Allowed => Vec::new(),
        };
        preview.count(&concerns, self.to, choices)?;
        Ok(PlannedRow { user, from, read_at })
    }
}

/// Builds a preview in steps of some users, so that a page can do other work in between. The values it is checked
/// against must not change meanwhile.
#[derive(Debug)]
pub struct PreviewBuilder {
    preview: Preview,
    /// Users already counted: by index if they are in the store, which is a fast lookup, and by ID otherwise.
    seen: (UserSet, HashSet<UserId>),
    /// How many users have been checked.
    done: usize,
}

impl PreviewBuilder {
    /// A builder that has checked no user yet; the plan is frozen at `now`.
    #[must_use]
    pub fn new(proposal: &Proposal, now: Timestamp) -> Self {
        Self { preview: Preview::empty(proposal, now), seen: Default::default(), done: 0 }
    }

    /// Checks at most `users` further users. Returns whether those were the last.
    pub fn step(
        &mut self,
        proposal: &Proposal,
        fresh: &FreshValues<'_>,
        choices: Choices,
        users: usize,
    ) -> bool {
        if self.done == 0 {
            self.leave_out(proposal, fresh);
        }
        for user in proposal.users.iter().skip(self.done).take(users) {
            let row = fresh.users.find(*user);
            if !self.is_new(*user, row) {
                continue;
            }
            self.preview.chosen += 1;
            match proposal.row((*user, row), fresh, choices, &mut self.preview) {
                Ok(row) => self.preview.plan.rows.push(row),
                Err(why) => self.preview.leave_out(*user, why),
            }
        }
        self.done = self.done.saturating_add(users);
        self.done >= proposal.users.len()
    }

    /// The preview of all users that were checked.
    #[must_use]
    pub fn finish(self) -> Preview {
        self.preview
    }

    fn leave_out(&mut self, proposal: &Proposal, fresh: &FreshValues<'_>) {
        for left_out in &proposal.left_out {
            if self.is_new(left_out.user, fresh.users.find(left_out.user)) {
                self.preview.chosen += 1;
                self.preview.leave_out(left_out.user, left_out.why);
            }
        }
    }

    fn is_new(&mut self, user: UserId, row: Option<UserIndex>) -> bool {
        let (rows, others) = &mut self.seen;
        let Some(row) = row else { return others.insert(user) };
        let is_new = !rows.contains(row);
        rows.insert(row);
        is_new
    }
}

impl Preview {
    /// Counts a user who would be changed under every concern up to the first that isn't accepted.
    fn count(&mut self, concerns: &[Concern], to: bool, choices: Choices) -> Result<(), Exclusion> {
        let accept =
            |concern: Concern| choices.accepts(concern).then_some(()).ok_or_else(|| concern.exclusion());
        for concern in concerns {
            match concern {
                Concern::AccountDisabled => self.disabled += 1,
                Concern::OwnAccount => self.own_account += 1,
                Concern::NoDevice | Concern::DevicesNotKnown => continue,
            }
            accept(*concern)?;
        }
        self.need_change += 1;
        if !to {
            return Ok(());
        }
        for concern in concerns {
            match concern {
                Concern::NoDevice => self.without_device += 1,
                Concern::DevicesNotKnown => self.devices_not_known += 1,
                Concern::AccountDisabled | Concern::OwnAccount => continue,
            }
            return accept(*concern);
        }
        self.with_device += 1;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::super::guard::Rules;
    use super::*;
    use pingone::device::Devices;
    use pingone::user::{Account, Name, UnreadableUser, User};
    use proptest::prelude::*;
    use uuid::Uuid;

    const NOW: Timestamp = Timestamp(1_795_441_000_000);

    fn id(number: u128) -> UserId {
        UserId(Uuid::from_u128(number))
    }

    fn user(number: u128, mfa: Mfa, account: Account) -> User {
        User {
            id: id(number),
            username: format!("user{number}"),
            name: Name::default(),
            email: None,
            external_id: None,
            population: None,
            account,
            created_at: None,
            last_sign_on: None,
            mfa,
        }
    }

    fn store(people: &[(Mfa, Account, Devices)]) -> UserStore {
        let mut users = UserStore::default();
        for ((mfa, account, devices), number) in people.iter().zip(1..) {
            let row = users.learn(&user(number, *mfa, *account), &str::to_lowercase);
            users.set_devices(row, *devices);
        }
        users
    }

    fn proposal(to: bool, users: impl IntoIterator<Item = u128>) -> Proposal {
        Proposal::new(EnvironmentId(Uuid::from_u128(99)), to, users.into_iter().map(id).collect())
    }

    /// Every user was read at its index in milliseconds, except for those who are gone.
    fn preview(
        proposal: &Proposal,
        users: &UserStore,
        gone: &[u32],
        protected: &[u128],
        choices: Choices,
    ) -> Preview {
        let guard = Guard::new(Rules::default(), None);
        let guard = guard.with_members(protected.iter().copied().map(id).collect());
        let read_at = |row: UserIndex| (!gone.contains(&row.0)).then(|| Timestamp(i64::from(row.0)));
        proposal.preview(
            &FreshValues { users, read_at: &read_at, is_unread: &|_| false, guard: &guard },
            choices,
            NOW,
        )
    }

    fn written(preview: &Preview) -> Vec<u128> {
        preview.plan.rows.iter().map(|row| row.user.0.as_u128()).collect()
    }

    const OFF: (Mfa, Account, Devices) = (Mfa::Off, Account::Enabled, Devices::Usable(1));

    #[test]
    fn every_chosen_user_is_in_one_count_and_the_plan_says_why() {
        let mut users = store(&[
            OFF,
            (Mfa::On, Account::Enabled, Devices::Usable(1)),
            (Mfa::Off, Account::Disabled, Devices::Usable(1)),
            OFF,
            (Mfa::Unknown, Account::Enabled, Devices::Usable(1)),
            (Mfa::Off, Account::Locked, Devices::Usable(0)),
            (Mfa::Off, Account::Unknown, Devices::NotChecked),
            OFF,
        ]);
        let lost = UnreadableUser { id: Some(id(8)), field: "username".into(), problem: "is missing".into() };
        users.learn_unreadable(lost);
        let preview =
            preview(&proposal(true, [1, 2, 3, 4, 5, 6, 7, 8, 9, 1]), &users, &[], &[4], Choices::default());
        assert_eq!((preview.chosen, preview.need_change, preview.disabled), (9, 3, 1));
        assert_eq!((preview.with_device, preview.without_device, preview.devices_not_known), (1, 1, 1));
        assert_eq!(written(&preview), [1]);
        let why: Vec<_> =
            preview.plan.left_out.iter().map(|left| (left.user.0.as_u128(), left.why)).collect();
        let expected = [
            (2, Exclusion::AlreadySet),
            (3, Exclusion::AccountDisabled),
            (4, Exclusion::Protected),
            (5, Exclusion::Unreadable),
            (6, Exclusion::NoDevice),
            (7, Exclusion::DevicesNotKnown),
            (8, Exclusion::Unreadable),
            (9, Exclusion::Gone),
        ];
        assert_eq!(why, expected);
        assert_eq!(preview.left_out(Exclusion::Unreadable), 2);
        assert_eq!(preview.left_out(Exclusion::EarlierNotKnown), 0);
    }

    #[test]
    fn a_row_has_the_value_that_was_read_and_when() {
        let users = store(&[OFF, OFF]);
        let plan = preview(&proposal(true, [2, 1]), &users, &[], &[], Choices::default()).plan;
        let row = |user, at| PlannedRow { user: id(user), from: Mfa::Off, read_at: Timestamp(at) };
        assert_eq!((plan.rows, plan.made_at, plan.to), (vec![row(2, 1), row(1, 0)], NOW, true));
    }

    #[test]
    fn a_user_missing_from_the_refreshed_list_is_gone_even_if_known_before() {
        let users = store(&[OFF, OFF]);
        let preview = preview(&proposal(true, [1, 2]), &users, &[0], &[], Choices::default());
        assert_eq!((written(&preview), preview.left_out(Exclusion::Gone)), (vec![2], 1));
    }

    #[test]
    fn a_choice_moves_users_and_never_changes_the_count_beside_it() {
        let disabled = (Mfa::Off, Account::Disabled, Devices::Usable(0));
        let users = store(&[OFF, disabled, (Mfa::Off, Account::Enabled, Devices::NotChecked)]);
        let proposal = proposal(true, 1..=3);
        let none = Choices::default();
        let some = preview(&proposal, &users, &[], &[], none);
        assert_eq!((some.disabled, some.devices_not_known, written(&some)), (1, 1, vec![1]));
        let without = preview(&proposal, &users, &[], &[], Choices { disabled: true, ..none });
        assert_eq!((without.disabled, without.without_device, written(&without)), (1, 1, vec![1]));
        let all = preview(&proposal, &users, &[], &[], Choices::ALL);
        assert_eq!((all.disabled, all.without_device, written(&all)), (1, 1, vec![1, 2, 3]));
    }

    #[test]
    fn a_protected_user_is_never_changed_whatever_the_choices() {
        let users = store(&[(Mfa::Off, Account::Disabled, Devices::Usable(0)), OFF]);
        let preview = preview(&proposal(true, [1, 2]), &users, &[], &[1], Choices::ALL);
        assert_eq!((written(&preview), preview.disabled), (vec![2], 0));
    }

    #[test]
    fn devices_are_ignored_where_mfa_is_turned_off() {
        let users = store(&[(Mfa::On, Account::Enabled, Devices::Usable(0))]);
        let none = Choices::default();
        let preview = preview(&proposal(false, [1]), &users, &[], &[], none);
        assert_eq!((written(&preview), preview.need_change, preview.without_device), (vec![1], 1, 0));
    }

    #[test]
    fn a_row_without_an_id_is_unreadable_and_not_gone() {
        let preview = preview(&proposal(true, [0, 5]), &store(&[]), &[], &[], Choices::default());
        let counts = (preview.left_out(Exclusion::Unreadable), preview.left_out(Exclusion::Gone));
        assert_eq!(counts, (1, 1));
    }

    #[test]
    fn no_row_is_planned_where_all_users_have_the_value() {
        let preview = preview(&proposal(false, [1, 2]), &store(&[OFF, OFF]), &[], &[], Choices::ALL);
        assert_eq!((preview.plan.rows.len(), preview.left_out(Exclusion::AlreadySet)), (0, 2));
    }

    #[test]
    fn users_with_no_or_unknown_devices_are_skipped_until_included() {
        let users = store(&[
            OFF,
            (Mfa::Off, Account::Enabled, Devices::Usable(0)),
            (Mfa::Off, Account::Enabled, Devices::NotChecked),
        ]);
        let proposal = proposal(true, 1..=3);
        let initial = preview(&proposal, &users, &[], &[], Choices::default());
        assert_eq!((written(&initial), initial.need_change), (vec![1], 3));
        assert_eq!((initial.with_device, initial.without_device, initial.devices_not_known), (1, 1, 1));
        let all = preview(&proposal, &users, &[], &[], Choices::ALL);
        assert!(initial.has_skipped() && !all.has_skipped());
        for (accepted, expected) in [(Concern::NoDevice, vec![1, 2]), (Concern::DevicesNotKnown, vec![1, 3])]
        {
            let preview = preview(&proposal, &users, &[], &[], Choices::default().with(&[accepted]));
            assert_eq!(written(&preview), expected);
        }
    }

    #[test]
    fn the_own_account_is_counted_separately_and_skipped_until_included() {
        let users = store(&[OFF, OFF, (Mfa::Off, Account::Disabled, Devices::Usable(1))]);
        let preview_as = |own: u128, to: bool, choices| {
            let guard = Guard::new(Rules::default(), Some(id(own)));
            let fresh =
                FreshValues { users: &users, read_at: &|_| Some(NOW), is_unread: &|_| false, guard: &guard };
            proposal(to, 1..=3).preview(&fresh, choices, NOW)
        };
        let initial = preview_as(2, true, Choices::default());
        assert_eq!((written(&initial), initial.own_account, initial.need_change), (vec![1], 1, 1));
        assert_eq!(initial.left_out(Exclusion::OwnAccount), 1);
        let included = preview_as(2, true, Choices { own_account: true, ..Choices::default() });
        assert_eq!((written(&included), included.own_account), (vec![1, 2], 1));
        // The first of several reasons counts: the account is disabled.
        let disabled = preview_as(3, true, Choices::default());
        assert_eq!((disabled.own_account, disabled.disabled), (0, 1));
        let both = preview_as(3, true, Choices { disabled: true, ..Choices::default() });
        assert_eq!((written(&both), both.own_account, both.disabled), (vec![1, 2], 1, 1));
        let repeated = preview_as(2, true, Choices::CHOSEN_BEFORE);
        assert_eq!(written(&repeated), [1, 3], "also in a retry or an undo");
        assert_eq!(preview_as(2, false, Choices::default()).own_account, 0, "no change is needed");
    }

    #[test]
    fn a_user_who_could_not_be_read_is_never_written_even_if_known_before() {
        let users = store(&[OFF, OFF]);
        let guard = Guard::default();
        let fresh = FreshValues {
            users: &users,
            read_at: &|_| Some(NOW),
            is_unread: &|user| user == id(2) || user == id(9),
            guard: &guard,
        };
        let preview = proposal(true, [1, 2, 9]).preview(&fresh, Choices::ALL, NOW);
        assert_eq!((written(&preview), preview.left_out(Exclusion::Unreadable)), (vec![1], 2));
    }

    #[test]
    fn no_user_is_written_where_the_protected_groups_were_not_read() {
        let users = store(&[OFF]);
        let limits = crate::run::limits::Limits {
            protected_groups: vec![pingone::user::GroupId(Uuid::nil())],
            ..Default::default()
        };
        let guard = Guard::new(Rules::new(limits, true), None);
        let fresh =
            FreshValues { users: &users, read_at: &|_| Some(NOW), is_unread: &|_| false, guard: &guard };
        let preview = proposal(true, [1]).preview(&fresh, Choices::ALL, NOW);
        assert_eq!((written(&preview), preview.left_out(Exclusion::Protected)), (vec![], 1));
    }

    fn any_person() -> impl Strategy<Value = (Mfa, Account, Devices)> {
        let mfa = prop_oneof![Just(Mfa::On), Just(Mfa::Off), Just(Mfa::Unknown)];
        let account = prop_oneof![Just(Account::Enabled), Just(Account::Disabled), Just(Account::Unknown)];
        let devices = prop_oneof![Just(Devices::NotChecked), (0_u8..3).prop_map(Devices::Usable)];
        (mfa, account, devices)
    }

    proptest! {
        #[test]
        fn the_counts_add_up_and_no_user_is_lost_or_written_twice(
            people in proptest::collection::vec(any_person(), 0..40),
            chosen in proptest::collection::vec(0_u128..50, 0..60),
            gone in proptest::collection::vec(0_u32..40, 0..5),
            protected in proptest::collection::vec(0_u128..40, 0..5),
            (to, disabled, without_device, devices_not_known) in any::<(bool, bool, bool, bool)>(),
        ) {
            let choices = Choices { disabled, without_device, devices_not_known, own_account: false };
            let users = store(&people);
            let preview = preview(&proposal(to, chosen.iter().copied()), &users, &gone, &protected, choices);
            let distinct: HashSet<u128> = chosen.into_iter().collect();
            prop_assert_eq!(preview.chosen, distinct.len() as u64);
            let left_out = |why| preview.left_out(why);
            let by_devices = left_out(Exclusion::NoDevice) + left_out(Exclusion::DevicesNotKnown);
            let all_left_out: u64 = Exclusion::ALL.into_iter().map(left_out).sum();
            prop_assert_eq!(all_left_out, preview.plan.left_out.len() as u64);
            prop_assert_eq!(preview.chosen, preview.need_change + all_left_out - by_devices);
            prop_assert_eq!(preview.need_change, preview.plan.rows.len() as u64 + by_devices);
            if to {
                let split = preview.with_device + preview.without_device + preview.devices_not_known;
                prop_assert_eq!(split, preview.need_change);
            }
            let mut named: HashSet<u128> = written(&preview).into_iter().collect();
            prop_assert_eq!(named.len(), preview.plan.rows.len());
            named.extend(preview.plan.left_out.iter().map(|left| left.user.0.as_u128()));
            prop_assert_eq!(named, distinct);
            for row in &preview.plan.rows {
                prop_assert!(row.from == Mfa::from(!to) && !protected.contains(&row.user.0.as_u128()));
            }
        }
    }
}
