//! What is looked at and what is asked: all that a link can bring back. The reader's own picture is not among it.

use serde::{Deserialize, Serialize};

use crate::{
    session::{
        protocol,
        query::{Query, QueryWriter},
    },
    site::photos,
};

/// The ten classes of Imagenette, in the order of the network's scores.
pub const CLASSES: [&str; 10] = [
    "tench",
    "English springer",
    "cassette player",
    "chain saw",
    "church",
    "French horn",
    "garbage truck",
    "gas pump",
    "golf ball",
    "parachute",
];
/// Classes of ImageNet.
pub const IMAGENET: usize = 1000;
/// Classes whose heat can stand side by side.
pub const MOST_CLASSES: usize = 4;
/// AlexNet's layers with weights, any number of which can be made fresh.
pub const LAYERS: [&str; 8] = ["conv1", "conv2", "conv3", "conv4", "conv5", "fc6", "fc7", "fc8"];
/// The largest change of a pixel, in steps of 255.
pub const MOST_EPSILON: f64 = 16.0;

/// The two networks of the lesson.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Which {
    /// The one of 2012, narrowed, with ten classes.
    AlexNet,
    /// The one of eight years later, with a thousand.
    EfficientNet,
}

impl Which {
    /// Both, the older first.
    pub const ALL: [Which; 2] = [Which::AlexNet, Which::EfficientNet];

    /// Its name.
    pub fn name(self) -> &'static str {
        match self {
            Which::AlexNet => "AlexNet",
            Which::EfficientNet => "EfficientNet-Lite0",
        }
    }

    /// The name of its weights.
    pub fn weights(self) -> &'static str {
        match self {
            Which::AlexNet => "alexnet-imagenette",
            Which::EfficientNet => "efficientnet-lite0",
        }
    }

    /// How many classes it tells apart.
    pub fn classes(self) -> usize {
        match self {
            Which::AlexNet => CLASSES.len(),
            Which::EfficientNet => IMAGENET,
        }
    }

    /// The stages that Grad-CAM can look at: number of the stage, its name.
    pub fn stages(self) -> &'static [(u8, &'static str)] {
        match self {
            Which::AlexNet => &[(0, "conv1"), (2, "conv2"), (4, "conv3"), (5, "conv4"), (6, "conv5")],
            Which::EfficientNet => {
                &[(0, "stem"), (3, "block 3"), (5, "block 5"), (11, "block 11"), (15, "block 15"), (17, "head")]
            }
        }
    }

    fn id(self) -> &'static str {
        match self {
            Which::AlexNet => "alexnet",
            Which::EfficientNet => "efficientnet",
        }
    }

    fn from_id(id: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|which| which.id() == id)
    }
}

/// What a network is asked about a picture.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Question {
    /// The class that is explained; the one that the network calls, if none is chosen.
    pub class: Option<u16>,
    /// Further classes, whose heat stands beside it.
    pub others: Vec<u16>,
    /// The stage that Grad-CAM looks at.
    pub stage: u8,
}

impl Question {
    fn new(which: Which) -> Self {
        let stage = which.stages().last().map_or(0, |(stage, _)| *stage);
        Self { class: None, others: Vec::new(), stage }
    }

    fn read(which: Which, query: &mut Query) -> Self {
        let [class, others, stage] = keys(which);
        let base = Self::new(which);
        let known = |text: &str| text.parse::<u16>().ok().filter(|class| usize::from(*class) < which.classes());
        let list = |text: &str| text.split(',').map(known).collect::<Option<Vec<u16>>>();
        let mut others = query.choice(others, list, Vec::new());
        if others.len() >= MOST_CLASSES {
            others.truncate(MOST_CLASSES - 1);
            query.problems.push(format!("At most {MOST_CLASSES} classes stand side by side; the first are kept."));
        }
        Self {
            class: query.choice(class, |text| known(text).map(Some), None),
            others,
            stage: query.choice(
                stage,
                |text| which.stages().iter().find(|(_, name)| word(name) == text).map(|(stage, _)| *stage),
                base.stage,
            ),
        }
    }

    fn write(&self, which: Which, writer: &mut QueryWriter) {
        let [class, others, stage] = keys(which);
        let name = |stage: u8| {
            let known = which.stages().iter().find(|(known, _)| *known == stage);
            known.map(|(_, name)| word(name)).unwrap_or_default()
        };
        writer.add(class, self.class.map(|class| class.to_string()).unwrap_or_default(), String::new());
        let list: Vec<String> = self.others.iter().map(u16::to_string).collect();
        writer.add(others, list.join(","), String::new());
        writer.add(stage, name(self.stage), name(Self::new(which).stage));
    }
}

/// The address's words for a network's question: class, further classes, layer.
fn keys(which: Which) -> [&'static str; 3] {
    match which {
        Which::AlexNet => ["class", "with", "layer"],
        Which::EfficientNet => ["class2", "with2", "layer2"],
    }
}

/// A stage's name as the address says it.
fn word(name: &str) -> String {
    name.replace(' ', "")
}

/// The settings of the lesson.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Settings {
    /// The photograph of the site that is looked at; none where the reader brought one.
    pub photo: Option<String>,
    /// What each network is asked: AlexNet, EfficientNet.
    pub questions: [Question; 2],
    /// How many of AlexNet's last layers are fresh in the network that is explained.
    pub fresh: u8,
    /// How much of the heat is seen over the picture, 0 to 1.
    pub heat: f32,
    /// How far each colour of each pixel may be changed to mislead AlexNet, in steps of 255.
    pub epsilon: f32,
    /// Seed of fresh layers and of the order of shuffled pieces.
    pub seed: u32,
    /// The network that the camera's frames go to.
    pub live: Which,
}

/// The photograph that one sees first: one of those whose class AlexNet knows.
pub const FIRST: &str = "santiago";

impl Default for Settings {
    fn default() -> Self {
        Self {
            photo: Some(FIRST.into()),
            questions: Which::ALL.map(Question::new),
            fresh: 0,
            heat: 0.6,
            epsilon: 2.0,
            seed: 1,
            live: Which::AlexNet,
        }
    }
}

impl Settings {
    /// What a network is asked.
    pub fn question(&self, which: Which) -> &Question {
        &self.questions[which as usize]
    }
}

impl protocol::Settings for Settings {
    fn restarts(&self, _: &Self) -> bool {
        false
    }

    fn calmer(&self) -> Self {
        self.clone()
    }

    fn gains_from_gpu(&self) -> bool {
        true
    }

    fn read(query: &mut Query) -> Self {
        let base = Self::default();
        let photo = |text: &str| photos::find(text).map(|found| Some(photos::id_of(found).to_owned()));
        Self {
            photo: query.choice("photo", photo, base.photo),
            questions: Which::ALL.map(|which| Question::read(which, query)),
            fresh: query.whole("fresh", 0, LAYERS.len() as u64, base.fresh.into()) as u8,
            heat: query.number("heat", 0.0, 1.0, base.heat.into()) as f32,
            epsilon: query.number("eps", 0.0, MOST_EPSILON, base.epsilon.into()) as f32,
            seed: query.whole("seed", 0, 999_999, base.seed.into()) as u32,
            live: query.choice("live", Which::from_id, base.live),
        }
    }

    fn write(&self, writer: &mut QueryWriter) {
        let base = Self::default();
        // An own picture is in no address; who opens the link sees the first photograph.
        let photo = self.photo.clone().or(base.photo.clone());
        writer.add("photo", photo.unwrap_or_default(), base.photo.unwrap_or_default());
        for which in Which::ALL {
            self.question(which).write(which, writer);
        }
        writer.add("fresh", self.fresh, base.fresh);
        writer.add("heat", self.heat, base.heat);
        writer.add("eps", self.epsilon, base.epsilon);
        writer.add("seed", self.seed, base.seed);
        writer.add("live", self.live.id(), base.live.id());
    }
}

#[cfg(test)]
mod tests {
    use super::{protocol::Settings as _, *};

    #[test]
    fn settings_survive_the_address() {
        let asked = Settings {
            photo: Some("panda".into()),
            questions: [
                Question { class: Some(4), others: vec![0, 9], stage: 4 },
                Question { class: Some(388), others: vec![291], stage: 11 },
            ],
            fresh: 3,
            heat: 0.35,
            epsilon: 0.5,
            seed: 7,
            live: Which::EfficientNet,
        };
        for settings in [asked, Settings::default()] {
            let mut writer = QueryWriter::default();
            settings.write(&mut writer);
            let mut query = Query::parse(&writer.finish());
            assert_eq!(Settings::read(&mut query), settings);
            assert!(query.problems.is_empty(), "{:?}", query.problems);
        }
    }

    #[test]
    fn what_is_not_there_is_reported() {
        let mut query =
            Query::parse("?photo=../secret&class=12&with=3,x&layer=conv9&class2=1000&with2=1,2,3,4,5&eps=400");
        let settings = Settings::read(&mut query);
        assert_eq!(settings.photo.as_deref(), Some(FIRST));
        assert_eq!(settings.question(Which::AlexNet), &Question::new(Which::AlexNet));
        assert_eq!(settings.question(Which::EfficientNet).others, [1, 2, 3]);
        assert_eq!(settings.epsilon, 16.0);
        assert_eq!(query.problems.len(), 7, "{:?}", query.problems);
    }

    #[test]
    fn an_own_picture_is_in_no_address() {
        let mut writer = QueryWriter::default();
        Settings { photo: None, ..Settings::default() }.write(&mut writer);
        assert_eq!(writer.finish(), "");
    }
}
