//! Measures the size of the built page, raw and compressed as a server sends it.

use std::fmt::{self, Write as _};
use std::io::Write as _;
use std::path::Path;
use std::{fs, io};

use flate2::Compression;
use flate2::write::GzEncoder;

use crate::failure::Failure;

/// Total size of files, in bytes.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
struct Size {
    raw: u64,
    gzip: u64,
    brotli: u64,
}

impl Size {
    fn of(path: &Path) -> io::Result<Self> {
        let bytes = fs::read(path)?;
        let raw = bytes.len() as u64;
        let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
        encoder.write_all(&bytes)?;
        let gzip = encoder.finish()?.len() as u64;
        Ok(Self { raw, gzip, brotli: brotli_copy(path)?.unwrap_or(raw) })
    }

    fn add(&mut self, other: Self) {
        self.raw += other.raw;
        self.gzip += other.gzip;
        self.brotli += other.brotli;
    }

    fn columns(self) -> [u64; 3] {
        [self.raw, self.gzip, self.brotli]
    }
}

/// Size of the copy that Brotli compressed. A file has none if that made it larger, and the server sends it as it is.
fn brotli_copy(of: &Path) -> io::Result<Option<u64>> {
    let mut copy = of.as_os_str().to_owned();
    copy.push(".br");
    match fs::metadata(copy) {
        Ok(copy) => Ok(Some(copy.len())),
        Err(cause) if cause.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(cause) => Err(cause),
    }
}

/// Kinds of files that a first visit loads before the form can be used.
const KINDS: [&str; 5] = ["html", "js", "css", "svg", "wasm"];

/// Name prefixes of the second wasm and its style, which a first visit doesn't wait for.
const REST: [&str; 2] = ["rest-", "console-"];

/// Name prefixes of files that a first visit doesn't load: files for other pages (the frame's script and page, and
/// the element under its stable name), and the page for addresses that don't exist.
const NOT_LOADED: [&str; 4] = ["pingone-mfa-frame", "embed.html", "element.js", "404.html"];

/// Limit of a first visit in bytes, after gzip.
const LIMIT: u64 = 235_000;

/// Sizes of the files that a visit loads.
#[derive(Debug)]
pub(crate) struct Visit {
    kinds: Vec<(&'static str, Size)>,
    rest: Size,
}

impl Visit {
    pub(crate) fn of(folder: &Path) -> Result<Self, Failure> {
        Self::read(folder).map_err(Failure::file("read", folder))
    }

    fn read(folder: &Path) -> io::Result<Self> {
        let mut visit =
            Self { kinds: KINDS.map(|kind| (kind, Size::default())).to_vec(), rest: Size::default() };
        for entry in fs::read_dir(folder)? {
            let path = entry?.path();
            let name = path.file_name().unwrap_or_default().to_string_lossy();
            if NOT_LOADED.iter().any(|start| name.starts_with(start)) {
                continue;
            }
            let kind = path.extension().unwrap_or_default();
            // Compressed copies next to a file aren't counted: their ending isn't among the kinds.
            let is_rest =
                REST.iter().any(|start| name.starts_with(start)) && (kind == "wasm" || kind == "css");
            let place = visit.kinds.iter_mut().find(|(name, _)| kind == *name).map(|(_, size)| size);
            if let Some(size) = if is_rest { Some(&mut visit.rest) } else { place } {
                size.add(Size::of(&path)?);
            }
        }
        Ok(visit)
    }

    fn first(&self) -> Size {
        let mut first = Size::default();
        self.kinds.iter().for_each(|(_, size)| first.add(*size));
        first
    }

    /// Bytes of a first visit after gzip.
    pub(crate) fn first_gzip(&self) -> u64 {
        self.first().gzip
    }

    /// Fails if a first visit loads more than the limit.
    pub(crate) fn check_limit(&self) -> Result<(), Failure> {
        let bytes = self.first().gzip;
        if bytes <= LIMIT { Ok(()) } else { Err(Failure::Large { bytes, most: LIMIT }) }
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
    let mut text = format!("{:<11}{:>12}{:>11}{:>12}{:>11}{:>12}\n", "", "raw", "", "gzip -9", "", "brotli");
    for (name, size) in rows {
        let _ = write!(text, "{name:<11}");
        for bytes in size.columns() {
            let _ = write!(text, "{bytes:>10} B{:>8} kB", kilobytes(bytes));
        }
        text.push('\n');
    }
    text
}

/// Thousands of bytes, rounded to one decimal.
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
    fn repeated_bytes_compress_well() {
        let path = std::env::temp_dir().join(format!("xtask-size-{}.wasm", std::process::id()));
        fs::write(&path, [7; 10_000]).unwrap();
        let size = Size::of(&path).unwrap();
        fs::remove_file(&path).unwrap();
        assert!(size.gzip < 100, "{size:?}");
        assert_eq!([size.raw, size.brotli], [10_000, 10_000], "without a compressed copy");
    }

    #[test]
    fn a_file_is_counted_once_if_compressed_copies_exist() {
        let folder = std::env::temp_dir().join(format!("xtask-size-{}", std::process::id()));
        fs::create_dir_all(&folder).unwrap();
        for name in ["rest-00ff.wasm", "console-00ff.css", "pingone-mfa-00ff.wasm", "index.html"] {
            for (ending, len) in [("", 100), (".gz", 30), (".br", 20)] {
                fs::write(folder.join(format!("{name}{ending}")), vec![7; len]).unwrap();
            }
        }
        let visit = Visit::of(&folder).unwrap();
        fs::remove_dir_all(&folder).unwrap();
        assert_eq!((visit.first().raw, visit.rest.raw), (200, 200));
        assert_eq!((visit.first().brotli, visit.rest.brotli), (40, 40));
    }

    fn visit(form: u64, rest: u64) -> Visit {
        let size = |gzip| Size { raw: 3 * gzip, gzip, brotli: gzip / 2 };
        Visit { kinds: vec![("js", size(10)), ("wasm", size(form))], rest: size(rest) }
    }

    #[test]
    fn the_first_visit_has_a_limit_and_the_rest_has_none() {
        assert!(visit(LIMIT - 10, 5 * LIMIT).check_limit().is_ok());
        let message = visit(LIMIT - 9, 0).check_limit().unwrap_err().to_string();
        assert!(message.contains("235001 B"), "{message}");
    }

    #[test]
    fn the_table_shows_first_visit_rest_and_total() {
        let text = visit(150_000, 400_000).to_string();
        let kilobytes = |line: &str| {
            let numbers = line.split_whitespace().filter(|word| word.contains('.'));
            numbers.map(|number| number.parse().unwrap()).collect::<Vec<f64>>()
        };
        let sums: Vec<_> = text.lines().rev().take(3).map(kilobytes).collect();
        assert_eq!(sums, [[1650.0, 550.0, 275.0], [1200.0, 400.0, 200.0], [450.0, 150.0, 75.0]]);
    }

    #[test]
    fn a_row_shows_bytes_and_kilobytes_raw_and_compressed() {
        let text = render(&[("wasm", Size { raw: 512_345, gzip: 180_123, brotli: 150_987 })]);
        let row = "wasm           512345 B   512.3 kB    180123 B   180.1 kB    150987 B   151.0 kB\n";
        assert!(text.ends_with(row), "{text}");
    }
}
