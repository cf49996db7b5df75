//! The logic of pingone-mfa: everything that is decided without a browser.
//!
//! There are three layers, and imports run one way: [`domain`] (users, tokens, faults and advice as values), [`api`]
//! (PingOne's requests and answers as values) and [`engine`] (when to send a request, and what to do with the answer).
//! [`code`] writes requests as code for other tools.
//!
//! Nothing here touches a browser. Clocks and the network are passed in through the ports [`engine::Clock`] and
//! [`api::Transport`], so that every decision can be tested natively on a virtual clock.

#![warn(missing_docs)]

pub mod domain;

pub mod api;

pub mod code;

pub mod engine;

pub mod port;
