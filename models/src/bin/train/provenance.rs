//! The provenance file: where a set of weights comes from and what it reaches, written by the run itself.

use std::{fs, path::Path};

use models::{
    metrics::Confusion,
    weights::{Parameters, Precision, layer_of, to_safetensors},
};
use serde::Serialize;

use crate::{Trouble, curves::Curves, run, set::CLASSES};

/// Everything the file says, in its order.
#[derive(Serialize)]
pub struct Provenance<C> {
    /// The model's path in the source.
    pub model: &'static str,
    /// The fields of its configuration.
    pub config: C,
    /// Each parameter's layer, name and shape.
    pub layer: Vec<Layer>,
    /// The weight file, where the weights are kept.
    pub file: Option<File>,
    /// What it was trained on.
    pub data: Data,
    /// How.
    pub run: Run,
    /// What it reaches.
    pub metric: Vec<Metric>,
    /// What a test measures again, where the weights are kept.
    pub check: Option<Check>,
    /// The log.
    pub curves: Curves,
    /// A classifier's counts of the test data.
    pub confusion: Option<Counts>,
}

/// One layer.
#[derive(Serialize)]
pub struct Layer {
    name: String,
    parameters: usize,
    shapes: Vec<Vec<usize>>,
}

/// The weight file.
#[derive(Serialize)]
pub struct File {
    bytes: usize,
    sha256: String,
    dtype: &'static str,
}

/// The training data.
#[derive(Serialize)]
pub struct Data {
    /// Its name.
    pub name: &'static str,
    /// Which part was used for what.
    pub split: &'static str,
    /// Where it is to be had.
    pub origin: &'static str,
    /// Its licence.
    pub licence: &'static str,
    /// How its numbers become inputs.
    pub inputs: &'static str,
    /// The names of the classes, where no shipped data tells them.
    pub classes: Option<[&'static str; CLASSES]>,
}

/// The run.
#[derive(Serialize)]
pub struct Run {
    /// What repeats it.
    pub command: String,
    /// What computed it.
    pub trainer: &'static str,
    /// Decides initial weights, order and noise.
    pub seed: u64,
    /// Updates.
    pub steps: u64,
    /// Time it took.
    pub seconds: f64,
    /// When it ended.
    pub date: toml::value::Date,
    /// The source it was run from.
    pub commit: String,
    /// The recipe in one sentence.
    pub recipe: String,
}

/// A measured value.
#[derive(Serialize)]
pub struct Metric {
    /// What was measured.
    pub name: &'static str,
    /// On which data.
    pub split: String,
    /// The value.
    pub value: f64,
    /// The paper's value on the same data, where it gives one.
    pub paper: Option<f64>,
}

impl Metric {
    /// A value that the paper does not give.
    pub fn new(name: &'static str, split: &str, value: f64) -> Self {
        Self { name, split: split.into(), value, paper: None }
    }
}

/// What `tests/native/pretrained.rs` measures again.
#[derive(Serialize)]
pub struct Check {
    /// The shipped data it is measured on.
    pub file: &'static str,
    /// What is measured.
    pub name: &'static str,
    /// What must come out.
    pub value: f64,
}

/// Confusion counts.
#[derive(Serialize)]
pub struct Counts {
    /// On which data.
    pub split: &'static str,
    /// The number of classes.
    pub classes: usize,
    /// Row by row: truth, called.
    pub counts: Vec<u32>,
}

impl Counts {
    /// The counts of a matrix.
    pub fn new(split: &'static str, confusion: Confusion) -> Self {
        Self { split, classes: confusion.classes, counts: confusion.counts }
    }
}

/// Layers as the provenance file lists them.
pub fn layers(parameters: &Parameters) -> Vec<Layer> {
    let mut layers: Vec<Layer> = Vec::new();
    for tensor in &parameters.0 {
        let name = layer_of(&tensor.name);
        match layers.last_mut().filter(|layer| layer.name == name) {
            Some(layer) => {
                layer.parameters += tensor.values.len();
                layer.shapes.push(tensor.shape.clone());
            }
            None => layers.push(Layer {
                name: name.into(),
                parameters: tensor.values.len(),
                shapes: vec![tensor.shape.clone()],
            }),
        }
    }
    layers
}

/// Writes the weights in half precision; what the provenance file says of them.
pub fn write_weights(out: &Path, name: &str, parameters: &Parameters) -> Result<File, Trouble> {
    fs::create_dir_all(out)?;
    let bytes = to_safetensors(parameters, Precision::F16);
    fs::write(out.join(format!("{name}.safetensors")), &bytes)?;
    Ok(File { bytes: bytes.len(), sha256: run::sha256(&bytes), dtype: "f16" })
}

/// Writes the provenance file.
pub fn write<C: Serialize>(out: &Path, name: &str, provenance: &Provenance<C>) -> Result<(), Trouble> {
    let header = "# Written by the training run; see the command below. Not to be edited.\n";
    fs::write(out.join(format!("{name}.toml")), format!("{header}{}", toml::to_string(provenance)?))?;
    Ok(())
}
