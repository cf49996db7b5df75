//! The environment and its bill of materials.
//!
//! Sources: a recorded environment (links reduced to those that this sandbox serves), Ping's Postman
//! collection (collections), Ping's OpenAPI description (filter and limit, the bill of materials at its own
//! address; its links are assumed).

use http::{Request, Response, StatusCode};
use serde::Serialize;
use uuid::Uuid;

use crate::answer::Answer;
use crate::comparison::{Offer, Operator};
use crate::hal::{Link, json};
use crate::paging::ListQuery;
use crate::{Sandbox, Seed, dice, query};

pub(crate) const ID: Uuid = Uuid::from_u128(0x5f0c_7e1a_22b1_4c0e_9a55_0d1f_6a7b_c2d4);

pub(crate) const ORGANIZATION: Uuid = Uuid::from_u128(0xc000_0000_0000_4000_8000_0000_0000_0001);

const LICENSE: Uuid = Uuid::from_u128(0xc100_0000_0000_4000_8000_0000_0000_0001);

const CREATED: &str = "2022-04-18T11:12:42.132Z";

const UPDATED: &str = "2022-04-18T11:12:42.207Z";

const OFFER: Offer = &[("id", &[Operator::Equals]), ("name", &[Operator::Starts])];

pub(crate) fn href(seed: &Seed) -> String {
    format!("{}/environments/{ID}", seed.api_base)
}

pub(crate) fn capabilities_href(seed: &Seed) -> String {
    format!("{}/capabilities", href(seed))
}

pub(crate) fn user_href(seed: &Seed, id: Uuid) -> String {
    format!("{}/users/{id}", href(seed))
}

#[derive(Clone, Serialize)]
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

#[derive(Clone, Serialize)]
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

/// The initial products: a workforce environment without `PingID`, so that the MFA flag decides.
pub(crate) const PRODUCTS: [&str; 2] = ["PING_ONE_BASE", "PING_ONE_MFA"];

/// The products of the environment, PingOne's `billOfMaterials`.
#[derive(Clone, Serialize)]
#[serde(rename_all = "camelCase")]
struct BillOfMaterials {
    products: Vec<Product>,
    solution_type: &'static str,
}

#[derive(Clone, Serialize)]
struct Product {
    id: Uuid,
    #[serde(rename = "type")]
    kind: &'static str,
}

impl BillOfMaterials {
    fn of(seed: &Seed, products: &[&'static str]) -> Self {
        let product = |(number, kind)| Product { id: dice::uuid(seed.seed ^ 0xb0, number), kind };
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
            capabilities: Link::to(capabilities_href(seed)),
        },
        id: ID,
        name: "Workforce",
        description: "Everyone who works here.",
        organization: Reference { id: ORGANIZATION },
        kind: seed.kind.to_string(),
        region: "EU",
        created_at: CREATED,
        updated_at: UPDATED,
        license: Reference { id: LICENSE },
        bill_of_materials: None,
    }
}

pub(crate) fn one(sandbox: &Sandbox, request: &Request<Vec<u8>>) -> Response<Vec<u8>> {
    let seed = &sandbox.seed;
    let is_selected = query::names(request, "expand", "billOfMaterials");
    let bill_of_materials = is_selected.then(|| BillOfMaterials::of(seed, &sandbox.products));
    json(StatusCode::OK, &Body { bill_of_materials, ..body(seed) })
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct BillBody {
    #[serde(rename = "_links")]
    links: BillLinks,
    #[serde(flatten)]
    bill: BillOfMaterials,
    created_at: &'static str,
    updated_at: &'static str,
}

#[derive(Serialize)]
struct BillLinks {
    #[serde(rename = "self")]
    this: Link,
    environment: Link,
}

/// Answers a request for the bill of materials at its own address.
pub(crate) fn bill_of_materials(sandbox: &Sandbox) -> Response<Vec<u8>> {
    let seed = &sandbox.seed;
    let this = Link::to(format!("{}/billOfMaterials", href(seed)));
    let links = BillLinks { this, environment: Link::to(href(seed)) };
    let bill = BillOfMaterials::of(seed, &sandbox.products);
    json(StatusCode::OK, &BillBody { links, bill, created_at: CREATED, updated_at: UPDATED })
}

#[derive(Serialize)]
struct Environments {
    environments: Vec<Body>,
}

/// Lists the only environment if it matches the filter.
pub(crate) fn list(sandbox: &Sandbox, request: &Request<Vec<u8>>) -> Answer {
    let list_query = ListQuery::of(request)?;
    let filter = list_query.comparisons(OFFER)?;
    let only = body(&sandbox.seed);
    let id = only.id.to_string();
    let is_selected = filter.iter().all(|comparison| {
        comparison.matches(Some(if comparison.attribute == "id" { &id } else { only.name }))
    });
    let found: &[Body] = if is_selected { &[only] } else { &[] };
    let environments = list_query.rows(found).to_vec();
    let size = environments.len();
    let href = format!("{}/environments", sandbox.seed.api_base);
    let page = list_query.page(sandbox, &href, Environments { environments }, found.len(), size);
    Ok((json(StatusCode::OK, &page), 0))
}
