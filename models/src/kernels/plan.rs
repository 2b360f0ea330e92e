//! Where a convolution finds its numbers: pictures copied with their margins into planes on which every tap of the
//! kernel, for all positions at once, is one shift.
//!
//! Rows of a plane lie one after another with the margin between them, so a run over a whole plane needs no test for a
//! row's end; what it computes in the margin is dropped. A stride `s` cuts a picture into `s * s` planes, one for each
//! remainder of row and column, and every tap again reads one plane in steps of one.

use std::ops::Range;

use burn::tensor::ops::ConvOptions;

use super::tile::{NARROW, Shifts, WIDE, height};

/// One spatial axis of a convolution.
#[derive(Clone, Copy, Debug)]
pub(super) struct Axis {
    /// Length of the input.
    pub(super) input: usize,
    /// Length of the output.
    pub(super) output: usize,
    /// Taps of the kernel.
    pub(super) kernel: usize,
    /// Step from one output to the next, in inputs.
    pub(super) stride: usize,
    /// Zeros before the first input.
    pub(super) padding: usize,
    /// Step from one tap to the next, in inputs.
    pub(super) dilation: usize,
}

impl Axis {
    /// The axis, or none where no output fits.
    pub(super) fn new(
        input: usize,
        kernel: usize,
        stride: usize,
        padding: (usize, usize),
        dilation: usize,
    ) -> Option<Self> {
        let reach = dilation * kernel.checked_sub(1)? + 1;
        let room = (input + padding.0 + padding.1).checked_sub(reach)?;
        Some(Self { input, output: room / stride + 1, kernel, stride, padding: padding.0, dilation })
    }

    /// The remainder and the whole steps of a tap's distance, in strides.
    pub(super) fn tap(&self, tap: usize) -> (usize, usize) {
        (tap * self.dilation % self.stride, tap * self.dilation / self.stride)
    }

    /// Whole steps of the last tap.
    pub(super) fn reach(&self) -> usize {
        (self.kernel - 1) * self.dilation / self.stride
    }

    /// Remainders that taps can have: the first of them up to the stride.
    pub(super) fn phases(&self) -> usize {
        self.stride.min((self.kernel - 1) * self.dilation + 1)
    }

    /// Places of a plane: outputs and the whole steps of the last tap.
    pub(super) fn places(&self) -> usize {
        self.output + self.reach()
    }

    /// The places of the plane `phase` that lie in the input, and the input of the first: place `i` holds input
    /// `i * stride + phase - padding`.
    pub(super) fn covered(&self, phase: usize) -> (Range<usize>, usize) {
        let first = self.padding.saturating_sub(phase).div_ceil(self.stride);
        let end = (self.input + self.padding).saturating_sub(phase).div_ceil(self.stride).min(self.places());
        (first..end.max(first), first * self.stride + phase - self.padding)
    }
}

/// A convolution `[batch, inputs, rows, columns] -> [batch, outputs, rows, columns]` without groups.
#[derive(Clone, Copy, Debug)]
pub(super) struct Plan {
    /// Pictures.
    pub(super) batch: usize,
    /// Channels of the input.
    pub(super) inputs: usize,
    /// Channels of the output.
    pub(super) outputs: usize,
    /// The vertical axis.
    pub(super) rows: Axis,
    /// The horizontal axis.
    pub(super) columns: Axis,
}

impl Plan {
    /// The plan of `x` `[batch, inputs, rows, columns]` and `weight` `[outputs, inputs, rows, columns]`, or none for
    /// groups, for empty tensors, for outputs of a few numbers and where shapes do not fit.
    pub(super) fn new(x: [usize; 4], weight: [usize; 4], options: &ConvOptions<2>) -> Option<Self> {
        let [batch, inputs, height, width] = x;
        let [outputs, matching, tall, wide] = weight;
        let fits = inputs == matching && options.groups == 1 && batch * inputs * outputs * height * width > 0;
        let axis = |input, kernel, at: usize| {
            Axis::new(input, kernel, options.stride[at], options.padding[at], options.dilation[at])
        };
        let plan = Self { batch, inputs, outputs, rows: axis(height, tall, 0)?, columns: axis(width, wide, 1)? };
        let span = (plan.rows.output - 1) * plan.pitch() + plan.columns.output;
        // Offsets are kept in 32 bits; on small pictures too much of each tile would be of no use.
        let useful = 10 * plan.rows.output * plan.columns.output >= 7 * span.next_multiple_of(NARROW);
        (fits && useful && u32::try_from(plan.planes_len()).is_ok()).then_some(plan)
    }

    /// Shape of the output.
    pub(super) fn output_shape(&self) -> [usize; 4] {
        [self.batch, self.outputs, self.rows.output, self.columns.output]
    }

    /// Products that each output of one channel sums.
    pub(super) fn taps(&self) -> usize {
        self.inputs * self.rows.kernel * self.columns.kernel
    }

    /// Distance between the rows of a plane: neighbours share their margin.
    pub(super) fn pitch(&self) -> usize {
        let columns = &self.columns;
        let phases = (0..columns.phases()).map(|phase| columns.covered(phase).0);
        phases.map(|covered| pitch(columns.output, columns.reach(), &covered)).max().unwrap_or(columns.output)
    }

    /// Planes of one picture.
    fn planes(&self) -> usize {
        self.inputs * self.rows.phases() * self.columns.phases()
    }

    /// Rows of output computed at a time.
    fn height(&self) -> usize {
        height(self.rows.output, self.pitch(), self.planes(), self.outputs)
    }

    /// Numbers of one plane, as much of it as is needed at a time.
    fn plane(&self) -> usize {
        plane(self.height() + self.rows.reach(), self.columns.places(), self.pitch())
    }

    /// Numbers of all planes, with room for a tile that runs over the end.
    pub(super) fn planes_len(&self) -> usize {
        self.planes() * self.plane() + WIDE
    }

    /// The shifts of all taps, ordered by row, channel and column of the kernel, and each tap's place in the weights of
    /// an output.
    pub(super) fn shifts(&self) -> (Shifts, Vec<u32>) {
        let (tall, wide) = (self.rows.kernel, self.columns.kernel);
        let natural = self.offsets();
        let sources: Vec<u32> = (0..tall)
            .flat_map(|row| (0..self.inputs).map(move |channel| (channel * tall + row) * wide))
            .flat_map(|start| (start..start + wide).map(|source| source as u32))
            .collect();
        let offsets = sources.iter().map(|source| natural[*source as usize]).collect();
        let live: Vec<_> = (0..tall)
            .map(|row| {
                let (phase, down) = self.rows.tap(row);
                let (covered, _) = self.rows.covered(phase);
                covered.start.saturating_sub(down)..covered.end.saturating_sub(down)
            })
            .collect();
        let size = [self.rows.output, self.columns.output];
        (Shifts::new(offsets, &live, size, self.pitch(), self.height()), sources)
    }

    /// Copies what some rows of output need of one picture `[inputs, rows, columns]` into its planes, whose margins on
    /// both sides are zeros already.
    pub(super) fn spread(&self, image: &[f32], outputs: &Range<usize>, planes: &mut [f32]) {
        let places = outputs.start..outputs.end + self.rows.reach();
        let (pitch, stride) = (self.pitch(), self.columns.stride);
        let channels = image.chunks_exact(self.rows.input * self.columns.input);
        let mut planes = planes.chunks_exact_mut(self.plane());
        for channel in channels {
            for row_phase in 0..self.rows.phases() {
                let (rows, first_row) = self.rows.covered(row_phase);
                for column_phase in 0..self.columns.phases() {
                    let (columns, first_column) = self.columns.covered(column_phase);
                    let Some(plane) = planes.next() else { return };
                    for (place, target) in places.clone().zip(plane.chunks_mut(pitch)) {
                        if !rows.contains(&place) || columns.is_empty() {
                            target.fill(0.0);
                            continue;
                        }
                        let row = first_row + (place - rows.start) * self.rows.stride;
                        let source = &channel[row * self.columns.input + first_column..];
                        let target = &mut target[columns.clone()];
                        if stride == 1 {
                            target.copy_from_slice(&source[..target.len()]);
                        } else {
                            target.iter_mut().zip(source.iter().step_by(stride)).for_each(|(to, from)| *to = *from);
                        }
                    }
                }
            }
        }
    }

    /// Where on a picture's planes each tap of `[inputs, rows, columns]` starts.
    pub(super) fn offsets(&self) -> Vec<u32> {
        let (size, pitch) = (self.plane(), self.pitch());
        let mut offsets = Vec::with_capacity(self.taps() + 3);
        for channel in 0..self.inputs {
            for row in 0..self.rows.kernel {
                let (row_phase, down) = self.rows.tap(row);
                for column in 0..self.columns.kernel {
                    let (column_phase, right) = self.columns.tap(column);
                    let plane = (channel * self.rows.phases() + row_phase) * self.columns.phases() + column_phase;
                    // `new` has checked that it fits.
                    offsets.push((plane * size + down * pitch + right) as u32);
                }
            }
        }
        offsets
    }
}

/// The smallest distance between rows whose `covered` places hold numbers and all others zeros, so that the places past
/// a row's end can be those before the next row's first number.
pub(super) fn pitch(output: usize, reach: usize, covered: &Range<usize>) -> usize {
    if covered.is_empty() {
        output + reach
    } else {
        output.max(covered.end).max((output + reach).saturating_sub(covered.start))
    }
}

/// Numbers of a plane of `rows` rows and the margin after the last.
pub(super) fn plane(rows: usize, columns: usize, pitch: usize) -> usize {
    rows * pitch + columns.saturating_sub(pitch)
}
