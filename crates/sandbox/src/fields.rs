//! The fields of a JSON body, accessed by dotted names.

use http::{Request, header};
use serde_json::{Map, Value};

use crate::refusal::Refusal;

/// The fields of a JSON object. A field that is `null` counts as missing.
pub(crate) struct Fields(Map<String, Value>);

impl Fields {
    /// Parses a body of `application/json`. `first` is the field that the error names if the body isn't an object.
    pub(crate) fn read(request: &Request<Vec<u8>>, first: &'static str) -> Result<Self, Refusal> {
        Self::read_of(request, &["application/json"], first)
    }

    /// Parses a body of any of these media types, with or without parameters.
    pub(crate) fn read_of(
        request: &Request<Vec<u8>>,
        media_types: &[&str],
        first: &'static str,
    ) -> Result<Self, Refusal> {
        let content_type = request.headers().get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
        let essence = content_type.unwrap_or_default().split(';').next().unwrap_or_default().trim();
        if !media_types.iter().any(|media_type| essence.eq_ignore_ascii_case(media_type)) {
            return Err(Refusal::MediaType);
        }
        match serde_json::from_slice(request.body()) {
            Ok(Value::Object(fields)) => Ok(Self(fields)),
            _ => Err(Refusal::Value(first)),
        }
    }

    pub(crate) fn flag(&self, name: &'static str) -> Result<Option<bool>, Refusal> {
        self.field(name, Value::as_bool)
    }

    pub(crate) fn number(&self, name: &'static str) -> Result<Option<u64>, Refusal> {
        self.field(name, Value::as_u64)
    }

    pub(crate) fn text(&self, name: &'static str) -> Result<Option<&str>, Refusal> {
        self.field(name, Value::as_str)
    }

    pub(crate) fn list(&self, name: &'static str) -> Result<Option<&Vec<Value>>, Refusal> {
        self.field(name, Value::as_array)
    }

    fn field<'a, T>(
        &'a self,
        name: &'static str,
        read: impl Fn(&'a Value) -> Option<T>,
    ) -> Result<Option<T>, Refusal> {
        match self.value(name)? {
            None | Some(Value::Null) => Ok(None),
            Some(value) => read(value).map(Some).ok_or(Refusal::Value(name)),
        }
    }

    fn value(&self, name: &'static str) -> Result<Option<&Value>, Refusal> {
        let Some((outer, inner)) = name.split_once('.') else { return Ok(self.0.get(name)) };
        match self.0.get(outer) {
            None | Some(Value::Null) => Ok(None),
            Some(Value::Object(fields)) => Ok(fields.get(inner)),
            Some(_) => Err(Refusal::Value(name)),
        }
    }
}
