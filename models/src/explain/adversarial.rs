//! A change too small to see that a network cannot bear: every pixel goes one small step up or down, whichever makes the
//! right answer less likely.
//!
//! ```text
//! η = ε · sign(∂J / ∂x)        J = -log softmax(scores)[class]        x' = x + η, kept within 0 and 1
//! ```
//!
//! Shapes: `x`, `η` and `x'` `[batch, channels, rows, columns]`, pixels from 0 to 1, so ε = 1/255 is one step of a screen.
//!
//! **Paper.** I. J. Goodfellow, J. Shlens, C. Szegedy: Explaining and harnessing adversarial examples (2015), section 4.
//!
//! **Differs from the paper.** Pixels stay within 0 and 1, so that what comes out is a picture.
//!
//! **When it misleads.** It is one step along a straight line: what survives it may fall to several steps.

use burn::tensor::{Tensor, activation};

use super::convolutional::{Convolutional, chosen, gradient_of, leaf};

/// Which way each pixel must go for the class to become less likely: -1, 0 or 1,
/// `[batch, channels, rows, columns] -> [batch, channels, rows, columns]`. One class for each picture; nothing is read
/// back. It serves every ε.
pub fn direction<M: Convolutional>(model: &M, x: Tensor<4>, classes: &[usize]) -> Tensor<4> {
    let x = leaf(x);
    let shares = activation::log_softmax(model.valid().scores(x.clone()), 1); // [batch, classes]
    let loss = chosen(shares, classes).neg(); // [1]
    gradient_of(&loss, &x).sign()
}

/// The pictures after a step of `epsilon` along a [`direction`]:
/// `[batch, channels, rows, columns], [batch, channels, rows, columns] -> [batch, channels, rows, columns]`.
pub fn stepped(x: Tensor<4>, direction: Tensor<4>, epsilon: f32) -> Tensor<4> {
    (x.inner() + direction * epsilon).clamp(0.0, 1.0)
}

/// The fast gradient sign method: pictures changed by at most `epsilon` a pixel so that each looks less like its class,
/// `[batch, channels, rows, columns] -> [batch, channels, rows, columns]`. One class for each picture; nothing is read
/// back.
pub fn fgsm<M: Convolutional>(model: &M, x: Tensor<4>, classes: &[usize], epsilon: f32) -> Tensor<4> {
    stepped(x.clone(), direction(model, x, classes), epsilon)
}

#[cfg(test)]
mod tests {
    use burn::tensor::{Device, TensorData};
    use rand::SeedableRng;
    use rand_pcg::Pcg32;

    use super::*;
    use crate::{
        foundations::mlp::Activation,
        vision::alexnet::{AlexNet, AlexNetConfig, CHANNELS, SIDE},
    };

    fn network() -> AlexNet {
        let config = AlexNetConfig { maps: [4, 6, 8, 6, 5], units: 7, ..AlexNetConfig::narrowed(3, Activation::Relu) };
        config.init(&Device::flex().autodiff(), &mut Pcg32::seed_from_u64(3))
    }

    fn pictures() -> Tensor<4> {
        let pixels = (0..2 * CHANNELS * SIDE * SIDE).map(|index| (index as f32 * 0.37).sin().abs());
        let shape = [2, CHANNELS, SIDE, SIDE];
        Tensor::from_data(TensorData::new(pixels.collect::<Vec<_>>(), shape), &Device::flex())
    }

    fn numbers<const D: usize>(tensor: Tensor<D>) -> Vec<f32> {
        tensor.into_data().try_into_vec().unwrap()
    }

    fn shares(network: &AlexNet, x: Tensor<4>, classes: &[usize]) -> Vec<f32> {
        let shares = numbers(activation::softmax(network.forward(x).inner(), 1));
        shares.chunks_exact(3).zip(classes).map(|(row, class)| row[*class]).collect()
    }

    #[test]
    fn the_class_becomes_less_likely() {
        let (network, classes) = (network(), [0, 2]);
        let before = shares(&network, pictures(), &classes);
        let after = shares(&network, fgsm(&network, pictures(), &classes, 0.005), &classes);
        assert!(before.iter().zip(&after).all(|(before, after)| after < before), "{before:?} {after:?}");
    }

    #[test]
    fn no_pixel_goes_further_than_allowed() {
        let (before, epsilon) = (numbers(pictures()), 0.05);
        let after = numbers(fgsm(&network(), pictures(), &[1, 1], epsilon));
        assert!(after.iter().all(|pixel| (0.0..=1.0).contains(pixel)));
        // A rounding of numbers up to 1.
        assert!(before.iter().zip(&after).all(|(before, after)| (after - before).abs() <= epsilon + 1e-6));
        let moved = before.iter().zip(&after).filter(|(before, after)| before != after).count();
        assert!(moved > before.len() / 2, "{moved} of {}", before.len());
    }

    #[test]
    fn no_step_changes_nothing() {
        assert_eq!(numbers(fgsm(&network(), pictures(), &[0, 1], 0.0)), numbers(pictures()));
    }
}
