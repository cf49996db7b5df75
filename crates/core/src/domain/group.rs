//! Groups of users.

use super::user::GroupId;

/// A group.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Group {
    /// Its id.
    pub id: GroupId,
    /// Its name. Two populations may each have a group of one name.
    pub name: String,
}
