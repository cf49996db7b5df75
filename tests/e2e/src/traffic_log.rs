//! A host that nothing of the page may reach, and that counts whatever does.

use std::io::{Read as _, Write as _};
use std::net::{Ipv4Addr, TcpListener, TcpStream, UdpSocket};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::Duration;

/// What is seen of a connection on which nothing was asked.
const CONNECTED: &str = "(connected)";

/// What is seen of a datagram.
const DATAGRAM: &str = "(datagram)";

/// A listening host. It answers everyone, and permits everyone to read it.
pub struct TrafficLog {
    /// Its origin, on another site than page and API.
    pub origin: String,
    /// Where it takes datagrams: host and port.
    pub datagrams: String,
    seen: Arc<Mutex<Vec<String>>>,
}

impl TrafficLog {
    /// Listens.
    #[must_use]
    pub fn listen() -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a free port");
        let port = listener.local_addr().expect("an address").port();
        let seen = Arc::new(Mutex::new(Vec::new()));
        let notes = Arc::clone(&seen);
        thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                let notes = Arc::clone(&notes);
                note(&notes, CONNECTED);
                thread::spawn(move || answer(stream, &notes));
            }
        });
        Self { origin: format!("http://localhost:{port}"), datagrams: take_datagrams(&seen), seen }
    }

    /// How often something of this name arrived: the path that was asked for, without its slash.
    #[must_use]
    pub fn arrivals(&self, name: &str) -> usize {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner).iter().filter(|seen| *seen == name).count()
    }

    /// Everything that was asked or sent. Connections on which nothing was are left out.
    #[must_use]
    pub fn asked(&self) -> Vec<String> {
        let seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        seen.iter().filter(|seen| *seen != CONNECTED).cloned().collect()
    }

    /// How many connections were made, whether or not anything was asked on them.
    #[must_use]
    pub fn connections(&self) -> usize {
        self.arrivals(CONNECTED)
    }

    /// How many datagrams arrived.
    #[must_use]
    pub fn datagrams(&self) -> usize {
        self.arrivals(DATAGRAM)
    }
}

fn note(seen: &Mutex<Vec<String>>, what: &str) {
    seen.lock().unwrap_or_else(PoisonError::into_inner).push(what.to_owned());
}

/// Browsers send no datagrams to the machine's name for itself, so they are taken on the address that others would use.
fn take_datagrams(seen: &Arc<Mutex<Vec<String>>>) -> String {
    let socket = UdpSocket::bind((Ipv4Addr::UNSPECIFIED, 0)).expect("a free port");
    let port = socket.local_addr().expect("an address").port();
    let notes = Arc::clone(seen);
    thread::spawn(move || {
        let mut datagram = [0; 2048];
        while socket.recv_from(&mut datagram).is_ok() {
            note(&notes, DATAGRAM);
        }
    });
    // Nothing is sent by this: the system only says by which address it would.
    let outward = UdpSocket::bind((Ipv4Addr::UNSPECIFIED, 0)).expect("a free port");
    let address = outward.connect("192.0.2.1:9").and_then(|()| outward.local_addr());
    let host = address.map_or(Ipv4Addr::LOCALHOST.into(), |address| address.ip());
    format!("{host}:{port}")
}

/// One request a connection is enough.
fn answer(mut stream: TcpStream, seen: &Mutex<Vec<String>>) -> Option<()> {
    stream.set_read_timeout(Some(Duration::from_secs(5))).ok()?;
    let (mut head, mut byte) = (Vec::new(), [0]);
    while !head.ends_with(b"\r\n") {
        stream.read_exact(&mut byte).ok()?;
        head.extend(byte);
    }
    let line = String::from_utf8_lossy(&head).into_owned();
    let path = line.split(' ').nth(1)?.trim_start_matches('/').to_owned();
    note(seen, &path);
    let answer = "HTTP/1.1 200 OK\r\nAccess-Control-Allow-Origin: *\r\nContent-Type: text/plain\r\n\
                  Content-Length: 0\r\nConnection: close\r\n\r\n";
    stream.write_all(answer.as_bytes()).ok()
}
