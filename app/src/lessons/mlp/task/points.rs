//! The points lesson: a network of a few dozen weights, trained by the backward pass written out by hand.

use models::{
    data::{batches::Batches, points::Point},
    error::Error,
    foundations::{
        backprop::{HandMlp, HandOptimizer},
        perceptron::Perceptron,
    },
    metrics::Confusion,
    weights::Parameters,
};
use rand::SeedableRng;
use rand_pcg::Pcg32;
use serde::{Deserialize, Serialize};

use super::{between, first, layer_trouble};
use crate::{
    lessons::{
        mlp::{EXTENT, FIELD, LayerView, MOST_MAPS, PointsView, Settings, Snapshot, UNIT_FIELD, UnitMap},
        pictures::{histogram, softmax},
        spread,
    },
    session::{
        protocol::{CurvePoint, Remedy, Series, Trouble},
        serve::plot,
    },
};

/// What decides how the run goes on.
#[derive(Clone, Serialize, Deserialize)]
struct State {
    step: u64,
    net: HandMlp,
    optimizer: HandOptimizer,
    batches: Batches,
    perceptron: Perceptron,
}

/// The running task.
pub struct Points {
    settings: Settings,
    training: Vec<Point>,
    held_out: Vec<Point>,
    state: State,
    curves: Vec<CurvePoint>,
    probe: [f32; 2],
}

impl Points {
    /// The network, the points, the perceptron beside it.
    pub fn start(settings: Settings) -> Result<Self, Trouble> {
        let (training, held_out) = settings.points();
        if training.is_empty() {
            return Err(Trouble::new("There are no points yet; paint a few of each colour.", Remedy::Dismiss));
        }
        let mut rng = Pcg32::seed_from_u64(settings.seed.into());
        let state = State {
            step: 0,
            net: HandMlp::new(settings.network(), &mut rng),
            optimizer: HandOptimizer::new(settings.optimizer, settings.rate),
            batches: Batches::new(training.len(), (settings.batch as usize).min(training.len()), settings.seed.into()),
            perceptron: Perceptron::new(2),
        };
        let mut task = Self { settings, training, held_out, state, curves: Vec::new(), probe: [0.5, 0.5] };
        task.evaluate();
        Ok(task)
    }

    /// One mini-batch, forward, backward, update; the perceptron sees the same points.
    pub fn step(&mut self) -> Result<(), Trouble> {
        let batch = self.state.batches.next();
        for &index in &batch {
            let Point { x, y, class } = self.training[index];
            self.state.net.accumulate(&[x, y], class.into());
            self.state.perceptron.correct(&[x, y], if class == 1 { 1.0 } else { -1.0 });
        }
        self.state.net.update(&mut self.state.optimizer, batch.len());
        self.state.step += 1;
        if is_due(self.state.step) {
            self.evaluate();
            if let Some(point) = self.curves.last()
                && !point.value.is_finite()
            {
                return Err(self.broken());
            }
            if let Some(layer) = self.dead_layer() {
                let sentence = format!(
                    "At step {} every unit of layer {} has fallen silent, whatever the point, so no error reaches the layers before it.",
                    self.state.step,
                    layer + 1,
                );
                return Err(Trouble::new(sentence, Remedy::Calmer));
            }
        }
        Ok(())
    }

    /// The first hidden layer whose units answer 0 to every training point, counted from 0. Looked for only once no
    /// weight has a gradient left, which a single batch can bring about by chance.
    fn dead_layer(&mut self) -> Option<usize> {
        let net = &mut self.state.net;
        if net.gradient_means().iter().any(|mean| *mean != 0.0) {
            return None;
        }
        let hidden = net.config.sizes.len() - 2;
        let mut silent = vec![true; hidden];
        for point in &self.training {
            net.forward(&[point.x, point.y]);
            for (layer, silent) in silent.iter_mut().enumerate() {
                *silent &= net.layer(layer).iter().all(|output| *output == 0.0);
            }
        }
        silent.iter().position(|silent| *silent)
    }

    /// Losses and accuracies on all points; gradients of the last update.
    fn evaluate(&mut self) {
        let step = self.state.step;
        let (loss, accuracy) = measure(&mut self.state.net, &self.training);
        let (held_loss, held_accuracy) = measure(&mut self.state.net, &self.held_out);
        for (class, right) in self.confusion().recalls().into_iter().enumerate() {
            plot(&mut self.curves, Series::Class(class as u16), step, right as f32);
        }
        for (layer, mean) in self.state.net.gradient_means().into_iter().enumerate() {
            plot(&mut self.curves, Series::Gradient(layer as u16), step, mean);
        }
        plot(&mut self.curves, Series::Accuracy, step, accuracy);
        plot(&mut self.curves, Series::ValidationLoss, step, held_loss);
        plot(&mut self.curves, Series::ValidationAccuracy, step, held_accuracy);
        // Last and even if it is not finite: `step` looks at it.
        self.curves.push(CurvePoint { series: Series::Loss, step, value: loss });
    }

    /// What the held-out points are called.
    fn confusion(&mut self) -> Confusion {
        let mut confusion = Confusion::new(2);
        for point in &self.held_out {
            confusion.add(point.class.into(), called(self.state.net.forward(&[point.x, point.y])));
        }
        confusion
    }

    fn broken(&mut self) -> Trouble {
        self.curves.retain(|point| point.value.is_finite());
        layer_trouble(self.state.net.first_broken_layer(), self.state.step)
    }

    /// Takes over rate and batch.
    pub fn configure(&mut self, settings: Settings) {
        self.state.optimizer.set_rate(settings.rate);
        self.state.batches.set_batch((settings.batch as usize).min(self.training.len()));
        self.settings = settings;
    }

    /// The current settings.
    pub fn settings(&self) -> &Settings {
        &self.settings
    }

    /// Updates so far.
    pub fn steps(&self) -> u64 {
        self.state.step
    }

    /// Looks at the network with this point.
    pub fn probe(&mut self, input: &[f32]) {
        if let [x, y] = input {
            self.probe = [*x, *y];
        }
    }

    /// Field, maps, layers, counts.
    pub fn snapshot(&mut self, curves: &mut Vec<CurvePoint>) -> Snapshot {
        curves.append(&mut self.curves);
        let confusion = self.confusion();
        let right = self
            .training
            .iter()
            .filter(|point| (self.state.perceptron.sum(&[point.x, point.y]) > 0.0) == (point.class == 1))
            .count();
        let (field, units) = self.fields();
        let perceptron = &self.state.perceptron;
        let points = PointsView {
            field,
            units,
            perceptron: [perceptron.weights[0], perceptron.weights[1], perceptron.bias],
            perceptron_accuracy: right as f32 / self.training.len() as f32,
            confusion: confusion.counts,
        };
        let logits = self.state.net.forward(&self.probe).to_vec();
        let net = &self.state.net;
        let means = net.gradient_means();
        let layers = (0..net.weights.len())
            .map(|layer| {
                let weights = &net.weights[layer];
                let (histogram, span) = histogram(weights);
                let (inputs, units) = (net.config.sizes[layer], net.config.sizes[layer + 1]);
                let (outputs, shown) = (net.layer(layer), first(units));
                LayerView {
                    units: units as u32,
                    values: shown.iter().map(|unit| outputs[*unit]).collect(),
                    spread: spread(outputs),
                    weights: between(weights, units, &first(inputs), &shown),
                    shown: shown.into_iter().map(|unit| unit as u16).collect(),
                    histogram,
                    span,
                    gradient: means[layer],
                }
            })
            .collect();
        Snapshot {
            layers,
            probe: self.probe.to_vec(),
            probabilities: softmax(&logits),
            points: Some(points),
            pictures: None,
        }
    }

    /// The decision field, and the map of each hidden unit (of the first [`MOST_MAPS`]).
    fn fields(&mut self) -> (Vec<i8>, Vec<UnitMap>) {
        let net = &mut self.state.net;
        let field = net.predict_grid(FIELD, EXTENT).into_iter().map(shade).collect();
        let units = net
            .unit_maps(UNIT_FIELD, EXTENT, MOST_MAPS)
            .into_iter()
            .map(|(layer, unit, map)| (layer as u16, unit as u16, scale(&map)))
            .collect();
        (field, units)
    }

    /// The whole state.
    pub fn save(&self) -> Vec<u8> {
        crate::session::protocol::encode(&self.state)
    }

    /// The network's weights.
    pub fn weights(&self) -> Parameters {
        self.state.net.parameters()
    }

    /// Takes weights if they belong to this network.
    pub fn take_weights(&mut self, parameters: &Parameters) -> Result<(), Error> {
        self.state.net.take(parameters)?;
        self.curves.clear();
        self.evaluate();
        Ok(())
    }

    /// Takes a state back if it belongs to this network.
    pub fn restore(&mut self, bytes: &[u8]) -> Result<(), Trouble> {
        let state: State = crate::session::protocol::decode(bytes)?;
        if state.net.config != self.state.net.config || state.perceptron.weights.len() != 2 {
            return Err(Trouble::new("That checkpoint belongs to another network.", Remedy::Dismiss));
        }
        self.state = state;
        // A damaged one may name points that do not exist.
        self.state.batches.resize(self.training.len());
        self.curves.clear();
        self.configure(self.settings.clone());
        Ok(())
    }
}

/// Every step at first, then every tenth, then every fiftieth: enough for a curve, cheap enough for thousands a second.
fn is_due(step: u64) -> bool {
    match step {
        0..50 => true,
        50..1000 => step.is_multiple_of(10),
        _ => step.is_multiple_of(50),
    }
}

fn measure(net: &mut HandMlp, points: &[Point]) -> (f32, f32) {
    if points.is_empty() {
        return (f32::NAN, f32::NAN);
    }
    let (mut loss, mut right) = (0.0, 0);
    for point in points {
        let logits = net.forward(&[point.x, point.y]);
        let difference = logits[usize::from(1 - point.class)] - logits[usize::from(point.class)];
        // -ln of the true class's probability, written so that it cannot overflow.
        loss += difference.max(0.0) + (-difference.abs()).exp().ln_1p();
        right += usize::from(called(logits) == usize::from(point.class));
    }
    (loss / points.len() as f32, right as f32 / points.len() as f32)
}

fn called(logits: &[f32]) -> usize {
    usize::from(logits[1] > logits[0])
}

fn shade(value: f32) -> i8 {
    (value.clamp(-1.0, 1.0) * 127.0) as i8
}

/// Divides by the largest magnitude, so that a unit's map shows where it acts, whatever its scale.
fn scale(map: &[f32]) -> Vec<i8> {
    let largest = map.iter().fold(1e-6_f32, |largest, value| largest.max(value.abs()));
    map.iter().map(|value| shade(value / largest)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lessons::mlp::Data;

    fn run(task: &mut Points, steps: usize) -> Vec<CurvePoint> {
        for _ in 0..steps {
            task.step().expect("finite numbers");
        }
        let mut curves = Vec::new();
        task.snapshot(&mut curves);
        curves
    }

    fn last(curves: &[CurvePoint], series: Series) -> f32 {
        curves.iter().rev().find(|point| point.series == series).expect("a point of this curve").value
    }

    #[test]
    fn six_hidden_units_learn_xor_and_the_perceptron_does_not() {
        let mut task = Points::start(Settings::default()).unwrap();
        let curves = run(&mut task, 3000);
        let accuracy = last(&curves, Series::ValidationAccuracy);
        assert!(accuracy > 0.95, "{accuracy}");
        let points = task.snapshot(&mut Vec::new()).points.unwrap();
        assert!(points.perceptron_accuracy < 0.8, "{}", points.perceptron_accuracy);
    }

    #[test]
    fn a_restored_run_goes_on_bit_for_bit() {
        let mut first = Points::start(Settings::default()).unwrap();
        run(&mut first, 137);
        let saved = first.save();
        let curves = run(&mut first, 400);
        let mut second = Points::start(Settings::default()).unwrap();
        second.restore(&saved).unwrap();
        let again = run(&mut second, 400);
        assert_eq!(curves, again);
        assert_eq!(first.save(), second.save());
    }

    #[test]
    fn a_checkpoint_of_another_network_is_refused() {
        let other = Points::start(Settings { hidden: vec![3], ..Settings::default() }).unwrap();
        let mut task = Points::start(Settings::default()).unwrap();
        assert_eq!(task.restore(&other.save()).unwrap_err().remedy, Remedy::Dismiss);
        assert!(task.restore(&[7; 40]).is_err());
    }

    #[test]
    fn numbers_out_of_range_end_in_a_sentence() {
        let settings = Settings {
            hidden: vec![16; 3],
            activation: models::foundations::mlp::Activation::Relu,
            rate: 1e20,
            ..Settings::default()
        };
        let mut task = Points::start(settings).unwrap();
        let trouble = (0..500).find_map(|_| task.step().err()).expect("the numbers leave the finite range");
        assert_eq!(trouble.remedy, Remedy::Calmer);
        assert!(trouble.sentence.contains("step"), "{}", trouble.sentence);
    }

    #[test]
    fn forty_layers_at_a_large_rate_die_and_it_is_said() {
        let settings = Settings {
            hidden: vec![12; 40],
            activation: models::foundations::mlp::Activation::Relu,
            optimizer: models::train::optimizer::OptimizerKind::Sgd,
            rate: 10.0,
            ..Settings::of(Data::Points(models::data::points::PointKind::Circles))
        };
        let mut task = Points::start(settings).unwrap();
        let trouble = (0..2000).find_map(|_| task.step().err()).expect("it dies or leaves the finite range");
        assert_eq!(trouble.remedy, Remedy::Calmer);
        assert!(trouble.sentence.contains("layer") && trouble.sentence.contains("step"), "{}", trouble.sentence);
    }

    #[test]
    fn the_first_broken_layer_is_named() {
        let mut task = Points::start(Settings { hidden: vec![4, 4], ..Settings::default() }).unwrap();
        task.state.net.weights[1][0] = f32::NAN;
        let trouble = task.broken();
        assert!(trouble.sentence.contains("layer 2") && trouble.sentence.contains("step 0"), "{}", trouble.sentence);
    }
}
