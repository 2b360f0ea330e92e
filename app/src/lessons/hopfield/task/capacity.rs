//! How much such a memory holds: random patterns, one small network a step, so that it can be stopped at any time.

use models::foundations::{hopfield::Rule, recall::held};

use crate::lessons::hopfield::{LOADS, Settings, TRIALS, UNITS};

/// The measurement.
pub struct Capacity {
    rule: Rule,
    seed: u32,
    measured: Vec<f32>,
}

impl Capacity {
    /// Nothing measured yet.
    pub fn new(settings: &Settings) -> Self {
        Self { rule: settings.rule, seed: settings.seed, measured: Vec::new() }
    }

    /// Measures one network.
    pub fn step(&mut self) -> bool {
        let trial = self.measured.len();
        if let Some(load) = LOADS.get(trial / TRIALS) {
            let count = (load * UNITS as f32).round() as usize;
            self.measured.push(held(UNITS, count, self.rule, u64::from(self.seed) * 1000 + trial as u64));
        }
        !self.is_over()
    }

    fn is_over(&self) -> bool {
        self.measured.len() >= LOADS.len() * TRIALS
    }

    /// The mean over each load's networks.
    pub fn curve(&self) -> Vec<(f32, f32)> {
        let mean = |values: &[f32]| values.iter().sum::<f32>() / values.len() as f32;
        LOADS.into_iter().zip(self.measured.chunks(TRIALS).map(mean)).collect()
    }

    /// Networks measured so far.
    pub fn steps(&self) -> u64 {
        self.measured.len() as u64
    }

    /// Why it is over.
    pub fn finished(&self) -> Option<String> {
        self.is_over().then(|| format!("{} networks were measured.", self.measured.len()))
    }

    /// Every network's overlap so far.
    pub fn measured(&self) -> &Vec<f32> {
        &self.measured
    }

    /// Goes on from there.
    pub fn restore(&mut self, mut measured: Vec<f32>) {
        measured.truncate(LOADS.len() * TRIALS);
        self.measured = measured;
    }
}
