//! LeNet-5, 1998: the same small window everywhere, and what it says can be looked at.

pub mod page;
pub mod settings;
pub mod task;

use serde::{Deserialize, Serialize};

pub use self::settings::Settings;
use crate::{
    lesson::{FigureNote, Lesson, Part},
    lessons::pictures::{SchoolView, Shown, page::Pupil},
    session::protocol::Protocol,
};

/// The lesson.
pub const LESSON: Lesson = Lesson {
    slug: "lenet",
    parts: &[
        Part {
            id: "convolution",
            name: "C1 and C3: convolution",
            does: "A window of 5 × 5 weights slides over the maps before it; the same weights everywhere.",
            file: "vision/lenet.rs",
            lines: ("fn stage(", "2 => self.bend(convolve(&self.c3"),
        },
        Part {
            id: "pooling",
            name: "S2 and S4: pooling",
            does: "Four neighbours become one, so a feature’s exact place matters less.",
            file: "vision/lenet.rs",
            lines: ("fn apply(self, x: Tensor<4>)", "    }"),
        },
        Part {
            id: "units",
            name: "C5, F6 and output: units",
            does: "Plain layers weigh everything that is left and give one score to each class.",
            file: "vision/lenet.rs",
            lines: ("fn units(layer: &Linear", "z.unsqueeze_dims"),
        },
        Part {
            id: "grad-cam",
            name: "Grad-CAM",
            does: "The maps of a layer, added up by how much the class’s score rises with each.",
            file: "explain/grad_cam.rs",
            lines: ("pub fn grad_cam", "activation::relu((maps"),
        },
        Part {
            id: "saliency",
            name: "Saliency and guided backpropagation",
            does: "The slope of a class’s score at every pixel; guided, only what speaks for the class comes through.",
            file: "explain/saliency.rs",
            lines: ("pub fn saliency", "    }"),
        },
    ],
    figures: &[
        FigureNote { id: "window", technique: "feature-maps", shows: "one filter sliding over one letter" },
        FigureNote { id: "maps", technique: "feature-maps", shows: "every map of every layer, following the pen" },
        FigureNote { id: "filters", technique: "first-layer-filters", shows: "the six filters of C1" },
        FigureNote { id: "explained", technique: "grad-cam", shows: "where each class was seen, by four explainers" },
        FigureNote { id: "sanity-test", technique: "saliency", shows: "whether an explanation looks at the weights" },
        FigureNote { id: "curves", technique: "learning-curves", shows: "training and held-out loss" },
        FigureNote { id: "accuracy", technique: "learning-curves", shows: "training and held-out accuracy" },
        FigureNote { id: "gradients", technique: "gradient-flow", shows: "mean gradient of each layer" },
        FigureNote { id: "weights", technique: "weight-histogram", shows: "where the weights lie" },
        FigureNote { id: "confusion", technique: "confusion-matrix", shows: "which pictures are taken for which" },
    ],
    experiments: &["digits", "shift", "sanity", "rotate", "scale", "invert", "letter"],
};

/// The lesson's messages.
#[derive(Clone, Copy, Debug)]
pub struct Lenet;

impl Protocol for Lenet {
    const SLUG: &'static str = LESSON.slug;
    type Settings = Settings;
    type Command = Command;
    type Snapshot = Snapshot;
}

impl Pupil for Lenet {
    fn school(snapshot: &Snapshot) -> Option<&SchoolView> {
        Some(&snapshot.school)
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

/// A way of changing all held-out pictures.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Test {
    /// Moved to the right by 0 to 8 pixels.
    Shift,
    /// Turned by 0 to 180 degrees.
    Rotate,
    /// Made smaller and larger.
    Scale,
    /// As they are, and with ink and paper exchanged.
    Invert,
}

/// How far the pictures were changed, accuracy, mean certainty: one of each for every amount.
pub type Found = Vec<(f32, f32, f32)>;

/// What the reader can ask of the running task.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Command {
    /// Look at these 784 pixels from 0 to 1.
    Probe(Vec<f32>),
    /// Look at a held-out picture.
    Pick(u32),
    /// Show the pictures behind a cell of the confusion matrix: truth, called.
    Show(u8, u8),
    /// Explain the answer to the picture that is looked at.
    Explain,
    /// Measure the held-out accuracy with every picture changed.
    Measure(Test),
    /// Call the letters by a digit's name.
    Letters,
    /// Compare explanations with those of networks whose last layers are fresh.
    Sanity,
}

/// What the figures of one frame are drawn from.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Snapshot {
    /// How the network is doing at school.
    pub school: SchoolView,
    /// The picture that is looked at: 784 pixels.
    pub probe: Vec<f32>,
    /// One probability for each class.
    pub probabilities: Vec<f32>,
    /// What each layer says of it: C1, S2, C3, S4, C5, F6, output.
    pub layers: Vec<MapsView>,
    /// The filters of C1: 6 × 25.
    pub filters: Vec<f32>,
    /// The same before the first step; none if the run began with trained weights.
    pub fresh: Vec<f32>,
    /// The explanation made last.
    pub explained: Option<Explanation>,
    /// Whether it belongs to another picture, network or class than these.
    pub stale: bool,
    /// The test measured last.
    pub measured: Option<(Test, Found)>,
    /// One held-out picture of each class with ink and paper exchanged, and how sure the network is of its answer; once
    /// that was measured.
    pub inverted: Vec<(Shown, f32)>,
    /// Letters as digits: letter, digit, certainty.
    pub letters: Vec<(char, u8, f32)>,
    /// Rank correlation with 0, 1, … fresh layers: saliency, guided backpropagation, Grad-CAM.
    pub sanity: Vec<[f32; 3]>,
}

/// A layer's answer to the picture that is looked at.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct MapsView {
    /// Rows and columns of a map; 1 for units.
    pub side: u32,
    /// Map after map, row by row.
    pub values: Vec<f32>,
    /// Maps that answered to none of the held-out pictures looked at.
    pub dead: Vec<u16>,
}

/// Four ways of asking where a class was seen, each 784 values.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Explanation {
    /// The class.
    pub class: u8,
    /// Layers that were fresh.
    pub fresh: u8,
    /// |∂ score / ∂ pixel|.
    pub saliency: Vec<f32>,
    /// The slope that came through every ReLU; of both signs.
    pub guided: Vec<f32>,
    /// The layer's heat, laid over the picture.
    pub grad_cam: Vec<f32>,
    /// How far the score falls with a patch over each place; of both signs.
    pub occlusion: Vec<f32>,
}
