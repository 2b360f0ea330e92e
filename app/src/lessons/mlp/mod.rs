//! Multilayer perceptron, 1986: hidden units fold the plane, and the error finds its way back through them.

pub mod page;
pub mod settings;
pub mod task;

use models::data::points::PointKind;
use serde::{Deserialize, Serialize};

pub use self::settings::{MOST_LAYERS, MOST_POINTS, MOST_UNITS, Settings};
use crate::{
    lesson::{FigureNote, Lesson, Part},
    lessons::pictures::{PictureSet, SchoolView, page::Pupil},
    session::protocol::Protocol,
};

/// The lesson.
pub const LESSON: Lesson = Lesson {
    slug: "mlp",
    parts: &[
        Part {
            id: "layer",
            name: "Layer",
            does: "Every unit weighs all inputs, adds them up with a bias and bends the sum.",
            file: "foundations/backprop.rs",
            lines: ("pub fn forward(", "    }"),
        },
        Part {
            id: "error",
            name: "Error",
            does: "The difference between what the network says and what is true.",
            file: "foundations/backprop.rs",
            lines: ("pub fn accumulate(", "    }"),
        },
        Part {
            id: "backward",
            name: "Backward",
            does: "The error goes back through the same weights; each unit takes its share, times its own slope.",
            file: "foundations/backprop.rs",
            lines: ("if let Some(previous)", "(δ Wᵀ)"),
        },
        Part {
            id: "update",
            name: "Update",
            does: "Each weight takes a small step against its gradient.",
            file: "foundations/backprop.rs",
            lines: ("pub fn update(", "    }"),
        },
        Part {
            id: "burn",
            name: "The same in burn",
            does: "The layers are written down once; burn derives the backward pass.",
            file: "foundations/mlp.rs",
            lines: ("pub fn forward(", "    }"),
        },
    ],
    figures: &[
        FigureNote { id: "fold", technique: "decision-boundary", shows: "how two lines fold the plane of XOR" },
        FigureNote { id: "boundary", technique: "decision-boundary", shows: "how hidden units bend the boundary" },
        FigureNote {
            id: "hidden-units",
            technique: "decision-boundary",
            shows: "the line that each hidden unit draws",
        },
        FigureNote { id: "curves", technique: "learning-curves", shows: "training and held-out loss" },
        FigureNote { id: "accuracy", technique: "learning-curves", shows: "training and held-out accuracy" },
        FigureNote { id: "gradients", technique: "gradient-flow", shows: "mean gradient of each layer" },
        FigureNote { id: "weights", technique: "weight-histogram", shows: "where the weights lie" },
        FigureNote { id: "confusion", technique: "confusion-matrix", shows: "which digits are taken for which" },
        FigureNote { id: "photographs", technique: "learning-curves", shows: "learning photographs by heart" },
        FigureNote {
            id: "photographs-confusion",
            technique: "confusion-matrix",
            shows: "which photographs are taken for which",
        },
        FigureNote { id: "vanishing", technique: "gradient-flow", shows: "gradients dying in ten sigmoid layers" },
    ],
    experiments: &["xor", "digits", "shift", "shuffle", "vanish"],
};

/// The lesson's messages.
#[derive(Clone, Copy, Debug)]
pub struct Mlp;

impl Protocol for Mlp {
    const SLUG: &'static str = LESSON.slug;
    type Settings = Settings;
    type Command = Command;
    type Snapshot = Snapshot;
}

impl Pupil for Mlp {
    fn school(snapshot: &Snapshot) -> Option<&SchoolView> {
        snapshot.pictures.as_ref().map(|pictures| &pictures.school)
    }

    fn probabilities(snapshot: &Snapshot) -> &[f32] {
        &snapshot.probabilities
    }

    fn probe(pixels: Vec<f32>) -> Command {
        Command::Probe(pixels)
    }

    fn pick(index: u32) -> Command {
        Command::Pick(index)
    }

    fn show(truth: u8, called: u8) -> Command {
        Command::Show(truth, called)
    }
}

/// What the network learns from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Data {
    /// Generated points.
    Points(PointKind),
    /// Points the reader made.
    Own,
    /// Handwritten digits.
    Mnist,
    /// Clothes.
    Fashion,
}

impl Data {
    /// Every choice, in the order of the chips.
    pub const ALL: [Data; 8] = [
        Data::Points(PointKind::Xor),
        Data::Points(PointKind::Circles),
        Data::Points(PointKind::Moons),
        Data::Points(PointKind::Spirals),
        Data::Points(PointKind::Clouds),
        Data::Own,
        Data::Mnist,
        Data::Fashion,
    ];

    /// The chip's word.
    pub fn name(self) -> &'static str {
        match self {
            Data::Points(kind) => kind.name(),
            Data::Own => "Your own",
            Data::Mnist => "Handwritten digits",
            Data::Fashion => "Clothes",
        }
    }

    /// The address's word.
    pub fn id(self) -> &'static str {
        match self {
            Data::Points(kind) => kind.id(),
            Data::Own => "own",
            Data::Mnist => "mnist",
            Data::Fashion => "fashion",
        }
    }

    /// The choice behind an address's word.
    pub fn from_id(id: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|data| data.id() == id)
    }

    /// Whether the inputs are pictures of 28 × 28 pixels.
    pub fn is_pictures(self) -> bool {
        self.set().is_some()
    }

    /// The set of pictures, if the inputs are pictures.
    pub fn set(self) -> Option<PictureSet> {
        match self {
            Data::Mnist => Some(PictureSet::Mnist),
            Data::Fashion => Some(PictureSet::Fashion),
            Data::Points(_) | Data::Own => None,
        }
    }

    /// The ten class names, or the two of the points.
    pub fn classes(self) -> Vec<String> {
        match self.set() {
            Some(set) => set.classes().map(String::from).to_vec(),
            None => ["blue", "orange"].map(String::from).to_vec(),
        }
    }
}

/// What the reader can ask of the running task.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Command {
    /// Look at the network with this input: two coordinates, or 784 pixels from 0 to 255.
    Probe(Vec<f32>),
    /// Look at a held-out picture.
    Pick(u32),
    /// Show the pictures behind a cell of the confusion matrix: truth, called.
    Show(u8, u8),
    /// Measure the held-out accuracy with every picture shifted by 0 to 8 pixels.
    MeasureShift,
}

/// What the figures of one frame are drawn from.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Snapshot {
    /// Every layer with weights, first to last.
    pub layers: Vec<LayerView>,
    /// The input that the layer values belong to.
    pub probe: Vec<f32>,
    /// What the network says of the probe: one probability per class.
    pub probabilities: Vec<f32>,
    /// The picture of the points lesson.
    pub points: Option<PointsView>,
    /// The picture of the pictures lesson.
    pub pictures: Option<PicturesView>,
}

/// One layer.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct LayerView {
    /// Units.
    pub units: u32,
    /// The units that the diagram shows, counted from 0.
    pub shown: Vec<u16>,
    /// Their outputs for the probe.
    pub values: Vec<f32>,
    /// Least, mean and greatest output of all units.
    pub spread: Option<[f32; 3]>,
    /// Weights from the shown units of the layer before to those of this one, row by row; empty if that layer is a
    /// picture, or too large for its weights to be read with every frame.
    pub weights: Vec<f32>,
    /// Weights counted in bins from -span to span.
    pub histogram: Vec<u32>,
    /// Half width of the histogram.
    pub span: f32,
    /// Mean |gradient| of the last update; 0 before the first.
    pub gradient: f32,
}

/// Cells along one side of the decision field.
pub const FIELD: usize = 48;
/// Cells along one side of a hidden unit's map.
pub const UNIT_FIELD: usize = 20;
/// Hidden units whose maps are sent at most.
pub const MOST_MAPS: usize = 64;
/// Half width of the plane that points live in.
pub const EXTENT: f32 = 1.3;

/// Layer, unit, and the unit's output over the plane.
pub type UnitMap = (u16, u16, Vec<i8>);

/// The plane of the points lesson.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PointsView {
    /// Probability of orange minus that of blue, -127 to 127, row 0 on top, [`FIELD`]².
    pub field: Vec<i8>,
    /// Each hidden unit's output, -127 to 127, [`UNIT_FIELD`]²: layer, then unit.
    pub units: Vec<UnitMap>,
    /// The perceptron's weights and bias on the same points.
    pub perceptron: [f32; 3],
    /// Share of training points that the perceptron has right.
    pub perceptron_accuracy: f32,
    /// Counts of the held-out points: truth, called.
    pub confusion: Vec<u32>,
}

/// What the pictures lesson shows.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PicturesView {
    /// How the network is doing at school.
    pub school: SchoolView,
    /// Accuracy for every shift from 0 pixels on, once measured.
    pub shifts: Vec<f32>,
}
