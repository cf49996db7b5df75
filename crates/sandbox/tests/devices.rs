//! A user's MFA devices.

use std::collections::HashSet;

use http::Method;
use pingone_sandbox::{DeviceSpec, DeviceState, DeviceType, Role};
use serde_json::Value;
use uuid::Uuid;

use pingone_mfa_testkit::client::{ApiClient, NOW};

fn devices(api: &mut ApiClient, user: Uuid) -> Vec<Value> {
    api.read(&format!("/users/{user}/devices"))["_embedded"]["devices"].as_array().unwrap().clone()
}

fn filtered(api: &mut ApiClient, user: Uuid, filter: &str) -> String {
    let filter: String = form_urlencoded::byte_serialize(filter.as_bytes()).collect();
    api.read(&format!("/users/{user}/devices?filter={filter}"))["count"].to_string()
}

#[test]
fn a_device_has_the_documented_fields_in_order() {
    let mut api = ApiClient::admin(20);
    let user = api.user("jonas.brandt");
    let sms = DeviceSpec { kind: DeviceType::Sms, state: DeviceState::ActivationRequired };
    api.sandbox.set_devices(user, vec![sms]);
    let path = format!("/users/{user}/devices");
    let list = api.read(&path);
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
    assert_eq!(device["environment"]["id"], api.sandbox.environment_id().to_string());
    assert!(device["phone"].as_str().unwrap().starts_with("+1202555"));
    assert!(device.get("email").is_none() && device.get("block").is_none() && device.get("lock").is_none());
    let text = String::from_utf8(api.ask(Method::GET, &path, "").into_body()).unwrap();
    let text = &text[text.find("\"devices\" : [").unwrap()..];
    let keys = ["\"id\"", "\"type\"", "\"status\"", "\"phone\"", "\"createdAt\"", "\"updatedAt\""];
    let places: Vec<usize> = keys.iter().map(|key| text.find(key).unwrap()).collect();
    assert!(places.is_sorted() && !text.contains("null"), "{text}");
}

#[test]
fn the_edge_case_users_always_exist() {
    let mut api = ApiClient::admin(20);
    let dina = api.user("dina.nodevice");
    assert_eq!(api.sandbox.mfa_enabled(dina), Some(true));
    let list = api.read(&format!("/users/{dina}/devices"));
    assert_eq!((&list["_embedded"]["devices"], &list["count"]), (&Value::Array(vec![]), &0.into()));
    let paul = api.user("paul.pending");
    let waiting = devices(&mut api, paul);
    assert_eq!(waiting.len(), 1);
    assert_eq!(waiting[0]["status"], "ACTIVATION_REQUIRED");
    assert_eq!(waiting[0]["createdAt"], NOW.after_seconds(-3600).to_string());
    let bela = api.user("bela.blocked");
    let blocked = devices(&mut api, bela);
    assert_eq!((blocked.len(), &blocked[0]["block"]["status"]), (1, &"BLOCKED".into()));
    assert!(blocked[0]["block"]["blockedAt"].as_str().unwrap() >= blocked[0]["createdAt"].as_str().unwrap());
    let (lena, dora) = (api.user("lena.locked"), api.user("dora.disabled"));
    assert_eq!(api.read(&format!("/users/{lena}"))["account"]["status"], "LOCKED");
    assert_eq!(api.read(&format!("/users/{dora}"))["enabled"], false);
}

#[test]
fn devices_that_are_set_replace_the_seeded_ones() {
    let mut api = ApiClient::admin(20);
    let bela = api.user("bela.blocked");
    let forced = vec![DeviceSpec::active(DeviceType::Fido2), DeviceSpec::active(DeviceType::Email)];
    api.sandbox.set_devices(bela, forced.clone());
    assert_eq!(api.sandbox.devices(bela), Some(forced));
    assert_eq!(api.sandbox.devices(Uuid::nil()), None);
    let listed = devices(&mut api, bela);
    assert_eq!((&listed[0]["type"], &listed[1]["type"]), (&"FIDO2".into(), &"EMAIL".into()));
    assert_eq!(listed[1]["email"], "bela.blocked@example.com");
    assert_ne!(listed[0]["id"], listed[1]["id"]);
}

#[test]
fn a_device_lock_expires_a_day_after_the_first_request() {
    let mut api = ApiClient::admin(20);
    let user = api.user("jonas.brandt");
    api.sandbox.set_devices(user, vec![DeviceSpec { kind: DeviceType::Totp, state: DeviceState::Locked }]);
    let locked = devices(&mut api, user);
    assert_eq!((&locked[0]["status"], &locked[0]["lock"]["status"]), (&"ACTIVE".into(), &"LOCKED".into()));
    assert_eq!(locked[0]["lock"]["expiresAt"], NOW.after_seconds(86_400).to_string());
    api.advance(86_400);
    let unlocked = devices(&mut api, user);
    assert!(unlocked[0].get("lock").is_none());
}

#[test]
fn devices_are_found_by_status_and_type() {
    let mut api = ApiClient::admin(20);
    let user = api.user("jonas.brandt");
    let waiting = DeviceSpec { kind: DeviceType::Sms, state: DeviceState::ActivationRequired };
    api.sandbox.set_devices(
        user,
        vec![DeviceSpec::active(DeviceType::Sms), waiting, DeviceSpec::active(DeviceType::Totp)],
    );
    for (filter, count) in [
        ("type eq \"SMS\"", "2"),
        ("status eq \"ACTIVE\"", "2"),
        ("(type eq \"SMS\") and (status eq \"ACTIVE\")", "1"),
        ("type eq \"EMAIL\"", "0"),
    ] {
        assert_eq!(filtered(&mut api, user, filter), count, "{filter}");
    }
    let path = format!("/users/{user}/devices?filter=nickname%20eq%20%22a%22");
    assert_eq!(api.refusal(Method::GET, &path, ""), (400, "INVALID_FILTER".to_owned()));
}

#[test]
fn generated_devices_vary_and_are_reproducible() {
    let (mut api, mut again) = (ApiClient::admin(2000), ApiClient::admin(2000));
    let (mut types, mut states) = (HashSet::new(), HashSet::new());
    let (mut without, mut several, mut enabled_without) = (0, 0, 0);
    for number in 16..=2000 {
        let Some(user) = api.sandbox.user_by_username(&format!("user{number:06}")) else { continue };
        let specs = api.sandbox.devices(user).unwrap();
        assert_eq!(again.sandbox.devices(user).as_ref(), Some(&specs));
        types.extend(specs.iter().map(|spec| spec.kind.name()));
        states.extend(specs.iter().map(|spec| format!("{:?}", spec.state)));
        without += u32::from(specs.is_empty());
        several += u32::from(specs.len() > 1);
        enabled_without += u32::from(specs.is_empty() && api.sandbox.mfa_enabled(user) == Some(true));
    }
    assert_eq!((types.len(), states.len()), (8, 4));
    assert!(without > 400 && several > 100 && enabled_without > 150, "{without} {several} {enabled_without}");
    let user = api.user("jonas.brandt");
    assert_eq!(devices(&mut api, user), devices(&mut again, user));
}

#[test]
fn reading_devices_requires_a_permission_and_an_existing_user() {
    for (role, status) in [(Role::IdentityDataReadOnly, 200), (Role::EnvironmentAdmin, 403)] {
        let mut api = ApiClient::with_role(20, role);
        let path = format!("/users/{}/devices", api.user("jonas.brandt"));
        assert_eq!(api.ask(Method::GET, &path, "").status().as_u16(), status);
    }
    let mut api = ApiClient::admin(20);
    assert_eq!(api.ask(Method::GET, &format!("/users/{}/devices", Uuid::nil()), "").status(), 404);
    assert_eq!(api.ask(Method::GET, "/users/jonas/devices", "").status(), 400);
    assert_eq!(api.ask(Method::DELETE, &format!("/users/{}/devices", Uuid::nil()), "").status(), 405);
}
