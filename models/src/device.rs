//! Where tensors live, and whether a device can be trusted: some browsers and drivers compute zeros without a word.

use burn::{
    module::Param,
    tensor::{
        Tensor, TensorData, Transaction, activation,
        module::{conv_transpose2d, conv2d},
        ops::{ConvOptions, ConvTransposeOptions},
    },
};

pub use burn::tensor::Device;

use crate::{
    data::images::one_hot,
    foundations::mlp::cross_entropy,
    train::{
        optimizer::{Optimizer, OptimizerKind},
        trainer::Trainer,
    },
    weights,
};

/// Largest difference from the CPU that rounding explains: sums of up to 64 products of numbers below 1 in another
/// order (about 64 · 2⁻²⁴), with room for a driver's fused operations and its own exponential.
const TOLERANCE: f32 = 1e-4;

/// One kind of operation, computed on a device and on the CPU.
#[derive(Clone, Debug, PartialEq)]
pub struct Compared {
    /// What was computed, in words that go into a sentence.
    pub name: &'static str,
    /// The largest difference between the two; NaN if a number is none, or missing.
    pub difference: f32,
    /// What is wrong with the device's result, one sentence; nothing if only rounding parts the two.
    pub fault: Option<String>,
}

/// Computes the operations that networks are made of on `device` and on the CPU and compares them. The error is one
/// plain sentence.
///
/// One readback for each device, asynchronous, so it also works in a browser.
pub async fn self_test(device: &Device) -> Result<(), String> {
    compare(device).await?.into_iter().find_map(|part| part.fault).map_or(Ok(()), Err)
}

/// What [`self_test`] finds, operation by operation. The error, one plain sentence, means that nothing could be compared.
pub async fn compare(device: &Device) -> Result<Vec<Compared>, String> {
    let expected = compute(&Device::flex()).await.map_err(|error| format!("The CPU could not be read: {error}."))?;
    let found = compute(device).await.map_err(|error| format!("The device could not be read: {error}."))?;
    Ok(expected.iter().zip(&found).map(|((name, expected), (_, found))| compare_one(name, expected, found)).collect())
}

fn compare_one(name: &'static str, expected: &[f32], found: &[f32]) -> Compared {
    if expected.len() != found.len() {
        let fault = format!("The device gave {} numbers for {name} instead of {}.", found.len(), expected.len());
        return Compared { name, difference: f32::NAN, fault: Some(fault) };
    }
    let pairs = || expected.iter().zip(found);
    // `max` would lose what is no number.
    let difference = pairs()
        .map(|(expected, found)| (expected - found).abs())
        .fold(0.0_f32, |most, one| if one.is_nan() || most.is_nan() { f32::NAN } else { most.max(one) });
    let near = |expected: f32, found: f32| (expected - found).abs() <= TOLERANCE; // false for NaN
    let wrong = pairs().find(|(expected, found)| !near(**expected, **found));
    let fault =
        wrong.map(|(expected, found)| format!("The device computed {name} wrongly: {found} instead of {expected}."));
    Compared { name, difference, fault }
}

/// Every checked operation's name and result.
async fn compute(device: &Device) -> Result<Vec<(&'static str, Vec<f32>)>, String> {
    let left = wave::<2>([33, 64], 0.37, device);
    let right = wave::<2>([64, 17], 0.53, device);
    let image = wave::<4>([2, 3, 9, 9], 0.29, device);
    let kernel = wave::<4>([4, 3, 3, 3], 0.71, device);
    let back = wave::<4>([3, 4, 3, 3], 0.43, device);
    let product = left.clone().matmul(right) / 8.0; // [33, 17]
    let convolution = conv2d(image.clone(), kernel, None, ConvOptions::new([2, 2], [1, 1], [1, 1], 1)); // [2, 4, 5, 5]
    let transposed = conv_transpose2d(image, back, None, ConvTransposeOptions::new([2, 2], [1, 1], [1, 1], [1, 1], 1)); // [2, 4, 18, 18]
    let softmax = activation::softmax(left.clone(), 1); // [33, 64]
    let trained = backward_step(left, device); // [64, 3]
    let transaction = Transaction::default()
        .register(product)
        .register(convolution / 4.0)
        .register(transposed / 4.0)
        .register(softmax)
        .register(trained);
    let names = ["a matrix product", "a convolution", "a transposed convolution", "softmax", "two steps of training"];
    let data = transaction.execute_async().await.map_err(|error| error.to_string())?;
    let values = data.into_iter().map(|data| weights::to_f32(data).map_err(|error| error.to_string()));
    names.into_iter().zip(values).map(|(name, values)| Ok((name, values?))).collect()
}

/// The weights `[64, 3]` after two steps of Adam on `[33, 64]` inputs.
fn backward_step(inputs: Tensor<2>, device: &Device) -> Tensor<2> {
    let device = device.clone().autodiff();
    let start = Param::from_tensor(wave::<2>([64, 3], 0.19, &device));
    let labels: Vec<u8> = (0..33).map(|index| index % 3).collect();
    let mut trainer = Trainer::new(start, Optimizer::new(OptimizerKind::Adam));
    for _ in 0..2 {
        let (inputs, targets) = (inputs.clone().autodiff(), one_hot(&labels, 3, &device));
        trainer.step(0.01, |weights| cross_entropy(inputs.matmul(weights.val()).tanh(), targets));
    }
    trainer.model.val().inner()
}

/// A tensor of smooth numbers from -1 to 1 that no error can produce by chance.
fn wave<const D: usize>(shape: [usize; D], pace: f32, device: &Device) -> Tensor<D> {
    let count = shape.iter().product::<usize>();
    let values: Vec<f32> = (0..count).map(|index| (index as f32 * pace).sin()).collect();
    Tensor::from_data(TensorData::new(values, shape), device)
}

#[cfg(test)]
mod tests {
    use futures::FutureExt;

    use super::*;

    #[test]
    fn the_cpu_passes_and_its_numbers_are_alive() {
        let device = Device::flex();
        assert_eq!(self_test(&device).now_or_never(), Some(Ok(())));
        for (name, values) in compute(&device).now_or_never().expect("the CPU answers at once").unwrap() {
            assert!(
                values.iter().any(|value| value.abs() > 0.01) && values.iter().all(|value| value.is_finite()),
                "{name}"
            );
        }
    }

    #[test]
    fn what_is_wrong_is_said() {
        assert_eq!(compare_one("x", &[1.0, 2.0], &[1.0, 2.0 + TOLERANCE / 2.0]).fault, None);
        let far = compare_one("a sum", &[1.0, 2.0], &[1.0, 0.0]);
        assert_eq!(far.difference, 2.0);
        assert_eq!(far.fault.as_deref(), Some("The device computed a sum wrongly: 0 instead of 2."));
        let none = compare_one("a sum", &[1.0, 2.0, 3.0], &[1.0, f32::NAN, 3.0]);
        assert!(none.difference.is_nan() && none.fault.is_some());
        assert!(compare_one("a sum", &[1.0], &[]).fault.is_some());
    }

    #[cfg(feature = "ndarray")]
    #[test]
    fn a_second_engine_agrees() {
        #[expect(deprecated, reason = "kept on purpose as an independent engine to check against")]
        let device = Device::ndarray();
        assert_eq!(self_test(&device).now_or_never(), Some(Ok(())));
    }
}
