//! Pictures on their way out of noise, made by formula.

use std::sync::Arc;

use crate::widgets::{Denoising, Ink, Plate, PlateRow, Plates, Tint, Way, WayKey};

/// Pixels along a side.
const SIDE: usize = 28;
/// Key steps.
const KEYS: u32 = 12;

/// A ring, and what looks like noise but belongs to its pixel.
fn ring(width: f64) -> impl Fn(usize) -> (f64, f64) {
    move |cell: usize| {
        let (x, y) = ((cell % SIDE) as f64 - 13.5, (cell / SIDE) as f64 - 13.5);
        let ink = 2.0 * (-((x.hypot(y) - width) / 1.6).powi(2)).exp() - 1.0;
        let mixed = (cell as u64 + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        let mixed = (mixed ^ (mixed >> 29)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        (ink, ((mixed >> 40) as f64 / f64::from(1_u32 << 24) * 2.0 - 1.0) * 1.7)
    }
}

/// A picture of numbers from minus `reach` to `reach`.
fn plate(reach: f64, tint: Tint, value: impl Fn(usize) -> f64) -> Plate {
    let byte = |cell: usize| ((value(cell) / reach + 1.0) / 2.0 * 255.0).clamp(0.0, 255.0) as u8;
    Plate::new(&(0..SIDE * SIDE).map(byte).collect::<Vec<u8>>(), SIDE, tint)
}

/// Two rings out of the same noise.
pub fn denoising() -> Denoising {
    let way = |width: f64| {
        let at = ring(width);
        let key = |step: u32| {
            let kept = (f64::from(step) / f64::from(KEYS - 1)).powi(2);
            let (signal, spread) = (kept.sqrt(), (1.0 - kept).sqrt());
            WayKey {
                step,
                kept: kept as f32,
                now: plate(1.0, Tint::Ink, |cell| signal * at(cell).0 + spread * at(cell).1),
                noise: (step + 1 < KEYS).then(|| plate(3.0, Tint::Signed, |cell| at(cell).1)),
                clean: plate(1.0, Tint::Ink, |cell| at(cell).0),
            }
        };
        let keys = Arc::new((0..KEYS).map(key).collect::<Vec<_>>());
        Way { name: format!("to be: a ring of {width:.0} pixels"), keys }
    };
    Denoising { ways: vec![way(6.0), way(10.0)], focus: 5, steps: KEYS - 1 }
}

/// Rings in rows and columns, some of them marked.
pub fn plates() -> Plates {
    let plate = |row: usize, column: usize| {
        let at = ring(3.0 + column as f64);
        let mark = [None, Some(Ink::Good), Some(Ink::Bad)][(row + column) % 3];
        plate(1.0, Tint::Ink, |cell| at(cell).0 + row as f64 * 0.3 * at(cell).1).note("a word").mark(mark)
    };
    let row = |row: usize| PlateRow {
        name: format!("noise {row}"),
        plates: (0..10).map(|column| (row + column < 11).then(|| plate(row, column))).collect(),
    };
    Plates {
        columns: (0..10).map(|column| column.to_string()).collect(),
        rows: (0..3).map(row).collect(),
        tile: 72.0,
        focus: Some(1),
    }
}
