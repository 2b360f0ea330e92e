//! The arithmetic of every convolution here: small tiles whose sums stay in registers from first to last product.
//!
//! A tile is 4 rows by 8 positions or 2 rows by 16, that is 8 sums of four lanes: with the operands just what 16
//! registers of four lanes hold (WebAssembly's SIMD on x86, and NEON). The loops have constant bounds and no branch, so
//! the compiler turns them into such instructions on every machine; no fused multiply-add, so all of them round alike.

use std::ops::Range;

/// Positions of a wide tile; [`product`] writes its rows in steps of this many numbers.
pub(super) const WIDE: usize = 16;

/// Positions worth computing for all rows before the next: a few tiles, so that little of the last is of no use.
const CHUNK: usize = 256;

/// Numbers of planes and sums that stay in the caches (96 kB) while they are used again.
pub(super) const CACHE: usize = 24 * 1024;

/// Rows of positions to compute at a time, of `rows` with `pitch` positions each, on so many planes for so many sums.
pub(super) fn height(rows: usize, pitch: usize, planes: usize, sums: usize) -> usize {
    (CHUNK / pitch).max(CACHE / ((planes + sums) * pitch)).clamp(1, rows)
}

/// Positions of a narrow tile.
pub(super) const NARROW: usize = 8;

/// Taps as shifts of planes, and the positions that their products are summed for.
pub(super) struct Shifts {
    /// Start of each tap on the planes.
    offsets: Vec<u32>,
    /// The rows of positions in pieces, for each of which the planes are filled anew.
    pub(super) chunks: Vec<Chunk>,
}

/// Some rows of positions.
pub(super) struct Chunk {
    /// The rows.
    pub(super) rows: Range<usize>,
    /// Positions from the first to the last.
    pub(super) span: usize,
    /// For every [`NARROW`] positions the taps that meet more than zeros there.
    alive: Vec<Range<usize>>,
}

impl Chunk {
    /// Numbers between the rows of [`product`]'s result.
    pub(super) fn stride(&self) -> usize {
        self.span.next_multiple_of(WIDE)
    }
}

impl Shifts {
    /// Shifts by `offsets` of `rows` rows of `columns` positions, `pitch` from one row to the next, `height` at a time.
    ///
    /// The taps come in groups of one length, one for each element of `live`: the rows at which the group meets more
    /// than zeros.
    pub(super) fn new(
        offsets: Vec<u32>,
        live: &[Range<usize>],
        [rows, columns]: [usize; 2],
        pitch: usize,
        height: usize,
    ) -> Self {
        let group = offsets.len() / live.len();
        let chunk = |first: usize| {
            let end = rows.min(first + height);
            let span = (end - first - 1) * pitch + columns;
            let alive = (0..span).step_by(NARROW).map(|position| {
                let (top, bottom) = (first + position / pitch, first + (position + NARROW - 1) / pitch);
                let meets = |rows: &Range<usize>| rows.start <= bottom && top < rows.end;
                let start = live.iter().position(meets).unwrap_or(0);
                let end = live.iter().rposition(meets).map_or(start, |last| last + 1);
                start * group..end * group
            });
            Chunk { rows: first..end, span, alive: alive.collect() }
        };
        let chunks = (0..rows).step_by(height).map(chunk).collect();
        Self { offsets, chunks }
    }

    /// The largest [`Chunk::stride`].
    pub(super) fn stride(&self) -> usize {
        self.chunks.iter().map(Chunk::stride).max().unwrap_or(0)
    }
}

/// A matrix `[rows, taps]` in the order in which [`product`] reads it: four rows side by side, then the last two.
pub(super) struct Packed {
    values: Vec<f32>,
    rows: usize,
    taps: usize,
}

impl Packed {
    /// Packs `rows` rows: `values[row * step + sources[tap]]` each. An odd number is made even by a row of zeros.
    pub(super) fn new(values: &[f32], rows: usize, step: usize, sources: &[u32]) -> Self {
        let even = rows.next_multiple_of(2);
        let mut packed = vec![0.0; even * sources.len()];
        let (fours, rest) = packed.split_at_mut(rows / 4 * 4 * sources.len());
        // Rows as long as the farthest source needs, so that one comparison for each tap is enough.
        let reach = sources.iter().max().map_or(0, |source| *source as usize + 1);
        for (first, block) in (0..).step_by(4).zip(fours.chunks_exact_mut((4 * sources.len()).max(1))) {
            let [a, b, c, d] = std::array::from_fn(|row| &values[(first + row) * step..][..reach]);
            for (target, source) in block.as_chunks_mut::<4>().0.iter_mut().zip(sources) {
                let source = *source as usize;
                assert!(source < reach, "a source beyond the row");
                *target = [a[source], b[source], c[source], d[source]];
            }
        }
        let mut first = rows / 4 * 4;
        let mut rest = rest.iter_mut();
        while first < even {
            let height = if even - first >= 4 { 4 } else { 2 };
            let at = |row, source| if row < rows { values[row * step + source as usize] } else { 0.0 };
            for source in sources {
                for (row, target) in (first..first + height).zip(&mut rest) {
                    *target = at(row, *source);
                }
            }
            first += height;
        }
        Self { values: packed, rows: even, taps: sources.len() }
    }

    /// Packs `values` `[rows, taps]` as it lies there.
    pub(super) fn of_rows(values: &[f32], rows: usize, taps: usize) -> Self {
        let (fours, rest) = values.split_at(rows / 4 * 4 * taps);
        let mut packed = Vec::with_capacity(rows.next_multiple_of(2) * taps);
        for block in fours.chunks_exact(4 * taps) {
            let [a, b, c, d] = std::array::from_fn(|row| &block[row * taps..(row + 1) * taps]);
            packed.extend(a.iter().zip(b).zip(c).zip(d).flat_map(|(((a, b), c), d)| [*a, *b, *c, *d]));
        }
        let sources: Vec<u32> = (0..taps as u32).collect();
        packed.extend(Self::new(rest, rows % 4, taps, &sources).values);
        Self { values: packed, rows: rows.next_multiple_of(2), taps }
    }

    /// Packs the transpose of `values` `[taps, rows]`.
    pub(super) fn of_columns(values: &[f32], rows: usize, taps: usize) -> Self {
        let mut packed = Vec::with_capacity(rows.next_multiple_of(2) * taps);
        for first in (0..rows / 4 * 4).step_by(4) {
            packed.extend(
                values.chunks_exact(rows).flat_map(|tap| [tap[first], tap[first + 1], tap[first + 2], tap[first + 3]]),
            );
        }
        let sources: Vec<u32> = (0..taps).map(|tap| (tap * rows) as u32).collect();
        packed.extend(Self::new(&values[rows / 4 * 4..], rows % 4, 1, &sources).values);
        Self { values: packed, rows: rows.next_multiple_of(2), taps }
    }

    /// Rows, made even.
    pub(super) fn rows(&self) -> usize {
        self.rows
    }

    /// The rows' factors in the order in which they are read, each block with its first row.
    pub(super) fn blocks(&self) -> impl Iterator<Item = (usize, Block<'_>)> {
        let (fours, twos) = self.values.split_at(self.rows / 4 * 4 * self.taps);
        let fours = fours.chunks_exact(4 * self.taps).map(|block| Block::Four(block.as_chunks().0));
        let two = (!twos.is_empty()).then_some(Block::Two(twos.as_chunks().0));
        (0..).step_by(4).zip(fours.chain(two))
    }
}

/// Factors of some rows of a matrix, tap after tap.
#[derive(Clone, Copy)]
pub(super) enum Block<'a> {
    /// Of four rows.
    Four(&'a [[f32; 4]]),
    /// Of the last two.
    Two(&'a [[f32; 2]]),
}

/// `out[row][p] = sum over taps of matrix[row][tap] * planes[offset of tap + p]` for every position `p` of a chunk,
/// counted from its first.
///
/// `out` holds `matrix.rows()` rows of [`Chunk::stride`] numbers; `planes` reaches [`WIDE`] beyond the last position.
/// What lies beyond the positions in a row of `out` is of no use.
pub(super) fn product(planes: &[f32], shifts: &Shifts, chunk: &Chunk, matrix: &Packed, out: &mut [f32]) {
    let stride = chunk.stride();
    let (mut row, mut values) = (0, &matrix.values[..]);
    while row < matrix.rows {
        let height = if matrix.rows - row >= 4 { 4 } else { 2 };
        let (block, rest) = values.split_at(height * matrix.taps);
        let out = &mut out[row * stride..(row + height) * stride];
        if height == 4 {
            run::<4, NARROW>(planes, &shifts.offsets, chunk, block, out);
        } else {
            run::<2, WIDE>(planes, &shifts.offsets, chunk, block, out);
        }
        (row, values) = (row + height, rest);
    }
}

/// One block of `ROWS` rows.
///
/// Never inlined: in one large function V8 keeps the sums of a tile in memory, which takes half as long again.
#[inline(never)]
fn run<const ROWS: usize, const WIDTH: usize>(
    planes: &[f32],
    offsets: &[u32],
    chunk: &Chunk,
    block: &[f32],
    out: &mut [f32],
) {
    let (block, _) = block.as_chunks::<ROWS>();
    for (index, parts) in chunk.alive.chunks(WIDTH / NARROW).enumerate() {
        let position = index * WIDTH;
        let start = parts.iter().map(|part| part.start).min().unwrap_or(0);
        let end = parts.iter().map(|part| part.end).max().unwrap_or(0);
        let sums = tile::<ROWS, WIDTH>(&planes[position..], &offsets[start..end], &block[start..end]);
        for (row, sums) in sums.iter().enumerate() {
            out[row * chunk.stride() + position..][..WIDTH].copy_from_slice(sums);
        }
    }
}

/// `ROWS` rows at `WIDTH` positions: the innermost loop of a convolution.
#[inline(always)]
fn tile<const ROWS: usize, const WIDTH: usize>(
    planes: &[f32],
    offsets: &[u32],
    factors: &[[f32; ROWS]],
) -> [[f32; WIDTH]; ROWS] {
    let mut sums = [[0.0; WIDTH]; ROWS];
    // One comparison for each tap, where slicing at both ends would take two.
    let Some(last) = planes.len().checked_sub(WIDTH) else { return sums };
    for (&offset, factors) in offsets.iter().zip(factors) {
        let offset = offset as usize;
        assert!(offset <= last, "a tap beyond the planes");
        let inputs = &planes[offset..offset + WIDTH];
        for row in 0..ROWS {
            for lane in 0..WIDTH {
                sums[row][lane] += factors[row] * inputs[lane];
            }
        }
    }
    sums
}

/// Lanes of a partial sum in [`Correlation`].
const LANES: usize = 4;

/// Products of `rows` signals with shifted planes, summed over positions and over calls of [`Correlation::add`].
pub(super) struct Correlation {
    /// For each block of rows and of taps its rows, taps and lanes.
    sums: Vec<f32>,
    rows: usize,
    taps: usize,
}

impl Correlation {
    /// Nothing summed yet for `[rows, taps]`.
    pub(super) fn new(rows: usize, taps: usize) -> Self {
        let rows = rows.next_multiple_of(2);
        Self { sums: vec![0.0; (rows * LANES) * taps.next_multiple_of(4)], rows, taps }
    }

    /// Rows of signals that [`Correlation::add`] wants: made even, the last may be zeros.
    pub(super) fn rows(&self) -> usize {
        self.rows
    }

    /// Adds `sum over p in 0..span of signals[row][p] * planes[offsets[tap] + p]` for every row and tap.
    ///
    /// `signals` holds [`Correlation::rows`] rows of `span` numbers rounded up to [`WIDE`], zeros beyond `span`;
    /// `planes` reaches that far from every offset; `offsets` is rounded up to four by any valid offsets.
    pub(super) fn add(&mut self, signals: &[f32], planes: &[f32], offsets: &[u32], span: usize) {
        let stride = span.next_multiple_of(WIDE);
        let steps = span.next_multiple_of(LANES);
        let (mut row, mut sums) = (0, &mut self.sums[..]);
        while row < self.rows {
            let height = if self.rows - row >= 4 { 4 } else { 2 };
            let signals = &signals[row * stride..(row + height) * stride];
            let (block, rest) = std::mem::take(&mut sums).split_at_mut(height * offsets.len() * LANES);
            if height == 4 {
                for (offsets, sums) in offsets.as_chunks::<2>().0.iter().zip(block.as_chunks_mut::<{ 8 * LANES }>().0) {
                    correlate::<4, 2>(signals, stride, steps, planes, offsets, sums);
                }
            } else {
                for (offsets, sums) in offsets.as_chunks::<4>().0.iter().zip(block.as_chunks_mut::<{ 8 * LANES }>().0) {
                    correlate::<2, 4>(signals, stride, steps, planes, offsets, sums);
                }
            }
            (row, sums) = (row + height, rest);
        }
    }

    /// The sum for a row and a tap.
    pub(super) fn at(&self, row: usize, tap: usize) -> f32 {
        let taps = self.taps.next_multiple_of(4);
        let first = row / 4 * 4;
        let (height, width) = if self.rows - first >= 4 { (4, 2) } else { (2, 4) };
        let block = first * taps + tap / width * (height * width);
        let at = (block + (row - first) * width + tap % width) * LANES;
        let [a, b, c, d] = [self.sums[at], self.sums[at + 1], self.sums[at + 2], self.sums[at + 3]];
        (a + b) + (c + d)
    }
}

/// `ROWS` signals with `TAPS` shifted planes: the innermost loop of a weight's gradient. Never inlined, as [`run`].
#[inline(never)]
fn correlate<const ROWS: usize, const TAPS: usize>(
    signals: &[f32],
    stride: usize,
    steps: usize,
    planes: &[f32],
    offsets: &[u32; TAPS],
    sums: &mut [f32; 8 * LANES],
) {
    let signals: [_; ROWS] = std::array::from_fn(|row| signals[row * stride..][..steps].as_chunks::<LANES>().0);
    let inputs: [_; TAPS] = std::array::from_fn(|tap| planes[offsets[tap] as usize..][..steps].as_chunks::<LANES>().0);
    let mut parts = [[[0.0; LANES]; TAPS]; ROWS];
    for step in 0..steps / LANES {
        for row in 0..ROWS {
            for tap in 0..TAPS {
                for lane in 0..LANES {
                    parts[row][tap][lane] += signals[row][step][lane] * inputs[tap][step][lane];
                }
            }
        }
    }
    for (sum, part) in sums.iter_mut().zip(parts.as_flattened().as_flattened()) {
        *sum += part;
    }
}
