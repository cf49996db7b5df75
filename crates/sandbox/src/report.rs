//! The MFA report: users and their devices, selected by device type and MFA flag.
//!
//! Source: developer.pingidentity.com, PingOne API, "Reporting" (request, `expand`, `sync`, `entries`, `next`, five
//! seconds, fifteen minutes) and Ping's Postman collection (a created report). The roles are recorded. Assumed: the
//! status of a creation, how the entries are embedded, that values are text, that a user without a device has a row,
//! that reading more entries isn't limited. Files (`ASYNC_FILE`) aren't supported.

use std::collections::HashMap;

use http::{Request, StatusCode};
use serde::{Serialize, Serializer};
use serde_json::Value;
use uuid::Uuid;

use crate::access::Reach;
use crate::answer::Answer;
use crate::comparison::{Comparison, Offer, Operator};
use crate::devices::{self, DeviceSpec};
use crate::directory::Person;
use crate::environment::{self, Reference};
use crate::fields::Fields;
use crate::hal::{Link, json};
use crate::paging::ListQuery;
use crate::refusal::{Exceeded, Refusal};
use crate::{Sandbox, Timestamp, dice, query};

/// ID of the only report template.
const TEMPLATE: Uuid = Uuid::from_u128(0xdb63_2bfd_7054_4bde_b108_a384_aac2_d513);

/// The request field that contains the template's ID.
const TEMPLATE_ID: &str = "dataExplorationTemplate.id";

const OFFER: Offer = &[("deviceType", &[Operator::Equals]), ("mfaEnabled", &[Operator::Equals])];

const FIELDS: [&str; 8] =
    ["userId", "username", "mfaEnabled", "deviceId", "deviceType", "deviceStatus", "phone", "email"];

/// Minimum time between two reports.
const PAUSE_SECONDS: i64 = 5;

/// Interval at which the report's source data is refreshed.
const QUARTER_MILLIS: i64 = 15 * 60 * 1000;

/// Number of reports that can still be read; PingOne keeps them "only for a short time".
const MAX_REPORTS: usize = 4;

/// A row of a report: a user, the MFA flag in the source data, and the index of a device in the user's list.
#[derive(Clone, Copy)]
struct Row {
    user: Uuid,
    is_enabled: bool,
    device: Option<usize>,
}

struct Created {
    id: Uuid,
    at: Timestamp,
    fields: Vec<&'static str>,
    filter: Option<String>,
    rows: Vec<Row>,
}

/// The state of reporting: limits, source data and created reports.
#[derive(Default)]
pub(crate) struct Report {
    is_forbidden: bool,
    last: Option<Timestamp>,
    /// The quarter of an hour to which `earlier` belongs.
    quarter: i64,
    /// The flag at the start of the quarter of an hour, for users whose flag was changed since.
    earlier: HashMap<Uuid, bool>,
    created: Vec<Created>,
    count: u64,
}

impl Report {
    /// Remembers the flag before a change. A report's source data is the state at the last quarter of an hour, so only
    /// users who were changed since then need an entry.
    pub(crate) fn remember(&mut self, user: Uuid, before: bool, now: Timestamp) {
        let quarter = now.0.div_euclid(QUARTER_MILLIS);
        if quarter != self.quarter {
            self.quarter = quarter;
            self.earlier.clear();
        }
        self.earlier.entry(user).or_insert(before);
    }

    /// The user's flag at the start of the current quarter of an hour.
    fn was_enabled(&self, person: &Person, now: Timestamp) -> bool {
        let earlier =
            self.earlier.get(&person.id).filter(|_| now.0.div_euclid(QUARTER_MILLIS) == self.quarter);
        earlier.copied().unwrap_or(person.mfa_enabled)
    }

    /// Refuses self-service tokens, and all callers if reports are forbidden.
    fn permit(&self, reach: &Reach) -> Result<(), Refusal> {
        if self.is_forbidden { Err(Refusal::Role) } else { reach.refuse_self_service() }
    }

    fn allow(&mut self, now: Timestamp) -> Result<(), Refusal> {
        let next = self.last.map(|last| last.after_seconds(PAUSE_SECONDS)).filter(|next| now < *next);
        if let Some(next) = next {
            let (seconds, hint) = (seconds_until(next, now), Some(next));
            return Err(Refusal::RateLimited { seconds, hint, exceeded: Exceeded::Rate });
        }
        self.last = Some(now);
        Ok(())
    }
}

impl Sandbox {
    /// Sets whether reports are refused with 403, as for a role without the permission.
    pub fn forbid_report(&mut self, is_forbidden: bool) {
        self.report.is_forbidden = is_forbidden;
    }
}

/// Seconds until the next report. `Retry-After` has whole seconds.
fn seconds_until(next: Timestamp, now: Timestamp) -> u32 {
    let millis = next.0.saturating_sub(now.0).clamp(0, PAUSE_SECONDS * 1000);
    u32::try_from(millis.saturating_add(999) / 1000).unwrap_or(0)
}

/// The parameters of a request for a report.
struct ReportRequest {
    fields: Vec<&'static str>,
    filter: Option<String>,
    comparisons: Vec<Comparison>,
    has_entries: bool,
}

impl ReportRequest {
    fn read(request: &Request<Vec<u8>>) -> Result<Self, Refusal> {
        let body = Fields::read(request, TEMPLATE_ID)?;
        let template = body.text(TEMPLATE_ID)?.ok_or(Refusal::Required(TEMPLATE_ID))?;
        if template != TEMPLATE.to_string() {
            return Err(Refusal::Value(TEMPLATE_ID));
        }
        if !matches!(body.text("deliverAs")?, None | Some("ENTRIES")) {
            return Err(Refusal::Value("deliverAs"));
        }
        let filter = body.text("filter")?.map(str::to_owned);
        let comparisons = match &filter {
            Some(text) => Comparison::all(text, OFFER).ok_or(Refusal::Comparison(OFFER))?,
            None => Vec::new(),
        };
        let has_entries = query::names(request, "expand", "entries");
        if has_entries && body.text("sync")? != Some("true") {
            return Err(Refusal::Value("sync"));
        }
        Ok(Self { fields: fields(&body)?, filter, comparisons, has_entries })
    }

    fn matches(&self, spec: Option<DeviceSpec>, is_enabled: bool) -> bool {
        let is_enabled = if is_enabled { "true" } else { "false" };
        self.comparisons.iter().all(|comparison| match comparison.attribute {
            "deviceType" => comparison.matches(spec.map(|spec| spec.kind.name())),
            _ => comparison.matches(Some(is_enabled)),
        })
    }
}

fn fields(body: &Fields) -> Result<Vec<&'static str>, Refusal> {
    let Some(names) = body.list("fields")? else { return Ok(FIELDS.to_vec()) };
    names.iter().map(|one| field(one).ok_or(Refusal::Value("fields"))).collect()
}

fn field(one: &Value) -> Option<&'static str> {
    let name = one.get("name")?.as_str()?;
    FIELDS.into_iter().find(|known| *known == name)
}

/// The fields of a row, in the requested order.
struct Entry(Vec<(&'static str, String)>);

impl Serialize for Entry {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.0.iter().map(|(name, value)| (name, value)))
    }
}

#[derive(Serialize)]
struct Embedded {
    entries: Vec<Entry>,
}

#[derive(Serialize)]
struct Links {
    #[serde(rename = "self")]
    this: Link,
    environment: Link,
    #[serde(skip_serializing_if = "Option::is_none")]
    next: Option<Link>,
}

#[derive(Serialize)]
struct Name {
    name: &'static str,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Body {
    #[serde(rename = "_links")]
    links: Links,
    #[serde(rename = "_embedded", skip_serializing_if = "Option::is_none")]
    embedded: Option<Embedded>,
    id: Uuid,
    environment: Reference,
    created_at: String,
    updated_at: String,
    fields: Vec<Name>,
    #[serde(skip_serializing_if = "Option::is_none")]
    filter: Option<String>,
    status: &'static str,
    deliver_as: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    count: Option<usize>,
    #[serde(skip_serializing_if = "Option::is_none")]
    size: Option<usize>,
}

/// Creates a report; with `expand=entries` the answer contains its first page.
pub(crate) fn create(
    sandbox: &mut Sandbox,
    request: &Request<Vec<u8>>,
    reach: &Reach,
    now: Timestamp,
) -> Answer {
    sandbox.report.permit(reach)?;
    sandbox.report.allow(now)?;
    let list_query = ListQuery::of(request)?;
    let report_request = ReportRequest::read(request)?;
    sandbox.report.count += 1;
    let created = Created {
        id: dice::uuid(sandbox.seed.seed ^ 0xda, sandbox.report.count),
        at: now,
        rows: rows(sandbox, &report_request, reach, now),
        fields: report_request.fields,
        filter: report_request.filter,
    };
    let (body, people) = body(sandbox, &list_query, &created, report_request.has_entries);
    if sandbox.report.created.len() >= MAX_REPORTS {
        sandbox.report.created.remove(0);
    }
    sandbox.report.created.push(created);
    Ok((json(StatusCode::CREATED, &body), people))
}

fn rows(sandbox: &Sandbox, report_request: &ReportRequest, reach: &Reach, now: Timestamp) -> Vec<Row> {
    let mut rows = Vec::new();
    for person in sandbox.directory.iter().filter(|person| reach.covers(person)) {
        let is_enabled = sandbox.report.was_enabled(person, now);
        let specs = sandbox.devices.of(person);
        if specs.is_empty() && report_request.matches(None, is_enabled) {
            rows.push(Row { user: person.id, is_enabled, device: None });
        }
        let places =
            specs.into_iter().enumerate().filter(|(_, spec)| report_request.matches(Some(*spec), is_enabled));
        rows.extend(places.map(|(place, _)| Row { user: person.id, is_enabled, device: Some(place) }));
    }
    rows
}

fn href(sandbox: &Sandbox, id: Uuid) -> String {
    format!("{}/dataExplorations/{id}", environment::href(&sandbox.seed))
}

fn body(sandbox: &Sandbox, list_query: &ListQuery, created: &Created, has_entries: bool) -> (Body, u32) {
    let this = href(sandbox, created.id);
    let rows = if has_entries { list_query.rows(&created.rows) } else { &[] };
    let next = list_query.next(&format!("{this}/entries"), created.rows.len()).filter(|_| has_entries);
    let body = Body {
        links: Links { this: Link::to(this), environment: Link::to(environment::href(&sandbox.seed)), next },
        embedded: has_entries.then(|| embedded(sandbox, created, rows)),
        id: created.id,
        environment: Reference { id: environment::ID },
        created_at: created.at.to_string(),
        updated_at: created.at.to_string(),
        fields: created.fields.iter().map(|name| Name { name }).collect(),
        filter: created.filter.clone(),
        status: "SUCCESS",
        deliver_as: "ENTRIES",
        count: has_entries.then_some(created.rows.len()),
        size: has_entries.then_some(rows.len()),
    };
    (body, people(rows))
}

fn people(rows: &[Row]) -> u32 {
    u32::try_from(rows.len()).unwrap_or(u32::MAX)
}

/// A page of a report's rows, restricted to the users that the reader's role covers: the creator's role may cover more.
pub(crate) fn entries(sandbox: &Sandbox, request: &Request<Vec<u8>>, id: &str, reach: &Reach) -> Answer {
    sandbox.report.permit(reach)?;
    let list_query = ListQuery::of(request)?;
    let created = sandbox.report.created.iter().find(|created| created.id.to_string() == id);
    let created = created.ok_or(Refusal::NotFound)?;
    let is_covered = |row: &&Row| sandbox.directory.get(row.user).is_some_and(|person| reach.covers(person));
    let covered: Vec<Row> = created.rows.iter().filter(is_covered).copied().collect();
    let rows = list_query.rows(&covered);
    let href = format!("{}/entries", href(sandbox, created.id));
    let embedded = embedded(sandbox, created, rows);
    let page = list_query.page(sandbox, &href, embedded, covered.len(), rows.len());
    Ok((json(StatusCode::OK, &page), people(rows)))
}

fn embedded(sandbox: &Sandbox, created: &Created, rows: &[Row]) -> Embedded {
    Embedded { entries: rows.iter().filter_map(|row| entry(sandbox, created, *row)).collect() }
}

fn entry(sandbox: &Sandbox, created: &Created, row: Row) -> Option<Entry> {
    let person = sandbox.directory.get(row.user)?;
    let device = row.device.and_then(|place| {
        let spec = sandbox.devices.of(person).get(place).copied()?;
        Some((devices::id(person.id, place), spec))
    });
    let fields = created.fields.iter();
    Some(Entry(
        fields.filter_map(|name| Some((*name, value(name, person, device, row.is_enabled)?))).collect(),
    ))
}

fn value(
    name: &str,
    person: &Person,
    device: Option<(Uuid, DeviceSpec)>,
    is_enabled: bool,
) -> Option<String> {
    let (id, spec) = device.unzip();
    match name {
        "userId" => Some(person.id.to_string()),
        "username" => Some(person.username.clone()),
        "mfaEnabled" => Some(is_enabled.to_string()),
        "deviceId" => id.map(|id| id.to_string()),
        "deviceType" => spec.map(|spec| spec.kind.name().to_owned()),
        "deviceStatus" => spec.map(|spec| spec.state.status().to_owned()),
        "phone" => devices::phone(spec?, id?),
        _ => devices::email(spec?, person),
    }
}
