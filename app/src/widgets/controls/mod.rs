//! The controls: each has a label, a visible focus and works with keyboard, mouse and finger.

use std::sync::atomic::{AtomicU32, Ordering};

mod brush;
mod chips;
mod choice;
mod draw_pad;
mod engine_badge;
mod examples;
mod formula;
mod menu;
mod notice;
mod number_field;
mod pixel_canvas;
mod progress_bar;
mod readout;
mod rust_lexer;
mod search;
mod slider;
mod slider_scale;
mod source_view;
mod toggle;
mod tokens;

pub use brush::center;
pub use chips::Chips;
pub use choice::Choice;
pub use draw_pad::DrawPad;
pub use engine_badge::EngineBadge;
pub use examples::Examples;
pub use formula::{Brackets, Formula, Formulas, Given, Named, Term};
pub use menu::{Menu, MenuItem};
pub use notice::{Notice, NoticeKind};
pub use number_field::NumberField;
pub use progress_bar::ProgressBar;
pub use readout::Readout;
pub use search::Search;
pub use slider::Slider;
pub use source_view::SourceView;
pub use toggle::Toggle;
pub use tokens::{Token, Tokens};

/// An id that no other control of the page has.
fn unique_id(kind: &str) -> String {
    static NEXT: AtomicU32 = AtomicU32::new(0);
    format!("{kind}-{}", NEXT.fetch_add(1, Ordering::Relaxed))
}
