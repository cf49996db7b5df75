//! PingOne's report of MFA: everyone's devices without a call for each.

use serde_json::Value;

use super::{Call, Fact, Method, Request, Subject, UnreadableBody, fact};
use crate::api::endpoint::{Cursor, Endpoint};
use crate::api::wire::report::{self, Entry};
use crate::domain::fault::Paging;
use crate::domain::tenant::Tenant;
use crate::domain::time::Timestamp;
use uuid::Uuid;

/// The rows asked for at once.
const ENTRIES: u32 = 1000;

/// A page of a report.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReportPage {
    /// The rows, as far as they could be read.
    pub entries: Vec<Entry>,
    /// How many rows could not be read.
    pub unreadable: usize,
    /// When PingOne made the report, where the page says so.
    pub created_at: Option<Timestamp>,
    /// The next page; `None` on the last.
    pub next: Option<ReadReport>,
}

/// Asks for a report, or for a further page of one. PingOne makes at most one report in five seconds for an
/// environment, of data that is up to fifteen minutes old.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum ReadReport {
    /// A new report.
    New,
    /// A page of one.
    Page {
        /// Which.
        report: Uuid,
        /// Where the page begins; `None` for the first.
        cursor: Option<Cursor>,
    },
}

impl Call for ReadReport {
    type Answer = ReportPage;
    const SUBJECT: Subject = Subject::List;

    fn request(&self, tenant: &Tenant) -> Request {
        match self {
            Self::New => Request {
                method: Method::Post,
                endpoint: Endpoint::reports(tenant, ENTRIES),
                body: Some(report::request()),
            },
            Self::Page { report, cursor } => {
                Request::get(Endpoint::report_entries(tenant, *report, ENTRIES, cursor.as_ref()))
            }
        }
    }

    fn read(&self, tenant: &Tenant, body: &Value) -> Result<ReportPage, UnreadableBody> {
        let read = report::report(body)?;
        let id = match self {
            Self::New => read.id,
            Self::Page { report, .. } => Some(*report),
        };
        let next = match (&read.next, id) {
            (None, Some(report)) if !read.has_entries => Some(Self::Page { report, cursor: None }),
            (None, _) => None,
            (Some(_), None) => return Err(UnreadableBody::Paging(Paging::NoCursor)),
            (Some(href), Some(report)) => {
                let path = format!("/dataExplorations/{}/entries", report.hyphenated());
                let cursor = Cursor::from_link(tenant, &path, href).map_err(UnreadableBody::Paging)?;
                Some(Self::Page { report, cursor: Some(cursor) })
            }
        };
        let (entries, unreadable, created_at) = (read.entries, read.unreadable, read.created_at);
        Ok(ReportPage { entries, unreadable, created_at, next })
    }

    fn facts(page: &ReportPage) -> Vec<Fact> {
        vec![fact("entries", &page.entries.len())]
    }
}
