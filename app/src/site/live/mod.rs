//! The little figures of the front page. Each is a small computation in plain Rust, seeded, that goes on while it is seen.

pub mod attending;
pub mod boxes;
pub mod dice;
pub mod drawing;
pub mod finding;
pub mod frontier;
pub mod glyphs;
pub mod imagining;
pub mod layers;
pub mod lines;
pub mod memory;
mod picture;
pub mod player;
pub mod remembering;
pub mod seeing;
pub mod story;
