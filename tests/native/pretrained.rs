//! Every set of shipped weights is what its provenance says: bytes, checksum, layers, and the metric measured again.

use std::{
    fs,
    path::{Path, PathBuf},
};

use burn::{
    module::Module,
    tensor::{Device, Tensor, TensorData, activation::softmax},
};
use models::{
    data::images::Images,
    foundations::mlp::MlpConfig,
    generative::vae::{Vae, VaeConfig, noise},
    metrics::{Confusion, largest},
    vision::{
        alexnet::{AlexNetConfig, CHANNELS, SIDE},
        efficientnet::EfficientNetConfig,
        lenet::{LeNetConfig, pictures},
    },
    weights::{self, Parameters},
};
use rand::SeedableRng;
use rand_pcg::Pcg32;
use serde::Deserialize;
use sha2::{Digest, Sha256};

use crate::{
    archive, photograph,
    shipped::{self, Check, Metric},
};

/// The fields that a test can look at.
#[derive(Deserialize)]
struct Provenance {
    model: String,
    config: toml::Table,
    layer: Vec<Layer>,
    /// Where no picture may be shipped the weights may be left out too; then there is nothing to check.
    file: Option<File>,
    data: Data,
    metric: Vec<Metric>,
    check: Option<Check>,
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
struct Data {
    /// Where pictures may not be shipped: the names of the classes, in order.
    #[serde(default)]
    classes: Vec<String>,
}

#[derive(Deserialize)]
struct Curve {
    steps: Vec<u64>,
    values: Vec<f64>,
}

#[derive(Deserialize)]
struct Counts {
    split: String,
    classes: usize,
    counts: Vec<u32>,
}

/// Every provenance file.
fn logs() -> Vec<(PathBuf, Provenance)> {
    let mut paths: Vec<PathBuf> =
        fs::read_dir(shipped::path("pretrained")).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.retain(|path| path.extension().is_some_and(|extension| extension == "toml"));
    paths.sort();
    assert!(!paths.is_empty(), "there are weights");
    let read = |path: PathBuf| {
        let provenance = toml::from_str(&fs::read_to_string(&path).unwrap()).unwrap();
        (path, provenance)
    };
    paths.into_iter().map(read).collect()
}

/// The provenance files of weights that are kept, and the bytes of these.
fn all() -> Vec<(PathBuf, Provenance, Vec<u8>)> {
    let kept = logs().into_iter().filter(|(_, provenance)| provenance.file.is_some());
    kept.map(|(path, provenance)| {
        let bytes = fs::read(path.with_extension("safetensors")).unwrap();
        (path, provenance, bytes)
    })
    .collect()
}

#[test]
fn files_are_what_their_provenance_says() {
    for (path, provenance, bytes) in all() {
        let file = provenance.file.unwrap();
        assert_eq!(bytes.len(), file.bytes, "{}", path.display());
        let sum: String = Sha256::digest(&bytes).iter().map(|byte| format!("{byte:02x}")).collect();
        assert_eq!(sum, file.sha256, "{}", path.display());
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
    }
    for (path, provenance) in logs() {
        for curve in provenance.curves.values() {
            let fits = curve.steps.len() == curve.values.len() && curve.steps.len() <= 200;
            assert!(fits && curve.steps.is_sorted(), "{}", path.display());
        }
        assert_eq!(provenance.file.is_some(), provenance.check.is_some(), "{}", path.display());
    }
}

#[test]
fn the_stored_metric_is_measured_again() {
    for (path, provenance, bytes) in all() {
        // Translations are measured in tests/native/translation.rs, pictures out of noise in tests/native/ddpm.rs.
        let check = provenance.check.as_ref().unwrap();
        if check.name.starts_with("BLEU") || provenance.model == "models::generative::unet::UNet" {
            continue;
        }
        let parameters = weights::from_safetensors(&bytes).unwrap();
        let Some(found) = measure(&provenance, &parameters) else {
            println!("{}: not measured again, {} is not at hand", path.display(), check.file);
            continue;
        };
        let value = found.value;
        assert_eq!(found.name, check.name);
        assert!(
            (value - check.value).abs() < found.tolerance,
            "{}: {value} instead of {}",
            path.display(),
            check.value
        );
        let of_test = |metric: &&Metric| metric.name == check.name && metric.split.starts_with("test");
        let shown = provenance.metric.iter().find(of_test).unwrap().value;
        match check.pictures {
            None => assert_eq!(shown, check.value, "the metric shown is the one checked"),
            Some(count) => {
                assert!(provenance.metric.iter().filter(of_test).any(|metric| metric.value == check.value));
                // Four standard deviations of a share of so many pictures.
                let spread = (shown * (1.0 - shown) / count as f64).sqrt();
                assert!((value - shown).abs() < 4.0 * spread, "{}: {value} is far from {shown}", path.display());
            }
        }
        if let (Some(counts), Some(confusion)) = (provenance.confusion, found.confusion) {
            assert_eq!((counts.classes, counts.counts), (confusion.classes, confusion.counts));
        }
    }
}

#[test]
fn counts_add_up_to_the_metric() {
    for (path, provenance) in logs() {
        let Some(counts) = provenance.confusion else { continue };
        let right: u32 = counts.counts.iter().step_by(counts.classes + 1).sum();
        let all: u32 = counts.counts.iter().sum();
        let accuracy =
            provenance.metric.iter().find(|metric| metric.name == "accuracy" && metric.split == counts.split);
        // Both are quotients of the same two whole numbers.
        let found = f64::from(right) / f64::from(all);
        assert!((found - accuracy.unwrap().value).abs() < 1e-12, "{}: {found}", path.display());
        let names = &provenance.data.classes;
        assert!(names.is_empty() || names.len() == counts.classes, "{}", path.display());
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

    /// Of 500 pictures, up to two may lie so near a border between classes that another JPEG decoder's rounding takes
    /// them across.
    fn share_of_500(value: f64) -> Self {
        Self { name: "accuracy", value, tolerance: 2.5 / 500.0, confusion: None }
    }

    /// A mean of probabilities.
    fn probability(value: f64) -> Self {
        Self { name: "mean of the largest probabilities", value, tolerance: PROBABILITY, confusion: None }
    }
}

/// Probabilities are stored as PyTorch computes them from pixels that Pillow unpacked; the decoder here rounds some of them
/// otherwise. A class that is one of several near ones takes up such a difference the most.
const PROBABILITY: f64 = 0.01;

/// The mean of the stored photographs' probabilities, each of which is compared with the stored one for the stored class.
/// `answer` gives a photograph's probabilities.
fn photographs(provenance: &Provenance, answer: impl Fn(&str) -> Vec<f32>) -> f64 {
    let stored = provenance.metric.iter().filter_map(|metric| Some((&metric.split, metric.class?, metric.value)));
    let found = stored.map(|(name, class, value)| {
        let found = f64::from(answer(name)[class]);
        assert!((found - value).abs() < PROBABILITY, "{name}: {found} instead of {value}");
        found
    });
    let found: Vec<f64> = found.collect();
    assert!(!found.is_empty());
    found.iter().sum::<f64>() / found.len() as f64
}

/// Measures a model on shipped data, or on pictures beside the repository; `None` where they are not at hand.
fn measure(provenance: &Provenance, parameters: &Parameters) -> Option<Measured> {
    let config = provenance.config.clone();
    let (device, mut rng) = (Device::flex(), Pcg32::seed_from_u64(0));
    if provenance.model == "models::vision::alexnet::AlexNet" {
        let config: AlexNetConfig = config.try_into().unwrap();
        let count = config.parameter_count();
        let model = load(config.init(&device, &mut rng), parameters, count);
        return share_named(provenance, |x| model.forward(x)).map(Measured::share_of_500);
    }
    let images = || images(&shipped::path(&provenance.check.as_ref().unwrap().file));
    Some(match provenance.model.as_str() {
        "models::foundations::mlp::Mlp" => {
            let config: MlpConfig = config.try_into().unwrap();
            let model = load(config.init(&device, &mut rng), parameters, config.parameter_count());
            Measured::accuracy(classify(&images(), *config.sizes.last().unwrap(), |x| model.forward(x)))
        }
        "models::vision::lenet::LeNet" => {
            let config: LeNetConfig = config.try_into().unwrap();
            let model = load(config.init(&device, &mut rng), parameters, config.parameter_count());
            Measured::accuracy(classify(&images(), config.classes, |x| model.forward(pictures(x))))
        }
        "models::generative::vae::Vae" => {
            let config: VaeConfig = config.try_into().unwrap();
            let model = load(config.init(&device, &mut rng), parameters, config.parameter_count());
            Measured::elbo(elbo(&model, config.latent, &images()))
        }
        "models::vision::efficientnet::EfficientNet" => {
            let config: EfficientNetConfig = config.try_into().unwrap();
            let side = config.side;
            let model = load(config.init(&device, &mut rng), parameters, config.parameter_count());
            Measured::probability(photographs(provenance, |name| {
                let scores = model.forward(photograph::tensor(name, side, &device));
                softmax(scores, 1).into_data().try_into_vec::<f32>().unwrap()
            }))
        }
        other => panic!("there is no measurement for {other} yet: add one here"),
    })
}

/// The share of the archive's pictures that are named rightly; `answer` takes `[batch, 3, 96, 96]` to
/// `[batch, classes]`.
fn share_named(provenance: &Provenance, answer: impl Fn(Tensor<4>) -> Tensor<2>) -> Option<f64> {
    let check = provenance.check.as_ref()?;
    let pictures = archive::pictures(&shipped::path(&check.file), check.every.unwrap(), check.pictures.unwrap())?;
    assert_eq!(Some(pictures.len()), check.pictures);
    let mut right = 0;
    for part in pictures.chunks(100) {
        let pixels: Vec<f32> = part.iter().flat_map(|picture| picture.pixels.iter().copied()).collect();
        let x = TensorData::new(pixels, [part.len(), CHANNELS, SIDE, SIDE]);
        let logits = answer(Tensor::from_data(x, &Device::flex())).into_data().try_into_vec::<f32>().unwrap();
        let rows = logits.chunks_exact(logits.len() / part.len());
        right += rows.zip(part).filter(|(row, picture)| provenance.data.classes[largest(row)] == picture.class).count();
    }
    Some(right as f64 / pictures.len() as f64)
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
    let parts = (0..).map(|part| folder.join(format!("test-{part}.bin.gz"))).take_while(|part| part.exists());
    let joined = parts.map(shipped::images).reduce(|mut images, part| {
        images.extend(part).unwrap();
        images
    });
    let images = joined.unwrap_or_else(|| panic!("no test pictures in {}", folder.display()));
    assert_eq!(images.len(), 10_000);
    images
}
