//! Requests as code, and a plan as a script.

/// The choice of a request's language.
pub const LANGUAGE: &str = "Language";
/// The button.
pub const COPY: &str = "Copy code";
/// Where the token is.
pub const NO_TOKEN: &str = "The access token isn't in it. The code says where it is taken from.";

/// The choice of a script's language.
pub const SCRIPT_LANGUAGE: &str = "Script language";
/// The button.
pub const SAVE_SCRIPT: &str = "Save as script";
/// What a script does.
pub const SCRIPT_MEANING: &str = "Changes the same users without this page. It reads the plan saved with user IDs only, asks for the \
     change reference, the reason, the pilot user and the number again, goes on where it was stopped, and writes a result file. It \
     can't be undone here.";
