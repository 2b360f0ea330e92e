//! Remembering and attending: networks that read and write sequences.

pub mod attention;
pub mod blocks;
pub mod cache;
pub mod generate;
pub mod heads;
pub mod inside;
pub mod positions;
pub mod toy;
pub mod transformer;
pub mod walk;
