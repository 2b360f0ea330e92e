//! What perceptron and ADALINE share: points, flowers and digits for one unit that draws one line, and all that can be said
//! about its answers.

pub mod asked;
pub mod boundary;
pub mod examples;
pub mod figures;
pub mod matrix;
pub mod own_line;
pub mod pad;
pub mod page;

use models::{
    data::points::{self, Point, PointKind, PointOptions},
    metrics::{self, Confusion},
};
use serde::{Deserialize, Serialize};

pub use self::asked::{Asked, Question, Told};
use self::examples::{Examples, HELD_OUT, SMALL};
use crate::{
    lessons::{points_from_text, points_to_text},
    session::{
        protocol::Protocol,
        query::{Query, QueryWriter},
    },
};

/// A lesson about one unit that draws one line.
pub trait Linear: Protocol<Command = Question> {
    /// What the unit is shown.
    fn inputs(settings: &Self::Settings) -> &Inputs;
    /// The same, to change it.
    fn inputs_mut(settings: &mut Self::Settings) -> &mut Inputs;
    /// What it says of them.
    fn answer(snapshot: &Self::Snapshot) -> &Answer;
    /// Whether it learns from the error of the sum, not from that of its sign.
    const BY_ERROR: bool;
}

/// What the line has to part.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Data {
    /// Generated points.
    Points(PointKind),
    /// Setosa against versicolor.
    Iris,
    /// MNIST's zeros against its ones.
    Digits,
    /// Points the reader made.
    Own,
}

impl Data {
    /// Every choice, in the order of the chips.
    pub const ALL: [Data; 7] = [
        Data::Points(PointKind::Clouds),
        Data::Iris,
        Data::Digits,
        Data::Points(PointKind::Xor),
        Data::Points(PointKind::Circles),
        Data::Points(PointKind::Moons),
        Data::Own,
    ];

    /// The chip's word.
    pub fn name(self) -> &'static str {
        match self {
            Data::Points(kind) => kind.name(),
            Data::Iris => "Iris",
            Data::Digits => "Zeros and ones",
            Data::Own => "Your own",
        }
    }

    /// The address's word.
    pub fn id(self) -> &'static str {
        match self {
            Data::Points(kind) => kind.id(),
            Data::Iris => "iris",
            Data::Digits => "digits",
            Data::Own => "own",
        }
    }

    /// The choice behind an address's word.
    pub fn from_id(id: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|data| data.id() == id)
    }

    /// The two classes: that of -1, that of +1.
    pub fn classes(self) -> [&'static str; 2] {
        match self {
            Data::Iris => ["setosa", "versicolor"],
            Data::Digits => ["zero", "one"],
            _ => ["blue", "orange"],
        }
    }

    /// Whether points can be drawn and painted as they are.
    pub fn is_points(self) -> bool {
        matches!(self, Data::Points(_) | Data::Own)
    }
}

/// The most points that a reader may paint.
pub const MOST_POINTS: usize = 1000;
/// Half width of the plane that points live in.
pub const EXTENT: f32 = 1.3;
/// What lies across and up of points.
pub const POINT_LABELS: [&str; 2] = ["across", "up"];

/// What the unit is shown: the part of the settings that both lessons have.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Inputs {
    /// What to part.
    pub data: Data,
    /// How many points.
    pub count: u32,
    /// Noise of the points.
    pub noise: f32,
    /// Gap between the two clouds.
    pub margin: f32,
    /// Share of orange points.
    pub share: f32,
    /// The reader's own points.
    pub own: Vec<Point>,
    /// The two measures of the flowers that are used; `None` uses all four.
    pub measures: Option<(u8, u8)>,
    /// A sum above this means yes; the historic machines have 0.
    pub threshold: f32,
    /// Seed of points and order.
    pub seed: u32,
}

impl Default for Inputs {
    fn default() -> Self {
        Self {
            data: Data::Points(PointKind::Clouds),
            count: 120,
            noise: 0.1,
            margin: 0.1,
            share: 0.5,
            own: Vec::new(),
            measures: Some((0, 2)),
            threshold: 0.0,
            seed: 1,
        }
    }
}

impl Inputs {
    /// Other data with everything else as it is by default, but for seed and own points.
    pub fn switched(&self, data: Data) -> Self {
        Self { data, seed: self.seed, own: self.own.clone(), ..Self::default() }
    }

    /// Whether going from `previous` to these needs a new start.
    pub fn restart(&self, previous: &Self) -> bool {
        Self { threshold: previous.threshold, ..self.clone() } != *previous
    }

    /// All points: generated, or the reader's own. Coordinates lie on a grid of 1/128, so that every sum is exact and a
    /// cycle repeats to the bit.
    pub fn all_points(&self) -> Vec<Point> {
        let mut points = match self.data {
            Data::Points(kind) => points::generate(&PointOptions {
                kind,
                count: self.count as usize,
                noise: self.noise,
                margin: self.margin,
                imbalance: self.share,
                seed: self.seed.into(),
            }),
            _ => self.own.clone(),
        };
        for point in &mut points {
            point.x = (point.x * 128.0).round() / 128.0;
            point.y = (point.y * 128.0).round() / 128.0;
        }
        points
    }

    /// The points as training and held-out ones. Few are all learned from.
    pub fn split_points(&self) -> (Vec<Point>, Vec<Point>) {
        let all = self.all_points();
        let share = if all.len() < SMALL { 0.0 } else { HELD_OUT };
        points::split(all, share, self.seed.into())
    }

    /// Reads them from an address.
    pub fn read(query: &mut Query) -> Self {
        let base = Self::default();
        let own = match query.text("own").map(str::to_owned) {
            Some(text) => points_from_text(&text, MOST_POINTS, query),
            None => Vec::new(),
        };
        Self {
            data: query.choice("data", Data::from_id, base.data),
            count: query.whole("count", 4, 2000, base.count.into()) as u32,
            noise: query.number("noise", 0.0, 0.6, base.noise.into()) as f32,
            margin: query.number("margin", 0.0, 0.6, base.margin.into()) as f32,
            share: query.number("share", 0.05, 0.95, base.share.into()) as f32,
            own,
            measures: query.choice("measures", measures_from_id, base.measures),
            threshold: query.number("threshold", -1e6, 1e6, base.threshold.into()) as f32,
            seed: query.whole("seed", 0, 999_999, base.seed.into()) as u32,
        }
    }

    /// Writes what differs from the default into an address.
    pub fn write(&self, writer: &mut QueryWriter) {
        let base = Self::default();
        writer.add("data", self.data.id(), base.data.id());
        writer.add("count", self.count, base.count);
        writer.add("noise", self.noise, base.noise);
        writer.add("margin", self.margin, base.margin);
        writer.add("share", self.share, base.share);
        writer.add("own", points_to_text(&self.own), String::new());
        writer.add("measures", measures_id(self.measures), measures_id(base.measures));
        writer.add("threshold", self.threshold, base.threshold);
        writer.add("seed", self.seed, base.seed);
    }
}

fn measures_id(measures: Option<(u8, u8)>) -> String {
    measures.map_or_else(|| "all".into(), |(x, y)| format!("{x}{y}"))
}

fn measures_from_id(id: &str) -> Option<Option<(u8, u8)>> {
    if id == "all" {
        return Some(None);
    }
    match id.as_bytes() {
        [x @ b'0'..=b'3', y @ b'0'..=b'3'] if x != y => Some(Some((x - b'0', y - b'0'))),
        _ => None,
    }
}

/// A unit's answers, as far as figures show them.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Answer {
    /// The plane, with the line on it.
    pub plane: Plane,
    /// The weights.
    pub weights: Vec<f32>,
    /// The bias.
    pub bias: f32,
    /// The example that was looked at last, or else the first.
    pub example: Looked,
    /// False positive rate, true positive rate.
    pub roc: Vec<(f32, f32)>,
    /// Recall, precision.
    pub precision_recall: Vec<(f32, f32)>,
    /// Area under the ROC curve.
    pub auc: f64,
    /// Average precision.
    pub average_precision: f64,
    /// Counts at this threshold: truth, called.
    pub confusion: [u32; 4],
    /// Least and largest score.
    pub scores: (f32, f32),
    /// How many examples the judging counts are over, and whether they were held out.
    pub judged: (u32, bool),
    /// Of every point of the plane, whether its sum lies above the threshold. Its side of the line does not tell where the
    /// plane shows only two of many directions.
    pub called: Vec<bool>,
    /// What the reader asked for.
    pub told: Told,
}

/// Points of a ROC or PR curve in a message.
const MOST_CURVE_POINTS: usize = 300;

impl Answer {
    /// Judges a unit, given as its weights and bias, on the held-out examples, or on all where none is held out.
    pub fn new(examples: &Examples, plane: Plane, weights: &[f32], bias: f32, threshold: f32, asked: &Asked) -> Self {
        let sum = |x: &[f32]| weights.iter().zip(x).map(|(weight, input)| weight * input).sum::<f32>() + bias;
        let judged = examples.judged();
        let scores: Vec<f32> = judged.iter().map(|(x, _)| sum(x)).collect();
        let positive: Vec<bool> = judged.iter().map(|(_, class)| *class == 1).collect();
        let called = examples.training.iter().chain(&examples.held_out).map(|(x, _)| sum(x) > threshold).collect();
        let mut confusion = Confusion::new(2);
        for (score, positive) in scores.iter().zip(&positive) {
            confusion.add(usize::from(*positive), usize::from(*score > threshold));
        }
        let roc = metrics::roc(&scores, &positive);
        let precision_recall = metrics::precision_recall(&scores, &positive);
        let thin = |length: usize| length.div_ceil(MOST_CURVE_POINTS).max(1);
        let index = plane.corrected.map_or(0, |index| (index as usize).min(examples.training.len() - 1));
        let (inputs, target) = examples.example(index);
        let example = Looked { inputs: inputs.to_vec(), target, sum: sum(inputs) };
        let extreme = |pick: fn(f32, f32) -> f32, start| scores.iter().copied().fold(start, pick);
        Self {
            plane,
            weights: weights.to_vec(),
            bias,
            example,
            roc: roc
                .iter()
                .step_by(thin(roc.len()))
                .chain(roc.last())
                .map(|point| (point.false_positive_rate as f32, point.true_positive_rate as f32))
                .collect(),
            precision_recall: precision_recall
                .iter()
                .step_by(thin(precision_recall.len()))
                .chain(precision_recall.last())
                .map(|point| (point.recall as f32, point.precision as f32))
                .collect(),
            auc: metrics::auc(&scores, &positive),
            average_precision: metrics::average_precision(&scores, &positive),
            confusion: [confusion.counts[0], confusion.counts[1], confusion.counts[2], confusion.counts[3]],
            scores: (extreme(f32::min, f32::INFINITY), extreme(f32::max, f32::NEG_INFINITY)),
            judged: (judged.len() as u32, !examples.held_out.is_empty()),
            called,
            told: asked.tell(examples, sum, threshold),
        }
    }

    /// Whether all weights are zero still: every sum is zero then, and there is no line.
    pub fn knows_nothing(&self) -> bool {
        self.bias == 0.0 && self.weights.iter().all(|weight| *weight == 0.0)
    }

    /// Whether the plane shows only two of many directions.
    pub fn is_projected(&self) -> bool {
        self.weights.len() > 2
    }

    /// Whether a point of the plane is called what it is not.
    pub fn is_wrong(&self, index: usize) -> bool {
        let class = self.plane.points.get(index).map(|(_, _, class, _)| *class == 1);
        class.is_some_and(|class| self.called.get(index).is_some_and(|called| *called != class))
    }

    /// Whether a point of the plane lies behind the chosen cell of the matrix.
    pub fn is_chosen(&self, index: usize) -> bool {
        let (Some((truth, called)), Some((_, _, class, held_out)), Some(said)) =
            (self.told.cell, self.plane.points.get(index), self.called.get(index))
        else {
            return false;
        };
        *class == truth && u8::from(*said) == called && *held_out == self.judged.1
    }

    /// How many of the judged examples it calls rightly at this threshold.
    pub fn right(&self) -> u32 {
        self.confusion[0] + self.confusion[3]
    }
}

/// An example, and what the unit says of it now.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Looked {
    /// The inputs.
    pub inputs: Vec<f32>,
    /// The target, -1 or 1.
    pub target: f32,
    /// The weighed inputs and the bias, added up.
    pub sum: f32,
}

/// A plane through the inputs: the two inputs themselves, or the first two principal components of more.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Plane {
    /// Across, up, class, held out.
    pub points: Vec<(f32, f32, u8, bool)>,
    /// a, b, c of the line a·x + b·y + c = 0 where the sum equals the threshold.
    pub line: [f32; 3],
    /// The line before the last correction.
    pub before: Option<[f32; 3]>,
    /// The training example that was corrected last.
    pub corrected: Option<u32>,
    /// The window: left, right, bottom, top.
    pub window: [f32; 4],
    /// What lies across and up.
    pub labels: [String; 2],
}

impl Plane {
    /// The plane of points that can be drawn before anything is loaded, empty paper where the reader has made none yet; nothing
    /// for other data.
    pub fn early(inputs: &Inputs) -> Option<Self> {
        if !inputs.data.is_points() {
            return None;
        }
        let (training, held_out) = inputs.split_points();
        let place = |held_out: bool| move |point: Point| (point.x, point.y, point.class, held_out);
        let points: Vec<_> =
            training.into_iter().map(place(false)).chain(held_out.into_iter().map(place(true))).collect();
        let window = Self::window_of(&points, false);
        let labels = POINT_LABELS.map(String::from);
        Some(Self { points, line: [0.0; 3], before: None, corrected: None, window, labels })
    }

    /// The window that shows all points: the usual one where it does, unless it should fit `tightly`.
    pub fn window_of(points: &[(f32, f32, u8, bool)], tightly: bool) -> [f32; 4] {
        if !tightly && points.iter().all(|(x, y, ..)| x.abs() <= EXTENT && y.abs() <= EXTENT) {
            return [-EXTENT, EXTENT, -EXTENT, EXTENT];
        }
        let around = |value: fn(&(f32, f32, u8, bool)) -> f32| {
            let ends = points
                .iter()
                .map(value)
                .fold((f32::INFINITY, f32::NEG_INFINITY), |(low, high), value| (low.min(value), high.max(value)));
            let pad = ((ends.1 - ends.0) * 0.08).max(0.05);
            (ends.0 - pad, ends.1 + pad)
        };
        let ((left, right), (bottom, top)) = (around(|point| point.0), around(|point| point.1));
        [left, right, bottom, top]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn inputs_survive_the_address() {
        for data in Data::ALL {
            let own = vec![Point { x: 0.25, y: -0.5, class: 1 }];
            let inputs = Inputs {
                data,
                own,
                seed: 42,
                margin: 0.3,
                share: 0.2,
                measures: None,
                threshold: 1.5,
                ..Inputs::default()
            };
            let mut writer = QueryWriter::default();
            inputs.write(&mut writer);
            let mut query = Query::parse(&writer.finish());
            assert_eq!(Inputs::read(&mut query), inputs);
            assert!(query.problems.is_empty(), "{:?}", query.problems);
        }
    }

    #[test]
    fn the_early_plane_holds_all_points_and_only_points() {
        let plane = Plane::early(&Inputs::default()).unwrap();
        assert_eq!(plane.points.len(), Inputs::default().count as usize);
        assert!(plane.points.iter().any(|(.., held_out)| *held_out));
        let empty = Plane::early(&Inputs { data: Data::Own, ..Inputs::default() }).unwrap();
        assert_eq!((empty.points.len(), empty.window), (0, [-EXTENT, EXTENT, -EXTENT, EXTENT]));
        assert_eq!(Plane::early(&Inputs { data: Data::Digits, ..Inputs::default() }), None);
    }

    #[test]
    fn a_hostile_pair_of_measures_is_reported() {
        let mut query = Query::parse("?measures=07&data=%00");
        assert_eq!(Inputs::read(&mut query), Inputs::default());
        assert_eq!(query.problems.len(), 2);
    }
}
