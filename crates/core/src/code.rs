//! A request as code that can be run elsewhere, and a plan as a script. One file per language.
//!
//! No text here has a token: programs read it from the environment variable [`TOKEN`], and what can read none has a
//! placeholder that says what belongs there.

use std::fmt::Write;

use crate::api::redaction::redact_dotted;
use crate::api::request::{Method, Request};

mod literal;

mod csharp;
mod curl;
mod go;
mod http;
mod java;
mod jquery;
mod nodejs;
mod php;
mod powershell;
mod python;
mod ruby;
mod swift;

pub mod script;

/// The environment variable that a program takes the token from.
pub const TOKEN: &str = "PINGONE_ACCESS_TOKEN";

/// What a snippet is written in: the languages of PingOne's own tutorials, in their order, and `PowerShell`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Language {
    /// A shell with cURL.
    #[default]
    Curl,
    /// C#.
    CSharp,
    /// Go.
    Go,
    /// The message itself, as editors and HTTP clients send it.
    Http,
    /// Java.
    Java,
    /// A page with jQuery.
    JQuery,
    /// Node.js.
    NodeJs,
    /// Python.
    Python,
    /// PHP.
    Php,
    /// Ruby.
    Ruby,
    /// Swift.
    Swift,
    /// `PowerShell`.
    PowerShell,
}

impl Language {
    /// All of them.
    pub const ALL: [Self; 12] = [
        Self::Curl,
        Self::CSharp,
        Self::Go,
        Self::Http,
        Self::Java,
        Self::JQuery,
        Self::NodeJs,
        Self::Python,
        Self::Php,
        Self::Ruby,
        Self::Swift,
        Self::PowerShell,
    ];

    /// Its name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Curl => "cURL",
            Self::CSharp => "C#",
            Self::Go => "Go",
            Self::Http => "HTTP",
            Self::Java => "Java",
            Self::JQuery => "jQuery",
            Self::NodeJs => "NodeJS",
            Self::Python => "Python",
            Self::Php => "PHP",
            Self::Ruby => "Ruby",
            Self::Swift => "Swift",
            Self::PowerShell => "PowerShell",
        }
    }

    /// The language with this name.
    #[must_use]
    pub fn of_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|language| language.name() == name)
    }
}

/// A request as every language needs it: plain texts, free of tokens.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sample {
    method: Method,
    url: String,
    body: Option<String>,
}

impl Sample {
    /// Of a method, a URL and a JSON body. A token that somebody typed into a search is taken out. In the URL whatever
    /// no URL has is percent-encoded; of the body control characters are left out that no JSON has.
    #[must_use]
    pub fn new(method: Method, url: &str, body: Option<&[u8]>) -> Self {
        let body = body.map(|body| {
            let text = redact_dotted(&String::from_utf8_lossy(body));
            text.chars().filter(|letter| !letter.is_ascii_control() || "\t\r\n".contains(*letter)).collect()
        });
        Self { method, url: percent_encoded(&redact_dotted(url)), body }
    }

    /// The request in a language.
    #[must_use]
    pub fn code(&self, language: Language) -> String {
        match language {
            Language::Curl => curl::code(self),
            Language::CSharp => csharp::code(self),
            Language::Go => go::code(self),
            Language::Http => http::code(self),
            Language::Java => java::code(self),
            Language::JQuery => jquery::code(self),
            Language::NodeJs => nodejs::code(self),
            Language::Python => python::code(self),
            Language::Php => php::code(self),
            Language::Ruby => ruby::code(self),
            Language::Swift => swift::code(self),
            Language::PowerShell => powershell::code(self),
        }
    }

    /// The method as languages name it that name it in mixed case.
    const fn capitalised(&self) -> &'static str {
        match self.method {
            Method::Get => "Get",
            Method::Post => "Post",
            Method::Put => "Put",
        }
    }
}

impl From<&Request> for Sample {
    fn from(request: &Request) -> Self {
        Self::new(request.method, request.endpoint.as_str(), request.body.as_deref())
    }
}

/// The text with everything percent-encoded that RFC 3986 has no place for, and with it the apostrophe, as browsers do.
fn percent_encoded(url: &str) -> String {
    let mut encoded = String::with_capacity(url.len());
    for byte in url.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~:/?#[]@!$&()*+,;=%".contains(&byte) {
            encoded.push(char::from(byte));
        } else {
            // Writing to a text can't fail.
            let _ = write!(encoded, "%{byte:02X}");
        }
    }
    encoded
}

#[cfg(test)]
mod tests;
