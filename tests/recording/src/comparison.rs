//! Compares two JSON responses field by field: names, types and order.

use crate::answer::Json;

/// Fields that a user, a device or a page may lack, so that their absence isn't a difference.
const MAY_BE_ABSENT: [&str; 30] = [
    "_embedded",
    "activate",
    "application",
    "billOfMaterials",
    "block",
    "canAssign",
    "description",
    "details",
    "deviceId",
    "deviceStatus",
    "deviceType",
    "email",
    "externalId",
    "family",
    "given",
    "innerError",
    "lastSignOn",
    "lock",
    "lockedAt",
    "lockout",
    "memberOfGroupIDs",
    "memberOfGroupNames",
    "name",
    "next",
    "nickname",
    "phone",
    "population",
    "prev",
    "remoteIp",
    "target",
];

/// The differences between a recorded response and the sandbox's.
pub(crate) fn differences(recorded: &Json, from_sandbox: &Json) -> Vec<String> {
    let mut found = Vec::new();
    compare("the body", recorded, from_sandbox, &mut found);
    found.sort();
    found.dedup();
    found
}

fn compare(path: &str, recorded: &Json, from_sandbox: &Json, found: &mut Vec<String>) {
    match (recorded, from_sandbox) {
        (recorded, _) if recorded.is_placeholder() => {}
        (Json::Object(recorded), Json::Object(from_sandbox)) => {
            compare_objects(path, recorded, from_sandbox, found);
        }
        (Json::List(recorded), Json::List(from_sandbox)) => {
            // The item with the most fields has all fields that the sandbox uses in this list.
            let Some(fullest) = from_sandbox.iter().max_by_key(|item| length(item)) else { return };
            for item in recorded {
                compare(&format!("{path}[]"), item, fullest, found);
            }
        }
        (recorded, from_sandbox) if recorded.kind() != from_sandbox.kind() => {
            found.push(format!("{path} is {}, the sandbox's is {}", recorded.kind(), from_sandbox.kind()));
        }
        _ => {}
    }
}

fn length(item: &Json) -> usize {
    match item {
        Json::Object(fields) => fields.len(),
        _ => 0,
    }
}

fn compare_objects(
    path: &str,
    recorded: &[(String, Json)],
    from_sandbox: &[(String, Json)],
    found: &mut Vec<String>,
) {
    for (name, value) in recorded {
        match from_sandbox.iter().find(|(known, _)| known == name) {
            Some((_, known)) => compare(&format!("{path}.{name}"), value, known, found),
            None if MAY_BE_ABSENT.contains(&name.as_str()) => {}
            None => found.push(format!("{path}.{name} is not in the sandbox's")),
        }
    }
    for (name, _) in from_sandbox {
        let is_recorded = recorded.iter().any(|(known, _)| known == name);
        if !is_recorded && !MAY_BE_ABSENT.contains(&name.as_str()) {
            found.push(format!("{path}.{name} is in the sandbox's only"));
        }
    }
    let common = |here: &[(String, Json)], there: &[(String, Json)]| -> Vec<String> {
        let names = here.iter().map(|(name, _)| name.clone());
        names.filter(|name| there.iter().any(|(other, _)| other == name)).collect()
    };
    let (order, sandbox_order) = (common(recorded, from_sandbox), common(from_sandbox, recorded));
    if order != sandbox_order {
        found.push(format!("the fields of {path} have the order {order:?}, the sandbox's {sandbox_order:?}"));
    }
}
