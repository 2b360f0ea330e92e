//! Every network against its twin, on the fixtures that `tests/reference` writes: forward and gradient.

mod adaline;
mod alexnet;
mod ddpm;
mod efficientnet;
mod explain;
mod hopfield;
mod lenet;
mod mlp;
mod score;
mod transformer;
mod translation;
mod vae;
