//! Starts and ends the driver programs that control browsers.

use std::io::{BufRead, BufReader, ErrorKind};
use std::net::{Ipv4Addr, Ipv6Addr, TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::{Mutex, PoisonError};
use std::thread;
use std::time::Duration;

use crate::display::Display;
use crate::engine::Engine;

/// Only one driver at a time looks for a free port and binds it.
static STARTING: Mutex<()> = Mutex::new(());

/// How many times to check whether a driver listens.
const ATTEMPTS: u32 = 200;
const RETRY_DELAY: Duration = Duration::from_millis(50);

/// A running driver program. Dropping it ends it.
pub(crate) struct Driver {
    process: Child,
    port: u16,
    /// The display of its browser. It ends after the browser.
    _display: Option<Display>,
}

impl Driver {
    /// Starts chromedriver, which can drive any number of browsers.
    pub(crate) fn of_chromium() -> Self {
        let port = format!("--port={}", free_port());
        let process = Command::new(Engine::Chromium.driver())
            .arg(port)
            .stdout(Stdio::piped())
            .spawn()
            .expect("chromedriver starts");
        let mut started = Self { process, port: 0, _display: None };
        let output = started.process.stdout.take().expect("its output is piped");
        started.port = port_from_output(BufReader::new(output));
        started
    }

    /// Starts the driver for one browser of another engine. The folder `home` gets the
    /// browser's settings, caches and downloads.
    pub(crate) fn of(engine: Engine, home: &Path) -> Self {
        let display = (engine == Engine::WebKit).then(Display::start);
        let _guard = STARTING.lock().unwrap_or_else(PoisonError::into_inner);
        let port = free_port();
        let mut command = Command::new(engine.driver());
        command.arg(format!("--port={port}")).stdout(Stdio::null()).stderr(Stdio::null());
        for variable in ["HOME", "XDG_CONFIG_HOME", "XDG_CACHE_HOME", "XDG_DATA_HOME"] {
            command.env(variable, home);
        }
        if let Some(display) = &display {
            command.env("DISPLAY", display.name());
        }
        let process = command.spawn().expect("the driver starts");
        let mut started = Self { process, port, _display: display };
        started.wait_until_listening();
        started
    }

    fn wait_until_listening(&mut self) {
        for _ in 0..ATTEMPTS {
            let ended = self.process.try_wait().expect("the driver's state can be read");
            assert_eq!(ended, None, "the driver on port {} has ended", self.port);
            if TcpStream::connect((Ipv4Addr::LOCALHOST, self.port)).is_ok() {
                return;
            }
            thread::sleep(RETRY_DELAY);
        }
        panic!("the driver doesn't listen on port {}", self.port);
    }

    /// The address that it listens on.
    pub(crate) fn url(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }
}

/// A port that is free on both loopback addresses, IPv4 and IPv6. Chromedriver checks only one of them and ends if
/// the port is taken on the other.
fn free_port() -> u16 {
    for _ in 0..100 {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a port is free");
        let port = listener.local_addr().expect("it listens").port();
        let other = TcpListener::bind((Ipv6Addr::LOCALHOST, port));
        // A machine without IPv6 doesn't have this address.
        if !other.is_err_and(|problem| problem.kind() == ErrorKind::AddrInUse) {
            return port;
        }
    }
    panic!("no port is free on both loopback addresses");
}

/// Reads the port from chromedriver's output.
fn port_from_output(output: impl BufRead) -> u16 {
    let mut printed = Vec::new();
    for line in output.lines().map_while(Result::ok) {
        let port = line.split_once("successfully on port ").map(|(_, port)| port.trim_end_matches('.'));
        if let Some(port) = port.and_then(|port| port.parse().ok()) {
            return port;
        }
        printed.push(line);
    }
    panic!("chromedriver printed no port: {printed:?}");
}

impl Drop for Driver {
    /// A browser whose session is still closing would outlive its driver, so all descendant processes end too.
    fn drop(&mut self) {
        let family = with_descendants(u64::from(self.process.id()));
        let _ = self.process.kill();
        let _ = self.process.wait();
        end(family.get(1..).unwrap_or_default());
    }
}

/// Kills processes. Some may have ended since they were listed.
pub(crate) fn end(processes: &[u64]) {
    if !processes.is_empty() {
        let named = processes.iter().map(u64::to_string);
        let _ = Command::new("kill").arg("-9").args(named).stderr(Stdio::null()).status();
    }
}

/// A process and all its descendants.
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
