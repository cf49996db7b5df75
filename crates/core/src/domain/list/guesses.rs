//! What a list could mean as well, so that a person is asked.

use super::super::digits::ascii_digits;
use super::columns::{are_rows_of_addresses, is_remark};
use super::direction::{DirectionWord, word_of};
use super::records::{Quotes, line_ends};
use super::{Identity, ImportFault, ImportFile, Naming};

/// Something that was guessed about a list. Nobody on it is looked for until a person has answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Guess {
    /// Several columns could name the users.
    SeveralColumns {
        /// Their places, in the file's order. [`ImportFile::column`] is the one that was guessed.
        columns: Vec<usize>,
    },
    /// No header names the column, and its values could be anything: it is the first that isn't empty.
    UnnamedColumn {
        /// Its place.
        column: usize,
    },
    /// There is no header and every cell is an address: either each is a user, or those of one column are.
    RowsOfAddresses {
        /// How many columns there are.
        columns: usize,
    },
    /// Lines that may name users stand above the one that was taken for the header.
    LinesAboveHeader {
        /// How many.
        lines: usize,
        /// Where the first of them is, counted from 1.
        first: usize,
        /// Where the header is.
        header: usize,
    },
    /// Quotation marks hold several lines together. One may be missing.
    CellsOfSeveralLines {
        /// How many cells have several lines.
        cells: usize,
        /// Where the line with the first of them begins, counted from 1.
        line: usize,
        /// How many lines that cell has.
        lines: usize,
    },
    /// A column says on or off, and not the same in every line.
    DifferingDirection {
        /// Its place.
        column: usize,
        /// What it says.
        words: Vec<DirectionWord>,
    },
    /// All numbers of 16 digits or more end in zeros, as spreadsheets leave them, which keep 15 digits.
    RoundedNumbers {
        /// How many lines have such a number.
        lines: usize,
        /// Where the first is, counted from 1.
        line: usize,
        /// What it says.
        value: String,
    },
}

/// What a person answers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Answer {
    /// The list is understood rightly in this point.
    Confirmed(Guess),
    /// Users are named in this column, by its place, and by this.
    Column(usize, Identity),
    /// Every cell names a user, by address.
    EveryCell,
    /// Whether a line names the columns. Without one, all lines are read.
    Header(bool),
    /// No cell has several lines: each line is read by itself.
    LinesApart,
    /// Only the lines that say this word in this column are taken.
    OnlyLinesWith {
        /// The column's place.
        column: usize,
        /// The word, in whatever capitals.
        word: String,
    },
}

/// So many digits a spreadsheet keeps of a number.
const KEPT_DIGITS: usize = 15;

impl ImportFile {
    /// What a person has to answer before anybody on the list is looked for.
    #[must_use]
    pub fn guesses(&self) -> Vec<&Guess> {
        self.guesses.iter().filter(|guess| !self.answered.contains(guess)).collect()
    }

    /// Takes an answer, and reads the list anew as it says.
    ///
    /// # Errors
    /// [`ImportFault::TooManyLines`]: read by themselves, there are more lines than a list may have.
    pub fn answer(&mut self, answer: Answer) -> Result<(), ImportFault> {
        match answer {
            Answer::Confirmed(guess) => {
                self.answered.push(guess);
                return Ok(());
            }
            Answer::Column(column, by) => self.choose(column, by),
            Answer::EveryCell => {
                self.choose(0, Identity::Email);
                self.naming = Naming::EveryCell;
            }
            Answer::Header(has_header) => {
                self.change_header(has_header);
                self.confirm_lines_above();
            }
            Answer::LinesApart => {
                self.quotes = Quotes::WithinLine;
                self.split();
                self.guess();
                return self.check_length();
            }
            Answer::OnlyLinesWith { column, word } => {
                let word = word_of(&self.spelling, &word);
                self.taken.retain(|(of, _)| *of != column);
                self.taken.push((column, word));
            }
        }
        self.understand();
        Ok(())
    }

    /// Whoever says which line is the header has seen what stands above it.
    pub(super) fn confirm_lines_above(&mut self) {
        if let Some(guess) = self.lines_above_header() {
            self.answered.push(guess);
        }
    }

    pub(super) fn read_guesses(&self) -> Vec<Guess> {
        let structure = [self.cells_of_several_lines(), self.lines_above_header(), self.column_guess()];
        let directions = self.directions.iter().filter(|direction| {
            let is_taken = self.taken.iter().any(|(column, _)| *column == direction.column);
            direction.words.len() > 1 && !is_taken
        });
        let directions = directions.map(|direction| Guess::DifferingDirection {
            column: direction.column,
            words: direction.words.clone(),
        });
        structure.into_iter().flatten().chain(directions).chain(self.rounded_numbers()).collect()
    }

    fn column_guess(&self) -> Option<Guess> {
        let choice = &self.choice;
        if choice.is_blind {
            return Some(Guess::UnnamedColumn { column: choice.column });
        }
        if choice.rivals.is_empty() {
            return None;
        }
        let lines = self.first_lines();
        if self.header.is_none() && are_rows_of_addresses(&self.spelling, &lines) {
            return Some(Guess::RowsOfAddresses { columns: self.columns.len() });
        }
        let mut columns = choice.rivals.clone();
        columns.push(choice.column);
        columns.sort_unstable();
        Some(Guess::SeveralColumns { columns })
    }

    fn lines_above_header(&self) -> Option<Guess> {
        let above = self.header.and_then(|header| self.records.get(..header))?;
        let unread = above.iter().filter(|record| !is_remark(&self.cells(**record)));
        let unread: Vec<usize> = unread.map(|record| record.line).collect();
        let first = unread.first().copied()?;
        Some(Guess::LinesAboveHeader { lines: unread.len(), first, header: self.header_line() })
    }

    fn cells_of_several_lines(&self) -> Option<Guess> {
        let records = self.records.iter().filter(|record| line_ends(record.text(&self.text).as_bytes()) > 0);
        let cells = records.flat_map(|record| {
            let ends = self.cells(*record).into_iter().map(|cell| line_ends(cell.as_bytes()));
            ends.filter(|ends| *ends > 0).map(|ends| (record.line, ends + 1)).collect::<Vec<_>>()
        });
        let cells: Vec<(usize, usize)> = cells.collect();
        let (line, lines) = cells.first().copied()?;
        Some(Guess::CellsOfSeveralLines { cells: cells.len(), line, lines })
    }

    fn rounded_numbers(&self) -> Option<Guess> {
        if self.choice.identity == Identity::UserId {
            return None;
        }
        let values = self.entries.iter().filter(|entry| entry.problem.is_none());
        let long: Vec<_> = values.filter(|entry| is_long_number(&entry.value)).collect();
        let first = long.first()?;
        let are_rounded = long.iter().all(|entry| is_rounded(&entry.value));
        are_rounded.then(|| Guess::RoundedNumbers {
            lines: long.len(),
            line: first.line,
            value: first.value.clone(),
        })
    }
}

fn is_long_number(value: &str) -> bool {
    let digits = ascii_digits(value);
    digits.len() > KEPT_DIGITS && digits.bytes().all(|byte| byte.is_ascii_digit())
}

fn is_rounded(value: &str) -> bool {
    let digits = ascii_digits(value);
    digits.get(KEPT_DIGITS..).is_some_and(|lost| lost.bytes().all(|byte| byte == b'0'))
}
