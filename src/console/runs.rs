//! Changes of many users: the review before a run, the run, and its report.

pub(crate) mod end_run_dialog;
pub mod reporting;
pub mod review;
pub(crate) mod review_dialog;
pub mod run;
pub(crate) mod run_panel;
pub(crate) mod runs_panel;
pub mod text;
