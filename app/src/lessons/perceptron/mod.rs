//! Perceptron, 1958: one straight line, moved only when it is wrong.

pub mod page;
pub mod task;

use models::data::points::{self, Point, PointKind, PointOptions};
use serde::{Deserialize, Serialize};

use crate::{
    lesson::{FigureNote, Lesson, Part},
    lessons::{points_from_text, points_to_text},
    session::{
        protocol::{self, Protocol},
        query::{Query, QueryWriter},
    },
};

/// The lesson.
pub const LESSON: Lesson = Lesson {
    slug: "perceptron",
    parts: &[
        Part {
            id: "sum",
            name: "Sum",
            does: "Each input is weighed; with the bias they are added up. The sign is the answer.",
            file: "foundations/perceptron.rs",
            lines: ("pub fn sum(", "    }"),
        },
        Part {
            id: "correction",
            name: "Correction",
            does: "A wrong example is added to the weights, or taken away from them. A right one changes nothing.",
            file: "foundations/perceptron.rs",
            lines: ("pub fn correct(", "        !right"),
        },
        Part {
            id: "bound",
            name: "Bound",
            does: "If a line exists, the number of corrections cannot exceed (R / γ)².",
            file: "foundations/perceptron.rs",
            lines: ("pub fn corrections(", "    }"),
        },
    ],
    figures: &[
        FigureNote { id: "boundary", technique: "decision-boundary", shows: "one line, and the point that turns it" },
        FigureNote { id: "mistakes", technique: "learning-curves", shows: "mistakes in each pass" },
        FigureNote { id: "confusion", technique: "confusion-matrix", shows: "right and wrong at this threshold" },
        FigureNote { id: "roc", technique: "roc-pr", shows: "every threshold at once" },
        FigureNote { id: "precision-recall", technique: "roc-pr", shows: "precision against recall" },
        FigureNote { id: "weight-picture", technique: "first-layer-filters", shows: "the weights of 0 against 1" },
    ],
    experiments: &["converge", "digits", "xor", "circles"],
};

/// The lesson's messages.
#[derive(Clone, Copy, Debug)]
pub struct Perceptron;

impl Protocol for Perceptron {
    const SLUG: &'static str = LESSON.slug;
    type Settings = Settings;
    type Command = ();
    type Snapshot = Snapshot;
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

/// The settings of a run.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Settings {
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
    /// A sum above this means yes; the historic machine has 0.
    pub threshold: f32,
    /// Seed of points and order.
    pub seed: u32,
    /// Stop after this many passes; 0 never stops.
    pub passes: u32,
}

impl Default for Settings {
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
            passes: 0,
        }
    }
}

impl Settings {
    /// Takes other data and keeps seed and own points.
    pub fn switch(&mut self, data: Data) {
        *self = Self { data, seed: self.seed, own: std::mem::take(&mut self.own), ..Self::default() };
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
}

impl protocol::Settings for Settings {
    fn restarts(&self, previous: &Self) -> bool {
        let live = Self { threshold: previous.threshold, passes: previous.passes, ..self.clone() };
        live != *previous
    }

    fn calmer(&self) -> Self {
        self.clone()
    }

    fn gains_from_gpu(&self) -> bool {
        false
    }

    fn read(query: &mut Query) -> Self {
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
            passes: query.whole("passes", 0, 100_000, base.passes.into()) as u32,
        }
    }

    fn write(&self, writer: &mut QueryWriter) {
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
        writer.add("passes", self.passes, base.passes);
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

/// What the figures of one frame are drawn from.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Snapshot {
    /// The plane, with the line on it.
    pub plane: Plane,
    /// The weights.
    pub weights: Vec<f32>,
    /// The bias.
    pub bias: f32,
    /// Mistakes of every finished pass.
    pub mistakes: Vec<u32>,
    /// Corrections so far.
    pub corrections: u64,
    /// (R / γ)², if a line parts the training points.
    pub bound: Option<f64>,
    /// The training points right with the best weights seen, of how many.
    pub best: (u32, u32),
    /// Passes before the cycle and in it, once the weights have come back.
    pub cycle: Option<(u32, u32)>,
    /// A whole pass without a mistake.
    pub converged: bool,
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

#[cfg(test)]
mod tests {
    use super::{protocol::Settings as _, *};

    #[test]
    fn settings_survive_the_address() {
        for data in Data::ALL {
            let own = vec![Point { x: 0.25, y: -0.5, class: 1 }];
            let settings = Settings {
                data,
                own,
                seed: 42,
                margin: 0.3,
                share: 0.2,
                measures: None,
                threshold: 1.5,
                ..Settings::default()
            };
            let mut writer = QueryWriter::default();
            settings.write(&mut writer);
            let mut query = Query::parse(&writer.finish());
            assert_eq!(Settings::read(&mut query), settings);
            assert!(query.problems.is_empty(), "{:?}", query.problems);
        }
    }

    #[test]
    fn a_hostile_pair_of_measures_is_reported() {
        let mut query = Query::parse("?measures=07&data=%00");
        assert_eq!(Settings::read(&mut query), Settings::default());
        assert_eq!(query.problems.len(), 2);
    }
}
