//! The populations: id, name, and how many users each has.
//!
//! Sources: Ping's Postman collection ("Read All Populations"); developer.pingidentity.com, PingOne API (limit,
//! filter) and its tutorial, step 4 (creation). That a name is unique is assumed.

use std::collections::HashMap;

use http::{Request, StatusCode};
use serde::Serialize;
use uuid::Uuid;

use crate::access::Reach;
use crate::environment::{self, Reference};
use crate::fields::Fields;
use crate::hal::{Link, json};
use crate::refusal::Refusal;
use crate::route::Answer;
use crate::users::{self, PageLinks};
use crate::{Sandbox, Seed, Wall, seed};

pub(crate) const EMPLOYEES: Uuid = Uuid::from_u128(0xa495_aeea_0000_4000_8000_0000_0000_0001);
pub(crate) const CONTRACTORS: Uuid = Uuid::from_u128(0xa495_aeea_0000_4000_8000_0000_0000_0002);
pub(crate) const SHOP_FLOOR: Uuid = Uuid::from_u128(0xa495_aeea_0000_4000_8000_0000_0000_0003);

/// Where users come who are created without a population.
pub(crate) const DEFAULT: Uuid = EMPLOYEES;

/// When the seeded ones were created: on 18 April 2022.
pub(crate) const CREATED: Wall = Wall(1_650_280_363_756);

/// The documented default page.
const PAGE: usize = 250;

struct Population {
    id: Uuid,
    name: String,
    description: Option<String>,
    created: Wall,
}

/// All of them, in the order of their creation.
pub(crate) struct Populations(Vec<Population>);

impl Default for Populations {
    fn default() -> Self {
        let seeded = [(EMPLOYEES, "Employees"), (CONTRACTORS, "Contractors"), (SHOP_FLOOR, "Shop floor")];
        let seeded = seeded.map(|(id, name)| Population {
            id,
            name: name.to_owned(),
            description: None,
            created: CREATED,
        });
        Self(seeded.into())
    }
}

impl Populations {
    pub(crate) fn has(&self, id: Uuid) -> bool {
        self.0.iter().any(|population| population.id == id)
    }
}

/// A population as it is written.
#[derive(Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Body {
    #[serde(rename = "_links")]
    links: Links,
    id: Uuid,
    environment: Reference,
    name: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    description: Option<String>,
    user_count: usize,
    created_at: Wall,
}

#[derive(Clone, Serialize)]
struct Links {
    #[serde(rename = "self")]
    this: Link,
}

#[derive(Serialize)]
struct Page {
    #[serde(rename = "_links")]
    links: PageLinks,
    #[serde(rename = "_embedded")]
    embedded: Embedded,
    count: usize,
    size: usize,
}

#[derive(Serialize)]
struct Embedded {
    populations: Vec<Body>,
}

fn href(seed: &Seed) -> String {
    format!("{}/populations", environment::href(seed))
}

fn body(seed: &Seed, population: &Population, user_count: usize) -> Body {
    Body {
        links: Links { this: Link::to(format!("{}/{}", href(seed), population.id)) },
        id: population.id,
        environment: Reference { id: environment::ID },
        name: population.name.clone(),
        description: population.description.clone(),
        user_count,
        created_at: population.created,
    }
}

/// All of them as they are written, the oldest first.
pub(crate) fn bodies(sandbox: &Sandbox) -> impl Iterator<Item = Body> {
    let mut counts = HashMap::<Uuid, usize>::new();
    for person in sandbox.directory.iter() {
        *counts.entry(person.population).or_default() += 1;
    }
    let count = move |id| counts.get(&id).copied().unwrap_or_default();
    sandbox.populations.0.iter().map(move |one| body(&sandbox.seed, one, count(one.id)))
}

impl Body {
    pub(crate) fn id(&self) -> Uuid {
        self.id
    }
}

/// What populations can be found by.
enum Filter {
    Name(String),
    Id(Uuid),
}

impl Filter {
    /// A value is written as a JSON string, as in the filters of users.
    fn read(text: &str) -> Option<Self> {
        let (attribute, rest) = text.trim().split_once(' ')?;
        let (operator, value) = rest.trim_start().split_once(' ')?;
        let value: String = serde_json::from_str(value.trim()).ok()?;
        match (attribute, operator.to_ascii_lowercase().as_str()) {
            ("name", "sw") => Some(Self::Name(value)),
            ("id", "eq") => Uuid::try_parse(&value).ok().map(Self::Id),
            _ => None,
        }
    }

    fn holds(&self, population: &Body) -> bool {
        match self {
            Self::Name(start) => population.name.starts_with(start),
            Self::Id(id) => population.id == *id,
        }
    }
}

/// What the query of a list asks for.
struct Query {
    limit: usize,
    from: usize,
    filter: Option<(String, Filter)>,
}

impl Query {
    fn read(request: &Request<Vec<u8>>) -> Result<Self, Refusal> {
        let mut query = Self { limit: PAGE, from: 0, filter: None };
        for (name, value) in form_urlencoded::parse(request.uri().query().unwrap_or_default().as_bytes()) {
            match name.as_ref() {
                "limit" => query.limit = users::limit(&value)?,
                "cursor" => query.from = users::place(&value).ok_or(Refusal::Value("cursor"))?,
                "filter" => {
                    let filter = Filter::read(&value).ok_or(Refusal::PopulationFilter)?;
                    query.filter = Some((value.into_owned(), filter));
                }
                _ => {}
            }
        }
        Ok(query)
    }

    fn link(&self, seed: &Seed, from: usize) -> Link {
        let mut query = form_urlencoded::Serializer::new(String::new());
        query.append_pair("cursor", &users::cursor(from)).append_pair("limit", &self.limit.to_string());
        if let Some((filter, _)) = &self.filter {
            query.append_pair("filter", filter);
        }
        Link::to(format!("{}?{}", href(seed), query.finish()))
    }
}

/// Answers a page of them.
pub(crate) fn list(sandbox: &Sandbox, request: &Request<Vec<u8>>, reach: &Reach) -> Answer {
    let query = Query::read(request)?;
    let is_asked = |one: &Body| query.filter.as_ref().is_none_or(|(_, filter)| filter.holds(one));
    let found: Vec<Body> =
        bodies(sandbox).filter(|one| reach.covers_population(one.id) && is_asked(one)).collect();
    let count = found.len();
    let populations: Vec<Body> = found.into_iter().skip(query.from).take(query.limit).collect();
    let (size, seed) = (populations.len(), &sandbox.seed);
    let behind = query.from.saturating_add(size);
    let links = PageLinks {
        this: users::this(seed, request),
        next: (behind < count).then(|| query.link(seed, behind)),
        prev: (query.from > 0).then(|| query.link(seed, query.from.saturating_sub(query.limit))),
    };
    Ok((json(StatusCode::OK, &Page { links, embedded: Embedded { populations }, count, size }), 0))
}

/// Creates one.
pub(crate) fn create(sandbox: &mut Sandbox, request: &Request<Vec<u8>>, now: Wall) -> Answer {
    let fields = Fields::read(request, "name")?;
    let name = fields.text("name")?.ok_or(Refusal::Required("name"))?.to_owned();
    let description = fields.text("description")?.map(str::to_owned);
    if name.trim().is_empty() {
        return Err(Refusal::Value("name"));
    }
    if sandbox.populations.0.iter().any(|other| other.name == name) {
        return Err(Refusal::Taken("name"));
    }
    let id = seed::uuid(sandbox.seed.seed ^ 0x09, sandbox.answered);
    let population = Population { id, name, description, created: now };
    let response = json(StatusCode::CREATED, &body(&sandbox.seed, &population, 0));
    sandbox.populations.0.push(population);
    Ok((response, 0))
}
