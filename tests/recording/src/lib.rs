//! Compares recorded answers of PingOne with the sandbox's, and with what the page reads.
//!
//! A recording is a HAR file: of the page (*Requests*, *Save as HAR*), of a browser's developer tools, or of the sandbox
//! (`--record`). [`Replay::of`] asks the sandbox for everything in it that the sandbox serves, and compares the answers
//! field by field: names, types and order. Values are not compared: a tenant has other people.
//!
//! A text in brackets, such as `[username]`, stands for something that was taken out, and is compared with nothing; so is
//! `not kept`, which the page has in place of a list's people.

mod answer;
mod asking;
mod comparison;
mod readers;

use har::v1_2::Entries;
use har::{Har, Spec};

use answer::Json;
use asking::{Asker, Reproduced};

/// What came of a recording.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct Replay {
    /// How many answers were compared.
    pub compared: usize,
    /// What was not compared, with the reason.
    pub skipped: Vec<String>,
    /// Where an answer and the sandbox's, or what the page reads, differ.
    pub differences: Vec<String>,
    /// Whether any answer let pages read its Correlation-Id.
    pub exposes_correlation_id: bool,
}

impl Replay {
    /// Replays a HAR file, version 1.2.
    ///
    /// # Errors
    /// What is wrong with the file.
    pub fn of(text: &str) -> Result<Self, String> {
        let file: Har = har::from_str(text).map_err(|error| error.to_string())?;
        let Spec::V1_2(log) = file.log else { return Err("the file's version is not 1.2".to_owned()) };
        let mut replay = Self::default();
        log.entries.iter().for_each(|entry| replay.add(entry));
        Ok(replay)
    }

    fn add(&mut self, entry: &Entries) {
        let what = format!("{} {}", entry.request.method, entry.request.url);
        self.exposes_correlation_id |= exposes_correlation_id(entry);
        match compare(entry) {
            Ok(differences) => {
                self.compared += 1;
                self.differences
                    .extend(differences.into_iter().map(|difference| format!("{what}: {difference}")));
            }
            Err(reason) => self.skipped.push(format!("{what}: {reason}")),
        }
    }
}

/// How an answer differs, or why it can't be compared.
fn compare(entry: &Entries) -> Result<Vec<String>, &'static str> {
    let Reproduced { status, body } = Asker::new().ask(entry)?;
    let recorded = entry.response.status;
    if i64::from(status) != recorded {
        return Ok(vec![format!("the status is {recorded}, the sandbox's is {status}")]);
    }
    let Some(text) = entry.response.content.text.as_deref().filter(|text| !text.trim().is_empty()) else {
        return if body.is_empty() { Ok(Vec::new()) } else { Err("the recording has no body") };
    };
    let recorded = Json::read(text).map_err(|_| "the recorded body isn't JSON")?;
    let own = Json::read(&String::from_utf8_lossy(&body)).map_err(|_| "the sandbox's body isn't JSON")?;
    let mut differences = comparison::differences(&recorded, &own);
    differences.extend(readers::problem(entry, text, &recorded));
    Ok(differences)
}

/// Browsers write down what a page may not read, too.
fn exposes_correlation_id(entry: &Entries) -> bool {
    let exposing = entry
        .response
        .headers
        .iter()
        .filter(|header| header.name.eq_ignore_ascii_case("access-control-expose-headers"));
    exposing.into_iter().any(|header| header.value.to_ascii_lowercase().contains("correlation-id"))
}
