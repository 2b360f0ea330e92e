//! The rules of the English–French data against their twin in Python (`tests/reference/translation.py`), and BLEU against
//! sacrebleu (`tests/reference/bleu.py`), on invented sentences.

use std::collections::BTreeMap;

use models::{
    data::{
        tokens::{Vocabulary, normalised, pieces},
        translation::{Part, fnv, groups, key, part},
    },
    metrics::bleu::{Bleu, tokenize},
};
use serde::Deserialize;

use crate::twin;

#[derive(Deserialize)]
struct Rules {
    pairs: Vec<(String, String)>,
    groups: Vec<String>,
    hashes: Vec<String>,
    parts: BTreeMap<String, Vec<String>>,
    names: usize,
    vocabulary: String,
    texts: Vec<Text>,
}

#[derive(Deserialize)]
struct Text {
    text: String,
    normalised: String,
    key: String,
    pieces: Vec<String>,
    tokens: Vec<usize>,
    decoded: String,
}

#[test]
fn groups_and_parts_are_those_of_python() {
    let rules: Rules = twin::fixture("translation.json");
    assert_eq!(groups(&rules.pairs), rules.groups);
    let names: Vec<String> = (0..rules.names).map(|n| format!("the {n}. owl counts {} mice", n * n)).collect();
    let hashes: Vec<String> = names.iter().take(10).map(|name| fnv(name).to_string()).collect();
    assert_eq!(hashes, rules.hashes);
    for (wanted, id) in [(Part::Test, "test"), (Part::Validation, "validation")] {
        let found: Vec<&String> = names.iter().filter(|name| part(name) == wanted).collect();
        assert_eq!(found, rules.parts[id].iter().collect::<Vec<_>>(), "{id}");
    }
}

#[test]
fn texts_become_the_tokens_of_python() {
    let rules: Rules = twin::fixture("translation.json");
    let vocabulary = Vocabulary::parse(&rules.vocabulary).unwrap();
    assert_eq!(vocabulary.len(), 120);
    for text in &rules.texts {
        assert_eq!(normalised(&text.text), text.normalised);
        assert_eq!(key(&text.text), text.key);
        assert_eq!(pieces(&text.normalised), text.pieces);
        let tokens = vocabulary.encode(&text.text);
        assert_eq!(tokens, text.tokens, "{}", text.text);
        assert_eq!(vocabulary.decode(&tokens), text.decoded);
    }
}

#[derive(Deserialize)]
struct Scores {
    corpora: Vec<Corpus>,
}

#[derive(Deserialize)]
struct Corpus {
    name: String,
    rows: Vec<(String, Vec<String>)>,
    tokens: Vec<String>,
    correct: [usize; 4],
    total: [usize; 4],
    words: usize,
    reference_words: usize,
    score: f64,
}

#[test]
fn bleu_is_sacrebleus() {
    let scores: Scores = twin::fixture("bleu.json");
    for corpus in scores.corpora {
        let mut bleu = Bleu::default();
        for ((translation, references), expected) in corpus.rows.iter().zip(&corpus.tokens) {
            assert_eq!(&tokenize(translation).join(" "), expected, "{}", corpus.name);
            bleu.add(translation, &references.iter().map(String::as_str).collect::<Vec<_>>());
        }
        let expected = Bleu {
            correct: corpus.correct,
            total: corpus.total,
            words: corpus.words,
            reference_words: corpus.reference_words,
        };
        assert_eq!(bleu, expected, "{}", corpus.name);
        // The same f64 formula, with the logarithms added in the same order.
        assert!((bleu.score() - corpus.score).abs() < 1e-9, "{}: {} for {}", corpus.name, bleu.score(), corpus.score);
    }
}
