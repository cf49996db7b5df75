//! The e-mail address in a cell, with whatever mail programs, spreadsheets and web pages put around one.

/// What a cell says, where an address is expected.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Addressed {
    /// One address, and nothing that could be part of it or of another.
    One(String),
    /// Several different addresses.
    Several,
    /// No address, or a text of which none can be taken without a guess.
    Unclear,
}

/// What stands before an address in links and in directories.
const SCHEMES: [&str; 2] = ["mailto:", "smtp:"];

/// What may stand around an address without belonging to it.
const AROUND: [char; 14] = ['"', '\'', '“', '”', '„', '‘', '’', '‚', '«', '»', '<', '>', ';', ','];

/// What no address has outside quotation marks.
const NEVER_INSIDE: [char; 16] =
    ['"', '“', '”', '„', '«', '»', '<', '>', '(', ')', '[', ']', '\\', ':', ';', ','];

/// Reads a cell: `ana@x.example`, `mailto:ana@x.example`, `"Ferreira, Ana" <ana@x.example>;`,
/// `ana@x.example (Ana Ferreira)`. A bare word beside a bare address makes the cell unclear: `ana.b c@x.example` is a
/// misprint of one address, not the address `c@x.example`.
pub(super) fn addressed(cell: &str) -> Addressed {
    let Some(parts) = parts(cell) else { return Addressed::Unclear };
    // The address, and the place of its part.
    let mut address: Option<(&str, usize)> = None;
    for (place, part) in parts.iter().enumerate() {
        for word in part.words().filter(|word| word.contains('@')) {
            let Some(found) = bare_address(word) else { return Addressed::Unclear };
            match address {
                Some((known, _)) if !known.eq_ignore_ascii_case(found) => return Addressed::Several,
                Some((_, at)) if parts.get(at).is_some_and(|part| part.is_bracketed) => {}
                _ => address = Some((found, place)),
            }
        }
    }
    let Some((address, at)) = address else { return Addressed::Unclear };
    let is_bracketed = parts.get(at).is_some_and(|part| part.is_bracketed);
    // A display name stands before the brackets, a comment in brackets of its own. Any other word may be a part of the
    // address, or of another.
    let is_harmless = |(place, part): (usize, &Part)| {
        let has_address = part.text.contains('@');
        let may_have_words = !has_address && (part.is_bracketed || is_bracketed && place < at);
        may_have_words || part.words().all(|word| word.contains('@'))
    };
    let is_clear = parts.iter().enumerate().all(is_harmless);
    if is_clear { Addressed::One(address.to_owned()) } else { Addressed::Unclear }
}

/// How many words of a cell look like addresses, however they are separated.
pub(super) fn addresses(cell: &str) -> usize {
    cell.split(is_between).filter(|word| bare_address(word).is_some()).count()
}

/// Whether a text has the look of what stands around an address, so that one is to be looked for in it.
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
    /// What stands between blanks and separators, and isn't punctuation alone.
    fn words(&self) -> impl Iterator<Item = &'a str> {
        self.text.split(is_between).filter(|word| !word.trim_matches(AROUND).is_empty())
    }
}

/// The text in brackets and the text around them; `None` where brackets don't match.
fn parts(cell: &str) -> Option<Vec<Part<'_>>> {
    let mut parts = Vec::new();
    let mut rest = cell;
    while let Some(place) = rest.find(['<', '(', '[']) {
        let (before, from) = rest.split_at_checked(place)?;
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

fn is_between(letter: char) -> bool {
    letter.is_whitespace() || matches!(letter, ';' | ',' | '|')
}

/// The address that a word is, without a scheme, quotation marks and a full stop behind it.
fn bare_address(word: &str) -> Option<&str> {
    let word = word.trim_matches(AROUND).trim_end_matches('.');
    let scheme = SCHEMES
        .iter()
        .find(|scheme| word.get(..scheme.len()).is_some_and(|start| start.eq_ignore_ascii_case(scheme)));
    let address = match scheme {
        // A link may have a subject.
        Some(scheme) => word.get(scheme.len()..)?.split('?').next()?,
        None => word,
    };
    let (name, host) = address.split_once('@')?;
    let is_address = !name.is_empty() && !host.is_empty() && !host.contains('@');
    (is_address && !address.contains(NEVER_INSIDE)).then_some(address)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_one_address_is_found_in_whatever_stands_around_it() {
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
            assert_eq!(addressed(cell), Addressed::One("ana@x.example".into()), "{cell}");
        }
        assert_eq!(addressed("o'neil@x.example"), Addressed::One("o'neil@x.example".into()));
    }

    #[test]
    fn only_a_text_with_an_address_has_one_to_be_looked_for() {
        for cell in ["ana@x.example;", "Ana <ana@x.example>", "MAILTO:ana@x.example", "ana@x.example,"] {
            assert!(is_wrapped(cell), "{cell}");
        }
        for cell in ["ana;", "<ana>", "mailto:ana", "ana,", "ana@x.example"] {
            assert!(!is_wrapped(cell), "{cell}");
        }
    }

    #[test]
    fn several_addresses_are_none_of_them() {
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
            assert_eq!(addressed(cell), Addressed::Several, "{cell}");
        }
    }

    #[test]
    fn nothing_is_taken_out_of_a_text_by_a_guess() {
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
            assert_eq!(addressed(cell), Addressed::Unclear, "{cell}");
        }
    }
}
