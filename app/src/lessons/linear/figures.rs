//! The pictures that both lessons have, each drawn from the newest snapshot.

use leptos::prelude::*;
use models::data::iris::FEATURES;

use crate::{
    lessons::{
        linear::{Answer, Data, Linear, Plane, own_line::OwnLine},
        pictures::{SIDE, figures::tile},
        spread,
    },
    session::Session,
    widgets::{
        Axis, Chart, ConfusionMatrix, Dot, Edges, Field, Histogram, ImageGrid, Ink, Network, NetworkLayer, NetworkMaps,
        Ring, Scale, Scatter, Segment, Series as Line, Tile, number,
    },
};

/// Cells along one side of the field.
const FIELD: usize = 40;
/// Half the length of what can be taken hold of, as a share of the plane's diagonal, and its width in CSS pixels.
const GRIP: f64 = 0.008;
const GRIP_WIDTH: f64 = 11.0;
/// Half the side of a cross, as a share of the window.
const CROSS: f64 = 0.014;
/// Bins of the weights.
const BINS: usize = 41;

/// The plane: points, the line, the line before, the corrected point and its pull.
pub fn boundary<P: Linear>(session: Session<P>) -> Signal<Option<Scatter>> {
    Signal::derive(move || {
        let snapshot = session.snapshot.get()?;
        Some(plane(P::answer(&snapshot)))
    })
}

/// The plane with what the unit says of it. Rings stand around the examples behind the chosen cell of the matrix, else
/// around the point that was corrected last; where the plane shows only two of many directions, crosses mark what is wrong.
pub fn plane(answer: &Answer) -> Scatter {
    let Plane { line, before, corrected, .. } = &answer.plane;
    let window = seen(&answer.plane);
    let (middle, reach) = middle_and_reach(window);
    let mut lines = Vec::new();
    if let Some((from, to)) = before.and_then(|before| through(before, middle, reach)) {
        lines.push(segment(from, to, Ink::Soft, true, ""));
    }
    if let Some((from, to)) = through(*line, middle, reach) {
        lines.push(segment(from, to, Ink::Ink, false, ""));
        lines.extend(normal(*line, middle, reach, "w"));
    }
    if answer.is_projected() && !answer.knows_nothing() {
        let wrong = (0..answer.plane.points.len()).filter(|index| answer.is_wrong(*index));
        lines.extend(wrong.flat_map(|index| cross(answer.plane.points[index], window)));
    }
    let ring = |index: usize| match answer.told.cell {
        Some(_) => answer.is_chosen(index),
        None => *corrected == Some(index as u32),
    };
    scatter(&answer.plane, *line, lines, ring)
}

/// The plane with a line of the reader's own; its arrow points to what is called `class`.
pub fn own_plane(plane: &Plane, own: &OwnLine, class: &str) -> Scatter {
    let window = seen(plane);
    let line = own.line(window);
    let [from, to] = own.places(window);
    let (middle, reach) = (((from.0 + to.0) / 2.0, (from.1 + to.1) / 2.0), middle_and_reach(window).1);
    let mut lines = Vec::new();
    if let Some((start, end)) = through(line, middle, reach) {
        lines.push(segment(start, end, Ink::Ink, false, ""));
        lines.extend(normal(line, middle, reach, class));
        // A short thick piece of the line at each end, to take hold of.
        let share = GRIP / (end.0 - start.0).hypot(end.1 - start.1) * reach;
        let half = ((end.0 - start.0) * share, (end.1 - start.1) * share);
        lines.extend([from, to].map(|(x, y)| Segment {
            width: GRIP_WIDTH,
            ..segment((x - half.0, y - half.1), (x + half.0, y + half.1), Ink::Ink, false, "")
        }));
    }
    scatter(plane, line, lines, |_| false)
}

fn scatter(plane: &Plane, line: [f32; 3], lines: Vec<Segment>, ring: impl Fn(usize) -> bool) -> Scatter {
    let window = seen(plane);
    let [left, right, bottom, top] = window.map(f64::from);
    let dots = plane.points.iter().enumerate().map(|(index, &(x, y, class, held_out))| Dot {
        x: x.into(),
        y: y.into(),
        class,
        held_out,
        ring: ring(index),
    });
    Scatter {
        points: dots.collect(),
        field: field(line, window),
        lines,
        domain: (left, right, bottom, top),
        equal: true,
        x_label: plane.labels[0].clone(),
        y_label: plane.labels[1].clone(),
        ..Scatter::default()
    }
}

/// What is seen of a plane: its window, widened until both ways have one scale. Else a line and its weights would not stand
/// at right angles.
pub fn seen(plane: &Plane) -> [f32; 4] {
    let (left, right, bottom, top) = Scatter::even(plane.window.map(f64::from));
    [left, right, bottom, top].map(|edge| edge as f32)
}

fn middle_and_reach(window: [f32; 4]) -> ((f64, f64), f64) {
    let [left, right, bottom, top] = window.map(f64::from);
    (((left + right) / 2.0, (bottom + top) / 2.0), (right - left).hypot(top - bottom))
}

/// Two strokes through a point.
fn cross((x, y, ..): (f32, f32, u8, bool), [left, right, bottom, top]: [f32; 4]) -> [Segment; 2] {
    let (x, y) = (f64::from(x), f64::from(y));
    let (across, up) = (f64::from(right - left) * CROSS, f64::from(top - bottom) * CROSS);
    let stroke =
        |up: f64| Segment { width: 1.6, ..segment((x - across, y - up), (x + across, y + up), Ink::Bad, false, "") };
    [stroke(up), stroke(-up)]
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
fn normal([a, b, c]: [f32; 3], middle: (f64, f64), reach: f64, label: &str) -> Option<Segment> {
    let (a, b, c) = (f64::from(a), f64::from(b), f64::from(c));
    let length = a.hypot(b);
    let distance = (a * middle.0 + b * middle.1 + c) / length;
    let foot = (middle.0 - distance * a / length, middle.1 - distance * b / length);
    let tip = (foot.0 + a / length * reach * 0.12, foot.1 + b / length * reach * 0.12);
    Some(Segment { from: foot, to: tip, color: Ink::Ink, dashed: false, arrow: true, label: label.into(), width: 2.2 })
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
        let selected = answer.told.cell.map(|(truth, called)| (truth.into(), called.into()));
        Some(ConfusionMatrix { labels, counts: answer.confusion.to_vec(), selected })
    })
}

/// The first pictures behind the chosen cell of the matrix; nothing for other data than digits.
pub fn behind_the_cell<P: Linear>(session: Session<P>) -> Signal<Option<ImageGrid>> {
    Signal::derive(move || {
        let snapshot = session.snapshot.get()?;
        let told = &P::answer(&snapshot).told;
        let images: Vec<Tile> = told.pictures.iter().map(|picture| tile(picture, "", None)).collect();
        (!images.is_empty()).then_some(ImageGrid { images, columns: 0, scale: Scale::Grey, tile: 44.0 })
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

/// All weights of the unit.
pub fn weights<P: Linear>(session: Session<P>) -> Signal<Option<Histogram>> {
    Signal::derive(move || {
        let snapshot = session.snapshot.get()?;
        let weights = &P::answer(&snapshot).weights;
        let largest = weights.iter().fold(0.0_f32, |largest, weight| largest.max(weight.abs()));
        let high = f64::from(largest.max(0.1)).log2().ceil().exp2();
        high.is_finite().then(|| Histogram {
            rows: vec![Histogram::row_of("weights", weights, -high, high, BINS, Ink::Class(0))],
            low: -high,
            high,
            x_label: "weight".into(),
        })
    })
}

/// The 784 weights of the digits as a picture.
pub fn weight_picture<P: Linear>(session: Session<P>) -> Signal<Option<ImageGrid>> {
    Signal::derive(move || {
        let snapshot = session.snapshot.get()?;
        weight_tiles([("weights", P::answer(&snapshot))])
    })
}

/// The weights of these units as pictures of a digit, each in its own scale; nothing where they weigh something else.
pub fn weight_tiles<const N: usize>(units: [(&str, &Answer); N]) -> Option<ImageGrid> {
    let tile = |(name, answer): (&str, &Answer)| {
        let largest = answer.weights.iter().fold(1e-6_f32, |largest, weight| largest.max(weight.abs()));
        Tile {
            pixels: answer.weights.iter().map(|weight| weight / largest).collect(),
            rows: SIDE,
            columns: SIDE,
            label: name.into(),
            mark: None,
        }
    };
    units.iter().all(|(_, answer)| answer.weights.len() == SIDE * SIDE).then(|| ImageGrid {
        images: units.map(tile).into(),
        columns: N,
        scale: Scale::Signed,
        tile: 240.0,
    })
}

/// The unit with live weights, looking at the example that was corrected last.
pub fn network<P: Linear>(session: Session<P>) -> Signal<Option<Network>> {
    Signal::derive(move || {
        let snapshot = session.snapshot.get()?;
        let answer = P::answer(&snapshot);
        let (data, measures) = session.settings.with(|settings| {
            let inputs = P::inputs(settings);
            (inputs.data, inputs.measures)
        });
        let (example, inputs) = (&answer.example, answer.weights.len());
        let layer = |name: &str, values: &[f32], note: String| NetworkLayer {
            name: name.into(),
            units: values.len(),
            values: values.to_vec(),
            spread: spread(values),
            note,
            ..NetworkLayer::default()
        };
        let (mut layers, mut edges) = if inputs == SIDE * SIDE {
            let map = |signed| Some(NetworkMaps { count: 1, side: SIDE, window: 0, signed });
            let input = layer("input", &example.inputs, format!("[{inputs}]"));
            let weights =
                layer("weights", &answer.weights, format!("[{inputs}] · bias {}", number(answer.bias.into())));
            let layers = vec![NetworkLayer { maps: map(false), ..input }, NetworkLayer { maps: map(true), ..weights }];
            (layers, vec![Edges::OneToOne, Edges::All])
        } else {
            let names: Vec<&str> = match (data, measures) {
                (Data::Iris, None) => FEATURES.to_vec(),
                (Data::Iris, Some((x, y))) => vec![FEATURES[usize::from(x)], FEATURES[usize::from(y)]],
                _ => vec!["across", "up"],
            };
            // The bias is the weight of an input that is always 1.
            let values = [example.inputs.as_slice(), &[1.0]].concat();
            let input = layer("input", &values, format!("[{inputs}] and 1 for the bias"));
            let labels = names.into_iter().chain(["bias"]).map(String::from).collect();
            let weights = [answer.weights.as_slice(), &[answer.bias]].concat();
            (vec![NetworkLayer { labels, ..input }], vec![Edges::Weighted(weights)])
        };
        layers.push(layer("sum", &[example.sum], format!("{} parameters", inputs + 1)));
        let classes = data.classes();
        let called = |value: f32| vec![classes[usize::from(value > 0.0)].to_owned()];
        let sign = if example.sum > 0.0 { 1.0 } else { -1.0 };
        layers.push(match P::BY_ERROR {
            true => layer("error", &[example.target - example.sum], "target − sum".into()),
            false => NetworkLayer { labels: called(sign), ..layer("sign", &[sign], "[1]".into()) },
        });
        let target = layer("target", &[example.target], "[1]".into());
        layers.push(NetworkLayer { labels: called(example.target), ..target });
        edges.extend([Edges::OneToOne, Edges::OneToOne]);
        Some(Network { layers, edges, highlight: Vec::new() })
    })
}

/// The part of the source that a layer belongs to.
pub fn part(layer: &str) -> Option<&'static str> {
    match layer {
        "weights" | "sum" => Some("sum"),
        "sign" | "error" | "target" => Some("correction"),
        _ => None,
    }
}

/// Whether the line can be shown as a picture of pixels.
pub fn is_digits<P: Linear>(session: Session<P>) -> bool {
    session.settings.with(|settings| P::inputs(settings).data == Data::Digits)
}
