//! Every set of shipped weights is what its provenance says: bytes, checksum, layers, and the metric measured again.
#![cfg(not(target_arch = "wasm32"))]
#![allow(clippy::unwrap_used, reason = "a test may panic")]

use std::{
    fs,
    io::Read,
    path::{Path, PathBuf},
};

use burn::{
    module::Module,
    tensor::{Device, Tensor},
};
use flate2::read::GzDecoder;
use models::{
    data::images::Images,
    foundations::mlp::MlpConfig,
    generative::vae::{Vae, VaeConfig, noise},
    metrics::{Confusion, largest},
    vision::lenet::{LeNetConfig, pictures},
    weights::{self, Parameters},
};
use rand::SeedableRng;
use rand_pcg::Pcg32;
use serde::Deserialize;
use sha2::{Digest, Sha256};

/// The fields that a test can look at.
#[derive(Deserialize)]
struct Provenance {
    model: String,
    config: toml::Table,
    layer: Vec<Layer>,
    file: File,
    metric: Vec<Metric>,
    check: Check,
    curves: std::collections::BTreeMap<String, Curve>,
    confusion: Option<Counts>,
}

#[derive(Deserialize)]
struct Layer {
    name: String,
    parameters: usize,
    shapes: Vec<Vec<usize>>,
}

#[derive(Deserialize)]
struct File {
    bytes: usize,
    sha256: String,
}

#[derive(Deserialize)]
struct Metric {
    name: String,
    split: String,
    value: f64,
}

#[derive(Deserialize)]
struct Check {
    file: String,
    name: String,
    value: f64,
}

#[derive(Deserialize)]
struct Curve {
    steps: Vec<u64>,
    values: Vec<f64>,
}

#[derive(Deserialize)]
struct Counts {
    classes: usize,
    counts: Vec<u32>,
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// Every provenance file and the bytes of its weights.
fn all() -> Vec<(PathBuf, Provenance, Vec<u8>)> {
    let mut paths: Vec<PathBuf> =
        fs::read_dir(root().join("pretrained")).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.retain(|path| path.extension().is_some_and(|extension| extension == "toml"));
    paths.sort();
    assert!(!paths.is_empty(), "there are weights");
    let read = |path: PathBuf| {
        let provenance = toml::from_str(&fs::read_to_string(&path).unwrap()).unwrap();
        let bytes = fs::read(path.with_extension("safetensors")).unwrap();
        (path, provenance, bytes)
    };
    paths.into_iter().map(read).collect()
}

#[test]
fn files_are_what_their_provenance_says() {
    for (path, provenance, bytes) in all() {
        assert_eq!(bytes.len(), provenance.file.bytes, "{}", path.display());
        let sum: String = Sha256::digest(&bytes).iter().map(|byte| format!("{byte:02x}")).collect();
        assert_eq!(sum, provenance.file.sha256, "{}", path.display());
        let parameters = weights::from_safetensors(&bytes).unwrap();
        let listed: usize = provenance.layer.iter().map(|layer| layer.parameters).sum();
        assert_eq!(parameters.0.iter().map(|tensor| tensor.values.len()).sum::<usize>(), listed);
        for layer in &provenance.layer {
            let of_layer = parameters.0.iter().filter(|tensor| weights::layer_of(&tensor.name) == layer.name);
            let mut shapes: Vec<_> = of_layer.map(|tensor| tensor.shape.clone()).collect();
            let mut listed = layer.shapes.clone();
            shapes.sort();
            listed.sort();
            assert_eq!(shapes, listed, "{}", layer.name);
        }
        for curve in provenance.curves.values() {
            assert!(curve.steps.len() == curve.values.len() && curve.steps.len() <= 200 && curve.steps.is_sorted());
        }
    }
}

#[test]
fn the_stored_metric_is_measured_again() {
    for (path, provenance, bytes) in all() {
        // Translations are measured in tests/translation.rs.
        if provenance.check.name.starts_with("BLEU") {
            continue;
        }
        let parameters = weights::from_safetensors(&bytes).unwrap();
        let found = measure(&provenance, &parameters);
        let (check, value) = (&provenance.check, found.value);
        assert_eq!(found.name, check.name);
        assert!(
            (value - check.value).abs() < found.tolerance,
            "{}: {value} instead of {}",
            path.display(),
            check.value
        );
        let metric =
            provenance.metric.iter().find(|metric| metric.name == check.name && metric.split.starts_with("test"));
        assert_eq!(metric.unwrap().value, check.value, "the metric shown is the one checked");
        if let Some(counts) = provenance.confusion {
            let confusion = found.confusion.unwrap();
            assert_eq!((counts.classes, counts.counts), (confusion.classes, confusion.counts));
        }
    }
}

/// A metric that was measured again.
struct Measured {
    name: &'static str,
    value: f64,
    tolerance: f64,
    confusion: Option<Confusion>,
}

impl Measured {
    /// A share of pictures is exact but for its rounding to f64.
    fn accuracy(confusion: Confusion) -> Self {
        Self { name: "accuracy", value: confusion.accuracy(), tolerance: 1e-6, confusion: Some(confusion) }
    }

    /// An ELBO of some hundred nats is a mean of ten f32, each a sum of 784,000 numbers in an order that the processor
    /// chooses, so about 1e-6 of its size is open.
    fn elbo(value: f64) -> Self {
        Self { name: "ELBO", value, tolerance: 1e-3, confusion: None }
    }
}

/// Measures a model on shipped data.
fn measure(provenance: &Provenance, parameters: &Parameters) -> Measured {
    let device = Device::flex();
    let images = images(&root().join(&provenance.check.file));
    let config = provenance.config.clone();
    let mut rng = Pcg32::seed_from_u64(0);
    match provenance.model.as_str() {
        "models::foundations::mlp::Mlp" => {
            let config: MlpConfig = config.try_into().unwrap();
            let model = load(config.init(&device, &mut rng), parameters, config.parameter_count());
            Measured::accuracy(classify(&images, *config.sizes.last().unwrap(), |x| model.forward(x)))
        }
        "models::vision::lenet::LeNet" => {
            let config: LeNetConfig = config.try_into().unwrap();
            let model = load(config.init(&device, &mut rng), parameters, config.parameter_count());
            Measured::accuracy(classify(&images, config.classes, |x| model.forward(pictures(x))))
        }
        "models::generative::vae::Vae" => {
            let config: VaeConfig = config.try_into().unwrap();
            let model = load(config.init(&device, &mut rng), parameters, config.parameter_count());
            Measured::elbo(elbo(&model, config.latent, &images))
        }
        other => panic!("there is no measurement for {other} yet: add one here"),
    }
}

/// The mean ELBO of all pictures, with the noise of the trainer's measurement: seed 0, a thousand pictures at once.
fn elbo(model: &Vae, latent: usize, images: &Images) -> f64 {
    let mut rng = Pcg32::seed_from_u64(0);
    let every: Vec<usize> = (0..images.len()).collect();
    let parts = every.chunks(1000).map(|indices| {
        let (x, _) = images.tensors(indices, 10, &Device::flex());
        let elbo = model.elbo(x, noise(indices.len(), latent, &mut rng, &Device::flex()));
        -f64::from(elbo.loss(1.0).into_scalar::<f32>()) * indices.len() as f64
    });
    parts.sum::<f64>() / images.len() as f64
}

fn load<M: Module>(fresh: M, parameters: &Parameters, count: usize) -> M {
    let model = weights::load(fresh, parameters, &Device::flex()).unwrap();
    assert_eq!(model.num_params(), count);
    model
}

/// How often a classifier calls each class which; `answer` takes `[batch, pixels]` to `[batch, classes]`.
fn classify(images: &Images, classes: usize, answer: impl Fn(Tensor<2>) -> Tensor<2>) -> Confusion {
    let mut confusion = Confusion::new(classes);
    let every: Vec<usize> = (0..images.len()).collect();
    for indices in every.chunks(1000) {
        let (inputs, _) = images.tensors(indices, classes, &Device::flex());
        let logits = answer(inputs).into_data().try_into_vec::<f32>().unwrap();
        for (row, &index) in logits.chunks_exact(classes).zip(indices) {
            confusion.add(images.labels[index].into(), largest(row));
        }
    }
    confusion
}

/// All parts of the shipped test pictures.
fn images(folder: &Path) -> Images {
    let parts = (0..).map_while(|part| fs::read(folder.join(format!("test-{part}.bin.gz"))).ok());
    let parts = parts.map(|packed| {
        let mut bytes = Vec::new();
        GzDecoder::new(packed.as_slice()).read_to_end(&mut bytes).unwrap();
        Images::parse(&bytes).unwrap()
    });
    let joined = parts.reduce(|mut images, part| {
        images.extend(part).unwrap();
        images
    });
    let images = joined.unwrap_or_else(|| panic!("no test pictures in {}", folder.display()));
    assert_eq!(images.len(), 10_000);
    images
}
