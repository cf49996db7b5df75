//! Files of the folder that Trunk fills.

use std::fs;
use std::path::Path;

use crate::failure::Failure;

/// Stable names of the script for pages that frame the product, and of its types.
pub(super) const FRAME: [(&str, &str); 2] =
    [("frame.js", "pingone-mfa-frame.js"), ("frame.d.ts", "pingone-mfa-frame.d.ts")];

/// Renames the script for pages that frame the product, and its types, to their stable names.
pub(super) fn name_frame(folder: &Path) -> Result<(), Failure> {
    for (from, to) in FRAME {
        let from = folder.join(from);
        fs::rename(&from, folder.join(to)).map_err(Failure::file("rename", &from))?;
    }
    Ok(())
}

pub(super) fn text(folder: &Path, name: &str) -> Result<String, Failure> {
    let path = folder.join(name);
    fs::read_to_string(&path).map_err(Failure::file("read", &path))
}

pub(super) fn save(folder: &Path, name: &str, bytes: &[u8]) -> Result<(), Failure> {
    let path = folder.join(name);
    fs::write(&path, bytes).map_err(Failure::file("write", &path))
}
