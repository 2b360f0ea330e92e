//! Training where the visitors train: in a browser, on the CPU and on (software) WebGPU.
#![cfg(target_arch = "wasm32")]

use models::{
    data::images::one_hot,
    device::{Device, self_test},
    explain::{
        convolutional::Convolutional,
        feature_maps::{filter_pictures, strongest},
        grad_cam::{enlarge, grad_cam},
        occlusion::{Patch, occlusion},
        saliency::{guided_backpropagation, saliency},
        sanity::cascade,
    },
    foundations::mlp::{Activation, MlpConfig, cross_entropy},
    generative::vae::{VaeConfig, noise},
    kernels,
    tensor::{
        Tensor, TensorData, module,
        ops::{ConvOptions, MaxPoolOptions},
    },
    train::{
        optimizer::{Optimizer, OptimizerKind},
        trainer::{Checkpoint, Trainer},
    },
    vision::lenet::{LeNetConfig, Pooling, pictures},
};
use rand::{RngExt, SeedableRng};
use rand_pcg::Pcg32;
use wasm_bindgen_test::{console_log, wasm_bindgen_test, wasm_bindgen_test_configure};

wasm_bindgen_test_configure!(run_in_browser);

const EXAMPLES: usize = 32;

/// Points in the plane and which side of the circle they lie on: `[examples, 2]`, `[examples, 2]`.
fn circle(device: &Device) -> (Tensor<2>, Tensor<2>) {
    let mut rng = Pcg32::seed_from_u64(3);
    let points: Vec<f32> = (0..2 * EXAMPLES).map(|_| rng.random_range(-1.0..1.0)).collect();
    let targets = points
        .chunks(2)
        .flat_map(|p| if p[0] * p[0] + p[1] * p[1] < 0.5 { [1.0_f32, 0.0] } else { [0.0, 1.0] })
        .collect();
    (
        Tensor::from_data(TensorData::new(points, [EXAMPLES, 2]), device),
        Tensor::from_data(TensorData::new::<f32, _>(targets, [EXAMPLES, 2]), device),
    )
}

/// Trains a tiny network; the losses are read back at the end, together.
async fn train(device: &Device, steps: usize) -> (Vec<f32>, Checkpoint) {
    let device = device.clone().autodiff();
    let config = MlpConfig { sizes: vec![2, 16, 2], activation: Activation::Tanh };
    let model = config.init(&device, &mut Pcg32::seed_from_u64(1));
    let mut trainer = Trainer::new(model, Optimizer::new(OptimizerKind::Adam));
    let (inputs, targets) = circle(&device);
    let losses: Vec<Tensor<1>> = (0..steps)
        .map(|_| trainer.step(0.02, |model| cross_entropy(model.forward(inputs.clone()), targets.clone())))
        .collect();
    let losses = Tensor::cat(losses, 0).into_data_async().await.expect("losses").try_to_vec().expect("floats");
    (losses, trainer.save().await.expect("a checkpoint"))
}

/// Both terms of a variational autoencoder's bound, what it draws, and its last weights after one training step.
async fn imagine(device: &Device) -> Vec<(&'static str, Vec<f32>)> {
    let config = VaeConfig { pixels: 784, hidden: vec![64, 32], latent: 2, activation: Activation::Relu };
    let fresh = |device: &Device| config.init(device, &mut Pcg32::seed_from_u64(1));
    let pixels: Vec<f32> = (0..4 * 784).map(|at| ((at as f32 * 0.23).sin() * 0.5 + 0.5).powi(2)).collect();
    let x = Tensor::<2>::from_data(TensorData::new(pixels, [4, 784]), device);
    let noise = noise(4, 2, &mut Pcg32::seed_from_u64(2), device);
    let terms = fresh(device).elbo(x.clone(), noise.clone());
    let mut trainer = Trainer::new(fresh(&device.clone().autodiff()), Optimizer::new(OptimizerKind::Sgd));
    trainer.step(1e-3, |model| model.elbo(x.autodiff(), noise.clone().autodiff()).loss(1.0));
    let tensors = [
        // In units of about one: hundreds of nats are sums of 784 terms.
        ("the reconstruction", terms.reconstruction / 784.0),
        ("the divergence", terms.kl),
        ("what it draws", trainer.valid().draw(noise).flatten(0, 1)),
        ("the trained decoder", trainer.valid().decoder[0].weight.val().flatten(0, 1)),
    ];
    let mut found = Vec::new();
    for (name, tensor) in tensors {
        let tensor: Tensor<1> = tensor;
        found.push((name, tensor.into_data_async().await.expect(name).try_to_vec().expect("floats")));
    }
    found
}

/// Everything that the LeNet lesson computes for one picture and one training step, by name.
async fn look(device: &Device) -> Vec<(&'static str, Vec<f32>)> {
    let config = LeNetConfig { classes: 10, activation: Activation::Relu, pooling: Pooling::Average };
    let fresh = |seed: u64, device: &Device| config.init(device, &mut Pcg32::seed_from_u64(seed));
    let pixels: Vec<f32> = (0..2 * 784).map(|at| ((at as f32 * 0.37).sin() * 0.5 + 0.5).powi(2)).collect();
    let x = pictures(Tensor::<2>::from_data(TensorData::new(pixels, [2, 784]), device)); // [2, 1, 28, 28]
    let (model, classes) = (cascade(&fresh(1, device), &fresh(2, device), 1), [3, 7]);
    let heat = grad_cam(&model, 2, x.clone(), &classes);
    let patch = Patch { side: 5, stride: 6, fill: 0.0 };
    let one = x.clone().slice([0..1, 0..1, 0..28, 0..28]);
    let field = model.stages()[2].field.expect("C3 has a place in the picture");
    let learning = device.clone().autodiff();
    let mut trainer = Trainer::new(fresh(1, &learning), Optimizer::new(OptimizerKind::Sgd));
    let targets = one_hot(&[3, 7], 10, &learning);
    trainer.step(0.1, |model| cross_entropy(model.forward(x.clone().autodiff()), targets));
    let tensors = [
        ("the scores", model.forward(x.clone()).flatten(0, 1)),
        ("the strongest answers", strongest(&model, x.clone()).remove(2)),
        ("saliency", saliency(&model, x.clone(), &classes).flatten(0, 2)),
        ("guided backpropagation", guided_backpropagation(&model, x, &classes).flatten(0, 3)),
        ("Grad-CAM", enlarge(heat, field.into(), 28).flatten(0, 2)),
        ("occlusion", occlusion(&model, one, patch, 10).drop(3).flatten(0, 1)),
        ("the filters", filter_pictures(&model).flatten(0, 3)),
        ("the trained filters", trainer.valid().c3.weight.val().flatten(0, 3)),
    ];
    let mut found = Vec::new();
    for (name, tensor) in tensors {
        let tensor: Tensor<1> = tensor;
        found.push((name, tensor.into_data_async().await.expect(name).try_to_vec().expect("floats")));
    }
    found
}

fn largest_difference(a: &[f32], b: &[f32]) -> f32 {
    assert_eq!(a.len(), b.len());
    assert!(a.iter().chain(b).all(|value| value.is_finite()), "a number is not finite");
    assert!(a.iter().any(|value| *value != 0.0), "all numbers are zero: a shader was skipped");
    a.iter().zip(b).map(|(a, b)| (a - b).abs()).fold(0.0, f32::max)
}

/// What a convolution with pooling gives, and the gradients of its input and weights, in one row.
async fn convolve(device: &Device, ours: bool) -> Vec<f32> {
    let wave = |shape: [usize; 4], pace: f32| {
        let values: Vec<f32> = (0..shape.iter().product()).map(|index: usize| (index as f32 * pace).sin()).collect();
        Tensor::<4>::from_data(TensorData::new(values, shape), &device.clone().autodiff())
    };
    let (x, weight) = (wave([3, 2, 13, 11], 0.37).require_grad(), wave([7, 2, 5, 3], 0.73).require_grad());
    let (options, windows) = (ConvOptions::new([1, 1], [2, 1], [1, 1], 1), MaxPoolOptions::new([2, 2]));
    let y = if ours {
        kernels::max_pool2d(kernels::conv2d(x.clone(), weight.clone(), None, options), windows)
    } else {
        module::max_pool2d(module::conv2d(x.clone(), weight.clone(), None, options), windows)
    };
    let gradients = (y.clone() * y.clone()).mean().backward();
    let parts = [Some(y.inner()), x.grad(&gradients), weight.grad(&gradients)];
    let parts = parts.into_iter().map(|part| part.expect("a gradient").flatten::<1>(0, 3)).collect();
    Tensor::cat(parts, 0).into_data_async().await.expect("numbers").try_to_vec().expect("floats")
}

#[wasm_bindgen_test]
async fn our_convolution_equals_burns() {
    let cpu = Device::flex();
    let difference = largest_difference(&convolve(&cpu, true).await, &convolve(&cpu, false).await);
    // Sums of at most 30 products below 1, and gradients of 231 such sums, in another order.
    assert!(difference < 1e-4, "{difference}");
}

#[wasm_bindgen_test]
async fn the_cpu_learns() {
    let (losses, _) = train(&Device::flex(), 200).await;
    console_log!("loss {} to {}", losses[0], losses[199]);
    assert!(losses[199] < losses[0] / 3.0);
}

#[wasm_bindgen_test]
async fn webgpu_equals_the_cpu() {
    // The device can be made once in a worker, so everything that needs it stands in this one test.
    let gpu = Device::wgpu_options().init_async().await.expect("WebGPU, if only in software");
    let (mut seen, mut cpu_seen) = (look(&gpu).await, look(&Device::flex()).await);
    seen.extend(imagine(&gpu).await);
    cpu_seen.extend(imagine(&Device::flex()).await);
    for ((name, gpu), (_, cpu)) in seen.iter().zip(&cpu_seen) {
        // Sums of up to 400 products in another order, forward and back, of numbers up to about 10.
        let difference = largest_difference(cpu, gpu);
        assert!(difference < 1e-4, "{name}: {difference}");
    }
    self_test(&gpu).await.expect("the self-test");
    let (cpu_losses, cpu) = train(&Device::flex(), 10).await;
    let (gpu_losses, gpu) = train(&gpu, 10).await;
    // Ten steps of Adam: rounding differs between the engines, and Adam divides by small numbers.
    assert!(largest_difference(&cpu_losses, &gpu_losses) < 1e-4);
    for (cpu, gpu) in cpu.parameters.0.iter().zip(&gpu.parameters.0) {
        assert!(largest_difference(&cpu.values, &gpu.values) < 1e-3, "{}", cpu.name);
    }
}
