//! Explaining failures: what is known ([`evidence`]), which checks pass ([`check`]), and which causes fit,
//! the most likely first ([`reasoning`], which returns [`cause::Cause`]s).
//!
//! [`probe`] asks PingOne the questions that tell one cause from another. Only reads are sent.

pub mod cause;
pub mod check;
pub mod evidence;
pub mod probe;
pub mod reasoning;
pub mod topic;
