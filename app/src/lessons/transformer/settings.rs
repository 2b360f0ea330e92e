//! Everything that makes a run of the Transformer lesson reproducible.

use models::{
    data::sequences::{Sequences, Task},
    sequence::{
        heads::{Head, Stack},
        positions::Positions,
        toy,
        transformer::TransformerConfig,
    },
    train::optimizer::OptimizerKind,
};
use serde::{Deserialize, Serialize};

use crate::session::{
    protocol::{self, MOST_STOP},
    query::{Query, QueryWriter},
};

/// Shortest and longest sequences to learn from.
pub const LENGTH: (u8, u8) = (3, 16);
/// Fewest and most symbols.
pub const SYMBOLS: (u8, u8) = (3, 26);
/// Most letters of a sentence.
pub const MOST_LETTERS: usize = 300;
/// Most beginnings that a beam search keeps.
pub const MOST_BEAMS: u8 = 8;
/// Layers and heads of the larger network; the toy has fewer.
pub const MOST_HEADS: (usize, usize) = (6, 8);
/// The first sentence.
pub const FIRST_SENTENCE: &str = "The small elephant is blue.";

/// What the network does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Errand {
    /// The sequence from its end.
    Reverse,
    /// The sequence in the order of its symbols.
    Sort,
    /// The sequence as it is.
    Copy,
    /// English to French, with weights that were trained before.
    Translate,
}

impl Errand {
    /// All, in the order of the chips.
    pub const ALL: [Self; 4] = [Self::Reverse, Self::Sort, Self::Copy, Self::Translate];

    /// The chip's words.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Reverse => "Reverse",
            Self::Sort => "Sort",
            Self::Copy => "Copy",
            Self::Translate => "English to French",
        }
    }

    /// The address's word.
    pub const fn id(self) -> &'static str {
        match self {
            Self::Reverse => "reverse",
            Self::Sort => "sort",
            Self::Copy => "copy",
            Self::Translate => "translate",
        }
    }

    /// The errand behind an address's word.
    pub fn from_id(id: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|errand| errand.id() == id)
    }
}

/// The short name of a head, layers and heads counted from 1: "Cross 2.1".
pub fn head_name(head: Head) -> String {
    format!("{} {}.{}", head.stack.name(), head.layer + 1, head.head + 1)
}

/// A head in an address: "c21".
fn write_head(head: Head) -> String {
    let letter = head.stack.id().chars().next().unwrap_or_default();
    format!("{letter}{}{}", head.layer + 1, head.head + 1)
}

fn read_head(text: &str) -> Option<Head> {
    let mut letters = text.chars();
    let letter = letters.next()?;
    let stack = Stack::ALL.into_iter().find(|stack| stack.id().starts_with(letter))?;
    let mut digit = |most: usize| {
        let digit = letters.next()?.to_digit(10)? as usize;
        (1..=most).contains(&digit).then(|| digit - 1)
    };
    let (layer, head) = (digit(MOST_HEADS.0)?, digit(MOST_HEADS.1)?);
    letters.next().is_none().then_some(Head { stack, layer, head })
}

/// How the next piece is chosen.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Decoding {
    /// Always the likeliest.
    Greedy,
    /// Several beginnings at a time.
    Beam,
    /// Drawn by chance.
    Sample,
}

impl Decoding {
    /// All, in the order of the chips.
    pub const ALL: [Self; 3] = [Self::Greedy, Self::Beam, Self::Sample];

    /// The chip's words.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Greedy => "the likeliest",
            Self::Beam => "beam search",
            Self::Sample => "drawn by chance",
        }
    }

    const fn id(self) -> &'static str {
        match self {
            Self::Greedy => "greedy",
            Self::Beam => "beam",
            Self::Sample => "sample",
        }
    }

    fn from_id(id: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|decoding| decoding.id() == id)
    }
}

/// The settings of a run.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Settings {
    /// What the network does.
    pub errand: Errand,
    /// Symbols of a sequence.
    pub length: u8,
    /// Different symbols.
    pub symbols: u8,
    /// Whether the network is told where a symbol stands.
    pub positions: bool,
    /// Learning rate.
    pub rate: f32,
    /// The rule of the update.
    pub optimizer: OptimizerKind,
    /// Sequences per update.
    pub batch: u32,
    /// Seed of weights and sequences.
    pub seed: u32,
    /// Stop after this many steps; 0 never stops.
    pub stop: u32,
    /// The English sentence.
    pub sentence: String,
    /// How the next piece is chosen.
    pub decoding: Decoding,
    /// Beginnings that beam search keeps.
    pub beams: u8,
    /// Above 1 chance is flatter, below 1 sharper.
    pub temperature: f32,
    /// Only so many of the likeliest can be drawn; 0 is all.
    pub top_k: u16,
    /// Only the likeliest that together reach this probability can be drawn.
    pub top_p: f32,
    /// Seed of the draw.
    pub draw: u32,
    /// The head that is looked at.
    pub view: Head,
    /// Heads that are switched off.
    pub off: Vec<Head>,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            errand: Errand::Reverse,
            length: 8,
            symbols: 12,
            positions: true,
            rate: 0.005,
            optimizer: OptimizerKind::Adam,
            batch: 64,
            seed: 1,
            stop: 0,
            sentence: FIRST_SENTENCE.into(),
            decoding: Decoding::Greedy,
            beams: 4,
            temperature: 1.0,
            top_k: 0,
            top_p: 1.0,
            draw: 1,
            view: Head { stack: Stack::Cross, layer: 0, head: 0 },
            off: Vec::new(),
        }
    }
}

impl Settings {
    /// Whether weights are fetched and not trained.
    pub fn is_translation(&self) -> bool {
        self.errand == Errand::Translate
    }

    /// What the toy is trained on; nothing for the translator.
    pub fn sequences(&self) -> Option<Sequences> {
        let task = match self.errand {
            Errand::Reverse => Task::Reverse,
            Errand::Sort => Task::Sort,
            Errand::Copy => Task::Copy,
            Errand::Translate => return None,
        };
        Some(Sequences { task, length: self.length.into(), symbols: self.symbols.into() })
    }

    /// How the toy is told where a symbol stands.
    pub fn positions_kind(&self) -> Positions {
        if self.positions { Positions::Learned } else { Positions::None }
    }

    /// The toy’s network; nothing for the translator, whose weights say how large it is.
    pub fn network(&self) -> Option<TransformerConfig> {
        self.sequences().map(|sequences| toy::config(&sequences, self.positions_kind()))
    }

    /// The same with another errand: what belongs to the network before is put back.
    pub fn with_errand(&self, errand: Errand) -> Self {
        let base = Self::default();
        Self { errand, view: base.view, off: Vec::new(), ..self.clone() }
    }

    /// What is wrong with the sentence before any network has seen it.
    pub fn sentence_problem(&self) -> Option<&'static str> {
        if self.sentence.trim().is_empty() {
            return Some("There is no sentence yet; type one, or take an example.");
        }
        None
    }
}

impl protocol::Settings for Settings {
    fn restarts(&self, previous: &Self) -> bool {
        let network = |settings: &Self| {
            let toy = (settings.length, settings.symbols, settings.positions, settings.optimizer, settings.seed);
            (settings.errand, (!settings.is_translation()).then_some(toy))
        };
        network(self) != network(previous)
    }

    fn calmer(&self) -> Self {
        Self { rate: self.rate / 3.0, ..self.clone() }
    }

    fn stop_rule(&mut self) -> Option<&mut u32> {
        Some(&mut self.stop)
    }

    fn trains(&self) -> bool {
        !self.is_translation()
    }

    fn gains_from_gpu(&self) -> bool {
        // Two layers of 32 numbers: a dispatch costs more than the arithmetic.
        false
    }

    fn read(query: &mut Query) -> Self {
        let base = Self::default();
        let sentence = match query.text("text").map(str::to_owned) {
            None => base.sentence.clone(),
            Some(text) => clipped(&text, query),
        };
        let off = match query.text("off").map(str::to_owned) {
            None => Vec::new(),
            Some(text) => read_off(&text, query),
        };
        Self {
            errand: query.choice("task", Errand::from_id, base.errand),
            length: query.whole("length", LENGTH.0.into(), LENGTH.1.into(), base.length.into()) as u8,
            symbols: query.whole("symbols", SYMBOLS.0.into(), SYMBOLS.1.into(), base.symbols.into()) as u8,
            positions: query.flag("positions", base.positions),
            rate: query.number("rate", 1e-6, 1.0, base.rate.into()) as f32,
            optimizer: query.choice("opt", OptimizerKind::from_id, base.optimizer),
            batch: query.whole("batch", 1, 256, base.batch.into()) as u32,
            seed: query.whole("seed", 0, 999_999, base.seed.into()) as u32,
            stop: query.whole("stop", 0, MOST_STOP.into(), base.stop.into()) as u32,
            sentence,
            decoding: query.choice("decoding", Decoding::from_id, base.decoding),
            beams: query.whole("beams", 1, MOST_BEAMS.into(), base.beams.into()) as u8,
            temperature: query.number("temperature", 0.1, 5.0, base.temperature.into()) as f32,
            top_k: query.whole("topk", 0, 1000, base.top_k.into()) as u16,
            top_p: query.number("topp", 0.05, 1.0, base.top_p.into()) as f32,
            draw: query.whole("draw", 0, 999_999, base.draw.into()) as u32,
            view: query.choice("head", read_head, base.view),
            off,
        }
    }

    fn write(&self, writer: &mut QueryWriter) {
        let base = Self::default();
        writer.add("task", self.errand.id(), base.errand.id());
        writer.add("length", self.length, base.length);
        writer.add("symbols", self.symbols, base.symbols);
        writer.add("positions", u8::from(self.positions), u8::from(base.positions));
        writer.add("rate", self.rate, base.rate);
        writer.add("opt", self.optimizer.id(), base.optimizer.id());
        writer.add("batch", self.batch, base.batch);
        writer.add("seed", self.seed, base.seed);
        writer.add("stop", self.stop, base.stop);
        writer.add("text", self.sentence.clone(), base.sentence);
        writer.add("decoding", self.decoding.id(), base.decoding.id());
        writer.add("beams", self.beams, base.beams);
        writer.add("temperature", self.temperature, base.temperature);
        writer.add("topk", self.top_k, base.top_k);
        writer.add("topp", self.top_p, base.top_p);
        writer.add("draw", self.draw, base.draw);
        writer.add("head", write_head(self.view), write_head(base.view));
        let off: Vec<String> = self.off.iter().copied().map(write_head).collect();
        writer.add("off", off.join("-"), String::new());
    }
}

/// A sentence of the address: without control characters, no longer than a sentence may be.
fn clipped(text: &str, query: &mut Query) -> String {
    let clean: String = text.chars().map(|letter| if letter.is_control() { ' ' } else { letter }).collect();
    let short: String = clean.chars().take(MOST_LETTERS).collect();
    if short.len() < clean.len() {
        query
            .problems
            .push(format!("The sentence of this link is longer than {MOST_LETTERS} letters; its beginning is used."));
    }
    short
}

fn read_off(text: &str, query: &mut Query) -> Vec<Head> {
    let mut off = Vec::new();
    let mut bad = 0;
    for part in text.split('-').take(100) {
        match read_head(part) {
            Some(head) if !off.contains(&head) => off.push(head),
            Some(_) => {}
            None => bad += 1,
        }
    }
    if bad > 0 {
        query.problems.push(format!("{bad} of the heads that this link switches off could not be read."));
    }
    off.sort_unstable();
    off
}

#[cfg(test)]
mod tests {
    use super::{protocol::Settings as _, *};

    fn head(stack: Stack, layer: usize, head: usize) -> Head {
        Head { stack, layer, head }
    }

    #[test]
    fn settings_survive_the_address() {
        let changed = Settings {
            errand: Errand::Translate,
            length: 5,
            symbols: 9,
            positions: false,
            rate: 0.037,
            optimizer: OptimizerKind::Momentum,
            batch: 12,
            seed: 9,
            stop: 70,
            sentence: "The “small” elephant & she = blue?".into(),
            decoding: Decoding::Sample,
            beams: 7,
            temperature: 0.7,
            top_k: 40,
            top_p: 0.9,
            draw: 3,
            view: head(Stack::Encoder, 2, 3),
            off: vec![head(Stack::Encoder, 0, 1), head(Stack::Cross, 2, 3)],
        };
        for settings in [changed, Settings::default(), Settings { sentence: String::new(), ..Settings::default() }] {
            let mut writer = QueryWriter::default();
            settings.write(&mut writer);
            let mut query = Query::parse(&writer.finish());
            assert_eq!(Settings::read(&mut query), settings);
            assert!(query.problems.is_empty(), "{:?}", query.problems);
        }
    }

    #[test]
    fn hostile_addresses_are_clamped() {
        let long = "x".repeat(2000);
        let mut query =
            Query::parse(&format!("?task=rm&length=99&off=e11-e11-q7-e991-c12&head=zz&text={long}&topp=NaN"));
        let settings = Settings::read(&mut query);
        assert_eq!((settings.errand, settings.length), (Errand::Reverse, LENGTH.1));
        assert_eq!(settings.off, [head(Stack::Encoder, 0, 0), head(Stack::Cross, 0, 1)]);
        assert_eq!(settings.sentence.len(), MOST_LETTERS);
        assert!(query.problems.len() >= 6, "{:?}", query.problems);
    }

    #[test]
    fn looking_elsewhere_needs_no_new_start() {
        let before = Settings::default();
        let live =
            Settings { rate: 0.1, view: head(Stack::Decoder, 1, 1), sentence: "Hello.".into(), ..before.clone() };
        assert!(!live.restarts(&before));
        assert!(Settings { length: 9, ..before.clone() }.restarts(&before));
        assert!(Settings { optimizer: OptimizerKind::Sgd, ..before.clone() }.restarts(&before));
        let french = before.with_errand(Errand::Translate);
        assert!(before.trains() && !french.trains());
        assert!(french.restarts(&before) && !Settings { length: 9, ..french.clone() }.restarts(&french));
    }
}
