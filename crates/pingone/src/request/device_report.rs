//! Requests for PingOne's MFA report: the devices of all users without a request for each user.

use serde_json::Value;
use uuid::Uuid;

use crate::endpoint::{Cursor, Endpoint};
use crate::fault::Paging;
use crate::tenant::Tenant;
use crate::time::Timestamp;
use crate::wire::device_report::{self, Entry};

use super::{Call, Fact, Method, Request, Subject, UnreadableBody, fact};

/// Number of rows that are requested per page.
const ENTRIES: u32 = 1000;

/// One page of PingOne's MFA report.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReportPage {
    /// The rows of this page that could be read.
    pub entries: Vec<Entry>,
    /// Number of rows that couldn't be read.
    pub unreadable: usize,
    /// Time at which PingOne created the report; `None` if the page doesn't state it.
    pub created_at: Option<Timestamp>,
    /// The request for the next page; `None` on the last.
    pub next: Option<ReadReport>,
}

/// Requests a report, or a further page of one. PingOne creates at most one report per environment every five seconds;
/// its data is up to fifteen minutes old.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum ReadReport {
    /// Creates a new report and reads its first page.
    New,
    /// Reads a page of an existing report.
    Page {
        /// ID of the report, from its creation.
        report: Uuid,
        /// Position at which the page begins; `None` for the first.
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
                body: Some(device_report::request()),
            },
            Self::Page { report, cursor } => {
                Request::get(Endpoint::report_entries(tenant, *report, ENTRIES, cursor.as_ref()))
            }
        }
    }

    fn read(&self, tenant: &Tenant, body: &Value) -> Result<ReportPage, UnreadableBody> {
        let read = device_report::report(body)?;
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
