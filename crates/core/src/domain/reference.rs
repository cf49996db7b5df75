//! The reference to a record of change management, for example `CHG0012345`.

/// Whether a change needs a reference, and what it looks like; `Default` needs none and takes any.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ChangeReference {
    /// Whether there must be one.
    pub is_required: bool,
    /// What one looks like; any text without it.
    pub pattern: Option<Pattern>,
    /// A text of the deployment's own that says what to enter.
    pub hint: Option<String>,
}

impl ChangeReference {
    /// How many characters a reference has at most.
    pub const MOST: usize = 100;

    /// Whether the text may stand as the reference of a change. Where none is required, a blank text may. Blanks
    /// around a reference count, so that what fits is what is kept.
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

/// What a reference looks like: letters, digits and `-` stand for themselves, `#` for one digit, `@` for one letter,
/// and `*` at the end for anything more, or nothing. Letters are those from A to Z; capitals differ from small ones.
/// It is not a regular expression, because a reader of those would be a good part of the page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pattern(String);

impl Pattern {
    /// Reads a pattern; `None` if it is empty, longer than a reference may be, or has another sign in it.
    #[must_use]
    pub fn read(text: &str) -> Option<Self> {
        let signs = text.strip_suffix('*').unwrap_or(text);
        let is_known = |sign: char| sign.is_ascii_alphanumeric() || "-#@".contains(sign);
        let has_length = (1..=ChangeReference::MOST).contains(&text.len());
        (has_length && signs.chars().all(is_known)).then(|| Self(text.to_owned()))
    }

    /// The pattern as it was written, to be shown.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether the whole text looks like this.
    #[must_use]
    pub fn fits(&self, text: &str) -> bool {
        let open = self.0.strip_suffix('*');
        let mut letters = text.chars();
        let begins = open
            .unwrap_or(&self.0)
            .chars()
            .all(|sign| letters.next().is_some_and(|letter| stands_for(sign, letter)));
        begins && (open.is_some() || letters.next().is_none())
    }
}

const fn stands_for(sign: char, letter: char) -> bool {
    match sign {
        '#' => letter.is_ascii_digit(),
        '@' => letter.is_ascii_alphabetic(),
        itself => letter == itself,
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
    fn a_sign_stands_for_itself_a_digit_or_a_letter() {
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
    fn a_star_at_the_end_stands_for_anything_more_or_nothing() {
        let rule = required(Some("OPS-#*"));
        assert!(rule.fits("OPS-7") && rule.fits("OPS-7: agreed with Müller"));
        assert!(required(Some("*")).fits("by telephone"));
    }

    #[test]
    fn a_pattern_of_other_signs_is_not_guessed() {
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
    fn a_reference_that_is_not_required_still_looks_as_it_should() {
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
