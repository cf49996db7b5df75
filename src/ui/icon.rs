//! Icons: one stroke width, drawn in the text's color. They stand beside words; an icon alone needs a name around it.

use leptos::prelude::*;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Icon {
    Check,
    ChevronDown,
    Close,
    Columns,
    Download,
    Help,
    Info,
    Key,
    Refresh,
    Search,
    Upload,
}

impl Icon {
    /// The shape, in a square of 16 units.
    const fn path(self) -> &'static str {
        match self {
            Self::Check => "M3 8.5 6.5 12 13 4.5",
            Self::ChevronDown => "M4 6l4 4 4-4",
            Self::Close => "M4 4l8 8M12 4l-8 8",
            Self::Columns => "M2.5 3h11v10h-11zM6.2 3v10M9.8 3v10",
            Self::Download => "M8 2.5v7.5M5 7l3 3 3-3M3 13.5h10",
            Self::Help => {
                "M14 8A6 6 0 1 1 2 8a6 6 0 0 1 12 0zM6.2 6.3a1.9 1.9 0 1 1 2.6 1.8c-.5.2-.8.6-.8 1.1M8 11.4v.2"
            }
            Self::Info => "M14 8A6 6 0 1 1 2 8a6 6 0 0 1 12 0zM8 7.4v3.8M8 4.9v.2",
            Self::Key => "M7.5 8a2.5 2.5 0 1 1-5 0 2.5 2.5 0 0 1 5 0zM7.5 8h6.5v2.5M11.5 8v2",
            Self::Refresh => "M13 8a5 5 0 1 1-1.5-3.6M13 2.5v3h-3",
            Self::Search => "M11 7A4 4 0 1 1 3 7a4 4 0 0 1 8 0zM10 10l3.5 3.5",
            Self::Upload => "M8 10.5V3M5 5.5 8 2.5l3 3M3 13.5h10",
        }
    }
}

const VIEW_BOX: &str = "0 0 16 16";

#[component]
pub(crate) fn Symbol(icon: Icon) -> impl IntoView {
    view! {
        <svg class="icon" viewBox=VIEW_BOX aria-hidden="true" focusable="false">
            <path d=icon.path()></path>
        </svg>
    }
}
