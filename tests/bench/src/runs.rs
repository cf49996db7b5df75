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
use crate::options::Options;
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

/// The words of all that can be named.
fn words() -> Vec<&'static str> {
    let courses = Course::ALL.iter().map(|course| course.word());
    courses.chain(Long::ALL.iter().map(|long| long.word())).collect()
}

/// The courses that are named; all of them if nothing is.
fn courses(named: &[String]) -> impl Iterator<Item = Course> {
    Course::ALL
        .into_iter()
        .filter(|course| named.is_empty() || named.iter().any(|word| word == course.word()))
}

/// What takes so long that it has to be named.
fn long(named: &[String]) -> impl Iterator<Item = Long> {
    let of = |word: &String| Long::ALL.into_iter().find(|long| long.word() == word);
    named.iter().filter_map(of)
}

/// Measures and writes the report.
pub(crate) async fn run(arguments: impl IntoIterator<Item = String>) -> Outcome<()> {
    let options = Options::read(arguments, ROUNDS, &words())?;
    let mut lines: Vec<Line> = Vec::new();
    for course in courses(&options.named) {
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
    for long in long(&options.named) {
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

    fn read(line: &str) -> Vec<String> {
        Options::read(line.split_whitespace().map(str::to_owned), ROUNDS, &words()).unwrap().named
    }

    #[test]
    fn everything_is_measured_unless_some_courses_are_named() {
        assert_eq!(courses(&read("")).count(), Course::ALL.len());
        assert_eq!(courses(&read("--rounds 2 pace drop")).count(), 2);
        let crowd = read("--quick crowd");
        assert_eq!((courses(&crowd).count(), long(&crowd).collect()), (0, vec![Long::Crowd]));
    }
}
