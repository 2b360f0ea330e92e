//! AlexNet, 2012: the plan of LeNet on photographs in colour, and a network of eight years later beside it.

pub mod page;
pub mod settings;
pub mod task;

use serde::{Deserialize, Serialize};

pub use self::settings::{Settings, Which};
use crate::{
    lesson::{FigureNote, Lesson, Part},
    lessons::lenet::MapsView,
    session::protocol::Protocol,
};

/// The lesson.
pub const LESSON: Lesson = Lesson {
    slug: "alexnet",
    parts: &[
        Part {
            id: "convolution",
            name: "conv1: filters in colour",
            does: "Windows of 11 × 11 pixels in three colours, moved by 3 pixels; the next layers see their maps.",
            file: "vision/alexnet.rs",
            lines: ("fn stage(", "2 => self.bend(convolve(&self.conv2"),
        },
        Part {
            id: "relu",
            name: "ReLU",
            does: "What is below zero becomes zero, what is above stays: its slope does not fade.",
            file: "vision/alexnet.rs",
            lines: ("fn bend(", "    }"),
        },
        Part {
            id: "pooling",
            name: "Overlapping pooling",
            does: "The largest of 3 × 3 neighbours, every second place: the windows overlap.",
            file: "vision/alexnet.rs",
            lines: ("fn pool(x", "}"),
        },
        Part {
            id: "softmax",
            name: "fc6 to fc8: units and classes",
            does: "Plain layers weigh all that is left and give one score to each class.",
            file: "vision/alexnet.rs",
            lines: ("fn units(layer", "z.unsqueeze_dims"),
        },
        Part {
            id: "later",
            name: "EfficientNet-Lite0, eight years later",
            does: "A block widens its maps, lets each filter look at one map alone, narrows them again and adds what came in.",
            file: "vision/efficientnet.rs",
            lines: ("fn forward(&self, x: Tensor<4>, bent", "if x.dims()"),
        },
        Part {
            id: "grad-cam",
            name: "Grad-CAM",
            does: "The maps of a layer, added up by how much the class’s score rises with each.",
            file: "explain/grad_cam.rs",
            lines: ("pub fn grad_cam", "activation::relu((maps"),
        },
        Part {
            id: "adversarial",
            name: "The fast gradient sign method",
            does: "Every colour of every pixel moves by ε in the direction that hurts most.",
            file: "explain/adversarial.rs",
            lines: ("pub fn fgsm", "}"),
        },
    ],
    figures: &[
        FigureNote { id: "stride", technique: "feature-maps", shows: "one filter that sees colour, step by step" },
        FigureNote { id: "maps", technique: "feature-maps", shows: "every map of every layer for a photograph" },
        FigureNote { id: "filters", technique: "first-layer-filters", shows: "filters in colour, beside LeNet’s" },
        FigureNote { id: "explained", technique: "grad-cam", shows: "where a class was seen, by four explainers" },
        FigureNote { id: "explained-later", technique: "grad-cam", shows: "the same for a thousand classes" },
        FigureNote { id: "sanity-test", technique: "saliency", shows: "whether an explanation looks at the weights" },
        FigureNote {
            id: "attacked",
            technique: "saliency",
            shows: "a picture changed a little, and what it is called then",
        },
        FigureNote { id: "bend", technique: "learning-curves", shows: "ReLU against tanh, a stored log" },
        FigureNote { id: "dropout", technique: "learning-curves", shows: "with and without dropout, a stored log" },
        FigureNote { id: "confusion", technique: "confusion-matrix", shows: "stored counts of 3,925 photographs" },
    ],
    experiments: &["photographs", "texture", "adversarial", "unseen", "sanity"],
};

/// The lesson's messages.
#[derive(Clone, Copy, Debug)]
pub struct Alexnet;

impl Protocol for Alexnet {
    const SLUG: &'static str = LESSON.slug;
    // The picture that is looked at is what a fresh worker goes on from.
    const COMMANDS_CHANGE_RUN: bool = true;
    const TRAINS: bool = false;
    type Settings = Settings;
    type Command = Command;
    type Snapshot = Snapshot;
}

/// A picture in colour on its way to the worker.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Photograph {
    /// Pixels across.
    pub width: u32,
    /// Pixels down.
    pub height: u32,
    /// Red, green, blue of each, row by row.
    pub rgb: Vec<u8>,
}

/// What the reader can ask.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Command {
    /// Fetch a network's weights while all else goes on.
    Fetch(Which),
    /// Weights have come: use them.
    TakeIn,
    /// Look at this picture.
    Look {
        /// Its number, which the answer carries.
        number: u32,
        /// The picture.
        photo: Photograph,
        /// Whether the next one follows at once: only what is quick is asked then.
        live: bool,
    },
    /// Explain a network's answer.
    Explain(Which),
    /// Cover the picture place by place.
    Cover(Which),
    /// Change the picture as the settings say, to mislead AlexNet.
    Mislead,
    /// Run an experiment; the finding carries this number.
    Try(u32, Trial),
}

/// An experiment.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Trial {
    /// What these photographs are called.
    Call {
        /// The photographs.
        photos: Vec<Photograph>,
        /// Whether EfficientNet is asked too.
        both: bool,
    },
    /// The picture that is looked at, cut into pieces and shuffled, and these photographs shuffled again and again.
    Texture(Vec<Photograph>),
    /// The smallest change that makes AlexNet call the picture something else.
    Adversarial,
    /// Explanations of these photographs by networks that forget layer after layer.
    Sanity(Vec<Photograph>),
}

/// What an experiment found.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Finding {
    /// For each photograph the five likeliest classes of AlexNet and of EfficientNet, the likeliest first. EfficientNet’s
    /// are none where only AlexNet was asked.
    Called(Vec<[Vec<(u16, f32)>; 2]>),
    /// One of each for each number of pieces.
    Texture {
        /// The picture that is looked at, shuffled once.
        shown: Vec<Shuffled>,
        /// Photographs whose class AlexNet knows, shuffled again and again.
        often: Vec<Often>,
    },
    /// What AlexNet says at each ε, from 0 up.
    Adversarial(Vec<Misled>),
    /// Rank correlation with 0, 1, … fresh layers: saliency, guided backpropagation, Grad-CAM.
    Sanity(Vec<[f32; 3]>),
}

/// A shuffled picture and what is said of it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Shuffled {
    /// Pieces along one side.
    pub pieces: u8,
    /// The picture: red, green, blue of each pixel, as AlexNet sees it.
    pub rgb: Vec<u8>,
    /// What each network says: its class and how sure it is of it.
    pub called: [(u16, f32); 2],
}

/// What is left of the first answers of AlexNet and of EfficientNet when photographs are shuffled again and again.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Often {
    /// Pieces along one side.
    pub pieces: u8,
    /// How sure each network is of what it called the whole photograph: one for each shuffle.
    pub first: [Vec<f32>; 2],
    /// How many shuffles leave its first answer as it was.
    pub kept: [u32; 2],
    /// What it calls each of them.
    pub called: [Vec<u16>; 2],
}

/// What AlexNet says of a picture that was changed to mislead it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Misled {
    /// How far each colour was changed at most, in steps of 255.
    pub epsilon: f32,
    /// What it says now, and how sure it is.
    pub called: (u16, f32),
    /// How sure it is of what it said of the picture as it was.
    pub first: f32,
}

/// What the figures of one frame are drawn from.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Snapshot {
    /// The number of the picture that all this is about; 0 before the first.
    pub number: u32,
    /// Whether that picture is one of many that follow each other.
    pub live: bool,
    /// Pixels along a side of the square that is looked at.
    pub side: u32,
    /// The square: red, green, blue of each pixel.
    pub square: Vec<u8>,
    /// Which networks are here: AlexNet, EfficientNet.
    pub here: [bool; 2],
    /// Which have been asked for.
    pub asked: Vec<Which>,
    /// What each says.
    pub views: [Option<View>; 2],
    /// What AlexNet’s layers say, first to last.
    pub layers: Vec<MapsView>,
    /// The filters of conv1, each from -1 to 1: maps × 3 × 11 × 11.
    pub filters: Vec<f32>,
    /// LeNet’s filters of C1: 6 × 25.
    pub lenet: Vec<f32>,
    /// The picture changed to mislead AlexNet, at the ε of the settings.
    pub attack: Option<Attack>,
    /// Whether that belongs to another picture or ε.
    pub attack_stale: bool,
    /// The number of an experiment that takes a while, and how much of it is done, 0 to 1.
    pub trying: Option<(u32, f32)>,
    /// The last experiment's number and finding.
    pub finding: Option<(u32, Finding)>,
}

/// What a network says of the picture.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct View {
    /// One probability for each class.
    pub probabilities: Vec<f32>,
    /// How long the answer took.
    pub milliseconds: f32,
    /// The explanation made last.
    pub explanation: Option<Explanation>,
    /// Whether it belongs to another question than the one that is asked.
    pub stale: bool,
    /// How far a class's score falls with each place covered, if that was asked: of both signs.
    pub occlusion: Vec<f32>,
}

/// Where classes were seen. Every map is a square, row by row.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Explanation {
    /// The class that all maps but the further ones of `heats` are about.
    pub class: u16,
    /// Each class with its Grad-CAM, the class itself first.
    pub heats: Vec<(u16, Vec<f32>)>,
    /// |∂ score / ∂ pixel|, the strongest colour counting.
    pub saliency: Vec<f32>,
    /// The slope that came through every ReLU, mean of the colours, of both signs; empty while pictures follow each other.
    pub guided: Vec<f32>,
    /// How long it took.
    pub milliseconds: f32,
}

/// A picture changed to mislead AlexNet.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Attack {
    /// The picture as AlexNet sees it: red, green, blue of each pixel.
    pub before: Vec<u8>,
    /// The change, enlarged until ε is all the way from grey to black or to full colour.
    pub change: Vec<u8>,
    /// The changed picture.
    pub after: Vec<u8>,
    /// What it is called before and after, and how sure the network is.
    pub called: [(u16, f32); 2],
    /// How far each colour was changed at most, in steps of 255.
    pub epsilon: f32,
}
