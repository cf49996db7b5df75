//! What was seen of the test user, before the change and after it: a person looks at it before the run goes on.

use super::device::Device;
use super::fault::Fault;

/// What was read about the test user. What is `None` was not read.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct PilotReadings {
    /// The devices before the first PUT. They are not read once a PUT may have been sent.
    pub before: Option<Result<Vec<Device>, Fault>>,
    /// The flag, read once more after the change.
    pub flag: Option<Result<bool, Fault>>,
    /// The devices after that.
    pub after: Option<Result<Vec<Device>, Fault>>,
}

/// The devices before and after, held against each other.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DeviceComparison {
    /// They are the same ones, so many.
    Same(usize),
    /// They are not.
    Differ {
        /// How many there were.
        before: usize,
        /// How many there are.
        after: usize,
        /// Those that are no longer there, or no longer so.
        gone: Vec<Device>,
        /// Those that were not there, or not so.
        new: Vec<Device>,
    },
    /// They could not be read before.
    NotReadBefore(Fault),
    /// They could not be read after.
    NotReadAfter(Fault),
    /// Nobody knows which ones there were: another page may have changed the user.
    NotKept,
}

impl PilotReadings {
    /// What became of the devices; `None` until they were read, or could not be.
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

/// What is in one list and not in the other. Whoever has two equal devices has each of them.
fn without(of: &[Device], other: &[Device]) -> Vec<Device> {
    let mut other: Vec<&Device> = other.iter().collect();
    let is_missing = |device: &&Device| {
        let place = other.iter().position(|other| other == device);
        place.map(|place| other.swap_remove(place)).is_none()
    };
    of.iter().filter(is_missing).cloned().collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::device::DeviceState;

    fn device(kind: &str, state: DeviceState) -> Device {
        Device { kind: kind.into(), nickname: None, address: None, state, created_at: None }
    }

    fn active(kind: &str) -> Device {
        device(kind, DeviceState::Active)
    }

    fn trial(before: &[Device], after: &[Device]) -> Option<DeviceComparison> {
        PilotReadings { before: Some(Ok(before.to_vec())), flag: None, after: Some(Ok(after.to_vec())) }
            .devices()
    }

    #[test]
    fn the_same_devices_in_another_order_are_the_same() {
        let (app, mail) = (active("TOTP"), active("EMAIL"));
        let same = trial(&[app.clone(), mail.clone(), app.clone()], &[app.clone(), app, mail]);
        assert_eq!(same, Some(DeviceComparison::Same(3)));
        assert_eq!(trial(&[], &[]), Some(DeviceComparison::Same(0)));
    }

    #[test]
    fn a_device_that_is_gone_new_or_different_is_named() {
        let (app, mail) = (active("TOTP"), active("EMAIL"));
        let gone = trial(&[app.clone(), app.clone(), mail.clone()], &[app.clone(), mail.clone()]);
        let differ = |before, after, gone: &[Device], new: &[Device]| {
            Some(DeviceComparison::Differ { before, after, gone: gone.to_vec(), new: new.to_vec() })
        };
        assert_eq!(gone, differ(3, 2, std::slice::from_ref(&app), &[]));
        let locked = device("EMAIL", DeviceState::Locked);
        assert_eq!(
            trial(std::slice::from_ref(&mail), &[locked.clone(), app.clone()]),
            differ(1, 2, &[mail], &[locked, app])
        );
    }

    #[test]
    fn what_could_not_be_read_says_when_and_why() {
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
