//! Faults on demand: rules that select requests and say how they fail.

use http::{Method, Request};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::dice::Dice;

/// A fault rule: which requests fail, how often, and how.
///
/// As JSON, for example: `{"on":{"method":"PUT","endpoint":"mfaEnabled"},"share":0.1,"fault":{"kind":"lost"}}`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rule {
    /// The requests that the rule applies to; by default all but preflights.
    #[serde(default)]
    pub on: On,
    /// The share of these requests that fail, from 0 to 1. The default is 1.
    #[serde(default = "whole")]
    pub share: f64,
    /// Number of matching requests that are left alone before the first fault.
    #[serde(default)]
    pub skip: u64,
    /// Maximum number of faults; `None` for no limit.
    #[serde(default)]
    pub times: Option<u64>,
    /// How the selected requests fail.
    pub fault: Fault,
}

const fn whole() -> f64 {
    1.0
}

/// Selects requests. An absent condition matches every request.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct On {
    /// The HTTP method, for example `PUT`. If absent, all methods but `OPTIONS` match.
    #[serde(default)]
    pub method: Option<String>,
    /// The last path segment that isn't an ID: `users`, `mfaEnabled`, `token`, …; `user` for a single user.
    #[serde(default)]
    pub endpoint: Option<String>,
    /// The ID of the user that the request's path names. Paths of devices and bypasses never match.
    #[serde(default)]
    pub user: Option<Uuid>,
    /// The page number of the user list, starting at 1.
    #[serde(default)]
    pub page: Option<u64>,
}

/// The way in which a request fails.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case", rename_all_fields = "camelCase", deny_unknown_fields)]
pub enum Fault {
    /// The whole answer is delayed.
    Delay {
        /// The delay before the answer, in milliseconds.
        millis: u64,
    },
    /// The body is sent slowly, in portions.
    Drip {
        /// Size of a portion in bytes, at least 1.
        portion: usize,
        /// Pause between two portions, in milliseconds.
        every_millis: u64,
    },
    /// The request is executed, but its answer is lost: the connection ends before the headers.
    Lost {
        /// Whether the connection is reset instead of closed.
        #[serde(default)]
        reset: bool,
    },
    /// The request isn't executed, and the connection ends before the headers.
    Dropped {
        /// Whether the connection is reset instead of closed.
        #[serde(default)]
        reset: bool,
    },
    /// The request is executed, but the connection ends within the body.
    Cut {
        /// Number of body bytes that are sent; 0 ends the connection right after the headers.
        #[serde(default)]
        after: usize,
        /// Whether the connection is reset instead of closed.
        #[serde(default)]
        reset: bool,
    },
    /// The request is never answered, and the connection stays open.
    BlackHole {
        /// Whether the request is executed.
        #[serde(default)]
        applied: bool,
    },
    /// A write is answered immediately and applied later.
    AppliedLate {
        /// The delay until the write is applied, in milliseconds.
        millis: i64,
    },
    /// A write is answered with success and never applied.
    NeverApplied,
    /// A write is applied, but the answer reports the opposite value.
    OtherValue,
    /// The request isn't executed, and is answered with this status.
    Status {
        /// The HTTP status of the answer, from 400 to 599.
        status: u16,
        /// Seconds in the `Retry-After` header. Ignored for 401, 403, 404, 405 and 415.
        #[serde(default)]
        retry_after: Option<u32>,
        /// Whether the CORS headers are left out, as a gateway may do.
        #[serde(default)]
        without_cors: bool,
    },
    /// The request isn't executed, and is refused with 403 `LICENSE_EXCEEDED`.
    LicenseExceeded,
    /// The request isn't executed, and is refused with 429 `QUOTA_EXCEEDED`.
    QuotaExceeded {
        /// Seconds in the `Retry-After` header.
        retry_after: u32,
    },
    /// The answer has a wrong content type.
    ContentType {
        /// The content type, for example `text/plain`.
        value: String,
    },
    /// An HTML page with status 200 replaces the answer.
    Html,
    /// The request isn't executed, and a gateway answers with this status and an HTML page.
    Gateway {
        /// The HTTP status of the answer, from 400 to 599.
        status: u16,
    },
    /// The answer echoes the `Authorization` header, in its correlation ID and in a field of its JSON body.
    Echo,
    /// The request isn't executed, and is answered with this text.
    Text {
        /// The HTTP status of the answer, from 200 to 599.
        status: u16,
        /// The text of the body. `{authorization}` is replaced by the request's `Authorization` header.
        text: String,
        /// The character encoding of the body.
        #[serde(default)]
        encoding: Encoding,
        /// How often the text is repeated.
        #[serde(default = "once")]
        times: usize,
        /// The content type, by default `text/html`.
        #[serde(default = "html")]
        content_type: String,
    },
    /// The body is padded with spaces to this size.
    Oversized {
        /// Size of the padded body in bytes.
        bytes: usize,
    },
    /// The body is padded with spaces and sent compressed, so that few bytes expand to many.
    GzipBomb {
        /// Size of the uncompressed body in bytes.
        bytes: usize,
    },
    /// The body is truncated, but sent as if it were complete.
    Truncated {
        /// Number of bytes that are kept.
        after: usize,
    },
    /// JSON that is nested so deeply that parsers give up.
    Nested {
        /// Number of nested arrays in the body.
        depth: usize,
    },
    /// Every `mfaEnabled` occurs twice, with different values.
    DuplicateKey,
    /// The `mfaEnabled` fields of a body take these values in turn, starting over after the last.
    OddFlag {
        /// JSON values, for example `null` or `"true"`; an empty text omits the field.
        values: Vec<String>,
    },
    /// The link to the next page points to the current page.
    NextLoops,
    /// The link to the next page points to another address.
    NextElsewhere {
        /// The address that replaces the link.
        href: String,
    },
}

/// The character encoding of a text body.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Encoding {
    /// UTF-8, without a byte order mark.
    #[default]
    Utf8,
    /// UTF-16, little-endian, with a byte order mark.
    Utf16,
    /// ISO 8859-1; characters that it lacks become question marks.
    Latin1,
}

const fn once() -> usize {
    1
}

fn html() -> String {
    "text/html".to_owned()
}

impl Rule {
    /// Validates the rule; stops at the first invalid value.
    ///
    /// # Errors
    /// A sentence about the first invalid value, starting with the field's name.
    pub fn check(&self) -> Result<(), String> {
        if !self.share.is_finite() || !(0.0..=1.0).contains(&self.share) {
            return Err("share: must be from 0 to 1".to_owned());
        }
        if self.on.method.as_ref().is_some_and(|method| Method::from_bytes(method.as_bytes()).is_err()) {
            return Err("on.method: isn't an HTTP method".to_owned());
        }
        match &self.fault {
            Fault::Status { status, .. } | Fault::Gateway { status } if !(400..600).contains(status) => {
                Err("fault.status: must be from 400 to 599".to_owned())
            }
            Fault::Text { status, .. } if !(200..600).contains(status) => {
                Err("fault.status: must be from 200 to 599".to_owned())
            }
            Fault::Text { text, times, .. } if text.len().saturating_mul(*times) > MAX_BYTES => {
                Err(format!("fault.times: must make at most {MAX_BYTES} bytes"))
            }
            Fault::OddFlag { values } if !values.iter().all(|value| is_value(value)) => {
                Err("fault.values: must be JSON, or empty".to_owned())
            }
            Fault::Drip { portion: 0, .. } => Err("fault.portion: must be at least 1".to_owned()),
            Fault::Oversized { bytes } | Fault::GzipBomb { bytes } if *bytes > MAX_BYTES => {
                Err(format!("fault.bytes: must be at most {MAX_BYTES}"))
            }
            Fault::Nested { depth } if *depth > MAX_BYTES / 2 => {
                Err(format!("fault.depth: must be at most {}", MAX_BYTES / 2))
            }
            _ => Ok(()),
        }
    }
}

fn is_value(text: &str) -> bool {
    text.is_empty() || serde_json::from_str::<serde_json::Value>(text).is_ok()
}

/// Maximum size of a generated body. A larger one wouldn't test a client any better.
const MAX_BYTES: usize = 64 * 1024 * 1024;

/// The properties of a request that rules match.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Subject<'a> {
    pub(crate) endpoint: &'a str,
    pub(crate) user: Option<Uuid>,
    pub(crate) page: u64,
}

impl On {
    fn matches(&self, request: &Request<Vec<u8>>, subject: Subject<'_>) -> bool {
        // A rule without a method doesn't match preflights: if those failed, the
        // request it selects would never be sent.
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

/// The active rules, with counters of matched requests and faults.
#[derive(Debug)]
pub(crate) struct Faults {
    rules: Vec<CountedRule>,
    dice: Dice,
}

#[derive(Debug)]
struct CountedRule {
    rule: Rule,
    matched: u64,
    failed: u64,
}

impl Faults {
    pub(crate) fn new(seed: u64) -> Self {
        Self { rules: Vec::new(), dice: Dice::new(seed ^ 0xfa) }
    }

    pub(crate) fn add(&mut self, rule: Rule) {
        self.rules.push(CountedRule { rule, matched: 0, failed: 0 });
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

    /// The fault of the first rule that applies to the request.
    pub(crate) fn next_fault(&mut self, request: &Request<Vec<u8>>, subject: Subject<'_>) -> Option<Fault> {
        let dice = &mut self.dice;
        let mut rules = self.rules.iter_mut();
        rules.find_map(|counted| counted.applies(request, subject, dice).then(|| counted.rule.fault.clone()))
    }
}

impl CountedRule {
    fn applies(&mut self, request: &Request<Vec<u8>>, subject: Subject<'_>, dice: &mut Dice) -> bool {
        if !self.rule.on.matches(request, subject) {
            return false;
        }
        self.matched += 1;
        let is_due = self.matched > self.rule.skip && self.rule.times.is_none_or(|times| self.failed < times);
        let applies = is_due && dice.happens(self.rule.share);
        self.failed += u64::from(applies);
        applies
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rule(json: &str) -> Rule {
        serde_json::from_str(json).unwrap()
    }

    fn faults(json: &str, tries: usize) -> usize {
        let mut rules = Faults::new(1);
        rules.add(rule(json));
        let request = Request::put("/").body(Vec::new()).unwrap();
        let subject = Subject { endpoint: "mfaEnabled", user: None, page: 1 };
        (0..tries).filter(|_| rules.next_fault(&request, subject).is_some()).count()
    }

    #[test]
    fn a_rule_applies_only_to_the_requests_it_selects() {
        assert_eq!(
            faults(r#"{"on":{"method":"PUT","endpoint":"mfaEnabled"},"fault":{"kind":"lost"}}"#, 3),
            3
        );
        assert_eq!(faults(r#"{"on":{"method":"GET"},"fault":{"kind":"lost"}}"#, 3), 0);
        assert_eq!(faults(r#"{"on":{"endpoint":"users"},"fault":{"kind":"lost"}}"#, 3), 0);
        assert_eq!(faults(r#"{"on":{"page":2},"fault":{"kind":"lost"}}"#, 3), 0);
    }

    #[test]
    fn skip_times_and_share_are_respected() {
        assert_eq!(faults(r#"{"skip":2,"times":3,"fault":{"kind":"html"}}"#, 10), 3);
        let half = faults(r#"{"share":0.5,"fault":{"kind":"html"}}"#, 1000);
        assert!((450..550).contains(&half), "{half}");
        assert_eq!(faults(r#"{"share":0,"fault":{"kind":"html"}}"#, 100), 0);
    }

    #[test]
    fn an_invalid_rule_is_reported_by_its_field_name() {
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
