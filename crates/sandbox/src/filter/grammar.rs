//! The parser of filters. `and` binds more tightly than `or`; keywords and operators are
//! case-insensitive, attributes are case-sensitive.

use std::iter::Peekable;
use std::vec::IntoIter;

use uuid::Uuid;

use crate::Timestamp;

use super::lexer::{Word, words};
use super::{Attribute, Bound, Filter, Match, Refused, common_operators};

/// Maximum nesting depth. Real filters are never nested that deeply.
const MAX_DEPTH: usize = 32;

/// Maximum length in bytes, about the length of the longest URL.
const MAX_LENGTH: usize = 64 * 1024;

const EQUALS: &str = Match::Equals.operator();

impl Filter {
    /// Parses a filter that must not contain user IDs.
    ///
    /// # Errors
    /// The reason for which PingOne would answer `INVALID_FILTER`.
    pub fn read(text: &str) -> Result<Self, Refused> {
        Self::read_with(text, Ids::Refused)
    }

    /// Parses a filter that may or may not contain user IDs.
    pub(crate) fn read_with(text: &str, ids: Ids) -> Result<Self, Refused> {
        if text.len() > MAX_LENGTH {
            return Err(Refused::TooLong);
        }
        let mut reader = Reader { words: words(text)?.into_iter().peekable(), depth: 0, ids };
        let filter = reader.any()?;
        match reader.words.next() {
            None => Ok(filter),
            Some(_) => Err(Refused::Expected("'and', 'or' or the end")),
        }
    }
}

/// Whether users can be filtered by ID.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Ids {
    Refused,
    Accepted,
}

struct Reader<'a> {
    words: Peekable<IntoIter<Word<'a>>>,
    depth: usize,
    ids: Ids,
}

impl Reader<'_> {
    fn any(&mut self) -> Result<Filter, Refused> {
        let mut filters = vec![self.all()?];
        while self.accept_keyword("or") {
            filters.push(self.all()?);
        }
        Ok(one_or(filters, Filter::Any))
    }

    fn all(&mut self) -> Result<Filter, Refused> {
        let mut filters = vec![self.term()?];
        while self.accept_keyword("and") {
            filters.push(self.term()?);
        }
        Ok(one_or(filters, Filter::All))
    }

    fn term(&mut self) -> Result<Filter, Refused> {
        match self.words.next() {
            Some(Word::Open) => self.nested(),
            Some(Word::Plain(name)) => self.comparison(name),
            _ => Err(Refused::Expected("an attribute")),
        }
    }

    fn nested(&mut self) -> Result<Filter, Refused> {
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            return Err(Refused::TooDeep);
        }
        let filter = self.any()?;
        self.depth -= 1;
        self.expect_word(&Word::Close, "a closing parenthesis")?;
        Ok(filter)
    }

    fn comparison(&mut self, name: &str) -> Result<Filter, Refused> {
        match name {
            "memberOfGroups" => self.membership(),
            "id" if self.ids == Ids::Accepted => Ok(Filter::Id(self.equal_id("id")?)),
            "population.id" => Ok(Filter::Population(self.equal_id("population.id")?)),
            "updatedAt" => self.updated(),
            _ => self.text(name),
        }
    }

    fn text(&mut self, name: &str) -> Result<Filter, Refused> {
        let Some(attribute) = Attribute::named(name) else { return Err(unsupported(name)) };
        let operator = self.operator(attribute.operators(), |operator| operator.operator())?;
        let value = match self.words.next() {
            Some(Word::Quoted(value)) => value,
            Some(Word::Plain(value @ ("true" | "false"))) if attribute.is_boolean() => value.to_owned(),
            Some(Word::Plain(_)) if attribute.is_boolean() => return Err(Refused::Value(attribute.name())),
            _ => return Err(Refused::Expected("a quoted value")),
        };
        Ok(Filter::Text(attribute, operator, value))
    }

    /// Parses `[id eq "…"]` or `[id eq "…" and type eq "DIRECT"]`.
    fn membership(&mut self) -> Result<Filter, Refused> {
        self.expect_word(&Word::OpenBracket, "an opening bracket")?;
        self.group_attribute("id")?;
        let group = self.equal_id("memberOfGroups")?;
        let directly = self.accept_keyword("and");
        if directly {
            self.group_attribute("type")?;
            self.operator(&[EQUALS], |operator| *operator)?;
            if self.quoted()? != "DIRECT" {
                return Err(Refused::Value("memberOfGroups"));
            }
        }
        self.expect_word(&Word::CloseBracket, "a closing bracket")?;
        Ok(Filter::MemberOf { group, directly })
    }

    fn group_attribute(&mut self, expected: &str) -> Result<(), Refused> {
        match self.words.next() {
            Some(Word::Plain(name)) if name == expected => Ok(()),
            Some(Word::Plain(name)) => Err(Refused::Attribute(format!("memberOfGroups.{name}"))),
            _ => Err(Refused::Expected("an attribute of a group")),
        }
    }

    fn updated(&mut self) -> Result<Filter, Refused> {
        let bound = self.operator(&Bound::ALL, |bound| bound.operator())?;
        let time = Timestamp::read(&self.quoted()?).ok_or(Refused::Value("updatedAt"))?;
        Ok(Filter::Updated(bound, time))
    }

    /// Parses a comparison with an ID. Only UUIDs with hyphens are accepted.
    fn equal_id(&mut self, attribute: &'static str) -> Result<Uuid, Refused> {
        self.operator(&[EQUALS], |operator| *operator)?;
        let text = self.quoted()?;
        let id = Uuid::try_parse(&text).ok().filter(|_| text.len() == uuid::fmt::Hyphenated::LENGTH);
        id.ok_or(Refused::Value(attribute))
    }

    fn operator<T: Copy>(
        &mut self,
        supported: &[T],
        word: impl Fn(&T) -> &'static str,
    ) -> Result<T, Refused> {
        let Some(Word::Plain(operator)) = self.words.next() else {
            return Err(Refused::Expected("an operator"));
        };
        let found = supported.iter().find(|one| word(one).eq_ignore_ascii_case(operator)).copied();
        found.ok_or_else(|| Refused::Operator(operator.to_owned(), supported.iter().map(word).collect()))
    }

    fn quoted(&mut self) -> Result<String, Refused> {
        match self.words.next() {
            Some(Word::Quoted(value)) => Ok(value),
            _ => Err(Refused::Expected("a quoted value")),
        }
    }

    fn expect_word(&mut self, mark: &Word<'_>, expected: &'static str) -> Result<(), Refused> {
        self.words.next_if(|word| word == mark).map(|_| ()).ok_or(Refused::Expected(expected))
    }

    fn accept_keyword(&mut self, keyword: &str) -> bool {
        let is_keyword =
            |word: &Word<'_>| matches!(word, Word::Plain(text) if text.eq_ignore_ascii_case(keyword));
        self.words.next_if(is_keyword).is_some()
    }
}

/// The error for an unsupported attribute. `not` stands where an attribute does, but is an operator.
fn unsupported(name: &str) -> Refused {
    if name.eq_ignore_ascii_case("not") {
        return Refused::Operator(name.to_owned(), common_operators());
    }
    Refused::Attribute(name.to_owned())
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
