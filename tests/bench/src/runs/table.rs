//! Renders the measured values of runs as a table. A goal is compared with the unrounded value, and values are
//! rounded to our disadvantage.

use crate::course::grouped;

use super::course::{Contender, Scenario};
use super::track::Measured;

/// The samples of one contender in one scenario.
pub(super) struct Line {
    pub(super) scenario: Scenario,
    pub(super) contender: Contender,
    scenario_users: u32,
    pub(super) samples: Vec<Measured>,
    pub(super) missed: Option<String>,
}

impl Line {
    pub(super) fn new(scenario: Scenario, contender: Contender, scenario_users: u32) -> Self {
        Self { scenario, contender, scenario_users, samples: Vec::new(), missed: None }
    }

    /// The number of users. The script is so slow that it gets a fifth of them.
    pub(super) fn users(&self) -> u32 {
        if self.contender == Contender::Script { self.scenario_users / 5 } else { self.scenario_users }
    }

    /// The median throughput. For an even count it is the smaller middle value for our page and the larger one for
    /// others, to our disadvantage.
    fn median(&self) -> Option<f64> {
        let mut paces: Vec<f64> = self.samples.iter().map(|sample| sample.per_second).collect();
        paces.sort_by(f64::total_cmp);
        let last = paces.len().checked_sub(1)?;
        let middle = if self.contender == Contender::Page { last / 2 } else { paces.len() / 2 };
        paces.get(middle).copied()
    }

    fn worst(&self, figure: impl Fn(&Measured) -> f64) -> f64 {
        self.samples.iter().map(figure).fold(0.0, f64::max)
    }
}

/// Renders the report's table.
pub(super) fn markdown(lines: &[Line], remarks: &[&str]) -> String {
    let mut parts = vec!["# Runs, measured".to_owned()];
    parts.extend(remarks.iter().map(|remark| (*remark).to_owned()));
    let mut table = String::from(
        "| course | who | users | users a second, median | samples | refused | goal | |\n|-|-|-:|-:|-|-:|-|-|\n",
    );
    for line in lines {
        table += &row(line, lines);
    }
    if !lines.is_empty() {
        parts.push(table);
    }
    parts.join("\n\n")
}

fn row(line: &Line, lines: &[Line]) -> String {
    let head =
        format!("| {} | {} | {} ", line.scenario.title(), line.contender.name(), grouped(line.users()));
    let Some(median) = line.median() else {
        let why = line.missed.as_deref().unwrap_or("it didn't come to that").replace(['\n', '|'], " ");
        return format!("{head}| not measured: {why} | | | | |\n");
    };
    let samples: Vec<_> = line.samples.iter().map(|sample| down(sample.per_second, 1)).collect();
    let refused = line.worst(|sample| sample.refused);
    let (goal, verdict) = verdict(line, median, refused, lines);
    let missed = line.missed.as_ref().map(|why| format!(" (missed: {why})")).unwrap_or_default();
    format!(
        "{head}| {} | {}{missed} | {} % | {goal} | {verdict} |\n",
        down(median, 1),
        samples.join(", "),
        up(refused * 100.0, 2)
    )
}

/// The goal, and whether the value meets it.
fn verdict(line: &Line, median: f64, refused: f64, lines: &[Line]) -> (String, String) {
    if line.contender != Contender::Page {
        return (String::new(), String::new());
    }
    match line.scenario {
        Scenario::Pace | Scenario::Far => {
            let pool = lines
                .iter()
                .find(|other| other.scenario == line.scenario && other.contender == Contender::Pool);
            let goal = "at least 0.95 times the pool".to_owned();
            let Some(ratio) = pool.and_then(Line::median).map(|pool| median / pool) else {
                return (goal, "no pool was measured".to_owned());
            };
            (goal, goal_verdict(ratio >= 0.95, &format!("{} times", down(ratio, 3))))
        }
        Scenario::Limit | Scenario::Hidden | Scenario::Counted => {
            let (least, most) = if line.scenario == Scenario::Hidden { (0.75, 0.05) } else { (0.90, 0.02) };
            let part = median / line.scenario.possible();
            let goal = format!(
                "at least {least:.2} of the {} users/s possible, at most {} % refused",
                line.scenario.possible(),
                most * 100.0
            );
            (goal, goal_verdict(part >= least && refused <= most, &format!("{} of it", down(part, 3))))
        }
        Scenario::Drop => {
            let fallen =
                line.worst(|sample| sample.adapted_after.map_or(f64::INFINITY, |(fallen, _)| fallen));
            let back = line.worst(|sample| sample.adapted_after.map_or(f64::INFINITY, |(_, back)| back));
            let words = format!("{} s down, {} s up", up(fallen, 1), up(back, 1));
            (
                "new pace within 30 s both ways".to_owned(),
                goal_verdict(fallen <= 30.0 && back <= 30.0, &words),
            )
        }
        Scenario::Neighbor => {
            let refusals: u32 =
                line.samples.iter().filter_map(|sample| sample.neighbor).map(|(_, no)| no).sum();
            let asked: u32 =
                line.samples.iter().filter_map(|sample| sample.neighbor).map(|(all, _)| all).sum();
            let words = format!("{refusals} of its {} requests", grouped(asked));
            ("the other client sees no 429".to_owned(), goal_verdict(refusals == 0 && asked > 0, &words))
        }
    }
}

pub(super) fn goal_verdict(is_met: bool, words: &str) -> String {
    if is_met { format!("met, {words}") } else { format!("**MISSED**, {words}") }
}

pub(super) fn down(figure: f64, digits: u8) -> String {
    rounded(figure, digits, f64::floor)
}

pub(super) fn up(figure: f64, digits: u8) -> String {
    rounded(figure, digits, f64::ceil)
}

fn rounded(figure: f64, digits: u8, round: impl Fn(f64) -> f64) -> String {
    let power = 10_f64.powi(i32::from(digits));
    format!("{:.*}", usize::from(digits), round(figure * power) / power)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(scenario: Scenario, contender: Contender, per_second: f64, refused: f64) -> Line {
        let samples = vec![Measured { per_second, refused, ..Measured::default() }];
        Line { samples, ..Line::new(scenario, contender, 3000) }
    }

    #[test]
    fn a_goal_that_is_barely_missed_is_shown_as_missed() {
        let text = |pace| {
            let lines = [
                line(Scenario::Pace, Contender::Page, pace, 0.0),
                line(Scenario::Pace, Contender::Pool, 200.0, 0.0),
            ];
            row(&lines[0], &lines)
        };
        assert!(text(190.0).contains("| met, 0.950 times |"), "{}", text(190.0));
        assert!(text(189.99).contains("| **MISSED**, 0.949 times |"), "{}", text(189.99));
    }

    #[test]
    fn of_two_middle_values_ours_is_the_smaller_and_others_the_larger() {
        let median = |contender| {
            let samples = [1.0, 2.0].map(|per_second| Measured { per_second, ..Measured::default() });
            Line { samples: samples.to_vec(), ..Line::new(Scenario::Pace, contender, 3000) }.median()
        };
        assert_eq!((median(Contender::Page), median(Contender::Pool)), (Some(1.0), Some(2.0)));
    }

    #[test]
    fn too_many_refusals_miss_a_goal_that_the_throughput_meets() {
        let lines = [line(Scenario::Limit, Contender::Page, 49.0, 0.0201)];
        let row = row(&lines[0], &lines);
        assert!(row.contains("2.01 %") && row.contains("MISSED"), "{row}");
    }

    #[test]
    fn a_missing_value_shows_its_reason_in_its_cell() {
        let mut line = Line::new(Scenario::Pace, Contender::Script, 3000);
        line.missed = Some("one\ntwo|three".into());
        assert!(row(&line, &[]).contains("| 600 | not measured: one two three |"), "{}", row(&line, &[]));
    }
}
