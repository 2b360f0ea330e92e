//! Everything that makes a run of the DDPM lesson reproducible.

use models::generative::diffusion::{Rule, Schedule, Shape};
use serde::{Deserialize, Serialize};

use crate::{
    lessons::ddpm::{pictures::PictureSettings, points::PointSettings},
    session::{
        protocol,
        query::{Query, QueryWriter},
    },
};

/// Points of a schedule that is drawn by hand.
pub const HAND: usize = 9;

/// What a worker of this lesson is for. It is no part of the address: the page decides.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default, Serialize, Deserialize)]
pub enum Role {
    /// Learning points; the bench's own.
    #[default]
    Points,
    /// Drawing pictures.
    Pictures,
}

/// The form of the schedule that steps are walked along.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Curve {
    /// Ho et al.
    Linear,
    /// Nichol and Dhariwal.
    Cosine,
    /// The reader's.
    Hand,
}

impl Curve {
    /// All, in the order of the chips.
    pub const ALL: [Self; 3] = [Self::Linear, Self::Cosine, Self::Hand];

    /// The chip's words.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Linear => "Linear",
            Self::Cosine => "Cosine",
            Self::Hand => "By hand",
        }
    }

    /// The address's word.
    pub const fn id(self) -> &'static str {
        match self {
            Self::Linear => "linear",
            Self::Cosine => "cosine",
            Self::Hand => "hand",
        }
    }

    /// The form behind an address's word.
    pub fn from_id(id: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|curve| curve.id() == id)
    }
}

/// The settings of a run.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Settings {
    /// What the worker is for.
    pub role: Role,
    /// The form of the schedule.
    pub curve: Curve,
    /// The schedule by hand: √ᾱ in hundredths at evenly spread times.
    pub hand: [u8; HAND],
    /// DDPM or DDIM.
    pub rule: Rule,
    /// What belongs to the network of points.
    pub points: PointSettings,
    /// What belongs to the network of pictures.
    pub pictures: PictureSettings,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            role: Role::Points,
            curve: Curve::Cosine,
            hand: [100, 88, 75, 63, 50, 38, 25, 13, 0],
            rule: Rule::Ddim,
            points: PointSettings::default(),
            pictures: PictureSettings::default(),
        }
    }
}

impl Settings {
    /// The schedule.
    pub fn schedule(&self) -> Schedule {
        Schedule::new(&match self.curve {
            Curve::Linear => Shape::Linear,
            Curve::Cosine => Shape::Cosine,
            Curve::Hand => Shape::Hand(self.hand.map(|spread| f32::from(spread) / 100.0).to_vec()),
        })
    }
}

impl protocol::Settings for Settings {
    fn restarts(&self, previous: &Self) -> bool {
        match self.role {
            Role::Points => self.points.restarts(&previous.points),
            Role::Pictures => self.pictures.restarts(&previous.pictures),
        }
    }

    fn calmer(&self) -> Self {
        let points = PointSettings { rate: self.points.rate / 3.0, ..self.points.clone() };
        Self { points, ..self.clone() }
    }

    fn stop_rule(&mut self) -> Option<&mut u32> {
        Some(&mut self.points.stop)
    }

    fn gains_from_gpu(&self) -> bool {
        // The points' network is tiny.
        false
    }

    fn read(query: &mut Query) -> Self {
        let base = Self::default();
        Self {
            role: Role::Points,
            curve: query.choice("schedule", Curve::from_id, base.curve),
            hand: match query.text("hand").map(str::to_owned) {
                Some(text) => read_hand(&text, query).unwrap_or(base.hand),
                None => base.hand,
            },
            rule: query.choice("sampler", Rule::from_id, base.rule),
            points: PointSettings::read(query),
            pictures: PictureSettings::read(query),
        }
    }

    fn write(&self, writer: &mut QueryWriter) {
        let base = Self::default();
        let hand = |hand: &[u8; HAND]| hand.map(|spread| spread.to_string()).join("-");
        writer.add("schedule", self.curve.id(), base.curve.id());
        writer.add("hand", hand(&self.hand), hand(&base.hand));
        writer.add("sampler", self.rule.id(), base.rule.id());
        self.points.write(writer);
        self.pictures.write(writer);
    }
}

fn read_hand(text: &str, query: &mut Query) -> Option<[u8; HAND]> {
    let spreads: Option<Vec<u8>> =
        text.split('-').take(HAND + 1).map(|part| part.parse().ok().filter(|spread| *spread <= 100)).collect();
    let hand = spreads.and_then(|spreads| spreads.try_into().ok());
    if hand.is_none() {
        let sentence =
            format!("The schedule of this link should be {HAND} numbers from 0 to 100; the usual one is used.");
        query.problems.push(sentence);
    }
    hand
}

#[cfg(test)]
mod tests {
    use models::{data::points::Point, train::optimizer::OptimizerKind};

    use super::{protocol::Settings as _, *};
    use crate::lessons::ddpm::points::Cloud;

    fn there_and_back(settings: &Settings) -> Settings {
        let mut writer = QueryWriter::default();
        settings.write(&mut writer);
        let mut query = Query::parse(&writer.finish());
        let read = Settings::read(&mut query);
        assert!(query.problems.is_empty(), "{:?}", query.problems);
        read
    }

    #[test]
    fn settings_survive_the_address() {
        let changed = Settings {
            curve: Curve::Hand,
            hand: [100, 99, 98, 50, 49, 48, 2, 1, 0],
            rule: Rule::Ddpm,
            points: PointSettings {
                cloud: Cloud::Own,
                own: vec![Point { x: 0.25, y: -0.5, class: 0 }],
                optimizer: OptimizerKind::Momentum,
                rate: 0.037,
                seed: 9,
                walk: 7,
                hidden: 32,
                ..PointSettings::default()
            },
            pictures: PictureSettings { steps: 1000, weight: 3.5, other: Some(4), ..PictureSettings::default() },
            ..Settings::default()
        };
        assert_eq!(there_and_back(&changed), changed);
        assert_eq!(there_and_back(&Settings::default()), Settings::default());
    }

    #[test]
    fn another_optimiser_begins_anew() {
        let settings = Settings::default();
        let mut other = settings.clone();
        other.points.rate = 0.1;
        assert!(!other.restarts(&settings));
        other.points.optimizer = OptimizerKind::Sgd;
        assert!(other.restarts(&settings));
    }

    #[test]
    fn a_bad_schedule_is_reported() {
        for text in ["1-2-3", "100-88-75-63-50-38-25-13-101", "x", "0-0-0-0-0-0-0-0-0-0"] {
            let mut query = Query::parse(&format!("?hand={text}"));
            assert_eq!(Settings::read(&mut query).hand, Settings::default().hand);
            assert_eq!(query.problems.len(), 1, "{text}");
        }
    }
}
