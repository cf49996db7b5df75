//! The environment.
//!
//! Sources: a recorded environment (links shortened to those that this sandbox has), Ping's Postman collection
//! (collections).

use http::{Request, Response, StatusCode};
use serde::Serialize;
use uuid::Uuid;

use crate::hal::{Link, json};
use crate::paging::Page;
use crate::{Sandbox, Seed, capabilities, query, seed};

/// The environment's id.
pub(crate) const ID: Uuid = Uuid::from_u128(0x5f0c_7e1a_22b1_4c0e_9a55_0d1f_6a7b_c2d4);

/// The organization's id.
pub(crate) const ORGANIZATION: Uuid = Uuid::from_u128(0xc000_0000_0000_4000_8000_0000_0000_0001);

/// The license's id.
const LICENSE: Uuid = Uuid::from_u128(0xc100_0000_0000_4000_8000_0000_0000_0001);

/// The environment's address.
pub(crate) fn href(seed: &Seed) -> String {
    format!("{}/environments/{ID}", seed.api_base)
}

#[derive(Serialize)]
struct Links {
    #[serde(rename = "self")]
    this: Link,
    populations: Link,
    users: Link,
    capabilities: Link,
}

#[derive(Clone, Serialize)]
pub(crate) struct Reference {
    pub(crate) id: Uuid,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Body {
    #[serde(rename = "_links")]
    links: Links,
    id: Uuid,
    name: &'static str,
    description: &'static str,
    organization: Reference,
    #[serde(rename = "type")]
    kind: String,
    region: &'static str,
    created_at: &'static str,
    updated_at: &'static str,
    license: Reference,
    #[serde(skip_serializing_if = "Option::is_none")]
    bill_of_materials: Option<BillOfMaterials>,
}

/// The products at first: a workforce without `PingID`, so that the flag decides here.
pub(crate) const PRODUCTS: [&str; 2] = ["PING_ONE_BASE", "PING_ONE_MFA"];

/// The products in the environment.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct BillOfMaterials {
    products: Vec<Product>,
    solution_type: &'static str,
}

#[derive(Serialize)]
struct Product {
    id: Uuid,
    #[serde(rename = "type")]
    kind: &'static str,
}

impl BillOfMaterials {
    fn of(seed: &Seed, products: &[&'static str]) -> Self {
        let product = |(number, kind)| Product { id: seed::uuid(seed.seed ^ 0xb0, number), kind };
        let products = (1..).zip(products.iter().copied()).map(product).collect();
        Self { products, solution_type: "WORKFORCE" }
    }
}

fn body(seed: &Seed) -> Body {
    let under = |name: &str| Link::to(format!("{}/{name}", href(seed)));
    Body {
        links: Links {
            this: Link::to(href(seed)),
            populations: under("populations"),
            users: under("users"),
            capabilities: Link::to(capabilities::href(seed)),
        },
        id: ID,
        name: "Workforce",
        description: "Everyone who works here.",
        organization: Reference { id: ORGANIZATION },
        kind: seed.kind.to_string(),
        region: "EU",
        created_at: "2022-04-18T11:12:42.132Z",
        updated_at: "2022-04-18T11:12:42.207Z",
        license: Reference { id: LICENSE },
        bill_of_materials: None,
    }
}

pub(crate) fn one(sandbox: &Sandbox, request: &Request<Vec<u8>>) -> Response<Vec<u8>> {
    let seed = &sandbox.seed;
    let is_asked = query::names(request, "expand", "billOfMaterials");
    let bill_of_materials = is_asked.then(|| BillOfMaterials::of(seed, &sandbox.products));
    json(StatusCode::OK, &Body { bill_of_materials, ..body(seed) })
}

#[derive(Serialize)]
struct Environments {
    environments: [Body; 1],
}

pub(crate) fn all(seed: &Seed) -> Response<Vec<u8>> {
    let href = format!("{}/environments", seed.api_base);
    json(StatusCode::OK, &Page::only(&href, Environments { environments: [body(seed)] }, 1))
}
