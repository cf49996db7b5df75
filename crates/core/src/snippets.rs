//! Writes a request as code that runs elsewhere, and a plan as a script. One file per language.
//!
//! The generated text never contains a token: programs read it from the environment variable [`TOKEN`], and languages
//! without environment variables get a placeholder that says what belongs there.

use std::fmt::Write;

use pingone::redaction::secrets::redact_dotted;
use pingone::request::{Method, Request};

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

/// The environment variable that a generated program reads the token from.
pub const TOKEN: &str = "PINGONE_ACCESS_TOKEN";

/// A language for snippets: the languages of PingOne's tutorials, in their order, and `PowerShell`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Language {
    /// A shell command that uses cURL.
    #[default]
    Curl,
    /// C# 6 or newer, for .NET of any version.
    CSharp,
    /// Go, with its standard library.
    Go,
    /// The HTTP message itself, as editors and HTTP clients send it.
    Http,
    /// Java 11 or newer, without libraries.
    Java,
    /// A script for a page that uses jQuery.
    JQuery,
    /// Node.js 18 or newer, without packages.
    NodeJs,
    /// Python, with its standard library.
    Python,
    /// PHP, with its cURL extension.
    Php,
    /// Ruby, with its standard library.
    Ruby,
    /// Swift 5.7 or newer, on Apple's systems and Linux.
    Swift,
    /// `PowerShell` 7.4 or newer, on any system.
    PowerShell,
}

impl Language {
    /// All languages, in the order in which they are shown.
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

    /// The language's name, as the page shows it.
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

    /// Finds the language with this name.
    #[must_use]
    pub fn of_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|language| language.name() == name)
    }
}

/// A request in the form that every language needs: plain text without a token.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sample {
    method: Method,
    url: String,
    body: Option<String>,
}

impl Sample {
    /// Creates a sample from a method, a URL and a JSON body.
    ///
    /// A token that someone typed into a search is redacted. Characters that a URL can't contain are percent-encoded;
    /// control characters that JSON can't contain are removed from the body.
    #[must_use]
    pub fn new(method: Method, url: &str, body: Option<&[u8]>) -> Self {
        let body = body.map(|body| {
            let text = redact_dotted(&String::from_utf8_lossy(body));
            text.chars().filter(|letter| !letter.is_ascii_control() || "\t\r\n".contains(*letter)).collect()
        });
        Self { method, url: percent_encoded(&redact_dotted(url)), body }
    }

    /// Writes the request in this language.
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

    /// The method in mixed case, as some languages name it.
    const fn capitalized(&self) -> &'static str {
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

/// Percent-encodes everything that RFC 3986 doesn't permit in a URL, and the apostrophe too, as browsers do.
fn percent_encoded(url: &str) -> String {
    let mut encoded = String::with_capacity(url.len());
    for byte in url.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~:/?#[]@!$&()*+,;=%".contains(&byte) {
            encoded.push(char::from(byte));
        } else {
            // Writing to a string can't fail.
            let _ = write!(encoded, "%{byte:02X}");
        }
    }
    encoded
}

#[cfg(test)]
mod tests;
