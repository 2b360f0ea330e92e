//! What our networks and their PyTorch twins share: numbers from a formula, and long tensors told by a digest.

use std::{collections::BTreeMap, fs};

use burn::tensor::{Device, Tensor, TensorData};
use models::{
    foundations::mlp::Activation,
    vision::lenet::{LeNet, LeNetConfig, Pooling},
    weights::{self, NamedTensor, Parameters},
};
use rand::SeedableRng;
use rand_pcg::Pcg32;
use serde::{Deserialize, de::DeserializeOwned};

use crate::shipped;

pub fn fixture<T: DeserializeOwned>(name: &str) -> T {
    let path = shipped::path(format!("tests/fixtures/{name}"));
    serde_json::from_str(&fs::read_to_string(path).unwrap()).unwrap()
}

/// Numbers from -1 to 1 that look random, as `scattered` in tests/reference/lenet.py.
pub fn scattered(count: usize, start: usize) -> Vec<f32> {
    let number = |i: u64| (((i * i * 7919 + 3) % 10_007) as f64 / 5003.0 - 1.0) as f32;
    (0..count).map(|index| number((index + start) as u64)).collect()
}

/// The twin's pictures: `[batch, 1, 28, 28]`.
pub fn pictures(batch: usize, device: &Device) -> Tensor<4> {
    let pixels: Vec<f32> = scattered(batch * 784, 70_000).into_iter().map(|value| value.max(0.0)).collect();
    Tensor::from_data(TensorData::new(pixels, [batch, 1, 28, 28]), device)
}

/// LeNet with the twin's weights; `bounds` are the fixture's.
pub fn lenet(activation: &str, pooling: &str, bounds: &BTreeMap<String, f32>, device: &Device) -> LeNet {
    let config = LeNetConfig {
        classes: 10,
        activation: Activation::from_id(activation).unwrap(),
        pooling: Pooling::from_id(pooling).unwrap(),
    };
    let shapes: [(&str, &[usize]); 10] = [
        ("c1.weight", &[6, 1, 5, 5]),
        ("c1.bias", &[6]),
        ("c3.weight", &[16, 6, 5, 5]),
        ("c3.bias", &[16]),
        ("c5.weight", &[400, 120]),
        ("c5.bias", &[120]),
        ("f6.weight", &[120, 84]),
        ("f6.bias", &[84]),
        ("output.weight", &[84, 10]),
        ("output.bias", &[10]),
    ];
    let mut start = 1;
    let tensors = shapes.map(|(name, shape)| {
        let count = shape.iter().product();
        let values = scattered(count, start).into_iter().map(|value| value * bounds[name]).collect();
        start += count;
        NamedTensor { name: name.into(), shape: shape.to_vec(), values }
    });
    let fresh = config.init(device, &mut Pcg32::seed_from_u64(0));
    weights::load(fresh, &Parameters(tensors.to_vec()), device).unwrap()
}

/// A long tensor in few numbers, as `digest` in tests/reference/lenet.py.
#[derive(Deserialize)]
pub struct Digest {
    count: usize,
    values: Vec<f64>,
    sum: f64,
    weighed: f64,
    size: f64,
}

impl Digest {
    /// Compares a tensor with it. Single numbers may differ by `tolerance` of the mean size; sums over all of them too,
    /// each by its own number of terms.
    #[track_caller]
    pub fn matches(&self, found: &[f32], tolerance: f64, what: &str) {
        assert_eq!(found.len(), self.count, "{what}");
        let (count, kept) = (self.count, self.values.len());
        let unit = (self.size / count as f64).max(f64::MIN_POSITIVE);
        let far = |found: f64, expected: f64, terms: f64| {
            let off = (found - expected).abs() / unit / terms;
            // Written so that a NaN fails.
            assert!(off <= tolerance, "{what}: {found} instead of {expected}, off by {off:.1e} of the mean size");
        };
        for (index, &expected) in self.values.iter().enumerate() {
            let place = if count > kept { index * (count - 1) / (kept - 1) } else { index };
            far(found[place].into(), expected, 1.0);
        }
        far(found.iter().map(|value| f64::from(*value)).sum(), self.sum, count as f64);
        let weighed = found.iter().enumerate().map(|(index, value)| f64::from(*value) * (index % 7 + 1) as f64);
        far(weighed.sum(), self.weighed, 4.0 * count as f64);
        far(found.iter().map(|value| f64::from(value.abs())).sum(), self.size, count as f64);
    }
}
