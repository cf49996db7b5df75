use pingone::user::GroupId;
use uuid::Uuid;

use crate::run::limits::TurnOff;

use super::*;

const ON: Write = Write::Mfa { to: true };
const OFF: Write = Write::Mfa { to: false };
const WRITES: [Write; 3] = [ON, OFF, Write::Bypass];
const SCOPES: [Scope; 2] = [Scope::One, Scope::Run];

const PLAIN: Facts = Facts {
    protection: Protection::NotMember,
    is_own: false,
    account: Account::Enabled,
    devices: Devices::Usable(1),
};

fn id(number: u128) -> UserId {
    UserId(Uuid::from_u128(number))
}

fn ask(scope: Scope, write: Write, facts: Facts, accepted: Choices) -> Decision {
    decide(&Rules::default(), scope, write, facts, accepted)
}

fn rules(access: Access, turn_off: TurnOff, may_bypass: bool) -> Rules {
    Rules::new(Limits { access, turn_off, ..Limits::default() }, may_bypass)
}

fn protecting() -> Rules {
    let protected_groups = vec![GroupId(Uuid::from_u128(7))];
    Rules::new(Limits { protected_groups, ..Limits::default() }, true)
}

#[test]
fn a_protected_member_is_refused_every_write_even_if_all_concerns_are_accepted() {
    for (scope, write) in SCOPES.into_iter().flat_map(|scope| WRITES.map(|write| (scope, write))) {
        for accepted in [Choices::default(), Choices::ALL] {
            let member = Facts { protection: Protection::Member, ..PLAIN };
            let refused = Decision::Refused(WriteRefusal::Protected);
            assert_eq!(ask(scope, write, member, accepted), refused, "{scope:?} {write:?}");
            let unknown = Facts { protection: Protection::NotKnown, ..PLAIN };
            let refused = Decision::Refused(WriteRefusal::ProtectionNotKnown);
            assert_eq!(ask(scope, write, unknown, accepted), refused, "{scope:?} {write:?}");
        }
    }
}

#[test]
fn a_user_without_concerns_is_allowed_every_write() {
    for (scope, write) in SCOPES.into_iter().flat_map(|scope| WRITES.map(|write| (scope, write))) {
        assert_eq!(ask(scope, write, PLAIN, Choices::default()), Decision::Allowed, "{scope:?} {write:?}");
    }
}

#[test]
fn only_turning_mfa_on_asks_about_devices() {
    for (devices, concern) in
        [(Devices::Usable(0), Concern::NoDevice), (Devices::NotChecked, Concern::DevicesNotKnown)]
    {
        let facts = Facts { devices, ..PLAIN };
        for scope in SCOPES {
            assert_eq!(ask(scope, ON, facts, Choices::default()), Decision::Ask(vec![concern]));
            let accepted = Choices::default().with(&[concern]);
            assert_eq!(ask(scope, ON, facts, accepted), Decision::Allowed);
            let other = Choices { without_device: false, devices_not_known: false, ..Choices::ALL };
            assert_eq!(ask(scope, ON, facts, other), Decision::Ask(vec![concern]));
            for write in [OFF, Write::Bypass] {
                assert_eq!(ask(scope, write, facts, Choices::default()), Decision::Allowed);
            }
        }
    }
}

#[test]
fn every_write_to_the_own_account_asks() {
    let facts = Facts { is_own: true, ..PLAIN };
    for (scope, write) in SCOPES.into_iter().flat_map(|scope| WRITES.map(|write| (scope, write))) {
        assert_eq!(ask(scope, write, facts, Choices::default()), Decision::Ask(vec![Concern::OwnAccount]));
        assert_eq!(
            ask(scope, write, facts, Choices::CHOSEN_BEFORE),
            Decision::Ask(vec![Concern::OwnAccount]),
            "the signed-in person may be another one than the person who chose"
        );
        assert_eq!(ask(scope, write, facts, Choices::ALL), Decision::Allowed);
    }
}

#[test]
fn only_a_run_asks_about_a_disabled_account() {
    let facts = Facts { account: Account::Disabled, ..PLAIN };
    assert_eq!(
        ask(Scope::Run, OFF, facts, Choices::default()),
        Decision::Ask(vec![Concern::AccountDisabled])
    );
    assert_eq!(ask(Scope::One, OFF, facts, Choices::default()), Decision::Allowed);
    for account in [Account::Enabled, Account::Locked, Account::Unknown] {
        let facts = Facts { account, ..PLAIN };
        assert_eq!(ask(Scope::Run, OFF, facts, Choices::default()), Decision::Allowed, "{account:?}");
    }
}

#[test]
fn several_concerns_are_asked_together_and_accepted_separately() {
    let facts = Facts { is_own: true, account: Account::Disabled, devices: Devices::Usable(0), ..PLAIN };
    let all = vec![Concern::AccountDisabled, Concern::OwnAccount, Concern::NoDevice];
    assert_eq!(ask(Scope::Run, ON, facts, Choices::default()), Decision::Ask(all.clone()));
    for concern in &all {
        let others: Vec<Concern> = all.iter().copied().filter(|other| other != concern).collect();
        let accepted = Choices::default().with(&[*concern]);
        assert_eq!(ask(Scope::Run, ON, facts, accepted), Decision::Ask(others));
    }
    assert_eq!(ask(Scope::Run, ON, facts, Choices::default().with(&all)), Decision::Allowed);
}

#[test]
fn each_concern_has_its_own_choice_and_its_own_exclusion() {
    for concern in Concern::ALL {
        let accepted = Choices::default().with(&[concern]);
        for other in Concern::ALL {
            assert_eq!(accepted.accepts(other), other == concern);
            assert!(Choices::ALL.accepts(other) && !Choices::default().accepts(other));
        }
    }
    let reasons = Concern::ALL.map(Concern::exclusion);
    let expected =
        [Exclusion::AccountDisabled, Exclusion::OwnAccount, Exclusion::NoDevice, Exclusion::DevicesNotKnown];
    assert_eq!(reasons, expected);
}

#[test]
fn writes_that_the_deployment_forbids_are_refused_whatever_is_accepted() {
    use WriteRefusal::{NeverOff, NoBypass, OffOneAtATime, OneAtATime, ReadOnly};
    let read = rules(Access::Read, TurnOff::Run, true);
    let one = rules(Access::One, TurnOff::Run, true);
    let never = rules(Access::Run, TurnOff::Never, true);
    let off_one = rules(Access::Run, TurnOff::One, true);
    let one_never = rules(Access::One, TurnOff::Never, true);
    let no_bypass = rules(Access::Run, TurnOff::Run, false);
    for (rules, scope, write, refusal) in [
        (&read, Scope::One, ON, Some(ReadOnly)),
        (&read, Scope::One, OFF, Some(ReadOnly)),
        (&read, Scope::One, Write::Bypass, Some(ReadOnly)),
        (&read, Scope::Run, ON, Some(ReadOnly)),
        (&one, Scope::One, ON, None),
        (&one, Scope::One, Write::Bypass, None),
        (&one, Scope::Run, ON, Some(OneAtATime)),
        (&one, Scope::Run, OFF, Some(OneAtATime)),
        (&never, Scope::One, OFF, Some(NeverOff)),
        (&never, Scope::One, ON, None),
        (&never, Scope::Run, OFF, Some(NeverOff)),
        (&never, Scope::One, Write::Bypass, None),
        (&one_never, Scope::One, OFF, Some(NeverOff)),
        (&off_one, Scope::One, OFF, None),
        (&off_one, Scope::Run, OFF, Some(OffOneAtATime)),
        (&no_bypass, Scope::One, Write::Bypass, Some(NoBypass)),
        (&no_bypass, Scope::One, OFF, None),
    ] {
        let facts = Facts { is_own: true, devices: Devices::NotChecked, ..PLAIN };
        let decision = decide(rules, scope, write, facts, Choices::ALL);
        let expected = refusal.map_or(Decision::Allowed, Decision::Refused);
        assert_eq!(decision, expected, "{rules:?} {scope:?} {write:?}");
        assert_eq!(rules.refusal(scope, write), refusal);
    }
}

#[test]
fn a_run_with_more_users_than_the_deployment_permits_is_refused() {
    let limits = Limits { max_run_users: Some(10), ..Limits::default() };
    let guard = Guard::new(Rules::new(limits, true), None);
    assert_eq!(guard.run_refusal(true, 10), None);
    assert_eq!(guard.run_refusal(true, 11), Some(WriteRefusal::TooMany));
    let read = Guard::new(rules(Access::Read, TurnOff::Run, true), None);
    assert_eq!(read.run_refusal(true, 1), Some(WriteRefusal::ReadOnly));
}

#[test]
fn no_permit_is_given_before_the_protected_groups_are_read() {
    let unread = Guard::new(protecting(), None);
    let refused = Objection::Refused(WriteRefusal::ProtectionNotKnown);
    assert!(protecting().needs_members() && !Rules::default().needs_members());
    assert_eq!(unread.change(id(1), true, Devices::Usable(1), Choices::ALL), Err(refused.clone()));
    assert_eq!(unread.bypass(id(1), Choices::ALL), Err(refused));
    assert_eq!(unread.planned(id(1), true), Err(WriteRefusal::ProtectionNotKnown));
    let read = unread.with_members(HashSet::from([id(2)]));
    assert_eq!(read.planned(id(1), true), Ok(MfaPermit { user: id(1), to: true }));
    assert_eq!(read.planned(id(2), true), Err(WriteRefusal::Protected));
    assert_eq!(read.bypass(id(1), Choices::default()), Ok(BypassPermit { user: id(1) }));
    let protected = Objection::Refused(WriteRefusal::Protected);
    assert_eq!(read.bypass(id(2), Choices::ALL), Err(protected.clone()));
    assert_eq!(read.change(id(2), false, Devices::Usable(1), Choices::ALL), Err(protected));
    let free = Guard::new(Rules::default(), None);
    assert_eq!(
        free.protection(id(1)),
        Protection::NotMember,
        "without protected groups no members have to be read"
    );
}

#[test]
fn a_permit_is_for_one_user_and_one_value() {
    let guard = Guard::new(Rules::default(), Some(id(5)));
    for to in [true, false] {
        let permit = guard.change(id(1), to, Devices::Usable(1), Choices::default()).unwrap();
        assert_eq!((permit.user(), permit.to()), (id(1), to));
        let planned = guard.planned(id(2), to).unwrap();
        assert_eq!((planned.user(), planned.to()), (id(2), to));
    }
    assert_eq!(guard.bypass(id(3), Choices::default()).unwrap().user(), id(3));
    let own = Objection::Ask(vec![Concern::OwnAccount]);
    assert_eq!(guard.bypass(id(5), Choices::default()), Err(own.clone()));
    assert_eq!(guard.change(id(5), false, Devices::Usable(1), Choices::default()), Err(own));
    assert!(guard.planned(id(5), false).is_ok(), "the own account was confirmed in the review");
}

#[test]
fn every_refusal_has_distinct_words() {
    let mut words: Vec<String> = WriteRefusal::ALL.iter().map(ToString::to_string).collect();
    assert_eq!(words, WriteRefusal::ALL.map(WriteRefusal::word));
    words.sort_unstable();
    words.dedup();
    assert_eq!(words.len(), WriteRefusal::ALL.len());
    for (obstacle, refusal) in [
        (RunObstacle::ReadOnly, WriteRefusal::ReadOnly),
        (RunObstacle::OneAtATime, WriteRefusal::OneAtATime),
        (RunObstacle::NeverOff, WriteRefusal::NeverOff),
        (RunObstacle::OffOneAtATime, WriteRefusal::OffOneAtATime),
        (RunObstacle::TooMany { most: 1 }, WriteRefusal::TooMany),
    ] {
        assert_eq!(WriteRefusal::from(obstacle), refusal);
    }
}
