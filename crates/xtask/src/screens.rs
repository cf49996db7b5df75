//! The `screens` command: pictures of the page's states, compared with references, and a contact sheet of them.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use crate::failure::Failure;
use crate::kit::{Kit, end_to_end_tests};
use crate::workspace::Workspace;
use crate::{process, suite};

/// What happens with pictures that differ from their reference.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Screens {
    /// They are failures.
    Compare,
    /// They become the references.
    Accept,
}

/// Environment variable by which the tests store references.
const MODE: &str = "PINGONE_MFA_SCREENS";

/// Where the tests save pictures.
const PICTURES: &str = "target/screens";

/// The module of the pictures, as its tests' names start with it.
const SCREENS: &str = "screens::";

const REFERENCES: &str = "tests/e2e/references";

/// The end of the names of pictures in which differences are framed.
const DIFFERENCES: &str = ".differences";

/// Builds the pages, runs the tests of the pictures, and writes the contact sheet, whether they succeed or not.
pub(crate) fn run(workspace: &Workspace, mode: Screens) -> Result<(), Failure> {
    let kit = Kit::complete(workspace)?;
    suite::build_pages(workspace)?;
    let folder = workspace.path(PICTURES);
    if folder.exists() {
        fs::remove_dir_all(&folder).map_err(Failure::file("remove", &folder))?;
    }
    fs::create_dir_all(&folder).map_err(Failure::file("create", &folder))?;
    let mut command = end_to_end_tests(workspace, &kit);
    if mode == Screens::Accept {
        command.env(MODE, "accept");
    }
    let tested = process::run(command.args(["--", SCREENS]));
    let pictures = pictures_in(&folder)?;
    let sheet = folder.join("index.html");
    fs::write(&sheet, contact_sheet(&pictures)).map_err(Failure::file("write", &sheet))?;
    println!("{} pictures: {}", states(&pictures).count(), sheet.display());
    tested?;
    remove_or_report_unused(workspace, &pictures, mode)
}

/// The names of the PNG files in a folder, without their ending. A missing folder has none.
fn pictures_in(folder: &Path) -> Result<BTreeSet<String>, Failure> {
    if !folder.exists() {
        return Ok(BTreeSet::new());
    }
    let mut names = BTreeSet::new();
    for file in fs::read_dir(folder).map_err(Failure::file("read", folder))? {
        let name = file.map_err(Failure::file("read", folder))?.file_name();
        names.extend(name.to_string_lossy().strip_suffix(".png").map(str::to_owned));
    }
    Ok(names)
}

/// A reference without a picture belongs to a state that no test reaches any more.
fn remove_or_report_unused(
    workspace: &Workspace,
    pictures: &BTreeSet<String>,
    mode: Screens,
) -> Result<(), Failure> {
    let references = workspace.path(REFERENCES);
    for unused in pictures_in(&references)?.difference(pictures) {
        let file = references.join(format!("{unused}.png"));
        match mode {
            Screens::Accept => fs::remove_file(&file).map_err(Failure::file("remove", &file))?,
            Screens::Compare => {
                return Err(Failure::Missing {
                    what: format!("the state of the reference {}", file.display()),
                    remedy: "remove it, or: cargo xtask screens --accept".to_owned(),
                });
            }
        }
    }
    Ok(())
}

/// The names of the states among the names of the pictures.
fn states(pictures: &BTreeSet<String>) -> impl Iterator<Item = &str> {
    pictures.iter().map(String::as_str).filter(|name| !name.ends_with(DIFFERENCES))
}

const HEAD: &str = r#"<!doctype html>
<html lang="en"><meta charset="utf-8"><title>Screens</title>
<style>
  body { margin: 24px; font: 14px/20px sans-serif; background: #e5e7eb; color: #18181b }
  main { display: grid; grid-template-columns: repeat(auto-fill, minmax(420px, 1fr)); gap: 24px; align-items: start }
  figure { margin: 0; padding: 8px; background: #fff; border-radius: 6px }
  figure.differs { outline: 4px solid #ff00a0 }
  img { display: block; max-width: 100%; max-height: 640px; margin: auto }
  figcaption { padding: 4px 0 8px; font-weight: 600 }
</style>
"#;

/// An HTML page that shows all states in a grid; those that differ first, with the differences framed.
fn contact_sheet(pictures: &BTreeSet<String>) -> String {
    let differs = |name: &str| pictures.contains(&format!("{name}{DIFFERENCES}"));
    let mut names: Vec<&str> = states(pictures).collect();
    names.sort_by_key(|name| !differs(name));
    let figure = |name: &str| {
        let (class, shown) = if differs(name) {
            (" class=\"differs\"", format!("{name}{DIFFERENCES}"))
        } else {
            ("", name.to_owned())
        };
        format!(
            "<figure{class}><figcaption>{name}</figcaption>\
             <a href=\"{name}.png\"><img src=\"{shown}.png\" alt=\"{name}\" loading=\"lazy\"></a></figure>\n"
        )
    };
    let figures: String = names.iter().map(|name| figure(name)).collect();
    format!("{HEAD}<h1>{} states</h1>\n<main>\n{figures}</main>\n</html>\n", names.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn set(names: &[&str]) -> BTreeSet<String> {
        names.iter().map(|name| (*name).to_owned()).collect()
    }

    #[test]
    fn the_sheet_shows_each_state_once_and_what_differs_first() {
        let sheet =
            contact_sheet(&set(&["connect-light-390", "users-dark-1280", "users-dark-1280.differences"]));
        assert_eq!(sheet.matches("<figure").count(), 2);
        assert!(sheet.contains("<h1>2 states</h1>"));
        assert!(
            sheet.contains("<a href=\"users-dark-1280.png\"><img src=\"users-dark-1280.differences.png\"")
        );
        let place = |name: &str| sheet.find(&format!("<figcaption>{name}<")).unwrap();
        assert!(place("users-dark-1280") < place("connect-light-390"));
    }

    #[test]
    fn pictures_are_found_by_their_ending() {
        let folder = std::env::temp_dir().join(format!("pingone-mfa-screens-{}", std::process::id()));
        assert_eq!(pictures_in(&folder).unwrap(), BTreeSet::new());
        fs::create_dir_all(&folder).unwrap();
        for name in ["users-light-390.png", "index.html"] {
            fs::write(folder.join(name), "").unwrap();
        }
        assert_eq!(pictures_in(&folder).unwrap(), set(&["users-light-390"]));
        fs::remove_dir_all(&folder).unwrap();
    }
}
