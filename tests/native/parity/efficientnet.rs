//! EfficientNet-Lite0 against PyTorch, on the fixture that `tests/reference/efficientnet.py` writes: a small network of
//! the same kind.

use burn::tensor::{Device, Tensor, TensorData};
use futures::FutureExt;
use models::{
    explain::{convolutional::Convolutional, saliency},
    vision::efficientnet::{EfficientNet, EfficientNetConfig},
    weights::{self, NamedTensor, Parameters},
};
use rand::SeedableRng;
use rand_pcg::Pcg32;
use serde::Deserialize;

use crate::{
    answers::values,
    twin::{self, Digest, scattered},
};

/// Sums of up to 60 products of f32 in another order through twenty layers, against the mean size of a tensor's numbers.
const ROUNDING: f64 = 1e-5;
/// The same and back again.
const ROUNDING_BACK: f64 = 1e-4;

#[derive(Deserialize)]
struct Fixture {
    config: EfficientNetConfig,
    chosen: Vec<usize>,
    stages: Vec<Digest>,
    picture_gradient: Digest,
}

/// The network with the twin's weights: one long series of the formula's numbers, parameter by parameter on the way
/// forward.
fn network(config: &EfficientNetConfig, device: &Device) -> EfficientNet {
    let fresh = config.init(device, &mut Pcg32::seed_from_u64(0));
    let read = weights::read(&fresh).now_or_never().unwrap().unwrap();
    let mut start = 1;
    let tensors = read.0.into_iter().map(|NamedTensor { name, shape, values }| {
        let inputs = if shape.len() > 2 { shape[1..].iter().product() } else { shape[0] };
        let bound = if name.ends_with("bias") { 0.5 } else { 3.2 / (inputs as f64).sqrt() };
        let numbers = scattered(values.len(), start).into_iter().map(|number| number * bound as f32);
        start += values.len();
        NamedTensor { name, shape, values: numbers.collect() }
    });
    let parameters = Parameters(tensors.collect());
    weights::load(fresh, &parameters, device).unwrap()
}

fn pictures(side: usize, device: &Device) -> Tensor<4> {
    let numbers =
        scattered(2 * 3 * side * side, 70_000).into_iter().map(|number| number / 2.0 + 0.5).collect::<Vec<_>>();
    Tensor::from_data(TensorData::new(numbers, [2, 3, side, side]), device)
}

#[test]
fn efficientnet_equals_pytorch_forward_and_backward() {
    let fixture: Fixture = twin::fixture("efficientnet.json");
    let device = Device::flex();
    let network = network(&fixture.config, &device);
    let x = pictures(fixture.config.side, &device);
    let stages = network.forward_stages(x.clone());
    assert_eq!(stages.len(), fixture.stages.len());
    for ((found, expected), stage) in stages.into_iter().zip(&fixture.stages).zip(network.stages()) {
        expected.matches(&values(found), ROUNDING, stage.name);
    }
    let scores = values(network.forward(x.clone()));
    fixture.stages.last().unwrap().matches(&scores, ROUNDING, "forward");
    let gradient = values(saliency::gradient(&network, x, &fixture.chosen));
    fixture.picture_gradient.matches(&gradient, ROUNDING_BACK, "gradient of the pictures");
}
