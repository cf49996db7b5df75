//! Parsing of the limits that a deployment sets for all its users.

use pingone::json;
use pingone::user::GroupId;
use serde_json::Value;
use uuid::Uuid;

use crate::run::limits::{Access, Limits, TokenSources, TurnOff};
use crate::run::reference::{ChangeReference, Pattern};

use super::{ConfigFault, only_known, plain, within};

/// Maximum number of protected groups.
const MAX_GROUPS: usize = 20;

pub(super) fn limits(body: &Value) -> Result<Limits, ConfigFault> {
    let access = [Access::Read, Access::One, Access::Run].map(|access| (access.word(), access));
    let turn_off = [TurnOff::Never, TurnOff::One, TurnOff::Run].map(|turn_off| (turn_off.word(), turn_off));
    Ok(Limits {
        access: one_of(body, "access", access)?.unwrap_or_default(),
        turn_off: one_of(body, "turnOff", turn_off)?.unwrap_or_default(),
        max_run_users: within(body, "maxRunUsers", 1..=1_000_000)?,
        protected_groups: protected_groups(body)?,
        token_sources: token_sources(body)?,
        change_reference: change_reference(body)?,
    })
}

fn one_of<T>(body: &Value, field: &str, choices: [(&str, T); 3]) -> Result<Option<T>, ConfigFault> {
    let Some(found) = json::text(body, field)? else { return Ok(None) };
    let words = choices.each_ref().map(|(word, _)| *word).join(", ");
    let choice = choices.into_iter().find_map(|(word, choice)| (word == found).then_some(choice));
    choice.map(Some).ok_or_else(|| ConfigFault::new(field, format!("must be one of {words}")))
}

fn protected_groups(body: &Value) -> Result<Vec<GroupId>, ConfigFault> {
    let field = "protectedGroups";
    if json::at(body, field).is_none() {
        return Ok(Vec::new());
    }
    let rows = json::list(body, field)?;
    if rows.len() > MAX_GROUPS {
        return Err(ConfigFault::new(field, format!("must be a list of {MAX_GROUPS} groups at most")));
    }
    let group = |(index, row): (usize, &Value)| {
        let id = row.as_str().and_then(|text| Uuid::try_parse(text).ok());
        id.map(GroupId).ok_or_else(|| ConfigFault::new(format!("{field}[{index}]"), "isn't a UUID"))
    };
    rows.iter().enumerate().map(group).collect()
}

fn token_sources(body: &Value) -> Result<TokenSources, ConfigFault> {
    let field = "tokenSources";
    if json::at(body, field).is_none() {
        return Ok(TokenSources::default());
    }
    let rows = json::list(body, field)?;
    if rows.is_empty() {
        return Err(ConfigFault::new(field, "must have one of signin, host, paste at least"));
    }
    let mut sources = TokenSources::NONE;
    for (index, row) in rows.iter().enumerate() {
        let fault = |problem: &str| Err(ConfigFault::new(format!("{field}[{index}]"), problem));
        let is_permitted = match row.as_str() {
            Some("signin") => &mut sources.sign_in,
            Some("host") => &mut sources.host,
            Some("paste") => &mut sources.paste,
            _ => return fault("must be one of signin, host, paste"),
        };
        if *is_permitted {
            return fault("appears twice");
        }
        *is_permitted = true;
    }
    Ok(sources)
}

fn change_reference(body: &Value) -> Result<ChangeReference, ConfigFault> {
    let field = "changeReference";
    let Some(found) = json::at(body, field) else { return Ok(ChangeReference::default()) };
    if let Some(is_required) = found.as_bool() {
        return Ok(ChangeReference { is_required, ..ChangeReference::default() });
    }
    if !found.is_object() {
        return Err(ConfigFault::new(field, "must be true, false or an object"));
    }
    only_known(found, &["required", "pattern", "hint"], field, "changeReference.")?;
    Ok(ChangeReference {
        is_required: json::boolean(body, "changeReference.required")?.unwrap_or(true),
        pattern: pattern(body)?,
        hint: plain(body, "changeReference.hint", ChangeReference::MOST)?,
    })
}

fn pattern(body: &Value) -> Result<Option<Pattern>, ConfigFault> {
    let field = "changeReference.pattern";
    let Some(text) = json::text(body, field)? else { return Ok(None) };
    let problem = "must be 1 to 100 of: letters from A to Z, digits, -, # for a digit, @ for a letter, \
                   * at the end for anything more";
    Pattern::read(text).map(Some).ok_or_else(|| ConfigFault::new(field, problem))
}

#[cfg(test)]
mod tests {
    use super::super::read_config;
    use super::*;

    fn read(text: &str) -> Limits {
        read_config(text).unwrap().limits
    }

    #[test]
    fn without_keys_there_are_no_limits() {
        assert_eq!(read("{}"), Limits::default());
        assert_eq!(read(r#"{"access":null,"tokenSources":null,"changeReference":false}"#), Limits::default());
        assert_eq!(read(r#"{"access":"run","turnOff":"run","protectedGroups":[]}"#), Limits::default());
    }

    #[test]
    fn access_and_turning_off_are_limited_by_keywords() {
        let words = |access, off| read(&format!(r#"{{"access":"{access}","turnOff":"{off}"}}"#));
        let strict = words("read", "never");
        assert_eq!((strict.access, strict.turn_off), (Access::Read, TurnOff::Never));
        let one = words("one", "one");
        assert_eq!((one.access, one.turn_off), (Access::One, TurnOff::One));
    }

    #[test]
    fn a_run_may_be_limited_to_one_user_or_to_a_million() {
        assert_eq!(read(r#"{"maxRunUsers":1}"#).max_run_users, Some(1));
        assert_eq!(read(r#"{"maxRunUsers":1000000}"#).max_run_users, Some(1_000_000));
    }

    #[test]
    fn twenty_groups_may_be_protected() {
        let ids: Vec<Uuid> = (1..=20).map(Uuid::from_u128).collect();
        let text = format!(
            r#"{{"protectedGroups":["{}"]}}"#,
            ids.iter().map(Uuid::to_string).collect::<Vec<_>>().join("\",\"")
        );
        assert_eq!(read(&text).protected_groups, ids.into_iter().map(GroupId).collect::<Vec<_>>());
    }

    #[test]
    fn only_the_listed_token_sources_are_permitted() {
        let sources = read(r#"{"tokenSources":["paste","signin"]}"#).token_sources;
        assert_eq!(sources, TokenSources { sign_in: true, host: false, paste: true });
        assert_eq!(
            read(r#"{"tokenSources":["signin","host","paste"]}"#).token_sources,
            TokenSources::default()
        );
    }

    #[test]
    fn a_change_reference_is_required_by_a_flag_or_described_by_an_object() {
        let any = read(r#"{"changeReference":true}"#).change_reference;
        assert_eq!(any, ChangeReference { is_required: true, pattern: None, hint: None });
        let described = read(
            r#"{"changeReference":{"required":false,"pattern":"CHG#######","hint":"The number of the change"}}"#,
        );
        let expected = ChangeReference {
            is_required: false,
            pattern: Pattern::read("CHG#######"),
            hint: Some("The number of the change".into()),
        };
        assert_eq!(described.change_reference, expected);
    }

    #[test]
    fn a_described_change_reference_is_required_by_default() {
        assert!(read(r#"{"changeReference":{"pattern":"CHG#"}}"#).change_reference.is_required);
    }

    #[test]
    fn an_invalid_limit_is_named_in_the_error() {
        let id = "8c1e0b52-22b1-4c0e-9a55-0d1f6a7bc2d4";
        let groups = vec![format!("\"{id}\""); 21].join(",");
        for (text, field) in [
            (r#"{"access":"write"}"#.to_owned(), "access"),
            (r#"{"access":"Run"}"#.into(), "access"),
            (r#"{"access":true}"#.into(), "access"),
            (r#"{"turnOff":"read"}"#.into(), "turnOff"),
            (r#"{"turnOff":false}"#.into(), "turnOff"),
            (r#"{"maxRunUsers":0}"#.into(), "maxRunUsers"),
            (r#"{"maxRunUsers":1000001}"#.into(), "maxRunUsers"),
            (r#"{"maxRunUsers":"5"}"#.into(), "maxRunUsers"),
            (format!(r#"{{"protectedGroups":"{id}"}}"#), "protectedGroups"),
            (format!(r#"{{"protectedGroups":["{id}","Board"]}}"#), "protectedGroups[1]"),
            (r#"{"protectedGroups":[5]}"#.into(), "protectedGroups[0]"),
            (r#"{"protectedGroups":[null]}"#.into(), "protectedGroups[0]"),
            (format!(r#"{{"protectedGroups":[{groups}]}}"#), "protectedGroups"),
            (r#"{"tokenSources":"paste"}"#.into(), "tokenSources"),
            (r#"{"tokenSources":[]}"#.into(), "tokenSources"),
            (r#"{"tokenSources":["paste","mail"]}"#.into(), "tokenSources[1]"),
            (r#"{"tokenSources":["paste","host","paste"]}"#.into(), "tokenSources[2]"),
            (r#"{"changeReference":"CHG#"}"#.into(), "changeReference"),
            (r#"{"changeReference":{"regex":"x"}}"#.into(), "changeReference.regex"),
            (r#"{"changeReference":{"required":1}}"#.into(), "changeReference.required"),
            (r#"{"changeReference":{"pattern":"CHG[0-9]+"}}"#.into(), "changeReference.pattern"),
            (r#"{"changeReference":{"pattern":""}}"#.into(), "changeReference.pattern"),
            (r#"{"changeReference":{"hint":" "}}"#.into(), "changeReference.hint"),
            (format!(r#"{{"changeReference":{{"hint":"{}"}}}}"#, "x".repeat(101)), "changeReference.hint"),
        ] {
            assert_eq!(read_config(&text).map_err(|fault| fault.field), Err(field.into()), "{text}");
        }
    }
}
