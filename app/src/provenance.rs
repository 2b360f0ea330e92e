//! Where the pretrained weights come from, as the trainer wrote it.

/// One set of weights.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Provenance {
    /// File name without ending.
    pub name: &'static str,
    /// The model's path in the source.
    pub model: &'static str,
    /// The data set.
    pub data: &'static str,
    /// Which part of it.
    pub split: &'static str,
    /// Where it comes from.
    pub origin: &'static str,
    /// Its licence.
    pub licence: &'static str,
    /// The command that trains these weights again.
    pub command: &'static str,
    /// What trained them.
    pub trainer: &'static str,
    /// When.
    pub date: &'static str,
    /// Updates.
    pub steps: i64,
    /// Seconds it took.
    pub seconds: f64,
    /// What they reach.
    pub metrics: &'static [Metric],
}

/// A measured value beside the paper's.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Metric {
    /// What was measured.
    pub name: &'static str,
    /// On which data.
    pub split: &'static str,
    /// The value.
    pub value: f64,
    /// The paper's value, where it gives one.
    pub paper: Option<f64>,
}

include!(concat!(env!("OUT_DIR"), "/provenance.rs"));

/// The provenance of a set of weights.
pub fn find(name: &str) -> Option<&'static Provenance> {
    PROVENANCE.iter().find(|weights| weights.name == name)
}
