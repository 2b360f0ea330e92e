//! The pictures lesson: 784–256–10 on real digits or clothes, trained by burn on either engine.
//!
//! Nothing here reads back while it steps. Losses, gradients and held-out logits stay on the device until `snapshot`
//! fetches them together.

use std::rc::Rc;

use models::{
    data::{batches::Batches, images::Images},
    device::Device,
    error::Error,
    foundations::mlp::{Mlp, cross_entropy},
    metrics::{Confusion, largest},
    tensor::{Tensor, TensorData, Transaction},
    train::{
        optimizer::Optimizer,
        trainer::{Checkpoint, Trainer},
    },
    weights::{self, Parameters},
};
use rand::{RngExt, SeedableRng};
use rand_pcg::Pcg32;
use serde::{Deserialize, Serialize};

use super::{histogram, layer_trouble, models_trouble, points::softmax, seeded};
use crate::{
    fetch,
    lessons::mlp::{Command, Data, LayerView, PicturesView, Settings, Shown, Snapshot},
    session::{
        protocol::{CurvePoint, Remedy, Series, Trouble, decode, encode},
        serve::{Arriving, Context, plot},
    },
};

/// Held-out pictures that every evaluation looks at.
const HELD_OUT: usize = 1000;
/// Steps from one evaluation to the next.
const EVERY: u64 = 25;
/// Largest shift of the shift test, in pixels.
const MOST_SHIFT: usize = 8;
/// Pictures shown behind a cell of the confusion matrix.
const MOST_SHOWN: usize = 24;
const SIDE: usize = 28;
const PIXELS: usize = SIDE * SIDE;
const CLASSES: usize = 10;

/// The running task.
pub struct Pictures {
    settings: Settings,
    context: Context,
    device: Device,
    training: Images,
    rest: Arriving<Result<Vec<Images>, Trouble>>,
    held_out: Images,
    held_inputs: Tensor<2>,
    held_targets: Tensor<2>,
    order: Vec<usize>,
    trainer: Trainer<Mlp>,
    batches: Batches,
    pending: Pending,
    probe: Vec<f32>,
    called: Vec<u8>,
    confusion: Vec<u32>,
    cell: Option<(u8, u8)>,
    shifts: Vec<f32>,
    histograms: Vec<(Vec<u32>, f32)>,
}

/// What has been computed and not yet read back.
#[derive(Default)]
struct Pending {
    losses: Vec<(u64, Tensor<1>)>,
    accuracies: Vec<(u64, Tensor<1>)>,
    evaluations: Vec<(u64, Tensor<2>, Tensor<1>)>,
}

/// What decides how the run goes on.
#[derive(Serialize, Deserialize)]
struct State {
    trainer: Checkpoint,
    batches: Batches,
    here: usize,
}

impl Pictures {
    /// Starts on the first part of the pictures; the rest follows while it trains.
    pub async fn start(settings: Settings, context: Context) -> Result<Self, Trouble> {
        let folder = if settings.data == Data::Mnist { "mnist" } else { "fashion" };
        let parts = fetch::files(&format!("static/data/{folder}/train-"));
        let tests = fetch::files(&format!("static/data/{folder}/test-"));
        let mut training = load(&context, parts[0]).await?;
        let mut held_out = load(&context, tests[0]).await?;
        held_out.truncate(HELD_OUT);
        let wanted = settings.examples as usize;
        training.truncate(wanted);
        let rest: Arriving<Result<Vec<Images>, Trouble>> = Rc::default();
        if wanted > training.len() {
            follow(context.clone(), parts[1..].to_vec(), wanted - training.len(), Rc::clone(&rest));
        }
        let order = order(&settings);
        let device = context.device.clone().autodiff();
        let mut rng: Pcg32 = seeded(settings.seed);
        let mut model = settings.network().init(&device, &mut rng);
        if settings.pretrained {
            let bytes = context.fetch(weights_file(settings.data)?).await?;
            let parameters = weights::from_safetensors(&bytes).map_err(models_trouble)?;
            model = weights::load(model, &parameters, &device).map_err(models_trouble)?;
        }
        let batches = Batches::new(training.len(), settings.batch as usize, settings.seed.into());
        let every: Vec<usize> = (0..held_out.len()).collect();
        let (inputs, targets) = tensors(&held_out, &every, &order, &context.device);
        let probe = arrange(held_out.image(0), &order, 0);
        let mut task = Self {
            trainer: Trainer::new(model, Optimizer::new(settings.optimizer)),
            settings,
            device,
            context,
            training,
            rest,
            called: vec![0; held_out.len()],
            held_out,
            held_inputs: inputs,
            held_targets: targets,
            order,
            batches,
            pending: Pending::default(),
            probe,
            confusion: vec![0; CLASSES * CLASSES],
            cell: None,
            shifts: Vec::new(),
            histograms: Vec::new(),
        };
        task.evaluate();
        Ok(task)
    }

    /// One mini-batch, all on the device.
    pub fn step(&mut self) -> Result<(), Trouble> {
        self.take_in_rest()?;
        let indices = self.batches.next();
        let (inputs, targets) = tensors(&self.training, &indices, &self.order, &self.device);
        let mut right = None;
        let loss = self.trainer.step(self.settings.rate.into(), |model| {
            let logits = model.forward(inputs);
            right = Some(accuracy(logits.clone().inner(), targets.clone().inner()));
            cross_entropy(logits, targets)
        });
        let step = self.trainer.step;
        self.pending.losses.push((step, loss));
        self.pending.accuracies.extend(right.map(|right| (step, right)));
        if step.is_multiple_of(EVERY) {
            self.evaluate();
        }
        Ok(())
    }

    fn evaluate(&mut self) {
        let logits = self.trainer.valid().forward(self.held_inputs.clone());
        let loss = cross_entropy(logits.clone(), self.held_targets.clone());
        // Only the newest full picture is wanted; older losses stay, older logits would be read for nothing.
        self.pending.evaluations.push((self.trainer.step, logits, loss));
    }

    fn take_in_rest(&mut self) -> Result<(), Trouble> {
        let Some(arrived) = self.rest.borrow_mut().take() else { return Ok(()) };
        for part in arrived? {
            self.training.extend(part).map_err(models_trouble)?;
        }
        self.batches.resize(self.training.len());
        Ok(())
    }

    /// Takes over rate and batch.
    pub fn configure(&mut self, settings: Settings) {
        self.batches.set_batch(settings.batch as usize);
        self.settings = settings;
    }

    /// The current settings.
    pub fn settings(&self) -> &Settings {
        &self.settings
    }

    /// Updates so far.
    pub fn steps(&self) -> u64 {
        self.trainer.step
    }

    /// A probe, a cell of the matrix, the shift test.
    pub async fn command(&mut self, command: Command) -> Result<(), Trouble> {
        match command {
            Command::Probe(pixels) if pixels.len() == PIXELS => {
                let bytes: Vec<u8> = pixels.iter().map(|pixel| (pixel.clamp(0.0, 1.0) * 255.0) as u8).collect();
                self.probe = arrange(&bytes, &self.order, 0);
            }
            Command::Pick(index) if (index as usize) < self.held_out.len() => {
                self.probe = arrange(self.held_out.image(index as usize), &self.order, 0);
            }
            Command::Show(truth, called) => self.cell = Some((truth, called)),
            Command::MeasureShift => self.measure_shift().await?,
            Command::Probe(_) | Command::Pick(_) => {}
        }
        Ok(())
    }

    /// Accuracy on the held-out pictures moved to the right by 0 to [`MOST_SHIFT`] pixels.
    async fn measure_shift(&mut self) -> Result<(), Trouble> {
        let model = self.trainer.valid();
        let mut shifts = Vec::new();
        for shift in 0..=MOST_SHIFT {
            let pixels: Vec<f32> = (0..self.held_out.len())
                .flat_map(|index| arrange(self.held_out.image(index), &self.order, shift))
                .collect();
            let inputs =
                Tensor::from_data(TensorData::new(pixels, [self.held_out.len(), PIXELS]), &self.context.device);
            let right = accuracy(model.forward(inputs), self.held_targets.clone());
            shifts.push(read(Transaction::default().register(right)).await?.remove(0)[0]);
        }
        self.shifts = shifts;
        Ok(())
    }

    /// Everything read back in one transaction.
    pub async fn snapshot(&mut self, curves: &mut Vec<CurvePoint>) -> Result<Snapshot, Trouble> {
        let pending = std::mem::take(&mut self.pending);
        let probe = Tensor::from_data(TensorData::new(self.probe.clone(), [1, PIXELS]), &self.context.device);
        let outputs = self.trainer.valid().forward_layers(probe);
        let means = self.trainer.gradient_means();
        let mut transaction = Transaction::default();
        let one = |list: &[(u64, Tensor<1>)]| Tensor::cat(list.iter().map(|(_, tensor)| tensor.clone()).collect(), 0);
        let trained = !pending.losses.is_empty();
        if trained {
            transaction = transaction.register(one(&pending.losses)).register(one(&pending.accuracies));
        }
        for (_, _, loss) in &pending.evaluations {
            transaction = transaction.register(loss.clone());
        }
        let newest = pending.evaluations.last().map(|(_, logits, _)| logits.clone());
        if let Some(logits) = &newest {
            transaction = transaction.register(logits.clone());
        }
        for output in &outputs {
            transaction = transaction.register(output.clone());
        }
        for mean in &means {
            transaction = transaction.register(mean.clone());
        }
        let mut values = read(transaction).await?.into_iter();
        let mut take = || values.next().unwrap_or_default();
        if trained {
            let (losses, accuracies) = (take(), take());
            if let Some(position) = losses.iter().position(|loss| !loss.is_finite()) {
                return Err(self.broken(pending.losses[position].0).await);
            }
            for (((step, _), loss), right) in pending.losses.iter().zip(losses).zip(accuracies) {
                plot(curves, Series::Loss, *step, loss);
                plot(curves, Series::Accuracy, *step, right);
            }
        }
        for (step, ..) in &pending.evaluations {
            plot(curves, Series::ValidationLoss, *step, take()[0]);
        }
        if newest.is_some() {
            let step = pending.evaluations.last().map_or(0, |(step, ..)| *step);
            let confusion = self.count(&take());
            plot(curves, Series::ValidationAccuracy, step, confusion.accuracy() as f32);
            for (class, right) in confusion.recalls().into_iter().enumerate() {
                plot(curves, Series::Class(class as u16), step, right as f32);
            }
        }
        let outputs: Vec<Vec<f32>> = outputs.iter().map(|_| take()).collect();
        let means: Vec<f32> = means.iter().map(|_| take()[0]).collect();
        for (layer, mean) in means.iter().enumerate() {
            plot(curves, Series::Gradient(layer as u16), self.trainer.step, *mean);
        }
        if newest.is_some() {
            self.histograms = self.count_weights().await?;
        }
        let layers = self.layers(&outputs, &means);
        Ok(Snapshot {
            layers,
            probe: self.probe.clone(),
            probabilities: softmax(outputs.last().map_or(&[], Vec::as_slice)),
            points: None,
            pictures: Some(PicturesView {
                here: self.training.len() as u32,
                confusion: self.confusion.clone(),
                shown: self.shown(),
                shifts: self.shifts.clone(),
            }),
        })
    }

    /// A histogram of every layer's weights; read as rarely as the held-out pictures are looked at.
    async fn count_weights(&self) -> Result<Vec<(Vec<u32>, f32)>, Trouble> {
        let parameters = weights::read(&self.trainer.model).await.map_err(models_trouble)?;
        Ok(parameters
            .0
            .iter()
            .filter(|tensor| tensor.shape.len() == 2)
            .map(|tensor| histogram(&tensor.values))
            .collect())
    }

    fn layers(&self, outputs: &[Vec<f32>], means: &[f32]) -> Vec<LayerView> {
        outputs
            .iter()
            .zip(&self.histograms)
            .enumerate()
            .map(|(layer, (output, (histogram, span)))| LayerView {
                units: output.len() as u32,
                values: output.iter().copied().take(64).collect(),
                weights: Vec::new(),
                histogram: histogram.clone(),
                span: *span,
                gradient: means.get(layer).copied().unwrap_or_default(),
            })
            .collect()
    }

    /// Fills the confusion matrix from the held-out logits.
    fn count(&mut self, logits: &[f32]) -> Confusion {
        let mut confusion = Confusion::new(CLASSES);
        for (index, row) in logits.chunks_exact(CLASSES).enumerate() {
            let called = largest(row);
            self.called[index] = called as u8;
            confusion.add(self.held_out.labels[index].into(), called);
        }
        self.confusion.clone_from(&confusion.counts);
        confusion
    }

    fn shown(&self) -> Vec<Shown> {
        let Some((truth, called)) = self.cell else { return Vec::new() };
        (0..self.held_out.len())
            .filter(|&index| self.held_out.labels[index] == truth && self.called[index] == called)
            .take(MOST_SHOWN)
            .map(|index| Shown { index: index as u32, pixels: self.held_out.image(index).to_vec(), truth, called })
            .collect()
    }

    async fn broken(&self, step: u64) -> Trouble {
        match weights::read(&self.trainer.model).await {
            Ok(parameters) => {
                let mut matrices = parameters.0.iter().filter(|tensor| tensor.shape.len() == 2);
                layer_trouble(matrices.position(|tensor| tensor.values.iter().any(|weight| !weight.is_finite())), step)
            }
            Err(error) => models_trouble(error),
        }
    }

    /// The whole state.
    pub async fn save(&mut self) -> Result<Vec<u8>, Trouble> {
        let trainer = self.trainer.save().await.map_err(models_trouble)?;
        Ok(encode(&State { trainer, batches: self.batches.clone(), here: self.training.len() }))
    }

    /// The network's weights.
    pub async fn weights(&self) -> Result<Parameters, Trouble> {
        Ok(weights::read(&self.trainer.model).await?)
    }

    /// Takes weights if they belong to this network.
    pub fn take_weights(&mut self, parameters: &Parameters) -> Result<(), Error> {
        self.trainer.model = weights::load(self.trainer.model.clone(), parameters, &self.device)?;
        self.pending = Pending::default();
        self.evaluate();
        Ok(())
    }

    /// Takes a state back if it belongs to this network.
    pub async fn restore(&mut self, bytes: &[u8]) -> Result<(), Trouble> {
        let state: State = decode(bytes)?;
        self.trainer.restore(&state.trainer, &self.device)?;
        self.batches = state.batches;
        if state.here != self.training.len() {
            // More pictures have come since, or fewer are here in a new worker.
            self.batches.resize(self.training.len());
        }
        self.pending = Pending::default();
        self.evaluate();
        self.configure(self.settings.clone());
        Ok(())
    }
}

async fn load(context: &Context, file: &'static fetch::File) -> Result<Images, Trouble> {
    Images::parse(&context.fetch(file).await?).map_err(models_trouble)
}

/// Fetches the remaining parts one after the other and hands them over together.
fn follow(
    context: Context,
    parts: Vec<&'static fetch::File>,
    wanted: usize,
    arrived: Arriving<Result<Vec<Images>, Trouble>>,
) {
    wasm_bindgen_futures::spawn_local(async move {
        let mut here = 0;
        let mut all = Vec::new();
        for part in parts {
            if here >= wanted {
                break;
            }
            match load(&context, part).await {
                Ok(mut images) => {
                    images.truncate(wanted - here);
                    here += images.len();
                    all.push(images);
                }
                // What is here is enough to go on with; the reader learns that it is not all.
                Err(trouble) => {
                    context.tell(trouble);
                    break;
                }
            }
        }
        arrived.replace(Some(Ok(all)));
    });
}

fn weights_file(data: Data) -> Result<&'static fetch::File, Trouble> {
    let path = if data == Data::Mnist { "pretrained/mlp-mnist.safetensors" } else { "" };
    fetch::FILES
        .iter()
        .find(|file| file.path == path)
        .ok_or_else(|| Trouble::new("There are no trained weights for this data.", Remedy::Dismiss))
}

/// Where each pixel comes from: as it is, or one shuffle for all pictures.
fn order(settings: &Settings) -> Vec<usize> {
    let mut order: Vec<usize> = (0..PIXELS).collect();
    if settings.shuffle {
        let mut rng = Pcg32::seed_from_u64(u64::from(settings.seed) ^ 0x5348_5546);
        for last in (1..PIXELS).rev() {
            order.swap(last, rng.random_range(0..=last));
        }
    }
    order
}

/// A picture as the network sees it: moved to the right, then in the given order, 0 to 1.
fn arrange(pixels: &[u8], order: &[usize], shift: usize) -> Vec<f32> {
    order
        .iter()
        .map(|&from| match from % SIDE >= shift {
            true => f32::from(pixels[from - shift]) / 255.0,
            false => 0.0,
        })
        .collect()
}

fn tensors(images: &Images, indices: &[usize], order: &[usize], device: &Device) -> (Tensor<2>, Tensor<2>) {
    let mut pixels = Vec::with_capacity(indices.len() * PIXELS);
    let mut targets = vec![0.0_f32; indices.len() * CLASSES];
    for (row, &index) in indices.iter().enumerate() {
        let image = images.image(index);
        pixels.extend(order.iter().map(|&from| f32::from(image[from]) / 255.0));
        targets[row * CLASSES + usize::from(images.labels[index])] = 1.0;
    }
    (
        Tensor::from_data(TensorData::new(pixels, [indices.len(), PIXELS]), device),
        Tensor::from_data(TensorData::new(targets, [indices.len(), CLASSES]), device),
    )
}

/// Share of rows whose largest logit is the target's: `[batch, classes]`, `[batch, classes]` -> `[1]`.
fn accuracy(logits: Tensor<2>, targets: Tensor<2>) -> Tensor<1> {
    let largest = logits.clone().max_dim(1); // [batch, 1]
    let chosen = (logits * targets).sum_dim(1); // [batch, 1]: the true class's logit
    chosen.greater_equal(largest).float().mean()
}

/// Reads what was registered, in order.
async fn read(transaction: Transaction) -> Result<Vec<Vec<f32>>, Trouble> {
    let failed = || Trouble::new("The results could not be read back from the device.", Remedy::Resume);
    let read = transaction.execute_async().await.map_err(|_| failed())?;
    read.into_iter().map(|data| data.try_into_vec::<f32>().map_err(|_| failed())).collect()
}
