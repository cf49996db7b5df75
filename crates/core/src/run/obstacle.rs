//! Decides what keeps a reviewed plan from leaving the page as a run, a saved plan or a script.
//!
//! All three change users in the end, so all three require the same checks.

use super::confirmation::{Confirmation, confirmation, is_number_typed};
use super::limits::{Limits, RunObstacle};

/// Why the plan can't leave the page yet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Obstacle {
    /// The deployment forbids the run.
    Limit(RunObstacle),
    /// MFA is never turned off for this many users at once in the administrators environment.
    Administrators,
    /// No user of the plan needs a change.
    NothingToDo,
    /// A pilot user is required, and none is named.
    PilotUserMissing,
    /// The named pilot user isn't in the plan.
    PilotUserUnknown,
    /// The number of users after which the run pauses isn't a valid number.
    PauseStepInvalid,
    /// The change reference is missing, or isn't in the format that the deployment requires.
    Reference,
    /// The change reference or the reason, which are both stored, contains a token.
    TokenEntered,
    /// A reason is required, and none is given.
    ReasonMissing,
    /// The number of changes isn't typed, or differs.
    NumberMissing,
}

/// What was entered as the pilot user.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PilotUser {
    /// The pilot user's field is empty.
    NotNamed,
    /// The entered user isn't in the plan.
    NotInPlan,
    /// The entered user is in the plan.
    InPlan,
}

/// The values entered in the review.
#[derive(Debug, Clone, Copy)]
pub struct Answers<'a> {
    /// The pilot user, who is changed first.
    pub pilot_user: PilotUser,
    /// Whether the number of users after which the run pauses is valid or left blank.
    pub is_step_readable: bool,
    /// The change reference as entered.
    pub reference: &'a str,
    /// The reason for the run as entered.
    pub reason: &'a str,
    /// Whether the reference or the reason contains a token.
    pub has_token: bool,
    /// The confirmation number as typed.
    pub number: &'a str,
}

/// Why a plan with this number of changes can't leave the page yet; `None` if it can. An undo and a retry have the
/// same requirements as any plan in their direction.
#[must_use]
pub fn obstacle(
    limits: &Limits,
    to: bool,
    changes: u64,
    environment_name: &str,
    answers: &Answers<'_>,
) -> Option<Obstacle> {
    if let Some(obstacle) = limits.run_obstacle(to, changes) {
        return Some(Obstacle::Limit(obstacle));
    }
    let (pilot_user, number, reason) = match confirmation(to, changes, environment_name) {
        Confirmation::NothingToDo => return Some(Obstacle::NothingToDo),
        Confirmation::Never => return Some(Obstacle::Administrators),
        Confirmation::None => (false, false, false),
        Confirmation::Dialog => (false, false, true),
        Confirmation::Review { pilot_user, number, reason } => (pilot_user, number, reason),
    };
    let rules = [
        (pilot_user && answers.pilot_user == PilotUser::NotNamed, Obstacle::PilotUserMissing),
        (answers.pilot_user == PilotUser::NotInPlan, Obstacle::PilotUserUnknown),
        (!answers.is_step_readable, Obstacle::PauseStepInvalid),
        (answers.has_token, Obstacle::TokenEntered),
        (!limits.change_reference.fits(answers.reference.trim()), Obstacle::Reference),
        (reason && answers.reason.trim().is_empty(), Obstacle::ReasonMissing),
        (number && !is_number_typed(answers.number, changes), Obstacle::NumberMissing),
    ];
    rules.into_iter().find(|(applies, _)| *applies).map(|(_, obstacle)| obstacle)
}

#[cfg(test)]
mod tests {
    use super::super::limits::{Access, TurnOff};
    use super::super::plan::{Plan, PlannedPauses, PlannedRow};
    use super::super::proposal::Proposal;
    use super::super::reference::ChangeReference;
    use super::super::row::{Row, RowState};
    use super::*;
    use pingone::environment::EnvironmentId;
    use pingone::time::Timestamp;
    use pingone::user::{Mfa, UserId};
    use uuid::Uuid;

    const NOTHING: Answers<'static> = Answers {
        pilot_user: PilotUser::NotNamed,
        is_step_readable: true,
        reference: "",
        reason: "",
        has_token: false,
        number: "",
    };

    const EVERYTHING: Answers<'static> =
        Answers { pilot_user: PilotUser::InPlan, reference: "CHG1", reason: "lost phones", ..NOTHING };

    fn at(to: bool, changes: u64, answers: &Answers<'_>) -> Option<Obstacle> {
        obstacle(&Limits::default(), to, changes, "Workforce", answers)
    }

    #[test]
    fn the_requirements_depend_on_the_number_and_the_direction() {
        for (to, changes, missing) in [
            (true, 0, Some(Obstacle::NothingToDo)),
            (true, 1, None),
            (true, 50, None),
            (true, 51, Some(Obstacle::PilotUserMissing)),
            (false, 1, Some(Obstacle::ReasonMissing)),
            (false, 2, Some(Obstacle::ReasonMissing)),
        ] {
            assert_eq!(at(to, changes, &NOTHING), missing, "{to} {changes}");
        }
        assert_eq!(at(true, 51, &EVERYTHING), None);
        assert_eq!(at(true, 501, &EVERYTHING), Some(Obstacle::NumberMissing));
        assert_eq!(at(true, 501, &Answers { number: "501", ..EVERYTHING }), None);
        assert_eq!(at(false, 2, &EVERYTHING), Some(Obstacle::NumberMissing));
        assert_eq!(at(false, 2, &Answers { number: " 2 ", ..EVERYTHING }), None);
        assert_eq!(at(false, 2, &Answers { number: "3", ..EVERYTHING }), Some(Obstacle::NumberMissing));
        assert_eq!(at(false, 1, &EVERYTHING), None);
        let administrators = obstacle(&Limits::default(), false, 501, "Administrators", &EVERYTHING);
        assert_eq!(administrators, Some(Obstacle::Administrators));
    }

    #[test]
    fn each_invalid_answer_is_a_separate_obstacle() {
        let full = Answers { number: "2", ..EVERYTHING };
        let required = Limits {
            change_reference: ChangeReference { is_required: true, ..ChangeReference::default() },
            ..Limits::default()
        };
        for (answers, missing) in [
            (Answers { pilot_user: PilotUser::NotInPlan, ..full }, Obstacle::PilotUserUnknown),
            (Answers { is_step_readable: false, ..full }, Obstacle::PauseStepInvalid),
            (Answers { has_token: true, ..full }, Obstacle::TokenEntered),
            (Answers { reference: "  ", ..full }, Obstacle::Reference),
            (Answers { reason: " \t", ..full }, Obstacle::ReasonMissing),
            (Answers { number: "", ..full }, Obstacle::NumberMissing),
        ] {
            assert_eq!(obstacle(&required, false, 2, "Workforce", &answers), Some(missing));
        }
        assert_eq!(obstacle(&required, false, 2, "Workforce", &full), None);
        assert_eq!(
            at(true, 2, &Answers { pilot_user: PilotUser::NotInPlan, ..NOTHING }),
            Some(Obstacle::PilotUserUnknown)
        );
    }

    #[test]
    fn a_limit_of_the_deployment_takes_precedence() {
        for (limits, to, changes, expected) in [
            (Limits { access: Access::Read, ..Limits::default() }, true, 0, RunObstacle::ReadOnly),
            (Limits { turn_off: TurnOff::Never, ..Limits::default() }, false, 2, RunObstacle::NeverOff),
            (
                Limits { max_run_users: Some(1), ..Limits::default() },
                true,
                2,
                RunObstacle::TooMany { most: 1 },
            ),
        ] {
            let found = obstacle(&limits, to, changes, "Workforce", &EVERYTHING);
            assert_eq!(found, Some(Obstacle::Limit(expected)));
        }
    }

    /// The proposal that undoes a run of this many changes in one direction.
    fn undo_of(to: bool, users: u128) -> Proposal {
        let row = |number| PlannedRow {
            user: UserId(Uuid::from_u128(number)),
            from: Mfa::from(!to),
            read_at: Timestamp(1),
        };
        let plan = Plan {
            environment: EnvironmentId(Uuid::from_u128(9)),
            to,
            made_at: Timestamp(1),
            rows: (1..=users).map(row).collect(),
            left_out: vec![],
            reference: "CHG7".into(),
            stops: PlannedPauses::default(),
            reason: String::new(),
            undoes: None,
        };
        let changed = vec![Row { state: RowState::Changed, ..Row::default() }; plan.rows.len()];
        Proposal::undo(&plan, &changed)
    }

    #[test]
    fn an_undo_requires_a_pilot_user_by_its_own_direction() {
        for (undone_to, users, missing) in [
            // Undoing a run that disabled MFA turns it on.
            (false, 50, None),
            (false, 51, Some(Obstacle::PilotUserMissing)),
            (false, 500, Some(Obstacle::PilotUserMissing)),
            // Undoing a run that enabled MFA turns it off.
            (true, 51, Some(Obstacle::ReasonMissing)),
        ] {
            let proposal = undo_of(undone_to, users);
            let changes = proposal.users.len() as u64;
            assert_eq!((proposal.to, changes), (!undone_to, u64::try_from(users).unwrap()));
            assert_eq!(at(proposal.to, changes, &NOTHING), missing, "{undone_to} {users}");
            assert_eq!(proposal.undoes.map(|undone| undone.reference).as_deref(), Some("CHG7"));
        }
    }
}
