//! The hash of a file, in the three forms that the page uses.

use std::fmt::Write as _;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use sha2::{Digest as _, Sha256, Sha384};

/// A SHA-384, the hash that integrity attributes usually carry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Fingerprint(Vec<u8>);

impl Fingerprint {
    pub(super) fn of(bytes: &[u8]) -> Self {
        Self(Sha384::digest(bytes).to_vec())
    }

    /// The whole hash, as browsers compare it.
    pub(super) fn integrity(&self) -> String {
        format!("sha384-{}", STANDARD.encode(&self.0))
    }

    /// The hash for file names: long enough to avoid collisions.
    pub(super) fn short(&self) -> String {
        hex(&self.0).chars().take(16).collect()
    }

    /// The hash for display: as long as an abbreviated Git commit.
    pub(super) fn build(&self) -> String {
        hex(&self.0).chars().take(7).collect()
    }
}

/// A line of a SHA256SUMS file, as `sha256sum --check` reads it.
pub(super) fn sum_line(name: &str, bytes: &[u8]) -> String {
    format!("{}  {name}\n", hex(&Sha256::digest(bytes)))
}

pub(super) fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        // Writing to a string can't fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    // The SHA-384 and SHA-256 of "abc" are examples in FIPS 180-4.

    #[test]
    fn a_short_name_is_the_start_of_the_hash() {
        assert_eq!(Fingerprint::of(b"abc").short(), "cb00753f45a35e8b");
        assert_eq!(Fingerprint::of(b"abc").build(), "cb00753");
    }

    #[test]
    fn an_integrity_is_the_hash_in_base64() {
        let expected = "sha384-ywB1P0WjXou1oD1pmsZQBycsMqsO3tFjGotgWkP/W+2AhgcroefMI1i67KE0yCWn";
        assert_eq!(Fingerprint::of(b"abc").integrity(), expected);
    }

    #[test]
    fn a_sum_is_written_as_sha256sum_reads_it() {
        let expected = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad  a.js\n";
        assert_eq!(sum_line("a.js", b"abc"), expected);
    }
}
