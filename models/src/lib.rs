//! The networks of the site, in plain burn: no web type, so the same code runs natively and in the browser.
//!
//! A model file reads in one order: the idea, the formula, the shapes, the paper and what differs from it, then
//! configuration, network, initial weights, forward pass, training step, tests.

pub mod data;
pub mod device;
pub mod error;
pub mod explain;
pub mod foundations;
pub mod generative;
pub mod kernels;
pub mod metrics;
pub mod sequence;
pub mod train;
pub mod vision;
pub mod weights;

/// burn's modules and tensors, so that a lesson names them without naming burn.
pub use burn::{module, tensor};
