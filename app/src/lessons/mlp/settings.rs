//! Everything that makes a run of the MLP lesson reproducible.

use models::{
    data::points::{self, Point, PointKind, PointOptions},
    foundations::mlp::{Activation, MlpConfig},
    train::optimizer::OptimizerKind,
};
use serde::{Deserialize, Serialize};

use crate::{
    lessons::{
        mlp::Data,
        pictures::{Course, PictureSet},
    },
    session::{
        protocol::{self, MOST_STOP, Remedy, Trouble},
        query::{Query, QueryWriter},
    },
};

/// Share of the points that is held out.
const HELD_OUT: f32 = 0.3;
/// The most hidden layers.
pub const MOST_LAYERS: usize = 40;
/// The most units in a hidden layer.
pub const MOST_UNITS: u64 = 512;
/// The most points that a reader may paint.
pub const MOST_POINTS: usize = 1000;

/// The settings of a run.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Settings {
    /// What to learn from.
    pub data: Data,
    /// How many points.
    pub count: u32,
    /// Noise of the points.
    pub noise: f32,
    /// The reader's own points.
    pub own: Vec<Point>,
    /// How many pictures to learn from.
    pub examples: u32,
    /// Whether the first update waits for all of them; else the first hundred learn from the first file alone.
    pub whole: bool,
    /// Whether every picture's pixels are shuffled in the same way.
    pub shuffle: bool,
    /// Start from the trained weights that come with the site.
    pub pretrained: bool,
    /// Units of each hidden layer.
    pub hidden: Vec<u16>,
    /// The bend of each unit.
    pub activation: Activation,
    /// How a gradient becomes a step.
    pub optimizer: OptimizerKind,
    /// Learning rate.
    pub rate: f32,
    /// Examples per update.
    pub batch: u32,
    /// Seed of points, weights and batches.
    pub seed: u32,
    /// Stop after this many steps; 0 never stops.
    pub stop: u32,
}

impl Default for Settings {
    fn default() -> Self {
        Self::of(Data::Points(PointKind::Xor))
    }
}

impl Settings {
    /// Settings that suit this data.
    pub fn of(data: Data) -> Self {
        let pictures = data.is_pictures();
        let deep = data == Data::Points(PointKind::Spirals);
        Self {
            data,
            count: if deep { 400 } else { 200 },
            noise: 0.02,
            own: Vec::new(),
            examples: 60_000,
            whole: false,
            shuffle: false,
            pretrained: false,
            hidden: match (pictures, deep) {
                (true, _) => vec![256],
                (_, true) => vec![12, 12],
                _ => vec![6],
            },
            activation: if pictures { Activation::Relu } else { Activation::Tanh },
            optimizer: if pictures || deep { OptimizerKind::Adam } else { OptimizerKind::Momentum },
            rate: match (pictures, deep) {
                (true, _) => 0.002,
                (_, true) => 0.01,
                _ => 0.05,
            },
            batch: if pictures { 128 } else { 10 },
            seed: 1,
            stop: 0,
        }
    }

    /// Keeps seed and data, takes everything else as [`Settings::of`] has it.
    pub fn switch(&mut self, data: Data) {
        *self = Self { seed: self.seed, own: std::mem::take(&mut self.own), ..Self::of(data) };
    }

    /// The training and held-out points of these settings: the worker learns from them, the page draws them.
    pub fn points(&self) -> (Vec<Point>, Vec<Point>) {
        let seed = u64::from(self.seed);
        points::split(self.all_points(), HELD_OUT, seed)
    }

    /// All points: generated, or the reader's own.
    pub fn all_points(&self) -> Vec<Point> {
        let Data::Points(kind) = self.data else { return self.own.clone() };
        points::generate(&PointOptions {
            kind,
            count: self.count as usize,
            noise: self.noise,
            // Two spirals touch nobody else; the other sets get a gap that a smooth border fits into.
            margin: if kind == PointKind::Spirals { 0.0 } else { 0.1 },
            imbalance: 0.5,
            seed: self.seed.into(),
        })
    }

    /// How a network of pictures is taught.
    pub fn course(&self) -> Result<Course, Trouble> {
        let none = |what: &str| Trouble::new(format!("There are no {what} for this data."), Remedy::Dismiss);
        let set = self.data.set().ok_or_else(|| none("pictures"))?;
        let weights = match (self.pretrained, set) {
            (false, _) => None,
            (true, PictureSet::Mnist) => Some("mlp-mnist"),
            (true, PictureSet::Fashion) => return Err(none("trained weights")),
        };
        let Self { examples, whole, shuffle, optimizer, batch, seed, .. } = *self;
        Ok(Course { set, examples, whole, shuffle, weights, optimizer, batch, seed })
    }

    /// The network these settings ask for.
    pub fn network(&self) -> MlpConfig {
        let (inputs, outputs) = if self.data.is_pictures() { (784, 10) } else { (2, 2) };
        let mut sizes = vec![inputs];
        sizes.extend(self.hidden.iter().map(|units| usize::from(*units)));
        sizes.push(outputs);
        MlpConfig { sizes, activation: self.activation }
    }
}

impl protocol::Settings for Settings {
    fn restarts(&self, previous: &Self) -> bool {
        let live = Self { rate: previous.rate, batch: previous.batch, stop: previous.stop, ..self.clone() };
        live != *previous
    }

    fn classes(&self) -> Vec<String> {
        self.data.classes()
    }

    fn calmer(&self) -> Self {
        Self { rate: self.rate / 3.0, ..self.clone() }
    }

    fn stop_rule(&mut self) -> Option<&mut u32> {
        Some(&mut self.stop)
    }

    fn gains_from_gpu(&self) -> bool {
        self.data.is_pictures()
    }

    fn read(query: &mut Query) -> Self {
        let base = Self::of(query.choice("data", Data::from_id, Self::default().data));
        let hidden = match query.text("hidden").map(str::to_owned) {
            None => base.hidden.clone(),
            Some(text) => read_hidden(&text, query).unwrap_or_else(|| base.hidden.clone()),
        };
        let own = match query.text("own").map(str::to_owned) {
            Some(text) => crate::lessons::points_from_text(&text, MOST_POINTS, query),
            None => Vec::new(),
        };
        Self {
            data: base.data,
            count: query.whole("count", 8, 2000, base.count.into()) as u32,
            noise: query.number("noise", 0.0, 0.6, base.noise.into()) as f32,
            own,
            examples: query.whole("examples", 500, 60_000, base.examples.into()) as u32,
            whole: query.flag("whole", base.whole),
            shuffle: query.flag("shuffle", base.shuffle),
            pretrained: query.flag("pretrained", base.pretrained),
            hidden,
            activation: query.choice("act", Activation::from_id, base.activation),
            optimizer: query.choice("opt", OptimizerKind::from_id, base.optimizer),
            rate: query.number("rate", 1e-6, 100.0, base.rate.into()) as f32,
            batch: query.whole("batch", 1, 512, base.batch.into()) as u32,
            seed: query.whole("seed", 0, 999_999, base.seed.into()) as u32,
            stop: query.whole("stop", 0, MOST_STOP.into(), base.stop.into()) as u32,
        }
    }

    fn write(&self, writer: &mut QueryWriter) {
        let base = Self::of(self.data);
        writer.add("data", self.data.id(), Self::default().data.id());
        writer.add("count", self.count, base.count);
        writer.add("noise", self.noise, base.noise);
        writer.add("own", crate::lessons::points_to_text(&self.own), String::new());
        writer.add("examples", self.examples, base.examples);
        writer.add("whole", u8::from(self.whole), u8::from(base.whole));
        writer.add("shuffle", u8::from(self.shuffle), u8::from(base.shuffle));
        writer.add("pretrained", u8::from(self.pretrained), u8::from(base.pretrained));
        writer.add("hidden", write_hidden(&self.hidden), write_hidden(&base.hidden));
        writer.add("act", self.activation.id(), base.activation.id());
        writer.add("opt", self.optimizer.id(), base.optimizer.id());
        writer.add("rate", self.rate, base.rate);
        writer.add("batch", self.batch, base.batch);
        writer.add("seed", self.seed, base.seed);
        writer.add("stop", self.stop, base.stop);
    }
}

fn write_hidden(hidden: &[u16]) -> String {
    if hidden.is_empty() {
        return "none".into();
    }
    hidden.iter().map(ToString::to_string).collect::<Vec<_>>().join("-")
}

fn read_hidden(text: &str, query: &mut Query) -> Option<Vec<u16>> {
    if text == "none" {
        return Some(Vec::new());
    }
    let units: Option<Vec<u64>> = text.split('-').map(|units| units.parse().ok()).collect();
    let Some(mut units) = units else {
        query.problems.push("hidden is not a list of layer sizes such as 8-4; the default is used.".into());
        return None;
    };
    if units.len() > MOST_LAYERS {
        query.problems.push(format!(
            "{} hidden layers are more than {MOST_LAYERS}; the first {MOST_LAYERS} are used.",
            units.len()
        ));
        units.truncate(MOST_LAYERS);
    }
    if units.iter().any(|units| !(1..=MOST_UNITS).contains(units)) {
        query.problems.push(format!("A hidden layer has 1 to {MOST_UNITS} units; the sizes were clamped."));
    }
    Some(units.iter().map(|units| (*units).clamp(1, MOST_UNITS) as u16).collect())
}

#[cfg(test)]
mod tests {
    use super::{protocol::Settings as _, *};

    #[test]
    fn settings_survive_the_address() {
        for data in Data::ALL {
            let mut settings =
                Settings { seed: 42, whole: true, rate: 0.037, hidden: vec![3, 40], stop: 900, ..Settings::of(data) };
            settings.own = vec![Point { x: 0.25, y: -0.5, class: 1 }];
            let mut writer = QueryWriter::default();
            settings.write(&mut writer);
            let mut query = Query::parse(&writer.finish());
            assert_eq!(Settings::read(&mut query), settings);
            assert!(query.problems.is_empty(), "{:?}", query.problems);
        }
    }

    #[test]
    fn hostile_addresses_are_clamped() {
        let mut query = Query::parse("?data=rm&hidden=1-0-99999&rate=-1&batch=1e300&seed=x&count=inf");
        let settings = Settings::read(&mut query);
        assert_eq!(settings.data, Settings::default().data);
        assert_eq!(settings.hidden, [1, 1, 512]);
        assert_eq!((settings.batch, settings.count), (512, 200));
        assert!(query.problems.len() >= 5);
    }

    #[test]
    fn the_rate_changes_without_a_new_start() {
        let before = Settings::default();
        assert!(!Settings { rate: 1.0, ..before.clone() }.restarts(&before));
        assert!(Settings { seed: 9, ..before.clone() }.restarts(&before));
    }
}
