//! PingOne's report of MFA: who has MFA on, and on which devices.
//!
//! Source: developer.pingidentity.com, PingOne API, "MFA reports" (request, `entries`); how entries are embedded, and
//! that values are text, is assumed.

use serde_json::Value;
use uuid::Uuid;

use super::Misread;
use crate::api::json::{at, id, list, need, text};
use crate::domain::time::Timestamp;
use crate::domain::user::UserId;

/// One row: a user, and one device if there is one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// Who.
    pub user: UserId,
    /// The device's type and whether it is active; `None` for a user without a device.
    pub device: Option<(String, bool)>,
}

/// What an answer about a report says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Report {
    /// The report; the rows of a later page don't say it.
    pub id: Option<Uuid>,
    /// When PingOne made it.
    pub created_at: Option<Timestamp>,
    /// The rows, as far as they could be read.
    pub entries: Vec<Entry>,
    /// Whether there is a place for rows at all.
    pub has_entries: bool,
    /// How many rows could not be read.
    pub unreadable: usize,
    /// `_links.next.href`, as it came.
    pub next: Option<String>,
}

/// The template of the report, the only one that there is.
pub(crate) const TEMPLATE: &str = "db632bfd-7054-4bde-b108-a384aac2d513";

/// The body of the request.
pub fn request() -> Vec<u8> {
    let fields = ["userId", "deviceId", "deviceType", "deviceStatus"];
    let fields = fields.map(|name| format!("{{\"name\":\"{name}\"}}")).join(",");
    format!(
        "{{\"dataExplorationTemplate\":{{\"id\":\"{TEMPLATE}\"}},\"fields\":[{fields}],\
         \"deliverAs\":\"ENTRIES\",\"sync\":\"true\"}}"
    )
    .into_bytes()
}

/// `POST /environments/{id}/dataExplorations` and a later page of its entries. A creation may come without entries.
pub fn report(body: &Value) -> Result<Report, Misread> {
    if text(body, "status")?.is_some_and(|status| status != "SUCCESS") {
        return Err(Misread::Shape("status is not SUCCESS: the report is not made yet".to_owned()));
    }
    let path = "_embedded.entries";
    let rows = if at(body, path).is_some() { list(body, path)? } else { &[] };
    let entries: Vec<Entry> = rows.iter().filter_map(entry).collect();
    Ok(Report {
        id: id(body, "id")?,
        created_at: super::date_time(body, "createdAt")?,
        has_entries: at(body, path).is_some(),
        unreadable: rows.len() - entries.len(),
        entries,
        next: text(body, "_links.next.href")?.map(str::to_owned),
    })
}

fn entry(row: &Value) -> Option<Entry> {
    let user = need(id(row, "userId").ok()?, "userId").ok().map(UserId)?;
    let field = |name| text(row, name).ok();
    let (kind, id, status) = (field("deviceType")?, field("deviceId")?, field("deviceStatus")?);
    match (kind.or(id), status) {
        (None, None) => Some(Entry { user, device: None }),
        (Some(_), Some(status)) => {
            Some(Entry { user, device: Some((kind.unwrap_or_default().to_owned(), status == "ACTIVE")) })
        }
        // A device of which half is told may be usable or not.
        (Some(_), None) | (None, Some(_)) => None,
    }
}
