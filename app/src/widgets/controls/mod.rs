//! The controls: each has a label, a visible focus and works with keyboard, mouse and finger.

mod menu;

pub use menu::{Menu, MenuItem};
