//! Depthwise convolution: every map by itself, with its own small kernel.
//!
//! A map is copied once with its margin; a stride of two parts even from odd columns, so that each tap reads neighbours.
//! Tiles of sixteen sums stay in registers over all taps.

use burn::tensor::ops::ConvOptions;

use super::{bend::Bend, plan::Axis};

/// Positions of a tile.
const WIDE: usize = 16;
/// Positions of each of the two rows of a tile on narrow maps.
const NARROW: usize = 8;

/// A convolution `[batch, maps, rows, columns] -> [batch, maps, rows, columns]`, map by map.
#[derive(Clone, Copy, Debug)]
pub(super) struct Depthwise {
    batch: usize,
    maps: usize,
    rows: Axis,
    columns: Axis,
}

impl Depthwise {
    /// None but for kernels of 3 × 3 and 5 × 5 in steps of one or two, one for each map, and margins narrower than them.
    pub(super) fn new(x: [usize; 4], weight: [usize; 4], options: &ConvOptions<2>) -> Option<Self> {
        let [batch, maps, height, width] = x;
        let [kernel, stride] = [weight[2], options.stride[0]];
        let fits = weight == [maps, 1, kernel, kernel] && options.groups == maps && options.dilation == [1, 1];
        let known = matches!((kernel, stride), (3 | 5, 1 | 2)) && options.stride == [stride; 2];
        let narrow = options.padding.iter().all(|(before, behind)| *before < kernel && *behind < kernel);
        if !(fits && known && narrow && batch * maps * height * width > 0) {
            return None;
        }
        let axis = |input, at: usize| Axis::new(input, kernel, stride, options.padding[at], 1);
        Some(Self { batch, maps, rows: axis(height, 0)?, columns: axis(width, 1)? })
    }

    /// Shape of the output.
    pub(super) fn output_shape(&self) -> [usize; 4] {
        [self.batch, self.maps, self.rows.output, self.columns.output]
    }

    /// `y[b, m, r, c] = bend(bias[m] + sum over k, l of weight[m, k, l] * x[b, m, s r + k - p, s c + l - p])`.
    pub(super) fn forward(&self, x: &[f32], weight: &[f32], bias: &[f32], bend: Bend) -> Vec<f32> {
        match (self.rows.kernel, self.rows.stride) {
            (3, 1) => self.slide::<3, 1>(x, weight, bias, bend),
            (3, _) => self.slide::<3, 2>(x, weight, bias, bend),
            (_, 1) => self.slide::<5, 1>(x, weight, bias, bend),
            _ => self.slide::<5, 2>(x, weight, bias, bend),
        }
    }

    fn slide<const KERNEL: usize, const STRIDE: usize>(
        &self,
        x: &[f32],
        weight: &[f32],
        bias: &[f32],
        bend: Bend,
    ) -> Vec<f32> {
        let (rows, columns) = (&self.rows, &self.columns);
        let mut plane = Plane::new::<KERNEL, STRIDE>(rows.output, columns.output);
        let mut y = vec![0.0; self.batch * self.maps * rows.output * columns.output];
        let maps = x.chunks_exact(rows.input * columns.input).zip(y.chunks_exact_mut(rows.output * columns.output));
        for (place, (map, y)) in maps.enumerate() {
            let number = place % self.maps;
            let lines = plane.values.chunks_exact_mut(plane.pitch).skip(rows.padding);
            for (line, row) in lines.zip(map.chunks_exact(columns.input)) {
                if STRIDE == 1 {
                    line[columns.padding..][..row.len()].copy_from_slice(row);
                } else {
                    part(row, columns.padding, line);
                }
            }
            let (kernel, bias) = (&weight[number * KERNEL * KERNEL..][..KERNEL * KERNEL], bias[number]);
            plane.sum::<KERNEL, STRIDE>(kernel, bias, bend, columns.output, y);
        }
        y
    }

    /// The gradient of `x`, given that of `y`: a convolution with the mirrored kernel of `y`'s gradient, its numbers as far
    /// apart as the stride says.
    pub(super) fn input_gradient(&self, weight: &[f32], y_gradient: &[f32]) -> Vec<f32> {
        match self.rows.kernel {
            3 => self.slide_back::<3>(weight, y_gradient),
            _ => self.slide_back::<5>(weight, y_gradient),
        }
    }

    fn slide_back<const KERNEL: usize>(&self, weight: &[f32], y_gradient: &[f32]) -> Vec<f32> {
        let (rows, columns) = (&self.rows, &self.columns);
        let mut plane = Plane::new::<KERNEL, 1>(rows.input, columns.input);
        let mut x = vec![0.0; self.batch * self.maps * rows.input * columns.input];
        let maps = y_gradient.chunks_exact(rows.output * columns.output);
        for (place, (map, x)) in maps.zip(x.chunks_exact_mut(rows.input * columns.input)).enumerate() {
            let number = place % self.maps;
            let lines = plane.values.chunks_exact_mut(plane.pitch).skip(KERNEL - 1 - rows.padding).step_by(rows.stride);
            for (line, row) in lines.zip(map.chunks_exact(columns.output)) {
                let line = &mut line[KERNEL - 1 - columns.padding..];
                if columns.stride == 1 {
                    line[..row.len()].copy_from_slice(row);
                } else {
                    line.iter_mut().step_by(columns.stride).zip(row).for_each(|(to, from)| *to = *from);
                }
            }
            let mut kernel: Vec<f32> = weight[number * KERNEL * KERNEL..][..KERNEL * KERNEL].to_vec();
            kernel.reverse();
            plane.sum::<KERNEL, 1>(&kernel, 0.0, Bend::None, columns.input, x);
        }
        x
    }
}

/// A row's numbers, the first at place `padding`: even places first, odd ones behind the middle of `line`.
fn part(row: &[f32], padding: usize, line: &mut [f32]) {
    let (even, odd) = line.split_at_mut(line.len() / 2);
    let (single, row) = row.split_at(row.len().min(padding % 2));
    odd[padding / 2..].iter_mut().zip(single).for_each(|(to, from)| *to = *from);
    let first = padding.div_ceil(2);
    let (pairs, rest) = row.as_chunks::<2>();
    let (even, odd) = (&mut even[first..], &mut odd[first..]);
    for ((even, odd), pair) in even.iter_mut().zip(odd).zip(pairs) {
        [*even, *odd] = *pair;
    }
    even[pairs.len()..].iter_mut().zip(rest).for_each(|(to, from)| *to = *from);
}

/// One map with its margin and with room for tiles that run over its edges.
struct Plane {
    values: Vec<f32>,
    pitch: usize,
}

impl Plane {
    /// Zeros for so many rows and columns of sums.
    fn new<const KERNEL: usize, const STRIDE: usize>(rows: usize, columns: usize) -> Self {
        let phase = columns.next_multiple_of(NARROW) + KERNEL / STRIDE + WIDE;
        let pitch = phase * STRIDE;
        let lines = (rows.next_multiple_of(2) - 1) * STRIDE + KERNEL + STRIDE;
        Self { values: vec![0.0; lines * pitch], pitch }
    }

    /// All sums of a map with `columns` columns.
    fn sum<const KERNEL: usize, const STRIDE: usize>(
        &self,
        kernel: &[f32],
        bias: f32,
        bend: Bend,
        columns: usize,
        y: &mut [f32],
    ) {
        if columns <= NARROW {
            for (pair, y) in y.chunks_mut(2 * columns).enumerate() {
                let sums = self.tile::<KERNEL, STRIDE, 2, NARROW>(2 * pair, 0, kernel, bias);
                y.chunks_exact_mut(columns).zip(&sums).for_each(|(y, sums)| put(sums, bend, y));
            }
            return;
        }
        // What is left of a row after its wide tiles is a wide tile that runs over the edge, or a narrow one.
        let wide = if columns % WIDE > NARROW { columns } else { columns / WIDE * WIDE };
        for (row, y) in y.chunks_exact_mut(columns).enumerate() {
            let (start, rest) = y.split_at_mut(wide);
            for (index, y) in start.chunks_mut(WIDE).enumerate() {
                let [sums] = self.tile::<KERNEL, STRIDE, 1, WIDE>(row, index * WIDE, kernel, bias);
                put(&sums, bend, y);
            }
            if !rest.is_empty() {
                let [sums] = self.tile::<KERNEL, STRIDE, 1, NARROW>(row, wide, kernel, bias);
                put(&sums, bend, rest);
            }
        }
    }

    /// `ROWS` rows of `WIDTH` sums. Never inlined: in one large function V8 keeps the sums in memory.
    #[inline(never)]
    fn tile<const KERNEL: usize, const STRIDE: usize, const ROWS: usize, const WIDTH: usize>(
        &self,
        row: usize,
        column: usize,
        kernel: &[f32],
        bias: f32,
    ) -> [[f32; WIDTH]; ROWS] {
        let mut sums = [[bias; WIDTH]; ROWS];
        let phase = self.pitch / STRIDE;
        let start = &self.values[row * STRIDE * self.pitch + column..];
        for (tap, factor) in kernel[..KERNEL * KERNEL].iter().enumerate() {
            let (down, right) = (tap / KERNEL, tap % KERNEL);
            let right = right % STRIDE * phase + right / STRIDE;
            for (row, sums) in sums.iter_mut().enumerate() {
                let numbers = &start[(row * STRIDE + down) * self.pitch + right..][..WIDTH];
                sums.iter_mut().zip(numbers).for_each(|(sum, number)| *sum += factor * number);
            }
        }
        sums
    }
}

/// Writes as many bent sums as there is room for.
#[inline(always)]
fn put<const WIDTH: usize>(sums: &[f32; WIDTH], bend: Bend, y: &mut [f32]) {
    let bent = sums.map(|sum| bend.apply(sum));
    match <&mut [f32; WIDTH]>::try_from(&mut *y) {
        Ok(whole) => *whole = bent,
        Err(_) => y.copy_from_slice(&bent[..y.len()]),
    }
}
