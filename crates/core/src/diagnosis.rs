//! Explaining failures: what is known ([`evidence`]), which checks pass ([`check`]), and which causes fit, the most likely
//! first ([`cause`]).
//!
//! [`probe`] asks PingOne the questions that tell one cause from another. Only reads are sent.

pub mod cause;
pub mod check;
pub mod evidence;
pub mod probe;
pub mod topic;
