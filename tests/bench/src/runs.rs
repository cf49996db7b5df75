//! Measures runs of many users, compared with plain alternatives, and under rate limits that the page doesn't know.

mod background;
mod course;
mod crowd;
mod ground;
mod long;
mod table;
mod track;

use std::path::Path;

use course::Scenario;
use long::LongScenario;
use table::Line;
use track::Trial;

use crate::hand::Outcome;
use crate::options::Options;

/// Rounds per contender in scenarios without a limit when `--rounds` isn't given.
const ROUNDS: u32 = 3;

/// Remarks in every report.
const REMARKS: [&str; 5] = [
    "The clock is the sandbox's, and runs from the arrival of the first PUT to the arrival of the first request to the \
     list of users afterwards. The page begins to read back only when the last outcome is stored (strict transactions \
     of IndexedDB), so that request is a little later than the last stored outcome, never earlier; pool and script ask \
     for a list too when they have their last answer. A run's pilot user is changed before the clock starts.",
    "The page is used by its real interface: everyone is selected, reviewed, a test user named, the number typed, and \
     \"Continue\" pressed. Its journal is on, its screen and its table are shown.",
    "Unless a line says \"default ceilings\", config.json lifts them to 2,000 requests a second (`rate`), so that the \
     page is measured and not its politeness.",
    "The limits are token buckets that hold one second's worth, and one address may use all of it. Refused is the part \
     of what the limit counted. Goodput is users changed a second, and possible is what the limit permits: half of it \
     where preflights count.",
    "Every contender has a browser and an environment of its own, one after the other, on one machine.",
];

/// Everything that can be named on the command line.
fn words() -> Vec<&'static str> {
    let scenarios = Scenario::ALL.iter().map(|scenario| scenario.word());
    scenarios.chain(LongScenario::ALL.iter().map(|long| long.word())).collect()
}

/// The named scenarios; all if none is named.
fn scenarios(named: &[String]) -> impl Iterator<Item = Scenario> {
    Scenario::ALL
        .into_iter()
        .filter(|scenario| named.is_empty() || named.iter().any(|word| word == scenario.word()))
}

/// The named long scenarios, which are never run by default.
fn long(named: &[String]) -> impl Iterator<Item = LongScenario> {
    let of = |word: &String| LongScenario::ALL.into_iter().find(|long| long.word() == word);
    named.iter().filter_map(of)
}

/// Measures and writes the report.
pub(crate) async fn run(arguments: impl IntoIterator<Item = String>) -> Outcome<()> {
    let options = Options::read(arguments, ROUNDS, &words())?;
    let mut lines: Vec<Line> = Vec::new();
    for scenario in scenarios(&options.named) {
        let users = if options.is_quick { scenario.users() / 10 } else { scenario.users() };
        let mut scenario_lines: Vec<Line> =
            scenario.contenders().iter().map(|contender| Line::new(scenario, *contender, users)).collect();
        // The contenders alternate, so that changes on the machine affect all of them.
        for round in 1..=if scenario.is_limited() { 1 } else { options.rounds } {
            for line in &mut scenario_lines {
                eprintln!("{}, round {round}: {}", scenario.title(), line.contender.name());
                let users = line.users();
                // In a separate task, so that a panic (an element that isn't found) costs only one sample.
                match tokio::spawn(Trial::measure(scenario, line.contender, users)).await {
                    Ok(Ok(measured)) => line.samples.push(measured),
                    Ok(Err(error)) => line.missed = Some(error.to_string()),
                    Err(error) => line.missed = Some(error.to_string()),
                }
            }
        }
        lines.extend(scenario_lines);
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
    fn all_scenarios_are_measured_unless_some_are_named() {
        assert_eq!(scenarios(&read("")).count(), Scenario::ALL.len());
        assert_eq!(scenarios(&read("--rounds 2 pace drop")).count(), 2);
        let crowd = read("--quick crowd");
        assert_eq!((scenarios(&crowd).count(), long(&crowd).collect()), (0, vec![LongScenario::Crowd]));
    }
}
