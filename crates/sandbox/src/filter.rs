//! SCIM filters, read by a small grammar and evaluated: `attribute sw "…"`, `attribute eq "…"`, `and`, `or`,
//! parentheses. Text is compared with its case.
//!
//! Source: developer.pingidentity.com, PingOne API, "Read all users" (attributes, operators). Escaping is that of
//! JSON strings, as RFC 7644 has it.

use std::iter::Peekable;
use std::str::Chars;

use crate::directory::{Account, Person};

/// What can be filtered by. MFA can't.
pub(crate) const ATTRIBUTES: [&str; 7] =
    ["email", "enabled", "externalId", "name.family", "name.given", "population.id", "username"];

/// The operators.
pub(crate) const OPERATORS: [&str; 2] = ["eq", "sw"];

/// Deeper nesting is no filter that anyone wrote.
const DEEPEST: usize = 32;

/// A filter.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Filter {
    All(Vec<Filter>),
    Any(Vec<Filter>),
    Starts(&'static str, String),
    Equals(&'static str, String),
}

impl Filter {
    /// Reads a filter; `None` for anything that PingOne would answer with `INVALID_FILTER`.
    pub(crate) fn read(text: &str) -> Option<Self> {
        let words = words(text)?;
        let mut reader = Reader { words: words.into_iter().peekable(), depth: 0 };
        let filter = reader.any()?;
        reader.words.next().is_none().then_some(filter)
    }

    /// Whether it holds for a person.
    pub(crate) fn holds(&self, person: &Person) -> bool {
        match self {
            Self::All(filters) => filters.iter().all(|filter| filter.holds(person)),
            Self::Any(filters) => filters.iter().any(|filter| filter.holds(person)),
            Self::Starts(attribute, value) => of(person, attribute, |text| text.starts_with(value.as_str())),
            Self::Equals(attribute, value) => of(person, attribute, |text| text == value),
        }
    }
}

fn of(person: &Person, attribute: &str, test: impl Fn(&str) -> bool) -> bool {
    match attribute {
        "email" => person.email.as_deref().is_some_and(test),
        "enabled" => test(if person.account == Account::Disabled { "false" } else { "true" }),
        "externalId" => person.external_id.as_deref().is_some_and(test),
        "name.family" => test(&person.family),
        "name.given" => test(&person.given),
        "population.id" => test(&person.population_id().to_string()),
        _ => test(&person.username),
    }
}

#[derive(Debug, PartialEq, Eq)]
enum Word {
    Open,
    Close,
    Plain(String),
    Quoted(String),
}

fn words(text: &str) -> Option<Vec<Word>> {
    let mut letters = text.chars().peekable();
    let mut words = Vec::new();
    while let Some(letter) = letters.next() {
        match letter {
            ' ' => {}
            '(' => words.push(Word::Open),
            ')' => words.push(Word::Close),
            '"' => words.push(Word::Quoted(quoted(&mut letters)?)),
            other => words.push(Word::Plain(plain(other, &mut letters))),
        }
    }
    Some(words)
}

fn quoted(letters: &mut Peekable<Chars>) -> Option<String> {
    let mut value = String::new();
    loop {
        match letters.next()? {
            '"' => return Some(value),
            '\\' => value.push(letters.next().filter(|escaped| matches!(escaped, '"' | '\\'))?),
            other => value.push(other),
        }
    }
}

fn plain(first: char, letters: &mut Peekable<Chars>) -> String {
    let mut word = String::from(first);
    while let Some(letter) = letters.next_if(|letter| !" ()\"".contains(*letter)) {
        word.push(letter);
    }
    word
}

struct Reader {
    words: Peekable<std::vec::IntoIter<Word>>,
    depth: usize,
}

impl Reader {
    fn any(&mut self) -> Option<Filter> {
        let mut filters = vec![self.all()?];
        while self.takes("or") {
            filters.push(self.all()?);
        }
        Some(one_or(filters, Filter::Any))
    }

    fn all(&mut self) -> Option<Filter> {
        let mut filters = vec![self.term()?];
        while self.takes("and") {
            filters.push(self.term()?);
        }
        Some(one_or(filters, Filter::All))
    }

    fn term(&mut self) -> Option<Filter> {
        match self.words.next()? {
            Word::Open => self.nested(),
            Word::Plain(name) => self.comparison(&name),
            Word::Close | Word::Quoted(_) => None,
        }
    }

    fn nested(&mut self) -> Option<Filter> {
        self.depth += 1;
        if self.depth > DEEPEST {
            return None;
        }
        let filter = self.any()?;
        self.depth -= 1;
        (self.words.next()? == Word::Close).then_some(filter)
    }

    fn comparison(&mut self, name: &str) -> Option<Filter> {
        let attribute = *ATTRIBUTES.iter().find(|attribute| **attribute == name)?;
        let Word::Plain(operator) = self.words.next()? else { return None };
        let value = match self.words.next()? {
            Word::Quoted(value) => value,
            // A Boolean is written without quotes.
            Word::Plain(value) if attribute == "enabled" && matches!(value.as_str(), "true" | "false") => {
                value
            }
            Word::Plain(_) | Word::Open | Word::Close => return None,
        };
        match operator.to_ascii_lowercase().as_str() {
            "eq" => Some(Filter::Equals(attribute, value)),
            "sw" => Some(Filter::Starts(attribute, value)),
            _ => None,
        }
    }

    fn takes(&mut self, keyword: &str) -> bool {
        let is_it = |word: &Word| matches!(word, Word::Plain(text) if text.eq_ignore_ascii_case(keyword));
        self.words.next_if(is_it).is_some()
    }
}

fn one_or(mut filters: Vec<Filter>, join: impl Fn(Vec<Filter>) -> Filter) -> Filter {
    match filters.pop() {
        Some(only) if filters.is_empty() => only,
        last => {
            filters.extend(last);
            join(filters)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn equals(attribute: &'static str, value: &str) -> Filter {
        Filter::Equals(attribute, value.to_owned())
    }

    #[test]
    fn and_binds_closer_than_or_in_any_case() {
        let read = Filter::read("username eq \"a\" OR email eq \"b\" And enabled eq true");
        let both = Filter::All(vec![equals("email", "b"), equals("enabled", "true")]);
        assert_eq!(read, Some(Filter::Any(vec![equals("username", "a"), both])));
    }

    #[test]
    fn quotes_backslashes_and_parentheses_are_read() {
        assert_eq!(Filter::read(r#"((username eq "a\"\\) b"))"#), Some(equals("username", r#"a"\) b"#)));
    }

    #[test]
    fn what_is_not_supported_is_refused() {
        for text in [
            "",
            "mfaEnabled eq true",
            "username co \"a\"",
            "username eq",
            "username eq a",
            "enabled eq maybe",
            "(username eq \"a\"",
            "username eq \"a\" email eq \"b\"",
            "username eq \"a",
            "\"a\" eq username",
            "or",
            r#"username eq "\n""#,
        ] {
            assert_eq!(Filter::read(text), None, "{text}");
        }
        assert_eq!(Filter::read(&"(".repeat(100_000)), None);
    }
}
