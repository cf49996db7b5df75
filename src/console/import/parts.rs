//! What the parts of the dialog share: its close button, what is understood of the file, and the names of columns.

use std::rc::Rc;

use leptos::html;
use leptos::prelude::*;
use pingone_mfa_core::import::Column;

use crate::console::app::App;
use crate::console::import::state::{Opening, Understood};
use crate::console::import::text;
use crate::console::users::directory::List;

/// The button that closes the dialog. It takes the focus of buttons that go away.
pub(crate) type CloseButton = NodeRef<html::Button>;

/// A column's name, or its number if it has none.
pub(crate) fn name_of(column: &Column) -> String {
    column.name.clone().unwrap_or_else(|| text::column(column.index))
}

/// Whether all users are loaded.
pub(super) fn is_loaded(app: App) -> bool {
    *app.directory().list.read() == List::Complete
}

/// What is understood of the file, if it could be read.
pub(super) fn understood(app: App) -> Option<Rc<Understood>> {
    read_list(app.import().opening.read().as_ref())
}

pub(super) fn understood_untracked(app: App) -> Option<Rc<Understood>> {
    read_list(app.import().opening.read_untracked().as_ref())
}

fn read_list(opening: Option<&Opening>) -> Option<Rc<Understood>> {
    match opening {
        Some(Opening::Read(list)) => Some(Rc::clone(list)),
        _ => None,
    }
}
