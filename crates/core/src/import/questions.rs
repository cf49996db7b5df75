//! Lookup of an import file's values in PingOne, for users who aren't loaded: which requests to make, and which entry
//! an answered user belongs to.

use std::collections::HashMap;
use std::ops::Range;

use pingone::filter::{Attribute, Filter};
use pingone::user::{User, UserId};

use super::spelling::Spelling;
use super::{ConfirmedImport, Identity};

/// Maximum number of values in one filter. PingOne documents no limit for a filter's length.
const MAX_VALUES_PER_FILTER: usize = 10;

/// Maximum length of a filter in a URL, percent-encoded, in bytes: what is between a browser and
/// PingOne accepts about 8 kB in all.
const MAX_FILTER_LEN: usize = 3000;

/// Maximum length of a value in bytes. No identifier is longer, so longer values aren't looked up.
const MAX_VALUE_LEN: usize = 1024;

/// The distinct values of an import file that have to be looked up, in the file's order.
#[derive(Debug, Clone)]
pub struct Questions {
    identity: Identity,
    spelling: Spelling,
    values: Vec<(usize, String)>,
    /// For each normalized value, the index of its entry.
    entries: HashMap<String, usize>,
}

impl Questions {
    /// The lookups for a file with its current interpretation.
    #[must_use]
    pub fn of(import: ConfirmedImport<'_>) -> Self {
        let file = import.file;
        let (identity, spelling) = (file.identity(), file.spelling.clone());
        let value = |entry: usize| Some((entry, file.entries().get(entry)?.value.clone()));
        let values = file.questions().into_iter().filter_map(value);
        let values: Vec<_> = values.filter(|(_, value)| value.len() <= MAX_VALUE_LEN).collect();
        let key = |(entry, value): &(usize, String)| (spelling.key(value, identity).into_owned(), *entry);
        let entries = values.iter().map(key).collect();
        Self { identity, spelling, values, entries }
    }

    /// Number of values that have to be looked up.
    #[must_use]
    pub fn len(&self) -> usize {
        self.values.len()
    }

    /// Whether there is nothing to look up.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.values.is_empty()
    }

    /// Index of the entry in the file whose value this question looks up.
    #[must_use]
    pub fn entry(&self, question: usize) -> Option<usize> {
        self.values.get(question).map(|(entry, _)| *entry)
    }

    /// The ID to read, if users are identified by user ID: PingOne has no filter for it, so each is read on its own.
    #[must_use]
    pub fn user(&self, question: usize) -> Option<UserId> {
        let (_, value) = self.values.get(question).filter(|_| self.identity == Identity::UserId)?;
        UserId::read(value)
    }

    /// Index of the entry that matches a user from PingOne's answer.
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

    /// The questions in batches, one per request.
    #[must_use]
    pub fn portions(&self) -> Vec<Range<usize>> {
        let mut portions: Vec<Range<usize>> = Vec::new();
        let (mut length, max) =
            (0, if self.identity == Identity::UserId { 1 } else { MAX_VALUES_PER_FILTER });
        for question in 0..self.len() {
            let more =
                self.filter(question..question + 1).map_or(0, |filter| max_encoded_len(&filter.to_string()));
            match portions.last_mut() {
                Some(last) if last.len() < max && length + more <= MAX_FILTER_LEN => {
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

    /// The filter for some of the questions: each value as it is written, and in the other spellings that PingOne may
    /// store, because PingOne may compare case and each character. `None` if users are identified by user ID.
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

/// Upper bound of a text's percent-encoded length.
fn max_encoded_len(text: &str) -> usize {
    text.bytes().map(|byte| if byte.is_ascii_alphanumeric() { 1 } else { 3 }).sum()
}

#[cfg(test)]
mod tests {
    use super::super::{normalize, read};
    use super::*;

    use pingone_mfa_testkit::user::numbered as user;

    fn questions(text: &str, by: Identity) -> Questions {
        let mut file = read(text.as_bytes(), &normalize()).unwrap();
        file.identify(0, by, false);
        Questions::of(file.confirmed().unwrap())
    }

    fn filter(questions: &Questions) -> String {
        questions.filter(0..questions.len()).unwrap().to_string()
    }

    #[test]
    fn duplicates_and_entries_with_a_problem_are_not_looked_up() {
        let questions = questions("Ana\n\nana\n4.1E+07\nbo\n", Identity::Username);
        assert_eq!(filter(&questions), r#"username eq "Ana" or username eq "ana" or username eq "bo""#);
        assert_eq!([questions.entry(0), questions.entry(1), questions.entry(2)], [Some(0), Some(3), None]);
    }

    #[test]
    fn external_ids_keep_their_case_and_quotes_are_escaped() {
        let questions = questions("A\"1\n", Identity::ExternalId);
        assert_eq!(filter(&questions), r#"externalId eq "A\"1""#);
        let other = User { external_id: Some("a\"1".into()), ..user(1) };
        assert_eq!(questions.naming(&other), None);
        assert_eq!(questions.naming(&User { external_id: Some(" A\"1".into()), ..other }), Some(0));
    }

    #[test]
    fn a_user_with_another_spelling_is_assigned_to_its_entry() {
        let asked = questions("x\nANA@example.com\n", Identity::Email);
        let ana = User { email: Some("Ana@Example.com".into()), ..user(1) };
        assert_eq!(asked.naming(&ana), Some(1));
        assert_eq!(asked.naming(&User { email: None, ..ana }), None);
    }

    #[test]
    fn user_ids_are_looked_up_one_by_one() {
        let id = user(7).id;
        let questions = questions(&format!("{{{id}}}\nnone\n"), Identity::UserId);
        assert_eq!((questions.len(), questions.user(0)), (1, Some(id)));
        assert_eq!(questions.filter(0..1), None);
        assert_eq!(questions.portions().first(), Some(&(0..1)));
    }

    #[test]
    fn batches_are_limited_in_size_and_length_and_cover_all_values() {
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
    fn values_longer_than_any_identifier_are_not_looked_up() {
        assert!(questions(&"x".repeat(2000), Identity::Username).is_empty());
    }
}
