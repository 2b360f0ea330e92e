//! Where it began: single units, and the layers made of them.

pub mod adaline;
pub mod backprop;
pub mod hopfield;
pub mod mlp;
pub mod perceptron;
pub mod recall;
