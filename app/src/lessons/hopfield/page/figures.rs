//! The lesson's pictures, each drawn from the newest snapshot.

use leptos::prelude::*;
use models::foundations::hopfield::{Diagnosis, Rule};

use super::state_picture::StatePicture;
use crate::{
    lessons::{
        hopfield::{CRITICAL_LOAD, ENERGY, Hopfield, OVERLAPS, Snapshot, View, decided, rule_name, words},
        spread,
    },
    session::{Session, protocol::Series as Curve},
    widgets::{
        Axis, Chart, Edges, Heatmap, ImageGrid, Ink, Landscape, Marker, Network, NetworkLayer, Peak, Scale,
        Series as Line, Tile,
    },
};

/// Something made of the newest view.
pub fn from_view<T>(session: Session<Hopfield>, make: impl Fn(&View) -> T) -> Option<T> {
    session.snapshot.with(|snapshot| snapshot.as_ref().and_then(|snapshot| snapshot.view()).map(make))
}

/// The state beside what it is most like.
pub fn state(session: Session<Hopfield>, cursor: RwSignal<Option<usize>>) -> Signal<Option<StatePicture>> {
    Signal::derive(move || {
        from_view(session, |view| StatePicture {
            side: view.side as usize,
            state: view.state.clone(),
            nearest: view.nearest.clone().map(|pattern| (pattern, nearest(view))),
            next: view.next.map(|unit| unit as usize),
            cursor: cursor.get(),
        })
    })
}

/// The stored pattern that the state is most like, or most unlike, and the overlap.
pub fn strongest(view: &View) -> Option<(usize, f32)> {
    match &view.diagnosis {
        Diagnosis::Stored(index) => Some((*index, 1.0)),
        Diagnosis::Reverse(index) => Some((*index, -1.0)),
        Diagnosis::Blend(near) => near.first().copied(),
    }
}

/// The strongest overlap in words.
fn nearest(view: &View) -> String {
    let name = |index: usize| view.names.get(index).map_or("?", String::as_str);
    let (index, overlap) = strongest(view).unwrap_or_default();
    let what = if overlap < 0.0 { "nearest: the reverse of" } else { "nearest:" };
    format!("{what} {}, overlap {overlap:.2}", name(index)).replace('-', "−")
}

/// What the state is, in one sentence.
pub fn sentence(view: &View) -> String {
    let what = words(&view.diagnosis, &view.names);
    match view.end {
        Some(_) => format!("It has settled in {what}."),
        None => format!("On its way: {what}."),
    }
}

/// The stored patterns, each with whether it holds.
pub fn stored(session: Session<Hopfield>) -> Signal<Option<ImageGrid>> {
    Signal::derive(move || stored_in(session))
}

/// The same of a session that may not have begun.
pub fn stored_of(slot: RwSignal<Option<Session<Hopfield>>>) -> Signal<Option<ImageGrid>> {
    Signal::derive(move || stored_in(slot.get()?))
}

fn stored_in(session: Session<Hopfield>) -> Option<ImageGrid> {
    from_view(session, |view| {
        let tiles = view.patterns.iter().enumerate().map(|(index, pattern)| {
            let holds = view.stable.get(index) == Some(&true);
            let name = view.names.get(index).map_or("", String::as_str);
            Tile {
                pixels: pattern.iter().map(|value| f32::from(u8::from(*value > 0))).collect(),
                rows: view.side as usize,
                columns: view.side as usize,
                label: format!("{name} {}", if holds { "holds" } else { "is lost" }),
                mark: Some(if holds { Ink::Good } else { Ink::Bad }),
            }
        });
        ImageGrid { images: tiles.collect(), columns: 0, scale: Scale::Grey, tile: 72.0 }
    })
    .filter(|grid| !grid.images.is_empty())
}

/// The energy at every update.
pub fn energy(session: Session<Hopfield>) -> Signal<Option<Chart>> {
    Signal::derive(move || {
        let points = session.curves.with(|curves| curves.line(ENERGY).to_vec());
        let synchronous = session.settings.with(|settings| settings.synchronous);
        (!points.is_empty()).then(|| Chart {
            x: Axis::new(if synchronous { "sweep" } else { "update" }).integer().from(0.0),
            y: around(&points),
            series: vec![Line::new("", points, Ink::Class(0))],
            ..Chart::default()
        })
    })
}

/// An axis from the lowest energy to the highest, in whole steps, so that it stands still while the energy falls: from 0 the
/// fall of a state that begins near its valley would be a flat line.
fn around(points: &[(f64, f64)]) -> Axis {
    let low = points.iter().map(|(_, energy)| *energy).fold(f64::INFINITY, f64::min);
    let high = points.iter().map(|(_, energy)| *energy).fold(f64::NEG_INFINITY, f64::max);
    let step = 10_f64.powf((high - low).max(0.1).log10().floor());
    let low = (low / step).floor() * step;
    Axis::new("energy").from(low).to(((high / step).ceil() * step).max(low + step))
}

/// The overlap with every stored pattern, over time.
pub fn overlaps(session: Session<Hopfield>) -> Signal<Option<Chart>> {
    Signal::derive(move || {
        let names = from_view(session, |view| view.names.clone())?;
        let step = session.bench.step.get() as f64;
        let series: Vec<Line> = session.curves.with(|curves| {
            let line = |(index, name): (u16, &String)| {
                let mut points = curves.line(Curve::Own(OVERLAPS + index)).to_vec();
                // Overlaps are sent when something turned; until now they have stayed.
                if let Some((_, value)) = points.last().copied().filter(|(at, _)| *at < step) {
                    points.push((step, value));
                }
                Line::new(name.clone(), points, Ink::Class(index.into())).width(1.8)
            };
            (0..).zip(&names).map(line).filter(|line| !line.points.is_empty()).collect()
        });
        (!series.is_empty()).then(|| Chart {
            series,
            x: Axis::new("update").integer().from(0.0),
            y: Axis::new("overlap").from(-1.0).to(1.0),
            height: 200.0,
            ..Chart::default()
        })
    })
}

/// All weights, averaged over blocks where they are many.
pub fn weights(session: Session<Hopfield>) -> Signal<Option<Heatmap>> {
    Signal::derive(move || {
        from_view(session, |view| {
            let (side, values) = &view.weights;
            signed(*side as usize, values.clone())
        })
        .filter(|map| map.rows > 0)
    })
}

/// The weights of the unit that is asked next, laid out as the picture.
pub fn row(session: Session<Hopfield>) -> Signal<Option<Heatmap>> {
    Signal::derive(move || {
        from_view(session, |view| signed(view.side as usize, view.row.clone())).filter(|map| !map.values.is_empty())
    })
}

fn signed(side: usize, values: Vec<f32>) -> Heatmap {
    Heatmap {
        rows: side,
        columns: side,
        values,
        scale: Scale::Signed,
        limit: None,
        row_labels: Vec::new(),
        column_labels: Vec::new(),
        numbers: false,
        height: 280.0,
        square: true,
    }
}

/// The energy over the plane through two stored patterns.
pub fn surface(session: Session<Hopfield>, turn: RwSignal<f64>) -> Signal<Option<Landscape>> {
    Signal::derive(move || {
        let turn = turn.get();
        from_view(session, |view| {
            let surface = view.surface.as_ref()?;
            let side = surface.side as usize;
            let name = |index: u32| view.names.get(index as usize).map_or("?", String::as_str).to_string();
            let (one, other) = (name(surface.patterns.0), name(surface.patterns.1));
            let peak = |x: f64, y: f64, name: String| {
                let cell = |place: f64| if place > 0.0 { side - 1 } else { 0 };
                let height = surface.values.get(cell(y) * side + cell(x)).copied().unwrap_or_default();
                Peak { place: (x, y, height.into()), name }
            };
            Some(Landscape {
                columns: side,
                rows: side,
                values: surface.values.clone(),
                peaks: vec![
                    peak(1.0, 1.0, one.clone()),
                    peak(-1.0, 1.0, other.clone()),
                    peak(-1.0, -1.0, format!("reverse of {one}")),
                    peak(1.0, -1.0, format!("reverse of {other}")),
                ],
                path: surface.path.iter().map(|&(x, y, z)| (x.into(), y.into(), z.into())).collect(),
                labels: [format!("where {one} and {other} differ"), "where they are alike".into(), "energy".into()],
                turn,
            })
        })
        .flatten()
    })
}

/// One rule's curve of the overlap that is left, against the load.
pub fn capacity(sessions: [(Rule, RwSignal<Option<Session<Hopfield>>>); 2]) -> Signal<Option<Chart>> {
    Signal::derive(move || {
        let series: Vec<Line> = sessions
            .into_iter()
            .enumerate()
            .filter_map(|(index, (rule, slot))| {
                let curve = measured(slot.get()?)?;
                let points = curve.into_iter().map(|(load, overlap)| (load.into(), overlap.into())).collect();
                let line = Line::new(rule_name(rule), points, Ink::Class(1 - index.min(1)));
                Some(if index == 0 { line } else { line.dashed() })
            })
            .filter(|line| !line.points.is_empty())
            .collect();
        (!series.is_empty()).then(|| Chart {
            series,
            x: Axis::new("load: random patterns for each unit").from(0.0).to(0.3),
            y: Axis::new("mean overlap that is left").from(0.0).to(1.0),
            markers: vec![Marker { x: CRITICAL_LOAD, label: format!("theory: {CRITICAL_LOAD}"), color: Ink::Bad }],
            ..Chart::default()
        })
    })
}

/// The capacity curve of a session that measures it.
pub fn measured(session: Session<Hopfield>) -> Option<Vec<(f32, f32)>> {
    session.snapshot.with(|snapshot| match snapshot.as_deref() {
        Some(Snapshot::Capacity(curve)) => Some(curve.clone()),
        _ => None,
    })
}

/// State, fields and new state of the unit that is asked, and of those with the strongest ties to it.
pub fn network(session: Session<Hopfield>) -> Signal<Option<Network>> {
    Signal::derive(move || {
        let (dense, one_by_one) =
            session.settings.with(|settings| (settings.rule == Rule::Dense, !settings.synchronous));
        from_view(session, |view| {
            let units = view.state.len();
            let shown: Vec<usize> = view.shown.iter().map(|shown| shown.unit as usize).collect();
            let fields: Vec<f32> = view.shown.iter().map(|shown| shown.field).collect();
            let states: Vec<f32> = view.shown.iter().map(|shown| shown.state.into()).collect();
            let next = view.shown.iter().map(|shown| decided(shown.field, shown.state)).collect();
            let all: Vec<f32> = view.state.iter().map(|state| f32::from(*state)).collect();
            let fate = match view.asked {
                Some(true) => ", turned",
                Some(false) => ", stays",
                None if one_by_one && view.next.is_some() => ", next",
                None => "",
            };
            let name =
                |(place, unit): (usize, &usize)| format!("unit {}{}", unit + 1, if place == 0 { fate } else { "" });
            let layer = |name: &str, values: Vec<f32>, spread, note: String| NetworkLayer {
                name: name.into(),
                units,
                values,
                shown: shown.clone(),
                marked: (!fate.is_empty()).then_some(0),
                spread,
                note,
                ..NetworkLayer::default()
            };
            let stored = match dense {
                true => format!("patterns [{}, {units}]", view.names.len()),
                false => format!("W [{units}, {units}]"),
            };
            let state = layer("state s", states, spread(&all), format!("[{units}]"));
            Network {
                layers: vec![
                    NetworkLayer { labels: shown.iter().enumerate().map(name).collect(), ..state },
                    layer("field h", fields, view.fields[0], stored),
                    layer("sign", next, view.fields[1], format!("[{units}]")),
                ],
                edges: vec![
                    if view.ties.is_empty() { Edges::All } else { Edges::Weighted(view.ties.clone()) },
                    Edges::OneToOne,
                ],
                highlight: Vec::new(),
            }
        })
    })
}

/// The part of the source that a layer belongs to.
pub fn part(layer: &str) -> Option<&'static str> {
    match layer {
        "field h" => Some("field"),
        "sign" => Some("update"),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_energy_fills_its_axis() {
        let axis = around(&[(0.0, -91.3), (1.0, -95.8)]);
        assert_eq!((axis.min, axis.max), (Some(-96.0), Some(-91.0)));
        let axis = around(&[(0.0, 0.0)]);
        assert!(axis.min < axis.max, "one energy has an axis too");
    }
}
