//! Generation of users from a seed: invented names in several scripts, and the edge cases that clients must handle.

use uuid::Uuid;

use crate::dice::{DAY, Dice, EPOCH, uuid};
use crate::directory::{Account, Directory, Person};
use crate::family::{CYRILLIC, GREEK, LATIN};
use crate::populations::{self, Populations};
use crate::{Seed, Timestamp};

/// Number of a user with MFA enabled and without a device.
pub(crate) const NO_DEVICE: u64 = 10;
/// Number of a user whose only device was never activated.
pub(crate) const PENDING: u64 = 11;
/// Number of a user whose only device is blocked.
pub(crate) const BLOCKED: u64 = 12;
/// Number of a user whose MFA bypass is active when the sandbox starts.
pub(crate) const BYPASS_RUNNING: u64 = 13;

/// Users up to this number share a few family names, because small sandboxes and their screenshots show them. Later
/// users get a composed name.
const LAST_SHARED_NAME: u32 = 5000;

/// Given and family names, grouped by script, so that no name mixes two scripts.
const NAMES: [(&[&str], &[&str]); 7] = [
    (
        &[
            "Ana",
            "Chloé",
            "Emre",
            "Ingrid",
            "Jonas",
            "Łucja",
            "María José",
            "Nia",
            "Oluwaseun",
            "Siobhán",
            "Zoë",
        ],
        &[
            "Brandt",
            "Çelik",
            "Ferreira",
            "García Márquez",
            "Holm",
            "Ó Briain",
            "Okafor",
            "van der Berg",
            "Wójcik",
        ],
    ),
    (&["Ελένη", "Γιώργος", "Νίκος"], &["Παπαδοπούλου", "Αντωνίου", "Νικολάου"]),
    (&["Ольга", "Дмитро", "Анна"], &["Иванова", "Шевченко", "Ковальчук"]),
    (&["伟", "芳", "秀英"], &["李", "王", "张"]),
    (&["ليلى", "عمر", "ياسمين"], &["حداد", "منصور", "العلي"]),
    (&["נועה", "איתן", "תמר"], &["כהן", "לוי", "מזרחי"]),
    (&["さくら", "健太", "陽菜"], &["佐藤", "鈴木", "高橋"]),
];

const LONG: &str =
    "Maximiliana Theodora Wilhelmine Friederike Amalia zu Hohenlohe-Waldenburg-Schillingsfürst und Sternberg";

/// Generates the users of a seed.
pub(crate) fn generate(seed: &Seed) -> Directory {
    let mut dice = Dice::new(seed.seed);
    let mut directory = Directory::with_room(seed.users as usize);
    for number in 1..=seed.users {
        let person = person(number, seed.seed, &mut dice);
        let population = match seed.populations {
            Populations::Usual => person.population,
            Populations::Even(populations) => populations::population_of(number, populations),
        };
        directory.add(Person { population, ..person });
    }
    directory
}

/// Generates a user who is added while the sandbox runs.
pub(crate) fn added_person(number: u32, seed: u64, dice: &mut Dice, now: Timestamp) -> Person {
    let generated = random_person(number, seed, dice);
    Person {
        id: uuid(seed ^ 0x0e, u64::from(number)),
        username: format!("new{number:06}"),
        last_sign_on: None,
        created: now,
        updated: now,
        ..generated
    }
}

/// Generates a seeded user. A few users are the same for every seed, so that tests and newcomers can find them.
fn person(number: u32, seed: u64, dice: &mut Dice) -> Person {
    let generated = random_person(number, seed, dice);
    match number {
        2 => fixed_person(generated, "Adaeze", "Okonkwo", "adaeze.okonkwo", true),
        3 => fixed_person(generated, "Jonas", "Brandt", "jonas.brandt", false),
        7 => fixed_person(generated, "Test", "User07", "test.user07", false),
        10 => fixed_person(generated, "Dina", "Nodevice", "dina.nodevice", true),
        11 => fixed_person(generated, "Paul", "Pending", "paul.pending", true),
        12 => fixed_person(generated, "Bela", "Blocked", "bela.blocked", true),
        13 => fixed_person(generated, "Bypass", "Running", "bypass.running", true),
        14 => Person {
            account: Account::Locked(Timestamp(EPOCH - DAY).max(generated.created)),
            ..fixed_person(generated, "Lena", "Locked", "lena.locked", true)
        },
        15 => Person {
            account: Account::Disabled,
            ..fixed_person(generated, "Dora", "Disabled", "dora.disabled", false)
        },
        9 => Person { given: LONG.to_owned(), family: LONG.to_owned(), ..generated },
        _ => generated,
    }
}

fn fixed_person(generated: Person, given: &str, family: &str, username: &str, mfa_enabled: bool) -> Person {
    Person {
        given: given.to_owned(),
        family: family.to_owned(),
        username: username.to_owned(),
        email: Some(format!("{username}@example.com")),
        account: Account::Enabled,
        mfa_enabled,
        mfa_at_first: mfa_enabled,
        ..generated
    }
}

/// A composed family name, for the scripts that have syllables. It has its own generator, so that
/// the other properties don't change.
fn composed_family(script: usize, id: Uuid) -> Option<String> {
    let syllables = [LATIN, GREEK, CYRILLIC];
    syllables.get(script).map(|syllables| syllables.name(&mut Dice::about(id, 0xfa)))
}

fn random_person(number: u32, seed: u64, dice: &mut Dice) -> Person {
    // 70 % of the names are Latin; the other scripts share the rest.
    let script = if dice.percent(70) { 0 } else { usize::try_from(1 + dice.roll() % 6).unwrap_or(0) };
    let (given, family) = NAMES.get(script).copied().unwrap_or((&["A"], &["B"]));
    let is_service = dice.percent(3);
    let (given, family) = if is_service { ("", "") } else { (dice.of(given), dice.of(family)) };
    let id = uuid(seed, u64::from(number));
    let made = if number > LAST_SHARED_NAME && !is_service { composed_family(script, id) } else { None };
    let username = if is_service { format!("svc-print-{number:02}") } else { format!("user{number:06}") };
    let created = dice.days_ago(1500);
    let account = match dice.roll() % 100 {
        0..4 => Account::Locked(dice.days_ago(30).max(created)),
        4..10 => Account::Disabled,
        _ => Account::Enabled,
    };
    let population = match dice.roll() % 100 {
        0..78 => populations::EMPLOYEES,
        78..94 => populations::CONTRACTORS,
        _ => populations::SHOP_FLOOR,
    };
    let mfa_enabled = dice.percent(45);
    Person {
        id,
        // The schema requires an email address, but a few users have none: imported users and service accounts.
        email: (!dice.percent(2)).then(|| format!("{username}@example.com")),
        external_id: dice.percent(60).then(|| format!("E{number:07}")),
        given: given.to_owned(),
        family: made.unwrap_or_else(|| family.to_owned()),
        username,
        account,
        population,
        mfa_enabled,
        mfa_at_first: mfa_enabled,
        last_sign_on: (!dice.percent(15)).then(|| dice.days_ago(90).max(created)),
        created,
        updated: created,
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;
    use crate::EnvironmentKind;

    fn directory_of(users: u32) -> Directory {
        generate(&Seed {
            users,
            seed: 1,
            api_base: String::new(),
            auth_base: String::new(),
            kind: EnvironmentKind::Sandbox,
            populations: Populations::Usual,
        })
    }

    #[test]
    fn a_large_directory_has_thousands_of_family_names_in_several_scripts() {
        let directory = directory_of(100_000);
        let families: HashSet<&str> = directory.iter().map(|person| person.family.as_str()).collect();
        assert!(families.len() >= 10_000, "{}", families.len());
        let after = |number: usize| directory.from(number).map(|(_, person)| person.family.as_str());
        for letter in ['é', 'α', 'к', '李', 'ح', 'כ', '鈴'] {
            assert!(after(LAST_SHARED_NAME as usize).any(|family| family.contains(letter)), "{letter}");
        }
    }

    #[test]
    fn the_first_users_do_not_depend_on_the_number_of_users() {
        let (few, many) = (directory_of(20), directory_of(10_000));
        let same =
            few.iter().zip(many.iter()).filter(|(one, other)| format!("{one:?}") == format!("{other:?}"));
        assert_eq!(same.count(), 20);
        let shared: HashSet<&str> = NAMES.iter().flat_map(|(_, families)| families.iter().copied()).collect();
        let is_shared = |person: &Person| person.family.is_empty() || shared.contains(person.family.as_str());
        assert!(many.iter().skip(15).take(LAST_SHARED_NAME as usize - 15).all(is_shared));
    }
}
