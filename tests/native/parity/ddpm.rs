//! The U-Net of the DDPM lesson against PyTorch, on the fixture that `tests/reference/ddpm.py` writes.

use std::collections::BTreeMap;

use burn::{
    module::{Module, ModuleVisitor, Param},
    optim::GradientsParams,
    tensor::{Device, Int, Tensor, TensorData},
};
use futures::FutureExt;
use models::{
    generative::unet::{UNet, UNetConfig, sinusoids},
    weights::{self, NamedTensor, Parameters},
};
use rand::SeedableRng;
use rand_pcg::Pcg32;
use serde::Deserialize;

use crate::{
    answers::values,
    twin::{self, Digest, scattered},
};

/// The fixture is computed in double precision. PyTorch itself, in single precision, is off by up to 4.2e-6 of the mean size
/// of a tensor's numbers on the way forward (the twin prints it): twice that is open to us, who add up in another order.
const FORWARD: f64 = 1e-5;
/// The same for gradients, where PyTorch is off by up to 3.4e-5.
const BACKWARD: f64 = 7e-5;
/// What a gradient that is 0 by its nature may be: roundings of sums of some hundred products below 1.
const NOTHING: f32 = 1e-6;

#[derive(Deserialize)]
struct Fixture {
    channels: usize,
    widths: [usize; 2],
    embedding: usize,
    classes: usize,
    side: usize,
    times: Vec<f32>,
    asked: Vec<i32>,
    bounds: BTreeMap<String, f32>,
    stages: BTreeMap<String, Digest>,
    gradients: BTreeMap<String, Digest>,
    alone: BTreeMap<String, Digest>,
}

impl Fixture {
    /// The small network with the formula's weights, each tensor starting where the last one ended.
    fn network(&self, device: &Device) -> UNet {
        let Self { channels, widths, embedding, classes, .. } = *self;
        let config = UNetConfig { channels, widths, embedding, classes };
        let fresh = config.init(device, &mut Pcg32::seed_from_u64(0));
        let mut start = 1;
        let tensor = |NamedTensor { name, shape, values }| {
            let level = if shape.len() == 1 && name.ends_with("weight") { 1.0 } else { 0.0 };
            let numbers = scattered(values.len(), start).into_iter().map(|value| value * self.bounds[&name] + level);
            start += values.len();
            NamedTensor { values: numbers.collect(), name, shape }
        };
        let known = weights::read(&fresh).now_or_never().unwrap().unwrap();
        weights::load(fresh, &Parameters(known.0.into_iter().map(tensor).collect()), device).unwrap()
    }

    /// Noisy pictures, their times and classes.
    fn asked(&self, device: &Device) -> (Tensor<4>, Tensor<1>, Tensor<1, Int>) {
        let batch = self.times.len();
        let x = maps([batch, self.channels, self.side, self.side], 70_000, device);
        let times = Tensor::from_data(TensorData::new(self.times.clone(), [batch]), device);
        (x, times, Tensor::from_data(TensorData::new(self.asked.clone(), [batch]), device))
    }
}

/// Numbers that look like noise, from -1 to 1.
fn maps<const D: usize>(shape: [usize; D], start: usize, device: &Device) -> Tensor<D> {
    Tensor::from_data(TensorData::new(scattered(shape.iter().product(), start), shape), device)
}

/// Reads the gradient of every parameter, by its name.
struct Walk {
    path: Vec<String>,
    gradients: GradientsParams,
    found: Vec<(String, Vec<f32>)>,
}

impl ModuleVisitor for Walk {
    fn enter_module(&mut self, name: &str, _container_type: &str) {
        self.path.push(name.into());
    }

    fn exit_module(&mut self, _name: &str, _container_type: &str) {
        self.path.pop();
    }

    fn visit_float<const D: usize>(&mut self, param: &Param<Tensor<D>>) {
        let gradient = self.gradients.remove::<D>(param.id).unwrap();
        self.found.push((self.path.join("."), values(gradient)));
    }
}

#[test]
fn every_stage_equals_pytorchs_with_and_without_gradients() {
    let fixture: Fixture = twin::fixture("ddpm.json");
    // With gradients the plain operations of burn run, without them the kernels.
    for device in [Device::flex(), Device::flex().autodiff()] {
        let (x, times, classes) = fixture.asked(&device);
        let stages = fixture.network(&device).look(x, times, classes);
        assert_eq!(stages.len(), fixture.stages.len());
        for (name, maps) in stages {
            fixture.stages[name].matches(&values(maps.inner()), FORWARD, name);
        }
    }
}

#[test]
fn gradients_equal_pytorchs() {
    let fixture: Fixture = twin::fixture("ddpm.json");
    let device = Device::flex().autodiff();
    let network = fixture.network(&device);
    let (x, times, classes) = fixture.asked(&device);
    let x = x.require_grad();
    let v = network.forward(x.clone(), times, classes);
    let error = (v.clone() - maps(v.dims(), 90_000, &device)).powi_scalar(2).mean();
    fixture.alone["error"].matches(&values(error.clone().inner()), FORWARD, "error");
    let mut all = error.backward();
    let of_picture = x.grad_remove(&mut all).unwrap();
    fixture.alone["picture gradient"].matches(&values(of_picture), BACKWARD, "gradient of the pictures");
    let gradients = GradientsParams::from_grads(all, &network);
    let mut walk = Walk { path: Vec::new(), gradients, found: Vec::new() };
    network.visit(&mut walk);
    // A number that all keys share changes no weight of the attention, so its gradient is 0: no digest can be kept of it.
    let (nothing, some): (Vec<_>, Vec<_>) = walk.found.into_iter().partition(|(name, _)| name.ends_with("key.bias"));
    assert_eq!((nothing.len(), some.len()), (4, fixture.gradients.len()));
    assert!(nothing.iter().flat_map(|(_, gradient)| gradient).all(|gradient| gradient.abs() < NOTHING));
    for (name, gradient) in some {
        fixture.gradients[&name].matches(&gradient, BACKWARD, &format!("gradient of {name}"));
    }
}

#[test]
fn block_attention_and_sinusoids_equal_pytorchs_alone() {
    let fixture: Fixture = twin::fixture("ddpm.json");
    for device in [Device::flex(), Device::flex().autodiff()] {
        let (network, (_, times, classes)) = (fixture.network(&device), fixture.asked(&device));
        let same = |name: &str, found: Vec<f32>| fixture.alone[name].matches(&found, FORWARD, name);
        same("sinusoids", values(sinusoids(times.clone(), fixture.embedding).inner()));
        same("embedding", values(network.embed(times, classes).inner()));
        let [narrow, wide] = fixture.widths;
        same("attention", values(network.attention1.forward(maps([2, wide, 5, 7], 110_000, &device)).inner()));
        let (x, e) = (maps([2, 2 * narrow, 6, 5], 130_000, &device), maps([2, fixture.embedding], 150_000, &device));
        same("block", values(network.up2.forward(x, e).inner()));
    }
}

#[test]
fn the_fixture_holds_every_parameter() {
    let fixture: Fixture = twin::fixture("ddpm.json");
    let network = fixture.network(&Device::flex());
    let read = weights::read(&network).now_or_never().unwrap().unwrap();
    assert!(
        read.0
            .iter()
            .map(|tensor| &tensor.name)
            .collect::<std::collections::BTreeSet<_>>()
            .into_iter()
            .eq(fixture.bounds.keys())
    );
    assert_eq!(network.num_params(), read.0.iter().map(|tensor| tensor.values.len()).sum::<usize>());
}
