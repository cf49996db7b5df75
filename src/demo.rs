//! What the demo uses instead of PingOne and of real tokens.

use pingone::region::{Region, RegionCode, Regions};
use pingone_mfa_core::run::limits::TokenSources;
use zeroize::Zeroizing;

use crate::browser::sandbox::{API_BASE, AUTH_BASE, SandboxTransport};
use crate::connect::session::mint::Mint;
use crate::mount_options::Wishes;

/// Code of the demo's only region.
const CODE: &str = "DEMO";

/// Ignores the settings of the deployment and the host page: the demo has one region and one source of tokens.
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
