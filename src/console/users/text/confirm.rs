//! Texts of the confirmation before one user is changed.
//!
//! Sources: patrickcping/pingone-go-sdk-v2, `EnumSignOnPolicyNoDeviceMode` (a sign-on policy lets users without a
//! device through or blocks them); docs.pingidentity.com, PingOne, "Managing a user's devices" (disabling MFA on
//! one's own administrator account blocks signing in).

use pingone_mfa_core::run::guard::Concern;

/// Has the initial focus.
pub const CANCEL: &str = "Cancel";

pub fn title(to: bool, name: &str) -> String {
    format!("{} for {name}?", super::mfa_change::action(to))
}

pub fn go(to: bool) -> String {
    super::mfa_change::action(to).to_owned()
}

/// What the person has to know before the change.
pub fn concern(concern: Concern, to: bool, name: &str) -> String {
    match concern {
        Concern::OwnAccount => own_account(to).to_owned(),
        Concern::NoDevice => format!("{name} has no active device. {}", without_device(name)),
        Concern::DevicesNotKnown => {
            format!(
                "The devices of {name} couldn't be read. If there is no active device: {}",
                lower(&without_device(name))
            )
        }
        Concern::AccountDisabled => format!("The account of {name} is disabled."),
    }
}

fn without_device(name: &str) -> String {
    format!(
        "Depending on your sign-on policy, {name} may sign in without a second factor, or may not be able to sign in."
    )
}

fn lower(sentence: &str) -> String {
    let mut letters = sentence.chars();
    letters.next().map(|first| first.to_ascii_lowercase()).into_iter().chain(letters).collect()
}

/// A bypass of one's own account.
pub const fn own_bypass() -> &'static str {
    "This is your own account. During a bypass, your password alone signs in."
}

/// Possible consequences of changing one's own account.
pub const fn own_account(to: bool) -> &'static str {
    if to {
        "This is your own account. PingOne may ask you for a second factor at your next sign-in; without a device that you can use, you may not be able to sign in."
    } else {
        "This is your own account. PingOne requires MFA for administrators by default: with MFA disabled you may not be able to sign in until another administrator enables it again. During a bypass, your password alone signs in."
    }
}
