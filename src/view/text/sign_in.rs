//! Signing in with PingOne.

use pingone_mfa_core::domain::sign_in::SignInFault;

/// The button.
pub const SIGN_IN: &str = "Sign in with PingOne";
/// What it means.
pub const HINT: &str = "With your own account and roles. PingOne records your name.";
/// The button where somebody is connected.
pub const SIGN_IN_AGAIN: &str = "Sign in again";
/// What that does to the page.
pub const LEAVES: &str = "Leaves this page. A run that waits is stored, and can be continued afterwards.";
/// Between the two ways in.
pub const OR_PASTE: &str = "or paste an access token";
/// The page is being left.
pub const LEAVING: &str = "Opening PingOne …";
/// The code is being exchanged.
pub const EXCHANGING: &str = "Signing in …";
/// Where neither way is offered.
pub const NO_WAY: &str =
    "This deployment takes neither a sign-in nor a pasted token here. Ask whoever runs it.";

/// Why nobody was signed in, and what to do.
pub fn fault(fault: &SignInFault) -> String {
    match fault {
        SignInFault::NothingBegun => {
            "Nobody was signed in: this tab didn't begin it, or it was answered before. Sign in again here."
                .into()
        }
        SignInFault::OtherAttempt => {
            "Nobody was signed in: the answer doesn't belong to this tab. Sign in again here.".into()
        }
        SignInFault::TooLate => {
            "Nobody was signed in: it took longer than 15 minutes, or this computer's clock was changed. Sign in again."
                .into()
        }
        SignInFault::OtherIssuer(issuer) => format!(
            "Nobody was signed in: {} answered, which was not asked. Tell whoever runs this page before you try again.",
            if issuer.is_empty() { "somebody without a name" } else { issuer }
        ),
        SignInFault::OtherAudience | SignInFault::OtherNonce => {
            "Nobody was signed in: PingOne's answer was made for something else. Sign in again; if it stays, tell whoever runs this page."
                .into()
        }
        SignInFault::Expired => {
            "Nobody was signed in: the answer had ended already. Check this computer's clock and sign in again.".into()
        }
        SignInFault::Refused { code, description } => refused(code, description),
        SignInFault::NotExchanged { code, description } => format!(
            "Nobody was signed in: PingOne didn't exchange its code ({code}){} Sign in again; if it stays, whoever runs this page should check the application's grant types, PKCE and redirect URI.",
            words(description)
        ),
        SignInFault::Unreachable => {
            "Nobody was signed in: PingOne's authorization server could not be reached from here. Check network, proxy and the page's connect-src, and sign in again."
                .into()
        }
        SignInFault::NotHere => {
            "This browser keeps nothing for the way to PingOne and back. Allow this page to keep data, or paste a token."
                .into()
        }
        SignInFault::Unreadable { field, problem } => {
            format!("Nobody was signed in: {field} {problem}. Sign in again; if it stays, something between you and PingOne answers.")
        }
    }
}

fn refused(code: &str, description: &str) -> String {
    let meaning = match code {
        "access_denied" => "you declined, or may not use this application",
        "login_required" | "interaction_required" => "PingOne wants to see you sign on",
        "consent_required" => "PingOne wants your consent",
        "temporarily_unavailable" | "server_error" => "PingOne can't do it now",
        _ => "PingOne refused the request; whoever runs this page should check the application",
    };
    format!("Nobody was signed in: {meaning} ({code}){}", words(description))
}

/// PingOne's own words, as a sentence.
fn words(description: &str) -> String {
    let description = description.trim().trim_end_matches('.');
    if description.is_empty() { ".".into() } else { format!(": \u{201c}{description}\u{201d}.") }
}
