//! Compares recorded responses of PingOne with the sandbox's, and checks that the page can parse them.
//!
//! A recording is a HAR file: of the page (*Requests*, *Save all as HAR*), of a browser's developer tools, or of
//! the sandbox (`--record`). [`Replay::of`] sends every request in it that the sandbox supports to the
//! sandbox, and compares the responses field by field: names, types and order. Values aren't compared
//! because a tenant has other users.
//!
//! A text in brackets, such as `[username]`, stands for data that was removed and matches anything; so does
//! `not kept`, which the page writes in place of a list's users.

mod answer;
mod asking;
mod comparison;
mod readers;

use har::v1_2::Entries;
use har::{Har, Spec};

use answer::Json;
use asking::{Replayer, SandboxResponse};

/// The result of replaying a recording.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct Replay {
    /// Number of responses that were compared.
    pub compared: usize,
    /// Requests that weren't compared, with the reason.
    pub skipped: Vec<String>,
    /// Differences from the sandbox's responses, and responses that the page can't parse.
    pub differences: Vec<String>,
    /// Whether any response exposes its Correlation-Id to web pages.
    pub exposes_correlation_id: bool,
}

impl Replay {
    /// Replays a HAR file, version 1.2.
    ///
    /// # Errors
    /// Returns what is wrong with the file.
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

/// The differences of a response, or why it can't be compared.
fn compare(entry: &Entries) -> Result<Vec<String>, &'static str> {
    let SandboxResponse { status, body } = Replayer::new().ask(entry)?;
    let recorded = entry.response.status;
    if i64::from(status) != recorded {
        return Ok(vec![format!("the status is {recorded}, the sandbox's is {status}")]);
    }
    let Some(text) = entry.response.content.text.as_deref().filter(|text| !text.trim().is_empty()) else {
        return if body.is_empty() { Ok(Vec::new()) } else { Err("the recording has no body") };
    };
    let recorded = Json::read(text).map_err(|_| "the recorded body isn't JSON")?;
    let sandbox_body =
        Json::read(&String::from_utf8_lossy(&body)).map_err(|_| "the sandbox's body isn't JSON")?;
    let mut differences = comparison::differences(&recorded, &sandbox_body);
    differences.extend(readers::problem(entry, text, &recorded));
    Ok(differences)
}

/// Checks the CORS header: browsers record headers that a page can't read, too.
fn exposes_correlation_id(entry: &Entries) -> bool {
    let exposing = entry
        .response
        .headers
        .iter()
        .filter(|header| header.name.eq_ignore_ascii_case("access-control-expose-headers"));
    exposing.into_iter().any(|header| header.value.to_ascii_lowercase().contains("correlation-id"))
}
