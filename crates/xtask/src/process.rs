//! How other programs are run: watched, asked, streamed, or turned into.

use std::io::{self, BufRead, BufReader, Write};
use std::process::{Child, Command, ExitStatus, Stdio};

use crate::failure::Failure;

/// Runs a program in the foreground; a bad exit status is a failure.
pub(crate) fn run(command: &mut Command) -> Result<(), Failure> {
    let status = command.status().map_err(not_started(command))?;
    if status.success() {
        return Ok(());
    }
    Err(Failure::Exit { line: line(command), status })
}

/// Starts a program that runs beside this one.
pub(crate) fn begin(command: &mut Command) -> Result<Child, Failure> {
    command.spawn().map_err(not_started(command))
}

/// Runs a program and keeps what it prints. Where it fails, that is printed.
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

/// What a program prints when asked something, or nothing where it is missing or refuses.
pub(crate) fn answer(command: &mut Command) -> Option<String> {
    let output = command.stdin(Stdio::null()).output().ok()?;
    output.status.success().then(|| String::from_utf8_lossy(&output.stdout).into_owned())
}

/// Hands a text to a program and takes what it makes of it.
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

/// Runs a program whose output passes through, while `each` sees it line by line.
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

/// Becomes the program, where the system can do that: whoever then stops this process stops the
/// program, and no server is left behind. Elsewhere it is run in the foreground.
pub(crate) fn hand_over(command: &mut Command) -> Result<(), Failure> {
    // What is buffered would be lost with this process, and a failed flush only loses text.
    let _ = io::stdout().flush();
    #[cfg(unix)]
    {
        let cause = std::os::unix::process::CommandExt::exec(command);
        Err(not_started(command)(cause))
    }
    #[cfg(not(unix))]
    run(command)
}

/// Lines as text, whatever bytes a program prints.
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

/// The command as one would type it.
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
    fn output_that_is_no_text_still_comes_line_by_line() {
        let read: Vec<_> = lines(&b"one\r\n\xff\nlast"[..]).collect();
        assert_eq!(read, ["one", "\u{fffd}", "last"]);
    }

    #[test]
    fn a_failure_names_the_program_that_is_not_there() {
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
