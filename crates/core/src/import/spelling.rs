//! Normalization of identifiers for comparison: case, surrounding quotation marks, invisible characters, typographic
//! apostrophes and hyphens, and Unicode normalization forms.

use std::borrow::Cow;
use std::fmt;
use std::rc::Rc;

use pingone::user::UserId;

use crate::directory::punctuation::plain_marks;

use super::Identity;

/// A Unicode normalization form (UAX #15).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Form {
    /// Letters and accents composed into one character where one exists.
    Nfc,
    /// Letters and accents decomposed into separate characters.
    Nfd,
    /// Like [`Form::Nfc`], with full-width letters, ligatures and other compatibility characters replaced by the
    /// letters that they stand for.
    Nfkc,
}

/// Converts text to a normalization form. The browser implements it, so that this crate needs no Unicode tables.
pub type Normalize = Rc<dyn Fn(&str, Form) -> String>;

/// Quotation marks around a name in an import file that aren't part of it.
const QUOTES: [(char, char); 8] =
    [('"', '"'), ('\'', '\''), ('“', '”'), ('„', '“'), ('„', '”'), ('«', '»'), ('‘', '’'), ('‚', '‘')];

#[derive(Clone)]
pub(super) struct Spelling {
    normalize: Normalize,
    form: Form,
}

impl fmt::Debug for Spelling {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Spelling").field("form", &self.form).finish_non_exhaustive()
    }
}

impl Spelling {
    /// `is_unicode` says whether the file's encoding is a Unicode encoding. If not, its code page is only assumed: text
    /// decoded as `pawe³` may really be `paweł`, and [`Form::Nfkc`] would turn it into `pawe3`, another name.
    pub(super) fn new(normalize: Normalize, is_unicode: bool) -> Self {
        Self { normalize, form: if is_unicode { Form::Nfkc } else { Form::Nfc } }
    }

    /// A text without invisible characters, in the comparison's normalization form and without surrounding blanks.
    pub(super) fn plain<'a>(&self, text: &'a str) -> Cow<'a, str> {
        if text.is_ascii() {
            return Cow::Borrowed(trimmed(text));
        }
        let normal = (self.normalize)(&visible(text), self.form).replace('\u{a0}', " ");
        Cow::Owned(trimmed(&normal).to_owned())
    }

    /// The comparison key of a text. Case and the kind of an apostrophe or hyphen count only in external IDs.
    pub(super) fn key<'a>(&self, text: &'a str, identity: Identity) -> Cow<'a, str> {
        let plain = match self.plain(text) {
            Cow::Borrowed(plain) => Cow::Borrowed(unquoted(plain)),
            Cow::Owned(plain) => Cow::Owned(unquoted(&plain).to_owned()),
        };
        match identity {
            Identity::UserId | Identity::ExternalId => plain,
            Identity::Username | Identity::Email => plain_marks(plain.to_lowercase()).into(),
        }
    }

    /// A user ID as [`UserId::read`] reads it, without quotation marks around it and with plain hyphens; `None` if the text
    /// isn't one.
    pub(super) fn user_id(&self, text: &str) -> Option<String> {
        let plain = plain_marks(self.plain(text).into_owned());
        let id = unquoted(&plain);
        UserId::read(id).map(|_| id.to_owned())
    }

    /// The spellings in which PingOne may store a value: it compares texts as they are, and possibly case-sensitively.
    pub(super) fn spellings(&self, value: &str, identity: Identity) -> Vec<String> {
        let seen = visible(value);
        let bare = unquoted(&seen);
        let mut spellings = vec![value.to_owned(), seen.clone(), bare.to_owned()];
        if !bare.is_ascii() {
            spellings.extend([Form::Nfc, Form::Nfd, self.form].map(|form| (self.normalize)(bare, form)));
        }
        if matches!(identity, Identity::Username | Identity::Email) {
            spellings.push(plain_marks(bare.to_owned()));
            let lowercase: Vec<String> = spellings.iter().map(|spelling| spelling.to_lowercase()).collect();
            spellings.extend(lowercase);
        }
        let mut distinct: Vec<String> = Vec::new();
        for spelling in spellings {
            if !distinct.contains(&spelling) {
                distinct.push(spelling);
            }
        }
        distinct
    }
}

fn visible(text: &str) -> String {
    text.chars().filter(|character| !is_invisible(*character)).collect()
}

/// The text between surrounding quotation marks; the text itself if there are none or nothing is between them.
fn unquoted(text: &str) -> &str {
    let inside = |(opening, closing): &(char, char)| text.strip_prefix(*opening)?.strip_suffix(*closing);
    let inside = QUOTES.iter().find_map(inside).map(trimmed);
    inside.filter(|inside| !inside.is_empty()).unwrap_or(text)
}

/// Whether a character has neither ink nor width: soft hyphens, joiners, direction marks, variation selectors.
pub(super) fn is_invisible(character: char) -> bool {
    matches!(
        character,
        '\u{ad}'
            | '\u{34f}'
            | '\u{61c}'
            | '\u{115f}'..='\u{1160}'
            | '\u{17b4}'..='\u{17b5}'
            | '\u{180b}'..='\u{180f}'
            | '\u{200b}'..='\u{200f}'
            | '\u{202a}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}'
            | '\u{3164}'
            | '\u{fe00}'..='\u{fe0f}'
            | '\u{feff}'
            | '\u{ffa0}'
            | '\u{fff9}'..='\u{fffb}'
            | '\u{e0000}'..='\u{e0fff}'
    )
}

/// A text without blanks and invisible characters at both ends.
pub(super) fn trimmed(text: &str) -> &str {
    text.trim_matches(is_blank)
}

/// Whether a character is dropped at the edges of a cell: blanks, control characters and invisible ones.
pub(super) fn is_blank(character: char) -> bool {
    is_invisible(character) || character.is_whitespace() || character.is_control()
}

/// Stand-in for the browser's `String.prototype.normalize` in tests.
#[cfg(test)]
pub(crate) fn normalize() -> Normalize {
    use unicode_normalization::UnicodeNormalization;

    Rc::new(|text, form| match form {
        Form::Nfc => text.nfc().collect(),
        Form::Nfd => text.nfd().collect(),
        Form::Nfkc => text.nfkc().collect(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(text: &str, identity: Identity) -> String {
        Spelling::new(normalize(), true).key(text, identity).into_owned()
    }

    #[test]
    fn spellings_of_the_same_name_have_the_same_key() {
        for text in [
            "Zoë",
            "Zoe\u{308}",
            "ZOË",
            "ＺＯＥ\u{308}",
            "Z\u{ad}oë",
            "Z\u{200b}o\u{200d}ë",
            "\u{feff}zoë\u{2060}",
            "“Zoë”",
            "'ZOE\u{308}'",
            "\u{202a}zoë\u{202c}",
            "zo\u{34f}ë",
            "«\u{a0}zoë\u{a0}»",
        ] {
            assert_eq!(key(text, Identity::Username), "zoë", "{text:?}");
        }
        for text in
            ["o'brien-li", "O\u{2019}Brien\u{2011}Li", "o\u{2bc}brien\u{2013}li", "O\u{ff07}BRIEN\u{2212}LI"]
        {
            assert_eq!(key(text, Identity::Username), "o'brien-li", "{text:?}");
        }
        assert_eq!(key("ﬁn.l@ｘ.example", Identity::Email), "fin.l@x.example");
    }

    #[test]
    fn different_names_have_different_keys() {
        for (one, other) in
            [("zoe", "zoë"), ("o'neil", "oneil"), ("ana", "аna"), ("a b", "ab"), ("\"", ""), ("''", "")]
        {
            assert_ne!(key(one, Identity::Username), key(other, Identity::Username), "{one} {other}");
        }
        assert_ne!(key("E-1", Identity::ExternalId), key("e-1", Identity::ExternalId));
        assert_ne!(key("E\u{2013}1", Identity::ExternalId), key("E-1", Identity::ExternalId));
        assert_eq!(key("Ｅ-１", Identity::ExternalId), "E-1");
    }

    #[test]
    fn text_of_an_assumed_code_page_is_not_normalized_to_compatibility_characters() {
        // Windows-1250 has ł where Windows-1252 has ³.
        assert_eq!(Spelling::new(normalize(), false).key("PAWE³", Identity::Username), "pawe³");
        assert_eq!(Spelling::new(normalize(), false).key("Zoe\u{308}", Identity::Username), "zoë");
    }

    #[test]
    fn every_spelling_is_looked_up_once() {
        let spellings = |value, identity| Spelling::new(normalize(), true).spellings(value, identity);
        assert_eq!(spellings("ana", Identity::Username), ["ana"]);
        assert_eq!(spellings("Ana", Identity::ExternalId), ["Ana"]);
        assert_eq!(spellings("\"Ana\"", Identity::Username), ["\"Ana\"", "Ana", "\"ana\"", "ana"]);
        assert_eq!(spellings("Zoë", Identity::Username), ["Zoë", "Zoe\u{308}", "zoë", "zoe\u{308}"]);
        assert_eq!(spellings("a\u{ad}na", Identity::Email), ["a\u{ad}na", "ana"]);
        assert_eq!(spellings("ａ1", Identity::ExternalId), ["ａ1", "a1"]);
        assert_eq!(spellings("o\u{2019}b", Identity::Username), ["o\u{2019}b", "o'b"]);
    }
}
