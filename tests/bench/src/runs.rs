//! Measures a run of many users beside what somebody would do instead, and under limits that nobody told the page of.

mod background;
mod course;
mod crowd;
mod ground;
mod long;
mod table;
mod track;

use std::path::Path;

use crate::hand::Outcome;
use course::Course;
use long::Long;
use table::Line;
use track::Track;

/// How often each contender of the courses without a limit runs where nobody asks for a number.
const ROUNDS: u32 = 3;

/// Told in every report.
const REMARKS: [&str; 5] = [
    "The clock is the sandbox's, and runs from the arrival of the first PUT to the arrival of the first request to the \
     list of users afterwards. The page begins to read back only when the last outcome is stored (strict transactions \
     of IndexedDB), so that request is a little later than the last stored outcome, never earlier; pool and script ask \
     for a list too when they have their last answer. A run's test user, whom a person looks at, is before the clock.",
    "The page is used by its real interface: everyone is selected, reviewed, a test user named, the number typed, and \
     \"Go on\" pressed. Its journal is on, its screen and its table are shown.",
    "Unless a line says \"default ceilings\", config.json lifts them to 2,000 requests a second (`rate`), so that the \
     page is measured and not its politeness.",
    "The limits are token buckets that hold one second's worth, and one address may use all of it. Refused is the part \
     of what the limit counted. Goodput is users changed a second, and possible is what the limit permits: half of it \
     where preflights count.",
    "Every contender has a browser and an environment of its own, one after the other, on one machine.",
];

#[derive(Debug, PartialEq, Eq)]
struct Options {
    rounds: u32,
    is_quick: bool,
    /// The courses' words; if nothing is named, all of them.
    only: Vec<String>,
    /// What takes so long that it has to be named.
    long: Vec<Long>,
}

impl Options {
    fn read(arguments: impl IntoIterator<Item = String>) -> Result<Self, String> {
        let mut arguments = arguments.into_iter();
        let (mut rounds, mut is_quick, mut only, mut long) = (None, false, Vec::new(), Vec::new());
        while let Some(argument) = arguments.next() {
            match argument.as_str() {
                "--quick" => is_quick = true,
                "--rounds" => {
                    let value =
                        arguments.next().and_then(|value| value.parse().ok()).filter(|rounds| *rounds > 0);
                    rounds = Some(value.ok_or("--rounds: a number from 1 on is missing")?);
                }
                word if Course::ALL.iter().any(|course| course.word() == word) => only.push(argument),
                word if Long::ALL.iter().any(|long| long.word() == word) => {
                    long.extend(Long::ALL.iter().filter(|long| long.word() == word));
                }
                _ => {
                    let words: Vec<_> = Course::ALL
                        .iter()
                        .map(|course| course.word())
                        .chain(Long::ALL.iter().map(|long| long.word()))
                        .collect();
                    let words = words.join(", ");
                    return Err(format!(
                        "{argument}: no such option; there are --rounds N, --quick, and the courses {words}"
                    ));
                }
            }
        }
        Ok(Self { rounds: rounds.unwrap_or(if is_quick { 1 } else { ROUNDS }), is_quick, only, long })
    }

    fn courses(&self) -> impl Iterator<Item = Course> {
        let is_all = self.only.is_empty() && self.long.is_empty();
        Course::ALL
            .into_iter()
            .filter(move |course| is_all || self.only.iter().any(|word| word == course.word()))
    }
}

/// Measures and writes the report.
pub(crate) async fn run(arguments: impl IntoIterator<Item = String>) -> Outcome<()> {
    let options = Options::read(arguments)?;
    let mut lines: Vec<Line> = Vec::new();
    for course in options.courses() {
        let users = if options.is_quick { course.users() / 10 } else { course.users() };
        let mut course_lines: Vec<Line> =
            course.contenders().iter().map(|contender| Line::new(course, *contender, users)).collect();
        // In turn, so that what changes on the machine meanwhile meets all of them.
        for round in 1..=if course.is_limited() { 1 } else { options.rounds } {
            for line in &mut course_lines {
                eprintln!("{}, round {round}: {}", course.title(), line.contender.name());
                let users = line.users();
                // As a task of its own, so that a page on which something isn't found costs one sample.
                match tokio::spawn(Track::measure(course, line.contender, users)).await {
                    Ok(Ok(measured)) => line.samples.push(measured),
                    Ok(Err(error)) => line.missed = Some(error.to_string()),
                    Err(error) => line.missed = Some(error.to_string()),
                }
            }
        }
        lines.extend(course_lines);
    }
    let mut remarks = REMARKS.to_vec();
    if options.is_quick {
        remarks.push("**A quick run, to see that everything works: its figures say nothing.**");
    }
    let mut text = table::markdown(&lines, &remarks);
    for long in options.long {
        eprintln!("{}", long.word());
        let is_quick = options.is_quick;
        let measured = tokio::spawn(async move { long.measure(is_quick).await }).await;
        let section = measured.map_err(|error| error.to_string());
        let section = section.and_then(|section| section.map_err(|error| error.to_string()));
        let word = long.word();
        text += &section.map_or_else(
            |why| format!("\n## {word}\n\nnot measured: {why}\n"),
            |section| format!("\n{section}"),
        );
    }
    print!("{text}");
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../target/bench");
    std::fs::create_dir_all(&folder)?;
    std::fs::write(folder.join("runs.md"), text)?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(line: &str) -> Result<Options, String> {
        Options::read(line.split_whitespace().map(str::to_owned))
    }

    #[test]
    fn everything_is_measured_unless_some_courses_are_named() {
        assert_eq!(read("").unwrap().courses().count(), Course::ALL.len());
        let some = read("--rounds 2 pace drop").unwrap();
        assert_eq!((some.rounds, some.courses().count()), (2, 2));
        let long = read("--quick crowd").unwrap();
        assert_eq!((long.courses().count(), long.long), (0, vec![Long::Crowd]));
    }

    #[test]
    fn a_wrong_option_is_named() {
        assert!(read("--rounds 0").is_err_and(|problem| problem.starts_with("--rounds")));
        assert!(read("paces").is_err_and(|problem| problem.starts_with("paces:")));
    }
}
