//! Which pixels a score hangs on: the slope of one class's score along every pixel, and the same slope with the way back
//! restricted to what speaks for the class.
//!
//! ```text
//! saliency  s[i, j] = max over channels c of |∂ score_class / ∂ x[c, i, j]|
//! plain     ∂L/∂z = ∂L/∂a · [z > 0]              at every ReLU a = max(0, z)
//! guided    ∂L/∂z = max(0, ∂L/∂a) · [z > 0]
//! ```
//!
//! Shapes: `x [batch, channels, rows, columns]`, `s [batch, rows, columns]`, guided gradient as `x`.
//!
//! **Papers.** K. Simonyan, A. Vedaldi, A. Zisserman: Deep inside convolutional networks (2014). J. T. Springenberg,
//! A. Dosovitskiy, T. Brox, M. Riedmiller: Striving for simplicity: the all convolutional net (2015).
//!
//! **When it misleads.** A saturated score has no slope, and guided backpropagation draws edges that hardly depend on the
//! class: hold it against the same picture with randomised weights (`sanity.rs`).

use burn::tensor::{Tensor, activation};

use super::convolutional::{Convolutional, chosen, gradient_of, leaf};

/// How much the score of each picture's class changes with each pixel, the strongest channel counting:
/// `[batch, channels, rows, columns] -> [batch, rows, columns]`. One class for each picture; nothing is read back.
pub fn saliency<M: Convolutional>(model: &M, x: Tensor<4>, classes: &[usize]) -> Tensor<3> {
    gradient(model, x, classes).abs().max_dim(1).squeeze_dim(1)
}

/// The slope of the score of each picture's class along each pixel, with its sign:
/// `[batch, channels, rows, columns] -> [batch, channels, rows, columns]`.
pub fn gradient<M: Convolutional>(model: &M, x: Tensor<4>, classes: &[usize]) -> Tensor<4> {
    let x = leaf(x);
    let score = chosen(model.valid().scores(x.clone()), classes); // [1]
    gradient_of(&score, &x)
}

/// The guided slope of the score of each picture's class along each pixel:
/// `[batch, channels, rows, columns] -> [batch, channels, rows, columns]`.
///
/// Only ReLU has a guided way back. A network that bends otherwise (tanh, sigmoid) gives the plain gradient.
///
/// What arrives at a ReLU decides what passes it, so the way back is walked by hand, from the last stage to the first
/// and, within a stage, from ReLU to ReLU. Between them burn's gradient is right: the gradient of `Σ z · g` with `g` held
/// fixed is `g` carried one piece back. A stage's input and a ReLU's answer may be used any number of times within the
/// stage, as in a residual block; what lies between them only once.
pub fn guided_backpropagation<M: Convolutional>(model: &M, x: Tensor<4>, classes: &[usize]) -> Tensor<4> {
    walk_back(model, x, classes, |gradient| gradient.clamp_min(0.0))
}

/// The way back with `pass` at every open ReLU; without it, as in `|gradient| gradient`, it is the plain gradient:
/// `[batch, channels, rows, columns] -> [batch, channels, rows, columns]`.
fn walk_back<M: Convolutional>(model: &M, x: Tensor<4>, classes: &[usize], pass: Pass) -> Tensor<4> {
    let model = model.valid();
    let mut pieces = Vec::new();
    let mut x = x.inner();
    for stage in 0..model.stages().len() {
        let piece = Piece::run(&model, stage, x);
        x = piece.output.clone().inner();
        pieces.push(piece);
    }
    let scores = leaf(x); // [batch, classes, 1, 1]
    let score = chosen(scores.clone().flatten(1, 3), classes); // [1]
    pieces.into_iter().rev().fold(gradient_of(&score, &scores), |arriving, piece| piece.back(arriving, pass))
}

/// What of a gradient passes a ReLU; the shape stays.
type Pass = fn(Tensor<4>) -> Tensor<4>;

/// A stage that was run with its tape cut at every ReLU.
struct Piece {
    input: Tensor<4>,
    relus: Vec<Cut>,
    output: Tensor<4>,
}

/// A ReLU: the sums that went in, still on the tape, and the answer that came out, where a new tape begins.
struct Cut {
    sums: Tensor<4>,
    answer: Tensor<4>,
}

impl Piece {
    fn run<M: Convolutional>(model: &M, stage: usize, x: Tensor<4>) -> Self {
        let input = leaf(x);
        let mut relus = Vec::new();
        let output = model.run(stage..stage + 1, input.clone(), &mut |sums| {
            let answer = leaf(activation::relu(sums.clone()));
            relus.push(Cut { sums, answer: answer.clone() });
            answer
        });
        Self { input, relus, output }
    }

    /// Carries a gradient from the stage's output to its input: `[batch, maps, rows, columns]` each.
    fn back(self, arriving: Tensor<4>, pass: Pass) -> Tensor<4> {
        let Self { input, relus, output } = self;
        let mut sources = vec![input];
        sources.extend(relus.iter().map(|relu| relu.answer.clone()));
        let mut arrived: Vec<Option<Tensor<4>>> = vec![None; sources.len()];
        spread(&output, arriving, &sources, &mut arrived);
        for (place, relu) in relus.iter().enumerate().rev() {
            if let Some(gradient) = arrived[place + 1].take() {
                let closed = relu.sums.clone().inner().lower_equal_elem(0.0);
                spread(&relu.sums, pass(gradient).mask_fill(closed, 0.0), &sources, &mut arrived);
            }
        }
        let nothing = || sources[0].clone().inner().zeros_like();
        arrived.swap_remove(0).unwrap_or_else(nothing)
    }
}

/// Carries the gradient of `target` to the sources that it was computed from, and adds it to what arrived there.
fn spread(target: &Tensor<4>, gradient: Tensor<4>, sources: &[Tensor<4>], arrived: &mut [Option<Tensor<4>>]) {
    let mut gradients = (target.clone() * gradient.autodiff()).sum().backward();
    for (source, arrived) in sources.iter().zip(arrived) {
        if let Some(share) = source.grad_remove(&mut gradients) {
            *arrived = Some(match arrived.take() {
                Some(before) => before + share,
                None => share,
            });
        }
    }
}

#[cfg(test)]
mod tests {
    use std::ops::Range;

    use burn::{
        module::{Module, Param},
        tensor::{Device, TensorData, module::conv2d, ops::ConvOptions},
    };
    use rand::SeedableRng;
    use rand_pcg::Pcg32;

    use super::*;
    use crate::{
        explain::convolutional::{Relu, Stage},
        foundations::mlp::Activation,
        vision::lenet::{LeNet, LeNetConfig, Pooling},
    };

    fn network(activation: Activation) -> LeNet {
        let config = LeNetConfig { classes: 10, activation, pooling: Pooling::Average };
        config.init(&Device::flex().autodiff(), &mut Pcg32::seed_from_u64(3))
    }

    fn pictures() -> Tensor<4> {
        let pixels = (0..2 * 784).map(|index| (index as f32 * 0.37).sin().abs()).collect::<Vec<_>>();
        Tensor::from_data(TensorData::new(pixels, [2, 1, 28, 28]), &Device::flex())
    }

    fn numbers<const D: usize>(tensor: Tensor<D>) -> Vec<f32> {
        tensor.into_data().try_into_vec().unwrap()
    }

    #[test]
    fn a_step_along_the_gradient_changes_the_score_as_foretold() {
        // The network is linear between its bends, so a small step follows the slope.
        let network = network(Activation::Tanh);
        let (x, classes) = (pictures(), [4, 7]);
        let slope = gradient(&network, x.clone(), &classes);
        let score = |x| numbers(chosen(network.scores(x), &classes).inner())[0];
        let step = 1e-3 / numbers(slope.clone().square().sum())[0];
        let risen = score(x.clone() + slope.clone() * step) - score(x.clone() - slope.clone() * step);
        assert!((risen / 2e-3 - 1.0).abs() < 0.02, "{risen}");
        assert_eq!(saliency(&network, x, &classes).dims(), [2, 28, 28]);
    }

    #[test]
    fn pictures_of_a_batch_do_not_see_each_other() {
        let network = network(Activation::Relu);
        let both = guided_backpropagation(&network, pictures(), &[1, 2]);
        let second = guided_backpropagation(&network, pictures().narrow(0, 1, 1), &[2]);
        let (both, second) = (numbers(both.narrow(0, 1, 1)), numbers(second));
        assert!(both.iter().zip(&second).all(|(a, b)| (a - b).abs() < 1e-6));
    }

    #[test]
    fn without_relu_guided_is_plain() {
        let network = network(Activation::Tanh);
        let guided = numbers(guided_backpropagation(&network, pictures(), &[1, 2]));
        let plain = numbers(gradient(&network, pictures(), &[1, 2]));
        assert!(guided.iter().zip(&plain).all(|(a, b)| (a - b).abs() < 1e-6));
    }

    #[test]
    fn without_a_guide_the_walk_is_the_gradient() {
        let network = network(Activation::Relu);
        let walked = numbers(walk_back(&network, pictures(), &[1, 2], |gradient| gradient));
        let plain = numbers(gradient(&network, pictures(), &[1, 2]));
        assert!(walked.iter().zip(&plain).all(|(a, b)| (a - b).abs() < 1e-6));
        let guided = numbers(guided_backpropagation(&network, pictures(), &[1, 2]));
        assert!(guided.iter().zip(&plain).any(|(a, b)| (a - b).abs() > 1e-3));
    }

    /// Two residual blocks, the second within reach of the first by its shortcut alone, and a sum over all places.
    #[derive(Module, Debug)]
    struct Residual {
        filters: Param<Tensor<4>>,
    }

    impl Convolutional for Residual {
        fn stages(&self) -> Vec<Stage> {
            ["block 1", "block 2", "scores"].map(|name| Stage { name, field: None }).to_vec()
        }

        fn run(&self, stages: Range<usize>, x: Tensor<4>, relu: Relu<'_>) -> Tensor<4> {
            let convolution = |x| conv2d(x, self.filters.val(), None, ConvOptions::new([1, 1], [1, 1], [1, 1], 1));
            stages.fold(x, |x, stage| match stage {
                0 | 1 => {
                    let inner = relu(convolution(x.clone()));
                    relu(convolution(inner.clone()) + inner * 0.5 + x)
                }
                _ => x.sum_dim(3).sum_dim(2),
            })
        }

        fn filters(&self) -> Tensor<4> {
            self.filters.val()
        }
    }

    #[test]
    fn shortcuts_carry_gradients_too() {
        let wave = |shape: [usize; 4], pace: f32| {
            let values: Vec<f32> = (0..shape.iter().product()).map(|index| (index as f32 * pace).sin()).collect();
            Tensor::<4>::from_data(TensorData::new(values, shape), &Device::flex())
        };
        let network = Residual { filters: Param::from_tensor(wave([2, 2, 3, 3], 1.3) * 0.4) };
        let x = wave([1, 2, 6, 6], 0.7);
        let walked = numbers(walk_back(&network, x.clone(), &[1], |gradient| gradient));
        let plain = numbers(gradient(&network, x, &[1]));
        assert!(plain.iter().any(|slope| slope.abs() > 0.1));
        // Sums of some dozens of f32 in another order.
        assert!(walked.iter().zip(&plain).all(|(a, b)| (a - b).abs() < 1e-5), "{walked:?} {plain:?}");
    }
}
