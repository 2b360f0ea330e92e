//! The worker half: points by hand-written backpropagation, pictures by burn.

mod pictures;
mod points;

use models::weights::Parameters;

use self::{pictures::Pictures, points::Points};
use crate::{
    lessons::mlp::{Command, Mlp, Settings, Snapshot},
    session::{
        protocol::{CurvePoint, Trouble},
        serve::{self, Context, not_finite},
    },
};

/// The running task.
pub enum Task {
    /// Two inputs, two classes.
    Points(Box<Points>),
    /// 28 × 28 pixels, ten classes.
    Pictures(Box<Pictures>),
}

impl serve::Task for Task {
    type Protocol = Mlp;

    async fn start(settings: Settings, context: Context) -> Result<Self, Trouble> {
        Ok(match settings.data.is_pictures() {
            true => Task::Pictures(Box::new(Pictures::start(settings, context).await?)),
            false => Task::Points(Box::new(Points::start(settings)?)),
        })
    }

    fn step(&mut self) -> Result<bool, Trouble> {
        if self.is_over() {
            return Ok(false);
        }
        match self {
            Task::Points(task) => task.step()?,
            Task::Pictures(task) => task.step()?,
        }
        Ok(!self.is_over())
    }

    fn waits(&self) -> bool {
        matches!(self, Task::Pictures(task) if task.waits())
    }

    fn configure(&mut self, settings: Settings) {
        match self {
            Task::Points(task) => task.configure(settings),
            Task::Pictures(task) => task.configure(settings),
        }
    }

    async fn command(&mut self, command: Command) -> Result<(), Trouble> {
        match (self, command) {
            (Task::Points(task), Command::Probe(input)) => task.probe(&input),
            (Task::Pictures(task), command) => task.command(command).await?,
            (Task::Points(_), _) => {}
        }
        Ok(())
    }

    async fn snapshot(&mut self, curves: &mut Vec<CurvePoint>) -> Result<Snapshot, Trouble> {
        match self {
            Task::Points(task) => Ok(task.snapshot(curves)),
            Task::Pictures(task) => task.snapshot(curves).await,
        }
    }

    fn steps(&self) -> u64 {
        match self {
            Task::Points(task) => task.steps(),
            Task::Pictures(task) => task.steps(),
        }
    }

    fn finished(&self) -> Option<String> {
        serve::stopped(self.stop(), self.steps())
    }

    async fn save(&mut self) -> Result<Vec<u8>, Trouble> {
        match self {
            Task::Points(task) => Ok(task.save()),
            Task::Pictures(task) => task.save().await,
        }
    }

    async fn weights(&mut self) -> Result<Parameters, Trouble> {
        match self {
            Task::Points(task) => Ok(task.weights()),
            Task::Pictures(task) => task.weights().await,
        }
    }

    async fn take_weights(&mut self, parameters: &Parameters) -> Result<(), Trouble> {
        match self {
            Task::Points(task) => Ok(task.take_weights(parameters)?),
            Task::Pictures(task) => Ok(task.take_weights(parameters)?),
        }
    }

    async fn restore(&mut self, bytes: &[u8]) -> Result<(), Trouble> {
        match self {
            Task::Points(task) => task.restore(bytes),
            Task::Pictures(task) => task.restore(bytes),
        }
    }
}

impl Task {
    fn stop(&self) -> u32 {
        match self {
            Task::Points(task) => task.settings().stop,
            Task::Pictures(task) => task.settings().stop,
        }
    }

    fn is_over(&self) -> bool {
        serve::is_over(self.stop(), serve::Task::steps(self))
    }
}

/// A layer of no more units than this is shown whole in the diagram, of a larger one so many units.
const WHOLE: usize = 10;
const SHOWN: usize = 8;

/// The first units of a layer, as many as the diagram shows.
fn first(units: usize) -> Vec<usize> {
    (0..if units <= WHOLE { units } else { SHOWN }).collect()
}

/// The units of a layer with the largest outputs, as many as the diagram shows, in their order.
fn most_active(outputs: &[f32]) -> Vec<usize> {
    let mut order: Vec<usize> = (0..outputs.len()).collect();
    order.sort_by(|a, b| outputs[*b].abs().total_cmp(&outputs[*a].abs()));
    order.truncate(first(outputs.len()).len());
    order.sort_unstable();
    order
}

/// Of the weights `[inputs, outputs]` those between these units.
fn between(weights: &[f32], outputs: usize, from: &[usize], to: &[usize]) -> Vec<f32> {
    from.iter().flat_map(|input| to.iter().map(move |output| weights[input * outputs + output])).collect()
}

/// Numbers left the finite range: in this layer, counted from 0, or in the loss alone.
fn layer_trouble(broken: Option<usize>, step: u64) -> Trouble {
    match broken {
        Some(layer) => not_finite(&format!("layer {}", layer + 1), step),
        None => not_finite("the loss", step),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_most_active_units_keep_their_order_and_their_weights() {
        assert_eq!(most_active(&[0.0, -3.0, 2.0]), [0, 1, 2]);
        let outputs: Vec<f32> = (0..12).map(|unit| if unit % 3 == 0 { 0.0 } else { unit as f32 }).collect();
        assert_eq!(most_active(&outputs), [1, 2, 4, 5, 7, 8, 10, 11]);
        // Two units to three: the weight from i to o is 10 i + o.
        assert_eq!(between(&[0.0, 1.0, 2.0, 10.0, 11.0, 12.0], 3, &[1], &[0, 2]), [10.0, 12.0]);
    }
}
