//! Ours against PyTorch and scikit-learn, on the fixtures that `tests/reference` writes.

use burn::{
    module::Module,
    optim::GradientsParams,
    tensor::{Device, Tensor, TensorData},
};
use futures::FutureExt;
use models::{
    data::images::one_hot,
    foundations::{
        backprop::HandMlp,
        mlp::{Activation, Mlp, MlpConfig, cross_entropy},
    },
    metrics,
    train::{
        optimizer::{HandOptimizer, Optimizer, OptimizerKind},
        trainer::Trainer,
    },
    weights::{self, NamedTensor, Parameters},
};
use rand::SeedableRng;
use rand_pcg::Pcg32;
use serde::Deserialize;

use crate::{answers::values, twin::fixture};

/// Sums of at most six f32 products in another order, and exponentials of another library: a few roundings of numbers
/// up to about 3.
const ROUNDING: f32 = 3e-6;
/// Three updates carry roundings on; Adam divides by gradients that may be small.
const AFTER_STEPS: f32 = 2e-5;

#[derive(Deserialize)]
struct MlpFixture {
    sizes: Vec<usize>,
    inputs: Vec<f32>,
    targets: Vec<u8>,
    cases: Vec<MlpCase>,
}

#[derive(Deserialize)]
struct MlpCase {
    activation: String,
    weights: Vec<Vec<f32>>,
    biases: Vec<Vec<f32>>,
    logits: Vec<f32>,
    loss: f32,
    weight_gradients: Vec<Vec<f32>>,
    bias_gradients: Vec<Vec<f32>>,
    trained: Vec<Trained>,
}

#[derive(Deserialize)]
struct Trained {
    optimizer: String,
    rate: f64,
    losses: Vec<f32>,
    weights: Vec<Vec<f32>>,
    biases: Vec<Vec<f32>>,
}

impl MlpFixture {
    fn config(&self, case: &MlpCase) -> MlpConfig {
        MlpConfig { sizes: self.sizes.clone(), activation: Activation::from_id(&case.activation).unwrap() }
    }

    /// The burn network with the fixture's weights.
    fn burn(&self, case: &MlpCase, device: &Device) -> Mlp {
        let config = self.config(case);
        let fresh = config.init(device, &mut Pcg32::seed_from_u64(0));
        weights::load(fresh, &named(&config, &case.weights, &case.biases), device).unwrap()
    }

    /// The network written out by hand with the fixture's weights.
    fn hand(&self, case: &MlpCase) -> HandMlp {
        let mut network = HandMlp::new(self.config(case), &mut Pcg32::seed_from_u64(0));
        network.weights = case.weights.clone();
        network.biases = case.biases.clone();
        network
    }

    fn batch(&self, device: &Device) -> (Tensor<2>, Tensor<2>) {
        let inputs = TensorData::new(self.inputs.clone(), [self.targets.len(), self.sizes[0]]);
        let classes = *self.sizes.last().unwrap();
        (Tensor::from_data(inputs, device), one_hot(&self.targets, classes, device))
    }

    fn examples(&self) -> impl Iterator<Item = (&[f32], usize)> {
        self.inputs.chunks_exact(self.sizes[0]).zip(self.targets.iter().map(|target| usize::from(*target)))
    }
}

fn named(config: &MlpConfig, weights: &[Vec<f32>], biases: &[Vec<f32>]) -> Parameters {
    let layers = config.layers().enumerate().flat_map(|(k, (inputs, outputs))| {
        let weight = NamedTensor {
            name: format!("layers.{k}.weight"),
            shape: vec![inputs, outputs],
            values: weights[k].clone(),
        };
        let bias = NamedTensor { name: format!("layers.{k}.bias"), shape: vec![outputs], values: biases[k].clone() };
        [weight, bias]
    });
    Parameters(layers.collect())
}

#[track_caller]
fn near(found: &[f32], expected: &[f32], tolerance: f32, what: &str) {
    assert_eq!(found.len(), expected.len(), "{what}");
    for (index, (found, expected)) in found.iter().zip(expected).enumerate() {
        // Written so that a NaN fails.
        assert!((found - expected).abs() <= tolerance, "{what} {index}: {found} instead of {expected}");
    }
}

#[test]
fn burn_equals_pytorch_forward_and_backward() {
    let fixture: MlpFixture = fixture("mlp.json");
    let device = Device::flex().autodiff();
    for case in &fixture.cases {
        let model = fixture.burn(case, &device);
        let (inputs, targets) = fixture.batch(&device);
        let logits = model.forward(inputs);
        let loss = cross_entropy(logits.clone(), targets);
        let mut gradients = GradientsParams::from_grads(loss.backward(), &model);
        near(&values(logits.inner()), &case.logits, ROUNDING, "logits");
        near(&values(loss.inner()), &[case.loss], ROUNDING, "loss");
        for (k, layer) in model.layers.iter().enumerate() {
            let weight = gradients.remove::<2>(layer.weight.id).unwrap();
            let bias = gradients.remove::<1>(layer.bias.as_ref().unwrap().id).unwrap();
            near(&values(weight), &case.weight_gradients[k], ROUNDING, &format!("{} weight {k}", case.activation));
            near(&values(bias), &case.bias_gradients[k], ROUNDING, &format!("{} bias {k}", case.activation));
        }
    }
}

#[test]
fn the_hand_written_network_equals_pytorch_forward_and_backward() {
    let fixture: MlpFixture = fixture("mlp.json");
    for case in &fixture.cases {
        let mut network = fixture.hand(case);
        let mut logits = Vec::new();
        let mut loss = 0.0;
        for (x, target) in fixture.examples() {
            loss += network.accumulate(x, target) / fixture.targets.len() as f32;
            logits.extend_from_slice(network.layer(network.weights.len() - 1));
        }
        near(&logits, &case.logits, ROUNDING, "logits");
        near(&[loss], &[case.loss], ROUNDING, "loss");
        let mean = |sums: &[f32]| sums.iter().map(|sum| sum / fixture.targets.len() as f32).collect::<Vec<_>>();
        for k in 0..network.weights.len() {
            let gradients = network.gradients();
            near(
                &mean(&gradients.weights[k]),
                &case.weight_gradients[k],
                ROUNDING,
                &format!("{} weight {k}", case.activation),
            );
            near(
                &mean(&gradients.biases[k]),
                &case.bias_gradients[k],
                ROUNDING,
                &format!("{} bias {k}", case.activation),
            );
        }
    }
}

#[test]
fn both_engines_step_as_torch_optim_does() {
    let fixture: MlpFixture = fixture("mlp.json");
    let device = Device::flex().autodiff();
    for case in &fixture.cases {
        for trained in &case.trained {
            let kind = OptimizerKind::from_id(&trained.optimizer).unwrap();
            let what = format!("{} {}", case.activation, trained.optimizer);
            let mut trainer = Trainer::new(fixture.burn(case, &device), Optimizer::new(kind));
            let mut network = fixture.hand(case);
            let mut optimizer = HandOptimizer::new(kind, trained.rate as f32);
            for &expected in &trained.losses {
                let (inputs, targets) = fixture.batch(&device);
                let loss = trainer.step(trained.rate, |model| cross_entropy(model.forward(inputs), targets));
                near(&values(loss), &[expected], AFTER_STEPS, &what);
                let examples = fixture.examples();
                let sum: f32 = examples.map(|(x, target)| network.accumulate(x, target)).sum();
                network.update(&mut optimizer, fixture.targets.len());
                near(&[sum / fixture.targets.len() as f32], &[expected], AFTER_STEPS, &what);
            }
            let read = weights::read(&trainer.model).now_or_never().unwrap().unwrap();
            for (k, (weight, bias)) in trained.weights.iter().zip(&trained.biases).enumerate() {
                near(&read.get(&format!("layers.{k}.weight")).unwrap().values, weight, AFTER_STEPS, &what);
                near(&read.get(&format!("layers.{k}.bias")).unwrap().values, bias, AFTER_STEPS, &what);
                near(&network.weights[k], weight, AFTER_STEPS, &what);
                near(&network.biases[k], bias, AFTER_STEPS, &what);
            }
        }
    }
}

#[test]
fn the_hand_written_network_follows_burn_from_the_same_seed() {
    let device = Device::flex().autodiff();
    for activation in Activation::ALL {
        for (kind, rate) in [(OptimizerKind::Sgd, 0.1), (OptimizerKind::Momentum, 0.02), (OptimizerKind::Adam, 0.005)] {
            // Batches as small as one; 40 updates.
            for batch in [1, 3] {
                let config = MlpConfig { sizes: vec![2, 6, 5, 2], activation };
                let model = config.init(&device, &mut Pcg32::seed_from_u64(9));
                let mut network = HandMlp::new(config, &mut Pcg32::seed_from_u64(9));
                let read = weights::read(&model).now_or_never().unwrap().unwrap();
                assert_eq!(read.get("layers.1.weight").unwrap().values, network.weights[1], "equal starts");
                let mut trainer = Trainer::new(model, Optimizer::new(kind));
                let mut optimizer = HandOptimizer::new(kind, rate as f32);
                for step in 0..40 {
                    let examples: Vec<([f32; 2], u8)> = (0..batch)
                        .map(|index| {
                            let angle = (step * batch + index) as f32 * 0.7;
                            ([angle.sin(), (angle * 1.3).cos()], u8::from(angle.sin() * (angle * 1.3).cos() > 0.0))
                        })
                        .collect();
                    let flat: Vec<f32> = examples.iter().flat_map(|(x, _)| *x).collect();
                    let labels: Vec<u8> = examples.iter().map(|(_, label)| *label).collect();
                    let inputs = Tensor::<2>::from_data(TensorData::new(flat, [batch, 2]), &device);
                    let targets = one_hot(&labels, 2, &device);
                    let loss = trainer.step(rate, |model| cross_entropy(model.forward(inputs), targets));
                    let sum: f32 = examples.iter().map(|(x, label)| network.accumulate(x, (*label).into())).sum();
                    network.update(&mut optimizer, batch);
                    // Forty updates carry roundings on, Adam the most.
                    near(
                        &[sum / batch as f32],
                        &values(loss),
                        1e-4,
                        &format!("{activation:?} {kind:?} {batch} {step}"),
                    );
                }
                let means: Vec<f32> = trainer.gradient_means().into_iter().flat_map(values).collect();
                near(&network.gradient_means(), &means, 1e-4, "mean gradients");
            }
        }
    }
}

#[derive(Deserialize)]
struct MetricsFixture {
    cases: Vec<MetricsCase>,
}

#[derive(Deserialize)]
struct MetricsCase {
    name: String,
    scores: Vec<f32>,
    positive: Vec<bool>,
    roc_thresholds: Vec<f32>,
    false_positive_rate: Vec<f64>,
    true_positive_rate: Vec<f64>,
    precision: Vec<f64>,
    recall: Vec<f64>,
    pr_thresholds: Vec<f32>,
    auc: f64,
    average_precision: f64,
}

/// Both compute in f64; sums run in another order.
const EXACT: f64 = 1e-12;

#[test]
fn curves_and_areas_equal_scikit_learn() {
    let fixture: MetricsFixture = fixture("metrics.json");
    assert!(fixture.cases.len() >= 6);
    for case in &fixture.cases {
        let same = |found: Vec<f64>, expected: &[f64]| {
            assert_eq!(found.len(), expected.len(), "{}", case.name);
            assert!(found.iter().zip(expected).all(|(a, b)| (a - b).abs() <= EXACT), "{}: {found:?}", case.name);
        };
        let roc = metrics::roc(&case.scores, &case.positive);
        same(roc.iter().map(|point| point.false_positive_rate).collect(), &case.false_positive_rate);
        same(roc.iter().map(|point| point.true_positive_rate).collect(), &case.true_positive_rate);
        let thresholds: Vec<f32> = roc[1..].iter().map(|point| point.threshold).collect();
        assert_eq!(thresholds, case.roc_thresholds, "{}", case.name);
        // scikit-learn begins with the loosest threshold and ends with the point that has none.
        let mut curve = metrics::precision_recall(&case.scores, &case.positive);
        curve.reverse();
        same(curve.iter().map(|point| point.precision).collect(), &case.precision);
        same(curve.iter().map(|point| point.recall).collect(), &case.recall);
        let thresholds: Vec<f32> = curve[..curve.len() - 1].iter().map(|point| point.threshold).collect();
        assert_eq!(thresholds, case.pr_thresholds, "{}", case.name);
        same(vec![metrics::auc(&case.scores, &case.positive)], &[case.auc]);
        same(vec![metrics::average_precision(&case.scores, &case.positive)], &[case.average_precision]);
    }
}

#[test]
fn parameters_agree_with_the_configuration() {
    let fixture: MlpFixture = fixture("mlp.json");
    let config = fixture.config(&fixture.cases[0]);
    let model = fixture.burn(&fixture.cases[0], &Device::flex());
    assert_eq!(model.num_params(), config.parameter_count());
}
