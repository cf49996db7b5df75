//! Signing in at PingOne: the authorization code flow with PKCE, refresh tokens and signing off.
//!
//! [`protocol`] builds addresses and forms and reads the answers; [`session`] has the terms and the faults; [`renewal`]
//! decides when the next token is due.

pub mod protocol;
pub mod renewal;
pub mod session;
