//! The worker half: a network is taught with mini-batches and judged on held-out pictures.
//!
//! Nothing here reads back while it steps. Losses and held-out logits stay on the device until the task's snapshot
//! fetches them together: [`School::register`] adds them to a transaction, [`School::collect`] takes them from its answer.

use models::{
    data::{batches::Batches, images::Images},
    device::Device,
    error::Error,
    foundations::mlp::cross_entropy,
    metrics::{Confusion, largest},
    module::Module,
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

use super::{
    CLASSES, Course, LayerView, PIXELS, SchoolView, Shown, histogram,
    shelf::{ALONE, Shelf, again, trained},
};
use crate::session::{
    protocol::{CurvePoint, Remedy, Series, Trouble, decode, encode},
    serve::{Context, not_finite, plot},
};

/// Steps from one evaluation to the next.
const EVERY: u64 = 25;
/// Pictures shown behind a cell of the confusion matrix.
const MOST_SHOWN: usize = 24;

/// A network that calls pictures of 28 × 28 pixels by name.
pub trait Classifier: Module {
    /// The logits of pictures given as rows of pixels: `[batch, 784] -> [batch, classes]`.
    fn classify(&self, pixels: Tensor<2>) -> Tensor<2>;
}

/// A network at school.
pub struct School<M: Classifier> {
    /// The network and its teacher.
    pub trainer: Trainer<M>,
    context: Context,
    device: Device,
    shelf: Shelf,
    held_inputs: Tensor<2>,
    held_targets: Tensor<2>,
    order: Vec<usize>,
    batches: Batches,
    pending: Pending,
    called: Vec<u8>,
    confusion: Vec<u32>,
    cell: Option<(u8, u8)>,
    looked_at: Option<usize>,
    histograms: Vec<(Vec<u32>, f32)>,
    gradients: Vec<f32>,
}

/// What has been computed and not yet read back.
#[derive(Default)]
pub struct Pending {
    losses: Vec<(u64, Tensor<1>)>,
    accuracies: Vec<(u64, Tensor<1>)>,
    evaluations: Vec<(u64, Tensor<2>, Tensor<1>)>,
}

/// What decides how the teaching goes on.
#[derive(Serialize, Deserialize)]
struct State {
    trainer: Checkpoint,
    batches: Batches,
}

impl<M: Classifier> School<M> {
    /// Starts with the first part of the pictures; the rest is on its way. `network` draws the fresh network.
    pub async fn start(
        course: &Course,
        context: &Context,
        network: impl FnOnce(&Device, &mut Pcg32) -> M,
    ) -> Result<Self, Trouble> {
        let shelf =
            Shelf::fetch(course.set, course.examples as usize, if course.whole { 0 } else { ALONE }, context).await?;
        let device = context.device.clone().autodiff();
        let fresh = network(&device, &mut Pcg32::seed_from_u64(course.seed.into()));
        let model = trained(fresh, course.weights, context, &device).await?;
        let order = order(course);
        let every: Vec<usize> = (0..shelf.held_out.len()).collect();
        let (held_inputs, held_targets) = tensors(&shelf.held_out, &every, &order, &context.device);
        let mut school = Self {
            trainer: Trainer::new(model, Optimizer::new(course.optimizer)),
            batches: Batches::new(shelf.count(0), course.batch as usize, course.seed.into()),
            called: vec![0; shelf.held_out.len()],
            context: context.clone(),
            device,
            shelf,
            held_inputs,
            held_targets,
            order,
            pending: Pending::default(),
            confusion: vec![0; CLASSES * CLASSES],
            cell: None,
            looked_at: None,
            histograms: Vec::new(),
            gradients: Vec::new(),
        };
        school.evaluate();
        Ok(school)
    }

    /// One mini-batch at this rate, all on the device; nothing while it [waits](Self::waits).
    pub fn step(&mut self, rate: f32) -> Result<(), Trouble> {
        let Some(batch) = self.shelf.next(self.trainer.step, &mut self.batches)? else { return Ok(()) };
        let (inputs, targets) = tensors(&self.shelf.training, &batch, &self.order, &self.device);
        let mut right = None;
        let loss = self.trainer.step(rate.into(), |model| {
            let logits = model.classify(inputs);
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
        let logits = self.trainer.valid().classify(self.held_inputs.clone());
        let loss = cross_entropy(logits.clone(), self.held_targets.clone());
        self.pending.evaluations.push((self.trainer.step, logits, loss));
    }

    /// Whether the next update waits for pictures that are still on their way.
    pub fn waits(&self) -> bool {
        self.shelf.waits(self.trainer.step)
    }

    /// Takes over the size of the batches.
    pub fn set_batch(&mut self, batch: u32) {
        self.batches.set_batch(batch as usize);
    }

    /// Updates so far.
    pub fn steps(&self) -> u64 {
        self.trainer.step
    }

    /// Chooses a cell of the confusion matrix: truth, called.
    pub fn show(&mut self, cell: (u8, u8)) {
        self.cell = Some(cell);
    }

    /// Looks at a held-out picture from now on: as the network sees it.
    pub fn pick(&mut self, index: usize) -> Option<Vec<f32>> {
        if index >= self.shelf.held_out.len() {
            return None;
        }
        self.looked_at = Some(index);
        Some(arranged(self.shelf.held_out.image(index), &self.order))
    }

    /// Looks at 784 pixels from 0 to 1, drawn by the reader: as the network sees them.
    pub fn see(&mut self, drawn: &[f32]) -> Vec<f32> {
        self.looked_at = None;
        self.order.iter().map(|&from| drawn[from].clamp(0.0, 1.0)).collect()
    }

    /// Whether the last step ended in an evaluation.
    pub fn is_judged(&self) -> bool {
        self.trainer.step.is_multiple_of(EVERY)
    }

    /// The first held-out pictures as the network sees them: `[count, 784]`, fewer where there are fewer.
    pub fn inputs(&self, count: usize) -> Tensor<2> {
        let count = count.min(self.shelf.held_out.len());
        self.held_inputs.clone().slice([0..count, 0..PIXELS])
    }

    /// The held-out pictures.
    pub fn held_out(&self) -> &Images {
        &self.shelf.held_out
    }

    /// Accuracy on the held-out pictures, each changed in the same way before the network sees it, and how sure it is of
    /// its answer on average.
    pub async fn accuracy_under(&self, change: impl Fn(&[u8]) -> Vec<u8>) -> Result<(f32, f32), Trouble> {
        let pixels: Vec<f32> = (0..self.shelf.held_out.len())
            .flat_map(|index| arranged(&change(self.shelf.held_out.image(index)), &self.order))
            .collect();
        let inputs =
            Tensor::from_data(TensorData::new(pixels, [self.shelf.held_out.len(), PIXELS]), &self.context.device);
        let logits = self.trainer.valid().classify(inputs);
        let right = accuracy(logits.clone(), self.held_targets.clone());
        let sure = models::tensor::activation::softmax(logits, 1).max_dim(1).mean();
        let read = read(Transaction::default().register(right).register(sure)).await?;
        Ok((read[0][0], read[1][0]))
    }

    /// Adds everything that waits to be read to a transaction.
    pub fn register(&mut self, mut transaction: Transaction) -> (Pending, Transaction) {
        let pending = std::mem::take(&mut self.pending);
        let one = |list: &[(u64, Tensor<1>)]| Tensor::cat(list.iter().map(|(_, tensor)| tensor.clone()).collect(), 0);
        if !pending.losses.is_empty() {
            transaction = transaction.register(one(&pending.losses)).register(one(&pending.accuracies));
        }
        for (_, _, loss) in &pending.evaluations {
            transaction = transaction.register(loss.clone());
        }
        // Older losses stay, older logits would be read for nothing.
        if let Some((_, logits, _)) = pending.evaluations.last() {
            transaction = transaction.register(logits.clone());
        }
        for mean in self.trainer.gradient_means() {
            transaction = transaction.register(mean);
        }
        (pending, transaction)
    }

    /// Takes what [`School::register`] added from the answer, and plots it.
    pub async fn collect(
        &mut self,
        pending: Pending,
        values: &mut impl Iterator<Item = Vec<f32>>,
        curves: &mut Vec<CurvePoint>,
    ) -> Result<(), Trouble> {
        let mut take = || values.next().unwrap_or_default();
        if !pending.losses.is_empty() {
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
        if let Some((step, ..)) = pending.evaluations.last() {
            let confusion = self.count(&take());
            plot(curves, Series::ValidationAccuracy, *step, confusion.accuracy() as f32);
            for (class, right) in confusion.recalls().into_iter().enumerate() {
                plot(curves, Series::Class(class as u16), *step, right as f32);
            }
        }
        self.gradients = self.trainer.layers().iter().map(|_| take()[0]).collect();
        for (layer, mean) in self.gradients.iter().enumerate() {
            plot(curves, Series::Gradient(layer as u16), self.trainer.step, *mean);
        }
        // Weights are read as rarely as the held-out pictures are looked at.
        if !pending.evaluations.is_empty() {
            let parameters = weights::read(&self.trainer.model).await.map_err(again)?;
            let matrices = parameters.0.iter().filter(|tensor| tensor.shape.len() > 1);
            self.histograms = matrices.map(|tensor| histogram(&tensor.values)).collect();
        }
        Ok(())
    }

    /// What is shown of it.
    pub fn view(&self) -> SchoolView {
        let layers = self.histograms.iter().enumerate().map(|(layer, (histogram, span))| LayerView {
            histogram: histogram.clone(),
            span: *span,
            gradient: self.gradients.get(layer).copied().unwrap_or_default(),
        });
        SchoolView {
            here: self.batches.count() as u32,
            joined: self.shelf.joins().filter(|joins| *joins < self.trainer.step),
            confusion: self.confusion.clone(),
            shown: self.shown(),
            held_out: self.looked_at.map(|index| self.shelf.held_out.image(index).to_vec()),
            layers: layers.collect(),
        }
    }

    /// Fills the confusion matrix from the held-out logits.
    fn count(&mut self, logits: &[f32]) -> Confusion {
        let mut confusion = Confusion::new(CLASSES);
        for (index, row) in logits.chunks_exact(CLASSES).enumerate() {
            let called = largest(row);
            self.called[index] = called as u8;
            confusion.add(self.shelf.held_out.labels[index].into(), called);
        }
        self.confusion.clone_from(&confusion.counts);
        confusion
    }

    fn shown(&self) -> Vec<Shown> {
        let Some((truth, called)) = self.cell else { return Vec::new() };
        (0..self.shelf.held_out.len())
            .filter(|&index| self.shelf.held_out.labels[index] == truth && self.called[index] == called)
            .take(MOST_SHOWN)
            .map(|index| Shown {
                index: index as u32,
                pixels: self.shelf.held_out.image(index).to_vec(),
                truth,
                called,
            })
            .collect()
    }

    /// Numbers left the finite range: in this layer, or in the loss alone.
    async fn broken(&self, step: u64) -> Trouble {
        match weights::read(&self.trainer.model).await {
            Ok(parameters) => {
                let mut matrices = parameters.0.iter().filter(|tensor| tensor.shape.len() > 1);
                let layer = matrices.position(|tensor| tensor.values.iter().any(|weight| !weight.is_finite()));
                match layer {
                    Some(layer) => not_finite(&format!("layer {}", layer + 1), step),
                    None => not_finite("the loss", step),
                }
            }
            Err(error) => again(error),
        }
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

    /// The whole state.
    pub async fn save(&self) -> Result<Vec<u8>, Trouble> {
        let trainer = self.trainer.save().await.map_err(again)?;
        Ok(encode(&State { trainer, batches: self.batches.clone() }))
    }

    /// Takes a state back if it belongs to this network.
    pub fn restore(&mut self, bytes: &[u8]) -> Result<(), Trouble> {
        let state: State = decode(bytes)?;
        self.trainer.restore(&state.trainer, &self.device)?;
        self.batches = state.batches;
        self.shelf.fit(self.trainer.step, &mut self.batches);
        self.pending = Pending::default();
        self.evaluate();
        Ok(())
    }
}

/// Where each pixel comes from: as it is, or one shuffle for all pictures.
fn order(course: &Course) -> Vec<usize> {
    let mut order: Vec<usize> = (0..PIXELS).collect();
    if course.shuffle {
        let mut rng = Pcg32::seed_from_u64(u64::from(course.seed) ^ 0x5348_5546);
        for last in (1..PIXELS).rev() {
            order.swap(last, rng.random_range(0..=last));
        }
    }
    order
}

/// A picture as the network sees it: in the given order, 0 to 1.
fn arranged(pixels: &[u8], order: &[usize]) -> Vec<f32> {
    order.iter().map(|&from| f32::from(pixels[from]) / 255.0).collect()
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
pub async fn read(transaction: Transaction) -> Result<Vec<Vec<f32>>, Trouble> {
    let failed = || Trouble::new("The results could not be read back from the device.", Remedy::Resume);
    let read = transaction.execute_async().await.map_err(|_| failed())?;
    read.into_iter().map(|data| data.try_into_vec::<f32>().map_err(|_| failed())).collect()
}
