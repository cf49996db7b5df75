//! A cache of expensive build results, keyed by all their inputs: optimizing and compressing page and demo takes
//! minutes, and most builds change neither.

use std::fs;
use std::io::ErrorKind;
use std::path::PathBuf;
use std::time::SystemTime;

use sha2::{Digest as _, Sha256};

use crate::failure::Failure;
use crate::workspace::Workspace;

use super::fingerprint::hex;

/// Entries that are kept: enough for both editions and a few earlier builds.
const MAX_ENTRIES: usize = 200;

pub(super) struct BuildCache(PathBuf);

impl BuildCache {
    /// The cache inside cargo's target folder, so that `cargo clean` empties it.
    pub(super) fn of(workspace: &Workspace) -> Self {
        Self(workspace.target().join("kept"))
    }

    /// The cached result for these inputs; otherwise calls `make` and stores its result. The
    /// result must depend only on `parts`.
    pub(super) fn get_or_make(
        &self,
        parts: &[&[u8]],
        make: impl FnOnce() -> Result<Vec<u8>, Failure>,
    ) -> Result<Vec<u8>, Failure> {
        let path = self.0.join(name(parts));
        // An entry that can't be read or fails its checksum is made again.
        if let Some(result) = fs::read(&path).ok().and_then(|kept| checked(&kept).map(<[u8]>::to_vec)) {
            return Ok(result);
        }
        let result = make()?;
        fs::create_dir_all(&self.0).map_err(Failure::file("make", &self.0))?;
        // Renamed when complete, so that an interrupted build doesn't leave a truncated entry.
        let begun = path.with_extension(std::process::id().to_string());
        let summed = [Sha256::digest(&result).as_slice(), &result].concat();
        fs::write(&begun, summed).map_err(Failure::file("write", &begun))?;
        fs::rename(&begun, &path).map_err(Failure::file("rename", &begun))?;
        self.remove_oldest()?;
        Ok(result)
    }

    /// Removes all but the newest entries. Another build may do the same concurrently.
    fn remove_oldest(&self) -> Result<(), Failure> {
        let mut kept: Vec<(SystemTime, PathBuf)> = Vec::new();
        for entry in fs::read_dir(&self.0).map_err(Failure::file("list", &self.0))? {
            let path = entry.map_err(Failure::file("list", &self.0))?.path();
            match fs::metadata(&path).and_then(|about| about.modified()) {
                Ok(made) => kept.push((made, path)),
                Err(cause) if cause.kind() == ErrorKind::NotFound => {}
                Err(cause) => return Err(Failure::file("date", &path)(cause)),
            }
        }
        kept.sort_unstable_by(|a, b| b.cmp(a));
        for (_, path) in kept.into_iter().skip(MAX_ENTRIES) {
            match fs::remove_file(&path) {
                Err(cause) if cause.kind() != ErrorKind::NotFound => {
                    return Err(Failure::file("remove", &path)(cause));
                }
                _ => {}
            }
        }
        Ok(())
    }
}

/// The content of an entry if it matches the checksum before it.
fn checked(kept: &[u8]) -> Option<&[u8]> {
    let (sum, result) = kept.split_at_checked(Sha256::output_size())?;
    (Sha256::digest(result).as_slice() == sum).then_some(result)
}

/// A unique name for these inputs: each is preceded by its length.
fn name(parts: &[&[u8]]) -> String {
    let mut hash = Sha256::new();
    for part in parts {
        hash.update(part.len().to_le_bytes());
        hash.update(part);
    }
    hex(&hash.finalize())
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Folder(BuildCache);

    impl Folder {
        fn new(name: &str) -> Self {
            Self(BuildCache(std::env::temp_dir().join(format!("xtask-kept-{}-{name}", std::process::id()))))
        }

        fn make(&self, parts: &[&[u8]], made: &[u8]) -> Vec<u8> {
            self.0.get_or_make(parts, || Ok(made.to_vec())).unwrap()
        }
    }

    impl Drop for Folder {
        fn drop(&mut self) {
            fs::remove_dir_all(&self.0.0).unwrap();
        }
    }

    #[test]
    fn the_same_inputs_are_built_once() {
        let folder = Folder::new("parts");
        assert_eq!(folder.make(&[b"version 1", b"program"], b"first"), b"first");
        assert_eq!(folder.make(&[b"version 1", b"program"], b"again"), b"first");
        assert_eq!(folder.make(&[b"version 2", b"program"], b"second"), b"second");
        assert_eq!(folder.make(&[b"version 1", b"another"], b"third"), b"third");
        assert_eq!(folder.make(&[b"version 1p", b"rogram"], b"fourth"), b"fourth");
    }

    #[test]
    fn a_failed_build_is_tried_again() {
        let folder = Folder::new("failure");
        let failed = folder.0.get_or_make(&[b"program"], || Err(Failure::Split("no".to_owned())));
        assert!(failed.is_err());
        assert_eq!(folder.make(&[b"program"], b"made"), b"made");
    }

    #[test]
    fn a_truncated_or_altered_entry_is_made_again() {
        let folder = Folder::new("damage");
        assert_eq!(folder.make(&[b"program"], b"first"), b"first");
        let path = folder.0.0.join(name(&[b"program"]));
        for damaged in [b"".as_slice(), b"short", &[0; 40]] {
            fs::write(&path, damaged).unwrap();
            assert_eq!(folder.make(&[b"program"], b"again"), b"again");
        }
    }

    #[test]
    fn the_newest_entries_are_kept() {
        let folder = Folder::new("oldest");
        for number in 0..=MAX_ENTRIES {
            folder.make(&[&number.to_le_bytes()], b"");
            let path = folder.0.0.join(name(&[&number.to_le_bytes()]));
            let made = SystemTime::UNIX_EPOCH + std::time::Duration::from_secs(number as u64);
            fs::File::options().append(true).open(&path).unwrap().set_modified(made).unwrap();
        }
        folder.make(&[b"one more"], b"");
        let is_kept = |number: usize| folder.0.0.join(name(&[&number.to_le_bytes()])).exists();
        assert!(!is_kept(0) && !is_kept(1) && is_kept(2) && is_kept(MAX_ENTRIES));
    }
}
