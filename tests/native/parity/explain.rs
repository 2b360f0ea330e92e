//! The explainers against PyTorch and SciPy, on the fixture that `tests/reference/explain.py` writes.

use std::collections::BTreeMap;

use burn::tensor::Device;
use models::explain::{
    feature_maps::{filter_pictures, strongest},
    grad_cam::{Placement, enlarge, grad_cam},
    occlusion::{Patch, occlusion},
    saliency::{gradient, guided_backpropagation, saliency},
    sanity::rank_correlation,
};
use serde::Deserialize;

use crate::{
    answers::values,
    twin::{self, Digest},
};

/// Sums of up to 400 products of f32 in another order, forward through five layers and back, against the mean size of a
/// tensor's numbers; the largest that was seen is 5e-6.
const ROUNDING: f64 = 1e-5;

#[derive(Deserialize)]
struct Fixture {
    bounds: BTreeMap<String, f32>,
    classes: Vec<usize>,
    patch: Cover,
    cases: Vec<Case>,
    ranks: Vec<Ranks>,
}

#[derive(Deserialize)]
struct Cover {
    side: usize,
    stride: usize,
    fill: f32,
}

#[derive(Deserialize)]
struct Case {
    activation: String,
    pooling: String,
    gradient: Digest,
    saliency: Digest,
    guided: Digest,
    grad_cam: Vec<Digest>,
    enlarged: Vec<Digest>,
    occluded: Digest,
    strongest: Vec<Digest>,
    filters: Digest,
}

#[derive(Deserialize)]
struct Ranks {
    one: Vec<f32>,
    other: Vec<f32>,
    rank_correlation: f64,
}

#[test]
fn explanations_equal_pytorchs() {
    let fixture: Fixture = twin::fixture("explain.json");
    let (device, classes) = (Device::flex().autodiff(), &fixture.classes[..]);
    for case in &fixture.cases {
        let model = twin::lenet(&case.activation, &case.pooling, &fixture.bounds, &device);
        let x = || twin::pictures(classes.len(), &device);
        let same = |expected: &Digest, found: Vec<f32>, what: &str| {
            expected.matches(&found, ROUNDING, &format!("{}, {} pooling: {what}", case.activation, case.pooling));
        };
        same(&case.gradient, values(gradient(&model, x(), classes)), "gradient");
        same(&case.saliency, values(saliency(&model, x(), classes)), "saliency");
        same(&case.guided, values(guided_backpropagation(&model, x(), classes)), "guided backpropagation");
        for (stage, (small, large)) in case.grad_cam.iter().zip(&case.enlarged).enumerate() {
            let heat = grad_cam(&model, stage, x(), classes);
            let stretched = enlarge(heat.clone(), Placement::stretched(heat.dims()[1], 28), 28);
            same(small, values(heat), &format!("Grad-CAM at stage {stage}"));
            same(large, values(stretched), &format!("enlarged Grad-CAM of stage {stage}"));
        }
        let patch = Patch { side: fixture.patch.side, stride: fixture.patch.stride, fill: fixture.patch.fill };
        let occluded = occlusion(&model, x().narrow(0, 0, 1), patch, 7);
        same(&case.occluded, values(occluded.covered), "occlusion");
        for (stage, (found, expected)) in strongest(&model, x()).into_iter().zip(&case.strongest).enumerate() {
            same(expected, values(found), &format!("strongest answers of stage {stage}"));
        }
        same(&case.filters, values(filter_pictures(&model)), "filters");
    }
}

#[test]
fn rank_correlation_equals_scipys() {
    let fixture: Fixture = twin::fixture("explain.json");
    for ranks in &fixture.ranks {
        // Both compute in f64.
        assert!((rank_correlation(&ranks.one, &ranks.other) - ranks.rank_correlation).abs() < 1e-12);
    }
}
