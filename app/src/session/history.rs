//! The time machine's memory: checkpoints spaced so that memory stays bounded, and the curves of the run.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::session::{
    protocol::{CurvePoint, Series},
    query::spelt,
};

/// Checkpoints kept at most.
const MOST_CHECKPOINTS: usize = 48;
/// Bytes of checkpoints kept at most.
const MOST_BYTES: usize = 96 << 20;
/// Curve points kept per series; beyond that every second one goes, so the shape stays.
const MOST_POINTS: usize = 4_000;

/// A ring of checkpoints of one run, oldest first; `C` is where their bytes lie.
pub struct History<C> {
    kept: Vec<Checkpoint<C>>,
    spacing: u64,
}

struct Checkpoint<C> {
    step: u64,
    /// In bytes.
    size: usize,
    state: C,
}

impl<C> Default for History<C> {
    fn default() -> Self {
        Self { kept: Vec::new(), spacing: 0 }
    }
}

impl<C: Clone> History<C> {
    /// Whether a checkpoint at this step is worth keeping.
    pub fn wants(&self, step: u64) -> bool {
        self.kept.last().is_none_or(|last| step >= last.step + self.spacing.max(1))
    }

    /// Whether this very step can be gone back to.
    pub fn has(&self, step: u64) -> bool {
        self.kept.iter().any(|kept| kept.step == step)
    }

    /// Forgets what lies after a step: the run has taken another way from there.
    pub fn fork(&mut self, step: u64) {
        self.kept.retain(|kept| kept.step <= step);
    }

    /// Keeps a checkpoint of so many bytes. When there are too many, every second goes and the spacing doubles; the first,
    /// with the initial weights, always stays.
    pub fn keep(&mut self, step: u64, size: usize, state: C) {
        self.kept.retain(|kept| kept.step < step);
        self.kept.push(Checkpoint { step, size, state });
        while self.kept.len() > 2 && (self.kept.len() > MOST_CHECKPOINTS || self.bytes() > MOST_BYTES) {
            let last = self.kept.len() - 1;
            let mut index = 0;
            self.kept.retain(|_| {
                let stays = index == 0 || index == last || index % 2 == 0;
                index += 1;
                stays
            });
            let span = self.kept.last().map_or(0, |last| last.step);
            self.spacing = (span / (self.kept.len() as u64).max(1)).max(1);
        }
    }

    /// The checkpoint nearest to a step.
    pub fn nearest(&self, step: u64) -> Option<(u64, C)> {
        self.kept.iter().min_by_key(|kept| kept.step.abs_diff(step)).map(|kept| (kept.step, kept.state.clone()))
    }

    /// The newest checkpoint.
    pub fn last(&self) -> Option<(u64, C)> {
        self.kept.last().map(|last| (last.step, last.state.clone()))
    }

    /// The steps that can be gone back to.
    pub fn steps(&self) -> Vec<u64> {
        self.kept.iter().map(|kept| kept.step).collect()
    }

    /// Forgets everything.
    pub fn clear(&mut self) {
        self.kept.clear();
        self.spacing = 0;
    }

    fn bytes(&self) -> usize {
        self.kept.iter().map(|kept| kept.size).sum()
    }
}

/// The curves of one run.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Curves(BTreeMap<Series, Vec<(f64, f64)>>);

impl Curves {
    /// Adds the points that came with a frame.
    pub fn extend(&mut self, points: &[CurvePoint]) {
        for point in points {
            let line = self.0.entry(point.series).or_default();
            line.push((point.step as f64, f64::from(point.value)));
            if line.len() > MOST_POINTS {
                let mut index = 0_usize;
                line.retain(|_| {
                    index += 1;
                    index % 2 == 1
                });
            }
        }
    }

    /// Drops what lies after a step: the run goes on from there.
    pub fn truncate(&mut self, step: u64) {
        for line in self.0.values_mut() {
            line.retain(|(at, _)| *at <= step as f64);
        }
    }

    /// The same up to a step.
    pub fn until(&self, step: u64) -> Self {
        let mut curves = self.clone();
        curves.truncate(step);
        curves
    }

    /// The same with at most `most` points of each curve, the last among them.
    pub fn thinned(&self, most: usize) -> Self {
        let thin = |line: &Vec<(f64, f64)>| {
            let every = line.len().div_ceil(most).max(1);
            let mut kept: Vec<_> = line.iter().step_by(every).copied().collect();
            if kept.last() != line.last() {
                kept.extend(line.last());
            }
            kept
        };
        Self(self.0.iter().map(|(series, line)| (*series, thin(line))).collect())
    }

    /// One curve's points.
    pub fn line(&self, series: Series) -> &[(f64, f64)] {
        self.0.get(&series).map_or(&[], Vec::as_slice)
    }

    /// The newest value of a curve.
    pub fn last(&self, series: Series) -> Option<f64> {
        self.line(series).last().map(|(_, value)| *value)
    }

    /// Whether there is nothing to draw.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

/// Earlier runs kept at most.
const MOST_RUNS: usize = 8;
/// Points kept of each curve of an earlier run.
const POINTS_OF_A_RUN: usize = 1000;

/// An earlier run, kept for comparison.
#[derive(Clone, Debug, PartialEq)]
pub struct Run {
    /// Counted from 1.
    pub number: u32,
    /// What was set, in the words of the address.
    pub settings: String,
    /// How far it came.
    pub step: u64,
    /// How it went.
    pub curves: Curves,
}

/// Keeps a run; beyond eight the oldest goes.
pub fn keep_run(runs: &mut Vec<Run>, settings: &str, step: u64, curves: &Curves) {
    let number = runs.last().map_or(1, |run| run.number + 1);
    runs.push(Run { number, settings: in_words(settings), step, curves: curves.thinned(POINTS_OF_A_RUN) });
    if runs.len() > MOST_RUNS {
        runs.remove(0);
    }
}

/// An address's query as a reader would say it.
fn in_words(query: &str) -> String {
    let words: Vec<String> = query
        .split('&')
        .filter(|pair| !pair.is_empty() && !pair.starts_with("v="))
        .filter_map(|pair| pair.split_once('='))
        .map(|(key, value)| format!("{} {value}", spelt(key)))
        .map(|words| if words.len() > 40 { words.chars().take(40).chain(['…']).collect() } else { words })
        .collect();
    if words.is_empty() { "as the lesson begins".into() } else { words.join(", ") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_ring_stays_bounded_and_keeps_the_start() {
        let mut history = History::default();
        for step in 0..10_000 {
            if history.wants(step) {
                history.keep(step, 1000, ());
            }
        }
        let steps = history.steps();
        assert!(steps.len() <= MOST_CHECKPOINTS);
        assert_eq!(steps[0], 0);
        assert!(*steps.last().expect("some") > 9_000);
        assert!(steps.windows(2).all(|pair| pair[0] < pair[1]));
    }

    #[test]
    fn the_future_is_there_until_the_run_forks() {
        let mut history = History::default();
        (0..10).for_each(|step| history.keep(step, 1, step));
        assert!(!history.wants(4) && history.has(4) && !history.has(20));
        assert_eq!(history.nearest(4), Some((4, 4)));
        history.fork(4);
        assert_eq!(history.steps(), [0, 1, 2, 3, 4]);
        assert!(history.wants(5));
    }

    #[test]
    fn large_checkpoints_are_bounded_by_bytes() {
        let mut history = History::default();
        for step in 0..40 {
            history.keep(step, 10 << 20, ());
        }
        assert!(history.bytes() <= MOST_BYTES);
        assert_eq!(history.steps()[0], 0);
    }

    #[test]
    fn runs_are_kept_short_and_few() {
        let mut curves = Curves::default();
        for step in 0..5000 {
            curves.extend(&[CurvePoint { series: Series::Loss, step, value: 1.0 }]);
        }
        let mut runs = Vec::new();
        for _ in 0..10 {
            keep_run(&mut runs, "v=1&data=xor&rate=0.3", 4999, &curves);
        }
        assert_eq!((runs.len(), runs[0].number, runs[7].number), (8, 3, 10));
        assert_eq!(runs[0].settings, "data xor, rate 0.3");
        let line = runs[0].curves.line(Series::Loss);
        assert!(line.len() <= POINTS_OF_A_RUN + 1 && line.last() == Some(&(4999.0, 1.0)));
        keep_run(&mut runs, "", 0, &curves);
        assert_eq!(runs[7].settings, "as the lesson begins");
    }

    #[test]
    fn going_back_forgets_what_came_after() {
        let mut curves = Curves::default();
        let point = |step| CurvePoint { series: Series::Loss, step, value: step as f32 };
        curves.extend(&[point(1), point(2), point(3)]);
        curves.truncate(2);
        assert_eq!(curves.line(Series::Loss), [(1.0, 1.0), (2.0, 2.0)]);
        assert_eq!(curves.last(Series::Loss), Some(2.0));
    }
}
