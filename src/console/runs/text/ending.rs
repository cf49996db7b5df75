//! Texts of the dialog before a run is stopped or discarded.

pub fn title(is_stop: bool) -> &'static str {
    if is_stop { "Stop this run?" } else { "Discard this run?" }
}

pub fn go(is_stop: bool) -> &'static str {
    if is_stop { "Stop run" } else { "Discard run" }
}

pub const CANCEL: &str = "Cancel";

/// A number of users, and its formatted text.
type Count = (u32, String);

fn users((count, written): &Count) -> String {
    if *count == 1 { "1 user".into() } else { format!("{written} users") }
}

fn are((count, _): &Count) -> &'static str {
    if *count == 1 { "is" } else { "are" }
}

/// What is lost by stopping.
pub fn stop(waiting: &Count, has_unstored: bool) -> Vec<String> {
    let mut said = Vec::new();
    if waiting.0 > 0 {
        said.push(format!(
            "{} {} not changed yet. A stopped run can't be continued; a paused run can. Changes already made are kept.",
            users(waiting),
            are(waiting)
        ));
    }
    if has_unstored {
        said.push(
            "The latest results could not be stored in this browser. Save the report before you close this page."
                .into(),
        );
    }
    said
}

/// What is lost by discarding: remaining users, users with an unknown result, and changed users.
pub fn discard(left: &Count, open: &Count, changed: &Count) -> Vec<String> {
    let mut said = Vec::new();
    if left.0 > 0 {
        said.push(format!(
            "{} {} not changed yet. A discarded run can't be continued.",
            users(left),
            are(left)
        ));
    }
    if open.0 > 0 {
        said.push(format!(
            "{} may have been sent a change whose result isn't known. Continue the run to find out.",
            users(open)
        ));
    }
    let undo_lost = match changed {
        (0, _) => String::new(),
        (1, _) => " The change of 1 user can no longer be undone from here, and stays.".into(),
        (_, changed) => {
            format!(" The changes of {changed} users can no longer be undone from here, and stay.")
        }
    };
    said.push(format!("Its report can no longer be saved.{undo_lost}"));
    said
}

/// Used for a stored run that can't be read.
pub const UNREADABLE: &str =
    "What is stored of it can't be read by this version of the page. Another version may be able to.";

#[cfg(test)]
mod tests {
    use super::*;

    fn count(users: u32) -> Count {
        (users, users.to_string())
    }

    #[test]
    fn the_dialog_names_only_what_is_lost() {
        assert_eq!(stop(&count(1), false).len(), 1);
        assert!(stop(&count(1), false).concat().starts_with("1 user is not changed yet."));
        assert!(stop(&count(40), false).concat().starts_with("40 users are not changed yet."));
        assert!(stop(&count(0), true).concat().starts_with("The latest results could not be stored"));
        assert_eq!(stop(&count(3), true).len(), 2);
        assert_eq!(discard(&count(0), &count(0), &count(0)), ["Its report can no longer be saved."]);
        let all = discard(&count(7), &count(1), &count(12)).join(" ");
        for part in ["7 users are not changed yet", "1 user may have been sent", "The changes of 12 users"] {
            assert!(all.contains(part), "{part}: {all}");
        }
        assert!(discard(&count(0), &count(0), &count(1)).concat().contains("The change of 1 user"));
    }
}
