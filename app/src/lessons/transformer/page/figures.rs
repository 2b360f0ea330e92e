//! The pictures that only this lesson has.

use leptos::prelude::*;
use models::sequence::{
    heads::{Head, HeadMap, Stack},
    positions::wavelength,
};

use crate::{
    lessons::transformer::{
        Beginning, Errand, PARTS, PLACES, Piece, RIGHT, Snapshot, TOY, Transformer, WHOLE, WHOLE_TRAINING,
        settings::head_name,
    },
    session::{Session, protocol::Series as Curve},
    site::figures::{gradient_flow, weight_histogram},
    widgets::{
        Attention, Axis, BeamNode, BeamTree, Chart, GradientFlow, HeadGroup, HeadTile, Heads, Histogram, Ink,
        Positions, QueryWalk, Series as Line, Spot, Trace,
    },
};

/// Where the reader looks, shared by the figures of one head.
#[derive(Clone, Copy)]
pub struct Gaze {
    /// What is pointed at.
    pub spot: RwSignal<Spot>,
    /// Lines instead of a matrix.
    pub lines: RwSignal<bool>,
    /// Rows of the target that have been written so far.
    pub written: RwSignal<usize>,
    /// The rule that heads are scored by.
    pub rule: RwSignal<Option<usize>>,
    /// The traced number of the walk.
    pub trace: RwSignal<Trace>,
}

impl Gaze {
    /// Looks nowhere yet.
    pub fn new() -> Self {
        Self {
            spot: RwSignal::default(),
            lines: RwSignal::new(false),
            written: RwSignal::new(usize::MAX),
            rule: RwSignal::new(None),
            trace: RwSignal::default(),
        }
    }
}

fn words(pieces: &[Piece]) -> Vec<String> {
    pieces.iter().map(Piece::label).collect()
}

/// Who looks and who is looked at.
pub fn sides(snapshot: &Snapshot, stack: Stack) -> [Vec<String>; 2] {
    let (source, target) = (words(&snapshot.source), words(&snapshot.target));
    let before =
        || std::iter::once("begin".to_owned()).chain(target.iter().take(target.len().saturating_sub(1)).cloned());
    match stack {
        Stack::Encoder => [source.clone(), source],
        Stack::Decoder => [target.clone(), before().collect()],
        Stack::Cross => [target, source],
    }
}

/// What the two sides are.
fn side_names(stack: Stack, is_translation: bool) -> [&'static str; 2] {
    match (stack, is_translation) {
        (Stack::Encoder, true) => ["English", "English"],
        (Stack::Decoder, true) => ["French", "French"],
        (Stack::Cross, true) => ["French", "English"],
        (Stack::Encoder, false) => ["read", "read"],
        (Stack::Decoder, false) => ["written", "written"],
        (Stack::Cross, false) => ["written", "read"],
    }
}

/// The head that is looked at; where there is no such head, the first of its kind.
pub fn viewed(heads: &[HeadMap], view: Head) -> Option<&HeadMap> {
    let exact = heads.iter().find(|map| map.head == view);
    exact.or_else(|| heads.iter().find(|map| map.head.stack == view.stack)).or(heads.first())
}

/// One head.
pub fn attention(session: Session<Transformer>, gaze: Gaze) -> Signal<Option<Attention>> {
    Signal::derive(move || {
        let (view, is_translation) = session.settings.with(|settings| (settings.view, settings.is_translation()));
        session.snapshot.with(|snapshot| {
            let snapshot = snapshot.as_ref()?;
            let map = viewed(&snapshot.heads, view)?;
            let stack = map.head.stack;
            let [mut queries, keys] = sides(snapshot, stack);
            let mut weights = map.weights.clone();
            if stack != Stack::Encoder {
                let written = gaze.written.get().min(queries.len());
                queries.iter_mut().skip(written).for_each(String::clear);
                weights.truncate(written * keys.len());
            }
            let sides = side_names(stack, is_translation).map(String::from);
            Some(Attention { queries, keys, weights, focus: gaze.spot.get(), lines: gaze.lines.get(), sides })
        })
    })
}

/// All heads, as they are scored and sorted.
pub fn heads(session: Session<Transformer>, gaze: Gaze) -> Signal<Option<Heads>> {
    Signal::derive(move || {
        let settings = session.settings.get();
        let snapshot = session.snapshot.get()?;
        let rules = snapshot.found.rules.as_ref();
        let rule = gaze.rule.get();
        let toy = session.curves.with(|curves| {
            (0..TOY.0 * TOY.1)
                .map(|head| curves.line(Curve::Own(RIGHT + head as u16)).last().map(|point| point.1))
                .collect::<Vec<_>>()
        });
        let score = |head: Head| match settings.is_translation() {
            true => {
                let scores = &rules?.scores.iter().find(|(own, _)| *own == head)?.1;
                scores.get(rule?).copied()
            }
            false if head.stack == Stack::Cross => {
                toy.get(head.layer * TOY.1 + head.head).copied().flatten().map(|share| share as f32)
            }
            false => None,
        };
        let tile = |map: &HeadMap| HeadTile {
            name: head_name(map.head),
            rows: map.queries,
            columns: map.keys,
            weights: map.weights.clone(),
            score: score(map.head),
            off: settings.off.contains(&map.head),
        };
        let layers = snapshot.heads.iter().map(|map| map.head.layer + 1).max().unwrap_or(0);
        let mut groups = Vec::new();
        // Layer after layer, so that the three kinds stand side by side where there is room.
        for layer in 0..layers {
            for stack in Stack::ALL {
                let own = snapshot.heads.iter().filter(|map| map.head.stack == stack && map.head.layer == layer);
                let heads: Vec<HeadTile> = own.map(tile).collect();
                if !heads.is_empty() {
                    groups.push(HeadGroup { name: format!("{}, layer {}", stack.name(), layer + 1), heads });
                }
            }
        }
        let chosen = viewed(&snapshot.heads, settings.view).map(|map| head_name(map.head));
        let chosen = chosen.and_then(|name| {
            groups
                .iter()
                .enumerate()
                .find_map(|(group, it)| it.heads.iter().position(|head| head.name == name).map(|head| (group, head)))
        });
        let scored = match (settings.is_translation(), rule) {
            (true, Some(rule)) => rules.and_then(|rules| rules.names.get(rule).cloned()).unwrap_or_default(),
            (true, None) => String::new(),
            (false, _) => "attention on the right place".into(),
        };
        let heads = Heads { groups, chosen, scored };
        Some(if settings.is_translation() && rule.is_some() && rules.is_some() { heads.sorted() } else { heads })
    })
}

/// One query on its way.
pub fn walk(session: Session<Transformer>, gaze: Gaze) -> Signal<Option<QueryWalk>> {
    Signal::derive(move || {
        let focus = gaze.trace.get();
        session.snapshot.with(|snapshot| {
            let snapshot = snapshot.as_ref()?;
            let (head, query, walk) = snapshot.walk.as_ref()?;
            let [queries, keys] = sides(snapshot, head.stack);
            Some(QueryWalk {
                query: queries.get(usize::from(*query)).cloned().unwrap_or_default(),
                keys: keys.into_iter().take(walk.keys.len()).collect(),
                q: walk.query.clone(),
                k: walk.keys.concat(),
                v: walk.values.concat(),
                scores: walk.scores.clone(),
                scaled: walk.scaled.clone(),
                weights: walk.weights.clone(),
                output: walk.mixed.clone(),
                focus,
            })
        })
    })
}

/// How the network is told where a word stands: waves, or what it has learned.
pub fn positions(
    session: Session<Transformer>,
    focus: RwSignal<Option<usize>>,
    width: usize,
) -> Signal<Option<Positions>> {
    Signal::derive(move || {
        let focus = focus.get();
        if session.settings.with(|settings| settings.errand == Errand::Translate) {
            let waves = Positions::sinusoidal(32, width);
            let wavelengths = (0..width).map(|dimension| wavelength(dimension, width)).collect();
            return Some(Positions { wavelengths, focus, ..waves });
        }
        session.snapshot.with(|snapshot| {
            let (dimensions, values) = &snapshot.as_ref()?.toy.as_ref()?.places;
            (*dimensions > 0).then(|| Positions {
                dimensions: (*dimensions).into(),
                values: values.clone(),
                wavelengths: Vec::new(),
                trained: Some(session.settings.with(|settings| settings.length.into())),
                focus,
            })
        })
    })
}

/// Symbols and whole sequences that come out right.
pub fn accuracy(session: Session<Transformer>) -> Signal<Option<Chart>> {
    Signal::derive(move || {
        session.curves.with(|curves| {
            if curves.is_empty() {
                return None;
            }
            let line = |series| curves.line(series).to_vec();
            Some(Chart {
                series: vec![
                    Line::new("whole, held out", line(WHOLE), Ink::Class(1)).dashed(),
                    Line::new("whole, training", line(WHOLE_TRAINING), Ink::Class(1)).width(1.2),
                    Line::new("symbols, held out", line(Curve::ValidationAccuracy), Ink::Class(0)).dashed(),
                    Line::new("symbols, training", line(Curve::Accuracy), Ink::Class(0)).width(1.2),
                ],
                x: Axis::new("step").integer().from(0.0),
                y: Axis::new("share right").percent().to(1.0),
                height: 210.0,
                ..Chart::default()
            })
        })
    })
}

/// The share of each cross head's attention on the right place.
pub fn right(session: Session<Transformer>) -> Signal<Option<Chart>> {
    Signal::derive(move || {
        session.curves.with(|curves| {
            let series: Vec<Line> = (0..TOY.0 * TOY.1)
                .map(|at| {
                    let name = format!("head {}.{}", at / TOY.1 + 1, at % TOY.1 + 1);
                    let line = Line::new(name, curves.line(Curve::Own(RIGHT + at as u16)).to_vec(), Ink::Class(at));
                    if at % TOY.1 > 0 { line.dashed() } else { line }
                })
                .collect();
            series.iter().any(|line| !line.points.is_empty()).then(|| Chart {
                series,
                x: Axis::new("step").integer().from(0.0),
                y: Axis::new("share of its attention").percent().to(1.0),
                ..Chart::default()
            })
        })
    })
}

/// The kinds of parts that gradients are told apart by, as the names of their layers begin.
const KINDS: [&str; 2] = ["encoder", "decoder"];
/// So many measurements are averaged: a gradient is that of one batch.
pub const SMOOTHED: usize = 10;

/// Mean |gradient| of each part; encoder, decoder and what goes in have a colour each.
pub fn gradients(session: Session<Transformer>) -> Signal<Option<GradientFlow>> {
    // Without positions there is no table of them.
    let parts = Signal::derive(move || {
        let told = session.settings.with(|settings| settings.positions);
        PARTS.iter().filter(|(part, _)| told || *part != PLACES.0).map(|(_, name)| (*name).to_owned()).collect()
    });
    let kind = |name: &String| KINDS.iter().position(|kind| name.starts_with(kind)).unwrap_or(KINDS.len());
    let flow = gradient_flow(session, parts);
    Signal::derive(move || {
        flow.get().map(|flow| GradientFlow {
            kinds: flow.layers.iter().map(kind).collect(),
            means: flow.means.iter().map(|means| smooth(means, SMOOTHED)).collect(),
            ..flow
        })
    })
}

/// Each value as the mean of itself and those before it, so many in all.
fn smooth(values: &[f64], count: usize) -> Vec<f64> {
    let mean = |last: usize| {
        let own = &values[(last + 1).saturating_sub(count)..=last];
        own.iter().sum::<f64>() / own.len() as f64
    };
    (0..values.len()).map(mean).collect()
}

/// Where the toy's weights lie, positions aside: they begin so wide that all others would look like one line beside them.
pub fn weights(session: Session<Transformer>) -> Signal<Option<Histogram>> {
    Signal::derive(move || {
        session.snapshot.with(|snapshot| {
            let toy = snapshot.as_ref()?.toy.as_ref()?;
            let layers = toy.layers.iter().filter(|(name, _)| *name != PLACES.1);
            weight_histogram(layers.map(|(name, view)| (name.clone(), view.histogram.as_slice(), view.span)).collect())
        })
    })
}

/// Beam search as a tree.
pub fn beam(session: Session<Transformer>) -> Signal<Option<BeamTree>> {
    Signal::derive(move || {
        session.snapshot.with(|snapshot| {
            let tree = &snapshot.as_ref()?.translation.as_ref()?.tree;
            let node = |beginning: &Beginning| BeamNode {
                parent: beginning.parent.map(|parent| parent as usize),
                text: beginning.text.clone(),
                score: beginning.log_probability,
                kept: beginning.kept,
                chosen: beginning.chosen,
            };
            (!tree.is_empty()).then(|| BeamTree { nodes: tree.iter().map(node).collect() })
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_running_mean_begins_with_what_is_there() {
        assert_eq!(smooth(&[1.0, 3.0, 5.0, 7.0], 2), [1.0, 2.0, 4.0, 6.0]);
        assert!(smooth(&[], 3).is_empty());
    }
}
