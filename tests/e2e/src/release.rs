//! A copy of the built release that a test can modify.

use std::path::{Path, PathBuf};

/// A folder that contains the files of a release.
pub struct Release(PathBuf);

impl Release {
    /// Copies the built release (`PINGONE_MFA_DIST`, by default `dist` in the workspace) to `folder`.
    pub(crate) fn copy_to(folder: &Path) -> Self {
        let built = std::env::var_os("PINGONE_MFA_DIST")
            .map_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../../dist"), PathBuf::from);
        copy(&built, folder, "dist");
        Self(folder.to_owned())
    }

    /// Copies the built demo (`PINGONE_MFA_DEMO`, by default `dist-demo` in the workspace) to `folder`.
    #[must_use]
    pub fn demo(folder: &Path) -> Self {
        let built = std::env::var_os("PINGONE_MFA_DEMO")
            .map_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../../dist-demo"), PathBuf::from);
        copy(&built, folder, "dist --demo");
        Self(folder.to_owned())
    }

    /// The folder that contains the files.
    #[must_use]
    pub fn folder(&self) -> &Path {
        &self.0
    }

    /// The sorted paths of its files, relative to the folder.
    #[must_use]
    pub fn names(&self) -> Vec<String> {
        let mut names = names_under(&self.0, "");
        names.sort();
        names
    }

    /// The content of the file at this relative path.
    #[must_use]
    pub fn read(&self, name: &str) -> Vec<u8> {
        std::fs::read(self.0.join(name)).expect("a file")
    }

    /// The only file whose name begins with `begin` and ends with `end`.
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

    /// Flips one bit in the middle of a file. A second call restores it.
    pub fn alter(&self, begin: &str, end: &str) {
        let path = self.file(begin, end);
        let mut bytes = std::fs::read(&path).expect("a file");
        let middle = bytes.len() / 2;
        bytes[middle] ^= 1;
        std::fs::write(path, bytes).expect("a file");
    }

    /// Truncates a file to its first half.
    pub fn cut(&self, begin: &str, end: &str) {
        let path = self.file(begin, end);
        let bytes = std::fs::read(&path).expect("a file");
        std::fs::write(path, &bytes[..bytes.len() / 2]).expect("a file");
    }

    /// Replaces text in the release's `_headers` file.
    pub fn rewrite_headers(&self, from: &str, to: &str) {
        let path = self.file("_headers", "");
        let headers = std::fs::read_to_string(&path).expect("a file");
        assert!(headers.contains(from), "the headers don't say {from}");
        std::fs::write(path, headers.replace(from, to)).expect("a file");
    }

    /// Allows the page to connect to another origin.
    pub fn permit(&self, origin: &str) {
        self.rewrite_headers("connect-src 'self'", &format!("connect-src 'self' {origin}"));
    }

    /// Writes a file with this name into the release.
    pub fn add(&self, name: &str, text: &str) {
        std::fs::write(self.0.join(name), text).expect("a file");
    }

    /// Deletes the only file whose name has this beginning and end.
    pub fn remove(&self, begin: &str, end: &str) {
        std::fs::remove_file(self.file(begin, end)).expect("a file");
    }
}

fn names_under(folder: &Path, prefix: &str) -> Vec<String> {
    let entries = std::fs::read_dir(folder).expect("a folder").map(|entry| entry.expect("an entry"));
    let names = entries.map(|entry| {
        let name = format!("{prefix}{}", entry.file_name().to_string_lossy());
        if entry.path().is_dir() { names_under(&entry.path(), &format!("{name}/")) } else { vec![name] }
    });
    names.flatten().collect()
}

fn copy(from: &Path, to: &Path, command: &str) {
    assert!(from.is_dir(), "no release in {}. Run cargo xtask {command}.", from.display());
    for name in names_under(from, "") {
        let file = to.join(&name);
        std::fs::create_dir_all(file.parent().unwrap_or(to)).expect("a folder for the release");
        std::fs::copy(from.join(&name), file).expect("a copy");
    }
}
