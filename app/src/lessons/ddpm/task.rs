//! The worker half: a small network that learns points, or a large one that draws pictures.

mod pictures;
mod points;

use models::weights::Parameters;

use self::{pictures::Pictures, points::Points};
use crate::{
    lessons::ddpm::{Command, Ddpm, Settings, Snapshot, settings::Role},
    session::{
        protocol::{CurvePoint, Trouble},
        serve::{self, Context},
    },
};

/// The running task.
pub enum Task {
    /// Points of a plane, learned here.
    Points(Box<Points>),
    /// Pictures, learned before.
    Pictures(Box<Pictures>),
}

impl serve::Task for Task {
    type Protocol = Ddpm;

    async fn start(settings: Settings, context: Context) -> Result<Self, Trouble> {
        Ok(match settings.role {
            Role::Points => Task::Points(Box::new(Points::start(settings, context)?)),
            Role::Pictures => Task::Pictures(Box::new(Pictures::start(settings, context))),
        })
    }

    fn step(&mut self) -> Result<bool, Trouble> {
        match self {
            Task::Points(task) => task.step(),
            Task::Pictures(_) => Ok(false),
        }
    }

    fn configure(&mut self, settings: Settings) {
        match self {
            Task::Points(task) => task.configure(settings),
            Task::Pictures(task) => task.configure(settings),
        }
    }

    async fn command(&mut self, command: Command) -> Result<(), Trouble> {
        match (self, command) {
            (Task::Points(task), Command::Points(command)) => task.command(command).await,
            (Task::Pictures(task), Command::Pictures(command)) => task.command(command).await,
            _ => Ok(()),
        }
    }

    fn has_work(&self) -> bool {
        matches!(self, Task::Pictures(task) if task.has_work())
    }

    async fn work(&mut self) -> Result<(), Trouble> {
        match self {
            Task::Points(_) => Ok(()),
            Task::Pictures(task) => task.work().await,
        }
    }

    async fn snapshot(&mut self, curves: &mut Vec<CurvePoint>) -> Result<Snapshot, Trouble> {
        Ok(match self {
            Task::Points(task) => Snapshot::Points(task.view(curves).await?),
            Task::Pictures(task) => Snapshot::Pictures(task.view()),
        })
    }

    fn steps(&self) -> u64 {
        match self {
            Task::Points(task) => task.steps(),
            Task::Pictures(_) => 0,
        }
    }

    fn finished(&self) -> Option<String> {
        match self {
            Task::Points(task) => task.finished(),
            Task::Pictures(_) => None,
        }
    }

    async fn save(&mut self) -> Result<Vec<u8>, Trouble> {
        match self {
            Task::Points(task) => task.save().await,
            // Pictures are drawn anew from their seed.
            Task::Pictures(_) => Ok(vec![0]),
        }
    }

    async fn restore(&mut self, bytes: &[u8]) -> Result<(), Trouble> {
        match self {
            Task::Points(task) => task.restore(bytes),
            Task::Pictures(_) => Ok(()),
        }
    }

    async fn weights(&mut self) -> Result<Parameters, Trouble> {
        match self {
            Task::Points(task) => task.weights().await,
            Task::Pictures(task) => task.weights().await,
        }
    }

    async fn take_weights(&mut self, parameters: &Parameters) -> Result<(), Trouble> {
        match self {
            Task::Points(task) => Ok(task.take_weights(parameters)?),
            Task::Pictures(task) => task.take_weights(parameters),
        }
    }
}
