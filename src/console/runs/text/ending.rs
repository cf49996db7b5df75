//! Texts of the dialog before a run is stopped or deleted.

pub fn title(is_stop: bool) -> &'static str {
    if is_stop { "Stop this run?" } else { "Delete this run?" }
}

pub fn go(is_stop: bool) -> &'static str {
    if is_stop { "Stop run" } else { "Delete run" }
}

pub const CANCEL: &str = "Cancel";

/// A number of users, and its formatted text.
type Count = (u32, String);

fn users((count, written): &Count) -> String {
    if *count == 1 { "1 user".into() } else { format!("{written} users") }
}

/// What a stop keeps, and what is lost by it.
pub fn stop(waiting: &Count, changed: &Count, has_unstored: bool) -> Vec<String> {
    let mut said = Vec::new();
    if waiting.0 > 0 {
        let kept = match changed.0 {
            0 => "No changes have been made.".to_owned(),
            1 => "1 change is kept.".to_owned(),
            _ => format!("{} changes are kept.", changed.1),
        };
        said.push(format!(
            "{kept} {} won't be changed. A stopped run can't be continued; a paused run can.",
            users(waiting)
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

/// What is lost by deleting: remaining users, users with an unknown result, and changed users.
pub fn delete(left: &Count, open: &Count, changed: &Count) -> Vec<String> {
    let mut said = Vec::new();
    if left.0 > 0 {
        said.push(format!("{} won't be changed. A deleted run can't be continued.", users(left)));
    }
    if open.0 > 0 {
        said.push(format!(
            "A change may have been sent for {}, with an unknown result. Continue the run to find out.",
            users(open)
        ));
    }
    let undo_lost = match changed {
        (0, _) => String::new(),
        (1, _) => " The change of 1 user is kept and can no longer be undone from here.".into(),
        (_, changed) => {
            format!(" The changes of {changed} users are kept and can no longer be undone from here.")
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
        let none = count(0);
        assert_eq!(stop(&count(1), &none, false).len(), 1);
        assert!(stop(&count(1), &none, false).concat().contains("made. 1 user won't be changed."));
        assert!(
            stop(&count(40), &count(2), false).concat().starts_with("2 changes are kept. 40 users won't")
        );
        assert!(stop(&none, &none, true).concat().starts_with("The latest results could not be stored"));
        assert_eq!(stop(&count(3), &none, true).len(), 2);
        assert_eq!(delete(&count(0), &count(0), &count(0)), ["Its report can no longer be saved."]);
        let all = delete(&count(7), &count(1), &count(12)).join(" ");
        for part in ["7 users won't be changed", "may have been sent for 1 user", "The changes of 12 users"] {
            assert!(all.contains(part), "{part}: {all}");
        }
        assert!(delete(&count(0), &count(0), &count(1)).concat().contains("The change of 1 user"));
    }
}
