//! Everything that makes a run of the LeNet lesson reproducible.

use models::{
    foundations::mlp::Activation,
    train::optimizer::OptimizerKind,
    vision::lenet::{LeNetConfig, Pooling},
};
use serde::{Deserialize, Serialize};

use crate::{
    lessons::pictures::{CLASSES, Course, PictureSet},
    session::{
        protocol::{self, MOST_STOP},
        query::{Query, QueryWriter},
    },
};

/// Stages that Grad-CAM can look at: C1, S2, C3, S4.
pub const STAGES: [&str; 4] = ["C1", "S2", "C3", "S4"];
/// Layers with weights, any number of which can be made fresh.
pub const LAYERS: [&str; 5] = ["C1", "C3", "C5", "F6", "output"];

/// The settings of a run.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Settings {
    /// What to learn from.
    pub set: PictureSet,
    /// How many pictures of it.
    pub examples: u32,
    /// Whether the first update waits for all of them; else the first hundred learn from the first file alone.
    pub whole: bool,
    /// Whether every picture's pixels are shuffled in the same way.
    pub shuffle: bool,
    /// Start from the trained weights that come with the site.
    pub pretrained: bool,
    /// The bend of each unit.
    pub activation: Activation,
    /// How four neighbours become one.
    pub pooling: Pooling,
    /// How a gradient becomes a step.
    pub optimizer: OptimizerKind,
    /// Learning rate.
    pub rate: f32,
    /// Pictures per update.
    pub batch: u32,
    /// Seed of weights and batches.
    pub seed: u32,
    /// Stop after this many steps; 0 never stops.
    pub stop: u32,
    /// The class that is explained; the one that the network calls, if none is chosen.
    pub class: Option<u8>,
    /// The stage that Grad-CAM looks at.
    pub stage: u8,
    /// How many of the last layers are fresh in the network that is explained.
    pub fresh: u8,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            set: PictureSet::Mnist,
            examples: 60_000,
            whole: false,
            shuffle: false,
            pretrained: false,
            activation: Activation::Relu,
            pooling: Pooling::Average,
            optimizer: OptimizerKind::Adam,
            rate: 0.002,
            batch: 64,
            seed: 1,
            stop: 0,
            class: None,
            stage: 2,
            fresh: 0,
        }
    }
}

impl Settings {
    /// How the network is taught.
    pub fn course(&self) -> Course {
        let weights = match self.set {
            PictureSet::Mnist => "lenet-mnist",
            PictureSet::Fashion => "lenet-fashion",
        };
        let Self { set, examples, whole, shuffle, pretrained, optimizer, batch, seed, .. } = *self;
        Course { set, examples, whole, shuffle, weights: pretrained.then_some(weights), optimizer, batch, seed }
    }

    /// The network.
    pub fn network(&self) -> LeNetConfig {
        LeNetConfig { classes: CLASSES, activation: self.activation, pooling: self.pooling }
    }

    /// The trained weights of this set, which belong to the network as it is by default.
    pub fn trained(&self, set: PictureSet) -> Self {
        let Self { rate, batch, seed, class, stage, fresh, .. } = *self;
        Self { set, pretrained: true, rate, batch, seed, class, stage, fresh, ..Self::default() }
    }
}

impl protocol::Settings for Settings {
    fn restarts(&self, previous: &Self) -> bool {
        let Self { rate, batch, stop, class, stage, fresh, .. } = *previous;
        Self { rate, batch, stop, class, stage, fresh, ..self.clone() } != *previous
    }

    fn calmer(&self) -> Self {
        Self { rate: self.rate / 3.0, ..self.clone() }
    }

    fn stop_rule(&mut self) -> Option<&mut u32> {
        Some(&mut self.stop)
    }

    fn gains_from_gpu(&self) -> bool {
        true
    }

    fn classes(&self) -> Vec<String> {
        self.set.classes().map(String::from).to_vec()
    }

    fn read(query: &mut Query) -> Self {
        let base = Self::default();
        let pretrained = query.flag("pretrained", base.pretrained);
        let mut settings = Self {
            set: query.choice("data", PictureSet::from_id, base.set),
            examples: query.whole("examples", 500, 60_000, base.examples.into()) as u32,
            whole: query.flag("whole", base.whole),
            shuffle: query.flag("shuffle", base.shuffle),
            pretrained,
            activation: query.choice("act", Activation::from_id, base.activation),
            pooling: query.choice("pool", Pooling::from_id, base.pooling),
            optimizer: query.choice("opt", OptimizerKind::from_id, base.optimizer),
            rate: query.number("rate", 1e-6, 100.0, base.rate.into()) as f32,
            batch: query.whole("batch", 1, 512, base.batch.into()) as u32,
            seed: query.whole("seed", 0, 999_999, base.seed.into()) as u32,
            stop: query.whole("stop", 0, MOST_STOP.into(), base.stop.into()) as u32,
            class: query.choice(
                "class",
                |text| text.parse().ok().filter(|class| *class < CLASSES as u8).map(Some),
                None,
            ),
            stage: query.whole("stage", 0, STAGES.len() as u64 - 1, base.stage.into()) as u8,
            fresh: query.whole("fresh", 0, LAYERS.len() as u64, base.fresh.into()) as u8,
        };
        if pretrained && (settings.activation, settings.pooling) != (base.activation, base.pooling) {
            query.problems.push("The trained weights belong to ReLU and the mean of four; both are used.".into());
            (settings.activation, settings.pooling) = (base.activation, base.pooling);
        }
        settings
    }

    fn write(&self, writer: &mut QueryWriter) {
        let base = Self::default();
        writer.add("data", self.set.id(), base.set.id());
        writer.add("examples", self.examples, base.examples);
        writer.add("whole", u8::from(self.whole), u8::from(base.whole));
        writer.add("shuffle", u8::from(self.shuffle), u8::from(base.shuffle));
        writer.add("pretrained", u8::from(self.pretrained), u8::from(base.pretrained));
        writer.add("act", self.activation.id(), base.activation.id());
        writer.add("pool", self.pooling.id(), base.pooling.id());
        writer.add("opt", self.optimizer.id(), base.optimizer.id());
        writer.add("rate", self.rate, base.rate);
        writer.add("batch", self.batch, base.batch);
        writer.add("seed", self.seed, base.seed);
        writer.add("stop", self.stop, base.stop);
        writer.add("class", self.class.map_or(String::new(), |class| class.to_string()), String::new());
        writer.add("stage", self.stage, base.stage);
        writer.add("fresh", self.fresh, base.fresh);
    }
}

#[cfg(test)]
mod tests {
    use super::{protocol::Settings as _, *};

    #[test]
    fn settings_survive_the_address() {
        let changed = Settings {
            set: PictureSet::Fashion,
            activation: Activation::Tanh,
            pooling: Pooling::Max,
            whole: true,
            class: Some(7),
            stage: 3,
            fresh: 2,
            rate: 0.037,
            ..Settings::default()
        };
        for settings in [changed.clone(), changed.trained(PictureSet::Mnist), Settings::default()] {
            let mut writer = QueryWriter::default();
            settings.write(&mut writer);
            let mut query = Query::parse(&writer.finish());
            assert_eq!(Settings::read(&mut query), settings);
            assert!(query.problems.is_empty(), "{:?}", query.problems);
        }
    }

    #[test]
    fn looking_elsewhere_needs_no_new_start() {
        let settings = Settings::default();
        assert!(!Settings { class: Some(3), stage: 0, fresh: 5, rate: 0.1, ..settings.clone() }.restarts(&settings));
        assert!(Settings { pooling: Pooling::Max, ..settings.clone() }.restarts(&settings));
    }

    #[test]
    fn foreign_shapes_do_not_meet_trained_weights() {
        let mut query = Query::parse("?pretrained=1&act=tanh&class=12");
        let settings = Settings::read(&mut query);
        assert_eq!((settings.activation, settings.class), (Activation::Relu, None));
        assert_eq!(query.problems.len(), 2);
    }
}
