//! Compresses the files of the release, once and as small as possible.

use std::io::{self, Write as _};

use brotli::CompressorWriter;
use flate2::Compression;
use flate2::write::GzEncoder;

/// Endings of the files that servers look for a compressed form of.
const ENDINGS: [&str; 6] = ["html", "js", "css", "wasm", "svg", "json"];

/// The highest quality, and the largest window that every browser accepts.
const QUALITY: u32 = 11;
const WINDOW: u32 = 24;
const BUFFER: usize = 1 << 16;

/// Whether a browser loads this file and compression makes it smaller.
pub(super) fn is_compressible(name: &str) -> bool {
    name.rsplit_once('.').is_some_and(|(_, ending)| ENDINGS.contains(&ending))
}

/// Compresses a file deterministically: the same bytes always give the same result.
type Pack = fn(&[u8]) -> io::Result<Vec<u8>>;

/// The compressed forms with their file name endings.
pub(super) const FORMS: [(&str, Pack); 2] = [("gz", gzip), ("br", brotli)];

fn gzip(plain: &[u8]) -> io::Result<Vec<u8>> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(plain)?;
    encoder.finish()
}

fn brotli(plain: &[u8]) -> io::Result<Vec<u8>> {
    let mut encoder = CompressorWriter::new(Vec::new(), BUFFER, QUALITY, WINDOW);
    encoder.write_all(plain)?;
    encoder.flush()?;
    Ok(encoder.into_inner())
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Read as _;

    #[test]
    fn both_forms_are_smaller_and_decompress_to_the_same_bytes() {
        let plain = "the same words again and again ".repeat(1_000).into_bytes();
        let [gzip, brotli] = FORMS.map(|(_, pack)| pack(&plain).unwrap());
        assert!(gzip.len() < 1_000 && brotli.len() < gzip.len(), "{} and {}", gzip.len(), brotli.len());
        let mut read = Vec::new();
        flate2::read::GzDecoder::new(&*gzip).read_to_end(&mut read).unwrap();
        assert_eq!(read, plain);
        read.clear();
        brotli::Decompressor::new(&*brotli, BUFFER).read_to_end(&mut read).unwrap();
        assert_eq!(read, plain);
    }

    #[test]
    fn files_that_browsers_do_not_load_are_not_compressed() {
        for name in ["_headers", "SHA256SUMS", "nginx.conf", "SECURITY.md", "boot-00ff.js.gz"] {
            assert!(!is_compressible(name), "{name}");
        }
        assert!(is_compressible("pingone-mfa-00ff.wasm"));
    }
}
