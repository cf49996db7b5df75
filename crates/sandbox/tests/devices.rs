//! The devices of users.

use std::collections::HashSet;

use crate::client::{Asker, NOW};
use http::Method;
use pingone_sandbox::{DeviceSpec, DeviceState, DeviceType, Role};
use serde_json::Value;
use uuid::Uuid;

fn devices(asker: &mut Asker, user: Uuid) -> Vec<Value> {
    asker.get(&format!("/users/{user}/devices"))["_embedded"]["devices"].as_array().unwrap().clone()
}

fn filtered(asker: &mut Asker, user: Uuid, filter: &str) -> String {
    let filter: String = form_urlencoded::byte_serialize(filter.as_bytes()).collect();
    asker.get(&format!("/users/{user}/devices?filter={filter}"))["count"].to_string()
}

#[test]
fn a_device_has_the_documented_fields_in_order() {
    let mut asker = Asker::admin(20);
    let user = asker.user("jonas.brandt");
    let sms = DeviceSpec { kind: DeviceType::Sms, state: DeviceState::ActivationRequired };
    asker.sandbox.set_devices(user, vec![sms]);
    let path = format!("/users/{user}/devices");
    let list = asker.get(&path);
    let device = &list["_embedded"]["devices"][0];
    let this = list["_links"]["self"]["href"].as_str().unwrap();
    assert!(this.ends_with(&path));
    assert_eq!(list["_links"]["devices.reorder"]["href"], this);
    assert_eq!((&list["count"], &list["size"]), (&1.into(), &1.into()));
    let own = format!("{this}/{}", device["id"].as_str().unwrap());
    assert_eq!(
        (&device["_links"]["self"]["href"], &device["_links"]["activate"]["href"]),
        (&own.clone().into(), &own.into())
    );
    assert_eq!((&device["type"], &device["status"]), (&"SMS".into(), &"ACTIVATION_REQUIRED".into()));
    assert_eq!(device["user"]["id"], user.to_string());
    assert_eq!(device["environment"]["id"], asker.sandbox.environment_id().to_string());
    assert!(device["phone"].as_str().unwrap().starts_with("+1202555"));
    assert!(device.get("email").is_none() && device.get("block").is_none() && device.get("lock").is_none());
    let text = String::from_utf8(asker.ask(Method::GET, &path, "").into_body()).unwrap();
    let text = &text[text.find("\"devices\" : [").unwrap()..];
    let keys = ["\"id\"", "\"type\"", "\"status\"", "\"phone\"", "\"createdAt\"", "\"updatedAt\""];
    let places: Vec<usize> = keys.iter().map(|key| text.find(key).unwrap()).collect();
    assert!(places.is_sorted() && !text.contains("null"), "{text}");
}

#[test]
fn the_people_of_the_edge_cases_are_always_there() {
    let mut asker = Asker::admin(20);
    let dina = asker.user("dina.nodevice");
    assert_eq!(asker.sandbox.mfa_enabled(dina), Some(true));
    let list = asker.get(&format!("/users/{dina}/devices"));
    assert_eq!((&list["_embedded"]["devices"], &list["count"]), (&Value::Array(vec![]), &0.into()));
    let paul = asker.user("paul.pending");
    let waiting = devices(&mut asker, paul);
    assert_eq!(waiting.len(), 1);
    assert_eq!(waiting[0]["status"], "ACTIVATION_REQUIRED");
    assert_eq!(waiting[0]["createdAt"], NOW.after_seconds(-3600).to_string());
    let bela = asker.user("bela.blocked");
    let blocked = devices(&mut asker, bela);
    assert_eq!((blocked.len(), &blocked[0]["block"]["status"]), (1, &"BLOCKED".into()));
    assert!(blocked[0]["block"]["blockedAt"].as_str().unwrap() >= blocked[0]["createdAt"].as_str().unwrap());
    let (lena, dora) = (asker.user("lena.locked"), asker.user("dora.disabled"));
    assert_eq!(asker.get(&format!("/users/{lena}"))["account"]["status"], "LOCKED");
    assert_eq!(asker.get(&format!("/users/{dora}"))["enabled"], false);
}

#[test]
fn forced_devices_replace_the_seeded_ones_and_can_be_asked_for() {
    let mut asker = Asker::admin(20);
    let bela = asker.user("bela.blocked");
    let forced = vec![DeviceSpec::active(DeviceType::Fido2), DeviceSpec::active(DeviceType::Email)];
    asker.sandbox.set_devices(bela, forced.clone());
    assert_eq!(asker.sandbox.devices(bela), Some(forced));
    assert_eq!(asker.sandbox.devices(Uuid::nil()), None);
    let listed = devices(&mut asker, bela);
    assert_eq!((&listed[0]["type"], &listed[1]["type"]), (&"FIDO2".into(), &"EMAIL".into()));
    assert_eq!(listed[1]["email"], "bela.blocked@example.com");
    assert_ne!(listed[0]["id"], listed[1]["id"]);
}

#[test]
fn a_lock_is_gone_a_day_after_the_sandbox_began() {
    let mut asker = Asker::admin(20);
    let user = asker.user("jonas.brandt");
    asker.sandbox.set_devices(user, vec![DeviceSpec { kind: DeviceType::Totp, state: DeviceState::Locked }]);
    let locked = devices(&mut asker, user);
    assert_eq!((&locked[0]["status"], &locked[0]["lock"]["status"]), (&"ACTIVE".into(), &"LOCKED".into()));
    assert_eq!(locked[0]["lock"]["expiresAt"], NOW.after_seconds(86_400).to_string());
    asker.after(86_400);
    let unlocked = devices(&mut asker, user);
    assert!(unlocked[0].get("lock").is_none());
}

#[test]
fn devices_are_found_by_status_and_type() {
    let mut asker = Asker::admin(20);
    let user = asker.user("jonas.brandt");
    let waiting = DeviceSpec { kind: DeviceType::Sms, state: DeviceState::ActivationRequired };
    asker.sandbox.set_devices(
        user,
        vec![DeviceSpec::active(DeviceType::Sms), waiting, DeviceSpec::active(DeviceType::Totp)],
    );
    for (filter, count) in [
        ("type eq \"SMS\"", "2"),
        ("status eq \"ACTIVE\"", "2"),
        ("(type eq \"SMS\") and (status eq \"ACTIVE\")", "1"),
        ("type eq \"EMAIL\"", "0"),
    ] {
        assert_eq!(filtered(&mut asker, user, filter), count, "{filter}");
    }
    let path = format!("/users/{user}/devices?filter=nickname%20eq%20%22a%22");
    assert_eq!(asker.refusal(Method::GET, &path, ""), (400, "INVALID_FILTER".to_owned()));
}

#[test]
fn strangers_have_varied_devices_that_stay_the_same() {
    let (mut asker, mut again) = (Asker::admin(2000), Asker::admin(2000));
    let (mut types, mut states) = (HashSet::new(), HashSet::new());
    let (mut without, mut several, mut enabled_without) = (0, 0, 0);
    for number in 16..=2000 {
        let Some(user) = asker.sandbox.user_named(&format!("user{number:06}")) else { continue };
        let specs = asker.sandbox.devices(user).unwrap();
        assert_eq!(again.sandbox.devices(user).as_ref(), Some(&specs));
        types.extend(specs.iter().map(|spec| spec.kind.name()));
        states.extend(specs.iter().map(|spec| format!("{:?}", spec.state)));
        without += u32::from(specs.is_empty());
        several += u32::from(specs.len() > 1);
        enabled_without += u32::from(specs.is_empty() && asker.sandbox.mfa_enabled(user) == Some(true));
    }
    assert_eq!((types.len(), states.len()), (8, 4));
    assert!(without > 400 && several > 100 && enabled_without > 150, "{without} {several} {enabled_without}");
    let user = asker.user("jonas.brandt");
    assert_eq!(devices(&mut asker, user), devices(&mut again, user));
}

#[test]
fn devices_are_read_with_the_role_and_of_known_users_only() {
    for (role, status) in [(Role::IdentityDataReadOnly, 200), (Role::EnvironmentAdmin, 403)] {
        let mut asker = Asker::with_role(20, role);
        let path = format!("/users/{}/devices", asker.user("jonas.brandt"));
        assert_eq!(asker.ask(Method::GET, &path, "").status().as_u16(), status);
    }
    let mut asker = Asker::admin(20);
    assert_eq!(asker.ask(Method::GET, &format!("/users/{}/devices", Uuid::nil()), "").status(), 404);
    assert_eq!(asker.ask(Method::GET, "/users/jonas/devices", "").status(), 400);
    assert_eq!(asker.ask(Method::DELETE, &format!("/users/{}/devices", Uuid::nil()), "").status(), 405);
}
