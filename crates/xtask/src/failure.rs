//! The error type of all commands.
//!
//! The message is printed at a prompt, so each says what failed and what to do about it.

use std::fmt;
use std::io;
use std::path::PathBuf;
use std::process::{ExitCode, ExitStatus};

#[derive(Debug)]
pub(crate) enum Failure {
    /// The command line can't be parsed.
    Usage(String),
    /// Something required is missing.
    Missing { what: String, remedy: String },
    /// A file or folder couldn't be read, written or removed.
    File { doing: &'static str, path: PathBuf, cause: io::Error },
    /// A program couldn't be started.
    Start { program: String, cause: io::Error },
    /// A program ran and exited with a failure; its own output has the details.
    Exit { line: String, status: ExitStatus },
    /// A file that Trunk produced can't be sealed as it is.
    Seal { file: String, problem: String },
    /// The built program can't be split into two files.
    Split(String),
    /// A first visit loads more than the limit.
    Large { bytes: u64, most: u64 },
}

impl Failure {
    /// The exit code: 2 for a wrong command line, as is conventional, and 1 otherwise.
    pub(crate) fn exit_code(&self) -> ExitCode {
        match self {
            Self::Usage(_) => ExitCode::from(2),
            _ => ExitCode::FAILURE,
        }
    }

    /// Converts an I/O error: `fs::read(path).map_err(Failure::file("read", path))`.
    pub(crate) fn file(doing: &'static str, path: impl Into<PathBuf>) -> impl FnOnce(io::Error) -> Self {
        let path = path.into();
        move |cause| Self::File { doing, path, cause }
    }

    /// A thread ended without what was waited for.
    pub(crate) fn panicked(what: &str) -> Self {
        Self::Missing { what: what.to_owned(), remedy: "the panic above says why".to_owned() }
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Usage(problem) => write!(f, "{problem}; `cargo xtask --help` lists what there is"),
            Self::Missing { what, remedy } => write!(f, "{what} is missing: {remedy}"),
            Self::File { doing, path, cause } => {
                write!(f, "can't {doing} {}: {cause}; see that it exists and may be changed", path.display())
            }
            Self::Start { program, cause } => {
                write!(f, "can't start {program}: {cause}; see that it is installed and on PATH")
            }
            Self::Exit { line, status } => {
                write!(f, "`{line}` failed ({status}); its output above says why")
            }
            Self::Split(problem) => write!(f, "the program can't be divided into two files: {problem}"),
            Self::Large { bytes, most } => write!(
                f,
                "a first visit loads {bytes} B after gzip, and {most} B is the most; see what the form has come to reach, \
                 or move it behind the form (src/split.rs)"
            ),
            Self::Seal { file, problem } => write!(f, "{file} can't be sealed: {problem}"),
        }
    }
}

impl std::error::Error for Failure {}
