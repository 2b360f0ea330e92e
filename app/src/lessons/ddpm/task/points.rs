//! The network that learns points of a plane.

use models::weights::Parameters;

use crate::{
    lessons::ddpm::{
        Settings,
        points::{Command, View},
    },
    session::{
        protocol::{CurvePoint, Trouble},
        serve::{self, Context},
    },
};

/// The running task.
pub struct Points {
    settings: Settings,
    context: Context,
    steps: u64,
}

impl Points {
    /// A fresh network and its points.
    pub fn start(settings: Settings, context: Context) -> Self {
        Self { settings, context, steps: 0 }
    }

    /// One update.
    pub fn step(&mut self) -> Result<bool, Trouble> {
        self.steps += 1;
        Ok(!serve::is_over(self.settings.points.stop, self.steps))
    }

    /// Takes over settings that need no new start.
    pub fn configure(&mut self, settings: Settings) {
        self.settings = settings;
    }

    /// What the reader asks.
    pub async fn command(&mut self, command: Command) -> Result<(), Trouble> {
        match command {
            Command::Time(_) => Ok(()),
        }
    }

    /// What the figures show now.
    pub async fn view(&mut self, _curves: &mut Vec<CurvePoint>) -> Result<View, Trouble> {
        let _ = &self.context.device;
        Ok(View { steps: self.steps })
    }

    /// Updates so far.
    pub fn steps(&self) -> u64 {
        self.steps
    }

    /// Why the run is over.
    pub fn finished(&self) -> Option<String> {
        serve::stopped(self.settings.points.stop, self.steps)
    }

    /// The whole state.
    pub async fn save(&mut self) -> Result<Vec<u8>, Trouble> {
        Ok(Vec::new())
    }

    /// Takes a saved state back.
    pub fn restore(&mut self, _bytes: &[u8]) -> Result<(), Trouble> {
        Ok(())
    }

    /// The network's weights.
    pub async fn weights(&mut self) -> Result<Parameters, Trouble> {
        Ok(Parameters::default())
    }

    /// Takes weights of a file.
    pub fn take_weights(&mut self, _parameters: &Parameters) -> Result<(), Trouble> {
        Ok(())
    }
}
