//! One query walked through: every number between a word's question and its answer, small enough to be read.
//!
//! ```text
//! scoreⱼ = q · kⱼ      scaledⱼ = scoreⱼ / √d      weightⱼ = e^scaledⱼ / Σ e^scaled      mixed = Σ weightⱼ vⱼ
//! ```
//!
//! `q`, the keys and the values come from the network; the rest is computed here on plain numbers, and a test compares it
//! with what the network computes.

use burn::tensor::{Device, Tensor, Transaction};
use serde::{Deserialize, Serialize};

use super::{
    attention::{Attention, Mask},
    heads::{Head, Silenced, Stack},
    transformer::{Transformer, tokens},
};
use crate::{error::Error, weights::to_f32};

/// One head's answer to one query, step by step.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Walk {
    /// The question: `d` numbers.
    pub query: Vec<f32>,
    /// What each position answers to: `d` numbers for each key that may be seen.
    pub keys: Vec<Vec<f32>>,
    /// What each position has to say: `d` numbers for each key that may be seen.
    pub values: Vec<Vec<f32>>,
    /// `q · k` for each key.
    pub scores: Vec<f32>,
    /// The scores divided by `√d`.
    pub scaled: Vec<f32>,
    /// Their softmax.
    pub weights: Vec<f32>,
    /// Each value times its weight.
    pub weighed: Vec<Vec<f32>>,
    /// The sum of the weighed values: `d` numbers.
    pub mixed: Vec<f32>,
}

/// All steps from a question, keys and values of one length.
pub fn walk(query: Vec<f32>, keys: Vec<Vec<f32>>, values: Vec<Vec<f32>>) -> Walk {
    let scores: Vec<f32> = keys.iter().map(|key| key.iter().zip(&query).map(|(k, q)| k * q).sum()).collect();
    let root = (query.len() as f32).sqrt();
    let scaled: Vec<f32> = scores.iter().map(|score| score / root).collect();
    let weights = softmax(&scaled);
    let weigh = |(value, &weight): (&Vec<f32>, &f32)| value.iter().map(|v| v * weight).collect();
    let weighed: Vec<Vec<f32>> = values.iter().zip(&weights).map(weigh).collect();
    let mixed = (0..query.len()).map(|i| weighed.iter().filter_map(|value| value.get(i)).sum()).collect();
    Walk { query, keys, values, scores, scaled, weights, weighed, mixed }
}

/// Shares that add up to 1, the larger the score the larger. No scores give no shares.
pub fn softmax(scores: &[f32]) -> Vec<f32> {
    let largest = scores.iter().copied().fold(f32::NEG_INFINITY, f32::max);
    let powers: Vec<f32> = scores.iter().map(|score| (score - largest).exp()).collect();
    let sum: f32 = powers.iter().sum();
    powers.iter().map(|power| power / sum).collect()
}

impl Transformer {
    /// Walks one query of one head through: the position counts in the source for the encoder, else in the target. The target
    /// sees only its past. Nothing comes back if there is no such head or position.
    pub async fn walk(
        &self,
        source: &[usize],
        target: &[usize],
        head: Head,
        position: usize,
        device: &Device,
    ) -> Result<Option<Walk>, Error> {
        let asking = if head.stack == Stack::Encoder { source } else { target };
        let layers = if head.stack == Stack::Encoder { self.encoder.len() } else { self.decoder.len() };
        if position >= asking.len() || source.is_empty() || head.layer >= layers {
            return Ok(None);
        }
        let (attention, x, memory) = self.inputs(source, target, head, device);
        if head.head >= attention.heads() {
            return Ok(None);
        }
        let visible = if head.stack == Stack::Decoder { position + 1 } else { memory.dims()[1] };
        let remembered = attention.remember(memory);
        let of_head = |tensor: Tensor<4>, first: usize, count: usize| {
            tensor.inner().narrow(1, head.head, 1).narrow(2, first, count) // [1, 1, count, d]
        };
        let questions = attention.ask(x);
        let d = questions.dims()[3];
        let transaction = Transaction::default()
            .register(of_head(questions, position, 1))
            .register(of_head(remembered.keys, 0, visible))
            .register(of_head(remembered.values, 0, visible));
        let data = transaction.execute_async().await.map_err(|error| Error::Device(error.to_string()))?;
        let mut numbers = data.into_iter().map(to_f32);
        let mut next = || numbers.next().unwrap_or_else(|| Err(Error::Device("too few tensors came back".into())));
        let (query, keys, values) = (next()?, next()?, next()?);
        let rows = |numbers: Vec<f32>| numbers.chunks_exact(d).map(<[f32]>::to_vec).collect();
        Ok(Some(walk(query, rows(keys), rows(values))))
    }

    /// What goes into one attention: the layer's attention, who asks and who is asked.
    pub(super) fn inputs(
        &self,
        source: &[usize],
        target: &[usize],
        head: Head,
        device: &Device,
    ) -> (&Attention, Tensor<3>, Tensor<3>) {
        let all = Silenced::default();
        let (source, _) = tokens(&[source.to_vec()], 0, device);
        if head.stack == Stack::Encoder {
            let before = self.encoder.iter().take(head.layer);
            let x = before.fold(self.embed(source, 0), |x, layer| layer.forward(x, None, None).output);
            let layer = &self.encoder[head.layer];
            let y = layer.attention_norm.forward(x);
            return (&layer.attention, y.clone(), y);
        }
        let (memory, _) = self.encode(source, None, &all);
        let (target, _) = tokens(&[target.to_vec()], 0, device);
        let causal = Mask::causal(target.dims()[1], device);
        let mut x = self.embed(target, 0);
        for (number, layer) in self.decoder.iter().enumerate().take(head.layer) {
            let limits = self.limits(number, Some(&causal), None, &all, device);
            x = layer.forward(x, None, &layer.cross.remember(memory.clone()), limits).output;
        }
        let layer = &self.decoder[head.layer];
        let y = layer.attention_norm.forward(x.clone());
        if head.stack == Stack::Decoder {
            return (&layer.attention, y.clone(), y);
        }
        let x = x + layer.attention.forward(y.clone(), y, Some(&causal)).output;
        (&layer.cross, layer.cross_norm.forward(x), memory)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_walk_by_hand() {
        let found = walk(vec![2.0, 0.0, 0.0, 0.0], vec![vec![1.0; 4], vec![0.0; 4]], vec![vec![1.0; 4], vec![-1.0; 4]]);
        assert_eq!((found.scores.as_slice(), found.scaled.as_slice()), ([2.0, 0.0].as_slice(), [1.0, 0.0].as_slice()));
        let share = 1.0 / (1.0 + (-1.0_f32).exp());
        assert!((found.weights[0] - share).abs() < 1e-6);
        assert!(found.mixed.iter().all(|mixed| (mixed - (2.0 * share - 1.0)).abs() < 1e-6));
    }

    #[test]
    fn softmax_bears_anything_finite() {
        assert!(softmax(&[]).is_empty());
        assert_eq!(softmax(&[1e30, 1e30]), [0.5, 0.5]);
        assert_eq!(softmax(&[-1e30, 0.0]), [0.0, 1.0]);
    }
}
