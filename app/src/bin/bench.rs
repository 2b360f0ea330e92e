//! Forward passes timed in the browser, for `cargo xtask bench`. No part of the site.

use models::{
    device::Device,
    explain::{convolutional::Convolutional, grad_cam::grad_cam, saliency::saliency},
    foundations::mlp::Activation,
    generative::unet::{UNet, UNetConfig},
    tensor::{Int, Tensor, TensorData},
    vision::{
        efficientnet::{EfficientNet, EfficientNetConfig},
        lenet::{LeNetConfig, Pooling},
    },
    weights,
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

/// EfficientNet-Lite0 with the shipped weights, and the picture that it is timed on.
#[wasm_bindgen]
pub struct Lite0 {
    model: EfficientNet,
    x: Tensor<4>,
}

#[wasm_bindgen]
impl Lite0 {
    /// From the bytes of `efficientnet-lite0.safetensors` and a picture `[3, 224, 224]` from 0 to 1.
    #[wasm_bindgen(constructor)]
    pub fn new(bytes: &[u8], picture: Vec<f32>) -> Result<Lite0, String> {
        let (config, device) = (EfficientNetConfig::lite0(), Device::flex());
        let parameters = weights::from_safetensors(bytes).map_err(|error| error.to_string())?;
        let fresh = config.init(&device, &mut Pcg32::seed_from_u64(1));
        let model = weights::load(fresh, &parameters, &device).map_err(|error| error.to_string())?;
        if picture.len() != 3 * config.side * config.side {
            return Err("The picture has another size.".into());
        }
        let x = Tensor::from_data(TensorData::new(picture, [1, 3, config.side, config.side]), &device);
        Ok(Self { model, x })
    }

    /// All scores.
    pub fn scores(&self) -> Result<Vec<f32>, String> {
        self.model.forward(self.x.clone()).into_data().try_into_vec().map_err(|error| format!("{error:?}"))
    }

    /// Milliseconds of the way forward.
    pub fn forward(&self, seconds: f64) -> f64 {
        time(seconds, || self.model.forward(self.x.clone()))
    }

    /// Milliseconds of Grad-CAM at the head, for the first class.
    pub fn grad_cam(&self, seconds: f64) -> f64 {
        let head = self.model.stages().len() - 2;
        time(seconds, || grad_cam(&self.model, head, self.x.clone(), &[0]))
    }

    /// Milliseconds of saliency, which goes all the way back to the pixels.
    pub fn saliency(&self, seconds: f64) -> f64 {
        time(seconds, || saliency(&self.model, self.x.clone(), &[0]))
    }
}

/// The U-Net of the DDPM lesson with the shipped weights, and what it is asked.
#[wasm_bindgen]
pub struct Denoiser {
    model: UNet,
    picture: Vec<f32>,
    time: f32,
    class: i32,
}

#[wasm_bindgen]
impl Denoiser {
    /// From the bytes of `ddpm-small.safetensors`, a noisy picture `[28, 28]` from -1 to 1, a time and a class.
    #[wasm_bindgen(constructor)]
    pub fn new(bytes: &[u8], picture: Vec<f32>, time: f32, class: i32) -> Result<Denoiser, String> {
        let device = Device::flex();
        let parameters = weights::from_safetensors(bytes).map_err(|error| error.to_string())?;
        let config = UNetConfig::of(&parameters).ok_or("These are no weights of a U-Net.")?;
        config.check().map_err(|error| error.to_string())?;
        let fresh = config.init(&device, &mut Pcg32::seed_from_u64(1));
        let model = weights::load(fresh, &parameters, &device).map_err(|error| error.to_string())?;
        if picture.len() != 28 * 28 || config.channels != 1 {
            return Err("The picture has another size.".into());
        }
        Ok(Self { model, picture, time, class })
    }

    /// What the network says: v.
    pub fn answer(&self) -> Result<Vec<f32>, String> {
        let (x, times, classes) = self.asked(1);
        self.model.forward(x, times, classes).into_data().try_into_vec().map_err(|error| format!("{error:?}"))
    }

    /// Milliseconds of the way forward with so many pictures at once.
    pub fn forward(&self, batch: usize, seconds: f64) -> f64 {
        let (x, times, classes) = self.asked(batch);
        time(seconds, || self.model.forward(x.clone(), times.clone(), classes.clone()))
    }
}

impl Denoiser {
    /// The same picture, time and class `batch` times.
    fn asked(&self, batch: usize) -> (Tensor<4>, Tensor<1>, Tensor<1, Int>) {
        let device = Device::flex();
        let x = TensorData::new(self.picture.repeat(batch), [batch, 1, 28, 28]);
        let times = TensorData::new(vec![self.time; batch], [batch]);
        let classes = TensorData::new(vec![self.class; batch], [batch]);
        (Tensor::from_data(x, &device), Tensor::from_data(times, &device), Tensor::from_data(classes, &device))
    }
}

fn main() {}
