//! The `demo` and `sandbox` commands: serve the page on one port and the sandbox, which
//! answers like PingOne, on another.

use std::net::{Ipv4Addr, TcpStream};
use std::process::Command;
use std::thread;
use std::time::Duration;

use crate::command::Demo;
use crate::edition::Edition;
use crate::failure::Failure;
use crate::page::{self, Finish};
use crate::workspace::Workspace;
use crate::{process, setup};

/// Where the sandbox serves the page unless `--page-port` is given.
const PAGE_PORT: u16 = 4000;

/// Attempts to reach the page's port before the browser is opened: one minute in total.
const TRIES: u32 = 300;
const BETWEEN_TRIES: Duration = Duration::from_millis(200);

/// The `demo` command: builds the page, then serves it until the command is stopped.
pub(crate) fn run(workspace: &Workspace, options: &Demo) -> Result<(), Failure> {
    let tools = setup::prepare(workspace)?;
    println!("Building the page (a few minutes the first time, seconds after that).");
    page::build(workspace, &tools, Finish::Plain, Edition::Product)?;
    println!("Building the sandbox.");
    process::run(&mut workspace.cargo(&["build", "-p", "pingone-sandbox"]))?;

    let mut server = server(workspace);
    server.arg("--page").arg(workspace.dist());
    server.args(users(options)).args(&options.rest);
    if !options.open {
        return process::exec_or_run(&mut server);
    }
    let port = page_port(&options.rest);
    thread::spawn(move || open_when_it_answers(port));
    process::run(&mut server)
}

pub(crate) fn sandbox(workspace: &Workspace, options: &[String]) -> Result<(), Failure> {
    process::exec_or_run(server(workspace).args(options))
}

pub(crate) fn server(workspace: &Workspace) -> Command {
    workspace.cargo(&["run", "--quiet", "-p", "pingone-sandbox", "--"])
}

/// The `--users` option, unless the arguments for the sandbox already contain one.
pub(crate) fn users(options: &Demo) -> Vec<&str> {
    let has_users = options.rest.iter().any(|option| option == "--users" || option.starts_with("--users="));
    if has_users { Vec::new() } else { vec!["--users", &options.users] }
}

/// The `--page-port` in the sandbox's arguments, or its default.
fn page_port(options: &[String]) -> u16 {
    let after = options.iter().skip_while(|option| *option != "--page-port").nth(1);
    let joined = options.iter().find_map(|option| option.strip_prefix("--page-port="));
    after.map(String::as_str).or(joined).and_then(|port| port.parse().ok()).unwrap_or(PAGE_PORT)
}

fn open_when_it_answers(port: u16) {
    for _ in 0..TRIES {
        if TcpStream::connect((Ipv4Addr::LOCALHOST, port)).is_ok() {
            return open(&format!("http://localhost:{port}/"));
        }
        thread::sleep(BETWEEN_TRIES);
    }
}

fn open(address: &str) {
    let mut command = opener(address);
    if process::run(&mut command).is_err() {
        println!("No browser could be opened; the page is at {address}");
    }
}

fn opener(address: &str) -> Command {
    if cfg!(windows) {
        let mut command = Command::new("cmd");
        // `start` takes the first quoted argument as the window's title.
        command.args(["/C", "start", "", address]);
        return command;
    }
    let mut command = Command::new(if cfg!(target_os = "macos") { "open" } else { "xdg-open" });
    command.arg(address);
    command
}

#[cfg(test)]
mod tests {
    use super::*;

    fn port(line: &str) -> u16 {
        page_port(&line.split_whitespace().map(str::to_owned).collect::<Vec<_>>())
    }

    #[test]
    fn the_browser_opens_the_port_given_to_the_sandbox() {
        assert_eq!(port("--seed 1 --page-port 4400"), 4400);
        assert_eq!(port("--page-port=4401 --seed 1"), 4401);
    }

    #[test]
    fn the_number_of_users_is_passed_to_the_sandbox_once() {
        let mut options = Demo { users: "250".to_owned(), open: false, rest: Vec::new() };
        assert_eq!(users(&options), ["--users", "250"]);
        options.rest = vec!["--users".to_owned(), "9".to_owned()];
        assert!(users(&options).is_empty());
    }

    #[test]
    fn the_browser_opens_the_default_port_otherwise() {
        assert_eq!(port("--seed 1 --api-port 5000"), PAGE_PORT);
    }
}
