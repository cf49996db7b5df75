//! Snapshots of an environment's counts as JSON, about 200 bytes per population:
//!
//! ```json
//! {"kind":"pingone-mfa snapshot","version":1,"environment":"…","region":"EU","listReadAt":"2026-11-23T13:36:00.000Z",
//! "devicesAsOf":null,"populations":[{"id":"…","name":"Employees","onWithDevice":15006,"onWithoutDevice":1204,
//! "onNotChecked":0,"onBypassed":0,"off":15266,"unknown":4,"bypassChecked":0}]}
//! ```
//!
//! `bypassChecked` is the number of users with MFA on whose bypass was read: `onBypassed` counts only these. Files of
//! earlier builds don't have it; for them, only the counted bypasses are known to have been read.
//!
//! A snapshot comes from a person's disk, so nothing in it is trusted: its size is limited, and a fault names the
//! field. Unknown keys are ignored.

use pingone::environment::EnvironmentId;
use pingone::json::{self, FieldError};
use pingone::region::RegionCode;
use pingone::time::Timestamp;
use pingone::user::PopulationId;
use serde_json::Value;
use thiserror::Error;

use super::snapshot::{PopulationSnapshot, Snapshot};
use super::status::Counts;

/// Maximum size of a snapshot that is read, in bytes.
pub const SNAPSHOT_LIMIT: u32 = 1024 * 1024;

const KIND: &str = "pingone-mfa snapshot";

const VERSION: u64 = 1;

/// Maximum count of users of one kind in a population, so that no sum overflows.
const MAX_USERS: u64 = u32::MAX as u64;

/// Reason why a text can't be read as a snapshot.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("snapshot: {field}: {problem}")]
pub struct SnapshotFault {
    /// The path of the field, for example `populations[0].off`; `.` is the whole file.
    pub field: String,
    /// The problem as the rest of a sentence, for example `is missing`.
    pub problem: String,
}

impl SnapshotFault {
    fn new(field: impl Into<String>, problem: impl Into<String>) -> Self {
        Self { field: field.into(), problem: problem.into() }
    }

    fn within(self, path: &str) -> Self {
        Self { field: format!("{path}.{}", self.field), ..self }
    }
}

impl From<FieldError> for SnapshotFault {
    fn from(wrong: FieldError) -> Self {
        Self::new(wrong.field, wrong.problem)
    }
}

impl Snapshot {
    /// Serializes the snapshot, with one population per line.
    #[must_use]
    pub fn write(&self) -> String {
        let devices = or_null(self.devices_as_of.map(Timestamp::to_rfc3339).as_deref());
        let rows: Vec<String> = self.populations.iter().map(row).collect();
        format!(
            "{{\"kind\":\"{KIND}\",\"version\":{VERSION},\"environment\":\"{}\",\"region\":{},\"listReadAt\":\"{}\",\
             \"devicesAsOf\":{devices},\"populations\":[\n{}\n]}}\n",
            self.environment,
            json::quoted(&self.region.0),
            self.list_read_at.to_rfc3339(),
            rows.join(",\n"),
        )
    }

    /// Parses the text of [`write`](Self::write). A snapshot of another environment is read like any other: the caller
    /// has to compare [`environment`](Self::environment).
    ///
    /// # Errors
    /// The first field that is missing or invalid; a text over [`SNAPSHOT_LIMIT`]; another version.
    pub fn read(text: &str) -> Result<Self, SnapshotFault> {
        if text.len() > SNAPSHOT_LIMIT as usize {
            return Err(SnapshotFault::new(".", "is larger than 1 MB"));
        }
        // Some editors add a byte order mark, which isn't valid JSON.
        let body: Value = json::parse(text.trim_start_matches('\u{feff}').as_bytes())
            .map_err(|error| SnapshotFault::new(".", format!("isn't JSON: {error}")))?;
        check_kind(&body)?;
        let environment = json::need(json::id(&body, "environment")?, "environment")?;
        Ok(Self {
            environment: EnvironmentId(environment),
            region: RegionCode(json::need(json::text(&body, "region")?, "region")?.to_owned()),
            list_read_at: json::need(json::time(&body, "listReadAt")?, "listReadAt")?,
            devices_as_of: json::time(&body, "devicesAsOf")?,
            populations: populations(&body)?,
        })
    }
}

fn row(counted: &PopulationSnapshot) -> String {
    let Counts {
        on_with_device,
        on_without_device,
        on_not_checked,
        on_bypassed,
        off,
        unknown,
        bypass_checked,
    } = counted.counts;
    let id = counted.population.map(|population| population.0.hyphenated().to_string());
    let (id, name) = (or_null(id.as_deref()), or_null(counted.name.as_deref()));
    format!(
        "{{\"id\":{id},\"name\":{name},\"onWithDevice\":{on_with_device},\"onWithoutDevice\":{on_without_device},\
         \"onNotChecked\":{on_not_checked},\"onBypassed\":{on_bypassed},\"off\":{off},\"unknown\":{unknown},\
         \"bypassChecked\":{bypass_checked}}}"
    )
}

fn or_null(text: Option<&str>) -> String {
    text.map_or_else(|| "null".into(), json::quoted)
}

fn check_kind(body: &Value) -> Result<(), SnapshotFault> {
    if json::text(body, "kind")? != Some(KIND) {
        return Err(SnapshotFault::new("kind", format!("must be \"{KIND}\"")));
    }
    match json::need(json::number(body, "version")?, "version")? {
        VERSION => Ok(()),
        other => Err(SnapshotFault::new("version", format!("is {other}; this page reads {VERSION}"))),
    }
}

fn populations(body: &Value) -> Result<Vec<PopulationSnapshot>, SnapshotFault> {
    let mut read: Vec<PopulationSnapshot> = Vec::new();
    for (index, row) in json::list(body, "populations")?.iter().enumerate() {
        let path = format!("populations[{index}]");
        let counted = population(row).map_err(|fault| fault.within(&path))?;
        if read.iter().any(|other| other.population == counted.population) {
            return Err(SnapshotFault::new("id", "appears twice").within(&path));
        }
        read.push(counted);
    }
    Ok(read)
}

fn population(row: &Value) -> Result<PopulationSnapshot, SnapshotFault> {
    let on_bypassed = users(row, "onBypassed")?;
    let has_checked = json::number(row, "bypassChecked")?.is_some();
    let bypass_checked = if has_checked { users(row, "bypassChecked")? } else { on_bypassed };
    Ok(PopulationSnapshot {
        population: json::id(row, "id")?.map(PopulationId),
        name: json::text(row, "name")?.map(str::to_owned),
        counts: Counts {
            on_with_device: users(row, "onWithDevice")?,
            on_without_device: users(row, "onWithoutDevice")?,
            on_not_checked: users(row, "onNotChecked")?,
            on_bypassed,
            off: users(row, "off")?,
            unknown: users(row, "unknown")?,
            bypass_checked,
        },
    })
}

fn users(row: &Value, path: &str) -> Result<u64, SnapshotFault> {
    let users = json::need(json::number(row, path)?, path)?;
    if users > MAX_USERS {
        return Err(SnapshotFault::new(path, format!("is more than {MAX_USERS}")));
    }
    Ok(users)
}

#[cfg(test)]
mod tests {
    use super::*;

    use proptest::prelude::*;
    use uuid::Uuid;

    const WRITTEN: &str = r#"{"kind":"pingone-mfa snapshot","version":1,"environment":"5f0c7e1a-22b1-4c0e-9a55-0d1f6a7bc2d4","region":"EU","listReadAt":"2026-11-23T13:36:00.000Z","devicesAsOf":null,"populations":[
{"id":"8c1e0b52-22b1-4c0e-9a55-0d1f6a7bc2d4","name":"Shop \"floor\"","onWithDevice":1,"onWithoutDevice":2,"onNotChecked":3,"onBypassed":4,"off":5,"unknown":6,"bypassChecked":9},
{"id":null,"name":null,"onWithDevice":0,"onWithoutDevice":0,"onNotChecked":0,"onBypassed":0,"off":7,"unknown":0,"bypassChecked":0}
]}
"#;

    fn snapshot() -> Snapshot {
        let id = |text: &str| Uuid::try_parse(text).unwrap();
        let counts = Counts {
            on_with_device: 1,
            on_without_device: 2,
            on_not_checked: 3,
            on_bypassed: 4,
            off: 5,
            unknown: 6,
            bypass_checked: 9,
        };
        Snapshot {
            environment: EnvironmentId(id("5f0c7e1a-22b1-4c0e-9a55-0d1f6a7bc2d4")),
            region: RegionCode("EU".into()),
            list_read_at: Timestamp(1_795_440_960_000),
            devices_as_of: None,
            populations: vec![
                PopulationSnapshot {
                    population: Some(PopulationId(id("8c1e0b52-22b1-4c0e-9a55-0d1f6a7bc2d4"))),
                    name: Some("Shop \"floor\"".into()),
                    counts,
                },
                PopulationSnapshot {
                    population: None,
                    name: None,
                    counts: Counts { off: 7, ..Counts::default() },
                },
            ],
        }
    }

    #[test]
    fn the_format_of_snapshots_is_unchanged() {
        assert_eq!(snapshot().write(), WRITTEN);
        assert_eq!(Snapshot::read(WRITTEN), Ok(snapshot()));
    }

    #[test]
    fn a_snapshot_of_an_earlier_build_counts_only_its_bypasses_as_checked() {
        let earlier = WRITTEN.replace(",\"bypassChecked\":9", "").replace(",\"bypassChecked\":0", "");
        let counts = Snapshot::read(&earlier).unwrap().all();
        assert_eq!((counts.on_bypassed, counts.bypass_checked), (4, 4));
    }

    #[test]
    fn a_byte_order_mark_and_whitespace_of_an_editor_are_accepted() {
        let edited = format!("\u{feff}{}\r\n", WRITTEN.replace(',', ",\r\n  "));
        assert_eq!(Snapshot::read(&edited), Ok(snapshot()));
    }

    #[test]
    fn an_invalid_snapshot_is_refused_with_the_field() {
        let twice = "8c1e0b52-22b1-4c0e-9a55-0d1f6a7bc2d4\"";
        for (from, to, field) in [
            ("{\"kind", "kind", "."),
            ("pingone-mfa snapshot", "run", "kind"),
            ("\"kind\"", "\"Kind\"", "kind"),
            ("\"version\":1", "\"version\":2", "version"),
            ("\"version\":1", "\"version\":\"1\"", "version"),
            ("\"version\":1,", "", "version"),
            ("5f0c7e1a-22b1", "5f0c7e1a", "environment"),
            ("\"region\":\"EU\"", "\"region\":null", "region"),
            ("2026-11-23T13:36:00.000Z", "yesterday", "listReadAt"),
            ("\"devicesAsOf\":null", "\"devicesAsOf\":5", "devicesAsOf"),
            ("\"populations\"", "\"users\"", "populations"),
            ("\"id\":null", "\"id\":\"none\"", "populations[1].id"),
            ("\"id\":null", "\"id\":\"8c1e0b52-22b1-4c0e-9a55-0d1f6a7bc2d4\"", "populations[1].id"),
            (twice, "8C1E0B52-22B1-4C0E-9A55-0D1F6A7BC2D4\",\"name\":5,\"x\":\"\"", "populations[0].name"),
            ("\"off\":7", "\"off\":-7", "populations[1].off"),
            ("\"off\":7", "\"off\":7.5", "populations[1].off"),
            ("\"off\":7", "\"off\":4294967296", "populations[1].off"),
            ("\"off\":7,", "", "populations[1].off"),
            ("\"bypassChecked\":0", "\"bypassChecked\":\"none\"", "populations[1].bypassChecked"),
        ] {
            let text = WRITTEN.replace(from, to).replace("\"name\":\"Shop", "\"was\":\"Shop");
            let read = Snapshot::read(&text).map_err(|fault| fault.field);
            assert_eq!(read, Err(field.into()), "{from} -> {to}");
        }
        let fault = Snapshot::read(&WRITTEN.replace(":1,\"env", ":2,\"env")).unwrap_err();
        assert_eq!(fault.to_string(), "snapshot: version: is 2; this page reads 1");
    }

    #[test]
    fn a_text_over_the_size_limit_is_refused() {
        let room = " ".repeat(SNAPSHOT_LIMIT as usize - WRITTEN.len());
        assert_eq!(Snapshot::read(&format!("{WRITTEN}{room}")), Ok(snapshot()));
        assert_eq!(
            Snapshot::read(&format!("{WRITTEN}{room} ")),
            Err(SnapshotFault::new(".", "is larger than 1 MB"))
        );
    }

    #[test]
    fn the_largest_accepted_counts_can_be_summed_without_overflow() {
        let row = r#"{"onWithDevice":4294967295,"onWithoutDevice":4294967295,"onNotChecked":4294967295,"onBypassed":4294967295,"off":4294967295,"unknown":4294967295}"#;
        let head = WRITTEN.split('\n').next().unwrap();
        let read = Snapshot::read(&format!("{head}{row}]}}")).unwrap();
        assert_eq!(read.all().users(), 6 * u64::from(u32::MAX));
    }

    prop_compose! {
        fn any_population()(id in any::<Option<u128>>(), name in any::<Option<String>>(), counts in any::<[u32; 7]>())
            -> PopulationSnapshot {
            let [on_with_device, on_without_device, on_not_checked, on_bypassed, off, unknown, bypass_checked] =
                counts.map(u64::from);
            PopulationSnapshot {
                population: id.map(|id| PopulationId(Uuid::from_u128(id))),
                name,
                counts: Counts {
                    on_with_device,
                    on_without_device,
                    on_not_checked,
                    on_bypassed,
                    off,
                    unknown,
                    bypass_checked,
                },
            }
        }
    }

    prop_compose! {
        fn any_snapshot()(
            id in any::<u128>(),
            region in any::<String>(),
            at in 0..4_000_000_000_000_i64,
            devices in proptest::option::of(0..4_000_000_000_000_i64),
            mut populations in proptest::collection::vec(any_population(), 0..8),
        ) -> Snapshot {
            let mut seen = Vec::new();
            populations.retain(|row| !seen.contains(&row.population) && { seen.push(row.population); true });
            Snapshot {
                environment: EnvironmentId(Uuid::from_u128(id)),
                region: RegionCode(region),
                list_read_at: Timestamp(at),
                devices_as_of: devices.map(Timestamp),
                populations,
            }
        }
    }

    proptest! {
        #[test]
        fn any_snapshot_is_written_and_read_back(snapshot in any_snapshot()) {
            prop_assert_eq!(Snapshot::read(&snapshot.write()), Ok(snapshot));
        }

        #[test]
        fn a_snapshot_with_a_byte_changed_is_read_or_refused_with_a_field(at in 0..WRITTEN.len(), byte in 0_u8..128) {
            let mut bytes = WRITTEN.as_bytes().to_vec();
            bytes[at] = byte;
            if let Err(fault) = Snapshot::read(&String::from_utf8(bytes).unwrap()) {
                prop_assert!(!fault.field.is_empty() && !fault.problem.is_empty());
            }
        }
    }
}
