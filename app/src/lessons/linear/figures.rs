//! The pictures that both lessons have, each drawn from the newest snapshot.

use leptos::prelude::*;

use crate::{
    lessons::linear::{Data, Linear, Plane},
    session::Session,
    widgets::{
        Axis, Chart, ConfusionMatrix, Dot, Field, ImageGrid, Ink, Network, NetworkLayer, Ring, Scale, Scatter, Segment,
        Series as Line, Tile,
    },
};

/// Cells along one side of the field.
const FIELD: usize = 40;

/// The plane: points, the line, the line before, the corrected point and its pull.
pub fn boundary<P: Linear>(session: Session<P>) -> Signal<Option<Scatter>> {
    Signal::derive(move || {
        let snapshot = session.snapshot.get()?;
        let answer = P::answer(&snapshot);
        let Plane { points, line, before, corrected, window, labels } = &answer.plane;
        let dots: Vec<Dot> = points
            .iter()
            .enumerate()
            .map(|(index, &(x, y, class, held_out))| Dot {
                x: x.into(),
                y: y.into(),
                class,
                held_out,
                ring: *corrected == Some(index as u32),
            })
            .collect();
        // The line and its weights stand at right angles only where both ways are drawn to one scale.
        let (left, right, bottom, top) = Scatter::even(window.map(f64::from));
        let reach = (right - left).hypot(top - bottom);
        let middle = ((left + right) / 2.0, (bottom + top) / 2.0);
        let mut lines = Vec::new();
        if let Some((from, to)) = before.and_then(|before| through(before, middle, reach)) {
            lines.push(segment(from, to, Ink::Soft, true, ""));
        }
        if let Some((from, to)) = through(*line, middle, reach) {
            lines.push(segment(from, to, Ink::Ink, false, ""));
            lines.extend(normal(*line, middle, reach));
        }
        Some(Scatter {
            points: dots,
            field: field(*line, [left, right, bottom, top].map(|edge| edge as f32)),
            lines,
            domain: (left, right, bottom, top),
            x_label: labels[0].clone(),
            y_label: labels[1].clone(),
            equal: true,
            ..Scatter::default()
        })
    })
}

fn segment(from: (f64, f64), to: (f64, f64), color: Ink, dashed: bool, label: &str) -> Segment {
    Segment { from, to, color, dashed, arrow: false, label: label.into(), width: if dashed { 1.2 } else { 2.4 } }
}

/// The line a·x + b·y + c = 0 through the window.
fn through([a, b, c]: [f32; 3], middle: (f64, f64), reach: f64) -> Option<((f64, f64), (f64, f64))> {
    let (a, b, c) = (f64::from(a), f64::from(b), f64::from(c));
    let length = a.hypot(b);
    if !(length.is_finite() && length > 1e-9) {
        return None;
    }
    // The foot of the perpendicular from the middle, then along the line both ways.
    let distance = (a * middle.0 + b * middle.1 + c) / length;
    let foot = (middle.0 - distance * a / length, middle.1 - distance * b / length);
    let along = (-b / length * reach, a / length * reach);
    Some(((foot.0 - along.0, foot.1 - along.1), (foot.0 + along.0, foot.1 + along.1)))
}

/// The weight vector as an arrow that stands on the line.
fn normal([a, b, c]: [f32; 3], middle: (f64, f64), reach: f64) -> Option<Segment> {
    let (a, b, c) = (f64::from(a), f64::from(b), f64::from(c));
    let length = a.hypot(b);
    let distance = (a * middle.0 + b * middle.1 + c) / length;
    let foot = (middle.0 - distance * a / length, middle.1 - distance * b / length);
    let tip = (foot.0 + a / length * reach * 0.12, foot.1 + b / length * reach * 0.12);
    Some(Segment { from: foot, to: tip, color: Ink::Ink, dashed: false, arrow: true, label: "w".into(), width: 2.2 })
}

/// Blue on one side of the line, orange on the other.
fn field([a, b, c]: [f32; 3], [left, right, bottom, top]: [f32; 4]) -> Option<Field> {
    if a == 0.0 && b == 0.0 {
        return None;
    }
    let place = |low: f32, high: f32, cell: usize| low + (high - low) * (cell as f32 + 0.5) / FIELD as f32;
    let values = (0..FIELD * FIELD)
        .map(|cell| {
            let (x, y) = (place(left, right, cell % FIELD), place(top, bottom, cell / FIELD));
            if a * x + b * y + c > 0.0 { 0.7 } else { -0.7 }
        })
        .collect();
    Some(Field { columns: FIELD, rows: FIELD, values })
}

/// Counts at the shared threshold.
pub fn confusion<P: Linear>(session: Session<P>) -> Signal<Option<ConfusionMatrix>> {
    Signal::derive(move || {
        let snapshot = session.snapshot.get()?;
        let answer = P::answer(&snapshot);
        let labels = session.settings.with(|settings| P::inputs(settings).data.classes()).map(String::from).to_vec();
        Some(ConfusionMatrix { labels, counts: answer.confusion.to_vec(), selected: None })
    })
}

/// The two rates that this threshold reaches: true and false positives.
fn rates([kept, alarms, misses, hits]: [u32; 4]) -> (f64, f64, f64) {
    let share = |part: u32, rest: u32| f64::from(part) / f64::from((part + rest).max(1));
    (share(hits, misses), share(alarms, kept), if hits + alarms == 0 { 1.0 } else { share(hits, alarms) })
}

/// True positives against false positives, with the threshold's place marked.
pub fn roc<P: Linear>(session: Session<P>) -> Signal<Option<Chart>> {
    Signal::derive(move || {
        let snapshot = session.snapshot.get()?;
        let answer = P::answer(&snapshot);
        let (hit_rate, alarm_rate, _) = rates(answer.confusion);
        let guess = Line::new("guessing", vec![(0.0, 0.0), (1.0, 1.0)], Ink::Soft).dashed();
        square(&answer.roc, (alarm_rate, hit_rate), "false positives", "true positives", guess)
    })
}

/// Precision against recall, with the threshold's place marked.
pub fn precision_recall<P: Linear>(session: Session<P>) -> Signal<Option<Chart>> {
    Signal::derive(move || {
        let snapshot = session.snapshot.get()?;
        let answer = P::answer(&snapshot);
        let (hit_rate, _, precision) = rates(answer.confusion);
        // Whoever calls everything positive is right as often as there are positives.
        let [kept, alarms, misses, hits] = answer.confusion.map(f64::from);
        let share = (hits + misses) / (kept + alarms + misses + hits).max(1.0);
        let guess = Line::new("guessing", vec![(0.0, share), (1.0, share)], Ink::Soft).dashed();
        square(&answer.precision_recall, (hit_rate, precision), "recall", "precision", guess)
    })
}

fn square(points: &[(f32, f32)], here: (f64, f64), x: &str, y: &str, guess: Line) -> Option<Chart> {
    let curve = Line::new("", points.iter().map(|&(x, y)| (x.into(), y.into())).collect(), Ink::Class(0));
    (!points.is_empty()).then(|| Chart {
        series: vec![curve, guess],
        rings: vec![Ring { at: here, label: "threshold".into(), color: Ink::Class(1) }],
        x: Axis::new(x).percent().from(0.0).to(1.0),
        y: Axis::new(y).percent().from(0.0).to(1.0),
        square: true,
        ..Chart::default()
    })
}

/// The 784 weights of the digits as a picture.
pub fn weight_picture<P: Linear>(session: Session<P>) -> Signal<Option<ImageGrid>> {
    Signal::derive(move || {
        let snapshot = session.snapshot.get()?;
        let answer = P::answer(&snapshot);
        let largest = answer.weights.iter().fold(1e-6_f32, |largest, weight| largest.max(weight.abs()));
        (answer.weights.len() == 784).then(|| ImageGrid {
            images: vec![Tile {
                pixels: answer.weights.iter().map(|weight| weight / largest).collect(),
                rows: 28,
                columns: 28,
                label: "weights".into(),
                mark: None,
            }],
            columns: 1,
            scale: Scale::Signed,
            tile: 240.0,
        })
    })
}

/// The unit with live weights, looking at the example that was corrected last.
pub fn network<P: Linear>(session: Session<P>) -> Signal<Option<Network>> {
    Signal::derive(move || {
        let snapshot = session.snapshot.get()?;
        let answer = P::answer(&snapshot);
        let inputs = answer.weights.len();
        let values =
            match (session.settings.with(|settings| P::inputs(settings).data.is_points()), answer.plane.corrected) {
                (true, Some(index)) => {
                    let &(x, y, ..) = answer.plane.points.get(index as usize)?;
                    vec![x, y]
                }
                _ => Vec::new(),
            };
        let sum = match values.as_slice() {
            [x, y] => vec![x * answer.weights[0] + y * answer.weights[1] + answer.bias],
            _ => Vec::new(),
        };
        Some(Network {
            layers: vec![
                NetworkLayer { name: "input".into(), units: inputs, values, maps: None, note: format!("[{inputs}]") },
                NetworkLayer {
                    name: "sum".into(),
                    units: 1,
                    values: sum,
                    maps: None,
                    note: format!("{} parameters", inputs + 1),
                },
            ],
            weights: vec![(inputs <= 64).then(|| answer.weights.clone())],
            highlight: None,
        })
    })
}

/// Whether the line can be shown as a picture of pixels.
pub fn is_digits<P: Linear>(session: Session<P>) -> bool {
    session.settings.with(|settings| P::inputs(settings).data == Data::Digits)
}
