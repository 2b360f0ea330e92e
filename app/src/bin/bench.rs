//! Forward passes timed in the browser, for `cargo xtask bench`. No part of the site.

use models::{
    device::Device,
    foundations::mlp::Activation,
    tensor::{Tensor, TensorData},
    vision::lenet::{LeNetConfig, Pooling},
};
use rand::SeedableRng;
use rand_pcg::Pcg32;
use wasm_bindgen::prelude::wasm_bindgen;
use web_time::{Duration, Instant};

/// Long enough for the browser's clock.
const ROUND: Duration = Duration::from_millis(40);

/// Milliseconds of one call, in the best round of so many seconds.
fn time<T>(seconds: f64, mut call: impl FnMut() -> T) -> f64 {
    let (end, mut best) = (Instant::now() + Duration::from_secs_f64(seconds), f64::INFINITY);
    while Instant::now() < end {
        let (start, mut calls) = (Instant::now(), 0);
        while start.elapsed() < ROUND {
            std::hint::black_box(call());
            calls += 1;
        }
        best = best.min(start.elapsed().as_secs_f64() * 1000.0 / f64::from(calls));
    }
    best
}

fn wave(shape: [usize; 4]) -> Tensor<4> {
    let values: Vec<f32> = (0..shape.iter().product()).map(|at: usize| (at as f32 * 0.37).sin()).collect();
    Tensor::from_data(TensorData::new(values, shape), &Device::flex())
}

/// LeNet-5 on so many pictures: milliseconds.
#[wasm_bindgen]
pub fn lenet(batch: usize, seconds: f64) -> f64 {
    let config = LeNetConfig { classes: 10, activation: Activation::Relu, pooling: Pooling::Average };
    let (model, x) = (config.init(&Device::flex(), &mut Pcg32::seed_from_u64(1)), wave([batch, 1, 28, 28]));
    time(seconds, || model.forward(x.clone()))
}

fn main() {}
