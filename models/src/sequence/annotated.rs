//! What a head of the encoder looks at, measured on sentences that we wrote and annotated: the neighbouring word, a verb's
//! object, what a pronoun stands for.
//!
//! ```text
//! share = mean over the annotated words of  Σ weights from the word's tokens to its target's tokens / its tokens
//! hits  = share of annotated words whose most watched other word is the target
//! ```
//!
//! A head that looks a fixed number of words ahead hits some targets by chance, so every score stands beside the best that such
//! a head could do.
//!
//! **Paper.** K. Clark, U. Khandelwal, O. Levy, C. D. Manning: What does BERT look at? (2019), whose measure and baseline
//! these are, there on parsed text.

use std::ops::Range;

use serde::{Deserialize, Serialize};

use super::heads::{Head, HeadMap, Stack};
use crate::data::tokens::{END, Vocabulary, WORD, is_letter};

/// One sentence with its relations; words are counted from 0.
#[derive(Clone, Copy, Debug)]
pub struct Sentence {
    /// Words parted by spaces, marks at their ends.
    pub text: &'static str,
    /// Verbs and their objects.
    pub objects: &'static [(usize, usize)],
    /// Pronouns and what they stand for.
    pub antecedents: &'static [(usize, usize)],
}

const fn sentence(
    text: &'static str,
    objects: &'static [(usize, usize)],
    antecedents: &'static [(usize, usize)],
) -> Sentence {
    Sentence { text, objects, antecedents }
}

/// Written and annotated for this site.
pub const SENTENCES: [Sentence; 20] = [
    sentence("The boy found an old key in the garden.", &[(2, 5)], &[]),
    sentence("My sister bought a red car last week.", &[(2, 5)], &[]),
    sentence("Tom lost his money because he was tired.", &[(1, 3)], &[(2, 0), (5, 0)]),
    sentence("Mary said that she was hungry.", &[], &[(3, 0)]),
    sentence("The dog ate the bread and it slept.", &[(2, 4)], &[(6, 1)]),
    sentence("He wrote a long letter to his mother.", &[(1, 4)], &[(6, 0)]),
    sentence("The woman who reads this book loves her work.", &[(3, 5), (6, 8)], &[(7, 1)]),
    sentence("I opened the window and closed it again.", &[(1, 3), (5, 6)], &[(6, 3)]),
    sentence("The children watch the birds when they sing.", &[(2, 4)], &[(6, 4)]),
    sentence("Please bring me a glass of water.", &[(1, 4)], &[]),
    sentence("We saw the teacher but she did not see us.", &[(1, 3), (8, 9)], &[(5, 3), (9, 0)]),
    sentence("Tom washed the car before he sold it.", &[(1, 3), (6, 7)], &[(5, 0), (7, 3)]),
    sentence("Nobody believes the story that she told.", &[(1, 3)], &[]),
    sentence("The doctor helped the man and gave him some water.", &[(2, 4), (6, 9)], &[(7, 4)]),
    sentence("My brother likes music but he hates sports.", &[(2, 3), (6, 7)], &[(5, 1)]),
    sentence("You should read the letter before you answer it.", &[(2, 4), (7, 8)], &[(6, 0), (8, 4)]),
    sentence("The girl took her umbrella because it was raining.", &[(2, 4)], &[(3, 1)]),
    sentence("They sold their house and left the city.", &[(1, 3), (5, 7)], &[(2, 0)]),
    sentence("The cat drinks milk every morning.", &[(2, 3)], &[]),
    sentence("If you find my watch, keep it for me.", &[(2, 4), (5, 6)], &[(6, 4)]),
];

/// What a word may look at.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Relation {
    /// The word before it.
    Before,
    /// The word after it.
    After,
    /// A verb looks at its object.
    Object,
    /// A pronoun looks at what it stands for.
    Antecedent,
}

impl Relation {
    /// All of them.
    pub const ALL: [Relation; 4] = [Relation::Before, Relation::After, Relation::Object, Relation::Antecedent];

    /// Its name on the page.
    pub fn name(self) -> &'static str {
        match self {
            Relation::Before => "Word before",
            Relation::After => "Word after",
            Relation::Object => "Verb to object",
            Relation::Antecedent => "Pronoun to antecedent",
        }
    }

    /// Its name in an address.
    pub fn id(self) -> &'static str {
        match self {
            Relation::Before => "before",
            Relation::After => "after",
            Relation::Object => "object",
            Relation::Antecedent => "antecedent",
        }
    }

    /// The relation of that id.
    pub fn from_id(id: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|relation| relation.id() == id)
    }

    /// Words of a sentence that have a target, with it.
    pub fn pairs(self, sentence: &Sentence) -> Vec<(usize, usize)> {
        let words = sentence.text.split(' ').count();
        match self {
            Relation::Before => (1..words).map(|word| (word, word - 1)).collect(),
            Relation::After => (1..words).map(|word| (word - 1, word)).collect(),
            Relation::Object => sentence.objects.to_vec(),
            Relation::Antecedent => sentence.antecedents.to_vec(),
        }
    }
}

/// How well one head follows one relation.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Score {
    /// The head.
    pub head: Head,
    /// The relation.
    pub relation: Relation,
    /// Mean share of a word's attention that falls on its target.
    pub share: f32,
    /// The same for attention that is spread evenly over all tokens.
    pub even: f32,
    /// Share of words whose most watched other word is their target.
    pub hits: f32,
    /// The best share of hits that looking a fixed number of words ahead or back gives.
    pub fixed: f32,
    /// How many words that offset is: negative for back.
    pub offset: i32,
    /// Annotated words.
    pub count: usize,
}

/// The tokens of a sentence as the encoder gets it, with the end.
pub fn source(vocabulary: &Vocabulary, text: &str) -> Vec<usize> {
    let mut tokens = vocabulary.encode(text);
    tokens.push(END);
    tokens
}

/// Which tokens spell which word; marks at a word's end belong to none.
pub fn words(vocabulary: &Vocabulary, tokens: &[usize]) -> Vec<Range<usize>> {
    let mut words: Vec<Range<usize>> = Vec::new();
    for (place, &token) in tokens.iter().enumerate().filter(|&(_, &token)| token > END) {
        let text = vocabulary.token(token);
        if text.starts_with(WORD) || words.is_empty() {
            words.push(place..place + 1);
        } else if text.chars().any(is_letter)
            && let Some(word) = words.last_mut()
        {
            word.end = place + 1;
        }
    }
    words
}

/// Scores every encoder head for every relation, best hits first within a relation. `maps` gives each sentence's tokens and
/// its maps; sentences in the order of [`SENTENCES`].
pub fn scores(vocabulary: &Vocabulary, maps: &[(Vec<usize>, Vec<HeadMap>)]) -> Vec<Score> {
    let heads: Vec<Head> = maps.first().map_or(Vec::new(), |(_, maps)| {
        maps.iter().map(|map| map.head).filter(|head| head.stack == Stack::Encoder).collect()
    });
    let mut scores = Vec::new();
    for relation in Relation::ALL {
        let (fixed, offset) = best_offset(relation);
        let mut of_relation: Vec<Score> = heads
            .iter()
            .map(|&head| {
                let mut score = Score { head, relation, share: 0.0, even: 0.0, hits: 0.0, fixed, offset, count: 0 };
                for (sentence, (tokens, maps)) in SENTENCES.iter().zip(maps) {
                    if let Some(map) = maps.iter().find(|map| map.head == head) {
                        count(&mut score, sentence, &words(vocabulary, tokens), map);
                    }
                }
                let count = score.count.max(1) as f32;
                Score { share: score.share / count, even: score.even / count, hits: score.hits / count, ..score }
            })
            .collect();
        of_relation
            .sort_by(|a, b| (b.hits, b.share).partial_cmp(&(a.hits, a.share)).unwrap_or(std::cmp::Ordering::Equal));
        scores.extend(of_relation);
    }
    scores
}

/// Adds one sentence's annotated words to the sums.
fn count(score: &mut Score, sentence: &Sentence, words: &[Range<usize>], map: &HeadMap) {
    for (from, to) in score.relation.pairs(sentence) {
        let (Some(asking), Some(target)) = (words.get(from), words.get(to)) else { continue };
        let on = |word: &Range<usize>| -> f32 {
            let of_query = |query: usize| map.row(query).get(word.clone()).map_or(0.0, |row| row.iter().sum::<f32>());
            asking.clone().map(of_query).sum::<f32>() / asking.len() as f32
        };
        let watched: Vec<f32> =
            words.iter().enumerate().map(|(word, range)| if word == from { -1.0 } else { on(range) }).collect();
        score.count += 1;
        score.share += on(target);
        score.even += target.len() as f32 / map.keys.max(1) as f32;
        score.hits += if crate::metrics::largest(&watched) == to { 1.0 } else { 0.0 };
    }
}

/// The share of a relation's words whose target lies at the commonest distance, and that distance.
fn best_offset(relation: Relation) -> (f32, i32) {
    let offsets: Vec<i32> = SENTENCES
        .iter()
        .flat_map(|sentence| relation.pairs(sentence))
        .map(|(from, to)| to as i32 - from as i32)
        .collect();
    let often = |offset: i32| offsets.iter().filter(|&&other| other == offset).count();
    let best = (-12..=12).max_by_key(|&offset| (often(offset), -offset.abs())).unwrap_or_default();
    (often(best) as f32 / offsets.len().max(1) as f32, best)
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ.,▁\n▁ T\n";

    #[test]
    fn annotations_name_words_that_exist() {
        for sentence in SENTENCES {
            let words: Vec<&str> = sentence.text.split(' ').collect();
            for (from, to) in sentence.objects.iter().chain(sentence.antecedents) {
                assert!(*from < words.len() && *to < words.len() && from != to, "{}", sentence.text);
            }
            for (pronoun, _) in sentence.antecedents {
                let word = words[*pronoun].trim_end_matches(['.', ',']);
                let pronouns = ["he", "she", "it", "they", "his", "her", "him", "their", "you", "us"];
                assert!(pronouns.contains(&word), "{word} in {}", sentence.text);
            }
        }
        let count = |relation: Relation| SENTENCES.iter().map(|sentence| relation.pairs(sentence).len()).sum::<usize>();
        assert!(count(Relation::Object) >= 20 && count(Relation::Antecedent) >= 15);
    }

    #[test]
    fn words_are_found_in_their_tokens() {
        let vocabulary = Vocabulary::parse(TEXT).unwrap();
        for sentence in SENTENCES {
            let tokens = source(&vocabulary, sentence.text);
            let found = words(&vocabulary, &tokens);
            let spelt: Vec<String> = found.into_iter().map(|range| vocabulary.decode(&tokens[range])).collect();
            let expected: Vec<String> =
                sentence.text.split(' ').map(|word| word.trim_end_matches(['.', ',']).to_owned()).collect();
            assert_eq!(spelt, expected);
        }
    }

    #[test]
    fn a_head_that_looks_one_word_back_is_found() {
        let vocabulary = Vocabulary::parse(TEXT).unwrap();
        let maps: Vec<(Vec<usize>, Vec<HeadMap>)> = SENTENCES
            .iter()
            .map(|sentence| {
                let tokens = source(&vocabulary, sentence.text);
                let ranges = words(&vocabulary, &tokens);
                let keys = tokens.len();
                let map = |head: usize| {
                    let mut weights = vec![1.0 / keys as f32; keys * keys];
                    for (word, range) in ranges.iter().enumerate().skip(1).filter(|_| head == 1) {
                        for query in range.clone() {
                            weights[query * keys..][..keys].fill(0.0);
                            weights[query * keys + ranges[word - 1].start] = 1.0;
                        }
                    }
                    HeadMap { head: Head { stack: Stack::Encoder, layer: 0, head }, queries: keys, keys, weights }
                };
                (tokens, vec![map(0), map(1)])
            })
            .collect();
        let found = scores(&vocabulary, &maps);
        assert_eq!(found.len(), 8);
        let before = found[0];
        assert_eq!((before.relation, before.head.head, before.offset), (Relation::Before, 1, -1));
        assert_eq!((before.share, before.hits, before.fixed), (1.0, 1.0, 1.0));
        let even = found[1];
        assert!((even.share - even.even).abs() < 1e-5 && even.hits < 0.5);
        assert!(found.iter().all(|score| score.fixed > 0.0 && score.count > 0));
        assert!(scores(&vocabulary, &[]).is_empty());
    }
}
