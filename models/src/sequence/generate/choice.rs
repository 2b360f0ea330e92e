//! One word chosen from its logits, on plain numbers.

use rand::{Rng, RngExt};
use serde::{Deserialize, Serialize};

/// How many alternatives a choice remembers.
const SHOWN: usize = 8;

/// A choice and what else was likely.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Chosen {
    /// The token that was chosen.
    pub token: usize,
    /// The logarithm of its probability, before any temperature or cut.
    pub log_probability: f32,
    /// The likeliest tokens with their probabilities, before any temperature or cut, the likeliest first.
    pub likely: Vec<(usize, f32)>,
    /// How many tokens could have been chosen at all.
    pub open: usize,
}

/// How a draw goes.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Sampling {
    /// Above 1 evens the chances out, below 1 sharpens them; at 0 the likeliest word always wins.
    pub temperature: f32,
    /// Only so many of the likeliest words; none for all.
    pub top_k: Option<usize>,
    /// Only the fewest words that together reach this share; none for all.
    pub top_p: Option<f32>,
    /// Decides the draws.
    pub seed: u64,
}

/// Logarithms of the probabilities. A logit that is no number counts as the least of all.
pub fn log_softmax(logits: &[f32]) -> Vec<f32> {
    let clean = |logit: f32| if logit.is_nan() { f32::NEG_INFINITY } else { logit.min(f32::MAX) };
    let largest = logits.iter().map(|&logit| clean(logit)).fold(f32::NEG_INFINITY, f32::max);
    if largest == f32::NEG_INFINITY {
        return vec![-(logits.len() as f32).ln(); logits.len()];
    }
    let sum: f32 = logits.iter().map(|&logit| (clean(logit) - largest).exp()).sum();
    logits.iter().map(|&logit| clean(logit) - largest - sum.ln()).collect()
}

/// The numbers of the `count` largest, the largest first; of equals the first.
pub fn rank(values: &[f32], count: usize) -> Vec<usize> {
    let mut order: Vec<usize> = (0..values.len()).collect();
    let before = |a: &usize, b: &usize| values[*b].total_cmp(&values[*a]).then(a.cmp(b));
    if count < order.len() {
        order.select_nth_unstable_by(count, before);
        order.truncate(count);
    }
    order.sort_unstable_by(before);
    order
}

/// The likeliest token.
pub(super) fn best(logits: &[f32]) -> Chosen {
    let log_probabilities = log_softmax(logits);
    let token = rank(&log_probabilities, 1).first().copied().unwrap_or_default();
    chosen(token, 1, &log_probabilities)
}

/// A draw by the rule.
pub fn draw<R: Rng>(logits: &[f32], sampling: &Sampling, rng: &mut R) -> Chosen {
    let log_probabilities = log_softmax(logits);
    // Drawn whether or not it is needed, so that the later draws stay the same.
    let mark = rng.random::<f32>();
    // A temperature that is no number counts as 0.
    if sampling.temperature.is_nan() || sampling.temperature <= 0.0 {
        return Chosen { open: 1, ..best(logits) };
    }
    // Against the likeliest, so that the coldest draw still has a winner.
    let most = log_probabilities.iter().copied().fold(f32::NEG_INFINITY, f32::max);
    let warm: Vec<f32> = log_probabilities.iter().map(|log| (log - most) / sampling.temperature).collect();
    let shares: Vec<f32> = log_softmax(&warm).into_iter().map(f32::exp).collect();
    let order = rank(&shares, sampling.top_k.unwrap_or(usize::MAX).max(1));
    // First k, then p of what k has left; the likeliest is always open.
    let limit = sampling.top_p.unwrap_or(1.0) * order.iter().map(|&token| shares[token]).sum::<f32>();
    let (mut open, mut sum) = (0, 0.0);
    for &token in &order {
        if open > 0 && sum >= limit {
            break;
        }
        sum += shares[token];
        open += 1;
    }
    let mut left = mark * sum;
    let drawn = order[..open].iter().find(|&&token| {
        left -= shares[token];
        left < 0.0
    });
    let token = drawn.or(order[..open].last()).copied().unwrap_or_default();
    chosen(token, open, &log_probabilities)
}

fn chosen(token: usize, open: usize, log_probabilities: &[f32]) -> Chosen {
    let likely = rank(log_probabilities, SHOWN).into_iter().map(|token| (token, log_probabilities[token].exp()));
    let log_probability = log_probabilities.get(token).copied().unwrap_or_default();
    Chosen { token, log_probability, likely: likely.collect(), open }
}

#[cfg(test)]
mod tests {
    use rand::SeedableRng;
    use rand_pcg::Pcg32;

    use super::*;

    const LOGITS: [f32; 4] = [1.0, 3.0, 2.0, -1.0];

    fn sampling(temperature: f32, top_k: Option<usize>, top_p: Option<f32>) -> Sampling {
        Sampling { temperature, top_k, top_p, seed: 1 }
    }

    fn counts(sampling: Sampling) -> [usize; 4] {
        let mut rng = Pcg32::seed_from_u64(sampling.seed);
        let mut counts = [0; 4];
        for _ in 0..4000 {
            counts[draw(&LOGITS, &sampling, &mut rng).token] += 1;
        }
        counts
    }

    #[test]
    fn the_likeliest_and_its_rivals() {
        let chosen = best(&LOGITS);
        assert_eq!((chosen.token, chosen.open), (1, 1));
        let tokens: Vec<usize> = chosen.likely.iter().map(|(token, _)| *token).collect();
        assert_eq!(tokens, [1, 2, 0, 3]);
        assert!((chosen.likely.iter().map(|(_, share)| share).sum::<f32>() - 1.0).abs() < 1e-6);
        assert_eq!(rank(&[1.0, 1.0, 2.0], 2), [2, 0]);
    }

    #[test]
    fn draws_follow_the_shares() {
        // Shares 0.087, 0.644, 0.237, 0.032; four thousand draws of the largest stay within four standard deviations.
        let found = counts(sampling(1.0, None, None));
        assert!((found[1] as f64 / 4000.0 - 0.6439).abs() < 4.0 * (0.6439_f64 * 0.3561 / 4000.0).sqrt(), "{found:?}");
        assert!(found.iter().all(|&count| count > 0));
        assert!(counts(sampling(0.3, None, None))[1] > 3700);
        assert!(counts(sampling(5.0, None, None))[3] > 500);
    }

    #[test]
    fn cuts_leave_the_likeliest() {
        let two = counts(sampling(1.0, Some(2), None));
        assert!(two[0] == 0 && two[3] == 0 && two[2] > 800);
        // 0.644 + 0.237 reach 0.7, 0.644 alone reaches 0.6.
        let two = counts(sampling(1.0, None, Some(0.7)));
        assert!(two[0] == 0 && two[3] == 0 && two[2] > 800);
        assert_eq!(counts(sampling(1.0, None, Some(0.6)))[1], 4000);
        assert_eq!(counts(sampling(1.0, None, Some(-3.0)))[1], 4000);
        assert_eq!(counts(sampling(1.0, Some(0), None))[1], 4000);
        // Of the two likeliest the first has 0.73 of their sum, so 0.7 of it leaves one and 0.8 leaves two.
        assert_eq!(counts(sampling(1.0, Some(2), Some(0.7)))[1], 4000);
        assert!(counts(sampling(1.0, Some(2), Some(0.8)))[2] > 800);
        assert_eq!(counts(sampling(0.0, None, None))[1], 4000);
        assert_eq!(counts(sampling(f32::MIN_POSITIVE, None, None))[1], 4000);
        assert_eq!(counts(sampling(f32::NAN, None, None))[1], 4000);
    }

    #[test]
    fn broken_logits_break_nothing() {
        let mut rng = Pcg32::seed_from_u64(1);
        for logits in [vec![], vec![f32::NAN; 3], vec![f32::NEG_INFINITY; 3], vec![f32::INFINITY, 0.0, f32::NAN]] {
            let open = sampling(1.0, Some(2), Some(0.9));
            assert!(draw(&logits, &open, &mut rng).token < logits.len().max(1));
            assert!(best(&logits).token < logits.len().max(1));
            assert!(log_softmax(&logits).iter().all(|log| !log.is_nan()));
        }
    }
}
