//! Reads a page of users directly from its bytes, without an intermediate JSON value.
//!
//! A crate of its own, because it alone is compiled at `opt-level` s instead of z: with the steps of the
//! JSON reader inlined. A list of 100,000 users is 500 pages of some 250 kB.
//!
//! It accepts only what PingOne documents. A page with anything unusual (another type, a missing list, an escaped key) is
//! refused as a whole, and the client reads it in a slower way that says what is wrong.
//!
//! ```
//! let page = pingone_user_page::read(br#"{"_embedded":{"users":[{"username":"ana","mfaEnabled":true}]},"count":1}"#);
//! let page = page.expect("nothing in it is unusual");
//! assert_eq!((page.rows[0].mfa, page.count, page.next), (Some(true), Some(1), None));
//! assert!(pingone_user_page::read(br#"{"_embedded":{"users":[{"mfaEnabled":"yes"}]}}"#).is_none());
//! ```

#![warn(missing_docs)]

use std::fmt;

use serde::Deserialize;
use serde::de::{DeserializeSeed, Deserializer, Error, IgnoredAny, MapAccess, SeqAccess, Visitor};

/// A page of users, as it is written.
pub struct Page<'a> {
    /// The users.
    pub rows: Vec<Row<'a>>,
    /// The number of all users, on this page and on others.
    pub count: Option<u64>,
    /// The address of the next page; `None` on the last one.
    pub next: Option<&'a str>,
}

/// The fields of a user, as they are written. Each may be missing or null.
#[derive(Default)]
pub struct Row<'a> {
    /// `id`, a UUID.
    pub id: Option<&'a str>,
    /// `username`.
    pub username: Option<String>,
    /// `name.given`, `name.family` and `name.formatted`.
    pub name: [Option<String>; 3],
    /// `email`.
    pub email: Option<String>,
    /// `externalId`.
    pub external_id: Option<String>,
    /// `population.id`, a UUID.
    pub population: Option<&'a str>,
    /// `enabled`.
    pub enabled: Option<bool>,
    /// `account.status`.
    pub status: Option<&'a str>,
    /// `createdAt`, a time of RFC 3339.
    pub created_at: Option<&'a str>,
    /// `lastSignOn.at`, a time of RFC 3339.
    pub last_sign_on: Option<&'a str>,
    /// `mfaEnabled`.
    pub mfa: Option<bool>,
}

/// Reads a page. `None` if anything in it is unusual.
#[must_use]
pub fn read(body: &[u8]) -> Option<Page<'_>> {
    let mut reader = serde_json::Deserializer::from_slice(body);
    let page = reader.deserialize_map(PageVisitor).ok()?;
    reader.end().ok()?;
    Some(page)
}

struct PageVisitor;

impl<'de> Visitor<'de> for PageVisitor {
    type Value = Page<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a page of users")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Page<'de>, A::Error> {
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
        Ok(Page { rows, count, next: next.flatten() })
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
    type Value = Vec<Row<'de>>;

    fn deserialize<D: Deserializer<'de>>(self, from: D) -> Result<Self::Value, D::Error> {
        from.deserialize_seq(self)
    }
}

impl<'de> Visitor<'de> for Rows {
    type Value = Vec<Row<'de>>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list of users")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut rows: A) -> Result<Self::Value, A::Error> {
        let mut users = Vec::with_capacity(200);
        while let Some(user) = rows.next_element_seed(RowSeed)? {
            users.push(user);
        }
        Ok(users)
    }
}

#[derive(Clone, Copy)]
struct RowSeed;

impl<'de> DeserializeSeed<'de> for RowSeed {
    type Value = Row<'de>;

    fn deserialize<D: Deserializer<'de>>(self, from: D) -> Result<Row<'de>, D::Error> {
        from.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for RowSeed {
    type Value = Row<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a user")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Row<'de>, A::Error> {
        let mut read = Row::default();
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
        Ok(read)
    }
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
