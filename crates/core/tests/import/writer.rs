//! Generates random files of users, and knows which users each line means.

use std::collections::HashSet;

use pingone::user::{User, UserId};
use pingone_mfa_core::import::{Form, Identity};
use pingone_mfa_testkit::random::Dice;

use crate::normalize::normalize;

/// A generated file and its meaning.
pub struct File {
    pub bytes: Vec<u8>,
    pub truth: Truth,
    /// The users that the writer wants to change.
    pub meant: HashSet<UserId>,
    pub lines: Vec<Line>,
}

/// A line that names at least one user.
pub struct Line {
    /// Line number from 1, as editors count.
    pub number: usize,
    pub people: Vec<UserId>,
    /// Whether the line has no fault that only the writer could correct.
    pub is_clean: bool,
    /// Whether its users are to be changed.
    pub is_meant: bool,
}

/// The writer's answers to the import's questions.
#[derive(Debug, Clone)]
pub struct Truth {
    pub column: usize,
    pub by: Identity,
    pub has_header: bool,
    pub has_stray_quotes: bool,
    pub shape: Shape,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shape {
    Column,
    /// A column of numbers that a spreadsheet has rounded.
    RoundedNumbers,
    Row,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Column {
    Users,
    /// Another column of the same kind that contains other users.
    Rival,
    Name,
    Direction,
    Note,
}

fn value(user: &User, by: Identity) -> String {
    match by {
        Identity::UserId => user.id.to_string(),
        Identity::ExternalId => user.external_id.clone().unwrap(),
        Identity::Username => user.username.clone(),
        Identity::Email => user.email.clone().unwrap_or_else(|| "nobody@x.example".into()),
    }
}

const TAILS: [&str; 6] = ["", "*", ":", " [Required]", " (required)", " "];

fn header(dice: &mut Dice, column: Column, by: Identity) -> String {
    let names: &[&str] = match (column, by) {
        (Column::Users, Identity::UserId) => &["id", "User ID", "userId"],
        (Column::Users, Identity::ExternalId) => &["External ID", "externalId"],
        (Column::Users, Identity::Username) => &["Username", "Login", "UPN"],
        (Column::Users, Identity::Email) => &["Email", "E-mail", "Email Address"],
        (Column::Rival, Identity::UserId) => &["environment.id", "population.id"],
        (Column::Rival, Identity::ExternalId) => &["ext_id"],
        (Column::Rival, Identity::Username) => &["sAMAccountName", "Object Id"],
        (Column::Rival, Identity::Email) => &["Manager Email", "workEmail"],
        (Column::Name, _) => &["Name", "Display name"],
        (Column::Direction, _) => &["MFA Status", "2FA", "Enabled"],
        (Column::Note, _) => &["Note", "Department"],
    };
    let name = dice.of(names);
    let tail = if column == Column::Users { dice.of(&TAILS) } else { "" };
    format!("{name}{tail}")
}

/// A spelling of the value that may occur in a real file and still identifies the user for a program.
fn spelled(dice: &mut Dice, value: &str, by: Identity) -> String {
    let wide = |letter: char| match letter {
        '!'..='~' => char::from_u32(u32::from(letter) - 0x21 + 0xff01).unwrap(),
        letter => letter,
    };
    let insert_in_the_middle = |what: &str| {
        let index = value.char_indices().nth(value.chars().count() / 2).map_or(0, |(index, _)| index);
        format!("{}{what}{}", &value[..index], &value[index..])
    };
    let is_case_blind = matches!(by, Identity::Username | Identity::Email | Identity::UserId);
    match dice.below(16) {
        0 if is_case_blind => value.to_uppercase(),
        1 => normalize()(value, Form::Nfd),
        2 => value.chars().map(wide).collect(),
        3 => insert_in_the_middle("\u{ad}"),
        4 => insert_in_the_middle("\u{200b}"),
        5 => format!("\u{feff} {value}\u{a0}"),
        6 if by != Identity::UserId => format!("“{value}”"),
        7 if by == Identity::Email => format!("mailto:{value}"),
        8 if by == Identity::Email => format!("Somebody <{value}>"),
        9 if by == Identity::Email => format!("{value};"),
        10 if by == Identity::Email => format!("<{value}>"),
        11 => format!("=\"{value}\""),
        _ => value.to_owned(),
    }
}

fn quoted(cell: &str) -> String {
    let needs = cell.contains([',', ';', '\t', '"', '\n']);
    if needs { format!("\"{}\"", cell.replace('"', "\"\"")) } else { cell.to_owned() }
}

struct Text {
    text: String,
    lines: Vec<Line>,
}

impl Text {
    fn number(&self) -> usize {
        self.text.matches('\n').count() + 1
    }

    fn push(&mut self, line: &str) {
        self.text.push_str(line);
        self.text.push('\n');
    }

    fn name(&mut self, line: &str, people: Vec<UserId>, is_clean: bool, is_meant: bool) {
        self.lines.push(Line { number: self.number(), people, is_clean, is_meant });
        self.push(line);
    }
}

/// Generates a random file from this seed.
pub fn write(people: &[User], seed: u64) -> File {
    let mut dice = Dice::from_state(seed);
    let mut chosen: Vec<&User> = Vec::new();
    for _ in 0..4 + dice.below(10) {
        let user = &people[dice.below(people.len())];
        if user.email.is_some() && !chosen.iter().any(|other| other.id == user.id) {
            chosen.push(user);
        }
    }
    let others: Vec<&User> =
        people.iter().filter(|user| !chosen.iter().any(|one| one.id == user.id)).collect();
    let by = dice.of(&[Identity::UserId, Identity::ExternalId, Identity::Username, Identity::Email]);
    let (text, truth) = match dice.below(12) {
        0 => row_of_addresses(&mut dice, &chosen),
        1 => text_that_looks_like_a_header(&chosen),
        _ => table(&mut dice, &chosen, &others, by),
    };
    let Text { text, lines } = text;
    let meant = lines.iter().filter(|line| line.is_meant).flat_map(|line| line.people.clone()).collect();
    let mut bytes = encode(&mut dice, &text);
    if dice.percent(10) {
        bytes.extend([0; 64]);
    }
    File { bytes, truth, meant, lines }
}

/// A row of recipients as a mail program writes it.
fn row_of_addresses(dice: &mut Dice, chosen: &[&User]) -> (Text, Truth) {
    let separator = dice.of(&["; ", ", ", ";"]);
    let addresses: Vec<String> = chosen.iter().map(|user| value(user, Identity::Email)).collect();
    let mut text = Text { text: String::new(), lines: vec![] };
    text.name(&addresses.join(separator), chosen.iter().map(|user| user.id).collect(), true, true);
    let truth = Truth { shape: Shape::Row, ..truth(0, Identity::Email, false) };
    (text, truth)
}

/// A file with a line in the middle that looks like a header.
fn text_that_looks_like_a_header(chosen: &[&User]) -> (Text, Truth) {
    let mut text = Text { text: String::new(), lines: vec![] };
    for (index, user) in chosen.iter().enumerate() {
        if index == 2 {
            text.push("user,test account");
        }
        text.name(&format!("{},", user.username), vec![user.id], true, true);
    }
    (text, truth(0, Identity::Username, false))
}

fn truth(column: usize, by: Identity, has_header: bool) -> Truth {
    Truth { column, by, has_header, has_stray_quotes: false, shape: Shape::Column }
}

fn table(dice: &mut Dice, chosen: &[&User], others: &[&User], by: Identity) -> (Text, Truth) {
    let mut columns = vec![Column::Users];
    for (column, share) in
        [(Column::Rival, 30), (Column::Name, 50), (Column::Direction, 25), (Column::Note, 50)]
    {
        if dice.percent(share) {
            columns.insert(dice.below(columns.len() + 1), column);
        }
    }
    let column = columns.iter().position(|column| *column == Column::Users).unwrap();
    // Without a header, a program can't tell an external ID column from others, and is told.
    let has_header = dice.percent(75) || by == Identity::ExternalId;
    let mut truth = truth(column, by, has_header);
    if by == Identity::ExternalId && dice.percent(40) {
        truth.shape = Shape::RoundedNumbers;
    }
    let separator = dice.of(&[",", ";", "\t"]);
    let mut text = Text { text: String::new(), lines: vec![] };
    if has_header {
        if columns.len() > 1 && dice.percent(20) {
            text.push("Staff of the year");
        }
        let names: Vec<String> = columns.iter().map(|column| header(dice, *column, by)).collect();
        text.push(&names.join(separator));
    }
    let mut stray = (columns.contains(&Column::Note) && dice.percent(20)).then(|| dice.below(2));
    let mut has_other_shape = false;
    for (index, user) in chosen.iter().enumerate() {
        let (mut named, mut is_clean) = (vec![user.id], true);
        let is_on = !columns.contains(&Column::Direction) || dice.percent(50);
        let mut cells: Vec<String> = Vec::new();
        for kind in &columns {
            cells.push(match kind {
                Column::Users => {
                    let written = value(user, by);
                    if truth.shape == Shape::RoundedNumbers {
                        is_clean = false;
                        format!("{}0", &written[..written.len() - 1])
                    } else if by == Identity::Email && dice.percent(6) {
                        let second = chosen[(index + 1) % chosen.len()];
                        is_clean = false;
                        named.push(second.id);
                        quoted(&format!("{written}; {}", value(second, by)))
                    } else {
                        quoted(&spelled(dice, &written, by))
                    }
                }
                Column::Rival => quoted(&value(others[dice.below(others.len())], by)),
                Column::Name => quoted(&user.name.to_string()),
                Column::Direction => if is_on { "Enabled" } else { "Disabled" }.to_owned(),
                Column::Note => match stray {
                    Some(0) => {
                        stray = Some(2);
                        truth.has_stray_quotes = true;
                        "\"VIP".to_owned()
                    }
                    Some(2) if dice.percent(40) => {
                        stray = None;
                        "Monitor 27\"".to_owned()
                    }
                    Some(1) if dice.percent(30) => "\"first floor\nleft\"".to_owned(),
                    _ => dice.of(&["", "x", "on leave", "5\" pipe"]).to_owned(),
                },
            });
        }
        if !has_other_shape && index > 0 && columns.len() > 1 && dice.percent(15) {
            // An unquoted separator shifts the following cells, so that another user is in the column.
            has_other_shape = true;
            is_clean = false;
            if dice.percent(50) {
                cells.insert(0, value(others[dice.below(others.len())], by));
                cells.push("x".to_owned());
            } else {
                cells.remove(dice.below(cells.len()));
            }
        }
        let line = cells.join(separator);
        if line.trim().is_empty() {
            // The removed cell was the only one with content.
            text.push(&line);
        } else {
            text.name(&line, named, is_clean, is_on);
        }
    }
    (text, truth)
}

fn encode(dice: &mut Dice, text: &str) -> Vec<u8> {
    match dice.below(5) {
        0 => format!("\u{feff}{text}").into_bytes(),
        1 => format!("\u{feff}{text}").encode_utf16().flat_map(u16::to_le_bytes).collect(),
        2 if text.chars().all(|letter| matches!(letter, '\0'..='\u{7f}' | '\u{a0}'..='\u{ff}')) => {
            text.chars().map(|letter| u8::try_from(letter).unwrap()).collect()
        }
        3 => text.replace('\n', "\r\n").into_bytes(),
        _ => text.as_bytes().to_vec(),
    }
}
