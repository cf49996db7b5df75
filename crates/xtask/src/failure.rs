//! Everything that can go wrong in a command, as one type.
//!
//! Whoever reads the message is at a prompt, so each says what failed and what to do about it.

use std::fmt;
use std::io;
use std::path::PathBuf;
use std::process::{ExitCode, ExitStatus};

/// Why a command ended without doing what it was asked to.
#[derive(Debug)]
pub(crate) enum Failure {
    /// The command line can't be understood.
    Usage(String),
    /// Something that must be there is not.
    Missing { what: String, remedy: String },
    /// A file or folder could not be read, written or removed.
    File { doing: &'static str, path: PathBuf, cause: io::Error },
    /// A program could not be started.
    Start { program: String, cause: io::Error },
    /// A program ran and reported a failure; its own output has the details.
    Exit { line: String, status: ExitStatus },
    /// A file that Trunk left can't be sealed as it is.
    Seal { file: String, problem: String },
    /// The program that was built can't be taken apart.
    Split(String),
    /// What a first visit loads is larger than it may be.
    Large { bytes: u64, most: u64 },
}

impl Failure {
    /// The exit code: 2 for a wrong command line, as command lines do, and 1 for the rest.
    pub(crate) fn exit_code(&self) -> ExitCode {
        match self {
            Self::Usage(_) => ExitCode::from(2),
            _ => ExitCode::FAILURE,
        }
    }

    /// What to map an I/O error to: `fs::read(path).map_err(Failure::file("read", path))`.
    pub(crate) fn file(doing: &'static str, path: impl Into<PathBuf>) -> impl FnOnce(io::Error) -> Self {
        let path = path.into();
        move |cause| Self::File { doing, path, cause }
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
                 or move it behind the form (src/rest.rs)"
            ),
            Self::Seal { file, problem } => write!(f, "{file} can't be sealed: {problem}"),
        }
    }
}

impl std::error::Error for Failure {}
