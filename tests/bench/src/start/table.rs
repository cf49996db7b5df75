//! Renders the report of `bench start`.

use std::fmt::Write as _;

use super::contender::Contender;
use super::line::{BITS, LATENCY_MILLIS, SLOWER, Start};

/// Goal: the maximum of the median, in milliseconds.
const MOST_MILLIS: f64 = 2500.0;

/// Goal: the maximum that a first visit loads, in bytes after gzip.
const MOST_BYTES: u64 = 235_000;

/// The measured starts of one contender.
pub(super) struct Measured {
    pub(super) contender: Contender,
    pub(super) starts: Vec<Start>,
}

impl Measured {
    fn millis(&self) -> Vec<f64> {
        let mut millis: Vec<f64> = self.starts.iter().map(|start| start.millis).collect();
        millis.sort_by(f64::total_cmp);
        millis
    }

    /// The median; for an even count the worse of the two middle values.
    fn median(&self) -> f64 {
        let millis = self.millis();
        millis.get(millis.len() / 2).copied().unwrap_or(f64::NAN)
    }

    /// The maximum of all starts.
    fn maximum(&self, count: impl Fn(&Start) -> u64) -> u64 {
        self.starts.iter().map(count).max().unwrap_or_default()
    }
}

pub(super) fn markdown(measured: &[Measured], rounds: u32, counted: u64) -> String {
    let megabits = f64::from(BITS) / 1e6;
    let mut text = format!(
        "# Size and start\n\nA first visit over {megabits} Mbit/s, {LATENCY_MILLIS} ms before every answer, a processor {SLOWER} \
         times slower than this machine's. Usable is the field that takes what is typed: enabled, visible and with the \
         focus, from the beginning of the visit. Each was measured {rounds} times in turn, in a browser that remembers \
         nothing, from nginx with files packed by gzip -9.\n\n\
         | | usable after, median | best | worst | bodies on the line | with heads | requests | to other hosts |\n\
         | --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: |\n"
    );
    for line in measured {
        let millis = line.millis();
        let (best, worst) = (millis.first().copied(), millis.last().copied());
        // Writing to a string can't fail.
        let _ = writeln!(
            text,
            "| {} | {:.0} ms | {:.0} ms | {:.0} ms | {} B | {} B | {} | {} |",
            line.contender.name(),
            line.median().ceil(),
            best.unwrap_or(f64::NAN).ceil(),
            worst.unwrap_or(f64::NAN).ceil(),
            line.maximum(|start| start.first.body),
            line.maximum(|start| start.first.whole),
            line.maximum(|start| start.first.requests.into()),
            line.maximum(|start| start.foreign.into()),
        );
    }
    if let Some(page) = measured.iter().find(|line| line.contender == Contender::Page) {
        let bytes = page.maximum(|start| start.first.body);
        let rest = page.maximum(|start| start.rest.body);
        let _ = write!(
            text,
            "\nThe files of a first visit weigh {counted} B after gzip -9 (`cargo xtask dist` counts them); {bytes} B \
             crossed the line, config.json included. {rest} B more followed while the form was shown.\n\n\
             Goal: usable after {MOST_MILLIS} ms at most, by the median: {}\n\n\
             Goal: a first visit of {MOST_BYTES} B after gzip at most, bodies as the line carried them: {}\n",
            verdict(page.median() <= MOST_MILLIS),
            verdict(bytes <= MOST_BYTES),
        );
    }
    text.push_str(
        "\nThe empty page is built by the same compiler, profile, wasm-opt and terser as the product, in one file. The \
         widget is measured with its bundle and its own style sheet, without the style sheet, fonts and logo that its \
         README takes from another host; a file stands for PingFederate's answer, which takes no time.\n",
    );
    text
}

fn verdict(is_met: bool) -> &'static str {
    if is_met { "met" } else { "**MISSED**" }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::start::line::Transferred;

    fn page(millis: &[f64], body: u64) -> Measured {
        let first = Transferred { body, whole: body + 300, requests: 9 };
        let starts = millis.iter().map(|millis| Start {
            millis: *millis,
            first,
            rest: Transferred::default(),
            foreign: 0,
        });
        Measured { contender: Contender::Page, starts: starts.collect() }
    }

    #[test]
    fn a_goal_that_is_barely_missed_is_shown_as_missed() {
        let text = markdown(&[page(&[2400.0, 2500.2, 2600.0], 235_001)], 3, 235_000);
        assert!(text.contains("| pingone-mfa | 2501 ms | 2400 ms | 2600 ms | 235001 B |"), "{text}");
        assert_eq!(text.matches("**MISSED**").count(), 2, "{text}");
    }

    #[test]
    fn a_goal_that_is_met_is_shown_as_met() {
        let text = markdown(&[page(&[2400.0, 2500.0, 9600.0], 235_000)], 3, 235_000);
        assert_eq!(text.matches(": met\n").count(), 2, "{text}");
    }
}
