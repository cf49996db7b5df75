//! The sandbox behind a real socket.

use std::io;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{SystemTime, UNIX_EPOCH};

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::{Request, State};
use axum::response::Response;
use tokio::net::TcpListener;

use crate::{Sandbox, Wall};

/// A sandbox that a server and a test both reach.
pub type Shared = Arc<Mutex<Sandbox>>;

/// The largest body that is read, in bytes.
const BODY_LIMIT: usize = 1024 * 1024;

/// Now, by the computer's clock.
#[must_use]
#[expect(clippy::disallowed_methods, reason = "a native server has a clock")]
pub fn now() -> Wall {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    Wall(i64::try_from(since.as_millis()).unwrap_or(i64::MAX))
}

/// Serves the API and the authorization server until the listener fails.
///
/// # Errors
/// The listener's.
pub async fn serve_api(listener: TcpListener, sandbox: Shared) -> io::Result<()> {
    let router = Router::new().fallback(answer).with_state(sandbox);
    axum::serve(listener, router).await
}

async fn answer(State(sandbox): State<Shared>, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let body = to_bytes(body, BODY_LIMIT).await.ok();
    let is_readable = body.is_some();
    let request = Request::from_parts(parts, body.unwrap_or_default().to_vec());
    // A panic under the lock would be a defect of its own; the people are still whole.
    let mut sandbox = sandbox.lock().unwrap_or_else(PoisonError::into_inner);
    let reply =
        if is_readable { sandbox.handle(&request, now()) } else { sandbox.refuse_body(&request, now()) };
    reply.response.map(Body::from)
}
