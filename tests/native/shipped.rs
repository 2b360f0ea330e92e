//! What the repository ships, as tests read it: files by their paths, pictures, and what a provenance file says of a check.

use std::{
    fs,
    io::Read,
    path::{Path, PathBuf},
};

use flate2::read::GzDecoder;
use models::data::images::Images;
use serde::Deserialize;

/// A path from the repository's root; an absolute one stays what it is.
pub fn path(from_root: impl AsRef<Path>) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(from_root)
}

/// The pictures of one file.
pub fn images(from_root: impl AsRef<Path>) -> Images {
    let mut bytes = Vec::new();
    GzDecoder::new(fs::File::open(path(from_root)).unwrap()).read_to_end(&mut bytes).unwrap();
    Images::parse(&bytes).unwrap()
}

/// The first pictures of one file.
pub fn first_images(from_root: &str, count: usize) -> Images {
    let mut images = images(from_root);
    images.truncate(count);
    images
}

/// A metric in a provenance file.
#[derive(Deserialize)]
pub struct Metric {
    pub name: String,
    pub split: String,
    pub value: f64,
    /// The class that a single photograph's probability belongs to.
    pub class: Option<usize>,
}

/// What a provenance file says that can be measured again.
#[derive(Deserialize)]
pub struct Check {
    pub file: String,
    pub name: String,
    pub value: f64,
    /// Of pictures that may not be shipped: how many of the archive, and every how many-th.
    pub pictures: Option<usize>,
    pub every: Option<usize>,
    /// Of a network that takes noise away: at which times.
    #[serde(default)]
    pub times: Vec<f32>,
}
