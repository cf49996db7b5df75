//! Detection of columns that state for each line whether MFA is on or off, or should be, or whether the line is meant at
//! all. A run changes all its users in the same direction, so such a column must be brought to the attention of the
//! person who starts it.

use pingone::redaction::secrets::redact_among_names;

use super::Identity;
use super::columns::Cells;
use super::spelling::Spelling;

/// A word in a direction column, and how many lines have it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DirectionWord {
    /// The word as the first of these lines writes it; empty for lines with an empty cell.
    pub word: String,
    /// How many lines have it, ignoring case.
    pub lines: usize,
    /// `Some(true)` if the word means on, `Some(false)` if it means off; `None` for any other word.
    pub means: Option<bool>,
}

/// A column that states on or off, or an action, for each line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Direction {
    /// Index of the column in the file, from 0.
    pub column: usize,
    /// The different words of the column, in the order of their first lines.
    pub words: Vec<DirectionWord>,
}

/// A column with more different words isn't a direction column.
const MAX_WORDS: usize = 8;

/// A header that contains one of these is about a state.
const STATE_WORDS: [&str; 21] = [
    "mfa", "2fa", "factor", "2step", "twostep", "otp", "status", "statut", "state", "estado", "stato",
    "enable", "disable", "activ", "aktiv", "actif", "attiv", "action", "aktion", "zustand", "état",
];

/// A header that contains one of these is about MFA. Files mark it in many ways: `x`, a check mark, "enrolled".
const MFA_WORDS: [&str; 8] =
    ["mfa", "2fa", "2step", "twostep", "twofactor", "2factor", "multifactor", "secondfactor"];

/// If one of the header's words is one of these, also in the plural, the column holds a detail such as a phone number.
const DETAIL_WORDS: [&str; 18] = [
    "phone",
    "telephone",
    "telefon",
    "device",
    "gerät",
    "date",
    "datum",
    "time",
    "timestamp",
    "datetime",
    "last",
    "method",
    "type",
    "mail",
    "email",
    "number",
    "phonenumber",
    // This page's own column `leftOutBecause`.
    "because",
];

/// A header that contains one of these, blanks aside, says which of the lines are meant.
const SELECTION_WORDS: [&str; 35] = [
    "exclu",
    "exempt",
    "excep",
    "inclu",
    "esclu",
    "scope",
    "optout",
    "optin",
    "optedout",
    "optedin",
    "skip",
    "ignor",
    "omit",
    "omett",
    "leaveout",
    "leftout",
    "whitelist",
    "blacklist",
    "allowlist",
    "denylist",
    "blocklist",
    "enrol",
    "rollout",
    "pilot",
    "ausnahme",
    "ausschl",
    "ausgeschl",
    "ausgenomm",
    "ausgelass",
    "einschl",
    "eingeschl",
    "überspr",
    "uitsl",
    "uitgesl",
    "uebersprin",
];

/// A header with one of these words says which of the lines are meant, too: "do not change", "ne pas modifier".
const NEGATIONS: [&str; 11] =
    ["not", "dont", "nicht", "kein", "keine", "pas", "niet", "non", "no", "não", "nao"];

/// Headers of columns that state what is to be done.
const ACTION_NAMES: [&str; 4] = ["action", "aktion", "todo", "whattodo"];

/// Words that tell what is to be done, at either end of a cell, in a column of any name.
const VERBS: [&str; 28] = [
    "enable",
    "disable",
    "activate",
    "deactivate",
    "turn on",
    "turn off",
    "switch on",
    "switch off",
    "aktivieren",
    "deaktivieren",
    "einschalten",
    "ausschalten",
    "activer",
    "désactiver",
    "desactiver",
    "activar",
    "desactivar",
    "habilitar",
    "deshabilitar",
    "desabilitar",
    "attivare",
    "disattivare",
    "abilitare",
    "disabilitare",
    "ativar",
    "desativar",
    "inschakelen",
    "uitschakelen",
];

const ON: [&str; 28] = [
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
    "sí",
    "sì",
    "actif",
    "activé",
    "activo",
    "attivo",
    "aktivieren",
    "einschalten",
];

const OFF: [&str; 25] = [
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
    "inactif",
    "désactivé",
    "inactivo",
    "inattivo",
    "disattivo",
    "not required",
    "deaktivieren",
    "ausschalten",
];

/// Words that mean on or off even in a column without a name.
const UNAMBIGUOUS_WORDS: [&str; 8] =
    ["enabled", "enable", "disabled", "disable", "on", "off", "true", "false"];

/// `Some(true)` for a word that means on, `Some(false)` for off; `None` if neither.
fn meaning(word: &str) -> Option<bool> {
    if ON.contains(&word) {
        return Some(true);
    }
    OFF.contains(&word).then_some(false)
}

/// The word of a cell as it is shown, without tokens.
fn shown_word(spelling: &Spelling, cell: &str) -> String {
    redact_among_names(&spelling.plain(cell))
}

/// The normalized word of a cell, for comparison.
pub(super) fn word_of(spelling: &Spelling, cell: &str) -> String {
    spelling.key(&shown_word(spelling, cell), Identity::Username).into_owned()
}

#[derive(Debug, Default)]
struct WordCount {
    /// The normalized word, and the word as it is written.
    words: Vec<(String, DirectionWord)>,
    has_too_many: bool,
}

impl WordCount {
    fn add(&mut self, spelling: &Spelling, cell: &str) {
        if self.has_too_many {
            return;
        }
        let key = word_of(spelling, cell);
        if let Some((_, word)) = self.words.iter_mut().find(|(known, _)| *known == key) {
            word.lines += 1;
            return;
        }
        if self.words.len() == MAX_WORDS {
            self.has_too_many = true;
            return;
        }
        let word = DirectionWord { word: shown_word(spelling, cell), lines: 1, means: meaning(&key) };
        self.words.push((key, word));
    }

    /// Whether the header names a direction or a selection and the lines differ, or at least half of the non-empty cells
    /// mean on or off, or tell different things to do.
    fn is_direction(&self, header: Option<&str>) -> bool {
        if self.has_too_many {
            return false;
        }
        let has_marks = self.words.iter().all(|(key, word)| word.means.is_some() || key.chars().count() <= 1);
        let is_about_lines = |header| names_direction(header) || has_marks && names_selection(header);
        if self.words.len() > 1 && header.is_some_and(is_about_lines) {
            return true;
        }
        let lines = |holds: &dyn Fn(&str, &DirectionWord) -> bool| -> usize {
            self.words.iter().filter(|(key, word)| holds(key, word)).map(|(_, word)| word.lines).sum()
        };
        let filled = lines(&|key, _| !key.is_empty());
        let directions = match header {
            Some(name) if mentions_state(name) => lines(&|_, word| word.means.is_some()),
            Some(_) => 0,
            None => lines(&|key, _| UNAMBIGUOUS_WORDS.contains(&key)),
        };
        let verbs = if self.words.len() > 1 { lines(&|key, _| tells_what_to_do(key)) } else { 0 };
        let most = directions.max(verbs);
        most > 0 && most * 2 >= filled
    }
}

/// Whether a cell is about MFA (`without MFA`), or begins or ends with a verb: `Enable it`, `bitte aktivieren`.
fn tells_what_to_do(cell: &str) -> bool {
    let letters = letters_of(cell);
    let has_verb = |verb: &&str| {
        cell.strip_prefix(verb).is_some_and(|rest| !rest.starts_with(char::is_alphanumeric))
            || cell.strip_suffix(verb).is_some_and(|rest| !rest.ends_with(char::is_alphanumeric))
    };
    VERBS.iter().any(has_verb) || MFA_WORDS.iter().any(|word| letters.contains(word))
}

fn mentions_state(header: &str) -> bool {
    let name = letters_of(header);
    STATE_WORDS.iter().any(|word| name.contains(word))
}

/// Whether different words in a column of this name mean different directions, in any language.
fn names_direction(header: &str) -> bool {
    let is_detail = |word: &String| DETAIL_WORDS.contains(&word.strip_suffix('s').unwrap_or(word));
    let has_detail = words_of(header).iter().any(is_detail);
    names_selection(header) && !has_detail || ACTION_NAMES.contains(&letters_of(header).as_str())
}

/// Whether a header is about the lines that are meant, or about a detail of them: "do not change at this time".
fn names_selection(header: &str) -> bool {
    let name = letters_of(header);
    let words = words_of(header);
    let has = |wanted: &[&str]| words.iter().any(|word| wanted.contains(&word.as_str()));
    let contains = |wanted: &[&str]| wanted.iter().any(|word| name.contains(word));
    // A column of line numbers is called "No."
    let is_negated = words.len() > 1 && has(&NEGATIONS);
    is_negated || has(&["excl", "incl"]) || contains(&MFA_WORDS) || contains(&SELECTION_WORDS)
}

/// Whether a line without users may name a direction column by this cell.
pub(super) fn may_name_direction(cell: &str) -> bool {
    names_direction(cell) || mentions_state(cell)
}

/// The words of a header in lowercase, also those of `mfaPhoneNumber`.
fn words_of(header: &str) -> Vec<String> {
    let mut words = String::new();
    let mut was_lowercase = false;
    for letter in header.chars().filter(|letter| !matches!(letter, '\'' | '’')) {
        if was_lowercase && letter.is_uppercase() {
            words.push(' ');
        }
        was_lowercase = letter.is_lowercase();
        words.extend(letter.to_lowercase());
    }
    let words = words.split(|letter: char| !letter.is_alphanumeric()).filter(|word| !word.is_empty());
    words.map(str::to_owned).collect()
}

fn letters_of(header: &str) -> String {
    let letters = header.chars().filter(|letter| letter.is_alphanumeric());
    letters.flat_map(char::to_lowercase).collect()
}

/// The direction columns among these lines. `name` returns the name of the column at an index, `None` if it can't have
/// one. The column at index `except` identifies the users.
pub(super) fn directions<'a>(
    spelling: &Spelling,
    name: impl Fn(usize) -> Option<String>,
    lines: impl Iterator<Item = Cells<'a>>,
    except: usize,
) -> Vec<Direction> {
    let mut counts: Vec<WordCount> = Vec::new();
    for cells in lines {
        counts.resize_with(counts.len().max(cells.len()), WordCount::default);
        for (cell, count) in cells.iter().zip(&mut counts) {
            count.add(spelling, cell);
        }
    }
    let is_direction =
        |column: usize, count: &WordCount| column != except && count.is_direction(name(column).as_deref());
    let columns = counts.into_iter().enumerate().filter(|(column, count)| is_direction(*column, count));
    let words = |count: WordCount| count.words.into_iter().map(|(_, word)| word).collect();
    columns.map(|(column, count)| Direction { column, words: words(count) }).collect()
}

#[cfg(test)]
mod tests {
    use super::super::spelling::normalize;
    use super::*;

    fn found(header: Option<&str>, cells: &[&'static str]) -> Vec<(String, usize, Option<bool>)> {
        let lines = cells.iter().map(|cell| vec!["ana".into(), (*cell).into()]);
        let spelling = Spelling::new(normalize(), true);
        let directions = directions(&spelling, |_| header.map(str::to_owned), lines, 0);
        let words = directions.into_iter().flat_map(|direction| direction.words);
        words.map(|word| (word.word, word.lines, word.means)).collect()
    }

    #[test]
    fn a_direction_column_is_recognized_by_its_name_and_words() {
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
    fn a_column_named_after_mfa_is_a_direction_column_if_its_lines_differ_in_any_words() {
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
            "the same in every line, and without a known meaning"
        );
        for header in ["MFA phone", "mfaPhoneNumber", "MFA devices", "Exclusion e-mail", "Opt-out date"] {
            assert!(found(Some(header), &["+12025550101", ""]).is_empty(), "{header}");
        }
        assert!(found(Some("Last MFA sign-in"), &["2026-11-01", "2026-11-02"]).is_empty());
        assert!(found(Some("Factory"), &["Oslo", "Turin"]).is_empty());
        assert!(found(Some("Transaction"), &["t1", "t2"]).is_empty());
    }

    #[test]
    fn other_columns_are_not_direction_columns() {
        assert!(found(Some("Department"), &["On", "Off"]).is_empty());
        assert!(found(Some("State"), &["CA", "NY", "ON"]).is_empty(), "states and provinces");
        assert!(found(Some("Status"), &["new", "known", "gone"]).is_empty());
        assert!(found(Some("Status"), &["1", "2", "3", "4", "5", "6", "7", "8", "9"]).is_empty());
        assert!(found(None, &["1", "0"]).is_empty());
        assert!(found(Some("MFA"), &["", ""]).is_empty());
    }
}
