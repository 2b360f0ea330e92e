//! Convolution with a kernel of one row and column: at every place one product of a matrix with the maps' numbers there.
//!
//! Places are taken eight at a time. Their numbers are copied into a panel, map after map, which is then read from first
//! to last for every four rows of the matrix.

use burn::tensor::ops::ConvOptions;

use super::{
    bend::Bend,
    tile::{Block, CACHE, NARROW, Packed},
};

/// A convolution `[batch, inputs, rows, columns] -> [batch, outputs, rows, columns]`, place by place.
#[derive(Clone, Copy, Debug)]
pub(super) struct Pointwise {
    batch: usize,
    inputs: usize,
    outputs: usize,
    /// Rows and columns.
    size: [usize; 2],
}

impl Pointwise {
    /// None for larger kernels, for strides, margins and groups, for empty tensors and where shapes do not fit.
    pub(super) fn new(x: [usize; 4], weight: [usize; 4], options: &ConvOptions<2>) -> Option<Self> {
        let ([batch, inputs, rows, columns], [outputs, ..]) = (x, weight);
        let fits = weight == [outputs, inputs, 1, 1] && options.groups == 1;
        let plain = options.stride == [1, 1] && options.padding == [(0, 0); 2];
        let filled = batch * inputs * outputs * rows * columns > 0;
        (fits && plain && filled).then_some(Self { batch, inputs, outputs, size: [rows, columns] })
    }

    /// Shape of the output.
    pub(super) fn output_shape(&self) -> [usize; 4] {
        let [rows, columns] = self.size;
        [self.batch, self.outputs, rows, columns]
    }

    /// `y[b, o, p] = bend(bias[o] + sum over i of weight[o, i] * x[b, i, p])`.
    pub(super) fn forward(&self, x: &[f32], weight: &[f32], bias: &[f32], bend: Bend) -> Vec<f32> {
        let matrix = Packed::of_rows(weight, self.outputs, self.inputs);
        self.apply(&matrix, x, self.inputs, self.outputs, |row| bias[row], bend)
    }

    /// The gradient of `x`, given that of `y`: `sum over o of weight[o, i] * y[b, o, p]`.
    pub(super) fn input_gradient(&self, weight: &[f32], y_gradient: &[f32]) -> Vec<f32> {
        let matrix = Packed::of_columns(weight, self.inputs, self.outputs);
        self.apply(&matrix, y_gradient, self.outputs, self.inputs, |_| 0.0, Bend::None)
    }

    /// `[batch, maps, places] -> [batch, rows, places]` by a matrix `[rows, maps]`.
    fn apply(
        &self,
        matrix: &Packed,
        x: &[f32],
        maps: usize,
        rows: usize,
        bias: impl Fn(usize) -> f32,
        bend: Bend,
    ) -> Vec<f32> {
        let places = self.size[0] * self.size[1];
        let at_a_time = (CACHE / (maps * NARROW)).clamp(1, places.div_ceil(NARROW));
        let mut panels = vec![[0.0; NARROW]; at_a_time * maps];
        let mut y = vec![0.0; self.batch * rows * places];
        for (image, y_image) in x.chunks_exact(maps * places).zip(y.chunks_exact_mut(rows * places)) {
            for first in (0..places).step_by(at_a_time * NARROW) {
                let span = first..places.min(first + at_a_time * NARROW);
                for (map, numbers) in image.chunks_exact(places).enumerate() {
                    for (panel, numbers) in numbers[span.clone()].chunks(NARROW).enumerate() {
                        panels[panel * maps + map][..numbers.len()].copy_from_slice(numbers);
                    }
                }
                for (row, block) in matrix.blocks() {
                    for (panel, first) in panels.chunks_exact(maps).zip(span.clone().step_by(NARROW)) {
                        let width = NARROW.min(places - first);
                        let mut write = |row: usize, sums: &[f32; NARROW]| {
                            // A matrix with an odd number of rows has one of zeros at its end.
                            if row < rows {
                                let sums = sums.map(|sum| bend.apply(sum + bias(row)));
                                y_image[row * places + first..][..width].copy_from_slice(&sums[..width]);
                            }
                        };
                        match block {
                            Block::Four(factors) => {
                                (row..).zip(&tile(panel, factors)).for_each(|(row, sums)| write(row, sums));
                            }
                            Block::Two(factors) => {
                                (row..).zip(&tile(panel, factors)).for_each(|(row, sums)| write(row, sums));
                            }
                        }
                    }
                }
            }
        }
        y
    }
}

/// `ROWS` rows at the places of a panel. Never inlined: in one large function V8 keeps the sums in memory.
#[inline(never)]
fn tile<const ROWS: usize>(panel: &[[f32; NARROW]], factors: &[[f32; ROWS]]) -> [[f32; NARROW]; ROWS] {
    let mut sums = [[0.0; NARROW]; ROWS];
    for (numbers, factors) in panel.iter().zip(factors) {
        for row in 0..ROWS {
            for lane in 0..NARROW {
                sums[row][lane] += factors[row] * numbers[lane];
            }
        }
    }
    sums
}
