//! What takes long to make, kept by everything that it depends on: the optimiser and the compression work for minutes on
//! page and demo, and most builds change neither.

use std::fs;
use std::io::ErrorKind;
use std::path::PathBuf;
use std::time::SystemTime;

use sha2::{Digest as _, Sha256};

use super::fingerprint::hex;
use crate::failure::Failure;
use crate::workspace::Workspace;

/// How many are kept: those of both editions, and of a few changes before.
const MOST: usize = 200;

/// A folder of what was made before.
pub(super) struct Kept(PathBuf);

impl Kept {
    /// The one where cargo builds, so that `cargo clean` empties it.
    pub(super) fn of(workspace: &Workspace) -> Self {
        Self(workspace.target().join("kept"))
    }

    /// What was made of these parts before; made now and kept where nothing was. The parts are all that `make` depends on.
    pub(super) fn or_make(
        &self,
        parts: &[&[u8]],
        make: impl FnOnce() -> Result<Vec<u8>, Failure>,
    ) -> Result<Vec<u8>, Failure> {
        let path = self.0.join(name(parts));
        // What can't be read, or isn't what was written, is made again.
        if let Some(result) = fs::read(&path).ok().and_then(|kept| checked(&kept).map(<[u8]>::to_vec)) {
            return Ok(result);
        }
        let result = make()?;
        fs::create_dir_all(&self.0).map_err(Failure::file("make", &self.0))?;
        // A build that is interrupted leaves no half under the name of a whole.
        let begun = path.with_extension(std::process::id().to_string());
        let summed = [Sha256::digest(&result).as_slice(), &result].concat();
        fs::write(&begun, summed).map_err(Failure::file("write", &begun))?;
        fs::rename(&begun, &path).map_err(Failure::file("rename", &begun))?;
        self.forget_oldest()?;
        Ok(result)
    }

    /// Removes all but those that were made last. Another build may do the same at this moment.
    fn forget_oldest(&self) -> Result<(), Failure> {
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
        for (_, path) in kept.into_iter().skip(MOST) {
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

/// What stands behind its own sum, if it is what was summed.
fn checked(kept: &[u8]) -> Option<&[u8]> {
    let (sum, result) = kept.split_at_checked(Sha256::output_size())?;
    (Sha256::digest(result).as_slice() == sum).then_some(result)
}

/// A name that no other parts have: each is preceded by its length.
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

    struct Folder(Kept);

    impl Folder {
        fn new(name: &str) -> Self {
            Self(Kept(std::env::temp_dir().join(format!("xtask-kept-{}-{name}", std::process::id()))))
        }

        fn make(&self, parts: &[&[u8]], made: &[u8]) -> Vec<u8> {
            self.0.or_make(parts, || Ok(made.to_vec())).unwrap()
        }
    }

    impl Drop for Folder {
        fn drop(&mut self) {
            fs::remove_dir_all(&self.0.0).unwrap();
        }
    }

    #[test]
    fn the_same_parts_are_made_once_and_others_by_themselves() {
        let folder = Folder::new("parts");
        assert_eq!(folder.make(&[b"version 1", b"program"], b"first"), b"first");
        assert_eq!(folder.make(&[b"version 1", b"program"], b"again"), b"first");
        assert_eq!(folder.make(&[b"version 2", b"program"], b"second"), b"second");
        assert_eq!(folder.make(&[b"version 1", b"another"], b"third"), b"third");
        assert_eq!(folder.make(&[b"version 1p", b"rogram"], b"fourth"), b"fourth");
    }

    #[test]
    fn what_could_not_be_made_is_tried_again() {
        let folder = Folder::new("failure");
        let failed = folder.0.or_make(&[b"program"], || Err(Failure::Split("no".to_owned())));
        assert!(failed.is_err());
        assert_eq!(folder.make(&[b"program"], b"made"), b"made");
    }

    #[test]
    fn what_was_cut_or_altered_is_made_again() {
        let folder = Folder::new("damage");
        assert_eq!(folder.make(&[b"program"], b"first"), b"first");
        let path = folder.0.0.join(name(&[b"program"]));
        for damaged in [b"".as_slice(), b"short", &[0; 40]] {
            fs::write(&path, damaged).unwrap();
            assert_eq!(folder.make(&[b"program"], b"again"), b"again");
        }
    }

    #[test]
    fn what_was_made_last_is_kept() {
        let folder = Folder::new("oldest");
        for number in 0..=MOST {
            folder.make(&[&number.to_le_bytes()], b"");
            let path = folder.0.0.join(name(&[&number.to_le_bytes()]));
            let made = SystemTime::UNIX_EPOCH + std::time::Duration::from_secs(number as u64);
            fs::File::options().append(true).open(&path).unwrap().set_modified(made).unwrap();
        }
        folder.make(&[b"one more"], b"");
        let is_kept = |number: usize| folder.0.0.join(name(&[&number.to_le_bytes()])).exists();
        assert!(!is_kept(0) && !is_kept(1) && is_kept(2) && is_kept(MOST));
    }
}
