//! The page or element inside another page: the messages of a [`frame`], the events the host page gets
//! ([`host_events`]), and when it is asked for a token ([`token_requests`]).

pub mod frame;
pub mod host_events;
pub mod token_requests;
