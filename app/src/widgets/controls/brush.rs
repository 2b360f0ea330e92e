//! The drawing pad's pure part: a soft round brush, and the drawing moved and sized as MNIST does it.

/// Draws a line with a round brush; the rim is soft, so the line looks smooth on coarse squares. Places are in squares
/// from the upper left corner.
pub fn stroke(pixels: &mut [f32], size: usize, from: (f64, f64), to: (f64, f64), radius: f64) {
    if pixels.len() != size * size || ![from.0, from.1, to.0, to.1].iter().all(|place| place.is_finite()) {
        return;
    }
    let (along, down) = (to.0 - from.0, to.1 - from.1);
    let length = along * along + down * down;
    let reach = radius + 1.0;
    let span = |one: f64, other: f64| {
        let low = (one.min(other) - reach).floor().clamp(0.0, size as f64) as usize;
        let high = (one.max(other) + reach).ceil().clamp(0.0, size as f64) as usize;
        low..high
    };
    for row in span(from.1, to.1) {
        for column in span(from.0, to.0) {
            let (x, y) = (column as f64 + 0.5, row as f64 + 0.5);
            let share = if length > 0.0 {
                (((x - from.0) * along + (y - from.1) * down) / length).clamp(0.0, 1.0)
            } else {
                0.0
            };
            let distance = (x - from.0 - share * along).hypot(y - from.1 - share * down);
            let ink = (radius + 0.5 - distance).clamp(0.0, 1.0) as f32;
            let pixel = &mut pixels[row * size + column];
            *pixel = pixel.max(ink);
        }
    }
}

/// Below this a square counts as empty.
const EMPTY: f32 = 0.05;

/// The drawing as MNIST's were prepared: its box is scaled to 20 of 28 parts of the side, and its centre of mass lies in
/// the middle. An empty drawing stays empty.
pub fn center(pixels: &[f32], size: usize) -> Vec<f32> {
    let mut out = vec![0.0; size * size];
    if pixels.len() != size * size {
        return out;
    }
    let (mut left, mut right, mut top, mut bottom) = (size, 0, size, 0);
    let (mut mass, mut across, mut down) = (0.0, 0.0, 0.0);
    for (place, ink) in pixels.iter().enumerate().filter(|(_, ink)| **ink > EMPTY) {
        let (column, row) = (place % size, place / size);
        (left, right) = (left.min(column), right.max(column + 1));
        (top, bottom) = (top.min(row), bottom.max(row + 1));
        let ink = f64::from(*ink);
        mass += ink;
        across += ink * (column as f64 + 0.5);
        down += ink * (row as f64 + 0.5);
    }
    if mass <= 0.0 {
        return out;
    }
    let side = size as f64;
    let zoom = side * 20.0 / 28.0 / (right - left).max(bottom - top) as f64;
    // Where the centre of mass comes to lie: the middle, unless the box would then leave the picture.
    let place = |centre: f64, low: usize, high: usize| {
        let (before, after) = ((centre - low as f64) * zoom, (high as f64 - centre) * zoom);
        (side / 2.0).max(before).min(side - after)
    };
    let centre = (across / mass, down / mass);
    let target = (place(centre.0, left, right), place(centre.1, top, bottom));
    // Enough samples in each square that none of the drawing is skipped when it shrinks.
    let samples = ((2.0 / zoom).ceil() as usize).clamp(2, 8);
    for (index, value) in out.iter_mut().enumerate() {
        let mut sum = 0.0;
        for sample in 0..samples * samples {
            let inside = |part: usize| (part as f64 + 0.5) / samples as f64;
            let x = (index % size) as f64 + inside(sample % samples);
            let y = (index / size) as f64 + inside(sample / samples);
            sum += blended(pixels, size, centre.0 + (x - target.0) / zoom, centre.1 + (y - target.1) / zoom);
        }
        *value = (sum / (samples * samples) as f64).clamp(0.0, 1.0) as f32;
    }
    out
}

/// The value at a place between the middles of four squares; nothing outside.
fn blended(pixels: &[f32], size: usize, x: f64, y: f64) -> f64 {
    let (x, y) = (x - 0.5, y - 0.5);
    let (column, row) = (x.floor(), y.floor());
    let at = |column: f64, row: f64| {
        let inside = 0.0..size as f64;
        if inside.contains(&column) && inside.contains(&row) {
            f64::from(pixels[row as usize * size + column as usize])
        } else {
            0.0
        }
    };
    let (right, below) = (x - column, y - row);
    let upper = at(column, row) * (1.0 - right) + at(column + 1.0, row) * right;
    let lower = at(column, row + 1.0) * (1.0 - right) + at(column + 1.0, row + 1.0) * right;
    upper * (1.0 - below) + lower * below
}

#[cfg(test)]
mod tests {
    use super::*;

    const SIZE: usize = 28;

    fn mass(pixels: &[f32]) -> (f64, f64, f64) {
        let total: f64 = pixels.iter().map(|ink| f64::from(*ink)).sum();
        let sum = |place: fn(usize) -> usize| -> f64 {
            pixels.iter().enumerate().map(|(index, ink)| f64::from(*ink) * (place(index) as f64 + 0.5)).sum::<f64>()
        };
        (total, sum(|index| index % SIZE) / total, sum(|index| index / SIZE) / total)
    }

    fn extent(pixels: &[f32]) -> (usize, usize) {
        let inked = |index: &usize| pixels[*index] > 0.25;
        let columns: Vec<usize> = (0..SIZE * SIZE).filter(inked).map(|index| index % SIZE).collect();
        let rows: Vec<usize> = (0..SIZE * SIZE).filter(inked).map(|index| index / SIZE).collect();
        let span = |places: &[usize]| places.iter().max().map_or(0, |most| most + 1 - places.iter().min().unwrap());
        (span(&columns), span(&rows))
    }

    #[test]
    fn a_stroke_is_full_inside_and_soft_at_the_rim() {
        let mut pixels = vec![0.0; SIZE * SIZE];
        stroke(&mut pixels, SIZE, (4.0, 14.0), (24.0, 14.0), 1.2);
        assert_eq!(pixels[14 * SIZE + 14], 1.0);
        assert!(pixels[15 * SIZE + 14] > 0.1 && pixels[15 * SIZE + 14] < 0.3);
        assert_eq!(pixels[18 * SIZE + 14], 0.0);
        let before = pixels.clone();
        stroke(&mut pixels, SIZE, (-90.0, f64::NAN), (3.0, 3.0), 1.0);
        stroke(&mut pixels, SIZE, (-90.0, -90.0), (-80.0, -80.0), 1.0);
        assert_eq!(pixels, before);
    }

    #[test]
    fn small_and_large_drawings_come_to_the_same_size_and_place() {
        for (from, to) in [((3.0, 3.0), (9.0, 9.0)), ((2.0, 2.0), (26.0, 26.0)), ((20.0, 6.0), (24.0, 12.0))] {
            let mut pixels = vec![0.0; SIZE * SIZE];
            stroke(&mut pixels, SIZE, from, to, 1.2);
            let centred = center(&pixels, SIZE);
            let (_, x, y) = mass(&centred);
            assert!((x - 14.0).abs() < 0.2 && (y - 14.0).abs() < 0.2, "{x} {y}");
            let (wide, high) = extent(&centred);
            assert!((18..=21).contains(&wide.max(high)), "{wide} {high}");
            assert!(centred.iter().all(|ink| (0.0..=1.0).contains(ink)));
        }
    }

    #[test]
    fn a_lopsided_drawing_stays_inside() {
        let mut pixels = vec![0.0; SIZE * SIZE];
        for row in 10..20 {
            pixels[row * SIZE + 2] = 1.0;
        }
        for column in 2..26 {
            pixels[15 * SIZE + column] = 0.06;
        }
        let centred = center(&pixels, SIZE);
        let (before, after) = (mass(&pixels).0, mass(&centred).0);
        assert!(after > before * 0.5 && centred.iter().all(|ink| ink.is_finite()));
    }

    #[test]
    fn nothing_stays_nothing() {
        assert!(center(&[0.0; SIZE * SIZE], SIZE).iter().all(|ink| *ink == 0.0));
        assert_eq!(center(&[1.0; 3], SIZE).len(), SIZE * SIZE);
        assert!(center(&[], 0).is_empty());
    }
}
