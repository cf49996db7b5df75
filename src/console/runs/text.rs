//! The sentences about runs.

pub mod ending;
pub mod pilot;
pub mod review;
pub mod run;
pub mod stored;

pub use crate::connect::text::host_token;
pub use crate::console::requests::text::code;
pub use crate::console::text::{CLOSE, mfa_change, saving};
pub use crate::console::users::text::{
    confirm, device_kind, device_state, disable_dialog, report_filter, table,
};
pub use crate::text::{FILE_SILENT, actor_short, fault, kind, remaining};
