//! Texts of the pilot user: what the change did to the flag and to the devices.

use pingone::device::Device;
use pingone::fault::Fault;
use pingone_mfa_core::ports::Locale;
use pingone_mfa_core::run::pilot::DeviceComparison;

/// The pilot user's flag after the change.
pub fn flag(flag: &Result<bool, Fault>) -> String {
    match flag {
        Ok(true) => "MFA is on now.".into(),
        Ok(false) => "MFA is off now.".into(),
        Err(fault) => format!("The pilot user couldn't be read after the change. {}", super::fault(fault)),
    }
}

/// What happened to the pilot user's devices, which the change should not affect.
pub fn devices(locale: &dyn Locale, devices: &DeviceComparison) -> String {
    match devices {
        DeviceComparison::Same(0) => "No device before and after.".into(),
        DeviceComparison::Same(1) => "1 device before and after.".into(),
        DeviceComparison::Same(same) => format!("{} devices before and after.", locale.number(*same as u64)),
        DeviceComparison::Differ { before, after, gone, new } => {
            let (before, after) = (locale.number(*before as u64), locale.number(*after as u64));
            let gone = named("Before and no longer", gone);
            let new = named("New", new);
            format!("The devices differ: {before} before, {after} after.{gone}{new}")
        }
        DeviceComparison::NotReadBefore(fault) => {
            format!("The devices could not be read before the change. {}", super::fault(fault))
        }
        DeviceComparison::NotReadAfter(fault) => {
            format!("The devices could not be read after the change. {}", super::fault(fault))
        }
        DeviceComparison::NotKept => {
            "Which devices there were before the change isn't known: the page was left in between.".into()
        }
    }
}

fn named(what: &str, devices: &[Device]) -> String {
    if devices.is_empty() {
        return String::new();
    }
    let devices: Vec<String> = devices.iter().map(device).collect();
    format!(" {what}: {}.", devices.join(", "))
}

fn device(device: &Device) -> String {
    let nickname = device.nickname.as_ref().map(|nickname| format!(" \"{nickname}\""));
    let address = device.address.as_ref().map(|address| format!(" {address}"));
    let state = super::device_state(device.state).map(|state| format!(" ({state})"));
    let rest = [nickname, address, state].into_iter().flatten().collect::<String>();
    format!("{}{rest}", super::device_kind(&device.kind))
}
