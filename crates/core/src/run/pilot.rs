//! What was read about the pilot user before and after the change. A person checks it before the run continues.

use pingone::device::Device;
use pingone::fault::Fault;

/// What was read about the pilot user. A field is `None` until it was read.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct PilotReadings {
    /// The devices before the first PUT. They are not read once a PUT may have been sent.
    pub before: Option<Result<Vec<Device>, Fault>>,
    /// The flag, read again after the change.
    pub flag: Option<Result<bool, Fault>>,
    /// The devices, read after the flag was read again.
    pub after: Option<Result<Vec<Device>, Fault>>,
}

/// The pilot user's devices before the change, compared with those after it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DeviceComparison {
    /// The devices are the same; the value is their number.
    Same(usize),
    /// The devices differ, or are in a different state.
    Differ {
        /// How many devices there were before the change.
        before: usize,
        /// How many devices there are after the change.
        after: usize,
        /// Devices that no longer exist or are in a different state.
        gone: Vec<Device>,
        /// Devices that didn't exist before or were in a different state.
        new: Vec<Device>,
    },
    /// The devices could not be read before the change.
    NotReadBefore(Fault),
    /// The devices could not be read after the change.
    NotReadAfter(Fault),
    /// The devices before the change aren't known: another page may have changed the user.
    NotKept,
}

impl PilotReadings {
    /// Compares the devices before and after; `None` until both reads have succeeded or failed.
    #[must_use]
    pub fn devices(&self) -> Option<DeviceComparison> {
        let after = self.after.as_ref()?;
        Some(match (&self.before, after) {
            (_, Err(fault)) => DeviceComparison::NotReadAfter(fault.clone()),
            (Some(Err(fault)), _) => DeviceComparison::NotReadBefore(fault.clone()),
            (None, _) => DeviceComparison::NotKept,
            (Some(Ok(before)), Ok(after)) => compare(before, after),
        })
    }
}

fn compare(before: &[Device], after: &[Device]) -> DeviceComparison {
    let (gone, new) = (without(before, after), without(after, before));
    if gone.is_empty() && new.is_empty() {
        return DeviceComparison::Same(after.len());
    }
    DeviceComparison::Differ { before: before.len(), after: after.len(), gone, new }
}

/// The devices in one list that aren't in the other. Equal devices are counted separately.
fn without(of: &[Device], other: &[Device]) -> Vec<Device> {
    let mut other: Vec<&Device> = other.iter().collect();
    let is_missing = |device: &&Device| {
        let index = other.iter().position(|other| other == device);
        index.map(|index| other.swap_remove(index)).is_none()
    };
    of.iter().filter(is_missing).cloned().collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use pingone::device::DeviceState;

    fn device(kind: &str, state: DeviceState) -> Device {
        Device { kind: kind.into(), nickname: None, address: None, state, created_at: None }
    }

    fn active(kind: &str) -> Device {
        device(kind, DeviceState::Active)
    }

    fn compare_devices(before: &[Device], after: &[Device]) -> Option<DeviceComparison> {
        PilotReadings { before: Some(Ok(before.to_vec())), flag: None, after: Some(Ok(after.to_vec())) }
            .devices()
    }

    #[test]
    fn the_same_devices_in_another_order_compare_as_the_same() {
        let (app, mail) = (active("TOTP"), active("EMAIL"));
        let same = compare_devices(&[app.clone(), mail.clone(), app.clone()], &[app.clone(), app, mail]);
        assert_eq!(same, Some(DeviceComparison::Same(3)));
        assert_eq!(compare_devices(&[], &[]), Some(DeviceComparison::Same(0)));
    }

    #[test]
    fn a_removed_new_or_changed_device_is_reported() {
        let (app, mail) = (active("TOTP"), active("EMAIL"));
        let gone = compare_devices(&[app.clone(), app.clone(), mail.clone()], &[app.clone(), mail.clone()]);
        let differ = |before, after, gone: &[Device], new: &[Device]| {
            Some(DeviceComparison::Differ { before, after, gone: gone.to_vec(), new: new.to_vec() })
        };
        assert_eq!(gone, differ(3, 2, std::slice::from_ref(&app), &[]));
        let locked = device("EMAIL", DeviceState::Locked);
        assert_eq!(
            compare_devices(std::slice::from_ref(&mail), &[locked.clone(), app.clone()]),
            differ(1, 2, &[mail], &[locked, app])
        );
    }

    #[test]
    fn a_failed_read_says_when_and_why() {
        let failed =
            PilotReadings { before: Some(Err(Fault::Unreachable)), flag: None, after: Some(Ok(vec![])) };
        assert_eq!(failed.devices(), Some(DeviceComparison::NotReadBefore(Fault::Unreachable)));
        let after = Some(Err(Fault::TokenForgotten));
        assert_eq!(
            PilotReadings { after, ..failed }.devices(),
            Some(DeviceComparison::NotReadAfter(Fault::TokenForgotten))
        );
        assert_eq!(
            PilotReadings { after: Some(Ok(vec![])), ..PilotReadings::default() }.devices(),
            Some(DeviceComparison::NotKept)
        );
        assert_eq!(PilotReadings::default().devices(), None);
    }
}
