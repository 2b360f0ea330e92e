//! The pictures lesson: 784–256–10 on real digits or clothes, taught by burn on either engine.

use models::{
    data::transforms::Transform,
    error::Error,
    foundations::mlp::Mlp,
    tensor::{Tensor, TensorData, Transaction},
    weights::Parameters,
};

use super::{between, most_active};
use crate::{
    lessons::{
        mlp::{Command, LayerView, PicturesView, Settings, Snapshot},
        pictures::{
            PIXELS, SIDE,
            school::{Classifier, School, read},
            softmax,
        },
        spread,
    },
    session::{
        protocol::{CurvePoint, Trouble},
        serve::Context,
    },
};

/// Largest shift of the shift test, in pixels.
const MOST_SHIFT: usize = 8;
/// The most weights of a layer that are read with every frame.
const MOST_READ: usize = 1 << 16;

impl Classifier for Mlp {
    fn classify(&self, pixels: Tensor<2>) -> Tensor<2> {
        self.forward(pixels)
    }
}

/// The running task.
pub struct Pictures {
    settings: Settings,
    context: Context,
    school: School<Mlp>,
    probe: Vec<f32>,
    shifts: Vec<f32>,
}

impl Pictures {
    /// Starts with the first part of the pictures; the rest is on its way.
    pub async fn start(settings: Settings, context: Context) -> Result<Self, Trouble> {
        let network = settings.network();
        let mut school = School::start(&settings.course()?, &context, |device, rng| network.init(device, rng)).await?;
        let probe = school.pick(0).unwrap_or_default();
        Ok(Self { settings, context, school, probe, shifts: Vec::new() })
    }

    /// One mini-batch.
    pub fn step(&mut self) -> Result<(), Trouble> {
        self.school.step(self.settings.rate)
    }

    /// Whether the next update waits for pictures that are still on their way.
    pub fn waits(&self) -> bool {
        self.school.waits()
    }

    /// Takes over rate and batch.
    pub fn configure(&mut self, settings: Settings) {
        self.school.set_batch(settings.batch);
        self.settings = settings;
    }

    /// The current settings.
    pub fn settings(&self) -> &Settings {
        &self.settings
    }

    /// Updates so far.
    pub fn steps(&self) -> u64 {
        self.school.steps()
    }

    /// A probe, a cell of the matrix, the shift test.
    pub async fn command(&mut self, command: Command) -> Result<(), Trouble> {
        match command {
            Command::Probe(pixels) if pixels.len() == PIXELS => self.probe = self.school.see(&pixels),
            Command::Probe(_) => {}
            Command::Pick(index) => self.probe = self.school.pick(index as usize).unwrap_or(self.probe.clone()),
            Command::Show(truth, called) => self.school.show((truth, called)),
            Command::MeasureShift => {
                self.shifts.clear();
                for shift in 0..=MOST_SHIFT {
                    let change = Transform::Shift { right: shift as f32, down: 0.0 };
                    let (right, _) = self.school.accuracy_under(|pixels| change.apply(pixels, SIDE, SIDE)).await?;
                    self.shifts.push(right);
                }
            }
        }
        Ok(())
    }

    /// Everything read back in one transaction.
    pub async fn snapshot(&mut self, curves: &mut Vec<CurvePoint>) -> Result<Snapshot, Trouble> {
        let probe = Tensor::from_data(TensorData::new(self.probe.clone(), [1, PIXELS]), &self.context.device);
        let model = self.school.trainer.valid();
        let outputs = model.forward_layers(probe);
        // The picture's own weights are not drawn as lines.
        let weights: Vec<Option<Tensor<2>>> = (model.layers.iter().enumerate())
            .map(|(at, layer)| (at > 0).then(|| layer.weight.val()))
            .map(|weights| weights.filter(|weights| weights.shape().num_elements() <= MOST_READ))
            .collect();
        let (pending, transaction) = self.school.register(Transaction::default());
        let transaction = outputs.iter().fold(transaction, |all, output| all.register(output.clone()));
        let transaction = weights.iter().flatten().fold(transaction, |all, weights| all.register(weights.clone()));
        let mut values = read(transaction).await?.into_iter();
        self.school.collect(pending, &mut values, curves).await?;
        let outputs: Vec<Vec<f32>> = values.by_ref().take(outputs.len()).collect();
        let school = self.school.view();
        let mut before = Vec::new();
        let layers = outputs.iter().zip(&school.layers).zip(&weights).map(|((outputs, layer), weights)| {
            let shown = most_active(outputs);
            let weights = weights.as_ref().and_then(|_| values.next()).unwrap_or_default();
            let view = LayerView {
                units: outputs.len() as u32,
                values: shown.iter().map(|unit| outputs[*unit]).collect(),
                spread: spread(outputs),
                weights: match weights.is_empty() {
                    true => Vec::new(),
                    false => between(&weights, outputs.len(), &before, &shown),
                },
                shown: shown.iter().map(|unit| *unit as u16).collect(),
                histogram: layer.histogram.clone(),
                span: layer.span,
                gradient: layer.gradient,
            };
            before = shown;
            view
        });
        Ok(Snapshot {
            layers: layers.collect(),
            probe: self.probe.clone(),
            probabilities: softmax(outputs.last().map_or(&[], Vec::as_slice)),
            points: None,
            pictures: Some(PicturesView { school, shifts: self.shifts.clone() }),
        })
    }

    /// The network's weights.
    pub async fn weights(&self) -> Result<Parameters, Trouble> {
        self.school.weights().await
    }

    /// Takes weights if they belong to this network.
    pub fn take_weights(&mut self, parameters: &Parameters) -> Result<(), Error> {
        self.school.take_weights(parameters)
    }

    /// The whole state.
    pub async fn save(&mut self) -> Result<Vec<u8>, Trouble> {
        self.school.save().await
    }

    /// Takes a state back if it belongs to this network.
    pub fn restore(&mut self, bytes: &[u8]) -> Result<(), Trouble> {
        self.school.restore(bytes)?;
        self.configure(self.settings.clone());
        Ok(())
    }
}
