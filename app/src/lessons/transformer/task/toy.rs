//! The toy: it learns to reverse, sort or copy, and what it does with one sequence is looked at all the while.

use models::{
    data::sequences::Sequences,
    device::Device,
    error::Error,
    sequence::{
        heads::{Head, Silenced, Stack},
        inside::Station,
        toy::{PLACES, Step, Toy, config},
        walk::Walk,
    },
    tensor::{Tensor, Transaction},
    train::{optimizer::Optimizer, trainer::Moment},
    weights::{self, NamedTensor, Parameters},
};

use super::{inside, measure};
use crate::{
    lessons::{
        pictures::{LayerView, histogram, shelf::again},
        transformer::{Command, Found, PARTS, Piece, RIGHT, Settings, Snapshot, ToyView, WHOLE, WHOLE_TRAINING},
    },
    session::{
        protocol::{CurvePoint, Series, Trouble, decode, encode},
        serve::{self, Context, not_finite, plot},
    },
};

/// Steps from one evaluation to the next.
const EVERY: u64 = 10;
/// Held-out sequences of an evaluation.
pub const HELD_OUT: usize = 200;

/// What a look at the held-out sequences gave, unread.
struct Evaluation {
    step: u64,
    loss: Tensor<1>,
    accuracy: [Tensor<1>; 2],
    /// For each layer the share of each head's cross-attention on the right place.
    right: Vec<Tensor<1>>,
}

/// The running task.
pub struct ToyTask {
    settings: Settings,
    pub(super) device: Device,
    pub(super) toy: Toy,
    held: Vec<Vec<usize>>,
    shown: Vec<usize>,
    next_shown: usize,
    query: u16,
    looked_at: Option<(Stack, Station)>,
    steps: Vec<(u64, Step)>,
    evaluations: Vec<Evaluation>,
    evaluated: u64,
    weighed: Option<u64>,
    layers: Vec<(String, LayerView)>,
    places: (u16, Vec<f32>),
    found: Found,
}

impl ToyTask {
    /// A fresh network, looked at before its first step.
    pub fn start(sequences: Sequences, settings: Settings, context: Context) -> Self {
        let mut toy =
            Toy::new(sequences, settings.positions_kind(), settings.seed.into(), &context.device.clone().autodiff());
        toy.batch = settings.batch as usize;
        toy.trainer.optimizer = Optimizer::new(settings.optimizer);
        let held = toy.held_out(HELD_OUT);
        let mut task = Self {
            shown: held[0].clone(),
            next_shown: 1,
            settings,
            device: context.device,
            toy,
            held,
            query: 0,
            looked_at: None,
            steps: Vec::new(),
            evaluations: Vec::new(),
            evaluated: 0,
            weighed: None,
            layers: Vec::new(),
            places: (0, Vec::new()),
            found: Found::default(),
        };
        task.evaluate();
        task
    }

    /// One mini-batch.
    pub fn step(&mut self) -> Result<bool, Trouble> {
        if self.is_over() {
            return Ok(false);
        }
        let step = self.toy.step(self.settings.rate.into());
        let now = self.steps();
        self.steps.push((now, step));
        if now.is_multiple_of(EVERY) || self.is_over() {
            self.evaluate();
        }
        Ok(!self.is_over())
    }

    /// Takes over rate, batch, stop rule and what is looked at.
    pub fn configure(&mut self, settings: Settings) {
        self.toy.batch = settings.batch as usize;
        let heads_change = settings.off != self.settings.off;
        self.settings = settings;
        if heads_change {
            self.evaluate();
        }
    }

    /// Updates so far.
    pub fn steps(&self) -> u64 {
        self.toy.trainer.step
    }

    /// Why it is over.
    pub fn finished(&self) -> Option<String> {
        serve::stopped(self.settings.stop, self.steps())
    }

    fn is_over(&self) -> bool {
        serve::is_over(self.settings.stop, self.steps())
    }

    fn silenced(&self) -> Silenced {
        Silenced(self.settings.off.clone())
    }

    /// Looks at the held-out sequences, with those heads that are switched on.
    fn evaluate(&mut self) {
        let (look, examples) = self.toy.look(&self.held, &self.silenced());
        self.evaluations.push(Evaluation {
            step: self.steps(),
            loss: examples.loss(look.logits.clone()),
            right: examples.share_on_right(&look.heads),
            accuracy: examples.accuracy(look.logits),
        });
        self.evaluated = self.steps();
    }

    /// What the reader asks.
    pub async fn command(&mut self, command: Command) -> Result<(), Trouble> {
        match command {
            Command::Show(symbols) => {
                let most = self.toy.sequences.symbols;
                let known: Vec<usize> = symbols.into_iter().map(usize::from).filter(|symbol| *symbol < most).collect();
                if !known.is_empty() {
                    self.shown = known.into_iter().take(PLACES).collect();
                }
            }
            Command::Another => {
                self.shown = self.held[self.next_shown % self.held.len()].clone();
                self.next_shown += 1;
            }
            Command::Walk(query) => self.query = query,
            Command::Inside(stack, station) => self.looked_at = Some((stack, station)),
            Command::Longer => self.found.longer = self.judge_longer().await?,
            Command::Shuffle => self.found.shuffled = Some(self.shuffle().await?),
            Command::Measure => self.found.costs = measure::costs(&self.device).await?,
            // These are for the translator.
            Command::Rules | Command::Words | Command::Translate(_) => {}
        }
        Ok(())
    }

    /// Everything read back in one transaction; a query's walk needs another one.
    pub async fn snapshot(&mut self, curves: &mut Vec<CurvePoint>) -> Result<Snapshot, Trouble> {
        let (look, _) = self.toy.look(std::slice::from_ref(&self.shown), &self.silenced());
        let said = look.logits.clone().argmax(2).float().flatten::<1>(0, 2);
        let (steps, evaluations) = (std::mem::take(&mut self.steps), std::mem::take(&mut self.evaluations));
        let gradients = self.toy.trainer.gradient_means();
        let names: Vec<String> = self.toy.trainer.layers().into_iter().map(String::from).collect();
        let mut transaction = Transaction::default().register(said);
        for (_, step) in &steps {
            for value in [&step.loss, &step.accuracy, &step.whole] {
                transaction = transaction.register(value.clone().inner());
            }
        }
        for evaluation in &evaluations {
            let values = [&evaluation.loss].into_iter().chain(&evaluation.accuracy).chain(&evaluation.right);
            transaction = values.fold(transaction, |all, value| all.register(value.clone()));
        }
        if !gradients.is_empty() {
            transaction = transaction.register(Tensor::cat(gradients, 0));
        }
        let data = look.heads.register(transaction).execute_async().await;
        let data = data.map_err(|error| again(Error::Device(error.to_string())))?;
        let mut data = data.into_iter();
        let mut take = || data.next().and_then(|data| data.try_into_vec::<f32>().ok()).unwrap_or_default();
        let said = take().into_iter().map(|symbol| symbol as u8).collect();
        let mut broken = None;
        for (step, _) in &steps {
            let (loss, accuracy, whole) = (take(), take(), take());
            broken = broken.or((!number(&loss).is_finite()).then_some(*step));
            plot(curves, Series::Loss, *step, number(&loss));
            plot(curves, Series::Accuracy, *step, number(&accuracy));
            plot(curves, WHOLE_TRAINING, *step, number(&whole));
        }
        for evaluation in &evaluations {
            let (loss, accuracy, whole) = (take(), take(), take());
            plot(curves, Series::ValidationLoss, evaluation.step, number(&loss));
            plot(curves, Series::ValidationAccuracy, evaluation.step, number(&accuracy));
            plot(curves, WHOLE, evaluation.step, number(&whole));
            let right: Vec<f32> = evaluation.right.iter().flat_map(|_| take()).collect();
            for (head, share) in right.into_iter().enumerate() {
                plot(curves, Series::Own(RIGHT + head as u16), evaluation.step, share);
            }
        }
        if !names.is_empty() {
            self.plot_gradients(&names, &take(), curves);
        }
        if let Some(step) = broken {
            return Err(self.broken(step).await);
        }
        let heads = look.heads.collect(&mut data).map_err(again)?;
        let walk = self.walk().await?;
        self.weigh().await?;
        let wanted = self.toy.sequences.task.answer(&self.shown);
        let given = self.toy.sequences.given(&wanted);
        let inside = inside(&self.toy.trainer.valid(), &self.shown, &given, self.looked_at, &self.device).await?;
        let letters = |symbols: &[usize]| symbols.iter().map(|symbol| piece(*symbol)).collect::<Vec<_>>();
        Ok(Snapshot {
            network: config(&self.toy.sequences, self.settings.positions_kind()),
            source: letters(&self.shown),
            target: letters(&wanted),
            heads,
            walk,
            inside,
            toy: Some(ToyView {
                wanted: wanted.iter().map(|symbol| *symbol as u8).collect(),
                said,
                layers: self.layers.clone(),
                places: self.places.clone(),
            }),
            translation: None,
            found: self.found.clone(),
        })
    }

    /// The mean of each part's matrices, at this step.
    fn plot_gradients(&mut self, names: &[String], means: &[f32], curves: &mut Vec<CurvePoint>) {
        let known = PARTS.iter().filter(|(begins, _)| names.iter().any(|name| name.starts_with(begins)));
        for (part, (begins, _)) in known.enumerate() {
            let own: Vec<f32> =
                names.iter().zip(means).filter(|(name, _)| name.starts_with(begins)).map(|(_, mean)| *mean).collect();
            if !own.is_empty() {
                let mean = own.iter().sum::<f32>() / own.len() as f32;
                plot(curves, Series::Gradient(part as u16), self.steps(), mean);
            }
        }
    }

    /// The query that the reader looks at, in the head that the reader looks at.
    async fn walk(&self) -> Result<Option<(Head, u16, Walk)>, Trouble> {
        let head = self.settings.view;
        let answer = self.toy.sequences.task.answer(&self.shown);
        let given = self.toy.sequences.given(&answer);
        let query = self.query.min(given.len().saturating_sub(1) as u16);
        let model = self.toy.trainer.valid();
        let walk = model.walk(&self.shown, &given, head, query.into(), &self.device).await.map_err(again)?;
        Ok(walk.map(|walk| (head, query, walk)))
    }

    /// Reads the weights anew where the held-out sequences have been looked at anew: there are many of them.
    async fn weigh(&mut self) -> Result<(), Trouble> {
        if self.weighed == Some(self.evaluated) {
            return Ok(());
        }
        self.weighed = Some(self.evaluated);
        let parameters = weights::read(&self.toy.trainer.model).await.map_err(again)?;
        let is_matrix = |tensor: &&NamedTensor| tensor.shape.len() > 1;
        let part = |begins: &str| {
            let own = parameters.0.iter().filter(is_matrix).filter(|tensor| tensor.name.starts_with(begins));
            own.flat_map(|tensor| tensor.values.iter().copied()).collect::<Vec<f32>>()
        };
        self.layers = PARTS
            .iter()
            .map(|(begins, name)| (*name, part(begins)))
            .filter(|(_, weights)| !weights.is_empty())
            .map(|(name, weights)| {
                let (histogram, span) = histogram(&weights);
                (name.to_owned(), LayerView { histogram, span, gradient: 0.0 })
            })
            .collect();
        let places = parameters.get("places.weight");
        self.places = places.map_or((0, Vec::new()), |table| (table.shape[1] as u16, table.values.clone()));
        Ok(())
    }

    /// Numbers left the finite range: in this layer, or in the loss alone.
    async fn broken(&self, step: u64) -> Trouble {
        match weights::read(&self.toy.trainer.model).await {
            Ok(parameters) => match parameters.first_broken_layer() {
                Some(layer) => not_finite(layer, step),
                None => not_finite("the loss", step),
            },
            Err(error) => again(error),
        }
    }

    /// The whole state.
    pub async fn save(&mut self) -> Result<Vec<u8>, Trouble> {
        Ok(encode(&self.toy.save().await.map_err(again)?))
    }

    /// Takes a state back if it belongs to this network.
    pub fn restore(&mut self, bytes: &[u8]) -> Result<(), Trouble> {
        let moment: Moment = decode(bytes)?;
        self.toy.restore(&moment)?;
        self.steps.clear();
        self.evaluations.clear();
        self.weighed = None;
        Ok(())
    }

    /// The network's weights.
    pub async fn weights(&mut self) -> Result<Parameters, Trouble> {
        Ok(weights::read(&self.toy.trainer.model).await?)
    }

    /// Takes weights if they belong to this network.
    pub fn take_weights(&mut self, parameters: &Parameters) -> Result<(), Trouble> {
        let device = self.device.clone().autodiff();
        self.toy.trainer.model = weights::load(self.toy.trainer.model.clone(), parameters, &device)?;
        self.weighed = None;
        self.evaluations.clear();
        self.evaluate();
        Ok(())
    }
}

/// The one number of a readout.
fn number(values: &[f32]) -> f32 {
    values.first().copied().unwrap_or(f32::NAN)
}

/// A symbol as a letter.
fn piece(symbol: usize) -> Piece {
    let letter =
        u8::try_from(symbol).ok().filter(|symbol| *symbol < 26).map_or('?', |symbol| char::from(b'A' + symbol));
    Piece { text: letter.to_string(), joined: false, special: false }
}
