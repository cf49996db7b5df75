//! Texts of requests as code and of a plan as a script.

pub const LANGUAGE: &str = "Language";
pub const COPY: &str = "Copy code";
/// Where the code gets the token from.
pub const NO_TOKEN: &str = "The access token isn't in it. The code says where it is taken from.";

pub const SCRIPT_LANGUAGE: &str = "Script language";
pub const SAVE_SCRIPT: &str = "Save as script";
pub const SCRIPT_MEANING: &str = "Changes the same users without this page. It reads the plan saved with user IDs only, asks for the \
     change reference, the reason, the pilot user and the number again, goes on where it was stopped, and writes a result file. It \
     can't be undone here.";
