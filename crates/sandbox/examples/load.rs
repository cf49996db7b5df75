//! Measures the sandbox against its goals: how soon and how large a hundred thousand users are there, how long a raw
//! loop takes to list them, and how many writes a second a load generator gets through. `cargo xtask bench` runs it
//! in a release build.
#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    clippy::disallowed_methods,
    reason = "a measurement stops at what it didn't expect, prints, and looks at the clock"
)]

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::process::ExitCode;
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::{Duration, Instant};

use pingone_sandbox::server::{Shared, now, serve_api};
use pingone_sandbox::{EnvironmentKind, Sandbox, Seed, TokenSpec};
use tokio::net::TcpListener;
use tokio::runtime::Runtime;
use uuid::Uuid;

const USERS: u32 = 100_000;
const LOAD: Duration = Duration::from_secs(5);
const CONNECTIONS: usize = 8;

/// One keep-alive connection of a client that does nothing but ask.
struct Client {
    stream: BufReader<TcpStream>,
    token: String,
}

impl Client {
    fn new(address: SocketAddr, token: &str) -> Self {
        let stream = TcpStream::connect(address).unwrap();
        stream.set_nodelay(true).unwrap();
        Self { stream: BufReader::new(stream), token: token.to_owned() }
    }

    /// The status and the body of the answer.
    fn ask(&mut self, method: &str, path: &str, body: &str) -> (u16, Vec<u8>) {
        let request = format!(
            "{method} {path} HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer {}\r\n\
             Content-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}",
            self.token,
            body.len()
        );
        self.stream.get_mut().write_all(request.as_bytes()).unwrap();
        let (mut status, mut length) = (0, 0);
        loop {
            let mut line = String::new();
            self.stream.read_line(&mut line).unwrap();
            let line = line.trim_end().to_ascii_lowercase();
            if line.is_empty() {
                break;
            }
            if let Some(rest) = line.strip_prefix("http/1.1 ") {
                status = rest.split(' ').next().unwrap().parse().unwrap();
            }
            if let Some(rest) = line.strip_prefix("content-length: ") {
                length = rest.parse().unwrap();
            }
        }
        let mut body = vec![0; length];
        self.stream.read_exact(&mut body).unwrap();
        (status, body)
    }
}

/// A line of the result: what, how much, the goal, and whether it was met.
struct Line(&'static str, String, &'static str, bool);

fn main() -> ExitCode {
    let runtime = Runtime::new().unwrap();
    let listener = runtime.block_on(TcpListener::bind("127.0.0.1:0")).unwrap();
    let address = listener.local_addr().unwrap();
    let began = Instant::now();
    let mut sandbox = Sandbox::new(Seed {
        users: USERS,
        seed: 1,
        api_base: format!("http://{address}/v1"),
        auth_base: format!("http://{address}"),
        kind: EnvironmentKind::Sandbox,
    });
    let ready = began.elapsed();
    let token = sandbox.mint(&TokenSpec::default(), now());
    let users: Vec<Uuid> = sandbox.user_ids().collect();
    let environment = format!("/v1/environments/{}", sandbox.environment_id());
    let sandbox: Shared = Arc::new(Mutex::new(sandbox));
    let seeded = megabytes();
    runtime.spawn(serve_api(listener, Arc::clone(&sandbox)));

    let (listed, listing) = list(address, &token, &environment);
    let writes = write(address, &token, &environment, &users);
    let lines = [
        Line("ready", format!("{} ms", ready.as_millis()), "at most 2,000 ms", ready.as_millis() <= 2000),
        Line("memory", format!("{seeded} MB"), "at most 200 MB", seeded <= 200),
        Line("listed", listed.to_string(), "100000", listed == users.len()),
        Line("listing", format!("{} ms", listing.as_millis()), "under 6,000 ms", listing.as_secs() < 6),
        Line("writes", format!("{writes} a second"), "at least 3000 a second", writes >= 3000),
    ];
    for Line(name, figure, goal, is_met) in &lines {
        println!("{name:9} {figure:>16}   {goal}{}", if *is_met { "" } else { "   MISSED" });
    }
    if lines.iter().all(|Line(.., is_met)| *is_met) { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// Follows the pages to the end, as a client without a parser would: how many users, and how long it took.
fn list(address: SocketAddr, token: &str, environment: &str) -> (usize, Duration) {
    let mut client = Client::new(address, token);
    let (mut path, mut listed) = (format!("{environment}/users?limit=200"), 0);
    let began = Instant::now();
    loop {
        let (status, body) = client.ask("GET", &path, "");
        assert_eq!(status, 200, "a page");
        let text = String::from_utf8(body).unwrap();
        listed += text.matches("\"username\" : ").count();
        let next = text.split("\"next\" : {").nth(1).and_then(|rest| rest.split('"').nth(3));
        let Some(next) = next else { return (listed, began.elapsed()) };
        path = format!("/v1{}", next.split("/v1").nth(1).unwrap());
    }
}

/// How many writes a second a few connections get through.
fn write(address: SocketAddr, token: &str, environment: &str, users: &[Uuid]) -> u128 {
    let began = Instant::now();
    let written: usize = thread::scope(|scope| {
        let clients: Vec<_> = users
            .chunks(users.len().div_ceil(CONNECTIONS))
            .map(|users| {
                scope.spawn(move || {
                    let mut client = Client::new(address, token);
                    let due = users.iter().cycle().take_while(|_| began.elapsed() < LOAD);
                    due.map(|user| {
                        let path = format!("{environment}/users/{user}/mfaEnabled");
                        assert_eq!(client.ask("PUT", &path, r#"{"mfaEnabled":true}"#).0, 200, "a write");
                    })
                    .count()
                })
            })
            .collect();
        clients.into_iter().map(|client| client.join().unwrap()).sum()
    });
    written as u128 * 1000 / began.elapsed().as_millis()
}

/// The memory of this process, in megabytes; 0 where the system doesn't say.
fn megabytes() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap_or_default();
    line.trim().trim_end_matches(" kB").parse::<u64>().map_or(0, |kilobytes| kilobytes / 1000)
}
