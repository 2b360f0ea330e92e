//! The settings of a recall, and how an address holds them.

use models::{
    data::{letters, patterns::Pattern},
    foundations::hopfield::Rule,
};
use serde::{Deserialize, Serialize};

use super::{Data, MOST_OWN, MOST_RANDOM, RULES, Study};
use crate::session::{
    protocol,
    query::{Query, QueryWriter},
};

/// The settings of a run.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Settings {
    /// Where patterns come from.
    pub data: Data,
    /// Which letters or digits are stored: bit k is the k-th.
    pub stored: u16,
    /// How many random patterns are stored.
    pub count: u32,
    /// The reader's own patterns, all of them stored.
    pub own: Vec<Pattern>,
    /// How they are stored.
    pub rule: Rule,
    /// All units at once instead of one after the other.
    pub synchronous: bool,
    /// Which pattern is shown, damaged, to be recalled; stored or not.
    pub cue: u32,
    /// Share of its units that are flipped.
    pub noise: f32,
    /// Share of its rows that are hidden, from below.
    pub mask: f32,
    /// Seed of noise, order and random patterns.
    pub seed: u32,
    /// Whether the session recalls or measures; not part of the address.
    pub study: Study,
}

impl Default for Settings {
    fn default() -> Self {
        Self::of(Data::Letters)
    }
}

impl Settings {
    /// What a reader who chooses this data begins with.
    pub fn of(data: Data) -> Self {
        let base = Self {
            data,
            stored: 0,
            count: 10,
            own: Vec::new(),
            rule: Rule::Hebb,
            synchronous: false,
            cue: 0,
            noise: 0.25,
            mask: 0.0,
            seed: 1,
            study: Study::Recall,
        };
        match data {
            Data::Letters => Self { stored: letter_bits("JTX"), cue: 8, ..base },
            Data::Digits => Self { stored: 1 << 3 | 1 << 7, cue: 7, ..base },
            Data::Random | Data::Drawn => base,
        }
    }

    /// Takes other data and keeps rule, seed and own patterns.
    pub fn switch(&mut self, data: Data) {
        let own = std::mem::take(&mut self.own);
        *self = Self { own, rule: self.rule, synchronous: self.synchronous, seed: self.seed, ..Self::of(data) };
    }

    /// The names of all patterns of this data.
    pub fn names(&self) -> Vec<String> {
        let numbers = |count: usize| (1..=count).map(|number| number.to_string()).collect();
        match self.data {
            Data::Letters => letters::NAMES.chars().map(String::from).collect(),
            Data::Digits => (0..10).map(|digit| digit.to_string()).collect(),
            Data::Random => numbers(self.count as usize),
            Data::Drawn => numbers(self.own.len()),
        }
    }

    /// Whether one can choose which patterns of the data are stored.
    pub fn has_choice(&self) -> bool {
        matches!(self.data, Data::Letters | Data::Digits)
    }

    /// Which patterns of the data are stored, in their order.
    pub fn stored(&self) -> Vec<usize> {
        let all = 0..self.names().len();
        match self.has_choice() {
            true => all.filter(|index| self.stored >> index & 1 == 1).collect(),
            false => all.collect(),
        }
    }
}

/// The bits of all ten digits.
pub const ALL_DIGITS: u16 = (1 << 10) - 1;

/// The bits of these letters.
pub fn letter_bits(names: &str) -> u16 {
    bits(letters::NAMES, names)
}

/// The bits of those characters of `all` that are in `names`.
fn bits(all: &str, names: &str) -> u16 {
    all.chars().enumerate().filter(|(_, name)| names.contains(*name)).map(|(index, _)| 1 << index).sum()
}

impl protocol::Settings for Settings {
    fn restarts(&self, previous: &Self) -> bool {
        Self { synchronous: previous.synchronous, ..self.clone() } != *previous
    }

    fn calmer(&self) -> Self {
        self.clone()
    }

    fn gains_from_gpu(&self) -> bool {
        false
    }

    fn read(query: &mut Query) -> Self {
        let data = query.choice("data", Data::from_id, Data::Letters);
        let base = Self::of(data);
        let rule = query.choice("rule", |id| RULES.iter().find(|rule| rule.2 == id).map(|rule| rule.0), base.rule);
        let mut settings = Self {
            rule,
            count: query.whole("count", 1, MOST_RANDOM.into(), base.count.into()) as u32,
            own: own_from_text(query),
            synchronous: query.flag("synchronous", base.synchronous),
            noise: query.number("noise", 0.0, 0.5, base.noise.into()) as f32,
            mask: query.number("mask", 0.0, 1.0, base.mask.into()) as f32,
            seed: query.whole("seed", 0, 999_999, base.seed.into()) as u32,
            ..base
        };
        let names = settings.names();
        if settings.has_choice() {
            let all = names.concat();
            let known = |text: &str| text.chars().all(|name| all.contains(name)).then(|| bits(&all, text));
            settings.stored = query.choice("stored", known, settings.stored);
        }
        let index = |text: &str| names.iter().position(|name| name == text).map(|index| index as u32);
        settings.cue = query.choice("cue", index, settings.cue);
        settings
    }

    fn write(&self, writer: &mut QueryWriter) {
        let base = Self::of(self.data);
        let names = self.names();
        let name = |cue: u32| names.get(cue as usize).cloned().unwrap_or_default();
        let text = |settings: &Self| settings.stored().into_iter().map(|index| name(index as u32)).collect::<String>();
        let id = |rule| RULES.iter().find(|known| known.0 == rule).map_or("", |known| known.2);
        writer.add("data", self.data.id(), Self::default().data.id());
        if self.has_choice() {
            writer.add("stored", text(self), text(&base));
        }
        writer.add("count", self.count, base.count);
        writer.add("own", own_to_text(&self.own), String::new());
        writer.add("rule", id(self.rule), id(base.rule));
        writer.add("synchronous", u8::from(self.synchronous), u8::from(base.synchronous));
        writer.add("cue", name(self.cue), name(base.cue));
        writer.add("noise", self.noise, base.noise);
        writer.add("mask", self.mask, base.mask);
        writer.add("seed", self.seed, base.seed);
    }
}

/// Drawn patterns as text for an address: four pixels to a hexadecimal digit, a comma between patterns.
fn own_to_text(own: &[Pattern]) -> String {
    let digit = |pixels: &[i8]| {
        let value = pixels.iter().fold(0, |value, pixel| value << 1 | u32::from(*pixel > 0));
        char::from_digit(value, 16).unwrap_or('0')
    };
    own.iter().map(|pattern| pattern.chunks(4).map(digit).collect::<String>()).collect::<Vec<_>>().join(",")
}

/// Reads drawn patterns back; what is none is left out, and the reader is told.
fn own_from_text(query: &mut Query) -> Vec<Pattern> {
    let Some(text) = query.text("own").map(str::to_owned) else { return Vec::new() };
    let pattern = |text: &str| -> Option<Pattern> {
        let digits: Vec<u32> = text.chars().map(|letter| letter.to_digit(16)).collect::<Option<_>>()?;
        let bit = |digit: u32, place: u32| if digit >> (3 - place) & 1 == 1 { 1 } else { -1 };
        (digits.len() * 4 == letters::UNITS)
            .then(|| digits.iter().flat_map(|digit| (0..4).map(move |place| bit(*digit, place))).collect())
    };
    let parts: Vec<&str> = text.split(',').collect();
    let own: Vec<Pattern> = parts.iter().filter_map(|part| pattern(part)).take(MOST_OWN).collect();
    if own.len() < parts.len() {
        let lost = parts.len() - own.len();
        query.problems.push(format!("{lost} of the drawings in this link could not be read and were left out."));
    }
    own
}

#[cfg(test)]
mod tests {
    use super::{protocol::Settings as _, *};

    #[test]
    fn settings_survive_the_address() {
        for data in Data::ALL {
            let own = vec![letters::pattern('P').unwrap(), letters::pattern('F').unwrap()];
            for (rule, ..) in RULES {
                let settings = Settings {
                    own: own.clone(),
                    rule,
                    synchronous: true,
                    cue: 1,
                    noise: 0.125,
                    mask: 0.5,
                    seed: 42,
                    ..Settings::of(data)
                };
                let mut writer = QueryWriter::default();
                settings.write(&mut writer);
                let mut query = Query::parse(&writer.finish());
                assert_eq!(Settings::read(&mut query), settings);
                assert!(query.problems.is_empty(), "{:?}", query.problems);
            }
        }
    }

    #[test]
    fn a_chosen_set_survives_the_address() {
        let settings = Settings { stored: letter_bits("CFP"), ..Settings::default() };
        let mut writer = QueryWriter::default();
        settings.write(&mut writer);
        let text = writer.finish();
        assert!(text.contains("stored=CFP"), "{text}");
        assert_eq!(Settings::read(&mut Query::parse(&text)), settings);
    }

    #[test]
    fn a_hostile_link_is_clamped_and_reported() {
        let mut query = Query::parse("?data=digits&stored=7Z&cue=99&own=ff,zz&noise=7&rule=%00&count=1e9");
        let settings = Settings::read(&mut query);
        assert_eq!(settings, Settings { noise: 0.5, count: MOST_RANDOM, ..Settings::of(Data::Digits) });
        assert_eq!(query.problems.len(), 6);
    }
}
