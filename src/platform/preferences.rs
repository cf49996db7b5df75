//! Region and environment of the last connection, in the browser's local storage. Two keys, nothing else.

use pingone_mfa_core::domain::region::RegionCode;
use pingone_mfa_core::domain::tenant::EnvironmentId;
use pingone_mfa_core::port::Preferences;
use uuid::Uuid;
use web_sys::Storage;

const REGION: &str = "pingone-mfa.region";
const ENVIRONMENT: &str = "pingone-mfa.environment";

/// The browser's local storage, where it may be used.
pub(crate) struct LocalPreferences;

impl Preferences for LocalPreferences {
    fn last(&self) -> (Option<RegionCode>, Option<EnvironmentId>) {
        let read = |key| storage()?.get_item(key).ok()?;
        let environment = read(ENVIRONMENT).and_then(|id: String| Uuid::try_parse(&id).ok());
        (read(REGION).map(RegionCode), environment.map(EnvironmentId))
    }

    fn remember(&self, region: &RegionCode, environment: EnvironmentId) {
        let Some(storage) = storage() else { return };
        // A full or forbidden store only costs the convenience.
        let _ = storage.set_item(REGION, &region.0);
        let _ = storage.set_item(ENVIRONMENT, &environment.to_string());
    }
}

/// `None` where the browser forbids storage: reading the property throws there.
fn storage() -> Option<Storage> {
    web_sys::window()?.local_storage().ok()?
}
