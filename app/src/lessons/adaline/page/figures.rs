//! The pictures that only this lesson has.

use leptos::prelude::*;

use super::Twins;
use crate::{
    lessons::{
        adaline::{Adaline, BowlView},
        linear::{Answer, figures::weight_tiles},
    },
    session::Session,
    widgets::{Axis, Chart, Dot, ImageGrid, Ink, Scatter, Segment, Series as Line},
};

/// Rings of equal error.
const RINGS: usize = 9;
/// Corners of a ring.
const CORNERS: usize = 64;
/// A run that leaves the bowl is followed this many times as far as the bottom was at first.
const FARTHEST: f64 = 32.0;

/// The bowl from above: rings of equal error, the way down, the bottom.
pub fn bowl(session: Session<Adaline>) -> Signal<Option<Scatter>> {
    Signal::derive(move || {
        let snapshot = session.snapshot.get()?;
        let view = snapshot.bowl.as_ref()?;
        let path: Vec<(f64, f64)> = view.path.iter().map(|&(x, y)| (x.into(), y.into())).collect();
        let (first, here) = (*path.first()?, *path.last()?);
        let middle = view.bottom.map_or(first, |((x, y), _)| (x.into(), y.into()));
        let away = |place: &(f64, f64)| (place.0 - middle.0).hypot(place.1 - middle.1);
        let start = away(&first).max(0.2);
        let reach = path.iter().map(away).filter(|away| away.is_finite()).fold(start, f64::max);
        let reach = reach.min(start * FARTHEST) * 1.25;
        let mut lines = rings(view, middle, reach);
        lines.extend(path.windows(2).map(|pair| segment(pair[0], pair[1], Ink::Class(1), 2.0)));
        let dot = |(x, y): (f64, f64), class, ring| Dot { x, y, class, held_out: false, ring };
        Some(Scatter {
            points: view.bottom.map(|_| dot(middle, 0, false)).into_iter().chain([dot(here, 1, true)]).collect(),
            lines,
            domain: (middle.0 - reach, middle.0 + reach, middle.1 - reach, middle.1 + reach),
            x_label: view.labels[0].clone(),
            y_label: view.labels[1].clone(),
            ..Scatter::default()
        })
    })
}

fn segment(from: (f64, f64), to: (f64, f64), color: Ink, width: f64) -> Segment {
    Segment { from, to, color, dashed: false, arrow: false, label: String::new(), width }
}

/// Ellipses around the bottom, at equal distances: `½ uᵀ H u` is the same all along one of them.
fn rings(view: &BowlView, middle: (f64, f64), reach: f64) -> Vec<Segment> {
    let [aa, ab, bb] = view.bends;
    if view.bottom.is_none() {
        return Vec::new();
    }
    // With H = L Lᵀ, the ring of height h is √(2h) L⁻ᵀ applied to the circle.
    let l11 = aa.sqrt();
    let l21 = ab / l11;
    let l22 = (bb - l21 * l21).max(1e-12).sqrt();
    let steepest = (0.5 * (aa + bb) + (0.25 * (aa - bb).powi(2) + ab * ab).sqrt()).sqrt();
    let corner = |ring: usize, corner: usize| {
        let (sine, cosine) = (corner as f64 / CORNERS as f64 * std::f64::consts::TAU).sin_cos();
        let size = reach * steepest * (ring + 1) as f64 / RINGS as f64;
        let up = sine / l22 * size;
        let across = (cosine * size - l21 * up) / l11;
        (middle.0 + across, middle.1 + up)
    };
    (0..RINGS)
        .flat_map(|ring| (0..CORNERS).map(move |at| segment(corner(ring, at), corner(ring, at + 1), Ink::Soft, 1.0)))
        .collect()
}

/// Something made of the newest answers of both, the lesson's own first.
fn of_both<T>(twins: Twins, make: impl Fn([(&'static str, &Answer); 2]) -> Option<T>) -> Option<T> {
    let (adaline, perceptron) = (twins.adaline.snapshot.get()?, twins.perceptron.snapshot.get()?);
    make([("ADALINE", &adaline.answer), ("perceptron", &perceptron.answer)])
}

/// The weights of both as pictures of a digit.
pub fn both_weights(twins: Twins) -> Signal<Option<ImageGrid>> {
    Signal::derive(move || of_both(twins, weight_tiles))
}

/// The ROC curves of both.
pub fn both_rocs(twins: Twins) -> Signal<Option<Chart>> {
    Signal::derive(move || {
        of_both(twins, |both| {
            let line = |(place, (name, answer)): (usize, (&str, &Answer))| {
                let points = answer.roc.iter().map(|&(x, y)| (x.into(), y.into())).collect();
                let line = Line::new(name, points, Ink::Class(place));
                if place > 0 { line.dashed() } else { line }
            };
            let series: Vec<Line> = both.into_iter().enumerate().map(line).collect();
            series.iter().all(|line| !line.points.is_empty()).then(|| Chart {
                series,
                x: Axis::new("false positives").percent(),
                y: Axis::new("true positives").percent(),
                square: true,
                ..Chart::default()
            })
        })
    })
}
