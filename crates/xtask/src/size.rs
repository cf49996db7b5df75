//! How large the built page is, raw and as a server sends it compressed.

use std::fmt::Write as _;
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

/// What is loaded when the page starts, beside the few lines of index.html.
const KINDS: [&str; 3] = ["wasm", "js", "css"];

/// The sizes of the files in `folder` by kind, as a table to print.
pub(crate) fn table(folder: &Path) -> Result<String, Failure> {
    let mut rows = Vec::new();
    let mut total = Size::default();
    for kind in KINDS {
        let size = of_kind(folder, kind).map_err(Failure::file("read", folder))?;
        total.add(size);
        rows.push((kind, size));
    }
    rows.push(("total", total));
    Ok(render(&rows))
}

fn of_kind(folder: &Path, kind: &str) -> io::Result<Size> {
    let mut sum = Size::default();
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        let is_for_host_pages =
            path.file_name().is_some_and(|name| name.to_string_lossy().starts_with("pingone-mfa-frame"));
        if !is_for_host_pages && path.extension().is_some_and(|extension| extension == kind) {
            sum.add(Size::of(&fs::read(path)?)?);
        }
    }
    Ok(sum)
}

fn render(rows: &[(&str, Size)]) -> String {
    let mut text = format!("{:<6}{:>12}{:>11}{:>12}{:>11}\n", "", "raw", "", "gzip -9", "");
    for (name, size) in rows {
        // Writing to a string can't fail.
        let _ = writeln!(
            text,
            "{name:<6}{:>10} B{:>8} kB{:>10} B{:>8} kB",
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
    fn a_row_shows_bytes_and_kilobytes_raw_and_compressed() {
        let text = render(&[("wasm", Size { raw: 512_345, gzip: 180_123 })]);
        assert!(text.ends_with("wasm      512345 B   512.3 kB    180123 B   180.1 kB\n"), "{text}");
    }
}
