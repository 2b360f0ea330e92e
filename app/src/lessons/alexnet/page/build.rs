//! Build: eleven layers, beside those of the paper.

use leptos::prelude::*;
use models::vision::alexnet::PAPER;

use super::{desk::Desk, figures};
use crate::{
    lessons::alexnet::{LESSON, Which},
    site::{
        diagram::Diagram,
        frame::{Stage, StageKind},
        parts::{Costs, Lit, Source},
    },
    widgets::grouped,
};

/// The second stage.
#[component]
pub fn Build(
    /// The reader's desk.
    desk: Desk,
    /// The part that is lit.
    lit: Lit,
) -> impl IntoView {
    let config = figures::config();
    let ours = config.layers();
    let rows = PAPER.iter().zip(ours).map(|(paper, ours)| {
        let size = |side: usize| if side == 1 { String::new() } else { format!("{side} × {side}") };
        view! {
            <tr>
                <td>{paper.name}</td>
                <td class="number">{paper.maps}</td>
                <td class="number">{size(paper.side)}</td>
                <td class="number">{grouped(paper.parameters as u64)}</td>
                <td class="number">{ours.maps}</td>
                <td class="number">{size(ours.side)}</td>
                <td class="number">{grouped(ours.parameters as u64)}</td>
            </tr>
        }
    });
    let papers: usize = PAPER.iter().map(|layer| layer.parameters).sum();
    let units =
        |layers: &[models::vision::layer::Layer]| layers[8..].iter().map(|layer| layer.parameters).sum::<usize>();
    let (parameters, multiply_adds) = (config.parameter_count(), config.multiply_adds());
    let share = units(&PAPER) as f64 / papers as f64 * 100.0;
    let took = move |which: Which| move || desk.with(which, |view| format!("{:.1}", view.milliseconds));
    view! {
        <Stage kind=StageKind::Build claim="Most of its numbers decide, most of its work is seeing">
            <p>
                "In the paper’s network "{format!("{share:.0} %")}" of the numbers lie in the three layers of units at the end, and nearly all "
                "of the arithmetic in the five layers of filters before them. The network here keeps every layer and is narrower in each."
            </p>
            <div class="wide stack">
                <Diagram
                    technique="feature-maps"
                    picture=figures::network(desk)
                    lit
                    part=figures::part
                >
                    <strong>"Show another picture, and follow one window."</strong>
                    " Point at a layer, and its lines light up beside it. Of each layer of maps the first three are shown, of the picture its red, green and blue. What lies in the small frame becomes one cell of the next layer. fc6 to fc8 are plain units, and each sees all that is before it. Below stand each layer’s shape for one picture, and how many numbers it has to learn."
                </Diagram>
                <Source lesson=&LESSON lit />
            </div>
            <Costs
                bench=desk.session.bench
                trains=false
                parameters=Signal::stored(Some(parameters))
                multiply_adds=Signal::stored(Some(multiply_adds))
            >
                <dt>"milliseconds for an answer, here"</dt>
                <dd data-readout="answer-time">{took(Which::AlexNet)}</dd>
                <dt>"the same for EfficientNet-Lite0"</dt>
                <dd data-readout="answer-time-later">{took(Which::EfficientNet)}</dd>
            </Costs>
            <div class="table-scroll">
                <table class="plain">
                    <caption>"Trainable numbers, in the paper and here"</caption>
                    <thead>
                        <tr><th scope="col">"Layer"</th><th scope="col" class="number">"2012: maps"</th><th scope="col" class="number">"Size"</th><th scope="col" class="number">"Numbers"</th><th scope="col" class="number">"Here: maps"</th><th scope="col" class="number">"Size"</th><th scope="col" class="number">"Numbers"</th></tr>
                    </thead>
                    <tbody>{rows.collect_view()}</tbody>
                    <tfoot>
                        <tr><th scope="row" colspan="3">"All"</th><td class="number">{grouped(papers as u64)}</td><td colspan="2"></td><td class="number">{grouped(parameters as u64)}</td></tr>
                    </tfoot>
                </table>
            </div>
            <p>
                "Pictures here have 96 pixels a side and not 224, and there are ten classes and not a thousand. The paper’s network lay in two halves "
                "on two cards that met in some layers only; here it is one. The paper also let neighbouring maps damp each other after "
                "conv1 and conv2; later networks did without, and so does this one. Batch normalisation came three years later."
            </p>
        </Stage>
    }
}
