//! How large the built page is, raw and as a server sends it compressed.

use std::fmt::{self, Write as _};
use std::io::Write as _;
use std::path::Path;
use std::{fs, io};

use flate2::Compression;
use flate2::write::GzEncoder;

use crate::failure::Failure;

/// Bytes of one kind of file, or of all.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
struct Size {
    raw: u64,
    gzip: u64,
}

impl Size {
    fn of(bytes: &[u8]) -> io::Result<Self> {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
        encoder.write_all(bytes)?;
        let compressed = encoder.finish()?;
        Ok(Self { raw: bytes.len() as u64, gzip: compressed.len() as u64 })
    }

    fn add(&mut self, other: Self) {
        self.raw += other.raw;
        self.gzip += other.gzip;
    }
}

/// What a first visit loads, up to the form, by the kinds of its files.
const KINDS: [&str; 5] = ["html", "js", "css", "svg", "wasm"];

/// How the name of the file begins that a first visit doesn't wait for.
const REST: &str = "rest-";

/// How the names of what a first visit doesn't load begin: what only other pages load (the frame's script and page, and the
/// element under the name that stays), and the page for addresses that don't exist.
const ELSEWHERE: [&str; 4] = ["pingone-mfa-frame", "embed.html", "element.js", "404.html"];

/// The most that a first visit may load, after gzip.
const MOST: u64 = 200_000;

/// What the built page is for the network.
#[derive(Debug)]
pub(crate) struct Visit {
    kinds: Vec<(&'static str, Size)>,
    rest: Size,
}

impl Visit {
    /// The sizes of the files in `folder`.
    pub(crate) fn of(folder: &Path) -> Result<Self, Failure> {
        Self::read(folder).map_err(Failure::file("read", folder))
    }

    fn read(folder: &Path) -> io::Result<Self> {
        let mut visit =
            Self { kinds: KINDS.map(|kind| (kind, Size::default())).to_vec(), rest: Size::default() };
        for entry in fs::read_dir(folder)? {
            let path = entry?.path();
            let name = path.file_name().unwrap_or_default().to_string_lossy();
            if ELSEWHERE.iter().any(|start| name.starts_with(start)) {
                continue;
            }
            let kind = path.extension().unwrap_or_default();
            // Beside a file may stand its compressed forms, which are no files of their own for a browser.
            let is_rest = name.starts_with(REST) && kind == "wasm";
            let place = visit.kinds.iter_mut().find(|(name, _)| kind == *name).map(|(_, size)| size);
            if let Some(size) = if is_rest { Some(&mut visit.rest) } else { place } {
                size.add(Size::of(&fs::read(&path)?)?);
            }
        }
        Ok(visit)
    }

    fn first(&self) -> Size {
        let mut first = Size::default();
        self.kinds.iter().for_each(|(_, size)| first.add(*size));
        first
    }

    /// The bytes of a first visit after gzip.
    pub(crate) fn first_gzip(&self) -> u64 {
        self.first().gzip
    }

    /// Whether a first visit loads no more than it may.
    pub(crate) fn judge(&self) -> Result<(), Failure> {
        let bytes = self.first().gzip;
        if bytes <= MOST { Ok(()) } else { Err(Failure::Large { bytes, most: MOST }) }
    }
}

impl fmt::Display for Visit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut total = self.first();
        total.add(self.rest);
        let sums = [("first visit", self.first()), ("rest", self.rest), ("total", total)];
        let rows: Vec<_> = self.kinds.iter().copied().chain(sums).collect();
        f.write_str(&render(&rows))
    }
}

fn render(rows: &[(&str, Size)]) -> String {
    let mut text = format!("{:<11}{:>12}{:>11}{:>12}{:>11}\n", "", "raw", "", "gzip -9", "");
    for (name, size) in rows {
        // Writing to a string can't fail.
        let _ = writeln!(
            text,
            "{name:<11}{:>10} B{:>8} kB{:>10} B{:>8} kB",
            size.raw,
            kilobytes(size.raw),
            size.gzip,
            kilobytes(size.gzip)
        );
    }
    text
}

/// Thousands of bytes with one decimal, rounded.
fn kilobytes(bytes: u64) -> String {
    let tenths = (bytes + 50) / 100;
    format!("{}.{}", tenths / 10, tenths % 10)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kilobytes_are_thousands_and_rounded() {
        assert_eq!(kilobytes(1_249), "1.2");
        assert_eq!(kilobytes(1_250), "1.3");
        assert_eq!(kilobytes(999_960), "1000.0");
    }

    #[test]
    fn the_same_byte_again_and_again_compresses_well() {
        let size = Size::of(&[7; 10_000]).unwrap();
        assert_eq!(size.raw, 10_000);
        assert!(size.gzip < 100, "{size:?}");
    }

    #[test]
    fn a_file_counts_once_however_many_compressed_forms_stand_beside_it() {
        let folder = std::env::temp_dir().join(format!("xtask-size-{}", std::process::id()));
        fs::create_dir_all(&folder).unwrap();
        for name in ["rest-00ff.wasm", "pingone-mfa-00ff.wasm", "index.html"] {
            for ending in ["", ".gz", ".br"] {
                fs::write(folder.join(format!("{name}{ending}")), [7; 100]).unwrap();
            }
        }
        let visit = Visit::of(&folder).unwrap();
        fs::remove_dir_all(&folder).unwrap();
        assert_eq!((visit.first().raw, visit.rest.raw), (200, 100));
    }

    fn visit(form: u64, rest: u64) -> Visit {
        let size = |gzip| Size { raw: 3 * gzip, gzip };
        Visit { kinds: vec![("js", size(10)), ("wasm", size(form))], rest: size(rest) }
    }

    #[test]
    fn a_first_visit_has_a_limit_and_the_rest_has_none() {
        assert!(visit(MOST - 10, 5 * MOST).judge().is_ok());
        let message = visit(MOST - 9, 0).judge().unwrap_err().to_string();
        assert!(message.contains("200001 B"), "{message}");
    }

    #[test]
    fn the_first_visit_the_rest_and_their_sum_are_told_apart() {
        let text = visit(150_000, 400_000).to_string();
        let sums: Vec<_> =
            text.lines().rev().take(3).map(|line| line.rsplit("  ").next().unwrap().trim()).collect();
        assert_eq!(sums, ["550.0 kB", "400.0 kB", "150.0 kB"]);
    }

    #[test]
    fn a_row_shows_bytes_and_kilobytes_raw_and_compressed() {
        let text = render(&[("wasm", Size { raw: 512_345, gzip: 180_123 })]);
        assert!(text.ends_with("wasm           512345 B   512.3 kB    180123 B   180.1 kB\n"), "{text}");
    }
}
