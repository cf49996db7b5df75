//! The end of a sign-in at PingOne.
//!
//! Sources: developer.pingidentity.com, PingOne API, "Signoff" and "Token revocation"; RFC 7009.

use zeroize::Zeroizing;

use super::WINDOW_MARK;
use crate::domain::sign_in::{SignInPlace, SignedIn, Way};

/// The address at PingOne that ends the browser's session there and leads back to the page.
///
/// PingOne documents `id_token_hint` as optional. It is left out, because what stands in an address stays in the browser's
/// history; without it any sign-off URL that an application of the environment has registered is led back to.
#[must_use]
pub fn address(place: &SignInPlace, way: Way) -> String {
    let mut query = form_urlencoded::Serializer::new(String::new());
    query.append_pair("post_logout_redirect_uri", &place.redirect_uri);
    if way == Way::OwnWindow {
        // The window that comes back with it closes, and opens no second page.
        query.append_pair("state", WINDOW_MARK);
    }
    format!("{}/signoff?{}", place.issuer, query.finish())
}

/// Where a refresh token is revoked. Access tokens for PingOne's API can't be.
#[must_use]
pub fn revocation_address(place: &SignInPlace) -> String {
    format!("{}/revoke", place.issuer)
}

/// The form that revokes the refresh token, if there is one.
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
