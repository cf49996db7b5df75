//! Which parts of the console are shown. A portal that gives tokens itself can leave the others out.

use pingone::json;
use serde_json::Value;

use super::ConfigFault;

/// The parts of the console that can be left out. The users are always shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ShownParts {
    /// The tab with the runs.
    pub runs: bool,
    /// The tab with the requests.
    pub requests: bool,
    /// The menu with the ways to another token.
    pub token_menu: bool,
}

impl Default for ShownParts {
    fn default() -> Self {
        Self { runs: true, requests: true, token_menu: true }
    }
}

impl ShownParts {
    /// Shows only the tabs that are named.
    ///
    /// # Errors
    /// A word isn't the name of a tab. The error says which words are known.
    pub fn show_views<'a>(&mut self, words: impl Iterator<Item = &'a str>) -> Result<(), &'static str> {
        (self.runs, self.requests) = (false, false);
        for word in words {
            match word {
                "users" => {}
                "runs" => self.runs = true,
                "requests" => self.requests = true,
                _ => return Err("must have only users, runs, requests"),
            }
        }
        Ok(())
    }

    /// Leaves out what is named.
    ///
    /// # Errors
    /// A word isn't known. The error says which words are.
    pub fn leave_out<'a>(&mut self, words: impl Iterator<Item = &'a str>) -> Result<(), &'static str> {
        self.token_menu = true;
        for word in words {
            match word {
                "no-token-menu" => self.token_menu = false,
                _ => return Err("must have only no-token-menu"),
            }
        }
        Ok(())
    }
}

pub(super) fn shown(body: &Value) -> Result<ShownParts, ConfigFault> {
    let mut shown = ShownParts::default();
    if let Some(words) = words(body, "views")? {
        shown.show_views(words.into_iter()).map_err(|problem| ConfigFault::new("views", problem))?;
    }
    if let Some(words) = words(body, "chrome")? {
        shown.leave_out(words.into_iter()).map_err(|problem| ConfigFault::new("chrome", problem))?;
    }
    Ok(shown)
}

/// A list of words; `None` if the key is missing.
fn words<'a>(body: &'a Value, field: &str) -> Result<Option<Vec<&'a str>>, ConfigFault> {
    if json::at(body, field).is_none() {
        return Ok(None);
    }
    // Anything but text is refused like an unknown word.
    let words = json::list(body, field)?.iter().map(|word| word.as_str().unwrap_or_default());
    Ok(Some(words.collect()))
}
