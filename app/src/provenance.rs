//! Where the pretrained weights come from, as the trainer wrote it.

/// One set of weights.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Provenance {
    /// File name without ending.
    pub name: &'static str,
    /// The model's path in the source.
    pub model: &'static str,
    /// The data set.
    pub data: &'static str,
    /// Which part of it.
    pub split: &'static str,
    /// Where it comes from.
    pub origin: &'static str,
    /// Its licence.
    pub licence: &'static str,
    /// The command that trains these weights again.
    pub command: &'static str,
    /// What trained them.
    pub trainer: &'static str,
    /// When.
    pub date: &'static str,
    /// How, in a sentence or two.
    pub recipe: &'static str,
    /// Updates.
    pub steps: i64,
    /// Seconds it took.
    pub seconds: f64,
    /// What they reach.
    pub metrics: &'static [Metric],
}

/// A measured value beside the paper's.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Metric {
    /// What was measured.
    pub name: &'static str,
    /// On which data.
    pub split: &'static str,
    /// The value.
    pub value: f64,
    /// The paper's value, where it gives one.
    pub paper: Option<f64>,
}

/// What was logged while a set of weights was trained, and how often it calls each class which on data that may not be
/// shipped. Each set has its own constant in [`logs`], named as its file, so that a page carries only the one it shows.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Log {
    /// Curves by name; those of other runs than the shipped one's begin with the name of the run, as in `tanh-accuracy`.
    pub curves: &'static [Curve],
    /// Other runs, logged for comparison.
    pub runs: &'static [Run],
    /// Row by row, truth and called; empty for what is no classifier.
    pub confusion: &'static [u32],
    /// On which data these were counted.
    pub split: &'static str,
    /// Names of the classes, in order, where the provenance file gives them.
    pub classes: &'static [&'static str],
}

impl Log {
    /// The curve of that name.
    pub fn curve(&self, name: &str) -> Option<&'static Curve> {
        self.curves.iter().find(|curve| curve.name == name)
    }

    /// The curve of that name as points over its steps; empty if there is none.
    pub fn points(&self, name: &str) -> Vec<(f64, f64)> {
        let points = self.curve(name).into_iter().flat_map(|curve| curve.steps.iter().zip(curve.values));
        points.map(|(step, value)| (f64::from(*step), f64::from(*value))).collect()
    }

    /// A curve of one of the runs over passes through the data; empty if there is none.
    pub fn by_epoch(&self, run: &str, curve: &str) -> Vec<(f64, f64)> {
        let steps = self.runs.iter().find(|known| known.name == run).map_or(1, |known| known.steps_an_epoch.max(1));
        let points = self.points(&format!("{run}-{curve}")).into_iter();
        points.map(|(step, value)| (step / steps as f64, value)).collect()
    }
}

/// A measured quantity over the updates.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Curve {
    /// What was measured.
    pub name: &'static str,
    /// Updates done when it was measured.
    pub steps: &'static [u32],
    /// What came out.
    pub values: &'static [f32],
}

/// A run of which only the log is kept.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Run {
    /// Its name, with which its curves begin.
    pub name: &'static str,
    /// Its network, as far as it differs.
    pub network: &'static str,
    /// What it did.
    pub recipe: &'static str,
    /// Updates in one epoch.
    pub steps_an_epoch: i64,
}

impl Metric {
    /// A value of this metric as a reader wants it: percentages and nats with one decimal, shares with four.
    pub fn written(value: f64) -> String {
        let decimals = if value.fract() == 0.0 { 0 } else { 4 - 3 * usize::from(value.abs() >= 10.0) };
        format!("{value:.decimals$}").replace('-', "−")
    }
}

include!(concat!(env!("OUT_DIR"), "/provenance.rs"));

/// The provenance of a set of weights.
pub fn find(name: &str) -> Option<&'static Provenance> {
    PROVENANCE.iter().find(|weights| weights.name == name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn metrics_are_written_for_readers() {
        let written = [46.411_683, 0.9917, -138.504_41, 2.0].map(Metric::written);
        assert_eq!(written, ["46.4", "0.9917", "−138.5", "2"]);
        let lenet = find("lenet-mnist").unwrap();
        assert_eq!(lenet.metrics[0].paper, Some(0.9905), "LeCun and others 1998: a test error of 0.95 %");
        assert!(PROVENANCE.iter().all(|weights| !weights.recipe.is_empty()));
    }

    #[test]
    fn logs_are_read() {
        let log = logs::LENET_MNIST;
        let curve = log.curve("validation-accuracy").unwrap();
        assert_eq!(curve.steps.len(), curve.values.len());
        assert!(curve.values.iter().all(|share| (0.0..=1.0).contains(share)));
        assert_eq!((log.confusion.len(), log.confusion.iter().sum::<u32>()), (100, 10_000));
        assert!(log.curve("nothing").is_none() && logs::VAE_MNIST.confusion.is_empty());
        let epochs = logs::ALEXNET_IMAGENETTE.by_epoch("tanh", "validation-accuracy");
        assert_eq!(epochs.iter().map(|(epoch, _)| *epoch).take(3).collect::<Vec<_>>(), [1.0, 2.0, 3.0]);
        assert!(log.by_epoch("nothing", "loss").is_empty());
    }
}
