//! The table of what was moved, and what wasn't and why.

/// A pinned version.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Row {
    name: String,
    from: String,
    to: String,
    /// Why it isn't at its newest version.
    reason: Option<String>,
}

impl Row {
    pub(super) fn new(name: &str, from: &str, to: &str, reason: Option<String>) -> Self {
        Self { name: name.to_owned(), from: from.to_owned(), to: to.to_owned(), reason }
    }

    fn line(&self, width: usize) -> String {
        let to = if self.from == self.to { "-" } else { &self.to };
        let reason = self.reason.as_deref().unwrap_or_default();
        let line = format!("{:<width$}  {:<10}{to:<10}{reason}", self.name, self.from);
        format!("{}\n", line.trim_end())
    }
}

/// Rows of what moved first, then those with a reason, then the rest.
pub(super) fn render(rows: &[Row]) -> String {
    let heading = Row::new("package", "from", "to", Some("not moved further because".to_owned()));
    let moved = rows.iter().filter(|row| row.from != row.to);
    let held = rows.iter().filter(|row| row.from == row.to && row.reason.is_some());
    let newest = rows.iter().filter(|row| row.from == row.to && row.reason.is_none());
    let width = rows.iter().map(|row| row.name.len()).max().unwrap_or_default().max(heading.name.len());
    [&heading].into_iter().chain(moved).chain(held).chain(newest).map(|row| row.line(width)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_moved_comes_first_and_then_what_did_not_with_the_reason() {
        let rows = [
            Row::new("csv", "1.4.0", "1.4.0", None),
            Row::new("sha2", "0.10.9", "0.10.9", Some("0.11.1 isn't compatible".to_owned())),
            Row::new("zeroize", "1.8.2", "1.9.2", None),
        ];
        let expected = "\
package  from      to        not moved further because
zeroize  1.8.2     1.9.2
sha2     0.10.9    -         0.11.1 isn't compatible
csv      1.4.0     -
";
        assert_eq!(render(&rows), expected);
    }
}
