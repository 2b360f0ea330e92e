//! AlexNet and its explainers against PyTorch, on the fixture that `tests/reference/alexnet.py` writes.

use std::collections::BTreeMap;

use burn::{
    module::Module,
    optim::GradientsParams,
    tensor::{Device, Tensor, TensorData},
};
use models::{
    data::images::one_hot,
    explain::{adversarial::fgsm, convolutional::Convolutional, grad_cam::grad_cam, saliency::guided_backpropagation},
    foundations::mlp::{Activation, cross_entropy},
    vision::alexnet::{AlexNet, AlexNetConfig, CHANNELS, SIDE},
    weights::{self, NamedTensor, Parameters},
};
use rand::SeedableRng;
use rand_pcg::Pcg32;
use serde::Deserialize;

use crate::{
    answers::values,
    twin::{self, Digest, scattered},
};

/// The fixture is computed in double precision. PyTorch itself, in single precision, is off by up to 1.5e-5 of the mean
/// size of a tensor's numbers (the twin prints it): twice that is open to us, who add up in another order.
const ROUNDING: f64 = 3e-5;

/// Where conv5 stands among the stages.
const CONV5: usize = 6;

#[derive(Deserialize)]
struct Fixture {
    maps: [usize; 5],
    units: usize,
    bounds: BTreeMap<String, f32>,
    bias: f32,
    targets: Vec<u8>,
    epsilon: f32,
    cases: Vec<Case>,
}

#[derive(Deserialize)]
struct Case {
    activation: String,
    stages: Vec<Digest>,
    loss: f64,
    gradients: BTreeMap<String, Digest>,
    picture_gradient: Digest,
    grad_cam: Digest,
    guided: Digest,
    fgsm: Digest,
}

impl Fixture {
    /// The small network with the formula's weights, each tensor starting where the last one ended.
    fn network(&self, case: &Case, device: &Device) -> AlexNet {
        let activation = Activation::from_id(&case.activation).unwrap();
        let config = AlexNetConfig { maps: self.maps, units: self.units, ..AlexNetConfig::narrowed(10, activation) };
        let fresh = config.init(device, &mut Pcg32::seed_from_u64(0));
        let mut start = 1;
        let mut tensor = |name: String, shape: Vec<usize>, bound: f32| {
            let count = shape.iter().product();
            let values = scattered(count, start).into_iter().map(|value| value * bound).collect();
            start += count;
            NamedTensor { name, shape, values }
        };
        let mut tensors = Vec::new();
        for (layer, weight, bias) in shapes(&fresh) {
            tensors.push(tensor(format!("{layer}.weight"), weight, self.bounds[layer]));
            tensors.push(tensor(format!("{layer}.bias"), bias, self.bias));
        }
        weights::load(fresh, &Parameters(tensors), device).unwrap()
    }

    /// Pictures that look like noise, from 0 to 1: `[batch, 3, 96, 96]`.
    fn pictures(&self, device: &Device) -> Tensor<4> {
        let shape = [self.targets.len(), CHANNELS, SIDE, SIDE];
        let pixels = scattered(shape.iter().product(), 70_000).into_iter().map(|value| (value + 1.0) / 2.0);
        Tensor::from_data(TensorData::new(pixels.collect::<Vec<_>>(), shape), device)
    }

    fn classes(&self) -> Vec<usize> {
        self.targets.iter().map(|target| usize::from(*target)).collect()
    }
}

/// Each layer with the shapes of its weights and of its bias, in the order of the way forward.
fn shapes(network: &AlexNet) -> Vec<(&'static str, Vec<usize>, Vec<usize>)> {
    let AlexNet { conv1, conv2, conv3, conv4, conv5, fc6, fc7, fc8, .. } = network;
    let convolutions = [("conv1", conv1), ("conv2", conv2), ("conv3", conv3), ("conv4", conv4), ("conv5", conv5)];
    let convolutions = convolutions.map(|(name, layer)| (name, layer.weight.dims().to_vec(), &layer.bias));
    let units = [("fc6", fc6), ("fc7", fc7), ("fc8", fc8)];
    let units = units.map(|(name, layer)| (name, layer.weight.dims().to_vec(), &layer.bias));
    let all = convolutions.into_iter().chain(units);
    all.map(|(name, weight, bias)| (name, weight, bias.as_ref().unwrap().dims().to_vec())).collect()
}

/// Names and gradients of all parameters.
fn gradients(network: &AlexNet, found: &mut GradientsParams) -> Vec<(String, Vec<f32>)> {
    let AlexNet { conv1, conv2, conv3, conv4, conv5, fc6, fc7, fc8, .. } = network;
    let mut gradients = Vec::new();
    let mut biases = Vec::new();
    for (name, layer) in [("conv1", conv1), ("conv2", conv2), ("conv3", conv3), ("conv4", conv4), ("conv5", conv5)] {
        gradients.push((format!("{name}.weight"), values(found.remove::<4>(layer.weight.id).unwrap())));
        biases.push((name, &layer.bias));
    }
    for (name, layer) in [("fc6", fc6), ("fc7", fc7), ("fc8", fc8)] {
        gradients.push((format!("{name}.weight"), values(found.remove::<2>(layer.weight.id).unwrap())));
        biases.push((name, &layer.bias));
    }
    for (name, bias) in biases {
        let id = bias.as_ref().unwrap().id;
        gradients.push((format!("{name}.bias"), values(found.remove::<1>(id).unwrap())));
    }
    gradients
}

#[test]
fn alexnet_equals_pytorch_forward_and_backward() {
    let fixture: Fixture = twin::fixture("alexnet.json");
    let device = Device::flex().autodiff();
    assert_eq!(fixture.cases.len(), 2);
    for case in &fixture.cases {
        let name = &case.activation;
        let network = fixture.network(case, &device);
        let x = fixture.pictures(&device).require_grad();
        let answers = network.forward_stages(x.clone());
        assert_eq!(answers.len(), case.stages.len());
        for ((answer, expected), stage) in answers.into_iter().zip(&case.stages).zip(network.stages()) {
            expected.matches(&values(answer.inner()), ROUNDING, &format!("{name}: {}", stage.name));
        }
        let loss = cross_entropy(network.forward(x.clone()), one_hot(&fixture.targets, 10, &device));
        let found = f64::from(loss.clone().inner().into_scalar::<f32>());
        // The logits' rounding (1e-6 of numbers about 2) goes into it undiminished.
        assert!((found - case.loss).abs() < 2e-6, "{name}: {found} instead of {}", case.loss);
        let mut all = loss.backward();
        let of_picture = x.grad_remove(&mut all).unwrap();
        case.picture_gradient.matches(&values(of_picture), ROUNDING, &format!("{name}: gradient of the pictures"));
        let gradients = gradients(&network, &mut GradientsParams::from_grads(all, &network));
        assert_eq!(gradients.len(), case.gradients.len());
        for (parameter, found) in gradients {
            case.gradients[&parameter].matches(&found, ROUNDING, &format!("{name}: gradient of {parameter}"));
        }
    }
}

#[test]
fn explanations_of_alexnet_equal_pytorchs() {
    let fixture: Fixture = twin::fixture("alexnet.json");
    let (device, classes) = (Device::flex().autodiff(), fixture.classes());
    for case in &fixture.cases {
        let network = fixture.network(case, &device);
        let x = || fixture.pictures(&device);
        let same = |expected: &Digest, found: Vec<f32>, what: &str| {
            expected.matches(&found, ROUNDING, &format!("{}: {what}", case.activation));
        };
        same(&case.grad_cam, values(grad_cam(&network, CONV5, x(), &classes)), "Grad-CAM at conv5");
        same(&case.guided, values(guided_backpropagation(&network, x(), &classes)), "guided backpropagation");
        same(&case.fgsm, values(fgsm(&network, x(), &classes, fixture.epsilon)), "fast gradient sign method");
    }
}

#[test]
fn the_fixture_holds_every_parameter() {
    let fixture: Fixture = twin::fixture("alexnet.json");
    for case in &fixture.cases {
        let network = fixture.network(case, &Device::flex());
        assert_eq!(shapes(&network).len() * 2, case.gradients.len());
        let listed: usize = shapes(&network)
            .iter()
            .map(|(_, weight, bias)| weight.iter().product::<usize>() + bias.iter().product::<usize>())
            .sum();
        assert_eq!(network.num_params(), listed);
    }
}
