//! Measures the sandbox against its performance goals: startup time and memory for a hundred thousand users, the time
//! to list them in a raw loop, and the writes per second under load.
//!
//! `cargo xtask bench` runs it in a release build.
#![allow(
    clippy::print_stdout,
    clippy::print_stderr,
    clippy::disallowed_methods,
    reason = "a measurement looks at the clock and prints"
)]

use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::process::ExitCode;
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::{Duration, Instant};

use pingone_sandbox::server::{Shared, now, serve_api};
use pingone_sandbox::{EnvironmentKind, Populations, Sandbox, Seed, TokenSpec};
use tokio::net::TcpListener;
use tokio::runtime::Runtime;
use uuid::Uuid;

const USERS: u32 = 100_000;
const LOAD: Duration = Duration::from_secs(5);
const CONNECTIONS: usize = 8;

/// A keep-alive connection of a minimal client.
struct Client {
    stream: BufReader<TcpStream>,
    token: String,
}

impl Client {
    fn new(address: SocketAddr, token: &str) -> io::Result<Self> {
        let stream = TcpStream::connect(address)?;
        stream.set_nodelay(true)?;
        Ok(Self { stream: BufReader::new(stream), token: token.to_owned() })
    }

    /// Sends a request and returns the body of the answer, which must be a 200.
    fn ask(&mut self, method: &str, path: &str, body: &str) -> io::Result<Vec<u8>> {
        let request = format!(
            "{method} {path} HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer {}\r\n\
             Content-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}",
            self.token,
            body.len()
        );
        self.stream.get_mut().write_all(request.as_bytes())?;
        let status = self.line()?;
        if !status.starts_with("http/1.1 200") {
            return Err(unexpected(&format!("{method} {path}: {status}")));
        }
        let mut body = vec![0; self.length()?];
        self.stream.read_exact(&mut body)?;
        Ok(body)
    }

    fn line(&mut self) -> io::Result<String> {
        let mut line = String::new();
        self.stream.read_line(&mut line)?;
        Ok(line.trim_end().to_ascii_lowercase())
    }

    /// Reads the remaining headers and returns the length of the body.
    fn length(&mut self) -> io::Result<usize> {
        let mut length = None;
        loop {
            let line = self.line()?;
            if line.is_empty() {
                return length.ok_or_else(|| unexpected("an answer without a length"));
            }
            if let Some(digits) = line.strip_prefix("content-length: ") {
                length = digits.parse().ok();
            }
        }
    }
}

fn unexpected(what: &str) -> io::Error {
    io::Error::other(what.to_owned())
}

/// A line of the result: name, measurement, goal, and whether the goal was met.
struct ResultLine(&'static str, String, &'static str, bool);

fn main() -> ExitCode {
    let lines = match measure() {
        Ok(lines) => lines,
        Err(error) => {
            eprintln!("not measured: {error}");
            return ExitCode::FAILURE;
        }
    };
    for ResultLine(name, figure, goal, is_met) in &lines {
        println!("{name:9} {figure:>16}   {goal}{}", if *is_met { "" } else { "   MISSED" });
    }
    if lines.iter().all(|ResultLine(.., is_met)| *is_met) { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

fn measure() -> io::Result<[ResultLine; 5]> {
    let runtime = Runtime::new()?;
    let listener = runtime.block_on(TcpListener::bind("127.0.0.1:0"))?;
    let address = listener.local_addr()?;
    let began = Instant::now();
    let mut sandbox = Sandbox::new(Seed {
        users: USERS,
        seed: 1,
        api_base: format!("http://{address}/v1"),
        auth_base: format!("http://{address}"),
        kind: EnvironmentKind::Sandbox,
        populations: Populations::Usual,
    });
    let ready = began.elapsed();
    let token = sandbox.issue_token(&TokenSpec::default(), now());
    let users: Vec<Uuid> = sandbox.user_ids().collect();
    let environment = format!("/v1/environments/{}", sandbox.environment_id());
    let sandbox: Shared = Arc::new(Mutex::new(sandbox));
    let seeded = megabytes()?;
    runtime.spawn(serve_api(listener, Arc::clone(&sandbox)));

    let (listed, listing) = list(address, &token, &environment)?;
    let writes = write(address, &token, &environment, &users)?;
    Ok([
        ResultLine(
            "ready",
            format!("{} ms", ready.as_millis()),
            "at most 2,000 ms",
            ready.as_millis() <= 2000,
        ),
        ResultLine("memory", format!("{seeded} MB"), "at most 200 MB", seeded <= 200),
        ResultLine("listed", listed.to_string(), "100000", listed == users.len()),
        ResultLine(
            "listing",
            format!("{} ms", listing.as_millis()),
            "under 6,000 ms",
            listing.as_millis() < 6000,
        ),
        ResultLine("writes", format!("{writes} a second"), "at least 3000 a second", writes >= 3000),
    ])
}

/// Follows the pages to the end without parsing JSON; returns the number of users and the elapsed time.
fn list(address: SocketAddr, token: &str, environment: &str) -> io::Result<(usize, Duration)> {
    let mut client = Client::new(address, token)?;
    let (mut path, mut listed) = (format!("{environment}/users?limit=200"), 0);
    let began = Instant::now();
    loop {
        let text = String::from_utf8_lossy(&client.ask("GET", &path, "")?).into_owned();
        listed += text.matches("\"username\" : ").count();
        let next = text.split("\"next\" : {").nth(1).and_then(|rest| rest.split('"').nth(3));
        let Some(next) = next else { return Ok((listed, began.elapsed())) };
        let (_, rest) = next.split_once("/v1").ok_or_else(|| unexpected(next))?;
        path = format!("/v1{rest}");
    }
}

/// Measures the number of writes per second over a few connections.
fn write(address: SocketAddr, token: &str, environment: &str, users: &[Uuid]) -> io::Result<u128> {
    let began = Instant::now();
    let written: io::Result<usize> = thread::scope(|scope| {
        let parts = users.chunks(users.len().div_ceil(CONNECTIONS));
        let clients: Vec<_> = parts
            .map(|users| scope.spawn(move || write_until(began + LOAD, address, token, environment, users)))
            .collect();
        let stopped = |_| unexpected("a client stopped");
        clients.into_iter().map(|client| client.join().map_err(stopped)?).sum()
    });
    Ok(written? as u128 * 1000 / began.elapsed().as_millis())
}

/// Writes one user after the other, repeatedly, until the end.
fn write_until(
    end: Instant,
    address: SocketAddr,
    token: &str,
    environment: &str,
    users: &[Uuid],
) -> io::Result<usize> {
    let mut client = Client::new(address, token)?;
    let mut written = 0;
    for user in users.iter().cycle().take_while(|_| Instant::now() < end) {
        let path = format!("{environment}/users/{user}/mfaEnabled");
        client.ask("PUT", &path, r#"{"mfaEnabled":true}"#)?;
        written += 1;
    }
    Ok(written)
}

/// Peak memory usage of this process in megabytes, as Linux reports it.
fn megabytes() -> io::Result<u64> {
    let status = std::fs::read_to_string("/proc/self/status")?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let kilobytes = line.and_then(|line| line.trim().trim_end_matches(" kB").parse::<u64>().ok());
    kilobytes.map(|kilobytes| kilobytes / 1000).ok_or_else(|| unexpected("no VmHWM in /proc/self/status"))
}
