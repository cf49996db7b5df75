//! A person's file of users: matching it with the users of the environment.

pub(crate) mod dialog;
pub(crate) mod file_columns;
pub(crate) mod found_actions;
pub(crate) mod guesses;
pub mod match_group;
pub(crate) mod matching;
pub(crate) mod parts;
pub mod state;
pub mod text;
