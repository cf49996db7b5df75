//! The command line of a measurement: number of rounds, quick mode, and the scenarios.

#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Options {
    /// How often each contender is measured.
    pub(crate) rounds: u32,
    /// Quick mode: only checks that everything works; the values are meaningless.
    pub(crate) is_quick: bool,
    /// The named scenarios. If empty, all are measured except those that must be named.
    pub(crate) named: Vec<String>,
}

impl Options {
    /// Parses the command line. `words` are the scenarios that may be named. The default number of rounds is
    /// `default_rounds`, or 1 in quick mode.
    pub(crate) fn read(
        arguments: impl IntoIterator<Item = String>,
        default_rounds: u32,
        words: &[&str],
    ) -> Result<Self, String> {
        let mut arguments = arguments.into_iter();
        let (mut rounds, mut is_quick, mut named) = (None, false, Vec::new());
        while let Some(argument) = arguments.next() {
            match argument.as_str() {
                "--quick" => is_quick = true,
                "--rounds" => {
                    let value = arguments.next().and_then(|value| value.parse().ok());
                    let value = value.filter(|rounds| *rounds > 0);
                    rounds = Some(value.ok_or("--rounds: a number from 1 on is missing")?);
                }
                word if words.contains(&word) => named.push(argument),
                _ if words.is_empty() => {
                    return Err(format!("{argument}: no such option; there are --rounds N and --quick"));
                }
                _ => {
                    let words = words.join(", ");
                    return Err(format!(
                        "{argument}: no such option; there are --rounds N, --quick, and the courses {words}"
                    ));
                }
            }
        }
        Ok(Self { rounds: rounds.unwrap_or(if is_quick { 1 } else { default_rounds }), is_quick, named })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(line: &str, words: &[&str]) -> Result<Options, String> {
        Options::read(line.split_whitespace().map(str::to_owned), 5, words)
    }

    #[test]
    fn the_default_number_of_rounds_can_be_changed() {
        let rounds = |line| read(line, &[]).map(|options| options.rounds);
        assert_eq!([rounds(""), rounds("--quick"), rounds("--quick --rounds 3")], [Ok(5), Ok(1), Ok(3)]);
    }

    #[test]
    fn named_scenarios_are_recorded() {
        assert_eq!(read("pace --rounds 2", &["pace", "far"]).unwrap().named, ["pace"]);
    }

    #[test]
    fn a_wrong_option_is_named_in_the_error() {
        assert!(read("--rounds 0", &[]).is_err_and(|problem| problem.starts_with("--rounds")));
        assert!(read("--round 3", &[]).is_err_and(|problem| problem.starts_with("--round:")));
        assert!(read("paces", &["pace"]).is_err_and(|problem| problem.starts_with("paces:")));
    }
}
