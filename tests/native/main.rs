//! The native tests of the whole. One program, so that the networks are linked once: 24 programs took gigabytes of disk.
#![cfg(not(target_arch = "wasm32"))]
#![allow(clippy::unwrap_used, reason = "a test may panic")]

mod alexnet;
mod answers;
mod archive;
mod ddpm;
mod hostile;
mod learning;
mod lenet;
mod lessons;
mod parity;
mod photograph;
mod pretrained;
mod score;
mod shipped;
mod tasks;
mod transformer;
mod translation;
mod twin;
mod vae;
