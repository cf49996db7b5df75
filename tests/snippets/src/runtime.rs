//! Finds and runs the compilers and interpreters on this machine.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use pingone_mfa_core::snippets::{Language, TOKEN};

use crate::workplace::TempFolder;
use crate::{message, page};

/// The result of a program.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProgramOutput {
    /// Whether the exit status is 0.
    pub is_success: bool,
    /// Standard output of the program.
    pub output: String,
    /// Standard error of the program.
    pub errors: String,
}

/// A compiler or interpreter of a language.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Runtime {
    language: Language,
    program: PathBuf,
    /// The version it reports.
    pub version: String,
}

impl Runtime {
    /// The runtime of a language, if it is installed.
    #[must_use]
    pub fn of(language: Language) -> Option<Self> {
        let (program, version) = match language {
            Language::Http => (PathBuf::new(), "a socket".to_owned()),
            Language::JQuery => {
                let chromium = chromium()?;
                let browser = first_line(&chromium, "--version")?;
                (chromium, format!("{}, {browser}", page::version()?))
            }
            Language::Php => {
                let php = on_path("php")?;
                // Debian has it in a separate package.
                answer(&php, "-m")?.lines().find(|module| *module == "curl")?;
                let version = first_line(&php, "--version")?;
                (php, version)
            }
            Language::CSharp => {
                on_path("mcs")?;
                let mono = on_path("mono")?;
                let version = first_line(&mono, "--version")?;
                (mono, version)
            }
            Language::Curl => found_on_path("curl", "--version")?,
            Language::Go => found_on_path("go", "version")?,
            // Java runs source files only if the compiler is installed.
            Language::Java => found_on_path("javac", "--version")?,
            Language::NodeJs => found_on_path("node", "--version")?,
            Language::Python => found_on_path("python3", "--version")?,
            Language::Ruby => found_on_path("ruby", "--version")?,
            Language::Swift => found_on_path("swiftc", "--version")?,
            Language::PowerShell => found_on_path("pwsh", "--version")?,
        };
        Some(Self { language, program, version })
    }

    /// Runs a program. It takes the token from the environment, or from the page it is embedded in.
    #[must_use]
    pub fn run(&self, code: &str, token: &str) -> ProgramOutput {
        let temp = TempFolder::new();
        let folder = temp.path();
        match self.language {
            Language::Http => message::send(code, token),
            Language::JQuery => page::open(&self.program, folder, code, token),
            Language::Curl => start(folder, "sh", &[&temp.write("request.sh", code)], token),
            Language::CSharp => {
                temp.write("Program.cs", code);
                compiled(folder, "mcs", &["-r:System.Net.Http", "-out:Program.exe", "Program.cs"], token)
                    .unwrap_or_else(|| start(folder, &self.program, &["Program.exe"], token))
            }
            Language::Go => {
                temp.write("main.go", code);
                start(folder, "go", &["run", "main.go"], token)
            }
            Language::Java => start(folder, "java", &[&temp.write("Main.java", code)], token),
            Language::NodeJs => start(folder, "node", &[&temp.write("request.mjs", code)], token),
            Language::Python => start(folder, "python3", &[&temp.write("request.py", code)], token),
            Language::Php => start(folder, "php", &[&temp.write("request.php", code)], token),
            Language::Ruby => start(folder, "ruby", &[&temp.write("request.rb", code)], token),
            Language::Swift => {
                temp.write("main.swift", code);
                compiled(folder, "swiftc", &["main.swift", "-o", "main"], token)
                    .unwrap_or_else(|| start(folder, folder.join("main"), NOTHING, token))
            }
            Language::PowerShell => {
                let script = temp.write("request.ps1", code);
                start(folder, "pwsh", &["-NoProfile", "-File", &script.to_string_lossy()], token)
            }
        }
    }
}

const NOTHING: &[&str] = &[];

/// Compiles; returns the result if it failed.
fn compiled(folder: &Path, compiler: &str, arguments: &[&str], token: &str) -> Option<ProgramOutput> {
    Some(start(folder, compiler, arguments, token)).filter(|ended| !ended.is_success)
}

pub(crate) fn start(
    folder: &Path,
    program: impl AsRef<std::ffi::OsStr>,
    arguments: &[impl AsRef<std::ffi::OsStr>],
    token: &str,
) -> ProgramOutput {
    start_answering(folder, program, arguments, token, "")
}

/// Like [`start`], with input for the program's prompts.
pub(crate) fn start_answering(
    folder: &Path,
    program: impl AsRef<std::ffi::OsStr>,
    arguments: &[impl AsRef<std::ffi::OsStr>],
    token: &str,
    answers: &str,
) -> ProgramOutput {
    let mut child = Command::new(program)
        .args(arguments)
        .current_dir(folder)
        .env(TOKEN, token)
        // The machine's proxies must not affect the test.
        .env_remove("http_proxy")
        .env_remove("HTTP_PROXY")
        .env("GOTOOLCHAIN", "local")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("it was found before");
    if let Some(mut input) = child.stdin.take() {
        // A program that reads no input may already have exited.
        let _ = input.write_all(answers.as_bytes());
    }
    ended(&child.wait_with_output().expect("it was started"))
}

pub(crate) fn ended(output: &Output) -> ProgramOutput {
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    ProgramOutput {
        is_success: output.status.success(),
        output: text(&output.stdout),
        errors: text(&output.stderr),
    }
}

fn found_on_path(program: &str, option: &str) -> Option<(PathBuf, String)> {
    let program = on_path(program)?;
    let version = first_line(&program, option)?;
    Some((program, version))
}

/// The first line of a program's output.
fn first_line(program: &Path, option: &str) -> Option<String> {
    answer(program, option)?.lines().next().map(|line| line.trim().chars().take(60).collect())
}

fn answer(program: &Path, option: &str) -> Option<String> {
    let output = Command::new(program).arg(option).output().ok()?;
    output.status.success().then(|| String::from_utf8_lossy(&output.stdout).into_owned())
}

fn chromium() -> Option<PathBuf> {
    let found_on_path = std::env::var_os("CHROMIUM").map(PathBuf::from).filter(|path| path.is_file());
    found_on_path.or_else(|| on_path("chromium"))
}

pub(crate) fn on_path(program: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH")?;
    std::env::split_paths(&path).map(|folder| folder.join(program)).find(|file| file.is_file())
}
