//! How good a classifier is: confusion counts, and what every threshold gains and costs.
//!
//! Curves and areas equal scikit-learn's (`roc_curve`, `precision_recall_curve`, `auc`, `average_precision_score`), ties
//! included.

pub mod bleu;

use serde::{Deserialize, Serialize};

/// How often each class was called which.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Confusion {
    /// The number of classes.
    pub classes: usize,
    /// Counts, row by row: the row is the truth, the column what it was called.
    pub counts: Vec<u32>,
}

impl Confusion {
    /// Nothing counted yet.
    pub fn new(classes: usize) -> Self {
        Self { classes, counts: vec![0; classes * classes] }
    }

    /// Counts one example. Panics if a class does not exist.
    pub fn add(&mut self, truth: usize, called: usize) {
        assert!(truth < self.classes && called < self.classes, "there are {} classes", self.classes);
        self.counts[truth * self.classes + called] += 1;
    }

    /// One cell.
    pub fn count(&self, truth: usize, called: usize) -> u32 {
        self.counts[truth * self.classes + called]
    }

    /// Examples counted.
    pub fn total(&self) -> u32 {
        self.counts.iter().sum()
    }

    /// Share of examples that were called what they are; NaN before the first.
    pub fn accuracy(&self) -> f64 {
        let right: u32 = (0..self.classes).map(|class| self.count(class, class)).sum();
        f64::from(right) / f64::from(self.total())
    }

    /// Share of each class that was called what it is; NaN for a class without examples.
    pub fn recalls(&self) -> Vec<f64> {
        let row = |class: usize| &self.counts[class * self.classes..(class + 1) * self.classes];
        (0..self.classes)
            .map(|class| f64::from(row(class)[class]) / f64::from(row(class).iter().sum::<u32>()))
            .collect()
    }
}

/// The position of the largest value, the first of equals, as a classifier calls it.
pub fn largest(values: &[f32]) -> usize {
    let better = |best: usize, index: usize| if values[index] > values[best] { index } else { best };
    (0..values.len()).fold(0, better)
}

/// One threshold: an example with at least this score is called positive.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Threshold {
    /// The least score that is called positive; the first one is infinite.
    pub score: f32,
    /// Positives called positive.
    pub true_positives: u32,
    /// Negatives called positive.
    pub false_positives: u32,
}

/// A point of the ROC curve.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct RocPoint {
    /// The least score that is called positive.
    pub threshold: f32,
    /// Share of negatives called positive.
    pub false_positive_rate: f64,
    /// Share of positives called positive.
    pub true_positive_rate: f64,
}

/// A point of the precision–recall curve.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct PrPoint {
    /// The least score that is called positive.
    pub threshold: f32,
    /// Share of positives among those called positive; 1 where nobody is.
    pub precision: f64,
    /// Share of positives called positive.
    pub recall: f64,
}

/// Every threshold that changes a decision, from the strictest on: one for each distinct score after the infinite one.
/// Scores that are not numbers are left out.
pub fn thresholds(scores: &[f32], positive: &[bool]) -> Vec<Threshold> {
    let mut order: Vec<(f32, bool)> =
        scores.iter().copied().zip(positive.iter().copied()).filter(|(score, _)| !score.is_nan()).collect();
    order.sort_by(|a, b| b.0.total_cmp(&a.0));
    let mut last = Threshold { score: f32::INFINITY, true_positives: 0, false_positives: 0 };
    let mut thresholds = vec![last];
    for (index, &(score, positive)) in order.iter().enumerate() {
        last.true_positives += u32::from(positive);
        last.false_positives += u32::from(!positive);
        // Equal scores cross the threshold together.
        if order.get(index + 1).is_none_or(|next| next.0 != score) {
            thresholds.push(Threshold { score, ..last });
        }
    }
    thresholds
}

/// The ROC curve from (0, 0) to (1, 1); empty unless both classes occur.
pub fn roc(scores: &[f32], positive: &[bool]) -> Vec<RocPoint> {
    let thresholds = thresholds(scores, positive);
    let all = thresholds[thresholds.len() - 1];
    if all.true_positives == 0 || all.false_positives == 0 {
        return Vec::new();
    }
    let share = |count: u32, of: u32| f64::from(count) / f64::from(of);
    thresholds
        .iter()
        .map(|threshold| RocPoint {
            threshold: threshold.score,
            false_positive_rate: share(threshold.false_positives, all.false_positives),
            true_positive_rate: share(threshold.true_positives, all.true_positives),
        })
        .collect()
}

/// The precision–recall curve from recall 0 to 1; empty unless a positive occurs.
pub fn precision_recall(scores: &[f32], positive: &[bool]) -> Vec<PrPoint> {
    let thresholds = thresholds(scores, positive);
    let all = thresholds[thresholds.len() - 1].true_positives;
    if all == 0 {
        return Vec::new();
    }
    thresholds
        .iter()
        .map(|threshold| {
            let called = threshold.true_positives + threshold.false_positives;
            let precision = if called == 0 { 1.0 } else { f64::from(threshold.true_positives) / f64::from(called) };
            let recall = f64::from(threshold.true_positives) / f64::from(all);
            PrPoint { threshold: threshold.score, precision, recall }
        })
        .collect()
}

/// The area under the ROC curve: the chance that a positive scores higher than a negative, ties counting half. NaN
/// unless both classes occur.
pub fn auc(scores: &[f32], positive: &[bool]) -> f64 {
    let curve = roc(scores, positive);
    if curve.is_empty() {
        return f64::NAN;
    }
    let strips = curve.windows(2).map(|pair| {
        let width = pair[1].false_positive_rate - pair[0].false_positive_rate;
        width * (pair[0].true_positive_rate + pair[1].true_positive_rate) / 2.0
    });
    strips.sum()
}

/// Average precision: the precision at every threshold, weighed by the recall that it adds. NaN unless a positive
/// occurs.
pub fn average_precision(scores: &[f32], positive: &[bool]) -> f64 {
    let curve = precision_recall(scores, positive);
    if curve.is_empty() {
        return f64::NAN;
    }
    curve.windows(2).map(|pair| (pair[1].recall - pair[0].recall) * pair[1].precision).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_class_has_its_own_share() {
        let mut confusion = Confusion::new(3);
        for (truth, called) in [(0, 0), (0, 1), (1, 1)] {
            confusion.add(truth, called);
        }
        let recalls = confusion.recalls();
        assert_eq!(recalls[..2], [0.5, 1.0]);
        assert!(recalls[2].is_nan());
    }

    #[test]
    fn counts_and_accuracy() {
        let mut confusion = Confusion::new(3);
        for (truth, called) in [(0, 0), (1, 1), (1, 2), (2, 2)] {
            confusion.add(truth, called);
        }
        assert_eq!((confusion.count(1, 2), confusion.total(), confusion.accuracy()), (1, 4, 0.75));
        assert!(Confusion::new(2).accuracy().is_nan());
        assert_eq!((largest(&[1.0, 3.0, 3.0]), largest(&[f32::NAN, 1.0]), largest(&[])), (1, 0, 0));
    }

    #[test]
    fn perfect_worst_and_tied_scores() {
        let positive = [true, true, false, false];
        assert_eq!(auc(&[4.0, 3.0, 2.0, 1.0], &positive), 1.0);
        assert_eq!(auc(&[1.0, 2.0, 3.0, 4.0], &positive), 0.0);
        assert_eq!(auc(&[1.0; 4], &positive), 0.5);
        assert_eq!(average_precision(&[4.0, 3.0, 2.0, 1.0], &positive), 1.0);
        assert_eq!(average_precision(&[1.0; 4], &positive), 0.5);
    }

    #[test]
    fn one_class_or_nothing_gives_no_curve() {
        assert!(roc(&[1.0, 2.0], &[true, true]).is_empty() && auc(&[], &[]).is_nan());
        assert!(precision_recall(&[1.0], &[false]).is_empty() && average_precision(&[1.0], &[false]).is_nan());
        assert_eq!(auc(&[f32::NAN, 1.0, 0.0], &[true, true, false]), 1.0);
    }
}
