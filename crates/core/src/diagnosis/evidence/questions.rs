//! Which question to ask next. Only questions that distinguish between causes are asked.

use pingone::fault::Fault;
use pingone::time::Millis;
use pingone::token::Actor;
use pingone::user::UserId;

use super::{Evidence, Operation, PlainResult, Symptom, is_ok};

/// A question to PingOne or to the network. All questions only read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Question {
    /// What the browser can reach at all, after this operation failed.
    Reach(Operation),
    /// Read the record of the environment.
    Environment,
    /// Read the number of users, and one of them.
    Users,
    /// Read the record of this user.
    User(UserId),
    /// Read the MFA flag of this user.
    Flag(UserId),
    /// Read the populations of the environment.
    Populations,
    /// Read the environment's MFA settings.
    Settings,
    /// Read the environment's list of products.
    Products,
    /// Read the MFA devices of this user.
    Devices(UserId),
    /// Read the MFA bypass of this user.
    Bypass(UserId),
}

/// The pauses before each repetition of a refused read. A newly assigned role takes a while to take effect.
const PAUSES: [Millis; 4] =
    [Millis::seconds(5), Millis::seconds(10), Millis::seconds(15), Millis::seconds(30)];

impl Operation {
    /// The question that repeats the operation. A write is never repeated to find a cause.
    pub(super) const fn repeat_question(self) -> Option<Question> {
        match self {
            Self::Connect => Some(Question::Environment),
            Self::ReadUsers => Some(Question::Users),
            Self::ReadUser(user) => Some(Question::User(user)),
            Self::ReadFlag(user) => Some(Question::Flag(user)),
            Self::ReadDevices(user) => Some(Question::Devices(user)),
            // That some users can be read doesn't show that the requested ones can.
            Self::FilterUsers | Self::ReadReport | Self::ChangeFlag(_) | Self::AllowBypass(_) => None,
        }
    }
}

impl Evidence {
    /// The next question, and the pause before it. Only questions that distinguish between causes are asked.
    #[must_use]
    pub fn next_question(&self) -> Option<(Question, Millis)> {
        let open = self.wanted_questions().into_iter().find(|question| !self.is_answered(*question));
        open.map(|question| (question, Millis(0))).or_else(|| self.next_repetition())
    }

    /// Repeats a read that was refused because of a role: a newly assigned role doesn't take effect at once.
    fn next_repetition(&self) -> Option<(Question, Millis)> {
        let (operation, fault) = self.fault()?;
        let is_refusal = match fault {
            Fault::RoleMissing(_) => true,
            Fault::EnvironmentUnknown(refusal) => refusal.status == 403,
            _ => false,
        };
        let is_end_user = self.token.as_ref().is_some_and(|token| matches!(token.actor, Actor::EndUser(_)));
        let is_final = is_end_user || self.is_conclusive() || self.is_environment_missing();
        let is_settled = !is_refusal || is_final || self.works_now();
        let pause = PAUSES.get(self.repeats).filter(|_| !is_settled)?;
        Some((operation.repeat_question()?, *pause))
    }

    /// Whether further questions would all fail in the same way, or make things worse. The symptom's own 401 may be
    /// about that single request, so one question may follow it.
    fn is_conclusive(&self) -> bool {
        let is_final = |fault: &Fault| {
            matches!(
                fault,
                Fault::TokenExpired(_)
                    | Fault::TokenForgotten
                    | Fault::RateLimited { .. }
                    | Fault::NotStored(_)
                    | Fault::HostRefused
                    | Fault::NotPermitted(_)
                    | Fault::LockSilent
                    | Fault::Internal(_)
            )
        };
        self.faults().any(is_final)
            || self.answer_faults().any(|fault| matches!(fault, Fault::TokenInvalid(_)))
    }

    fn wanted_questions(&self) -> Vec<Question> {
        match &self.symptom {
            Symptom::Input(_) => Vec::new(),
            _ if self.is_conclusive() => Vec::new(),
            Symptom::Health => self.questions_for_health(),
            Symptom::NotPrompted(user) => self.questions_for_not_asked(*user),
            Symptom::Failed { operation, fault, .. } => self.questions_for_failure(*operation, fault),
        }
    }

    fn questions_for_not_asked(&self, user: UserId) -> Vec<Question> {
        let mut wanted = vec![
            Question::User(user),
            Question::Flag(user),
            Question::Bypass(user),
            Question::Devices(user),
            Question::Environment,
            Question::Products,
        ];
        // If other users can be read, but not this one, the role is limited.
        let is_refused = |fault: Option<&Fault>| matches!(fault, Some(Fault::RoleMissing(_)));
        let read = self.user.as_ref().and_then(|observed| observed.result.as_ref().err());
        let flag = self.flag.as_ref().and_then(|observed| observed.result.as_ref().err());
        if is_refused(read) || is_refused(flag) {
            wanted.push(Question::Users);
        }
        wanted
    }

    fn questions_for_health(&self) -> Vec<Question> {
        let mut wanted = vec![Question::Reach(Operation::Connect), Question::Environment];
        if is_ok(self.environment.as_ref()) {
            wanted.extend([Question::Users, Question::Populations, Question::Settings, Question::Products]);
            wanted.extend(self.first_user().map(Question::Flag));
        }
        wanted
    }

    fn first_user(&self) -> Option<UserId> {
        self.users.as_ref()?.result.as_ref().ok()?.first
    }

    fn questions_for_failure(&self, operation: Operation, fault: &Fault) -> Vec<Question> {
        let mut wanted = Vec::new();
        if matches!(fault, Fault::Unreachable | Fault::Timeout { .. } | Fault::BodyCut(_)) {
            wanted.push(Question::Reach(operation));
            if self.reach.is_some_and(|reach| reach.host == PlainResult::Unanswered && !reach.page) {
                return wanted;
            }
        }
        wanted.push(Question::Environment);
        if !is_ok(self.environment.as_ref()) {
            return wanted;
        }
        wanted.push(Question::Users);
        match operation.user() {
            Some(user) => {
                wanted.push(Question::User(user));
                if is_ok(self.user.as_ref()) {
                    wanted.push(Question::Flag(user));
                }
            }
            None => wanted.extend(self.first_user().map(Question::Flag)),
        }
        if let Operation::ReadDevices(user) = operation {
            wanted.push(Question::Devices(user));
        }
        if matches!(fault, Fault::RoleMissing(_) | Fault::LicenseExceeded(_)) {
            if self.users.as_ref().is_some_and(|users| users.result.is_err()) {
                wanted.extend([Question::Populations, Question::Settings]);
            }
            wanted.push(Question::Products);
        }
        wanted
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Answer, Reach};
    use super::*;
    use pingone::environment::{Environment, EnvironmentId, EnvironmentKind};
    use pingone::fault::Refusal;
    use pingone::time::Timestamp;
    use uuid::Uuid;

    const NOW: Timestamp = Timestamp(1_795_500_000_000);

    fn user() -> UserId {
        UserId(Uuid::from_u128(7))
    }

    fn failed(operation: Operation, fault: Fault) -> Evidence {
        Evidence::of(Symptom::Failed { operation, fault, at: NOW }, NOW)
    }

    fn refused(status: u16) -> Refusal {
        Refusal { status, code: Some("ACCESS_FAILED".into()), ..Refusal::default() }
    }

    fn environment() -> Answer {
        let id = EnvironmentId(Uuid::from_u128(1));
        Answer::Environment(Environment { id, name: "Workforce".into(), kind: EnvironmentKind::Production })
    }

    #[test]
    fn an_expired_token_a_rate_limit_and_a_defect_lead_to_no_question() {
        for fault in [
            Fault::TokenExpired(refused(401)),
            Fault::TokenForgotten,
            Fault::Internal("x"),
            Fault::RateLimited { refusal: refused(429), after: None },
        ] {
            assert_eq!(failed(Operation::ReadUsers, fault).next_question(), None);
        }
    }

    #[test]
    fn one_question_tells_a_refused_token_from_a_refused_request() {
        let mut refused_once = failed(Operation::ReadUser(user()), Fault::TokenInvalid(refused(401)));
        let mut refused_twice = refused_once.clone();
        assert_eq!(refused_once.next_question(), Some((Question::Environment, Millis(0))));
        refused_twice.learn(Question::Environment, Err(Fault::TokenInvalid(refused(401))), NOW);
        assert!(refused_twice.refused_token().is_some() && refused_twice.next_question().is_none());
        refused_once.learn(Question::Environment, Ok(environment()), NOW);
        assert!(refused_once.refused_token().is_none() && refused_once.next_question().is_some());
    }

    #[test]
    fn every_question_is_asked_once_and_a_refused_read_is_repeated_after_pauses() {
        let mut evidence = failed(Operation::ReadUsers, Fault::RoleMissing(refused(403)));
        let mut asked = Vec::new();
        while let Some((question, pause)) = evidence.next_question() {
            asked.push((question, pause.0));
            let result = match question {
                Question::Environment => Ok(environment()),
                _ => Err(Fault::RoleMissing(refused(403))),
            };
            evidence.learn(question, result, NOW);
            assert!(asked.len() < 20, "{asked:?}");
        }
        let repeated = [
            (Question::Users, 5000),
            (Question::Users, 10_000),
            (Question::Users, 15_000),
            (Question::Users, 30_000),
        ];
        let once = [
            Question::Environment,
            Question::Users,
            Question::Populations,
            Question::Settings,
            Question::Products,
        ];
        assert_eq!(asked, once.map(|question| (question, 0)).into_iter().chain(repeated).collect::<Vec<_>>());
    }

    #[test]
    fn a_write_is_never_repeated() {
        let mut evidence = failed(Operation::ChangeFlag(Some(user())), Fault::RoleMissing(refused(403)));
        let mut asked = 0;
        while let Some((question, _)) = evidence.next_question() {
            evidence.learn(question, Err(Fault::Unreachable), NOW);
            asked += 1;
        }
        assert_eq!(asked, 1, "the environment can't be read, and all other reads depend on it");
    }

    #[test]
    fn no_more_questions_are_asked_when_offline() {
        let mut evidence = failed(Operation::Connect, Fault::Unreachable);
        let (question, _) = evidence.next_question().unwrap();
        assert_eq!(question, Question::Reach(Operation::Connect));
        let reach = Reach { is_online: false, page: false, host: PlainResult::Unanswered, readable: None };
        evidence.learn(question, Ok(Answer::Reach(reach)), NOW);
        assert_eq!(evidence.next_question(), None);
    }
}
