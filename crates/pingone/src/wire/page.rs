//! Fast parsing of a page of users: directly from the bytes into users, without an intermediate JSON value.
//!
//! It accepts only what PingOne documents. If anything in any row is unusual (another type, a missing field, an escaped
//! key), the whole page is parsed by [`super::users`] instead, which is slower and reports what is wrong. Both return
//! the same result for every page that is accepted here.

use std::fmt;

use serde::Deserialize;
use serde::de::{DeserializeSeed, Deserializer, Error, IgnoredAny, MapAccess, SeqAccess, Visitor};
use uuid::Uuid;

use crate::time::Timestamp;
use crate::user::{Mfa, Name, PopulationId, UnreadableUser, User, UserId};

use super::Users;

/// Parses a page. `None` if it has to be parsed by [`super::users`].
pub fn read(body: &[u8]) -> Option<Users> {
    let mut reader = serde_json::Deserializer::from_slice(super::without_mark(body));
    let page = reader.deserialize_map(Page).ok()?;
    reader.end().ok()?;
    Some(page)
}

struct Page;

impl<'de> Visitor<'de> for Page {
    type Value = Users;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a page of users")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Users, A::Error> {
        let (mut rows, mut count, mut next) = (None, None, None);
        while let Some(key) = map.next_key::<&str>()? {
            match key {
                "_embedded" => rows = map.next_value_seed(Inside("users", Rows))?,
                "_links" => next = map.next_value_seed(Inside("next", Inside("href", Text)))?.flatten(),
                "count" => count = map.next_value::<Option<u64>>()?,
                _ => skip(&mut map)?,
            }
        }
        let rows = rows.ok_or_else(|| Error::missing_field("users"))?;
        Ok(Users { rows, count, next: next.flatten().map(str::to_owned) })
    }
}

fn skip<'de, A: MapAccess<'de>>(map: &mut A) -> Result<(), A::Error> {
    map.next_value::<IgnoredAny>().map(|_| ())
}

/// Reads one field of an object with a seed and skips the others. `None` if the object is null.
#[derive(Clone, Copy)]
struct Inside<S>(&'static str, S);

impl<'de, S: DeserializeSeed<'de> + Copy> DeserializeSeed<'de> for Inside<S> {
    type Value = Option<S::Value>;

    fn deserialize<D: Deserializer<'de>>(self, from: D) -> Result<Self::Value, D::Error> {
        from.deserialize_any(self)
    }
}

impl<'de, S: DeserializeSeed<'de> + Copy> Visitor<'de> for Inside<S> {
    type Value = Option<S::Value>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_unit<E>(self) -> Result<Self::Value, E> {
        Ok(None)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut found = None;
        while let Some(key) = map.next_key::<&str>()? {
            if key == self.0 { found = Some(map.next_value_seed(self.1)?) } else { skip(&mut map)? }
        }
        Ok(found)
    }
}

/// A text without escapes, borrowed from the body.
#[derive(Clone, Copy)]
struct Text;

impl<'de> DeserializeSeed<'de> for Text {
    type Value = Option<&'de str>;

    fn deserialize<D: Deserializer<'de>>(self, from: D) -> Result<Self::Value, D::Error> {
        Deserialize::deserialize(from)
    }
}

#[derive(Clone, Copy)]
struct Rows;

impl<'de> DeserializeSeed<'de> for Rows {
    type Value = Vec<Result<User, UnreadableUser>>;

    fn deserialize<D: Deserializer<'de>>(self, from: D) -> Result<Self::Value, D::Error> {
        from.deserialize_seq(self)
    }
}

impl<'de> Visitor<'de> for Rows {
    type Value = Vec<Result<User, UnreadableUser>>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list of users")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut rows: A) -> Result<Self::Value, A::Error> {
        let mut users = Vec::with_capacity(200);
        while let Some(user) = rows.next_element_seed(Row)? {
            users.push(Ok(user));
        }
        Ok(users)
    }
}

#[derive(Clone, Copy)]
struct Row;

impl<'de> DeserializeSeed<'de> for Row {
    type Value = User;

    fn deserialize<D: Deserializer<'de>>(self, from: D) -> Result<User, D::Error> {
        from.deserialize_map(self)
    }
}

/// The fields of a row, as far as they have been read.
#[derive(Default)]
struct Read<'de> {
    id: Option<&'de str>,
    username: Option<String>,
    name: [Option<String>; 3],
    email: Option<String>,
    external_id: Option<String>,
    population: Option<&'de str>,
    enabled: Option<bool>,
    status: Option<&'de str>,
    created_at: Option<&'de str>,
    last_sign_on: Option<&'de str>,
    mfa: Option<bool>,
}

impl<'de> Visitor<'de> for Row {
    type Value = User;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a user")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<User, A::Error> {
        let mut read = Read::default();
        while let Some(key) = map.next_key::<&str>()? {
            match key {
                "id" => read.id = map.next_value()?,
                "username" => read.username = map.next_value()?,
                "name" => read.name = map.next_value_seed(Parts)?,
                "email" => read.email = map.next_value()?,
                "externalId" => read.external_id = map.next_value()?,
                "population" => read.population = map.next_value_seed(Inside("id", Text))?.flatten(),
                "enabled" => read.enabled = map.next_value()?,
                "account" => read.status = map.next_value_seed(Inside("status", Text))?.flatten(),
                "createdAt" => read.created_at = map.next_value()?,
                "lastSignOn" => read.last_sign_on = map.next_value_seed(Inside("at", Text))?.flatten(),
                "mfaEnabled" => read.mfa = map.next_value()?,
                _ => skip(&mut map)?,
            }
        }
        read.user().ok_or_else(|| Error::custom("a user that is to be read in the other way"))
    }
}

impl Read<'_> {
    fn user(self) -> Option<User> {
        let id = |text: Option<&str>| {
            text.map(|text| Uuid::try_parse(text).ok()).map_or(Some(None), |id| id.map(Some))
        };
        let time =
            |text: Option<&str>| text.map(Timestamp::from_rfc3339).map_or(Some(None), |time| time.map(Some));
        Some(User {
            id: UserId(id(self.id)??),
            username: self.username?,
            name: name(self.name),
            email: self.email,
            external_id: self.external_id,
            population: id(self.population)?.map(PopulationId),
            account: super::account_of(self.enabled, self.status),
            created_at: time(self.created_at)?,
            last_sign_on: time(self.last_sign_on)?,
            mfa: self.mfa.map_or(Mfa::Unknown, Mfa::from),
        })
    }
}

fn name([given, family, formatted]: [Option<String>; 3]) -> Name {
    let part = |part: Option<String>| part.filter(|part| !part.trim().is_empty()).unwrap_or_default();
    let name = Name { given: part(given), family: part(family) };
    if name.is_empty() { Name { family: part(formatted), ..name } } else { name }
}

/// Reads given, family and formatted name.
struct Parts;

impl<'de> DeserializeSeed<'de> for Parts {
    type Value = [Option<String>; 3];

    fn deserialize<D: Deserializer<'de>>(self, from: D) -> Result<Self::Value, D::Error> {
        from.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Parts {
    type Value = [Option<String>; 3];

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a name")
    }

    fn visit_unit<E>(self) -> Result<Self::Value, E> {
        Ok([None, None, None])
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let [mut given, mut family, mut formatted] = [None, None, None];
        while let Some(key) = map.next_key::<&str>()? {
            match key {
                "given" => given = map.next_value()?,
                "family" => family = map.next_value()?,
                "formatted" => formatted = map.next_value()?,
                _ => skip(&mut map)?,
            }
        }
        Ok([given, family, formatted])
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire;

    const ROW: &str = r#"{"_links":{"self":{"href":"x"}},"id":"a0000000-0000-4000-8000-0000000000ff","username":"a\"b",
        "name":{"given":"Zo\u00eb","family":"Holm"},"email":"a@example.com","externalId":"E1","mfaEnabled":true,
        "population":{"id":"b0000000-0000-4000-8000-000000000001"},"enabled":true,"account":{"status":"OK"},
        "createdAt":"2022-04-26T16:42:05.051Z","lastSignOn":{"at":"2022-04-27T12:24:40.823Z"},"new":[1,{"a":2}]}"#;

    fn page(row: &str) -> String {
        format!(
            r#"{{"_links":{{"next":{{"href":"https://x/users?cursor=a"}}}},"_embedded":{{"users":[{row}]}},"count":7}}"#
        )
    }

    fn parse_slowly(body: &str) -> Result<Users, wire::Misread> {
        wire::users(&wire::parse(body.as_bytes())?)
    }

    #[test]
    fn both_parsers_return_the_same_for_a_page() {
        for row in [
            ROW.to_owned(),
            ROW.replace(r#""email":"a@example.com","#, r#""email":null,"#),
            ROW.replace(r#""given":"Zo\u00eb","family":"Holm""#, r#""formatted":" Zoë Holm ""#),
            ROW.replace(r#""given":"Zo\u00eb""#, r#""given":"  ""#),
            ROW.replace(r#"{"given":"Zo\u00eb","family":"Holm"}"#, "null"),
            ROW.replace(r#""mfaEnabled":true,"#, ""),
            ROW.replace(r#""mfaEnabled":true"#, r#""mfaEnabled":null"#),
            ROW.replace(r#""enabled":true"#, r#""enabled":false"#),
            ROW.replace(r#""OK""#, r#""LOCKED""#),
            ROW.replace(r#"{"at":"2022-04-27T12:24:40.823Z"}"#, "{}"),
            ROW.replace(r#""mfaEnabled":true"#, r#""mfaEnabled":true,"mfaEnabled":false"#),
            String::new(),
        ] {
            let body = page(&row);
            assert_eq!(read(body.as_bytes()).as_ref(), parse_slowly(&body).ok().as_ref(), "{row}");
        }
        let marked = format!("\u{feff}{}", page(ROW));
        assert!(read(marked.as_bytes()).is_some_and(|users| users.next.is_some() && users.count == Some(7)));
    }

    #[test]
    fn unusual_pages_are_left_to_the_other_parser() {
        for row in [
            ROW.replace(r#""mfaEnabled":true"#, r#""mfaEnabled":"true""#),
            ROW.replace(r#""username":"a\"b","#, ""),
            ROW.replace("a0000000-0000", "a0000000"),
            ROW.replace("2022-04-26T16", "yesterday"),
            ROW.replace(r#""enabled":true"#, r#""enabled":1"#),
            "5".into(),
        ] {
            assert_eq!(read(page(&row).as_bytes()), None, "{row}");
            assert!(parse_slowly(&page(&row)).is_ok(), "{row}");
        }
        for body in ["", "{}", "[]", "{\"_embedded\":{}}", "<html>", &format!("{}x", page(ROW))] {
            assert_eq!(read(body.as_bytes()), None, "{body}");
        }
    }
}
