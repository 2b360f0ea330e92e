//! Two-dimensional convolution and its three gradients on plain slices, as products of small matrices with shifted
//! planes (see [`plan`](super::plan) and [`tile`](super::tile)): nothing is unfolded into columns.

use super::{
    bend::Bend,
    plan::{self, Axis, Plan},
    tile::{self, Correlation, Packed, Shifts, WIDE, product},
};

/// `y[b, o, r, c] = bend(bias[o] + sum over i, k, l of weight[o, i, k, l] * x[b, i, s r + d k - p, s c + d l - p])`:
/// `[batch, inputs, rows, columns], [outputs, inputs, rows, columns], [outputs] -> [batch, outputs, rows, columns]`.
pub(super) fn forward(plan: &Plan, x: &[f32], weight: &[f32], bias: &[f32], bend: Bend) -> Vec<f32> {
    let (shifts, sources) = plan.shifts();
    let matrix = Packed::new(weight, plan.outputs, plan.taps(), &sources);
    let mut planes = vec![0.0; plan.planes_len()];
    let mut sums = vec![0.0; matrix.rows() * shifts.stride()];
    let (pitch, [.., height, width]) = (plan.pitch(), plan.output_shape());
    let mut y = vec![0.0; plan.batch * plan.outputs * height * width];
    let y_images = y.chunks_exact_mut(plan.outputs * height * width);
    for (image, y_image) in x.chunks_exact(x.len() / plan.batch).zip(y_images) {
        for chunk in &shifts.chunks {
            plan.spread(image, &chunk.rows, &mut planes);
            product(&planes, &shifts, chunk, &matrix, &mut sums);
            let channels = y_image.chunks_exact_mut(height * width).zip(sums.chunks_exact(chunk.stride()));
            for ((channel, sums), bias) in channels.zip(bias) {
                let rows = channel[chunk.rows.start * width..chunk.rows.end * width].chunks_exact_mut(width);
                for (row, sums) in rows.zip(sums.chunks(pitch)) {
                    row.iter_mut().zip(sums).for_each(|(y, sum)| *y = bend.apply(sum + bias));
                }
            }
        }
    }
    y
}

/// The gradient of `x`, given that of `y`:
/// `[outputs, inputs, rows, columns], [batch, outputs, rows, columns] -> [batch, inputs, rows, columns]`.
///
/// The inputs that share a remainder of row and column by the stride depend on the same taps: for them the gradient is
/// a convolution of `y`'s gradient with those taps, mirrored, in steps of one.
pub(super) fn input_gradient(plan: &Plan, weight: &[f32], y_gradient: &[f32]) -> Vec<f32> {
    let image_len = plan.inputs * plan.rows.input * plan.columns.input;
    let mut gradient = vec![0.0; plan.batch * image_len];
    for row_phase in 0..plan.rows.phases() {
        for column_phase in 0..plan.columns.phases() {
            let phases = [Phase::new(plan.rows, row_phase), Phase::new(plan.columns, column_phase)];
            if phases.iter().all(|phase| phase.count > 0 && !phase.taps.is_empty()) {
                add_phase(plan, &phases, weight, y_gradient, &mut gradient);
            }
        }
    }
    gradient
}

/// The inputs of one axis that share a remainder by the stride.
struct Phase {
    axis: Axis,
    /// Taps that meet these inputs, and their whole steps.
    taps: Vec<(usize, usize)>,
    /// Inputs.
    count: usize,
    /// The first of these inputs.
    first: usize,
    /// Outputs that lie before the first place of a plane; negative where the plane starts in the margin.
    skipped: isize,
}

impl Phase {
    fn new(axis: Axis, phase: usize) -> Self {
        let taps = (0..axis.kernel).map(|tap| (tap, axis.tap(tap)));
        let taps = taps.filter(|(_, (remainder, _))| *remainder == phase).map(|(tap, (_, steps))| (tap, steps));
        let (places, first) = axis.covered(phase);
        let skipped = places.start as isize - axis.reach() as isize;
        Self { axis, taps: taps.collect(), count: places.len(), first, skipped }
    }

    /// Places of a plane of `y`'s gradient with its margin.
    fn places(&self) -> usize {
        self.count + self.axis.reach()
    }

    /// Outputs that lie on the plane, and the place of the first.
    fn covered(&self) -> (std::ops::Range<usize>, usize) {
        let first = self.skipped.max(0) as usize;
        let end = (self.places() as isize + self.skipped).max(0) as usize;
        (first..end.min(self.axis.output).max(first), (first as isize - self.skipped) as usize)
    }
}

/// Writes the gradient of the inputs of one phase of each axis.
fn add_phase(plan: &Plan, [rows, columns]: &[Phase; 2], weight: &[f32], y_gradient: &[f32], gradient: &mut [f32]) {
    let (tall, wide) = (plan.rows.kernel, plan.columns.kernel);
    let (y_rows, top) = rows.covered();
    let (y_columns, left) = columns.covered();
    let pitch = plan::pitch(columns.count, plan.columns.reach(), &(left..left + y_columns.len()));
    let height = tile::height(rows.count, pitch, plan.outputs, plan.inputs);
    let size = plan::plane(height + plan.rows.reach(), columns.places(), pitch);
    // Ordered by row, channel and column of the kernel, as in the forward pass.
    let (mut offsets, mut sources, mut live) = (Vec::new(), Vec::new(), Vec::new());
    for (row, steps) in &rows.taps {
        let down = plan.rows.reach() - steps;
        live.push(top.saturating_sub(down)..(top + y_rows.len()).saturating_sub(down));
        for output in 0..plan.outputs {
            for (column, steps) in &columns.taps {
                let right = plan.columns.reach() - steps;
                offsets.push((output * size + down * pitch + right) as u32);
                sources.push(((output * plan.inputs * tall + row) * wide + column) as u32);
            }
        }
    }
    let shifts = Shifts::new(offsets, &live, [rows.count, columns.count], pitch, height);
    let matrix = Packed::new(weight, plan.inputs, tall * wide, &sources);
    let mut planes = vec![0.0; plan.outputs * size + WIDE];
    let mut sums = vec![0.0; matrix.rows() * shifts.stride()];
    let (y_height, y_width) = (plan.rows.output, plan.columns.output);
    let images = gradient.chunks_exact_mut(plan.inputs * plan.rows.input * plan.columns.input);
    for (image, y_image) in images.zip(y_gradient.chunks_exact(plan.outputs * y_height * y_width)) {
        for chunk in &shifts.chunks {
            let places = chunk.rows.start..chunk.rows.end + plan.rows.reach();
            for (plane, y_channel) in planes.chunks_exact_mut(size).zip(y_image.chunks_exact(y_height * y_width)) {
                for (place, target) in places.clone().zip(plane.chunks_mut(pitch)) {
                    match place.checked_sub(top).map(|index| y_rows.start + index).filter(|row| y_rows.contains(row)) {
                        Some(row) => target[left..][..y_columns.len()]
                            .copy_from_slice(&y_channel[row * y_width..][y_columns.clone()]),
                        None => target.fill(0.0),
                    }
                }
            }
            product(&planes, &shifts, chunk, &matrix, &mut sums);
            let channels = image.chunks_exact_mut(plan.rows.input * plan.columns.input);
            for (channel, sums) in channels.zip(sums.chunks_exact(chunk.stride())) {
                for (index, sums) in chunk.rows.clone().zip(sums.chunks(pitch)) {
                    let start = (rows.first + index * plan.rows.stride) * plan.columns.input + columns.first;
                    let (target, sums) = (&mut channel[start..], &sums[..columns.count]);
                    if plan.columns.stride == 1 {
                        target[..columns.count].copy_from_slice(sums);
                    } else {
                        let target = target.iter_mut().step_by(plan.columns.stride);
                        target.zip(sums).for_each(|(target, sum)| *target = *sum);
                    }
                }
            }
        }
    }
}

/// The gradient of the weights, given that of `y`:
/// `[batch, inputs, rows, columns], [batch, outputs, rows, columns] -> [outputs, inputs, rows, columns]`.
pub(super) fn weight_gradient(plan: &Plan, x: &[f32], y_gradient: &[f32]) -> Vec<f32> {
    let (mut offsets, taps) = (plan.offsets(), plan.taps());
    offsets.resize(taps.next_multiple_of(4), 0);
    let (shifts, _) = plan.shifts();
    let (pitch, y_width) = (plan.pitch(), plan.columns.output);
    let mut sums = Correlation::new(plan.outputs, taps);
    let mut planes = vec![0.0; plan.planes_len()];
    let mut signals = vec![0.0; sums.rows() * shifts.stride()];
    let y_images = y_gradient.chunks_exact(y_gradient.len() / plan.batch);
    for (image, y_image) in x.chunks_exact(x.len() / plan.batch).zip(y_images) {
        for chunk in &shifts.chunks {
            plan.spread(image, &chunk.rows, &mut planes);
            let y_channels = y_image.chunks_exact(y_image.len() / plan.outputs);
            for (signal, y_channel) in signals.chunks_exact_mut(chunk.stride()).zip(y_channels) {
                signal[chunk.span..].fill(0.0);
                let rows = y_channel[chunk.rows.start * y_width..chunk.rows.end * y_width].chunks_exact(y_width);
                for (signal, row) in signal.chunks_mut(pitch).zip(rows) {
                    signal[..y_width].copy_from_slice(row);
                    signal[y_width..].fill(0.0);
                }
            }
            sums.add(&signals, &planes, &offsets, chunk.span);
        }
    }
    (0..plan.outputs)
        .flat_map(|output| (0..taps).map(move |tap| (output, tap)))
        .map(|(o, tap)| sums.at(o, tap))
        .collect()
}

/// The gradient of the bias, given that of `y`: `[batch, outputs, rows, columns] -> [outputs]`.
pub(super) fn bias_gradient([batch, outputs, ..]: [usize; 4], y_gradient: &[f32]) -> Vec<f32> {
    let mut gradient = vec![0.0; outputs];
    for image in y_gradient.chunks_exact(y_gradient.len() / batch) {
        for (gradient, channel) in gradient.iter_mut().zip(image.chunks_exact(image.len() / outputs)) {
            let (runs, rest) = channel.as_chunks::<8>();
            let mut lanes = [0.0; 8];
            for run in runs {
                lanes.iter_mut().zip(run).for_each(|(sum, value)| *sum += value);
            }
            *gradient += lanes.iter().sum::<f32>() + rest.iter().sum::<f32>();
        }
    }
    gradient
}
