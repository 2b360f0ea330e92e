//! The networks that draw pictures.

use models::weights::Parameters;

use crate::{
    lessons::ddpm::{
        Settings,
        pictures::{Command, View},
    },
    session::{
        protocol::{Remedy, Trouble},
        serve::Context,
    },
};

/// The running task.
pub struct Pictures {
    settings: Settings,
    context: Context,
}

impl Pictures {
    /// Without weights yet.
    pub fn start(settings: Settings, context: Context) -> Self {
        Self { settings, context }
    }

    /// Takes over settings that need no new start.
    pub fn configure(&mut self, settings: Settings) {
        self.settings = settings;
    }

    /// What the reader asks.
    pub async fn command(&mut self, _command: Command) -> Result<(), Trouble> {
        let _ = &self.context.device;
        Ok(())
    }

    /// Whether a picture is on its way.
    pub fn has_work(&self) -> bool {
        false
    }

    /// One step of it.
    pub async fn work(&mut self) -> Result<(), Trouble> {
        Ok(())
    }

    /// What the figures show now.
    pub fn view(&self) -> View {
        View::default()
    }

    /// The network's weights.
    pub async fn weights(&mut self) -> Result<Parameters, Trouble> {
        Err(Trouble::new("The weights are not here yet; load them first.", Remedy::Dismiss))
    }

    /// Takes weights of a file.
    pub fn take_weights(&mut self, _parameters: &Parameters) -> Result<(), Trouble> {
        Ok(())
    }
}
