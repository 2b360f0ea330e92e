//! The variational autoencoder, 2013: a map of pictures on which every point can be drawn.

pub mod page;
pub mod settings;
pub mod task;

use serde::{Deserialize, Serialize};

pub use self::settings::Settings;
use crate::{
    lesson::{FigureNote, Lesson, Part},
    lessons::pictures::LayerView,
    session::protocol::{Protocol, Series},
};

/// The lesson.
pub const LESSON: Lesson = Lesson {
    slug: "vae",
    parts: &[
        Part {
            id: "encoder",
            name: "Encoder",
            does: "Two hidden layers, then two heads: where the picture’s cloud lies, and how wide it is.",
            file: "generative/vae.rs",
            lines: ("pub fn encode(&self", "(self.mean.forward(h), log_variance)"),
        },
        Part {
            id: "draw",
            name: "A draw from the cloud",
            does: "Middle plus width times noise. The noise owes nothing to the weights, so the gradient passes through.",
            file: "generative/vae.rs",
            lines: ("pub fn reparameterise", "mean + (log_variance"),
        },
        Part {
            id: "decoder",
            name: "Decoder",
            does: "The same layers in reverse: from a point to the ink of every pixel.",
            file: "generative/vae.rs",
            lines: ("pub fn decode(&self", "pixels.forward(h)"),
        },
        Part {
            id: "reconstruction",
            name: "Reconstruction",
            does: "What it costs to tell the picture’s pixels once the point is known.",
            file: "generative/vae.rs",
            lines: ("pub fn reconstruction", "log_likelihood.sum()"),
        },
        Part {
            id: "kl",
            name: "KL",
            does: "What it costs that the cloud is not the standard one: far out is dear, and so is too narrow.",
            file: "generative/vae.rs",
            lines: ("pub fn kl_by_unit", "kl.mean_dim(0)"),
        },
    ],
    figures: &[
        FigureNote {
            id: "clouds",
            technique: "latent-traversal",
            shows: "what a pull toward the middle does to clouds",
        },
        FigureNote {
            id: "map",
            technique: "latent-traversal",
            shows: "every point of the plane as a picture, redrawn while it trains",
        },
        FigureNote {
            id: "point",
            technique: "latent-traversal",
            shows: "the picture at your point, and the real one that lies nearest",
        },
        FigureNote { id: "path", technique: "latent-interpolation", shows: "the pictures along a path that you draw" },
        FigureNote {
            id: "between",
            technique: "latent-interpolation",
            shows: "the way from one picture to another, beside a cross-fade",
        },
        FigureNote { id: "samples", technique: "sample-grid", shows: "the same noise at every step of the run" },
        FigureNote { id: "pairs", technique: "sample-grid", shows: "ten held-out pictures and what is left of them" },
        FigureNote {
            id: "curves",
            technique: "learning-curves",
            shows: "reconstruction and KL together, training and held out",
        },
        FigureNote { id: "reconstruction", technique: "learning-curves", shows: "the price of the pixels" },
        FigureNote { id: "kl", technique: "learning-curves", shows: "the price of the latent numbers" },
        FigureNote { id: "gradients", technique: "gradient-flow", shows: "mean gradient of each layer" },
        FigureNote { id: "weights", technique: "weight-histogram", shows: "where the weights lie" },
        FigureNote { id: "units", technique: "learning-curves", shows: "what each latent number carries" },
        FigureNote {
            id: "blur-test",
            technique: "sample-grid",
            shows: "real, reconstructed and sampled pictures by their sharpness",
        },
        FigureNote { id: "collapse-test", technique: "learning-curves", shows: "the KL under two pulls" },
        FigureNote {
            id: "collapse-pictures",
            technique: "sample-grid",
            shows: "what is left of pictures under two pulls",
        },
        FigureNote { id: "nowhere-test", technique: "sample-grid", shows: "what it draws where no picture ever lay" },
    ],
    experiments: &["unfold", "halfway", "blur", "collapse", "nowhere"],
};

/// Price of the pixels, of the latent numbers; then the same held out.
pub const TERMS: [Series; 4] = [Series::Own(0), Series::Own(1), Series::Own(2), Series::Own(3)];
/// Pictures along one side of the map.
pub const MAP_SIDE: usize = 20;
/// Pictures along a path, and from one picture to another.
pub const ALONG: usize = 10;
/// Pictures drawn from fixed noise.
pub const SAMPLES: usize = 32;
/// Held-out pictures shown beside what is left of them.
pub const PAIRS: usize = 10;

/// The lesson's messages.
#[derive(Clone, Copy, Debug)]
pub struct Vae;

impl Protocol for Vae {
    const SLUG: &'static str = LESSON.slug;
    type Settings = Settings;
    type Command = Command;
    type Snapshot = Snapshot;
}

/// What the reader can ask of the running task.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Command {
    /// Look at a place of the map.
    Place([f32; 2]),
    /// Look where these 784 pixels from 0 to 1 lie.
    Encode(Vec<f32>),
    /// Look where a held-out picture lies.
    Pick(u32),
    /// Draw the pictures along a path over the map.
    Path(Vec<[f32; 2]>),
    /// Go from one held-out picture to another.
    Between(u32, u32),
    /// Draw the map anew, as finely as it goes.
    Redraw,
    /// Compare the sharpness of real pictures with its own.
    Blur,
    /// Draw where no picture lies.
    Nowhere,
    /// Compare what lies half-way between pictures with their cross-fades.
    Halfway,
}

/// What the figures of one frame are drawn from.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Snapshot {
    /// Pictures to learn from that are here.
    pub here: u32,
    /// The map and all that is drawn as rarely; nothing where it is still what came last.
    pub look: Option<Look>,
    /// The point that is looked at.
    pub point: PointView,
    /// The path, evenly spread, and its pictures, one after another; empty without a path.
    pub path: (Vec<[f32; 2]>, Vec<u8>),
    /// From one held-out picture to another.
    pub between: Between,
    /// What [`Command::Blur`] found.
    pub blur: Option<Blur>,
    /// What [`Command::Nowhere`] found.
    pub nowhere: Option<Nowhere>,
    /// What [`Command::Halfway`] found.
    pub halfway: Option<Halfway>,
}

/// The map, and what is drawn together with it: a few times a second while it trains, once more when it rests.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Look {
    /// After how many updates.
    pub step: u64,
    /// The map runs from minus this to this.
    pub reach: f32,
    /// Share of the encodings' spread that the plane of the map shows; 1 with two latent numbers.
    pub shown: f32,
    /// Pixels along one side of a picture of the map.
    pub side: u8,
    /// The pictures of the map, row by row from the top left, one after another.
    pub tiles: Vec<u8>,
    /// Where held-out pictures lie.
    pub dots: Vec<Encoding>,
    /// KL of each latent number, in nats for a held-out picture.
    pub kl_by_unit: Vec<f32>,
    /// Latent numbers that depend on the picture at all.
    pub active: u32,
    /// Pictures of fixed noise.
    pub samples: Vec<u8>,
    /// Held-out pictures, and what is left of them.
    pub pairs: [Vec<u8>; 2],
    /// Every layer with weights, first to last.
    pub layers: Vec<LayerView>,
}

/// Where a held-out picture lies on the map.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Encoding {
    /// Across and up.
    pub at: [f32; 2],
    /// What it is.
    pub class: u8,
}

/// The point that is looked at.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct PointView {
    /// Where it lies on the map.
    pub at: [f32; 2],
    /// What it draws: 784 pixels.
    pub picture: Vec<u8>,
    /// Its latent numbers.
    pub latent: Vec<f32>,
    /// Values of the units of every hidden layer: the encoder's, if a picture was encoded, and the
    /// decoder's.
    pub hidden: [Vec<Vec<f32>>; 2],
    /// The picture that was encoded, if it came from one.
    pub original: Option<Vec<u8>>,
    /// The held-out picture that lies nearest.
    pub nearest: Option<Nearest>,
}

/// A held-out picture that lies near.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Nearest {
    /// 784 pixels.
    pub picture: Vec<u8>,
    /// What it is.
    pub class: u8,
    /// How far it is, in latent numbers.
    pub distance: f32,
}

/// From one held-out picture to another.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Between {
    /// Their numbers.
    pub ends: [u32; 2],
    /// Their classes.
    pub classes: [u8; 2],
    /// The two pictures.
    pub originals: [Vec<u8>; 2],
    /// The pictures on the way, one after another.
    pub way: Vec<u8>,
}

/// Sharpness of pictures, and eight of each kind: held out, reconstructed, drawn from noise.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Blur {
    /// Mean variance of the Laplacian.
    pub sharpness: [f32; 3],
    /// The pictures, one after another.
    pub pictures: [Vec<u8>; 3],
    /// How many of each kind were measured.
    pub count: u32,
}

/// What it draws on a circle far from all encodings.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Nowhere {
    /// How far the circle is from the middle.
    pub radius: f32,
    /// How far each of its points is from the nearest held-out encoding.
    pub distances: Vec<f32>,
    /// How far an encoding is from its nearest neighbour: the middle one of all.
    pub typical: f32,
    /// What it draws there, one after another.
    pub pictures: Vec<u8>,
    /// Share of pixels within a tenth of paper or ink: far out, and where pictures lie.
    pub sure: [f32; 2],
}

/// What lies half-way between held-out pictures of different classes.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Halfway {
    /// Pairs of pictures.
    pub count: u32,
    /// Nats that the network needs to tell a picture from the middle of the map’s way, and from a cross-fade.
    pub nats: [f32; 2],
    /// Six pictures of each of the first pairs: from, to, half-way, that drawn again, the cross-fade, that drawn again.
    pub pictures: Vec<u8>,
}
