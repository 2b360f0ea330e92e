//! What this kind of network reaches on photographs: a stored run, since the pictures may not be shipped.

use leptos::prelude::*;

use crate::{
    provenance::{self, Log, logs},
    site::figures::stored_confusion,
    widgets::{Axis, Chart, Figure, Ink, Series as Line},
};

/// The weights' name, and their log.
const NAME: &str = "mlp-cifar10";
const LOG: Log = logs::MLP_CIFAR10;

/// A curve of the training pictures and one of held-out ones.
fn curves(trained: &str, held: &str, y: Axis) -> Option<Chart> {
    let series = vec![
        Line::new("trained on", LOG.points(trained), Ink::Class(0)).dashed(),
        Line::new("held out", LOG.points(held), Ink::Class(0)),
    ];
    series.iter().all(|line| line.points.len() > 1).then(|| Chart {
        series,
        x: Axis::new("step").from(0.0),
        y,
        ..Chart::default()
    })
}

/// Accuracy on a part of the pictures, in percent.
fn reached(part: &str) -> String {
    let found = provenance::find(NAME)
        .and_then(|run| run.metrics.iter().find(|metric| metric.name == "accuracy" && metric.split.starts_with(part)));
    found.map_or_else(String::new, |metric| format!("{:.1}\u{a0}%", metric.value * 100.0))
}

/// Photographs learned by heart.
#[component]
pub fn Known() -> impl IntoView {
    view! {
        <p>
            "Digits are kind: they stand in the middle, upright, ink on paper. Photographs are not. The same kind of network, with 512 "
            "hidden units, was trained on the 32 × 32 photographs of CIFAR-10. It has " {reached("train")} " of those it learned from "
            "right, and " {reached("test")} " of those it never saw. It learned the pictures, not the things in them."
        </p>
        <div class="wide grid">
            <Figure
                id="photographs"
                technique="learning-curves"
                title="Photographs: loss"
                picture=Signal::stored(curves("loss", "validation-loss", Axis::new("cross-entropy").from(0.0)))
            >
                <strong>"See where the lines part."</strong>
                " From there on every step helps with the pictures that it knows and harms all others. A stored run: the photographs may not be shipped."
            </Figure>
            <Figure
                id="photographs-accuracy"
                technique="learning-curves"
                title="Photographs: accuracy"
                picture=Signal::stored(curves("accuracy", "validation-accuracy", Axis::new("share right").percent().from(0.0).to(1.0)))
            >
                <strong>"Compare the ends."</strong>
                " Guessing has one in ten right."
            </Figure>
            <Figure
                id="photographs-confusion"
                technique="confusion-matrix"
                title="Photographs: what is taken for what"
                picture=Signal::stored(stored_confusion(&LOG, LOG.classes.iter().map(ToString::to_string).collect(), None))
            >
                <strong>"Look at cat and dog, at automobile and truck."</strong>
                " Counted over 10,000 test photographs when the run was made."
            </Figure>
        </div>
    }
}
