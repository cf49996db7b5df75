//! Region and environment of the last connection and the selected request rate for reads, stored in the browser's
//! local storage under three keys. Nothing else is stored there.

use pingone::environment::EnvironmentId;
use pingone::region::RegionCode;
use pingone_mfa_core::ports::Preferences;
use uuid::Uuid;
use web_sys::Storage;

const REGION: &str = "pingone-mfa.region";
const ENVIRONMENT: &str = "pingone-mfa.environment";
const READ_CEILING: &str = "pingone-mfa.requests-per-second";

pub(crate) struct LocalPreferences;

impl Preferences for LocalPreferences {
    fn last(&self) -> (Option<RegionCode>, Option<EnvironmentId>) {
        let read = |key| storage()?.get_item(key).ok()?;
        let environment = read(ENVIRONMENT).and_then(|id: String| Uuid::try_parse(&id).ok());
        (read(REGION).map(RegionCode), environment.map(EnvironmentId))
    }

    fn remember(&self, region: &RegionCode, environment: EnvironmentId) {
        let Some(storage) = storage() else { return };
        // If storage is full or forbidden, the value just isn't remembered.
        let _ = storage.set_item(REGION, &region.0);
        let _ = storage.set_item(ENVIRONMENT, &environment.to_string());
    }

    fn read_ceiling(&self) -> Option<u32> {
        storage()?.get_item(READ_CEILING).ok()??.parse().ok()
    }

    fn remember_read_ceiling(&self, per_second: u32) {
        if let Some(storage) = storage() {
            let _ = storage.set_item(READ_CEILING, &per_second.to_string());
        }
    }
}

/// `None` if the browser forbids storage. Then reading the property throws.
fn storage() -> Option<Storage> {
    web_sys::window()?.local_storage().ok()?
}
