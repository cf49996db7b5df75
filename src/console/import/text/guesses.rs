//! Texts of the guesses about a file of users, and of their answers.

use pingone_mfa_core::import::{DirectionWord, Guess, Identity};
use pingone_mfa_core::ports::Locale;

pub const NAME: &str = "Check how the file is read";
/// Why no other action is offered.
pub const FIRST: &str =
    "Parts of this file could mean something else. Nothing is looked up or selected until you have answered.";
/// The lines above the header are not users.
pub const SKIP_LINES: &str = "Skip these lines";
/// The file has no header.
pub const READ_LINES: &str = "Read all lines as users";
/// Cells with several lines are intended.
pub const CELLS_ARE_RIGHT: &str = "The file is right";
/// Cells never have several lines.
pub const LINES_APART: &str = "Read each line by itself";
/// The numbers were not rounded.
pub const NUMBERS_ARE_RIGHT: &str = "The numbers are right";

/// Reads all cells as users.
pub const fn every_cell(identity: Identity) -> &'static str {
    match identity {
        Identity::Email => "Every address is a user",
        Identity::UserId => "Every ID is a user",
        Identity::Username | Identity::ExternalId => "Every cell is a user",
    }
}

const fn several(identity: Identity) -> &'static str {
    match identity {
        Identity::Email => "addresses",
        Identity::UserId => "user IDs",
        Identity::Username | Identity::ExternalId => "cells",
    }
}

/// Selects one column.
pub fn use_column(name: &str) -> String {
    format!("Use the column '{name}'")
}

/// Imports all lines, whatever a column says.
pub fn all_lines(locale: &dyn Locale, lines: usize) -> String {
    format!("Take all {} lines", locale.number(lines as u64))
}

/// Imports only the lines with one word.
pub fn only_lines(locale: &dyn Locale, word: &DirectionWord) -> String {
    let lines = locale.number(word.lines as u64);
    let noun = if word.lines == 1 { "line" } else { "lines" };
    format!("Take only the {lines} {noun} with {}", word_of(word))
}

fn word_of(word: &DirectionWord) -> String {
    quoted(&word.word)
}

fn quoted(word: &str) -> String {
    if word.is_empty() { "an empty cell".into() } else { format!("'{word}'") }
}

/// A guess. `name` returns a column's name.
pub fn sentence(locale: &dyn Locale, guess: &Guess, name: &dyn Fn(usize) -> String) -> String {
    let number = |number: usize| locale.number(number as u64);
    match guess {
        Guess::SeveralColumns { columns } => {
            let names: Vec<String> = columns.iter().map(|column| format!("'{}'", name(*column))).collect();
            format!("Several columns could identify the users: {}. Which one does?", names.join(", "))
        }
        Guess::UnnamedColumn { column } => format!(
            "No line names the columns. Does '{}' contain the usernames? If not, choose the column below.",
            name(*column)
        ),
        Guess::RowsOfUsers { columns, identity } => format!(
            "Lines of this file have up to {} {} each. Is each of them a user, or only those of one column? If so, choose it below.",
            number(*columns),
            several(*identity)
        ),
        Guess::LinesAboveHeader { lines: 1, first, header } => format!(
            "Line {}, above the column names in line {}, is skipped.",
            number(*first),
            number(*header)
        ),
        Guess::LinesAboveHeader { lines, first, header } => format!(
            "{} lines above the column names in line {} are skipped, beginning with line {}.",
            number(*lines),
            number(*header),
            number(*first)
        ),
        Guess::CellsOfSeveralLines { cells, line, lines } => {
            let others = match cells - 1 {
                0 => String::new(),
                1 => " One more cell has several lines, too.".into(),
                others => format!(" {} more cells have several lines, too.", number(others)),
            };
            format!(
                "Line {} has a cell of {} lines: is a quotation mark missing?{others}",
                number(*line),
                number(*lines)
            )
        }
        Guess::DifferingDirection { column, words } => {
            let words: Vec<String> =
                words.iter().map(|word| format!("{} ({})", word_of(word), number(word.lines))).collect();
            format!(
                "The column '{}' differs by line: {}. Which lines do you want to change?",
                name(*column),
                words.join(", ")
            )
        }
        Guess::RoundedNumbers { lines, line, value } => format!(
            "All long numbers of this column end in zeros ({} in all, line {}: {value}). A spreadsheet keeps 15 digits and replaces the others by zeros, so these may name other users.",
            number(*lines),
            number(*line)
        ),
    }
}

/// A column with the same word in every line.
pub fn same_direction(name: &str, word: &str) -> String {
    let word = quoted(word);
    format!("The column '{name}' says {word} in every line. Check that your change is what the file means.")
}

/// Lines that were selected by a word.
pub fn taken_direction(name: &str, word: &str) -> String {
    format!(
        "Only lines with {} in the column '{name}' are taken. Check that your change is what the file means.",
        quoted(word)
    )
}
