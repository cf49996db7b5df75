//! The parameters of a query or a form.

use super::problem::Problem;

pub(crate) struct Parameters(Vec<(String, String)>);

impl Parameters {
    /// Parses parameters. An empty value counts as missing, as RFC 6749 requires.
    pub(crate) fn read(text: &[u8]) -> Self {
        let parameters = form_urlencoded::parse(text).into_owned();
        Self(parameters.filter(|(_, value)| !value.is_empty()).collect())
    }

    /// The value of a parameter that occurs exactly once. A repeated parameter is ambiguous, so it has no value.
    pub(crate) fn get(&self, name: &str) -> Option<&str> {
        let mut values = self.0.iter().filter(|(key, _)| key == name).map(|(_, value)| value.as_str());
        let first = values.next();
        if values.next().is_some() { None } else { first }
    }

    pub(crate) fn required(&self, name: &'static str) -> Result<&str, Problem> {
        self.get(name).ok_or(Problem::Missing(name))
    }

    /// Refuses repeated parameters, which RFC 6749 forbids.
    pub(crate) fn check_once(&self) -> Result<(), Problem> {
        let is_once = self.0.iter().all(|(name, _)| self.get(name).is_some());
        if is_once { Ok(()) } else { Err(Problem::Request("A parameter is there more than once.")) }
    }
}
