//! Domain types: what an administrator of PingOne works with, without a clock, a URL or a JSON shape.

pub mod time;

pub mod region;

pub mod connect_fields;

pub mod renewal;

pub mod tenant;

pub mod token;

pub mod embedding;

pub mod provision;

pub mod sign_in;

pub mod pilot;

pub mod user;

pub mod device;

pub mod bypass;

pub mod second_factor;

pub mod group;

pub mod users;

pub mod query;

pub mod punctuation;
pub mod ranking;

pub mod order;

pub mod status;

pub mod snapshot;

pub mod csv;

pub mod digits;

pub mod export;

pub mod list;

pub mod filter;

pub mod person_search;

pub mod fault;

pub mod outcome;

pub mod plan;

pub mod row;

pub mod proposal;

pub mod reason;

pub mod report;

pub mod estimate;

pub mod confirmation;

pub mod role;

pub mod paste;

pub mod evidence;

pub mod proof;

pub mod check;

pub mod diagnosis;

pub mod topic;

pub mod reference;

pub mod limits;

pub mod guard;

pub mod obstacle;

pub mod unread;

pub mod settings;
