//! A server that records each request and returns its body.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::time::Duration;

/// Time limit for a request to arrive: Java and Chromium take seconds to start.
const PATIENCE: Duration = Duration::from_mins(1);

/// A request that reached the server.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ReceivedRequest {
    pub(crate) method: String,
    /// Path and query, or the whole URL if the client sent one.
    pub(crate) target: String,
    pub(crate) authorization: String,
    pub(crate) content_type: String,
    pub(crate) body: Vec<u8>,
}

/// The server, which runs until the process ends.
pub(crate) struct Echo {
    pub(crate) origin: String,
    arrived: Receiver<ReceivedRequest>,
}

impl Echo {
    pub(crate) fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port is free");
        let origin = format!("http://{}", listener.local_addr().expect("it listens"));
        let (sender, arrived) = channel();
        std::thread::spawn(move || {
            for stream in listener.incoming().filter_map(Result::ok) {
                let sender = sender.clone();
                // In a thread, because a browser opens connections that it doesn't use.
                std::thread::spawn(move || serve(&stream, &sender));
            }
        });
        Self { origin, arrived }
    }

    /// The next request that isn't a preflight.
    pub(crate) fn next(&self) -> Option<ReceivedRequest> {
        self.arrived.recv_timeout(PATIENCE).ok()
    }
}

/// Answers one request. If the client disconnects before it is complete, nothing is recorded.
fn serve(mut stream: &TcpStream, sender: &Sender<ReceivedRequest>) {
    let Some(arrived) = read(stream) else { return };
    let head = "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Type: application/hal+json;charset=UTF-8\r\n\
                Access-Control-Allow-Origin: *\r\nAccess-Control-Allow-Methods: GET, PUT\r\n\
                Access-Control-Allow-Headers: authorization, content-type, accept\r\n";
    let answer = [
        head.as_bytes(),
        format!("Content-Length: {}\r\n\r\n", arrived.body.len()).as_bytes(),
        &arrived.body,
    ]
    .concat();
    let _ = stream.write_all(&answer);
    if arrived.method != "OPTIONS" {
        let _ = sender.send(arrived);
    }
}

fn read(stream: &TcpStream) -> Option<ReceivedRequest> {
    let mut reader = BufReader::new(stream);
    let mut line = String::new();
    reader.read_line(&mut line).ok().filter(|length| *length > 0)?;
    let mut words = line.split(' ').map(str::to_owned);
    let (method, target) = (words.next()?, words.next()?);
    let mut arrived = ReceivedRequest {
        method,
        target,
        authorization: String::new(),
        content_type: String::new(),
        body: Vec::new(),
    };
    loop {
        let mut line = String::new();
        reader.read_line(&mut line).ok().filter(|length| *length > 0)?;
        let Some((name, value)) = line.split_once(':') else { break };
        let value = value.trim().to_owned();
        match name.to_ascii_lowercase().as_str() {
            "authorization" => arrived.authorization = value,
            "content-type" => arrived.content_type = value,
            "content-length" => arrived.body = vec![0; value.parse().ok()?],
            "expect" => (&*stream).write_all(b"HTTP/1.1 100 Continue\r\n\r\n").ok()?,
            _ => {}
        }
    }
    reader.read_exact(&mut arrived.body).ok()?;
    Some(arrived)
}
