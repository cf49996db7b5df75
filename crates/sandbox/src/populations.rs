//! The populations: ID, name and number of users.
//!
//! Sources: Ping's Postman collection ("Read All Populations"); developer.pingidentity.com, PingOne API (limit, filter)
//! and its tutorial, step 4 (creation). That a name must be unique is assumed.

use std::collections::HashMap;

use http::{Request, StatusCode};
use serde::Serialize;
use uuid::Uuid;

use crate::access::Reach;
use crate::answer::Answer;
use crate::comparison::{Comparison, Offer, Operator};
use crate::environment::{self, Reference};
use crate::fields::Fields;
use crate::hal::{Link, json};
use crate::paging::ListQuery;
use crate::refusal::Refusal;
use crate::{Sandbox, Seed, Timestamp, dice};

pub(crate) const EMPLOYEES: Uuid = id(1);
pub(crate) const CONTRACTORS: Uuid = id(2);
pub(crate) const SHOP_FLOOR: Uuid = id(3);

/// The population of users who are created without one.
pub(crate) const DEFAULT: Uuid = EMPLOYEES;

/// Creation time of the seeded populations: 18 April 2022.
pub(crate) const CREATED: Timestamp = Timestamp(1_650_280_363_756);

/// The documented default page size.
const PAGE: usize = 250;

const OFFER: Offer = &[("id", &[Operator::Equals]), ("name", &[Operator::Starts])];

struct Population {
    id: Uuid,
    name: String,
    description: Option<String>,
    created: Timestamp,
}

/// The populations that a sandbox starts with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Populations {
    /// Employees, Contractors and Shop floor; most users are in the first.
    Usual,
    /// This many populations, at least one. Users are assigned in turn, so the sizes differ by at most one user.
    Even(u8),
}

/// The ID of a seeded population, numbered from 1.
const fn id(number: u8) -> Uuid {
    Uuid::from_u128(0xb000_0000_0000_4000_8000_0000_0000_0000 | number as u128)
}

/// The population of a user number if users are assigned to this many populations in turn.
pub(crate) fn population_of(user: u32, populations: u8) -> Uuid {
    let place = user.saturating_sub(1) % u32::from(populations.max(1));
    id(u8::try_from(place).unwrap_or(0).saturating_add(1))
}

/// All populations, in the order of creation.
pub(crate) struct Register(Vec<Population>);

impl From<Populations> for Register {
    fn from(populations: Populations) -> Self {
        let names = match populations {
            Populations::Usual => ["Employees", "Contractors", "Shop floor"].map(str::to_owned).into(),
            Populations::Even(most) => {
                (1..=most.max(1)).map(|number| format!("Population {number}")).collect()
            }
        };
        let names: Vec<String> = names;
        let seeded = (1..).zip(names);
        let seeded = seeded.map(|(number, name)| Population {
            id: id(number),
            name,
            description: None,
            created: CREATED,
        });
        Self(seeded.collect())
    }
}

impl Register {
    /// Renames a population; returns whether one with this name exists.
    pub(crate) fn rename(&mut self, name: &str, other: &str) -> bool {
        let population = self.0.iter_mut().find(|population| population.name == name);
        population.map(|population| other.clone_into(&mut population.name)).is_some()
    }

    pub(crate) fn has(&self, id: Uuid) -> bool {
        self.0.iter().any(|population| population.id == id)
    }
}

/// The JSON body of a population.
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
    created_at: Timestamp,
}

#[derive(Clone, Serialize)]
struct Links {
    #[serde(rename = "self")]
    this: Link,
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

/// The JSON bodies of all populations, oldest first.
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

fn matches(population: &Body, comparison: &Comparison) -> bool {
    match comparison.attribute {
        "id" => comparison.matches(Some(&population.id.to_string())),
        _ => comparison.matches(Some(&population.name)),
    }
}

/// Answers a request for a page of populations.
pub(crate) fn list(sandbox: &Sandbox, request: &Request<Vec<u8>>, reach: &Reach) -> Answer {
    let list_query = ListQuery::with_page(request, PAGE)?;
    let filter = list_query.comparisons(OFFER)?;
    let is_selected = |one: &Body| filter.iter().all(|comparison| matches(one, comparison));
    let found: Vec<Body> =
        bodies(sandbox).filter(|one| reach.covers_population(one.id) && is_selected(one)).collect();
    let populations = list_query.rows(&found).to_vec();
    let size = populations.len();
    let page = list_query.page(sandbox, &href(&sandbox.seed), Embedded { populations }, found.len(), size);
    Ok((json(StatusCode::OK, &page), 0))
}

/// Answers a request for one population.
pub(crate) fn one(sandbox: &Sandbox, id: &str, reach: &Reach) -> Answer {
    let found = bodies(sandbox).find(|one| one.id.to_string() == id).ok_or(Refusal::NotFound)?;
    if !reach.covers_population(found.id) {
        return Err(Refusal::Role);
    }
    Ok((json(StatusCode::OK, &found), 0))
}

pub(crate) fn create(sandbox: &mut Sandbox, request: &Request<Vec<u8>>, now: Timestamp) -> Answer {
    let fields = Fields::read(request, "name")?;
    let name = fields.text("name")?.ok_or(Refusal::Required("name"))?.to_owned();
    let description = fields.text("description")?.map(str::to_owned);
    if name.trim().is_empty() {
        return Err(Refusal::Value("name"));
    }
    if sandbox.populations.0.iter().any(|other| other.name == name) {
        return Err(Refusal::Taken("name"));
    }
    let id = dice::uuid(sandbox.seed.seed ^ 0x09, sandbox.answered);
    let population = Population { id, name, description, created: now };
    let response = json(StatusCode::CREATED, &body(&sandbox.seed, &population, 0));
    sandbox.populations.0.push(population);
    Ok((response, 0))
}
