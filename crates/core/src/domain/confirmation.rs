//! What a person does before a run begins, by its direction and size.

use super::digits::ascii_digits;

/// What is asked before anything is sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Confirmation {
    /// Nobody needs a change; there is nothing to begin.
    NothingToDo,
    /// Nothing is asked.
    None,
    /// The dialog about one person, which offers a bypass instead.
    Dialog,
    /// The review.
    Review {
        /// A test user must be named, who is changed first.
        pilot_user: bool,
        /// The number of changes must be typed.
        number: bool,
        /// A reason must be given.
        reason: bool,
    },
    /// It is not done at all.
    Never,
}

/// From so many users on, MFA is turned on with a test user first.
const TEST_USER_FROM: u64 = 51;

/// More users than these are many.
const MANY: u64 = 500;

/// What is asked before MFA of so many users is turned on (`to` is `true`) or off, in an environment of that name.
#[must_use]
pub fn confirmation(to: bool, changes: u64, environment_name: &str) -> Confirmation {
    match (to, changes) {
        (_, 0) => Confirmation::NothingToDo,
        (true, 1) => Confirmation::None,
        (true, _) => Confirmation::Review {
            pilot_user: changes >= TEST_USER_FROM,
            number: changes > MANY,
            reason: false,
        },
        (false, 1) => Confirmation::Dialog,
        (false, _) if changes > MANY && is_administrators(environment_name) => Confirmation::Never,
        (false, _) => Confirmation::Review { pilot_user: false, number: true, reason: true },
    }
}

/// Whether an environment has the name that PingOne gives the one of an organization's administrators. It says nothing
/// of where administrators live.
fn is_administrators(environment_name: &str) -> bool {
    environment_name.trim().eq_ignore_ascii_case("Administrators")
}

/// Whether a text is that number, in the digits of any script, with or without separators: one kind of blank, comma, full
/// stop or apostrophe between digits, as anywhere in the world: 11888, 11,888, 11 888, 11.888, 11'888, ١١٬٨٨٨, and
/// 1,18,880. Nothing is rounded, and no zero stands in front.
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

/// Three digits at the end, two or three in front of them, and one to three at the beginning.
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
    fn turning_on_asks_more_with_every_step() {
        for (changes, asked) in [
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
                assert_eq!(confirmation(true, changes, environment), asked, "{changes} {environment}");
            }
        }
    }

    #[test]
    fn turning_off_asks_for_number_and_reason_from_the_second_user_on() {
        for (changes, asked) in [
            (0, Confirmation::NothingToDo),
            (1, Confirmation::Dialog),
            (2, review(false, true, true)),
            (500, review(false, true, true)),
            (501, review(false, true, true)),
        ] {
            assert_eq!(confirmation(false, changes, "Workforce"), asked, "{changes}");
        }
    }

    #[test]
    fn in_the_environment_called_administrators_mfa_of_many_is_never_turned_off() {
        for name in ["Administrators", "administrators", " ADMINISTRATORS "] {
            assert_eq!(confirmation(false, 501, name), Confirmation::Never);
            assert_eq!(confirmation(false, 500, name), review(false, true, true));
        }
        for name in ["Administrator", "Our Administrators", ""] {
            assert_eq!(confirmation(false, 501, name), review(false, true, true));
        }
    }

    #[test]
    fn a_number_is_typed_with_or_without_separators() {
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
    fn what_is_only_nearly_the_number_is_not_it() {
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
