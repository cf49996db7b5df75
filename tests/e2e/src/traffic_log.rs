//! A host that the page must not reach. It records everything that reaches it.

use std::io::{Read as _, Write as _};
use std::net::{Ipv4Addr, TcpListener, TcpStream, UdpSocket};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::Duration;

/// Entry for each new connection, with or without a request.
const CONNECTED: &str = "(connected)";

/// Entry for each received datagram.
const DATAGRAM: &str = "(datagram)";

/// A listening host that answers every request and lets every origin read the response.
pub struct TrafficLog {
    /// The host's origin, on another site than page and API.
    pub origin: String,
    /// Address that receives datagrams, as host and port.
    pub datagrams: String,
    seen: Arc<Mutex<Vec<String>>>,
}

impl TrafficLog {
    /// Starts a host on free ports, in background threads.
    #[must_use]
    pub fn listen() -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a free port");
        let port = listener.local_addr().expect("an address").port();
        let seen = Arc::new(Mutex::new(Vec::new()));
        let entries = Arc::clone(&seen);
        thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                let entries = Arc::clone(&entries);
                record(&entries, CONNECTED);
                thread::spawn(move || answer(stream, &entries));
            }
        });
        Self { origin: format!("http://localhost:{port}"), datagrams: listen_for_datagrams(&seen), seen }
    }

    /// How many times this name was recorded: the requested path without its leading slash.
    #[must_use]
    pub fn arrivals(&self, name: &str) -> usize {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner).iter().filter(|seen| *seen == name).count()
    }

    /// All recorded requests and datagrams. Connections aren't included.
    #[must_use]
    pub fn asked(&self) -> Vec<String> {
        let seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        seen.iter().filter(|seen| *seen != CONNECTED).cloned().collect()
    }

    /// How many connections were made, with or without a request.
    #[must_use]
    pub fn connections(&self) -> usize {
        self.arrivals(CONNECTED)
    }

    /// How many datagrams were received on the address `datagrams`.
    #[must_use]
    pub fn datagrams(&self) -> usize {
        self.arrivals(DATAGRAM)
    }
}

fn record(seen: &Mutex<Vec<String>>, what: &str) {
    seen.lock().unwrap_or_else(PoisonError::into_inner).push(what.to_owned());
}

/// Listens for datagrams on all addresses and returns the one for outgoing traffic, because browsers don't send
/// datagrams to localhost.
fn listen_for_datagrams(seen: &Arc<Mutex<Vec<String>>>) -> String {
    let socket = UdpSocket::bind((Ipv4Addr::UNSPECIFIED, 0)).expect("a free port");
    let port = socket.local_addr().expect("an address").port();
    let entries = Arc::clone(seen);
    thread::spawn(move || {
        let mut datagram = [0; 2048];
        while socket.recv_from(&mut datagram).is_ok() {
            record(&entries, DATAGRAM);
        }
    });
    // This doesn't send anything: connecting a UDP socket only selects the outgoing address.
    let outward = UdpSocket::bind((Ipv4Addr::UNSPECIFIED, 0)).expect("a free port");
    let address = outward.connect("192.0.2.1:9").and_then(|()| outward.local_addr());
    let host = address.map_or(Ipv4Addr::LOCALHOST.into(), |address| address.ip());
    format!("{host}:{port}")
}

/// Answers one request per connection, which is enough.
fn answer(mut stream: TcpStream, seen: &Mutex<Vec<String>>) -> Option<()> {
    stream.set_read_timeout(Some(Duration::from_secs(5))).ok()?;
    let (mut head, mut byte) = (Vec::new(), [0]);
    while !head.ends_with(b"\r\n") {
        stream.read_exact(&mut byte).ok()?;
        head.extend(byte);
    }
    let line = String::from_utf8_lossy(&head).into_owned();
    let path = line.split(' ').nth(1)?.trim_start_matches('/').to_owned();
    record(seen, &path);
    let answer = "HTTP/1.1 200 OK\r\nAccess-Control-Allow-Origin: *\r\nContent-Type: text/plain\r\n\
                  Content-Length: 0\r\nConnection: close\r\n\r\n";
    stream.write_all(answer.as_bytes()).ok()
}
