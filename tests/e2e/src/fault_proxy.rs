//! A proxy in front of the page server that breaks the delivery of selected files.

use std::io::{Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;

/// How the proxy breaks a matching file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ProxyFault {
    /// A gateway answers 503 with HTML instead of the file.
    Unavailable,
    /// The connection closes in the middle of the file.
    Cut,
    /// Transfer stops after the first half, until `FaultProxy::clear` is called.
    Stalled,
    /// The server sends a generic media type instead of the file's own.
    Untyped,
    /// Missing files are answered with index.html, as hosts of single-page applications do.
    Fallback,
}

/// A running proxy in front of the page server. It runs until the process ends.
pub struct FaultProxy {
    /// The proxy's origin, which the browser uses instead of the page's origin.
    pub origin: String,
    clear: Arc<AtomicBool>,
}

impl FaultProxy {
    /// Starts a proxy for the page at `origin`. The fault applies to files whose path ends with `end`.
    #[must_use]
    pub fn to(origin: &str, end: &'static str, fault: ProxyFault) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let clear = Arc::new(AtomicBool::new(false));
        let fault_proxy = Self {
            origin: format!("http://{}", listener.local_addr().expect("an address")),
            clear: clear.clone(),
        };
        let page = origin.trim_start_matches("http://").to_owned();
        thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                let (page, clear) = (page.clone(), clear.clone());
                // The browser may hang up at any time. That isn't a failure.
                thread::spawn(move || forward(stream, &page, end, fault, &clear));
            }
        });
        fault_proxy
    }

    /// Turns the fault off. A stalled transfer continues.
    pub fn clear(&self) {
        self.clear.store(true, Ordering::SeqCst);
    }
}

fn forward(
    mut browser: TcpStream,
    page: &str,
    end: &str,
    fault: ProxyFault,
    clear: &AtomicBool,
) -> Option<()> {
    let head = head(&mut browser)?;
    let file = head.split(' ').nth(1)?.to_owned();
    let is_forwarded = |line: &&str| !line.is_empty() && !line.to_lowercase().starts_with("connection:");
    let mut request: Vec<_> = head.lines().filter(is_forwarded).collect();
    request.extend(["Connection: close", "", ""]);
    let mut server = TcpStream::connect(page).ok()?;
    server.write_all(request.join("\r\n").as_bytes()).ok()?;
    let mut answer = Vec::new();
    server.read_to_end(&mut answer).ok()?;
    if clear.load(Ordering::SeqCst) || !file.ends_with(end) {
        return browser.write_all(&answer).ok();
    }
    let is_missing = answer.starts_with(b"HTTP/1.1 404");
    let half = answer.len() / 2;
    match fault {
        ProxyFault::Unavailable => browser.write_all(
            b"HTTP/1.1 503 Service Unavailable\r\nContent-Type: text/html\r\nContent-Length: 13\r\nConnection: close\r\n\r\n<h1>Busy</h1>",
        ),
        ProxyFault::Cut => browser.write_all(answer.get(..half)?),
        ProxyFault::Untyped => browser.write_all(&with_generic_type(&answer)),
        ProxyFault::Fallback if !is_missing => browser.write_all(&answer),
        ProxyFault::Fallback => {
            let mut server = TcpStream::connect(page).ok()?;
            let request = format!("GET /index.html HTTP/1.1\r\nHost: {page}\r\nConnection: close\r\n\r\n");
            server.write_all(request.as_bytes()).ok()?;
            let mut index = Vec::new();
            server.read_to_end(&mut index).ok()?;
            browser.write_all(&index)
        }
        ProxyFault::Stalled => {
            browser.write_all(answer.get(..half)?).ok()?;
            while !clear.load(Ordering::SeqCst) {
                thread::sleep(Duration::from_millis(20));
            }
            browser.write_all(answer.get(half..)?)
        }
    }
    .ok()
}

/// Reads a request up to its empty line. The page only requests files, so no body follows.
fn head(stream: &mut TcpStream) -> Option<String> {
    let (mut head, mut byte) = (Vec::new(), [0]);
    while !head.ends_with(b"\r\n\r\n") {
        stream.read_exact(&mut byte).ok()?;
        head.extend(byte);
    }
    String::from_utf8(head).ok()
}

fn with_generic_type(answer: &[u8]) -> Vec<u8> {
    let (known, unknown): (&[u8], &[u8]) = (b"application/wasm", b"application/octet-stream");
    let at = answer.windows(known.len()).position(|window| window == known).expect("a type to replace");
    [&answer[..at], unknown, &answer[at + known.len()..]].concat()
}
