//! Texts of signing in with PingOne.

use pingone_mfa_core::sign_in::session::SignInFault;

pub const SIGN_IN: &str = "Sign in with PingOne";
/// Used while connected.
pub const SIGN_IN_AGAIN: &str = "Sign in again";
/// What signing in does to the page.
pub const OWN_WINDOW: &str =
    "Opens PingOne in a window of its own. This page stays open, and a run continues.";
pub const WAITING: &str =
    "Sign in in PingOne's window; this page waits for it. If you closed it, sign in again.";
/// Shown when the window can't be seen any more.
pub const WINDOW_GONE: &str = "Not signed in yet: PingOne's window was closed, or can't be seen from here. If it is still open, continue there; otherwise sign in again.";
pub const STOP_WAITING: &str = "Cancel sign-in";
/// Button that needs no window.
pub const SIGN_IN_HERE: &str = "Sign in on this page";
/// What it does to the page.
pub const LEAVES: &str = "Leaves this page. A run that waits is stored, and can be continued afterwards.";
pub const SIGN_OUT: &str = "Sign out";
/// Name of the notice that renewal of the sign-in has stopped.
pub const RENEWAL: &str = "Renewal of the sign-in";
/// Shown between the two ways to connect.
pub const OR_TOKEN: &str = "or use an access token";
/// Shown while the page is being left.
pub const LEAVING: &str = "Opening PingOne …";
/// Shown while the code is exchanged for a token.
pub const EXCHANGING: &str = "Signing in …";
/// Shown if neither way is offered.
pub const NO_WAY: &str =
    "This deployment takes neither a sign-in nor a pasted token here. Ask its administrator.";

/// Why signing in failed, and what to do.
pub fn fault(fault: &SignInFault) -> String {
    match fault {
        SignInFault::NothingBegun => {
            "Not signed in: this tab didn't begin it, or it was answered before. Sign in again here."
                .into()
        }
        SignInFault::OtherAttempt => {
            "Not signed in: the response doesn't belong to this tab. Sign in again here.".into()
        }
        SignInFault::TooLate => {
            "Not signed in: it took longer than 15 minutes, or this computer's clock was changed. Sign in again."
                .into()
        }
        SignInFault::OtherIssuer(issuer) => format!(
            "Not signed in: {} answered, which was not asked. Tell the administrator of this page before you try again.",
            if issuer.is_empty() { "an issuer without a name" } else { issuer }
        ),
        SignInFault::OtherAudience | SignInFault::OtherNonce => {
            "Not signed in: PingOne's response was made for something else. Sign in again; if it stays, tell the administrator of this page."
                .into()
        }
        SignInFault::Expired => {
            "Not signed in: PingOne's response had expired before it was made. Sign in again; if it stays, tell the administrator of this page."
                .into()
        }
        SignInFault::Refused { code, description } => refused(code, description),
        SignInFault::NotExchanged { code, description } => format!(
            "Not signed in: PingOne didn't exchange its code ({code}){} Sign in again; if it stays, the administrator of this page should check the application's grant types, PKCE and redirect URI.",
            words(description)
        ),
        SignInFault::OtherToken => {
            "Not signed in: the token is another person's, or for another environment. It was not kept. Sign in again; if it stays, tell the administrator of this page."
                .into()
        }
        SignInFault::Unreachable => {
            "Not signed in: PingOne's authorization server could not be reached from here, or can't answer now. Check network, proxy and the page's connect-src, and sign in again."
                .into()
        }
        SignInFault::Silent => {
            "Not signed in: PingOne's authorization server didn't answer in time. Sign in again; if it stays, look at PingOne's status page."
                .into()
        }
        SignInFault::Blocked => {
            "Not signed in: this browser opened no window for PingOne. Allow this page to open windows and sign in again."
                .into()
        }
        SignInFault::NotHere => {
            "This browser keeps nothing for the way to PingOne and back. Allow this page to keep data, or paste a token."
                .into()
        }
        SignInFault::Unreadable { field, problem } => {
            format!("Not signed in: {field} {problem}. Sign in again; if it stays, something between you and PingOne answers.")
        }
    }
}

/// Why PingOne provides no next token, and what to do.
pub fn not_renewed(fault: &SignInFault) -> String {
    let why = match fault {
        SignInFault::NotExchanged { code, description } if code == "invalid_grant" => {
            format!("it was ended, used up or withdrawn ({code}){}", words(description))
        }
        SignInFault::NotExchanged { code, description } => {
            format!("PingOne refused that ({code}){}", words(description))
        }
        SignInFault::OtherToken => {
            "the next token was another person's, or for another environment, and was not kept.".into()
        }
        _ => "PingOne's response was made for something else or can't be read, and was not kept.".into(),
    };
    format!(
        "Your sign-in is not renewed any more: {why} The token in use stays valid until it expires. Sign in again before that, and everything here continues."
    )
}

fn refused(code: &str, description: &str) -> String {
    let meaning = match code {
        "access_denied" => "you declined, or may not use this application",
        "login_required" | "interaction_required" => "PingOne wants to see you sign on",
        "consent_required" => "PingOne wants your consent",
        "temporarily_unavailable" | "server_error" => "PingOne can't do it now",
        _ => "PingOne refused the request; the administrator of this page should check the application",
    };
    format!("Not signed in: {meaning} ({code}){}", words(description))
}

/// PingOne's own words, as a sentence.
fn words(description: &str) -> String {
    let description = description.trim().trim_end_matches('.');
    if description.is_empty() { ".".into() } else { format!(": \u{201c}{description}\u{201d}.") }
}
