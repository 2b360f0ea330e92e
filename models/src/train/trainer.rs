//! The training loop's one step, for every network of the site: loss, backward, update, and nothing read back.
//!
//! On a GPU the next step can be sent off before the last one is done, as long as nobody asks for a number. So losses
//! and gradients stay tensors until the lesson reads them together, once a frame.

use burn::{
    module::{Module, ModuleVisitor, Param},
    optim::GradientsParams,
    tensor::{Device, Tensor, Transaction},
};
use rand_pcg::Pcg32;
use serde::{Deserialize, Serialize};

use super::optimizer::{Optimizer, OptimizerState};
use crate::{
    error::Error,
    weights::{self, Parameters, layer_of},
};

/// A network that learns.
#[derive(Debug)]
pub struct Trainer<M> {
    /// The network, on a device with autodiff.
    pub model: M,
    /// Turns gradients into updates.
    pub optimizer: Optimizer,
    /// Updates so far.
    pub step: u64,
    /// The gradients of the last step's weights, unread: one for each layer.
    gradients: Vec<LayerGradient>,
}

/// The gradient of a layer's weights as a flat tensor: `[weights]`.
#[derive(Clone, Debug)]
struct LayerGradient {
    layer: String,
    gradient: Tensor<1>,
}

impl<M: Module> Trainer<M> {
    /// A trainer before its first step. The network must live on a device with autodiff.
    pub fn new(model: M, optimizer: Optimizer) -> Self {
        Self { model, optimizer, step: 0, gradients: Vec::new() }
    }

    /// One training step at this rate. `loss` builds the loss of the current batch; the loss comes back as a tensor that
    /// nobody has read yet: `[1]`.
    pub fn step(&mut self, rate: f64, loss: impl FnOnce(&M) -> Tensor<1>) -> Tensor<1> {
        let loss = loss(&self.model);
        let gradients = GradientsParams::from_grads(loss.backward(), &self.model);
        let mut watch = Watch { path: Vec::new(), gradients: &gradients, found: Vec::new() };
        self.model.visit(&mut watch);
        self.gradients = watch.found;
        self.model = self.optimizer.step(self.model.clone(), gradients, rate);
        self.step += 1;
        loss.inner()
    }

    /// The network as it answers: without autodiff, dropout and the like.
    pub fn valid(&self) -> M {
        self.model.valid()
    }

    /// The layers that have weights, by name, in the order of [`Trainer::gradient_means`]; empty before the first step.
    pub fn layers(&self) -> Vec<&str> {
        self.gradients.iter().map(|gradient| gradient.layer.as_str()).collect()
    }

    /// Mean |gradient| of each layer's weights in the last step, unread: `[1]` each; empty before the first step. They
    /// are computed only when asked for.
    pub fn gradient_means(&self) -> Vec<Tensor<1>> {
        self.gradients.iter().map(|gradient| gradient.gradient.clone().abs().mean()).collect()
    }

    /// Everything that decides how the run goes on, read in one transaction.
    pub async fn save(&self) -> Result<Checkpoint, Error> {
        let (names, transaction) = weights::register(&self.model, Transaction::default());
        let transaction = self.optimizer.register(&self.model, transaction);
        let data = transaction.execute_async().await.map_err(|error| Error::Device(error.to_string()))?;
        let mut data = data.into_iter().map(weights::to_f32);
        let parameters = weights::collect(names, &mut data)?;
        let optimizer = self.optimizer.collect(&self.model, &mut data)?;
        Ok(Checkpoint { step: self.step, parameters, optimizer })
    }

    /// Goes back (or forward) to a checkpoint; from there the run repeats bit for bit on the CPU. On trouble nothing
    /// changes.
    pub fn restore(&mut self, checkpoint: &Checkpoint, device: &Device) -> Result<(), Error> {
        let model = weights::load(self.model.clone(), &checkpoint.parameters, device)?;
        self.optimizer.restore(&model, &checkpoint.optimizer, device)?;
        self.model = model;
        self.step = checkpoint.step;
        self.gradients.clear();
        Ok(())
    }
}

/// A moment of a run. Random state and batches belong to the lesson and are saved beside it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Checkpoint {
    /// Updates so far.
    pub step: u64,
    /// The network.
    pub parameters: Parameters,
    /// The optimiser's memory.
    pub optimizer: OptimizerState,
}

/// A moment of a run that draws all its chance from one source: from there it repeats bit for bit.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Moment {
    checkpoint: Checkpoint,
    rng: Pcg32,
}

impl Moment {
    /// Everything that decides how the run goes on, read in one transaction.
    pub async fn of<M: Module>(trainer: &Trainer<M>, rng: &Pcg32) -> Result<Self, Error> {
        Ok(Self { checkpoint: trainer.save().await?, rng: rng.clone() })
    }

    /// Takes a run back (or forward) to this moment; on trouble nothing changes.
    pub fn restore<M: Module>(&self, trainer: &mut Trainer<M>, rng: &mut Pcg32, device: &Device) -> Result<(), Error> {
        trainer.restore(&self.checkpoint, device)?;
        *rng = self.rng.clone();
        Ok(())
    }
}

/// Says where numbers went astray, from what was read back: the loss, the layers' mean gradients and the parameters.
/// Weights are looked at first, since broken weights break everything after them.
pub fn first_not_finite(parameters: &Parameters, gradients: &[(String, f32)], loss: f32) -> Option<String> {
    let gradient = || gradients.iter().find(|(_, mean)| !mean.is_finite());
    parameters
        .first_broken_layer()
        .map(|layer| format!("the weights of {layer}"))
        .or_else(|| gradient().map(|(layer, _)| format!("the gradient of {layer}")))
        .or_else(|| (!loss.is_finite()).then(|| "the loss".into()))
}

struct Watch<'a> {
    path: Vec<String>,
    gradients: &'a GradientsParams,
    found: Vec<LayerGradient>,
}

impl ModuleVisitor for Watch<'_> {
    fn enter_module(&mut self, name: &str, _container_type: &str) {
        self.path.push(name.into());
    }

    fn exit_module(&mut self, _name: &str, _container_type: &str) {
        self.path.pop();
    }

    fn visit_float<const D: usize>(&mut self, param: &Param<Tensor<D>>) {
        // Biases and scales are vectors; a layer's weights have at least two dimensions.
        if D < 2 {
            return;
        }
        if let Some(gradient) = self.gradients.get::<D>(param.id) {
            let layer = layer_of(&self.path.join(".")).to_owned();
            self.found.push(LayerGradient { layer, gradient: gradient.flatten(0, D - 1) });
        }
    }
}

#[cfg(test)]
mod tests {
    use futures::FutureExt;
    use rand::SeedableRng;
    use rand_pcg::Pcg32;

    use super::*;
    use crate::{
        data::images::one_hot,
        foundations::mlp::{Activation, Mlp, MlpConfig, cross_entropy},
        train::optimizer::OptimizerKind,
    };

    fn trainer(kind: OptimizerKind) -> Trainer<Mlp> {
        let config = MlpConfig { sizes: vec![3, 8, 2], activation: Activation::Tanh };
        let model = config.init(&Device::flex().autodiff(), &mut Pcg32::seed_from_u64(1));
        Trainer::new(model, Optimizer::new(kind))
    }

    fn train(trainer: &mut Trainer<Mlp>, steps: usize) -> Vec<f32> {
        let device = Device::flex().autodiff();
        (0..steps)
            .map(|_| {
                let shift = trainer.step as f32 * 0.1;
                let x = Tensor::<2>::from_floats([[shift, 1.0, 0.0], [0.3, -shift, 1.0]], &device);
                let targets = one_hot(&[0, 1], 2, &device);
                trainer.step(0.05, |model| cross_entropy(model.forward(x), targets)).into_scalar::<f32>()
            })
            .collect()
    }

    fn now<T>(future: impl Future<Output = T>) -> T {
        future.now_or_never().expect("the CPU answers at once")
    }

    #[test]
    fn a_restored_run_repeats_bit_for_bit() {
        for kind in OptimizerKind::ALL {
            let mut first = trainer(kind);
            train(&mut first, 7);
            let bytes = postcard::to_allocvec(&now(first.save()).unwrap()).unwrap();
            let losses = train(&mut first, 20);
            let mut second = trainer(kind);
            train(&mut second, 3);
            let checkpoint: Checkpoint = postcard::from_bytes(&bytes).unwrap();
            second.restore(&checkpoint, &Device::flex().autodiff()).unwrap();
            assert_eq!(train(&mut second, 20), losses, "{kind:?}");
            assert_eq!(now(first.save()).unwrap(), now(second.save()).unwrap(), "{kind:?}");
        }
    }

    #[test]
    fn a_foreign_checkpoint_changes_nothing() {
        let mut trainer = trainer(OptimizerKind::Adam);
        train(&mut trainer, 2);
        let before = now(trainer.save()).unwrap();
        let mut foreign = before.clone();
        foreign.optimizer.moments[1][0].pop();
        assert!(trainer.restore(&foreign, &Device::flex().autodiff()).is_err());
        foreign = before.clone();
        foreign.optimizer.moments.pop();
        assert!(trainer.restore(&foreign, &Device::flex().autodiff()).is_err());
        foreign = before.clone();
        foreign.parameters.0.pop();
        assert!(trainer.restore(&foreign, &Device::flex().autodiff()).is_err());
        assert_eq!(now(trainer.save()).unwrap(), before);
    }

    #[test]
    fn each_layer_has_its_mean_gradient() {
        let mut trainer = trainer(OptimizerKind::Sgd);
        assert!(trainer.gradient_means().is_empty());
        train(&mut trainer, 1);
        assert_eq!(trainer.layers(), ["layers.0", "layers.1"]);
        assert!(trainer.gradient_means().into_iter().all(|mean| mean.into_scalar::<f32>() > 0.0));
    }

    #[test]
    fn broken_numbers_are_traced() {
        let mut parameters = now(trainer(OptimizerKind::Sgd).save()).unwrap().parameters;
        let gradients = |value| vec![("layers.0".to_owned(), 1.0), ("layers.1".to_owned(), value)];
        assert_eq!(first_not_finite(&parameters, &gradients(1.0), 0.3), None);
        assert_eq!(first_not_finite(&parameters, &gradients(1.0), f32::NAN).unwrap(), "the loss");
        assert_eq!(first_not_finite(&parameters, &gradients(f32::NAN), 0.3).unwrap(), "the gradient of layers.1");
        parameters.0[0].values[0] = f32::NAN;
        assert_eq!(first_not_finite(&parameters, &gradients(1.0), 0.3).unwrap(), "the weights of layers.0");
    }
}
