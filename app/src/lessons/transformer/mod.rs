//! The Transformer, 2017: every word looks at every other word, all at once, layer upon layer.

pub mod annotated;
pub mod page;
pub mod settings;
pub mod task;
pub mod words;

use models::sequence::{
    generate::Written,
    heads::{Head, HeadMap, Stack},
    inside::Station,
    transformer::TransformerConfig,
    walk::Walk,
};
use serde::{Deserialize, Serialize};

pub use self::settings::{Decoding, Errand, Settings};
use crate::{
    lesson::{FigureNote, Lesson, Part},
    lessons::{pictures::LayerView, spread},
    session::protocol::{Protocol, Series},
    widgets::Token,
};

/// The lesson.
pub const LESSON: Lesson = Lesson {
    slug: "transformer",
    parts: &[
        Part {
            id: "query",
            name: "Queries, keys, values",
            does: "Three products of each word’s numbers: what it asks, what it answers to, what it has to say.",
            file: "sequence/attention.rs",
            lines: ("pub fn ask(&self", "Memory { keys: self.cut"),
        },
        Part {
            id: "scores",
            name: "Scores",
            does: "Every query times every key, divided by √d. What must not be seen gets a score far below all others.",
            file: "sequence/attention.rs",
            lines: ("let keys = memory.keys.clone().swap_dims", "        };"),
        },
        Part {
            id: "softmax",
            name: "Softmax and values",
            does: "Scores become shares that add up to one, and the values are mixed by them.",
            file: "sequence/attention.rs",
            lines: ("let weights = activation::softmax", "matmul(memory.values"),
        },
        Part {
            id: "heads",
            name: "Heads",
            does: "Several such looks at once, each in a slice of its own; one more product joins what they found.",
            file: "sequence/attention.rs",
            lines: ("let joined = mixed", "Attended {"),
        },
        Part {
            id: "encoder",
            name: "Encoder layer",
            does: "Look around, then think, each added to what was there.",
            file: "sequence/blocks.rs",
            lines: ("impl EncoderLayer", "    }"),
        },
        Part {
            id: "cross",
            name: "Cross-attention",
            does: "The queries come from what is written, keys and values from what was read.",
            file: "sequence/blocks.rs",
            lines: ("let y = self.cross_norm", "let x = x + cross.output"),
        },
        Part {
            id: "decoder",
            name: "Decoder layer",
            does: "Look back at what is written, look at what was read, then think.",
            file: "sequence/blocks.rs",
            lines: ("impl DecoderLayer", "Decoded { output"),
        },
        Part {
            id: "feed",
            name: "Feed-forward",
            does: "Each word by itself: a wide layer, ReLU, and back to the width.",
            file: "sequence/blocks.rs",
            lines: ("impl Feed", "    }"),
        },
        Part {
            id: "positions",
            name: "Positions",
            does: "Attention sees a bag of words; a pattern of waves, or a learned table, tells it the order.",
            file: "sequence/positions.rs",
            lines: ("pub fn sinusoids", "flat_map(|place|"),
        },
        Part {
            id: "cache",
            name: "Key–value cache",
            does: "What is written keeps its keys and values, so a new word costs one row and not the whole square again.",
            file: "sequence/cache.rs",
            lines: ("pub fn next(&self", "self.say(y)"),
        },
        Part {
            id: "embedding",
            name: "Embedding",
            does: "A table with a vector for each word; what tells its place is added.",
            file: "sequence/transformer.rs",
            lines: ("pub fn embed(&self", "_ => words,"),
        },
        Part {
            id: "memory",
            name: "What was read",
            does: "The encoder’s layers one after the other, normalised once more: what every decoder layer looks at.",
            file: "sequence/transformer.rs",
            lines: ("let mut weights = Vec::new();", "self.encoder_norm.forward"),
        },
        Part {
            id: "output",
            name: "Output",
            does: "The same table that turns words into numbers turns numbers back into words.",
            file: "sequence/transformer.rs",
            lines: ("pub(crate) fn say(&self", "    }"),
        },
    ],
    figures: &[
        FigureNote {
            id: "turn",
            technique: "attention-heatmap",
            shows: "a query that you turn, and what it makes of five words",
        },
        FigureNote {
            id: "attention",
            technique: "attention-heatmap",
            shows: "one head, word by word, as matrix or as lines",
        },
        FigureNote {
            id: "heads",
            technique: "attention-heatmap",
            shows: "all heads of all layers, scored, sorted and switched off",
        },
        FigureNote {
            id: "walk",
            technique: "attention-heatmap",
            shows: "one query through keys, scores, softmax and values, with the real numbers",
        },
        FigureNote { id: "positions", technique: "embedding-projection", shows: "how a position is told" },
        FigureNote {
            id: "right",
            technique: "learning-curves",
            shows: "the share of attention on the right place, while it trains",
        },
        FigureNote { id: "beam", technique: "", shows: "beam search as a tree" },
        FigureNote {
            id: "words",
            technique: "embedding-projection",
            shows: "words that the network holds to be alike",
        },
        FigureNote { id: "curves", technique: "learning-curves", shows: "training and held-out loss" },
        FigureNote {
            id: "accuracy",
            technique: "learning-curves",
            shows: "symbols and whole sequences that come out right",
        },
        FigureNote { id: "stored-loss", technique: "learning-curves", shows: "the log of the translator’s training" },
        FigureNote { id: "stored-bleu", technique: "learning-curves", shows: "the log of its BLEU" },
        FigureNote { id: "gradients", technique: "gradient-flow", shows: "mean gradient of each layer" },
        FigureNote { id: "weights", technique: "weight-histogram", shows: "where the weights lie" },
        FigureNote { id: "order-test", technique: "learning-curves", shows: "twins with and without positions" },
        FigureNote { id: "cost-test", technique: "learning-curves", shows: "time over the length, measured here" },
        FigureNote {
            id: "longer-test",
            technique: "learning-curves",
            shows: "sequences longer than those it learned from",
        },
    ],
    experiments: &["sequences", "translate", "order", "quadratic", "longer", "unordered"],
};

/// Name of the translator’s weights.
pub const WEIGHTS: &str = "transformer-eng-fra";
/// Whole held-out sequences that come out right.
pub const WHOLE: Series = Series::Own(0);
/// Whole training sequences of the last batch that came out right.
pub const WHOLE_TRAINING: Series = Series::Own(1);
/// Share of a cross head's attention on the right place: this one and those after it, layer by layer.
pub const RIGHT: u16 = 2;
/// Layers and heads of the toy.
pub const TOY: (usize, usize) = (2, 2);

/// The part of the toy that tells positions.
pub const PLACES: (&str, &str) = ("places", "positions");

/// Parts of the toy that gradients and weights are told of: how the names of their layers begin, and what they are called.
pub const PARTS: [(&str, &str); 6] = [
    ("embedding", "symbols"),
    PLACES,
    ("encoder.0", "encoder 1"),
    ("encoder.1", "encoder 2"),
    ("decoder.0", "decoder 1"),
    ("decoder.1", "decoder 2"),
];

/// The lesson's messages.
#[derive(Clone, Copy, Debug)]
pub struct Transformer;

impl Protocol for Transformer {
    const SLUG: &'static str = LESSON.slug;
    type Settings = Settings;
    type Command = Command;
    type Snapshot = Snapshot;
}

/// What the reader can ask of the running task.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Command {
    /// Look at this sequence of symbols.
    Show(Vec<u8>),
    /// Look at another held-out sequence.
    Another,
    /// Walk this query of the head that is looked at.
    Walk(u16),
    /// Look at what stands there in the first layer.
    Inside(Stack, Station),
    /// Score all heads on the annotated sentences.
    Rules,
    /// Lay words out by their vectors.
    Words,
    /// Translate these sentences, one after the other.
    Translate(Vec<String>),
    /// Time attention and the rest over the length.
    Measure,
    /// Judge sequences that are longer than those it learned from.
    Longer,
    /// Shuffle sequences and compare the answers.
    Shuffle,
}

/// What the figures of one frame are drawn from.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Snapshot {
    /// How large the network is.
    pub network: TransformerConfig,
    /// What was read, piece by piece.
    pub source: Vec<Piece>,
    /// What was written, piece by piece.
    pub target: Vec<Piece>,
    /// Where every head looks.
    pub heads: Vec<HeadMap>,
    /// One query on its way, and which one.
    pub walk: Option<(Head, u16, Walk)>,
    /// What stands where the reader looks inside.
    pub inside: Option<Inside>,
    /// What the toy alone shows.
    pub toy: Option<ToyView>,
    /// What the translator alone shows.
    pub translation: Option<TranslationView>,
    /// What experiments have found.
    pub found: Found,
}

/// A symbol of the toy as a letter; beyond its `count` letters lies only the mark of the beginning.
pub fn symbol_name(symbol: u8, count: u8) -> String {
    if symbol < count { char::from(b'A' + symbol).to_string() } else { "begin".into() }
}

/// The numbers at one place of the network.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Inside {
    /// The place.
    pub at: (Stack, Station),
    /// How they are arranged.
    pub shape: Vec<u32>,
    /// The least, the mean, the greatest.
    pub range: [f32; 3],
    /// The first of them.
    pub first: Vec<f32>,
}

impl Inside {
    /// So many of the numbers are shown one by one.
    pub const SHOWN: usize = 64;

    /// What is told of these numbers; nothing where there are none.
    pub fn of(at: (Stack, Station), shape: &[usize], numbers: &[f32]) -> Option<Self> {
        Some(Self {
            at,
            shape: shape.iter().map(|size| *size as u32).collect(),
            range: spread(numbers)?,
            first: numbers.iter().copied().take(Self::SHOWN).collect(),
        })
    }
}

/// A piece of text.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Piece {
    /// What it says.
    pub text: String,
    /// It goes on with the word before.
    pub joined: bool,
    /// It is a mark, and no word of the text.
    pub special: bool,
}

impl Piece {
    /// What stands for it where pieces are not seen side by side: a hyphen says that it goes on with a word.
    pub fn label(&self) -> String {
        let goes_on = self.joined && self.text.starts_with(char::is_alphabetic);
        if goes_on { format!("-{}", self.text) } else { self.text.clone() }
    }
}

impl From<&Piece> for Token {
    fn from(piece: &Piece) -> Self {
        Self { text: piece.text.clone(), joined: piece.joined, special: piece.special, wrong: false }
    }
}

/// What the toy shows.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct ToyView {
    /// What should be written, piece by piece.
    pub wanted: Vec<u8>,
    /// What it says at each place, given the right beginning.
    pub said: Vec<u8>,
    /// Every layer with weights, first to last, and their names.
    pub layers: Vec<(String, LayerView)>,
    /// The table of positions, place by place, and the numbers of one; empty without positions.
    pub places: (u16, Vec<f32>),
}

/// A piece that was likely, with its probability.
pub type Likely = (String, f32);

/// One beginning of a beam search.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Beginning {
    /// The one that it goes on from.
    pub parent: Option<u32>,
    /// Its last piece.
    pub text: String,
    /// Sum of the log probabilities of its pieces.
    pub log_probability: f32,
    /// It was kept.
    pub kept: bool,
    /// It is part of the answer.
    pub chosen: bool,
}

/// What the translator shows.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct TranslationView {
    /// The translation, put together.
    pub text: String,
    /// The translation by all heads, where some are switched off.
    pub whole: Option<String>,
    /// What else was likely at each step: pieces with their probabilities.
    pub likely: Vec<Vec<Likely>>,
    /// How many pieces could have been chosen at each step.
    pub open: Vec<u32>,
    /// All beginnings of a beam search.
    pub tree: Vec<Beginning>,
    /// Sum of the log probabilities.
    pub log_probability: f32,
    /// It came to its end by itself.
    pub ended: bool,
    /// What is wrong with the sentence, one sentence; then nothing is translated.
    pub problem: Option<String>,
    /// What was changed before it was read, one sentence.
    pub note: Option<String>,
}

impl TranslationView {
    /// What of a finished sentence needs no vocabulary.
    pub fn of(written: &Written) -> Self {
        Self {
            log_probability: written.log_probability,
            ended: written.ended,
            open: written.steps.iter().map(|step| step.open as u32).collect(),
            ..Self::default()
        }
    }
}

/// What experiments have found so far.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Found {
    /// Each head with its score by each rule; then what looking at fixed distances alone would score.
    pub rules: Option<Rules>,
    /// Words with their places and groups, and the share of the spread that is shown.
    pub words: Option<(Vec<WordSpot>, f32)>,
    /// Sentences and their translations.
    pub translated: Vec<(String, String)>,
    /// Costs over the length.
    pub costs: Vec<Cost>,
    /// Length, share of symbols right, share of whole sequences right.
    pub longer: Vec<(u8, f32, f32)>,
    /// What shuffling changes.
    pub shuffled: Option<Shuffled>,
}

/// Sequences and the same ones shuffled: what the network answers to both.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Shuffled {
    /// The share that gets the same answer.
    pub same: f32,
    /// Sequences that were tried.
    pub count: u32,
    /// One of them and the same one shuffled, each with its answer.
    pub example: [(Vec<u8>, Vec<u8>); 2],
}

/// A word on the plane of the two directions in which words spread most.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct WordSpot {
    /// The word.
    pub text: String,
    /// Across and up.
    pub at: [f32; 2],
    /// Its group.
    pub group: u8,
}

/// Scores of heads on annotated sentences.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Rules {
    /// The rules’ names.
    pub names: Vec<String>,
    /// For each head the share of its attention on what the rule names, one a rule.
    pub scores: Vec<(Head, Vec<f32>)>,
    /// What a head would score that always looks at the best fixed distance, one a rule; nothing where the rule is a distance.
    pub baseline: Vec<Option<f32>>,
    /// What a head would score that looks at all words alike, one a rule.
    pub even: Vec<f32>,
    /// Pairs of words behind each rule.
    pub pairs: Vec<u32>,
}

/// What a sequence of one length costs in one layer.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Cost {
    /// Words.
    pub length: u32,
    /// Milliseconds for scores, softmax and mixing.
    pub attention: f32,
    /// Milliseconds for all that each word does by itself.
    pub rest: f32,
    /// Bytes of the weights that are kept.
    pub bytes: u64,
}
