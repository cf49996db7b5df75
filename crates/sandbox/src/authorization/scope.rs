//! Scopes. A worker's sign-on has only those of OpenID Connect: what may be done with the API is up to roles.

use super::problem::Problem;

/// Those that can be asked for.
pub(crate) const ALL: [&str; 6] = ["openid", "profile", "email", "address", "phone", "offline_access"];

/// Scopes that were granted, in the order in which they were asked for.
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

    /// As much of it as `text` asks for; all of it if it asks for nothing.
    pub(crate) fn narrowed(&self, text: Option<&str>) -> Result<Self, Problem> {
        if text.is_none() {
            return Ok(self.clone());
        }
        let less = Self::read(text)?;
        if less.0.iter().all(|name| self.has(name)) { Ok(less) } else { Err(Problem::Scope) }
    }

    /// As a token has it.
    pub(crate) fn text(&self) -> String {
        self.0.join(" ")
    }
}
