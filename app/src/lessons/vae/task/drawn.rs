//! What is read of the network for the figures: its weights, and its pictures as bytes.

use models::{generative::vae::Vae as Net, tensor::Tensor};

use crate::lessons::pictures::{PIXELS, SIDE};

/// The weights of every layer, first to last, flat.
pub fn matrices(model: &Net) -> Vec<Tensor<1>> {
    let layers = model.encoder.iter().chain([&model.mean, &model.log_variance]).chain(&model.decoder);
    layers.map(|layer| layer.weight.val().flatten(0, 1)).collect()
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
