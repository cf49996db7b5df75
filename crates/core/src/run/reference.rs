//! The change reference: the ID of a record in change management, for example `CHG0012345`.

/// Whether a change needs a reference, and which references are accepted. `Default` requires none and accepts any.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ChangeReference {
    /// Whether every change must have a reference.
    pub is_required: bool,
    /// The pattern of a reference; `None` accepts any text.
    pub pattern: Option<Pattern>,
    /// A text of the deployment that explains what to enter.
    pub hint: Option<String>,
}

impl ChangeReference {
    /// The maximum length of a reference, in characters.
    pub const MOST: usize = 100;

    /// Whether a text is accepted as the reference of a change. Blank text is accepted only where no reference is
    /// required. Whitespace around a reference counts, so that the text that is checked is the text that is kept.
    #[must_use]
    pub fn fits(&self, text: &str) -> bool {
        if text.chars().count() > Self::MOST || text.chars().any(char::is_control) {
            return false;
        }
        if text.trim().is_empty() {
            return !self.is_required;
        }
        self.pattern.as_ref().is_none_or(|pattern| pattern.fits(text))
    }
}

/// A pattern of references: letters, digits and `-` match themselves, `#` matches one digit, `@` matches one letter,
/// and a `*` at the end matches any rest, also an empty one. Letters are A to Z, case-sensitive. It isn't a regular
/// expression, because a parser for those would be a considerable part of the page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pattern(String);

impl Pattern {
    /// Parses a pattern; `None` if it is empty, longer than a reference may be, or has any other character.
    #[must_use]
    pub fn read(text: &str) -> Option<Self> {
        let signs = text.strip_suffix('*').unwrap_or(text);
        let is_known = |sign: char| sign.is_ascii_alphanumeric() || "-#@".contains(sign);
        let has_length = (1..=ChangeReference::MOST).contains(&text.len());
        (has_length && signs.chars().all(is_known)).then(|| Self(text.to_owned()))
    }

    /// The pattern as it was written, for display.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether the whole text matches the pattern.
    #[must_use]
    pub fn fits(&self, text: &str) -> bool {
        let prefix = self.0.strip_suffix('*');
        let mut letters = text.chars();
        let has_prefix = prefix
            .unwrap_or(&self.0)
            .chars()
            .all(|sign| letters.next().is_some_and(|letter| sign_matches(sign, letter)));
        has_prefix && (prefix.is_some() || letters.next().is_none())
    }
}

const fn sign_matches(sign: char, letter: char) -> bool {
    match sign {
        '#' => letter.is_ascii_digit(),
        '@' => letter.is_ascii_alphabetic(),
        literal => letter == literal,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn required(pattern: Option<&str>) -> ChangeReference {
        let pattern = pattern.map(|text| Pattern::read(text).unwrap());
        ChangeReference { is_required: true, pattern, hint: None }
    }

    #[test]
    fn a_sign_matches_itself_a_digit_or_a_letter() {
        for (pattern, fitting, unfitting) in [
            (
                "CHG#######",
                "CHG0012345",
                ["CHG001234", "CHG00123456", "chg0012345", "CHG001234x", " CHG0012345"],
            ),
            ("@@-##", "ab-12", ["a1-12", "ab-1x", "ab_12", "ä1-12", "ab-1２"]),
            ("OPS-#*", "OPS-7", ["OPS-", "OPS-x", "XOPS-7", "OPS7", "ops-7"]),
            ("A1", "A1", ["A", "A11", "a1", "1A", "*"]),
        ] {
            let rule = required(Some(pattern));
            assert!(rule.fits(fitting), "{pattern} {fitting}");
            for text in unfitting {
                assert!(!rule.fits(text), "{pattern} {text}");
            }
        }
    }

    #[test]
    fn a_star_at_the_end_matches_any_rest() {
        let rule = required(Some("OPS-#*"));
        assert!(rule.fits("OPS-7") && rule.fits("OPS-7: agreed with Müller"));
        assert!(required(Some("*")).fits("by telephone"));
    }

    #[test]
    fn a_pattern_with_other_characters_is_rejected() {
        let long = "#".repeat(101);
        for text in ["", "**", "*A", "A*1", "CHG [0-9]+", "A B", "CHG.#", "Ä#", long.as_str()] {
            assert_eq!(Pattern::read(text), None, "{text}");
        }
        assert_eq!(Pattern::read("CHG#*").as_ref().map(Pattern::as_str), Some("CHG#*"));
    }

    #[test]
    fn a_required_reference_is_not_blank() {
        for text in ["", "   "] {
            assert!(!required(None).fits(text) && !required(Some("*")).fits(text));
            assert!(ChangeReference::default().fits(text));
        }
        assert!(required(None).fits("agreed by telephone"));
    }

    #[test]
    fn an_optional_reference_must_still_match_the_pattern() {
        let rule = ChangeReference { is_required: false, ..required(Some("CHG#")) };
        assert!(rule.fits("") && rule.fits("CHG1") && !rule.fits("soon"));
    }

    #[test]
    fn a_reference_has_a_hundred_characters_at_most_and_no_control_characters() {
        for rule in [ChangeReference::default(), required(None), required(Some("*"))] {
            assert!(rule.fits(&"ä".repeat(100)));
            assert!(!rule.fits(&"ä".repeat(101)));
            assert!(!rule.fits("CHG1\n") && !rule.fits("CHG\t1") && !rule.fits("\u{7f}"));
        }
    }
}
