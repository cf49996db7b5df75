//! The page's building material, which doesn't know PingOne.

pub(crate) mod close_button;
pub(crate) mod dom;
pub(crate) mod dropdown;
pub(crate) mod icon;
pub(crate) mod list;
pub(crate) mod memo;
pub(crate) mod named_choice;
pub(crate) mod radio;
pub(crate) mod search_field;
pub(crate) mod show;
pub(crate) mod tab_list;
pub mod tasks;
pub(crate) mod window;
