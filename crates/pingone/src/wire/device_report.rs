//! Parsing of PingOne's MFA report: the users with MFA and their devices.
//!
//! Source: developer.pingidentity.com, PingOne API, "MFA reports" (request, `entries`). How entries are embedded, and
//! that their values are text, is an assumption.

use serde_json::Value;
use uuid::Uuid;

use crate::json::{at, id, list, need, text};
use crate::time::Timestamp;
use crate::user::UserId;

use super::Misread;

/// One row: a user, and one of the user's devices if there is any.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// The user that the row is about.
    pub user: UserId,
    /// The device's type and whether it is active; `None` for a user without a device.
    pub device: Option<(String, bool)>,
}

/// The answer to the creation of a report or to a request for a page of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeviceReport {
    /// ID of the report; later pages don't state it.
    pub id: Option<Uuid>,
    /// Time at which PingOne created it.
    pub created_at: Option<Timestamp>,
    /// The rows of this answer that could be read.
    pub entries: Vec<Entry>,
    /// Whether the answer has a list of rows, possibly empty.
    pub has_entries: bool,
    /// Number of rows that couldn't be read.
    pub unreadable: usize,
    /// `_links.next.href` as received; `None` on the last page.
    pub next: Option<String>,
}

/// ID of the report's template; PingOne has no other.
pub const TEMPLATE: &str = "db632bfd-7054-4bde-b108-a384aac2d513";

/// The body of the request that creates a report.
pub fn request() -> Vec<u8> {
    let fields = ["userId", "deviceId", "deviceType", "deviceStatus"];
    let fields = fields.map(|name| format!("{{\"name\":\"{name}\"}}")).join(",");
    format!(
        "{{\"dataExplorationTemplate\":{{\"id\":\"{TEMPLATE}\"}},\"fields\":[{fields}],\
         \"deliverAs\":\"ENTRIES\",\"sync\":\"true\"}}"
    )
    .into_bytes()
}

/// The answer to `POST /environments/{id}/dataExplorations`, or a later page of its entries. The answer
/// to a creation may have no entries.
pub fn report(body: &Value) -> Result<DeviceReport, Misread> {
    if text(body, "status")?.is_some_and(|status| status != "SUCCESS") {
        return Err(Misread::Shape("status is not SUCCESS: the report is not made yet".to_owned()));
    }
    let path = "_embedded.entries";
    let rows = if at(body, path).is_some() { list(body, path)? } else { &[] };
    let entries: Vec<Entry> = rows.iter().filter_map(entry).collect();
    Ok(DeviceReport {
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
        // Without its type or status it isn't known whether the device is usable.
        (Some(_), None) | (None, Some(_)) => None,
    }
}
