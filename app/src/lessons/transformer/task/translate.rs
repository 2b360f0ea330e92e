//! The translator: weights that were trained before, one sentence, every head of every layer.

use models::{
    data::tokens::{END, START, UNKNOWN, Vocabulary, WORD},
    device::Device,
    explain::pca::Pca,
    sequence::{
        generate::{Beam, Bounds, Decoding as Rule, Sampling, Written},
        heads::{HeadMap, Silenced, Stack},
        inside::Station,
        positions::Positions,
        transformer::{Transformer as Net, TransformerConfig, tokens},
    },
    weights::{self, Parameters},
};
use rand::SeedableRng;
use rand_pcg::Pcg32;

use super::{inside, measure};
use crate::{
    fetch,
    lessons::{
        pictures::shelf::again,
        transformer::{
            Beginning, Command, Decoding, Found, Likely, Piece, Settings, Snapshot, TranslationView, WEIGHTS, WordSpot,
            words::GROUPS,
        },
    },
    session::{
        protocol::{Remedy, Trouble},
        serve::Context,
    },
};

/// Pieces of a sentence that are read.
const MOST_READ: usize = 60;
/// Pieces of a translation.
const MOST_WRITTEN: usize = 60;
/// The power of the length in a beam search.
const PENALTY: f32 = 0.6;
/// Sentences of one command.
const MOST_SENTENCES: usize = 20;

/// A sentence that has been translated.
struct Done {
    source: Vec<usize>,
    /// What the decoder was given: the start, then all that was written.
    given: Vec<usize>,
    read: Vec<Piece>,
    written: Vec<Piece>,
    heads: Vec<HeadMap>,
    view: TranslationView,
}

/// The running task.
pub struct Translator {
    settings: Settings,
    device: Device,
    config: TransformerConfig,
    model: Net,
    pub(super) vocabulary: Vocabulary,
    done: Option<Done>,
    query: u16,
    looked_at: Option<(Stack, Station)>,
    pub(super) found: Found,
}

impl Translator {
    /// Fetches the weights, and the vocabulary that travels with them.
    pub async fn start(settings: Settings, context: Context) -> Result<Self, Trouble> {
        let bytes = context.fetch(fetch::file(&format!("pretrained/{WEIGHTS}.safetensors"))).await?;
        Self::of(&bytes, settings, context.device)
    }

    /// A translator with the weights of this file.
    fn of(bytes: &[u8], settings: Settings, device: Device) -> Result<Self, Trouble> {
        let parameters = weights::from_safetensors(bytes).map_err(again)?;
        let vocabulary = Vocabulary::from_safetensors(bytes).map_err(again)?;
        let config = size(&parameters).ok_or_else(|| {
            Trouble::new("These weights belong to another network than the translator.", Remedy::Dismiss)
        })?;
        config.check().map_err(again)?;
        let fresh = config.init(&device, &mut Pcg32::seed_from_u64(0));
        let model = weights::load(fresh, &parameters, &device).map_err(again)?;
        Ok(Self {
            settings,
            device,
            config,
            model,
            vocabulary,
            done: None,
            query: 0,
            looked_at: None,
            found: Found::default(),
        })
    }

    /// Another sentence, another rule, other heads: it is translated anew with the next frame.
    pub fn configure(&mut self, settings: Settings) {
        let looks_alike = Settings { view: settings.view, ..self.settings.clone() } == settings;
        if !looks_alike {
            self.done = None;
        }
        self.settings = settings;
    }

    /// What the reader asks.
    pub async fn command(&mut self, command: Command) -> Result<(), Trouble> {
        match command {
            Command::Walk(query) => self.query = query,
            Command::Inside(stack, station) => self.looked_at = Some((stack, station)),
            Command::Translate(sentences) => {
                self.found.translated.clear();
                for sentence in sentences.into_iter().take(MOST_SENTENCES) {
                    let (source, _) = self.read(&sentence);
                    let written = self.write(&source, Rule::Greedy, &Silenced::default()).await?;
                    self.found.translated.push((sentence, self.vocabulary.decode(&written.tokens)));
                }
            }
            // Nothing to lay out is an answer too.
            Command::Words => self.found.words = self.lay_out().await?.or(Some((Vec::new(), 0.0))),
            Command::Rules => self.found.rules = Some(self.score_heads().await?),
            Command::Measure => self.found.costs = measure::costs(&self.device).await?,
            // These are for the toy.
            Command::Show(_) | Command::Another | Command::Longer | Command::Shuffle => {}
        }
        Ok(())
    }

    /// The sentence as it is, translated if it is new.
    pub async fn snapshot(&mut self) -> Result<Snapshot, Trouble> {
        let done = match self.done.take() {
            Some(done) => done,
            None => self.translate().await?,
        };
        let head = self.settings.view;
        let last = done.given.len().max(done.source.len()).saturating_sub(1);
        let query = self.query.min(last as u16);
        let model = self.model();
        let walk = model.walk(&done.source, &done.given, head, query.into(), &self.device).await.map_err(again)?;
        let inside = inside(&model, &done.source, &done.given, self.looked_at, &self.device).await?;
        let snapshot = Snapshot {
            network: self.config.clone(),
            source: done.read.clone(),
            target: done.written.clone(),
            heads: done.heads.clone(),
            walk: walk.filter(|_| done.view.problem.is_none()).map(|walk| (head, query, walk)),
            inside,
            toy: None,
            translation: Some(done.view.clone()),
            found: self.found.clone(),
        };
        self.done = Some(done);
        Ok(snapshot)
    }

    /// The network as the reader wants it: with or without positions.
    fn model(&self) -> Net {
        let positions = if self.settings.positions { Positions::Sinusoidal } else { Positions::None };
        self.model.clone().with_positions(positions)
    }

    /// The tokens of a sentence, and how many pieces of it were left out.
    pub(super) fn read(&self, sentence: &str) -> (Vec<usize>, usize) {
        let mut source = self.vocabulary.encode(sentence);
        let left_out = source.len().saturating_sub(MOST_READ);
        source.truncate(MOST_READ);
        source.push(END);
        (source, left_out)
    }

    async fn write(&self, source: &[usize], rule: Rule, silenced: &Silenced) -> Result<Written, Trouble> {
        let bounds = Bounds { start: START, end: Some(END), longest: MOST_WRITTEN };
        self.model().write(source, rule, bounds, silenced, &self.device).await.map_err(again)
    }

    /// What it writes when it always takes the likeliest piece.
    pub(super) async fn greedy(&self, source: &[usize]) -> Result<Vec<usize>, Trouble> {
        Ok(self.write(source, Rule::Greedy, &Silenced::default()).await?.tokens)
    }

    /// Where all heads look while these tokens are written.
    pub(super) async fn look(
        &self,
        source: &[usize],
        given: &[usize],
        silenced: &Silenced,
    ) -> Result<Vec<HeadMap>, Trouble> {
        let row = |row: &[usize]| tokens(&[row.to_vec()], 0, &self.device).0;
        self.model().look(row(source), row(given), None, silenced).heads.read().await.map_err(again)
    }

    fn rule(&self) -> Rule {
        let settings = &self.settings;
        match settings.decoding {
            Decoding::Greedy => Rule::Greedy,
            Decoding::Beam => Rule::Beam(Beam { width: settings.beams.into(), penalty: PENALTY }),
            Decoding::Sample => Rule::Sample(Sampling {
                temperature: settings.temperature,
                top_k: (settings.top_k > 0).then_some(settings.top_k.into()),
                top_p: (settings.top_p < 1.0).then_some(settings.top_p),
                seed: settings.draw.into(),
            }),
        }
    }

    async fn translate(&self) -> Result<Done, Trouble> {
        let (source, left_out) = self.read(&self.settings.sentence);
        let unknown = source.iter().filter(|token| **token == UNKNOWN).count();
        // The mark for a space is no letter.
        let is_letter =
            |token: &usize| *token > UNKNOWN && !self.vocabulary.token(*token).trim_matches(WORD).is_empty();
        let problem = match (self.settings.sentence_problem(), source.len() - 1) {
            (Some(problem), _) => Some(problem.to_owned()),
            (None, 0) => Some("There is nothing in this sentence that it could read; type English words.".to_owned()),
            _ if !source.iter().any(is_letter) => {
                Some("It knows no letter of this; it learned from English. Type an English sentence.".to_owned())
            }
            _ => None,
        };
        if problem.is_some() {
            let view = TranslationView { problem, ..TranslationView::default() };
            let nothing = Vec::new;
            return Ok(Done {
                source: nothing(),
                given: nothing(),
                read: Vec::new(),
                written: Vec::new(),
                heads: Vec::new(),
                view,
            });
        }
        let silenced = Silenced(self.settings.off.clone());
        let written = self.write(&source, self.rule(), &silenced).await?;
        let whole = match silenced.0.is_empty() {
            true => None,
            false => Some(self.write(&source, self.rule(), &Silenced::default()).await?),
        };
        let given: Vec<usize> = std::iter::once(START).chain(written.tokens.iter().copied()).collect();
        let heads = self.look(&source, &given, &silenced).await?;
        let read: Vec<Piece> = source.iter().map(|token| self.piece(*token)).collect();
        let last = if written.ended { END } else { UNKNOWN };
        let written_pieces = written.tokens.iter().copied().chain([last]).map(|token| self.piece(token)).collect();
        let view = TranslationView {
            text: self.vocabulary.decode(&written.tokens),
            whole: whole.map(|whole| self.vocabulary.decode(&whole.tokens)),
            likely: written.steps.iter().map(|step| self.likely(&step.likely)).collect(),
            tree: written
                .tree
                .iter()
                .map(|node| Beginning {
                    parent: node.parent.map(|parent| parent as u32),
                    text: self.label(node.token),
                    log_probability: node.log_probability,
                    kept: node.kept,
                    chosen: node.chosen,
                })
                .collect(),
            note: note(unknown, left_out),
            ..TranslationView::of(&written)
        };
        Ok(Done { source, given, read, written: written_pieces, heads, view })
    }

    fn likely(&self, likely: &[(usize, f32)]) -> Vec<Likely> {
        likely.iter().map(|(token, share)| (self.label(*token), *share)).collect()
    }

    /// A token as a piece of text.
    pub(super) fn piece(&self, token: usize) -> Piece {
        let kept = self.vocabulary.token(token);
        match token {
            END => Piece { text: "end".into(), joined: false, special: true },
            0..=UNKNOWN => Piece { text: "unknown".into(), joined: false, special: true },
            _ => match kept.strip_prefix(WORD) {
                Some("") => Piece { text: "space".into(), joined: false, special: true },
                Some(word) => Piece { text: word.to_owned(), joined: false, special: false },
                None => Piece { text: kept.to_owned(), joined: true, special: false },
            },
        }
    }

    fn label(&self, token: usize) -> String {
        self.piece(token).label()
    }

    /// Words on the plane of the two directions in which they spread most; those that are more than one piece are left out.
    async fn lay_out(&self) -> Result<Option<(Vec<WordSpot>, f32)>, Trouble> {
        let parameters = weights::read(&self.model).await.map_err(again)?;
        let Some(table) = parameters.get("embedding.weight") else { return Ok(None) };
        let width = self.config.width;
        let mut words: Vec<(&str, u8, &[f32])> = Vec::new();
        for (group, (_, names)) in GROUPS.iter().enumerate() {
            for name in *names {
                if let [token] = self.vocabulary.encode(name)[..]
                    && token > UNKNOWN
                    && let Some(row) = table.values.get(token * width..(token + 1) * width)
                {
                    words.push((name, group as u8, row));
                }
            }
        }
        let rows: Vec<&[f32]> = words.iter().map(|(.., row)| *row).collect();
        Ok(Pca::fit(&rows).map(|plane| {
            let spot = |(text, group, row): &(&str, u8, &[f32])| WordSpot {
                text: (*text).to_owned(),
                at: plane.project(row).map(|place| place as f32),
                group: *group,
            };
            (words.iter().map(spot).collect(), plane.explained() as f32)
        }))
    }

    /// The network's weights.
    pub async fn weights(&mut self) -> Result<Parameters, Trouble> {
        Ok(weights::read(&self.model).await?)
    }

    /// Takes weights if they belong to this network.
    pub fn take_weights(&mut self, parameters: &Parameters) -> Result<(), Trouble> {
        self.model = weights::load(self.model.clone(), parameters, &self.device)?;
        self.done = None;
        Ok(())
    }
}

/// How large the network of these weights is; four heads cannot be read off them.
fn size(parameters: &Parameters) -> Option<TransformerConfig> {
    let table = parameters.get("embedding.weight")?;
    let inner = parameters.get("encoder.0.feed.inner.weight")?;
    let layers = |stack: &str| {
        (0..64).take_while(|layer| parameters.get(&format!("{stack}.{layer}.attention.query.weight")).is_some()).count()
    };
    Some(TransformerConfig {
        vocabulary: *table.shape.first()?,
        width: *table.shape.get(1)?,
        heads: 4,
        inner: *inner.shape.get(1)?,
        encoder_layers: layers("encoder"),
        decoder_layers: layers("decoder"),
        longest: 512,
        positions: Positions::Sinusoidal,
    })
}

/// What was changed before the sentence was read.
fn note(unknown: usize, left_out: usize) -> Option<String> {
    match (unknown, left_out) {
        (0, 0) => None,
        (unknown, 0) => Some(format!("{unknown} of its pieces it has never seen; it reads a mark for unknown there.")),
        (_, left_out) => Some(format!("The last {left_out} pieces were left out: it reads at most {MOST_READ}.")),
    }
}

#[cfg(test)]
mod tests;
