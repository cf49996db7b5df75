//! Signing in at PingOne: the authorization code flow with PKCE, refresh tokens and signing off.
//!
//! [`protocol`] builds addresses and forms and reads the answers; [`session`] has the terms and the faults. When the next
//! token is due: [`TokenSchedule`](crate::connect::token_schedule::TokenSchedule).

pub mod protocol;
pub mod session;
