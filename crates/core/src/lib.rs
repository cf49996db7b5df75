//! What pingone-mfa decides.
//!
//! Three layers, imports run one way: [`domain`] (people, tokens, faults and advice as values), [`api`]
//! (PingOne's requests and answers as values) and [`engine`] (when to send, what to do with the answer). [`code`] writes
//! requests down for other places. Nothing here touches a browser: clocks and the network come in through the ports
//! [`engine::Clock`] and [`api::Transport`], so that every decision runs in a native test on a virtual clock.

pub mod domain;

pub mod api;

pub mod code;

pub mod engine;

pub mod port;
