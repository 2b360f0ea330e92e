//! The Hopfield network against NumPy, on the fixture that `tests/reference/hopfield.py` writes, and on MNIST's digits.

use models::{
    data::patterns::{Pattern, damaged, random_patterns},
    foundations::{
        hopfield::{Diagnosis, Hopfield, Rule},
        recall::{End, Recall},
    },
};
use serde::Deserialize;

use crate::{shipped::images, twin};

/// Weights are sums of at most five f32 terms up to 1; Storkey's carry the roundings of four earlier patterns on.
const WEIGHT: f32 = 1e-6;
/// An energy is half of 441 such weights.
const ENERGY: f64 = 2e-4;

#[derive(Deserialize)]
struct Fixture {
    patterns: Vec<Pattern>,
    start: Pattern,
    order: Vec<usize>,
    cases: Vec<Case>,
}

#[derive(Deserialize)]
struct Case {
    rule: String,
    weights: Vec<f32>,
    one_by_one: Vec<Pattern>,
    energies: Vec<f64>,
    at_once: Vec<Pattern>,
    energies_at_once: Vec<f64>,
}

#[test]
fn three_rules_equal_numpy() {
    let fixture: Fixture = twin::fixture("hopfield.json");
    for case in &fixture.cases {
        let rule = match case.rule.as_str() {
            "hebb" => Rule::Hebb,
            "pseudo-inverse" => Rule::PseudoInverse,
            _ => Rule::Storkey,
        };
        let network = Hopfield::store(fixture.start.len(), fixture.patterns.clone(), rule);
        assert_eq!(network.weights.len(), case.weights.len());
        for (index, (found, expected)) in network.weights.iter().zip(&case.weights).enumerate() {
            assert!((found - expected).abs() <= WEIGHT, "{} {index}: {found} instead of {expected}", case.rule);
        }
        let mut state = fixture.start.clone();
        let mut energy = network.energy(&state);
        for ((&unit, expected), at) in fixture.order.iter().zip(&case.one_by_one).zip(&case.energies) {
            if f32::from(state[unit]) * network.field(&state, unit) < 0.0 {
                energy += network.change(&state, unit);
                state[unit] = -state[unit];
            }
            assert_eq!(&state, expected, "{}", case.rule);
            assert!((energy - at).abs() <= ENERGY, "{}: {energy} instead of {at}", case.rule);
        }
        let mut recall = Recall::new(&network, fixture.start.clone(), 0);
        for (expected, at) in case.at_once.iter().zip(&case.energies_at_once) {
            recall.update_all(&network);
            assert_eq!(&recall.state, expected, "{}", case.rule);
            assert!((recall.energy - at).abs() <= ENERGY, "{}: {} instead of {at}", case.rule, recall.energy);
        }
    }
}

/// The first digit of each class, ink where a pixel is at least 128.
fn digits() -> Vec<Pattern> {
    let images = images("static/data/mnist/train-0.bin.gz");
    (0..10)
        .map(|class| {
            let index = images.labels.iter().position(|label| *label == class).unwrap();
            images.image(index).iter().map(|pixel| if *pixel >= 128 { 1 } else { -1 }).collect()
        })
        .collect()
}

fn stored(digits: &[Pattern], which: &[usize], rule: Rule) -> Hopfield {
    Hopfield::store(784, which.iter().map(|class| digits[*class].clone()).collect(), rule)
}

fn stable(network: &Hopfield) -> usize {
    network.patterns.iter().filter(|pattern| network.is_stable(pattern)).count()
}

fn settle(network: &Hopfield, state: Pattern, seed: u64) -> Recall {
    let mut recall = Recall::new(network, state, seed);
    recall.settle(network);
    assert_eq!(recall.end, Some(End::Settled));
    recall
}

/// How many of 20 damaged copies come back exactly.
fn comes_back(network: &Hopfield, which: usize, share: f32) -> usize {
    let back = |seed: &u64| {
        let recall = settle(network, damaged(&network.patterns[which], share, *seed), *seed);
        network.diagnose(&recall.state) == Diagnosis::Stored(which)
    };
    (0..20).filter(back).count()
}

#[test]
fn hebb_holds_two_digits_never_three_and_ten_random_patterns() {
    let digits = digits();
    for a in 0..10 {
        for b in a + 1..10 {
            assert_eq!(stable(&stored(&digits, &[a, b], Rule::Hebb)), 2, "{a} {b}");
            for c in b + 1..10 {
                assert!(stable(&stored(&digits, &[a, b, c], Rule::Hebb)) < 3, "{a} {b} {c}");
            }
        }
    }
    let random = Hopfield::store(784, random_patterns(784, 10, 1), Rule::Hebb);
    assert_eq!(stable(&random), 10);
}

#[test]
fn with_hebb_all_ten_digits_fall_into_one_state_near_the_majority() {
    let digits = digits();
    let all: Vec<usize> = (0..10).collect();
    let network = stored(&digits, &all, Rule::Hebb);
    let ends: Vec<Pattern> = digits.iter().map(|digit| settle(&network, digit.clone(), 1).state).collect();
    assert!(ends.iter().all(|end| *end == ends[0]));
    let ink = |unit: usize| digits.iter().map(|digit| i32::from(digit[unit])).sum::<i32>() > 0;
    let alike = (0..784).filter(|unit| (ends[0][*unit] > 0) == ink(*unit)).count();
    assert!((0.96..0.99).contains(&(alike as f32 / 784.0)), "{alike} of 784");
}

#[test]
fn a_noisy_seven_comes_back() {
    let digits = digits();
    let all: Vec<usize> = (0..10).collect();
    assert_eq!(comes_back(&stored(&digits, &[7], Rule::Hebb), 0, 0.45), 20);
    assert_eq!(comes_back(&stored(&digits, &[3, 7], Rule::Hebb), 1, 0.4), 20);
    assert_eq!(comes_back(&stored(&digits, &all, Rule::PseudoInverse), 7, 0.3), 20);
    // More than two flips in five are often too many for the projection; the dense network finds the right digit even
    // then.
    let (dense, projection) = (stored(&digits, &all, Rule::Dense), stored(&digits, &all, Rule::PseudoInverse));
    let (dense, projection) = (comes_back(&dense, 7, 0.42), comes_back(&projection, 7, 0.42));
    assert!(dense >= 18 && projection < dense, "dense {dense}, projection {projection}");
    for rule in [Rule::PseudoInverse, Rule::Dense] {
        assert_eq!(stable(&stored(&digits, &all, rule)), 10);
    }
}
