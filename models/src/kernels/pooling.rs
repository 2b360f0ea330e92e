//! Max-pooling, average pooling and their gradients on plain slices.

use burn::tensor::ops::{AvgPoolOptions, MaxPoolOptions};

/// A pooling of `[planes, rows, columns]` by windows.
#[derive(Clone, Copy, Debug)]
pub(super) struct Windows {
    /// Pictures times channels.
    planes: usize,
    rows: Axis,
    columns: Axis,
}

/// One spatial axis of a pooling.
#[derive(Clone, Copy, Debug)]
struct Axis {
    input: usize,
    output: usize,
    kernel: usize,
    stride: usize,
    padding: usize,
    dilation: usize,
}

impl Axis {
    fn new(input: usize, at: usize, options: &MaxPoolOptions<2>) -> Option<Self> {
        let (kernel, stride, dilation) = (options.kernel_size[at], options.stride[at], options.dilation[at]);
        let (before, after) = options.padding[at];
        let room = (input + before + after).checked_sub(dilation * (kernel - 1) + 1)?;
        Some(Self { input, output: room / stride + 1, kernel, stride, padding: before, dilation })
    }

    /// Whether windows are pairs of neighbours side by side.
    fn halves(&self) -> bool {
        (self.kernel, self.stride, self.padding, self.dilation) == (2, 2, 0, 1)
    }

    /// The outputs whose window has the tap in the input, and the input under it for the first of them.
    fn covered(&self, tap: usize) -> (std::ops::Range<usize>, usize) {
        let shift = tap * self.dilation;
        let first = self.padding.saturating_sub(shift).div_ceil(self.stride);
        let end = (self.input + self.padding).saturating_sub(shift).div_ceil(self.stride).min(self.output);
        (first..end.max(first), first * self.stride + shift - self.padding)
    }
}

/// The tap of a window that lies wholly in the margin.
const NONE: u32 = u32::MAX;

impl Windows {
    /// The windows on `[batch, channels, rows, columns]`, or none for empty tensors and for what only burn computes.
    pub(super) fn new([batch, channels, rows, columns]: [usize; 4], options: &MaxPoolOptions<2>) -> Option<Self> {
        let whole = !options.ceil_mode && batch * channels * rows * columns > 0;
        let windows = Self {
            planes: batch * channels,
            rows: Axis::new(rows, 0, options)?,
            columns: Axis::new(columns, 1, options)?,
        };
        whole.then_some(windows)
    }

    /// The windows of an average on `[batch, channels, rows, columns]`, or none for empty tensors and for what only burn
    /// computes: margins.
    pub(super) fn of_average(x: [usize; 4], options: &AvgPoolOptions<2>) -> Option<Self> {
        let plain =
            MaxPoolOptions::new(options.kernel_size).with_stride(options.stride).with_ceil_mode(options.ceil_mode);
        Self::new(x, &plain).filter(|_| options.padding == [(0, 0); 2])
    }

    /// Rows and columns of the output.
    pub(super) fn output(&self) -> [usize; 2] {
        [self.rows.output, self.columns.output]
    }

    /// The largest number of every window, as burn and PyTorch find it: the first of equals, the last NaN.
    pub(super) fn maximum(&self, x: &[f32]) -> Vec<f32> {
        self.visit::<false>(x).0
    }

    /// [`Windows::maximum`] and the tap (row by row) where it stands.
    pub(super) fn maximum_and_tap(&self, x: &[f32]) -> (Vec<f32>, Vec<u32>) {
        self.visit::<true>(x)
    }

    /// All windows of a row at once, tap after tap.
    fn visit<const TAPS: bool>(&self, x: &[f32]) -> (Vec<f32>, Vec<u32>) {
        let [height, width] = self.output();
        let mut largest = vec![f32::NEG_INFINITY; self.planes * height * width];
        let mut taps = vec![NONE; if TAPS { largest.len() } else { 0 }];
        let halves = self.rows.halves() && self.columns.halves() && width >= QUAD;
        let rows = largest.chunks_exact_mut(width).enumerate();
        for (index, largest) in rows {
            let (plane, row) = (index / height, index % height);
            let plane = &x[plane * self.rows.input * self.columns.input..];
            if halves {
                let (upper, lower) = plane[2 * row * self.columns.input..].split_at(self.columns.input);
                let taps = if TAPS { &mut taps[index * width..][..width] } else { &mut [] };
                halve::<TAPS>(upper, &lower[..self.columns.input], largest, taps);
                continue;
            }
            for tap_row in 0..self.rows.kernel {
                let input = (row * self.rows.stride + tap_row * self.rows.dilation).checked_sub(self.rows.padding);
                let Some(input) = input.filter(|input| *input < self.rows.input) else { continue };
                let line = &plane[input * self.columns.input..][..self.columns.input];
                for tap_column in 0..self.columns.kernel {
                    let (columns, start) = self.columns.covered(tap_column);
                    if columns.is_empty() {
                        continue;
                    }
                    let tap = (tap_row * self.columns.kernel + tap_column) as u32;
                    let taps = if TAPS { &mut taps[index * width..][columns.clone()] } else { &mut [] };
                    let (largest, line) = (&mut largest[columns], &line[start..]);
                    match self.columns.stride {
                        1 => keep::<TAPS>(largest, taps, line.iter(), tap),
                        2 => {
                            // Pairs, which the compiler can take apart four at a time; the last may lack its second.
                            let (pairs, last) = line.as_chunks::<2>();
                            let (largest, largest_last) = largest.split_at_mut(pairs.len().min(largest.len()));
                            let (taps, taps_last) = taps.split_at_mut(largest.len().min(taps.len()));
                            keep::<TAPS>(largest, taps, pairs.iter().map(|[first, _]| first), tap);
                            keep::<TAPS>(largest_last, taps_last, last.iter(), tap);
                        }
                        stride => keep::<TAPS>(largest, taps, line.iter().step_by(stride), tap),
                    }
                }
            }
        }
        (largest, taps)
    }

    /// The gradient of `x`: each number of `gradient` goes to the input where its maximum stood.
    pub(super) fn gradient(&self, taps: &[u32], gradient: &[f32]) -> Vec<f32> {
        let [height, width] = self.output();
        let input = self.rows.input * self.columns.input;
        let mut x_gradient = vec![0.0; self.planes * input];
        // Distance of each tap from the window's first, which itself may lie in the margin.
        let distances: Vec<usize> = (0..self.rows.kernel * self.columns.kernel)
            .map(|tap| {
                let (row, column) = (tap / self.columns.kernel, tap % self.columns.kernel);
                row * self.rows.dilation * self.columns.input + column * self.columns.dilation
            })
            .collect();
        let margin = self.rows.padding * self.columns.input + self.columns.padding;
        let rows = gradient.chunks_exact(width).zip(taps.chunks_exact(width)).enumerate();
        for (index, (gradient, taps)) in rows {
            let target = &mut x_gradient[index / height * input..][..input];
            let start = index % height * self.rows.stride * self.columns.input;
            for (column, (gradient, tap)) in gradient.iter().zip(taps).enumerate() {
                if let Some(distance) = distances.get(*tap as usize) {
                    target[start + column * self.columns.stride + distance - margin] += gradient;
                }
            }
        }
        x_gradient
    }
}

impl Windows {
    /// The mean of every window, of those without margin.
    pub(super) fn mean(&self, x: &[f32]) -> Vec<f32> {
        let [height, width] = self.output();
        let halves = self.columns.halves();
        let share = self.share();
        let mut means = vec![0.0; self.planes * height * width];
        for (index, means) in means.chunks_exact_mut(width).enumerate() {
            let plane = &x[index / height * self.rows.input * self.columns.input..];
            for tap in 0..self.rows.kernel {
                let line =
                    &plane[(index % height * self.rows.stride + tap) * self.columns.input..][..self.columns.input];
                if halves {
                    let pairs = line.as_chunks::<2>().0;
                    means.iter_mut().zip(pairs).for_each(|(mean, [left, right])| *mean += left + right);
                    continue;
                }
                for tap in 0..self.columns.kernel {
                    let values = line[tap..].iter().step_by(self.columns.stride);
                    means.iter_mut().zip(values).for_each(|(mean, value)| *mean += value);
                }
            }
            means.iter_mut().for_each(|mean| *mean *= share);
        }
        means
    }

    /// The gradient of what [`Windows::mean`] pooled: each number of `gradient` goes to its window in equal parts.
    pub(super) fn mean_gradient(&self, gradient: &[f32]) -> Vec<f32> {
        let [height, width] = self.output();
        let halves = self.columns.halves();
        let share = self.share();
        let input = self.rows.input * self.columns.input;
        let mut x_gradient = vec![0.0; self.planes * input];
        for (index, gradient) in gradient.chunks_exact(width).enumerate() {
            let plane = &mut x_gradient[index / height * input..][..input];
            for tap in 0..self.rows.kernel {
                let start = (index % height * self.rows.stride + tap) * self.columns.input;
                let line = &mut plane[start..][..self.columns.input];
                if halves {
                    let pairs = line.as_chunks_mut::<2>().0;
                    pairs.iter_mut().zip(gradient).for_each(|([left, right], part)| {
                        *left += part * share;
                        *right += part * share;
                    });
                    continue;
                }
                for tap in 0..self.columns.kernel {
                    let targets = line[tap..].iter_mut().step_by(self.columns.stride);
                    targets.zip(gradient).for_each(|(target, part)| *target += part * share);
                }
            }
        }
        x_gradient
    }

    /// What one number of a window adds to its mean.
    fn share(&self) -> f32 {
        1.0 / (self.rows.kernel * self.columns.kernel) as f32
    }
}

/// Keeps the larger of what is there and what comes.
#[inline(always)]
fn keep<'a, const TAPS: bool>(largest: &mut [f32], taps: &mut [u32], values: impl Iterator<Item = &'a f32>, tap: u32) {
    if TAPS {
        for ((largest, at), value) in largest.iter_mut().zip(taps).zip(values) {
            let better = *at == NONE || value > largest || value.is_nan();
            *largest = if better { *value } else { *largest };
            *at = if better { tap } else { *at };
        }
    } else {
        for (largest, value) in largest.iter_mut().zip(values) {
            *largest = if value > largest || value.is_nan() { *value } else { *largest };
        }
    }
}

/// Outputs that [`halve`] computes at once.
const QUAD: usize = 4;

/// The maxima of windows of two by two side by side, [`QUAD`] at once; the last ones again where they do not come out
/// even.
fn halve<const TAPS: bool>(upper: &[f32], lower: &[f32], largest: &mut [f32], taps: &mut [u32]) {
    let mut first = 0;
    while first < largest.len() {
        first = first.min(largest.len() - QUAD);
        let window = 2 * first..2 * (first + QUAD);
        let (maxima, at) = quad(&upper[window.clone()], &lower[window]);
        largest[first..first + QUAD].copy_from_slice(&maxima);
        if TAPS {
            taps[first..first + QUAD].copy_from_slice(&at);
        }
        first += QUAD;
    }
}

/// [`QUAD`] maxima and their taps.
#[inline(always)]
fn quad(upper: &[f32], lower: &[f32]) -> ([f32; QUAD], [u32; QUAD]) {
    let (upper, lower) = (&upper[..2 * QUAD], &lower[..2 * QUAD]);
    let (mut largest, mut taps) = ([0.0; QUAD], [0; QUAD]);
    for index in 0..QUAD {
        largest[index] = upper[2 * index];
    }
    for (tap, line, side) in [(1, upper, 1), (2, lower, 0), (3, lower, 1)] {
        for index in 0..QUAD {
            let value = line[2 * index + side];
            // A NaN wins and stays, as every comparison with it is false; so only `value` being one is a question.
            let better = value > largest[index] || value.is_nan();
            largest[index] = if better { value } else { largest[index] };
            taps[index] = if better { tap } else { taps[index] };
        }
    }
    (largest, taps)
}
