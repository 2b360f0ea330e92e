//! Trains the weights that the site ships: `cargo run --release -p models --bin train -- NAME --data DIR`.
//!
//! A run logs what it does, writes a checkpoint after every pass, goes on from it when it is started again, and ends with
//! `pretrained/NAME.safetensors` and `pretrained/NAME.toml`, which says how these weights came about and what they reach.
//!
//! DIR holds a folder or archives for each set of training data; `set.rs` names them and their public origin.

mod archive;
mod classifier;
mod curves;
mod idx;
mod lenet;
mod mlp_cifar10;
mod mlp_mnist;
mod passes;
mod provenance;
mod run;
mod set;
mod vae;

use std::{env, path::PathBuf, process::ExitCode};

/// Anything that stops a run, as a sentence.
type Trouble = Box<dyn std::error::Error>;

/// Trains a model, measures it, writes its two files.
type Recipe = fn(&Places) -> Result<(), Trouble>;

/// Where a run reads and writes.
pub struct Places {
    /// The folder with a folder or archives for each data set.
    data: PathBuf,
    /// Where checkpoints go.
    checkpoints: PathBuf,
    /// Where the finished weights go.
    out: PathBuf,
}

/// Every model that is trained here: its name and its recipe.
const RECIPES: &[(&str, Recipe)] = &[
    (mlp_mnist::NAME, mlp_mnist::train),
    (mlp_cifar10::NAME, mlp_cifar10::train),
    (lenet::MNIST_NAME, lenet::train_mnist),
    (lenet::FASHION_NAME, lenet::train_fashion),
    (vae::FASHION_NAME, vae::train_fashion),
    (vae::MNIST_NAME, vae::train_mnist),
];

fn main() -> ExitCode {
    match arguments().and_then(|(recipe, places)| recipe(&places)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(trouble) => {
            eprintln!("{trouble}");
            ExitCode::FAILURE
        }
    }
}

fn arguments() -> Result<(Recipe, Places), Trouble> {
    let names: Vec<&str> = RECIPES.iter().map(|(name, _)| *name).collect();
    let usage =
        format!("train NAME --data DIR [--checkpoints DIR] [--out DIR], where NAME is one of: {}", names.join(", "));
    let mut recipe = None;
    let mut data = None;
    let (mut checkpoints, mut out) = (PathBuf::from("target/checkpoints"), PathBuf::from("pretrained"));
    let mut arguments = env::args().skip(1);
    while let Some(argument) = arguments.next() {
        let mut folder = || arguments.next().map(PathBuf::from).ok_or_else(|| usage.clone());
        match argument.as_str() {
            "--data" => data = Some(folder()?),
            "--checkpoints" => checkpoints = folder()?,
            "--out" => out = folder()?,
            name => recipe = Some(RECIPES.iter().find(|(known, _)| *known == name).ok_or_else(|| usage.clone())?.1),
        }
    }
    match (recipe, data) {
        (Some(recipe), Some(data)) => Ok((recipe, Places { data, checkpoints, out })),
        _ => Err(usage.into()),
    }
}
