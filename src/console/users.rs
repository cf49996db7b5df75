//! The user list with its search, filters and MFA switches, the user drawer, and the MFA status of all users.

pub mod address;
pub(crate) mod cells;
pub(crate) mod column_resizer;
pub(crate) mod column_widths;
pub(crate) mod confirm_dialog;
pub mod directory;
pub(crate) mod disable_dialog;
pub(crate) mod grid;
pub(crate) mod list_progress;
pub(crate) mod mfa_status;
pub(crate) mod mfa_switch;
pub(crate) mod refresh_button;
pub(crate) mod report_filter;
pub(crate) mod row_pool;
pub(crate) mod search_result;
pub(crate) mod selection_bar;
pub mod summary;
pub mod switch;
pub mod table;
pub mod text;
pub(crate) mod toolbar;
pub(crate) mod user_drawer;
pub(crate) mod users_panel;
