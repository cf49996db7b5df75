//! Sign-off at PingOne, and revocation of the refresh token.
//!
//! Sources: developer.pingidentity.com, PingOne API, "Signoff" and "Token revocation"; RFC 7009.

use zeroize::Zeroizing;

use crate::sign_in::session::{SignInMode, SignInTarget, SignedIn};

use super::WINDOW_MARK;

/// The URL at PingOne that ends the browser's session there and leads back to the page.
///
/// PingOne documents `id_token_hint` as optional. It is left out, because a URL stays in the browser's history. Without
/// it, PingOne redirects to any sign-off URL that is registered for an application of the environment.
#[must_use]
pub fn address(place: &SignInTarget, way: SignInMode) -> String {
    let mut query = form_urlencoded::Serializer::new(String::new());
    query.append_pair("post_logout_redirect_uri", &place.redirect_uri);
    if way == SignInMode::OwnWindow {
        // The returning window recognizes this state and closes itself instead of opening a second page.
        query.append_pair("state", WINDOW_MARK);
    }
    format!("{}/signoff?{}", place.issuer, query.finish())
}

/// The URL at which a refresh token is revoked. Access tokens for PingOne's API can't be revoked.
#[must_use]
pub fn revocation_address(place: &SignInTarget) -> String {
    format!("{}/revoke", place.issuer)
}

/// The form that revokes the refresh token; `None` without one.
#[must_use]
pub fn revocation(signed_in: &SignedIn) -> Option<Zeroizing<String>> {
    let token = signed_in.refresh.as_ref()?;
    let form = form_urlencoded::Serializer::new(String::new())
        .append_pair("client_id", &signed_in.place.client.0.to_string())
        .append_pair("token", token.expose())
        .append_pair("token_type_hint", "refresh_token")
        .finish();
    Some(Zeroizing::new(form))
}
