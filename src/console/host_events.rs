//! Forwards announcements to the host page: counts and fault words, no names.

use std::rc::Rc;

use pingone::fault::Fault;
use pingone_mfa_core::embedding::frame::note;
use pingone_mfa_core::embedding::host_events::HostEvent;

use crate::announcement::{Announcement, Announcer};
use crate::ports::Ports;
use pingone_mfa_core::run::engine::PauseReason;

/// Forwards all announcements from now on.
pub(crate) fn tell_host(ports: Ports, announcer: Announcer) {
    announcer.overhear(Rc::new(move |announcement| {
        if let Some(told) = told(announcement) {
            ports.get().embedder.tell(&note(&told));
        }
    }));
}

fn told(announcement: &Announcement) -> Option<HostEvent> {
    let fault = match announcement {
        Announcement::ListLoaded(users) => return Some(HostEvent::UsersLoaded { users: *users }),
        Announcement::Failed(fault) => fault,
        Announcement::NotChanged { outcome, .. } => outcome.fault()?,
        Announcement::RunPaused(reason) => fault_of(reason)?,
        _ => return None,
    };
    Some(HostEvent::Failed { fault: fault.word(), status: fault.status() })
}

/// The fault of a pause, if it has one. A run that pauses for a token is left out: requesting one already tells the
/// host page.
fn fault_of(reason: &PauseReason) -> Option<&Fault> {
    match reason {
        PauseReason::Refused(fault) | PauseReason::NotStored(fault) | PauseReason::Failing { fault, .. } => {
            Some(fault)
        }
        PauseReason::ByPerson
        | PauseReason::PilotUser
        | PauseReason::Step
        | PauseReason::Token
        | PauseReason::AnotherWriter
        | PauseReason::HandedOver => None,
    }
}

#[cfg(test)]
mod tests {
    use pingone::fault::Refusal;
    use pingone::time::Instant;
    use pingone::user::Mfa;
    use pingone_mfa_core::run::outcome::Outcome;

    use super::*;

    fn limited() -> Fault {
        let refusal = Refusal { status: 429, message: "eyJ.eyJ.x".into(), ..Refusal::default() };
        Fault::RateLimited { refusal, after: None }
    }

    #[test]
    fn failures_are_forwarded_as_word_and_status_only() {
        let told_of = Some(HostEvent::Failed { fault: "rate-limited", status: Some(429) });
        let username = "ada".to_owned();
        for announcement in [
            Announcement::Failed(limited()),
            Announcement::NotChanged { username, to: true, outcome: Outcome::Unconfirmed(limited()) },
            Announcement::RunPaused(PauseReason::Failing { until: Instant(1), fault: limited() }),
        ] {
            assert_eq!(told(&announcement), told_of);
        }
    }

    #[test]
    fn a_loaded_list_is_forwarded_as_its_length_and_actions_are_not_forwarded() {
        assert_eq!(told(&Announcement::ListLoaded(7)), Some(HostEvent::UsersLoaded { users: 7 }));
        for announcement in [
            Announcement::Quiet,
            Announcement::Connected("Production".into()),
            Announcement::Changed { username: "ada".into(), mfa: Mfa::On },
            Announcement::RunPaused(PauseReason::Token),
        ] {
            assert_eq!(told(&announcement), None);
        }
    }
}
