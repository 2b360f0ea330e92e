//! Attention and the Transformer against PyTorch, on the fixture that `tests/reference/transformer.py` writes: attention
//! against `nn.MultiheadAttention`, the network against its twin.

use std::collections::BTreeMap;

use burn::{
    module::{Module, ModuleVisitor, Param},
    optim::GradientsParams,
    tensor::{Device, Int, Tensor, TensorData},
};
use futures::FutureExt;
use models::{
    foundations::mlp::cross_entropy,
    sequence::{
        attention::{AttentionConfig, Mask},
        positions::Positions,
        transformer::{Transformer, TransformerConfig, tokens},
    },
    train::{
        optimizer::{Optimizer, OptimizerKind},
        trainer::Trainer,
    },
    weights::{self, Parameters},
};
use rand::SeedableRng;
use rand_pcg::Pcg32;
use serde::Deserialize;

use crate::{
    answers::values,
    twin::{self, Digest, scattered},
};

/// Sums of at most forty f32 products in another order, through one attention and back, against the mean size of a tensor's
/// numbers.
const ROUNDING: f64 = 1e-5;
/// The same through four layers with their normalisations; some gradients are small differences of larger terms.
const DEEP: f64 = 5e-5;
/// A loss near 2.4 after steps of Adam, which divides small gradients by their own size.
const LOSS: f64 = 1e-4;

#[derive(Deserialize)]
struct Fixture {
    attention: Vec<AttentionCase>,
    config: Sizes,
    source: Vec<Vec<usize>>,
    target: Vec<Vec<usize>>,
    right: Vec<Vec<usize>>,
    rate: f64,
    networks: Vec<NetworkCase>,
}

#[derive(Deserialize)]
struct Sizes {
    vocabulary: usize,
    width: usize,
    heads: usize,
    inner: usize,
    encoder_layers: usize,
    decoder_layers: usize,
    longest: usize,
}

#[derive(Deserialize)]
struct AttentionCase {
    name: String,
    output: Digest,
    weights: Digest,
    gradients: BTreeMap<String, Digest>,
}

#[derive(Deserialize)]
struct NetworkCase {
    positions: String,
    logits: Digest,
    gradients: BTreeMap<String, Digest>,
    losses: Vec<f64>,
}

/// The twin's numbers in a module, names in alphabetical order.
fn filled<M: Module>(module: M, device: &Device) -> M {
    let mut parameters = weights::read(&module).now_or_never().unwrap().unwrap();
    parameters.0.sort_by(|a, b| a.name.cmp(&b.name));
    let mut start = 1;
    for tensor in &mut parameters.0 {
        let numbers = scattered(tensor.values.len(), start);
        start += numbers.len();
        let (offset, scale) = match tensor.name.rsplit('.').next() {
            Some("gamma") => (1.0, 0.1),
            Some("beta" | "bias") => (0.0, 0.1),
            _ => (0.0, 0.5),
        };
        tensor.values = numbers.into_iter().map(|number| offset + scale * number).collect();
    }
    weights::load(module, &Parameters(parameters.0), device).unwrap()
}

/// Every parameter's gradient by name.
struct Gradients<'a> {
    path: Vec<String>,
    found: &'a GradientsParams,
    by_name: BTreeMap<String, Vec<f32>>,
}

impl ModuleVisitor for Gradients<'_> {
    fn enter_module(&mut self, name: &str, _container_type: &str) {
        self.path.push(name.into());
    }

    fn exit_module(&mut self, _name: &str, _container_type: &str) {
        self.path.pop();
    }

    fn visit_float<const D: usize>(&mut self, param: &Param<Tensor<D>>) {
        if let Some(gradient) = self.found.get::<D>(param.id) {
            self.by_name.insert(self.path.join("."), values(gradient));
        }
    }
}

fn gradients<M: Module>(module: &M, found: &GradientsParams) -> BTreeMap<String, Vec<f32>> {
    let mut walk = Gradients { path: Vec::new(), found, by_name: BTreeMap::new() };
    module.visit(&mut walk);
    walk.by_name
}

fn numbers<const D: usize>(start: usize, shape: [usize; D], device: &Device) -> Tensor<D> {
    Tensor::from_data(TensorData::new(scattered(shape.iter().product(), start), shape), device)
}

#[test]
fn attention_is_that_of_pytorch() {
    let fixture: Fixture = twin::fixture("transformer.json");
    assert_eq!(fixture.attention.len(), 3);
    let device = Device::flex().autodiff();
    let fresh = AttentionConfig { width: 8, heads: 2 }.init(&device, &mut Pcg32::seed_from_u64(0));
    let attention = filled(fresh, &device);
    for case in &fixture.attention {
        let x = numbers(5000, [2, 4, 8], &device).require_grad();
        let other = numbers(6000, [2, 5, 8], &device).require_grad();
        let (memory, mask) = match case.name.as_str() {
            "self" => (x.clone(), None),
            "causal" => (x.clone(), Some(Mask::causal(4, &device))),
            _ => (other.clone(), Some(Mask::padding(&[5, 3], 5, &device))),
        };
        let found = attention.forward(x.clone(), memory, mask.as_ref());
        case.output.matches(&values(found.output.clone().inner()), ROUNDING, &case.name);
        case.weights.matches(&values(found.weights.inner()), ROUNDING, &case.name);
        let loss = (found.output * numbers(7000, [2, 4, 8], &device)).sum();
        let back = loss.backward();
        let mut by_name = BTreeMap::from([("x".to_owned(), values(x.grad(&back).unwrap()))]);
        if case.name == "cross" {
            by_name.insert("memory".into(), values(other.grad(&back).unwrap()));
        }
        by_name.extend(gradients(&attention, &GradientsParams::from_grads(back, &attention)));
        assert_eq!(by_name.len(), case.gradients.len());
        for (name, expected) in &case.gradients {
            // The keys' bias moves all scores of a query alike, so its gradient is rounding and nothing else.
            if name != "key.bias" {
                expected.matches(&by_name[name], ROUNDING, &format!("{} {name}", case.name));
            } else {
                assert!(by_name[name].iter().all(|number| number.abs() < 1e-5), "{}", case.name);
            }
        }
    }
}

impl Fixture {
    fn model(&self, positions: Positions, device: &Device) -> Transformer {
        let Sizes { vocabulary, width, heads, inner, encoder_layers, decoder_layers, longest } = self.config;
        let config =
            TransformerConfig { vocabulary, width, heads, inner, encoder_layers, decoder_layers, longest, positions };
        filled(config.init(device, &mut Pcg32::seed_from_u64(0)), device)
    }

    fn loss(&self, model: &Transformer, device: &Device) -> Tensor<1> {
        let logits = self.logits(model, device);
        let [batch, length, vocabulary] = logits.dims();
        let right: Tensor<2, Int> = tokens(&self.right, 0, device).0;
        let targets: Tensor<2> = right.reshape([batch * length]).one_hot::<2>(vocabulary).float();
        cross_entropy(logits.reshape([batch * length, vocabulary]), targets)
    }

    fn logits(&self, model: &Transformer, device: &Device) -> Tensor<3> {
        let (source, mask) = tokens(&self.source, 0, device);
        model.forward(source, tokens(&self.target, 0, device).0, mask.as_ref())
    }
}

#[test]
fn the_network_is_its_twin() {
    let fixture: Fixture = twin::fixture("transformer.json");
    assert_eq!(fixture.networks.len(), 3);
    let device = Device::flex().autodiff();
    for case in &fixture.networks {
        let positions = match case.positions.as_str() {
            "sinusoidal" => Positions::Sinusoidal,
            "learned" => Positions::Learned,
            _ => Positions::None,
        };
        let model = fixture.model(positions, &device);
        case.logits.matches(&values(fixture.logits(&model, &device).inner()), DEEP, &case.positions);
        let back = fixture.loss(&model, &device).backward();
        let by_name = gradients(&model, &GradientsParams::from_grads(back, &model));
        assert_eq!(by_name.len(), case.gradients.len());
        for (name, expected) in &case.gradients {
            if !name.ends_with("key.bias") {
                expected.matches(&by_name[name], DEEP, &format!("{} {name}", case.positions));
            }
        }
        let mut trainer = Trainer::new(model, Optimizer::new(OptimizerKind::Adam));
        for (step, expected) in case.losses.iter().enumerate() {
            let loss = trainer.step(fixture.rate, |model| fixture.loss(model, &device)).into_scalar::<f32>();
            assert!((f64::from(loss) - expected).abs() < LOSS, "{} step {step}: {loss}, {expected}", case.positions);
        }
    }
}
