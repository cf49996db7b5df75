//! Who is to be changed, before anybody has read again what they have: a selection, a list, the rest of a run that
//! failed, or a run that is taken back. Preview against freshly read values it becomes a [`Plan`].

use std::collections::HashSet;

use super::guard::{Concern, Decision, Guard, Scope, Write, decide_user};
use super::plan::{Exclusion, LeftOut, Plan, PlannedRow, Stops, Undone};
use super::tenant::EnvironmentId;
use super::time::{Millis, Timestamp};
use super::user::{Mfa, UserId};
use super::users::{UserIndex, UserSet, UserStore};

mod follow_up;

pub use super::guard::Choices;
pub use follow_up::{Failures, Mendable, Remedy, UNDO_HOURS, may_undo, undo_until};

/// Who is to be changed, and to what.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Proposal {
    /// The environment of all of them.
    pub environment: EnvironmentId,
    /// The value that they are to have.
    pub to: bool,
    /// Who, in the order in which they are written. Whoever is there twice counts once.
    pub users: Vec<UserId>,
    /// Who is left out whatever is read about them.
    pub left_out: Vec<LeftOut>,
    /// What it means that somebody has the value already.
    pub already: Exclusion,
    /// The run that is undone.
    pub undoes: Option<Undone>,
    /// When a PUT of the run that it follows was last settled; what was sent late may still arrive after that.
    pub written_at: Option<Timestamp>,
    /// The change reference, as far as there is one.
    pub reference: String,
    /// The reason, as far as there is one.
    pub reason: String,
}

/// What was read again, after the choice and before the first PUT.
#[derive(Clone, Copy)]
pub struct FreshValues<'a> {
    /// Everyone who was read, with the values that were read.
    pub users: &'a UserStore,
    /// When somebody was read again; `None` for whoever was not there any more. Only a reading that came to its end can
    /// tell.
    pub read_at: &'a dyn Fn(UserIndex) -> Option<Timestamp>,
    /// Whose reading failed although other users could be read. They are not written.
    pub is_unread: &'a dyn Fn(UserId) -> bool,
    /// What decides who may be written; it knows the members of the protected groups.
    pub guard: &'a Guard,
}

/// What became of a proposal: its plan, and the counts that the review shows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Preview {
    /// The plan. It has as many rows as will be changed.
    pub plan: Plan,
    /// How many users were chosen, each counted once. They are those who need a change, and those who are left out for
    /// another reason than their devices.
    pub chosen: u64,
    /// How many need a change: the sum of the following three where MFA is turned on.
    pub need_change: u64,
    /// Of those, how many have an active device. 0 where MFA is turned off, as are the next two.
    pub with_device: u64,
    /// How many have none.
    pub without_device: u64,
    /// Of how many nobody knows.
    pub devices_not_known: u64,
    /// How many have a disabled account and would need a change, whether they are left out or not.
    pub disabled: u64,
    /// Whether the account of the person who is signed in would need a change, included or not: 1 or 0.
    pub own_account: u64,
    left_out: [u64; Exclusion::ALL.len()],
}

impl Preview {
    /// How many are left out for a reason.
    #[must_use]
    pub fn left_out(&self, why: Exclusion) -> u64 {
        let counted = Exclusion::ALL.into_iter().zip(self.left_out);
        counted.filter(|(other, _)| *other == why).map(|(_, users)| users).sum()
    }

    /// Whether a person could include somebody who is skipped.
    #[must_use]
    pub fn has_skipped(&self) -> bool {
        Concern::ALL.into_iter().any(|concern| self.left_out(concern.exclusion()) > 0)
    }

    fn leave_out(&mut self, user: UserId, why: Exclusion) {
        self.plan.left_out.push(LeftOut { user, why });
        let place = Exclusion::ALL.iter().position(|other| *other == why);
        if let Some(count) = place.and_then(|place| self.left_out.get_mut(place)) {
            *count += 1;
        }
    }

    fn nobody(proposal: &Proposal, now: Timestamp) -> Self {
        let plan = Plan {
            environment: proposal.environment,
            to: proposal.to,
            made_at: now,
            rows: Vec::with_capacity(proposal.users.len()),
            left_out: Vec::with_capacity(proposal.left_out.len()),
            reference: proposal.reference.clone(),
            stops: Stops::default(),
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
    /// Of users who were chosen.
    #[must_use]
    pub fn new(environment: EnvironmentId, to: bool, users: Vec<UserId>) -> Self {
        Self {
            environment,
            to,
            users,
            left_out: Vec::new(),
            already: Exclusion::AlreadySo,
            undoes: None,
            written_at: None,
            reference: String::new(),
            reason: String::new(),
        }
    }

    /// How long to wait before anybody's value is read, so that what the run before sent late has arrived; nothing where
    /// `settle` has passed since. A clock that was put back makes nobody wait for longer.
    #[must_use]
    pub fn settles_in(&self, settle: Millis, now: Timestamp) -> Millis {
        let passed = self.written_at.map(|at| now.since(at).max(0).unsigned_abs());
        Millis(passed.map_or(0, |passed| settle.0.saturating_sub(passed)))
    }

    /// The plan that comes of it, frozen at `now`, with everyone in exactly one count.
    ///
    /// Of several reasons to leave somebody out the first counts: nobody is there, nothing could be read, nothing is to
    /// be done, protected, disabled, the person's own account, devices. So the disabled are those who would be changed if
    /// they were included.
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
        // A row of a list that had no id can't be looked for.
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

/// A proposal that is preview some users at a time, so that a page can do something else in between. What it is preview
/// against must stay the same meanwhile.
#[derive(Debug)]
pub struct PreviewBuilder {
    preview: Preview,
    /// Who was there already: by the place of whoever was read, which is looked up in no time, and by id otherwise.
    seen: (UserSet, HashSet<UserId>),
    /// How many users are preview.
    done: usize,
}

impl PreviewBuilder {
    /// Nobody is preview yet; the plan is frozen at `now`.
    #[must_use]
    pub fn new(proposal: &Proposal, now: Timestamp) -> Self {
        Self { preview: Preview::nobody(proposal, now), seen: Default::default(), done: 0 }
    }

    /// Weighs at most so many further users; whether those were the last.
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

    /// What comes of it.
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
    use super::*;
    use crate::domain::guard::Rules;
    use crate::domain::user::{Account, Name, UnreadableUser, User};
    use crate::domain::users::Devices;
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

    /// Everyone was read at their place in milliseconds, but for those who are gone.
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
    fn everyone_who_was_chosen_is_in_one_count_and_the_plan_says_why() {
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
            (2, Exclusion::AlreadySo),
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
    fn a_row_says_what_was_read_and_when_it_was() {
        let users = store(&[OFF, OFF]);
        let plan = preview(&proposal(true, [2, 1]), &users, &[], &[], Choices::default()).plan;
        let row = |user, at| PlannedRow { user: id(user), from: Mfa::Off, read_at: Timestamp(at) };
        assert_eq!((plan.rows, plan.made_at, plan.to), (vec![row(2, 1), row(1, 0)], NOW, true));
    }

    #[test]
    fn who_was_not_there_when_the_list_was_read_again_is_gone_although_known_from_before() {
        let users = store(&[OFF, OFF]);
        let preview = preview(&proposal(true, [1, 2]), &users, &[0], &[], Choices::default());
        assert_eq!((written(&preview), preview.left_out(Exclusion::Gone)), (vec![2], 1));
    }

    #[test]
    fn a_choice_moves_people_and_never_the_count_beside_it() {
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
    fn who_is_protected_is_never_changed_whatever_is_chosen() {
        let users = store(&[(Mfa::Off, Account::Disabled, Devices::Usable(0)), OFF]);
        let preview = preview(&proposal(true, [1, 2]), &users, &[], &[1], Choices::ALL);
        assert_eq!((written(&preview), preview.disabled), (vec![2], 0));
    }

    #[test]
    fn devices_are_nobodys_question_where_mfa_is_turned_off() {
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
    fn where_all_have_the_value_nothing_is_to_be_done() {
        let preview = preview(&proposal(false, [1, 2]), &store(&[OFF, OFF]), &[], &[], Choices::ALL);
        assert_eq!((preview.plan.rows.len(), preview.left_out(Exclusion::AlreadySo)), (0, 2));
    }

    #[test]
    fn whose_devices_are_not_known_or_none_is_skipped_until_included() {
        let users = store(&[
            OFF,
            (Mfa::Off, Account::Enabled, Devices::Usable(0)),
            (Mfa::Off, Account::Enabled, Devices::NotChecked),
        ]);
        let proposal = proposal(true, 1..=3);
        let begun = preview(&proposal, &users, &[], &[], Choices::default());
        assert_eq!((written(&begun), begun.need_change), (vec![1], 3));
        assert_eq!((begun.with_device, begun.without_device, begun.devices_not_known), (1, 1, 1));
        let all = preview(&proposal, &users, &[], &[], Choices::ALL);
        assert!(begun.has_skipped() && !all.has_skipped());
        for (accepted, expected) in [(Concern::NoDevice, vec![1, 2]), (Concern::DevicesNotKnown, vec![1, 3])]
        {
            let preview = preview(&proposal, &users, &[], &[], Choices::default().with(&[accepted]));
            assert_eq!(written(&preview), expected);
        }
    }

    #[test]
    fn ones_own_account_is_a_group_of_its_own_that_is_skipped_until_included() {
        let users = store(&[OFF, OFF, (Mfa::Off, Account::Disabled, Devices::Usable(1))]);
        let weigh_as = |own: u128, to: bool, choices| {
            let guard = Guard::new(Rules::default(), Some(id(own)));
            let fresh =
                FreshValues { users: &users, read_at: &|_| Some(NOW), is_unread: &|_| false, guard: &guard };
            proposal(to, 1..=3).preview(&fresh, choices, NOW)
        };
        let begun = weigh_as(2, true, Choices::default());
        assert_eq!((written(&begun), begun.own_account, begun.need_change), (vec![1], 1, 1));
        assert_eq!(begun.left_out(Exclusion::OwnAccount), 1);
        let included = weigh_as(2, true, Choices { own_account: true, ..Choices::default() });
        assert_eq!((written(&included), included.own_account), (vec![1, 2], 1));
        // Of several reasons the first counts: the account is disabled.
        let disabled = weigh_as(3, true, Choices::default());
        assert_eq!((disabled.own_account, disabled.disabled), (0, 1));
        let both = weigh_as(3, true, Choices { disabled: true, ..Choices::default() });
        assert_eq!((written(&both), both.own_account, both.disabled), (vec![1, 2], 1, 1));
        let again = weigh_as(2, true, Choices::CHOSEN_BEFORE);
        assert_eq!(written(&again), [1, 3], "also in a run that is sent again or undone");
        assert_eq!(weigh_as(2, false, Choices::default()).own_account, 0, "nothing is to be done");
    }

    #[test]
    fn whoever_could_not_be_read_is_never_written_whatever_is_known_from_before() {
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
    fn where_the_protected_groups_were_not_read_nobody_is_written() {
        let users = store(&[OFF]);
        let limits = crate::domain::limits::Limits {
            protected_groups: vec![crate::domain::user::GroupId(Uuid::nil())],
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
        fn the_counts_add_up_and_nobody_is_lost_or_written_twice(
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
