//! Reading of typed fields from a JSON value by path; an error names the path. It is written by hand because derived
//! deserializers with path tracking would make up a fifth of the program that every administrator downloads. For the
//! same reason the functions are never inlined: each is called for many fields.

use serde_json::Value;
use uuid::Uuid;

use crate::time::Timestamp;

/// Parses JSON. The one parser of the program: each further caller of `serde_json::from_slice` in
/// another crate would bring a copy of it.
pub fn parse(json: &[u8]) -> Result<Value, serde_json::Error> {
    serde_json::from_slice(json)
}

/// A field that is missing or has a wrong type.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FieldError {
    /// The field's path, for example `_links.next.href`.
    pub field: String,
    /// The problem as the rest of a sentence, for example `is missing`.
    pub problem: &'static str,
}

impl FieldError {
    /// An error at this field, with the problem in a few words.
    pub fn new(field: impl Into<String>, problem: &'static str) -> Self {
        Self { field: field.into(), problem }
    }
}

/// The value at a path. PingOne omits null values, so null counts as missing.
#[inline(never)]
pub fn at<'a>(value: &'a Value, path: &str) -> Option<&'a Value> {
    path.split('.').try_fold(value, |value, key| value.get(key)).filter(|value| !value.is_null())
}

/// The text at a path; `None` if it is missing.
#[inline(never)]
pub fn text<'a>(value: &'a Value, path: &str) -> Result<Option<&'a str>, FieldError> {
    let Some(found) = at(value, path) else { return Ok(None) };
    found.as_str().map(Some).ok_or_else(|| FieldError::new(path, "isn't a text"))
}

/// The Boolean at a path; `None` if it is missing.
#[inline(never)]
pub fn boolean(value: &Value, path: &str) -> Result<Option<bool>, FieldError> {
    let Some(found) = at(value, path) else { return Ok(None) };
    found.as_bool().map(Some).ok_or_else(|| FieldError::new(path, "is neither true nor false"))
}

/// The non-negative integer at a path; `None` if it is missing.
#[inline(never)]
pub fn number(value: &Value, path: &str) -> Result<Option<u64>, FieldError> {
    let Some(found) = at(value, path) else { return Ok(None) };
    found.as_u64().map(Some).ok_or_else(|| FieldError::new(path, "isn't a whole number"))
}

/// The UUID at a path; `None` if it is missing.
#[inline(never)]
pub fn id(value: &Value, path: &str) -> Result<Option<Uuid>, FieldError> {
    let Some(found) = text(value, path)? else { return Ok(None) };
    Uuid::try_parse(found).map(Some).map_err(|_| FieldError::new(path, "isn't a UUID"))
}

/// The RFC 3339 time at a path; `None` if it is missing.
#[inline(never)]
pub fn time(value: &Value, path: &str) -> Result<Option<Timestamp>, FieldError> {
    let Some(found) = text(value, path)? else { return Ok(None) };
    let at = Timestamp::from_rfc3339(found);
    at.map(Some).ok_or_else(|| FieldError::new(path, "isn't a time like 2026-11-23T13:36:00.000Z"))
}

/// The list at a path; an error if it is missing.
#[inline(never)]
pub fn list<'a>(value: &'a Value, path: &str) -> Result<&'a [Value], FieldError> {
    let found = need(at(value, path), path)?;
    found.as_array().map(Vec::as_slice).ok_or_else(|| FieldError::new(path, "isn't a list"))
}

/// Turns a missing value into an error.
pub fn need<T>(found: Option<T>, path: &str) -> Result<T, FieldError> {
    found.ok_or_else(|| FieldError::new(path, "is missing"))
}

/// A text as a JSON string, with quotes and escapes.
pub fn quoted(text: &str) -> String {
    // Serializing a string can't fail.
    serde_json::to_string(text).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_path_is_followed_through_objects_and_null_counts_as_missing() {
        let value = json!({"a": {"b": "x"}, "n": null, "c": 3});
        assert_eq!(text(&value, "a.b"), Ok(Some("x")));
        assert_eq!(text(&value, "a.z"), Ok(None));
        assert_eq!(text(&value, "n"), Ok(None));
        assert_eq!(text(&value, "a"), Err(FieldError::new("a", "isn't a text")));
        assert_eq!(number(&value, "c"), Ok(Some(3)));
        assert_eq!(list(&value, "d"), Err(FieldError::new("d", "is missing")));
        assert_eq!(id(&value, "a.b"), Err(FieldError::new("a.b", "isn't a UUID")));
    }
}
