//! Completes Trunk's files when Trunk was started by hand: the page starts, but its files aren't
//! named by content or linked by hashes.

use std::fs;
use std::path::Path;

use crate::failure::Failure;

use super::files::{name_frame, save, text};

/// The style sheets, in their order.
const STYLES: [&str; 3] = ["tokens.css", "widget.css", "console.css"];

/// The sandbox's region, at the sandbox's default address.
const SANDBOX: &str = r#"{"regions":[{"code":"SANDBOX","label":"Local sandbox","apiBase":"http://127.0.0.1:4001/v1","authBase":"http://127.0.0.1:4001"}],"defaultRegion":"SANDBOX"}"#;

/// Completes Trunk's files. A debug build gets the sandbox's region; a release is configured where it is hosted.
pub(super) fn arrange(folder: &Path, is_release: bool) -> Result<(), Failure> {
    // The program isn't divided, so its style isn't either.
    let style = STYLES.iter().map(|name| text(folder, name)).collect::<Result<Vec<_>, _>>()?.join("\n");
    for name in STYLES {
        let path = folder.join(name);
        fs::remove_file(&path).map_err(Failure::file("remove", &path))?;
    }
    save(folder, "widget.css", style.as_bytes())?;
    name_frame(folder)?;
    if is_release {
        println!(
            "This page starts, and is not sealed. The release to publish is made by `cargo xtask dist`."
        );
        return Ok(());
    }
    println!(
        "A sandbox that answers like PingOne: `cargo xtask sandbox` in another terminal prints a token for it."
    );
    save(folder, "config.json", SANDBOX.as_bytes())
}

#[cfg(test)]
mod tests {
    use std::env;
    use std::path::PathBuf;

    use super::*;

    /// A folder as Trunk leaves it, removed when dropped.
    struct Staging(PathBuf);

    impl Staging {
        fn new(name: &str) -> Self {
            let folder = env::temp_dir().join(format!("xtask-plain-{}-{name}", std::process::id()));
            fs::create_dir_all(&folder).unwrap();
            for name in ["tokens.css", "widget.css", "console.css", "frame.js", "frame.d.ts", "index.html"] {
                fs::write(folder.join(name), name).unwrap();
            }
            Self(folder)
        }

        fn names(&self) -> Vec<String> {
            let entries = fs::read_dir(&self.0).unwrap();
            let mut names: Vec<_> =
                entries.map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned()).collect();
            names.sort();
            names
        }
    }

    impl Drop for Staging {
        fn drop(&mut self) {
            let _ = fs::remove_dir_all(&self.0);
        }
    }

    #[test]
    fn a_development_page_has_one_style_sheet_and_the_sandbox_s_region() {
        let staging = Staging::new("work");
        arrange(&staging.0, false).unwrap();
        let expected =
            ["config.json", "index.html", "pingone-mfa-frame.d.ts", "pingone-mfa-frame.js", "widget.css"];
        assert_eq!(staging.names(), expected);
        assert_eq!(text(&staging.0, "widget.css").unwrap(), "tokens.css\nwidget.css\nconsole.css");
        let of_the_sandbox = pingone_sandbox::page::config_json("http://127.0.0.1:4001");
        assert_eq!(text(&staging.0, "config.json").unwrap(), of_the_sandbox);
    }

    #[test]
    fn an_unsealed_release_has_no_configuration() {
        let staging = Staging::new("release");
        arrange(&staging.0, true).unwrap();
        assert!(!staging.names().contains(&"config.json".to_owned()));
    }
}
