//! Filtering and classification of exchanges.

use pingone::exchange::Exchange;
use pingone::request::Method;

/// Class of an exchange by the status of its answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Class {
    /// Status 2xx: the request succeeded.
    Good,
    /// Status 4xx: the request was refused.
    Refused,
    /// Status 5xx: the server failed.
    Failed,
    /// Any other status, which doesn't come from PingOne.
    Odd,
    /// No answer arrived, for example after a timeout.
    NoAnswer,
}

impl Class {
    /// The class of an exchange, by its status.
    #[must_use]
    pub fn of(exchange: &Exchange) -> Self {
        match exchange.answer.as_ref().map(|answer| answer.head.status) {
            None => Class::NoAnswer,
            Some(200..300) => Class::Good,
            Some(400..500) => Class::Refused,
            Some(500..600) => Class::Failed,
            Some(_) => Class::Odd,
        }
    }
}

/// Conditions that an exchange has to meet together; `Default` matches all.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ExchangeFilter {
    /// Only requests with this method.
    pub method: Option<Method>,
    /// Only exchanges of this class.
    pub class: Option<Class>,
    /// Only exchanges whose URL or correlation ID contains this text, ignoring case.
    pub text: String,
}

impl ExchangeFilter {
    /// Whether an exchange meets all conditions.
    #[must_use]
    pub fn matches(&self, exchange: &Exchange) -> bool {
        self.method.is_none_or(|method| method == exchange.request.method)
            && self.class.is_none_or(|class| class == Class::of(exchange))
            && self.has_text(exchange)
    }

    fn has_text(&self, exchange: &Exchange) -> bool {
        let wanted = self.text.trim().to_ascii_lowercase();
        if wanted.is_empty() {
            return true;
        }
        let holds = |text: &str| text.to_ascii_lowercase().contains(&wanted);
        let id = exchange.answer.as_ref().and_then(|answer| answer.head.correlation_id.as_deref());
        holds(&exchange.url()) || id.is_some_and(holds)
    }
}

#[cfg(test)]
pub(super) mod tests {
    use uuid::Uuid;

    use super::*;
    use pingone::endpoint::Endpoint;
    use pingone::environment::EnvironmentId;
    use pingone::exchange::{Answer, BodyKind};
    use pingone::region::{RegionCode, Regions};
    use pingone::request::Request;
    use pingone::tenant::Tenant;
    use pingone::time::{Millis, Timestamp};
    use pingone::transport::Head;
    use pingone::user::UserId;

    /// An answer with this status, for tests of exchanges.
    pub(in crate::exchanges) fn answer(status: u16) -> Answer {
        let head = Head { status, correlation_id: Some("9C1D7E02-aaaa".to_owned()) };
        Answer { head, body: "{}".to_owned(), is_cut: false, kind: BodyKind::Json, size: 2 }
    }

    /// A PUT of the MFA flag of the user with this number.
    pub(in crate::exchanges) fn exchange(user: u128, answer: Option<Answer>) -> Exchange {
        let region = Regions::default().get(&RegionCode("EU".into())).unwrap().clone();
        let tenant = Tenant { region, environment: EnvironmentId(Uuid::from_u128(1)) };
        let endpoint = Endpoint::mfa_enabled(&tenant, UserId(Uuid::from_u128(user)));
        let body = Some(br#"{"mfaEnabled":true}"#.to_vec());
        Exchange {
            at: Timestamp(1_795_478_400_000),
            took: Millis(143),
            request: Request { method: Method::Put, endpoint, body },
            attempt: 1,
            answer,
            facts: Vec::new(),
            fault: None,
        }
    }

    #[test]
    fn an_empty_filter_matches_every_exchange() {
        assert!(ExchangeFilter::default().matches(&exchange(1, None)));
        assert!(
            ExchangeFilter { text: "  ".into(), ..ExchangeFilter::default() }.matches(&exchange(1, None))
        );
    }

    #[test]
    fn all_conditions_of_a_filter_have_to_match() {
        let method = |method| ExchangeFilter { method: Some(method), ..ExchangeFilter::default() };
        let class = |class| ExchangeFilter { class: Some(class), ..ExchangeFilter::default() };
        let text = |text: &str| ExchangeFilter { text: text.to_owned(), ..ExchangeFilter::default() };
        let refused = exchange(0xabc, Some(answer(403)));
        for (filter, passes) in [
            (method(Method::Put), true),
            (method(Method::Get), false),
            (class(Class::Refused), true),
            (class(Class::Good), false),
            (text("9c1d7E02"), true),
            (text("000000000ABC/mfaenabled"), true),
            (text("api.pingone.eu"), true),
            (text("403"), false),
            (ExchangeFilter { class: Some(Class::Refused), ..text("devices") }, false),
        ] {
            assert_eq!(filter.matches(&refused), passes, "{filter:?}");
        }
    }

    #[test]
    fn every_status_has_one_class() {
        for (status, class) in [
            (200, Class::Good),
            (204, Class::Good),
            (302, Class::Odd),
            (404, Class::Refused),
            (429, Class::Refused),
            (503, Class::Failed),
            (999, Class::Odd),
        ] {
            assert_eq!(Class::of(&exchange(1, Some(answer(status)))), class);
        }
        assert_eq!(Class::of(&exchange(1, None)), Class::NoAnswer);
    }
}
