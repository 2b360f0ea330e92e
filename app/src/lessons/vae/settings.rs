//! Everything that makes a run of the VAE lesson reproducible.

use models::{foundations::mlp::Activation, generative::vae::VaeConfig, train::optimizer::OptimizerKind};
use serde::{Deserialize, Serialize};

use crate::{
    lessons::pictures::{PIXELS, PictureSet},
    session::{
        protocol::{self, MOST_STOP},
        query::{Query, QueryWriter},
    },
};

/// Fewest and most numbers that may be left of a picture.
pub const LATENT: (u8, u8) = (2, 32);

/// The settings of a run.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Settings {
    /// What to learn from.
    pub set: PictureSet,
    /// How many pictures of it.
    pub examples: u32,
    /// Start from the trained weights that come with the site.
    pub pretrained: bool,
    /// Numbers that are left of a picture.
    pub latent: u8,
    /// What a nat of KL costs.
    pub beta: f32,
    /// How a gradient becomes a step.
    pub optimizer: OptimizerKind,
    /// Learning rate.
    pub rate: f32,
    /// Pictures per update.
    pub batch: u32,
    /// Seed of weights, batches and noise.
    pub seed: u32,
    /// Stop after this many steps; 0 never stops.
    pub stop: u32,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            set: PictureSet::Fashion,
            examples: 60_000,
            pretrained: false,
            latent: 2,
            beta: 1.0,
            optimizer: OptimizerKind::Adam,
            rate: 0.002,
            batch: 128,
            seed: 1,
            stop: 0,
        }
    }
}

impl Settings {
    /// The network.
    pub fn network(&self) -> VaeConfig {
        VaeConfig { pixels: PIXELS, hidden: vec![256, 64], latent: self.latent.into(), activation: Activation::Relu }
    }

    /// Of two sentences the one that is true of these pictures.
    pub fn say(&self, of_clothes: &'static str, of_digits: &'static str) -> &'static str {
        match self.set {
            PictureSet::Fashion => of_clothes,
            PictureSet::Mnist => of_digits,
        }
    }

    /// Name of the trained weights to start from.
    pub fn weights(&self) -> Option<&'static str> {
        self.pretrained.then_some(match self.set {
            PictureSet::Mnist => "vae-mnist",
            PictureSet::Fashion => "vae-fashion",
        })
    }

    /// The trained weights of this set, which have two latent numbers.
    pub fn trained(&self, set: PictureSet) -> Self {
        Self { set, pretrained: true, latent: 2, ..self.clone() }
    }
}

impl protocol::Settings for Settings {
    fn restarts(&self, previous: &Self) -> bool {
        let Self { beta, rate, batch, stop, .. } = *previous;
        Self { beta, rate, batch, stop, ..self.clone() } != *previous
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
        let mut settings = Self {
            set: query.choice("data", PictureSet::from_id, base.set),
            examples: query.whole("examples", 500, 60_000, base.examples.into()) as u32,
            pretrained: query.flag("pretrained", base.pretrained),
            latent: query.whole("latent", LATENT.0.into(), LATENT.1.into(), base.latent.into()) as u8,
            beta: query.number("beta", 0.0, 1000.0, base.beta.into()) as f32,
            optimizer: query.choice("opt", OptimizerKind::from_id, base.optimizer),
            rate: query.number("rate", 1e-6, 100.0, base.rate.into()) as f32,
            batch: query.whole("batch", 1, 512, base.batch.into()) as u32,
            seed: query.whole("seed", 0, 999_999, base.seed.into()) as u32,
            stop: query.whole("stop", 0, MOST_STOP.into(), base.stop.into()) as u32,
        };
        if settings.pretrained && settings.latent != base.latent {
            query.problems.push("The trained weights have two latent numbers; two are used.".into());
            settings.latent = base.latent;
        }
        settings
    }

    fn write(&self, writer: &mut QueryWriter) {
        let base = Self::default();
        writer.add("data", self.set.id(), base.set.id());
        writer.add("examples", self.examples, base.examples);
        writer.add("pretrained", u8::from(self.pretrained), u8::from(base.pretrained));
        writer.add("latent", self.latent, base.latent);
        writer.add("beta", self.beta, base.beta);
        writer.add("opt", self.optimizer.id(), base.optimizer.id());
        writer.add("rate", self.rate, base.rate);
        writer.add("batch", self.batch, base.batch);
        writer.add("seed", self.seed, base.seed);
        writer.add("stop", self.stop, base.stop);
    }
}

#[cfg(test)]
mod tests {
    use super::{protocol::Settings as _, *};

    #[test]
    fn settings_survive_the_address() {
        let changed = Settings {
            set: PictureSet::Mnist,
            latent: 12,
            beta: 0.35,
            rate: 0.037,
            optimizer: OptimizerKind::Momentum,
            examples: 12_000,
            batch: 32,
            seed: 9,
            stop: 70,
            ..Settings::default()
        };
        for settings in [changed.clone(), changed.trained(PictureSet::Fashion), Settings::default()] {
            let mut writer = QueryWriter::default();
            settings.write(&mut writer);
            let mut query = Query::parse(&writer.finish());
            assert_eq!(Settings::read(&mut query), settings);
            assert!(query.problems.is_empty(), "{:?}", query.problems);
        }
    }

    #[test]
    fn another_beta_needs_no_new_start() {
        let settings = Settings::default();
        assert!(!Settings { beta: 40.0, rate: 0.1, batch: 7, stop: 9, ..settings.clone() }.restarts(&settings));
        assert!(Settings { latent: 3, ..settings.clone() }.restarts(&settings));
    }

    #[test]
    fn more_numbers_do_not_meet_trained_weights() {
        let mut query = Query::parse("?pretrained=1&latent=9");
        assert_eq!(Settings::read(&mut query).latent, 2);
        assert_eq!(query.problems.len(), 1);
    }
}
