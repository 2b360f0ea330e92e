//! The log of the translator's training, from its provenance file.

use leptos::prelude::*;

use crate::{
    provenance::logs,
    widgets::{Axis, Chart, Figure, Ink, Series as Line},
};

/// The log of the training run: the only thing on this page that is stored and not computed here.
#[component]
pub fn Stored() -> impl IntoView {
    let line = |name: &str| logs::TRANSFORMER_ENG_FRA.points(name);
    let chart = |kind: &str, alone: &str, y: Axis| {
        let without = line(&format!("without-positions-{kind}"));
        let name = if without.is_empty() { alone } else { "with positions" };
        let mut series = vec![Line::new(name, line(kind), Ink::Class(0))];
        if !without.is_empty() {
            series.push(Line::new("without", without, Ink::Class(1)).dashed());
        }
        let chart = Chart { series, x: Axis::new("step").integer().from(0.0), y, ..Chart::default() };
        Signal::stored(Some(chart))
    };
    let (watch, without) = match line("without-positions-validation-bleu").is_empty() {
        true => ("Look whether it still rises at the end.", ""),
        false => ("Compare the two lines.", " The dashed run was told no positions."),
    };
    view! {
        <Figure
            id="stored-loss"
            technique="learning-curves"
            title="Stored log: loss"
            picture=chart("loss", "loss", Axis::new("cross-entropy of a piece, nats").from(0.0))
        >
            <strong>"This is a log, not a run."</strong>
            " It was written while the weights were trained; where they come from is told above. Label smoothing keeps the loss from falling to zero."
        </Figure>
        <Figure
            id="stored-bleu"
            technique="learning-curves"
            title="Stored log: BLEU on validation sentences"
            picture=chart("validation-bleu", "BLEU", Axis::new("BLEU").from(0.0))
        >
            <strong>{watch}</strong>
            " BLEU counts runs of one to four words that a translation shares with a known one: 100 is that one word for word."
            {without}
        </Figure>
    }
}
