//! Two answers, field by field: names, types and order.

use crate::answer::Json;

/// What a user, a device or a page may have or not have, so that its absence tells nothing.
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

/// How a recorded answer differs from the sandbox's.
pub(crate) fn differences(recorded: &Json, own: &Json) -> Vec<String> {
    let mut found = Vec::new();
    compare("the body", recorded, own, &mut found);
    found.sort();
    found.dedup();
    found
}

fn compare(path: &str, recorded: &Json, own: &Json, found: &mut Vec<String>) {
    match (recorded, own) {
        (recorded, _) if recorded.is_placeholder() => {}
        (Json::Object(recorded), Json::Object(own)) => compare_objects(path, recorded, own, found),
        (Json::List(recorded), Json::List(own)) => {
            // The longest has all fields that the sandbox has there.
            let Some(fullest) = own.iter().max_by_key(|item| length(item)) else { return };
            for item in recorded {
                compare(&format!("{path}[]"), item, fullest, found);
            }
        }
        (recorded, own) if recorded.kind() != own.kind() => {
            found.push(format!("{path} is {}, the sandbox's is {}", recorded.kind(), own.kind()));
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

fn compare_objects(path: &str, recorded: &[(String, Json)], own: &[(String, Json)], found: &mut Vec<String>) {
    for (name, value) in recorded {
        match own.iter().find(|(known, _)| known == name) {
            Some((_, known)) => compare(&format!("{path}.{name}"), value, known, found),
            None if MAY_BE_ABSENT.contains(&name.as_str()) => {}
            None => found.push(format!("{path}.{name} is not in the sandbox's")),
        }
    }
    for (name, _) in own {
        let is_recorded = recorded.iter().any(|(known, _)| known == name);
        if !is_recorded && !MAY_BE_ABSENT.contains(&name.as_str()) {
            found.push(format!("{path}.{name} is in the sandbox's only"));
        }
    }
    let common = |here: &[(String, Json)], there: &[(String, Json)]| -> Vec<String> {
        let names = here.iter().map(|(name, _)| name.clone());
        names.filter(|name| there.iter().any(|(other, _)| other == name)).collect()
    };
    let (order, own_order) = (common(recorded, own), common(own, recorded));
    if order != own_order {
        found.push(format!("the fields of {path} have the order {order:?}, the sandbox's {own_order:?}"));
    }
}
