//! The worker half: a state that rolls downhill, or the measurement of how much such a memory holds.

mod capacity;
mod diagram;
mod patterns;
mod recall;

use models::weights::Parameters;

use self::{capacity::Capacity, recall::Recalling};
use crate::{
    lessons::hopfield::{Command, Hopfield, Settings, Snapshot, Study},
    session::{
        protocol::{CurvePoint, Remedy, Trouble, decode, encode},
        serve::{self, Context},
    },
};

const NO_NETWORK: &str = "The capacity is measured with many networks, so there is none to save or to load into.";

/// The running task.
pub enum Task {
    /// One state on its way down.
    Recall(Box<Recalling>),
    /// Overlap against load.
    Capacity(Capacity),
}

impl serve::Task for Task {
    type Protocol = Hopfield;

    async fn start(settings: Settings, context: Context) -> Result<Self, Trouble> {
        Ok(match settings.study {
            Study::Recall => Task::Recall(Box::new(Recalling::start(settings, &context).await?)),
            Study::Capacity => Task::Capacity(Capacity::new(&settings)),
        })
    }

    fn step(&mut self) -> Result<bool, Trouble> {
        Ok(match self {
            Task::Recall(task) => task.step(),
            Task::Capacity(task) => task.step(),
        })
    }

    fn configure(&mut self, settings: Settings) {
        if let Task::Recall(task) = self {
            task.configure(settings);
        }
    }

    async fn command(&mut self, command: Command) -> Result<(), Trouble> {
        if let Task::Recall(task) = self {
            task.command(command);
        }
        Ok(())
    }

    async fn snapshot(&mut self, curves: &mut Vec<CurvePoint>) -> Result<Snapshot, Trouble> {
        Ok(match self {
            Task::Recall(task) => Snapshot::Recall(Box::new(task.view(curves))),
            Task::Capacity(task) => Snapshot::Capacity(task.curve()),
        })
    }

    fn steps(&self) -> u64 {
        match self {
            Task::Recall(task) => task.steps(),
            Task::Capacity(task) => task.steps(),
        }
    }

    fn finished(&self) -> Option<String> {
        match self {
            Task::Recall(task) => task.finished(),
            Task::Capacity(task) => task.finished(),
        }
    }

    async fn save(&mut self) -> Result<Vec<u8>, Trouble> {
        Ok(match self {
            Task::Recall(task) => encode(task.state()),
            Task::Capacity(task) => encode(task.measured()),
        })
    }

    async fn weights(&mut self) -> Result<Parameters, Trouble> {
        match self {
            Task::Recall(task) => Ok(task.weights()),
            Task::Capacity(_) => Err(Trouble::new(NO_NETWORK, Remedy::Dismiss)),
        }
    }

    async fn take_weights(&mut self, parameters: &Parameters) -> Result<(), Trouble> {
        match self {
            Task::Recall(task) => Ok(task.take_weights(parameters)?),
            Task::Capacity(_) => Err(Trouble::new(NO_NETWORK, Remedy::Dismiss)),
        }
    }

    async fn restore(&mut self, bytes: &[u8]) -> Result<(), Trouble> {
        match self {
            Task::Recall(task) => task.restore(decode(bytes)?),
            Task::Capacity(task) => {
                task.restore(decode(bytes)?);
                Ok(())
            }
        }
    }
}
