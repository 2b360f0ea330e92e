//! What can go wrong with data, weights and checkpoints. Each message is one plain sentence, fit to be shown.

use thiserror::Error;

/// Trouble that a visitor's file or the network can cause. A programmer's error panics instead.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum Error {
    /// The bytes of pictures do not follow the site's format.
    #[error("These pictures cannot be read: {0}.")]
    Images(String),
    /// A table of text cannot be understood; the sentence names the line.
    #[error("{0}")]
    Table(String),
    /// The bytes are no weight file at all.
    #[error("This is no safetensors file, or only a part of one.")]
    NoWeightFile,
    /// The weight file holds what is not understood.
    #[error("This weight file cannot be read: {0}.")]
    WeightFile(String),
    /// A parameter that the network has is not in the file.
    #[error("The weights lack {0}, so they belong to another network.")]
    MissingParameter(String),
    /// A parameter that the network does not have.
    #[error("The weights hold {0}, which this network does not have.")]
    UnknownParameter(String),
    /// A parameter has another shape.
    #[error("{name} has the shape {found:?} in the weights, but {expected:?} in this network.")]
    Shape {
        /// The parameter.
        name: String,
        /// Its shape in the network.
        expected: Vec<usize>,
        /// Its shape in the weights.
        found: Vec<usize>,
    },
    /// A checkpoint belongs to another network or optimiser.
    #[error("This checkpoint belongs to another run: {0}.")]
    Checkpoint(String),
    /// A network that cannot exist.
    #[error("This network cannot be built: {0}.")]
    Config(String),
    /// The device gave no answer.
    #[error("Reading from the device failed: {0}.")]
    Device(String),
}
