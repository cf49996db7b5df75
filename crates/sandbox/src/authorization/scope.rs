//! OAuth scopes. Workers get OpenID Connect scopes only: access to the API depends on roles.

use super::problem::Problem;

pub(crate) const ALL: [&str; 6] = ["openid", "profile", "email", "address", "phone", "offline_access"];

/// Granted scopes, in the order of the request.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Scope(Vec<&'static str>);

impl Scope {
    pub(crate) fn read(text: Option<&str>) -> Result<Self, Problem> {
        let mut scope = Self::default();
        for name in text.unwrap_or_default().split(' ').filter(|name| !name.is_empty()) {
            let known = ALL.into_iter().find(|known| *known == name).ok_or(Problem::Scope)?;
            if !scope.has(known) {
                scope.0.push(known);
            }
        }
        Ok(scope)
    }

    pub(crate) fn has(&self, name: &str) -> bool {
        self.0.contains(&name)
    }

    /// Restricts the scope to the part that `text` requests; all of it if no scope is requested.
    pub(crate) fn narrowed(&self, text: Option<&str>) -> Result<Self, Problem> {
        if text.is_none() {
            return Ok(self.clone());
        }
        let less = Self::read(text)?;
        if less.0.iter().all(|name| self.has(name)) { Ok(less) } else { Err(Problem::Scope) }
    }

    /// The scope as it appears in a token: names separated by spaces.
    pub(crate) fn text(&self) -> String {
        self.0.join(" ")
    }
}
