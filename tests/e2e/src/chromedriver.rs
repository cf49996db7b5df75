//! The program that drives the browsers of all tests of a process.

use std::io::{BufRead, BufReader, ErrorKind};
use std::net::{Ipv4Addr, Ipv6Addr, TcpListener};
use std::process::{Child, Command, Stdio};

/// A running chromedriver. Dropping it ends it.
pub(crate) struct Chromedriver {
    process: Child,
    port: u16,
}

impl Chromedriver {
    pub(crate) fn start() -> Self {
        let path = std::env::var("CHROMEDRIVER").unwrap_or_else(|_| "chromedriver".to_owned());
        let port = format!("--port={}", free_port());
        let process =
            Command::new(path).arg(port).stdout(Stdio::piped()).spawn().expect("chromedriver starts");
        let mut started = Self { process, port: 0 };
        let output = started.process.stdout.take().expect("its output is piped");
        started.port = named_port(BufReader::new(output));
        started
    }

    /// Where it listens.
    pub(crate) fn url(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }
}

/// A port that is free under both of this machine's names for itself: chromedriver takes one that is free under the one,
/// and ends where it isn't under the other.
fn free_port() -> u16 {
    for _ in 0..100 {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a port is free");
        let port = listener.local_addr().expect("it listens").port();
        let other = TcpListener::bind((Ipv6Addr::LOCALHOST, port));
        // A machine without IPv6 has no such address.
        if !other.is_err_and(|problem| problem.kind() == ErrorKind::AddrInUse) {
            return port;
        }
    }
    panic!("no port is free under both names");
}

/// The port that chromedriver says it listens on.
fn named_port(output: impl BufRead) -> u16 {
    let mut said = Vec::new();
    for line in output.lines().map_while(Result::ok) {
        let port = line.split_once("successfully on port ").map(|(_, port)| port.trim_end_matches('.'));
        if let Some(port) = port.and_then(|port| port.parse().ok()) {
            return port;
        }
        said.push(line);
    }
    panic!("chromedriver names no port, but says: {said:?}");
}

impl Drop for Chromedriver {
    /// A browser whose session is still being closed would outlive its driver, so whatever came from it ends too.
    fn drop(&mut self) {
        let family = with_descendants(u64::from(self.process.id()));
        let _ = self.process.kill();
        let _ = self.process.wait();
        end(family.get(1..).unwrap_or_default());
    }
}

/// Ends processes at once. Some may have ended since they were listed.
pub(crate) fn end(processes: &[u64]) {
    if !processes.is_empty() {
        let named = processes.iter().map(u64::to_string);
        let _ = Command::new("kill").arg("-9").args(named).stderr(Stdio::null()).status();
    }
}

/// A process and all that come from it.
pub(crate) fn with_descendants(process: u64) -> Vec<u64> {
    let listed =
        Command::new("ps").args(["-A", "-o", "pid=,ppid="]).output().expect("processes can be listed");
    let listed = String::from_utf8_lossy(&listed.stdout).into_owned();
    let pairs: Vec<(u64, u64)> = listed
        .lines()
        .filter_map(|line| {
            let mut words = line.split_whitespace().map(|word| word.parse().ok());
            Some((words.next()??, words.next()??))
        })
        .collect();
    let mut family = vec![process];
    let mut next = 0;
    while let Some(parent) = family.get(next).copied() {
        family.extend(pairs.iter().filter(|(_, of)| *of == parent).map(|(child, _)| *child));
        next += 1;
    }
    family
}
