//! LeNet-5 against PyTorch, on the fixture that `tests/reference/lenet.py` writes.

use std::collections::BTreeMap;

use burn::{
    optim::GradientsParams,
    tensor::{Device, Tensor},
};
use futures::FutureExt;
use models::{
    data::images::one_hot,
    foundations::mlp::cross_entropy,
    train::{
        optimizer::{Optimizer, OptimizerKind},
        trainer::Trainer,
    },
    vision::lenet::LeNet,
    weights,
};
use serde::Deserialize;

use crate::{
    answers::values,
    twin::{self, Digest},
};

/// Sums of up to 400 products of f32 in another order, through five layers and back, against the mean size of a tensor's
/// numbers; the largest that was seen is 6e-6.
const ROUNDING: f64 = 1e-5;
/// The same after three updates; the largest that was seen is 2e-6.
const AFTER_STEPS: f64 = 1e-5;

#[derive(Deserialize)]
struct Fixture {
    bounds: BTreeMap<String, f32>,
    targets: Vec<u8>,
    rate: f64,
    cases: Vec<Case>,
}

#[derive(Deserialize)]
struct Case {
    activation: String,
    pooling: String,
    stages: Vec<Digest>,
    loss: f64,
    gradients: BTreeMap<String, Digest>,
    picture_gradient: Digest,
    losses: Vec<f64>,
    trained: BTreeMap<String, Digest>,
}

impl Case {
    fn name(&self) -> String {
        format!("{}, {} pooling", self.activation, self.pooling)
    }
}

/// Names and gradients of all parameters.
fn gradients(model: &LeNet, found: &mut GradientsParams) -> Vec<(&'static str, Vec<f32>)> {
    let mut convolution =
        |name, layer: &burn::nn::conv::Conv2d| (name, values(found.remove::<4>(layer.weight.id).unwrap()));
    let mut gradients = vec![convolution("c1.weight", &model.c1), convolution("c3.weight", &model.c3)];
    for (name, layer) in [("c5.weight", &model.c5), ("f6.weight", &model.f6), ("output.weight", &model.output)] {
        gradients.push((name, values(found.remove::<2>(layer.weight.id).unwrap())));
    }
    for (name, bias) in [
        ("c1.bias", &model.c1.bias),
        ("c3.bias", &model.c3.bias),
        ("c5.bias", &model.c5.bias),
        ("f6.bias", &model.f6.bias),
        ("output.bias", &model.output.bias),
    ] {
        gradients.push((name, values(found.remove::<1>(bias.as_ref().unwrap().id).unwrap())));
    }
    gradients
}

#[track_caller]
fn near(found: Tensor<1>, expected: f64, tolerance: f64, what: &str) {
    let found = f64::from(found.into_scalar::<f32>());
    assert!((found - expected).abs() <= tolerance, "{what}: {found} instead of {expected}");
}

#[test]
fn lenet_equals_pytorch_forward_and_backward() {
    let fixture: Fixture = twin::fixture("lenet.json");
    let device = Device::flex().autodiff();
    assert_eq!(fixture.cases.len(), 4);
    for case in &fixture.cases {
        let name = case.name();
        let model = twin::lenet(&case.activation, &case.pooling, &fixture.bounds, &device);
        let x = twin::pictures(fixture.targets.len(), &device).require_grad();
        for (index, (layer, expected)) in model.forward_layers(x.clone()).into_iter().zip(&case.stages).enumerate() {
            expected.matches(&values(layer.inner()), ROUNDING, &format!("{name}: layer {index}"));
        }
        let loss = cross_entropy(model.forward(x.clone()), one_hot(&fixture.targets, 10, &device));
        near(loss.clone().inner(), case.loss, 1e-6, &name);
        let mut all = loss.backward();
        let of_picture = x.grad_remove(&mut all).unwrap();
        case.picture_gradient.matches(&values(of_picture), ROUNDING, &format!("{name}: gradient of the pictures"));
        let gradients = gradients(&model, &mut GradientsParams::from_grads(all, &model));
        assert_eq!(gradients.len(), case.gradients.len());
        for (parameter, found) in gradients {
            case.gradients[parameter].matches(&found, ROUNDING, &format!("{name}: gradient of {parameter}"));
        }
    }
}

#[test]
fn lenet_learns_as_pytorch_does() {
    let fixture: Fixture = twin::fixture("lenet.json");
    let device = Device::flex().autodiff();
    for case in &fixture.cases {
        let name = case.name();
        let model = twin::lenet(&case.activation, &case.pooling, &fixture.bounds, &device);
        let mut trainer = Trainer::new(model, Optimizer::new(OptimizerKind::Adam));
        for &expected in &case.losses {
            let x = twin::pictures(fixture.targets.len(), &device);
            let targets = one_hot(&fixture.targets, 10, &device);
            let loss = trainer.step(fixture.rate, |model| cross_entropy(model.forward(x), targets));
            near(loss, expected, 2e-5, &name);
        }
        let read = weights::read(&trainer.model).now_or_never().unwrap().unwrap();
        assert_eq!(read.0.len(), case.trained.len());
        for (parameter, expected) in &case.trained {
            let found = &read.get(parameter).unwrap().values;
            expected.matches(found, AFTER_STEPS, &format!("{name}: {parameter}"));
        }
    }
}
