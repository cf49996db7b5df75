//! The change of one user.

use std::rc::Rc;

use futures::channel::mpsc;
use pingone::connection::Connection;
use pingone::driver::drive;
use pingone::request::ReadMfa;
use pingone::user::{Mfa, UserId};
use pingone_mfa_core::run::change::{Change, Job};
use pingone_mfa_core::run::guard::Guard;
use pingone_mfa_core::run::outcome::Outcome;
use pingone_mfa_core::run::write::WriteMfa;

use crate::clock::VirtualClock;

/// Changes an unprotected user. Returns the outcome, and the value that was read last.
pub fn change(clock: &VirtualClock, connection: &Connection, user: UserId, to: bool) -> (Outcome, Mfa) {
    let connection = connection.clone();
    clock.run(async move {
        let permit = Guard::default().planned(user, to).unwrap();
        let mut change = Change::new(permit, Rc::new(connection.policy().clone()), connection.jitter());
        let (_, mut inbox) = mpsc::unbounded();
        let perform = |job| {
            let connection = connection.clone();
            async move {
                match job {
                    Job::Write(permit) => connection.send(WriteMfa(permit)).await,
                    Job::Read(user) => connection.send(ReadMfa(user)).await,
                }
            }
        };
        drive(&mut change, &connection, &mut inbox, perform, |_| {}).await;
        (change.outcome().unwrap().clone(), change.read())
    })
}
