//! The users of an environment: loading them, keeping 100,000 of them in memory, and finding,
//! sorting, counting and saving them.
//!
//! [`listing`] loads users page by page into the [`store`]. [`query`] and [`order`] decide which of them are shown and
//! in which order, [`status`] what they add up to. [`device_report`] reads PingOne's report of all devices.

pub mod csv;
pub mod device_report;
pub mod export;
pub mod export_file;
pub mod listing;
pub mod order;
pub mod person_search;
pub mod punctuation;
pub mod query;
pub mod ranking;
pub mod second_factor;
pub mod snapshot;
pub mod snapshot_file;
pub mod status;
pub mod store;
