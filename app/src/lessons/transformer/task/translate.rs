//! The translator: weights that were trained before, one sentence, every head of every layer.

use models::weights::Parameters;

use crate::{
    lessons::transformer::{Command, Settings, Snapshot},
    session::{
        protocol::{Remedy, Trouble},
        serve::Context,
    },
};

/// The running task.
pub struct Translator {}

impl Translator {
    /// Fetches the weights.
    pub async fn start(_settings: Settings, _context: Context) -> Result<Self, Trouble> {
        Err(Trouble::new("The translator is not here yet.", Remedy::Dismiss))
    }

    pub fn configure(&mut self, _settings: Settings) {}

    pub async fn command(&mut self, _command: Command) -> Result<(), Trouble> {
        Ok(())
    }

    pub async fn snapshot(&mut self) -> Result<Snapshot, Trouble> {
        Err(Trouble::new("The translator is not here yet.", Remedy::Dismiss))
    }

    pub async fn weights(&mut self) -> Result<Parameters, Trouble> {
        Err(Trouble::new("The translator is not here yet.", Remedy::Dismiss))
    }

    pub fn take_weights(&mut self, _parameters: &Parameters) -> Result<(), Trouble> {
        Ok(())
    }
}
