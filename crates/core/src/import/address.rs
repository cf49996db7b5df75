//! Extraction of the email address from a cell that may have other text around it, as mail programs,
//! spreadsheets and web pages write it.

/// Result of parsing a cell that should hold an address.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum ParsedAddress {
    /// Exactly one address, and no text that could be part of it or of another.
    One(String),
    Several,
    /// No address, or a text from which one can be taken only by guessing.
    Unclear,
}

/// Prefixes of addresses in links and in directories.
const SCHEMES: [&str; 2] = ["mailto:", "smtp:"];

/// Characters that are stripped from both ends of an address.
const SURROUNDING: [char; 14] = ['"', '\'', '“', '”', '„', '‘', '’', '‚', '«', '»', '<', '>', ';', ','];

/// Characters that an unquoted address can't contain.
const FORBIDDEN: [char; 16] =
    ['"', '“', '”', '„', '«', '»', '<', '>', '(', ')', '[', ']', '\\', ':', ';', ','];

/// Parses a cell: `ana@x.example`, `mailto:ana@x.example`, `"Ferreira, Ana" <ana@x.example>;`, `ana@x.example (Ana
/// Ferreira)`. A bare word beside a bare address makes the cell unclear: `ana.b c@x.example` is a misspelled address,
/// not the address `c@x.example`.
pub(super) fn parse_address(cell: &str) -> ParsedAddress {
    let Some(parts) = parts(cell) else { return ParsedAddress::Unclear };
    // The address, and the index of the part it is in.
    let mut address: Option<(&str, usize)> = None;
    for (index, part) in parts.iter().enumerate() {
        for word in part.words().filter(|word| word.contains('@')) {
            let Some(found) = bare_address(word) else { return ParsedAddress::Unclear };
            match address {
                Some((known, _)) if !known.eq_ignore_ascii_case(found) => return ParsedAddress::Several,
                Some((_, at)) if parts.get(at).is_some_and(|part| part.is_bracketed) => {}
                _ => address = Some((found, index)),
            }
        }
    }
    let Some((address, at)) = address else { return ParsedAddress::Unclear };
    let is_bracketed = parts.get(at).is_some_and(|part| part.is_bracketed);
    // A display name comes before the bracketed address; a comment has brackets of its own. Any other word may be a
    // part of the address, or of another.
    let is_harmless = |(index, part): (usize, &Part)| {
        let has_address = part.text.contains('@');
        let may_have_words = !has_address && (part.is_bracketed || is_bracketed && index < at);
        may_have_words || part.words().all(|word| word.contains('@'))
    };
    let is_clear = parts.iter().enumerate().all(is_harmless);
    if is_clear { ParsedAddress::One(address.to_owned()) } else { ParsedAddress::Unclear }
}

/// How many words of a cell are addresses, with any separator between them.
pub(super) fn count_addresses(cell: &str) -> usize {
    cell.split(is_word_separator).filter(|word| bare_address(word).is_some()).count()
}

/// Whether a username's cell is written like an address with text around it, so that the address has to be extracted.
pub(super) fn is_wrapped(cell: &str) -> bool {
    let begins =
        |scheme: &&str| cell.get(..scheme.len()).is_some_and(|start| start.eq_ignore_ascii_case(scheme));
    cell.contains('@') && (cell.ends_with(['>', ';', ',']) || SCHEMES.iter().any(begins))
}

struct Part<'a> {
    text: &'a str,
    is_bracketed: bool,
}

impl<'a> Part<'a> {
    /// The words between blanks and separators, except those that are only punctuation.
    fn words(&self) -> impl Iterator<Item = &'a str> {
        self.text.split(is_word_separator).filter(|word| !word.trim_matches(SURROUNDING).is_empty())
    }
}

/// Splits a cell into its bracketed and its other parts; `None` if brackets don't match.
fn parts(cell: &str) -> Option<Vec<Part<'_>>> {
    let mut parts = Vec::new();
    let mut rest = cell;
    while let Some(index) = rest.find(['<', '(', '[']) {
        let (before, from) = rest.split_at_checked(index)?;
        let closing = match from.as_bytes().first()? {
            b'<' => '>',
            b'(' => ')',
            _ => ']',
        };
        let (inside, after) = from.get(1..)?.split_once(closing)?;
        parts.push(Part { text: before, is_bracketed: false });
        parts.push(Part { text: inside, is_bracketed: true });
        rest = after;
    }
    parts.push(Part { text: rest, is_bracketed: false });
    let is_whole = parts.iter().all(|part| !part.text.contains(['<', '>', '(', ')', '[', ']']));
    is_whole.then_some(parts)
}

fn is_word_separator(letter: char) -> bool {
    letter.is_whitespace() || matches!(letter, ';' | ',' | '|')
}

/// The address in a word, without scheme, quotation marks and trailing full stop; `None` if it isn't an address.
fn bare_address(word: &str) -> Option<&str> {
    let word = word.trim_matches(SURROUNDING).trim_end_matches('.');
    let scheme = SCHEMES
        .iter()
        .find(|scheme| word.get(..scheme.len()).is_some_and(|start| start.eq_ignore_ascii_case(scheme)));
    let address = match scheme {
        // A `mailto:` link may have a query such as `?subject=`.
        Some(scheme) => word.get(scheme.len()..)?.split('?').next()?,
        None => word,
    };
    let (name, host) = address.split_once('@')?;
    let is_address = !name.is_empty() && !host.is_empty() && !host.contains('@');
    (is_address && !address.contains(FORBIDDEN)).then_some(address)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_single_address_is_extracted_from_surrounding_text() {
        for cell in [
            "ana@x.example",
            "mailto:ana@x.example",
            "MailTo:ana@x.example?subject=Hi&body=you@y.example",
            "SMTP:ana@x.example",
            "<ana@x.example>",
            "<mailto:ana@x.example>",
            "Ana <ana@x.example>",
            "\"Ferreira, Ana\" <ana@x.example>;",
            "Ana Ferreira (ana@x.example)",
            "Ana Ferreira [ana@x.example]",
            "ana@x.example (Ana Ferreira)",
            "ana@x.example <ana@x.example>",
            "ana@x.example;",
            "ana@x.example,",
            "\"ana@x.example\"",
            "'ana@x.example'",
            "“ana@x.example”",
            " ;ana@x.example. ",
            "Ana <ana@x.example> (on leave)",
            "Ana <ana@x.example> ana@x.example",
            "ana@x.example (work) Ana <ana@x.example>",
        ] {
            assert_eq!(parse_address(cell), ParsedAddress::One("ana@x.example".into()), "{cell}");
        }
        assert_eq!(parse_address("o'neil@x.example"), ParsedAddress::One("o'neil@x.example".into()));
    }

    #[test]
    fn only_text_that_contains_an_address_counts_as_wrapped() {
        for cell in ["ana@x.example;", "Ana <ana@x.example>", "MAILTO:ana@x.example", "ana@x.example,"] {
            assert!(is_wrapped(cell), "{cell}");
        }
        for cell in ["ana;", "<ana>", "mailto:ana", "ana,", "ana@x.example"] {
            assert!(!is_wrapped(cell), "{cell}");
        }
    }

    #[test]
    fn a_cell_with_several_addresses_yields_none() {
        for cell in [
            "ana@x.example; bo@x.example",
            "ana@x.example,bo@x.example",
            "ana@x.example bo@x.example",
            "ana@x.example\nbo@x.example",
            "ana@x.example|bo@x.example",
            "Ana <ana@x.example>, Bo <bo@x.example>",
            "ana@old.example <ana@new.example>",
            "SMTP:ana@x.example;smtp:a.ferreira@x.example",
        ] {
            assert_eq!(parse_address(cell), ParsedAddress::Several, "{cell}");
        }
    }

    #[test]
    fn an_unclear_cell_yields_no_address() {
        for cell in [
            "",
            "ana",
            "@x.example",
            "ana@",
            "ana@@x.example",
            "ana.b c@x.example",
            "ana @x.example",
            "\"ana b\"@x.example",
            "Ana ana@x.example",
            "Ana <ana b@x.example>",
            "Ana <ana@x.example",
            "ana>@x.example",
            "ana@x.example Ana",
            "Ana <ana@x.example> and Bo",
            "https://ana@x.example",
            "a(b)c@x.example",
        ] {
            assert_eq!(parse_address(cell), ParsedAddress::Unclear, "{cell}");
        }
    }
}
