//! The passes of a run, whatever is learned: batches, a rate that falls along a cosine, a log, a checkpoint after every
//! pass, and going on from it.

use std::time::Instant;

use burn::module::Module;
use models::{
    data::batches::Batches,
    device::Device,
    tensor::Tensor,
    train::{
        optimizer::{Optimizer, OptimizerKind},
        trainer::{Checkpoint, Trainer},
    },
};
use rand::SeedableRng;
use rand_pcg::Pcg32;
use serde::{Deserialize, Serialize};

use crate::{
    Trouble,
    curves::Curves,
    run::{CheckpointFile, LOG_EVERY, SEED, cosine, mean, now},
};

/// How long a run is, and how far its steps go.
pub struct Passes {
    /// Examples that are learned from.
    pub examples: usize,
    /// How often each is seen.
    pub passes: usize,
    /// Examples in a step.
    pub batch: usize,
    /// The rate of the first step; it falls to 0.
    pub rate: f64,
}

/// A run between two passes.
#[derive(Serialize, Deserialize)]
struct State {
    trainer: Checkpoint,
    batches: Batches,
    rng: Pcg32,
    curves: Curves,
    seconds: f64,
}

/// A run that came to its end.
pub struct Finished<M> {
    /// The network.
    pub trainer: Trainer<M>,
    /// The log.
    pub curves: Curves,
    /// How long it took, all sittings together.
    pub seconds: f64,
}

impl Passes {
    /// Trains a network with Adam. `init` draws it; `learn` takes one step on a batch at a rate and gives back two numbers
    /// that nobody has read yet, `[1]` each; `log` writes their means; `judge` looks at the network after a pass, writes
    /// what it found and says it.
    pub fn train<M: Module>(
        &self,
        checkpoint: &CheckpointFile,
        init: impl FnOnce(&Device, &mut Pcg32) -> M,
        mut learn: impl FnMut(&mut Trainer<M>, &[usize], f64, &mut Pcg32) -> (Tensor<1>, Tensor<1>),
        log: impl Fn(&mut Curves, u64, f64, f64),
        judge: impl Fn(&mut Curves, u64, &M) -> String,
    ) -> Result<Finished<M>, Trouble> {
        let device = Device::flex().autodiff();
        let mut rng = Pcg32::seed_from_u64(SEED);
        let mut trainer = Trainer::new(init(&device, &mut rng), Optimizer::new(OptimizerKind::Adam));
        let mut batches = Batches::new(self.examples, self.batch, SEED);
        let (mut curves, mut seconds) = (Curves::default(), 0.0);
        if let Some(state) = checkpoint.load::<State>() {
            trainer.restore(&state.trainer, &device)?;
            State { batches, rng, curves, seconds, .. } = state;
            println!("going on at step {}", trainer.step);
        }
        let steps_per_pass = self.examples.div_ceil(self.batch) as u64;
        let steps = steps_per_pass * self.passes as u64;
        let mut clock = Instant::now();
        let mut unread: Vec<(Tensor<1>, Tensor<1>)> = Vec::new();
        while trainer.step < steps {
            let rate = cosine(self.rate, trainer.step, steps);
            unread.push(learn(&mut trainer, &batches.next(), rate, &mut rng));
            let step = trainer.step;
            if step.is_multiple_of(LOG_EVERY) {
                let (one, other): (Vec<_>, Vec<_>) = unread.drain(..).unzip();
                log(&mut curves, step, mean(one), mean(other));
            }
            if step.is_multiple_of(steps_per_pass) {
                let found = judge(&mut curves, step, &trainer.valid());
                println!("pass {:3}  step {step:6}  rate {rate:.6}  held-out {found}", step / steps_per_pass);
                // Means over a pass's last steps are dropped with a restart; forgetting them keeps both ways alike.
                unread.clear();
                seconds += clock.elapsed().as_secs_f64();
                clock = Instant::now();
                let state = State {
                    trainer: now(trainer.save())?,
                    batches: batches.clone(),
                    rng: rng.clone(),
                    curves: curves.clone(),
                    seconds,
                };
                checkpoint.save(&state)?;
            }
        }
        Ok(Finished { trainer, curves, seconds })
    }
}
