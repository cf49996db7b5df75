//! Starts an X server (Xvfb) for browsers that need a display.

use std::env;
use std::io::{BufRead as _, BufReader};
use std::process::{Child, Command, Stdio};

/// A running X server without visible output. Dropping it ends it.
pub(crate) struct Display {
    process: Child,
    name: String,
}

impl Display {
    pub(crate) fn start() -> Self {
        let program = env::var("XVFB").unwrap_or_else(|_| "Xvfb".to_owned());
        let mut process = Command::new(program)
            .args(["-displayfd", "1", "-screen", "0", "1440x900x24", "-nolisten", "tcp"])
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("Xvfb starts");
        let mut number = String::new();
        let output = process.stdout.take().expect("its output is piped");
        BufReader::new(output).read_line(&mut number).expect("Xvfb prints its display");
        let display = Self { process, name: format!(":{}", number.trim()) };
        assert!(number.trim().parse::<u32>().is_ok(), "Xvfb didn't print a display number: '{number}'");
        display
    }

    /// The display's name, for the variable DISPLAY.
    pub(crate) fn name(&self) -> &str {
        &self.name
    }
}

impl Drop for Display {
    fn drop(&mut self) {
        // On SIGTERM Xvfb removes its lock file. It may have ended already.
        let _ = Command::new("kill").arg(self.process.id().to_string()).stderr(Stdio::null()).status();
        let _ = self.process.wait();
    }
}
