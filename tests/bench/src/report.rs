//! Renders the measured values as tables, each followed by the goals for our page. Values are rounded up, never
//! down; a goal is compared with the unrounded value.

use crate::course::{Scenario, grouped};
use crate::figures::{Contender, Figures, Measure};

/// An upper limit for a value of our page.
enum Goal {
    Median(Measure, f64),
    Worst(Measure, f64),
    /// A multiple of another contender's median.
    Times(Measure, Contender, f64),
}

/// Renders the report: the scenario without latency, the one with latency, the number of rounds, and remarks.
pub(crate) fn markdown(
    near: (&Scenario, &Figures),
    far: (&Scenario, &Figures),
    rounds: u32,
    remarks: &[&str],
) -> String {
    let mut parts = vec![format!(
        "# The directory, measured\n\nOne run on one machine: {rounds} rounds, the contenders in turn, each in a \
         fresh browser, the sandbox on another origin. Of two middles the median is the larger."
    )];
    parts.extend(remarks.iter().map(|remark| (*remark).to_owned()));
    parts.extend(near_sections(near.0, near.1));
    parts.push(far_section(far.0, far.1));
    parts.join("\n\n") + "\n"
}

fn near_sections(scenario: &Scenario, figures: &Figures) -> Vec<String> {
    use Contender::{Filter, Floor, Lanes, Page, Peer};
    use Measure::{Key, Listing, LongTasks, LongestTask, Memory, MemoryAfterUse, Rows, Sort};
    let users = grouped(scenario.users);
    let pages = scenario.users.div_ceil(200);
    let table = |title: &str, measure, unit, contenders: &[Contender], goals: &[Goal]| {
        format!(
            "## {title}\n\n{}{}",
            rows(figures, measure, unit, contenders),
            verdicts(figures, unit, goals)
        )
    };
    vec![
        table(
            &format!("Listing {users} users, {pages} pages, no added latency"),
            Listing,
            "ms",
            &[Floor, Lanes, Peer, Page],
            &[Goal::Times(Listing, Floor, 1.10)],
        ),
        table(
            &format!("From a key press to the frame with its count, {users} rows"),
            Key,
            "ms",
            &[Filter, Peer, Page],
            &[Goal::Median(Key, 25.0), Goal::Worst(Key, 50.0)],
        ),
        table(
            &format!("Sorting {users} rows by family name"),
            Sort,
            "ms",
            &[Peer, Page],
            &[Goal::Median(Sort, 120.0)],
        ),
        table(
            &format!("Memory with {users} users, after collection"),
            Memory,
            "MB",
            &[Floor, Filter, Peer, Page],
            &[Goal::Median(Memory, 40.0)],
        ),
        table(
            "The same after a search and a sort",
            MemoryAfterUse,
            "MB",
            &[Peer, Page],
            &[Goal::Median(MemoryAfterUse, 40.0)],
        ),
        table(
            "The longest task over 50 ms while listing and scrolling (0: there was none)",
            LongestTask,
            "ms",
            &[Peer, Page],
            &[Goal::Worst(LongestTask, 50.0)],
        ),
        table("How many such tasks there were", LongTasks, "", &[Peer, Page], &[]),
        table(
            "The most row elements while listing and scrolling",
            Rows,
            "",
            &[Peer, Page],
            &[Goal::Worst(Rows, 80.0)],
        ),
    ]
}

fn far_section(scenario: &Scenario, figures: &Figures) -> String {
    use Contender::{Floor, Lanes, Page};
    let title = format!(
        "Listing {} users in even populations, {} ms before every answer",
        grouped(scenario.users),
        scenario.latency_millis
    );
    let goals = [Goal::Times(Measure::Listing, Floor, 0.35), Goal::Times(Measure::Listing, Lanes, 1.15)];
    let rows = rows(figures, Measure::Listing, "ms", &[Floor, Lanes, Page]);
    format!("## {title}\n\n{rows}{}", verdicts(figures, "ms", &goals))
}

fn rows(figures: &Figures, measure: Measure, unit: &str, contenders: &[Contender]) -> String {
    let floor = figures.median(Contender::Floor, measure);
    let mut text =
        String::from("| | median | best | worst | times the loop | samples |\n|-|-:|-:|-:|-:|-:|\n");
    for contender in contenders {
        text += &row(figures, measure, unit, *contender, floor);
    }
    text
}

fn row(figures: &Figures, measure: Measure, unit: &str, contender: Contender, floor: Option<f64>) -> String {
    let name = contender.name();
    let sorted = figures.sorted(contender, measure);
    let (Some(median), Some(best), Some(worst)) =
        (figures.median(contender, measure), sorted.first(), sorted.last())
    else {
        return format!("| {name} | {} | | | | 0 |\n", missing(figures, contender, measure));
    };
    let [median_text, best, worst] = [median, *best, *worst].map(|figure| with_unit(figure, unit));
    let times = floor.map(|floor| round_up(median / floor, 3)).unwrap_or_default();
    format!("| {name} | {median_text} | {best} | {worst} | {times} | {} |\n", sorted.len())
}

fn missing(figures: &Figures, contender: Contender, measure: Measure) -> String {
    let why = figures.why_missing(contender, measure).unwrap_or("it didn't come to that");
    // A table cell is one line and can't contain a bar.
    let why: String = why.chars().map(|letter| if "\n|".contains(letter) { ' ' } else { letter }).collect();
    format!("not measured: {why}")
}

fn verdicts(figures: &Figures, unit: &str, goals: &[Goal]) -> String {
    let lines: Vec<_> = goals.iter().map(|goal| format!("\n{}\n", verdict(figures, unit, goal))).collect();
    lines.concat()
}

fn verdict(figures: &Figures, unit: &str, goal: &Goal) -> String {
    let page = Contender::Page;
    let (words, figure, most) = match goal {
        Goal::Median(measure, most) => {
            (format!("median at most {}", with_unit(*most, unit)), figures.median(page, *measure), *most)
        }
        Goal::Worst(measure, most) => {
            (format!("worst at most {}", with_unit(*most, unit)), figures.worst(page, *measure), *most)
        }
        Goal::Times(measure, other, most) => {
            let other_median = figures.median(*other, *measure);
            let ratio = figures.median(page, *measure).zip(other_median).map(|(ours, other)| ours / other);
            (format!("at most {most} times the {}", other.name()), ratio, *most)
        }
    };
    let digits = if matches!(goal, Goal::Times(..)) { 3 } else { 1 };
    match figure {
        None => format!("Goal: {words}: not measured"),
        Some(figure) if figure <= most => format!("Goal: {words}: met, {}", round_up(figure, digits)),
        Some(figure) => format!("Goal: {words}: **MISSED**, {}", round_up(figure, digits)),
    }
}

fn with_unit(figure: f64, unit: &str) -> String {
    format!("{} {unit}", round_up(figure, 1)).trim_end().to_owned()
}

/// Rounds up to a number of decimals.
fn round_up(figure: f64, digits: u8) -> String {
    let power = 10_f64.powi(i32::from(digits));
    let text = format!("{:.*}", usize::from(digits), (figure * power).ceil() / power);
    text.strip_suffix(".0").unwrap_or(&text).to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn figures(ours: f64, floor: f64) -> Figures {
        let mut figures = Figures::default();
        figures.add(Contender::Page, Measure::Listing, ours);
        figures.add(Contender::Floor, Measure::Listing, floor);
        figures
    }

    #[test]
    fn a_goal_that_is_barely_missed_is_shown_as_missed() {
        let goal = Goal::Times(Measure::Listing, Contender::Floor, 1.10);
        let text = verdict(&figures(1100.01, 1000.0), "ms", &goal);
        assert_eq!(text, "Goal: at most 1.1 times the loop, one cursor: **MISSED**, 1.101");
        let text = verdict(&figures(1099.0, 1000.0), "ms", &goal);
        assert_eq!(text, "Goal: at most 1.1 times the loop, one cursor: met, 1.099");
    }

    #[test]
    fn a_goal_without_a_value_is_not_measured() {
        let text = verdict(&Figures::default(), "ms", &Goal::Worst(Measure::Key, 50.0));
        assert_eq!(text, "Goal: worst at most 50 ms: not measured");
    }

    #[test]
    fn a_reason_is_escaped_for_its_table_cell() {
        let mut figures = figures(1.0, 1.0);
        figures.miss(Contender::Peer, Measure::Listing, "one\ntwo|three");
        let text = row(&figures, Measure::Listing, "ms", Contender::Peer, None);
        assert!(text.contains("| not measured: one two three |"), "{text}");
    }
}
