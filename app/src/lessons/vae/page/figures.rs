//! The pictures that only this lesson has.

use leptos::prelude::*;

use super::looks::Looks;
use crate::{
    lessons::{
        pictures::{
            SIDE,
            figures::{tile, tiles},
        },
        spread,
        vae::{MAP_SIDE, Vae},
    },
    session::{Session, protocol::Settings},
    site::figures::weight_histogram,
    widgets::{Bars, Histogram, ImageGrid, LatentMap, Network, NetworkLayer, NetworkMaps, Scale, Tile},
};

/// Layers with weights, in their order.
pub const LAYERS: [&str; 7] = ["encoder 1", "encoder 2", "mean", "log variance", "decoder 1", "decoder 2", "pixels"];

/// What of the map is seen.
#[derive(Clone, Copy)]
pub struct Seen {
    /// The pictures.
    pub tiles: RwSignal<bool>,
    /// The encoded pictures.
    pub dots: RwSignal<bool>,
    /// The path as it is being drawn.
    pub path: RwSignal<Vec<(f64, f64)>>,
    /// The point as it is being dragged: the answer of the network is still on its way.
    pub point: RwSignal<Option<(f64, f64)>>,
}

/// The map with the reader's point and path.
pub fn map(session: Session<Vae>, looks: Looks, seen: Seen) -> Signal<Option<LatentMap>> {
    let names = Memo::new(move |_| session.settings.with(Settings::classes));
    let point = Memo::new(move |_| {
        let at = session.snapshot.with(|snapshot| snapshot.as_ref().map(|snapshot| snapshot.point.at));
        seen.point.get().or(at.map(|[x, y]| (x.into(), y.into())))
    });
    Signal::derive(move || {
        let kept = looks.get()?;
        let axes = match session.settings.with(|settings| settings.latent) {
            2 => ["first latent number", "second latent number"],
            _ => ["first principal component", "second principal component"],
        };
        Some(LatentMap {
            count: MAP_SIDE,
            side: kept.look.side.into(),
            tiles: if seen.tiles.get() { kept.tiles } else { Default::default() },
            reach: kept.look.reach.into(),
            dots: if seen.dots.get() { kept.dots } else { Default::default() },
            labels: names.get(),
            point: point.get(),
            path: seen.path.get(),
            axes: axes.map(String::from),
        })
    })
}

fn grid(images: Vec<Tile>, columns: usize, tile: f64) -> Option<ImageGrid> {
    (!images.is_empty()).then_some(ImageGrid { images, columns, scale: Scale::Grey, tile })
}

/// What the point draws, what was encoded, and what real picture lies nearest.
pub fn point(session: Session<Vae>) -> Signal<Option<ImageGrid>> {
    let names = Memo::new(move |_| session.settings.with(Settings::classes));
    Signal::derive(move || {
        let snapshot = session.snapshot.get()?;
        let point = &snapshot.point;
        let mut images = vec![tile(&point.picture, "drawn here", None)];
        images.extend(point.original.as_ref().map(|original| tile(original, "encoded", None)));
        images.extend(point.nearest.as_ref().map(|near| {
            let name = names.with(|names| names.get(usize::from(near.class)).cloned()).unwrap_or_default();
            tile(&near.picture, format!("nearest: {name}, {:.2}", near.distance), None)
        }));
        grid(images, 0, 128.0)
    })
}

/// The pictures along the path.
pub fn path(session: Session<Vae>) -> Signal<Option<ImageGrid>> {
    Signal::derive(move || {
        let snapshot = session.snapshot.get()?;
        grid(tiles(&snapshot.path.1), 0, 84.0)
    })
}

/// From one picture to another: above through the latent space, below pixel by pixel.
pub fn between(session: Session<Vae>) -> Signal<Option<ImageGrid>> {
    let names = Memo::new(move |_| session.settings.with(Settings::classes));
    Signal::derive(move || {
        let snapshot = session.snapshot.get()?;
        let between = &snapshot.between;
        let [from, to] = &between.originals;
        let mut way = tiles(&between.way);
        let last = way.len().saturating_sub(1).max(1);
        let count = way.len();
        let fade = (0..count).map(|step| {
            let share = step as f32 / last as f32;
            let mixed: Vec<u8> = from
                .iter()
                .zip(to)
                .map(|(from, to)| (f32::from(*from) * (1.0 - share) + f32::from(*to) * share).round() as u8)
                .collect();
            tile(&mixed, "", None)
        });
        let fade: Vec<Tile> = fade.collect();
        for (place, class) in [(0, between.classes[0]), (count.saturating_sub(1), between.classes[1])] {
            let name = names.with(|names| names.get(usize::from(class)).cloned()).unwrap_or_default();
            if let Some(end) = way.get_mut(place) {
                end.label = name;
            }
        }
        way.extend(fade);
        if let Some(first) = way.get_mut(count) {
            first.label = "cross-fade".into();
        }
        grid(way, count, 84.0)
    })
}

/// Samples in a row.
const SAMPLES_IN_ROW: usize = 8;

/// What the fixed noise draws.
pub fn samples(looks: Looks) -> Signal<Option<ImageGrid>> {
    Signal::derive(move || grid(tiles(&looks.get()?.look.samples), SAMPLES_IN_ROW, 112.0))
}

/// Held-out pictures above what is left of them.
pub fn pairs(looks: Looks) -> Signal<Option<ImageGrid>> {
    Signal::derive(move || {
        let kept = looks.get()?;
        let images: Vec<Tile> = kept.look.pairs.iter().flat_map(|pictures| tiles(pictures)).collect();
        let columns = images.len() / 2;
        grid(images, columns, 84.0)
    })
}

/// KL of every latent number.
pub fn units(looks: Looks) -> Signal<Option<Bars>> {
    Signal::derive(move || {
        let kept = looks.get()?;
        let values: Vec<f64> = kept.look.kl_by_unit.iter().map(|kl| f64::from(*kl)).collect();
        (!values.is_empty()).then(|| Bars {
            labels: (1..=values.len()).map(|unit| format!("z{unit}")).collect(),
            values,
            highlight: None,
            unit: " nats".into(),
            max: None,
        })
    })
}

/// Names of the layers with weights.
pub fn layers() -> Signal<Vec<String>> {
    Signal::stored(LAYERS.map(String::from).to_vec())
}

/// Where the weights of every layer lie.
pub fn weights(looks: Looks) -> Signal<Option<Histogram>> {
    Signal::derive(move || {
        let kept = looks.get()?;
        let layers = kept.look.layers.iter().zip(LAYERS);
        weight_histogram(layers.map(|(layer, name)| (name.to_owned(), &*layer.histogram, layer.span)).collect())
    })
}

/// The funnel there and back, with shapes and parameters.
pub fn network(session: Session<Vae>) -> Signal<Option<Network>> {
    Signal::derive(move || {
        let snapshot = session.snapshot.get()?;
        let config = session.settings.with(|settings| settings.network());
        let picture = |name: &str, pixels: &[u8], parameters: usize| {
            let values: Vec<f32> = pixels.iter().map(|pixel| f32::from(*pixel) / 255.0).collect();
            let maps = Some(NetworkMaps { count: 1, side: SIDE, window: 0, signed: false });
            NetworkLayer { maps, ..layer(name, config.pixels, values, parameters) }
        };
        let cost = |(inputs, outputs): (usize, usize)| inputs * outputs + outputs;
        let sizes = config.layers();
        let hidden = config.hidden.len();
        let point = &snapshot.point;
        let mut layers = vec![picture("picture", point.original.as_deref().unwrap_or_default(), 0)];
        let [encoder, decoder] = &point.hidden;
        let values = |layers: &[Vec<f32>], at: usize| layers.get(at).cloned().unwrap_or_default();
        for (at, (units, size)) in config.hidden.iter().zip(&sizes).enumerate() {
            layers.push(layer(&format!("encoder {}", at + 1), *units, values(encoder, at), cost(*size)));
        }
        layers.push(layer("z", config.latent, point.latent.clone(), cost(sizes[hidden]) + cost(sizes[hidden + 1])));
        for (at, (units, size)) in config.hidden.iter().rev().zip(&sizes[hidden + 2..]).enumerate() {
            layers.push(layer(&format!("decoder {}", at + 1), *units, values(decoder, at), cost(*size)));
        }
        layers.push(picture("pixels", &point.picture, sizes.last().map_or(0, |size| cost(*size))));
        Some(Network { layers, edges: Vec::new(), highlight: Vec::new() })
    })
}

/// A layer of plain units.
fn layer(name: &str, units: usize, values: Vec<f32>, parameters: usize) -> NetworkLayer {
    NetworkLayer {
        name: name.into(),
        units,
        spread: spread(&values),
        values,
        note: match parameters {
            0 => format!("[batch, {units}]"),
            _ => format!("[batch, {units}] · {parameters} parameters"),
        },
        ..NetworkLayer::default()
    }
}

/// The part of the source that a layer belongs to.
pub fn part(layer: &str) -> Option<&'static str> {
    match layer {
        "z" => Some("draw"),
        "pixels" => Some("decoder"),
        _ if layer.starts_with("encoder") => Some("encoder"),
        _ if layer.starts_with("decoder") => Some("decoder"),
        _ => None,
    }
}
