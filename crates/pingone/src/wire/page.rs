//! Fast parsing of a page of users: directly from the bytes into users, without an intermediate JSON value.
//!
//! If anything in any row is unusual (another type, a missing field, an escaped key), the whole page is parsed by
//! [`super::users`] instead, which is slower and reports what is wrong. Both return the same result for every page that
//! is accepted here.

use pingone_user_page::Row;
use uuid::Uuid;

use crate::time::Timestamp;
use crate::user::{Mfa, Name, PopulationId, User, UserId};

use super::Users;

/// Parses a page. `None` if it has to be parsed by [`super::users`].
pub fn read(body: &[u8]) -> Option<Users> {
    let page = pingone_user_page::read(super::without_mark(body))?;
    let rows = page.rows.into_iter().map(|row| user(row).map(Ok)).collect::<Option<_>>()?;
    Some(Users { rows, count: page.count, next: page.next.map(str::to_owned) })
}

fn user(row: Row<'_>) -> Option<User> {
    let id = |text: Option<&str>| {
        text.map(|text| Uuid::try_parse(text).ok()).map_or(Some(None), |id| id.map(Some))
    };
    let time =
        |text: Option<&str>| text.map(Timestamp::from_rfc3339).map_or(Some(None), |time| time.map(Some));
    Some(User {
        id: UserId(id(row.id)??),
        username: row.username?,
        name: name(row.name),
        email: row.email,
        external_id: row.external_id,
        population: id(row.population)?.map(PopulationId),
        account: super::account_of(row.enabled, row.status),
        created_at: time(row.created_at)?,
        last_sign_on: time(row.last_sign_on)?,
        mfa: row.mfa.map_or(Mfa::Unknown, Mfa::from),
    })
}

fn name([given, family, formatted]: [Option<String>; 3]) -> Name {
    let part = |part: Option<String>| part.filter(|part| !part.trim().is_empty()).unwrap_or_default();
    let name = Name { given: part(given), family: part(family) };
    if name.is_empty() { Name { family: part(formatted), ..name } } else { name }
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
