//! The page or element inside another page: the messages of a [`frame`], and the events the host page gets
//! ([`host_events`]).

pub mod frame;
pub mod host_events;
