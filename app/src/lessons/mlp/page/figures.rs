//! The lesson's pictures, each drawn from the newest snapshot.

use leptos::prelude::*;

use crate::{
    lessons::{
        mlp::{EXTENT, FIELD, Mlp, UNIT_FIELD},
        pictures::SIDE,
        spread,
    },
    session::Session,
    site::figures::weight_histogram,
    widgets::{
        ConfusionMatrix, Dot, Edges, Field, Histogram, ImageGrid, Ink, Network, NetworkLayer, NetworkMaps, Scale,
        Scatter, Segment, Tile,
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

/// The names of the layers with weights.
pub fn layers(session: Session<Mlp>) -> Signal<Vec<String>> {
    Signal::derive(move || {
        let layers = session.settings.with(|settings| settings.hidden.len()) + 1;
        (1..=layers).map(|layer| format!("layer {layer}")).collect()
    })
}

/// Where the weights of every layer lie.
pub fn weights(session: Session<Mlp>) -> Signal<Option<Histogram>> {
    Signal::derive(move || {
        let snapshot = session.snapshot.get()?;
        let layers = snapshot.layers.iter().enumerate();
        weight_histogram(
            layers.map(|(number, layer)| (format!("layer {}", number + 1), &*layer.histogram, layer.span)).collect(),
        )
    })
}

/// Truth against answer on the held-out examples.
pub fn confusion(session: Session<Mlp>, selected: RwSignal<Option<(usize, usize)>>) -> Signal<Option<ConfusionMatrix>> {
    Signal::derive(move || {
        let snapshot = session.snapshot.get()?;
        let labels = session.settings.with(|settings| settings.data.classes());
        let counts = match (&snapshot.points, &snapshot.pictures) {
            (Some(points), _) => points.confusion.clone(),
            (_, Some(pictures)) => pictures.school.confusion.clone(),
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
        let (config, data) = session.settings.with(|settings| (settings.network(), settings.data));
        if snapshot.layers.len() + 1 != config.sizes.len() {
            return None;
        }
        let last = snapshot.layers.len();
        let input = NetworkLayer {
            name: "input".into(),
            units: config.sizes[0],
            values: snapshot.probe.clone(),
            labels: if data.is_pictures() { Vec::new() } else { ["across", "up"].map(String::from).to_vec() },
            spread: spread(&snapshot.probe),
            maps: data.is_pictures().then_some(NetworkMaps { count: 1, side: SIDE, window: 0, signed: false }),
            note: format!("[batch, {}]", config.sizes[0]),
            ..NetworkLayer::default()
        };
        let layers = std::iter::once(input)
            .chain(snapshot.layers.iter().enumerate().map(|(number, layer)| NetworkLayer {
                name: if number + 1 == last { "output".into() } else { format!("hidden {}", number + 1) },
                units: layer.units as usize,
                values: layer.values.clone(),
                shown: layer.shown.iter().map(|unit| usize::from(*unit)).collect(),
                labels: if number + 1 == last { data.classes() } else { Vec::new() },
                spread: layer.spread,
                note: {
                    let parameters = config.sizes[number] * config.sizes[number + 1] + config.sizes[number + 1];
                    format!("[batch, {}] · {parameters} parameters", layer.units)
                },
                ..NetworkLayer::default()
            }))
            .collect();
        let edges = snapshot.layers.iter().map(|layer| match layer.weights.is_empty() {
            true => Edges::All,
            false => Edges::Weighted(layer.weights.clone()),
        });
        Some(Network { layers, edges: edges.collect(), highlight: Vec::new() })
    })
}

/// The part of the source that a layer belongs to: points are answered by the loops written out, pictures by burn.
pub fn part(session: Session<Mlp>, layer: &str) -> Option<&'static str> {
    let by_burn = session.settings.with_untracked(|settings| settings.data.is_pictures());
    (layer != "input").then_some(if by_burn { "burn" } else { "layer" })
}
