//! Saves a run as a file, so that it can be continued in another browser or on another computer.
//!
//! The file contains the entries of the run's journal unchanged: ids, states and PingOne's error codes, no names and no
//! token. It is text, because text survives mail and the page's own way of saving: a first line that identifies the
//! file, a line per entry in base64, and a last line with the number of entries and the CRC-32 of all lines before.
//!
//! ```text
//! pingone-mfa run file, version 1, environment 5f0c7e1a-22b1-4c0e-9a55-0d1f6a7bc2d4
//! AQFfDH4aIrFMDppVDR9qe8LU…
//! end 2 1c291ca3
//! ```
//!
//! The checksum detects accidental cuts and changes. It isn't proof against forgery: anyone can compute it.

use base64::Engine;
use base64::engine::GeneralPurpose;
use base64::engine::general_purpose::STANDARD;
use pingone::environment::EnvironmentId;
use thiserror::Error;
use uuid::Uuid;

use super::checksum::Checksum;
use super::journal::{Damage, Entry, Restored, restore};
use super::plan::PlanNumber;

/// The largest run file that is read, in bytes: 200,000 rows, all of them settled with a long message.
pub const RUN_FILE_LIMIT: u32 = 256 * 1024 * 1024;

/// The media type of a saved run file.
pub const MIME: &str = "text/plain;charset=utf-8";

const KIND: &str = "pingone-mfa run file, version ";

const ENVIRONMENT: &str = ", environment ";

const VERSION: u32 = 1;

const BASE64: GeneralPurpose = STANDARD;

/// The content of a run file that was read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RunFile {
    /// The entries of the journal, to be stored in this browser's journal.
    pub entries: Vec<Vec<u8>>,
    /// The run that the entries describe. Its plan contains the environment.
    pub restored: Restored,
}

/// Why a file can't be used. In that case no part of it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum RunFileFault {
    /// The file is something other than a run file.
    #[error("this isn't a run file")]
    OtherKind,
    /// A newer version of the page wrote the file.
    #[error("written by a newer version: {version}; this one reads {VERSION}")]
    Newer {
        /// The format version in the file's first line.
        version: u32,
    },
    /// The last line is missing or incomplete.
    #[error("the file was cut off")]
    Cut,
    /// The lines differ from those that were written.
    #[error("the file was altered: the checksum is wrong")]
    Altered,
    /// The file is larger than [`RUN_FILE_LIMIT`].
    #[error("the file is larger than 256 MB")]
    TooLarge,
    /// The file is intact, but its entries aren't a valid journal.
    #[error("the journal in the file: {0}")]
    Journal(Damage),
    /// The file is intact, but its plan is for another environment than the first line says.
    #[error("the plan in the file is for another environment than the file")]
    OtherEnvironment,
}

/// The file name for a run, for example `mfa-run-7F3A-91C2.txt`.
#[must_use]
pub fn file_name(number: PlanNumber) -> String {
    format!("mfa-run-{number}.txt")
}

/// Writes the entries of a run's journal, in order and unchanged. That a run was saved for another computer is
/// recorded only in the browser where it was saved, so those entries are left out.
#[must_use]
pub fn write(environment: EnvironmentId, entries: &[Vec<u8>]) -> String {
    let mut file = format!("{KIND}{VERSION}{ENVIRONMENT}{environment}\n");
    let entries: Vec<&Vec<u8>> = entries.iter().filter(|entry| !Entry::is_of_this_browser(entry)).collect();
    for entry in &entries {
        BASE64.encode_string(entry, &mut file);
        file.push('\n');
    }
    let sum = Checksum::of(file.as_bytes());
    file.push_str(&end(entries.len(), sum));
    file.push('\n');
    file
}

/// Reads a file that [`write()`] wrote, and restores its run. A run of any environment is read: the caller must
/// compare the plan's environment with its own.
///
/// # Errors
/// Any [`RunFileFault`]; the first one found is returned.
pub fn read(bytes: &[u8]) -> Result<RunFile, RunFileFault> {
    if bytes.len() > RUN_FILE_LIMIT as usize {
        return Err(RunFileFault::TooLarge);
    }
    // A run file that isn't valid UTF-8 was altered; any other file never was a run file.
    let text = std::str::from_utf8(bytes).map_err(|_| not_text(bytes))?;
    let mut lines: Vec<&str> = text.trim_start_matches('\u{feff}').trim_end().lines().collect();
    let environment = environment(lines.first().unwrap_or(&""))?;
    let last = lines.pop().unwrap_or_default();
    if !is_end(last) {
        return Err(RunFileFault::Cut);
    }
    let mut sum = Checksum::new();
    for line in &lines {
        sum.update(line.as_bytes());
        sum.update(b"\n");
    }
    let encoded = lines.get(1..).unwrap_or_default();
    if last != end(encoded.len(), sum.finish()) {
        return Err(RunFileFault::Altered);
    }
    let entries = encoded.iter().map(|line| BASE64.decode(line));
    let entries: Vec<Vec<u8>> = entries.collect::<Result<_, _>>().map_err(|_| RunFileFault::Altered)?;
    let restored = restore(&entries).map_err(RunFileFault::Journal)?;
    if restored.plan.environment != environment {
        return Err(RunFileFault::OtherEnvironment);
    }
    Ok(RunFile { entries, restored })
}

fn not_text(bytes: &[u8]) -> RunFileFault {
    if bytes.starts_with(KIND.as_bytes()) { RunFileFault::Altered } else { RunFileFault::OtherKind }
}

/// The environment in the first line. Checked before the checksum: a newer version may use another one.
fn environment(line: &str) -> Result<EnvironmentId, RunFileFault> {
    let rest = line.strip_prefix(KIND).ok_or(RunFileFault::OtherKind)?;
    let digits = rest.find(|letter: char| !letter.is_ascii_digit()).unwrap_or(rest.len());
    let (version, rest) = rest.split_at_checked(digits).unwrap_or_default();
    match version.parse() {
        // A file that was cut inside its version number may seem to have another version.
        _ if rest.is_empty() => return Err(RunFileFault::Cut),
        Ok(VERSION) => {}
        Ok(version) if version > VERSION => return Err(RunFileFault::Newer { version }),
        Ok(_) | Err(_) => return Err(RunFileFault::Altered),
    }
    let id = rest.strip_prefix(ENVIRONMENT).and_then(|id| Uuid::try_parse(id).ok());
    id.map(EnvironmentId).ok_or(if rest.len() < ENVIRONMENT.len() + 36 {
        RunFileFault::Cut
    } else {
        RunFileFault::Altered
    })
}

fn end(entries: usize, sum: u32) -> String {
    format!("end {entries} {sum:08x}")
}

/// Whether a line is a complete last line, with a right or wrong checksum.
fn is_end(line: &str) -> bool {
    let fields = line.strip_prefix("end ").and_then(|rest| rest.split_once(' '));
    fields.is_some_and(|(_, sum)| sum.len() == 8)
}

#[cfg(test)]
mod tests {
    use super::super::journal::Entry;
    use super::super::plan::{Plan, PlannedPauses, PlannedRow};
    use super::super::row::{Failure, Row, RowState};
    use super::*;
    use crate::run::record::Record;
    use pingone::time::Timestamp;
    use pingone::user::{Mfa, UserId};
    use proptest::prelude::*;

    const ENVIRONMENT_ID: EnvironmentId = EnvironmentId(Uuid::from_u128(99));

    fn plan(users: u128) -> Plan {
        let row = |number| PlannedRow {
            user: UserId(Uuid::from_u128(number)),
            from: Mfa::Off,
            read_at: Timestamp(5),
        };
        Plan {
            environment: ENVIRONMENT_ID,
            to: true,
            made_at: Timestamp(1_795_500_000_000),
            rows: (1..=users).map(row).collect(),
            left_out: vec![],
            reference: "CHG1".into(),
            stops: PlannedPauses::default(),
            reason: String::new(),
            undoes: None,
        }
    }

    fn settled(index: u32, state: RowState) -> Record {
        let row = Row { state, writes: 1, at: Some(Timestamp(9)), ..Row::default() };
        let failure = Failure { status: 503, code: None, message: "Ä".into() };
        Record::Settled { index, row, failure: (state == RowState::Failed).then_some(failure) }
    }

    fn entries() -> Vec<Vec<u8>> {
        let batches = [
            vec![Record::Intent(vec![0, 1, 2])],
            vec![settled(0, RowState::Changed), settled(2, RowState::Failed)],
        ];
        let plan = Entry::Plan(plan(5)).encode();
        std::iter::once(plan).chain(batches.map(|batch| Entry::Batch(batch).encode())).collect()
    }

    /// Replaces the last line by one that matches the others.
    fn signed(text: &str) -> String {
        let mut lines: Vec<&str> = text.lines().collect();
        lines.pop();
        let body = lines.join("\n") + "\n";
        format!("{body}{}\n", end(lines.len() - 1, crc32fast::hash(body.as_bytes())))
    }

    #[test]
    fn reading_a_file_restores_the_run_and_its_entries() {
        let file = read(write(ENVIRONMENT_ID, &entries()).as_bytes()).unwrap();
        assert_eq!(file.entries, entries());
        assert_eq!((file.restored.plan, file.restored.open), (plan(5), vec![1]));
        assert_eq!((file.restored.rows[0].state, file.restored.failures.len()), (RowState::Changed, 1));
    }

    #[test]
    fn the_format_of_run_files_does_not_change() {
        let text = write(ENVIRONMENT_ID, &[vec![1, 2, 255]]);
        assert_eq!(
            text,
            "pingone-mfa run file, version 1, environment 00000000-0000-0000-0000-000000000063\nAQL/\nend 1 eca43236\n"
        );
        assert_eq!(file_name(PlanNumber(0x7f3a_01c2)), "mfa-run-7F3A-01C2.txt");
    }

    #[test]
    fn line_endings_changed_by_mail_are_accepted() {
        let sent = format!("\u{feff}{}\r\n", write(ENVIRONMENT_ID, &entries()).replace('\n', "\r\n"));
        assert_eq!(read(sent.as_bytes()).map(|file| file.entries), Ok(entries()));
    }

    #[test]
    fn a_file_cut_at_any_position_is_refused() {
        let text = write(ENVIRONMENT_ID, &entries());
        for at in 0..text.trim_end().len() {
            let fault = if at <= KIND.len() { RunFileFault::OtherKind } else { RunFileFault::Cut };
            assert_eq!(read(&text.as_bytes()[..at]), Err(fault), "{at}");
        }
    }

    #[test]
    fn a_file_altered_at_any_position_is_refused() {
        let text = write(ENVIRONMENT_ID, &entries());
        for at in 0..text.trim_end().len() {
            for change in [0x01, 0x10, 0x80] {
                let mut bytes = text.clone().into_bytes();
                bytes[at] ^= change;
                assert!(read(&bytes).is_err(), "byte {at}");
            }
        }
        let other = text.replacen("AAAA", "AAAB", 1);
        assert_ne!(other, text);
        assert_eq!(read(other.as_bytes()), Err(RunFileFault::Altered));
        let without_a_line: Vec<&str> =
            text.lines().enumerate().filter(|(line, _)| *line != 2).map(|(_, line)| line).collect();
        assert_eq!(read(without_a_line.join("\n").as_bytes()), Err(RunFileFault::Altered));
    }

    #[test]
    fn other_files_newer_versions_and_files_without_a_run_get_different_faults() {
        let text = write(ENVIRONMENT_ID, &entries());
        for other in ["", "userId\r\n", "{\"kind\":\"pingone-mfa report\"}", "PK\u{3}\u{4}"] {
            assert_eq!(read(other.as_bytes()), Err(RunFileFault::OtherKind), "{other}");
        }
        assert_eq!(read(&[0xff, 0xfe, 0]), Err(RunFileFault::OtherKind));
        let newer = text.replace("version 1,", "version 12,");
        assert_eq!(read(newer.as_bytes()), Err(RunFileFault::Newer { version: 12 }));
        let none = write(ENVIRONMENT_ID, &[]);
        assert_eq!(read(none.as_bytes()), Err(RunFileFault::Journal(Damage::NoPlan)));
        let unknown_row = Entry::Batch(vec![Record::Intent(vec![77])]).encode();
        let senseless = write(ENVIRONMENT_ID, &[Entry::Plan(plan(5)).encode(), unknown_row]);
        assert_eq!(read(senseless.as_bytes()), Err(RunFileFault::Journal(Damage::Invalid)));
        let other = write(EnvironmentId(Uuid::from_u128(98)), &entries());
        assert_eq!(read(other.as_bytes()), Err(RunFileFault::OtherEnvironment));
    }

    #[test]
    fn an_entry_altered_before_saving_is_reported_as_journal_damage() {
        let mut entries = entries();
        entries[1][6] ^= 1;
        let file = write(ENVIRONMENT_ID, &entries);
        assert_eq!(read(file.as_bytes()), Err(RunFileFault::Journal(Damage::Altered)));
        let hand_made = signed(&write(ENVIRONMENT_ID, &self::entries()).replacen('A', "!", 1));
        assert_eq!(read(hand_made.as_bytes()), Err(RunFileFault::Altered));
    }

    #[test]
    fn two_hundred_thousand_rows_are_restored() {
        let records = (0..200_000).map(|index| settled(index, RowState::Changed)).collect::<Vec<_>>();
        let batches = records.chunks(32).map(|batch| Entry::Batch(batch.to_vec()).encode());
        let entries: Vec<Vec<u8>> =
            std::iter::once(Entry::Plan(plan(200_000)).encode()).chain(batches).collect();
        let file = read(write(ENVIRONMENT_ID, &entries).as_bytes()).unwrap();
        assert!(file.restored.rows.len() == 200_000 && file.restored.open.is_empty());
        assert!(file.restored.rows.iter().all(|row| row.state == RowState::Changed));
        assert!(file.entries == entries);
    }

    proptest! {
        #[test]
        fn arbitrary_lines_never_panic(lines in proptest::collection::vec("[A-Za-z0-9+/=]{0,40}", 0..6)) {
            let head = write(ENVIRONMENT_ID, &[]);
            let head = head.lines().next().unwrap_or_default();
            let text = signed(&format!("{head}\n{}\nend", lines.join("\n")));
            prop_assert!(read(text.as_bytes()).is_err());
        }
    }
}
