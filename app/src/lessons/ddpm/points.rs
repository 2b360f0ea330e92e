//! What page and worker say about the network that learns points of a plane.

use models::{
    data::points::{self, Point, PointKind, PointOptions},
    generative::{
        cloud::{Frame, Likeness, Place},
        score::ScoreConfig,
    },
    train::optimizer::OptimizerKind,
};
use serde::{Deserialize, Serialize};

use crate::{
    lessons::pictures::LayerView,
    session::{
        protocol::MOST_STOP,
        query::{Query, QueryWriter},
    },
};

/// Share of the points that is held out.
const HELD_OUT: f32 = 0.3;
/// Noise of the generated points.
const NOISE: f32 = 0.05;
/// The frame of painted points: it stays where it is while one paints.
const PAINTED: Frame = Frame { middle: [0.0; 2], spread: 0.55 };
/// The most points that a reader may paint.
pub const MOST_POINTS: usize = 600;
/// Fewest and most points.
pub const COUNT: (u32, u32) = (8, 2000);
/// Fewest and most units of a hidden layer.
pub const HIDDEN: (u32, u32) = (1, 256);
/// Fewest and most steps from noise to a point.
pub const WALK: (u16, u16) = (1, 200);
/// The field is shown at so many places along each side.
pub const GRID: usize = 21;
/// The plane runs from minus this to this; points have a variance of 1.
pub const REACH: f32 = 3.0;

/// What the network learns from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Cloud {
    /// Generated points.
    Kind(PointKind),
    /// Points that the reader painted.
    Own,
}

impl Cloud {
    /// Every choice, in the order of the chips.
    pub const ALL: [Self; 6] = [
        Self::Kind(PointKind::Moons),
        Self::Kind(PointKind::Spirals),
        Self::Kind(PointKind::Circles),
        Self::Kind(PointKind::Clouds),
        Self::Kind(PointKind::Xor),
        Self::Own,
    ];

    /// The chip's words.
    pub fn name(self) -> &'static str {
        match self {
            Self::Kind(kind) => kind.name(),
            Self::Own => "Your own",
        }
    }

    /// The address's word.
    pub fn id(self) -> &'static str {
        match self {
            Self::Kind(kind) => kind.id(),
            Self::Own => "own",
        }
    }

    /// The choice behind an address's word.
    pub fn from_id(id: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|cloud| cloud.id() == id)
    }
}

/// What belongs to the network of points.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PointSettings {
    /// What to learn from.
    pub cloud: Cloud,
    /// How many points are generated.
    pub count: u32,
    /// The reader's own points; their class means nothing.
    pub own: Vec<Point>,
    /// Units of each hidden layer.
    pub hidden: u32,
    /// How a gradient becomes a step.
    pub optimizer: OptimizerKind,
    /// Learning rate.
    pub rate: f32,
    /// Questions of an update.
    pub batch: u32,
    /// Seed of points, weights, questions and noise.
    pub seed: u32,
    /// Stop after this many steps; 0 never stops.
    pub stop: u32,
    /// Steps from noise to a point.
    pub walk: u16,
}

impl Default for PointSettings {
    fn default() -> Self {
        Self {
            cloud: Cloud::Kind(PointKind::Moons),
            count: 500,
            own: Vec::new(),
            hidden: 64,
            optimizer: OptimizerKind::Adam,
            rate: 0.003,
            batch: 256,
            seed: 1,
            stop: 0,
            walk: 50,
        }
    }
}

impl PointSettings {
    /// Whether these need a new start.
    pub fn restarts(&self, previous: &Self) -> bool {
        let Self { rate, batch, stop, walk, .. } = *previous;
        Self { rate, batch, stop, walk, ..self.clone() } != *previous
    }

    /// The network's size.
    pub fn network(&self) -> ScoreConfig {
        ScoreConfig { hidden: self.hidden as usize }
    }

    /// The points as the network sees them, training and held out, and the frame that they are seen in: the worker learns
    /// from them, the page draws them.
    pub fn places(&self) -> (Vec<Place>, Vec<Place>, Frame) {
        let all = match self.cloud {
            Cloud::Own => self.own.clone(),
            Cloud::Kind(kind) => points::generate(&PointOptions {
                kind,
                count: self.count as usize,
                noise: NOISE,
                margin: 0.0,
                imbalance: 0.5,
                seed: self.seed.into(),
            }),
        };
        let place = |point: &Point| [point.x, point.y];
        let frame = match self.cloud {
            Cloud::Own => PAINTED,
            Cloud::Kind(_) => Frame::of(&all.iter().map(place).collect::<Vec<_>>()),
        };
        let (training, held_out) = points::split(all, HELD_OUT, self.seed.into());
        let inward = |points: Vec<Point>| points.iter().map(|point| frame.inward(place(point))).collect();
        (inward(training), inward(held_out), frame)
    }

    /// Reads an address.
    pub fn read(query: &mut Query) -> Self {
        let base = Self::default();
        Self {
            cloud: query.choice("points", Cloud::from_id, base.cloud),
            count: query.whole("count", COUNT.0.into(), COUNT.1.into(), base.count.into()) as u32,
            own: match query.text("own").map(str::to_owned) {
                Some(text) => crate::lessons::points_from_text(&text, MOST_POINTS, query),
                None => Vec::new(),
            },
            hidden: query.whole("units", HIDDEN.0.into(), HIDDEN.1.into(), base.hidden.into()) as u32,
            optimizer: query.choice("opt", OptimizerKind::from_id, base.optimizer),
            rate: query.number("rate", 1e-6, 1.0, base.rate.into()) as f32,
            batch: query.whole("batch", 1, 1024, base.batch.into()) as u32,
            seed: query.whole("seed", 0, 999_999, base.seed.into()) as u32,
            stop: query.whole("stop", 0, MOST_STOP.into(), base.stop.into()) as u32,
            walk: query.whole("walk", WALK.0.into(), WALK.1.into(), base.walk.into()) as u16,
        }
    }

    /// Writes what differs from the default.
    pub fn write(&self, writer: &mut QueryWriter) {
        let base = Self::default();
        writer.add("points", self.cloud.id(), base.cloud.id());
        writer.add("count", self.count, base.count);
        writer.add("own", crate::lessons::points_to_text(&self.own), String::new());
        writer.add("units", self.hidden, base.hidden);
        writer.add("opt", self.optimizer.id(), base.optimizer.id());
        writer.add("rate", self.rate, base.rate);
        writer.add("batch", self.batch, base.batch);
        writer.add("seed", self.seed, base.seed);
        writer.add("stop", self.stop, base.stop);
        writer.add("walk", self.walk, base.walk);
    }
}

/// What the reader can ask of the network of points.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Command {
    /// Look at this time, from 0 to 1.
    Time(f32),
    /// Walk from noise to points anew, with the network as it is.
    Redraw,
    /// Walk in fewer and in more steps, by both rules, and compare what comes out with the data.
    Judge,
}

/// What its figures are drawn from.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct View {
    /// Steps so far.
    pub steps: u64,
    /// The time that is looked at.
    pub time: f32,
    /// ᾱ at that time.
    pub kept: f32,
    /// The noise that the network sees at each place of the grid, row by row from the top left.
    pub field: Vec<Place>,
    /// The noise that is exactly right there for the points that it learns from.
    pub exact: Vec<Place>,
    /// How far the network is from that where points come by at this time: 0 is equal, 1 as bad as saying nothing.
    pub error: f32,
    /// The walk from noise to points; nothing where it is still what came last.
    pub look: Option<Look>,
    /// Every layer with weights, first to last.
    pub layers: Vec<LayerView>,
    /// What [`Command::Judge`] found.
    pub judged: Vec<Judged>,
}

/// A walk from noise to points, and how the points that it ends at are: a few times a second while it trains.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Look {
    /// After how many updates.
    pub step: u64,
    /// Where all points are before the first step and after each.
    pub frames: Vec<Vec<Place>>,
    /// How alike the last of them are to the points that it learns from.
    pub likeness: Option<Likeness>,
    /// How alike the held-out points are to them: no network has to be better.
    pub natural: Option<Likeness>,
    /// Time, and how far the network is from the exact field there.
    pub errors: Vec<(f32, f32)>,
}

/// A walk in so many steps, by DDPM and by DDIM.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Judged {
    /// Steps.
    pub steps: u16,
    /// How alike to the data what comes out is: DDPM, DDIM.
    pub likeness: [Likeness; 2],
}
