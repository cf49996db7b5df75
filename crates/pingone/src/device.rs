//! The MFA devices with which a user gives a second factor.

use crate::time::Timestamp;

/// An MFA device that a user has paired.
///
/// Source: developer.pingidentity.com, PingOne API, "MFA devices"; the fields as a third party reports them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Device {
    /// The device type in PingOne's words, for example `TOTP`.
    pub kind: String,
    /// The nickname that the user gave the device.
    pub nickname: Option<String>,
    /// The email address or phone number that codes are sent to, masked by PingOne.
    pub address: Option<String>,
    /// Whether the device can be used.
    pub state: DeviceState,
    /// When the device was paired, if PingOne says it.
    pub created_at: Option<Timestamp>,
}

/// Whether a device can be used, and if not, why.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum DeviceState {
    /// The device is active and can be used.
    Active,
    /// The device was never activated.
    ActivationRequired,
    /// An administrator blocked the device.
    Blocked,
    /// PingOne locked the device after failed attempts.
    Locked,
    /// PingOne reports a status that this version doesn't know.
    Unknown,
}

/// Whether a device type belongs to `PingID`, where the MFA flag may not decide whether a user needs a second factor.
#[must_use]
pub fn is_pingid_device(kind: &str) -> bool {
    kind.starts_with("PINGID") || kind == "YUBIKEY"
}

/// Whether a product of an environment is `PingID`: the older product, or the one integrated into PingOne.
///
/// Source: Ping's `OpenAPI` files, the product types in a bill of materials.
#[must_use]
pub fn is_pingid_product(product: &str) -> bool {
    matches!(product, "PING_ID" | "PING_ONE_ID")
}

/// How many of a user's devices can be used.
#[must_use]
pub fn usable(devices: &[Device]) -> Devices {
    let usable = devices.iter().filter(|device| device.state == DeviceState::Active).count();
    Devices::Usable(u8::try_from(usable).unwrap_or(u8::MAX))
}

/// How many devices a user has, if they were read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Devices {
    /// The user's devices were not read.
    #[default]
    NotChecked,
    /// The number of active devices; others wait for activation, or are blocked or locked.
    Usable(u8),
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_active_devices_can_be_used() {
        use DeviceState::{ActivationRequired, Active, Blocked, Locked, Unknown};
        let device =
            |state| Device { kind: "TOTP".into(), nickname: None, address: None, state, created_at: None };
        assert_eq!(
            usable(&[Active, Blocked, Active, Locked, ActivationRequired, Unknown].map(device)),
            Devices::Usable(2)
        );
        assert_eq!(usable(&[]), Devices::Usable(0));
        assert!(
            is_pingid_device("PINGID_MOBILE") && is_pingid_device("YUBIKEY") && !is_pingid_device("MOBILE")
        );
        assert!(
            is_pingid_product("PING_ID")
                && is_pingid_product("PING_ONE_ID")
                && !is_pingid_product("PING_ID_SDK")
        );
    }
}
