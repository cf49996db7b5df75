//! A response body that is sent as its [`Wire`] says: in portions, cut off, or never completed.

use std::io;
use std::net::TcpStream;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use hyper::body::{Body, Bytes, Frame, SizeHint};
use socket2::SockRef;
use tokio::time::{Sleep, sleep};

use crate::wire::{self, End, Wire};

use super::InFlight;

/// Time for sent data to leave the socket before the connection is broken.
const FLUSH: Duration = Duration::from_millis(20);

/// The socket below the HTTP connection, which is reset where the wire says so.
#[derive(Clone)]
pub(super) struct Socket(Arc<TcpStream>);

impl Socket {
    pub(super) fn new(twin: TcpStream) -> Self {
        Self(Arc::new(twin))
    }

    /// Makes closing the socket reset the connection.
    pub(super) fn arm(&self) {
        // If the system refuses, the connection is closed normally instead; a test would show it.
        let _ = SockRef::from(&*self.0).set_linger(Some(Duration::ZERO));
    }
}

/// A response body that is being sent.
pub(super) struct WireBody {
    rest: Bytes,
    declared_length: u64,
    portion: usize,
    every: Duration,
    waiting: Option<Pin<Box<Sleep>>>,
    ending: Ending,
    _in_flight: InFlight,
}

/// What happens after the last byte.
enum Ending {
    Complete,
    /// The connection is broken; with a socket, by a reset.
    Broken(Option<Socket>),
    Silent,
}

impl WireBody {
    pub(super) fn new(body: Vec<u8>, wire: Wire, socket: Socket, in_flight: InFlight) -> Self {
        let declared_length = body.len() as u64;
        let mut rest = Bytes::from(body);
        let (mut portion, mut every, mut ending) = (usize::MAX, Duration::ZERO, Ending::Complete);
        match wire.body {
            wire::Body::Whole | wire::Body::Nothing => {}
            wire::Body::Dripped { portion: bytes, every_millis } => {
                (portion, every) = (bytes.max(1), Duration::from_millis(every_millis));
            }
            wire::Body::Cut { after } => {
                rest.truncate(after);
                ending = match wire.end {
                    End::Silence => Ending::Silent,
                    End::Reset => Ending::Broken(Some(socket)),
                    End::Keep | End::Fin => Ending::Broken(None),
                };
            }
        }
        Self { rest, declared_length, portion, every, waiting: None, ending, _in_flight: in_flight }
    }

    /// Waits for a pause before the next step.
    fn wait(&mut self, context: &mut Context<'_>, pause: Duration) -> Poll<()> {
        let waiting = self.waiting.get_or_insert_with(|| Box::pin(sleep(pause)));
        let waited = waiting.as_mut().poll(context);
        if waited.is_ready() {
            self.waiting = None;
        }
        waited
    }
}

impl Body for WireBody {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, io::Error>>> {
        let this = &mut *self;
        if !this.rest.is_empty() {
            if !this.every.is_zero() && this.wait(context, this.every).is_pending() {
                return Poll::Pending;
            }
            let size = this.portion.min(this.rest.len());
            return Poll::Ready(Some(Ok(Frame::data(this.rest.split_to(size)))));
        }
        if let Ending::Complete = this.ending {
            return Poll::Ready(None);
        }
        if this.wait(context, FLUSH).is_pending() {
            return Poll::Pending;
        }
        match &this.ending {
            Ending::Complete => Poll::Ready(None),
            Ending::Silent => Poll::Pending,
            Ending::Broken(socket) => {
                if let Some(socket) = socket {
                    socket.arm();
                }
                Poll::Ready(Some(Err(io::Error::other("cut off on demand"))))
            }
        }
    }

    fn is_end_stream(&self) -> bool {
        self.rest.is_empty() && matches!(self.ending, Ending::Complete)
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.declared_length)
    }
}
