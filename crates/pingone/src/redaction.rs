//! What is removed from texts before they are shown or saved: [`secrets`] always,
//! [`personal_data`] unless a person asks for it.

pub mod personal_data;
pub mod secrets;
