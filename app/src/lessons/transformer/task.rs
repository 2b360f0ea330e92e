//! The worker half: a toy that is trained here, or a translator whose weights are fetched.

mod measure;
mod rules;
mod toy;
mod translate;
mod trials;

use models::{
    device::Device,
    sequence::{heads::Stack, inside::Station, transformer::Transformer as Net},
    tensor::Transaction,
    weights::Parameters,
};

use self::{toy::ToyTask, translate::Translator};
use crate::{
    lessons::{
        pictures::school::read,
        transformer::{Command, Inside, Settings, Snapshot, Transformer},
    },
    session::{
        protocol::{CurvePoint, Trouble},
        serve::{self, Context},
    },
};

/// The running task.
pub enum Task {
    /// Sequences of a few symbols, learned here.
    Toy(Box<ToyTask>),
    /// English to French, learned before.
    Translation(Box<Translator>),
}

impl serve::Task for Task {
    type Protocol = Transformer;

    async fn start(settings: Settings, context: Context) -> Result<Self, Trouble> {
        Ok(match settings.sequences() {
            Some(sequences) => Task::Toy(Box::new(ToyTask::start(sequences, settings, context))),
            None => Task::Translation(Box::new(Translator::start(settings, context).await?)),
        })
    }

    fn step(&mut self) -> Result<bool, Trouble> {
        match self {
            Task::Toy(task) => task.step(),
            // What is fetched has been trained.
            Task::Translation(_) => Ok(false),
        }
    }

    fn configure(&mut self, settings: Settings) {
        match self {
            Task::Toy(task) => task.configure(settings),
            Task::Translation(task) => task.configure(settings),
        }
    }

    async fn command(&mut self, command: Command) -> Result<(), Trouble> {
        match self {
            Task::Toy(task) => task.command(command).await,
            Task::Translation(task) => task.command(command).await,
        }
    }

    async fn snapshot(&mut self, curves: &mut Vec<CurvePoint>) -> Result<Snapshot, Trouble> {
        match self {
            Task::Toy(task) => task.snapshot(curves).await,
            Task::Translation(task) => task.snapshot().await,
        }
    }

    fn steps(&self) -> u64 {
        match self {
            Task::Toy(task) => task.steps(),
            Task::Translation(_) => 0,
        }
    }

    fn finished(&self) -> Option<String> {
        match self {
            Task::Toy(task) => task.finished(),
            Task::Translation(_) => {
                Some("This network was trained before: change the sentence, not the weights.".into())
            }
        }
    }

    async fn save(&mut self) -> Result<Vec<u8>, Trouble> {
        match self {
            Task::Toy(task) => task.save().await,
            // Nothing changes while it runs, so there is nothing to go back to.
            Task::Translation(_) => Ok(vec![0]),
        }
    }

    async fn restore(&mut self, bytes: &[u8]) -> Result<(), Trouble> {
        match self {
            Task::Toy(task) => task.restore(bytes),
            Task::Translation(_) => Ok(()),
        }
    }

    async fn weights(&mut self) -> Result<Parameters, Trouble> {
        match self {
            Task::Toy(task) => task.weights().await,
            Task::Translation(task) => task.weights().await,
        }
    }

    async fn take_weights(&mut self, parameters: &Parameters) -> Result<(), Trouble> {
        match self {
            Task::Toy(task) => task.take_weights(parameters),
            Task::Translation(task) => task.take_weights(parameters),
        }
    }
}

/// What stands where the reader looks, if anywhere.
async fn inside(
    model: &Net,
    source: &[usize],
    given: &[usize],
    at: Option<(Stack, Station)>,
    device: &Device,
) -> Result<Option<Inside>, Trouble> {
    let found = at.and_then(|at| Some((at, model.inside(source, given, at, device)?)));
    let Some((at, (shape, numbers))) = found else { return Ok(None) };
    let numbers = read(Transaction::default().register(numbers)).await?;
    Ok(Inside::of(at, &shape, &numbers.concat()))
}
