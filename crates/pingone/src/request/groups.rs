//! The request for the list of groups.

use serde_json::Value;

use crate::endpoint::{Cursor, Endpoint};
use crate::group::Group;
use crate::tenant::Tenant;
use crate::wire;

use super::{Call, Fact, PAGE_SIZE, Request, Subject, UnreadableBody, fact};

/// Reads one page of the environment's groups.
#[derive(Debug, Clone)]
pub struct ReadGroups {
    /// Position at which the page begins; `None` for the first.
    pub cursor: Option<Cursor>,
}

/// The answer to [`ReadGroups`]: one page of the groups.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Groups {
    /// The groups in PingOne's order.
    pub groups: Vec<Group>,
    /// Position of the next page; `None` on the last.
    pub next: Option<Cursor>,
}

impl Call for ReadGroups {
    type Answer = Groups;
    const SUBJECT: Subject = Subject::List;

    fn request(&self, tenant: &Tenant) -> Request {
        Request::get(Endpoint::groups(tenant, PAGE_SIZE, self.cursor.as_ref()))
    }

    fn read(&self, tenant: &Tenant, body: &Value) -> Result<Groups, UnreadableBody> {
        let (groups, next) = wire::groups(body)?;
        let next = next.map(|href| Cursor::from_link(tenant, "/groups", &href)).transpose();
        Ok(Groups { groups, next: next.map_err(UnreadableBody::Paging)? })
    }

    fn facts(page: &Groups) -> Vec<Fact> {
        vec![fact("groups", &page.groups.len())]
    }
}
