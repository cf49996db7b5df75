//! The sandbox behind a real socket. It has an accept loop of its own, because a connection that is reset or left
//! in silence on demand can't be had from a router.

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

use crate::wire::{Body, End, Wire};
use crate::{NoisyNeighbor, Reply, Sandbox, Timestamp};
pub use record::Record;
use travel::{Socket, Travelling};

/// A sandbox that a server and a test both reach.
pub type Shared = Arc<Mutex<Sandbox>>;

/// The largest body that is read, in bytes.
const BODY_LIMIT: usize = 1024 * 1024;

/// The largest head that is read, in bytes.
const HEAD_LIMIT: usize = 64 * 1024;

/// How long a client may take to send a head, and again to send a body.
const PATIENCE: Duration = Duration::from_secs(8);

/// A pause after a connection that couldn't be accepted, for example because too many are open.
const BREATH: Duration = Duration::from_millis(100);

/// Now, by the computer's clock.
#[must_use]
#[expect(clippy::disallowed_methods, reason = "a native server has a clock")]
pub fn now() -> Timestamp {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    Timestamp(i64::try_from(since.as_millis()).unwrap_or(i64::MAX))
}

/// What is recorded, if anything is.
type Recording = Option<Arc<Mutex<Option<Record>>>>;

/// Serves the API and the authorization server for as long as this future is polled.
pub async fn serve_api(listener: TcpListener, sandbox: Shared) {
    accept(listener, sandbox, None).await;
}

/// The same, and every exchange with the API is recorded.
pub async fn serve_api_recorded(listener: TcpListener, sandbox: Shared, record: Record) {
    accept(listener, sandbox, Some(Arc::new(Mutex::new(Some(record))))).await;
}

async fn accept(listener: TcpListener, sandbox: Shared, recording: Recording) {
    loop {
        match listener.accept().await {
            Ok((stream, address)) => {
                tokio::spawn(serve(stream, address, Arc::clone(&sandbox), recording.clone()));
            }
            Err(_) => sleep(BREATH).await,
        }
    }
}

/// One connection. Whatever ends it early, a client's doing or a fault's, ends it alone.
async fn serve(stream: TcpStream, address: SocketAddr, sandbox: Shared, recording: Recording) {
    let Ok((stream, socket)) = with_socket(stream) else { return };
    let service = service_fn(move |request| {
        answer(request, address, Arc::clone(&sandbox), socket.clone(), recording.clone())
    });
    let mut builder = http1::Builder::new();
    builder.timer(TokioTimer::new()).header_read_timeout(PATIENCE).max_buf_size(HEAD_LIMIT);
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
) -> io::Result<Response<Travelling>> {
    let in_flight = InFlight::enter(Arc::clone(&sandbox));
    let Reply { response, wire } = reply(request, address, &sandbox, &recording).await?;
    if wire.before_millis > 0 {
        sleep(Duration::from_millis(wire.before_millis)).await;
    }
    if wire.body == Body::Nothing {
        return lost(wire.end, &socket).await;
    }
    let mut response = response.map(|body| Travelling::new(body, wire, socket, in_flight));
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
    parts.extensions.insert(NoisyNeighbor(address.ip().to_string()));
    let body = timeout(PATIENCE, Limited::new(body, BODY_LIMIT).collect()).await;
    let body = body.map_err(|_| io::Error::from(io::ErrorKind::TimedOut))?;
    let mut sandbox = locked(sandbox);
    if let Ok(body) = body {
        let (request, at) = (Request::from_parts(parts, body.to_bytes().to_vec()), now());
        let reply = sandbox.handle(&request, at);
        if let Some(record) = recording {
            note(record, &request, &reply.response, at);
        }
        return Ok(reply);
    }
    let reply = sandbox.refuse_body(&Request::from_parts(parts, Vec::new()), now());
    // The rest of the body is still on its way and nobody reads it.
    Ok(Reply { wire: Wire { end: End::Fin, ..reply.wire }, ..reply })
}

/// Records an exchange. A file that can't be written ends the recording, and no answer is lost over it.
#[expect(clippy::print_stderr, reason = "the person who records has to know that it has ended")]
fn note(
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

/// No answer at all.
async fn lost(end: End, socket: &Socket) -> io::Result<Response<Travelling>> {
    match end {
        End::Silence => std::future::pending().await,
        End::Reset => socket.arm(),
        End::Keep | End::Fin => {}
    }
    Err(io::Error::other("lost on demand"))
}

/// A panic under the lock would be a defect of its own; the people are still whole.
pub(crate) fn locked(sandbox: &Shared) -> MutexGuard<'_, Sandbox> {
    sandbox.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A request that is being answered, for the oracle's count.
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
