//! The groups and their members.
//!
//! Source: recorded lists of api.pingone.eu, one of them filtered by the parents of its groups; filter and limit as
//! documented; Ping's OpenAPI description (memberships; how they are embedded is assumed). Documented: a member of a
//! nested group is a member of the outer group too. Assumed: the two `include` values contain both groups.
//!
//! Memberships are derived from the user's ID, so nothing is stored and the same seed gives the same members.

use std::collections::HashMap;

use http::{Request, StatusCode};
use serde::Serialize;
use uuid::Uuid;

use crate::answer::Answer;
use crate::comparison::{Comparison, Offer, Operator};
use crate::directory::Person;
use crate::environment::{self, Reference};
use crate::hal::{Link, json};
use crate::paging::ListQuery;
use crate::refusal::Refusal;
use crate::{Sandbox, dice, populations};

const OFFER: Offer = &[
    ("id", &[Operator::Equals]),
    ("memberOfGroups", &[Operator::Member]),
    ("name", &[Operator::Equals, Operator::Starts]),
    ("population.id", &[Operator::Equals]),
];

struct Group {
    id: Uuid,
    name: &'static str,
    /// The only population whose users can be members; `None` for all populations.
    population: Option<Uuid>,
    /// Percentage of the eligible users who are direct members.
    share: u64,
    /// Indexes in [`ALL`] of the directly nested groups.
    nested: &'static [usize],
}

impl Group {
    const fn new(number: u128, name: &'static str, share: u64) -> Self {
        let id = Uuid::from_u128(0xd000_0000_0000_4000_8000_0000_0000_0000 + number);
        Self { id, name, population: None, share, nested: &[] }
    }

    const fn of_population(self, population: Uuid) -> Self {
        Self { population: Some(population), ..self }
    }

    const fn containing(self, nested: &'static [usize]) -> Self {
        Self { nested, ..self }
    }
}

const ALL: [Group; 12] = [
    Group::new(1, "Engineering", 4).containing(&[1, 2]),
    Group::new(2, "Engineering Platform", 5).containing(&[3]),
    Group::new(3, "Engineering Web", 6),
    Group::new(4, "On call", 3),
    Group::new(5, "Finance", 7).containing(&[5]),
    Group::new(6, "Payroll", 2),
    Group::new(7, "Head office", 0).containing(&[0, 4]),
    Group::new(8, "External partners", 40).of_population(populations::CONTRACTORS),
    Group::new(9, "Warehouse", 60).of_population(populations::SHOP_FLOOR),
    Group::new(10, "VPN", 30),
    Group::new(11, "Pilot \"MFA für alle\"", 10),
    Group::new(12, "Leavers", 0),
];

/// The names of renamed groups.
#[derive(Default)]
pub(crate) struct Names(HashMap<Uuid, String>);

impl Names {
    fn of<'a>(&'a self, group: &Group) -> &'a str {
        self.0.get(&group.id).map_or(group.name, String::as_str)
    }

    /// Renames a group; returns whether one with this name exists.
    pub(crate) fn rename(&mut self, name: &str, other: &str) -> bool {
        let group = ALL.iter().find(|group| self.of(group) == name);
        group.map(|group| self.0.insert(group.id, other.to_owned())).is_some()
    }
}

/// Whether a user is a member of a group; with `direct_only`, membership through a nested group doesn't count.
pub(crate) fn is_member(group_id: Uuid, person: &Person, direct_only: bool) -> bool {
    let group = ALL.iter().find(|group| group.id == group_id);
    group.is_some_and(|group| if direct_only { is_direct(group, person) } else { is_in(group, person) })
}

fn is_in(group: &Group, person: &Person) -> bool {
    is_direct(group, person) || nested(group).any(|inner| is_in(inner, person))
}

/// The groups that are directly nested in a group.
fn nested(group: &Group) -> impl Iterator<Item = &'static Group> {
    group.nested.iter().filter_map(|index| ALL.get(*index))
}

/// Whether a group is nested in another one; with `direct_only`, directly.
fn is_nested_in(group: &Group, outer: &Group, direct_only: bool) -> bool {
    nested(outer).any(|inner| inner.id == group.id || (!direct_only && is_nested_in(group, inner, false)))
}

fn by_id(id: &str) -> Option<&'static Group> {
    ALL.iter().find(|group| group.id.to_string() == id)
}

fn is_direct(group: &Group, person: &Person) -> bool {
    let is_eligible = group.population.is_none_or(|population| population == person.population);
    is_eligible && dice::Dice::about(person.id, group.id.as_u64_pair().1).percent(group.share)
}

/// The IDs of the groups that a user is a member of.
pub(crate) fn ids_of(person: &Person) -> Vec<Uuid> {
    ALL.iter().map(|group| group.id).filter(|id| is_member(*id, person, false)).collect()
}

/// The names of the groups that a user is a member of.
pub(crate) fn names_of<'a>(names: &'a Names, person: &Person) -> Vec<&'a str> {
    ALL.iter().filter(|group| is_in(group, person)).map(|group| names.of(group)).collect()
}

#[derive(Serialize)]
struct Embedded {
    groups: Vec<Body>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Body {
    #[serde(rename = "_links")]
    links: Links,
    id: Uuid,
    environment: Reference,
    name: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    population: Option<Reference>,
    direct_member_counts: Counts,
    created_at: &'static str,
    updated_at: &'static str,
    check_sum: String,
}

#[derive(Clone, Serialize)]
struct Links {
    #[serde(rename = "self")]
    this: Link,
}

#[derive(Serialize)]
struct Counts {
    users: usize,
    groups: usize,
}

fn body(sandbox: &Sandbox, href: &str, group: &Group) -> Body {
    let users = sandbox.directory.iter().filter(|person| is_direct(group, person)).count();
    Body {
        links: Links { this: Link::to(format!("{href}/{}", group.id)) },
        id: group.id,
        environment: Reference { id: environment::ID },
        name: sandbox.group_names.of(group).to_owned(),
        population: group.population.map(|id| Reference { id }),
        direct_member_counts: Counts { users, groups: group.nested.len() },
        created_at: "2022-04-27T13:04:35.161Z",
        updated_at: "2022-04-27T13:18:13.394Z",
        check_sum: check_sum(group, users),
    }
}

/// Eleven digits that change with the number of members. How PingOne computes them isn't known.
fn check_sum(group: &Group, users: usize) -> String {
    let mut dice = dice::Dice::about(group.id, users as u64);
    (10_000_000_000 + dice.roll() % 90_000_000_000).to_string()
}

fn matches(names: &Names, group: &Group, comparison: &Comparison) -> bool {
    match comparison.attribute {
        "id" => comparison.matches(Some(&group.id.to_string())),
        "memberOfGroups" => comparison.membership().is_some_and(|(outer, direct_only)| {
            by_id(outer).is_some_and(|outer| is_nested_in(group, outer, direct_only))
        }),
        "population.id" => comparison.matches(group.population.map(|id| id.to_string()).as_deref()),
        _ => comparison.matches(Some(names.of(group))),
    }
}

pub(crate) fn list(sandbox: &Sandbox, request: &Request<Vec<u8>>) -> Answer {
    let list_query = ListQuery::of(request)?;
    let filter = list_query.comparisons(OFFER)?;
    let is_selected =
        |group: &Group| filter.iter().all(|comparison| matches(&sandbox.group_names, group, comparison));
    let found: Vec<&Group> = ALL.iter().filter(|group| is_selected(group)).collect();
    let href = format!("{}/groups", environment::href(&sandbox.seed));
    let groups: Vec<Body> = list_query.rows(&found).iter().map(|group| body(sandbox, &href, group)).collect();
    let size = groups.len();
    let mut page = list_query.page(sandbox, &href, Embedded { groups }, found.len(), size);
    page.links.this = list_query.this_sorted(&sandbox.seed);
    Ok((json(StatusCode::OK, &page), 0))
}

/// Answers a request for one group.
pub(crate) fn one(sandbox: &Sandbox, id: &str) -> Answer {
    let group = by_id(id).ok_or(Refusal::NotFound)?;
    let href = format!("{}/groups", environment::href(&sandbox.seed));
    Ok((json(StatusCode::OK, &body(sandbox, &href, group)), 0))
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Memberships {
    group_memberships: Vec<Membership>,
}

#[derive(Serialize)]
struct Membership {
    #[serde(rename = "_links")]
    links: Links,
    id: Uuid,
    environment: Reference,
    name: String,
    #[serde(rename = "type")]
    kind: &'static str,
}

/// Lists the groups that a group is nested in.
pub(crate) fn of_group(sandbox: &Sandbox, request: &Request<Vec<u8>>, id: &str) -> Answer {
    let group = by_id(id).ok_or(Refusal::NotFound)?;
    let href = format!("{}/groups/{id}/memberOfGroups", environment::href(&sandbox.seed));
    memberships(sandbox, request, &href, |outer, direct_only| is_nested_in(group, outer, direct_only))
}

/// Lists the groups that a user is a member of.
pub(crate) fn of_user(sandbox: &Sandbox, request: &Request<Vec<u8>>, id: Uuid) -> Answer {
    let person = sandbox.directory.get(id).ok_or(Refusal::NotFound)?;
    let href = format!("{}/memberOfGroups", environment::user_href(&sandbox.seed, id));
    memberships(sandbox, request, &href, |group, direct_only| is_member(group.id, person, direct_only))
}

fn memberships(
    sandbox: &Sandbox,
    request: &Request<Vec<u8>>,
    href: &str,
    is_in: impl Fn(&Group, bool) -> bool,
) -> Answer {
    let list_query = ListQuery::of(request)?;
    let found: Vec<&Group> = ALL.iter().filter(|group| is_in(group, false)).collect();
    let membership = |group: &&Group| Membership {
        links: Links { this: Link::to(format!("{href}/{}", group.id)) },
        id: group.id,
        environment: Reference { id: environment::ID },
        name: sandbox.group_names.of(group).to_owned(),
        kind: if is_in(group, true) { "DIRECT" } else { "INDIRECT" },
    };
    let group_memberships: Vec<Membership> = list_query.rows(&found).iter().map(membership).collect();
    let size = group_memberships.len();
    let page = list_query.page(sandbox, href, Memberships { group_memberships }, found.len(), size);
    Ok((json(StatusCode::OK, &page), 0))
}
