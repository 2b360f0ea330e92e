//! The lesson's pictures, each drawn from the newest snapshot.

use leptos::prelude::*;

use crate::{
    lessons::mlp::{EXTENT, FIELD, Mlp, UNIT_FIELD},
    session::{Session, protocol::Series as Curve},
    widgets::{
        Axis, Chart, ConfusionMatrix, Dot, Field, GradientFlow, Histogram, HistogramRow, ImageGrid, Ink, Network,
        NetworkLayer, Scale, Scatter, Segment, Series as Line, Tile,
    },
};

/// Points, decision field, and the perceptron's line on the same points.
pub fn boundary(session: Session<Mlp>) -> Signal<Option<Scatter>> {
    let points = Memo::new(move |_| session.settings.with(|settings| settings.points()));
    Signal::derive(move || {
        let snapshot = session.snapshot.get();
        let view = snapshot.as_ref().and_then(|snapshot| snapshot.points.as_ref());
        let dots = points.with(|(training, held_out)| {
            let dot = |point: &models::data::points::Point, held_out| Dot {
                x: point.x.into(),
                y: point.y.into(),
                class: point.class,
                held_out,
                ring: false,
            };
            training
                .iter()
                .map(|point| dot(point, false))
                .chain(held_out.iter().map(|point| dot(point, true)))
                .collect()
        });
        let field = view.map(|view| Field { columns: FIELD, rows: FIELD, values: unpack(&view.field) });
        let lines = view.and_then(|view| line_of(view.perceptron)).into_iter().collect();
        Some(plane(dots, field, lines))
    })
}

/// An empty plane with these dots, field and lines.
fn plane(points: Vec<Dot>, field: Option<Field>, lines: Vec<Segment>) -> Scatter {
    let extent = f64::from(EXTENT);
    Scatter {
        points,
        field,
        lines,
        domain: (-extent, extent, -extent, extent),
        x_label: "across".into(),
        y_label: "up".into(),
        ..Scatter::default()
    }
}

/// Where w·x + b = 0 crosses the plane.
fn line_of([across, up, bias]: [f32; 3]) -> Option<Segment> {
    let (across, up, bias) = (f64::from(across), f64::from(up), f64::from(bias));
    let length = across.hypot(up);
    if length < 1e-9 {
        return None;
    }
    let (x, y) = (-bias * across / length.powi(2), -bias * up / length.powi(2));
    let reach = 4.0;
    let (along_x, along_y) = (-up / length * reach, across / length * reach);
    Some(Segment {
        from: (x - along_x, y - along_y),
        to: (x + along_x, y + along_y),
        color: Ink::Soft,
        dashed: true,
        arrow: false,
        label: "perceptron".into(),
        width: 1.6,
    })
}

fn unpack(values: &[i8]) -> Vec<f32> {
    values.iter().map(|value| f32::from(*value) / 127.0).collect()
}

/// The map of each hidden unit.
pub fn hidden_units(session: Session<Mlp>) -> Signal<Option<ImageGrid>> {
    Signal::derive(move || {
        let snapshot = session.snapshot.get()?;
        let view = snapshot.points.as_ref()?;
        let images: Vec<Tile> = view
            .units
            .iter()
            .map(|(layer, unit, map)| Tile {
                pixels: unpack(map),
                rows: UNIT_FIELD,
                columns: UNIT_FIELD,
                label: format!("{}.{}", layer + 1, unit + 1),
                mark: None,
            })
            .collect();
        (!images.is_empty()).then_some(ImageGrid { images, columns: 0, scale: Scale::Signed, tile: 0.0 })
    })
}

/// Training and held-out values of one kind.
pub fn curves(session: Session<Mlp>, training: Curve, held_out: Curve, label: &'static str) -> Signal<Option<Chart>> {
    Signal::derive(move || {
        session.curves.with(|curves| {
            if curves.is_empty() {
                return None;
            }
            let y = Axis::new(label).from(0.0);
            Some(Chart {
                series: vec![
                    Line::new("training", curves.line(training).to_vec(), Ink::Class(0)),
                    Line::new("held out", curves.line(held_out).to_vec(), Ink::Class(1)).dashed(),
                ],
                x: Axis::new("step").integer().from(0.0),
                y: if training == Curve::Accuracy { y.percent().to(1.0) } else { y },
                ..Chart::default()
            })
        })
    })
}

/// Mean |gradient| of every layer over the steps, on a log scale.
pub fn gradient_flow(session: Session<Mlp>) -> Signal<Option<GradientFlow>> {
    Signal::derive(move || {
        let layers = session.settings.with(|settings| settings.hidden.len()) + 1;
        session.curves.with(|curves| {
            let lines: Vec<_> = (0..layers).map(|layer| curves.line(Curve::Gradient(layer as u16))).collect();
            let steps: Vec<f64> = lines[0].iter().map(|(step, _)| *step).collect();
            let means: Vec<Vec<f64>> = lines.iter().map(|line| line.iter().map(|(_, mean)| *mean).collect()).collect();
            let measured = means.iter().flatten().any(|mean| *mean > 0.0);
            measured.then(|| GradientFlow {
                layers: (1..=layers).map(|layer| format!("layer {layer}")).collect(),
                steps,
                means,
            })
        })
    })
}

/// Where the weights of every layer lie.
pub fn weights(session: Session<Mlp>) -> Signal<Option<Histogram>> {
    Signal::derive(move || {
        let snapshot = session.snapshot.get()?;
        let span = snapshot.layers.iter().map(|layer| layer.span).fold(0.0, f32::max);
        let rows: Vec<HistogramRow> = snapshot
            .layers
            .iter()
            .enumerate()
            .filter(|(_, layer)| !layer.histogram.is_empty())
            .map(|(number, layer)| HistogramRow {
                name: format!("layer {}", number + 1),
                counts: stretch(&layer.histogram, layer.span, span),
                color: Ink::Class(0),
            })
            .collect();
        (!rows.is_empty()).then(|| Histogram {
            rows,
            low: -f64::from(span),
            high: span.into(),
            x_label: "weight".into(),
        })
    })
}

/// Moves the counts of a layer with its own span into the bins of the widest one, so that all share one axis.
fn stretch(counts: &[u32], own: f32, widest: f32) -> Vec<u32> {
    let bins = counts.len() as f32;
    let mut wide = vec![0; counts.len()];
    for (bin, count) in counts.iter().enumerate() {
        let place = ((bin as f32 + 0.5) / bins * 2.0 - 1.0) * own / widest;
        let target = ((place + 1.0) / 2.0 * bins) as usize;
        wide[target.min(counts.len() - 1)] += count;
    }
    wide
}

/// Truth against answer on the held-out examples.
pub fn confusion(session: Session<Mlp>, selected: RwSignal<Option<(usize, usize)>>) -> Signal<Option<ConfusionMatrix>> {
    Signal::derive(move || {
        let snapshot = session.snapshot.get()?;
        let labels = session.settings.with(|settings| settings.data.classes());
        let counts = match (&snapshot.points, &snapshot.pictures) {
            (Some(points), _) => points.confusion.clone(),
            (_, Some(pictures)) => pictures.confusion.clone(),
            _ => return None,
        };
        // Right after a change of data the old snapshot is still here.
        (counts.len() == labels.len().pow(2)).then(|| ConfusionMatrix { labels, counts, selected: selected.get() })
    })
}

/// The layers with their live values for the probe.
pub fn network(session: Session<Mlp>) -> Signal<Option<Network>> {
    Signal::derive(move || {
        let snapshot = session.snapshot.get()?;
        let config = session.settings.with(|settings| settings.network());
        if snapshot.layers.len() + 1 != config.sizes.len() {
            return None;
        }
        let last = snapshot.layers.len();
        let input = NetworkLayer {
            name: "input".into(),
            units: config.sizes[0],
            values: snapshot.probe.iter().copied().take(64).collect(),
            note: format!("[batch, {}]", config.sizes[0]),
        };
        let layers = std::iter::once(input)
            .chain(snapshot.layers.iter().enumerate().map(|(number, layer)| NetworkLayer {
                name: if number + 1 == last { "output".into() } else { format!("hidden {}", number + 1) },
                units: layer.units as usize,
                values: layer.values.clone(),
                note: {
                    let parameters = config.sizes[number] * config.sizes[number + 1] + config.sizes[number + 1];
                    format!("[batch, {}] · {parameters} parameters", layer.units)
                },
            }))
            .collect();
        let weights =
            snapshot.layers.iter().map(|layer| (!layer.weights.is_empty()).then(|| layer.weights.clone())).collect();
        Some(Network { layers, weights, highlight: None })
    })
}
