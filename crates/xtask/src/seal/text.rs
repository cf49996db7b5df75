//! Replaces a line that must be present exactly once.

use crate::failure::Failure;

/// Replaces `wanted`, which must occur exactly once: the source file and this program must agree on the line, and a
/// replacement that silently does nothing would leave the page unsealed.
pub(super) fn replace_once(file: &str, text: &str, wanted: &str, with: &str) -> Result<String, Failure> {
    let count = text.matches(wanted).count();
    if count == 1 {
        return Ok(text.replace(wanted, with));
    }
    Err(Failure::Seal {
        file: file.to_owned(),
        problem: format!("it has to hold this exactly once, and holds it {count} times: {wanted}"),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_replaced_and_its_surroundings_are_kept() {
        assert_eq!(replace_once("a.js", "x\n  let a;\ny", "let a;", "let b;").unwrap(), "x\n  let b;\ny");
    }

    #[test]
    fn a_missing_or_repeated_line_is_named_in_the_failure() {
        for (text, count) in [("", "0 times"), ("let a;let a;", "2 times")] {
            let message = replace_once("a.js", text, "let a;", "").unwrap_err().to_string();
            assert!(message.contains("a.js") && message.contains(count), "{message}");
            assert!(message.ends_with("let a;"), "{message}");
        }
    }
}
