//! Groups of users in PingOne.

use crate::user::GroupId;

/// A group of users as read from PingOne.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Group {
    /// The group's ID, as PingOne assigned it.
    pub id: GroupId,
    /// The group's name. Groups of two populations may have the same name.
    pub name: String,
}
