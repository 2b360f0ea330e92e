//! What is read of the network for the figures: its losses, its weights, and its pictures as bytes.

use models::{
    generative::vae::Vae as Net,
    tensor::{Tensor, Transaction},
};

use crate::lessons::pictures::{LayerView, PIXELS, SIDE, histogram};

/// What has been computed and not yet read back: both terms of a batch, and of the held-out pictures with their means.
#[derive(Default)]
pub struct Pending {
    /// Step, reconstruction, KL of each batch.
    pub terms: Vec<(u64, Tensor<1>, Tensor<1>)>,
    /// Step, reconstruction, KL by unit of the held-out pictures.
    pub evaluations: Vec<(u64, Tensor<1>, Tensor<1>)>,
    /// Where the held-out pictures lie.
    pub means: Option<Tensor<2>>,
}

impl Pending {
    /// Adds all of it to a transaction.
    pub fn register(&self, mut transaction: Transaction) -> Transaction {
        let one = |list: Vec<Tensor<1>>| Tensor::cat(list, 0);
        if !self.terms.is_empty() {
            let list = |read: fn(&(u64, Tensor<1>, Tensor<1>)) -> &Tensor<1>| {
                one(self.terms.iter().map(|term| read(term).clone()).collect())
            };
            transaction = transaction.register(list(|term| &term.1)).register(list(|term| &term.2));
        }
        for (_, cost, kl) in &self.evaluations {
            transaction = transaction.register(cost.clone()).register(kl.clone());
        }
        match &self.means {
            Some(means) => transaction.register(means.clone()),
            None => transaction,
        }
    }
}

/// The weights of every layer, first to last, flat.
pub fn matrices(model: &Net) -> Vec<Tensor<1>> {
    let layers = model.encoder.iter().chain([&model.mean, &model.log_variance]).chain(&model.decoder);
    layers.map(|layer| layer.weight.val().flatten(0, 1)).collect()
}

/// Where the weights of a layer lie; its gradient is another matter.
pub fn weighed(weights: &[f32]) -> LayerView {
    let (histogram, span) = histogram(weights);
    LayerView { histogram, span, gradient: 0.0 }
}

/// Ink from 0 to 1 as a byte.
pub fn byte(ink: f32) -> u8 {
    (ink * 255.0).round() as u8
}

/// Pictures at half their size, each pixel the mean of four.
pub fn halved(pictures: &[u8]) -> Vec<u8> {
    let half = SIDE / 2;
    let mut small = Vec::with_capacity(pictures.len() / 4);
    for picture in pictures.chunks_exact(PIXELS) {
        for cell in 0..half * half {
            let corner = 2 * (cell / half) * SIDE + 2 * (cell % half);
            let sum: u16 = [0, 1, SIDE, SIDE + 1].iter().map(|step| u16::from(picture[corner + step])).sum();
            small.push((sum / 4) as u8);
        }
    }
    small
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn four_pixels_become_one() {
        let mut picture = vec![0_u8; 2 * PIXELS];
        (picture[0], picture[1], picture[SIDE], picture[SIDE + 1]) = (255, 255, 255, 255);
        picture[PIXELS + PIXELS - 1] = 200;
        let small = halved(&picture);
        assert_eq!((small.len(), small[0], small[1], small[2 * 196 - 1]), (2 * 196, 255, 0, 50));
        assert_eq!((byte(f32::NAN), byte(2.0), byte(0.5)), (0, 255, 128));
    }
}
