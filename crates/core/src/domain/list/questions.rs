//! What is asked of PingOne to learn whom the entries of a list name.

use std::collections::HashMap;
use std::ops::Range;

use super::super::filter::{Attribute, Filter};
use super::super::user::{User, UserId};
use super::spelling::Spelling;
use super::{Confirmed, Identity};

/// So many are asked for in one filter at most. PingOne documents no bound for a filter's length.
const MOST_AT_ONCE: usize = 10;

/// So long a filter may be in an address, in bytes: what stands between a browser and PingOne takes 8 kB in all.
const LONGEST_FILTER: usize = 3000;

/// Nobody has a longer name, and whatever is longer isn't asked for.
const LONGEST_VALUE: usize = 1024;

/// The different things that a list says, in its order.
#[derive(Debug, Clone)]
pub struct Questions {
    identity: Identity,
    spelling: Spelling,
    values: Vec<(usize, String)>,
    /// The entry that says something, by what is compared of it.
    entries: HashMap<String, usize>,
}

impl Questions {
    /// The questions of a list as it is understood now.
    #[must_use]
    pub fn of(list: Confirmed<'_>) -> Self {
        let list = list.list;
        let (identity, spelling) = (list.identity(), list.spelling.clone());
        let value = |entry: usize| Some((entry, list.entries().get(entry)?.value.clone()));
        let values = list.questions().into_iter().filter_map(value);
        let values: Vec<_> = values.filter(|(_, value)| value.len() <= LONGEST_VALUE).collect();
        let key = |(entry, value): &(usize, String)| (spelling.key(value, identity).into_owned(), *entry);
        let entries = values.iter().map(key).collect();
        Self { identity, spelling, values, entries }
    }

    /// How many there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.values.len()
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.values.is_empty()
    }

    /// The list's entry that a question is about, by its place.
    #[must_use]
    pub fn entry(&self, question: usize) -> Option<usize> {
        self.values.get(question).map(|(entry, _)| *entry)
    }

    /// The user who is asked for, where users are named by id: PingOne has no filter for that.
    #[must_use]
    pub fn user(&self, question: usize) -> Option<UserId> {
        let (_, value) = self.values.get(question).filter(|_| self.identity == Identity::UserId)?;
        UserId::read(value)
    }

    /// The entry that names a user who was answered.
    #[must_use]
    pub fn naming(&self, user: &User) -> Option<usize> {
        let text = match self.identity {
            Identity::UserId => return None,
            Identity::ExternalId => user.external_id.as_deref()?,
            Identity::Username => &user.username,
            Identity::Email => user.email.as_deref()?,
        };
        self.entries.get(self.spelling.key(text, self.identity).as_ref()).copied()
    }

    /// The questions in the portions in which they are asked.
    #[must_use]
    pub fn portions(&self) -> Vec<Range<usize>> {
        let mut portions: Vec<Range<usize>> = Vec::new();
        let (mut length, most) = (0, if self.identity == Identity::UserId { 1 } else { MOST_AT_ONCE });
        for question in 0..self.len() {
            let more = self.filter(question..question + 1).map_or(0, |filter| encoded(&filter.to_string()));
            match portions.last_mut() {
                Some(last) if last.len() < most && length + more <= LONGEST_FILTER => {
                    last.end = question + 1;
                    length += more;
                }
                _ => {
                    portions.push(question..question + 1);
                    length = more;
                }
            }
        }
        portions
    }

    /// The filter for some of them: each value as it is written, and in the other spellings that PingOne may have, because
    /// it may compare the case and each character. `None` where users are named by id.
    #[must_use]
    pub fn filter(&self, questions: Range<usize>) -> Option<Filter> {
        let attribute = match self.identity {
            Identity::UserId => return None,
            Identity::ExternalId => Attribute::ExternalId,
            Identity::Username => Attribute::Username,
            Identity::Email => Attribute::Email,
        };
        let spellings = |(_, value): &(usize, String)| self.spelling.spellings(value, self.identity);
        let values = self.values.get(questions).unwrap_or_default().iter().flat_map(spellings);
        Some(Filter::Any(values.map(|value| Filter::Equals(attribute, value)).collect()))
    }
}

/// How long a text is in an address, at most.
fn encoded(text: &str) -> usize {
    text.bytes().map(|byte| if byte.is_ascii_alphanumeric() { 1 } else { 3 }).sum()
}

#[cfg(test)]
mod tests {
    use super::super::{normalize, read};
    use super::*;

    use crate::domain::users::tests::user;

    fn questions(text: &str, by: Identity) -> Questions {
        let mut list = read(text.as_bytes(), &normalize()).unwrap();
        list.identify(0, by, false);
        Questions::of(list.confirmed().unwrap())
    }

    fn filter(questions: &Questions) -> String {
        questions.filter(0..questions.len()).unwrap().to_string()
    }

    #[test]
    fn what_is_said_twice_or_says_nothing_is_not_asked() {
        let questions = questions("Ana\n\nana\n4.1E+07\nbo\n", Identity::Username);
        assert_eq!(filter(&questions), r#"username eq "Ana" or username eq "ana" or username eq "bo""#);
        assert_eq!([questions.entry(0), questions.entry(1), questions.entry(2)], [Some(0), Some(3), None]);
    }

    #[test]
    fn external_ids_keep_their_capitals_and_quotes_end_nothing() {
        let questions = questions("A\"1\n", Identity::ExternalId);
        assert_eq!(filter(&questions), r#"externalId eq "A\"1""#);
        let other = User { external_id: Some("a\"1".into()), ..user(1) };
        assert_eq!(questions.naming(&other), None);
        assert_eq!(questions.naming(&User { external_id: Some(" A\"1".into()), ..other }), Some(0));
    }

    #[test]
    fn a_user_who_is_spelled_otherwise_is_still_the_one_who_was_asked_for() {
        let asked = questions("x\nANA@example.com\n", Identity::Email);
        let ana = User { email: Some("Ana@Example.com".into()), ..user(1) };
        assert_eq!(asked.naming(&ana), Some(1));
        assert_eq!(asked.naming(&User { email: None, ..ana }), None);
    }

    #[test]
    fn ids_are_asked_for_one_by_one() {
        let id = user(7).id;
        let questions = questions(&format!("{{{id}}}\nnone\n"), Identity::UserId);
        assert_eq!((questions.len(), questions.user(0)), (1, Some(id)));
        assert_eq!(questions.filter(0..1), None);
        assert_eq!(questions.portions().first(), Some(&(0..1)));
    }

    #[test]
    fn portions_are_neither_many_nor_long_and_miss_nobody() {
        let names = (0..25).map(|number| format!("user{number}")).collect::<Vec<_>>().join("\n");
        assert_eq!(questions(&names, Identity::Username).portions(), [0..10, 10..20, 20..25]);
        let long: Vec<_> = (0..9).map(|number| number.to_string() + &"王".repeat(90)).collect();
        let questions = questions(&long.join("\n"), Identity::Username);
        let portions = questions.portions();
        assert!(portions.iter().all(|portion| portion.len() < 4), "{portions:?}");
        let all: Vec<usize> = portions.into_iter().flatten().collect();
        assert_eq!(all, (0..9).collect::<Vec<_>>());
    }

    #[test]
    fn what_nobody_can_be_called_is_not_sent() {
        assert!(questions(&"x".repeat(2000), Identity::Username).is_empty());
    }
}
