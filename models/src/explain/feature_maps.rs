//! What the maps of a layer answer to, and which of them answer to nothing.
//!
//! A unit with ReLU that is zero for every picture has no slope either: no training step reaches it again. A map whose
//! units are all of that kind is dead.
//!
//! The maps of one picture are `forward_stages` of [`Convolutional`].

use burn::tensor::Tensor;

use super::convolutional::Convolutional;

/// The strongest answer of each map of each stage, over all these pictures and all places, whatever its sign:
/// `[batch, channels, rows, columns] -> [maps]` for each stage. Nothing is read back.
pub fn strongest<M: Convolutional>(model: &M, x: Tensor<4>) -> Vec<Tensor<1>> {
    let answers = model.valid().forward_stages(x.inner()).into_iter();
    answers
        .map(|maps| {
            let [_, count, _, _] = maps.dims();
            maps.max_abs_dims(&[0, 2, 3]).reshape([count]) // [batch, maps, rows, columns] -> [maps]
        })
        .collect()
}

/// The strongest answers over two sets of pictures, from those over each: `[maps], [maps] -> [maps]` for each stage.
pub fn stronger(one: Vec<Tensor<1>>, other: Vec<Tensor<1>>) -> Vec<Tensor<1>> {
    one.into_iter().zip(other).map(|(one, other)| one.max_pair(other)).collect()
}

/// The maps that answered to no picture, from their strongest answers.
pub fn dead(strongest: &[f32]) -> Vec<usize> {
    (0..strongest.len()).filter(|&map| strongest[map] == 0.0).collect()
}

/// The first layer's filters as pictures, each from -1 to 1 by its own largest weight, 0 staying 0:
/// `[maps, channels, rows, columns]`.
pub fn filter_pictures<M: Convolutional>(model: &M) -> Tensor<4> {
    let filters = model.valid().filters();
    let largest = filters.clone().max_abs_dims(&[1, 2, 3]).clamp_min(f32::MIN_POSITIVE); // [maps, 1, 1, 1]
    filters / largest
}

#[cfg(test)]
mod tests {
    use burn::{module::Param, tensor::Device};
    use rand::SeedableRng;
    use rand_pcg::Pcg32;

    use super::*;
    use crate::{
        foundations::mlp::Activation,
        vision::lenet::{LeNet, LeNetConfig, Pooling},
    };

    fn network() -> LeNet {
        let config = LeNetConfig { classes: 10, activation: Activation::Relu, pooling: Pooling::Max };
        config.init(&Device::flex(), &mut Pcg32::seed_from_u64(3))
    }

    fn numbers<const D: usize>(tensor: Tensor<D>) -> Vec<f32> {
        tensor.into_data().try_into_vec().unwrap()
    }

    #[test]
    fn a_map_that_nothing_reaches_is_dead() {
        let mut network = network();
        let biases = Tensor::from_floats([0.1, 0.1, -100.0, 0.1, 0.1, 0.1], &Device::flex());
        network.c1.bias = Some(Param::from_tensor(biases));
        let dark = strongest(&network, Tensor::zeros([2, 1, 28, 28], &Device::flex()));
        let bright = strongest(&network, Tensor::ones([3, 1, 28, 28], &Device::flex()));
        let counts: Vec<usize> = bright.iter().map(|maps| maps.dims()[0]).collect();
        assert_eq!(counts, [6, 6, 16, 16, 120, 84, 10]);
        let both = stronger(dark, bright);
        assert_eq!(dead(&numbers(both[0].clone())), [2]);
        assert_eq!(dead(&numbers(both[1].clone())), [2]);
    }

    #[test]
    fn filters_fill_their_range() {
        let pictures = filter_pictures(&network());
        assert_eq!(pictures.dims(), [6, 1, 5, 5]);
        for filter in numbers(pictures).chunks_exact(25) {
            assert_eq!(filter.iter().fold(0.0_f32, |largest, weight| largest.max(weight.abs())), 1.0);
        }
    }
}
