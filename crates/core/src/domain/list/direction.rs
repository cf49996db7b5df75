//! Columns that say for each line whether MFA is on or off, or is to be. A run has one direction for everyone, so that
//! whoever presses a button must know what the file says.

use super::Identity;
use super::columns::Cells;
use super::spelling::Spelling;

/// A word of a column with a direction, and how many lines have it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DirectionWord {
    /// As the first of these lines writes it; empty for lines whose cell is.
    pub word: String,
    /// How many lines have it, in whatever capitals.
    pub lines: usize,
    /// Whether it means on, or off; `None` for any other word.
    pub means: Option<bool>,
}

/// A column with a direction.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Direction {
    /// The column's place, from 0.
    pub column: usize,
    /// What it says, in the order of the lines.
    pub words: Vec<DirectionWord>,
}

/// A column with more different words says something else.
const MOST_WORDS: usize = 8;

/// A header with one of these in it talks of a state.
const TALKS_OF: [&str; 15] = [
    "mfa", "2fa", "factor", "2step", "twostep", "otp", "status", "state", "enable", "disable", "activ",
    "aktiv", "action", "aktion", "zustand",
];

/// A header with one of these in it talks of a second factor. Lists mark it in many ways: `x`, a check mark, "enrolled".
const TALKS_OF_MFA: [&str; 8] =
    ["mfa", "2fa", "2step", "twostep", "twofactor", "2factor", "multifactor", "secondfactor"];

/// And with one of these too, it talks of something else about it.
const TALKS_OF_ELSE: [&str; 9] =
    ["phone", "device", "date", "time", "last", "method", "type", "mail", "number"];

/// Headers of a column that says what is to be done.
const TELLS_TO: [&str; 2] = ["action", "aktion"];

const ON: [&str; 20] = [
    "enabled",
    "enable",
    "on",
    "true",
    "yes",
    "y",
    "1",
    "active",
    "activated",
    "activate",
    "required",
    "enforced",
    "turn on",
    "aktiv",
    "aktiviert",
    "ein",
    "ja",
    "wahr",
    "oui",
    "si",
];

const OFF: [&str; 18] = [
    "disabled",
    "disable",
    "off",
    "false",
    "no",
    "n",
    "0",
    "inactive",
    "deactivated",
    "deactivate",
    "turn off",
    "inaktiv",
    "deaktiviert",
    "aus",
    "nein",
    "falsch",
    "non",
    "not required",
];

/// What tells on from off also in a column without a name.
const PLAIN: [&str; 8] = ["enabled", "enable", "disabled", "disable", "on", "off", "true", "false"];

/// Whether a word means on or off; `None` if neither.
fn meaning(word: &str) -> Option<bool> {
    if ON.contains(&word) {
        return Some(true);
    }
    OFF.contains(&word).then_some(false)
}

/// What is compared of a cell with a direction.
pub(super) fn word_of(spelling: &Spelling, cell: &str) -> String {
    spelling.key(cell, Identity::Username).into_owned()
}

/// Counts the words of one column.
#[derive(Debug, Default)]
struct Count {
    /// What is compared, and the word.
    words: Vec<(String, DirectionWord)>,
    has_too_many: bool,
}

impl Count {
    fn add(&mut self, spelling: &Spelling, cell: &str) {
        if self.has_too_many {
            return;
        }
        let key = word_of(spelling, cell);
        if let Some((_, word)) = self.words.iter_mut().find(|(known, _)| *known == key) {
            word.lines += 1;
            return;
        }
        if self.words.len() == MOST_WORDS {
            self.has_too_many = true;
            return;
        }
        let word = DirectionWord { word: spelling.plain(cell).into_owned(), lines: 1, means: meaning(&key) };
        self.words.push((key, word));
    }

    /// Whether the header says so and lines differ, or at least half of what is said is a direction.
    fn is_direction(&self, header: Option<&str>) -> bool {
        if self.has_too_many {
            return false;
        }
        if self.words.len() > 1 && header.is_some_and(asks_for_direction) {
            return true;
        }
        let lines = |holds: &dyn Fn(&str, &DirectionWord) -> bool| -> usize {
            self.words.iter().filter(|(key, word)| holds(key, word)).map(|(_, word)| word.lines).sum()
        };
        let filled = lines(&|key, _| !key.is_empty());
        let directions = match header {
            Some(name) if talks_of_state(name) => lines(&|_, word| word.means.is_some()),
            Some(_) => 0,
            None => lines(&|key, _| PLAIN.contains(&key)),
        };
        directions > 0 && directions * 2 >= filled
    }
}

fn talks_of_state(header: &str) -> bool {
    let name = letters_of(header);
    TALKS_OF.iter().any(|word| name.contains(word))
}

/// Whether lines that differ in a column of this name are meant for different directions, whatever they say.
fn asks_for_direction(header: &str) -> bool {
    let name = letters_of(header);
    let has_one_of = |words: &[&str]| words.iter().any(|word| name.contains(word));
    (has_one_of(&TALKS_OF_MFA) && !has_one_of(&TALKS_OF_ELSE)) || TELLS_TO.contains(&name.as_str())
}

fn letters_of(header: &str) -> String {
    let letters = header.chars().filter(|letter| letter.is_alphanumeric());
    letters.flat_map(char::to_lowercase).collect()
}

/// The columns with a direction among these lines; `names` are what the header calls the columns, `None` where there is
/// no header. The column at `except` names the users.
pub(super) fn directions<'a>(
    spelling: &Spelling,
    names: Option<&[String]>,
    lines: impl Iterator<Item = Cells<'a>>,
    except: usize,
) -> Vec<Direction> {
    let mut counts: Vec<Count> = Vec::new();
    for cells in lines {
        counts.resize_with(counts.len().max(cells.len()), Count::default);
        for (cell, count) in cells.iter().zip(&mut counts) {
            count.add(spelling, cell);
        }
    }
    let is_direction = |column: usize, count: &Count| {
        let name = names.map(|names| names.get(column).map(String::as_str).unwrap_or_default());
        column != except && count.is_direction(name)
    };
    let columns = counts.into_iter().enumerate().filter(|(column, count)| is_direction(*column, count));
    let words = |count: Count| count.words.into_iter().map(|(_, word)| word).collect();
    columns.map(|(column, count)| Direction { column, words: words(count) }).collect()
}

#[cfg(test)]
mod tests {
    use super::super::spelling::normalize;
    use super::*;

    fn found(header: Option<&str>, cells: &[&'static str]) -> Vec<(String, usize, Option<bool>)> {
        let names = header.map(|name| vec!["Username".to_owned(), name.to_owned()]);
        let lines = cells.iter().map(|cell| vec!["ana".into(), (*cell).into()]);
        let spelling = Spelling::new(normalize(), true);
        let directions = directions(&spelling, names.as_deref(), lines, 0);
        let words = directions.into_iter().flat_map(|direction| direction.words);
        words.map(|word| (word.word, word.lines, word.means)).collect()
    }

    #[test]
    fn a_column_with_a_direction_is_known_by_its_name_and_its_words() {
        let expected = [("Enabled".to_owned(), 2, Some(true)), ("Disabled".to_owned(), 1, Some(false))];
        for header in ["MFA Status", "2FA", "mfaEnabled", "Multi-factor authentication", "Status", "Action"] {
            assert_eq!(found(Some(header), &["Enabled", "Disabled", " enabled"]), expected, "{header}");
        }
        assert_eq!(found(None, &["Enabled", "Disabled", "ENABLED"]), expected);
        for cells in [["on", "off"], ["TRUE", "FALSE"], ["1", "0"], ["Ja", "Nein"], ["Ｏｎ", "Off"]] {
            let means: Vec<_> = found(Some("MFA"), &cells).into_iter().map(|(_, _, means)| means).collect();
            assert_eq!(means, [Some(true), Some(false)], "{cells:?}");
        }
        let with_others = found(Some("MFA Status"), &["Enabled", "", "Enforced", "Pending", "Enabled"]);
        assert_eq!(with_others.iter().map(|word| word.1).collect::<Vec<_>>(), [2, 1, 1, 1]);
    }

    #[test]
    fn lines_that_differ_under_a_name_of_mfa_have_a_direction_in_any_words() {
        for (header, cells) in [
            ("MFA", ["x", ""]),
            ("2-step verification", ["Enrolled", "Not enrolled"]),
            ("Multi-factor", ["✓", "✗"]),
            ("Action", ["Add", "Remove"]),
            ("Two-factor?", ["●", "○"]),
            ("MFA rollout", ["wave 1", "wave 2"]),
        ] {
            assert_eq!(found(Some(header), &cells).len(), 2, "{header}");
        }
        assert!(
            found(Some("MFA"), &["x", "X"]).is_empty(),
            "the same in every line, and of no known meaning"
        );
        assert!(found(Some("MFA phone"), &["+12025550101", ""]).is_empty());
        assert!(found(Some("Last MFA sign-in"), &["2026-11-01", "2026-11-02"]).is_empty());
        assert!(found(Some("Factory"), &["Oslo", "Turin"]).is_empty());
        assert!(found(Some("Transaction"), &["t1", "t2"]).is_empty());
    }

    #[test]
    fn other_columns_have_no_direction() {
        assert!(found(Some("Department"), &["On", "Off"]).is_empty());
        assert!(found(Some("State"), &["CA", "NY", "ON"]).is_empty(), "a state of a country");
        assert!(found(Some("Status"), &["new", "known", "gone"]).is_empty());
        assert!(found(Some("Status"), &["1", "2", "3", "4", "5", "6", "7", "8", "9"]).is_empty());
        assert!(found(None, &["1", "0"]).is_empty());
        assert!(found(Some("MFA"), &["", ""]).is_empty());
    }
}
