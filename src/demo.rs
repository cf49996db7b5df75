//! What the demo uses instead of PingOne and of real tokens.

use pingone::region::{Region, RegionCode, Regions};
use pingone_mfa_core::run::limits::TokenSources;
use zeroize::Zeroizing;

use crate::browser::sandbox::{API_BASE, AUTH_BASE, SandboxTransport};
use crate::connect::session::mint::Mint;
use crate::mount_options::MountOptions;

/// Code of the demo's only region.
const CODE: &str = "DEMO";

/// Ignores the settings of the deployment and the host page: the demo has one region and one source of tokens.
pub(crate) fn keep_to_itself(mount_options: &mut MountOptions) {
    let code = RegionCode(CODE.to_owned());
    let region = Region {
        code: code.clone(),
        label: "Demo".to_owned(),
        api_base: API_BASE.to_owned(),
        auth_base: AUTH_BASE.to_owned(),
        pingone: None,
    };
    mount_options.settings.regions = Regions::with([region]);
    mount_options.settings.default_region = Some(code);
    mount_options.settings.environment = None;
    mount_options.settings.sign_in = None;
    mount_options.settings.limits.token_sources = TokenSources::NONE;
    mount_options.region = None;
    mount_options.environment = None;
}

impl Mint for SandboxTransport {
    fn token(&self) -> Zeroizing<String> {
        self.issue_token()
    }
}
