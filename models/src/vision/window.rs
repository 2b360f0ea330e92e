//! One filter over one picture in plain loops: the very sum of a convolution, for a figure that shows it place by place.
//!
//! ```text
//! map[i, j] = Σ over u, v of  k[u, v] · x[i + u - padding, j + v - padding]        what lies outside is 0
//! ```
//!
//! Shapes: `x [side, side]`, `k [kernel, kernel]`, `map [side, side]` for `padding = (kernel - 1) / 2`.

/// The sum at one place, by row and column: how strongly the filter's pattern is there.
pub fn sum_at(picture: &[f32], side: usize, filter: &[f32], kernel: usize, place: (usize, usize)) -> f32 {
    let padding = kernel / 2;
    let inside = |place: usize, offset: usize| (place + offset).checked_sub(padding).filter(|place| *place < side);
    let weight = |(index, weight): (usize, &f32)| {
        let (row, column) = (inside(place.0, index / kernel)?, inside(place.1, index % kernel)?);
        Some(weight * picture[row * side + column])
    };
    filter.iter().enumerate().filter_map(weight).sum()
}

/// The sums at all places, row by row.
pub fn map(picture: &[f32], side: usize, filter: &[f32], kernel: usize) -> Vec<f32> {
    (0..side * side).map(|at| sum_at(picture, side, filter, kernel, (at / side, at % side))).collect()
}

#[cfg(test)]
mod tests {
    use burn::tensor::{Device, Tensor, TensorData, module::conv2d, ops::ConvOptions};

    use super::*;

    #[test]
    fn it_is_burn_s_convolution() {
        let (side, kernel) = (9, 5);
        let wave = |count: usize, pace: f32| (0..count).map(|at| (at as f32 * pace).sin()).collect::<Vec<f32>>();
        let (picture, filter) = (wave(side * side, 0.7), wave(kernel * kernel, 1.3));
        let tensor = |values: &[f32], side: usize| {
            Tensor::<4>::from_data(TensorData::new(values.to_vec(), [1, 1, side, side]), &Device::flex())
        };
        let options = ConvOptions::new([1, 1], [2, 2], [1, 1], 1);
        let burn = conv2d(tensor(&picture, side), tensor(&filter, kernel), None, options);
        let burn = burn.into_data().try_into_vec::<f32>().unwrap();
        // Sums of 25 products below 1 in another order.
        let ours = map(&picture, side, &filter, kernel);
        assert!(ours.iter().zip(&burn).all(|(ours, burn)| (ours - burn).abs() < 1e-5));
    }
}
