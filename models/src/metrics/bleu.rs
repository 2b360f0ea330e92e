//! BLEU: how many of a translation's words, pairs, triples and fours of words occur in a known translation, as sacrebleu counts
//! them (tokenizer 13a, cased, exponential smoothing).
//!
//! ```text
//! pₙ = Σ min(count in the translation, most in one reference) / Σ count in the translation
//! BLEU = 100 · min(1, e^(1 - r/c)) · (p₁ p₂ p₃ p₄)^(1/4)
//! ```
//!
//! `c` is the length of all translations, `r` the sum of the lengths of each one's nearest reference. The n-th count without any
//! hit, in the order of n, counts as a hit of 1/2, 1/4, …
//!
//! **Papers.** K. Papineni, S. Roukos, T. Ward, W.-J. Zhu: BLEU (2002). M. Post: A call for clarity in reporting BLEU
//! scores (2018), whose program sacrebleu is the measure that others compare with.

use std::collections::HashMap;

use serde::{Deserialize, Serialize};

/// Words of the longest run that is counted.
const ORDERS: usize = 4;

/// Counts over many sentences; the score belongs to all of them together.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Bleu {
    /// Runs of 1 to 4 words that a reference has too.
    pub correct: [usize; ORDERS],
    /// Runs of 1 to 4 words.
    pub total: [usize; ORDERS],
    /// Words of all translations.
    pub words: usize,
    /// Words of the references that are nearest in length.
    pub reference_words: usize,
}

impl Bleu {
    /// Counts one translation against all its references.
    pub fn add(&mut self, translation: &str, references: &[&str]) {
        let found = tokenize(translation);
        let references: Vec<Vec<String>> = references.iter().map(|reference| tokenize(reference)).collect();
        self.words += found.len();
        let nearest = references.iter().map(Vec::len).min_by_key(|&length| (length.abs_diff(found.len()), length));
        self.reference_words += nearest.unwrap_or_default();
        for order in 1..=ORDERS {
            let mut most: HashMap<&[String], usize> = HashMap::new();
            for reference in &references {
                for (run, count) in runs(reference, order) {
                    let known = most.entry(run).or_default();
                    *known = (*known).max(count);
                }
            }
            for (run, count) in runs(&found, order) {
                self.total[order - 1] += count;
                self.correct[order - 1] += count.min(most.get(run).copied().unwrap_or_default());
            }
        }
    }

    /// The score, from 0 to 100.
    pub fn score(&self) -> f64 {
        if self.correct.iter().all(|&correct| correct == 0) {
            return 0.0;
        }
        let mut logarithms = 0.0;
        let mut smoothing = 1.0;
        for (&correct, &total) in self.correct.iter().zip(&self.total) {
            if total == 0 {
                // Without any run of four words the score is that of nothing, as in sacrebleu.
                return 0.0;
            }
            let share = if correct == 0 {
                smoothing *= 2.0;
                1.0 / (smoothing * total as f64)
            } else {
                correct as f64 / total as f64
            };
            logarithms += share.ln();
        }
        100.0 * self.brevity() * (logarithms / ORDERS as f64).exp()
    }

    /// The factor that short translations pay: 1 for long enough ones.
    pub fn brevity(&self) -> f64 {
        if self.words == 0 {
            return 0.0;
        }
        (1.0 - self.reference_words as f64 / self.words as f64).min(0.0).exp()
    }
}

/// How often each run of so many words occurs.
fn runs(words: &[String], order: usize) -> HashMap<&[String], usize> {
    let mut counts = HashMap::new();
    for run in words.windows(order) {
        *counts.entry(run).or_default() += 1;
    }
    counts
}

/// Words and marks by the rules of `mteval-v13a`.
pub fn tokenize(text: &str) -> Vec<String> {
    let text = text.replace("<skipped>", "").replace("-\n", "").replace('\n', " ");
    let text = text.replace("&quot;", "\"").replace("&amp;", "&").replace("&lt;", "<").replace("&gt;", ">");
    let mut apart = String::from(" ");
    for c in text.chars() {
        if matches!(c, ' '..='&' | '('..='+' | '/' | ':'..='@' | '['..='`' | '{'..='~') {
            apart.extend([' ', c, ' ']);
        } else {
            apart.push(c);
        }
    }
    apart.push(' ');
    let is_digit = |c: char| c.is_ascii_digit();
    let is_stop = |c: char| matches!(c, '.' | ',');
    // A stop stays with digits on both sides; a dash parts from a digit before it.
    let apart = in_pairs(&apart, |a, b| (!is_digit(a) && is_stop(b)).then_some([a, ' ', b, ' ']));
    let apart = in_pairs(&apart, |a, b| (is_stop(a) && !is_digit(b)).then_some([' ', a, ' ', b]));
    let apart = in_pairs(&apart, |a, b| (is_digit(a) && b == '-').then_some([a, ' ', b, ' ']));
    apart.split_whitespace().map(str::to_owned).collect()
}

/// Replaces pairs of neighbours from left to right; a replaced pair is not looked at again.
fn in_pairs(text: &str, replace: impl Fn(char, char) -> Option<[char; 4]>) -> String {
    let mut out = String::with_capacity(text.len());
    let mut characters = text.chars().peekable();
    while let Some(a) = characters.next() {
        match characters.peek().and_then(|&b| replace(a, b)) {
            Some(instead) => {
                out.extend(instead);
                characters.next();
            }
            None => out.push(a),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn score(translation: &str, references: &[&str]) -> f64 {
        let mut bleu = Bleu::default();
        bleu.add(translation, references);
        bleu.score()
    }

    #[test]
    fn marks_part_from_words_and_numbers_stay_whole() {
        assert_eq!(
            tokenize("L'ami, 3.5 km (ou 1,000) à 2-3."),
            ["L'ami", ",", "3.5", "km", "(", "ou", "1,000", ")", "à", "2", "-", "3", "."]
        );
        assert_eq!(tokenize("&quot;A&amp;B&quot;..."), ["\"", "A", "&", "B", "\"", ".", ".", "."]);
        assert!(tokenize(" \n").is_empty());
    }

    #[test]
    fn the_same_words_score_a_hundred_and_other_words_nothing() {
        assert!((score("le chat dort ici .", &["un chien", "le chat dort ici ."]) - 100.0).abs() < 1e-9);
        assert_eq!(score("a b c d", &["e f g h"]), 0.0);
        assert_eq!(score("", &["e f"]), 0.0);
        assert_eq!(score("a b", &[]), 0.0);
        assert_eq!(Bleu::default().score(), 0.0);
    }

    #[test]
    fn short_translations_pay() {
        let mut bleu = Bleu::default();
        bleu.add("a b c d", &["a b c d e f g h"]);
        assert!((bleu.score() - 100.0 * (-1.0_f64).exp()).abs() < 1e-9);
        // Of two equally near references the shorter one counts.
        let mut bleu = Bleu::default();
        bleu.add("a b c d", &["a b c d e f", "a b"]);
        assert_eq!(bleu.reference_words, 2);
    }

    #[test]
    fn a_word_counts_no_more_often_than_in_one_reference() {
        // The example of the BLEU paper.
        let mut bleu = Bleu::default();
        bleu.add("the the the the the the the", &["The cat is on the mat", "There is a cat on the mat"]);
        assert_eq!((bleu.correct[0], bleu.total[0]), (1, 7));
    }
}
