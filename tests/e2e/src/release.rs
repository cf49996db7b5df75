//! A copy of the built release, so that a test can alter it.

use std::path::{Path, PathBuf};

/// A folder with a release.
pub struct Release(PathBuf);

impl Release {
    /// Copies the release that was built (`PINGONE_MFA_DIST`, by default `dist` in the workspace) to `folder`.
    pub(crate) fn copy_to(folder: &Path) -> Self {
        let built = std::env::var_os("PINGONE_MFA_DIST")
            .map_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../../dist"), PathBuf::from);
        std::fs::create_dir_all(folder).expect("a folder for the release");
        let files = std::fs::read_dir(&built).unwrap_or_else(|error| {
            panic!("no release in {}: {error}. Run cargo xtask dist.", built.display())
        });
        for file in files.map(|file| file.expect("a file")) {
            std::fs::copy(file.path(), folder.join(file.file_name())).expect("a copy");
        }
        Self(folder.to_owned())
    }

    /// Where it is.
    #[must_use]
    pub fn folder(&self) -> &Path {
        &self.0
    }

    /// The names of its files, in order.
    #[must_use]
    pub fn names(&self) -> Vec<String> {
        let files = std::fs::read_dir(&self.0).expect("a folder").map(|file| file.expect("a file"));
        let files = files.filter(|file| file.path().is_file());
        let mut names: Vec<String> =
            files.map(|file| file.file_name().to_string_lossy().into_owned()).collect();
        names.sort();
        names
    }

    /// The bytes of a file.
    #[must_use]
    pub fn read(&self, name: &str) -> Vec<u8> {
        std::fs::read(self.0.join(name)).expect("a file")
    }

    /// The one file whose name begins and ends so.
    #[must_use]
    pub fn file(&self, begin: &str, end: &str) -> PathBuf {
        let names = std::fs::read_dir(&self.0).expect("a folder").map(|file| file.expect("a file").path());
        let is_it = |path: &PathBuf| {
            let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
            name.starts_with(begin) && name.ends_with(end)
        };
        let mut found: Vec<PathBuf> = names.filter(is_it).collect();
        assert_eq!(found.len(), 1, "{begin}…{end}: {found:?}");
        found.remove(0)
    }

    /// Flips one bit in the middle of a file; the second time it is as it was.
    pub fn alter(&self, begin: &str, end: &str) {
        let path = self.file(begin, end);
        let mut bytes = std::fs::read(&path).expect("a file");
        let middle = bytes.len() / 2;
        bytes[middle] ^= 1;
        std::fs::write(path, bytes).expect("a file");
    }

    /// Leaves only the first half of a file.
    pub fn cut(&self, begin: &str, end: &str) {
        let path = self.file(begin, end);
        let bytes = std::fs::read(&path).expect("a file");
        std::fs::write(path, &bytes[..bytes.len() / 2]).expect("a file");
    }

    /// Rewrites the headers that the release wants to be served with.
    pub fn rewrite_headers(&self, from: &str, to: &str) {
        let path = self.file("_headers", "");
        let headers = std::fs::read_to_string(&path).expect("a file");
        assert!(headers.contains(from), "the headers don't say {from}");
        std::fs::write(path, headers.replace(from, to)).expect("a file");
    }

    /// Permits one more origin to be asked.
    pub fn permit(&self, origin: &str) {
        self.rewrite_headers("connect-src 'self'", &format!("connect-src 'self' {origin}"));
    }

    /// Adds a file.
    pub fn add(&self, name: &str, text: &str) {
        std::fs::write(self.0.join(name), text).expect("a file");
    }

    /// Takes a file away.
    pub fn remove(&self, begin: &str, end: &str) {
        std::fs::remove_file(self.file(begin, end)).expect("a file");
    }
}
