//! What the dialog and its questions share: the close button of the dialog, and the names of columns.

use leptos::html;
use leptos::prelude::*;
use pingone_mfa_core::import::Column;

use crate::console::import::text;

/// The button that closes the dialog. It takes the focus of buttons that go away.
pub(crate) type CloseButton = NodeRef<html::Button>;

/// A column's name, or its number if it has none.
pub(crate) fn name_of(column: &Column) -> String {
    column.name.clone().unwrap_or_else(|| text::column(column.index))
}
