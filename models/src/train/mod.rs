//! Learning: how gradients become updates, and the loop around it.

pub mod optimizer;
pub mod trainer;
