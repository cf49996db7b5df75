//! The populations: id, name, and how many users each has.
//!
//! Source: Ping's Postman collection ("Read All Populations").

use http::{Response, StatusCode};
use serde::Serialize;
use uuid::Uuid;

use crate::Sandbox;
use crate::environment::{self, Collection, Reference};
use crate::hal::{Link, json};

/// A population: id and name.
pub(crate) const ALL: [(Uuid, &str); 3] = [
    (Uuid::from_u128(0xa495_aeea_0000_4000_8000_0000_0000_0001), "Employees"),
    (Uuid::from_u128(0xa495_aeea_0000_4000_8000_0000_0000_0002), "Contractors"),
    (Uuid::from_u128(0xa495_aeea_0000_4000_8000_0000_0000_0003), "Shop floor"),
];

#[derive(Serialize)]
struct Populations {
    populations: Vec<Population>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Population {
    #[serde(rename = "_links")]
    links: Links,
    id: Uuid,
    environment: Reference,
    name: &'static str,
    user_count: usize,
    created_at: &'static str,
}

#[derive(Serialize)]
struct Links {
    #[serde(rename = "self")]
    this: Link,
}

/// Answers the list. It is never longer than one page.
pub(crate) fn list(sandbox: &Sandbox) -> Response<Vec<u8>> {
    let href = format!("{}/populations", environment::href(&sandbox.seed));
    let population = |((id, name), user_count): ((Uuid, &'static str), usize)| Population {
        links: Links { this: Link::to(format!("{href}/{id}")) },
        id,
        environment: Reference { id: environment::ID },
        name,
        user_count,
        created_at: "2022-04-18T11:12:43.756Z",
    };
    let populations: Vec<Population> = ALL.into_iter().zip(counts(sandbox)).map(population).collect();
    let count = populations.len();
    json(StatusCode::OK, &Collection::of(&href, Populations { populations }, count))
}

fn counts(sandbox: &Sandbox) -> [usize; ALL.len()] {
    let mut counts = [0; ALL.len()];
    for person in sandbox.directory.iter() {
        if let Some(count) = counts.get_mut(person.population) {
            *count += 1;
        }
    }
    counts
}
