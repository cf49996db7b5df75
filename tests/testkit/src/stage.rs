//! A tenant with users and a connection to it, without a network and on a virtual clock.

use std::cell::RefCell;
use std::rc::Rc;

use pingone::connection::Connection;
use pingone::environment::EnvironmentId;
use pingone::exchange::Exchange;
use pingone::policy::Policy;
use pingone_sandbox::{Sandbox, TokenSpec};

use crate::clock::VirtualClock;
use crate::tenant::{API, AUTH, seed, tenant};
use crate::transport::Mount;

/// A tenant with users, and a connection to it.
pub struct Stage {
    pub clock: Rc<VirtualClock>,
    pub mount: Rc<Mount>,
    pub connection: Connection,
    pub exchanges: Rc<RefCell<Vec<Exchange>>>,
    /// The token that the transport adds at first.
    pub token: String,
}

impl Stage {
    /// Creates a tenant with this many users and a connection with a token of this kind.
    pub fn new(users: u32, spec: &TokenSpec) -> Self {
        let mut sandbox = Sandbox::new(seed(users, 1));
        let clock = Rc::new(VirtualClock::default());
        let token = sandbox.issue_token(spec, clock.sandbox_time());
        let tenant = tenant(EnvironmentId(sandbox.environment_id()), API, AUTH);
        let mount = Rc::new(Mount::new(sandbox, token.clone(), &clock));
        let exchanges = Rc::new(RefCell::new(Vec::new()));
        let record = Rc::clone(&exchanges);
        let connection = Connection::new(
            tenant,
            mount.clone(),
            clock.clone(),
            Policy::default(),
            Rc::new(move |exchange| record.borrow_mut().push(exchange)),
            7,
        );
        Self { clock, mount, connection, exchanges, token }
    }
}
