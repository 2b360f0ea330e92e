//! The log of a run as curves, thinned for the provenance file.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// Points that a shipped curve has at most.
const MOST_POINTS: usize = 200;

/// A measured quantity over the steps.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Curve {
    /// Updates done when it was measured.
    pub steps: Vec<u64>,
    /// What was measured.
    pub values: Vec<f64>,
}

/// All curves of a run, by name.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Curves(pub BTreeMap<String, Curve>);

impl Curves {
    /// Adds a point.
    pub fn push(&mut self, name: &str, step: u64, value: f64) {
        let curve = self.0.entry(name.into()).or_default();
        curve.steps.push(step);
        curve.values.push(value);
    }

    /// The same curves with at most 200 points each, evenly spread, first and last kept; five digits are enough to draw.
    pub fn thinned(&self) -> Curves {
        let thin = |curve: &Curve| {
            let count = curve.steps.len();
            let kept = count.min(MOST_POINTS);
            let places = (0..kept).map(|place| if kept < 2 { 0 } else { place * (count - 1) / (kept - 1) });
            let (steps, values) =
                places.map(|place| (curve.steps[place], (curve.values[place] * 1e5).round() / 1e5)).unzip();
            Curve { steps, values }
        };
        Curves(self.0.iter().map(|(name, curve)| (name.clone(), thin(curve))).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn thinning_keeps_both_ends() {
        let mut curves = Curves::default();
        (0..1001).for_each(|step| curves.push("loss", step, step as f64));
        let thinned = &curves.thinned().0["loss"];
        assert_eq!((thinned.steps.len(), thinned.steps[0], thinned.steps[199]), (200, 0, 1000));
        assert!(thinned.steps.is_sorted());
    }
}
