//! What runs a language on this machine.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use pingone_mfa_core::code::{Language, TOKEN};

use crate::workplace::Workplace;
use crate::{message, page};

/// How a program ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ended {
    /// Whether it says that all went well.
    pub is_success: bool,
    /// What it printed.
    pub output: String,
    /// What it printed as errors.
    pub errors: String,
}

/// What runs a language.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Runtime {
    language: Language,
    program: PathBuf,
    /// What it calls itself.
    pub version: String,
}

impl Runtime {
    /// What runs it here, if anything does.
    #[must_use]
    pub fn of(language: Language) -> Option<Self> {
        let (program, version) = match language {
            Language::Http => (PathBuf::new(), "a socket".to_owned()),
            Language::JQuery => {
                let chromium = chromium()?;
                let browser = said(&chromium, "--version")?;
                (chromium, format!("{}, {browser}", page::version()?))
            }
            Language::Php => {
                let php = on_path("php")?;
                // Debian has it in a package of its own.
                answer(&php, "-m")?.lines().find(|module| *module == "curl")?;
                let version = said(&php, "--version")?;
                (php, version)
            }
            Language::CSharp => {
                on_path("mcs")?;
                let mono = on_path("mono")?;
                let version = said(&mono, "--version")?;
                (mono, version)
            }
            Language::Curl => named("curl", "--version")?,
            Language::Go => named("go", "version")?,
            // Without the compiler the runtime runs no source.
            Language::Java => named("javac", "--version")?,
            Language::NodeJs => named("node", "--version")?,
            Language::Python => named("python3", "--version")?,
            Language::Ruby => named("ruby", "--version")?,
            Language::Swift => named("swiftc", "--version")?,
            Language::PowerShell => named("pwsh", "--version")?,
        };
        Some(Self { language, program, version })
    }

    /// Runs a program that takes the token from the environment, or from the page that it stands in.
    #[must_use]
    pub fn run(&self, code: &str, token: &str) -> Ended {
        let place = Workplace::new();
        let folder = place.path();
        match self.language {
            Language::Http => message::send(code, token),
            Language::JQuery => page::open(&self.program, folder, code, token),
            Language::Curl => start(folder, "sh", &[&place.write("request.sh", code)], token),
            Language::CSharp => {
                place.write("Program.cs", code);
                compiled(folder, "mcs", &["-r:System.Net.Http", "-out:Program.exe", "Program.cs"], token)
                    .unwrap_or_else(|| start(folder, &self.program, &["Program.exe"], token))
            }
            Language::Go => {
                place.write("main.go", code);
                start(folder, "go", &["run", "main.go"], token)
            }
            Language::Java => start(folder, "java", &[&place.write("Main.java", code)], token),
            Language::NodeJs => start(folder, "node", &[&place.write("request.mjs", code)], token),
            Language::Python => start(folder, "python3", &[&place.write("request.py", code)], token),
            Language::Php => start(folder, "php", &[&place.write("request.php", code)], token),
            Language::Ruby => start(folder, "ruby", &[&place.write("request.rb", code)], token),
            Language::Swift => {
                place.write("main.swift", code);
                compiled(folder, "swiftc", &["main.swift", "-o", "main"], token)
                    .unwrap_or_else(|| start(folder, folder.join("main"), NOTHING, token))
            }
            Language::PowerShell => {
                let script = place.write("request.ps1", code);
                start(folder, "pwsh", &["-NoProfile", "-File", &script.to_string_lossy()], token)
            }
        }
    }
}

const NOTHING: &[&str] = &[];

/// Compiles; says how that ended where it failed.
fn compiled(folder: &Path, compiler: &str, arguments: &[&str], token: &str) -> Option<Ended> {
    Some(start(folder, compiler, arguments, token)).filter(|ended| !ended.is_success)
}

pub(crate) fn start(
    folder: &Path,
    program: impl AsRef<std::ffi::OsStr>,
    arguments: &[impl AsRef<std::ffi::OsStr>],
    token: &str,
) -> Ended {
    start_answering(folder, program, arguments, token, "")
}

/// The same for a program that asks something, with the answers.
pub(crate) fn start_answering(
    folder: &Path,
    program: impl AsRef<std::ffi::OsStr>,
    arguments: &[impl AsRef<std::ffi::OsStr>],
    token: &str,
    answers: &str,
) -> Ended {
    let mut child = Command::new(program)
        .args(arguments)
        .current_dir(folder)
        .env(TOKEN, token)
        // What a machine has set for other programs is not what a reader has.
        .env_remove("http_proxy")
        .env_remove("HTTP_PROXY")
        .env("GOTOOLCHAIN", "local")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("it was found before");
    if let Some(mut input) = child.stdin.take() {
        // A program that asks nothing may have ended before.
        let _ = input.write_all(answers.as_bytes());
    }
    ended(&child.wait_with_output().expect("it was started"))
}

pub(crate) fn ended(output: &Output) -> Ended {
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    Ended { is_success: output.status.success(), output: text(&output.stdout), errors: text(&output.stderr) }
}

fn named(program: &str, question: &str) -> Option<(PathBuf, String)> {
    let program = on_path(program)?;
    let version = said(&program, question)?;
    Some((program, version))
}

/// The first line that a program answers with.
fn said(program: &Path, question: &str) -> Option<String> {
    answer(program, question)?.lines().next().map(|line| line.trim().chars().take(60).collect())
}

fn answer(program: &Path, question: &str) -> Option<String> {
    let output = Command::new(program).arg(question).output().ok()?;
    output.status.success().then(|| String::from_utf8_lossy(&output.stdout).into_owned())
}

fn chromium() -> Option<PathBuf> {
    let named = std::env::var_os("CHROMIUM").map(PathBuf::from).filter(|path| path.is_file());
    named.or_else(|| on_path("chromium"))
}

pub(crate) fn on_path(program: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH")?;
    std::env::split_paths(&path).map(|folder| folder.join(program)).find(|file| file.is_file())
}
