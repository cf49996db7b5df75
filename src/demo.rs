//! What the demo has in the place of PingOne and of whatever leads there.

use pingone::region::{Region, RegionCode, Regions};
use pingone_mfa_core::run::limits::TokenSources;
use zeroize::Zeroizing;

use crate::platform::sandbox::{API_BASE, AUTH_BASE, SandboxTransport};
use crate::state::Wishes;
use crate::state::demo::Mint;

/// The one region that the demo knows by name.
const CODE: &str = "DEMO";

/// Whatever the deployment or the page around wishes, there is one place here, and one way in.
pub(crate) fn keep_to_itself(wishes: &mut Wishes) {
    let code = RegionCode(CODE.to_owned());
    let region = Region {
        code: code.clone(),
        label: "Demo".to_owned(),
        api_base: API_BASE.to_owned(),
        auth_base: AUTH_BASE.to_owned(),
        pingone: None,
    };
    wishes.settings.regions = Regions::with([region]);
    wishes.settings.default_region = Some(code);
    wishes.settings.environment = None;
    wishes.settings.sign_in = None;
    wishes.settings.limits.token_sources = TokenSources::NONE;
    wishes.region = None;
    wishes.environment = None;
}

impl Mint for SandboxTransport {
    fn token(&self) -> Zeroizing<String> {
        self.issue_token()
    }
}
