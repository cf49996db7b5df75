//! Reads fields out of a JSON value by their path; a failure names the path. By hand, because derived readers with
//! path tracking would be a fifth of the program that every administrator downloads. They are never inlined for the same
//! reason: each is called for many fields.

use serde_json::Value;
use uuid::Uuid;

use crate::domain::time::Timestamp;

/// A field that is missing or of another type.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct FieldError {
    /// Its path, for example `_links.next.href`.
    pub(super) field: String,
    /// What is wrong with it.
    pub(super) problem: &'static str,
}

impl FieldError {
    pub(super) fn new(field: impl Into<String>, problem: &'static str) -> Self {
        Self { field: field.into(), problem }
    }
}

/// What stands at the path. PingOne omits what is null, so null is as good as missing.
#[inline(never)]
pub(super) fn at<'a>(value: &'a Value, path: &str) -> Option<&'a Value> {
    path.split('.').try_fold(value, |value, key| value.get(key)).filter(|value| !value.is_null())
}

/// A text, if there is one.
#[inline(never)]
pub(super) fn text<'a>(value: &'a Value, path: &str) -> Result<Option<&'a str>, FieldError> {
    let Some(found) = at(value, path) else { return Ok(None) };
    found.as_str().map(Some).ok_or_else(|| FieldError::new(path, "is no text"))
}

/// A Boolean, if there is one.
#[inline(never)]
pub(super) fn boolean(value: &Value, path: &str) -> Result<Option<bool>, FieldError> {
    let Some(found) = at(value, path) else { return Ok(None) };
    found.as_bool().map(Some).ok_or_else(|| FieldError::new(path, "is neither true nor false"))
}

/// A whole number from 0, if there is one.
#[inline(never)]
pub(super) fn number(value: &Value, path: &str) -> Result<Option<u64>, FieldError> {
    let Some(found) = at(value, path) else { return Ok(None) };
    found.as_u64().map(Some).ok_or_else(|| FieldError::new(path, "is no whole number"))
}

/// An id, if there is one.
#[inline(never)]
pub(super) fn id(value: &Value, path: &str) -> Result<Option<Uuid>, FieldError> {
    let Some(found) = text(value, path)? else { return Ok(None) };
    Uuid::try_parse(found).map(Some).map_err(|_| FieldError::new(path, "is no UUID"))
}

/// A point in time, if there is one.
#[inline(never)]
pub(super) fn time(value: &Value, path: &str) -> Result<Option<Timestamp>, FieldError> {
    let Some(found) = text(value, path)? else { return Ok(None) };
    let at = Timestamp::from_rfc3339(found);
    at.map(Some).ok_or_else(|| FieldError::new(path, "is no time like 2026-11-23T13:36:00.000Z"))
}

/// A list, which must be there.
#[inline(never)]
pub(super) fn list<'a>(value: &'a Value, path: &str) -> Result<&'a [Value], FieldError> {
    let found = need(at(value, path), path)?;
    found.as_array().map(Vec::as_slice).ok_or_else(|| FieldError::new(path, "is no list"))
}

/// What must be there.
pub(super) fn need<T>(found: Option<T>, path: &str) -> Result<T, FieldError> {
    found.ok_or_else(|| FieldError::new(path, "is missing"))
}

/// A text as JSON has it, in quotes.
pub(super) fn quoted(text: &str) -> String {
    // Every text has a JSON form, so that this can't fail.
    serde_json::to_string(text).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_path_leads_through_objects_and_null_is_missing() {
        let value = json!({"a": {"b": "x"}, "n": null, "c": 3});
        assert_eq!(text(&value, "a.b"), Ok(Some("x")));
        assert_eq!(text(&value, "a.z"), Ok(None));
        assert_eq!(text(&value, "n"), Ok(None));
        assert_eq!(text(&value, "a"), Err(FieldError::new("a", "is no text")));
        assert_eq!(number(&value, "c"), Ok(Some(3)));
        assert_eq!(list(&value, "d"), Err(FieldError::new("d", "is missing")));
        assert_eq!(id(&value, "a.b"), Err(FieldError::new("a.b", "is no UUID")));
    }
}
