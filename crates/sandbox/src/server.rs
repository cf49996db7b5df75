//! Serves the sandbox on a real socket.
//!
//! It has its own accept loop, because faults reset connections or leave them silent, which a router can't do.

mod record;
mod travel;

use std::io;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use http::{Request, Response, header};
use http_body_util::{BodyExt, Limited};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::net::{TcpListener, TcpStream};
use tokio::time::{sleep, timeout};
use travel::{Socket, WireBody};

use crate::wire::{Body, End, Wire};
use crate::{ClientAddress, Reply, Sandbox, Timestamp};

pub use record::Record;

/// A sandbox that is shared by a server and a test.
pub type Shared = Arc<Mutex<Sandbox>>;

/// Maximum size of a request body, in bytes.
const BODY_LIMIT: usize = 1024 * 1024;

/// Maximum size of a request head, in bytes.
const HEAD_LIMIT: usize = 64 * 1024;

/// Time that a client has to send a head, and again to send a body.
const CLIENT_TIMEOUT: Duration = Duration::from_secs(8);

/// Pause after a connection couldn't be accepted, for example because too many are open.
const ACCEPT_PAUSE: Duration = Duration::from_millis(100);

/// The current time of the computer's clock.
#[must_use]
#[expect(clippy::disallowed_methods, reason = "a native server has a clock")]
pub fn now() -> Timestamp {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    Timestamp(i64::try_from(since.as_millis()).unwrap_or(i64::MAX))
}

/// The HAR file of a recording; the inner `None` means that recording has stopped after an error.
type Recording = Option<Arc<Mutex<Option<Record>>>>;

/// Serves the API and the authorization server as long as this future is polled.
pub async fn serve_api(listener: TcpListener, sandbox: Shared) {
    accept(listener, sandbox, None).await;
}

/// Serves the API and the authorization server, and records every exchange with the API.
pub async fn serve_api_recorded(listener: TcpListener, sandbox: Shared, record: Record) {
    accept(listener, sandbox, Some(Arc::new(Mutex::new(Some(record))))).await;
}

async fn accept(listener: TcpListener, sandbox: Shared, recording: Recording) {
    loop {
        match listener.accept().await {
            Ok((stream, address)) => {
                tokio::spawn(serve(stream, address, Arc::clone(&sandbox), recording.clone()));
            }
            Err(_) => sleep(ACCEPT_PAUSE).await,
        }
    }
}

/// Serves one connection. An error, caused by a client or a fault, ends only this connection.
async fn serve(stream: TcpStream, address: SocketAddr, sandbox: Shared, recording: Recording) {
    let Ok((stream, socket)) = with_socket(stream) else { return };
    let service = service_fn(move |request| {
        answer(request, address, Arc::clone(&sandbox), socket.clone(), recording.clone())
    });
    let mut builder = http1::Builder::new();
    builder.timer(TokioTimer::new()).header_read_timeout(CLIENT_TIMEOUT).max_buf_size(HEAD_LIMIT);
    let _ = builder.serve_connection(TokioIo::new(stream), service).await;
}

fn with_socket(stream: TcpStream) -> io::Result<(TcpStream, Socket)> {
    let stream = stream.into_std()?;
    let twin = stream.try_clone()?;
    stream.set_nodelay(true)?;
    Ok((TcpStream::from_std(stream)?, Socket::new(twin)))
}

async fn answer(
    request: Request<Incoming>,
    address: SocketAddr,
    sandbox: Shared,
    socket: Socket,
    recording: Recording,
) -> io::Result<Response<WireBody>> {
    let in_flight = InFlight::enter(Arc::clone(&sandbox));
    let Reply { response, wire } = reply(request, address, &sandbox, &recording).await?;
    if wire.before_millis > 0 {
        sleep(Duration::from_millis(wire.before_millis)).await;
    }
    if wire.body == Body::Nothing {
        return no_answer(wire.end, &socket).await;
    }
    let mut response = response.map(|body| WireBody::new(body, wire, socket, in_flight));
    if wire.end != End::Keep {
        response.headers_mut().insert(header::CONNECTION, http::HeaderValue::from_static("close"));
    }
    Ok(response)
}

async fn reply(
    request: Request<Incoming>,
    address: SocketAddr,
    sandbox: &Shared,
    recording: &Recording,
) -> io::Result<Reply> {
    let (mut parts, body) = request.into_parts();
    parts.extensions.insert(ClientAddress(address.ip().to_string()));
    let body = timeout(CLIENT_TIMEOUT, Limited::new(body, BODY_LIMIT).collect()).await;
    let body = body.map_err(|_| io::Error::from(io::ErrorKind::TimedOut))?;
    let mut sandbox = locked(sandbox);
    if let Ok(body) = body {
        let (request, at) = (Request::from_parts(parts, body.to_bytes().to_vec()), now());
        let reply = sandbox.handle(&request, at);
        if let Some(record) = recording {
            record_exchange(record, &request, &reply.response, at);
        }
        return Ok(reply);
    }
    let reply = sandbox.refuse_body(&Request::from_parts(parts, Vec::new()), now());
    // The rest of the body is still being sent and won't be read, so the connection is closed.
    Ok(Reply { wire: Wire { end: End::Fin, ..reply.wire }, ..reply })
}

/// Records an exchange. A write error stops the recording, but the answer is still sent.
#[expect(clippy::print_stderr, reason = "the person who records has to know that it has ended")]
fn record_exchange(
    record: &Mutex<Option<Record>>,
    request: &Request<Vec<u8>>,
    response: &Response<Vec<u8>>,
    at: Timestamp,
) {
    let mut record = record.lock().unwrap_or_else(PoisonError::into_inner);
    let added = record.as_mut().map_or(Ok(()), |record| record.add(request, response, at));
    if let Err(error) = added {
        eprintln!("pingone-sandbox: nothing more is recorded, and the file may not be whole ({error})");
        *record = None;
    }
}

/// Ends a connection without an answer.
async fn no_answer(end: End, socket: &Socket) -> io::Result<Response<WireBody>> {
    match end {
        End::Silence => std::future::pending().await,
        End::Reset => socket.arm(),
        End::Keep | End::Fin => {}
    }
    Err(io::Error::other("lost on demand"))
}

/// Locks the sandbox. A panic while it was locked is a defect of its own; the users' data is still consistent.
pub(crate) fn locked(sandbox: &Shared) -> MutexGuard<'_, Sandbox> {
    sandbox.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A request in flight, which the oracle counts.
struct InFlight(Shared);

impl InFlight {
    fn enter(sandbox: Shared) -> Self {
        locked(&sandbox).oracle_mut().enter();
        Self(sandbox)
    }
}

impl Drop for InFlight {
    fn drop(&mut self) {
        locked(&self.0).oracle_mut().leave();
    }
}
