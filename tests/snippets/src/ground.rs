//! A sandbox behind a socket, with its tenant and a token.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use pingone::environment::EnvironmentId;
use pingone::tenant::Tenant;
use pingone::user::UserId;
use pingone_mfa_testkit::tenant::{seed_at, tenant};
use pingone_sandbox::server::{Shared, now, serve_api};
use pingone_sandbox::{Sandbox, TokenSpec};
use tokio::net::TcpListener;
use tokio::runtime::Runtime;

/// A running sandbox server.
pub struct Fixture {
    sandbox: Shared,
    /// The tenant that requests are sent to.
    pub tenant: Tenant,
    /// A token with all permissions in the tenant.
    pub token: String,
    // Dropping the runtime stops the server.
    _server: Runtime,
}

impl Fixture {
    /// Starts a sandbox with this number of users.
    #[must_use]
    pub fn with_users(users: u32) -> Self {
        let server = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(1)
            .enable_all()
            .build()
            .expect("threads can be had");
        let listener = server.block_on(TcpListener::bind("127.0.0.1:0")).expect("a port is free");
        let origin = format!("http://{}", listener.local_addr().expect("it listens"));
        let mut sandbox = Sandbox::new(seed_at(&origin, &origin, users, 1));
        let token = sandbox.issue_token(&TokenSpec::default(), now());
        let tenant = tenant(EnvironmentId(sandbox.environment_id()), &origin, &origin);
        let sandbox: Shared = Arc::new(Mutex::new(sandbox));
        server.spawn(serve_api(listener, Arc::clone(&sandbox)));
        Self { sandbox, tenant, token, _server: server }
    }

    /// Locks the sandbox, to inspect or change it.
    pub fn sandbox(&self) -> MutexGuard<'_, Sandbox> {
        self.sandbox.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The first `count` users whose MFA is off, in the order of their creation.
    #[must_use]
    pub fn users_without_mfa(&self, count: usize) -> Vec<UserId> {
        let sandbox = self.sandbox();
        let off = sandbox.user_ids().filter(|user| sandbox.mfa_enabled(*user) == Some(false));
        let users: Vec<UserId> = off.take(count).map(UserId).collect();
        assert_eq!(users.len(), count, "too few users without MFA");
        users
    }

    /// Sends a request to the sandbox directly. Returns status and body.
    #[must_use]
    pub fn answer(&self, method: &str, url: &str) -> (u16, String) {
        let request = http::Request::builder()
            .method(method)
            .uri(url)
            .header("authorization", format!("Bearer {}", self.token))
            .body(Vec::new())
            .expect("a request");
        let response = self.sandbox().handle(&request, now()).response;
        let status = response.status().as_u16();
        (status, String::from_utf8(response.into_body()).expect("the sandbox answers with text"))
    }
}
