//! Beam search, with the tree of all candidates kept for display.

use burn::tensor::Device;
use serde::{Deserialize, Serialize};

use super::{
    Bounds, Written,
    choice::{Chosen, log_softmax, rank},
};
use crate::{
    error::Error,
    sequence::{heads::Silenced, transformer::Transformer},
    weights::to_f32,
};

/// How a beam search goes.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Beam {
    /// Candidates that go on at once.
    pub width: usize,
    /// The power α of the length that a candidate's score is divided by: 0 prefers short sentences, 1 compares means.
    pub penalty: f32,
}

/// One candidate of the search: the sentence that leads from the root to it.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Node {
    /// The candidate that it goes on from; none for a first word.
    pub parent: Option<usize>,
    /// Its last token.
    pub token: usize,
    /// How many tokens lead here, its own included.
    pub depth: usize,
    /// Sum of the logarithms of the probabilities of all its tokens.
    pub log_probability: f32,
    /// What it is compared by: the sum divided by `length^α`.
    pub score: f32,
    /// Whether it was among the candidates that went on.
    pub kept: bool,
    /// Whether it came to its end.
    pub ended: bool,
    /// Whether it is part of the answer.
    pub chosen: bool,
}

impl Transformer {
    /// Goes on with the `width` best candidates until the best of all has ended.
    pub(super) async fn search(
        &self,
        source: &[usize],
        beam: Beam,
        bounds: Bounds,
        silenced: &Silenced,
        device: &Device,
    ) -> Result<Written, Error> {
        let width = beam.width.clamp(1, 64);
        let mut cache = self.start(source, silenced, device);
        let mut tree: Vec<Node> = Vec::new();
        let mut choices: Vec<Chosen> = Vec::new();
        let mut front: Vec<Option<usize>> = vec![None];
        let mut ended: Vec<usize> = Vec::new();
        for depth in 1..=bounds.longest {
            let last = |node: &Option<usize>| node.map_or(bounds.start, |node| tree[node].token);
            let written: Vec<usize> = front.iter().map(last).collect();
            let logits = self.next(&written, &mut cache).into_data_async().await;
            let logits = to_f32(logits.map_err(|error| Error::Device(error.to_string()))?)?;
            let vocabulary = logits.len() / front.len();
            let mut rivals: Vec<(usize, Node, Chosen)> = Vec::new();
            for (candidate, (row, &parent)) in logits.chunks_exact(vocabulary.max(1)).zip(&front).enumerate() {
                let logs = log_softmax(row);
                let so_far = parent.map_or(0.0, |node| tree[node].log_probability);
                let likely: Vec<(usize, f32)> =
                    rank(&logs, 8.max(width)).into_iter().map(|token| (token, logs[token].exp())).collect();
                for &(token, _) in likely.iter().take(width) {
                    let log_probability = so_far + logs[token];
                    let score = log_probability / (depth as f32).powf(beam.penalty);
                    let is_end = Some(token) == bounds.end;
                    let node = Node {
                        parent,
                        token,
                        depth,
                        log_probability,
                        score,
                        kept: false,
                        ended: is_end,
                        chosen: false,
                    };
                    let open = width;
                    rivals.push((
                        candidate,
                        node,
                        Chosen { token, log_probability: logs[token], likely: likely.clone(), open },
                    ));
                }
            }
            let scores: Vec<f32> = rivals.iter().map(|(_, node, _)| node.score).collect();
            let best = rank(&scores, width);
            let (mut going, mut next) = (Vec::new(), Vec::new());
            for (number, (candidate, mut node, choice)) in rivals.into_iter().enumerate() {
                node.kept = best.contains(&number);
                if node.kept && node.ended {
                    ended.push(tree.len());
                } else if node.kept {
                    going.push(candidate);
                    next.push(Some(tree.len()));
                }
                tree.push(node);
                choices.push(choice);
            }
            let score = |node: &usize| tree[*node].score;
            let best_ended = ended.iter().map(score).fold(f32::NEG_INFINITY, f32::max);
            let best_going = next.iter().flatten().map(score).fold(f32::NEG_INFINITY, f32::max);
            if next.is_empty() || ended.len() >= width || best_ended > best_going {
                front.clear();
                break;
            }
            cache.keep(&going);
            front = next;
        }
        let finals: Vec<usize> = if ended.is_empty() { front.iter().flatten().copied().collect() } else { ended };
        let scores: Vec<f32> = finals.iter().map(|&node| tree[node].score).collect();
        let Some(answer) = rank(&scores, 1).first().map(|&best| finals[best]) else {
            return Ok(Written::default());
        };
        Ok(collect(tree, choices, answer))
    }
}

/// The sentence that leads to a candidate.
fn collect(mut tree: Vec<Node>, mut choices: Vec<Chosen>, answer: usize) -> Written {
    let (log_probability, ended) = (tree[answer].log_probability, tree[answer].ended);
    let mut path = vec![answer];
    while let Some(parent) = path.last().and_then(|&node| tree[node].parent) {
        path.push(parent);
    }
    path.reverse();
    for &node in &path {
        tree[node].chosen = true;
    }
    let words = if ended { path.len() - 1 } else { path.len() };
    let tokens = path[..words].iter().map(|&node| tree[node].token).collect();
    let steps = path.iter().map(|&node| std::mem::take(&mut choices[node])).collect();
    Written { tokens, log_probability, ended, steps, tree }
}
