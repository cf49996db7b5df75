//! Changing users' MFA flags: one user, or a run over many.
//!
//! A [`proposal`] names the users and the value. Compared with freshly read values it becomes a [`plan`], which
//! is frozen. [`engine`] carries the plan out: it writes each intent to a [`journal`] before the PUT, adapts its
//! pace, pauses, survives a crash, and verifies the result. [`change`] is the change of a single user. Every
//! write needs a permit of the [`guard`]; [`mod@write`] has the only two requests that change anything. A
//! [`report`] tells what became of each user.

pub mod change;
mod checksum;
pub mod confirmation;
pub mod engine;
pub mod estimate;
pub mod guard;
pub mod journal;
pub mod limits;
pub mod obstacle;
pub mod outcome;
pub mod pilot;
pub mod plan;
pub mod plan_file;
pub mod ports;
pub mod proof;
pub mod proposal;
pub mod reason;
pub mod record;
pub mod reference;
pub mod report;
pub mod report_file;
pub mod row;
pub mod run_file;
pub mod unread;
pub mod write;
