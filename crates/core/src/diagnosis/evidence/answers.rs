//! Adds the answers to questions to the evidence.

use pingone::device::Device;
use pingone::environment::Environment;
use pingone::fault::Fault;
use pingone::request::VisibleUsers;
use pingone::time::Timestamp;
use pingone::user::User;

use super::{Evidence, Observed, Question, Reach};

/// The value that answers a [`Question`].
#[derive(Debug, Clone, PartialEq)]
pub enum Answer {
    /// What the browser could reach.
    Reach(Reach),
    /// The record of the environment.
    Environment(Environment),
    /// The number of users, and one of them.
    Users(VisibleUsers),
    /// The record of the user, boxed for its size.
    User(Box<User>),
    /// Whether the user's MFA flag is on.
    Flag(bool),
    /// The token may read the populations.
    Populations,
    /// The token may read the MFA settings.
    Settings,
    /// The products; `None` where PingOne doesn't tell this token.
    Products(Option<Vec<String>>),
    /// All MFA devices of the user, active or not.
    Devices(Vec<Device>),
    /// When the bypass expires; `None` without a bypass.
    Bypass(Option<Timestamp>),
}

impl Evidence {
    pub(super) fn is_answered(&self, question: Question) -> bool {
        match question {
            Question::Reach(_) => self.reach.is_some(),
            Question::Environment => self.environment.is_some(),
            Question::Users => self.users.is_some(),
            Question::User(_) => self.user.is_some(),
            Question::Flag(_) => self.flag.is_some(),
            Question::Populations => self.populations.is_some(),
            Question::Settings => self.settings.is_some(),
            Question::Products => self.products.is_some(),
            Question::Devices(_) => self.devices.is_some(),
            Question::Bypass(_) => self.bypass.is_some(),
        }
    }

    /// Records the answer to a question, or the fault that it failed with.
    pub fn learn(&mut self, question: Question, result: Result<Answer, Fault>, at: Timestamp) {
        self.now = at;
        self.repeats += usize::from(self.is_answered(question));
        match result {
            Ok(answer) => self.record_answer(answer, at),
            Err(fault) => self.record_fault(question, fault, at),
        }
    }

    fn record_answer(&mut self, answer: Answer, at: Timestamp) {
        match answer {
            Answer::Reach(reach) => self.reach = Some(reach),
            Answer::Environment(environment) => self.environment = observed_value(at, environment),
            Answer::Users(users) => self.users = observed_value(at, users),
            Answer::User(user) => self.user = observed_value(at, *user),
            Answer::Flag(flag) => self.flag = observed_value(at, flag),
            Answer::Populations => self.populations = observed_value(at, ()),
            Answer::Settings => self.settings = observed_value(at, ()),
            Answer::Products(products) => self.products = observed_value(at, products),
            Answer::Devices(devices) => self.devices = observed_value(at, devices),
            Answer::Bypass(until) => self.bypass = observed_value(at, until),
        }
    }

    fn record_fault(&mut self, question: Question, fault: Fault, at: Timestamp) {
        match question {
            // An unreachable host isn't a fault here; it is the answer itself.
            Question::Reach(_) => {}
            Question::Environment => self.environment = observed_fault(at, fault),
            Question::Users => self.users = observed_fault(at, fault),
            Question::User(_) => self.user = observed_fault(at, fault),
            Question::Flag(_) => self.flag = observed_fault(at, fault),
            Question::Populations => self.populations = observed_fault(at, fault),
            Question::Settings => self.settings = observed_fault(at, fault),
            Question::Products => self.products = observed_fault(at, fault),
            Question::Devices(_) => self.devices = observed_fault(at, fault),
            Question::Bypass(_) => self.bypass = observed_fault(at, fault),
        }
    }
}

#[expect(clippy::unnecessary_wraps, reason = "it goes where nothing may be known")]
fn observed_value<T>(at: Timestamp, result: T) -> Option<Observed<T>> {
    Some(Observed { at, result: Ok(result) })
}

#[expect(clippy::unnecessary_wraps, reason = "it goes where nothing may be known")]
fn observed_fault<T>(at: Timestamp, fault: Fault) -> Option<Observed<T>> {
    Some(Observed { at, result: Err(fault) })
}
