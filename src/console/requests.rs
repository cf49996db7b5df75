//! The requests of this session and their answers.

pub(crate) mod exchange_forms;
pub(crate) mod request_code;
pub(crate) mod request_detail;
pub(crate) mod request_filters;
pub(crate) mod request_table;
pub(crate) mod requests_panel;
pub mod state;
pub mod text;
