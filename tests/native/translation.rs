//! The shipped translator is what its provenance says: our own sentences come out as stored, and where the training data is
//! at hand BLEU on 500 sentences of the test part is measured again.

use std::{fs, io::Read};

use burn::{module::Module, tensor::Device};
use flate2::read::GzDecoder;
use futures::FutureExt;
use models::{
    data::{
        tokens::{END, START, Vocabulary},
        translation::{Part, measured, of_part, read},
    },
    metrics::bleu::Bleu,
    sequence::{
        generate::{Beam, Bounds, Decoding},
        heads::Silenced,
        transformer::{Transformer, TransformerConfig},
    },
    weights,
};
use rand::SeedableRng;
use rand_pcg::Pcg32;
use serde::Deserialize;

use crate::shipped::{self, Check};

/// Greedy choices between two words of nearly equal probability may fall otherwise here than in PyTorch: as much BLEU as a
/// handful of 500 sentences can move.
const TOLERANCE: f64 = 0.5;

#[derive(Deserialize)]
struct Provenance {
    config: TransformerConfig,
    check: Check,
    sentence: Vec<Sentence>,
}

#[derive(Deserialize)]
struct Sentence {
    english: String,
    french: String,
}

fn shipped() -> (Provenance, Vocabulary, Transformer) {
    let path = shipped::path("pretrained/transformer-eng-fra.toml");
    let provenance: Provenance = toml::from_str(&fs::read_to_string(&path).unwrap()).unwrap();
    let bytes = fs::read(path.with_extension("safetensors")).unwrap();
    let vocabulary = Vocabulary::from_safetensors(&bytes).unwrap();
    let fresh = provenance.config.init(&Device::flex(), &mut Pcg32::seed_from_u64(0));
    let model = weights::load(fresh, &weights::from_safetensors(&bytes).unwrap(), &Device::flex()).unwrap();
    (provenance, vocabulary, model)
}

fn translate(model: &Transformer, vocabulary: &Vocabulary, english: &str, decoding: Decoding) -> String {
    let bounds = Bounds { start: START, end: Some(END), longest: 60 };
    let mut source = vocabulary.encode(english);
    source.push(END);
    let (all, device) = (Silenced::default(), Device::flex());
    let written = model.write(&source, decoding, bounds, &all, &device).now_or_never();
    vocabulary.decode(&written.unwrap().unwrap().tokens)
}

#[test]
fn our_sentences_come_out_as_stored() {
    let (provenance, vocabulary, model) = shipped();
    assert_eq!(vocabulary.len(), provenance.config.vocabulary);
    assert_eq!(model.num_params(), provenance.config.parameter_count());
    assert!(provenance.config.parameter_count() <= 3_000_000);
    assert!(!provenance.sentence.is_empty());
    for Sentence { english, french } in &provenance.sentence {
        assert_eq!(&translate(&model, &vocabulary, english, Decoding::Greedy), french, "{english}");
        let beam = translate(&model, &vocabulary, english, Decoding::Beam(Beam { width: 4, penalty: 1.0 }));
        println!("{english} -> {french} | {beam}");
    }
}

#[test]
fn bleu_is_measured_again() {
    let (provenance, vocabulary, model) = shipped();
    let Ok(packed) = fs::read(shipped::path(&provenance.check.file)) else {
        println!("not measured again, {} is not at hand", provenance.check.file);
        return;
    };
    let mut table = String::new();
    GzDecoder::new(packed.as_slice()).read_to_string(&mut table).unwrap();
    let test = of_part(&read(&table), Part::Test);
    let mut bleu = Bleu::default();
    for (english, french) in measured(&test).into_iter().take(500) {
        bleu.add(&translate(&model, &vocabulary, english, Decoding::Greedy), &french);
    }
    println!("BLEU {} of {}", bleu.score(), provenance.check.value);
    assert!((bleu.score() - provenance.check.value).abs() < TOLERANCE, "{}", bleu.score());
}
