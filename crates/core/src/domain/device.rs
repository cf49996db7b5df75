//! The devices by which a person gives a second factor.

use super::time::Timestamp;
use super::users::Devices;

/// A device of one person.
///
/// Source: developer.pingidentity.com, PingOne API, "MFA devices"; the fields as a third party reports them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Device {
    /// PingOne's word for what it is, for example `TOTP`.
    pub kind: String,
    /// The name that the person gave it.
    pub nickname: Option<String>,
    /// The e-mail address or number that codes go to, masked by PingOne.
    pub address: Option<String>,
    /// Whether it can be used.
    pub state: DeviceState,
    /// When it was paired.
    pub created_at: Option<Timestamp>,
}

/// Whether a device can be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum DeviceState {
    /// It can.
    Active,
    /// It was never activated.
    ActivationRequired,
    /// An administrator blocked it.
    Blocked,
    /// It is locked after failures.
    Locked,
    /// PingOne has a word for it that was not there when this was written.
    Unknown,
}

/// Whether a type of device is `PingID`'s, where the flag may not decide who is asked.
#[must_use]
pub fn is_pingids(kind: &str) -> bool {
    kind.starts_with("PINGID") || kind == "YUBIKEY"
}

/// Whether a product of an environment is `PingID`: the one of before, or the one that PingOne has taken in.
///
/// Source: Ping's `OpenAPI` files, the types of products in a bill of materials.
#[must_use]
pub fn is_pingid(product: &str) -> bool {
    matches!(product, "PING_ID" | "PING_ONE_ID")
}

/// How many of them can be used.
#[must_use]
pub fn usable(devices: &[Device]) -> Devices {
    let usable = devices.iter().filter(|device| device.state == DeviceState::Active).count();
    Devices::Usable(u8::try_from(usable).unwrap_or(u8::MAX))
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
        assert!(is_pingids("PINGID_MOBILE") && is_pingids("YUBIKEY") && !is_pingids("MOBILE"));
        assert!(is_pingid("PING_ID") && is_pingid("PING_ONE_ID") && !is_pingid("PING_ID_SDK"));
    }
}
