//! Heads scored by rule on annotated sentences: how much of their attention falls on the neighbour, from a verb on its
//! object, from a pronoun on its noun.

use std::collections::BTreeMap;

use models::{
    data::tokens::{START, UNKNOWN, WORD},
    sequence::heads::{Head, HeadMap, Silenced, Stack},
};

use super::translate::Translator;
use crate::{
    lessons::transformer::{Rules, annotated::SENTENCES},
    session::protocol::Trouble,
};

/// The rules’ names, in the order of their scores.
const NAMES: [&str; 3] = ["neighbour", "verb to object", "pronoun to noun"];

/// Which tokens belong to which word; marks belong to none.
#[derive(Clone, Debug, Default, PartialEq)]
struct Spans(Vec<Vec<usize>>);

impl Spans {
    /// From tokens as the vocabulary keeps them.
    fn of<'a>(tokens: impl Iterator<Item = &'a str>) -> Self {
        let mut words: Vec<Vec<usize>> = Vec::new();
        for (place, token) in tokens.enumerate() {
            if token.starts_with(WORD) {
                words.push(Vec::new());
            }
            let is_mark = !token.contains(char::is_alphanumeric);
            if let Some(word) = words.last_mut().filter(|_| !is_mark) {
                word.push(place);
            }
        }
        Self(words)
    }

    /// The share of attention that a word's pieces give to another word's, as a mean over the former.
    fn share(&self, map: &HeadMap, from: usize, to: usize) -> Option<f32> {
        let (from, to) = (self.0.get(from)?, self.0.get(to)?);
        if from.is_empty() || to.is_empty() {
            return None;
        }
        let of_piece = |piece: &usize| to.iter().filter_map(|key| map.row(*piece).get(*key)).sum::<f32>();
        Some(from.iter().map(of_piece).sum::<f32>() / from.len() as f32)
    }
}

/// A mean that grows.
#[derive(Clone, Copy, Debug, Default)]
struct Mean {
    sum: f32,
    count: u32,
}

impl Mean {
    fn add(&mut self, value: Option<f32>) {
        if let Some(value) = value {
            self.sum += value;
            self.count += 1;
        }
    }

    fn value(self) -> f32 {
        self.sum / self.count.max(1) as f32
    }
}

/// What one head has been seen to do: the word before, the word after, objects, nouns.
type Habits = [Mean; 4];

impl Translator {
    /// The share of each head's attention on what each rule names. Heads that look at English words have all three, heads of
    /// the decoder the first: how much they look at the word just written.
    pub(super) async fn score_heads(&self) -> Result<Rules, Trouble> {
        let mut habits: BTreeMap<Head, Habits> = BTreeMap::new();
        let (mut even, mut marked) = ([Mean::default(); 3], [Vec::new(), Vec::new()]);
        for sentence in SENTENCES {
            let (source, _) = self.read(sentence.text);
            let written = self.greedy(&source).await?;
            let given: Vec<usize> = std::iter::once(START).chain(written).collect();
            let maps = self.look(&source, &given, &Silenced::default()).await?;
            let text = |token: &usize| if *token > UNKNOWN { self.vocabulary.token(*token) } else { "" };
            let spans = Spans::of(source.iter().map(text));
            let words = spans.0.len();
            (1..words).for_each(|_| even[0].add(Some(1.0 / words as f32)));
            for (rule, pairs) in [sentence.objects, sentence.pronouns].into_iter().enumerate() {
                for (from, to) in pairs {
                    even[rule + 1].add(Some(1.0 / words as f32));
                    marked[rule].push(*to as isize - *from as isize);
                }
            }
            for map in &maps {
                let habit = habits.entry(map.head).or_default();
                match map.head.stack {
                    Stack::Encoder => {
                        for word in 1..words {
                            habit[0].add(spans.share(map, word, word - 1));
                            habit[1].add(spans.share(map, word - 1, word));
                        }
                        sentence.objects.iter().for_each(|(from, to)| habit[2].add(spans.share(map, *from, *to)));
                        sentence.pronouns.iter().for_each(|(from, to)| habit[3].add(spans.share(map, *from, *to)));
                    }
                    // The key of a place is the piece written just before it.
                    Stack::Decoder => {
                        (0..map.queries).for_each(|query| habit[0].add(map.row(query).get(query).copied()))
                    }
                    Stack::Cross => {}
                }
            }
        }
        let scores = habits.into_iter().filter(|(head, _)| head.stack != Stack::Cross).map(|(head, habit)| {
            let neighbour = habit[0].value().max(habit[1].value());
            let rest = [habit[2].value(), habit[3].value()];
            let scores =
                if head.stack == Stack::Encoder { [&[neighbour][..], &rest].concat() } else { vec![neighbour] };
            (head, scores)
        });
        Ok(Rules {
            scores: scores.collect(),
            names: NAMES.map(String::from).to_vec(),
            baseline: vec![None, best_distance(&marked[0]), best_distance(&marked[1])],
            even: even.iter().map(|even| even.value()).collect(),
            pairs: even.iter().map(|even| even.count).collect(),
        })
    }
}

/// The share of pairs that lie at the commonest distance.
fn best_distance(distances: &[isize]) -> Option<f32> {
    let count = |distance: &isize| distances.iter().filter(|other| *other == distance).count();
    let most = distances.iter().map(count).max()?;
    Some(most as f32 / distances.len() as f32)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pieces_belong_to_words_and_marks_to_none() {
        let spans = Spans::of(["▁The", "▁ele", "phant", "▁is", "▁blue", ".", ""].into_iter());
        assert_eq!(spans.0[..4], [vec![0], vec![1, 2], vec![3], vec![4]]);
        let map = HeadMap {
            head: Head { stack: Stack::Encoder, layer: 0, head: 0 },
            queries: 5,
            keys: 5,
            weights: (0..25).map(|cell| (cell % 5) as f32 / 10.0).collect(),
        };
        assert_eq!(spans.share(&map, 0, 1), Some(0.1 + 0.2));
        assert_eq!(spans.share(&map, 0, 9), None);
    }

    #[test]
    fn the_commonest_distance() {
        assert_eq!(best_distance(&[2, 2, 3, 2]), Some(0.75));
        assert_eq!(best_distance(&[]), None);
    }
}
