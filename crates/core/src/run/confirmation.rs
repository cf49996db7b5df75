//! Decides which confirmation a run requires before it starts, by its direction and size.

use crate::digits::ascii_digits;

/// The confirmation required before anything is sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Confirmation {
    /// No user needs a change, so there is nothing to start.
    NothingToDo,
    /// No confirmation is required.
    None,
    /// The disable dialog for one user, which offers a bypass instead.
    Dialog,
    /// The review dialog for several users.
    Review {
        /// A pilot user, who is changed first, must be named.
        pilot_user: bool,
        /// The number of changes must be typed.
        number: bool,
        /// A reason for the run must be given.
        reason: bool,
    },
    /// The run is never permitted on this page.
    Never,
}

/// Turning MFA on requires a pilot user from this number of users on.
const PILOT_USER_FROM: u64 = 51;

/// A run with more users than this is large: the number of changes must be typed.
const LARGE_RUN: u64 = 500;

/// The confirmation required to turn MFA on (`to` is `true`) or off for this number of users,
/// in the environment with this name.
#[must_use]
pub fn confirmation(to: bool, changes: u64, environment_name: &str) -> Confirmation {
    match (to, changes) {
        (_, 0) => Confirmation::NothingToDo,
        (true, 1) => Confirmation::None,
        (true, _) => Confirmation::Review {
            pilot_user: changes >= PILOT_USER_FROM,
            number: changes > LARGE_RUN,
            reason: false,
        },
        (false, 1) => Confirmation::Dialog,
        (false, _) if changes > LARGE_RUN && is_administrators(environment_name) => Confirmation::Never,
        (false, _) => Confirmation::Review { pilot_user: false, number: true, reason: true },
    }
}

/// Whether an environment has the name that PingOne gives to the organization's administrators environment. It
/// doesn't prove that administrators are stored there.
fn is_administrators(environment_name: &str) -> bool {
    environment_name.trim().eq_ignore_ascii_case("Administrators")
}

/// Whether a text is exactly this number, in the decimal digits of any script, with or without digit grouping.
///
/// One kind of separator may be used between digits: a space, comma, full stop or apostrophe. Groupings from anywhere
/// in the world are accepted: 11888, 11,888, 11 888, 11.888, 11'888, ١١٬٨٨٨, and 1,18,880. Nothing is rounded, and
/// leading zeros aren't accepted.
#[must_use]
pub fn is_number_typed(text: &str, number: u64) -> bool {
    let text = ascii_digits(text.trim());
    let text = text.as_ref();
    let separator = text.chars().find(|letter| !letter.is_ascii_digit());
    let Some(separator) = separator else { return text == number.to_string() };
    let is_known = matches!(
        separator,
        ' ' | '\u{a0}'
            | '\u{202f}'
            | '\u{2009}'
            | '\u{3000}'
            | ','
            | '，'
            | '٬'
            | '.'
            | '．'
            | '\''
            | '\u{2019}'
    );
    let groups: Vec<&str> = text.split(separator).collect();
    is_known && is_grouped(&groups) && groups.concat() == number.to_string()
}

/// Three digits in the last group, two or three in the middle groups, and one to three in the first.
fn is_grouped(groups: &[&str]) -> bool {
    let [first, middle @ .., last] = groups else { return false };
    (1..=3).contains(&first.len())
        && middle.iter().all(|group| (2..=3).contains(&group.len()))
        && last.len() == 3
}

#[cfg(test)]
mod tests {
    use super::*;

    fn review(pilot_user: bool, number: bool, reason: bool) -> Confirmation {
        Confirmation::Review { pilot_user, number, reason }
    }

    #[test]
    fn turning_mfa_on_requires_more_for_larger_runs() {
        for (changes, expected) in [
            (0, Confirmation::NothingToDo),
            (1, Confirmation::None),
            (2, review(false, false, false)),
            (50, review(false, false, false)),
            (51, review(true, false, false)),
            (500, review(true, false, false)),
            (501, review(true, true, false)),
            (100_000, review(true, true, false)),
        ] {
            for environment in ["Workforce", "Administrators"] {
                assert_eq!(confirmation(true, changes, environment), expected, "{changes} {environment}");
            }
        }
    }

    #[test]
    fn turning_mfa_off_requires_number_and_reason_from_two_users_on() {
        for (changes, expected) in [
            (0, Confirmation::NothingToDo),
            (1, Confirmation::Dialog),
            (2, review(false, true, true)),
            (500, review(false, true, true)),
            (501, review(false, true, true)),
        ] {
            assert_eq!(confirmation(false, changes, "Workforce"), expected, "{changes}");
        }
    }

    #[test]
    fn mfa_is_never_turned_off_for_many_in_the_administrators_environment() {
        for name in ["Administrators", "administrators", " ADMINISTRATORS "] {
            assert_eq!(confirmation(false, 501, name), Confirmation::Never);
            assert_eq!(confirmation(false, 500, name), review(false, true, true));
        }
        for name in ["Administrator", "Our Administrators", ""] {
            assert_eq!(confirmation(false, 501, name), review(false, true, true));
        }
    }

    #[test]
    fn a_number_is_accepted_with_or_without_separators() {
        for text in [
            "11888",
            "11,888",
            "11.888",
            "11 888",
            "11'888",
            "11’888",
            "11\u{202f}888",
            "11\u{a0}888",
            " 11,888 ",
            "１１８８８",
            "１１，８８８",
            "١١٨٨٨",
            "١١٬٨٨٨",
            "۱۱۸۸۸",
            "११,८८८",
            "\u{3000}11\u{3000}888",
        ] {
            assert!(is_number_typed(text, 11_888), "{text:?}");
        }
        assert!(is_number_typed("1,188,800", 1_188_800) && is_number_typed("11,88,800", 1_188_800));
        assert!(is_number_typed("7", 7) && is_number_typed("501", 501) && is_number_typed("0", 0));
    }

    #[test]
    fn a_text_that_differs_from_the_number_is_rejected() {
        for text in [
            "",
            " ",
            "11889",
            "1188",
            "118880",
            "011888",
            "٠١١٨٨٨",
            "１１８８９",
            "一一八八八",
            "11,888.0",
            "11.888,00",
            "+11888",
            "-11888",
            "11888e0",
            "1.1888",
            "118.88",
            "11,,888",
            ",11888",
            "11888,",
            "11,888,",
            "11_888",
            "11;888",
            "11-888",
            "11,88 8",
            "11 888 users",
            "0x2e70",
            "11,8,88",
            "1188,8",
            "11\u{200b}888",
        ] {
            assert!(!is_number_typed(text, 11_888), "{text:?}");
        }
        assert!(!is_number_typed("1,188.800", 1_188_800));
    }
}
