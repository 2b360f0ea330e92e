//! ADALINE equals PyTorch, forward and gradient, and its stability limit NumPy's eigenvalue.

use models::foundations::adaline::{Adaline, Bowl};
use serde::Deserialize;

use crate::twin;

/// PyTorch adds in another order, in f32: a few units in the last place of sums of up to 30 terms.
const TOLERANCE: f32 = 1e-5;

#[derive(Deserialize)]
struct Fixture {
    cases: Vec<Case>,
}

#[derive(Deserialize)]
struct Case {
    name: String,
    x: Vec<Vec<f32>>,
    target: Vec<f32>,
    weights: Vec<f32>,
    bias: f32,
    sums: Vec<f32>,
    loss: f32,
    gradient: Vec<f32>,
    bias_gradient: f32,
    rate: f32,
    after: Vec<f32>,
    stable_rate: f64,
}

fn assert_close(name: &str, ours: &[f32], theirs: &[f32]) {
    assert_eq!(ours.len(), theirs.len(), "{name}");
    for (ours, theirs) in ours.iter().zip(theirs) {
        assert!((ours - theirs).abs() <= TOLERANCE * theirs.abs().max(1.0), "{name}: {ours} and {theirs}");
    }
}

#[test]
fn adaline_equals_pytorch() {
    let fixture: Fixture = twin::fixture("adaline.json");
    assert_eq!(fixture.cases.len(), 3);
    for case in fixture.cases {
        let examples: Vec<(&[f32], f32)> = case.x.iter().map(Vec::as_slice).zip(case.target.iter().copied()).collect();
        let mut unit = Adaline { weights: case.weights, bias: case.bias };
        let sums: Vec<f32> = case.x.iter().map(|x| unit.sum(x)).collect();
        assert_close(&case.name, &sums, &case.sums);
        assert_close(&case.name, &[unit.loss(&examples)], &[case.loss]);
        let (gradient, bias_gradient) = unit.gradient(&examples);
        assert_close(&case.name, &gradient, &case.gradient);
        assert_close(&case.name, &[bias_gradient], &[case.bias_gradient]);
        unit.descend(&examples, case.rate);
        assert_close(&case.name, &unit.weights, &case.after);
        let ours = Bowl::new(&examples).unwrap().stable_rate();
        // The power method stops where nothing moves by more than 1e-12 of the bend.
        assert!((ours / case.stable_rate - 1.0).abs() < 1e-6, "{}: {ours} and {}", case.name, case.stable_rate);
    }
}
