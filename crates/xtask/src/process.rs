//! Runs other programs: in the foreground, in the background, or with captured or streamed output.

use std::io::{self, BufRead, BufReader, Write};
use std::process::{Child, Command, ExitStatus, Stdio};

use crate::failure::Failure;

/// Runs a program in the foreground; a non-zero exit status is a failure.
pub(crate) fn run(command: &mut Command) -> Result<(), Failure> {
    let status = command.status().map_err(not_started(command))?;
    if status.success() {
        return Ok(());
    }
    Err(Failure::Exit { line: line(command), status })
}

/// Starts a program in the background.
pub(crate) fn begin(command: &mut Command) -> Result<Child, Failure> {
    command.spawn().map_err(not_started(command))
}

/// Runs a program and returns its output. If the program fails, the output is printed.
pub(crate) fn capture(command: &mut Command) -> Result<String, Failure> {
    let output = command.stdin(Stdio::null()).output().map_err(not_started(command))?;
    let printed =
        [output.stdout, output.stderr].map(|bytes| String::from_utf8_lossy(&bytes).into_owned()).concat();
    if output.status.success() {
        return Ok(printed);
    }
    println!("{printed}");
    Err(Failure::Exit { line: line(command), status: output.status })
}

/// Runs a program and returns its status and standard output; its errors go where this program's go.
pub(crate) fn output(command: &mut Command) -> Result<(ExitStatus, String), Failure> {
    let output =
        command.stdin(Stdio::null()).stderr(Stdio::inherit()).output().map_err(not_started(command))?;
    Ok((output.status, String::from_utf8_lossy(&output.stdout).into_owned()))
}

/// The standard output of a program, or `None` if it is missing or fails.
pub(crate) fn answer(command: &mut Command) -> Option<String> {
    let output = command.stdin(Stdio::null()).output().ok()?;
    output.status.success().then(|| String::from_utf8_lossy(&output.stdout).into_owned())
}

/// Writes a text to a program's standard input and returns its standard output.
pub(crate) fn filter(command: &mut Command, input: &str) -> Result<String, Failure> {
    let mut child =
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().map_err(not_started(command))?;
    if let Some(mut pipe) = child.stdin.take() {
        pipe.write_all(input.as_bytes()).map_err(not_started(command))?;
    }
    let output = child.wait_with_output().map_err(not_started(command))?;
    if output.status.success() {
        return Ok(String::from_utf8_lossy(&output.stdout).into_owned());
    }
    Err(Failure::Exit { line: line(command), status: output.status })
}

/// Runs a program and passes its output through, calling `each` for every line.
pub(crate) fn stream(command: &mut Command, mut each: impl FnMut(&str)) -> Result<ExitStatus, Failure> {
    let mut child = command.stdout(Stdio::piped()).spawn().map_err(not_started(command))?;
    if let Some(output) = child.stdout.take() {
        for text in lines(BufReader::new(output)) {
            println!("{text}");
            each(&text);
        }
    }
    child.wait().map_err(not_started(command))
}

/// Replaces this process with the program where the system supports it, so that stopping this process stops the
/// program and no server is left running. On other systems the program runs in the foreground.
pub(crate) fn exec_or_run(command: &mut Command) -> Result<(), Failure> {
    // Buffered output would be lost with this process; a failed flush loses nothing else.
    let _ = io::stdout().flush();
    #[cfg(unix)]
    {
        let cause = std::os::unix::process::CommandExt::exec(command);
        Err(not_started(command)(cause))
    }
    #[cfg(not(unix))]
    run(command)
}

/// Lines of the output as text; bytes that aren't valid UTF-8 are replaced.
fn lines(mut reader: impl BufRead) -> impl Iterator<Item = String> {
    std::iter::from_fn(move || {
        let mut bytes = Vec::new();
        let length = reader.read_until(b'\n', &mut bytes).ok()?;
        (length > 0).then(|| String::from_utf8_lossy(&bytes).trim_end_matches(['\r', '\n']).to_owned())
    })
}

fn not_started(command: &Command) -> impl FnOnce(io::Error) -> Failure + use<> {
    let program = command.get_program().to_string_lossy().into_owned();
    move |cause| Failure::Start { program, cause }
}

/// The command line as a user would type it.
fn line(command: &Command) -> String {
    let program = std::path::Path::new(command.get_program());
    let program = program.file_stem().unwrap_or(program.as_os_str());
    let words: Vec<_> =
        std::iter::once(program).chain(command.get_args()).map(|word| word.to_string_lossy()).collect();
    words.join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn output_that_is_not_utf8_is_still_read_line_by_line() {
        let read: Vec<_> = lines(&b"one\r\n\xff\nlast"[..]).collect();
        assert_eq!(read, ["one", "\u{fffd}", "last"]);
    }

    #[test]
    fn a_failure_names_the_missing_program() {
        let failure = run(&mut Command::new("no-such-program-anywhere")).unwrap_err();
        assert!(failure.to_string().contains("no-such-program-anywhere"), "{failure}");
    }

    #[test]
    fn a_command_is_shown_without_the_folder_of_its_program() {
        let mut command = Command::new("/somewhere/bin/cargo");
        command.args(["test", "--workspace"]);
        assert_eq!(line(&command), "cargo test --workspace");
    }
}
