//! The sentences about users.

pub mod confirm;
pub mod directory;
pub mod disable_dialog;
pub mod mfa_status;
pub mod report_filter;
pub mod switch;
pub mod table;
pub mod user_drawer;

pub use crate::console::text::{CLOSE, mfa_change, saving};
pub use crate::text::{MEANING, TRY_AGAIN, account, fault, kind, mfa, moment, name_of, outcome, utc};

use pingone::device::DeviceState;
use pingone::time::Timestamp;
use pingone_mfa_core::ports::Locale;

/// A percentage with one decimal, rounded to the nearest; `None` if `whole` is 0. A share that would be rounded to
/// none or all, but is neither, is marked as such.
pub fn percent(part: u64, whole: u64) -> Option<String> {
    let tenths = part.saturating_mul(2000).saturating_add(whole).checked_div(whole.saturating_mul(2))?;
    Some(match tenths {
        0 if part > 0 => "under 0.1".into(),
        1000.. if part < whole => "over 99.9".into(),
        _ => format!("{}.{}", tenths / 10, tenths % 10),
    })
}

pub fn last_sign_on(locale: &dyn Locale, at: Option<Timestamp>, now: Timestamp) -> String {
    at.map_or_else(|| directory::NEVER.into(), |at| moment_of(locale, at, now))
}

/// A point in time that may be long ago: "today" and the time, or the date.
pub fn moment_of(locale: &dyn Locale, at: Timestamp, now: Timestamp) -> String {
    if locale.is_same_day(at, now) { format!("today {}", locale.time(at)) } else { locale.date(at) }
}

/// The word for a device type; if there isn't one, PingOne's own.
pub fn device_kind(kind: &str) -> String {
    match kind {
        "EMAIL" => "E-mail",
        "SMS" => "Text message",
        "VOICE" => "Phone call",
        "TOTP" => "Authenticator app",
        "FIDO2" => "FIDO2",
        "MOBILE" => "PingOne mobile app",
        "WHATSAPP" => "WhatsApp",
        "OATH_TOKEN" => "OATH token",
        "PINGID_MOBILE" => "PingID mobile app",
        "PINGID_DESKTOP" => "PingID desktop app",
        "YUBIKEY" => "YubiKey of PingID",
        other => other,
    }
    .to_owned()
}

/// Why a device can't be used.
pub const fn device_state(state: DeviceState) -> Option<&'static str> {
    match state {
        DeviceState::Active => None,
        DeviceState::ActivationRequired => Some("not activated"),
        DeviceState::Blocked => Some("blocked"),
        DeviceState::Locked => Some("locked"),
        DeviceState::Unknown => Some("state not known"),
    }
}

#[cfg(test)]
mod tests {
    use super::percent;

    #[test]
    fn a_percentage_has_one_decimal_and_is_never_rounded_to_none_or_all() {
        for (part, whole, share) in [
            (0, 7, "0.0"),
            (7, 7, "100.0"),
            (1, 3, "33.3"),
            (2, 3, "66.7"),
            (1, 1000, "0.1"),
            (1, 2000, "0.1"),
            (1, 2001, "under 0.1"),
            (1, 10_000_000, "under 0.1"),
            (1999, 2000, "over 99.9"),
            (1998, 2000, "99.9"),
            (17_905, 40_112, "44.6"),
            (15_877, 40_112, "39.6"),
            (1, 16, "6.3"),
        ] {
            assert_eq!(percent(part, whole).as_deref(), Some(share), "{part} of {whole}");
        }
        assert_eq!(percent(0, 0), None);
    }
}
