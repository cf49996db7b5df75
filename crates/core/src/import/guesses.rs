//! The guesses made when a file was parsed. A person has to confirm or correct each of them before
//! any user is matched or looked up.

use crate::digits::ascii_digits;

use super::columns::{Cells, is_comment, kind_of_rows, row_cells};
use super::direction::{DirectionWord, word_of};
use super::records::{Quotes, line_ends};
use super::{Identity, ImportFault, ImportFile, UserCells};

/// A guess about an import file. No user is matched or looked up until a person has answered it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Guess {
    /// Several columns could identify the users.
    SeveralColumns {
        /// Indexes of these columns, in the file's order. [`ImportFile::column`] is the guessed one.
        columns: Vec<usize>,
    },
    /// The column has no known name and its values could be anything: it is the first that isn't empty.
    UnnamedColumn {
        /// Index of the guessed column.
        column: usize,
    },
    /// The file has no header and every cell may be a user, or only those of one column: all are addresses, all are
    /// user IDs, or the file has a single line.
    RowsOfUsers {
        /// Number of cells in the longest line.
        columns: usize,
        /// The kind of identifier in the cells.
        identity: Identity,
    },
    /// There are lines above the detected header that may be users.
    LinesAboveHeader {
        /// Number of such lines above the header.
        lines: usize,
        /// Line number of the first of them, from 1.
        first: usize,
        /// Line number of the header, from 1.
        header: usize,
    },
    /// Quoted cells span several lines. A quotation mark may be missing.
    CellsOfSeveralLines {
        /// Number of cells that span several lines.
        cells: usize,
        /// Line number at which the record with the first of them begins, from 1.
        line: usize,
        /// Number of lines in that first cell.
        lines: usize,
    },
    /// A column states on or off, and differs between lines.
    DifferingDirection {
        /// Index of the direction column.
        column: usize,
        /// The different words in it, and how many lines have each.
        words: Vec<DirectionWord>,
    },
    /// All numbers of 16 digits or more end in zeros, as in a spreadsheet, which keeps only 15 digits.
    RoundedNumbers {
        /// Number of lines with such a number.
        lines: usize,
        /// Line number of the first of them, from 1.
        line: usize,
        /// The number in that first line.
        value: String,
    },
}

/// A person's answer to a guess, or a correction of the file's interpretation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Answer {
    /// The guess is right, and the file is to be read accordingly.
    Confirmed(Guess),
    /// Users are identified by the column at this index, and by this kind of identifier.
    Column(usize, Identity),
    /// Every cell is a user.
    EveryCell,
    /// Whether there is a header. Without one, all lines are read as users.
    Header(bool),
    /// No cell spans several lines: each line is parsed on its own.
    SingleLines,
    /// Only the lines with this word in this column are imported.
    FilterLines {
        /// Index of the column with the word.
        column: usize,
        /// The word to match, ignoring case.
        word: String,
    },
}

/// Number of digits that a spreadsheet keeps.
const KEPT_DIGITS: usize = 15;

impl ImportFile {
    /// The unanswered guesses. Until there are none, no user is matched or looked up.
    #[must_use]
    pub fn guesses(&self) -> Vec<&Guess> {
        self.guesses.iter().filter(|guess| !self.answered.contains(guess)).collect()
    }

    /// Applies an answer, and reads the entries again accordingly. This may raise other guesses.
    ///
    /// # Errors
    /// [`ImportFault::TooManyLines`]: parsed one by one, there are more lines than can be imported.
    pub fn answer(&mut self, answer: Answer) -> Result<(), ImportFault> {
        match answer {
            Answer::Confirmed(guess) => {
                self.answered.push(guess);
                return Ok(());
            }
            Answer::Column(column, identity) => self.set_column(column, identity),
            Answer::EveryCell => {
                self.set_column(0, self.identity_of_rows().unwrap_or(self.choice.identity));
                self.user_cells = UserCells::EveryCell;
            }
            Answer::Header(has_header) => {
                self.set_header(has_header);
                self.confirm_lines_above();
            }
            Answer::SingleLines => {
                self.quotes = Quotes::WithinLine;
                self.split();
                self.guess();
                return self.check_length();
            }
            Answer::FilterLines { column, word } => {
                let word = word_of(&self.spelling, &word);
                self.taken.retain(|(filtered, _)| *filtered != column);
                self.taken.push((column, word));
            }
        }
        self.interpret();
        Ok(())
    }

    /// Marks the question about lines above the header as answered: a person who sets the header has seen them.
    pub(super) fn confirm_lines_above(&mut self) {
        if let Some(guess) = self.lines_above_header() {
            self.answered.push(guess);
        }
    }

    pub(super) fn read_guesses(&self) -> Vec<Guess> {
        let structure = [self.cells_of_several_lines(), self.lines_above_header(), self.column_guess()];
        let directions = self.directions.iter().filter(|direction| {
            let is_filtered = self.taken.iter().any(|(column, _)| *column == direction.column);
            direction.words.len() > 1 && !is_filtered
        });
        let directions = directions.map(|direction| Guess::DifferingDirection {
            column: direction.column,
            words: direction.words.clone(),
        });
        structure.into_iter().flatten().chain(directions).chain(self.rounded_numbers()).collect()
    }

    fn column_guess(&self) -> Option<Guess> {
        let choice = &self.choice;
        let has_others = choice.is_fallback || !choice.alternatives.is_empty();
        if let Some(identity) = self.identity_of_rows().filter(|_| has_others) {
            let columns = self.first_rows().iter().map(Vec::len).max().unwrap_or_default();
            return Some(Guess::RowsOfUsers { columns, identity });
        }
        if choice.is_fallback {
            return Some(Guess::UnnamedColumn { column: choice.column });
        }
        if choice.alternatives.is_empty() {
            return None;
        }
        let mut columns = choice.alternatives.clone();
        columns.push(choice.column);
        columns.sort_unstable();
        Some(Guess::SeveralColumns { columns })
    }

    /// The kind of identifier in every cell, if each of them may be a user.
    fn identity_of_rows(&self) -> Option<Identity> {
        if self.header.is_some() {
            return None;
        }
        let lines = self.first_rows();
        let is_single_line = self.choice.is_fallback && lines.len() == 1;
        kind_of_rows(&self.spelling, &lines).or(is_single_line.then_some(Identity::Username))
    }

    fn first_rows(&self) -> Vec<Cells<'_>> {
        self.first_lines().into_iter().map(row_cells).collect()
    }

    fn lines_above_header(&self) -> Option<Guess> {
        let above = self.header.and_then(|header| self.records.get(..header))?;
        let skipped = above.iter().filter(|record| !is_comment(&self.cells(**record)));
        let skipped: Vec<usize> = skipped.map(|record| record.line).collect();
        let first = skipped.first().copied()?;
        Some(Guess::LinesAboveHeader { lines: skipped.len(), first, header: self.header_line() })
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
