//! Build: one matrix, and a sign.

use leptos::prelude::*;
use models::foundations::hopfield::Rule;

use super::figures;
use crate::{
    lessons::hopfield::{Hopfield, LESSON},
    session::Session,
    site::{
        diagram::Diagram,
        frame::{Stage, StageKind},
        parts::{Costs, Lit, Source},
    },
    widgets::Figure,
};

/// The second stage.
#[component]
pub fn Build(
    /// The main session.
    session: Session<Hopfield>,
    /// The part that is lit.
    lit: Lit,
) -> impl IntoView {
    let units = move || session.settings.with(|settings| settings.data.units());
    // Of a symmetric matrix without diagonal one half is free; the dense network keeps its patterns instead.
    let parameters = move || {
        session.settings.with(|settings| match settings.rule {
            Rule::Dense => settings.stored().len() * settings.data.units(),
            _ => settings.data.units() * (settings.data.units() - 1) / 2,
        })
    };
    let adds = move || {
        session.settings.with(|settings| match settings.rule {
            Rule::Dense => settings.stored().len() * settings.data.units(),
            _ => settings.data.units(),
        })
    };
    view! {
        <Stage kind=StageKind::Build claim="One matrix, no training loop">
            <p>
                "There is no error to follow and no gradient. A pattern is stored by adding one product for every pair of units. "
                "Recalling is a sum and a sign, again and again. The file below is the very one that runs on this page."
            </p>
            <div class="wide source-pair">
                <div class="stack">
                    <Diagram
                        technique="feature-maps"
                        picture=figures::network(session)
                        lit
                        part=figures::part
                    >
                        <strong>"Step, and watch a field decide."</strong>
                        " On top stands the unit that was asked last, or is asked next, as it was before it was asked; below it the seven with "
                        "the strongest ties to it. Its field is a sum over all units; its sign becomes the unit’s new state. "
                        "Point at a layer, and its lines light up beside it."
                    </Diagram>
                    <Figure
                        id="weights"
                        technique="weight-histogram"
                        title="The weights"
                        picture=figures::weights(session)
                        empty="The dense network has no weights: it keeps the patterns themselves."
                    >
                        <strong>"Look for the mirror."</strong>
                        " Row i, column j is the tie between two units, and the same as row j, column i. Orange wants them alike, blue wants them "
                        "different. Each cell is a mean over a block of neighbouring units."
                    </Figure>
                    <Figure
                        id="unit"
                        technique="first-layer-filters"
                        title="What the next unit listens to"
                        picture=figures::row(session)
                        empty="While units are asked one by one, the weights of the next one stand here."
                    >
                        <strong>"One row of the matrix, laid out as the picture."</strong>
                        " Its field is now "
                        <b data-readout="field">{move || figures::from_view(session, |view| format!("{:.3}", view.field))}</b>
                        "."
                    </Figure>
                </div>
                <Source lesson=&LESSON lit />
            </div>
            <Costs
                bench=session.bench
                parameters=Signal::derive(move || Some(parameters()))
                multiply_adds=Signal::derive(move || Some(adds()))
                multiply_adds_of="multiply-adds for one unit"
            >
                <dt>"units"</dt>
                <dd data-readout="units">{units}</dd>
            </Costs>
        </Stage>
    }
}
