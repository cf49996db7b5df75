//! The requests of this session and their answers.

pub(crate) mod exchange_forms;
pub(crate) mod exchange_list;
pub(crate) mod panel;
pub(crate) mod request_code;
pub(crate) mod requests_panel;
pub mod state;
pub mod text;
