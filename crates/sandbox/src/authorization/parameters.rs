//! The parameters of a query or a form.

use super::problem::Problem;

pub(crate) struct Parameters(Vec<(String, String)>);

impl Parameters {
    /// One that is empty counts as left out, as RFC 6749 has it.
    pub(crate) fn read(text: &[u8]) -> Self {
        let parameters = form_urlencoded::parse(text).into_owned();
        Self(parameters.filter(|(_, value)| !value.is_empty()).collect())
    }

    /// The value of a parameter that is there once: of one that is there twice nobody knows which is meant.
    pub(crate) fn get(&self, name: &str) -> Option<&str> {
        let mut values = self.0.iter().filter(|(key, _)| key == name).map(|(_, value)| value.as_str());
        let first = values.next();
        if values.next().is_some() { None } else { first }
    }

    pub(crate) fn required(&self, name: &'static str) -> Result<&str, Problem> {
        self.get(name).ok_or(Problem::Missing(name))
    }

    /// RFC 6749 lets no parameter be there more than once.
    pub(crate) fn check_once(&self) -> Result<(), Problem> {
        let is_once = self.0.iter().all(|(name, _)| self.get(name).is_some());
        if is_once { Ok(()) } else { Err(Problem::Request("A parameter is there more than once.")) }
    }
}
