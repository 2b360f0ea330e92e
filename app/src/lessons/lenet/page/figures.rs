//! The pictures that only this lesson has.

use leptos::prelude::*;
use models::vision::lenet::KERNEL;

use crate::{
    lessons::{
        lenet::{Lenet, settings::LAYERS},
        pictures::SIDE,
        spread,
    },
    session::{Session, protocol::Settings},
    site::figures::weight_histogram,
    widgets::{
        Axis, Chart, Ground, Histogram, ImageGrid, Ink, LayerMaps, MapLayer, Network, NetworkLayer, NetworkMaps,
        Overlay, Panel, Scale, Series as Line, Tile, grouped,
    },
};

/// Rows and columns that S2 and S4 make one.
const POOLED: usize = 2;
/// Names of the layers whose answers are shown.
const SHOWN: [&str; 7] = ["C1", "S2", "C3", "S4", "C5", "F6", "output"];

/// Every map of every layer for the picture that is looked at.
pub fn maps(session: Session<Lenet>) -> Signal<Option<LayerMaps>> {
    Signal::derive(move || {
        let snapshot = session.snapshot.get()?;
        let input = MapLayer {
            name: "input".into(),
            note: format!("{SIDE} × {SIDE}"),
            side: SIDE,
            values: snapshot.probe.clone(),
            dead: Vec::new(),
            full: None,
            signed: false,
            chosen: Vec::new(),
        };
        let layers = snapshot.layers.iter().zip(SHOWN).map(|(layer, name)| {
            let (side, cells) = (layer.side as usize, (layer.side * layer.side) as usize);
            let maps = layer.values.len() / cells.max(1);
            // The scores of a class may lie below zero; only what speaks for it is shown.
            let values = layer.values.iter().map(|value| if name == "output" { value.max(0.0) } else { *value });
            MapLayer {
                name: name.into(),
                note: if side == 1 { format!("{maps} units") } else { format!("{maps} of {side}²") },
                side,
                values: values.collect(),
                dead: if name == "output" {
                    Vec::new()
                } else {
                    layer.dead.iter().map(|map| usize::from(*map)).collect()
                },
                full: None,
                signed: false,
                chosen: Vec::new(),
            }
        });
        Some(LayerMaps { layers: std::iter::once(input).chain(layers).collect() })
    })
}

/// The six filters of C1, and below them what they were before the first step.
pub fn filters(session: Session<Lenet>) -> Signal<Option<ImageGrid>> {
    Signal::derive(move || {
        let snapshot = session.snapshot.get()?;
        let row = |filters: &[f32], when: &str| -> Vec<Tile> {
            let tile = |(number, filter): (usize, &[f32])| Tile {
                pixels: filter.to_vec(),
                rows: 5,
                columns: 5,
                label: format!("{} {when}", number + 1),
                mark: None,
            };
            filters.chunks_exact(25).enumerate().map(tile).collect()
        };
        let now = row(&snapshot.filters, "now");
        let columns = now.len();
        let images = [now, row(&snapshot.fresh, "then")].concat();
        (columns > 0).then_some(ImageGrid { images, columns, scale: Scale::Signed, tile: 76.0 })
    })
}

/// The layer with the largest mean gradient in the last update; nothing before the first.
pub fn steepest(session: Session<Lenet>) -> Option<&'static str> {
    session.snapshot.with(|snapshot| {
        let layers = snapshot.as_ref()?.school.layers.iter().zip(LAYERS);
        let (layer, name) = layers.max_by(|(a, _), (b, _)| a.gradient.total_cmp(&b.gradient))?;
        (layer.gradient > 0.0).then_some(name)
    })
}

/// Names of the layers with weights.
pub fn layers() -> Signal<Vec<String>> {
    Signal::stored(LAYERS.map(String::from).to_vec())
}

/// Where the weights of every layer lie.
pub fn weights(session: Session<Lenet>) -> Signal<Option<Histogram>> {
    Signal::derive(move || {
        let snapshot = session.snapshot.get()?;
        let layers = snapshot.school.layers.iter().zip(LAYERS);
        weight_histogram(layers.map(|(layer, name)| (name.to_owned(), &*layer.histogram, layer.span)).collect())
    })
}

/// The layers as columns, with shapes, parameters and the first maps or values.
pub fn network(session: Session<Lenet>) -> Signal<Option<Network>> {
    Signal::derive(move || {
        let snapshot = session.snapshot.get()?;
        let (config, classes) = session.settings.with(|settings| (settings.network(), settings.classes()));
        let input = NetworkLayer {
            name: "input".into(),
            units: SIDE * SIDE,
            values: snapshot.probe.clone(),
            spread: spread(&snapshot.probe),
            maps: Some(NetworkMaps { count: 1, side: SIDE, window: 0, signed: false }),
            note: format!("[batch, 1, {SIDE}, {SIDE}]"),
            ..NetworkLayer::default()
        };
        let layers = config.layers().into_iter().zip(&snapshot.layers).map(|(layer, view)| NetworkLayer {
            name: layer.name.into(),
            units: layer.maps * layer.side * layer.side,
            values: NetworkMaps::drawn(&view.values, layer.side),
            labels: if layer.name == "output" { classes.clone() } else { Vec::new() },
            spread: spread(&view.values),
            maps: (layer.side > 1).then_some(NetworkMaps {
                count: layer.maps,
                side: layer.side,
                window: if layer.name.starts_with('S') { POOLED } else { KERNEL },
                signed: false,
            }),
            note: match layer.side {
                1 => format!("[batch, {}] · {}", layer.maps, parameters(layer.parameters)),
                side => format!("[batch, {}, {side}, {side}] · {}", layer.maps, parameters(layer.parameters)),
            },
            ..NetworkLayer::default()
        });
        Some(Network {
            layers: std::iter::once(input).chain(layers).collect(),
            edges: Vec::new(),
            highlight: Vec::new(),
        })
    })
}

/// The part of the source that a layer belongs to.
pub fn part(layer: &str) -> Option<&'static str> {
    match layer {
        "C1" | "C3" => Some("convolution"),
        "S2" | "S4" => Some("pooling"),
        "C5" | "F6" | "output" => Some("units"),
        _ => None,
    }
}

fn parameters(count: usize) -> String {
    if count == 0 { "no parameters".into() } else { format!("{} parameters", grouped(count as u64)) }
}

/// Four explanations over the picture that they explain.
pub fn explained(session: Session<Lenet>, opacity: Signal<f64>) -> Signal<Option<Overlay>> {
    Signal::derive(move || {
        let snapshot = session.snapshot.get()?;
        let explanation = snapshot.explained.as_ref()?;
        let panel = |label: &str, heat: &[f32], signed| Panel { label: label.into(), heat: heat.to_vec(), signed };
        Some(Overlay {
            side: SIDE,
            picture: Ground::Ink(snapshot.probe.clone()),
            panels: vec![
                panel("Grad-CAM", &explanation.grad_cam, false),
                panel("Saliency", &explanation.saliency, false),
                panel("Guided backpropagation", &explanation.guided, true),
                panel("Occlusion", &explanation.occlusion, true),
            ],
            opacity: opacity.get() as f32,
        })
    })
}

/// What is left of three explanations when layer after layer is made fresh.
pub fn sanity(correlations: &[[f32; 3]]) -> Option<Chart> {
    let names = ["saliency", "guided backpropagation", "Grad-CAM of C3"];
    let line = |(which, name): (usize, &str)| {
        let points = correlations.iter().enumerate().map(|(fresh, three)| (fresh as f64, f64::from(three[which])));
        Line::new(name, points.collect(), Ink::Class(which))
    };
    (!correlations.is_empty()).then(|| Chart {
        series: names.into_iter().enumerate().map(line).collect(),
        x: Axis::new("fresh layers, counted from the last").integer().from(0.0),
        y: Axis::new("rank correlation with the trained network’s").from(0.0).to(1.0),
        ..Chart::default()
    })
}

/// Accuracy, and how sure it is, over one kind of change; read at this amount of it.
pub fn measured(found: &[(f32, f32, f32)], across: &'static str, amount: f64) -> Chart {
    let line = |name: &str, read: fn(&(f32, f32, f32)) -> f32, ink| {
        Line::new(name, found.iter().map(|point| (f64::from(point.0), f64::from(read(point)))).collect(), ink)
    };
    Chart {
        series: vec![
            line("right", |point| point.1, Ink::Class(0)),
            line("how sure it is", |point| point.2, Ink::Class(1)).dashed(),
        ],
        x: Axis::new(across),
        y: Axis::new("share of 1,000 held-out digits").percent().from(0.0).to(1.0),
        cursor: Some(amount),
        ..Chart::default()
    }
}
