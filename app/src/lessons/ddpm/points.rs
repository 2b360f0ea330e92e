//! What page and worker say about the network that learns points of a plane.

use models::data::points::PointKind;
use serde::{Deserialize, Serialize};

use crate::session::query::{Query, QueryWriter};

/// What belongs to the network of points.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PointSettings {
    /// What to learn from.
    pub kind: PointKind,
    /// Learning rate.
    pub rate: f32,
    /// Seed of points, weights, batches and noise.
    pub seed: u32,
    /// Stop after this many steps; 0 never stops.
    pub stop: u32,
}

impl Default for PointSettings {
    fn default() -> Self {
        Self { kind: PointKind::Moons, rate: 0.003, seed: 1, stop: 0 }
    }
}

impl PointSettings {
    /// Whether these need a new start.
    pub fn restarts(&self, previous: &Self) -> bool {
        (self.kind, self.seed) != (previous.kind, previous.seed)
    }

    /// Reads an address.
    pub fn read(query: &mut Query) -> Self {
        let base = Self::default();
        Self {
            kind: query.choice("points", PointKind::from_id, base.kind),
            rate: query.number("rate", 1e-6, 1.0, base.rate.into()) as f32,
            seed: query.whole("seed", 0, 999_999, base.seed.into()) as u32,
            stop: query.whole("stop", 0, 1_000_000, base.stop.into()) as u32,
        }
    }

    /// Writes what differs from the default.
    pub fn write(&self, writer: &mut QueryWriter) {
        let base = Self::default();
        writer.add("points", self.kind.id(), base.kind.id());
        writer.add("rate", self.rate, base.rate);
        writer.add("seed", self.seed, base.seed);
        writer.add("stop", self.stop, base.stop);
    }
}

/// What the reader can ask of the network of points.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Command {
    /// Look at this time, from 0 to 1.
    Time(f32),
}

/// What its figures are drawn from.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct View {
    /// Steps so far.
    pub steps: u64,
}
