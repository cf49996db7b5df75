//! The MFA status as text, for a message or a ticket: at most six lines, without personal data.

use pingone::environment::Environment;
use pingone::time::Timestamp;
use pingone::user::{Population, PopulationId};
use pingone_mfa_core::directory::snapshot::Snapshot;
use pingone_mfa_core::directory::status::{Counts, PopulationStatus, Status};
use pingone_mfa_core::ports::Locale;

use crate::console::users::text;

/// How many populations are named; the others are only counted.
const NAMED: usize = 5;

/// Longer names are cut to this number of characters.
const NAME_LENGTH: usize = 60;

/// What a summary is made from.
#[derive(Debug, Clone, Copy)]
pub struct Summarized<'a> {
    /// The environment.
    pub environment: &'a Environment,
    /// The counts of the whole list.
    pub status: &'a Status,
    /// The populations whose names are known.
    pub populations: &'a [Population],
    /// When the list was read.
    pub list_read_at: Timestamp,
    /// The time of PingOne's device report; `None` if it wasn't loaded.
    pub devices_as_of: Option<Timestamp>,
    /// A snapshot to compare with, of the same environment.
    pub earlier: Option<&'a Snapshot>,
}

/// The summary. It ends without a line end.
pub fn summary(of: &Summarized, locale: &dyn Locale) -> String {
    let lines = [
        Some(title(of, locale)),
        Some(share(of, locale)),
        populations(of, locale),
        Some(devices(of, locale)),
        Some(text::MEANING.to_owned()),
    ];
    lines.into_iter().flatten().collect::<Vec<_>>().join("\n")
}

fn title(of: &Summarized, locale: &dyn Locale) -> String {
    let kind = one_line(&text::kind(&of.environment.kind));
    let at = of.list_read_at;
    let name = one_line(&of.environment.name);
    format!("MFA status, {name} ({kind}), {} {}", locale.date(at), locale.time(at))
}

fn share(of: &Summarized, locale: &dyn Locale) -> String {
    let all = of.status.all;
    let users = if all.users() == 1 { "user" } else { "users" };
    let now = format!("MFA is on for {} {users}{}", ratio(all, locale), in_brackets(all));
    let Some(earlier) = of.earlier else { return format!("{now}.") };
    let (before, at) = (earlier.all(), text::moment(locale, earlier.list_read_at, of.list_read_at));
    format!("{now}; {at}: {}{}.", locale.number(before.on()), in_brackets(before))
}

fn populations(of: &Summarized, locale: &dyn Locale) -> Option<String> {
    let counted = &of.status.populations;
    let sentence = |row: &PopulationStatus| {
        format!("{} {}", name(of.populations, row.population), ratio(row.counts, locale))
    };
    let named: Vec<_> = counted.iter().take(NAMED).map(sentence).collect();
    let more = counted.len().saturating_sub(NAMED);
    match (named.is_empty(), more) {
        (true, _) => None,
        (false, 0) => Some(format!("{}.", named.join(". "))),
        (false, more) => Some(format!("{}, and {more} more.", named.join(". "))),
    }
}

fn devices(of: &Summarized, locale: &dyn Locale) -> String {
    let all = of.status.all;
    let mut line = match of.devices_as_of {
        None if all.without_device().is_not_checked() || all.on() == 0 => "Devices: not checked.".to_owned(),
        // Of some users they were read one by one.
        None => format!(
            "On without a device: {} of {} checked.",
            locale.number(all.on_without_device),
            locale.number(all.without_device().checked)
        ),
        Some(at) => format!(
            "On without a device: {} (PingOne's report of {}).",
            locale.number(all.on_without_device),
            text::moment(locale, at, of.list_read_at)
        ),
    };
    if of.devices_as_of.is_some() && all.on_not_checked > 0 {
        line = format!("{line} On, devices not checked: {}.", locale.number(all.on_not_checked));
    }
    line = format!("{line} {}", bypasses(all, locale));
    format!("{line} Unknown: {}.", locale.number(all.unknown))
}

/// Bypasses are read user by user, so their number rarely covers all users.
fn bypasses(all: Counts, locale: &dyn Locale) -> String {
    let bypassed = all.bypassed();
    if bypassed.is_not_checked() {
        return "Bypasses: not checked.".to_owned();
    }
    let of = if bypassed.is_partial() {
        format!(" of {} checked", locale.number(bypassed.checked))
    } else {
        String::new()
    };
    format!("On, but bypassed: {}{of}.", locale.number(bypassed.found))
}

fn ratio(counts: Counts, locale: &dyn Locale) -> String {
    format!("{} of {}", locale.number(counts.on()), locale.number(counts.users()))
}

fn in_brackets(counts: Counts) -> String {
    text::percent(counts.on(), counts.users()).map(|percent| format!(" ({percent} %)")).unwrap_or_default()
}

fn name(known: &[Population], population: Option<PopulationId>) -> String {
    let Some(id) = population else { return "(no population)".into() };
    match known.iter().find(|other| other.id == id) {
        Some(population) => one_line(&population.name),
        None => format!("population {}", id.0.hyphenated()),
    }
}

/// A name that can't break its line, turn the rest of it around, or fill the page.
fn one_line(name: &str) -> String {
    let turns = |letter: &char| matches!(letter, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    let breaks = |letter: char| letter.is_control() || matches!(letter, '\u{2028}' | '\u{2029}');
    let mut letters = name.chars().filter(|letter| !turns(letter));
    let shown = letters.by_ref().take(NAME_LENGTH);
    let line: String = shown.map(|letter| if breaks(letter) { ' ' } else { letter }).collect();
    if letters.next().is_some() { format!("{line}…") } else { line }
}

#[cfg(test)]
mod tests {
    use super::*;
    use pingone::environment::{EnvironmentId, EnvironmentKind};
    use pingone::region::RegionCode;
    use pingone_mfa_core::directory::snapshot::PopulationSnapshot;
    use uuid::Uuid;

    const DAY: i64 = 86_400_000;
    const READ: Timestamp = Timestamp(20 * DAY + 13 * 3_600_000 + 36 * 60_000);
    const REPORT: Timestamp = Timestamp(20 * DAY + 13 * 3_600_000 + 30 * 60_000);

    /// UTC, days counted, and commas between thousands.
    struct Plain;

    impl Locale for Plain {
        fn number(&self, number: u64) -> String {
            match number {
                0..1000 => number.to_string(),
                _ => format!("{},{:03}", self.number(number / 1000), number % 1000),
            }
        }

        fn time(&self, at: Timestamp) -> String {
            let minutes = at.0 / 60_000 % 1440;
            format!("{:02}:{:02}", minutes / 60, minutes % 60)
        }

        fn time_to_second(&self, at: Timestamp) -> String {
            self.time(at)
        }

        fn date(&self, at: Timestamp) -> String {
            format!("day {}", at.0 / DAY)
        }

        fn is_same_day(&self, one: Timestamp, other: Timestamp) -> bool {
            self.date(one) == self.date(other)
        }
    }

    fn environment(name: &str, kind: EnvironmentKind) -> Environment {
        Environment { id: EnvironmentId(Uuid::nil()), name: name.into(), kind }
    }

    fn id(number: usize) -> PopulationId {
        PopulationId(Uuid::from_u128(number as u128))
    }

    fn counts(on: u64, users: u64) -> Counts {
        Counts { on_not_checked: on, off: users - on, ..Counts::default() }
    }

    /// A status of so many in each population, by number.
    fn status(rows: &[(u64, u64)]) -> Status {
        let populations = rows.iter().enumerate().map(|(index, (on, users))| PopulationStatus {
            population: Some(id(index)),
            counts: counts(*on, *users),
        });
        let (on, users) = rows.iter().fold((0, 0), |all, row| (all.0 + row.0, all.1 + row.1));
        Status { all: counts(on, users), populations: populations.collect() }
    }

    fn populations(names: &[&str]) -> Vec<Population> {
        let numbered = names.iter().enumerate();
        numbered
            .map(|(index, name)| Population { id: id(index), name: (*name).into(), users: None })
            .collect()
    }

    fn lines(status: &Status, populations: &[Population]) -> Vec<String> {
        let environment = environment("Workforce", EnvironmentKind::Production);
        let of = Summarized {
            environment: &environment,
            status,
            populations,
            list_read_at: READ,
            devices_as_of: None,
            earlier: None,
        };
        summary(&of, &Plain).lines().map(str::to_owned).collect()
    }

    #[test]
    fn a_summary_says_when_how_many_where_and_what_it_means() {
        let all = Counts {
            on_with_device: 16_452,
            on_without_device: 1_453,
            on_not_checked: 0,
            on_bypassed: 0,
            off: 22_203,
            unknown: 4,
            bypass_checked: 0,
        };
        let status = Status { all, ..status(&[(16_210, 31_480), (1_102, 6_204), (593, 2_428)]) };
        let before = PopulationSnapshot { population: None, name: None, counts: counts(15_877, 40_112) };
        let earlier = Snapshot {
            environment: EnvironmentId(Uuid::nil()),
            region: RegionCode("EU".into()),
            list_read_at: Timestamp(13 * DAY),
            devices_as_of: None,
            populations: vec![before],
        };
        let of = Summarized {
            environment: &environment("Workforce", EnvironmentKind::Production),
            status: &status,
            populations: &populations(&["Employees", "Contractors", "Shop floor"]),
            list_read_at: READ,
            devices_as_of: Some(REPORT),
            earlier: Some(&earlier),
        };
        assert_eq!(
            summary(&of, &Plain),
            "MFA status, Workforce (PRODUCTION), day 20 13:36\n\
             MFA is on for 17,905 of 40,112 users (44.6 %); day 13: 15,877 (39.6 %).\n\
             Employees 16,210 of 31,480. Contractors 1,102 of 6,204. Shop floor 593 of 2,428.\n\
             On without a device: 1,453 (PingOne's report of 13:30). Bypasses: not checked. Unknown: 4.\n\
             On means that PingOne may ask for a second factor. Sign-on policies decide whether it does."
        );
    }

    #[test]
    fn of_many_populations_the_first_five_are_named() {
        let names = ["A", "B", "C", "D", "E", "F", "G"];
        let rows = [(6, 9), (5, 8), (4, 7), (3, 6), (2, 5), (1, 4), (0, 3)];
        let five = "A 6 of 9. B 5 of 8. C 4 of 7. D 3 of 6. E 2 of 5";
        assert_eq!(lines(&status(&rows[..5]), &populations(&names))[2], format!("{five}."));
        let seven = lines(&status(&rows), &populations(&names));
        assert_eq!((seven.len(), &seven[2]), (5, &format!("{five}, and 2 more.")));
    }

    #[test]
    fn without_users_there_is_no_percentage() {
        let lines = lines(&Status::default(), &[]);
        assert_eq!(
            lines[1..3],
            ["MFA is on for 0 of 0 users.", "Devices: not checked. On, but bypassed: 0. Unknown: 0."]
        );
    }

    #[test]
    fn bypasses_and_devices_that_were_not_checked_are_told_apart() {
        let all = Counts {
            on_with_device: 9,
            on_without_device: 1,
            on_not_checked: 2,
            on_bypassed: 3,
            off: 4,
            unknown: 5,
            bypass_checked: 12,
        };
        let of = Summarized {
            environment: &environment("W", EnvironmentKind::Sandbox),
            status: &Status { all, populations: vec![] },
            populations: &[],
            list_read_at: READ,
            devices_as_of: Some(Timestamp(REPORT.0 - DAY)),
            earlier: None,
        };
        let text = summary(&of, &Plain);
        assert_eq!(
            text.lines().nth(2),
            Some(
                "On without a device: 1 (PingOne's report of day 19). On, devices not checked: 2. \
                 On, but bypassed: 3 of 12 checked. Unknown: 5."
            )
        );
        let text = summary(&Summarized { devices_as_of: None, ..of }, &Plain);
        assert_eq!(
            text.lines().nth(2),
            Some("On without a device: 1 of 10 checked. On, but bypassed: 3 of 12 checked. Unknown: 5.")
        );
        for (checked, said) in [(0, "Bypasses: not checked."), (15, "On, but bypassed: 3.")] {
            let status = Status { all: Counts { bypass_checked: checked, ..all }, populations: vec![] };
            let text = summary(&Summarized { status: &status, ..of }, &Plain);
            assert!(text.contains(said), "{text}");
        }
    }

    #[test]
    fn no_name_breaks_a_line_turns_it_around_or_fills_the_page() {
        let long = "é".repeat(1_000_000);
        let names = populations(&["a\r\nb\u{2028}c\u{85}d", "\u{202e}evil\u{2066}", &long]);
        let odd = environment("W\n\nForged: 1", EnvironmentKind::Other("\tNEW\n".into()));
        let of = Summarized {
            environment: &odd,
            status: &status(&[(1, 1), (1, 1), (1, 1), (1, 1)]),
            populations: &names,
            list_read_at: READ,
            devices_as_of: None,
            earlier: None,
        };
        let text = summary(&of, &Plain);
        let lines: Vec<_> = text.lines().collect();
        assert_eq!(lines.len(), 5);
        assert_eq!(lines[0], "MFA status, W  Forged: 1 ( NEW ), day 20 13:36");
        let short = format!("{}…", "é".repeat(NAME_LENGTH));
        assert_eq!(
            lines[2],
            format!(
                "a  b c d 1 of 1. evil 1 of 1. {short} 1 of 1. \
                 population 00000000-0000-0000-0000-000000000003 1 of 1."
            )
        );
    }

    #[test]
    fn users_without_a_population_and_a_single_user_are_named_as_such() {
        let row = PopulationStatus { population: None, counts: counts(1, 1) };
        let status = Status { all: counts(1, 1), populations: vec![row] };
        assert_eq!(
            lines(&status, &[])[1..3],
            ["MFA is on for 1 of 1 user (100.0 %).", "(no population) 1 of 1."]
        );
    }
}
