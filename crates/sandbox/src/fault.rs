//! Faults on demand: rules that say which requests go wrong, and how.

use http::{Method, Request};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::seed::Dice;

/// Which requests go wrong, how many of them, and how.
///
/// As JSON, for example: `{"on":{"method":"PUT","endpoint":"mfaEnabled"},"share":0.1,"fault":{"kind":"lost"}}`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rule {
    /// Which requests.
    #[serde(default)]
    pub on: On,
    /// The part of them, from 0 to 1.
    #[serde(default = "whole")]
    pub share: f64,
    /// So many of them are left alone first.
    #[serde(default)]
    pub skip: u64,
    /// It happens so often at most.
    #[serde(default)]
    pub times: Option<u64>,
    /// How.
    pub fault: Fault,
}

const fn whole() -> f64 {
    1.0
}

/// Which requests. What is not said, any.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct On {
    /// The method, for example `PUT`.
    #[serde(default)]
    pub method: Option<String>,
    /// The last word of the path that is no id: `users`, `mfaEnabled`, `token`, …; `user` for one user.
    #[serde(default)]
    pub endpoint: Option<String>,
    /// The user whose data it is about.
    #[serde(default)]
    pub user: Option<Uuid>,
    /// The page of a list, from 1.
    #[serde(default)]
    pub page: Option<u64>,
}

/// How a request goes wrong.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case", rename_all_fields = "camelCase", deny_unknown_fields)]
pub enum Fault {
    /// Nothing comes for a while, then all.
    Delay {
        /// How long.
        millis: u64,
    },
    /// The body comes in portions.
    Drip {
        /// The bytes of a portion.
        portion: usize,
        /// The pause between two.
        every_millis: u64,
    },
    /// It is carried out, but the answer is lost: the connection ends before the headers.
    Lost {
        /// Reset instead of closed.
        #[serde(default)]
        reset: bool,
    },
    /// It is not carried out, and the connection ends before the headers.
    Dropped {
        /// Reset instead of closed.
        #[serde(default)]
        reset: bool,
    },
    /// It is carried out; the connection ends after so many bytes of the body, 0 for right after the headers.
    Cut {
        /// The bytes.
        #[serde(default)]
        after: usize,
        /// Reset instead of closed.
        #[serde(default)]
        reset: bool,
    },
    /// Nothing ever comes.
    BlackHole {
        /// Whether it is carried out.
        #[serde(default)]
        applied: bool,
    },
    /// A write is answered at once and carried out later.
    AppliedLate {
        /// How much later.
        millis: i64,
    },
    /// A write is answered and never carried out.
    NeverApplied,
    /// A write is carried out, and the answer says the other value.
    OtherValue,
    /// It is not carried out, and answered with this status.
    Status {
        /// From 400 to 599.
        status: u16,
        /// `Retry-After` and its hint in the body, in seconds.
        #[serde(default)]
        retry_after: Option<u32>,
        /// Without CORS headers, as a gateway might answer.
        #[serde(default)]
        without_cors: bool,
    },
    /// It is not carried out, and refused with 403 `LICENSE_EXCEEDED`.
    LicenseExceeded,
    /// It is not carried out, and refused with 429 `QUOTA_EXCEEDED`.
    QuotaExceeded {
        /// `Retry-After`, in seconds.
        retry_after: u32,
    },
    /// The answer has another content type.
    ContentType {
        /// For example `text/plain`.
        value: String,
    },
    /// A page of HTML instead of the answer, with status 200.
    Html,
    /// It is not carried out, and a gateway answers with this status and a page of HTML.
    Gateway {
        /// From 400 to 599.
        status: u16,
    },
    /// The answer quotes the `Authorization` header: in its `Correlation-Id` and in a field of its JSON body.
    Echo,
    /// It is not carried out, and answered with this text. `{authorization}` stands for the request's header.
    Text {
        /// From 200 to 599.
        status: u16,
        /// The text.
        text: String,
        /// How it is written.
        #[serde(default)]
        encoding: Encoding,
        /// The text comes so often.
        #[serde(default = "once")]
        times: usize,
        /// The content type.
        #[serde(default = "html")]
        content_type: String,
    },
    /// The body is filled up with blanks to this size.
    Oversized {
        /// In bytes.
        bytes: usize,
    },
    /// The same, and it is sent compressed: few bytes become many.
    GzipBomb {
        /// In bytes, before it is compressed.
        bytes: usize,
    },
    /// The body ends early, but is sent as a whole one.
    Truncated {
        /// The bytes that are left.
        after: usize,
    },
    /// JSON so deeply nested that readers give up.
    Nested {
        /// The depth.
        depth: usize,
    },
    /// Every `mfaEnabled` stands twice, with different values.
    DuplicateKey,
    /// Each `mfaEnabled` of a body is the next of these values, from the first again after the last.
    OddFlag {
        /// As JSON, for example `null` or `"true"`; an empty text leaves the flag out.
        values: Vec<String>,
    },
    /// The link to the next page leads to this one.
    NextLoops,
    /// The link to the next page leads elsewhere.
    NextElsewhere {
        /// Where to.
        href: String,
    },
}

/// How a text becomes bytes.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Encoding {
    /// UTF-8.
    #[default]
    Utf8,
    /// UTF-16 with its mark, the low byte first.
    Utf16,
    /// ISO 8859-1; a letter that it hasn't becomes a question mark.
    Latin1,
}

const fn once() -> usize {
    1
}

fn html() -> String {
    "text/html".to_owned()
}

impl Rule {
    /// What is wrong with it, in a sentence that names the field.
    ///
    /// # Errors
    /// The first value that can't be meant.
    pub fn check(&self) -> Result<(), String> {
        if !self.share.is_finite() || !(0.0..=1.0).contains(&self.share) {
            return Err("share: must be from 0 to 1".to_owned());
        }
        if self.on.method.as_ref().is_some_and(|method| Method::from_bytes(method.as_bytes()).is_err()) {
            return Err("on.method: is no method".to_owned());
        }
        match &self.fault {
            Fault::Status { status, .. } | Fault::Gateway { status } if !(400..600).contains(status) => {
                Err("fault.status: must be from 400 to 599".to_owned())
            }
            Fault::Text { status, .. } if !(200..600).contains(status) => {
                Err("fault.status: must be from 200 to 599".to_owned())
            }
            Fault::Text { text, times, .. } if text.len().saturating_mul(*times) > MOST_BYTES => {
                Err(format!("fault.times: must make at most {MOST_BYTES} bytes"))
            }
            Fault::OddFlag { values } if !values.iter().all(|value| is_value(value)) => {
                Err("fault.values: must be JSON, or empty".to_owned())
            }
            Fault::Drip { portion: 0, .. } => Err("fault.portion: must be at least 1".to_owned()),
            Fault::Oversized { bytes } | Fault::GzipBomb { bytes } if *bytes > MOST_BYTES => {
                Err(format!("fault.bytes: must be at most {MOST_BYTES}"))
            }
            Fault::Nested { depth } if *depth > MOST_BYTES / 2 => {
                Err(format!("fault.depth: must be at most {}", MOST_BYTES / 2))
            }
            _ => Ok(()),
        }
    }
}

fn is_value(text: &str) -> bool {
    text.is_empty() || serde_json::from_str::<serde_json::Value>(text).is_ok()
}

/// More than this is no test of a client any more.
const MOST_BYTES: usize = 64 * 1024 * 1024;

/// What a rule is compared with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Subject<'a> {
    pub(crate) endpoint: &'a str,
    pub(crate) user: Option<Uuid>,
    pub(crate) page: u64,
}

impl On {
    fn is_meant(&self, request: &Request<Vec<u8>>, subject: Subject<'_>) -> bool {
        // A rule that names no method spares preflights: what it is about would never be sent.
        let method = request.method().as_str();
        let is_method = match &self.method {
            Some(named) => named == method,
            None => method != "OPTIONS",
        };
        is_method
            && self.endpoint.as_ref().is_none_or(|endpoint| subject.endpoint == endpoint)
            && self.user.is_none_or(|user| subject.user == Some(user))
            && self.page.is_none_or(|page| subject.page == page)
    }
}

/// The rules in force, and how often each has been asked.
#[derive(Debug)]
pub(crate) struct Faults {
    rules: Vec<Counted>,
    dice: Dice,
}

#[derive(Debug)]
struct Counted {
    rule: Rule,
    met: u64,
    happened: u64,
}

impl Faults {
    pub(crate) fn new(seed: u64) -> Self {
        Self { rules: Vec::new(), dice: Dice::new(seed ^ 0xfa) }
    }

    pub(crate) fn add(&mut self, rule: Rule) {
        self.rules.push(Counted { rule, met: 0, happened: 0 });
    }

    pub(crate) fn clear(&mut self) {
        self.rules.clear();
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.rules.is_empty()
    }

    pub(crate) fn rules(&self) -> impl Iterator<Item = &Rule> {
        self.rules.iter().map(|counted| &counted.rule)
    }

    /// The fault of the first rule that strikes.
    pub(crate) fn strike(&mut self, request: &Request<Vec<u8>>, subject: Subject<'_>) -> Option<Fault> {
        let dice = &mut self.dice;
        let mut rules = self.rules.iter_mut();
        rules.find_map(|counted| counted.strikes(request, subject, dice).then(|| counted.rule.fault.clone()))
    }
}

impl Counted {
    fn strikes(&mut self, request: &Request<Vec<u8>>, subject: Subject<'_>, dice: &mut Dice) -> bool {
        if !self.rule.on.is_meant(request, subject) {
            return false;
        }
        self.met += 1;
        let is_due = self.met > self.rule.skip && self.rule.times.is_none_or(|times| self.happened < times);
        let strikes = is_due && dice.happens(self.rule.share);
        self.happened += u64::from(strikes);
        strikes
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rule(json: &str) -> Rule {
        serde_json::from_str(json).unwrap()
    }

    fn strikes(json: &str, tries: usize) -> usize {
        let mut faults = Faults::new(1);
        faults.add(rule(json));
        let request = Request::put("/").body(Vec::new()).unwrap();
        let subject = Subject { endpoint: "mfaEnabled", user: None, page: 1 };
        (0..tries).filter(|_| faults.strike(&request, subject).is_some()).count()
    }

    #[test]
    fn a_rule_strikes_what_it_names_and_nothing_else() {
        assert_eq!(
            strikes(r#"{"on":{"method":"PUT","endpoint":"mfaEnabled"},"fault":{"kind":"lost"}}"#, 3),
            3
        );
        assert_eq!(strikes(r#"{"on":{"method":"GET"},"fault":{"kind":"lost"}}"#, 3), 0);
        assert_eq!(strikes(r#"{"on":{"endpoint":"users"},"fault":{"kind":"lost"}}"#, 3), 0);
        assert_eq!(strikes(r#"{"on":{"page":2},"fault":{"kind":"lost"}}"#, 3), 0);
    }

    #[test]
    fn skip_times_and_share_are_kept() {
        assert_eq!(strikes(r#"{"skip":2,"times":3,"fault":{"kind":"html"}}"#, 10), 3);
        let half = strikes(r#"{"share":0.5,"fault":{"kind":"html"}}"#, 1000);
        assert!((450..550).contains(&half), "{half}");
        assert_eq!(strikes(r#"{"share":0,"fault":{"kind":"html"}}"#, 100), 0);
    }

    #[test]
    fn a_rule_that_cannot_be_meant_is_named() {
        let wrong = |json: &str| rule(json).check().unwrap_err();
        assert!(wrong(r#"{"share":2,"fault":{"kind":"html"}}"#).starts_with("share:"));
        assert!(wrong(r#"{"fault":{"kind":"status","status":200}}"#).starts_with("fault.status:"));
        assert!(wrong(r#"{"fault":{"kind":"text","status":100,"text":""}}"#).starts_with("fault.status:"));
        let long = r#"{"fault":{"kind":"text","status":200,"text":"0123456789","times":10000000}}"#;
        assert!(wrong(long).starts_with("fault.times:"));
        assert!(wrong(r#"{"fault":{"kind":"gateway","status":200}}"#).starts_with("fault.status:"));
        assert!(wrong(r#"{"fault":{"kind":"odd-flag","values":["tru"]}}"#).starts_with("fault.values:"));
        assert!(
            wrong(r#"{"fault":{"kind":"drip","portion":0,"everyMillis":1}}"#).starts_with("fault.portion:")
        );
        assert!(serde_json::from_str::<Rule>(r#"{"fault":{"kind":"explode"}}"#).is_err());
        assert!(serde_json::from_str::<Rule>(r#"{"fault":{"kind":"html"},"sahre":1}"#).is_err());
    }
}
